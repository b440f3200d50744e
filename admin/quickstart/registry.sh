# shellcheck shell=bash
# The programs of the registry, each with a settings file in STATE/etc.

# Each program connects with a role of its own that may use the tables, stowagectl with the one that owns them.
write_settings_files() {
	local role
	for role in v1 v2 keep admin ctl; do
		cat >"$data/etc/stowage-$role.conf" <<EOF
# Written by quickstart at each start.
[database]
url = host=$run/pg dbname=stowage user=${database_roles[$role]}

[store]
path = $data/store
EOF
	done
}

start_responders() {
	start_responder v2 "$store_user" "$run/registry" --socket upload="$run/registry/v2-upload.sock"
	start_responder v1 "$store_user" "$run/registry" --socket upload="$run/registry/v1-upload.sock"
	start_responder admin "$admin_user" "$run/admin" --workers 1
}

# start_responder NAME USER DIRECTORY OPTION...: started once its general socket is in that directory.
start_responder() {
	local name=$1 user=$2 directory=$3 program=$prefix/libexec/stowage/stowage-$1 conf=$data/etc/stowage-$1.conf
	shift 3
	start_service "stowage-$name" "$user" "$directory $(stamp "$program" "$conf")" daemon "$program" \
		--config "$conf" --socket general="$directory/$name.sock" "$@"
	wait_for 30 "stowage-$name" test -S "$directory/$name.sock"
}

start_keep() {
	local program=$prefix/libexec/stowage/stowage-keep conf=$data/etc/stowage-keep.conf
	start_service stowage-keep "$store_user" "$run $(stamp "$program" "$conf")" daemon "$program" --config "$conf"
}

get() {
	curl -s --noproxy '*' --max-time 10 --cacert "$data/client/ca.crt" "$@"
}

wait_ready() {
	local i status=000 name
	for ((i = 0; i < 60; i++)); do
		status=$(get -o "$data/pid/readyz" -w '%{http_code}' "$scheme://localhost:$port/readyz" || true)
		[ "$status" != 200 ] || return 0
		sleep 0.5
	done
	printf '\n%s\n' "$scheme://localhost:$port/readyz answers $status: $(cat "$data/pid/readyz" 2>/dev/null)" >&2
	for name in $(used_services); do
		printf -- '--- end of %s\n' "$data/log/$name.log" >&2
		tail -n 10 "$data/log/$name.log" >&2
	done
	die "the registry did not become ready"
}

# Fails if a vhost is not ready.
show_readiness() {
	local number answer bad=0
	for number in "$port" $((port + 1)); do
		answer=$(get -o /dev/null -w '%{http_code}' "$scheme://localhost:$number/readyz" || true)
		if [ "$answer" = 200 ]; then
			echo "$scheme://localhost:$number: ready"
		else
			echo "$scheme://localhost:$number: not ready ($answer)"
			bad=1
		fi
	done
	return $bad
}
