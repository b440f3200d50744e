#!/bin/bash
# One scenario, run once per web server: every file here is a theme, every test a behaviour or a pitfall by name.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"

export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$STOWAGE_SRC/tests/lib

tap_from upstream timeout 120 python3 "$STOWAGE_SRC/tests/lib/upstream.py" --check

for server in ${STOWAGE_WEB_SERVERS:-lighttpd apache}; do
	start_stack "$server"
	for theme in "$STOWAGE_SRC"/tests/web/*.py; do
		out=$STOWAGE_LOGS/web-$server-$(basename "$theme" .py).tap
		code=0
		timeout 600 python3 "$theme" "$tap_count" >"$out" || code=$?
		cat "$out"
		tap_count=$((tap_count + $(grep -cE '^(not )?ok ' "$out" || true)))
		[ "$code" = 0 ] || not_ok "$server: $(basename "$theme") ended with $code" <"$out"
	done
	stop_stack
done
done_testing
