"""Uploads in every form of the specification: POST, PUT, PATCH, chunks, lengths, digests."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def post_put():
    """POST, then one PUT with the bytes; Location is relative."""
    where = start("up/one", headers=EMPTY)
    assert where.startswith("/v2/up/one/blobs/uploads/"), where
    answer = finish(where, b"bytes", b"bytes")
    assert answer.status == 201 and answer.headers["location"] == "/v2/up/one/blobs/" + sha256(b"bytes"), answer
    assert answer.headers["docker-content-digest"] == sha256(b"bytes") and answer.headers[VERSION], answer
    assert call("GET", "/v2/up/one/blobs/" + sha256(b"bytes")).body == b"bytes"


@test
def one_post():
    """A single POST with digest and body stores the blob."""
    assert put_blob("up/two", b"single") == sha256(b"single")
    assert call("GET", "/v2/up/two/blobs/" + sha256(b"single")).body == b"single"


@test
def post_with_digest_but_wrong_bytes():
    """A single POST whose bytes have another digest stores nothing."""
    answer = call("POST", "/v2/up/two/blobs/uploads/?digest=" + sha256(b"expected"), body=b"something else")
    assert answer.status == 400 and answer.code() == "DIGEST_INVALID", answer
    assert call("HEAD", "/v2/up/two/blobs/" + sha256(b"expected")).status == 404
    assert call("HEAD", "/v2/up/two/blobs/" + sha256(b"something else")).status == 404


@test
def patches():
    """Chunks by PATCH with Content-Range, both spellings, the last one with the PUT."""
    data = bytes(range(256)) * 40
    where = start("up/chunks", headers=EMPTY)
    answer = call("PATCH", where, body=data[:4000], headers={"Content-Range": "0-3999", "Content-Type": "application/octet-stream"})
    assert answer.status == 202 and answer.headers["range"] == "0-3999" and answer.headers["docker-upload-uuid"], answer
    answer = call("PATCH", answer.headers["location"], body=data[4000:8000], headers={"Content-Range": "bytes 4000-7999/*"})
    assert answer.status == 202 and answer.headers["range"] == "0-7999", answer
    assert received(where) == 7999
    assert finish(where, data, data[8000:]).status == 201
    assert call("GET", "/v2/up/chunks/blobs/" + sha256(data)).body == data


@test
def out_of_order():
    """A chunk out of order is 416 with the range that is there, and does no harm."""
    where = start("up/order", headers=EMPTY)
    assert call("PATCH", where, body=b"0123456789", headers={"Content-Range": "0-9"}).status == 202
    for wrong in ("20-29", "5-14", "0-9"):
        answer = call("PATCH", where, body=b"x" * 10, headers={"Content-Range": wrong})
        assert answer.status == 416 and answer.headers["range"] == "0-9" and answer.headers["location"], (wrong, answer)
    assert finish(where, b"0123456789").status == 201


@test
def odd_content_range():
    """A Content-Range that is malformed or disagrees with the length is refused."""
    where = start("up/order", headers=EMPTY)
    for wrong in ("a-b", "9-0", "-1-5", "0-", "0-99999999999999999999"):
        assert call("PATCH", where, body=b"0123456789", headers={"Content-Range": wrong}).status == 400, wrong
    assert call("PATCH", where, body=b"0123456789", headers={"Content-Range": "0-4"}).code() == "SIZE_INVALID"
    for wrong in ("0-4", "0-999999"):  # of a body whose length shows at its end only
        for method, path in (("PATCH", where), ("PUT", where + "?digest=" + sha256(b"0123456789" * 20_000))):
            answer = chunked(method, path, b"0123456789" * 20_000, headers={"Content-Range": wrong})
            assert answer.status == 400 and answer.code() == "SIZE_INVALID", (method, wrong, answer)
            assert received(where) == 0
    answer = chunked("PATCH", where, b"0123456789" * 20_000, headers={"Content-Range": "0-199999"})
    assert answer.status == 202 and answer.headers["range"] == "0-199999", answer
    assert call("DELETE", where).status == 204


@test
def chunked_patch_64k():
    """A chunked PATCH without Content-Length, over 64 KiB, as docker and skopeo send it."""
    data = bytes(i * 7 % 251 for i in range(100_000))
    where = start("up/stream", headers=EMPTY)
    answer = chunked("PATCH", where, data)
    assert answer.status == 202 and answer.headers["range"] == "0-99999", answer
    assert finish(where, data).status == 201
    assert call("GET", "/v2/up/stream/blobs/" + sha256(data)).body == data


@test
def chunked_patch_16m():
    """The same over 16 MiB."""
    data = os.urandom(1 << 20) * 17
    where = start("up/stream", headers=EMPTY)
    assert chunked("PATCH", where, data).status == 202
    assert finish(where, data).status == 201


@test
def chunked_patch_2g():
    """The same over 2 GiB, received and hashed to the end."""
    piece, count = bytes(1 << 20), 2049
    digest = hashlib.sha256()
    where = start("up/huge", headers=EMPTY)
    link = open_socket(timeout=300)
    link.sendall(head("PATCH", where, {"Transfer-Encoding": "chunked"}))
    for _ in range(count):
        link.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
        digest.update(piece)
    link.sendall(b"0\r\n\r\n")
    answer = link.recv(65536)
    link.close()
    assert b" 202 " in answer.split(b"\r\n")[0], answer
    answer = call("PUT", f"{where}?digest=sha256:{digest.hexdigest()}", headers=EMPTY, timeout=300)
    assert answer.status == 201, answer
    answer = call("HEAD", f"/v2/up/huge/blobs/sha256:{digest.hexdigest()}")
    assert answer.headers["content-length"] == str(len(piece) * count), answer
    assert call("DELETE", f"/v2/up/huge/blobs/sha256:{digest.hexdigest()}").status == 202


@test
def chunked_post_and_put():
    """A chunked body is taken by POST and PUT as well."""
    data = b"z" * 70_000
    answer = chunked("POST", "/v2/up/cp/blobs/uploads/?digest=" + sha256(data), data)
    assert answer.status == 201, answer
    where = start("up/cp", headers=EMPTY)
    assert chunked("PUT", where + "?digest=" + sha256(data), data).status == 201


@test
def http2_without_length():
    """Over HTTP/2 a PATCH without any length arrives whole."""
    if SCHEME != "https":
        return
    data = b"2" * 300_000
    where = start("up/h2", headers=EMPTY)
    done = subprocess.run(["curl", "-sS", "--http2", "--cacert", os.environ["STACK_CA"], "-u", "admin:password", "-X", "PATCH", "-T", "-",
                           "-w", "%{http_version} %{http_code}", "-o", "/dev/null", f"https://{DEV}{where}"], input=data, capture_output=True, check=False)
    assert done.stdout == b"2 202", done
    assert finish(where, data).status == 201


@test
def expect_continue():
    """Expect: 100-continue is answered, and the body taken."""
    where = start("up/expect", headers=EMPTY)
    link = open_socket()
    link.sendall(head("PATCH", where, {"Content-Length": "5", "Expect": "100-continue"}))
    assert link.recv(1024).startswith(b"HTTP/1.1 100")
    link.sendall(b"bytes")
    assert b" 202 " in link.recv(4096)
    link.close()
    assert finish(where, b"bytes").status == 201


@test
def wrong_digest():
    """PUT with a digest that is not the bytes' is DIGEST_INVALID, and nothing is stored."""
    where = start("up/wrong", headers=EMPTY)
    assert call("PATCH", where, body=b"these bytes").status == 202
    answer = call("PUT", where + "?digest=" + sha256(b"those"), headers=EMPTY)
    assert answer.status == 400 and answer.code() == "DIGEST_INVALID", answer
    assert call("HEAD", "/v2/up/wrong/blobs/" + sha256(b"these bytes")).status == 404


