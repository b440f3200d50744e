"""Uploads that are cut off, and several writers at once."""
import struct
import threading
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


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


run()
