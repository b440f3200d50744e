#!/bin/bash
# The first push of a new name to docker-dev as bootstrapped, while Docker Hub cannot be reached, does not have the name, or hangs: as
# quick as without Docker Hub, for clients that ask for the manifest before they push it.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

limit=2 # seconds that an upstream may cost; what hangs is waited for once, for a second

ctr() {
	command ctr -a "$scratch/containerd.sock" -n away "$@"
}
with_ctr() {
	tar -C "$images/small" -cf "$scratch/small.tar" . &&
		ctr images import --snapshotter native --base-name "$STACK_DEV/$1" "$scratch/small.tar" >/dev/null &&
		ctr images push --hosts-dir "$STACK_CERTS/containerd" --user "$admin" "$STACK_DEV/$1:1" >/dev/null
}
with_skopeo() {
	skopeo copy -q --dest-cert-dir "$STACK_CERTS" --dest-creds "$admin" "oci:$images/small:1" "docker://$STACK_DEV/$1:1"
}
with_podman() {
	skopeo copy -q "oci:$images/small:1" "containers-storage:$STACK_DEV/$1:1" && podman push -q --cert-dir "$STACK_CERTS" --creds "$admin" "$STACK_DEV/$1:1"
}
# With a token as other clients get it: HEAD, then the push.
with_curl() {
	local token code
	token=$(ask "$admin" GET "/v2/token?scope=repository:$1:pull,push" | jq -r .token) || return 1
	code=$(curl -sS -o "$scratch/answer" -w '%{http_code}' --head --cacert "$STACK_CA" -H "Authorization: Bearer $token" "$STACK_DEV_URL/v2/$1/manifests/1")
	same 404 "$code" && with_skopeo "$1"
}

# hub MODE: dockerhub leads there, and nothing is known of it.
hub() {
	local url
	exec 7< <(exec python3 "$STOWAGE_SRC/tests/client/away.py" "$1")
	read -r -u 7 url && edit_repository dockerhub "{\"offline\": false, \"url\": \"$url\", \"allowPrivateNetworks\": true, \"password\": \"\"}"
}
milliseconds() {
	local started=${EPOCHREALTIME/./}
	"$@" >&2 || return 1
	echo $(((${EPOCHREALTIME/./} - started) / 1000))
}
# pushes CLIENT MODE: a new name, and how long it takes beyond what it takes without Docker Hub.
pushes() {
	local alone with
	edit_repository dockerhub '{"offline": true}' &&
		alone=$(milliseconds "with_$1" "away/$1-$2-alone") && hub "$2" && with=$(milliseconds "with_$1" "away/$1-$2") || return 1
	echo "$1, $2: $alone ms without, $with ms with the remote" | tee -a "$STOWAGE_LOGS/client-away.times"
	[ "$with" -lt $((alone + 1000 * limit)) ]
}

try "containerd starts" start_containerd "$scratch/containerd.sock"
for mode in refuse unauthorized hang; do
	for pusher in ctr skopeo podman curl; do
		try "$pusher pushes a new name, Docker Hub: $mode" pushes "$pusher" "$mode"
	done
done
try "Docker Hub is left as it was" edit_repository dockerhub '{"offline": true, "url": "https://registry-1.docker.io", "allowPrivateNetworks": false}'
finish
