# shellcheck shell=bash
# The build: from a copy of the sources in STATE/build/src, out of tree in STATE/build/tree, installed into STATE/install.

build() {
	if [ -n "$installed" ]; then
		prefix=$installed
		return
	fi
	prefix=$data/install
	say "building (log in $data/log/build.log)"
	if ! (compile) >"$data/log/build.log" 2>&1; then
		tail -n 30 "$data/log/build.log" >&2
		die "cannot build: see $data/log/build.log"
	fi
}

compile() {
	copy_sources || return
	if build_stale; then
		configure_tree || return
	fi
	make -C "$data/build/tree" -j "$(nproc)" && make -C "$data/build/tree" install
}

# The checkout stays clean, may be read-only, and may be configured otherwise. A file that differs is as new as the copy, even if its time is
# older (another checkout).
copy_sources() {
	local list=$data/build/sources
	mkdir -p "$data/build/src" || return
	list_sources >"$list.new" || return
	if [ -f "$list" ]; then
		comm -23 "$list" "$list.new" | (cd "$data/build/src" && xargs -r -d '\n' rm -f)
	fi
	mv "$list.new" "$list"
	comm -13 <(sums "$data/build/src" <"$list") <(sums "$top" <"$list") | cut -c 67- >"$list.changed"
	tar -C "$top" -cf - -T "$list.changed" | tar -C "$data/build/src" -xmf - --no-same-owner
}

# Without what a build inside the checkout makes.
list_sources() {
	(cd "$top" && find fcgi admin sql apache lighttpd tests autogen.sh configure.ac Makefile.am README.md CHANGELOG.md LICENSE quickstart .ci \
		-type f ! -name '*.[oa]' ! -name '*.log' ! -name '*.trs' ! -name Makefile ! -name Makefile.in ! -path '*/.deps/*' \
		! -name '*_test' ! -name '*_fuzz' ! -path tests/unit/config_table ! -path fcgi/stowage-v1 ! -path fcgi/stowage-v2 \
		! -path fcgi/stowage-keep ! -path admin/stowage-admin ! -path admin/stowagectl ! -path admin/stowage-deploy -print | sort)
}

# sums DIRECTORY: of the files named on standard input that exist there.
sums() {
	(cd "$1" && { xargs -r -d '\n' sha256sum 2>/dev/null || true; }) | sort
}

build_stale() {
	[ ! -x "$data/build/src/configure" ] || [ ! -f "$data/build/tree/config.status" ] ||
		! build_flags | cmp -s - "$data/build/flags" ||
		[ -n "$(find "$data/build/src" \( -name configure.ac -o -name Makefile.am \) -newer "$data/build/src/configure")" ]
}

build_flags() {
	printf '%s\n' "${CC:-}" "${CFLAGS:-}" "${CONFIGURE_FLAGS:-}"
}

configure_tree() {
	local flags
	"$data/build/src/autogen.sh" &&
		rm -rf "$data/build/tree" &&
		mkdir -p "$data/build/tree" &&
		cd "$data/build/tree" &&
		read -r -a flags <<<"${CONFIGURE_FLAGS:-}" &&
		"$data/build/src/configure" --prefix="$data/install" "${flags[@]}" &&
		build_flags >"$data/build/flags"
}
