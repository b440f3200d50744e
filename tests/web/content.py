"""What manifests name: blobs in an index, wrong sizes; malformed references; what an index holds."""
from concurrent.futures import ThreadPoolExecutor

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import layer_of
from listener import Listener

SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"
OLD = {"User-Agent": "docker/1.6.2 go/go1.4.2 kernel/3.16 os/linux arch/amd64"}
CACHE_CONFIG = "application/vnd.buildkit.cacheconfig.v0"
JSON = {"Content-Type": "application/json"}


def index_of(*entries):
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(entries)}).encode()


def cache_of(*blobs):
    """BuildKit's cache as --cache-to type=registry,image-manifest=false writes it: an index whose entries are blobs."""
    return index_of(*(descriptor(blob) for blob in blobs[:-1]), descriptor(blobs[-1], CACHE_CONFIG))


def at(key, path, method="GET", **more):
    return call(method, f"/artifactory/api/docker/{key}/v2/{path}", **more)


def add_repository(key, **settings):
    answer = call("PUT", f"/artifactory/api/repositories/{key}", json.dumps(settings).encode(), JSON)
    assert answer.status == 200, answer


@test
def buildkit_cache():
    """An index whose entries are blobs (BuildKit's cache) is taken, and keeps them; they can be mounted, and promotion takes them along."""
    blobs = [b"cache layer one", b"cache layer two", b'{"layers":[]}']
    for blob in blobs:
        put_blob("content/cache", blob)
    payload = cache_of(*blobs)
    assert put_manifest("content/cache", "cache", payload, OCI_INDEX).status == 201
    assert call("GET", "/v2/content/cache/manifests/cache").body == payload
    assert call("DELETE", "/v2/content/cache/blobs/" + sha256(blobs[0])).status == 405, "the index names it"
    mounted = call("POST", f"/v2/content/elsewhere/blobs/uploads/?mount={sha256(blobs[1])}&from=content/cache", headers={"Content-Length": "0"})
    assert mounted.status == 201, mounted
    add_repository("content-promoted", rclass="local")
    order = {"targetRepo": "content-promoted", "dockerRepository": "content/cache", "tag": "cache", "copy": True}
    assert at("docker-dev-local2", "promote", "POST", body=json.dumps(order).encode(), headers=JSON).status == 200
    for blob in blobs:
        assert at("content-promoted", "content/cache/blobs/" + sha256(blob)).body == blob
    assert sql("SELECT count(*) FROM registry.manifest_blob mb JOIN registry.manifest m ON m.id = mb.manifest_id"
               f" WHERE m.digest = '\\x{sha256(payload)[7:]}'") == "3"


@test
def buildkit_cache_rights():
    """An index names only blobs that its pusher may read under its name; an entry that is neither blob nor manifest is unknown."""
    put_blob("content/theirs", b"their secret")
    put_blob("content/mine", b"mine")
    for other in (b"their secret", b"nobody's"):
        answer = put_manifest("content/mine", "x", cache_of(b"mine", other), OCI_INDEX)
        assert answer.code() == "MANIFEST_BLOB_UNKNOWN" and answer.json()["errors"][0]["detail"]["digest"] == [sha256(other)], answer


@test
def manifest_goes_first():
    """An entry that is both a manifest and a blob is the manifest."""
    child = push_image("content/both", "child")
    put_blob("content/both", child)
    assert put_manifest("content/both", "all", index_of(descriptor(child, OCI_MANIFEST)), OCI_INDEX).status == 201
    index = sha256(index_of(descriptor(child, OCI_MANIFEST)))[7:]
    assert sql(f"SELECT count(*) FROM registry.manifest_child c JOIN registry.manifest m ON m.id = c.parent_id WHERE m.digest = '\\x{index}'") == "1"
    assert sql(f"SELECT count(*) FROM registry.manifest_blob c JOIN registry.manifest m ON m.id = c.manifest_id WHERE m.digest = '\\x{index}'") == "0"


