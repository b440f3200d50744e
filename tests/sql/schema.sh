#!/bin/bash
# The schema as PostgreSQL describes it: print it (--print), or hold sql/schema.sql against it. Wants PGHOST, PGDATABASE and
# PGUSER of a database that was just migrated. Months of history differ with the day and are left out. Where PostgreSQL 15 and 17 spell a
# thing differently, one spelling is printed.
set -euo pipefail

schema=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../sql" && pwd -P)/schema.sql

dump() {
	echo "-- Generated from a migrated database by tests/sql/schema.sh --print, for reading; nothing applies this file."
	pg_dump --schema-only --schema=registry --no-owner --exclude-table='registry.audit_2*' --exclude-table='registry.tag_event_2*' |
		sed -e '/^-- Dumped /d' -e '/^\\\(un\)\?restrict /d' -e '/^SET /d' -e '/^SELECT pg_catalog.set_config/d' \
			-e 's/^\( SELECT \|    \)audit\./\1/' -e 's/"json"/json/g' | cat -s
}

if [ "${1:-}" = --print ]; then
	dump
else
	diff -u "$schema" <(dump) || {
		echo "sql/schema.sql is out of date: tests/sql/schema.sh --print >sql/schema.sql on a migrated database"
		exit 1
	}
fi
