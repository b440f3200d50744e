"""Front ends set up otherwise: without X-Sendfile, with it half configured, with kept connections, with limits."""
import pathlib
import re
import ssl
import threading

from fronts import front
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

FOLDER = pathlib.Path(STATE).resolve()


def streaming(text):
    """No X-Sendfile: the responder sends the bytes itself."""
    text = text.replace(', "STOWAGE_SENDFILE" => "X-Sendfile"', "")
    return re.sub(r"^\s*SetEnv STOWAGE_SENDFILE .*$", "", text, flags=re.M)


@test
def streamed():
    """Without X-Sendfile a blob is streamed: whole, by range, HEAD with the exact length, 416."""
    data = os.urandom(3_000_000)
    path = "/v2/front/stream/blobs/" + put_blob("front/stream", data)
    with front(streaming) as host:
        answer = call("GET", path, host=host)
        assert answer.status == 200 and answer.body == data and answer.headers["content-length"] == str(len(data)), answer.headers
        answer = call("GET", path, headers={"Range": "bytes=1000-1999"}, host=host)
        assert answer.status == 206 and answer.body == data[1000:2000] and answer.headers["content-range"] == f"bytes 1000-1999/{len(data)}", answer.headers
        answer = call("HEAD", path, host=host)
        assert answer.status == 200 and answer.headers["content-length"] == str(len(data)) and answer.body == b"", answer
        assert call("GET", path, headers={"Range": f"bytes={len(data)}-"}, host=host).status == 416


@test
def streamed_file_cut():
    """A file that ends while it is streamed breaks the connection: the client neither hangs nor takes it for whole."""
    data = os.urandom(1 << 20) * 64
    digest = put_blob("front/cut", data)
    file = next(FOLDER.rglob(digest[7:] + ".*"))
    with front(streaming) as host:
        link = open_socket(host, timeout=40)
        link.sendall(head("GET", "/v2/front/cut/blobs/" + digest, host=host))
        got = len(link.recv(100_000))
        os.truncate(file, 1 << 20)
        try:
            while piece := link.recv(1 << 20):
                got += len(piece)
        except (ConnectionError, ssl.SSLError):
            pass
        link.close()
    assert got < len(data), got
    file.write_bytes(data)
    assert call("GET", "/v2/front/cut/blobs/" + digest).body == data


@test
def sendfile_not_acted_on():
    """A front end that does not act on X-Sendfile is caught: the blob is not what HEAD and digest say."""
    digest = put_blob("front/inert", b"never sent")

    def inert(text):
        text = text.replace('"x-sendfile" => "enable"', '"x-sendfile" => "disable"')
        return re.sub(r"^\s*XSendFile On", "XSendFile Off", text, flags=re.M)
    with front(inert) as host:
        answer = call("GET", "/v2/front/inert/blobs/" + digest, host=host)
        assert answer.body != b"never sent", answer
    assert call("GET", "/v2/front/inert/blobs/" + digest).body == b"never sent"


@test
def sendfile_outside_its_folder():
    """A file outside the folder the web server may send from is refused, without path and without bytes."""
    digest = put_blob("front/outside", b"confined")
    blobs = str(next(FOLDER.rglob(digest[7:] + ".*")).parents[2])

    def elsewhere(text):
        text = text.replace(f'var.stowage_blobs = "{blobs}"', f'var.stowage_blobs = "{FOLDER}/empty"')
        return text.replace(f"STOWAGE_BLOBS {blobs}", f"STOWAGE_BLOBS {FOLDER}/empty").replace(f'STOWAGE_BLOBS "{blobs}"', f"STOWAGE_BLOBS {FOLDER}/empty")
    with front(elsewhere) as host:
        answer = call("GET", "/v2/front/outside/blobs/" + digest, host=host)
        assert answer.status in (403, 404) and b"confined" not in answer.body and blobs not in repr(answer.list), answer


@test
def kept_connections():
    """Apache with enablereuse, refused uploads left unread, more clients than threads: no 503. (lighttpd keeps none.)"""
    if SERVER == "lighttpd":
        return
    states = {}

    def work(host):
        for i in range(25):
            if i % 2:
                answer = call("PATCH", "/v2/front/none/blobs/uploads/nonsense", body=b"y" * 100_000, host=host)
            else:
                answer = call("GET", "/v2/", host=host)
            states[answer.status] = states.get(answer.status, 0) + 1
    with front(lambda text: text.replace("retry=0", "retry=0 enablereuse=on")) as host:
        threads = [threading.Thread(target=work, args=(host,)) for _ in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(states) == {200, 404}, states


@test
def own_size_limit():
    """Our own limit holds for chunked and announced bodies, and for several of one blob: 413 with an error, the session lives on."""
    configuration = FOLDER / "etc" / "stowage-v2.conf"
    before = configuration.read_text()
    configuration.write_text(before + "\n[http]\nblob_limit_bytes = 1M\n")
    try:
        renew()
        for send in (chunked, call):
            where = start("front/limit", headers={"Content-Length": "0"})
            answer = send("PATCH", where, b"x" * 2_000_000)
            assert answer.status == 413 and answer.code() == "SIZE_INVALID", answer
            assert send("PATCH", where, b"x" * 1_000_000).status == 202
            for method, path in (("PATCH", where), ("PUT", where + "?digest=" + sha256(b"x" * 1_100_000))):
                answer = send(method, path, b"x" * 100_000)
                assert answer.status == 413 and answer.code() == "SIZE_INVALID", (method, answer)
            assert send("PATCH", where, b"x" * 48_576).headers["range"] == "0-1048575"
            assert send("PATCH", where, b"x").status == 413
            answer = call("PUT", where + "?digest=" + sha256(b"x" * 1_048_576), body=b"")
            assert answer.status == 201, answer
        assert put_blob("front/limit", b"y" * 1_000_000)
    finally:
        configuration.write_text(before)
        renew()
    assert put_blob("front/limit", b"z" * 2_000_000)


@test
def front_end_size_limit():
    """lighttpd's max-request-size answers 413 by itself; nothing is recorded. (Apache does not limit what it proxies.)"""
    if SERVER == "apache":
        return
    where = start("front/spooled", headers={"Content-Length": "0"})
    with front(lambda text: re.sub(r"var\.stowage_limit = \d+", "var.stowage_limit = 64", text)) as host:
        assert raw_status(head("PATCH", where, {"Content-Length": "200000"}, host=host) + b"x" * 200_000, host=host) == 413
    assert call("GET", where).headers["range"] == "0-0"


run()
