"""Manifests: exact bytes, validation, tags, limits, referrers, deletion."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def exact_bytes():
    """A manifest comes back byte for byte with type, length, digest and ETag, by tag and by digest, GET and HEAD."""
    put_blob("man/one", b"layer")
    put_blob("man/one", b"{}")
    payload = image() + b" \n "
    answer = put_manifest("man/one", "latest", payload)
    digest = sha256(payload)
    assert answer.status == 201 and answer.headers["docker-content-digest"] == digest, answer
    assert answer.headers["location"] == "/v2/man/one/manifests/latest", answer
    for reference in ("latest", digest):
        for accept in (None, OCI_MANIFEST, DOCKER_MANIFEST, "text/html", "*/*"):
            answer = call("GET", f"/v2/man/one/manifests/{reference}", headers={"Accept": accept} if accept else {})
            assert answer.status == 200 and answer.body == payload and answer.headers["content-type"] == OCI_MANIFEST, answer
            assert answer.headers["content-length"] == str(len(payload)) and "transfer-encoding" not in answer.headers, answer
            assert answer.headers["docker-content-digest"] == digest and answer.headers["etag"] == f'"{digest}"', answer
        answer = call("HEAD", f"/v2/man/one/manifests/{reference}")
        assert answer.status == 200 and answer.headers["content-length"] == str(len(payload)) and answer.body == b"", answer


@test
def not_modified():
    """If-None-Match of the digest is 304 for tag and digest."""
    digest = sha256(push_image("man/etag"))
    for reference in ("latest", digest):
        answer = call("GET", f"/v2/man/etag/manifests/{reference}", headers={"If-None-Match": f'"{digest}"'})
        assert answer.status == 304 and answer.body == b"" and answer.headers["docker-content-digest"] == digest, answer
    assert call("GET", "/v2/man/etag/manifests/latest", headers={"If-None-Match": f'"{sha256(b"")}"'}).status == 200


@test
def unknown():
    """Unknown tag, digest and name are MANIFEST_UNKNOWN."""
    push_image("man/known")
    for path in ("man/known/manifests/other", "man/none/manifests/latest", "man/known/manifests/" + sha256(b"x")):
        answer = call("GET", "/v2/" + path)
        assert answer.status == 404 and answer.code() == "MANIFEST_UNKNOWN", answer


@test
def missing_blobs():
    """A manifest that names absent content is MANIFEST_BLOB_UNKNOWN with the digests, and nothing is stored."""
    put_blob("man/missing", b"here")
    payload = image([b"here", b"absent one", b"absent two"], b"absent config")
    answer = put_manifest("man/missing", "x", payload)
    assert answer.status == 404 and answer.code() == "MANIFEST_BLOB_UNKNOWN", answer
    named = answer.json()["errors"][0]["detail"]["digest"]
    assert sorted(named) == sorted(map(sha256, (b"absent one", b"absent two", b"absent config"))), named
    assert call("GET", "/v2/man/missing/manifests/x").status == 404
    assert call("GET", "/v2/man/missing/manifests/" + sha256(payload)).status == 404


@test
def other_names_blobs():
    """A manifest cannot name blobs that only another name holds."""
    push_image("man/theirs", layers=[b"their layer"])
    put_blob("man/ours", b"{}")
    assert put_manifest("man/ours", "x", image([b"their layer"])).code() == "MANIFEST_BLOB_UNKNOWN"


@test
def bad_documents():
    """A body that is not a manifest is refused with MANIFEST_INVALID."""
    good = json.loads(image())
    bad = [b"", b"x", b"[]", b"null", b"{}", b'"text"', b"{" * 100_000, b"[" * 100_000, b'{"schemaVersion":2,' + image()[1:],
           b'\xff\xfe{}', image().replace(b'"schemaVersion"', b'"schema\xffVersion"'), image() + b"{}", image().replace(b'"size": ', b'"size": -'),
           image().replace(b"sha256:", b"sha256:zz")]
    bad += [json.dumps({**good, **more}).encode() for more in (
        {"schemaVersion": 1}, {"schemaVersion": "2"}, {"layers": {}}, {"layers": ["x"]}, {"config": None}, {"config": []},
        {"mediaType": "text/plain"}, {"subject": "x"}, {"annotations": {"a": 1}}, {"artifactType": 5})]
    for payload in bad:
        answer = put_manifest("man/bad", "x", payload)
        assert answer.status == 400 and answer.code() == "MANIFEST_INVALID", (payload[:80], answer)
    assert call("GET", "/v2/man/bad/manifests/x").status == 404


@test
def two_readings():
    """A document readable as manifest and as index is refused (CVE-2021-41190)."""
    put_blob("man/two", b"layer")
    put_blob("man/two", b"{}")
    both = json.loads(image())
    for kind in (OCI_MANIFEST, OCI_INDEX):
        answer = put_manifest("man/two", "x", json.dumps({**both, "mediaType": kind, "manifests": []}).encode(), kind)
        assert answer.code() == "MANIFEST_INVALID", answer


@test
def media_type_mismatch():
    """A mediaType that is not the Content-Type is refused; a malformed Content-Type is 415, an empty one none."""
    push_image("man/type")
    assert put_manifest("man/type", "x", image(), DOCKER_MANIFEST).code() == "MANIFEST_INVALID"
    assert put_manifest("man/type", "x", image(), "not a type").status == 415
    assert put_manifest("man/type", "x", image(), OCI_MANIFEST + "; charset=utf-8").status == 201
    assert put_manifest("man/type", "x", image(), "").status == 201


@test
def wrong_digest():
    """PUT by a digest that is not the bytes' is DIGEST_INVALID."""
    push_image("man/digest")
    answer = put_manifest("man/digest", sha256(b"other"), image())
    assert answer.status == 400 and answer.code() == "DIGEST_INVALID", answer
    assert put_manifest("man/digest", sha256(image()), image()).status == 201
    assert put_manifest("man/digest", sha512(image()), image()).headers["docker-content-digest"] == sha512(image())
    assert call("GET", "/v2/man/digest/manifests/" + sha512(image())).body == image()


