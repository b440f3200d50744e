"""The way of old docker clients from v2 to v1: when they take it, and when they must not."""
import signal
from contextlib import suppress

from docker_v1 import APP, Client
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

V2_PATHS = (("GET", "/v2/"), ("GET", "/v2"), ("GET", "/v2/a/manifests/x"), ("HEAD", "/v2/a/manifests/x"), ("PUT", "/v2/a/manifests/x"),
            ("GET", "/v2/a/tags/list"), ("POST", "/v2/a/blobs/uploads/"), ("HEAD", "/v2/a/blobs/sha256:" + "0" * 64), ("GET", "/v2/_catalog"),
            ("GET", "/v2/token"), ("GET", "/v2/odd"), ("DELETE", "/v2/a/manifests/x"), ("GET", "/v2/A/manifests/x"), ("GET", "/v2/a/manifests/!"),
            ("HEAD", "/v2/a/blobs/tarsum.v1+sha256:0"), ("GET", "/v2/a/manifests/x?ns=docker.io"), ("GET", "/v2/a?x=%zz"))


@test
def fallback():
    """With the virtual repository deleted all of /v2/ is a plain 404, and v1 takes pushes; made again, v2 is back."""
    document = call("GET", "/artifactory/api/repositories/docker-dev").body
    assert call("DELETE", "/artifactory/api/repositories/docker-dev").status == 200
    try:
        for auth in (None, ADMIN):
            for method, path in V2_PATHS:
                answer = call(method, path, auth=auth, headers=EMPTY)
                assert answer.status == 404 and VERSION not in answer.headers and "www-authenticate" not in answer.headers, (path, answer)
                assert answer.headers["content-type"].startswith("text/plain") and not answer.body.startswith(b"{"), (path, answer)
        assert Client("fallback").push("x", APP) == 2
        assert len(Client("fallback").pull("x")) == 2
    finally:
        answer = call("PUT", "/artifactory/api/repositories/docker-dev", document, {"Content-Type": "application/json"})
    assert answer.status in (200, 201), answer
    assert call("GET", "/v2/").headers[VERSION] == "registry/2.0"
    assert call("GET", "/v2/library/fallback/manifests/x").code() == "MANIFEST_UNKNOWN", "so that old clients look here"
    assert call("GET", "/v2/library/fallback/tags/list").code() == "NAME_UNKNOWN"


@test
def refusals_say_what_of():
    """No v2 error that tells docker where to go is a bare code: that gets five tries, and no look at v1."""
    add_user("v1-looker", "read", "docker-dev-local2")
    looker = ("v1-looker", "a secret")
    bearer = {"Authorization": "Bearer " + token("repository:team/bare:pull,push", looker)}
    for code, method, path, more in (
            ("NAME_UNKNOWN", "GET", "/v2/team/bare/tags/list", {}),
            ("MANIFEST_UNKNOWN", "GET", "/v2/team/bare/manifests/1", {}),
            ("UNAUTHORIZED", "GET", "/v2/team/bare/manifests/1", {"auth": None}),
            ("UNAUTHORIZED", "POST", "/v2/team/bare/blobs/uploads/", {"auth": None, "headers": EMPTY}),
            ("UNAUTHORIZED", "POST", "/v2/team/bare/blobs/uploads/", {"auth": None, "headers": {**EMPTY, **bearer}}),
            ("DENIED", "POST", "/v2/team/bare/blobs/uploads/", {"auth": looker, "headers": EMPTY}),
            ("UNAUTHORIZED", "PUT", "/v2/team/bare/manifests/1", {"auth": ("v1-looker", "wrong"), "body": b"{}"})):
        answer = call(method, path, **more)
        assert answer.code() == code and answer.json()["errors"][0]["detail"]["name"] == "team/bare", (path, answer)
    answer = call("GET", "/v2/token?service=docker-dev", auth=("v1-looker", "wrong"))
    assert answer.status == 401 and answer.json()["errors"][0]["message"] == "wrong user name, password or token", answer


@test
def trouble_is_not_v1():
    """What the web server answers itself while the v2 responder is away has the version header too."""
    pid = pids("stowage-v2")
    try:
        for one in pid:
            with suppress(ProcessLookupError):  # workers end with their parent
                os.kill(one, signal.SIGKILL)
        for path in ("/v2/", "/v2/a/manifests/x", "/artifactory/api/docker/docker-dev/v2/"):
            answer = call("GET", path)
            assert answer.status in (500, 502, 503) and answer.headers[VERSION] == "registry/2.0", (path, answer)
            assert sum(name.lower() == VERSION for name, _ in answer.list) == 1, answer.list
        assert call("GET", "/v1/_ping").status == 200 and VERSION not in call("GET", "/v1/_ping").headers
    finally:
        stack("stack_again")
    reached()
    answer = call("GET", "/v2/")
    assert sum(name.lower() == VERSION for name, _ in answer.list) == 1, answer.list


run()
