#!/bin/bash
# The schema itself, with pgTAP: constraints, functions, triggers, roles; and that schema.sql says what is there.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$STOWAGE_SRC/tests/lib/postgres.sh"

here=$STOWAGE_SRC/tests/sql
trap postgres_remove EXIT
postgres_start
check 'migrate' postgres_migrate
check 'migrate again changes nothing' postgres_migrate
check 'sql/schema.sql is what the migrations make' bash "$here/schema.sh"
check 'a database of an earlier schema becomes the same' bash "$here/upgrade.sh"
check 'every word in sql/ has a number' bash "$here/words.sh"

# An auditor may ask every question; a check of a healthy database answers nothing.
question() {
	psql -X -q -At -v ON_ERROR_STOP=1 -c 'SET ROLE stowage_audit' -f "$1"
}

# silent COMMAND...: it passes and prints nothing.
silent() {
	local said
	said=$("$@") || return 1
	echo "$said"
	[ -z "$said" ]
}

questions() {
	local file
	for file in "$STOWAGE_SRC"/sql/audit/*.sql; do
		case $file in
		*/check_*) check "$(basename "$file") finds nothing $1" silent question "$file" ;;
		*) check "$(basename "$file") can be asked $1" question "$file" ;;
		esac
	done
}

# Statements that another file of fcgi/db/ uses than the one with the name of their own, or that no file uses.
misplaced() {
	local file name users
	for file in "$STOWAGE_SRC"/sql/statements/*.sql; do
		while read -r name; do
			users=$(grep -l "\b${name}_query(" "$STOWAGE_SRC"/fcgi/db/*.c || true)
			[ "$users" = "$STOWAGE_SRC/fcgi/db/$(basename "$file" .sql).c" ] || echo "$file: $name is used by: ${users:-nobody}"
		done < <(sed -n 's/^PREPARE \([a-z_0-9]*\) AS.*/\1/p' "$file")
	done
}
check 'a statement is in the file that is named like its user' silent misplaced

# narrow TYPE: build a statement whose parameter has this type.
narrow() {
	# shellcheck disable=SC2016 # psql's numbers
	printf -- '-- A\n\\set account $1::%s\nPREPARE a AS\nDELETE FROM account WHERE id = :account;\n' "$1" >"$STOWAGE_LOGS/narrow.sql"
	awk -v part=header -f "$STOWAGE_SRC/fcgi/db/sql.awk" "$STOWAGE_LOGS/narrow.sql" >"$STOWAGE_LOGS/narrow.log" 2>&1
}
cut() {
	narrow integer && ! narrow smallint && grep 'must not be smallint' "$STOWAGE_LOGS/narrow.log"
}
check 'a parameter that would cut a number fails the build' cut

# Each file of statements by psql as it stands; then all in one session, with the plans that they have in a filled database.
for file in "$STOWAGE_SRC"/sql/statements/*.sql; do
	check "psql prepares statements/$(basename "$file")" psql -X -q -v ON_ERROR_STOP=1 -f "$file"
done
tap_from sql/plans "$here/plans/plans.sh" 25

questions 'in a new database'
psql -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION pgtap'
for file in "$here"/*.sql; do
	[ "$(basename "$file")" != content.sql ] || continue
	tap_from "sql/$(basename "$file" .sql)" psql -X -q -At -v ON_ERROR_STOP=1 -f "$file"
done
psql -X -q -v ON_ERROR_STOP=1 -f "$here/content.sql" >"$STOWAGE_LOGS/content.log"
questions 'with content'
done_testing
