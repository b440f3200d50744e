#!/bin/bash
# The Debian packages that the tests need beyond those of the registry itself; installed when missing, without starting anything.
set -euo pipefail

packages=(
	# build and analysis
	clang clang-format clang-tidy cppcheck llvm libcmocka-dev valgrind shellcheck flake8 mandoc git xz-utils
	# servers: both web servers, PostgreSQL's test functions, a real registry
	lighttpd lighttpd-mod-gnutls lighttpd-modules-lua apache2-bin libapache2-mod-xsendfile 'postgresql-15-pgtap|postgresql-16-pgtap|postgresql-17-pgtap' libtap-parser-sourcehandler-pgtap-perl
	docker-registry
	# clients
	curl skopeo podman buildah docker.io 'docker-cli|docker.io' containerd runc crun
	# languages of tests: Python for raw sockets, Go for the conformance suite
	python3 golang-go ca-certificates
	# what stowage-deploy calls: systemd-sysusers and systemd-tmpfiles
	systemd
	# small tools
	strace procps iproute2 jq zstd
)

exec "$(dirname "${BASH_SOURCE[0]}")/../../quickstart" packages "${packages[@]}"
