"""Tags, their lists and indexes of remote repositories: fresh, revalidated, stale."""
import time

from hub_repositories import served
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from remotes import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import digest_of


@test
def fresh_tag():
    """1,000 pulls of a fresh tag cost one GET upstream, and by digest none; then it is served while the upstream is down."""
    key, name, image = published()
    link = connection()
    for _ in range(1000):
        link.request("GET", f"/artifactory/api/docker/{key}/v2/{name}/manifests/1", headers={"Authorization": basic(*ADMIN)})
        answer = link.getresponse()
        assert answer.read() == image.manifest and answer.getheader("warning") is None
    link.close()
    assert served("GET", "/manifests/") == 1 and HUB.count("HEAD") == 0, HUB.requests()
    assert get(key, name, image.digest).body == image.manifest
    assert served("GET", "/manifests/") == 1
    HUB.refuse()
    answer = get(key, name, "1")
    HUB.up()
    assert answer.status == 200 and "warning" not in answer.headers, answer


@test
def cold_tag_together():
    """50 clients of one cold tag cost one GET in each process."""
    key, name, image = published()
    answers = together(*[lambda: get(key, name, "1")] * 50)
    assert all(answer.body == image.manifest for answer in answers)
    assert 1 <= served("GET", "/manifests/") <= len(pids("stowage-v2")) - 1, HUB.requests("GET")


@test
def revalidation():
    """A tag out of date is asked for by HEAD; unchanged, it costs no GET and is fresh again; changed, one GET brings it."""
    key, name, image = published()
    assert get(key, name, "1").body == image.manifest
    age(key)
    HUB.clear()
    assert get(key, name, "1").body == image.manifest and get(key, name, "1").body == image.manifest
    assert served("HEAD", "/manifests/1") == 1 and HUB.count("GET", "/manifests/") == 0, HUB.requests()
    other = fresh_image()
    HUB.push(name, "1", other)
    age(key)
    HUB.clear()
    answer = get(key, name, "1")
    assert answer.body == other.manifest and answer.headers["docker-content-digest"] == other.digest, answer
    assert served("HEAD", "/manifests/1") == 1 and served("GET", "/manifests/") == 1, HUB.requests()
    assert get(key, name, image.digest).body == image.manifest, "a digest that was cached stays"


@test
def failed_revalidation():
    """An upstream that is silent, or has enough of us, is not asked a second question while the client waits."""
    for down in ("hang", "limited"):
        LIAR.image = cached = fresh_image()
        key = remote(LIAR.url)
        assert get(key, "lies/any", "latest").status == 200
        age(key)
        with telling(down):
            answer = get(key, "lies/any", "latest")
            assert answer.body == cached.manifest and answer.headers["warning"].startswith("11"), (down, answer)
            asked = [entry["method"] for entry in LIAR.server.log if entry["path"] != "/v2/"]  # which is a probe's
            assert asked == ["HEAD"], (down, LIAR.server.log)
    key, name, image = published()
    assert get(key, name, "1").status == 200
    age(key)
    HUB.forget_tokens()
    HUB.tokens.clear()
    HUB.tokens.hang()
    try:
        started = time.monotonic()
        assert get(key, name, "1").headers["warning"].startswith("11")
        asked = [entry for entry in HUB.tokens.log if "scope=" in entry["query"]]  # a probe asks for a token without one
        assert time.monotonic() - started < 2.5 and len(asked) <= 1, HUB.tokens.log
    finally:
        HUB.tokens.up()


@test
def gone_upstream():
    """A tag that the upstream has no longer is served from the cache as a stale one, and the audit row says why."""
    key, name, image = published()
    assert get(key, name, "1").status == 200
    HUB.delete(name, image.digest)
    age(key)
    answer = get(key, name, "1")
    assert answer.body == image.manifest and answer.headers["warning"].startswith("11"), answer
    assert "does not have it" in sql(f"SELECT detail ->> 'reason' FROM registry.audit WHERE action = 'stale' AND repository = '{key}'")


