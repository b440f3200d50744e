#!/bin/bash
# The OCI conformance suite, specification 1.1, every workflow, against both web servers: the newest, and that of 1.1.1.
#
# The suite is a Go module: go.mod and go.sum here and in v1.1.1 pin its versions and sums. Not every module proxy has kept the one of
# 1.1.1: where it is not to be had, the one before it is run, which v1.1.1/earlier.mod pins. The suite wants a newer Go than Debian 12 has, which
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

# build_suite FOLDER MODULES VERB...: the suite that MODULES.mod and MODULES.sum pin; the program's name holds what it was built from.
build_suite() {
	local folder=$1 modules=$2 key program go
	shift 2
	key=$(cat "$folder/$modules.mod" "$folder/$modules.sum" | sha256sum | cut -c1-16)
	program=$cache/conformance-$key
	if [ ! -x "$program" ]; then
		mkdir -p "$cache"
		go=$(fetch_go) || return 1
		(cd "$folder" && env -u GOFLAGS GOROOT="$go" PATH="$go/bin:$PATH" GOTOOLCHAIN=local GOPATH="$cache/gopath" \
			go "$@" -modfile="$modules.mod" -mod=readonly -modcacherw -buildvcs=false -o "$program.new" "$suite") || return 1
		mv "$program.new" "$program"
	fi
	echo "$program"
}

# report SUITE SERVER FOLDER EXCEPTIONS CODE: the cases of a run that ended with CODE.
report() {
	local suite=$1 server=$2 results=$3 exceptions=$4 code=$5
	python3 "$here/junit_tap.py" "$server, $suite" "$results/junit.xml" "$exceptions" "$tap_count" >"$results/tap" || true
	cat "$results/tap"
	tap_count=$((tap_count + $(grep -cE '^(not )?ok ' "$results/tap" || true)))
	[ "$code" = 0 ] || grep -qE '^not ok|wrong in the suite' "$results/tap" || not_ok "$server: the suite ended with $code" <"$results/output"
}

# On top of 1.1's own defaults: what 1.1 leaves optional and we promise. Mounting without a source (automatic content
# discovery) is optional too and not offered: the answer is an upload, as the specification asks.
run_newest() {
	local server=$1 results=$STOWAGE_LOGS/spec/$1 code=0
	mkdir -p "$results"
	env SSL_CERT_FILE="$STACK_CA" OCI_CONFIGURATION=/dev/null OCI_RESULTS_DIR="$results" OCI_VERSION=1.1 OCI_REGISTRY="$STACK_DEV" \
		OCI_TLS=enabled OCI_REPO1=conformance/repo1 OCI_REPO2=conformance/repo2 OCI_USERNAME=admin OCI_PASSWORD=password \
		OCI_API_BLOBS_DIGEST_HEADER=true OCI_API_MANIFESTS_DIGEST_HEADER=true OCI_API_BLOBS_UPLOAD_CANCEL=true \
		OCI_API_MANIFESTS_TAG_PARAM=true OCI_API_BLOBS_MOUNT_ANONYMOUS=false \
		timeout "$STOWAGE_THEME_SECONDS" "$newest" >"$results/output" 2>&1 || code=$?
	report newest "$server" "$results" "$here/exceptions" "$code"
}

# The suite as it was released with 1.1.1: its cases differ, and clients were tested against registries that pass it.
run_released() {
	local server=$1 results=$STOWAGE_LOGS/spec/$1-1.1.1 code=0
	mkdir -p "$results"
	(cd "$results" && env SSL_CERT_FILE="$STACK_CA" OCI_REPORT_DIR="$results" OCI_ROOT_URL="$STACK_DEV_URL" \
		OCI_NAMESPACE=conformance/old1 OCI_CROSSMOUNT_NAMESPACE=conformance/old2 OCI_USERNAME=admin OCI_PASSWORD=password \
		OCI_TEST_PULL=1 OCI_TEST_PUSH=1 OCI_TEST_CONTENT_DISCOVERY=1 OCI_TEST_CONTENT_MANAGEMENT=1 OCI_AUTOMATIC_CROSSMOUNT=0 \
		timeout "$STOWAGE_THEME_SECONDS" "$released") >"$results/output" 2>&1 || code=$?
	report 1.1.1 "$server" "$results" "$here/v1.1.1/exceptions" "$code"
}

newest=$(build_suite "$here" go build)
released=$(build_suite "$here/v1.1.1" go test -c || build_suite "$here/v1.1.1" earlier test -c)
for server in ${STOWAGE_WEB_SERVERS:-lighttpd apache}; do
	start_stack "$server"
	# An upstream that cannot be reached is not to be seen in what a client that pushes is told.
	[ "$server" = lighttpd ] ||
		stack_sql -c "UPDATE registry.repository_remote SET offline = false, url = 'http://127.0.0.1:9', private_networks = true"
	run_newest "$server"
	run_released "$server"
	stop_stack
done
done_testing
