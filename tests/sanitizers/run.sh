#!/bin/bash
# The unit and web tests once more with programs that watch themselves: addresses and undefined behaviour in one build, threads in the other.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

work=${STOWAGE_BUILD%/build/tree}/sanitizers
reports=$(mktemp -d /tmp/stowage-sanitizers.XXXXXX)
chmod 755 "$reports"
trap 'rm -rf "$reports"' EXIT

# group NAME KIND: a group of tests with another build; its TAP goes to the log folder.
group() {
	local name=$1 kind=$2
	if ! STOWAGE_WEB_SERVERS=lighttpd STOWAGE_WEB_SHORT=1 STOWAGE_RSS_MIB=2048 \
		STOWAGE_BUILD="$work/$kind/build/tree" STOWAGE_PREFIX="$work/$kind/install" \
		bash "$STOWAGE_SRC/tests/$name/run.sh" >"$STOWAGE_LOGS/$name.tap" 2>"$STOWAGE_LOGS/$name.err" ||
		grep -q '^not ok' "$STOWAGE_LOGS/$name.tap"; then
		grep -A 10 '^not ok' "$STOWAGE_LOGS/$name.tap"
		tail -n 10 "$STOWAGE_LOGS/$name.err"
		return 1
	fi
}

# A size that cannot be had is asked for on purpose, and is then worth a line.
no_reports() {
	find "$1" -type f -exec sed -i '/WARNING: AddressSanitizer failed to allocate/d' {} +
	find "$1" -type f -empty -delete
	if [ -n "$(ls -A "$1")" ]; then
		head -q -n 60 "$1"/* | head -n 300
		rm -f "$1"/*
		return 1
	fi
}

watched_by() {
	local kind=$1 said=$reports/$1 name
	mkdir -m 1777 "$said"
	export ASAN_OPTIONS=log_path=$said/asan:detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=log_path=$said/ubsan:print_stacktrace=1
	export TSAN_OPTIONS=log_path=$said/tsan:second_deadlock_stack=1:allocator_may_return_null=1
	check build "$STOWAGE_SRC/tests/sanitizers/build.sh" "$kind"
	for name in unit web; do
		check "$name" group "$name" "$kind"
		check "$name: nothing reported" no_reports "$said"
	done
}

at_once watched_by address thread
done_testing
