"""A cold blob and a crowd of clients: one fetch for all of them, streamed, whatever becomes of clients and processes."""
import contextlib
import os
import re
import signal
import threading
import time

from hub_repositories import served
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from remotes import *  # pylint: disable=wildcard-import,unused-wildcard-import

# The whole of it takes minutes and both cores: STOWAGE_FULL=1.
CROWD = 20 if SHORT else 200
COLD = (100 if "STOWAGE_FULL" in os.environ else 1 if SHORT else 8) << 20
RATE = 1 << 20


def is_crowded():
    """Times say nothing about us when others want more than there is of this machine, or every step of ours is watched."""
    return SHORT or os.getloadavg()[0] > 3 * os.cpu_count()


class Puller(threading.Thread):
    """A client of a blob: what has come so far, and in the end whether that was right and how long it took."""

    def __init__(self, key, name, image):
        super().__init__()
        self.path, self.digest = f"/artifactory/api/docker/{key}/v2/{name}/blobs/{image.layer_digest}", image.layer_digest
        self.got, self.right, self.seconds = 0, False, None
        self.start()

    def run(self):
        begun, seen = time.monotonic(), hashlib.sha256()
        link = connection(timeout=300)
        with contextlib.suppress(OSError, http.client.HTTPException):
            link.request("GET", self.path, headers={"Authorization": basic(*ADMIN)})
            answer = link.getresponse()
            while piece := answer.read1(65536):
                seen.update(piece)
                self.got += len(piece)
            self.right = answer.status == 200 and "sha256:" + seen.hexdigest() == self.digest
        link.close()
        self.seconds = time.monotonic() - begun


def pulled(pullers):
    for puller in pullers:
        puller.join()
    assert all(puller.right for puller in pullers), [(puller.got, puller.seconds) for puller in pullers if not puller.right]
    return sorted(puller.seconds for puller in pullers)


def file_of(image):
    """The file that the layer is fetched into."""
    row = f"digest = '\\x{image.layer_digest[7:]}'"
    eventually(lambda: count("blob_fetch", row) == 1)
    return sql(f"SELECT file_id FROM registry.blob_fetch WHERE {row}")


def unfinished(pid, file=""):
    """How a process has that file, or any file of an unfinished blob, open: "r" once for each client, "w" if it fetches it."""
    modes = []
    for number in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            if re.search(f"/store/uploads/{file or '[0-9]+'}$", os.readlink(f"/proc/{pid}/fd/{number}")):
                with open(f"/proc/{pid}/fdinfo/{number}", encoding="ascii") as info:
                    flags = int(re.search(r"flags:\s*(\d+)", info.read())[1], 8)
                modes.append("w" if flags & os.O_ACCMODE else "r")
    return modes


def workers():
    return pids("stowage-v2")[1:]


