"""Uploads: every form of the specification, resumption, cut bodies, other people's sessions."""
import pathlib
import ssl
import struct
import threading
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

EMPTY = {"Content-Length": "0"}


def received(location):
    answer = call("GET", location)
    assert answer.status == 204, answer
    first, last = answer.headers["range"].split("-")
    assert first == "0"
    return int(last)


def finish(location, data, body=b""):
    digest = sha256(data)
    return call("PUT", location + ("&" if "?" in location else "?") + "digest=" + digest, body=body)


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
def cancelled():
    """A cancelled upload is gone: status, PATCH and PUT are 404."""
    where = start("up/cancel", headers=EMPTY)
    assert call("DELETE", where).status == 204
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        answer = call(method, where + ("?digest=" + sha256(b"") if method == "PUT" else ""), body=None if method == "GET" else b"x")
        assert answer.status == 404 and answer.code() == "BLOB_UPLOAD_UNKNOWN", (method, answer)


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
def foreign_sessions():
    """An upload URL is good for its owner, its name and its repository only."""
    other = add_user("intruder", "read,write,delete")
    where = start("up/mine", headers=EMPTY)
    uuid = where.rsplit("/", 1)[1]
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        query = "?digest=" + sha256(b"x") if method == "PUT" else ""
        body = None if method == "GET" else b"x"
        assert call(method, where + query, body=body, auth=other).code() == "BLOB_UPLOAD_UNKNOWN", method
        assert call(method, f"/v2/up/other/blobs/uploads/{uuid}{query}", body=body).code() == "BLOB_UPLOAD_UNKNOWN", method
        assert call(method, where + query, body=body, host=PROD).code() == "BLOB_UPLOAD_UNKNOWN", method
    for odd in ("nonsense", "00000000-0000-0000-0000-000000000000", uuid.upper() + "0", "%27"):
        assert call("GET", "/v2/up/mine/blobs/uploads/" + odd).status == 404, odd
    assert received(where) == 0
    assert finish(where, b"ok", b"ok").status == 201


def blobs_of(digest):
    """Rows and files of a digest."""
    return sql(f"SELECT count(*) FROM registry.blob WHERE digest = '\\x{digest[7:]}'"), len(list(pathlib.Path(STATE).resolve().rglob(digest[7:] + ".*")))


@test
def repeated_put():
    """A PUT whose 201 the client did not read: repeated with its body or an empty one it is 201 again; the session accepts nothing else."""
    other = add_user("repeater", "read,write,delete")
    data = os.urandom(100)
    for first, last in ((b"", data), (data[1:], b""), (data[2:50], data[50:])):
        where, data = start("up/repeat", headers=EMPTY), first + last
        assert not first or call("PATCH", where, body=first).status == 202
        last_range = {"Content-Range": f"{len(first)}-{len(data) - 1}"} if last else {}
        answers = [call("PUT", f"{where}?digest={sha256(data)}", body=body, headers=headers)
                   for body, headers in ((last, last_range), (last, last_range), (b"", EMPTY), (last, {}))]
        for answer in answers:
            assert answer.status == 201 and answer.headers["location"] == "/v2/up/repeat/blobs/" + sha256(data), answers
            assert answer.headers["docker-content-digest"] == sha256(data), answers
        put = f"{where}?digest={sha256(data)}"
        for answer in (finish(where, b"other", b"other"), call("PATCH", where, body=b"more"), call("GET", where), call("DELETE", where),
                       call("PUT", put, body=last, auth=other), call("PUT", put.replace("up/repeat", "up/other"), body=last), call("PUT", put, body=last, host=PROD)):
            assert answer.status == 404 and answer.code() == "BLOB_UPLOAD_UNKNOWN", answer
        assert blobs_of(sha256(data)) == ("1", 1) and sql("SELECT count(*) FROM registry.upload u JOIN registry.image i ON i.id = image_id WHERE path = 'up/repeat'") == "0"
        assert call("GET", "/v2/up/repeat/blobs/" + sha256(data)).body == data
        assert call("DELETE", "/v2/up/repeat/blobs/" + sha256(data)).status == 202
        assert call("PUT", put, body=last).code() == "BLOB_UPLOAD_UNKNOWN"


