"""Upstreams that lie or are very slow: the answers to clients of a remote repository; nothing wrong is stored."""
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from listener import Listener
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from remotes import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import LIES, Liar

# What may come of a lie: statuses, 200 being the right bytes, or CUT. For a cold manifest, and for a cold blob whose manifest is cached.
GOOD, FAILED, LATE = {200}, {502}, {502}
MANIFESTS = {
    **dict.fromkeys(("hang", "hang_body", "drip"), LATE),
    **dict.fromkeys(("limited", "limited_silently"), {429}),
    **dict.fromkeys(("denied", "unauthorized", "unauthorized_loop", "token_denied"), {404}),
    **dict.fromkeys(("realm_elsewhere", "realm_downgrade", "realm_address", "token_redirect", "redirect_elsewhere", "redirect_inside",
                     "redirect_address", "json_type", "capital_type", "token_empty", "cookie", "link_elsewhere", "endless_tags", "odd_tags"), GOOD),
    "missing": {404},
}
BLOBS = {
    **MANIFESTS,
    **dict.fromkeys(("hang_body", ), {502, CUT}),
    **dict.fromkeys(("partial", "range_ignored"), GOOD),
    **dict.fromkeys(("html_type", "digest_lies"), GOOD | FAILED),
    **dict.fromkeys(("other_manifest", "huge_manifest", "not_json", "ambiguous", "other_type"), None),  # of no meaning for a blob
    **dict.fromkeys(("truncated", "truncated_chunked", "truncated_unannounced", "bad_chunks", "overlong", "short_length", "wrong_bytes",
                     "wrong_end", "late_end", "wrong_range", "mislabelled_range", "other_size", "endless"), FAILED | {CUT}),
    "missing": {404, 502},
    "drip": None,  # takes half a minute: a test of its own
}
# What is said of it, where one check could stand in for another.
MANIFEST_REASONS = {"gzip_encoded": "Content-Encoding", "header_flood": "too many headers", "huge_manifest": "too long", "endless": "too long",
                    "html": "type", "html_type": "type", "html_labelled": "digest", "other_manifest": "digest", "redirect_loop": "redirects",
                    "redirect_file": "redirects", "hang": "in time", "hang_body": "stopped sending", "error_500": "500"}
BLOB_REASONS = {"gzip_encoded": "Content-Encoding", "header_flood": "too many headers", "overlong": "other bytes", "other_size": "different size",
                "wrong_range": "wrong range", "wrong_bytes": "other bytes", "wrong_end": "other bytes", "late_end": "other bytes", "endless": "too many bytes"}


# The web server has no part in what upstreams say: lighttpd is enough. With SHORT a few lies are. Lists of tags have tests of their own.
TOLD = [] if SERVER != "lighttpd" else list(LIES)[::5] if SHORT else list(LIES)
if TOLD:
    settle()


def judge(answer, expected, right, before):
    """The answer is one of those expected; what is wrong left no trace."""
    status = answer if answer == CUT else answer.status
    assert status in expected, (answer, expected)
    if status == 200:
        assert answer.body == right
        return
    if answer != CUT:
        assert is_reasoned(answer), answer
    eventually(lambda: stored() == before, 3)


def lie_about_manifest(name):
    def function():
        LIAR.image = fresh_image()
        key, before, said = remote(LIAR.url, networks=LOOPBACK), stored(), Said()
        with telling(name):
            answer = get(key, "lies/any", "latest")
            judge(answer, MANIFESTS.get(name, FAILED), LIAR.image.manifest, before)
            assert name not in MANIFEST_REASONS or eventually(lambda: said.has(MANIFEST_REASONS[name]), 3), answer
        forgive(key)
        good_again(lambda: get(key, "lies/any", "latest"), LIAR.image.manifest)
        assert count("manifest", f"digest = '\\x{LIAR.image.digest[7:]}'") == 1
    function.__doc__ = f"a manifest, upstream: {name}"
    return function


def lie_about_blob(name):
    def function():
        LIAR.image = fresh_image()
        key = remote(LIAR.url, networks=LOOPBACK)
        assert get(key, "lies/any", "latest").status == 200
        before = stored()
        with telling(name, on="blob" if not name.startswith("token_") else None):
            judge(blob(key, "lies/any", LIAR.image.layer_digest), BLOBS.get(name, FAILED), LIAR.image.layer, before)
            reason = sql(f"SELECT error FROM registry.blob_fetch WHERE digest = '\\x{LIAR.image.layer_digest[7:]}'")
            assert BLOB_REASONS.get(name, "") in reason, reason
        forgive(key)
        good_again(lambda: blob(key, "lies/any", LIAR.image.layer_digest), LIAR.image.layer)
        eventually(lambda: fetches("error IS NULL") == 0)
    function.__doc__ = f"a blob, upstream: {name}"
    return function


for lie in TOLD:
    if lie not in UNSAFE and not lie.endswith("_tags"):
        test(lie_about_manifest(lie))
        if BLOBS.get(lie, FAILED) is not None:
            test(lie_about_blob(lie))


