#!/bin/bash
# curl, doing what oras and helm do: artifacts, their referrers, and a manifest without layers.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

oci=application/vnd.oci.image.manifest.v1+json
repository=curl/artifact

# blob FILE: POST, then PUT at the Location given; the digest.
blob() {
	local sum location
	sum=sha256:$(sha256sum <"$1" | cut -d ' ' -f 1)
	location=$(ask "$admin" POST "/v2/$repository/blobs/uploads/" -D - -o /dev/null -d '' | tr -d '\r' | sed -n 's/^location: //Ip') || return 1
	case $location in *\?*) location+="&digest=$sum" ;; *) location+="?digest=$sum" ;; esac
	ask "$admin" PUT "$location" -H 'Content-Type: application/octet-stream' --data-binary "@$1" && echo "$sum"
}
# manifest REFERENCE FILE [OPTION...]
manifest() {
	ask "$admin" PUT "/v2/$repository/manifests/$1" -H "Content-Type: $oci" --data-binary "@$2" "${@:3}"
}
descriptor() {
	jq -n --arg type "$1" --arg sum "sha256:$(sha256sum <"$2" | cut -d ' ' -f 1)" --argjson size "$(stat -c %s "$2")" \
		'{mediaType: $type, digest: $sum, size: $size}'
}

artifact() {
	printf '{}' >"$scratch/empty" && echo "a chart" >"$scratch/chart" &&
		blob "$scratch/empty" && blob "$scratch/chart" &&
		jq -n --arg type "$oci" --argjson config "$(descriptor application/vnd.oci.empty.v1+json "$scratch/empty")" \
			--argjson layer "$(descriptor application/vnd.cncf.helm.chart.content.v1.tar+gzip "$scratch/chart")" \
			'{schemaVersion: 2, mediaType: $type, artifactType: "application/vnd.test.chart", config: $config, layers: [$layer]}' >"$scratch/artifact" &&
		manifest 1 "$scratch/artifact" && ask "$admin" GET "/v2/$repository/manifests/1" | cmp - "$scratch/artifact" &&
		ask "$admin" GET "/v2/$repository/blobs/sha256:$(sha256sum <"$scratch/chart" | cut -d ' ' -f 1)" | cmp - "$scratch/chart"
}
no_layers() {
	jq -n --arg type "$oci" --argjson config "$(descriptor application/vnd.oci.image.config.v1+json "$scratch/empty")" \
		'{schemaVersion: 2, mediaType: $type, config: $config, layers: []}' >"$scratch/bare" &&
		manifest bare "$scratch/bare" && ask "$admin" GET "/v2/$repository/manifests/bare" | cmp - "$scratch/bare"
}
referrer() {
	local subject
	subject=sha256:$(sha256sum <"$scratch/artifact" | cut -d ' ' -f 1)
	jq -n --arg type "$oci" --argjson config "$(descriptor application/vnd.oci.empty.v1+json "$scratch/empty")" \
		--argjson subject "$(descriptor "$oci" "$scratch/artifact")" \
		'{schemaVersion: 2, mediaType: $type, artifactType: "application/vnd.test.signature", config: $config, layers: [$config],
		subject: $subject, annotations: {by: "curl"}}' >"$scratch/signature" &&
		manifest "sha256:$(sha256sum <"$scratch/signature" | cut -d ' ' -f 1)" "$scratch/signature" -D "$scratch/head" &&
		grep -qi "^oci-subject: $subject" "$scratch/head" &&
		ask "$admin" GET "/v2/$repository/referrers/$subject" |
		jq -e '.manifests | length == 1 and .[0].artifactType == "application/vnd.test.signature" and .[0].annotations.by == "curl"' &&
		ask "$admin" GET "/v2/$repository/referrers/$subject?artifactType=application/vnd.test.other" | jq -e '.manifests == []'
}
pulled_by_skopeo() {
	skopeo inspect --raw --cert-dir "$STACK_CERTS" --creds "$reader" "docker://$STACK_DEV/$repository:1" | cmp - "$scratch/artifact"
}
artifactory_url() {
	ask "$admin" GET "/artifactory/api/docker/docker-dev-local2/v2/$repository/manifests/1" | cmp - "$scratch/artifact"
}
http1() {
	curl -sSf --http1.1 --cacert "$STACK_CA" -u "$admin" "$STACK_DEV_URL/v2/$repository/manifests/1" | cmp - "$scratch/artifact"
}

try "an artifact" artifact
try "a manifest without layers" no_layers
try "a referrer" referrer
try "an artifact read by skopeo" pulled_by_skopeo
try "the URL that Artifactory's clients use" artifactory_url
try "HTTP/1.1" http1
finish
