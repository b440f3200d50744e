#!/bin/bash
# Every aggregate of fcgi/db against a PostgreSQL of its own, migrated by stowagectl.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$STOWAGE_SRC/tests/lib/postgres.sh"

trap postgres_remove EXIT
postgres_start
check 'migrate' postgres_migrate
export STOWAGE_TEST_DATABASE="host=$PGHOST dbname=$PGDATABASE user=$PGUSER"

names=(account_test administrator_test binding_test blob_test document_test duplicate_test manifest_test query_test repository_test session_test statements_test)
check 'build' make -s -C "$STOWAGE_BUILD/tests" "${names[@]/#/db/}"
for name in "${names[@]}"; do
	tap_from "db/$name" "$STOWAGE_BUILD/tests/db/$name"
done
done_testing