@test
def fresh_for_no_time():
    """With a retrieval period of 0 every pull asks, by HEAD."""
    key, name, image = published({"fresh_seconds": 0})
    for _ in range(5):
        assert get(key, name, "1").body == image.manifest
    assert served("GET", "/manifests/") == 1 and served("HEAD", "/manifests/1") == 4, HUB.requests()


@test
def stale_tag():
    """Upstream down in any way: what is cached is served, a stale tag with a Warning and an audit row; digests and blobs as ever."""
    for down in ("refuse", "hang", "limit"):
        key, name, image = published()
        assert get(key, name, "1").status == 200 and blob(key, name, image.layer_digest).body == image.layer
        age(key)
        if down == "limit":
            HUB.front.hang() if False else HUB.limit(0)
            HUB.push(name, "1", fresh_image())
        else:
            getattr(HUB, down)()
        try:
            answer = get(key, name, "1")
            assert answer.status == 200 and answer.body == image.manifest, (down, answer)
            assert answer.headers["warning"].startswith("11"), (down, answer)
            assert get(key, name, image.digest).body == image.manifest and blob(key, name, image.layer_digest).body == image.layer, down
            assert "warning" not in get(key, name, image.digest).headers
            assert get(key, name, "1", method="HEAD").headers["warning"].startswith("11"), down
        finally:
            HUB.limit(None)
            HUB.up()
        assert count("audit", f"action = 'stale' AND repository = '{key}' AND path = '{name}' AND object = '1'") >= 1, down


@test
def tag_list():
    """The list of tags is the upstream's, merged with what is cached; when it is down what is known is listed."""
    key, name, image = published()
    for tag in ("2", "3"):
        HUB.push(name, tag, image)
    assert get(key, name, "2").status == 200
    assert tags(key, name).json() == {"name": name, "tags": ["1", "2", "3"]}
    assert tags(key, name, "?n=2").json()["tags"] == ["1", "2"]
    age(key)
    HUB.refuse()
    answer = tags(key, name)
    HUB.up()
    assert answer.status == 200 and "2" in answer.json()["tags"] and answer.headers["warning"].startswith("11"), answer
    cold, name, _ = published()
    HUB.refuse()
    answer = tags(cold, name)
    HUB.up()
    assert answer.status == 502 and is_reasoned(answer), answer


@test
def index():
    """An index and its manifests come by tag and digest; children are cached by digest."""
    images = [fresh_image(), fresh_image()]
    name = unique("team/multi")
    for image in images:
        HUB.push(name, "child", image)
    payload = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [
        {"mediaType": OCI_MANIFEST, "digest": image.digest, "size": len(image.manifest)} for image in images]}).encode()
    HUB.put_manifest(name, "1", payload, OCI_INDEX)
    key = remote(HUB.url)
    answer = get(key, name, "1")
    assert answer.body == payload and answer.headers["content-type"] == OCI_INDEX, answer
    for _ in range(2):
        assert all(get(key, name, image.digest).body == image.manifest for image in images)
        HUB.clear()
    assert HUB.count() == 0


@test
def schema1_of_what_is_not_cached():
    """Old clients get signed schema 1 of an image, or of an index, that nobody has pulled before, and its layers after that."""
    for listed in (False, True):
        key, name, image = published()
        path = f"/artifactory/api/docker/{key}/v2/{name}/manifests/1"
        if listed:
            HUB.put_manifest(name, "1", json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [
                {**descriptor(image.manifest, OCI_MANIFEST), "platform": {"os": "linux", "architecture": "amd64"}}]}).encode(), OCI_INDEX)
        for headers in ({"User-Agent": "docker/1.6.2 go/go1.4.2"}, {"Accept": "application/vnd.docker.distribution.manifest.v1+prettyjws"}):
            answer = call("GET", path, headers=headers)
            document = answer.json()
            assert answer.status == 200 and (document["schemaVersion"], document["name"], document["architecture"]) == (1, name, "amd64"), answer
            assert document["fsLayers"] == [{"blobSum": image.layer_digest}], document
        assert HUB.count("GET", image.layer_digest) == 0 and HUB.count("GET", digest_of(image.config)) == 1
        assert blob(key, name, image.layer_digest).body == image.layer
        assert call("GET", path, headers=headers).headers["docker-content-digest"] == answer.headers["docker-content-digest"]


run()
