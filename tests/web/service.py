"""The service under load and through restarts: slow clients, busy threads, signals, spool."""
import pathlib
import signal
import threading
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

PAYLOAD = push_image("service/one", layers=[os.urandom(8 << 20)])
LAYER = json.loads(PAYLOAD)["layers"][0]["digest"]


class Load:
    """Pulls a manifest over and over in threads of its own; what was answered is counted."""

    def __init__(self, threads=4):
        self.states, self.slowest, self.stop = {}, 0.0, False
        self.threads = [threading.Thread(target=self.work) for _ in range(threads)]

    def work(self):
        auth = token("repository:service/one:pull")
        while not self.stop:
            begun = time.monotonic()
            try:
                status = call("GET", "/v2/service/one/manifests/latest", auth=auth, timeout=30).status
            except OSError as error:
                status = type(error).__name__
            self.states[status] = self.states.get(status, 0) + 1
            self.slowest = max(self.slowest, time.monotonic() - begun)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop = True
        for thread in self.threads:
            thread.join()


def slow_patch(link, where, data, seconds, pieces=10):
    link.sendall(head("PATCH", where, {"Content-Length": str(len(data))}))
    step = len(data) // pieces
    for i in range(pieces):
        link.sendall(data[i * step:(i + 1) * step if i < pieces - 1 else len(data)])
        time.sleep(seconds / pieces)


@test
def slow_uploaders():
    """A hundred slow uploads hold up nobody else."""
    links = []
    for _ in range(100):
        where = start("service/slow", headers={"Content-Length": "0"})
        link = open_socket()
        link.sendall(head("PATCH", where, {"Content-Length": "1000000"}) + b"x" * 1000)
        links.append(link)
    with Load() as load:
        time.sleep(2)
    for link in links:
        link.close()
    assert set(load.states) == {200} and load.slowest < 5, (load.states, load.slowest)


@test
def slow_uploaders_without_account():
    """More slow uploads than there are threads, of clients that have not signed in: uploads of those that have go on."""
    where = start("service/slow", headers={"Content-Length": "0"})
    links = []
    for _ in range(150):
        link = open_socket()
        link.sendall(head("PATCH", where, {"Content-Length": "1000000"}, auth=None) + b"x" * 1000)
        links.append(link)
    time.sleep(1)
    for number in range(3):
        begun = time.monotonic()
        put_blob("service/slow", b"in between %d" % number, timeout=30)
        assert time.monotonic() - begun < 10, time.monotonic() - begun
    for link in links:
        link.close()


@test
def slow_readers():
    """Fifty slow readers of a blob hold up nobody else."""
    links = []
    for _ in range(50):
        link = open_socket()
        link.sendall(head("GET", "/v2/service/one/blobs/" + LAYER))
        link.recv(1000)
        links.append(link)
    with Load() as load:
        time.sleep(2)
    for link in links:
        link.close()
    assert set(load.states) == {200} and load.slowest < 5, (load.states, load.slowest)


@test
def slow_upload_arrives():
    """An upload that takes its time arrives whole."""
    data = os.urandom(100_000)
    where = start("service/slow", headers={"Content-Length": "0"})
    link = open_socket()
    slow_patch(link, where, data, seconds=6)
    assert b" 202 " in link.recv(4096)
    link.close()
    assert call("PUT", f"{where}?digest={sha256(data)}", headers={"Content-Length": "0"}).status == 201


@test
def busy_threads():
    """With all workers stopped for two seconds requests wait in the backlog: no 5xx."""
    workers = pids("stowage-v2")[1:]
    with Load(threads=60) as load:
        time.sleep(0.5)
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(2)
        for pid in workers:
            os.kill(pid, signal.SIGCONT)
        time.sleep(1)
    assert set(load.states) == {200}, load.states


@test
def restart_under_load():
    """Workers replaced under load (SIGHUP): no request fails."""
    with Load() as load:
        time.sleep(0.5)
        os.kill(pids("stowage-v2")[0], signal.SIGHUP)
        time.sleep(3)
    assert set(load.states) == {200}, load.states


@test
def killed_worker_under_load():
    """A worker killed under load costs at most the requests it held; the next one is served."""
    with Load() as load:
        time.sleep(0.5)
        os.kill(pids("stowage-v2")[1], signal.SIGKILL)
        time.sleep(3)
    good = load.states.pop(200, 0)
    assert good > 100 and sum(load.states.values()) <= 8, (good, load.states)
    eventually(lambda: len(pids("stowage-v2")) == 3)


@test
def sigterm_during_upload():
    """SIGTERM to a worker during an upload: it is finished first, and another worker takes over."""
    data = os.urandom(300_000)
    where = start("service/term", headers={"Content-Length": "0"})
    link = open_socket()
    workers = pids("stowage-v2")[1:]
    sender = threading.Thread(target=slow_patch, args=(link, where, data, 3))
    sender.start()
    time.sleep(1)
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
    sender.join()
    assert b" 202 " in link.recv(4096)
    link.close()
    assert call("PUT", f"{where}?digest={sha256(data)}", headers={"Content-Length": "0"}).status == 201
    eventually(lambda: len(pids("stowage-v2")) == 3 and not set(pids("stowage-v2")) & set(workers))


@test
def sigterm_during_download():
    """SIGTERM to the workers during a download: the bytes arrive whole."""
    link = open_socket()
    link.sendall(head("GET", "/v2/service/one/blobs/" + LAYER))
    got = link.recv(10_000)
    for pid in pids("stowage-v2")[1:]:
        os.kill(pid, signal.SIGTERM)
    while piece := link.recv(1 << 20):
        got += piece
    link.close()
    assert sha256(got.split(b"\r\n\r\n", 1)[1]) == LAYER
    eventually(lambda: len(pids("stowage-v2")) == 3)


@test
def keep_alive_with_unread_bodies():
    """Refused uploads with bodies left unread, on kept connections: the next request is answered soundly."""
    link = connection()
    for _ in range(30):
        link.request("PATCH", "/v2/service/none/blobs/uploads/nonsense", body=b"y" * 100_000, headers={"Authorization": basic(*ADMIN)})
        response = link.getresponse()
        assert response.status == 404 and b"BLOB_UPLOAD_UNKNOWN" in response.read()
        link.request("GET", "/v2/", headers={"Authorization": basic(*ADMIN)})
        response = link.getresponse()
        assert response.status == 200 and response.read() == b"{}", response
    link.close()


@test
def spool_unwritable():
    """lighttpd's spool folder gone bad: a clean error, nothing recorded, and it recovers. (Apache has no spool.)"""
    if SERVER != "lighttpd":
        return
    configuration = next(pathlib.Path(STATE).resolve().glob("etc/lighttpd.conf")).read_text()
    spool = pathlib.Path(configuration.split("server.upload-dirs = ( \"")[1].split('"')[0])
    away = spool.with_name("spool.away")
    where = start("service/spool", headers={"Content-Length": "0"})
    data = b"s" * 1_000_000
    spool.rename(away)
    try:
        status = raw_status(head("PATCH", where, {"Content-Length": str(len(data))}) + data)
    finally:
        away.rename(spool)
    assert status == 0 or status >= 400, status
    assert call("GET", where).headers["range"] == "0-0"
    assert call("PATCH", where, body=data).status == 202


@test
def accept_queue():
    """Three hundred clients at once are all answered."""
    with Load(threads=300) as load:
        time.sleep(1)
    assert set(load.states) == {200} and load.states[200] >= 300, load.states


run()