def padded(size):
    payload = image(annotations={"pad": ""})
    return payload.replace(b'"pad": ""', b'"pad": "' + b"x" * (size - len(payload)) + b'"')


@test
def size_limit():
    """4 MiB are taken, one byte more is 413, chunked or not, and an endless body is cut."""
    push_image("man/large")
    limit = 4 * 1024 * 1024
    assert put_manifest("man/large", "x", padded(limit)).status == 201
    assert len(call("GET", "/v2/man/large/manifests/x").body) == limit
    answer = put_manifest("man/large", "y", padded(limit + 1))
    assert answer.status == 413 and answer.code() == "MANIFEST_INVALID", answer
    assert chunked("PUT", "/v2/man/large/manifests/y", padded(limit + 1), {"Content-Type": OCI_MANIFEST}).status == 413
    assert chunked("PUT", "/v2/man/large/manifests/y", b" " * (20 << 20), {"Content-Type": OCI_MANIFEST}).status == 413
    assert call("GET", "/v2/man/large/manifests/y").status == 404


@test
def costly_documents():
    """Many keys and many descriptors do not hurt: an answer within seconds."""
    for payload in (b'{"a":' * 50_000, b"{" + b",".join(b'"%d":0' % i for i in range(300_000)) + b"}",
                    json.dumps({**json.loads(image()), "layers": [descriptor(b"layer")] * 20_000}).encode()[:4_000_000]):
        assert put_manifest("man/bomb", "x", payload, timeout=10).status == 400


