"""The bridge: what was pushed over v2, as clients of the v1 API see it."""
import gzip
import hashlib
import json
import subprocess
from functools import cache

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, V1Image, files_of, layer_of

DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
EMPTY_LAYER = bytes.fromhex("1f8b080000096e8800ff621805a360148c5800080000ffff2eafb5ef00040000")


def config_of(layers, empties=0, **more):
    """A config with a history: each layer's entry, then so many empty ones."""
    history = [{"created": f"2020-01-01T00:00:{n % 60:02}Z", "created_by": f"COPY {n} /"} for n in range(layers)]
    history += [{"created": "2020-02-01T00:00:00Z", "created_by": f"ENV {n}", "empty_layer": True} for n in range(empties)]
    return json.dumps({"architecture": "amd64", "os": "linux", "created": "2020-03-01T00:00:00Z", "config": {"Cmd": ["/x"]},
                       "rootfs": {"type": "layers", "diff_ids": []}, "history": history, **more}).encode()


def push(name, tag, layers, config, docker=False, layer_type=None, **more):
    """An image over v2; its manifest's bytes."""
    kinds = (DOCKER_CONFIG, DOCKER_LAYER) if docker else (OCI_CONFIG, OCI_LAYER)
    for data in (*layers, config):
        put_blob(name, data, **more)
    document = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST if docker else OCI_MANIFEST, "config": descriptor(config, kinds[0]),
                "layers": [descriptor(layer, layer_type or kinds[1]) for layer in layers]}
    payload = json.dumps(document).encode()
    answer = put_manifest(name, tag, payload, document["mediaType"], **more)
    assert answer.status == 201, answer
    return payload


def layers_of(text, count):
    return [layer_of(**{f"{text}-{n}": f"{text} {n}" * 50}) for n in range(count)]


def listed(name):
    answer = call("GET", f"/v1/repositories/{name}/tags")
    return answer.json() if answer.status == 200 else answer.status


@cache
def bridged(layers, empties):
    """Push a schema 2 image with that number of layers; return its name."""
    name = f"bridge/image{layers}d"
    push(name, "x", layers_of(f"both{layers}", layers), config_of(layers, empties), docker=True)
    return name


@cache
def longer():
    """An image that begins as the one of 14 layers; its name."""
    push("bridge/longer", "x", layers_of("both14", 14) + layers_of("more", 1), config_of(15))
    return "bridge/longer"


@cache
def one_part():
    push("bridged-single", "x", layers_of("single", 1), config_of(1))
    push("library/bridged-lib", "x", layers_of("lib", 1), config_of(1))


@cache
def mixed():
    """A name with images of both APIs; the one of v1, and its client."""
    push("bridge/mixed", "both", layers_of("mixed", 1), config_of(1))
    push("bridge/mixed", "v2", layers_of("mixed", 1), config_of(1))
    mine, client = V1Image("mixed"), Client("bridge/mixed", prefix="/artifactory/api/docker/docker-dev-local")
    client.push("both", mine)
    return mine, client


@test
def images_of_both_kinds():
    """Images of 1, 14 and 40 layers, schema 2 and OCI, with empty history or none, have the same files; no layer is stored again."""
    for count, empties, history in ((1, 0, True), (14, 6, True), (40, 0, True), (3, 0, False)):
        layers = layers_of(f"both{count}", count)
        config = config_of(count, empties) if history else b'{"architecture": "amd64", "os": "linux"}'
        ids = set()
        blobs = None
        for docker in (True, False):
            name = f"bridge/image{count}{'d' if docker else 'o'}"
            push(name, "x", layers, config, docker)
            blobs = blobs or sql("SELECT count(*) FROM registry.blob")
            images = Client(name).pull("x")
            assert len(images) == count + empties, (name, len(images))
            assert files_of(*(layer for _, layer in images)) == files_of(*layers), name
            ids.add(listed(name)["x"])
            documents = [json.loads(document) for document, _ in images]
            assert [d.get("parent") for d in documents] == [None] + [d["id"] for d in documents[:-1]]
            assert documents[-1]["config"] == {"Cmd": ["/x"]} if history else documents[-1]["os"] == "linux"
            assert [layer for d, (_, layer) in zip(documents, images) if d.get("throwaway")] == [EMPTY_LAYER] * empties
        assert len(ids) == 1, "the same ids for both"
        assert sql("SELECT count(*) FROM registry.blob") == blobs
        assert sql("SELECT count(*) FROM registry.v1_image v JOIN registry.image i ON i.id = v.image_id WHERE path LIKE 'bridge/image%'") == "0"


