# shellcheck shell=bash disable=SC2154
# stowagectl and people: accounts, groups, permission targets, signing keys; a part of run.sh, with its functions and its stack.

upload_status() { # upload_status USER:PASSWORD NAME
	status -u "$1" -X POST -d '' "$STACK_DEV_URL/v2/$2/blobs/uploads/"
}

token_of() { # token_of USER:PASSWORD
	curl -s -u "$1" "$STACK_DEV_URL/v2/token?scope=repository:people/a:pull,push" | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p'
}

token_status() {
	status -H "Authorization: Bearer $1" -X POST -d '' "$STACK_DEV_URL/v2/people/a/blobs/uploads/"
}

disabled_user() {
	local token
	printf 'people secret\n' | exits 0 stack_ctl user add carol --password-stdin &&
		exits 0 stack_ctl permission set people --repository docker-dev-local2 --include 'people/**' --user carol --actions read,write || return 1
	token=$(token_of 'carol:people secret')
	is "$(upload_status 'carol:people secret' people/a)" 202 && is "$(token_status "$token")" 202 &&
		exits 0 stack_ctl user disable carol &&
		is "$(upload_status 'carol:people secret' people/a)" 401 && is "$(token_status "$token")" 401 &&
		says 0 stack_ctl user list && with '^carol  *user  *disabled' &&
		exits 0 stack_ctl user enable carol &&
		is "$(upload_status 'carol:people secret' people/a)" 202 && is "$(token_status "$token")" 401 &&
		says 1 stack_ctl user disable nobody && with 'no such user: nobody' && says 1 stack_ctl user enable readers && with 'no such user'
}

last_administrator() {
	says 1 stack_ctl user disable admin && with 'last administrator' && says 1 stack_ctl user remove admin && with 'last administrator' &&
		printf 'second admin\n' | exits 0 stack_ctl user add root2 --admin --password-stdin &&
		exits 0 stack_ctl user disable admin && says 1 stack_ctl user remove root2 && with 'last administrator' &&
		exits 0 stack_ctl user enable admin && exits 0 stack_ctl user remove root2
}

unlocked_user() {
	local i
	for ((i = 0; i < 12; i++)); do
		status -u "carol:wrong $i" "$STACK_DEV_URL/v2/" >/dev/null
	done
	says 0 stack_ctl user list && with '^carol  *user  *locked' &&
		exits 0 stack_ctl user unlock carol && says 0 stack_ctl user list && with '^carol  *user  *active' &&
		is "$(status -u 'carol:people secret' "$STACK_DEV_URL/v2/")" 200 && says 1 stack_ctl user unlock nobody && with 'no such user'
}

group_of_people() {
	printf 'people secret\n' | exits 0 stack_ctl user add dave --password-stdin &&
		exits 0 stack_ctl group add builders && says 1 stack_ctl group add builders && with 'taken' &&
		says 1 stack_ctl group add carol && with 'taken' && exits 2 stack_ctl group add UPPER && exits 2 stack_ctl group member builders &&
		exits 0 stack_ctl permission set built --repository docker-dev-local2 --include 'built/**' --group builders --actions read,write &&
		is "$(upload_status 'dave:people secret' built/a)" 403 &&
		exits 0 stack_ctl group member builders --add dave,carol && is "$(upload_status 'dave:people secret' built/a)" 202 &&
		says 0 stack_ctl group list && with '^builders  *carol,dave$' &&
		exits 0 stack_ctl group member builders --remove dave && is "$(upload_status 'dave:people secret' built/a)" 403 &&
		is "$(upload_status 'carol:people secret' built/a)" 202 &&
		says 1 stack_ctl group member builders --add nobody && with 'no such user: nobody' &&
		says 1 stack_ctl group member nowhere --add dave && with 'no such group: nowhere' &&
		exits 0 stack_ctl group remove builders && is "$(upload_status 'carol:people secret' built/a)" 403 &&
		says 1 stack_ctl group remove builders && with 'no such group' && says 1 stack_ctl group remove dave && with 'no such group'
}

removed_user() {
	local token
	token=$(token_of 'carol:people secret')
	exits 0 stack_ctl user remove carol && is "$(upload_status 'carol:people secret' people/a)" 401 && is "$(token_status "$token")" 401 &&
		says 1 stack_ctl user remove carol && with 'no such user' &&
		printf 'people secret\n' | exits 0 stack_ctl user add carol --password-stdin &&
		is "$(upload_status 'carol:people secret' people/a)" 403
}

