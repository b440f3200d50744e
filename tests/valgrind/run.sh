#!/bin/bash
# Each unit test program under valgrind: no error, no leak.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

check 'the unit tests build' make -C "$STOWAGE_BUILD/tests" check TESTS=
for program in "$STOWAGE_BUILD"/tests/unit/*_test; do
	check "valgrind ${program##*/}" valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect \
		--child-silent-after-fork=yes "$program"
done

done_testing
