#!/bin/bash
# ./quickstart itself: start, again, the other web server, names and ports, stop, destroy; as root and as an ordinary user.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"

work=$(mktemp -d /tmp/stowage-quickstart-test.XXXXXX)
state=$work/state
output=$work/output
as=()
program=$STOWAGE_SRC/quickstart
trap 'quick destroy --yes; rm -rf "$work"' EXIT

quick() {
	"${as[@]}" "$program" "$@" --state "$state" >"$output" 2>&1 </dev/null
}

# quick, and what it said if it fails.
works() {
	quick "$@" || {
		cat "$output"
		return 1
	}
}

fails_with() {
	local text=$1
	shift
	if quick "$@" || ! grep -q "$text" "$output"; then
		cat "$output"
		return 1
	fi
}

pids() {
	cat "$state"/pid/{postgres,stowage-v2,"$1"}
}

same_pids() {
	local before
	before=$(pids "$1")
	shift
	works "$@" && [ "$(pids "$server")" = "$before" ]
}

# The challenge names the vhost's repository.
service() {
	local url=$1 wanted=$2 challenge
	challenge=$(curl -s --max-time 10 --cacert "$state/client/ca.crt" -o /dev/null -w '%header{www-authenticate}' "$url/v2/")
	[[ $challenge == *"service=\"$wanted\""* ]] || {
		echo "$url: $challenge"
		return 1
	}
}

names_and_ports() {
	local scheme=$1
	service "$scheme://localhost:$port" docker-dev &&
		service "$scheme://127.0.0.1:$port" docker-dev &&
		service "$scheme://localhost:$((port + 1))" docker-prod &&
		service "$scheme://docker-prod.localhost:$port" docker-prod &&
		service "$scheme://docker-dev.localhost:$((port + 1))" docker-dev
}

# Containerd and buildkitd are given each host, with its scheme.
client_settings() {
	python3 - "$state/client" "$port" "$1" <<-'EOF'
		import pathlib, sys, tomllib
		client, port, scheme = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
		hosts = {f"localhost:{port}", f"localhost:{port + 1}", f"docker-dev.localhost:{port}", f"docker-prod.localhost:{port}"}
		buildkit = tomllib.loads((client / "buildkitd.toml").read_text())["registry"]
		trust = {"http": True} if scheme == "http" else {"http": False, "ca": [str(client.resolve() / "ca.crt")]}
		assert buildkit == {host: trust for host in hosts}, buildkit
		for host in hosts:
		    containerd = tomllib.loads((client / "containerd" / host / "hosts.toml").read_text())
		    assert containerd["server"] == f"{scheme}://{host}" and containerd["host"][f"{scheme}://{host}"].get("ca") == trust.get("ca", [None])[0], containerd
	EOF
}

only_loopback() {
	local elsewhere
	elsewhere=$(ss -Hltn "( sport = :$port or sport = :$((port + 1)) )" | awk '{ print $4 }' | grep -vE '^(127\.0\.0\.1|\[::1\]):')
	[ -z "$elsewhere" ] || {
		echo "$elsewhere"
		return 1
	}
}

# owners NAME=USER...
owners() {
	local wanted pid user
	for wanted; do
		read -r pid _ <"$state/pid/${wanted%%=*}" || return 1
		user=$(stat -c %U "/proc/$pid")
		[ "$user" = "${wanted#*=}" ] || {
			echo "${wanted%%=*} runs as $user"
			return 1
		}
	done
}

# user USER COMMAND...: with no more than that account has.
user() {
	local name=$1
	shift
	setpriv --reuid="$name" --regid="$(id -g "$name")" --init-groups "$@"
}

# connects USER ROLE: may the account be that role in the database?
connects() {
	user "$1" psql -qAtX -h "$run/pg" -U "$2" -d stowage -c 'SELECT 1' >"$output" 2>&1 || {
		grep -q 'Peer authentication failed' "$output" || cat "$output"
		return 1
	}
}

# roles USER ROLE...: these and no others.
roles() {
	local name=$1 role
	shift
	for role in stowage_v1 stowage_v2 stowage_keep stowage_admin stowage stowage_app postgres; do
		if [[ " $* " == *" $role "* ]]; then
			connects "$name" "$role" || return 1
		elif connects "$name" "$role"; then
			echo "$name is $role in the database"
			return 1
		fi
	done
}

