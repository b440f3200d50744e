#!/bin/bash
# A database of an earlier schema becomes the same by `stowagectl migrate` as one that is new: tables, functions, privileges. Wants PGHOST,
# PGDATABASE and PGUSER of a new one. upgrade/functions_N.sql holds the functions
# that schema N had; upgrade/content_N.sql fills its tables, and upgrade/kept_N.sql returns what is not found afterwards.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$STOWAGE_SRC/tests/lib/postgres.sh"

here=$STOWAGE_SRC/tests/sql
export PGOPTIONS='-c client_min_messages=warning'
for functions in "$here"/upgrade/functions_*.sql; do
	number=${functions##*_}
	number=${number%.sql}
	createdb "schema$number"
	postgres_schema "$number" | psql -X -q -v ON_ERROR_STOP=1 -d "schema$number"
	psql -X -q -v ON_ERROR_STOP=1 -d "schema$number" -f "$functions" \
		-c "CREATE FUNCTION registry.no_longer_used() RETURNS int LANGUAGE sql AS 'SELECT 1'" \
		-f "$here/upgrade/content_$number.sql"
	PGDATABASE=schema$number postgres_migrate "$STOWAGE_SRC/sql"
	lost=$(psql -X -q -At -v ON_ERROR_STOP=1 -d "schema$number" -f "$here/upgrade/kept_$number.sql")
	echo "$lost"
	[ -z "$lost" ]
	diff -u <("$here/schema.sh" --all) <(PGDATABASE=schema$number "$here/schema.sh" --all)
done
