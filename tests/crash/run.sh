#!/bin/bash
# Kill, fill and stop things: what was acknowledged is there afterwards, nothing is half there, `stowagectl check` is silent.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"

export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$STOWAGE_SRC/tests/lib

behind() {
	local theme
	start_stack "$1" --http
	for theme in "$STOWAGE_SRC"/tests/crash/*.py; do
		stack_again
		tap_from "$(basename "$theme" .py)" timeout "$((STOWAGE_THEME_SECONDS * 3 / 2))" python3 "$theme"
	done
	stop_stack
}

# shellcheck disable=SC2086 # a list
at_once behind ${STOWAGE_CRASH_SERVERS:-lighttpd apache}
done_testing
