#!/bin/sh
# Every setting stands in the sample file, with its default, and in the manual.
set -u
sample=${top_srcdir:?make check sets it}/fcgi/stowage.conf.example
manual=$top_srcdir/fcgi/stowage.conf.5
table=$(./unit/config_table) || exit 99
number=0
failed=0

result() {
	number=$((number + 1))
	[ "$1" = ok ] || failed=1
	echo "$1 $number - $2"
}

# in_sample SECTION KEY DEFAULT: the line "#key = default" below [section], or #[section "NAME"].
in_sample() {
	awk -v section="[$1]" -v named="#[$1 \"NAME\"]" -v line="#$2 = $3" '
		/^#?\[/ { here = ($0 == section || $0 == named) }
		{ sub(/ +$/, "", $0); sub(/ +$/, "", line) }
		here && $0 == line { found = 1 }
		END { exit !found }' "$sample"
}

# in_manual SECTION KEY: the key as an item below the section, or as section.key.
in_manual() {
	awk -v section="$1" -v key="$2" '
		/^\.S[hs] / { here = (tolower($0) ~ "[^a-z]" section "([^a-z]|$)") }
		here && /^\.It / && $0 ~ "[^a-z_]" key "([^a-z_]|$)" { found = 1 }
		/^\.It / && index($0, section "." key) { found = 1 }
		END { exit !found }' "$manual"
}

while read -r name type rest; do
	section=${name%%.*} key=${name#*.}
	value=${rest#\"}
	value=${value%%\"*}
	in_sample "$section" "$key" "$value" && state=ok || state='not ok'
	result "$state" "$name ($type) is in stowage.conf.example with its default"
	in_manual "$section" "$key" && state=ok || state='not ok'
	result "$state" "$name is in stowage.conf.5"
done <<EOF
$table
EOF

# And nothing else does.
unknown=$(sed -n 's/^#\([a-z_]*\) = .*/\1/p' "$sample" | while read -r key; do
	printf '%s\n' "$table" | grep -q "\.$key " || echo "$key"
done)
[ -z "$unknown" ] && state=ok || state='not ok'
result "$state" "stowage.conf.example names no other key${unknown:+: $unknown}"
echo "1..$number"
exit $failed
