#!/bin/sh
# Names of external symbols: each has one definition, and begins with its layer, or with a header or type of its layer. So a reader knows
# where a function is, and two programs never give one name two meanings. Names of the compiler begin with two underscores.
set -u
symbols=$(mktemp) || exit 99
trap 'rm -f "$symbols"' EXIT
libraries=${top_builddir:?make check sets it}
failed=0

# "LAYER SYMBOL" of all that is defined. Statements are generated, and named after their files.
for archive in "$libraries"/fcgi/lib*.a "$libraries"/admin/librest.a; do
	layer=$(basename "$archive" .a)
	nm -g --defined-only "$archive" | awk -v layer="${layer#lib}" 'NF == 3 && $3 !~ /^__|_statement$/ { print layer, $3 }'
done >"$symbols"

# "LAYER PREFIX" that its symbols may have: headers and types, also in the plural.
prefixes() {
	for header in "${top_srcdir:?}"/fcgi/*/*.h "$top_srcdir"/admin/rest/*.h; do
		layer=$(basename "$(dirname "$header")")
		echo "$layer $layer"
		echo "$layer $(basename "$header" .h)"
		sed -nE "s/^(struct|enum) ([a-z0-9_]+)( \\{|;).*/$layer \\2/p" "$header"
	done | sed 'p; s/$/s/'
}

report() {
	if [ -s "$2" ]; then
		echo "not ok $1"
		sed 's/^/# /' "$2"
		failed=1
	else
		echo "ok $1"
	fi
}

echo 1..2
awk '{ print $2 }' "$symbols" | sort | uniq -d >"$symbols.found"
report '1 - no name has two definitions' "$symbols.found"
prefixes | awk '
	NR == FNR { allowed[$1 " " $2] = 1; next }
	{
		for (prefix = $2; prefix != "" && !(($1 " " prefix) in allowed);)
			if (!sub(/_[^_]*$/, "", prefix))
				prefix = ""
		if (prefix == "")
			print
	}' - "$symbols" >"$symbols.found"
report '2 - every name begins with its module' "$symbols.found"
rm -f "$symbols.found"
exit $failed
