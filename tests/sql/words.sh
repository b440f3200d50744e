#!/bin/bash
# Each word in a call of a function of words.sql exists there: for any other the function returns NULL. Wants PGHOST, PGDATABASE and PGUSER of a
# migrated database.
set -euo pipefail

sql=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../sql" && pwd -P)
functions=$(sed -n 's/^CREATE OR REPLACE FUNCTION \([a-z_0-9]*\)(text).*/\1/p' "$sql/functions/words.sql" | paste -sd '|')
calls=$(grep -rhoE "\\b($functions)\\([^)]*\\)" "$sql/functions" "$sql/statements" | grep -v '(text)' | sort -u)
[ -n "$calls" ]
unknown=$(while read -r call; do
	echo "SELECT \$\$$call\$\$ WHERE $call IS NULL;"
done <<<"$calls" | PGOPTIONS='-c search_path=registry' psql -X -q -At -v ON_ERROR_STOP=1)
echo "$unknown"
[ -z "$unknown" ]
