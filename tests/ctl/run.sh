#!/bin/bash
# stowagectl against a running registry: what it prints, changes and answers.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"
. "$STOWAGE_SRC/tests/lib/postgres.sh"

scratch=$(mktemp -d)
ctl=$STOWAGE_PREFIX/sbin/stowagectl

# exits CODE COMMAND...: with that code, its output in $scratch/out and $scratch/err.
exits() {
	local wanted=$1 code=0
	shift
	"$@" >"$scratch/out" 2>"$scratch/err" || code=$?
	[ "$code" -eq "$wanted" ] || {
		echo "exit $code instead of $wanted: $*"
		cat "$scratch/out" "$scratch/err"
		return 1
	}
}

says() {
	exits "$@" && cat "$scratch/out" "$scratch/err" >"$scratch/both"
}

with() { # with TEXT: the last command said it
	grep -q -- "$1" "$scratch/both" || {
		echo "does not say: $1"
		cat "$scratch/both"
		return 1
	}
}

is() {
	[ "$1" = "$2" ] || {
		echo "'$1' instead of '$2'"
		return 1
	}
}

# --- Without a database ------------------------------------------------------------------------------------------------------------

versions() {
	says 0 "$ctl" --version && with '^stowagectl [0-9]' && with '^schema [0-9]' && with '^libpq [0-9]' &&
		with '^gnutls [0-9]' && with '^jansson [0-9]' && with '^libcurl [0-9]' && with '^fcgi [0-9]'
}

usage() {
	exits 2 "$ctl" && exits 2 "$ctl" frobnicate && exits 2 "$ctl" user && exits 2 "$ctl" user frobnicate &&
		exits 2 "$ctl" --frobnicate && exits 2 "$ctl" check --frobnicate && exits 2 "$ctl" check now &&
		exits 2 "$ctl" user add && exits 2 "$ctl" user add a b && exits 2 "$ctl" user add UPPER &&
		exits 2 "$ctl" user add _all && exits 2 "$ctl" user add a:b &&
		exits 2 "$ctl" permission set t --user a --actions read &&
		exits 2 "$ctl" permission set t --repository ANY --user a &&
		exits 2 "$ctl" permission set t --repository ANY --actions read &&
		exits 2 "$ctl" permission set t --repository ANY --user a --actions fly &&
		exits 2 "$ctl" permission set --repository ANY --user a --actions read
}

# The reason first, then where to read on.
usage_told() {
	exits 2 "$ctl" check --frobnicate && is "$(cat "$scratch/err")" "stowagectl: unrecognized option '--frobnicate'
Try: stowagectl check --help" && exits 2 "$ctl" user add UPPER &&
		is "$(cat "$scratch/err")" 'stowagectl: NAME: must be 1 to 64 lower case letters, digits and . _ @ + -, and not begin with _ (got UPPER)
Try: stowagectl user add --help' && exits 2 "$ctl" check now && is "$(cat "$scratch/err")" 'stowagectl: unexpected operand: now
Try: stowagectl check --help' && exits 2 "$ctl" --frobnicate && is "$(cat "$scratch/err")" "stowagectl: unrecognized option '--frobnicate'
Try: stowagectl --help"
}

# Every command of the table has its help, and stands in the manual with its options.
documented() {
	local command options word
	"$ctl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\( [a-z]*\)\?\) .*/\1/p' >"$scratch/commands"
	[ "$(wc -l <"$scratch/commands")" -ge 9 ] || return 1
	while read -r command; do
		# shellcheck disable=SC2086
		says 0 "$ctl" $command --help || return 1
		with "^usage: stowagectl $command" || return 1
		grep -q "^\.Cm $command\$" "$STOWAGE_SRC/admin/stowagectl.8" || {
			echo "$command is not in the manual"
			return 1
		}
		options=$(grep -o '^  --[a-z-]*' "$scratch/both" | tr -d ' ')
		for word in $options; do
			grep -q "Fl -${word#--}\b" "$STOWAGE_SRC/admin/stowagectl.8" || {
				echo "$command $word is not in the manual"
				return 1
			}
		done
	done <"$scratch/commands"
}

