#!/bin/bash
# The schema as PostgreSQL describes it, of the database that PGHOST, PGDATABASE and PGUSER name. Months of history differ with the day and are
# left out. Where PostgreSQL 15 and 17 spell a thing differently, one spelling is printed.
#
#   schema.sh           compare sql/schema.sql with the database
#   schema.sh --print   print sql/schema.sql: no functions, which are in sql/functions, and no privileges, which are in sql/roles.sql
#   schema.sh --all     print everything
#   schema.sh --stubs   print the functions with empty bodies: upgrade/functions_N.sql is that of schema N
set -euo pipefail

schema=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../sql" && pwd -P)/schema.sql

dump() {
	pg_dump --schema-only --schema=registry --no-owner --exclude-table='registry.audit_2*' --exclude-table='registry.tag_event_2*' "$@" |
		sed -e '/^-- Dumped /d' -e '/^\\\(un\)\?restrict /d' -e '/^SET /d' -e '/^SELECT pg_catalog.set_config/d' \
			-e 's/^\( SELECT \|    \)audit\./\1/' -e 's/"json"/json/g' | cat -s
}

# Each object begins with a comment of its name and type.
without_functions() {
	awk -v RS= -v ORS='\n\n' '/^--\n-- Name: / { skip = /; Type: FUNCTION;/; next } !skip && !/^--\n/'
}

print() {
	echo '-- Tables, constraints, indexes, views and triggers of a migrated database, for reading: tests/sql/schema.sh --print. Nothing applies this file.'
	echo
	dump --no-privileges | without_functions
}

stubs() {
	echo '-- The functions of a schema, with empty bodies: tests/sql/schema.sh --stubs, on a database of that schema.'
	psql -X -q -At -v ON_ERROR_STOP=1 <<-'END'
		SELECT format('CREATE OR REPLACE FUNCTION registry.%s(%s) RETURNS %s LANGUAGE plpgsql AS ''BEGIN %s; END'';', proname,
		  pg_get_function_arguments(oid), pg_get_function_result(oid), CASE WHEN prorettype = 'trigger'::regtype THEN 'RETURN NULL' ELSE 'NULL' END)
		FROM pg_proc WHERE pronamespace = 'registry'::regnamespace ORDER BY proname, pg_get_function_arguments(oid);
	END
}

case ${1:-} in
--print) print ;;
--all) dump ;;
--stubs) stubs ;;
*)
	diff -u "$schema" <(print) || {
		echo "sql/schema.sql is out of date: tests/sql/schema.sh --print >sql/schema.sql on a migrated database"
		exit 1
	}
	;;
esac
