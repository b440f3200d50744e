#!/bin/bash
# One scenario, run once per web server: every file here is a theme, every test a behaviour or a pitfall by name.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"

export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$STOWAGE_SRC/tests/lib

# Themes that wait most of the time: for limits in time, for credentials to expire, for servers to come back. They share a stack beside that of
# the others.
waiting='^(errors|head|locks|service|stalls|store|strangers|unreachable|virtual_.*|welcome)$'

# is_of PART THEME: a part is all, waiting or busy.
is_of() {
	case $1 in
	waiting) [[ $2 =~ $waiting ]] ;;
	busy) [[ ! $2 =~ $waiting ]] ;;
	esac
}

# in_order FILE...: as they are or, with STOWAGE_WEB_ORDER=SEED, shuffled; themes do not depend on their order.
in_order() {
	if [ -z "${STOWAGE_WEB_ORDER:-}" ]; then
		printf '%s\n' "$@"
	else
		shuf --random-source=<(yes "$STOWAGE_WEB_ORDER") -e "$@"
	fi
}

# run_themes PART FILE...
run_themes() {
	local part=$1 file theme files
	shift
	mapfile -t files < <(in_order "$@")
	for file in "${files[@]}"; do
		theme=$(basename "$file" .py)
		! is_of "$part" "$theme" || tap_from "$STACK_SCHEME/$theme" timeout "$STOWAGE_THEME_SECONDS" python3 "$file"
	done
}

# behind SERVER-PART
behind() {
	local server=${1%-*} part=${1##*-}
	start_stack "$server"
	run_themes "$part" "$STOWAGE_SRC"/tests/web/*.py
	stop_stack
	# Old clients go without TLS where they are let.
	if [ "$part" != waiting ] && [ -z "${STOWAGE_WEB_SHORT:-}" ]; then
		start_stack "$server" --http
		run_themes "$part" "$STOWAGE_SRC"/tests/web/v1_*.py
		stop_stack
	fi
}

# Single tests are not worth a second stack.
parts=(busy waiting)
[ -z "${STOWAGE_TEST_ONLY:-}" ] || parts=(all)
for server in ${STOWAGE_WEB_SERVERS:-lighttpd apache}; do
	stacks+=("${parts[@]/#/$server-}")
done

tap_from upstream timeout 120 python3 "$STOWAGE_SRC/tests/lib/upstream.py" --check
at_once behind "${stacks[@]}"
done_testing