# What the database lets a responder that was taken over do about it.
no_way_up() {
	local role statement
	for role in stowage_v1 stowage_v2 stowage_keep; do
		for statement in "UPDATE registry.account SET is_admin = true" "SET ROLE stowage_admin" "SET SESSION AUTHORIZATION stowage_admin" \
			"INSERT INTO registry.acl VALUES (1, 1, 1, 15)" "SELECT registry.account_add('mallory', NULL, true, 0, '', NULL, NULL)"; do
			if user "$store_user" psql -qAtX -h "$run/pg" -U "$role" -d stowage -c "$statement" >"$output" 2>&1 ||
				! grep -q 'permission denied' "$output"; then
				echo "$role: $statement"
				cat "$output"
				return 1
			fi
		done
	done
}

# The web server sends blobs and connects to responders, and writes nothing of theirs; the REST interface does not see the store at all.
store_is_kept() {
	local blob folder
	curl -s --cacert "$state/client/ca.crt" -u admin:password -X POST --data-binary bytes -H 'Content-Type: application/octet-stream' \
		"https://localhost:$port/v2/users/app/blobs/uploads/?digest=sha256:$(printf bytes | sha256sum | cut -d ' ' -f 1)" -o /dev/null
	blob=$(find "$real/store/blobs" -type f | head -n 1)
	user "$store_user" test -w "$blob" && user www-data cat "$blob" >/dev/null && user www-data test -w "$run/registry/v2.sock" &&
		user www-data test -w "$run/admin/admin.sock" || return 1
	for folder in "$real/store" "$real/store/uploads" "$(dirname "$blob")" "$run/registry" "$run/admin"; do
		! user www-data test -w "$folder" || return 1
	done
	! user www-data test -w "$blob" && ! user "$store_user-admin" test -r "$blob" && ! user "$store_user-admin" ls "$real/store" && ! user nobody test -w "$run/registry/v2.sock"
}

no_accounts() {
	! getent passwd "$store_user" "$store_user-admin" && ! getent group "$store_user" "$store_user-admin"
}

nothing_left() {
	local left
	left=$(pgrep -af "$real" || true)
	[ -z "$left" ] || {
		echo "$left"
		return 1
	}
}

gone() {
	local path
	for path in "$state" "$real" "$run"; do
		if [ -e "$path" ] || [ -L "$path" ]; then
			echo "$path is still there"
			return 1
		fi
	done
}

# What destroy would remove must be ours from the start.
folder_in_use() {
	local code=0
	"${as[@]}" mkdir "$state" "$state/build"
	fails_with 'not empty' start --installed "$STOWAGE_PREFIX" && fails_with 'is not a' destroy --yes && [ -d "$state/build" ] && [ ! -e "$state/settings" ] || code=1
	rm -rf "$state"
	return $code
}

# A symbolic link in the place of a log would have root write, and give away, what it leads to.
logs_are_kept() {
	local user
	for user in "$web_user" "$store_user" "$admin_user" "$database_user"; do
		! runuser -u "$user" -- touch "$real/log/planted" 2>/dev/null || {
			echo "$user can"
			return 1
		}
	done
}

mounted_below() {
	local code=0
	mount -t tmpfs tmpfs "$real/store/uploads" && fails_with 'mounted below' destroy --yes && [ -d "$real/store/blobs" ] && [ -f "$real/settings" ] || code=1
	umount "$real/store/uploads" || true
	return $code
}

# The whole life of one registry; TITLE says as whom.
life() {
	local title=$1 database_user=$2 web_user=$3 store_user admin_user
	port=$(stack_ports)
	check "$title: a folder with other files is left alone" folder_in_use
	check "$title: start" works start --port "$port" --installed "$STOWAGE_PREFIX"
	real=$(realpath "$state")
	run=$(sed -n 's/^run=//p' "$state/settings")
	store_user=$(sed -n 's/^accounts=//p' "$state/settings")
	admin_user=${store_user:+$store_user-admin}
	store_user=${store_user:-$web_user} admin_user=${admin_user:-$web_user}
	check "$title: who runs what" owners postgres="$database_user" lighttpd="$web_user" stowage-v1="$store_user" stowage-v2="$store_user" \
		stowage-keep="$store_user" stowage-admin="$admin_user"
	if [ "$web_user" = www-data ]; then
		check "$title: the registry's user has its own roles only" roles "$store_user" stowage_v1 stowage_v2 stowage_keep
		check "$title: the REST interface's user has its own role only" roles "$admin_user" stowage_admin
		check "$title: the web server's user has no role" roles "$web_user"
		check "$title: nobody becomes administrator in the database" no_way_up
		check "$title: the store is written by the registry's user only" store_is_kept
		check "$title: no server makes files where root writes" logs_are_kept
	fi
	check "$title: listens on the loopback interface only" only_loopback
	server=lighttpd
	check "$title: a second start changes nothing" same_pids lighttpd start
	check "$title: the name of a vhost wins over its port, lighttpd" names_and_ports https
	check "$title: settings for containerd and buildkitd" client_settings https
	check "$title: status of what runs" works status
	check "$title: a change of the password is kept at the next start" keeps_password
	check "$title: Apache instead" works start --server apache
	check "$title: the name of a vhost wins over its port, Apache" names_and_ports https
	check "$title: plain http instead" works start --http
	check "$title: the name of a vhost wins over its port, http" names_and_ports http
	check "$title: settings for containerd and buildkitd, http" client_settings http
	check "$title: stop" works stop
	check "$title: nothing runs on" nothing_left
	check "$title: status of what does not run" fails_with 'not running' status
	check "$title: a port in use is named" port_in_use
	check "$title: start with what was chosen before" works start
	check "$title: all as before" names_and_ports http
	check "$title: destroy asks" fails_with 'nothing removed' destroy
	[ "$web_user" != www-data ] || check "$title: destroy leaves what is mounted below the state alone" mounted_below
	check "$title: destroy --yes" works destroy --yes
	check "$title: nothing is left" gone
	check "$title: nothing runs on" nothing_left
	[ "$web_user" != www-data ] || check "$title: no account is left" no_accounts
}

