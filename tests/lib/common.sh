# shellcheck shell=bash
# For every tests/GROUP/run.sh: where things are, and TAP on standard output.
#
# tests/run sets, for the scripts it calls:
#   STOWAGE_SRC     the sources
#   STOWAGE_BUILD   a build tree, configured and made
#   STOWAGE_PREFIX  what `make install` of it installed
#   STOWAGE_LOGS    a folder for logs worth keeping
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

STOWAGE_SRC=${STOWAGE_SRC:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)}
: "${STOWAGE_BUILD:?run this by tests/run, which builds first}" "${STOWAGE_PREFIX:?}" "${STOWAGE_LOGS:?}"
export STOWAGE_SRC STOWAGE_BUILD STOWAGE_PREFIX STOWAGE_LOGS

tap_count=0

ok() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $*"
}

# not_ok NAME: why it failed comes on standard input.
not_ok() {
	tap_count=$((tap_count + 1))
	echo "not ok $tap_count - $*"
	sed 's/^/# /'
}

# skip NAME REASON
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# check NAME COMMAND...: passes when the command does; else what it said is shown.
check() {
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then
		ok "$name"
	else
		not_ok "$name" <<<"$said"
	fi
}

# tap_from NAME COMMAND...: the command's own TAP becomes part of ours. That it fails, or breaks its plan, is a failure too.
tap_from() {
	local name=$1 line status=0 first=$tap_count planned='' log
	shift
	log=$STOWAGE_LOGS/${name//\//-}.log
	"$@" >"$log" 2>&1 || status=$?
	while IFS= read -r line; do
		if [[ $line =~ ^(not\ )?ok\ [0-9]+\ *-?\ *(.*)$ ]]; then
			tap_count=$((tap_count + 1))
			echo "${BASH_REMATCH[1]}ok $tap_count - $name: ${BASH_REMATCH[2]}"
		elif [[ $line =~ ^1\.\.([0-9]+) ]]; then
			planned=${BASH_REMATCH[1]}
		elif [ -n "$line" ]; then
			echo "# ${line#\# }"
		fi
	done <"$log"
	if [ $status != 0 ] || [ "$planned" != $((tap_count - first)) ]; then
		not_ok "$name" <<<"exit status $status, ${planned:-nothing} planned, $((tap_count - first)) reported"
	fi
}

# apart NAME FUNCTION: FUNCTION NAME with a log folder and a count of its own.
apart() {
	STOWAGE_LOGS=$STOWAGE_LOGS/$(basename "$(dirname "$0")")-$1
	tap_count=0
	mkdir -p "$STOWAGE_LOGS"
	"$2" "$1"
	done_testing
}

# at_once FUNCTION NAME...: FUNCTION NAME for all names (servers, say) at the same time, since most tests wait for something most of the
# time. In the end their tests become one plan.
at_once() {
	local function=$1 name taps
	taps=$(mktemp -d /tmp/stowage-taps.XXXXXX)
	shift
	for name; do
		apart "$name" "$function" >"$taps/$name" &
	done
	wait
	for name; do
		tap_from "$name" cat "$taps/$name"
	done
	rm -rf "$taps"
}

# The last call of a script.
done_testing() {
	echo "1..$tap_count"
}