@test
def tag_moves():
    """A tag moves to what was pushed last, and its history and the audit say so."""
    first, second = push_image("man/moves", "t", [b"first"]), push_image("man/moves", "t", [b"second"])
    assert call("GET", "/v2/man/moves/manifests/t").body == second
    assert call("GET", "/v2/man/moves/manifests/" + sha256(first)).body == first
    rows = sql("SELECT coalesce(old_digest, '-') || ' ' || new_digest FROM registry.tag_event WHERE path = 'man/moves' ORDER BY at").splitlines()
    assert rows == [f"- {sha256(first)}", f"{sha256(first)} {sha256(second)}"], rows
    assert sql("SELECT count(*) FROM registry.audit WHERE path = 'man/moves' AND action = 'tag'") == "2"
    assert sql("SELECT count(*) FROM registry.audit WHERE path = 'man/moves' AND action = 'push' AND actor_name = 'admin' AND request IS NOT NULL") == "2"


@test
def overwrite_needs_delete():
    """Moving a tag needs delete as well as write; a new tag, or the same content, does not."""
    user = add_user("creator", "read,write")
    push_image("man/guard", "t", [b"guarded"])
    for data in (b"other", b"{}"):
        put_blob("man/guard", data, auth=user)
    answer = put_manifest("man/guard", "t", image([b"other"]), auth=user)
    assert answer.status == 403 and answer.code() == "DENIED" and "delete" in answer.json()["errors"][0]["message"], answer
    assert put_manifest("man/guard", sha256(image([b"other"])) + "?tag=t", image([b"other"]), auth=user).status == 403
    assert call("GET", "/v2/man/guard/manifests/t").body == image([b"guarded"])
    assert put_manifest("man/guard", "new", image([b"other"]), auth=user).status == 201
    assert put_manifest("man/guard", "t", image([b"guarded"]), auth=user).status == 201
    assert call("DELETE", "/v2/man/guard/manifests/new", auth=user).status == 403


@test
def tags_with_a_digest():
    """A push by digest may carry tags; each is named in OCI-Tag."""
    payload = push_image("man/multi")
    answer = put_manifest("man/multi", sha256(payload) + "?tag=a&tag=b", payload)
    assert answer.status == 201 and [value for name, value in answer.list if name.lower() == "oci-tag"], answer
    assert call("GET", "/v2/man/multi/tags/list").json()["tags"] == ["a", "b", "latest"]
    assert put_manifest("man/multi", sha256(payload) + "?tag=-bad", payload).status == 400


@test
def compare_and_swap():
    """If-Match moves a tag only from the digest named: 412 otherwise."""
    first, second = push_image("man/cas", "t", [b"1"]), push_image("man/cas", "other", [b"2"])
    assert put_manifest("man/cas", "t", second, headers={"If-Match": f'"{sha256(b"x")}"'}).status == 412
    assert call("GET", "/v2/man/cas/manifests/t").body == first
    assert put_manifest("man/cas", "t", second, headers={"If-Match": f'"{sha256(first)}"'}).status == 201
    assert call("GET", "/v2/man/cas/manifests/t").body == second


@test
def index():
    """An index needs its children, and is served as it was."""
    child = push_image("man/index", "child")
    payload = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [descriptor(child, OCI_MANIFEST)]}).encode()
    assert put_manifest("man/index", "all", payload, OCI_INDEX).status == 201
    assert call("GET", "/v2/man/index/manifests/all").body == payload
    absent = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [descriptor(b"absent", OCI_MANIFEST)]}).encode()
    assert put_manifest("man/index", "bad", absent, OCI_INDEX).code() == "MANIFEST_BLOB_UNKNOWN"


