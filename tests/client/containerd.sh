#!/bin/bash
# containerd's ctr: content as it is, in and out.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

socket=$scratch/containerd.sock
ctr() {
	command ctr -a "$socket" -n stowage "$@"
}
started() {
	start_containerd "$socket"
}
load() {
	tar -C "$images/$1" -cf "$scratch/$1.tar" . && ctr images import --all-platforms --snapshotter native --base-name "$STACK_DEV/ctr/$1" "$scratch/$1.tar"
}
push() {
	ctr images push --hosts-dir "$STACK_CERTS/containerd" --user "${who:-$admin}" "${@:2}" "$STACK_DEV/$1"
}
pull() {
	ctr images pull --hosts-dir "$STACK_CERTS/containerd" --user "${who:-$admin}" --snapshotter native "${@:2}" "$STACK_DEV/$1"
}
forget() {
	ctr images rm --sync "$STACK_DEV/$1" >/dev/null
}
# All of it: what is named, and the content below.
round_trip() {
	local name=$1 wanted
	load "$name" && push "ctr/$name:1" && same "$(made "$name")" "$(digest "ctr/$name" 1)" && forget "ctr/$name:1" &&
		pull "ctr/$name:1" --all-platforms && same "$(made "$name")" "$(ctr images ls "name==$STACK_DEV/ctr/$name:1" | awk 'NR == 2 { print $3 }')" &&
		pull "ctr/$name:1" --all-platforms || return 1
	for wanted in "$images/$name"/blobs/sha256/*; do
		ctr content get "sha256:$(basename "$wanted")" | cmp - "$wanted" || return 1
	done
}
one_platform() {
	local manifests
	mapfile -t manifests < <(jq -r '.manifests[].digest' "$images/pair/blobs/sha256/$(made pair | cut -d : -f 2)")
	forget ctr/pair:1 && pull ctr/pair:1 --platform linux/arm64 && ctr content get "${manifests[1]}" >/dev/null &&
		refused 'not found' ctr content get "${manifests[0]}"
}
schema2() {
	skopeo copy -q --dest-cert-dir "$STACK_CERTS" --dest-creds "$admin" "dir:$images/schema2" "docker://$STACK_DEV/ctr/schema2:1" &&
		pull ctr/schema2:1 && ctr images tag "$STACK_DEV/ctr/schema2:1" "$STACK_DEV/ctr/schema2:2" && push ctr/schema2:2 &&
		same "$(digest ctr/schema2 1)" "$(digest ctr/schema2 2)"
}
by_digest() {
	pull "ctr/small@$(made small)"
}
refusals() {
	who=$wrong refused '401|unauthorized' pull ctr/small:1 && who=$wrong refused '401|unauthorized' push ctr/small:1 &&
		refused 'authorization failed' ctr images pull --hosts-dir "$STACK_CERTS/containerd" --snapshotter native "$STACK_DEV/ctr/small:1" &&
		refused 'authorization failed' ctr images push --hosts-dir "$STACK_CERTS/containerd" "$STACK_DEV/ctr/small:1"
}
read_only() {
	who=$reader pull ctr/small:1 && ctr images tag "$STACK_DEV/ctr/small:1" "$STACK_DEV/ctr/reader:1" &&
		who=$reader refused '403|denied|insufficient' push ctr/reader:1
}

try "the daemon starts" started
try "an image of three layers" round_trip small
try "an image of fourteen layers" round_trip deep
try "a layer of 20 MiB" round_trip large
try "an index of two platforms" round_trip pair
try "one platform of an index" one_platform
try "a Docker image of schema 2" schema2
try "pulled by digest" by_digest
try "wrong password and anonymous are refused" refusals
try "an account that may only read" read_only
finish
