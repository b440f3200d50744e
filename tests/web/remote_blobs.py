"""Blobs of remote repositories, one client at a time: ranges, HEAD, transfers that break, remotes that store nothing."""
import time

from hub_repositories import served
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from remotes import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import digest_of


@test
def first_client_leaves():
    """The first client leaving ends nothing, not even when it was the only one."""
    key, name, image = big()
    HUB.stop_blobs(1_000_000)
    try:
        link = open_socket()
        link.sendall(head("GET", f"/artifactory/api/docker/{key}/v2/{name}/blobs/{image.layer_digest}", {"X-Stowage-Trace": "1"}))
        assert f"x-stowage-repository: {key}" in link.recv(4096).decode("latin-1").lower()
        eventually(lambda: HUB.stalled() == 1)
        link.close()
        time.sleep(1)
        assert HUB.stalled() == 1, "the fetch ended with its client"
    finally:
        HUB.release_blobs()
    eventually(lambda: count("blob", f"digest = '\\x{image.layer_digest[7:]}'") == 1)
    assert blob(key, name, image.layer_digest).body == image.layer and served("GET", "/blobs/") == 1


@test
def resumed():
    """A transfer that breaks is resumed where it broke."""
    LIAR.image = fresh_image()
    key = remote(LIAR.url)
    assert get(key, "lies/any", "latest").status == 200
    with telling("truncated", on="blob", times=1):
        assert blob(key, "lies/any", LIAR.image.layer_digest).body == LIAR.image.layer
        assert [entry["range"] for entry in LIAR.server.requests("GET", "/blobs/")] == [None, f"bytes={len(LIAR.image.layer) // 2}-"]


@test
def ranges():
    """A Range of a cold blob is answered rightly, in part or whole; of a cached one in part."""
    key, name, image = big(500_000)
    answer = blob(key, name, image.layer_digest, headers={"Range": "bytes=100-199"})
    assert answer.status in (200, 206) and answer.body == (image.layer if answer.status == 200 else image.layer[100:200]), answer
    eventually(lambda: count("blob", f"digest = '\\x{image.layer_digest[7:]}'") == 1)
    answer = blob(key, name, image.layer_digest, headers={"Range": "bytes=100-199"})
    assert answer.status == 206 and answer.body == image.layer[100:200], answer


@test
def blob_head():
    """HEAD of a cold blob tells its size and fetches nothing."""
    key, name, image = big(500_000)
    answer = blob(key, name, image.layer_digest, method="HEAD")
    assert answer.status == 200 and answer.headers["content-length"] == "500000", answer
    assert HUB.count("GET", "/blobs/") == 0 and served("HEAD", "/blobs/") == 1
    assert blob(key, name, digest_of(b"no such"), method="HEAD").status == 404


@test
def not_stored():
    """A remote that stores nothing passes everything through."""
    key, name, image = published({"store_locally": False})
    settle()
    before = stored()
    for _ in range(2):
        assert get(key, name, "1").body == image.manifest
        assert blob(key, name, image.layer_digest).body == image.layer
    assert all(answer.status == 200 and answer.body == image.manifest for answer in together(*[lambda: get(key, name, "1")] * 20))
    eventually(lambda: stored() == before, 5)


run()
