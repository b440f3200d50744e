#!/bin/sh
# Every seed passes its entry point.
set -u
seeds=${top_srcdir:?make check sets it}/tests/fuzz/seeds
number=0
failed=0

for folder in "$seeds"/*/; do
	target=$(basename "$folder")
	number=$((number + 1))
	set -- "$folder"*
	if output=$("./fuzz/${target}_fuzz" "$@" 2>&1); then
		echo "ok $number - $target: $# seeds"
	else
		echo "not ok $number - $target"
		printf '%s\n' "$output" | tail -n 20 | sed 's/^/# /'
		failed=1
	fi
done
echo "1..$number"
[ "$number" -gt 0 ] || failed=1
exit $failed
