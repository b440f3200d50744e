#!/bin/bash
# Kill, fill and stop things: what was acknowledged is there afterwards, nothing is half there, `stowagectl check` is silent.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"

export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$STOWAGE_SRC/tests/lib

# behind SERVER-PART: the themes of a part on a stack of its own. Repeats takes as long as all others.
behind() {
	local server=${1%-*} part=${1##*-} theme
	start_stack "$server" --http
	for theme in "$STOWAGE_SRC"/tests/crash/*.py; do
		theme=$(basename "$theme" .py)
		if [ "$part" = "$([ "$theme" = repeats ] && echo repeats || echo others)" ]; then
			stack_again
			tap_from "$theme" timeout "$((STOWAGE_THEME_SECONDS * 3 / 2))" python3 "$STOWAGE_SRC/tests/crash/$theme.py"
		fi
	done
	stop_stack
}

for server in ${STOWAGE_CRASH_SERVERS:-lighttpd apache}; do
	stacks+=("$server-others" "$server-repeats")
done
at_once behind "${stacks[@]}"
done_testing
