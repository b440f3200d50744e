#!/bin/sh
# Calls go downward only: each layer links with the archives beneath it and no other.
# An undefined reference to a symbol of our own is a call upward.
set -u
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
layers=${top_builddir:?make check sets it}/fcgi
number=0
failed=0

echo 'int main(void) { return 0; }' >"$work/main.c"

# auth reads the Authorization header with the one function of http that parses it.
mkdir "$work/members"
(cd "$work/members" && $AR x "$layers/libhttp.a" authorization.o && $AR rc "$work/libauthorization.a" authorization.o)

# layer LAYER BENEATH...: the layer as a whole, the others as far as it calls them.
layer() {
	name=$1
	shift
	beneath=
	for archive; do
		case $archive in
		authorization) beneath="$beneath $work/libauthorization.a" ;;
		*) beneath="$beneath $layers/lib$archive.a" ;;
		esac
	done
	number=$((number + 1))
	# shellcheck disable=SC2086 # lists of words
	if $CC $TEST_CFLAGS -o "$work/program" "$work/main.c" \
		-Wl,--whole-archive "$layers/lib$name.a" -Wl,--no-whole-archive \
		$beneath $TEST_LIBS >"$work/output" 2>&1; then
		echo "ok $number - $name calls only: ${*:-itself}"
	else
		echo "not ok $number - $name calls only: ${*:-itself}"
		grep -i 'undefined' "$work/output" | sed 's/^/# /' || sed 's/^/# /' "$work/output"
		failed=1
	fi
}

echo 1..10
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
exit $failed