@test
def buildkit_cache_through_a_remote():
    """An index of an upstream may name blobs and manifests: each comes as what the upstream has, and the index keeps it."""
    blobs = [os.urandom(2000), b'{"layers":["remote"]}']
    child = image([b"remote layer"], b'{"remote": 1}')
    payload = index_of(descriptor(blobs[0]), descriptor(blobs[1], CACHE_CONFIG), descriptor(child, OCI_MANIFEST))
    manifests = {"1": (payload, OCI_INDEX), sha256(payload): (payload, OCI_INDEX), sha256(child): (child, OCI_MANIFEST)}

    def answer(x):
        kind, reference = x.path.split("/")[-2:]
        body, media_type = manifests.get(reference, (None, None)) if kind == "manifests" else \
            (next((blob for blob in blobs if sha256(blob) == reference), None), "application/octet-stream")
        x.send(404 if body is None else 200, [] if body is None else [("Content-Type", media_type)], body or b"")

    upstream = Listener(answer)
    try:
        add_remote("content-remote", upstream.url, missing_seconds=0, assumed_offline_seconds=0)
        assert at("content-remote", "team/cache/manifests/1").body == payload
        for _ in range(2):
            for blob in blobs:
                assert at("content-remote", "team/cache/blobs/" + sha256(blob)).body == blob
            assert at("content-remote", "team/cache/manifests/" + sha256(child)).body == child
        linked = ("SELECT count(*) FROM registry.{0} l JOIN registry.manifest m ON m.id = l.{1}"
                  f" WHERE m.digest = '\\x{sha256(payload)[7:]}'")
        assert sql(linked.format("manifest_blob", "manifest_id")) == "2" and sql(linked.format("manifest_child", "parent_id")) == "1"
        put_blob("content/known", blobs[0])
        add_remote("content-again", upstream.url, missing_seconds=0, assumed_offline_seconds=0)
        assert at("content-again", "team/cache/manifests/1").body == payload
        before = upstream.count("GET", "/blobs/")
        assert at("content-again", "team/cache/blobs/" + sha256(blobs[0])).body == blobs[0]
        assert upstream.count("GET", "/blobs/") == before, "what is here is not fetched again"
    finally:
        upstream.stop()


@test
def image_without_layers():
    """An image manifest without layers, or with null, is one with none; its bytes are kept."""
    put_blob("content/bare", b"{}")
    for layers in ({}, {"layers": None}, {"layers": []}):
        document = {name: value for name, value in json.loads(image()).items() if name != "layers"}
        payload = json.dumps({**document, **layers}).encode()
        assert put_manifest("content/bare", "x", payload).status == 201
        assert call("GET", "/v2/content/bare/manifests/x").body == payload


