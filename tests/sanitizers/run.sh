#!/bin/bash
# The unit and web tests once more with programs that watch themselves: addresses and undefined behaviour, then threads.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

work=${STOWAGE_BUILD%/build/tree}/sanitizers
reports=$(mktemp -d /tmp/stowage-sanitizers.XXXXXX)
chmod 1777 "$reports"
trap 'rm -rf "$reports"' EXIT

# A group of tests with another build; its TAP goes to the log folder.
group() {
	local name=$1 kind=$2
	shift 2
	if ! env "$@" STOWAGE_BUILD="$work/$kind/build/tree" STOWAGE_PREFIX="$work/$kind/install" STOWAGE_LOGS="$STOWAGE_LOGS/$kind" \
		bash "$STOWAGE_SRC/tests/$name/run.sh" >"$STOWAGE_LOGS/$kind/$name.tap" 2>"$STOWAGE_LOGS/$kind/$name.err" ||
		grep -q '^not ok' "$STOWAGE_LOGS/$kind/$name.tap"; then
		grep -A 10 '^not ok' "$STOWAGE_LOGS/$kind/$name.tap"
		tail -n 10 "$STOWAGE_LOGS/$kind/$name.err"
		return 1
	fi
}

# A size that cannot be had is asked for on purpose, and is then worth a line.
no_reports() {
	find "$reports" -type f -exec sed -i '/WARNING: AddressSanitizer failed to allocate/d' {} +
	find "$reports" -type f -empty -delete
	if [ -n "$(ls -A "$reports")" ]; then
		head -q -n 60 "$reports"/* | head -n 300
		rm -f "$reports"/*
		return 1
	fi
}

for kind in address thread; do
	sanitizers=$kind
	[ $kind = thread ] || sanitizers=address,undefined
	mkdir -p "$STOWAGE_LOGS/$kind"
	export ASAN_OPTIONS=log_path=$reports/asan:detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=log_path=$reports/ubsan:print_stacktrace=1
	export TSAN_OPTIONS=log_path=$reports/tsan:second_deadlock_stack=1:allocator_may_return_null=1
	check "build with $sanitizers" "$STOWAGE_SRC/tests/sanitizers/build.sh" $kind
	for name in unit web; do
		[ -f "$STOWAGE_SRC/tests/$name/run.sh" ] || continue
		check "$name with $sanitizers" group $name $kind STOWAGE_WEB_SERVERS=lighttpd STOWAGE_WEB_SHORT=1 STOWAGE_RSS_MIB=2048
		check "$name with $sanitizers: nothing reported" no_reports
	done
done

done_testing
