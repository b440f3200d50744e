#!/bin/bash
# stowage-deploy: set up, again, upgrade from the programs that ran as one user, go on after a failure. In a mount namespace with an /etc,
# a /run and a /var/lib of its own, so that this machine's accounts stay as they are.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$STOWAGE_SRC/tests/lib/postgres.sh"

if [ "$(id -u)" != 0 ]; then
	skip 'stowage-deploy' 'needs root'
	done_testing
	exit
fi
if [ -z "${STOWAGE_DEPLOY_INSIDE:-}" ]; then
	if ! unshare -m true 2>/dev/null; then
		skip 'stowage-deploy' 'needs mount namespaces'
		done_testing
		exit
	fi
	STOWAGE_DEPLOY_INSIDE=yes exec unshare -m bash "$0"
fi

work=$(mktemp -d /tmp/stowage-deploy-test.XXXXXX)
chmod 755 "$work"
trap 'postgres_remove; rm -rf "$work"' EXIT
cp -a /etc "$work/etc"
mount --bind "$work/etc" /etc
for folder in /run /var/lib /var/cache; do
	mount -t tmpfs -o mode=755 stowage-test "$folder"
done

settings=/etc/stowage/stowage.conf
export STOWAGE_CONFIG=$settings

postgres_start >/dev/null
hba=$POSTGRES_DIR/data/pg_hba.conf ident=$POSTGRES_DIR/data/pg_ident.conf
printf '# a comment\nlocal all all peer\n' >"$hba"
printf '# MAP USER ROLE\nother   someone  anyone\n' >"$ident"
dropdb stowage
unset PGUSER PGDATABASE
as_postgres() {
	(cd / && runuser -u postgres -- psql -qAtX -d "$1" -c "$2")
}
as_postgres postgres 'SELECT pg_reload_conf()' >/dev/null

deploy() {
	"$STOWAGE_PREFIX/sbin/stowage-deploy"
}

sums() {
	stat -c '%n %Y %s' "$hba" "$ident" "$settings"
	getent passwd
	as_postgres stowage 'SELECT count(*) FROM registry.audit'
}

unchanged() {
	local before
	before=$(sums)
	deploy && diff <(echo "$before") <(sums)
}

# may USER ROLE: be it in the database.
may() {
	(cd / && setpriv --reuid="$1" --regid="$(id -g "$1")" --init-groups psql -qAtX -d stowage -U "$2" -c 'SELECT 1') >/dev/null 2>&1
}

# is USER ROLE...: these in the database and no others.
is() {
	local name=$1 role
	shift
	for role in stowage stowage_v1 stowage_v2 stowage_keep stowage_admin postgres; do
		if may "$name" "$role"; then
			[[ " $* " == *" $role "* ]] || { echo "$name is $role" && return 1; }
		else
			[[ " $* " != *" $role "* ]] || { echo "$name is not $role" && return 1; }
		fi
	done
}

maps() {
	is root stowage && is stowage stowage_v1 stowage_v2 stowage_keep && is stowage-admin stowage_admin && is www-data && is nobody
}

others_stay() {
	grep -qx 'other   someone  anyone' "$ident" && grep -qx 'local all all peer' "$hba" && grep -qx '# a comment' "$hba" &&
		[ "$(stat -c %U "$hba" "$ident" | sort -u)" = postgres ]
}

works() {
	"$STOWAGE_PREFIX/sbin/stowagectl" --config "$settings" user list | grep -q '^admin' &&
		setpriv --reuid=stowage --regid=stowage --init-groups env PGUSER=stowage_keep "$STOWAGE_PREFIX/libexec/stowage/stowage-keep" --config "$settings" --once &&
		[ "$(stat -c '%U:%G %a' /var/lib/stowage)" = 'stowage:www-data 2750' ] && [ "$(stat -c %U /var/lib/stowage/blobs)" = stowage ] &&
		! setpriv --reuid=stowage-admin --regid=stowage-admin --clear-groups ls /var/lib/stowage
}

# As it was with one user for all, which could be every role.
former() {
	as_postgres stowage 'DROP OWNED BY stowage_keep; DROP ROLE stowage_keep'
	userdel stowage-admin
	sed -i 's/stowage_v2,stowage_keep/stowage_v2/' "$hba"
	printf '%s\n' 'other   someone  anyone' 'stowage  stowage  stowage' 'stowage  stowage  stowage_v1' 'stowage  stowage  stowage_v2' \
		'stowage  stowage  stowage_admin' >"$ident"
	as_postgres postgres 'SELECT pg_reload_conf()' >/dev/null
}

# The old programs keep their way in while a deploy has not come to its end.
fails_half_way() {
	(cd / && exec runuser -u postgres -- psql -qAtX -d stowage -c 'BEGIN; LOCK TABLE registry.installation; SELECT pg_sleep(60)') >/dev/null 2>&1 &
	local pid=$! code=0
	until [ "$(as_postgres stowage "SELECT count(*) FROM pg_locks WHERE relation = 'registry.installation'::regclass AND mode = 'AccessExclusiveLock'")" = 1 ]; do sleep 0.1; done
	! deploy && may stowage stowage && may stowage stowage_v1 && may stowage stowage_v2 && may stowage stowage_admin || code=1
	as_postgres postgres "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'" >/dev/null
	wait "$pid" || true
	return $code
}

check 'it sets up a machine that has nothing' deploy
check 'each user is its own roles' maps
check 'the lines of others stay' others_stay
check 'the registry works' works
check 'again it changes nothing' unchanged
former
check 'a failure leaves the programs of before their roles' fails_half_way
check 'the next one goes on' deploy
check 'each user is its own roles after an upgrade' maps
check 'the lines of others stay after an upgrade' others_stay
check 'the registry works after an upgrade' works
done_testing
