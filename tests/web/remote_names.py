"""Names of remote repositories: one here and another there, missing, and thousands that do not exist."""
import time
from concurrent.futures import ThreadPoolExecutor

from hub_repositories import served
from listener import Listener
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from remotes import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def library():
    """busybox is library/busybox there, whatever side writes it, and one name here."""
    image = fresh_image()
    HUB.push("library/busybox", "1", image)
    with_prefix, without = remote(HUB.url, library_prefix=True), remote(HUB.url)
    HUB.clear()
    assert get(with_prefix, "busybox", "1").body == image.manifest
    assert served("GET", "^/v2/library/busybox/manifests/1$") == 1 and HUB.count("GET", "^/v2/busybox/") == 0
    assert get(with_prefix, "library/busybox", "1").body == image.manifest
    assert blob(with_prefix, "busybox", image.layer_digest).body == image.layer
    assert served("GET", "/manifests/") == 1
    assert call("GET", f"/artifactory/api/docker/{with_prefix}/v2/busybox/tags/list").json()["tags"] == ["1"]
    assert count("image i JOIN registry.repository r ON r.id = i.repository_id", f"r.key = '{with_prefix}'") == 1
    assert get(without, "busybox", "1").status in (403, 404)


@test
def missing():
    """Content that the upstream lacks is not asked for again for the time set, and makes no image."""
    key, name, image = published({"missing_seconds": 2})
    for _ in range(3):
        answer = get(key, name, "later")
        assert answer.status == 404 and answer.code() == "MANIFEST_UNKNOWN", answer
    assert served("GET", "/manifests/later") == 1, HUB.requests()
    HUB.push(name, "later", image)
    time.sleep(2.1)
    assert get(key, name, "later").body == image.manifest


@test
def missing_as_another_kind():
    """That the upstream has no blob of a digest says nothing of a manifest of that digest, and the other way round."""
    for kind, other in (("manifests", "blobs"), ("blobs", "manifests")):
        found = fresh_image()
        upstream = Listener(lambda x, kind=kind, found=found: x.send(*(
            (200, [("Content-Type", OCI_MANIFEST)], found.manifest) if f"/{kind}/" in x.path else (404, [], b"{}"))))
        try:
            key = remote(upstream.url, missing_seconds=600)
            for _ in range(2):
                assert get(key, "any/name", found.digest, other).status == 404, kind
            assert upstream.count(path=f"/{other}/") == 1, upstream.requests()
            answer = get(key, "any/name", found.digest, kind)
            assert answer.status == 200 and answer.body == found.manifest, (kind, answer)
        finally:
            upstream.stop()


@test
def absent_together():
    """Who waited for the answer of a remote that does not have it goes on to the next one, however slow that is."""
    def slowly(x):
        x.wait(lambda: False, 0.2)
        x.send(404, [], b"{}")

    key, name, image = published({"timeout_ms": 5000, "metadata_timeout_ms": 5000})
    empty, virtual = Listener(slowly), unique("virtual")
    HUB.forget_tokens()
    HUB.tokens.hang()
    try:
        first = remote(empty.url)
        answer = call("PUT", f"/artifactory/api/repositories/{virtual}", headers={"Content-Type": "application/json"},
                      body=json.dumps({"rclass": "virtual", "packageType": "docker", "repositories": [first, key]}))
        assert answer.status in (200, 201), answer
        with ThreadPoolExecutor(20) as pool:
            tasks = [pool.submit(get, virtual, name, "1") for _ in range(20)]
            time.sleep(1.5)
            HUB.tokens.up()
            answers = [task.result() for task in tasks]
        assert all(answer.status == 200 and answer.body == image.manifest for answer in answers), answers
    finally:
        HUB.tokens.up()
        empty.stop()


@test
def flood_of_names():
    """1,000 names that do not exist fill neither catalog nor images."""
    key, name, _ = published({"missing_seconds": 600})
    assert get(key, name, "1").status == 200
    ours = f"repository_id = (SELECT id FROM registry.repository WHERE key = '{key}')"
    before = count("image", ours)
    answers = sum(together(*[lambda n=n: [get(key, f"typo/{n}-{i}", "latest") for i in range(125)] for n in range(8)]), [])
    odd = [answer for answer in answers if answer == CUT or answer.status not in (403, 404)]
    assert not odd, f"{len(odd)} of {len(answers)} names: {odd[:3]}"
    assert count("image", ours) == before
    assert call("GET", f"/artifactory/api/docker/{key}/v2/_catalog").json()["repositories"] == [name]
    asked = served("GET", "/manifests/latest")
    assert asked == 1000, f"the upstream was asked {asked} times"


@test
def unproven_name():
    """A blob cached under one name is not served under another that the upstream does not show it under."""
    key, name, image = big(100_000)
    assert blob(key, name, image.layer_digest).body == image.layer
    other = unique("team/other")
    HUB.push(other, "1", fresh_image())
    answer = blob(key, other, image.layer_digest)
    assert answer.status == 404, answer


run()
