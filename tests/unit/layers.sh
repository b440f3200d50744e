#!/bin/sh
# Calls go downward only. Each layer links with the archives beneath it and no other, so that an undefined reference to a
# symbol of our own is a call upward; it includes no header of another; and its files include and call each other in no circle.
# The programs v1, v2, admin and keep are layers beside each other: none is beneath another. Those that serve requests use the database, the
# store and upstreams only through the layers between: they include no header of theirs and name no symbol of theirs.
set -u
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
sources=${top_srcdir:?make check sets it}/fcgi
layers=${top_builddir:?make check sets it}/fcgi
number=0
failed=0

echo 'int main(void) { return 0; }' >"$work/main.c"

# auth reads the Authorization header with the one function of http that parses it.
mkdir "$work/members"
(cd "$work/members" && $AR x "$layers/libhttp.a" authorization.o && $AR rc "$work/libauthorization.a" authorization.o)

# report NAME: ok if "$work/output" is empty.
report() {
	number=$((number + 1))
	if [ -s "$work/output" ]; then
		echo "not ok $number - $1"
		sed 's/^/# /' "$work/output"
		failed=1
	else
		echo "ok $number - $1"
	fi
}

# calls ARCHIVE BENEATH...: links the layer as a whole, the others as far as it calls them.
calls() {
	archive=$1
	shift
	archives=
	for one; do
		case $one in
		authorization) archives="$archives $work/libauthorization.a" ;;
		*) archives="$archives $layers/lib$one.a" ;;
		esac
	done
	# shellcheck disable=SC2086 # lists of words
	$CC $TEST_CFLAGS -o "$work/program" "$work/main.c" -Wl,--whole-archive "$archive" -Wl,--no-whole-archive \
		-Wl,--start-group $archives -Wl,--end-group $TEST_LIBS >"$work/linked" 2>&1 && return
	grep -i 'undefined' "$work/linked" || cat "$work/linked"
}

# names ARCHIVE HIDDEN...: prints symbols of these layers that the archive names itself.
names() {
	archive=$1
	shift
	for one; do
		nm -g --defined-only "$layers/lib$one.a" 2>/dev/null
	done | awk 'NF == 3 { print $3 }' >"$work/hidden"
	nm -A -u "$archive" 2>/dev/null | awk '
		NR == FNR { hidden[$1]; next }
		$NF in hidden { split($1, place, ":"); print place[2] " calls " $NF }' "$work/hidden" -
}

# includes DIRECTORY NAME BENEATH...: prints includes of layers that are not beneath.
includes() {
	directory=$1
	shift
	allowed=" $* "
	sed -n 's|^#include "\([a-z0-9_]*/[^"]*\)".*|\1|p' "$directory"/*.[ch] | sort -u | while read -r header; do
		case $allowed in *" ${header%%/*} "*) continue ;; esac
		case $allowed:$header in *" authorization "*:http/authorization.h) continue ;; esac
		grep -l "^#include \"$header\"" "$directory"/*.[ch] | sed "s|.*/\(.*/.*\)|\1 includes $header|"
	done
}

# pairs ARCHIVE DIRECTORY NAME: a line for each file (without .c, .h) that includes or calls another of the layer.
pairs() {
	for file in "$2"/*.[ch]; do
		module=${file##*/}
		sed -n "s|^#include \"$3/\(.*\)\.[a-z]*\".*|${module%.*} \1|p" "$file"
	done
	nm -A -g "$1" 2>/dev/null | awk '
		{ split($1, place, ":"); module = place[2]; sub(/\.o$/, "", module) }
		$(NF - 1) ~ /^[TDBR]$/ { home[$NF] = module }
		$(NF - 1) == "U" { called[module " " $NF] }
		END {
			for (one in called) {
				split(one, part, " ")
				if (part[2] in home)
					print part[1], home[part[2]]
			}
		}'
}

circles() {
	pairs "$@" | awk '$1 != $2' | sort -u >"$work/pairs"
	tsort <"$work/pairs" 2>&1 >/dev/null
}

# layer NAME BENEATH... [-- HIDDEN...]: the hidden ones are used by those beneath.
layer() {
	name=$1
	shift
	beneath=
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		beneath="$beneath $1"
		shift
	done
	[ $# = 0 ] || shift
	directory=$sources/$name
	archive=$layers/lib$name.a
	if [ "$name" = rest ]; then
		directory=${top_srcdir}/admin/rest
		archive=${top_builddir}/admin/librest.a
	fi
	# shellcheck disable=SC2086 # a list of words
	calls "$archive" $beneath "$@" >"$work/output"
	names "$archive" "$@" >>"$work/output"
	report "$name calls only:${beneath:- itself}"
	# shellcheck disable=SC2086
	includes "$directory" "$name" $beneath >"$work/output"
	report "$name includes only:${beneath:- itself}"
	circles "$archive" "$directory" "$name" >"$work/output"
	report "$name has no circle of files"
}

echo 1..40
layer base
layer oci base
layer http oci base
layer db oci base
layer store oci base
layer auth authorization db oci base
layer upstream oci base
layer registry upstream db store oci base
layer bridge registry upstream db store oci base
layer responder auth registry upstream http db store oci base
layer v1 responder bridge auth registry http oci base -- upstream db store
layer v2 responder bridge auth registry http oci base -- upstream db store
layer rest responder auth registry http oci base -- upstream db store
includes "$sources/keep" keep registry upstream db store oci base >"$work/output"
report "keep includes only: registry upstream db store oci base"
exit $failed
