"""A repository is deleted, and perhaps made again: what docker clients then get."""
import time

from hub_repositories import remote
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def member_deleted():
    """A deleted member leaves its virtuals at the next request: its images are unknown, others answer, pushes have nowhere to go."""
    gone, stays = new(), new()
    inner = new("virtual", repositories=[gone, stays], defaultDeploymentRepo=gone)
    outer = new("virtual", repositories=[inner], defaultDeploymentRepo=gone)
    push(outer, "both", "1", "gone")
    push(outer, "mine", "1", "gone")
    other = push(stays, "both", "1", "stays")
    upload = at(outer, "mine/blobs/uploads/", "POST", headers=EMPTY).headers["location"]
    before = etag(inner), etag(outer)
    delete(gone)
    assert not differences({"repositories": [stays], "defaultDeploymentRepo": ""}, document(inner))
    assert not differences({"repositories": [inner], "defaultDeploymentRepo": ""}, document(outer))
    assert etag(inner) != before[0] and etag(outer) != before[1], "who edits them meanwhile is told"
    answer = pull(outer, "mine", "1")
    assert answer.status == 404 and answer.code() in ("MANIFEST_UNKNOWN", "NAME_UNKNOWN") and VERSION in answer.headers, answer
    assert pull(outer, "both", "1").body == other
    assert at(outer, f"mine/blobs/{sha256(b'gone')}").status == 404 and at(outer, "_catalog").json()["repositories"] == ["both"]
    answer = at(outer, "mine/blobs/uploads/", "POST", headers=EMPTY)
    assert answer.status == 405 and answer.code() == "UNSUPPORTED" and VERSION in answer.headers, answer
    answer = call("PATCH", upload, body=b"more")
    assert 400 <= answer.status < 500 and answer.json()["errors"][0]["code"] and VERSION in answer.headers, answer


@test
def much_deleted():
    """A repository of very many rows is gone at once and its key free; that its rows take long delays no other maintenance job."""
    key, hub = new(), remote()
    number = sql(f"SELECT id FROM registry.repository WHERE key = '{key}' AND deleted_at IS NULL")
    sql(f"INSERT INTO registry.image (repository_id, path) SELECT {number}, 'much/' || n FROM generate_series(1, 400000) n")
    try:
        start = time.monotonic()
        delete(key)
        put(key, rclass="local")
        assert time.monotonic() - start < 3 and at(key, "_catalog").json() == {"repositories": []}
        time.sleep(11)  # by then stowage-keep is deleting its rows
        sql(f"INSERT INTO registry.negative_cache SELECT id, 'long/gone', '1', false, now() - interval '1 day' FROM registry.repository WHERE key = '{hub}'")
        end = time.monotonic() + 30
        while sql("SELECT count(*) FROM registry.negative_cache WHERE path = 'long/gone'") != "0":
            assert time.monotonic() < end, "nothing else is done meanwhile"
            time.sleep(0.5)
        assert sql(f"SELECT count(*) > 1000 FROM registry.image WHERE repository_id = {number}") == "t", "all is taken away before anything else"
    finally:
        sql(f"SET session_replication_role = replica; DELETE FROM registry.image WHERE repository_id = {number}")


@test
def key_made_again():
    """A freed key can be another class at once; as a local it is empty and works: nothing of the old one is seen, nor are rights on it."""
    key = new()
    reader = add_user(unique("old"), "read", key)
    payload = push(key, "app", "1", "the old content")
    assert pull(key, "app", "1", auth=reader).body == payload
    delete(key)
    answer = pull(key, "app", "1")
    assert answer.status == 404 and VERSION not in answer.headers, answer
    put(key, rclass="virtual")
    delete(key)
    put(key, rclass="local")
    assert pull(key, "app", "1").status == 404 and tags(key, "app") == 404 and at(key, "_catalog").json() == {"repositories": []}
    assert at(key, f"app/blobs/{sha256(b'the old content')}", "HEAD").status == 404 and pull(key, "app", sha256(payload)).status == 404
    assert push(key, "app", "1", "the old content") == payload and pull(key, "app", "1").body == payload
    assert pull(key, "app", "1", auth=reader).status in (403, 404), "rights went with the repository they were given on"


@test
def vhost_by_name():
    """The repository behind a vhost may be edited, deleted and made again: the vhost follows by its name."""
    kept = {key: document(key) for key in ("docker-prod", "docker-dev")}
    payload = push("docker-prod-local2", "vhost/app", "1", "by name")
    other = new()
    mine = push(other, "vhost/app", "1", "another one")

    def at_vhost():
        return call("GET", "/v2/vhost/app/manifests/1", host=PROD)
    try:
        assert at_vhost().body == payload
        post("docker-prod", repositories=[other, "docker-prod-local2", "dockerhub"])
        assert at_vhost().body == mine
        delete("docker-prod")
        for path in ("/v2/", "/v2/vhost/app/manifests/1"):
            answer = call("GET", path, host=PROD)
            assert answer.status == 404 and VERSION not in answer.headers, answer
        assert call("GET", "/v2/vhost/app/manifests/1").status == 404, "docker-dev saw it through docker-prod"
        put("docker-prod", rclass="virtual", repositories=["docker-prod-local2"])
        assert at_vhost().body == payload
    finally:
        for key, fields in kept.items():
            put(key, **fields)
    assert at_vhost().body == payload and call("GET", "/v2/vhost/app/manifests/1").body == payload
    assert {key: document(key) for key in kept} == kept


run()