def pull_together():
    """A cold blob by the whole crowd: the 99th percentile of what they took."""
    cold, before = big(COLD), uploads()
    pullers = [Puller(*cold) for _ in range(CROWD)]
    file = file_of(cold[2])
    eventually(lambda: all("r" in unfinished(pid, file) for pid in workers()))
    seconds = pulled(pullers)
    assert served("GET", "/blobs/") == 1, HUB.requests("GET", "/blobs/")
    eventually(lambda: fetches() == 0 and uploads() == before)
    return seconds[CROWD * 99 // 100 - 1]


@test
def cold_blob_together():
    """200 clients of one cold, slow blob through two processes: one GET upstream, right bytes for everybody, hardly later than one alone."""
    HUB.rate = RATE
    try:
        alone = pulled([Puller(*big(COLD))])[0]
        for _ in range(3):  # what else the machine does for a moment is not our fault
            together = pull_together()
            print(f"# one alone {alone:.2f} s, of {CROWD} p99 {together:.2f} s")
            if together <= 1.2 * alone or is_crowded():
                return
    finally:
        HUB.rate = None
    raise AssertionError(f"{together} s, one alone {alone} s")


def stopped_halfway(rate):
    """A crowd that follows a fetch as far as its upstream has stopped: the middle."""
    cold = big(COLD)
    HUB.rate = rate
    HUB.stop_blobs(COLD // 2)
    pullers = [Puller(*cold) for _ in range(CROWD)]
    eventually(lambda: HUB.stalled() == 1, 120)
    file = file_of(cold[2])
    eventually(lambda: sum(unfinished(pid, file).count("r") for pid in workers()) == CROWD)
    return cold, pullers


@test
def streamed():
    """Upstream stopped in the middle of a blob, 200 clients have what has come within 2 s; a local manifest comes in 50 ms meanwhile."""
    push_image("local/quick")
    auth = token("repository:local/quick:pull")
    try:
        _, pullers = stopped_halfway(RATE)
        eventually(lambda: min(puller.got for puller in pullers) >= COLD * 45 // 100, 60 if is_crowded() else 2)
        link, times = connection(), []
        for _ in range(21):
            started = time.monotonic()
            link.request("GET", "/v2/local/quick/manifests/latest", headers={"Authorization": "Bearer " + auth})
            answer = link.getresponse()
            assert answer.status == 200 and answer.read()
            times.append(time.monotonic() - started)
        link.close()
        assert is_crowded() or sorted(times)[10] < 0.05, times
        assert max(puller.got for puller in pullers) <= COLD // 2
    finally:
        HUB.release_blobs()
        HUB.rate = None
    pulled(pullers)
    assert served("GET", "/blobs/") == 1


@test
def owner_killed():
    """The fetching process is killed: every client of the other goes on, by one further request for the rest."""
    before = uploads()
    try:
        cold, pullers = stopped_halfway(None)
        processes = workers()
        file = file_of(cold[2])
        [owner] = [pid for pid in processes if "w" in unfinished(pid, file)]
        [other] = [pid for pid in processes if pid != owner]
        followers = unfinished(other, file).count("r")
        assert followers > 0, "all clients are at one process"
        os.kill(owner, 9)
        time.sleep(1)
    finally:
        HUB.release_blobs()
    for puller in pullers:
        puller.join()
    right = sum(puller.right for puller in pullers)
    print(f"# {followers} of {CROWD} clients at the other process, {right} went on to the end")
    assert right >= followers, (followers, right)
    ranges = [entry["range"] for entry in HUB.requests("GET", "/blobs/") if "authorization" in entry["headers"]]
    assert len(ranges) == 2 and ranges[0] is None and re.fullmatch(r"bytes=[1-9]\d*-", ranges[1]), ranges
    eventually(lambda: fetches() == 0 and uploads() == before)
    assert blob(*cold[:2], cold[2].layer_digest).status == 200 and served("GET", "/blobs/") == 2


@test
def clients_leave():
    """A hundred clients leave a blob in the middle: no thread stays with them, the fetch comes to its end, and the next client has it."""
    key, name, image = big(4 << 20)
    HUB.rate = RATE // 32  # all of them are to come before its end, on a busy machine too
    try:
        links = [open_socket(timeout=60) for _ in range(CROWD // 2)]
        for link in links:  # in turn: a process that was just started limits the sign-ins of one network
            link.sendall(head("GET", f"/artifactory/api/docker/{key}/v2/{name}/blobs/{image.layer_digest}"))
            answer = link.recv(1000)
            assert answer.startswith(b"HTTP/1.1 200 "), answer
        file = file_of(image)
        assert any("r" in unfinished(pid, file) for pid in workers())
        for link in links:
            link.close()
        eventually(lambda: not any("r" in unfinished(pid, file) for pid in workers()))
        assert any("w" in unfinished(pid, file) for pid in workers()), "the fetch has ended too"
    finally:
        HUB.rate = None
    eventually(lambda: count("blob", f"digest = '\\x{image.layer_digest[7:]}'") == 1)
    assert blob(key, name, image.layer_digest).body == image.layer and served("GET", "/blobs/") == 1


@test
def workers_replaced():
    """Workers replaced in the middle of a cold blob bring it to their clients first; those that come meanwhile are served by the others."""
    before = workers()
    try:
        cold, pullers = stopped_halfway(None)
        os.kill(pids("stowage-v2")[0], signal.SIGHUP)
        eventually(lambda: len(set(workers()) - set(before)) == 2)
        pullers.append(Puller(*cold))
        assert call("GET", "/v2/").status == 200
    finally:
        HUB.release_blobs()
    pulled(pullers)
    eventually(lambda: not set(workers()) & set(before) and fetches() == 0)


@test
def owner_killed_at_the_end():
    """A process that takes over from one that died with all bytes in hand asks for none."""
    key, name, image = big(500_000)
    file = sql("SELECT nextval('registry.file_id')")
    path = f"{STATE}/store/uploads/{file}"
    with open(path, "wb") as out:
        out.write(image.layer)
    store = os.stat(f"{STATE}/store")
    os.chown(path, store.st_uid, store.st_gid)
    sql("INSERT INTO registry.blob_fetch (repository_id, alg, digest, path, store_locally, owner, file_id, size, received, heartbeat)"
        f" SELECT id, 1, '\\x{image.layer_digest[7:]}', '{name}', true, gen_random_uuid(), {file}, 500000, 500000, now() - interval '10 s'"
        f" FROM registry.repository WHERE key = '{key}'")
    assert blob(key, name, image.layer_digest).body == image.layer
    assert HUB.count("GET", "/blobs/") == 0, HUB.requests()
    assert not os.path.exists(path) and count("blob_fetch", f"file_id = {file}") == 0


@test
def everything_is_whole():
    """After all this every row has its file and every file its row."""
    eventually(lambda: count("blob_fetch", "error IS NULL") == 0)
    stack("stack_ctl", "check")


run()
