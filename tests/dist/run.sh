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

# hardened PROGRAM: its ELF shows each protection that configure asks for.
hardened() {
	local elf protection pattern missing=0
	elf=$(readelf -hldnW --dyn-syms "$1") || return 1
	while IFS=' ' read -r protection pattern; do
		grep -Eq "$pattern" <<<"$elf" || {
			echo "$protection is missing"
			missing=1
		}
	done <<-'EOF'
		position-independence Type:[ ]+DYN
		read-only-relocations GNU_RELRO
		immediate-binding FLAGS.*NOW
		stack-protector __stack_chk_fail
		fortified-calls __[a-z]+_chk@
		no-executable-stack GNU_STACK.*[ ]RW[ ]
	EOF
	# The linker marks the program only if the C library's start files are marked as well, which Debian's are not.
	if [ "$(uname -m)" = x86_64 ] && [ "$(objdump -d "$1" | grep -c endbr64)" -lt 100 ]; then
		echo "control-flow-protection is missing"
		missing=1
	fi
	return $missing
}

plain_is_not_hardened() {
	local folder=$1
	echo 'int main(void) { return 0; }' >"$folder/plain.c"
	cc -no-pie -fno-stack-protector -o "$folder/plain" "$folder/plain.c" && ! hardened "$folder/plain"
}

for program in "$STOWAGE_PREFIX"/libexec/stowage/* "$STOWAGE_PREFIX/sbin/stowagectl"; do
	check "$(basename "$program") is hardened" hardened "$program"
done
check 'make distcheck' distcheck
folder=$(mktemp -d)
check 'a program built without hardening is told apart' plain_is_not_hardened "$folder"
rm -f "$folder"/plain*
check 'make install and uninstall with DESTDIR' destdir "$folder"
rm -rf "$folder"

done_testing