@test
def ids_stay():
    """Ids are the same after a restart and worked out anew, by every process; images that begin alike share them."""
    first = listed(bridged(14, 6))["x"]
    sql("DELETE FROM registry.v1_projection_image; DELETE FROM registry.v1_projection")
    renew("stowage-v1")
    assert listed("bridge/image14d")["x"] == first
    one, two = (Client(name).pull("x") for name in ("bridge/image14d", longer()))
    assert [json.loads(d)["id"] for d, _ in one[:13]] == [json.loads(d)["id"] for d, _ in two[:13]]


@test
def one_part_names():
    """A name of one part is looked for as it is and as library's."""
    one_part()
    for name in ("bridged-single", "library/bridged-single", "bridged-lib", "library/bridged-lib"):
        assert len(Client(name).pull("x")) == 1, name


@test
def resumable():
    """A bridged layer is sent by the web server, from where it broke off too; its size is told."""
    bridged(1, 0)
    client = Client("bridge/image1d")
    layer = layers_of("both1", 1)[0]
    client.index("GET", "/images")
    top = listed("bridge/image1d")["x"]
    assert client.image("GET", top, "json").headers["x-docker-size"] == str(len(layer))
    answer = client.image("GET", top, "layer", headers={"Range": f"bytes=10-{len(layer)}"})
    assert answer.status == 206 and answer.body == layer[10:], answer


@test
def rights():
    """Over the bridge a puller has the rights of v2, no more; other names' tokens open nothing."""
    for needed in (bridged(1, 0), bridged(14, 6), longer()):
        assert listed(needed)["x"]
    user = add_user("bridger", "read", "docker-dev-local2", "bridge/image1*")
    assert len(Client("bridge/image1d", auth=user).pull("x")) == 1
    assert Client("bridge/longer", auth=user).index("GET", "/images").status == 404
    client = Client("bridge/image1d", auth=user)
    client.index("GET", "/images")
    assert client.image("GET", listed("bridge/image14d")["x"], "json").status == 404, "not under this name"
    assert call("GET", f"/v1/images/{listed('bridge/image14d')['x']}/json", auth=user).status == 200, "by password, wherever it may read"
    assert call("GET", f"/v1/images/{listed('bridge/longer')['x']}/json", auth=user).status == 404
    assert Client("bridge/image1d", auth=None).index("GET", "/images").status == 401


@test
def shared_by_many():
    """An image that a hundred manifests share is found under a name of its own, and not under others."""
    layers, config = layers_of("shared", 1), config_of(1)
    for name, count in (("bridge/many", 101), ("bridge/last", 1)):
        for data in (*layers, config):
            put_blob(name, data)
        for n in range(count):
            assert put_manifest(name, f"t{n}", image(layers, config, annotations={"n": f"{name} {n}"})).status == 201
        assert len(listed(name)) == count
    one = listed("bridge/last")["t0"]
    assert set(listed("bridge/many").values()) == {one}
    for name in ("bridge/many", "bridge/last"):
        assert len(Client(name).pull("t0")) == 1
    client = Client("bridge/image1d")
    client.index("GET", "/images")
    assert client.image("GET", one, "json").status == 404


@test
def v1_goes_first():
    """Where both have a tag, what was pushed over v1 answers."""
    mine, client = mixed()
    tags = listed("bridge/mixed")
    assert tags["both"] == mine.id and tags["v2"] != mine.id, tags
    assert {entry["id"] for entry in client.index("GET", "/images").json()} == set(tags.values())


@test
def building_on_it():
    """A bridged image exists for who pushes; tagged or built on it becomes an image of the v1 repository, over the same blobs."""
    layers = layers_of("base", 3)
    push("bridge/base", "x", layers, config_of(3, 1))
    client = Client("bridge/base")
    images = client.pull("x")
    top = json.loads(images[-1][0])["id"]
    client.begin()
    answer = client.image("PUT", top, "json", images[-1][0])
    assert answer.status == 409 and answer.json()["error"] == "Image already exists", answer
    child = V1Image("on a bridge")
    child.json = json.dumps({"id": child.id, "parent": top}).encode()
    child.payload = "sha256:" + hashlib.sha256(child.json + b"\n" + child.layer).hexdigest()
    blobs = sql("SELECT count(*) FROM registry.blob")
    assert client.push_image(child)
    assert client.put_tag("child", child).status == client.put_tag("copy", top).status == 200
    assert int(sql("SELECT count(*) FROM registry.blob")) == int(blobs) + 1
    assert call("DELETE", "/v2/bridge/base/manifests/x").status == 202
    assert "x" not in listed("bridge/base")
    pulled = Client("bridge/base").pull("child")
    assert pulled[:-1] == images and pulled[-1] == (child.json, child.layer)
    assert Client("bridge/base").pull("copy") == images


