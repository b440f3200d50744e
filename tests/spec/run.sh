#!/bin/bash
# The OCI conformance suite, specification 1.1, every workflow, against both web servers.
#
# The suite is a Go module: go.mod and go.sum here pin its version and sum. It wants a newer Go than Debian 12 has, which
# comes as a Go module as well. The built program is kept in a cache, so that only the first run builds it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../lib/common.sh"
. "$here/../lib/servers.sh"

go_module=golang.org/toolchain@v0.0.1-go1.24.9.linux-amd64
go_sum='h1:XCaHFxbYbAFzirf0FlQ6XUJ3WM+yR7FdDHZvREoPVDI='
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/stowage-tests/spec
suite=github.com/opencontainers/distribution-spec/conformance

# The folder of the newer Go; files of a module are unpacked without their x bits.
fetch_go() {
	local module="$cache/go" answer folder
	mkdir -p "$module"
	printf 'module toolchain\n' >"$module/go.mod"
	answer=$(cd "$module" && env -u GOROOT GOFLAGS=-modcacherw GOTOOLCHAIN=local GOPATH="$cache/gopath" /usr/bin/go mod download -json "$go_module")
	grep -qF "$go_sum" <<<"$answer" || {
		echo "$go_module has not the pinned sum: $answer" >&2
		return 1
	}
	folder=$(sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p' <<<"$answer")
	chmod -R u+w "$folder"
	find "$folder/bin" "$folder/pkg/tool" -type f -exec chmod +x {} +
	echo "$folder"
}

# The built suite; its name holds what it was built from.
build_suite() {
	local key program go
	key=$(cat "$here/go.mod" "$here/go.sum" | sha256sum | cut -c1-16)
	program=$cache/conformance-$key
	if [ ! -x "$program" ]; then
		mkdir -p "$cache"
		go=$(fetch_go) || return 1
		(cd "$here" && env -u GOFLAGS GOROOT="$go" PATH="$go/bin:$PATH" GOTOOLCHAIN=local GOPATH="$cache/gopath" \
			go build -mod=readonly -modcacherw -buildvcs=false -o "$program.new" "$suite") || return 1
		mv "$program.new" "$program"
	fi
	echo "$program"
}

program=$(build_suite)
for server in lighttpd apache; do
	start_stack "$server"
	results=$STOWAGE_LOGS/spec/$server
	mkdir -p "$results"
	# On top of 1.1's own defaults: what 1.1 leaves optional and we promise. Mounting without a source (automatic content
	# discovery) is optional too and not offered: the answer is an upload, as the specification asks.
	env SSL_CERT_FILE="$STACK_CA" OCI_CONFIGURATION=/dev/null OCI_RESULTS_DIR="$results" OCI_VERSION=1.1 OCI_REGISTRY="$STACK_DEV" \
		OCI_TLS=enabled OCI_REPO1=conformance/repo1 OCI_REPO2=conformance/repo2 OCI_USERNAME=admin OCI_PASSWORD=password \
		OCI_API_BLOBS_DIGEST_HEADER=true OCI_API_MANIFESTS_DIGEST_HEADER=true OCI_API_BLOBS_UPLOAD_CANCEL=true \
		OCI_API_MANIFESTS_TAG_PARAM=true OCI_API_BLOBS_MOUNT_ANONYMOUS=false \
		timeout "$STOWAGE_THEME_SECONDS" "$program" >"$results/output" 2>&1 && code=0 || code=$?
	python3 "$here/junit_tap.py" "$server" "$results/junit.xml" "$here/exceptions" "$tap_count" >"$results/tap" || true
	cat "$results/tap"
	tap_count=$((tap_count + $(grep -cE '^(not )?ok ' "$results/tap" || true)))
	[ "$code" = 0 ] || grep -qE '^not ok|wrong in the suite' "$results/tap" || not_ok "$server: the suite ended with $code" <"$results/output"
	stop_stack
done
done_testing
