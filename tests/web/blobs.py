"""Blobs: ranges, conditions, exact lengths, X-Sendfile and what it must never show."""
import pathlib
import re
import shutil

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

DATA = bytes(range(256)) * 64
DIGEST = sha256(DATA)
PATH = "/v2/blob/one/blobs/" + put_blob("blob/one", DATA)


def blob_file(digest):
    """The file of a blob."""
    file = sql(f"SELECT file_id FROM registry.blob WHERE encode(digest, 'hex') = '{digest.split(':')[1]}'")
    files = list(pathlib.Path(STATE).resolve().rglob(digest.split(":")[1] + "." + file))
    assert len(files) == 1, files
    return files[0]


@test
def whole():
    """GET gives the bytes with digest, length, type and ETag."""
    answer = call("GET", PATH)
    assert answer.status == 200 and answer.body == DATA, answer
    assert answer.headers["docker-content-digest"] == DIGEST and answer.headers["etag"] == f'"{DIGEST}"', answer
    assert answer.headers["content-length"] == str(len(DATA)) and answer.headers["content-type"] == "application/octet-stream", answer
    assert answer.headers["accept-ranges"] == "bytes" and "immutable" in answer.headers["cache-control"], answer
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers[VERSION], answer


@test
def head_length():
    """HEAD of a blob carries the exact Content-Length and no body."""
    answer = call("HEAD", PATH)
    assert answer.status == 200 and answer.headers["content-length"] == str(len(DATA)) and answer.body == b"", answer


@test
def no_path_leak():
    """No answer shows where the file lies."""
    for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"Range": "bytes=1-2"}), ("GET", {"Range": "bytes=99999999-"}),
                            ("GET", {"If-None-Match": f'"{DIGEST}"'})):
        answer = call(method, PATH, headers=headers)
        assert not [pair for pair in answer.list if "sendfile" in pair[0].lower() or STATE in pair[1]], answer


@test
def ranges():
    """Range: first, last, middle, suffix, past the end."""
    size = len(DATA)
    for value, first, last in (("0-0", 0, 0), ("0-99", 0, 99), (f"{size - 1}-", size - 1, size - 1), ("-10", size - 10, size - 1),
                               ("100-199", 100, 199), (f"{size - 5}-{size + 100}", size - 5, size - 1)):
        answer = call("GET", PATH, headers={"Range": "bytes=" + value})
        assert answer.status == 206 and answer.body == DATA[first:last + 1], (value, answer)
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}", (value, answer)
        assert answer.headers["docker-content-digest"] == DIGEST, answer


@test
def unsatisfiable_range():
    """An unsatisfiable range is 416 with Content-Range and the version header, from the responder."""
    for value in (f"{len(DATA)}-", "99999999-100000000"):
        answer = call("GET", PATH, headers={"Range": "bytes=" + value})
        assert answer.status == 416 and answer.headers["content-range"] == f"bytes */{len(DATA)}", (value, answer)
        assert answer.headers[VERSION] and answer.code() == "RANGE_INVALID", answer


def parts(answer):
    """The parts of a multipart/byteranges answer: (first, last, bytes)."""
    boundary = answer.headers["content-type"].split("boundary=")[1].strip('"').encode()
    pieces = (b"\r\n" + answer.body.lstrip(b"\r\n")).split(b"\r\n--" + boundary)
    assert pieces[0] == b"" and pieces[-1].startswith(b"--"), (len(pieces), pieces[-1])
    for piece in pieces[1:-1]:
        head, _, data = piece.partition(b"\r\n\r\n")
        first, last = re.search(rb"(?i)content-range: bytes (\d+)-(\d+)/%d" % len(DATA), head).groups()
        yield int(first), int(last), data


def many_ranges(count, step=200):
    return "bytes=" + ",".join(f"{n * step}-{n * step + 9}" for n in range(count))


@test
def many_parts():
    """A multi-range request is answered with all its parts or with the whole blob, never with some of the parts."""
    size = len(DATA)
    for value in (many_ranges(2), many_ranges(10), many_ranges(11), many_ranges(40), many_ranges(80),
                  "bytes=" + ",".join(reversed(many_ranges(40)[6:].split(",")))):
        answer = call("GET", PATH, headers={"Range": value})
        assert answer.status == 206 and answer.headers["docker-content-digest"] == DIGEST, (value, answer)
        asked = [tuple(map(int, part.split("-"))) for part in value[6:].split(",")]
        got = list(parts(answer))
        assert [part[:2] for part in got] == asked, (value, got)
        assert all(data == DATA[first:last + 1] for first, last, data in got), value
    for value in ("bytes=" + ",".join(["0-"] * 12), "bytes=" + ",".join(["0-9"] * 11 + ["x"]), many_ranges(300, 20)):
        answer = call("GET", PATH, headers={"Range": value})
        assert answer.status == 200 and answer.body == DATA, (value, answer)
    answer = call("GET", PATH, headers={"Range": many_ranges(40), "If-Range": '"other"'})
    assert answer.status == 200 and answer.body == DATA, answer
    answer = call("GET", PATH, headers={"Range": ",".join(["bytes=0-9"] + [f"{size}-"] * 11)})
    assert answer.status == 206 and answer.body == DATA[:10] and answer.headers["content-range"] == f"bytes 0-9/{size}", answer


@test
def many_parts_of_a_document():
    """A manifest, a list and an error are not cut to the first ten ranges either."""
    push_image("blob/ranges", "1")
    for path in ("/v2/blob/ranges/manifests/1", "/v2/blob/ranges/tags/list", "/v2/_catalog"):
        whole = call("GET", path)
        answer = call("GET", path, headers={"Range": "bytes=" + ",".join(f"{n * 3}-{n * 3}" for n in range(15))})
        assert answer.status == 200 and answer.body == whole.body, (path, answer)


