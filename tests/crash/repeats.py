"""A push that was cut short by the death of its worker, gone on with by the same client in the same session."""
import pathlib

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, V1Image
from tracing import Strace, check_is_silent, recover, under

EMPTY = {"Content-Length": "0"}
PIECE = 70_000
# Where a worker dies: at the first, second ... call of that name, until a request is over before it. What comes before the first of
# them writes nothing that lasts.
CALLS = ("fdatasync", "renameat", "fsync", "sendto", "recvfrom")
CALLS_MOST = 8


def sealed_file(digest):
    """The blob's file of a session whose row was not written: None if it does not exist."""
    files = list(pathlib.Path(STATE).resolve().rglob(digest[7:] + ".*"))
    rows = sql(f"SELECT file_id FROM registry.blob WHERE digest = '\\x{digest[7:]}'").split()
    return next((file for file in files if file.suffix[1:] not in rows), None)


def pieces(form):
    """What PATCH sends, and then PUT."""
    data = os.urandom(2 * PIECE)
    return {"put": (b"", data), "patch": (data, b""), "both": (data[:PIECE], data[PIECE:])}[form]


def put(where, digest, body):
    return call("PUT", f"{where}?digest={digest}", body=body or None, headers=None if body else EMPTY)


def killed_session(name, form, where_at):
    """A session whose PUT was killed: its URL, digest and pieces; None if there are not so many calls."""
    first, last = pieces(form)
    where, digest = start("repeat/" + form, headers=EMPTY), sha256(first + last)
    if first:
        assert call("PATCH", where, body=first).status == 202
    trace = Strace("-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={where_at}")
    answer = under(trace, put, where, digest, last)
    recover()
    return None if answer is not None and answer.status == 201 else (where, digest, first, last)


def again(how, where, digest, last):
    """The same client goes on in that session: the answers."""
    if how == "status and PATCH":
        return [call("GET", where), call("PATCH", where, body=b"more")]
    return [put(where, digest, last if how == "the same body" else b"")]


def prove(cell, killed, how):
    """Nothing is a 500, a published file is the blob, a committed session is committed again, and the digest is good for every client that pushes it."""
    where, digest, first, last = killed
    path = "/v2/" + where.split("/blobs/")[0].removeprefix("/v2/") + "/blobs/" + digest
    published, over = sealed_file(digest) is not None, call("HEAD", path).status == 200
    if published or over:
        other = put(where, sha256(b"other"), b"other")
        assert other.status == 404 and other.code() == "BLOB_UPLOAD_UNKNOWN", (cell, other)
    answers = again(how, where, digest, last)
    statuses = [answer.status for answer in answers]
    if (published or over) and how == "status and PATCH":
        assert all(answer.code() == "BLOB_UPLOAD_UNKNOWN" for answer in answers), (cell, answers)
    elif published or over or (how == "the same body" and form_is_whole(first, last)):
        assert statuses == [201], (cell, published, answers)
    else:
        assert all(status in (201, 202, 204, 400, 404, 416) for status in statuses), (cell, answers)
    for _ in range(2):
        found = call("GET", path)
        assert found.status == (200 if 201 in statuses or over else 404) and (found.status == 404 or found.body == first + last), (cell, found)
        assert put_blob(path.split("/blobs/")[0].removeprefix("/v2/"), first + last) == digest
        over = True


def form_is_whole(first, last):
    """Does the PUT bring what is needed if its bytes were lost?"""
    return bool(last) or not first


@test
def same_session():
    """A PUT killed at each call, in three forms, and then the same session by the same body, an empty one, by status and PATCH."""
    killed = 0
    for form in ("put", "patch", "both"):
        for name in CALLS:
            for where_at in range(1, CALLS_MOST + 1):
                for how in ("the same body", "an empty body", "status and PATCH"):
                    session = killed_session(name, form, where_at)
                    if session is None:
                        break
                    killed += 1
                    prove((form, name, where_at, how), session, how)
                if session is None:
                    break
    print(f"# {killed} sessions killed")
    assert killed >= 3 * 3 * 7, killed
    check_is_silent()


@test
def v1_layer():
    """A v1 layer killed at each call and sent again is the image's layer."""
    killed, client = 0, Client("repeat/v1")
    for name in CALLS:
        for where_at in range(1, CALLS_MOST + 1):
            image = V1Image(f"{name} {where_at}", layer=os.urandom(PIECE))
            client.begin(image)
            assert client.image("PUT", image, "json", image.json, {"Content-Type": "application/json"}).status == 200
            trace = Strace("-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={where_at}", program="stowage-v1")
            answer = under(trace, client.put_layer, image)
            recover("stowage-v1", "/v1/_ping")
            if answer is not None and answer.status == 200:
                break
            killed += 1
            for answer in (client.put_layer(image), client.put_checksum(image), client.put_tag("latest", image)):
                assert answer.status == 200, (name, where_at, answer)
            assert client.image("GET", image, "layer").body == image.layer, (name, where_at)
    print(f"# {killed} layers killed")
    assert killed >= 7, killed
    check_is_silent()


def lock_table():
    """A psql that holds the table of blobs locked."""
    locker = subprocess.Popen(["bash", "-c", STACK + "stack_sql"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    locker.stdin.write("BEGIN; LOCK TABLE registry.blob; SELECT 'locked';\n")
    locker.stdin.flush()
    assert locker.stdout.readline() == "locked\n"
    return locker


@test
def row_that_cannot_be_written():
    """A PUT with bytes that is 503 because its row cannot be written, then without: 201, and the blob has all its bytes."""
    data, where = os.urandom(PIECE), start("repeat/locked", headers=EMPTY)
    locker = lock_table()
    try:
        answer = put(where, sha256(data), data)
    finally:
        locker.communicate("ROLLBACK;\n")
    assert answer.status == 503 and sealed_file(sha256(data)), answer
    assert put(where, sha256(data), b"").status == 201
    assert call("GET", "/v2/repeat/locked/blobs/" + sha256(data)).body == data


@test
def row_of_a_wrong_size():
    """A row that says another size than its bytes have, or names a file of another, is healed by a push, and not by looks."""
    for damage in ("row", "file"):
        data = os.urandom(PIECE)
        path = "/v2/repeat/size/blobs/" + put_blob("repeat/size", data)
        if damage == "row":
            sql(f"UPDATE registry.blob SET size = 0 WHERE digest = '\\x{sha256(data)[7:]}'")
        else:
            next(pathlib.Path(STATE).resolve().rglob(sha256(data)[7:] + ".*")).write_bytes(data[:-1])
        assert put_blob("repeat/size", data) == sha256(data)
        assert call("GET", path).body == data, damage
    check_is_silent()


run()
