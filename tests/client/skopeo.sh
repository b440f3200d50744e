#!/bin/bash
# skopeo: copies of every kind of image, with nothing in between that could change a byte.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# push SOURCE NAME [OPTION...]; pull NAME DESTINATION [OPTION...]
push() {
	skopeo copy -q --dest-cert-dir "$STACK_CERTS" --dest-creds "${who:-$admin}" "${@:3}" "$1" "docker://$STACK_DEV/$2"
}
pull() {
	skopeo copy -q --src-cert-dir "$STACK_CERTS" --src-creds "${who:-$admin}" "${@:3}" "docker://$STACK_DEV/$1" "$2"
}

# A layout goes out and comes back: same digest there, same bytes here.
round_trip() {
	local name=$1
	push "oci:$images/$name:1" "skopeo/$name:1" --all && same "$(made "$name")" "$(digest "skopeo/$name" 1)" &&
		pull "skopeo/$name:1" "oci:$scratch/back-$name:1" --all && diff -r "$images/$name/blobs" "$scratch/back-$name/blobs"
}
round_trip_dir() {
	local name=$1
	push "dir:$images/$name" "skopeo/$name:1" --all &&
		same "sha256:$(sha256sum "$images/$name/manifest.json" | cut -d ' ' -f 1)" "$(digest "skopeo/$name" 1)" &&
		pull "skopeo/$name:1" "dir:$scratch/back-$name" --all && diff -r "$images/$name" "$scratch/back-$name"
}
again() {
	pull skopeo/deep:1 "dir:$scratch/again1" && pull skopeo/deep:1 "dir:$scratch/again2" && diff -r "$scratch/again1" "$scratch/again2"
}
by_digest() {
	pull "skopeo/small@$(made small)" "dir:$scratch/by-digest" && [ "$(find "$scratch/by-digest" -type f | wc -l)" = 6 ]
}
one_platform() {
	local there here
	there=$(ask "$admin" GET /v2/skopeo/pair/manifests/1 -H "Accept: $types" | jq -r '.manifests[1].digest') &&
		pull skopeo/pair:1 "dir:$scratch/arm64" --override-arch arm64 &&
		here=sha256:$(sha256sum "$scratch/arm64/manifest.json" | cut -d ' ' -f 1) && same "$there" "$here"
}
zstd() {
	skopeo copy -q --dest-decompress "oci:$images/again:1" "dir:$scratch/plain" &&
		push "dir:$scratch/plain" skopeo/zstd:1 --dest-compress-format zstd --format oci &&
		ask "$admin" GET /v2/skopeo/zstd/manifests/1 -H "Accept: $types" | jq -e '.layers | all(.mediaType | endswith("+zstd"))'
}
converted() {
	push "oci:$images/small:1" skopeo/converted:1 --format v2s2 && digest skopeo/converted 1 &&
		ask "$admin" GET /v2/skopeo/converted/manifests/1 -H "Accept: $types" | jq -e '.mediaType | endswith("docker.distribution.manifest.v2+json")'
}
between() {
	skopeo copy -q --all --src-cert-dir "$STACK_CERTS" --dest-cert-dir "$STACK_CERTS" --src-creds "$admin" --dest-creds "$admin" \
		"docker://$STACK_DEV/skopeo/pair:1" "docker://$1" || return 1
}
to_another_name() {
	between "$STACK_DEV/skopeo/mounted:1" && same "$(made pair)" "$(digest skopeo/mounted 1)"
}
to_another_repository() {
	between "$STACK_PROD/skopeo/pair:1" && curl -sSf --cacert "$STACK_CA" -u "$admin" "$STACK_PROD_URL/v2/skopeo/pair/manifests/$(made pair)" \
		-H "Accept: $types" -o "$scratch/prod" && same "$(made pair)" "sha256:$(sha256sum "$scratch/prod" | cut -d ' ' -f 1)"
}
looks() {
	same "$(made small)" "$(skopeo inspect --cert-dir "$STACK_CERTS" --creds "$admin" "docker://$STACK_DEV/skopeo/small:1" | jq -r .Digest)" &&
		skopeo list-tags --cert-dir "$STACK_CERTS" --creds "$admin" "docker://$STACK_DEV/skopeo/small" | jq -e '.Tags == ["1"]'
}
moved() {
	push "oci:$images/other:1" skopeo/moved:1 && push "oci:$images/small:1" skopeo/moved:1 &&
		same "$(made small)" "$(digest skopeo/moved 1)" && digest skopeo/moved "$(made other)"
}
wrong_password() {
	who=$wrong refused 'invalid username/password|unauthorized' pull skopeo/small:1 "dir:$scratch/no" &&
		who=$wrong refused 'invalid username/password|unauthorized' push "oci:$images/small:1" skopeo/no:1 &&
		refused 'invalid username/password|unauthorized' skopeo login --cert-dir "$STACK_CERTS" -u "$client" -p wrong "$STACK_DEV"
}
anonymous() {
	refused 'unauthorized|authentication required' skopeo copy -q --src-cert-dir "$STACK_CERTS" --src-no-creds \
		"docker://$STACK_DEV/skopeo/small:1" "dir:$scratch/no" &&
		refused 'unauthorized|authentication required|HTTP 401' skopeo copy -q --dest-cert-dir "$STACK_CERTS" --dest-no-creds \
			"oci:$images/small:1" "docker://$STACK_DEV/skopeo/no:1"
}
read_only() {
	who=$reader pull skopeo/small:1 "dir:$scratch/reader" &&
		who=$reader refused 'denied|insufficient' push "oci:$images/other:1" skopeo/small:2 &&
		refused 'denied|insufficient|unauthorized' skopeo delete --cert-dir "$STACK_CERTS" --creds "$reader" "docker://$STACK_DEV/skopeo/small:1" &&
		digest skopeo/small 1
}
logged_in() {
	skopeo login --cert-dir "$STACK_CERTS" -u admin -p password "$STACK_DEV" &&
		skopeo copy -q --src-cert-dir "$STACK_CERTS" "docker://$STACK_DEV/skopeo/small:1" "dir:$scratch/login" &&
		skopeo logout "$STACK_DEV"
}
unknown_ca() {
	refused 'x509' skopeo copy -q --src-creds "$admin" "docker://$STACK_DEV/skopeo/small:1" "dir:$scratch/no"
}
deleted() {
	push "oci:$images/small:1" skopeo/gone:1 &&
		skopeo delete --cert-dir "$STACK_CERTS" --creds "$admin" "docker://$STACK_DEV/skopeo/gone:1" &&
		refused 'manifest unknown|not found' pull skopeo/gone:1 "dir:$scratch/gone" && digest skopeo/small 1
}
# What docker 1.6 would get: skopeo asks for nothing else.
schema1_converted() {
	local accept='application/vnd.docker.distribution.manifest.v1+prettyjws'
	curl -fsS --cacert "$STACK_CA" -u "$admin" -H "Accept: $accept" "$STACK_DEV_URL/v2/skopeo/small/manifests/1" >"$scratch/schema1.json" &&
		jq -e '.schemaVersion == 1 and (.fsLayers | length) == (.history | length)' "$scratch/schema1.json" &&
		[ "$(skopeo manifest-digest "$scratch/schema1.json")" = "$(curl -fsSI --cacert "$STACK_CA" -u "$admin" -H "Accept: $accept" \
			"$STACK_DEV_URL/v2/skopeo/small/manifests/1" | tr -d '\r' | sed -n 's/^docker-content-digest: //Ip')" ]
}
# That document with its layers, as skopeo keeps an image in a folder: it reads it, and makes schema 2 of it.
schema1_copied() {
	local sum there=$scratch/schema1-dir
	mkdir "$there" && cp "$scratch/schema1.json" "$there/manifest.json" && printf 'Directory Transport Version: 1.1\n' >"$there/version" || return 1
	for sum in $(jq -r '.fsLayers[].blobSum' "$scratch/schema1.json" | sort -u); do
		ask "$admin" GET "/v2/skopeo/small/blobs/$sum" -o "$there/${sum#sha256:}" || return 1
	done
	skopeo copy -q --format v2s2 "dir:$there" "dir:$scratch/schema1-copy" && skopeo copy -q "dir:$there" "oci:$scratch/schema1-oci:1" &&
		jq -e --argjson layers "$(jq '.layers | length' "$images/small/blobs/sha256/$(made small | cut -d : -f 2)")" \
			'.layers | length == $layers' "$scratch/schema1-copy/manifest.json"
}
schema1_allowed() {
	edit_repository docker-dev-local2 "{\"blockPushingSchema1\": $1}"
}
schema1_pushed() {
	local tag=v2s1
	schema1_allowed true &&
		refused 'schema 1' push "oci:$images/small:1" "skopeo/schema1:$tag" --format v2s1 &&
		schema1_allowed false &&
		push "oci:$images/small:1" "skopeo/schema1:$tag" --format v2s1 &&
		skopeo inspect --raw --cert-dir "$STACK_CERTS" --creds "$admin" "docker://$STACK_DEV/skopeo/schema1:$tag" | jq -e '.schemaVersion == 1' &&
		pull "skopeo/schema1:$tag" "dir:$scratch/schema1" &&
		pull "skopeo/schema1:$tag" "dir:$scratch/schema2" --format v2s2
}
never_there() {
	refused 'name unknown|manifest unknown|not found' pull skopeo/never:1 "dir:$scratch/never"
}

try "an image of three layers" round_trip small
try "an image of fourteen layers" round_trip deep
try "an image of one layer" round_trip single
try "an image of forty layers" round_trip forty
try "a layer of 20 MiB" round_trip large
try "an index of two platforms" round_trip pair
try "a Docker image of schema 2" round_trip_dir schema2
try "a Docker manifest list" round_trip_dir list
try "pulled a second time" again
try "pulled by digest" by_digest
try "one platform of an index" one_platform
try "zstd layers" zstd
try "converted to schema 2" converted
try "copied to another name" to_another_name
try "copied to another repository" to_another_repository
try "inspect and list-tags" looks
try "a tag that moves leaves the old digest" moved
try "a wrong password is refused" wrong_password
try "anonymous is refused" anonymous
try "an account that may only read" read_only
try "login and logout" logged_in
try "without the authority's certificate nothing goes" unknown_ca
try "delete" deleted
try "signed schema 1 made of an image" schema1_converted
try "which skopeo copies" schema1_copied
try "signed schema 1 pushed and pulled" schema1_pushed
try "what was never there" never_there
finish
