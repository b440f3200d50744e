#!/bin/bash
# The tarball builds, passes its tests, installs and uninstalls without a trace.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

distcheck() {
	if ! make -C "$STOWAGE_BUILD" -j "$(nproc)" distcheck >"$STOWAGE_LOGS/distcheck.log" 2>&1; then
		tail -n 40 "$STOWAGE_LOGS/distcheck.log"
		return 1
	fi
}

# What is installed into DESTDIR lies below it, at the places configure was told.
destdir() {
	local folder=$1
	make -s -C "$STOWAGE_BUILD" install DESTDIR="$folder" >"$STOWAGE_LOGS/destdir.log" 2>&1 || return 1
	for file in libexec/stowage/stowage-v2 sbin/stowagectl share/stowage/lighttpd/stowage.conf share/stowage/apache/stowage.conf; do
		if [ ! -f "$folder$STOWAGE_PREFIX/$file" ]; then
			echo "$file is not installed"
			return 1
		fi
	done
	make -s -C "$STOWAGE_BUILD" uninstall DESTDIR="$folder" >>"$STOWAGE_LOGS/destdir.log" 2>&1 || return 1
	[ -z "$(find "$folder" -type f -print | tee /dev/stderr)" ]
}

check 'make distcheck' distcheck
folder=$(mktemp -d)
check 'make install and uninstall with DESTDIR' destdir "$folder"
rm -rf "$folder"

done_testing
