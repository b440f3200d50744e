# shellcheck shell=bash
# A PostgreSQL cluster in STATE/postgres, reached by its socket only, and the database in it.

declare -A database_roles=([v1]=stowage_v1 [v2]=stowage_v2 [keep]=stowage_keep [admin]=stowage_admin [ctl]=stowage)

postgres_bin() {
	local bin
	bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
	if [ -f "$data/postgres/PG_VERSION" ]; then
		bin=/usr/lib/postgresql/$(cat "$data/postgres/PG_VERSION")/bin
	fi
	[ -x "$bin/postgres" ] || die "cannot find the PostgreSQL server in $bin"
	echo "$bin"
}

start_postgres() {
	local bin
	bin=$(postgres_bin)
	if [ ! -f "$data/postgres/PG_VERSION" ]; then
		say "creating a private PostgreSQL cluster"
		run_as "$database_user" "$bin/initdb" -D "$data/postgres" -U postgres --encoding=UTF8 --locale=C.UTF-8 --auth=peer \
			>"$data/log/initdb.log" 2>&1 || die "cannot create the PostgreSQL cluster: see $data/log/initdb.log"
	fi
	write_access
	forget_dead_postmaster
	start_service postgres "$database_user" "$run $("$bin/postgres" --version) $(stamp "$data/postgres/pg_ident.conf")" run_postmaster "$bin"
}

# run_postmaster NAME USER BIN: until it answers.
run_postmaster() {
	run_as "$2" "$3/pg_ctl" start --wait --silent --timeout=60 -D "$data/postgres" \
		-o "-c listen_addresses= -c unix_socket_directories='$run/pg'" </dev/null >>"$data/log/$1.log" 2>&1 &&
		head -n 1 "$data/postgres/postmaster.pid" >"$data/pid/$1"
}

# Clients are identified by the user at the other end of the socket, so no password is stored.
write_access() {
	local user role
	echo 'local all all peer map=stowage' >"$data/postgres/pg_hba.conf"
	{
		echo "stowage $store_user ${database_roles[v1]}"
		echo "stowage $store_user ${database_roles[v2]}"
		echo "stowage $store_user ${database_roles[keep]}"
		echo "stowage $admin_user ${database_roles[admin]}"
		for user in "$database_user" "$(id -un)"; do
			for role in postgres "${database_roles[@]}"; do
				echo "stowage $user $role"
			done
		done
	} | sort -u >"$data/postgres/pg_ident.conf"
}

# PostgreSQL mistakes a killed postmaster for a running one until its parent has waited for it, which in a container may never happen.
forget_dead_postmaster() {
	local lock=$data/postgres/postmaster.pid pid
	if [ ! -f "$lock" ] || running_pid postgres >/dev/null; then
		return
	fi
	kill_service postgres
	[ -f "$lock" ] || return 0 # it ran, started by another, and has stopped properly
	read -r pid <"$lock"
	if [ -z "$(service_pids postgres)" ] && ! alive "$pid"; then
		rm -f "$lock" "$run"/pg/.s.PGSQL.*
	fi
}

# alive PID: and not a zombie.
alive() {
	grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status"
}

database_sql() {
	run_as "$database_user" "$(postgres_bin)/psql" -qAtX -v ON_ERROR_STOP=1 -h "$run/pg" -U postgres "$@"
}

# Tables, standard repositories and the account; all of it is safe to repeat.
prepare_database() {
	if [ -z "$(database_sql -d postgres -c "SELECT 1 FROM pg_database WHERE datname = 'stowage'")" ]; then
		database_sql -d postgres -c 'CREATE ROLE stowage LOGIN CREATEROLE' -c 'CREATE DATABASE stowage OWNER stowage'
	fi
	say "migrating the database"
	ctl migrate --sql "$prefix/share/stowage/sql"
	ctl bootstrap
}

# ctl COMMAND ARGUMENT...: stowagectl as the role that owns the tables.
ctl() {
	run_as "$(id -un)" "$prefix/sbin/stowagectl" --config "$data/etc/stowage-ctl.conf" "$@" >"$data/log/$1.log" 2>&1 || {
		cat "$data/log/$1.log" >&2
		die "stowagectl $1 failed"
	}
}