@test
def if_range():
    """If-Range with our ETag gives the part, with another the whole."""
    answer = call("GET", PATH, headers={"Range": "bytes=0-9", "If-Range": f'"{DIGEST}"'})
    assert answer.status == 206 and answer.body == DATA[:10], answer
    answer = call("GET", PATH, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert answer.status == 200 and answer.body == DATA, answer
    answer = call("GET", PATH, headers={"Range": f"bytes={len(DATA)}-", "If-Range": f'"{DIGEST}"'})
    assert answer.status == 416 and answer.headers["content-range"] == f"bytes */{len(DATA)}" and answer.code() == "RANGE_INVALID", answer
    answer = call("GET", PATH, headers={"Range": f"bytes={len(DATA)}-", "If-Range": '"other"'})
    assert answer.status == 200 and answer.body == DATA, answer


@test
def not_modified():
    """If-None-Match of the digest is 304 without a body; of another it is the blob."""
    for value in (f'"{DIGEST}"', f'W/"{DIGEST}"', f'"x", "{DIGEST}"', "*"):
        answer = call("GET", PATH, headers={"If-None-Match": value})
        assert answer.status == 304 and answer.body == b"" and answer.headers["etag"] == f'"{DIGEST}"', (value, answer)
    assert call("GET", PATH, headers={"If-None-Match": '"other"'}).status == 200


@test
def zero_length():
    """GET and HEAD of the empty blob."""
    put_blob("blob/empty", b"")
    path = "/v2/blob/empty/blobs/" + sha256(b"")
    assert call("GET", path).body == b"" and call("GET", path).status == 200
    answer = call("HEAD", path)
    assert answer.status == 200 and answer.headers.get("content-length", "0") == "0", answer


@test
def unknown():
    """An unknown blob, or one of another name, is BLOB_UNKNOWN; so is a malformed digest."""
    for path in ("/v2/blob/one/blobs/" + sha256(b"nowhere"), "/v2/blob/two/blobs/" + DIGEST, "/v2/blob/one/blobs/" + sha512(DATA)):
        answer = call("GET", path)
        assert answer.status == 404 and answer.code() == "BLOB_UNKNOWN", answer
        assert call("HEAD", path).status == 404
    assert call("GET", PATH, host=PROD).status == 404
    for odd in ("sha256:abc", "md5:" + "0" * 32, "x", DIGEST.upper()):
        answer = call("GET", "/v2/blob/one/blobs/" + odd)
        assert answer.status == 404 and answer.code() == "BLOB_UNKNOWN", (odd, answer)


@test
def missing_file():
    """A blob whose file is gone or cut is a JSON error, noticed before X-Sendfile; never an empty 200."""
    digest = put_blob("blob/missing", b"to be lost")
    path, file = "/v2/blob/missing/blobs/" + digest, blob_file(digest)
    moved = str(file) + ".moved"
    shutil.move(file, moved)
    for method in ("GET", "HEAD"):
        answer = call(method, path)
        assert answer.status == 500 and answer.headers[VERSION] and "immutable" not in answer.headers.get("cache-control", ""), answer
    assert call("GET", path).code() == "UNKNOWN"
    pathlib.Path(moved).rename(file)
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    assert call("GET", path).status == 500
    file.write_bytes(content)
    assert call("GET", path).body == b"to be lost"


@test
def pushed_again_after_loss():
    """Bytes whose file is gone or cut are there again once they are pushed again: 201 means so."""
    digest = put_blob("blob/again", b"lost and found")
    path = "/v2/blob/again/blobs/" + digest
    lost = blob_file(digest)
    for damage in (lost.unlink, lambda: lost.write_bytes(b"lost")):
        damage()
        assert call("GET", path).status == 500
        put_blob("blob/other", b"lost and found")
        assert call("GET", path).body == b"lost and found"
        lost = blob_file(digest)
    where = start("blob/again", headers={"Content-Length": "0"})
    assert call("PUT", where + "?digest=" + digest, body=b"lost and found").status == 201
    assert call("GET", path).body == b"lost and found"


@test
def sendfile_is_confined():
    """The web server is told to send files of the blob folder only."""
    blobs = blob_file(put_blob("blob/link", b"confined bytes")).parents[2]
    text = "".join(path.read_text() for path in (pathlib.Path(STATE).resolve() / "etc").glob("*.conf"))
    assert blobs.name == "blobs" and any("blobs" in line and (str(blobs) in line or STATE in line) for line in text.splitlines()), (blobs, text)


@test
def deletion():
    """A deleted blob is gone at once under its name, and stays under others."""
    digest = put_blob("blob/a", b"shared bytes")
    put_blob("blob/b", b"shared bytes")
    assert call("DELETE", "/v2/blob/a/blobs/" + digest).status == 202
    assert call("GET", "/v2/blob/a/blobs/" + digest).status == 404
    assert call("DELETE", "/v2/blob/a/blobs/" + digest).code() == "BLOB_UNKNOWN"
    assert call("GET", "/v2/blob/b/blobs/" + digest).body == b"shared bytes"


@test
def deletion_of_a_used_blob():
    """A blob that a manifest of the name names cannot be deleted: 405 with a sentence."""
    push_image("blob/used", layers=[b"used layer"])
    answer = call("DELETE", "/v2/blob/used/blobs/" + sha256(b"used layer"))
    assert answer.status == 405 and answer.code() == "UNSUPPORTED", answer
    assert call("GET", "/v2/blob/used/blobs/" + sha256(b"used layer")).status == 200


run()
