# shellcheck shell=bash
# Help for clients: names in /etc/hosts, settings in STATE/client, and the commands shown at the end.

hosts_mark='# stowage quickstart'

add_hosts() {
	[ "$hosts" = yes ] && ! grep -qF "$hosts_mark" /etc/hosts || return 0
	say "adding docker-dev.localhost and docker-prod.localhost to /etc/hosts"
	printf '127.0.0.1 docker-dev.localhost docker-prod.localhost %s\n' "$hosts_mark" | as_root tee -a /etc/hosts >/dev/null
}

# Rewritten in place: a container's /etc/hosts cannot be replaced.
remove_hosts() {
	local rest
	[ "$hosts" = yes ] && grep -qF "$hosts_mark" /etc/hosts || return 0
	rest=$(grep -vF "$hosts_mark" /etc/hosts)
	printf '%s\n' "$rest" | as_root tee /etc/hosts >/dev/null
}

client_hosts() {
	echo "localhost:$port localhost:$((port + 1)) docker-dev.localhost:$port docker-prod.localhost:$port"
}

write_client_settings() {
	write_containerd_hosts
	write_buildkitd_settings
}

# For --hosts-dir of ctr, and for containerd.
write_containerd_hosts() {
	local host directory
	for host in $(client_hosts); do
		directory=$data/client/containerd/$host
		mkdir -p "$directory"
		{
			printf 'server = "%s://%s"\n[host."%s://%s"]\n' "$scheme" "$host" "$scheme" "$host"
			[ "$scheme" = http ] || printf '  ca = "%s"\n' "$data/client/ca.crt"
		} >"$directory/hosts.toml"
	done
}

# Without them buildkitd would try a registry at localhost without TLS first.
write_buildkitd_settings() {
	local host
	for host in $(client_hosts); do
		printf '[registry."%s"]\n' "$host"
		if [ "$scheme" = http ]; then
			printf '  http = true\n'
		else
			printf '  http = false\n  ca = ["%s"]\n' "$data/client/ca.crt"
		fi
	done >"$data/client/buildkitd.toml"
}

explain() {
	local tls_skopeo_from=" --src-cert-dir $data/client" tls_skopeo_to=" --dest-cert-dir $data/client" tls_podman=" --cert-dir $data/client"
	if [ "$scheme" = http ]; then
		tls_skopeo_from=' --src-tls-verify=false' tls_skopeo_to=' --dest-tls-verify=false' tls_podman=' --tls-verify=false'
	fi
	cat <<EOF

The registry is ready, behind $server.

  docker-dev    $scheme://localhost:$port      or $scheme://docker-dev.localhost:$port
  docker-prod   $scheme://localhost:$((port + 1))      or $scheme://docker-prod.localhost:$port
  user          admin, password "password"

Push and pull:

  docker login -u admin -p password localhost:$port
  docker tag busybox localhost:$port/busybox && docker push localhost:$port/busybox
  docker pull localhost:$port/busybox

  skopeo copy$tls_skopeo_to --dest-creds admin:password docker://docker.io/library/busybox docker://localhost:$port/busybox
  skopeo copy$tls_skopeo_from --src-creds admin:password docker://localhost:$port/busybox dir:busybox

  podman push --creds admin:password$tls_podman busybox localhost:$port/busybox
  podman pull --creds admin:password$tls_podman localhost:$port/busybox

  ctr images pull --hosts-dir $data/client/containerd --user admin:password localhost:$port/busybox:latest

EOF
	explain_trust
	cat <<EOF
Administration: $prefix/sbin/stowagectl --config $data/etc/stowage-ctl.conf --help
Logs: $data/log    Stop: $top/quickstart stop$([ "$state" = "$top/var" ] || echo " --state $state")
EOF
}

explain_trust() {
	if [ "$scheme" = https ]; then
		cat <<EOF
Certificate authority: $data/client/ca.crt
  docker        install -D -m 644 $data/client/ca.crt /etc/docker/certs.d/localhost:$port/ca.crt
                (for each host:port in use; docker needs no certificate for localhost and 127.0.0.1)
  podman, buildah, skopeo   --cert-dir as above, or the same file below /etc/containers/certs.d/localhost:$port/
  containerd    config_path = "$data/client/containerd" in its registry settings, or copy that directory
  curl          --cacert $data/client/ca.crt
  helm          --ca-file $data/client/ca.crt
  oras          the same, and --plain-http=false, since oras assumes that a registry at localhost has no TLS
  crane         SSL_CERT_FILE=$data/client/ca.crt crane ...
  regctl        regctl registry set --cacert "\$(cat $data/client/ca.crt)" localhost:$port
  buildkit      buildkitd --config $data/client/buildkitd.toml
                buildctl build --registry-auth-tlscontext host=localhost:$port,ca=$data/client/ca.crt ...

EOF
	else
		cat <<EOF
Plain http: docker takes it from localhost; other names go into "insecure-registries" of /etc/docker/daemon.json.

EOF
	fi
}
