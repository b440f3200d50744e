#!/bin/bash
# build.sh KIND: a build that watches itself, and its unit tests; made once, for all that ask.
set -euo pipefail

kind=$1
sanitizers=$kind
[ "$kind" = thread ] || sanitizers=address,undefined
state=${STOWAGE_BUILD%/build/tree}/sanitizers/$kind
mkdir -p "$state"
exec 9>"$state.lock"
flock 9
CFLAGS="-O1 -g1" CONFIGURE_FLAGS="--enable-sanitizers=$sanitizers" "$STOWAGE_SRC/quickstart" build --state "$state" 9>&-
make -C "$state/build/tree/tests" -j "$(nproc)" check TESTS= >"$state/check.log" 2>&1 9>&- || {
	tail -n 30 "$state/check.log"
	exit 1
}
