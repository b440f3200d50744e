# shellcheck shell=bash
# A whole registry for a test: ./quickstart in a folder and on ports of its own, with the programs that tests/run installed.
#
#   start_stack lighttpd|apache [--http]   sets and exports
#     STACK_DEV, STACK_PROD           host:port of the vhosts
#     STACK_DEV_URL, STACK_PROD_URL   with scheme
#     STACK_CA, STACK_CERTS           the authority's certificate, and the folder it lies in alone (for --cert-dir)
#     STACK_STATE                     quickstart's state folder: log/, store/, etc/, pid/
#   stack_ctl ARGUMENTS...             stowagectl as administrator
#   stack_keep                         maintenance, once, as the user and in the role of the one that runs
#   stack_sql ARGUMENTS...             psql as superuser
#   stack_pid NAME                     pid of postgres, stowage-v2, lighttpd or apache
#   stack_again                        start again what a test killed
#   stop_stack                         stop and remove; also done when the script ends

stack_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

stack_port_free() {
	! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Two ports side by side, below those the kernel gives to clients.
stack_ports() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000))
		if stack_port_free "$port" && stack_port_free $((port + 1)); then
			echo "$port"
			return
		fi
	done
}

start_stack() {
	local server=$1 scheme=https port
	shift
	for option; do
		case $option in
		--http) scheme=http ;;
		--tls) scheme=https ;;
		esac
	done
	stack_folder=$(mktemp -d /tmp/stowage-stack.XXXXXX)
	chmod 711 "$stack_folder"
	port=$(stack_ports)
	STACK_STATE=$stack_folder/state
	STACK_SERVER=$server
	STACK_SCHEME=$scheme
	STACK_DEV=localhost:$port
	STACK_PROD=localhost:$((port + 1))
	STACK_DEV_URL=$scheme://$STACK_DEV
	STACK_PROD_URL=$scheme://$STACK_PROD
	STACK_CERTS=$STACK_STATE/client
	STACK_CA=$STACK_CERTS/ca.crt
	export STACK_STATE STACK_SERVER STACK_SCHEME STACK_DEV STACK_PROD STACK_DEV_URL STACK_PROD_URL STACK_CERTS STACK_CA
	trap stop_stack EXIT
	"$stack_top/quickstart" start --state "$STACK_STATE" --port "$port" "--server=$server" "--$scheme" \
		--installed "$STOWAGE_PREFIX" >"$stack_folder/start.log" 2>&1 || {
		cat "$stack_folder/start.log" >&2
		return 1
	}
	# Docker Hub is not to be had here: what is not there is unknown, not unreachable.
	stack_sql -c "UPDATE registry.repository_remote SET offline = true"
}

stack_again() {
	"$stack_top/quickstart" start --state "$STACK_STATE" >"$stack_folder/start.log" 2>&1 || {
		cat "$stack_folder/start.log" >&2
		return 1
	}
}

stack_ctl() {
	"$STOWAGE_PREFIX/sbin/stowagectl" --config "$STACK_STATE/etc/stowage-ctl.conf" "$@"
}

stack_keep() {
	local as=() user
	user=$(stat -c %U "$STACK_STATE/store/")
	[ "$(id -u)" != 0 ] || as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups)
	"${as[@]}" "$STOWAGE_PREFIX/libexec/stowage/stowage-keep" --config "$STACK_STATE/etc/stowage-keep.conf" --once
}

stack_sql() {
	local socket
	socket=$(sed -n 's/^run=//p' "$STACK_STATE/settings")/pg
	psql -qAtX -v ON_ERROR_STOP=1 -h "$socket" -U postgres -d stowage "$@"
}

stack_pid() {
	local pid
	read -r pid _ <"$STACK_STATE/pid/$1"
	echo "$pid"
}

# The logs of a stack outlive it in the test's log folder.
stop_stack() {
	local logs
	trap - EXIT
	[ -n "${stack_folder:-}" ] || return 0
	logs=$STOWAGE_LOGS/$(basename "$(dirname "$0")")/$STACK_SERVER-$STACK_SCHEME
	mkdir -p "$logs"
	cp -r "$STACK_STATE/log/." "$logs/" 2>/dev/null || true
	"$stack_top/quickstart" destroy --yes --state "$STACK_STATE" >/dev/null || true
	rm -rf "$stack_folder"
	stack_folder=
}
