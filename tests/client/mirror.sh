#!/bin/bash
# Our vhost as a mirror of Docker Hub: dockerd's --registry-mirror, and containerd's hosts.toml. Anybody may read and fill the cache of
# the remote here (run.sh), as one does for a mirror; Docker Hub itself is out of reach, so what is pulled came through us.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

port=${STACK_DEV##*:}
mirror=docker-dev.localhost:$port
printf '127.0.0.1 localhost\n::1 docker-dev.localhost\n' >"$scratch/hosts"
mount --bind "$scratch/hosts" /etc/hosts
export DOCKER_HOST=unix://$scratch/docker.sock

hub_started() {
	start_hub && skopeo copy -q --dest-tls-verify=false --all "oci:$images/pair:1" "docker://$hub/library/pair:1" &&
		skopeo copy -q --dest-tls-verify=false "oci:$images/small:1" "docker://$hub/library/small:1" &&
		skopeo copy -q --dest-tls-verify=false "oci:$images/deep:1" "docker://$hub/team/deep:1"
}
dockerd_started() {
	mkdir -p "/etc/docker/certs.d/$mirror" && cp "$STACK_CA" "/etc/docker/certs.d/$mirror/ca.crt" &&
		start_dockerd "$DOCKER_HOST" --registry-mirror "https://$mirror"
}
# The image comes under the hub's name, and lies in our cache.
docker_pulls() {
	docker pull -q "$1:1" && same "$(made "$2")" "$(docker image inspect -f '{{index .RepoDigests 0}}' "$1:1" | cut -d @ -f 2)" &&
		same "$(made "$2")" "$(digest "$1" 1)"
}
down() {
	edit_repository dockerhub '{"offline": true}' && docker rmi -f "$(docker image inspect -f '{{.Id}}' small:1)" >/dev/null &&
		docker_pulls small small && edit_repository dockerhub '{"offline": false}'
}
ctr() {
	command ctr -a "$scratch/containerd.sock" -n mirrored "$@"
}
hosts_written() {
	mkdir -p "$scratch/certs/docker.io" "$scratch/certs/quay.io"
	for registry in docker.io quay.io; do
		printf 'server = "https://%s"\n[host."https://%s"]\n  capabilities = ["pull", "resolve"]\n  ca = "%s"\n' \
			"$registry" "$mirror" "$STACK_CA" >"$scratch/certs/$registry/hosts.toml"
	done
}
ctr_pulls() {
	ctr images pull --hosts-dir "$scratch/certs" --snapshotter native --all-platforms "docker.io/$1:1" >/dev/null &&
		same "$(made "$2")" "$(ctr images ls "name==docker.io/$1:1" | awk 'NR == 2 { print $3 }')"
}
other_registry() {
	refused 'quay.io' ctr images pull --hosts-dir "$scratch/certs" --snapshotter native "quay.io/library/small:1"
}

try "a hub behind the remote" hub_started
try "dockerd with --registry-mirror starts" dockerd_started
try "docker pulls an official image" docker_pulls small small
try "docker pulls an index" docker_pulls pair pair
try "docker pulls an image with a namespace" docker_pulls team/deep deep
try "the hub away, docker pulls what is cached" down
try "containerd pulls an official image by its hosts file" hosts_written
try "containerd pulls by ns" ctr_pulls library/pair pair
try "a registry that nobody stands for is not ours" other_registry
finish