keeps_password() {
	local ctl=("${as[@]}" "$STOWAGE_PREFIX/sbin/stowagectl" --config "$state/etc/stowage-ctl.conf")
	"${ctl[@]}" user passwd admin --password-stdin <<<another-one && works start &&
		[ "$(curl -s --cacert "$state/client/ca.crt" -u admin:another-one -o /dev/null -w '%{http_code}' "https://localhost:$port/v2/")" = 200 ]
}

# Something else listens on the second port.
port_in_use() {
	local code=0 pid
	python3 -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(60)' $((port + 1)) &
	pid=$!
	until ! stack_port_free $((port + 1)); do sleep 0.1; done
	fails_with "port $((port + 1)) is in use" start || code=$?
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	return $code
}

copy_quickstart() {
	mkdir -p "$1/admin"
	cp "$STOWAGE_SRC/quickstart" "$1/"
	cp -R "$STOWAGE_SRC/admin/quickstart" "$1/admin/"
}

# checkout FOLDER TEXT TIME: sources that make one program, which says the text.
checkout() {
	mkdir -p "$1"/{fcgi,admin,sql,apache,lighttpd,tests,.ci}
	copy_quickstart "$1"
	touch "$1"/{configure.ac,Makefile.am,README.md,CHANGELOG.md,LICENSE}
	echo "$2" >"$1/fcgi/text"
	cat >"$1/autogen.sh" <<'EOF'
#!/bin/sh
cat >"$(dirname "$0")/configure" <<'END'
#!/bin/sh
src=$(dirname "$0")
touch config.status
printf 'all: program\nprogram: %s/fcgi/text\n\tcp $< $@\ninstall: all\n\tmkdir -p %s && cp program %s/\n' "$src" "${1#*=}" "${1#*=}" >Makefile
END
chmod +x "$(dirname "$0")/configure"
EOF
	chmod +x "$1/autogen.sh"
	find "$1" -type f -exec touch -d "$3" {} +
}

# The programs are those of the checkout that builds, whatever was built into the state before.
other_checkout() {
	local name
	checkout "$work/new" new 'now'
	checkout "$work/old" old '1 year ago'
	for name in new old new old; do
		"$work/$name/quickstart" build --state "$work/built" && [ "$(cat "$work/built/install/program")" = "$name" ] || return 1
	done
}

check 'a build from another checkout, with older files, builds anew' other_checkout

# A process is not seen while it is being executed.
# shellcheck disable=SC2317 # called by wait_for
start_that_is_missed() (
	# shellcheck source=/dev/null
	. "$STOWAGE_SRC/admin/quickstart/services.sh"
	looks=0
	running_pid() { ((++looks > 2)); }
	ready() { [ "$looks" -ge 4 ]; }
	wait_for 5 stowage-v2 ready
)

check 'a service that is not seen at once is waited for' start_that_is_missed

if [ "$(id -u)" = 0 ]; then
	# The folder that mktemp made can be entered by nobody else: the state goes elsewhere, with a link.
	life 'as root, out of reach' postgres www-data
	chmod 755 "$work"
	mkdir "$work/home"
	chown nobody: "$work" "$work/home"
	# The checkout may be where nobody can go.
	program=$work/quickstart
	copy_quickstart "$work"
	as=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups env HOME="$work/home")
	life 'as an ordinary user' nobody nobody
else
	life 'as an ordinary user' "$(id -un)" "$(id -un)"
fi

trap - EXIT
rm -rf "$work"
done_testing
