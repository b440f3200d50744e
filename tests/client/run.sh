#!/bin/bash
# Real clients push and pull, behind both web servers. A file here that is named after a client is its part.
#
# Each part runs in process and mount namespaces of its own, so that no daemon and no mount outlives it and nothing below
# /etc/docker or /var/lib/containers of this machine is touched (lib.sh).
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"

here=$STOWAGE_SRC/tests/client

apart=(unshare --mount --pid --fork --kill-child)
"${apart[@]}" true 2>/dev/null || apart+=(--propagation unchanged bash "$here/root.sh")

for server in ${STOWAGE_CLIENT_SERVERS:-lighttpd apache}; do
	start_stack "$server"
	stack_ctl user add reader --password-stdin <<<secret-word >/dev/null
	stack_ctl permission set readers --repository docker-dev-local2 --user reader --actions read >/dev/null
	for client in ${STOWAGE_CLIENTS:-skopeo podman buildah docker containerd curl v1 away mirror}; do
		out=$STOWAGE_LOGS/client-$server-$client.tap
		code=0
		scratch=$(mktemp -d /tmp/stowage-client.XXXXXX)
		# For wrong passwords: after some the account is locked.
		stack_ctl user add "$client" --password-stdin <<<secret-word >/dev/null
		# What a mirror's clients may do without an account.
		[ "$client" != mirror ] || stack_ctl permission set mirror --repository dockerhub --anonymous --actions read,write >/dev/null
		CLIENT_SCRATCH=$scratch timeout -k 10 "$((STOWAGE_THEME_SECONDS / 2))" "${apart[@]}" bash "$here/$client.sh" "$tap_count" >"$out" || code=$?
		rm -rf "$scratch"
		cat "$out"
		tap_count=$((tap_count + $(grep -cE '^(not )?ok ' "$out" || true)))
		grep -q '^# end$' "$out" || not_ok "$server: $client ended with $code" <"$out"
	done
	# What the clients left is whole.
	check "$server: every row has its file and every file its row" stack_ctl check
	stop_stack
done
done_testing