# Usage on standard output, in each way that people ask for it; also of the commands that share a first word.
help() {
	local words
	for words in '--help' '-h' 'help' 'help help'; do
		# shellcheck disable=SC2086
		exits 0 "$ctl" $words && grep -q '^usage: stowagectl ' "$scratch/out" && is "$(cat "$scratch/err")" '' || return 1
	done
	for words in 'check --help' 'check -h' 'help check' 'user add --help' 'user add -h' 'user add NAME --admin -h' 'help user add'; do
		# shellcheck disable=SC2086
		says 0 "$ctl" $words && with '^usage: stowagectl \(check\|user add NAME\) ' && is "$(cat "$scratch/err")" '' || return 1
	done
	for words in 'user --help' 'user -h' 'help user' '--config f user -h'; do
		# shellcheck disable=SC2086
		says 0 "$ctl" $words && with '^usage: .* user COMMAND' && with '^  user remove NAME ' && is "$(grep -c '^  group' "$scratch/out")" 0 || return 1
	done
	exits 2 "$ctl" help frobnicate && exits 2 "$ctl" frobnicate --help && exits 2 "$ctl" user frobnicate -h && exits 2 "$ctl" help check now &&
		exits 2 "$ctl" check help
}

# complete_words WORDS...: what the shell would offer for the last of them.
complete_words() {
	(
		PATH=$STOWAGE_PREFIX/sbin:$PATH
		# shellcheck source=/dev/null
		. "$STOWAGE_SRC/admin/stowagectl.bash-completion"
		COMP_WORDS=(stowagectl "$@")
		# shellcheck disable=SC2034
		COMP_CWORD=$#
		_stowagectl
		echo "${COMPREPLY[*]}"
	)
}

completion() {
	is "$(complete_words mi)" migrate && is "$(complete_words user p)" passwd && is "$(complete_words check --q)" --quick &&
		is "$(complete_words --config f permission set t --re)" --repository && is "$(complete_words check mi)" ''
}

settings() {
	says 0 "$ctl" config && with '^database\.url ' && with '^log\.level '
}

check 'versions of program, schema and libraries' versions
check 'wrong usage exits with 2' usage
check 'wrong usage is told in one line, with the way to the help' usage_told
check 'every command and option has help and stands in the manual' documented
check 'help is given with exit 0 however it is asked for' help
check 'the shell completes commands and options' completion
check 'config prints the settings' settings

# --- Schema --------------------------------------------------------------------------------------------------------------------------

start_stack lighttpd --http
conf=$STACK_STATE/etc/stowage-ctl.conf
sql=$STOWAGE_PREFIX/share/stowage/sql

migrate_again() {
	says 0 stack_ctl migrate --sql "$sql" && with '^schema [0-9]' && ! grep -q '^migrations/' "$scratch/out" &&
		says 0 stack_ctl migrate --sql "$sql" --print && ! grep -q 'INSERT INTO registry.migration' "$scratch/out" &&
		grep -q 'FUNCTION' "$scratch/out"
}

changed_migration() {
	cp -r "$sql" "$scratch/sql"
	printf '\n-- later\n' >>"$scratch/sql/migrations/0001_registry.sql"
	says 1 stack_ctl migrate --sql "$scratch/sql" && with 'changed since it was applied'
}

# An empty database, several nodes at once: each succeeds, one does the work.
several_nodes() {
	local i pids=() url
	stack_sql -c 'CREATE DATABASE several OWNER stowage'
	url=$(sed -n 's/^url = //p' "$conf" | sed 's/dbname=[^ ]*/dbname=several/')
	for i in 1 2 3 4; do
		"$ctl" migrate --database "$url" --sql "$sql" >"$scratch/node$i" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || {
			cat "$scratch"/node*
			return 1
		}
	done
	[ "$(cat "$scratch"/node* | grep -c '^migrations/0001')" -eq 1 ]
}

