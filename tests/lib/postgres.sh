# shellcheck shell=bash
# A private PostgreSQL for one test run: a cluster in a short folder of its own, reached by its unix socket only.
# Source it, or run it with a command: `tests/lib/postgres.sh COMMAND...` runs that with PGHOST and the others set.
#
#   postgres_start [SETTING=VALUE...]  sets and exports PGHOST, PGUSER, PGDATABASE; POSTGRES_DIR holds all; a caller stops it
#   postgres_stop [MODE]               fast (default) or immediate; the folder stays
#   postgres_again                     start it again on the same folder
#   postgres_remove                    stop, and remove the folder
#   postgres_migrate [FOLDER]          bring the database to the schema of the SQL files, as stowagectl migrate does
#   postgres_schema NUMBER             print what makes the tables of an earlier schema, for psql
#
# POSTGRES_FSYNC=on: survive what a test does to it. Off by default, since most tests throw it away.

# PostgreSQL refuses root: there it runs as the user its packages made.
postgres_user() {
	if [ "$(id -u)" = 0 ]; then
		echo postgres
	else
		id -un
	fi
}

postgres_run() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && setpriv --reuid=postgres --regid=postgres --init-groups env -u PGDATABASE "$@")
	else
		"$@"
	fi
}

postgres_bin() {
	local bin
	bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
	[ -x "$bin/postgres" ] || bin=$(pg_config --bindir)
	echo "$bin"
}

postgres_start() {
	local setting
	POSTGRES_DIR=$(mktemp -d /tmp/spg.XXXXXX) # short: a socket's path has 107 bytes
	chown "$(postgres_user)" "$POSTGRES_DIR"
	chmod 755 "$POSTGRES_DIR"
	postgres_run "$(postgres_bin)/initdb" -D "$POSTGRES_DIR/data" -U postgres --encoding=UTF8 --locale=C.UTF-8 --auth=trust --no-sync \
		>"$POSTGRES_DIR/initdb.log" 2>&1 || {
		cat "$POSTGRES_DIR/initdb.log" >&2
		return 1
	}
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$POSTGRES_DIR'"
		echo "fsync = ${POSTGRES_FSYNC:-off}"
		echo "log_min_messages = warning"
		for setting; do
			printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}"
		done
	} >>"$POSTGRES_DIR/data/postgresql.conf"
	export PGHOST=$POSTGRES_DIR PGUSER=postgres PGDATABASE=stowage POSTGRES_DIR
	postgres_again || return 1
	createdb stowage
}

postgres_again() {
	postgres_run "$(postgres_bin)/pg_ctl" -D "$POSTGRES_DIR/data" -l "$POSTGRES_DIR/postgres.log" -w -s start >&2 || {
		tail -n 20 "$POSTGRES_DIR/postgres.log" >&2
		return 1
	}
	POSTGRES_PID=$(head -n 1 "$POSTGRES_DIR/data/postmaster.pid")
	export POSTGRES_PID
}

# pg_ctl stops by the pid in the cluster's own folder.
postgres_stop() {
	[ ! -f "$POSTGRES_DIR/data/postmaster.pid" ] || postgres_run "$(postgres_bin)/pg_ctl" -D "$POSTGRES_DIR/data" -w -s -m "${1:-fast}" stop >&2
}

postgres_remove() {
	[ -n "${POSTGRES_DIR:-}" ] || return 0
	postgres_stop immediate || true
	rm -rf "$POSTGRES_DIR"
	POSTGRES_DIR=
}

postgres_migrate() {
	"${STOWAGE_PREFIX:?}/sbin/stowagectl" migrate --database "host=$PGHOST dbname=$PGDATABASE user=$PGUSER" --sql "${1:-$STOWAGE_SRC/sql}"
}

postgres_schema() {
	local file number
	echo 'CREATE SCHEMA registry;'
	echo 'CREATE TABLE registry.migration (number int PRIMARY KEY CHECK (number > 0), name text NOT NULL,'
	echo '  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32), applied_at timestamptz NOT NULL DEFAULT now());'
	for number in $(seq "$1"); do
		file=$(echo "$STOWAGE_SRC"/sql/migrations/"$(printf %04d "$number")"_*.sql)
		echo 'BEGIN; SET LOCAL search_path = registry;'
		cat "$file"
		echo "INSERT INTO registry.migration VALUES ($number, '${file##*/}', '\\x$(sha256sum <"$file" | cut -c 1-64)'); COMMIT;"
	done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	set -euo pipefail
	trap postgres_remove EXIT
	postgres_start
	"$@"
fi
