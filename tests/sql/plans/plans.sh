#!/bin/bash
# The plans of hot statements among 800 × NAMES manifests, in TAP: plans.sh NAMES. Makes the database "plans". Wants PGHOST, PGUSER, STOWAGE_PREFIX.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../../lib/postgres.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PGDATABASE=plans
run=(psql -X -q -At -v ON_ERROR_STOP=1)
sql=$here/../../../sql
statements=()
for file in "$sql"/statements/*.sql; do
	statements+=(-f "$file")
done
createdb plans
postgres_migrate "$sql" >"$work/said"
"${run[@]}" -v names="$1" -c 'CREATE EXTENSION pgtap' -f "$here/fill.sql" >"$work/said"
"${run[@]}" "${statements[@]}" -f "$here/calls.sql" 2>"$work/said" || {
	tail -n 5 "$work/said" >&2
	exit 1
}
awk -f "$here/plans.awk" "$work/said" | "${run[@]}" "${statements[@]}" -f "$here/plans.sql"
