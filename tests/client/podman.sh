#!/bin/bash
# podman, on a store of its own: push, forget, pull.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# image NAME: the id of a local image, loaded from those that images.py made.
load() {
	skopeo copy -q "oci:$images/$1:1" "containers-storage:$STACK_DEV/podman/$1:1" && podman image inspect -f '{{.Id}}' "$STACK_DEV/podman/$1:1"
}
push() {
	podman push -q --cert-dir "$STACK_CERTS" --creds "${who:-$admin}" "${@:2}" "$STACK_DEV/$1"
}
pull() {
	podman pull -q --cert-dir "$STACK_CERTS" --creds "${who:-$admin}" "${@:2}" "$STACK_DEV/$1"
}

# Pushed, removed, pulled, pulled again: the same image, under the digest the registry gave.
round_trip() {
	local name=$1 id here
	id=$(load "$name") && push "podman/$name:1" --digestfile "$scratch/digest" &&
		same "$(cat "$scratch/digest")" "$(digest "podman/$name" 1)" && podman rmi -f "$id" >/dev/null &&
		same "$id" "$(pull "podman/$name:1")" && same "$id" "$(pull "podman/$name:1")" &&
		here=$(podman image inspect -f '{{.Digest}}' "$id") && same "$(cat "$scratch/digest")" "$here"
}
schema2() {
	local name=podman/small:docker
	podman tag "$STACK_DEV/podman/small:1" "$STACK_DEV/$name" && push "$name" --format v2s2 &&
		ask "$admin" GET /v2/podman/small/manifests/docker -H "Accept: $types" | jq -e '.mediaType | endswith("docker.distribution.manifest.v2+json")'
}
platforms() {
	local list=$STACK_DEV/podman/pair:1
	skopeo copy -q --all --dest-cert-dir "$STACK_CERTS" --dest-creds "$admin" "oci:$images/pair:1" "docker://$list" &&
		pull podman/pair:1 --arch arm64 && same arm64 "$(podman image inspect -f '{{.Architecture}}' "$list")" &&
		pull podman/pair:1 --arch amd64 && same amd64 "$(podman image inspect -f '{{.Architecture}}' "$list")"
}
manifest() {
	local list=$STACK_DEV/podman/list:1
	podman manifest create "$list" && podman manifest add --cert-dir "$STACK_CERTS" --creds "$admin" "$list" "docker://$STACK_DEV/podman/small:1" &&
		podman manifest add --cert-dir "$STACK_CERTS" --creds "$admin" --all "$list" "docker://$STACK_DEV/podman/pair:1" &&
		podman manifest push --all --cert-dir "$STACK_CERTS" --creds "$admin" "$list" "docker://$list" &&
		ask "$admin" GET /v2/podman/list/manifests/1 -H "Accept: $types" | jq -e '.manifests | length == 3'
}
wrong_password() {
	who=$wrong refused 'invalid username/password|unauthorized' pull podman/small:1 &&
		who=$wrong refused 'invalid username/password|unauthorized' push podman/small:1 &&
		refused 'invalid username/password|unauthorized' podman login --cert-dir "$STACK_CERTS" -u "$client" -p wrong "$STACK_DEV"
}
anonymous() {
	refused 'unauthorized|authentication required' podman pull -q --cert-dir "$STACK_CERTS" "$STACK_DEV/podman/small:1" &&
		refused 'unauthorized|authentication required|HTTP 401' podman push -q --cert-dir "$STACK_CERTS" "$STACK_DEV/podman/small:1"
}
read_only() {
	who=$reader pull podman/small:1 && podman tag "$STACK_DEV/podman/small:1" "$STACK_DEV/podman/reader:1" &&
		who=$reader refused 'denied|insufficient' push podman/reader:1
}
logged_in() {
	podman login --cert-dir "$STACK_CERTS" -u admin -p password "$STACK_DEV" &&
		podman pull -q --cert-dir "$STACK_CERTS" "$STACK_DEV/podman/deep:1" &&
		podman push -q --cert-dir "$STACK_CERTS" "$STACK_DEV/podman/deep:1" && podman logout "$STACK_DEV"
}
searched() {
	install -D -m 644 "$STACK_CA" "/etc/containers/certs.d/$STACK_DEV/ca.crt" && podman login -u admin -p password "$STACK_DEV" &&
		podman search --list-tags "$STACK_DEV/podman/small" >"$scratch/tags" && grep -q docker "$scratch/tags"
}

try "an image of three layers" round_trip small
try "an image of fourteen layers" round_trip deep
try "a layer of 20 MiB" round_trip large
try "pushed as schema 2" schema2
try "both platforms of an index" platforms
try "manifest push" manifest
try "a wrong password is refused" wrong_password
try "anonymous is refused" anonymous
try "an account that may only read" read_only
try "login and logout" logged_in
try "search, by a certificate below /etc/containers" searched
finish
