# shellcheck shell=bash disable=SC2154
# stowagectl and the identity of the blob store; a part of run.sh, with its functions and its stack.

# installation NAME: a database as e41734d left it (schema 3), with blobs, and an administrator who has chosen a password of his own;
# its store in $scratch/NAME, its settings in $scratch/NAME.conf.
installation() {
	local name=$1 file sum id=0
	stack_sql -c "CREATE DATABASE $name OWNER stowage"
	sed -e "s/dbname=[^ ]*/dbname=$name/" -e "s|^path = .*|path = $scratch/$name|" "$conf" >"$scratch/$name.conf"
	{
		echo 'SET ROLE stowage;'
		postgres_schema 3
		echo "INSERT INTO registry.principal (kind, name) VALUES (1, 'admin');"
		echo "INSERT INTO registry.account (id, password, is_admin) SELECT id, '*', true FROM registry.principal WHERE name = 'admin';"
	} >"$scratch/$name.sql"
	mkdir -p "$scratch/$name/blobs/sha256" "$scratch/$name/uploads"
	for file in one two three; do
		sum=$(printf %s "$file" | sha256sum | cut -d ' ' -f 1)
		id=$((id + 1))
		mkdir -p "$scratch/$name/blobs/sha256/${sum:0:2}"
		printf %s "$file" >"$scratch/$name/blobs/sha256/${sum:0:2}/$sum.$id"
		echo "INSERT INTO registry.blob (size, file_id, alg, digest) VALUES (${#file}, $id, 1, '\\x$sum');"
	done >>"$scratch/$name.sql"
	stack_sql -d "$name" -f "$scratch/$name.sql" >"$scratch/$name.log" 2>&1 || {
		tail -n 3 "$scratch/$name.log"
		return 1
	}
	exits 0 "$ctl" --config "$scratch/$name.conf" migrate --sql "$sql"
}

on() { # on NAME COMMAND...: stowagectl with the settings of an installation
	"$ctl" --config "$scratch/$1.conf" "${@:2}"
}

# ready NAME: would stowage-v2 serve it?
ready() {
	"$STOWAGE_PREFIX/libexec/stowage/stowage-v2" --check --config "$scratch/$1.conf" >"$scratch/check" 2>&1
}

upgraded() {
	installation upgraded || return 1
	ready upgraded && {
		echo 'a store without an identity is served'
		return 1
	}
	grep -q "$scratch/upgraded" "$scratch/check" && says 0 on upgraded bootstrap && with "blob store $scratch/upgraded bound to this database" &&
		with 'nothing created: admin has a password of its own' && ready upgraded && exits 0 on upgraded check &&
		is "$(cat "$scratch/upgraded/.stowage")" "$(stack_sql -d upgraded -c 'SELECT identity FROM registry.installation')" &&
		says 0 on upgraded bootstrap && ! with 'blob store' >/dev/null &&
		says 0 on upgraded store adopt && with 'already bound to this database'
}

# An empty directory, or one that lacks a blob, stays as it is; the operator may insist.
unmounted() {
	installation unmounted && mv "$scratch/unmounted" "$scratch/elsewhere" && mkdir "$scratch/unmounted" &&
		says 1 on unmounted bootstrap && with "$scratch/unmounted" && with '3 of 3' && with 'stowagectl store adopt' &&
		is "$(ls -A "$scratch/unmounted")" '' && ! ready unmounted &&
		exits 1 on unmounted check && rmdir "$scratch/unmounted" && mv "$scratch/elsewhere" "$scratch/unmounted" &&
		rm "$scratch"/unmounted/blobs/sha256/*/*.2 && says 1 on unmounted bootstrap && with '1 of 3' &&
		says 0 on unmounted store adopt && with '1 of 3' && ready unmounted
}

# Once a store is known, no deploy takes another directory for it, blobs or not.
second_store() {
	mv "$scratch/several" "$scratch/elsewhere" && mkdir "$scratch/several" && says 1 on several bootstrap && with 'store adopt' &&
		is "$(ls -A "$scratch/several")" '' && rmdir "$scratch/several" && mv "$scratch/elsewhere" "$scratch/several" &&
		exits 0 on several bootstrap
}

# Two databases in one store would give out the same file names; not even an order changes that.
foreign_store() {
	sed "s|^path = .*|path = $scratch/upgraded|" "$scratch/several.conf" >"$scratch/foreign.conf"
	says 1 on foreign bootstrap && with "$scratch/upgraded" && says 1 on foreign store adopt && with 'of another database' && ready upgraded
}

# The web server opens the files itself.
unreadable() {
	local result=0
	chmod 700 "$scratch/upgraded/blobs"
	if ready upgraded || ! grep -q "the web server cannot read blobs: $scratch/upgraded/blobs" "$scratch/check"; then
		cat "$scratch/check"
		result=1
	fi
	chmod 755 "$scratch/upgraded/blobs"
	return "$result"
}

chmod 755 "$scratch" # as a store's parents are
check 'bootstrap finds the store of an older installation, whatever its administrator has done' upgraded
check 'a directory without the blobs is refused, unless adopted' unmounted
check 'a second directory is refused' second_store
check 'the store of another database is refused' foreign_store
check '--check finds a store that the web server cannot read' unreadable
