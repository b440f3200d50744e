#!/bin/bash
# Kill, fill and stop things: what was acknowledged is there afterwards, nothing is half there, `stowagectl check` is silent.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"

for server in ${STOWAGE_CRASH_SERVERS:-lighttpd apache}; do
	start_stack "$server" --http
	for theme in "$STOWAGE_SRC"/tests/crash/*.py; do
		out=$STOWAGE_LOGS/crash-$server-$(basename "$theme" .py).tap
		code=0
		stack_again
		PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$STOWAGE_SRC/tests/lib timeout "$((STOWAGE_THEME_SECONDS * 3 / 2))" python3 "$theme" "$tap_count" >"$out" || code=$?
		cat "$out"
		tap_count=$((tap_count + $(grep -cE '^(not )?ok ' "$out" || true)))
		[ "$code" = 0 ] || not_ok "$server: $(basename "$theme") ended with $code" <"$out"
	done
	stop_stack
done
done_testing