@test
def malformed_digest():
    """A malformed or missing digest on PUT is DIGEST_INVALID."""
    where = start("up/wrong", headers=EMPTY)
    for text in ("", "sha256:xyz", "md5:" + "0" * 32, "sha256:" + "A" * 64, "sha256:" + "0" * 63, "sha256:../../" + "0" * 58, "tarsum.v1+sha256:" + "0" * 64):
        answer = call("PUT", f"{where}?digest={text}", headers=EMPTY)
        assert answer.status == 400 and answer.code() == "DIGEST_INVALID", (text, answer)
    assert call("PUT", where, headers=EMPTY).code() == "DIGEST_INVALID"


@test
def sha512_blob():
    """A blob by sha512, with and without the hint at the start."""
    for hint in ("", "?digest-algorithm=sha512"):
        data = b"five hundred and twelve" + hint.encode()
        where = call("POST", "/v2/up/512/blobs/uploads/" + hint, headers=EMPTY).headers["location"]
        assert call("PATCH", where, body=data).status == 202
        answer = call("PUT", where + "?digest=" + sha512(data), headers=EMPTY)
        assert answer.status == 201 and answer.headers["docker-content-digest"] == sha512(data), answer
        assert call("GET", "/v2/up/512/blobs/" + sha512(data)).body == data


@test
def empty_blob():
    """The blob of no bytes."""
    where = start("up/empty", headers=EMPTY)
    assert finish(where, b"").status == 201
    answer = call("GET", "/v2/up/empty/blobs/" + sha256(b""))
    assert answer.status == 200 and answer.body == b"", answer


@test
def absolute_location_for_old_docker():
    """docker 1.5 to 1.7 get an absolute Location, nobody else does."""
    for agent, absolute in (("docker/1.5.0 go/go1.4", True), ("docker/1.6.2 go/go1.4", True), ("docker/1.7.1", True), ("docker/1.8.3", False),
                            ("docker/1.12.6 go/go1.6", False), ("docker/1.50", False), ("docker/20.10.24", False), ("skopeo/1.9", False)):
        where = start("up/agent", headers={**EMPTY, "User-Agent": agent})
        assert where.startswith(f"{SCHEME}://{DEV}/v2/up/agent/") == absolute and where.startswith("/") != absolute, (agent, where)


@test
def bare_post():
    """A POST without Content-Length: 202, or lighttpd's own 411."""
    status = raw_status(head("POST", "/v2/up/bare/blobs/uploads/"))
    assert status == (411 if SERVER == "lighttpd" else 202), status


run()
