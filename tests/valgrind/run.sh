#!/bin/bash
# Each unit test program under valgrind: no error, no leak.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

export STOWAGE_VALGRIND=1

check 'the unit tests build' make -C "$STOWAGE_BUILD/tests" -j "$(nproc)" check TESTS=

# watch PROGRAM: what valgrind says into a file, its verdict beside it.
watch() {
	local log=$STOWAGE_LOGS/valgrind-${1##*/}
	valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect \
		--child-silent-after-fork=yes "$1" >"$log" 2>&1
	echo $? >"$log.status"
}
export -f watch

verdict() {
	local log=$STOWAGE_LOGS/valgrind-$1
	[ "$(cat "$log.status")" = 0 ] || {
		cat "$log"
		return 1
	}
}

printf '%s\n' "$STOWAGE_BUILD"/tests/unit/*_test | xargs -P "$(nproc)" -I '{}' bash -c 'watch {}'
for program in "$STOWAGE_BUILD"/tests/unit/*_test; do
	check "valgrind ${program##*/}" verdict "${program##*/}"
done

done_testing
