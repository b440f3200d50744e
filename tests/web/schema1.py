"""Signed schema 1: what old clients get of newer images, and what they push."""
import base64
import json

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, files_of, layer_of
from listener import Listener

SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"
PLAIN = "application/vnd.docker.distribution.manifest.v1+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
EMPTY = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"
OLD = {"User-Agent": "docker/1.6.2 go/go1.4.2 kernel/3.16 os/linux arch/amd64"}
LAYERS = [layer_of(one="1" * 100), layer_of(two="2" * 100)]
CONFIG = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/x"]}, "history": [
    {"created_by": "COPY one /"}, {"created_by": "ENV a=b", "empty_layer": True}, {"created_by": "COPY two /"}]}).encode()


def payload_of(document):
    """The signed part of a document, by its first signature's word."""
    entry = json.loads(document)["signatures"][0]
    form = json.loads(base64.urlsafe_b64decode(entry["protected"] + "=="))
    return document[:form["formatLength"]] + base64.urlsafe_b64decode(form["formatTail"] + "==")


def push_docker(name, tag, layers=tuple(LAYERS), config=CONFIG):
    for data in (*layers, config):
        put_blob(name, data)
    payload = json.dumps({"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": descriptor(config, DOCKER_CONFIG),
                          "layers": [descriptor(layer, DOCKER_LAYER) for layer in layers]}).encode()
    assert put_manifest(name, tag, payload, DOCKER_MANIFEST).status == 201
    return payload


def get(name, reference="x", **headers):
    return call("GET", f"/v2/{name}/manifests/{reference}", headers={key.replace("_", "-"): value for key, value in headers.items()})


@test
def old_clients_get_schema1():
    """docker 1.6 to 1.9, which says nothing of what it reads, gets signed schema 1 by tag, of schema 2 and OCI alike."""
    stored = push_docker("schema1/docker", "x")
    push_image("schema1/oci", "x", LAYERS, CONFIG)
    histories = []
    for name in ("schema1/docker", "schema1/oci"):
        answer = get(name, **{"User-Agent": OLD["User-Agent"]})
        document = json.loads(answer.body)
        assert answer.status == 200 and answer.headers["content-type"] == SIGNED and answer.headers["vary"] == "Accept", answer
        assert answer.headers["docker-content-digest"] == sha256(payload_of(answer.body)), answer.headers
        assert (document["schemaVersion"], document["name"], document["tag"], document["architecture"]) == (1, name, "x", "amd64")
        assert [layer["blobSum"] for layer in document["fsLayers"]] == [sha256(LAYERS[1]), EMPTY, sha256(LAYERS[0])]
        histories.append(document["history"])
        texts = [json.loads(entry["v1Compatibility"]) for entry in document["history"]]
        assert [text.get("parent") for text in texts] == [text["id"] for text in texts[1:]] + [None]
        assert get(name, **OLD).headers["docker-content-digest"] == answer.headers["docker-content-digest"], "but for the signature the same"
        assert call("HEAD", f"/v2/{name}/manifests/x", headers=OLD).headers["content-type"] == SIGNED
    assert histories[0] == histories[1]
    assert get("schema1/docker", sha256(stored), **OLD).body == stored, "by digest the bytes of the digest"


@test
def all_others_get_what_is_stored():
    """A client that can read the stored manifest, or is not docker, gets it as it is."""
    docker, oci = push_docker("schema1/docker", "x"), push_image("schema1/oci", "x", LAYERS, CONFIG)
    v1_to_list = f"{SIGNED}, {DOCKER_MANIFEST}, application/vnd.docker.distribution.manifest.list.v2+json, application/json"
    for accept in (DOCKER_MANIFEST, v1_to_list, "*/*", f"{SIGNED}, */*;q=0.1", "application/*", OCI_MANIFEST):
        assert get("schema1/docker", Accept=accept).body == docker, accept
    assert get("schema1/docker", **{"User-Agent": "curl/7"}).body == docker
    assert get("schema1/oci", Accept=OCI_MANIFEST).body == oci
    assert json.loads(get("schema1/oci", Accept=v1_to_list).body)["schemaVersion"] == 1, "docker 1.10 to 1.12 reads no OCI"
    assert json.loads(get("schema1/docker", Accept=PLAIN).body)["schemaVersion"] == 1


