#!/bin/bash
# buildah: builds on an image of the registry, and pushes what it built.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

push() {
	buildah push -q --cert-dir "$STACK_CERTS" --creds "${who:-$admin}" "${@:3}" "$1" "docker://$STACK_DEV/$2"
}
pull() {
	buildah pull -q --cert-dir "$STACK_CERTS" --creds "${who:-$admin}" "${@:2}" "$STACK_DEV/$1"
}

from_scratch() {
	local container
	echo "made by buildah" >"$scratch/file"
	container=$(buildah from scratch) && buildah copy -q "$container" "$scratch/file" /file &&
		buildah commit -q "$container" built >"$scratch/id" && push built buildah/built:1 --digestfile "$scratch/digest" &&
		same "$(cat "$scratch/digest")" "$(digest buildah/built 1)"
}
round_trip() {
	buildah rm -a >/dev/null && buildah rmi -a -f >/dev/null && same "$(cat "$scratch/id")" "$(pull buildah/built:1)" &&
		same "$(cat "$scratch/id")" "$(pull buildah/built:1)"
}
built_on() {
	mkdir -p "$scratch/context" && echo more >"$scratch/context/more" &&
		printf 'FROM %s/buildah/built:1\nCOPY more /more\nLABEL made=again\n' "$STACK_DEV" >"$scratch/context/Containerfile" &&
		buildah rmi -a -f >/dev/null &&
		buildah build -q --cert-dir "$STACK_CERTS" --creds "$admin" --layers -t again "$scratch/context" && push again buildah/again:1 &&
		ask "$admin" GET /v2/buildah/again/manifests/1 -H "Accept: $types" | jq -e '.layers | length == 2' &&
		buildah rmi -a -f >/dev/null && pull buildah/again:1 && container=$(buildah from "$STACK_DEV/buildah/again:1") &&
		same "made by buildah" "$(cat "$(buildah mount "$container")/file")"
}
formats() {
	push "$STACK_DEV/buildah/again:1" buildah/docker:1 --format docker &&
		ask "$admin" GET /v2/buildah/docker/manifests/1 -H "Accept: $types" | jq -e '.mediaType | endswith("docker.distribution.manifest.v2+json")'
}
platforms() {
	skopeo copy -q --all --dest-cert-dir "$STACK_CERTS" --dest-creds "$admin" "oci:$images/pair:1" "docker://$STACK_DEV/buildah/pair:1" &&
		buildah manifest create pair && buildah manifest add --all --cert-dir "$STACK_CERTS" --creds "$admin" pair "docker://$STACK_DEV/buildah/pair:1" &&
		buildah manifest push --all --cert-dir "$STACK_CERTS" --creds "$admin" pair "docker://$STACK_DEV/buildah/list:1" &&
		ask "$admin" GET /v2/buildah/list/manifests/1 -H "Accept: $types" |
		jq -e '[.manifests[].platform.architecture] | sort == ["amd64", "arm64"]'
}
refusals() {
	who=$wrong refused 'invalid username/password|unauthorized' pull buildah/built:1 --policy always &&
		who=$wrong refused 'invalid username/password|unauthorized' push "$STACK_DEV/buildah/again:1" buildah/wrong:1 &&
		refused 'unauthorized|authentication required|HTTP 401' buildah push -q --cert-dir "$STACK_CERTS" "$STACK_DEV/buildah/again:1" \
			"docker://$STACK_DEV/buildah/nobody:1" &&
		refused 'unauthorized|authentication required' buildah pull -q --policy always --cert-dir "$STACK_CERTS" "$STACK_DEV/buildah/built:1" &&
		who=$reader pull buildah/built:1 --policy always && who=$reader refused 'denied|insufficient' push "$STACK_DEV/buildah/built:1" buildah/reader:1
}

try "an image made from nothing" from_scratch
try "pulled, and pulled again" round_trip
try "an image built on one of the registry" built_on
try "pushed as schema 2" formats
try "manifest push" platforms
try "wrong password, anonymous and read-only are refused" refusals
finish
