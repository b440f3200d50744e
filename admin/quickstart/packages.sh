# shellcheck shell=bash
# Debian packages: those that are missing are installed; nothing that they bring is started, now or at the next boot.

# One need per line; alternatives are separated by |, and the first one that this Debian has is installed.
build_packages() {
	printf '%s\n' gcc make autoconf automake pkg-config libc6-dev libfcgi-dev libgnutls28-dev libjansson-dev \
		'libcurl4-gnutls-dev|libcurl4-openssl-dev' libpsl-dev libpq-dev libcrypt-dev zlib1g-dev libzstd-dev
}

needed_packages() {
	printf '%s\n' 'postgresql|postgresql-15' openssl curl
	if [ -z "$installed" ]; then
		build_packages
	else
		printf '%s\n' 'libfcgi0ldbl|libfcgi0t64' 'libgnutls30|libgnutls30t64' libjansson4 'libcurl3-gnutls|libcurl3t64-gnutls' \
			'libpsl5|libpsl5t64' libpq5 zlib1g libzstd1
	fi
	case $server in
	lighttpd)
		printf '%s\n' lighttpd lighttpd-modules-lua
		[ "$scheme" = http ] || echo lighttpd-mod-gnutls
		;;
	apache) printf '%s\n' apache2-bin libapache2-mod-xsendfile ;;
	esac
}

package_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
	local need names name
	for need; do
		IFS='|' read -r -a names <<<"$need"
		for name in "${names[@]}"; do
			package_installed "$name" && continue 2
		done
		echo "$need"
	done
}

known_packages() {
	local need names name
	for need; do
		IFS='|' read -r -a names <<<"$need"
		for name in "${names[@]}"; do
			[ -z "$(apt-cache show "$name" 2>/dev/null)" ] || break
			name=${names[0]}
		done
		echo "$name"
	done
}

# Files that keep packages from starting services and from creating a PostgreSQL cluster; removed as soon as apt has finished.
holds=()

hold() {
	local file=$1 mode=$2 text=$3 directory
	directory=$(dirname "$file")
	if [ ! -d "$directory" ]; then
		as_root mkdir -p "$directory"
		holds=("$directory" "${holds[@]}")
	fi
	printf '%s\n' "$text" | as_root tee "$file" >/dev/null
	as_root chmod "$mode" "$file"
	holds=("$file" "${holds[@]}")
}

release_holds() {
	local path
	for path in "${holds[@]}"; do
		if [ -d "$path" ]; then
			as_root rmdir --ignore-fail-on-non-empty "$path"
		else
			as_root rm -f "$path"
		fi
	done
	holds=()
}

apt_update() {
	as_root apt-get -qq update >"$1" 2>&1 </dev/null || {
		cat "$1" >&2
		die "cannot update the package lists: apt-get update failed"
	}
}

# apt_install LOG NAME...
apt_install() {
	local log=$1
	shift
	trap release_holds EXIT
	[ -e /usr/sbin/policy-rc.d ] || hold /usr/sbin/policy-rc.d 755 $'#!/bin/sh\n# Put here by stowage quickstart while it installs packages.\nexit 101'
	hold /etc/postgresql-common/createcluster.d/stowage-quickstart.conf 644 'create_main_cluster = false'
	if ! as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -qq -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold install "$@" >"$log" 2>&1 </dev/null; then
		tail -n 30 "$log" >&2
		die "cannot install packages: see $log"
	fi
	release_holds
	trap - EXIT
}

# disable_services INIT-SCRIPT UNIT...: also if systemd does not run, so that it does not start them later.
disable_services() {
	local script=$1 unit
	shift
	for unit; do
		as_root env DPKG_MAINTSCRIPT_PACKAGE="$script" deb-systemd-helper disable "$unit" >/dev/null
	done
	[ ! -e "/etc/init.d/$script" ] || as_root update-rc.d "$script" disable
}

# Services of packages that were installed before keep their state.
ensure_packages() {
	local missing log name
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null || die "cannot install Debian packages: apt-get is missing; needed: ${missing[*]}"
	is_root || command -v sudo >/dev/null || die "cannot install Debian packages: run as root, install sudo, or first run apt-get install ${missing[*]}"
	log=$(mktemp)
	apt_update "$log"
	mapfile -t missing < <(known_packages "${missing[@]}")
	say "installing ${missing[*]}"
	apt_install "$log" "${missing[@]}"
	rm -f "$log"
	for name in "${missing[@]}"; do
		case $name in
		lighttpd) disable_services lighttpd lighttpd.service ;;
		docker.io) disable_services docker docker.service docker.socket ;;
		docker-registry) disable_services docker-registry docker-registry.service ;;
		containerd) disable_services containerd containerd.service ;;
		podman) disable_services podman podman.socket podman.service podman-restart.service podman-auto-update.timer ;;
		esac
	done
}

install_needed() {
	local needed
	mapfile -t needed < <(needed_packages)
	ensure_packages "${needed[@]}"
}