@test
def repeated_put_a_day_later():
    """Housekeeping forgets a committed session after a day."""
    where = start("up/repeat", headers=EMPTY)
    assert finish(where, b"old", b"old").status == 201
    stack("stack_keep")
    assert finish(where, b"old").status == 201
    sql("UPDATE registry.upload_done SET expires_at = expires_at - interval '24 hours'")
    stack("stack_keep")
    answer = finish(where, b"old", b"old")
    assert answer.status == 404 and answer.code() == "BLOB_UPLOAD_UNKNOWN", answer
    assert sql("SELECT count(*) FROM registry.upload_done") == "0"


@test
def mount():
    """A blob readable elsewhere at the same vhost is mounted: 201 and nothing sent."""
    digest = put_blob("mount/from", b"mounted bytes")
    answer = call("POST", f"/v2/mount/to/blobs/uploads/?mount={digest}&from=mount/from", headers=EMPTY)
    assert answer.status == 201 and answer.headers["location"] == "/v2/mount/to/blobs/" + digest, answer
    assert call("GET", "/v2/mount/to/blobs/" + digest).body == b"mounted bytes"


@test
def mount_with_narrow_token():
    """A token without the source's scope is challenged for both, and works then."""
    digest = put_blob("mount/from", b"mounted by token")
    path = f"/v2/mount/to/blobs/uploads/?mount={digest}&from=mount/from"
    answer = call("POST", path, headers=EMPTY, auth=token("repository:mount/to:pull,push"))
    assert answer.status == 401 and "repository:mount/to:pull,push repository:mount/from:pull" in answer.headers["www-authenticate"], answer
    assert call("POST", path, headers=EMPTY, auth=token("repository:mount/to:pull,push repository:mount/from:pull")).status == 201


@test
def mount_that_cannot():
    """A mount of an unknown blob, from an unknown name, from another vhost or from what may not be read begins an upload, all alike."""
    digest = put_blob("secret/from", b"secret bytes")
    user = add_user("mounter", "read,write", "docker-dev-local2", "mount/**")
    elsewhere = put_blob("elsewhere", b"at dev")
    answers = [call("POST", f"/v2/mount/to/blobs/uploads/?mount={wanted}&from={source}", headers=EMPTY, auth=auth) for wanted, source, auth in (
        (sha256(b"nowhere"), "mount/from", ADMIN), (digest, "no/such", ADMIN), (digest, "secret/from", user),
        (digest, "no/such", user), (digest, "BAD", ADMIN))]
    answers.append(call("POST", f"/v2/mount/to/blobs/uploads/?mount={elsewhere}&from=elsewhere", headers=EMPTY, host=PROD))
    assert all(answer.status == 202 and answer.headers["location"] for answer in answers), answers
    for auth in (user, token("repository:mount/to:pull,push repository:secret/from:pull", auth=user)):
        assert call("POST", f"/v2/mount/to/blobs/uploads/?mount={digest}&from=secret/from", headers=EMPTY, auth=auth).status == 202


@test
def absolute_location_for_old_docker():
    """docker 1.5 to 1.7 get an absolute Location, nobody else does."""
    for agent, absolute in (("docker/1.5.0 go/go1.4", True), ("docker/1.6.2 go/go1.4", True), ("docker/1.7.1", True), ("docker/1.8.3", False),
                            ("docker/1.12.6 go/go1.6", False), ("docker/1.50", False), ("docker/20.10.24", False), ("skopeo/1.9", False)):
        where = start("up/agent", headers={**EMPTY, "User-Agent": agent})
        assert where.startswith(f"{SCHEME}://{DEV}/v2/up/agent/") == absolute and where.startswith("/") != absolute, (agent, where)


def resume(where, data, most):
    have = received(where)
    have = have + 1 if have > 0 else 0
    assert have <= most, have
    answer = call("PATCH", where, body=data[have:], headers={"Content-Range": f"{have}-{len(data) - 1}"})
    assert answer.status in (202, 409, 416), (have, answer)
    return answer.status == 202


