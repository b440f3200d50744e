#!/bin/bash
# One scenario, run once per web server: every file here is a theme, every test a behaviour or a pitfall by name.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"

export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$STOWAGE_SRC/tests/lib

run_themes() {
	local theme
	for theme; do
		tap_from "$STACK_SCHEME/$(basename "$theme" .py)" timeout "$STOWAGE_THEME_SECONDS" python3 "$theme"
	done
}

behind() {
	start_stack "$1"
	run_themes "$STOWAGE_SRC"/tests/web/*.py
	stop_stack
	# Old clients go without TLS where they are let.
	if [ -z "${STOWAGE_WEB_SHORT:-}" ]; then
		start_stack "$1" --http
		run_themes "$STOWAGE_SRC"/tests/web/v1_*.py
		stop_stack
	fi
}

tap_from upstream timeout 120 python3 "$STOWAGE_SRC/tests/lib/upstream.py" --check
# shellcheck disable=SC2086 # a list
at_once behind ${STOWAGE_WEB_SERVERS:-lighttpd apache}
done_testing