@test
def indexes():
    """Of an index its image for linux/amd64 is seen; an index without one is not."""
    name = "bridge/index"
    children = {}
    for platform in ("arm64", "amd64"):
        payload = push(name, platform, layers_of(platform, 2), config_of(2))
        children[platform] = {"mediaType": OCI_MANIFEST, "digest": sha256(payload), "size": len(payload),
                              "platform": {"os": "linux", "architecture": platform}}
    for tag, members in (("both", ("arm64", "amd64")), ("none", ("arm64",))):
        payload = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [children[member] for member in members]}).encode()
        assert put_manifest(name, tag, payload, OCI_INDEX).status == 201
    tags = listed(name)
    assert tags["both"] == tags["amd64"] and "none" not in tags, tags
    assert files_of(*(layer for _, layer in Client(name).pull("both"))) == files_of(*layers_of("amd64", 2))


@test
def not_listed():
    """Artifacts, foreign layers and invalid configs are not listed; their reason is kept."""
    name = "bridge/odd"
    push_image(name, "artifact", config=b"{}", artifactType="application/vnd.example")
    put_blob(name, b"[]")
    assert put_manifest(name, "config", image([], b"[]")).status == 201
    foreign = json.loads(image([]))
    foreign["layers"] = [{**descriptor(b"elsewhere", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"), "urls": ["https://a.example/x"]}]
    assert put_manifest(name, "foreign", json.dumps(foreign).encode()).status == 201
    assert listed(name) == 404
    reasons = sql("SELECT count(*) FROM registry.v1_projection w JOIN registry.tag t USING (manifest_id) JOIN registry.image i ON i.id = t.image_id"
                  " WHERE i.path = 'bridge/odd' AND w.reason IS NOT NULL")
    assert reasons == "3", reasons
    assert call("GET", f"/v1/repositories/{name}/tags/artifact").status == 404


@test
def zstd_layers():
    """A layer compressed with zstd is sent as gzip, its size untold."""
    plain = gzip.decompress(layers_of("zstd", 1)[0]) * 20
    packed = subprocess.run(["zstd", "-q", "-c"], input=plain, capture_output=True, check=True).stdout
    push("bridge/zstd", "x", [packed], config_of(1), layer_type="application/vnd.oci.image.layer.v1.tar+zstd")
    client = Client("bridge/zstd")
    (document, layer), = client.pull("x")
    assert gzip.decompress(layer) == plain
    assert "x-docker-size" not in client.image("GET", json.loads(document)["id"], "json").headers


@test
def caches_are_seen_whole():
    """Of a remote only what is cached whole is seen, and no upstream is asked."""
    sql("WITH m AS (SELECT manifest_id FROM registry.tag t JOIN registry.image i ON i.id = t.image_id WHERE i.path = 'bridge/late')"
        " DELETE FROM registry.v1_projection WHERE manifest_id IN (SELECT manifest_id FROM m)")
    layers = layers_of("late", 2)
    push("bridge/late", "x", layers, config_of(2))
    want = sql("INSERT INTO registry.missing_reference (manifest_id, alg, role, digest) SELECT manifest_id, 1, 2, sha256('not here')"
               " FROM registry.tag t JOIN registry.image i ON i.id = t.image_id WHERE i.path = 'bridge/late' RETURNING manifest_id")
    assert listed("bridge/late") == 404
    sql(f"DELETE FROM registry.missing_reference WHERE manifest_id = {want}")
    assert len(Client("bridge/late").pull("x")) == 2


@test
def search():
    """Search finds bridged names."""
    one_part()
    names = [entry["name"] for entry in call("GET", "/v1/search?q=bridged-&n=100").json()["results"]]
    assert names == ["bridged-lib", "bridged-single"], names


@test
def v1_names_are_local():
    """A name that has a v1 image is local for the virtual repository: no remote answers its tags."""
    mixed()
    guarded = sql("SELECT registry.name_is_local(id, 'bridge/mixed'), registry.name_is_local(id, 'bridge/nowhere') FROM registry.repository WHERE key = 'docker-dev'")
    assert guarded == "t|f", guarded


@test
def pushes_handed_on():
    """With bridgePush a push over v1 becomes an image of schema 2 too, over the same layers, once."""
    def hand_on(on):
        answer = call("POST", "/artifactory/api/repositories/docker-dev-local", json.dumps({"bridgePush": on}).encode(), {"Content-Type": "application/json"})
        assert answer.status == 200, answer
    prefix = "/artifactory/api/docker/docker-dev-local"
    base = V1Image("handed base", layer=layer_of(one="1" * 100))
    top = V1Image("handed top", base, layer_of(two="2" * 100))
    Client("bridge/handed", prefix=prefix).push("before", top)
    assert call("GET", "/v2/bridge/handed/manifests/before").status == 404
    hand_on(True)
    try:
        for name, there in (("bridge/handed", "bridge/handed"), ("library/handed", "handed")):
            Client(name, prefix=prefix).push("x", top)
            document = call("GET", f"/v2/{there}/manifests/x").json()
            assert document["mediaType"] == DOCKER_MANIFEST and [layer["digest"] for layer in document["layers"]] == [sha256(base.layer), sha256(top.layer)]
            config = call("GET", f"/v2/{there}/blobs/{document['config']['digest']}").json()
            assert config["rootfs"]["diff_ids"] == [sha256(gzip.decompress(layer)) for layer in (base.layer, top.layer)], config
            assert len(config["history"]) == 2 and config["os"] == "linux" and not {"id", "parent"} & set(config), config
        manifests = sql("SELECT count(*) FROM registry.manifest")
        Client("bridge/handed", prefix=prefix).push("x", top)
        Client("bridge/handed", prefix=prefix).push("y", top)
        assert sql("SELECT count(*) FROM registry.manifest") == manifests, "the same image is the same manifest"
        user = add_user("handed", "read,write", "docker-dev-local")
        client = Client("bridge/handed2", auth=user, prefix=prefix)
        client.begin(top)
        for one in top.chain():
            client.push_image(one)
        assert client.put_tag("x", top).status == 403
        broken = V1Image("no archive", layer=b"\x1f\x8bnothing of the kind")
        client = Client("bridge/handed3", prefix=prefix)
        client.begin(broken)
        client.push_image(broken)
        assert client.put_tag("x", broken).status == 400
    finally:
        hand_on(False)


def change(key, **fields):
    answer = call("POST", "/artifactory/api/repositories/" + key, json.dumps(fields).encode(), {"Content-Type": "application/json"})
    assert answer.status == 200, answer


@test
def virtual_deleted():
    """With the virtual deleted, v1 clients have what was pushed over v2, what they push goes there, and the deletion says so."""
    push("bridge/kept", "x", layers_of("kept", 2), config_of(2))
    before = Client("bridge/kept").pull("x")
    document = call("GET", "/artifactory/api/repositories/docker-dev").body
    deleted = call("DELETE", "/artifactory/api/repositories/docker-dev")
    try:
        assert deleted.status == 200 and b"docker-dev-local is now bridged to docker-dev-local2" in deleted.body, deleted
        assert call("GET", "/v2/").status == 404
        assert Client("bridge/kept").pull("x") == before
        change("docker-dev-local", bridgePush=True)
        top = V1Image("without the virtual")
        Client("bridge/kept").push("mine", top)
        pushed = call("GET", "/artifactory/api/docker/docker-dev-local2/v2/bridge/kept/manifests/mine")
        assert [layer["digest"] for layer in pushed.json()["layers"]] == [sha256(top.layer)], pushed
    finally:
        change("docker-dev-local", bridgePush=False)
        assert call("PUT", "/artifactory/api/repositories/docker-dev", document, {"Content-Type": "application/json"}).status == 200
    assert Client("bridge/kept").pull("x") == before


@test
def list_of_bridges():
    """A bridge is a list of names: the first that exists counts, blacked out or not; while none does, nothing is bridged."""
    push("bridge/listed", "x", layers_of("listed", 1), config_of(1))
    try:
        for bridges, seen in (("nowhere", False), ("nowhere,docker-dev", True), (["docker-dev-local", "docker-dev"], True), ("docker-prod,docker-dev", False)):
            change("docker-dev-local", bridgeRepository=bridges)
            assert (listed("bridge/listed") != 404) == seen, bridges
        change("docker-dev-local", bridgeRepository="docker-dev,docker-dev-local2")
        change("docker-dev", blackedOut=True)
        assert listed("bridge/listed") == 404
    finally:
        change("docker-dev", blackedOut=False)
        change("docker-dev-local", bridgeRepository="docker-dev,docker-dev-local2")
    assert list(listed("bridge/listed")) == ["x"]


run()