# What `permission show` prints makes the same target again.
permission_targets() {
	local -a words
	exits 0 stack_ctl permission set people --repository docker-dev-local2,docker-prod-local2 --include 'people/**' --exclude 'people/x/**' \
		--anonymous --actions read --group readers --actions read --user carol,dave --actions read,write,delete &&
		says 0 stack_ctl permission list && with '^people  *docker-dev-local2,docker-prod-local2$' &&
		says 0 stack_ctl permission show people && with '^--include people/\*\*$' && with '^--anonymous --actions read$' &&
		with '^--user carol --actions read,write,delete$' || return 1
	cp "$scratch/both" "$scratch/shown"
	read -r -d '' -a words <"$scratch/shown" || true
	exits 0 stack_ctl permission remove people && is "$(upload_status 'carol:people secret' people/a)" 403 &&
		says 1 stack_ctl permission show people && with 'no such permission target' && says 1 stack_ctl permission remove people &&
		exits 0 stack_ctl permission set people "${words[@]}" && is "$(upload_status 'carol:people secret' people/a)" 202 &&
		says 0 stack_ctl permission show people && cmp "$scratch/both" "$scratch/shown" &&
		says 2 stack_ctl permission set people --repository ANY --user carol --actions '' && with 'at least one action'
}

# A token of the key before stays good; after --revoke no token does, in every worker, and new ones are.
rotated_keys() {
	local before after i
	before=$(token_of 'carol:people secret')
	exits 0 stack_ctl key rotate && sleep 5 || return 1
	after=$(token_of 'carol:people secret')
	[ "$(cut -d . -f 1 <<<"$before")" != "$(cut -d . -f 1 <<<"$after")" ] || {
		echo "the same key signs"
		return 1
	}
	for ((i = 0; i < 8; i++)); do
		is "$(token_status "$before")" 202 && is "$(token_status "$after")" 202 || return 1
	done
	exits 0 stack_ctl key rotate --revoke && sleep 2 || return 1
	for ((i = 0; i < 8; i++)); do
		is "$(token_status "$before")" 401 && is "$(token_status "$after")" 401 || return 1
	done
	for ((i = 0; i < 8; i++)); do
		is "$(token_status "$(token_of 'carol:people secret')")" 202 || return 1
	done
}

# reports LINES COMMAND...: that is the whole output; errors have standard error for themselves.
reports() {
	exits 0 stack_ctl "${@:2}" && is "$(cat "$scratch/out")" "$1" && is "$(cat "$scratch/err")" ''
}

refuses() { # refuses LINE COMMAND...
	exits 1 stack_ctl "${@:2}" && is "$(cat "$scratch/err")" "stowagectl: $1" && is "$(cat "$scratch/out")" ''
}

reported() {
	reports 'user erin created' user add erin --password-stdin <<<'people secret' &&
		reports 'administrator root3 created' user add root3 --admin --password-stdin <<<'people secret' &&
		reports 'password of user erin set, its tokens revoked' user passwd erin --password-stdin <<<'other secret' &&
		reports 'user erin disabled, its tokens revoked' user disable erin && reports 'user erin enabled' user enable erin &&
		reports 'user erin unlocked' user unlock erin && reports 'group masons created' group add masons &&
		reports $'user erin added to group masons\nuser dave added to group masons\nuser root3 removed from group masons' \
			group member masons --add erin,dave --remove root3 &&
		reports 'permission target walls set' permission set walls --repository ANY --group masons --actions read &&
		reports 'permission target walls removed' permission remove walls &&
		refuses 'cannot create user erin: the name is taken' user add erin --password-stdin <<<'people secret' &&
		refuses 'cannot create group masons: the name is taken' group add masons &&
		refuses '--group: must name a group (erin is a user)' permission set walls --repository ANY --group erin --actions read &&
		refuses 'no such local or remote repository: nowhere (rights on a virtual repository are those on its members)' \
			permission set walls --repository nowhere --group masons --actions read &&
		refuses 'no such user or group: nobody' permission set walls --repository ANY --group nobody --actions read &&
		reports 'group masons removed' group remove masons && reports 'user erin removed' user remove erin && reports 'user root3 removed' user remove root3
}

people_audited() {
	is "$(stack_sql -c "SELECT string_agg(DISTINCT action, ' ' ORDER BY action) FROM registry.audit WHERE action ~ '^(account_(dis|en)able|account_(remove|unlock)|group_|permission_remove|token_key)' AND actor_name LIKE 'stowagectl:%'")" \
		'account_disable account_enable account_remove account_unlock group_add group_member_add group_member_remove group_remove permission_remove token_key_rotate'
}

check 'a disabled account and its tokens are refused, until it is enabled' disabled_user
check 'the last administrator cannot be disabled or removed' last_administrator
check 'an account locked by wrong passwords is unlocked' unlocked_user
check 'a group gives its members rights while they are in it' group_of_people
check 'a removed account is gone with its rights; its name is free' removed_user
check 'permission targets are listed, shown and removed' permission_targets
check 'a new key signs; revoked keys end all tokens at once' rotated_keys
check 'each command says in one line what was done to what, or why not' reported
check 'changes of people, groups and keys are audited' people_audited
