"""Range lines, plain and odd: the answer, of the web server or the responder, is all that is asked for, the whole, or our 416."""
import random
import re

from docker_v1 import Client, V1Image
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

DATA = bytes(range(256)) * 4
SIZE = len(DATA)
HUGE = "99999999999999999999"
LINES = [
    "bytes=0-0", "bytes=5-", "bytes=-5", f"bytes=0-{SIZE}", f"bytes=-{SIZE + 1}", "BYTES=1-2", "bytes= 1-2", "bytes=1-2 ", "bytes=01-0002",
    f"bytes=0-{HUGE}", f"bytes=-{HUGE}", f"bytes={HUGE}-", f"bytes={HUGE}-{HUGE}", "bytes=0-9223372036854775807", "bytes=-9223372036854775807",
    "bytes=0-9223372036854775808", "bytes=9223372036854775807-", "bytes=-9223372036854775808", "bytes=0-18446744073709551616", "bytes=0-4294967296",
    "bytes=0-1;3", "bytes=0-1x", "bytes=0x1-2", "bytes=+0-1", "bytes=0--1", "bytes=--1", "bytes=-", "bytes=", "bytes", "bytes=x", "bytes 0-1",
    "bytes=0 -1", "bytes=0- 1", "bytes=1", "bytes=1-2-3", "bytes=0-1 2-3", "bytes==0-1", "lines=0-1", "items=0-", "0-1", "-1", "none",
    "bytes=-0", "bytes=5-2", f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", f"bytes=-0,{SIZE}-",
    "bytes=0-1,5-2", "bytes=5-2,0-1", "bytes=0-1,x", "bytes=x,0-1", "bytes=0-1,", "bytes=,0-1", "bytes=0-1,,4-5", f"bytes=0-1,{SIZE}-",
    "bytes=0-1,4-5", "bytes=4-5,0-1", "bytes=0-1 , 4-5", "bytes=0-1\t,\t4-5", "bytes=0-1,2-3", "bytes=0-1,1-2", "bytes=0-,0-", f"bytes=0-9,-{HUGE}",
    "bytes=0-1, bytes=4-5", f"bytes=0-1,4-{HUGE}", "bytes=0-1;4-5", "bytes=0-1,-2", "bytes=\u0660-1".encode().decode("latin-1"),
]


def number(text):
    """A position as the registry counts it."""
    return min(int(text), 2**63 - 1)


def expected(line, size):
    """Status and parts of the answer to a Range line, as RFC 9110 (14.2) wants or allows them."""
    found, left = [], size
    for part in line[6:].split(",") if line[:6].lower() == "bytes=" else ["x"]:
        match = re.fullmatch(r"([0-9]*)-([0-9]*)", part.strip(" \t"))
        if not match or match[0] == "-":
            return 200, [(0, size - 1)]
        first, last = (number(match[1]), number(match[2] or HUGE)) if match[1] else (max(0, size - number(match[2])), size - 1)
        if match[0].strip("0") == "-" and not match[1] or first > last or first >= size:
            continue
        found.append((first, min(last, size - 1)))
        left -= found[-1][1] - first + 1
    if len(found) > 1 and left < 0:
        return 200, [(0, size - 1)]
    return (206 if found else 416), found


def parts(answer, size):
    """The parts of a 200 or 206: (first, last), bytes."""
    if answer.status == 200:
        return [((0, size - 1), answer.body)]
    kind = answer.headers["content-type"]
    if not kind.startswith("multipart/byteranges"):
        return [(positions("content-range: " + answer.headers["content-range"], size), answer.body)]
    boundary = kind.split("boundary=")[1].strip('"').encode()
    pieces = (b"\r\n" + answer.body.lstrip(b"\r\n")).split(b"\r\n--" + boundary)
    assert pieces[0] == b"" and pieces[-1].startswith(b"--"), answer
    heads = (piece.partition(b"\r\n\r\n") for piece in pieces[1:-1])
    return [(positions(head.decode(), size), data) for head, _, data in heads]


def positions(text, size):
    return tuple(map(int, re.search(rf"(?i)content-range: bytes (\d+)-(\d+)/{size}", text).groups()))


