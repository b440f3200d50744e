#!/bin/bash
# Every aggregate of fcgi/db against a PostgreSQL of its own, migrated by stowagectl.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$STOWAGE_SRC/tests/lib/postgres.sh"

trap postgres_remove EXIT
postgres_start
check 'migrate' postgres_migrate
export STOWAGE_TEST_DATABASE="host=$PGHOST dbname=$PGDATABASE user=$PGUSER"

# A program's own TAP, renumbered into ours. Its exit status is 1 when a test failed, and what it did not report counts too.
program() {
	local name=$1 line status=0 last=$tap_count
	"$STOWAGE_BUILD/tests/db/$name" >"$STOWAGE_LOGS/db-$name.tap" 2>&1 || status=$?
	while IFS= read -r line; do
		if [[ $line =~ ^(not\ )?ok\ [0-9]+\ -\ (.*)$ ]]; then
			tap_count=$((tap_count + 1))
			echo "${BASH_REMATCH[1]}ok $tap_count - $name: ${BASH_REMATCH[2]}"
		elif ! [[ $line =~ ^1\.\. ]]; then
			echo "# ${line#\# }"
		fi
	done <"$STOWAGE_LOGS/db-$name.tap"
	if [ $status != 0 ] || [ "$tap_count" = "$last" ]; then
		not_ok "$name" <<<"exit status $status"
	fi
}

names=(account_test blob_test manifest_test query_test repository_test statements_test)
check 'build' make -s -C "$STOWAGE_BUILD/tests" "${names[@]/#/db/}"
for name in "${names[@]}"; do
	program "$name"
done
done_testing