@test
def docker_1_5():
    """docker 1.5, which calls blobs by another name, is sent on to v1."""
    for name in ("schema1/docker", "schema1/none"):
        answer = get(name, **{"User-Agent": "docker/1.5.0 go/go1.4.1"})
        assert answer.status == 404 and answer.code() == "MANIFEST_UNKNOWN", answer


@test
def what_schema1_cannot_say():
    """What v1 clients cannot see is unknown to them, so that they look at v1."""
    push_image("schema1/artifact", "x", config=b"{}", artifactType="application/vnd.example")
    answer = get("schema1/artifact", **OLD)
    assert answer.status == 404 and answer.code() == "MANIFEST_UNKNOWN", answer


@test
def empty_layer():
    """The empty layer exists under every name that an account may read; it need not be pushed, and no upstream is asked for it."""
    push_docker("schema1/docker", "x")
    path = f"/v2/schema1/docker/blobs/{EMPTY}"
    for auth in (token("repository:schema1/docker:pull"), token("repository:schema1/docker:pull,push"), ADMIN):
        answer = call("GET", path, auth=auth)
        assert answer.status == 200 and sha256(answer.body) == EMPTY, answer
        answer = call("HEAD", path, auth=auth)
        assert answer.status == 200 and answer.headers["content-length"] == "32", answer
    assert call("GET", path, auth=add_user("emptyreader", "read", "docker-dev-local2", "other/**")).status == 404
    assert call("HEAD", path, auth=None).status == 401
    add_remote("schema1-away", "http://127.0.0.1:1")
    assert call("GET", f"/artifactory/api/docker/schema1-away/v2/a/blobs/{EMPTY}").status == 200
    before = int(sql("SELECT count(*) FROM registry.blob"))
    document = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": descriptor(CONFIG, DOCKER_CONFIG),
                "layers": [{"mediaType": DOCKER_LAYER, "size": 32, "digest": digest} for digest in (EMPTY, sha256(b"nowhere"))]}
    assert put_manifest("schema1/docker", "empty", json.dumps(document).encode(), DOCKER_MANIFEST).code() == "MANIFEST_BLOB_UNKNOWN"
    assert int(sql("SELECT count(*) FROM registry.blob")) == before
    document["layers"].pop()
    assert put_manifest("schema1/docker", "empty", json.dumps(document).encode(), DOCKER_MANIFEST).status == 201
    assert int(sql("SELECT count(*) FROM registry.blob")) == before + 1, "what a stored manifest names is stored"
    assert sha256(call("GET", path).body) == EMPTY


@test
def indexes():
    """Of an index old clients get the image for linux/amd64."""
    payload = push_image("schema1/index", "one", LAYERS, CONFIG)
    index = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [
        {**descriptor(payload, OCI_MANIFEST), "platform": {"os": "linux", "architecture": "amd64"}}]}).encode()
    assert put_manifest("schema1/index", "x", index, OCI_INDEX).status == 201
    assert json.loads(get("schema1/index", **OLD).body)["fsLayers"][0]["blobSum"] == sha256(LAYERS[1])


@test
def pushes():
    """As installed, signed schema 1 is taken from docker 1.6 to 1.9, and comes back as it went."""
    push_docker("schema1/docker", "x")
    document = get("schema1/docker", **OLD).body
    digest = sha256(payload_of(document))
    name = "schema1/pushed"
    assert call("PUT", f"/v2/{name}/manifests/x", document, {"Content-Type": SIGNED}).code() == "MANIFEST_BLOB_UNKNOWN"
    for layer in LAYERS:
        put_blob(name, layer)
    for reference in ("x", "y", digest):
        for kind in (SIGNED, None):
            answer = call("PUT", f"/v2/{name}/manifests/{reference}", document, {"Content-Type": kind} if kind else {})
            assert answer.status == 201 and answer.headers["docker-content-digest"] == digest, answer
    changed = document.replace(b'"schema1/docker"', b'"schema1/docket"')
    answer = call("PUT", f"/v2/{name}/manifests/x", changed, {"Content-Type": SIGNED})
    assert answer.status == 400 and answer.code() == "MANIFEST_UNVERIFIED", answer
    unsigned = {key: value for key, value in json.loads(document).items() if key != "signatures"}
    assert call("PUT", f"/v2/{name}/manifests/x", json.dumps(unsigned).encode(), {"Content-Type": PLAIN}).code() == "MANIFEST_INVALID"
    assert call("PUT", f"/v2/{name}/manifests/{sha256(document)}", document, {"Content-Type": SIGNED}).code() == "DIGEST_INVALID"
    for headers in (OLD, {"Accept": SIGNED}, {}, {"Accept": DOCKER_MANIFEST}):
        answer = get(name, **headers)
        assert answer.body == document and answer.headers["content-type"] == SIGNED and answer.headers["docker-content-digest"] == digest
    assert get(name, digest).body == document