def judge(path, data, line, answer, document=False):
    """None, or what is wrong with the answer to a Range line; a document has no ranges."""
    status, asked = expected(line, len(data))
    if document:
        status, asked = 200, [(0, len(data) - 1)]
    if answer.status != status:
        return f"{path} {line}: {answer.status}, not {status}: {answer}"
    if answer.headers["x-content-type-options"] != "nosniff" or "content-security-policy" not in answer.headers:
        return f"{path} {line}: unprotected: {answer}"
    if path.startswith("/v2/") and VERSION not in answer.headers:
        return f"{path} {line}: without the version header: {answer}"
    if status == 416:
        good = answer.headers["content-range"] == f"bytes */{len(data)}" and answer.headers["content-type"] == "application/json" and answer.json()
        return None if good else f"{path} {line}: {answer}"
    wanted = [(part, data[part[0]:part[1] + 1]) for part in asked]
    got = parts(answer, len(data))
    return None if got == wanted else f"{path} {line}: {got} not {wanted}"


def judge_all(path, data, lines, auth=ADMIN, headers=None, document=False):
    faults = []
    for line in lines:
        answer = call("GET", path, auth=auth, headers={"Range": line, **(headers or {})})
        try:
            fault = judge(path, data, line, answer, document)
        except (KeyError, ValueError, AttributeError, AssertionError) as error:
            fault = f"{path} {line}: {error!r}: {answer}"
        faults += [fault] if fault else []
    assert not faults, "\n".join(faults)


def blob(data=DATA):
    return "/v2/ranges/one/blobs/" + put_blob("ranges/one", data)


@test
def odd_ranges_of_a_blob():
    """Odd Range lines for a blob are answered with the whole, the right part, or 416 of the registry."""
    judge_all(blob(), DATA, LINES)


@test
def random_ranges():
    """Random Range lines are answered as RFC 9110 reads them."""
    chance = random.Random(9110)
    tokens = ["0", "1", "7", "42", str(SIZE - 1), str(SIZE), HUGE, "-", "-", "-", ",", " ", "\t", ";", "x", "+", "="]
    lines = ["bytes=" + "".join(chance.choices(tokens, k=chance.randint(1, 7))).strip() for _ in range(150)]
    lines += ["bytes=" + ",".join(chance.choice(["{0}-{1}", "{0}-", "-{0}"]).format(chance.randint(0, SIZE + 9), chance.randint(0, SIZE + 9))
                                  for _ in range(chance.randint(1, 4))) for _ in range(150)]
    judge_all(blob(), DATA, lines)


@test
def odd_ranges_of_a_small_blob():
    """The same of a blob of one byte, and of the empty one."""
    for data in (b"x", b""):
        judge_all(blob(data), data, LINES)


@test
def odd_ranges_of_a_v1_layer():
    """The same of what v1 images consist of."""
    image = V1Image("ranges")
    Client("ranges/v1").push("1", image)
    client = Client("ranges/v1")
    client.begin()
    for what, document in (("layer", False), ("json", True), ("ancestry", True)):
        path = f"/v1/images/{image.id}/{what}"
        judge_all(path, call("GET", path).body, LINES, document=document)


@test
def range_of_a_head():
    """HEAD has no ranges (RFC 9110, 14.2): status and length are those of the whole."""
    path = blob()
    for line in LINES:
        answer = call("HEAD", path, headers={"Range": line})
        assert answer.status == 200 and answer.headers["content-length"] == str(SIZE) and "content-range" not in answer.headers, (line, answer)


@test
def if_range_and_odd_ranges():
    """With If-Range of this content odd ranges are answered as without; with any other the answer is the whole."""
    path = blob()
    judge_all(path, DATA, LINES, headers={"If-Range": f'"{sha256(DATA)}"'})
    for other in ('"other"', f'W/"{sha256(DATA)}"', "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT", "x"):
        judge_all(path, DATA, LINES[:30], headers={"If-Range": other}, document=True)


@test
def odd_ranges_of_documents():
    """A manifest, a list and a ping have no ranges: they are whole to any Range line."""
    push_image("ranges/image", "1")
    for path in ("/v2/ranges/image/manifests/1", "/v2/ranges/image/tags/list", "/v2/", "/v1/_ping", "/artifactory/api/repositories"):
        judge_all(path, call("GET", path).body, LINES, document=True)


run()
