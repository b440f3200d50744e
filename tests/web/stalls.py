"""An account with a right to one name that begins to send and stops: it holds up nobody else, and is told to wait."""
import contextlib
import pathlib

from crowd import PULL_SECONDS, crowd, pulls
from docker_v1 import Client, V1Image
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

BEGUN = b" " * 17_000  # Apache calls the responder after 16 KiB
JSON = "application/json"
STREAMS = SERVER == "apache"  # lighttpd has the whole body before it asks


@contextlib.contextmanager
def small_pools():
    """Each of two workers has four threads for uploads, and at most eight and two that wait for bodies."""
    files = [pathlib.Path(STATE, "etc", f"stowage-{name}.conf") for name in ("v1", "v2")]
    before = [file.read_text() for file in files]
    try:
        for file, text in zip(files, before):
            file.write_text(f"{text}\n[http]\nupload_threads = 4\nbody_threads = 8\n")
            renew(file.stem)
        yield
    finally:
        for file, text in zip(files, before):
            file.write_text(text)
            renew(file.stem)


def stall(method, path, auth, kind=JSON, authorization=None):
    """A request that stops within its body."""
    link = open_socket(timeout=20)
    headers = {"Content-Length": "900000", "Content-Type": kind, **({"Authorization": authorization} if authorization else {})}
    link.sendall(head(method, path, headers, auth=None if authorization else auth) + BEGUN)
    return link


def v1_client(name, auth):
    """One that has begun a push, with its token."""
    client = Client(name, auth)
    answer = client.begin()
    assert answer.status == 200, answer
    return client


def answers_of(links):
    """What has been answered. Apache reads one record of an answer each time that the client has sent something."""
    for _ in range(8):
        for link in links:
            with contextlib.suppress(OSError):
                link.sendall(b" ")
        time.sleep(0.1)
    return [answer for answer in map(answer_of, links) if answer]


def answer_of(link):
    link.settimeout(0.3)
    answer = b""
    with contextlib.suppress(OSError):
        while piece := link.recv(65536):
            answer += piece
    return answer


@test
def stalled_documents():
    """Pulls and pushes over v2 and v1 go on while one account has more documents under way than the responders have threads."""
    thief, guest = add_user("stalls-documents", "read,write", include="stalls/one"), add_user("stalls-reader", "read", include="stalls/**")
    push_image("stalls/pulled")
    old = v1_client("stalls/one", thief)
    # Smaller documents, as a tag and an order to promote are, Apache has read when it asks.
    kinds = (("PUT", "/v2/stalls/one/manifests/x", thief, OCI_MANIFEST), ("PUT", f"/v1/images/{'0' * 64}/json", None, JSON, "Token " + old.token))
    size = len(kinds) * (2 * max(8, 4 * os.cpu_count()) + 8)  # of two workers
    with crowd(size, lambda number: stall(*kinds[number % len(kinds)])):
        took = pulls("stalls/pulled", 2, guest)
        answer = call("GET", "/v1/repositories/stalls/pulled/tags", auth=guest, timeout=PULL_SECONDS)
        assert answer.status == 200, answer
        answer = put_manifest("stalls/pulled", "other", image(), timeout=PULL_SECONDS)
        assert answer.status == 201, answer
    print(f"# {size} documents stalled: {len(took)} pulls, slowest {max(took):.2f} s")


def upload_beside(name, auth):
    """Another account's uploads and manifests while bodies stall; over v2 and v1."""
    data = os.urandom(300_000)
    where = start(name, headers={"Content-Length": "0"}, auth=auth, timeout=PULL_SECONDS)
    answer = chunked("PATCH", where, data, auth=auth, timeout=PULL_SECONDS)
    assert answer.status == 202, answer
    answer = call("PUT", f"{where}?digest={sha256(data)}", headers={"Content-Length": "0"}, auth=auth, timeout=PULL_SECONDS)
    assert answer.status == 201, answer
    put_blob(name, b"{}", auth=auth)
    answer = put_manifest(name, "x", image((data,), annotations={"large": "x" * 100_000}), auth=auth, timeout=PULL_SECONDS)
    assert answer.status == 201, answer


@test
def stalled_uploads():
    """One account stalls more uploads than there are threads for them: others upload, it gets 429, and may go on once it has ended them."""
    thief, other = (add_user(name, "read,write", include=include) for name, include in (("stalls-uploads", "stalls/mine"), ("stalls-other", "stalls/other")))
    old = v1_client("stalls/mine", thief)
    digest = sha256(b"never complete")

    def make(number):
        if number % 4 == 0:
            return stall("PATCH", start("stalls/mine", headers={"Content-Length": "0"}, auth=thief), thief)
        if number % 4 == 1:
            image = V1Image(f"stalls {number}")
            answer = old.image("PUT", image, "json", image.json, {"Content-Type": JSON})
            assert answer.status == 200, answer
            return stall("PUT", f"/v1/images/{image.id}/layer", None, JSON, "Token " + old.token)
        return stall(*(("POST", "/v2/stalls/mine/blobs/uploads/?digest=" + digest, thief),
                       ("PUT", "/v2/stalls/mine/manifests/x", thief, OCI_MANIFEST))[number % 4 - 2])

    with small_pools():
        with crowd(60, make) as links:
            upload_beside("stalls/other", other)
            answers = answers_of(links)
        heads = [answer.partition(b"\r\n\r\n")[0].lower() for answer in answers]
        assert all(b" 429 " in text.split(b"\r\n")[0] and b"\r\nretry-after: 2" in text for text in heads), answers
        # Of eight places for uploads one account gets four, in each of two workers of two responders; of two for documents, one.
        assert len(answers) >= (60 - 2 * (4 + 4 + 1) if STREAMS else 0), len(answers)
        assert not STREAMS or {b"TOOMANYREQUESTS" in answer for answer in answers} == {True, False}, answers
        eventually(lambda: call("POST", f"/v2/stalls/mine/blobs/uploads/?digest={sha256(BEGUN)}", body=BEGUN, auth=thief).status == 201)
    print(f"# 60 uploads stalled: {len(answers)} refused")


run()