def cut_body(how):
    """A PATCH that ends early; the session afterwards is consistent and can go on."""
    data = os.urandom(400_000)
    for headers, sent in (({"Content-Length": str(len(data))}, data[:300_000]),
                          ({"Transfer-Encoding": "chunked"}, b"%x\r\n" % len(data) + data[:300_000])):
        where = start("up/cut", headers=EMPTY)
        link = open_socket()
        link.sendall(head("PATCH", where, headers))
        link.sendall(sent)
        time.sleep(0.2)
        how(link)
        # The server may be a moment behind: it is refused then, and asked again.
        eventually(lambda: resume(where, data, 300_000))
        assert finish(where, data).status == 201


@test
def cut_by_close():
    """A client that closes in the middle of a body: no success, the offset holds, resuming works."""
    cut_body(lambda link: link.close())


@test
def cut_by_half_close():
    """The same by half-close."""
    def how(link):
        try:
            link.shutdown(socket.SHUT_WR)
            link.settimeout(2)
            assert b" 202 " not in link.recv(4096)
        except (OSError, ssl.SSLError):
            pass
        link.close()
    cut_body(how)


@test
def cut_by_reset():
    """The same by RST."""
    def how(link):
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()
    cut_body(how)


@test
def cut_put_stores_nothing():
    """A final PUT that ends early stores nothing; it can be sent again."""
    data = os.urandom(200_000)
    where = start("up/cutput", headers=EMPTY)
    link = open_socket()
    link.sendall(head("PUT", where + "?digest=" + sha256(data), {"Content-Length": str(len(data))}) + data[:150_000])
    time.sleep(0.2)
    link.close()
    time.sleep(0.5)
    assert call("HEAD", "/v2/up/cutput/blobs/" + sha256(data)).status == 404
    eventually(lambda: finish(where, data, data).status == 201)


@test
def two_writers():
    """Two writers of one session: one wins, the other is told, the bytes are one's alone."""
    bodies = [bytes([65 + i]) * 3_000_000 for i in range(2)]
    where = start("up/race", headers=EMPTY)
    answers = [None, None]

    def write(i):
        answers[i] = chunked("PATCH", where, bodies[i])
    threads = [threading.Thread(target=write, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = sorted(answer.status for answer in answers)
    assert states in ([202, 202], [202, 409]), answers
    if states == [202, 409]:
        winner = bodies[[answer.status for answer in answers].index(202)]
        assert finish(where, winner).status == 201


@test
def same_blob_twice():
    """The same bytes pushed at once by many: all succeed, one file is kept, and the others are queued for removal."""
    data = os.urandom(500_000)
    answers = []
    threads = [threading.Thread(target=lambda i=i: answers.append(put_blob(f"up/same{i % 3}", data))) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert sql(f"SELECT count(*) FROM registry.blob WHERE encode(digest, 'hex') = '{sha256(data)[7:]}'") == "1"
    found = subprocess.run(["find", STATE + "/", "-name", sha256(data)[7:] + ".*"], capture_output=True, text=True, check=True).stdout.split()
    queued = int(sql(f"SELECT count(*) FROM registry.gc_unlink WHERE encode(digest, 'hex') = '{sha256(data)[7:]}'"))
    assert len(found) == 1 + queued, (found, queued)
    assert sql(f"SELECT count(*) FROM registry.blob JOIN registry.gc_unlink USING (file_id) WHERE encode(blob.digest, 'hex') = '{sha256(data)[7:]}'") == "0"


@test
def unauthorised_body_is_not_kept():
    """A PATCH of 20 MB by nobody is 401 with a challenge, and leaves no file."""
    answer = chunked("PATCH", "/v2/up/x/blobs/uploads/00000000-0000-0000-0000-000000000000", b"x" * 20_000_000, auth=None)
    assert answer.status == 401 and "www-authenticate" in answer.headers, answer


@test
def read_only_account():
    """An account that may only read is DENIED with a sentence when it pushes."""
    user = add_user("reader", "read")
    answer = call("POST", "/v2/up/denied/blobs/uploads/", auth=user, headers=EMPTY)
    assert answer.status == 403 and answer.code() == "DENIED", answer


@test
def bare_post():
    """A POST without Content-Length: 202, or lighttpd's own 411."""
    status = raw_status(head("POST", "/v2/up/bare/blobs/uploads/"))
    assert status == (411 if SERVER == "lighttpd" else 202), status


run()