@test
def wrong_sizes():
    """A manifest that lies about the size of what is here is refused: the answer names descriptor, said and real size."""
    child = push_image("content/size", "child", layers=[b"layer"])
    put_blob("content/size", b"")
    good = json.loads(image([b"layer"]))
    layer, config, entry = good["layers"][0], good["config"], descriptor(child, OCI_MANIFEST)
    lies = [({**good, "layers": [{**layer, "size": size}]}, OCI_MANIFEST, layer, size) for size in (0, 4, 6, 2 ** 53 - 1)]
    lies += [({**good, "layers": [layer, {**layer, "size": 6}]}, OCI_MANIFEST, layer, 6),
             ({**good, "config": {**config, "size": 3}}, OCI_MANIFEST, config, 3),
             (json.loads(index_of({**entry, "size": 7})), OCI_INDEX, entry, 7), (json.loads(index_of({**layer, "size": 7})), OCI_INDEX, layer, 7)]
    for document, kind, true, said in lies:
        answer = put_manifest("content/size", "x", json.dumps(document).encode(), kind)
        assert answer.status == 400 and answer.code() == "MANIFEST_INVALID", (document, answer)
        message = answer.json()["errors"][0]["message"]
        assert all(str(word) in message for word in (true["digest"], true["size"], said)), message
    for size in (-1, 2 ** 53):
        answer = put_manifest("content/size", "x", json.dumps({**good, "layers": [{**layer, "size": size}]}).encode())
        assert answer.code() == "MANIFEST_INVALID", answer
    assert call("GET", "/v2/content/size/manifests/x").status == 404
    foreign = {**descriptor(b"far", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"), "urls": ["https://example.com/x"], "size": 1}
    true = {**good, "layers": [layer, foreign, descriptor(b"")], "subject": {**entry, "size": 1}}
    assert put_manifest("content/size", "x", json.dumps(true).encode()).status == 201


@test
def schema1_sizes():
    """An index may state the size of a schema 1 manifest with or without its signatures, and no other."""
    layer = layer_of(one="1" * 100)
    config = json.dumps({"architecture": "amd64", "os": "linux", "history": [{"created_by": "COPY"}]}).encode()
    push_image("content/old", "new", [layer], config)
    signed = call("GET", "/v2/content/old/manifests/new", headers=OLD)
    assert signed.headers["content-type"] == SIGNED, signed
    entry = json.loads(signed.body)["signatures"][0]
    form = json.loads(base64.urlsafe_b64decode(entry["protected"] + "=="))
    bare = form["formatLength"] + len(base64.urlsafe_b64decode(form["formatTail"] + "=="))
    assert call("PUT", "/v2/content/old/manifests/new", signed.body, {"Content-Type": SIGNED}).status == 201
    child = {"mediaType": SIGNED, "digest": signed.headers["docker-content-digest"]}
    for size, status in ((bare, 201), (len(signed.body), 201), (bare - 1, 400), (len(signed.body) + 1, 400)):
        assert put_manifest("content/old", "all", index_of({**child, "size": size}), OCI_INDEX).status == status, (size, bare, len(signed.body))


@test
def wrong_sizes_of_an_upstream():
    """An upstream's manifest that lies about a size is served as it came, with a warning in the log."""
    put_blob("content/liar", b"a layer of the liar")
    good = json.loads(image([b"a layer of the liar"], b"{}"))
    payload = json.dumps({**good, "layers": [{**good["layers"][0], "size": 5}]}).encode()
    upstream = Listener(lambda x: x.send(200, [("Content-Type", OCI_MANIFEST)], payload))
    try:
        add_remote("content-liar", upstream.url, assumed_offline_seconds=0)
        assert at("content-liar", "team/liar/manifests/1").body == payload
        with open(STATE + "/log/stowage-v2.log", encoding="utf-8") as log:
            assert f"{sha256(b'a layer of the liar')} has 19 bytes, not 5" in log.read()
    finally:
        upstream.stop()


@test
def wrong_sizes_of_cold_blobs():
    """A blob of the right digest is served with the size it has, whatever an upstream's manifest says."""
    for number, (length, size) in enumerate(((13, 5), (13, 50), (300_000, 1000), (300_000, 2 ** 53 - 1))):
        data = os.urandom(length)
        payload = json.dumps({**json.loads(image([data], b"{}")), "layers": [{**descriptor(data), "size": size}]}).encode()
        replies = {"manifests": (200, [("Content-Type", OCI_MANIFEST)], payload), "blobs": (200, [], data)}
        upstream = Listener(lambda x, replies=replies: x.send(*replies[x.path.split("/")[-2]]))
        key, path = f"content-cold-{number}", f"team/cold/blobs/{sha256(data)}"
        try:
            add_remote(key, upstream.url, assumed_offline_seconds=0)
            assert at(key, "team/cold/manifests/1").body == payload
            with ThreadPoolExecutor(4) as pool:
                answers = list(pool.map(lambda _, key=key, path=path: at(key, path), range(4)))
            for answer in answers:
                assert answer.status == 200 and answer.body == data, (length, size, answer)
            with open(STATE + "/log/stowage-v2.log", encoding="utf-8") as log:
                assert f"{sha256(data)} has {length} bytes upstream, not {size}" in log.read()
        finally:
            upstream.stop()


@test
def malformed_references():
    """A malformed reference is unknown to GET and HEAD, asked nowhere and not remembered; PUT and DELETE refuse it, and a malformed name is 400."""
    push_image("content/known")
    upstream = Listener(lambda x: x.send(404, []))
    try:
        add_remote("content-asked", upstream.url)
        for key in ("docker-dev-local2", "content-asked"):
            for kind, references in (("manifests", (".BAD", "-x", "a" * 129, "sha256:zz", "sha256:", "md5:00", "x:y", sha256(b"")[:-1])),
                                     ("blobs", ("latest", "sha256:zz", "sha256:", sha256(b"")[:-1]))):
                for reference in references:
                    answer = at(key, f"content/known/{kind}/{reference}")
                    assert answer.status == 404 and answer.code() == kind[:-1].upper() + "_UNKNOWN", (key, reference, answer)
                    assert at(key, f"content/known/{kind}/{reference}", "HEAD").status == 404
                    assert at("docker-dev-local2", f"content/known/{kind}/{reference}", "DELETE").status == 400
                    if kind == "manifests":
                        answer = at("docker-dev-local2", f"content/known/manifests/{reference}", "PUT", body=image(), headers={"Content-Type": OCI_MANIFEST})
                        assert answer.status == 400, (reference, answer)
        for kind in ("manifests/.BAD", "blobs/sha256:zz"):
            assert at("docker-dev-local2", "BAD/name/" + kind).code() == "NAME_INVALID"
        assert upstream.log == [], upstream.log
        assert sql("SELECT count(*) FROM registry.negative_cache m JOIN registry.repository r ON r.id = m.repository_id WHERE key = 'content-asked'") == "0"
    finally:
        upstream.stop()


@test
def index_holds_its_manifests():
    """DELETE of a manifest that a tagged index leads to is 409 and says which; an untagged index does not hold it, nor does a referrer."""
    child = push_image("content/held", "child", [b"held"])
    inner = index_of(descriptor(child, OCI_MANIFEST))
    outer = index_of(descriptor(inner, OCI_INDEX))
    path = "/v2/content/held/manifests/"
    assert put_manifest("content/held", sha256(inner), inner, OCI_INDEX).status == 201
    assert put_manifest("content/held", "all", outer, OCI_INDEX).status == 201
    for held in (child, inner):
        answer = call("DELETE", path + sha256(held))
        assert answer.status == 409 and answer.code() == "MANIFEST_REFERENCED", answer
        error = answer.json()["errors"][0]
        assert error["detail"] == {"index": sha256(outer), "tag": "all"}, error
        assert sha256(outer) in error["message"] and "all" in error["message"], error
    assert call("GET", path + "child").status == 200 and call("DELETE", path + "child").status == 202, "a tag may go"
    assert call("GET", path + sha256(child)).status == 200
    assert call("DELETE", path + "all").status == 202
    referrer = image([b"held"], subject=descriptor(child, OCI_MANIFEST))
    assert put_manifest("content/held", "referrer", referrer).status == 201
    assert call("DELETE", path + sha256(child)).status == 202, "no tag leads to the index, and a referrer holds nothing"
    for name in ("content/held2", "content/held3"):
        push_image(name, "child", [b"held"])
    assert put_manifest("content/held2", "all", inner, OCI_INDEX).status == 201
    assert call("DELETE", "/v2/content/held3/manifests/" + sha256(child)).status == 202, "an index of another image"
    assert call("DELETE", "/v2/content/held2/manifests/" + sha256(inner)).status == 202
    assert call("DELETE", "/v2/content/held2/manifests/" + sha256(child)).status == 202


run()
