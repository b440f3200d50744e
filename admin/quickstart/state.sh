# shellcheck shell=bash
# The state directory: $state as it was named, $data where it really is, $run for its sockets.

# Two quickstarts of one state wait for each other.
lock_state() {
	exec 9>"$data/lock"
	flock -w 600 9 || die "another quickstart is using $data"
}

open_state() {
	[ -f "$state/settings" ] || die "$state is not a state directory of quickstart"
	data=$(realpath "$state")
	[ -O "$data/settings" ] || die "$data belongs to $(stat -c %U "$data/settings"): run as that user"
	lock_state
	load_settings
}

prepare_state() {
	[ -e "$state/settings" ] || place_state
	mkdir -p "$state"
	data=$(realpath "$state")
	if is_root && [ ! -e "$data/settings" ]; then
		chmod 711 "$data"
	fi
	[ -w "$data" ] || die "$data is not writable by $(id -un)"
	mkdir -p "$data"/{pid,etc,log,tls,client}
	make_accounts
	prepare_runtime
	save_settings
	prepare_store
	make_directory "$web_user" 700 "$data/spool"
	# Servers write the files in log; if they could create names there, a symbolic link could lead root's writes elsewhere.
	make_directory "$(id -un)" 755 "$data/log"
	make_directory "$database_user" 700 "$data/postgres"
	make_directory "$(id -un)" 755 "$data/empty"
}

# If the servers' users cannot reach the directory (a checkout below /root), it becomes a link to one in /var/lib.
place_state() {
	local parent=$state real
	if [ -d "$state" ]; then
		[ -z "$(foreign_files "$state")" ] || die "--state: must be empty or a state directory of quickstart, and $state is not empty"
	else
		parent=$(dirname "$state")
		mkdir -p "$parent"
	fi
	if is_root && { ! run_as "$web_user" test -x "$parent" || ! run_as "$database_user" test -x "$parent"; }; then
		real=$(mktemp -d /var/lib/stowage-quickstart.XXXXXX)
		rm -rf "$state" # holds nothing but a build, made for a path that the servers cannot enter
		ln -s "$real" "$state"
		say "state is kept in $real, because the users of the servers cannot access $state"
	fi
}

# Files that `quickstart build` has not put there: destroy removes the whole directory.
foreign_files() {
	local ours=()
	[ ! -f "$1/build/sources" ] || ours=(! -name build ! -name install ! -name log ! -name lock)
	find "$1/" -mindepth 1 -maxdepth 1 "${ours[@]}" -print -quit
}

# The web server reads blobs through its group, which new files inherit. A store of another user (started as root or not before) changes owners.
prepare_store() {
	local name
	if [ -d "$data/store" ] && [ "$(stat -c %U "$data/store")" != "$store_user" ]; then
		for name in stowage-v1 stowage-v2 stowage-keep stowage-admin; do
			stop_service "$name"
		done
		chown -R "$store_user:$web_group" "$data/store"
		find "$data/store" -type d -exec chmod g+s {} +
	fi
	make_directory "$store_user:$web_group" 2750 "$data/store"
}

# Sockets are in a short directory of their own, since a socket's path has at most 107 bytes. It is gone after a reboot.
prepare_runtime() {
	local base
	if [ -z "$run" ] || [ ! -d "$run" ] || [ ! -O "$run" ]; then
		base=${XDG_RUNTIME_DIR:-/tmp}
		! is_root || base=/run
		run=$(mktemp -d "$base/stowage.XXXXXX")
	fi
	chmod 711 "$run"
	make_directory "$web_user" 711 "$run/web"
	make_directory "$store_user:$web_group" 2710 "$run/registry"
	make_directory "$admin_user:$web_group" 2710 "$run/admin"
	make_directory "$database_user" 711 "$run/pg"
}

# make_directory USER[:GROUP] MODE DIRECTORY
make_directory() {
	local owner=$1 mode=$2 directory=$3
	mkdir -p "$directory"
	if is_root; then
		[[ $owner == *:* ]] || owner=$owner:
		chown "$owner" "$directory"
	fi
	chmod "$mode" "$directory"
}

confirm_removal() {
	local answer=''
	[ "$assume_yes" = no ] || return 0
	read -r -p "Remove $data with all images in it? [y/N] " answer || true
	case $answer in y | Y | yes) ;; *) die "nothing removed" ;; esac
}

refuse_mounts() {
	if awk -v directory="$data/" 'index($2, directory) == 1 { found = 1 } END { exit !found }' /proc/self/mounts; then
		die "a file system is mounted below $data: unmount it and run destroy again"
	fi
}

# What fails half-way can be repeated as long as the settings are there.
remove_state() {
	find "$data" -mindepth 1 -maxdepth 1 ! -name settings -exec rm -rf {} +
	remove_accounts
	rm -rf "$run" "$data"
	[ ! -L "$state" ] || rm "$state"
}
