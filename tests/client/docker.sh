#!/bin/bash
# docker 20.10 as Debian has it: a daemon of its own on a containerd of its own.
#
# docker trusts every name that leads to 127.0.0.0/8 without looking at certificates. Here docker-dev.localhost leads to ::1,
# so that the daemon checks; that name is also the vhost's second one.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

port=${STACK_DEV##*:}
registry=docker-dev.localhost:$port
printf '127.0.0.1 localhost\n::1 docker-dev.localhost\n' >"$scratch/hosts"
mount --bind "$scratch/hosts" /etc/hosts
export DOCKER_HOST=unix://$scratch/docker.sock

started() {
	start_dockerd "$DOCKER_HOST"
}

# pull REFERENCE REGEX [OPTION...]: pulls, and says so.
pull() {
	docker pull "${@:3}" "$1" >"$scratch/pulled" || return 1
	grep -- "$2" "$scratch/pulled" || {
		cat "$scratch/pulled"
		return 1
	}
}
login() {
	docker login -u "${1%%:*}" --password-stdin "$registry" <<<"${1#*:}"
}
# load NAME TAG: a local image; its id.
load() {
	rm -f "$scratch/load.tar"
	skopeo copy -q "oci:$images/$1:1" "docker-archive:$scratch/load.tar:$registry/$2" "${@:3}" && docker load -q -i "$scratch/load.tar" >/dev/null &&
		docker image inspect -f '{{.Id}}' "$registry/$2"
}
anonymous() {
	docker logout "$registry" >/dev/null
	refused 'access denied|unauthorized|authentication required' docker pull -q "$registry/docker/small:1" &&
		refused 'access denied|unauthorized|authentication required|access to the resource is denied' docker push -q "$registry/docker/small:1"
}
unknown_ca() {
	refused 'x509|certificate' login "$admin"
}
trusted() {
	mkdir -p "/etc/docker/certs.d/$registry" && cp "$STACK_CA" "/etc/docker/certs.d/$registry/ca.crt" && login "$admin"
}
# Not even what it keeps from an earlier login helps docker on.
wrong_password() {
	local kept=$DOCKER_CONFIG DOCKER_CONFIG=$scratch/docker-wrong
	mkdir -p "$DOCKER_CONFIG" && printf '{"auths": {"%s": {"auth": "%s"}}}' "$registry" "$(printf %s "$wrong" | base64 -w 0)" >"$DOCKER_CONFIG/config.json" &&
		load small docker/wrong:1 >/dev/null &&
		refused 'unauthorized|incorrect|denied' docker pull -q "$registry/docker/wrong:1" &&
		refused 'unauthorized|incorrect|denied' docker push -q "$registry/docker/wrong:1" &&
		DOCKER_CONFIG=$kept && refused 'unauthorized|incorrect' login "$wrong" && login "$admin"
}
round_trip() {
	local name=$1 id said
	id=$(load "$name" "docker/$name:1") && docker push "$registry/docker/$name:1" >"$scratch/said" &&
		said=$(sed -n 's/^.*digest: \(sha256:[0-9a-f]*\) .*$/\1/p' "$scratch/said") && same "$said" "$(digest "docker/$name" 1)" &&
		docker rmi "$registry/docker/$name:1" >/dev/null && pull "$registry/docker/$name:1" "$said" &&
		same "$id" "$(docker image inspect -f '{{.Id}}' "$registry/docker/$name:1")" &&
		pull "$registry/docker/$name:1" 'up to date' && pull "$registry/docker/$name@$said" "$said"
}
all_tags() {
	docker tag "$registry/docker/small:1" "$registry/docker/small:2" && docker push -q -a "$registry/docker/small" &&
		docker rmi "$registry/docker/small:1" "$registry/docker/small:2" && docker pull -q -a "$registry/docker/small" &&
		docker image inspect "$registry/docker/small:2" >/dev/null
}
mounted() {
	docker tag "$registry/docker/deep:1" "$registry/docker/mounted:1" && docker push "$registry/docker/mounted:1" >"$scratch/said" &&
		grep -q 'Mounted from docker/deep' "$scratch/said" && same "$(digest docker/deep 1)" "$(digest docker/mounted 1)"
}
pulled_oci() {
	skopeo copy -q --all --dest-cert-dir "$STACK_CERTS" --dest-creds "$admin" "oci:$images/pair:1" "docker://$STACK_DEV/docker/pair:1" &&
		pull "$registry/docker/pair:1" "$(made pair)" &&
		pull "$registry/docker/pair:1" "$(made pair)" --platform linux/arm64 &&
		same arm64 "$(docker image inspect -f '{{.Architecture}}' "$registry/docker/pair:1")"
}
manifest() {
	local list=$registry/docker/list:1
	docker manifest create "$list" "$registry/docker/small:1" "$registry/docker/deep:1" && docker manifest push "$list" &&
		ask "$admin" GET /v2/docker/list/manifests/1 -H "Accept: $types" | jq -e '.manifests | length == 2'
}
read_only() {
	login "$reader" && docker pull -q "$registry/docker/small:1" && docker tag "$registry/docker/small:1" "$registry/docker/reader:1" &&
		refused 'denied|insufficient' docker push -q "$registry/docker/reader:1" && login "$admin"
}
by_loopback() {
	docker tag "$registry/docker/small:1" "localhost:$port/docker/loopback:1" && docker login -u admin -p password "localhost:$port" &&
		docker push -q "localhost:$port/docker/loopback:1" && digest docker/loopback 1
}

try "the daemon starts" started
try "a certificate of an unknown authority is refused" unknown_ca
try "login" trusted
try "a wrong password is refused" wrong_password
try "an image of three layers" round_trip small
try "an image of fourteen layers" round_trip deep
try "an image of one layer" round_trip single
try "an image of forty layers" round_trip forty
try "a layer of 20 MiB" round_trip large
try "all tags of a name" all_tags
try "layers are mounted from another name" mounted
try "an OCI index of two platforms" pulled_oci
try "manifest push" manifest
try "an account that may only read" read_only
try "localhost and its port" by_loopback
try "anonymous is refused" anonymous
finish
