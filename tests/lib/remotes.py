"""Impatient remote repositories of a hub and of a liar, the answers of clients' requests through them, and what is stored of it."""
import contextlib
import os

from hub_repositories import HUB
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import Image, Liar

LIAR = Liar()
at_end(LIAR.stop)
CUT = "cut"
LOOPBACK = "{127.0.0.0/8}"
SECRET = {"username": "alice", "password": "upstream-secret"}
UNSAFE = ("redirect_metadata",)  # a lie for remotes alone that may not follow it
SHORT = "STOWAGE_WEB_SHORT" in os.environ  # sanitizers: all that counts is that every line of code was run


# --- Remotes ----------------------------------------------------------------------------------------------------------------

def fresh_image(**more):
    """One that is nowhere yet."""
    return Image(unique("image"), **more)


def remote(url, key=None, **settings):
    """A new remote with its own key, impatient, that fails hard and forgets failures at once unless told otherwise."""
    key = key or unique("remote")
    add_remote(key, url, **{"hard_fail": True, "timeout_ms": 1000, "metadata_timeout_ms": 2000, "missing_seconds": 0, "assumed_offline_seconds": 0, **settings})
    return key


def published(settings=None, name=None, **more):
    """A remote of the hub, and an image there: key, name, image."""
    name = name or unique("team/app")
    found = fresh_image(**more)
    HUB.push(name, "1", found)
    HUB.clear()
    return remote(HUB.url, **(settings or {})), name, found


def big(size=4_000_000, **settings):
    """A cold blob of an image whose manifest is cached, at an upstream that may be silent for a while."""
    key, name, found = published({"timeout_ms": 30000, **settings}, layers=(size,))
    assert get(key, name, "1").status == 200
    HUB.clear()
    return key, name, found


@contextlib.contextmanager
def telling(name, **how):
    LIAR.clear()
    LIAR.lie(name, **how)
    try:
        yield
    finally:
        LIAR.good()


def told_secrets(listener):
    """Requests with credentials or cookies."""
    return [entry for entry in listener.log if "authorization" in entry["headers"] or "cookie" in entry["headers"]]


# --- What clients get -------------------------------------------------------------------------------------------------------

def get(key, name, reference, kind="manifests", method="GET", **more):
    """Through the remote. CUT: the connection broke before the body's end, or, as the web server sees it, before its beginning."""
    headers = {"Accept": f"{OCI_MANIFEST}, {OCI_INDEX}, {DOCKER_MANIFEST}", **more.pop("headers", {})}
    try:
        answer = call(method, f"/artifactory/api/docker/{key}/v2/{name}/{kind}/{reference}", headers=headers, **more)
        return CUT if answer.status >= 500 and b"service unavailable, try again" in answer.body else answer
    except (http.client.IncompleteRead, ConnectionError, ssl.SSLError):
        return CUT


def blob(key, name, digest, **more):
    return get(key, name, digest, "blobs", **more)


def tags(key, name, query=""):
    return call("GET", f"/artifactory/api/docker/{key}/v2/{name}/tags/list{query}")


def is_reasoned(answer):
    """An error that says why, in JSON."""
    error = answer.json()["errors"][0]
    return bool(error["code"] and error["message"]) and answer.headers[VERSION] == "registry/2.0"


def good_again(fetch, right):
    """A failed fetch is remembered for a moment."""
    assert eventually(lambda: (lambda answer: answer != CUT and answer.status == 200 and answer)(fetch()), 6).body == right


# --- What is stored ---------------------------------------------------------------------------------------------------------

def age(key):
    """What is cached is out of date."""
    sql("UPDATE registry.remote_reference SET fresh_until = now() - interval '1 s' WHERE image_id IN"
        f" (SELECT i.id FROM registry.image i JOIN registry.repository r ON r.id = i.repository_id WHERE r.key = '{key}');"
        "UPDATE registry.remote_tags SET fresh_until = now() - interval '1 s'")


def forgive(key):
    """As if the upstream had never failed."""
    sql(f"DELETE FROM registry.remote_state WHERE repository_id = (SELECT id FROM registry.repository WHERE key = '{key}');"
        f"DELETE FROM registry.negative_cache WHERE repository_id = (SELECT id FROM registry.repository WHERE key = '{key}');"
        f"DELETE FROM registry.blob_fetch WHERE error IS NOT NULL")


def count(table, where="true"):
    return int(sql(f"SELECT count(*) FROM registry.{table} WHERE {where}"))


def files(folder):
    return sorted(name for _, _, names in os.walk(f"{STATE}/store/{folder}") for name in names)


# A fetch that goes on beside the other tests of its theme, through a remote with this key, is not counted.
APART = unique("apart")
NOT_APART = f"repository_id IS DISTINCT FROM (SELECT id FROM registry.repository WHERE key = '{APART}')"


def fetches(where="true"):
    return count("blob_fetch", f"{where} AND {NOT_APART}")


def uploads():
    apart = sql(f"SELECT file_id FROM registry.blob_fetch WHERE NOT ({NOT_APART})").split()
    return [file for file in files("uploads") if file not in apart]


def stored():
    """All that a fetch could have left behind."""
    rows = [count(table) for table in ("manifest", "blob", "image_manifest", "tag", "missing_reference")]
    return [*rows, fetches("error IS NULL"), files("blobs"), uploads()]


def settle():
    """Wait until repositories that were deleted have gone: stowage-keep deletes their rows while others are counted."""
    def are_gone():
        stack("stack_keep")
        return count("repository", "deleted_at IS NOT NULL") == 0
    eventually(are_gone, 60)


class Said:
    """What the log says from now on."""

    def __init__(self):
        self._path = f"{STATE}/log/stowage-v2.log"
        self._start = os.path.getsize(self._path)

    def has(self, text):
        with open(self._path, encoding="utf-8") as log:
            log.seek(self._start)
            return text in log.read()
