# shellcheck shell=bash
# For the parts of run.sh: private places for everything a client keeps, images to push, and how to ask whether they arrived.
# Only to be sourced inside the namespaces that run.sh makes.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

tap_count=${1:-0}
client=$(basename "$0" .sh)
scratch=${CLIENT_SCRATCH:?set by run.sh}
images=$scratch/images
# Read by those that source this.
# shellcheck disable=SC2034
admin=admin:password reader=reader:secret-word wrong=$client:wrong

ended() {
	local pid
	for pid in "${daemons[@]}"; do
		kill "$pid" 2>/dev/null && wait "$pid"
	done
}
daemons=()
trap ended EXIT

# Where clients keep things under fixed names, they get an empty folder.
mount -t proc proc /proc
for place in /etc/docker /etc/containers/certs.d /var/lib/containers /run/containers /run/lock; do
	mkdir -p "$place"
	mount -t tmpfs -o mode=755 tmpfs "$place"
done
export HOME=$scratch/home TMPDIR=$scratch/tmp REGISTRY_AUTH_FILE=$scratch/auth.json DOCKER_CONFIG=$scratch/docker
export CONTAINERS_CONF=$scratch/containers.conf CONTAINERS_STORAGE_CONF=$scratch/storage.conf BUILDAH_ISOLATION=chroot
unset XDG_RUNTIME_DIR http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
mkdir -p "$HOME" "$TMPDIR" "$DOCKER_CONFIG"
echo '{}' >"$REGISTRY_AUTH_FILE"
cat >"$CONTAINERS_CONF" <<END
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
tmp_dir = "$scratch/engine"
[network]
network_config_dir = "$scratch/networks"
END
cat >"$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "vfs"
graphroot = "$scratch/storage"
runroot = "$scratch/run"
END
python3 "$STOWAGE_SRC/tests/lib/images.py" "$images"

# try NAME FUNCTION...: check, named after server and client.
try() {
	check "$STACK_SERVER: $client: $1" timed "${@:2}"
}

# Functions cannot be run by timeout(1); what hangs is ended by run.sh.
timed() {
	local started=$SECONDS
	"$@" || return 1
	[ $((SECONDS - started)) -lt 60 ] || {
		echo "took $((SECONDS - started)) s"
		return 1
	}
}

finish() {
	echo "# end"
}

# ask NAME:PASSWORD METHOD PATH [OPTION...]: curl, body to standard output; fails on an error's status.
ask() {
	curl -sS --fail-with-body --cacert "$STACK_CA" -u "$1" -X "$2" "${@:4}" "$STACK_DEV_URL$3"
}
# edit_repository KEY JSON: change these fields.
edit_repository() {
	ask "$admin" POST "/artifactory/api/repositories/$1" -H 'Content-Type: application/json' -d "$2"
}

types=application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json
types+=,application/vnd.docker.distribution.manifest.list.v2+json,application/vnd.docker.distribution.manifest.v2+json

# digest NAME REFERENCE: what the registry says it is; and that these are the digest's bytes.
digest() {
	local said
	said=$(curl -sS --fail --head --cacert "$STACK_CA" -u admin:password -H "Accept: $types" "$STACK_DEV_URL/v2/$1/manifests/$2" |
		tr -d '\r' | sed -n 's/^docker-content-digest: //Ip')
	[ -n "$said" ] || {
		echo "no digest of $1:$2" >&2
		return 1
	}
	same "${said#sha256:}" "$(ask admin:password GET "/v2/$1/manifests/$said" | sha256sum | cut -d ' ' -f 1)" >&2 || return 1
	echo "$said"
}

# The digest of an image that images.py made.
made() {
	jq -r '.manifests[0].digest' "$images/$1/index.json"
}

same() {
	if [ -z "$1" ] || [ "$1" != "$2" ]; then
		echo "'$1' is not '$2'"
		return 1
	fi
}

# refused REGEX COMMAND...: it fails, and says why.
refused() {
	local regex=$1 said
	shift
	if said=$("$@" 2>&1); then
		echo "not refused: $said"
		return 1
	fi
	grep -qiE -- "$regex" <<<"$said" || {
		echo "$said"
		return 1
	}
}

# daemon LOG COMMAND...: in the background until the part ends.
daemon() {
	"${@:2}" >"$1" 2>&1 &
	daemons+=($!)
}

# until_it_answers LOG COMMAND...
until_it_answers() {
	local log=$1
	shift
	for _ in $(seq 100); do
		if "$@" >/dev/null 2>&1; then
			return
		fi
		sleep 0.2
	done
	tail -n 20 "$log"
	return 1
}

# --- Daemons of clients, and a registry to be behind ours --------------------------------------------------------------------

# start_containerd SOCKET
start_containerd() {
	cat >"$scratch/containerd.toml" <<-END
		version = 2
		root = "$scratch/containerd/root"
		state = "$scratch/containerd/state"
		disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
		[grpc]
		address = "$1"
		[ttrpc]
		address = "$1.ttrpc"
	END
	daemon "$scratch/containerd.log" containerd --config "$scratch/containerd.toml"
	until_it_answers "$scratch/containerd.log" command ctr -a "$1" version
}

# In a chroot the control groups may be out of sight; dockerd wants to see them where a system has them after boot.
control_groups() {
	local controllers
	if grep -qE ' - cgroup2? ' /proc/self/mountinfo; then
		return
	fi
	grep -q ' - sysfs ' /proc/self/mountinfo || mount -t sysfs sysfs /sys || return 1
	if ! grep -q ':devices:' /proc/self/cgroup; then
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		return
	fi
	mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup || return 1
	while IFS=: read -r _ controllers _; do
		if [ -n "$controllers" ]; then
			mkdir "/sys/fs/cgroup/$controllers" && mount -t cgroup -o "$controllers" cgroup "/sys/fs/cgroup/$controllers" || return 1
		fi
	done </proc/self/cgroup
}

# Debian's, whatever else is on the PATH.
docker() {
	/usr/bin/docker "$@"
}

# start_dockerd HOST OPTION...: with a containerd of its own
start_dockerd() {
	control_groups && start_containerd "$scratch/containerd.sock" || return 1
	daemon "$scratch/dockerd.log" dockerd --storage-driver=vfs --iptables=false --ip6tables=false --bridge=none \
		--containerd="$scratch/containerd.sock" --data-root="$scratch/data" --exec-root="$scratch/exec" --pidfile="$scratch/docker.pid" -H "$1" "${@:2}"
	until_it_answers "$scratch/dockerd.log" docker -H "$1" version
}

# start_hub: a real registry as upstream of the remote dockerhub; its host and port in $hub.
start_hub() {
	local port=$((20000 + RANDOM % 12000))
	hub=localhost:$port
	mkdir -p "$scratch/hub"
	cat >"$scratch/hub.yml" <<-END
		version: 0.1
		storage:
		  filesystem:
		    rootdirectory: $scratch/hub
		http:
		  addr: 127.0.0.1:$port
	END
	# It takes every variable that begins with REGISTRY_ for a setting.
	daemon "$scratch/hub.log" env -u REGISTRY_AUTH_FILE docker-registry serve "$scratch/hub.yml"
	until_it_answers "$scratch/hub.log" curl -sf "http://$hub/v2/" &&
		edit_repository dockerhub "{\"url\": \"http://$hub\", \"allowPrivateNetworks\": true, \"offline\": false, \"libraryPrefix\": true}"
}
