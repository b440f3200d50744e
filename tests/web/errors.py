"""Errors that a web server would answer by itself: clients get the registry's JSON, status and headers."""
import pathlib
from concurrent.futures import ThreadPoolExecutor

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from sample import Image
from upstream import Liar

KINDS = {"v2": "/v2/", "v1": "/v1/_ping", "admin": "/artifactory/api/system/ping"}


def socket_of(kind):
    """Each user's responders have a directory of their own."""
    return pathlib.Path(settings()["run"], "admin" if kind == "admin" else "registry", f"{kind}.sock")


def check_own_error(kind, answer, status):
    assert answer.status == status, (kind, answer)
    assert answer.headers["content-type"] == "application/json" and answer.headers["x-content-type-options"] == "nosniff", (kind, answer)
    assert (VERSION in answer.headers) == (kind == "v2"), (kind, answer)
    assert status != 503 or answer.headers["retry-after"], (kind, answer)
    document = answer.json()
    message = document["error"] if kind == "v1" else document["errors"][0]["message"]
    assert message, answer
    if kind == "v2":
        assert answer.code() in ("UNAVAILABLE", "SIZE_INVALID"), answer
    if kind == "admin":
        assert document["errors"][0]["status"] == status, answer


@test
def responder_away():
    """While a responder is away its URLs are 503 in JSON with Retry-After, and v2 says that it is v2; then it is back at once."""
    for kind, path in KINDS.items():
        socket_file = socket_of(kind)
        away = socket_file.with_suffix(".away")
        socket_file.rename(away)
        try:
            check_own_error(kind, call("GET", path), 503)
            if kind == "v2":
                check_own_error(kind, call("GET", "/artifactory/api/docker/docker-dev/v2/"), 503)
        finally:
            away.rename(socket_file)
        # Each of the web server's processes has seen it away.
        eventually(lambda url=path: all(call("GET", url).status == 200 for _ in range(20)))


@test
def killed_during_a_request():
    """A worker that is killed while it serves costs its requests a 503 in JSON with Retry-After."""
    holder = ThreadPoolExecutor(1).submit(sql, "BEGIN; LOCK TABLE registry.repository; SELECT pg_sleep(4); ROLLBACK")
    time.sleep(1)
    asked = ThreadPoolExecutor(1).submit(call, "GET", "/v2/errors/killed/manifests/1")
    time.sleep(1)
    for pid in pids("stowage-v2")[1:]:
        os.kill(pid, signal.SIGKILL)
    check_own_error("v2", asked.result(), 503)
    holder.result()
    eventually(lambda: len(pids("stowage-v2")) == 3 and call("GET", "/v2/").status == 200)


@test
def post_without_length():
    """A POST without Content-Length begins an upload behind Apache, and is 411 in JSON behind lighttpd."""
    answer = raw(f"POST /v2/errors/post/blobs/uploads/ HTTP/1.1\r\nHost: {DEV}\r\nAuthorization: {basic(*ADMIN)}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    if SERVER == "apache":
        assert b" 202 " in head.splitlines()[0], head
        return
    assert b" 411 " in head.splitlines()[0] and VERSION.encode() in head.lower() and b"application/json" in head, head
    assert json.loads(body)["errors"][0]["code"] == "SIZE_INVALID", body


@test
def announced_too_long():
    """A body that is announced longer than its URL takes is 413 in JSON before any of it is sent, behind lighttpd."""
    if SERVER == "apache":
        return
    for kind, path in (("v2", "/v2/errors/long/manifests/1"), ("v1", "/v1/repositories/errors/long/"), ("admin", "/artifactory/api/repositories/long")):
        check_own_error(kind, call("PUT", path, body=iter(()), headers={"Content-Length": "500000000"}), 413)


@test
def small_blob_that_lies():
    """A small blob whose upstream lies is a 502 in JSON with hardFail, and else a 404, with the reason, on both servers."""
    liar = Liar()
    add_remote("errors-liar", liar.url, timeout_ms=2000, metadata_timeout_ms=2000, missing_seconds=0, assumed_offline_seconds=0)
    try:
        for number, lie in enumerate(("truncated", "wrong_bytes", "short_length") * 2):
            set_remote("errors-liar", hard_fail=number < 3)
            liar.image = Image(f"{SERVER} {lie}", layers=(20_000,))
            assert call("GET", "/artifactory/api/docker/errors-liar/v2/lies/any/manifests/latest").status == 200
            liar.lie(lie, on="blob")
            answer = call("GET", f"/artifactory/api/docker/errors-liar/v2/lies/any/blobs/{liar.image.layer_digest}")
            liar.good()
            assert (answer.status, answer.code()) == ((502, "UNAVAILABLE") if number < 3 else (404, "BLOB_UNKNOWN")), (lie, answer)
            assert "errors-liar" in answer.json()["errors"][0]["message"], (lie, answer)
    finally:
        liar.stop()


run()
