#!/bin/bash
# `make check`: units, layers, settings, every statement against a temporary PostgreSQL, the seeds of the fuzz entry points.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

log=$STOWAGE_LOGS/check.log
build_status=0

# What a test said about one of its results; without such a line, the whole end of the output.
said() {
	local file=$STOWAGE_BUILD/tests/${1%% *}.log number=${1#* }
	file=${file/%.sh.log/.log}
	grep -B 10 -A 10 "^not ok ${number%% *}\b" "$file" || tail -n 30 "$file"
}

make -C "$STOWAGE_BUILD" -j "$(nproc)" -k check >"$log" 2>&1 || build_status=$?
while read -r kind result; do
	case $kind in
	PASS:) ok "$result" ;;
	SKIP:) skip "${result%% # SKIP*}" "${result##*# SKIP }" ;;
	*) not_ok "$result" < <(said "$result") ;;
	esac
done < <(grep -E '^(PASS|SKIP|FAIL|ERROR|XPASS): ' "$log")
if [ "$build_status" != 0 ] && ! grep -qE '^(FAIL|ERROR|XPASS): ' "$log"; then
	not_ok 'make check builds' < <(grep -E 'error|\*\*\*' "$log" | head -n 30)
fi

done_testing