@test
def foreign_layers():
    """Layers with urls or of a foreign type need not be here."""
    put_blob("man/foreign", b"{}")
    document = json.loads(image([]))
    document["layers"] = [{**descriptor(b"far away", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"), "urls": ["https://example.com/x"]}]
    assert put_manifest("man/foreign", "x", json.dumps(document).encode()).status == 201


@test
def referrers():
    """Referrers: OCI-Subject on the push, listed with type and annotations, filtered, paged; none is an empty index."""
    subject = push_image("man/ref")
    pushed = []
    for i, kind in enumerate(("application/sbom", "application/signature", "application/sbom")):
        data = b"%d" % i
        put_blob("man/ref", data)
        payload = image([data], artifactType=kind, subject=descriptor(subject, OCI_MANIFEST), annotations={"n": str(i)})
        answer = put_manifest("man/ref", sha256(payload), payload)
        assert answer.status == 201 and answer.headers["oci-subject"] == sha256(subject), answer
        pushed.append(payload)
    path = "/v2/man/ref/referrers/" + sha256(subject)
    answer = call("GET", path)
    assert answer.headers["content-type"] == OCI_INDEX and answer.json()["mediaType"] == OCI_INDEX, answer
    listed = {entry["digest"]: entry for entry in answer.json()["manifests"]}
    assert set(listed) == set(map(sha256, pushed))
    entry = listed[sha256(pushed[1])]
    assert entry["artifactType"] == "application/signature" and entry["annotations"] == {"n": "1"} and entry["size"] == len(pushed[1]), entry
    answer = call("GET", path + "?artifactType=application/sbom")
    assert len(answer.json()["manifests"]) == 2 and answer.headers["oci-filters-applied"] == "artifactType", answer
    answer = call("GET", path + "?n=2")
    assert len(answer.json()["manifests"]) == 2 and 'rel="next"' in answer.headers["link"], answer
    answer = call("GET", answer.headers["link"].split("<")[1].split(">")[0])
    assert len(answer.json()["manifests"]) == 1 and "link" not in answer.headers, answer
    for nothing in ("/v2/man/ref/referrers/" + sha256(b"none"), "/v2/man/nobody/referrers/" + sha256(subject)):
        assert call("GET", nothing).json()["manifests"] == []
    assert call("GET", "/v2/man/ref/referrers/latest").status == 400
    assert call("DELETE", "/v2/man/ref/manifests/" + sha256(pushed[0])).status == 202
    assert len(call("GET", path).json()["manifests"]) == 2


@test
def deletion():
    """DELETE of a tag keeps the digest; of a digest takes its tags; twice is MANIFEST_UNKNOWN."""
    payload = push_image("man/del", "a")
    put_manifest("man/del", "b", payload)
    put_manifest("man/del", "c", payload)
    assert call("DELETE", "/v2/man/del/manifests/a").status == 202
    assert call("GET", "/v2/man/del/manifests/a").status == 404
    assert call("GET", "/v2/man/del/tags/list").json()["tags"] == ["b", "c"]
    assert call("DELETE", "/v2/man/del/manifests/" + sha256(payload)).status == 202
    for reference in ("b", "c", sha256(payload)):
        assert call("GET", f"/v2/man/del/manifests/{reference}").status == 404
        assert call("DELETE", f"/v2/man/del/manifests/{reference}").code() == "MANIFEST_UNKNOWN"
    assert sql("SELECT count(*) FROM registry.audit WHERE path = 'man/del' AND action = 'delete'") == "1"
    assert push_image("man/del", "a") and call("GET", "/v2/man/del/manifests/a").status == 200


@test
def shared_content():
    """What is deleted under one name stays under another."""
    payload = push_image("man/left", "t")
    push_image("man/right", "t")
    assert call("DELETE", "/v2/man/left/manifests/" + sha256(payload)).status == 202
    assert call("GET", "/v2/man/right/manifests/t").body == payload
    assert call("GET", "/v2/man/left/manifests/t").status == 404


@test
def odd_references():
    """Bad tags and digests in the URL are 4xx with an error, never a crash."""
    for reference, status in (("-dash", 404), ("a" * 129, 404), ("sha256:short", 404), ("a b", 404), ("%e4", 400)):
        answer = call("GET", "/v2/man/one/manifests/" + reference.replace(" ", "%20"))
        assert answer.status == status or (SERVER == "lighttpd" and reference == "%e4" and answer.status == 404), (reference, answer)


run()
