# shellcheck shell=bash
# Users of the servers, and commands run as one of them.

accounts_mark='made by stowage quickstart'

# Started as root: PostgreSQL as postgres, the web server as www-data; stowage-v1, -v2 and -keep, which own the blobs, and stowage-admin as
# two accounts made for this state. Otherwise everything as the calling user.
choose_users() {
	if is_root; then
		database_user=postgres
		web_user=www-data
		accounts=${accounts:-stowage-$(od -An -N3 -tx1 /dev/urandom | tr -d ' ')}
		store_user=$accounts
		admin_user=$accounts-admin
	else
		database_user=$(id -un)
		web_user=$database_user store_user=$database_user admin_user=$database_user
		say "all programs run as $database_user; if started by root, they run as separate users"
	fi
	web_group=$(id -gn "$web_user")
}

make_accounts() {
	local name
	is_root || return 0
	remove_lost_accounts
	for name in "$store_user" "$admin_user"; do
		id -u "$name" >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir "$data" --shell /usr/sbin/nologin \
			--comment "$accounts_mark" "$name" || die "cannot create the account $name"
	done
}

remove_accounts() {
	local name
	[ -n "$accounts" ] || return 0
	for name in "$accounts" "$accounts-admin"; do
		! id -u "$name" >/dev/null 2>&1 || userdel "$name"
	done
}

# Accounts of state directories that were removed otherwise than by destroy.
remove_lost_accounts() {
	local name comment home
	getent passwd | while IFS=: read -r name _ _ _ comment home _; do
		[ "$comment" != "$accounts_mark" ] || [ -d "$home" ] || userdel "$name" || true
	done
}

# A command with a bare environment: nothing of the caller's (PGHOST, locale, proxies) is passed on but sanitizer settings, for the tests.
bare=(env -i "PATH=$PATH" LC_ALL=C.UTF-8)
for name in ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS LSAN_OPTIONS; do
	[ -z "${!name:-}" ] || bare+=("$name=${!name}")
done

# run_as USER COMMAND...
run_as() {
	local user=$1 switch=()
	shift
	[ "$user" = "$(id -un)" ] || switch=(setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups --)
	"${switch[@]}" "${bare[@]}" "$@"
}

as_root() {
	if is_root; then
		"$@"
	else
		sudo -- "$@"
	fi
}