def lies_about_a_digest():
    """A manifest asked for by digest is those bytes, whatever it is labelled."""
    for name in ("other_manifest", "html_labelled", "wrong_bytes", "truncated_unannounced", "empty"):
        LIAR.image = fresh_image()
        key, before = remote(LIAR.url), stored()
        with telling(name):
            judge(get(key, "lies/any", LIAR.image.digest), FAILED, None, before)
        good_again(lambda: get(key, "lies/any", LIAR.image.digest), LIAR.image.manifest)


if TOLD:
    test(lies_about_a_digest)


@test
def revalidation_against_lies():
    """Whatever is told about a tag that is cached, it is served as it is, marked as stale, and stays as it is."""
    for name in TOLD:
        if name in UNSAFE or MANIFESTS.get(name, FAILED) == GOOD:
            continue
        LIAR.image = cached = fresh_image()
        key = remote(LIAR.url)
        assert get(key, "lies/any", "latest").status == 200
        LIAR.image = fresh_image()
        age(key)
        before = stored()
        with telling(name):
            answer = get(key, "lies/any", "latest")
        if name == "missing":
            assert answer.status in (200, 404), (name, answer)
            continue
        assert answer.status == 200 and answer.body == cached.manifest, (name, answer)
        assert answer.headers.get("warning", "").startswith("11"), (name, answer)
        assert stored() == before, name
        forgive(key)
        answer = get(key, "lies/any", "latest")
        assert answer.body == LIAR.image.manifest and "warning" not in answer.headers, (name, answer)


@test
def bytes_behind_an_answer():
    """More bytes than an answer announced, which come behind its end, are not taken for the next answer."""
    found = fresh_image()

    def answer(x):
        x.send(200, [("Content-Type", OCI_MANIFEST)], found.manifest)
        threading.Timer(0.05, x.wfile.write, [b"and more\r\n"]).start()

    with Listener(answer) as upstream:
        key = remote(upstream.url, networks=LOOPBACK)
        for number in range(6):
            assert get(key, "lies/any", f"t{number}").body == found.manifest, number
            time.sleep(0.2)


@test
def tag_lists_that_lie():
    """A list does not lead elsewhere, ends, and holds tags only."""
    LIAR.image = fresh_image()
    for name in ("link_elsewhere", "odd_tags"):
        key = remote(LIAR.url, **SECRET)
        with telling(name):
            assert tags(key, "lies/any").json()["tags"] == ["latest"], name
            assert LIAR.elsewhere.count() == 0 and LIAR.server.count() == 1, name
    key = remote(LIAR.url, metadata_timeout_ms=60000)
    with telling("endless_tags"):
        answer = tags(key, "lies/any", "?n=1000")
        assert answer.status in (200, 502), answer
        assert LIAR.server.count() <= 1000


def late(x):
    """An upstream that is silent for longer than others may be slow."""
    x.wait(lambda: False, 32)
    x.send(404, [], b"{}")


class Silent:
    """A question to it, asked beside the other tests."""

    def __init__(self):
        self._upstream = Listener(late)
        key = remote(self._upstream.url, timeout_ms=60000, metadata_timeout_ms=60000, answer_ms=60000)
        self._answer = ThreadPoolExecutor(1).submit(get, key, "late/any", "latest")

    def end(self):
        answer = self._answer.result()
        self._upstream.stop()
        return answer


class Dripping(threading.Thread):
    """It takes more than a minute, and goes on beside the other tests."""

    def __init__(self):
        super().__init__(daemon=True)
        self.liar, self._result = Liar(), None
        self.liar.image = fresh_image()
        remote(self.liar.url, APART, timeout_ms=5000)
        assert get(APART, "lies/any", "latest").status == 200
        self.liar.lie("drip", on="blob")
        self.start()

    def run(self):
        started = time.monotonic()
        answer = blob(APART, "lies/any", self.liar.image.layer_digest, timeout=150)
        self._result = answer, time.monotonic() - started

    def end(self):
        self.join()
        return self._result


def dripping_blob():
    """A blob that comes at one byte a second is given up, and does not come back to life by itself."""
    liar, (answer, seconds) = DRIPPING.liar, DRIPPING.end()
    try:
        assert answer == CUT or (answer.status == 502 and is_reasoned(answer)), answer
        assert seconds < 120, seconds
        assert 1 <= liar.server.count("GET", "/blobs/") <= 4
        assert count("blob", f"digest = '\\x{liar.image.layer_digest[7:]}'") == 0 and count("blob_fetch", "error IS NULL") == 0
        liar.good()
        forgive(APART)
        good_again(lambda: blob(APART, "lies/any", liar.image.layer_digest), liar.image.layer)
    finally:
        liar.stop()


def silent_upstream():
    """An upstream may be silent for as long as its remote lets it."""
    answer = SILENT.end()
    assert answer.status == 404, answer


if TOLD and not SHORT:
    DRIPPING, SILENT = Dripping(), Silent()
    test(dripping_blob)
    test(silent_upstream)


run()
