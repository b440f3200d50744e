#!/bin/bash
# stowage-v2 and stowage-v1 as plain CGI programs: an environment in, a document out, no web server between.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../lib/servers.sh"

start_stack lighttpd --http
scratch=$(mktemp -d)
program=$STOWAGE_PREFIX/libexec/stowage/stowage-v2

# As the user the responder runs as, who may open database and store.
owner=$(stat -c %U "/proc/$(stack_pid stowage-v2)")

# cgi METHOD URI [NAME=VALUE...]: the answer in $scratch/out; a body on standard input.
cgi() {
	local method=$1 uri=$2 query=
	shift 2
	[ "$uri" = "${uri#*\?}" ] || query=${uri#*\?}
	runuser -u "$owner" -- env -i GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD="$method" REQUEST_URI="$uri" QUERY_STRING="$query" \
		SERVER_NAME=localhost SERVER_PORT=80 REQUEST_SCHEME=http HTTP_HOST=registry.test REMOTE_ADDR=127.0.0.1 \
		STOWAGE_V2_REPOSITORY=docker-dev-local2 "$@" \
		"$program" --config "$STACK_STATE/etc/stowage-v2.conf" >"$scratch/out" 2>"$scratch/err"
}

# has REGEX: a line of the answer matches, carriage returns aside.
has() {
	tr -d '\r' <"$scratch/out" | grep -qE -- "$1" || {
		echo "no line matches: $1"
		cat "$scratch/out" "$scratch/err"
		return 1
	}
}

has_not() {
	! has "$1" >/dev/null || {
		echo "a line matches: $1"
		cat "$scratch/out"
		return 1
	}
}

basic="HTTP_AUTHORIZATION=Basic $(printf admin:password | base64)"

challenge() {
	cgi GET /v2/ </dev/null && has '^Status: 401' && has '^Docker-Distribution-API-Version: registry/2.0$' &&
		has '^WWW-Authenticate: Bearer realm="http://registry.test/v2/token",service="docker-dev-local2"$' &&
		has '"code":"UNAUTHORIZED"'
}
signed_in() {
	cgi GET /v2/ "$basic" </dev/null && has '^Status: 200' && has '^\{\}$'
}
scope() {
	cgi GET /v2/a/b/manifests/latest </dev/null && has '^Status: 401' && has 'scope="repository:a/b:pull"$'
}
live() {
	cgi GET /livez </dev/null && has '^Status: 200' && has '^ok$' && cgi GET /readyz </dev/null && has '^Status: 200'
}
# A virtual host that lacks its variable: the operator is told which.
unset_variable() {
	cgi GET /v2/ "$basic" STOWAGE_V2_REPOSITORY= </dev/null && has '^Status: 404' &&
		grep -q 'level=warning.*the virtual host localhost does not set STOWAGE_V2_REPOSITORY' "$scratch/err" &&
		cgi GET /livez STOWAGE_V2_REPOSITORY= </dev/null && ! grep -q 'STOWAGE_V2_REPOSITORY' "$scratch/err" &&
		cgi GET /artifactory/api/docker/docker-dev/v2/ "$basic" STOWAGE_V2_REPOSITORY= </dev/null && has '^Status: 200' &&
		! grep -q 'STOWAGE_V2_REPOSITORY' "$scratch/err"
}
unknown_path() {
	cgi GET /v2/nothing "$basic" </dev/null && has '^Status: 404' && has '"code":"NOT_FOUND"' && has '^Docker-Distribution-API-Version:'
}
bad_method() {
	cgi POST /v2/a/tags/list "$basic" CONTENT_LENGTH=0 </dev/null && has '^Status: 405' && has '^Allow: GET, HEAD$'
}
bad_name() {
	cgi GET /v2/UPPER/tags/list "$basic" </dev/null && has '^Status: 400' && has '"code":"NAME_INVALID"'
}
bad_escape() {
	cgi GET /v2/a%00b/tags/list "$basic" </dev/null && has '^Status: 400'
}
head_has_no_body() {
	cgi HEAD /livez </dev/null && has '^Content-Length: 3$' && has_not '^ok'
}
no_repository() {
	cgi GET /v2/ STOWAGE_V2_REPOSITORY=no-such-key </dev/null && has '^Status: 404' && has_not '^Docker-Distribution' &&
		has_not '^WWW-Authenticate' && has_not errors
}
whole_blob() {
	local digest
	digest=sha256:$(printf 'some bytes' | sha256sum | cut -d ' ' -f 1)
	printf 'some bytes' | cgi POST "/v2/cgi/blobs/uploads/?digest=$digest" "$basic" CONTENT_LENGTH=10 && has '^Status: 201' &&
		has "^Docker-Content-Digest: $digest$" && has "^Location: /v2/cgi/blobs/$digest$" &&
		cgi GET "/v2/cgi/blobs/$digest" "$basic" </dev/null && has '^Status: 200' && has '^Content-Length: 10$' && has '^some bytes$' &&
		cgi GET "/v2/cgi/blobs/$digest" "$basic" HTTP_RANGE=bytes=5- </dev/null && has '^Status: 206' &&
		has '^Content-Range: bytes 5-9/10$' && has '^bytes$'
}
short_body() {
	local digest
	digest=sha256:$(printf 'cut' | sha256sum | cut -d ' ' -f 1)
	printf 'cut' | cgi POST "/v2/cgi/blobs/uploads/?digest=$digest" "$basic" CONTENT_LENGTH=10
	has '^Status: 4' && cgi HEAD "/v2/cgi/blobs/$digest" "$basic" </dev/null && has '^Status: 404'
}
# The repository path method: the first part of a name is its key, everywhere the client sees one.
by_path() {
	cgi "$1" "$2" STOWAGE_PATH_METHOD=1 STOWAGE_V2_REPOSITORY=docker-dev "${@:3}"
}
path_challenge() {
	by_path GET /v2/docker-prod-local2/app/manifests/1 </dev/null && has '^Status: 401' &&
		has '^WWW-Authenticate: Bearer realm="http://registry.test/v2/token",service="docker-dev",scope="repository:docker-prod-local2/app:pull"$' &&
		by_path GET /v2/ </dev/null && has '^Status: 401' && has 'service="docker-dev"$'
}
path_push_and_pull() {
	local digest token manifest
	digest=sha256:$(printf '{}' | sha256sum | cut -d ' ' -f 1)
	manifest='{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"'$digest'","size":2},"layers":[]}'
	by_path GET '/v2/token?scope=repository:docker-prod-local2/app:pull,push' "$basic" </dev/null && has '^Status: 200' || return 1
	token=$(sed -n 's/^.*"token":"\([^"]*\)".*$/\1/p' "$scratch/out")
	by_path POST /v2/docker-prod-local2/app/blobs/uploads/ "HTTP_AUTHORIZATION=Bearer $token" CONTENT_LENGTH=0 </dev/null &&
		has '^Location: /v2/docker-prod-local2/app/blobs/uploads/[0-9a-f-]+$' &&
		printf '{}' | by_path POST "/v2/docker-prod-local2/app/blobs/uploads/?digest=$digest" "HTTP_AUTHORIZATION=Bearer $token" CONTENT_LENGTH=2 &&
		has "^Location: /v2/docker-prod-local2/app/blobs/$digest$" &&
		printf '%s' "$manifest" | by_path PUT /v2/docker-prod-local2/app/manifests/1 "HTTP_AUTHORIZATION=Bearer $token" \
			CONTENT_TYPE=application/vnd.oci.image.manifest.v1+json "CONTENT_LENGTH=${#manifest}" &&
		has '^Status: 201' && has '^Location: /v2/docker-prod-local2/app/manifests/1$' &&
		by_path GET /v2/docker-prod-local2/app/tags/list "$basic" </dev/null && has '^\{"name":"docker-prod-local2/app","tags":\["1"\]\}$' &&
		cgi GET /artifactory/api/docker/docker-prod-local2/v2/app/manifests/1 "$basic" </dev/null && has '^Status: 200'
}
path_other_keys() {
	local token
	by_path GET '/v2/token?scope=repository:docker-prod-local2/app:pull&scope=repository:no-such-key/app:pull' "$basic" </dev/null || return 1
	token=$(sed -n 's/^.*"token":"\([^"]*\)".*$/\1/p' "$scratch/out")
	by_path GET /v2/docker-prod-local2/app/manifests/1 "HTTP_AUTHORIZATION=Bearer $token" </dev/null && has '^Status: 200' &&
		by_path GET /v2/docker-dev-local2/app/manifests/1 "HTTP_AUTHORIZATION=Bearer $token" </dev/null && has '^Status: 401' &&
		by_path GET /v2/no-such-key/app/manifests/1 "$basic" </dev/null && has '^Status: 404'
}
# What v1 clients are told to go on at is what they see, too.
v1_endpoint() {
	local program=${program%2}1
	cgi PUT /v1/repositories/cgi/app/ "$basic" STOWAGE_V1_REPOSITORY=docker-dev-local CONTENT_LENGTH=2 <<<'[]' &&
		has '^Status: 200' && has '^X-Docker-Endpoints: registry.test$' &&
		cgi PUT /v1/repositories/cgi/app/ "$basic" STOWAGE_V1_REPOSITORY=docker-dev-local CONTENT_LENGTH=2 \
			STOWAGE_BASE_URL=https://public.example:8443 <<<'[]' &&
		has '^Status: 200' && has '^X-Docker-Endpoints: public.example:8443$'
}
# It must not make clients try another API: the registry exists.
path_unknown_key() {
	by_path GET /v2/no-such-key/app/manifests/1 "$basic" </dev/null && has '^Status: 404' && has '^Docker-Distribution-API-Version: registry/2.0' &&
		has '"code":"NAME_UNKNOWN","message":"no such repository: no-such-key"' &&
		by_path POST /v2/no-such-key/app/blobs/uploads/ "$basic" CONTENT_LENGTH=0 </dev/null && has '"code":"NAME_UNKNOWN"' &&
		by_path GET /v2/no-such-key/app/manifests/1 </dev/null && has '^Status: 401' && has 'scope="repository:no-such-key/app:pull"'
}
usage() {
	local code=0
	"$program" </dev/null >"$scratch/out" 2>"$scratch/err" || code=$?
	[ "$code" = 2 ] && grep -q '^usage:' "$scratch/err"
}
routes() {
	"$program" --routes >"$scratch/out" && has '^PATCH +/v2/\{name\}/blobs/uploads/\{uuid\} +push$'
}

# A worker says at its start, not under load, that it would run out of descriptors; one CGI request needs few.
few_descriptors() {
	local said
	said=$( (ulimit -n 200 && exec timeout 10 "$program" --config "$STACK_STATE/etc/stowage-v2.conf" --socket general="$scratch/general.sock") 2>&1) && return 1
	grep -Eq 'the limit of open files is too low: limit must be [0-9]+ \(got 200\)' <<<"$said" || {
		echo "$said"
		return 1
	}
}

check "too few descriptors are refused at the start" few_descriptors
check "v2 challenges anonymous" challenge
check "Basic is enough" signed_in
check "the challenge names the scope" scope
check "health needs nobody" live
check "a virtual host without its variable is told in the log" unset_variable
check "an unknown path is 404 with the version header" unknown_path
check "a wrong method is 405 with Allow" bad_method
check "a bad name is NAME_INVALID" bad_name
check "a NUL in the URL is refused" bad_escape
check "HEAD has the length and no body" head_has_no_body
check "a key without repository is a plain 404" no_repository
check "a blob goes in and comes out, whole and by range" whole_blob
check "a body that ends early stores nothing" short_body
check "with the path method the challenge names key and image" path_challenge
check "with the path method an image goes in and comes out" path_push_and_pull
check "with the path method a token is for its key" path_other_keys
check "the endpoint told to v1 clients is the public one" v1_endpoint
check "with the path method an unknown key is a name that is unknown" path_unknown_key
check "without socket or CGI it says how to use it" usage
check "it prints its routes" routes
rm -rf "$scratch"
done_testing