locked_table() {
	local holder
	stack_sql -c 'BEGIN; LOCK TABLE registry.migration; SELECT pg_sleep(60)' >/dev/null 2>&1 &
	holder=$!
	for _ in $(seq 50); do
		[ "$(stack_sql -c "SELECT count(*) FROM pg_locks WHERE relation = 'registry.migration'::regclass")" != 0 ] && break
		sleep 0.1
	done
	says 75 stack_ctl migrate --sql "$sql"
	local result=$?
	stack_sql -c "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'registry.migration'::regclass" >/dev/null
	wait "$holder" || true
	return "$result"
}

database_away() {
	sed 's/host=[^ ]*/host=\/nonexistent/' "$conf" >"$scratch/away.conf"
	exits 69 "$ctl" --config "$scratch/away.conf" user list && exits 69 "$ctl" check --config "$scratch/away.conf" &&
		exits 69 "$ctl" --config "$scratch/away.conf" migrate --sql "$sql"
}

# A newer database: programs go on unless it names a newer one as the oldest that may use it.
newer_schema() {
	local result=0
	stack_sql -c 'UPDATE registry.installation SET schema = schema + 1'
	exits 0 stack_ctl user list || result=1
	stack_sql -c 'UPDATE registry.installation SET oldest = schema'
	if ! says 69 stack_ctl user list || ! with 'the database is newer than this program'; then
		result=1
	fi
	stack_sql -c 'UPDATE registry.installation SET schema = schema - 1, oldest = schema - 1'
	return "$result"
}

# Programs that need the schema are let in with its functions: a run that stops before them leaves the old number.
number_last() {
	local url
	stack_sql -c 'CREATE DATABASE late OWNER stowage'
	url=$(sed -n 's/^url = //p' "$conf" | sed 's/dbname=[^ ]*/dbname=late/')
	cp -r "$sql" "$scratch/late"
	echo 'SELECT no_such_function();' >"$scratch/late/functions/zz.sql"
	exits 1 "$ctl" migrate --database "$url" --sql "$scratch/late" &&
		is "$(stack_sql -d late -c 'SELECT (SELECT max(number) FROM registry.migration) > schema FROM registry.installation')" t &&
		exits 0 "$ctl" migrate --database "$url" --sql "$sql" &&
		is "$(stack_sql -d late -c 'SELECT (SELECT max(number) FROM registry.migration) = schema FROM registry.installation')" t
}

# Programs that go back do not put their functions over newer ones.
older_files() {
	local result=0
	stack_sql -c "INSERT INTO registry.migration (number, name, sha256) SELECT max(number) + 1, 'later', sha256('later') FROM registry.migration"
	if ! says 1 stack_ctl migrate --sql "$sql" || ! with 'the database is newer than this program'; then
		result=1
	fi
	stack_sql -c "DELETE FROM registry.migration WHERE name = 'later'"
	return "$result"
}

check 'migrate again applies no migration' migrate_again
check 'a migration that changed after it was applied is refused' changed_migration
check 'several nodes migrate at once' several_nodes
check 'migrate says try again while a table is in use' locked_table
check 'without a database commands exit with 69' database_away
check 'a newer schema is used as long as it admits the program' newer_schema
check 'the number of the schema is set last' number_last
check 'migrate with older files is refused' older_files

# --- Accounts and rights --------------------------------------------------------------------------------------------------------

status() { # status [CURL OPTIONS] URL
	curl -s -o /dev/null -w '%{http_code}' "$@"
}

add_user() {
	printf 'first secret\n' | exits 0 stack_ctl user add alice --password-stdin &&
		is "$(status -u 'alice:first secret' "$STACK_DEV_URL/v2/")" 200 &&
		says 0 stack_ctl user list && with '^alice  *user  *active' && with '^admin  *admin  *active'
}

add_twice() {
	printf 'long enough\n' | says 1 stack_ctl user add alice --password-stdin && with 'taken' &&
		printf '1234567\n' | says 1 stack_ctl user add bob --password-stdin && with 'at least 8 characters' &&
		printf 'robert-the-bruce\n' | says 1 stack_ctl user add robert-the-bruce --password-stdin && with 'user name' &&
		printf '\n' | exits 1 stack_ctl user add bob --password-stdin &&
		exits 1 stack_ctl user add bob --password-stdin </dev/null
}

