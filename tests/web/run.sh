#!/bin/bash
# One scenario, run once per web server: every file here is a theme, every test a behaviour or a pitfall by name.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"

export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$STOWAGE_SRC/tests/lib

tap_from upstream timeout 120 python3 "$STOWAGE_SRC/tests/lib/upstream.py" --check

run_theme() {
	local theme=$1 out code=0
	out=$STOWAGE_LOGS/web-$STACK_SERVER-$STACK_SCHEME-$(basename "$theme" .py).tap
	timeout "$STOWAGE_THEME_SECONDS" python3 "$theme" "$tap_count" >"$out" || code=$?
	cat "$out"
	tap_count=$((tap_count + $(grep -cE '^(not )?ok ' "$out" || true)))
	[ "$code" = 0 ] || not_ok "$STACK_SERVER: $(basename "$theme") ended with $code" <"$out"
}

for server in ${STOWAGE_WEB_SERVERS:-lighttpd apache}; do
	start_stack "$server"
	for theme in "$STOWAGE_SRC"/tests/web/*.py; do
		run_theme "$theme"
	done
	stop_stack
	# Old clients go without TLS where they are let.
	if [ -z "${STOWAGE_WEB_SHORT:-}" ]; then
		start_stack "$server" --http
		run_theme "$STOWAGE_SRC/tests/web/v1.py"
		stop_stack
	fi
done
done_testing