@test
def refused_elsewhere():
    """A repository made later refuses schema 1, and the refusal names the switch."""
    push_docker("schema1/docker", "x")
    document = get("schema1/docker", **OLD).body
    made = call("PUT", "/artifactory/api/repositories/schema1-not", b'{"rclass": "local"}', {"Content-Type": "application/json"})
    assert made.status == 200, made
    for kind in (SIGNED, PLAIN, "application/json", None):
        answer = call("PUT", "/artifactory/api/docker/schema1-not/v2/a/manifests/x", document, {"Content-Type": kind} if kind else {})
        message = answer.json()["errors"][0]["message"]
        assert answer.status == 400 and answer.code() == "MANIFEST_INVALID", (kind, answer)
        assert "schema 1" in message and "blockPushingSchema1" in message and "schema1-not" in message, message


@test
def upstreams():
    """Signed schema 1 of an upstream comes through a remote that allows it, verified; through others it does not."""
    layers = [layer_of(three="3" * 100), layer_of(four="4" * 100)]
    push_docker("schema1/upstream", "x", layers)
    good = get("schema1/upstream", **OLD).body
    digest, document = sha256(payload_of(good)), good
    gone = "(SELECT id FROM registry.blob WHERE digest IN (" + ", ".join(f"'\\x{sha256(layer)[7:]}'" for layer in layers) + "))"
    sql(f"DELETE FROM registry.image_blob WHERE blob_id IN {gone}; DELETE FROM registry.manifest_blob WHERE blob_id IN {gone};"
        f" DELETE FROM registry.blob WHERE id IN {gone}")

    def answer(x):
        found = next((layer for layer in layers if x.path.endswith(sha256(layer))), None)
        if x.path == "/v2/old/app/manifests/x" or x.path == "/v2/old/app/manifests/" + digest:
            x.send(200, [("Content-Type", SIGNED), ("Docker-Content-Digest", digest)], document)
        else:
            x.send(404 if found is None else 200, [], found or b"")

    upstream = Listener(answer)
    try:
        for blocked, told, status in ((True, good, 502), (False, good, 200), (False, good.replace(b'"amd64"', b'"arm64"', 1), 502)):
            key, document = f"schema1-{status}-{blocked}".lower(), told
            made = call("PUT", f"/artifactory/api/repositories/{key}", headers={"Content-Type": "application/json"}, body=json.dumps({
                "rclass": "remote", "url": upstream.url, "allowPrivateNetworks": True, "hardFail": True,
                "missedRetrievalCachePeriodSecs": 0, "blockPushingSchema1": blocked}).encode())
            assert made.status == 200, made
            for reference in ("x", digest):
                pulled = call("GET", f"/artifactory/api/docker/{key}/v2/old/app/manifests/{reference}", headers=OLD)
                assert pulled.status == status, (key, reference, pulled)
                if status == 200:
                    assert payload_of(pulled.body) == payload_of(good) and pulled.headers["content-type"] == SIGNED, pulled
                    assert pulled.headers["docker-content-digest"] == digest, pulled
        for layer in layers:
            pulled = call("GET", f"/artifactory/api/docker/schema1-200-false/v2/old/app/blobs/{sha256(layer)}")
            assert pulled.body == layer, pulled
        assert upstream.count("GET", "/blobs/") == 2, upstream.log
        assert sha256(call("GET", f"/artifactory/api/docker/schema1-200-false/v2/old/app/blobs/{EMPTY}").body) == EMPTY
    finally:
        upstream.stop()


@test
def pushed_schema1_over_v1():
    """What was pushed as schema 1 is seen by v1 clients with the ids it brought."""
    push_docker("schema1/docker", "x")
    for layer in LAYERS:
        put_blob("schema1/over-v1", layer)
    assert put_manifest("schema1/over-v1", "x", get("schema1/docker", **OLD).body, SIGNED).status == 201
    images = Client("schema1/over-v1").pull("x")
    assert [json.loads(text)["id"] for text, _ in images] == [json.loads(text)["id"] for text, _ in Client("schema1/docker").pull("x")]
    assert files_of(*(layer for _, layer in images)) == files_of(*LAYERS)


run()