new_password() {
	printf 'second secret\n' | exits 0 stack_ctl user passwd alice --password-stdin &&
		is "$(status -u 'alice:first secret' "$STACK_DEV_URL/v2/")" 401 &&
		is "$(status -u 'alice:second secret' "$STACK_DEV_URL/v2/")" 200 &&
		printf 'x\n' | exits 1 stack_ctl user passwd nobody --password-stdin
}

# Typed twice at a terminal, and never seen there.
typed_password() {
	{
		sleep 1
		echo 'typed secret'
		sleep 1
		echo 'typed secret'
		sleep 1
	} | script -qec "$ctl --config $conf user passwd alice" "$scratch/screen" >/dev/null &&
		! grep -q 'typed secret' "$scratch/screen" && grep -q 'Again' "$scratch/screen" &&
		is "$(status -u 'alice:typed secret' "$STACK_DEV_URL/v2/")" 200
}

# anonymous NAME: the status of its list of tags, with the token that nobody in particular gets for it.
anonymous() {
	local token
	token=$(curl -s "$STACK_DEV_URL/v2/token?scope=repository:$1:pull" | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p')
	status -H "Authorization: Bearer $token" "$STACK_DEV_URL/v2/$1/tags/list"
}

permissions() {
	is "$(anonymous some/name)" 401 &&
		is "$(status -u 'alice:typed secret' -X POST -d '' "$STACK_DEV_URL/v2/some/name/blobs/uploads/")" 403 &&
		exits 0 stack_ctl permission set work --repository docker-dev-local2 --include 'some/**' --anonymous --actions read \
			--user alice --actions read,write &&
		is "$(anonymous some/name)" 404 &&
		is "$(anonymous other/name)" 401 &&
		is "$(status -u 'alice:typed secret' -X POST -d '' "$STACK_DEV_URL/v2/some/name/blobs/uploads/")" 202 &&
		is "$(status -u 'alice:typed secret' -X POST -d '' "$STACK_DEV_URL/v2/other/name/blobs/uploads/")" 403 &&
		is "$(status -u 'alice:typed secret' -X POST -d '' "$STACK_PROD_URL/v2/some/name/blobs/uploads/")" 403
}

wrong_permissions() {
	says 1 stack_ctl permission set t --repository nowhere --user alice --actions read && with nowhere &&
		says 1 stack_ctl permission set t --repository ANY --user nobody --actions read && with nobody &&
		says 1 stack_ctl permission set t --repository ANY --user readers --actions read && with readers &&
		says 1 stack_ctl permission set t --repository ANY --group alice --actions read && with alice &&
		is "$(stack_sql -c "SELECT count(*) FROM registry.permission_target WHERE name = 't'")" 0
}

# A pattern that cannot be matched would fail all requests of accounts with a right by it.
wrong_patterns() {
	local long
	long=$(printf '%0256d' 0)
	says 1 stack_ctl permission set '' --repository ANY --user alice --actions read && with '1 to 255 characters' &&
		says 1 stack_ctl permission set "$long" --repository ANY --user alice --actions read && with '1 to 255 characters' &&
		says 1 stack_ctl permission set t --repository ANY --user alice --actions read --include $'a\nb' && with 'control character' &&
		says 1 stack_ctl permission set t --repository ANY --user alice --actions read --exclude "$(printf 'a/%.0s' {1..6000})" && with 'at most 10000' &&
		says 1 stack_ctl permission set t --repository ANY --user alice --actions read --include "$(printf '**/%.0s' {1..3000})x" && with wildcards &&
		is "$(stack_sql -c "SELECT count(*) FROM registry.permission_target WHERE name = 't'")" 0 &&
		is "$(anonymous some/name)" 404
}

audited() {
	is "$(stack_sql -c "SELECT count(*) > 5 AND bool_and(actor_name LIKE 'stowagectl:%' AND request IS NOT NULL AND address IS NULL)
		FROM registry.audit WHERE actor_name LIKE 'stowagectl%'")" t &&
		is "$(stack_sql -c "SELECT count(*) FROM registry.audit a WHERE a::text LIKE '%secret%' OR a::text LIKE '%\$y\$%'")" 0
}

check 'user add makes an account that can sign in' add_user
check 'a name is taken once; an empty or short password, and the name, are refused' add_twice
check 'user passwd ends the old password' new_password
check 'a password typed at a terminal is not shown' typed_password
check 'permission set gives rights where it says, to whom it says' permissions
check 'an unknown repository or principal is refused, nothing is changed' wrong_permissions
check 'a name or pattern that will not do is refused with a sentence' wrong_patterns
# shellcheck source=tests/ctl/people.sh
. "$(dirname "${BASH_SOURCE[0]}")/people.sh"
check 'every change is audited, no password is' audited

# --- Bootstrap -----------------------------------------------------------------------------------------------------------------------

# The standard repositories of a database, as documents say them.
standard() {
	stack_sql -F ' ' -d "$1" -c "SELECT d ->> 'key', d ->> 'rclass', d ->> 'dockerApiVersion',
		concat_ws(' ', d ->> 'bridgeRepository', d ->> 'url', d ->> 'repositories', d ->> 'defaultDeploymentRepo')
		FROM registry.repository, registry.repository_document(id) d WHERE deleted_at IS NULL ORDER BY key"
}

# An empty schema, several nodes at once: all is made, and each thing once.
fresh() {
	local i pids=()
	mkdir "$scratch/several"
	sed -e 's/dbname=[^ ]*/dbname=several/' -e "s|^path = .*|path = $scratch/several|" "$conf" >"$scratch/several.conf"
	for i in 1 2 3 4; do
		"$ctl" --config "$scratch/several.conf" bootstrap >"$scratch/node$i" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || {
			cat "$scratch"/node*
			return 1
		}
	done
	is "$(cat "$scratch"/node* | grep -v 'blob store' | sort)" 'administrator admin created with the password password: change it with stowagectl user passwd admin
group readers created
permission target Any Remote created for group readers
permission target Anything created for group readers
repository docker-dev created
repository docker-dev-local created
repository docker-dev-local2 created
repository docker-prod created
repository docker-prod-local created
repository docker-prod-local2 created
repository dockerhub created' && is "$(standard several)" 'docker-dev virtual V2 ["docker-dev-local2", "docker-prod", "dockerhub"] docker-dev-local2
docker-dev-local local V1 docker-dev,docker-dev-local2
docker-dev-local2 local V2 
docker-prod virtual V2 ["docker-prod-local2", "dockerhub"] docker-prod-local2
docker-prod-local local V1 docker-prod,docker-prod-local2
docker-prod-local2 local V2 
dockerhub remote V2 https://registry-1.docker.io' &&
		is "$(stack_sql -d several -c "SELECT action, count(*), bool_and(actor_name LIKE 'stowagectl:%') FROM registry.audit GROUP BY 1 ORDER BY 1")" \
			'account_add|1|t
group_add|1|t
permission_set|2|t
repository_add|7|t
store_bind|1|t'
}

# Nobody without an account may do anything; readers read, and fill caches.
fresh_rights() {
	is "$(stack_sql -F ' ' -d several -c "SELECT r.key, p.name, bit_or(a.actions) FROM registry.acl a JOIN registry.repository r ON r.id = a.repository_id
		JOIN registry.principal p ON p.id = a.principal_id GROUP BY 1, 2 ORDER BY 1, 2")" 'docker-dev-local readers 1
docker-dev-local2 readers 1
docker-prod-local readers 1
docker-prod-local2 readers 1
dockerhub readers 3'
}

# An installation with accounts of its own gets no well-known password beside them.
no_admin() {
	stack_sql -d several -c "UPDATE registry.principal SET name = 'boss' WHERE name = 'admin'"
	says 0 "$ctl" --config "$scratch/several.conf" bootstrap && with 'nothing created: accounts exist, but none is named admin' &&
		is "$(stack_sql -d several -c "SELECT count(*) FROM registry.account")" 1
}

bootstrap_again() {
	stack_sql -c 'SELECT count(*) FROM registry.audit' >"$scratch/before"
	exits 0 stack_ctl bootstrap && is "$(cat "$scratch/out")" '' &&
		is "$(stack_sql -c 'SELECT count(*) FROM registry.audit')" "$(cat "$scratch/before")"
}

rest() { # rest METHOD KEY [CURL OPTIONS]: an administrator's edit, and its status
	status -u "admin:${password:-password}" -X "$1" -H 'Content-Type: application/json' "${@:3}" "$STACK_DEV_URL/artifactory/api/repositories/$2"
}

# What an administrator has made of a standard repository is his.
edited_stays() {
	is "$(rest POST docker-dev -d '{"repositories": ["dockerhub", "docker-prod"], "defaultDeploymentRepo": "docker-prod-local2", "description": "mine"}')" 200 &&
		is "$(rest POST dockerhub -d '{"url": "https://mirror.example", "offline": true}')" 200 || return 1
	standard stowage >"$scratch/edited"
	exits 0 stack_ctl bootstrap && is "$(cat "$scratch/out")" '' && is "$(standard stowage)" "$(cat "$scratch/edited")"
}

# While opted in; docker-dev is there, so what it lost by the deletion it does not get back.
deleted_comes_back() {
	stack_sql -c "DELETE FROM registry.permission_target WHERE name = 'Anything'"
	is "$(rest DELETE docker-prod)" 200 && is "$(rest DELETE docker-dev-local)" 200 && is "$(status -u admin:password "$STACK_PROD_URL/v2/")" 404 &&
		exits 0 stack_ctl bootstrap && is "$(cat "$scratch/out")" 'repository docker-dev-local created
repository docker-prod created
permission target Anything created for group readers' && is "$(status -u admin:password "$STACK_PROD_URL/v2/")" 200 &&
		is "$(standard stowage | grep -v ' local ')" 'docker-dev virtual V2 ["dockerhub"] 
docker-prod virtual V2 ["docker-prod-local2", "dockerhub"] docker-prod-local2
dockerhub remote V2 https://mirror.example'
}

opted_out() {
	local password='one of my own'
	printf '%s\n' "$password" | exits 0 stack_ctl user passwd admin --password-stdin
	is "$(rest DELETE docker-prod)" 200 && says 0 stack_ctl bootstrap && with 'nothing created: admin has a password of its own' &&
		is "$(rest GET docker-prod)" 404 && is "$(status -u "admin:$password" "$STACK_PROD_URL/v2/")" 404
}

# Only the next deploy makes what is missing.
opted_in_again() {
	printf 'password\n' | exits 0 stack_ctl user passwd admin --password-stdin && is "$(rest GET docker-prod)" 404 &&
		exits 0 stack_ctl bootstrap && is "$(cat "$scratch/out")" 'repository docker-prod created' && is "$(rest GET docker-prod)" 200
}

# Another repository of a standard one's key: it stays, and whatever needs it as it was is left out, with the reason.
in_the_way() {
	is "$(rest DELETE docker-dev)" 200 && is "$(rest DELETE docker-prod)" 200 && is "$(rest DELETE docker-prod-local2)" 200 &&
		is "$(rest PUT Docker-Prod-Local2 -d '{"rclass": "virtual"}')" 200 &&
		exits 0 stack_ctl bootstrap && is "$(cat "$scratch/out")" 'repository docker-prod not created: repositories: no such repository: docker-prod-local2
repository docker-dev not created: repositories: no such repository: docker-prod' &&
		is "$(rest DELETE Docker-Prod-Local2)" 200 && exits 0 stack_ctl bootstrap && is "$(cat "$scratch/out")" 'repository docker-prod-local2 created
repository docker-prod created
repository docker-dev created'
}

check 'bootstrap by several nodes at once makes everything, once' fresh
check 'readers read and fill caches, others nothing' fresh_rights
check 'where there are accounts but no admin none is made' no_admin
check 'bootstrap again changes nothing' bootstrap_again
check 'what was edited stays as it is' edited_stays
check 'what was deleted comes back, and into no virtual' deleted_comes_back
check 'an admin with another password has opted out: what is deleted stays so' opted_out
check 'setting it back opts in again' opted_in_again
check 'a repository in the way is left alone' in_the_way

# --- Check ---------------------------------------------------------------------------------------------------------------------------

blobs=$STACK_STATE/store/blobs/sha256

new_upload() {
	curl -s -u admin:password -D - -o /dev/null -X POST -d '' "$STACK_DEV_URL/v2/check/blobs/uploads/" |
		sed -n 's/^[Ll]ocation: //p' | tr -d '\r'
}

push_blob() { # push_blob BYTES: the file that the row names
	local sum location
	sum=$(printf %s "$1" | sha256sum | cut -d ' ' -f 1)
	location=$(new_upload)
	curl -sf -o /dev/null -u admin:password -X PUT --data-binary "$1" -H 'Content-Type: application/octet-stream' \
		"$STACK_DEV_URL${location}$([[ $location == *\?* ]] && echo '&' || echo '?')digest=sha256:$sum" || return 1
	echo "$blobs/${sum:0:2}/$sum.$(stack_sql -c "SELECT file_id FROM registry.blob WHERE digest = '\\x$sum'")"
}

sound() {
	push_blob one >/dev/null && push_blob two >/dev/null && exits 0 stack_ctl check && is "$(cat "$scratch/out")" '' &&
		is "$(tail -n 1 "$scratch/err")" '2 blobs, 6 bytes: 0 problems, 0 garbage files' &&
		! grep -q $'\r' "$scratch/err" && grep -q '^100 %' "$scratch/err"
}

found() { # found WORD FILE [OPTION]: the one line of standard output
	exits 1 stack_ctl check "${@:3}" && is "$(cat "$scratch/out")" "$1: $2"
}

missing() {
	local file result=0
	file=$(push_blob one)
	mv "$file" "$scratch/kept"
	if ! found missing "$file" || ! found missing "$file" --quick; then
		result=1
	fi
	mv "$scratch/kept" "$file"
	return "$result"
}

wrong_size() {
	local file result=0
	file=$(push_blob one)
	printf on >"$file"
	found 'wrong size' "$file" --quick || result=1
	printf one >"$file"
	return "$result"
}

wrong_bytes() {
	local file result=0
	file=$(push_blob one)
	printf onf >"$file"
	if ! exits 0 stack_ctl check --quick || ! found 'wrong bytes' "$file"; then
		result=1
	fi
	printf one >"$file"
	return "$result"
}

garbage() {
	local result=0
	echo >"$blobs/00/stray"
	if ! exits 0 stack_ctl check || ! is "$(cat "$scratch/out")" "garbage: $blobs/00/stray"; then
		result=1
	fi
	rm "$blobs/00/stray"
	return "$result"
}

upload_in_flight() {
	local location
	location=$(new_upload)
	curl -sf -o /dev/null -u admin:password -X PATCH --data-binary half -H 'Content-Type: application/octet-stream' "$STACK_DEV_URL$location" &&
		[ -n "$(ls "$STACK_STATE/store/uploads")" ] && exits 0 stack_ctl check && is "$(cat "$scratch/out")" ''
}

bar() {
	script -qec "$ctl --config $conf check" "$scratch/screen" >/dev/null </dev/null && grep -q $'\r\033\[K' "$scratch/screen"
}

no_store() {
	sed "s|^path = .*|path = $scratch/nowhere|" "$conf" >"$scratch/nowhere.conf"
	exits 1 "$ctl" --config "$scratch/nowhere.conf" check && [ ! -e "$scratch/nowhere" ]
}

check 'a sound store: plain progress, nothing found' sound
check 'a missing file is a problem' missing
check 'a wrong size is a problem' wrong_size
check 'wrong bytes are a problem, unless quick' wrong_bytes
check 'a stray file is garbage and no problem' garbage
check 'an upload in flight owns its file' upload_in_flight
check 'a terminal gets a bar' bar
check 'a store that is not there is an error, and is not made' no_store

# shellcheck source=tests/ctl/store.sh
. "$(dirname "${BASH_SOURCE[0]}")/store.sh"

stop_stack
rm -rf "$scratch"
done_testing
