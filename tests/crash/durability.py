"""The order of a push, at the system calls; what a pull costs; one statement per hot request."""
import re
import signal
import tempfile
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

CALLS = "fdatasync,fsync,rename,renameat,renameat2,sendto,write,writev"


class Strace:
    """strace on the responder's workers and their threads."""

    def __init__(self, *options):
        self.file = tempfile.NamedTemporaryFile(mode="r", suffix=".strace")
        attach = [word for pid in pids("stowage-v2")[1:] for word in ("-p", str(pid))]
        self.process = subprocess.Popen(["strace", "-f", "-y", "-s", "200", "-o", self.file.name, *options, *attach],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.7)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # its last tracee died under it
            self.process.kill()
            self.process.wait()
        return open(self.file.name, encoding="latin-1").read().splitlines()


def check_is_silent():
    """stowagectl check finds nothing wrong."""
    said = stack("stack_ctl", "check")
    assert "problem" not in said or re.search(r"\b0 problems", said), said


def ready():
    """Both workers are back, and the web server has forgotten that they were away."""
    end, good = time.monotonic() + 20, 0
    while good < 5 and time.monotonic() < end:
        good = good + 1 if len(pids("stowage-v2")) == 3 and call("GET", "/livez", auth=None).status == 200 else 0
        time.sleep(0.1)
    assert good == 5


@test
def order_of_a_push():
    """strace: fdatasync(file), rename, fsync(folder), the row, and only then 201."""
    where = start("order/blob", headers={"Content-Length": "0"})
    data = os.urandom(300_000)
    assert call("PATCH", where, body=data).status == 202
    trace = Strace("-e", "trace=" + CALLS)
    assert call("PUT", f"{where}?digest={sha256(data)}", headers={"Content-Length": "0"}).status == 201
    lines = trace.stop()
    wanted = [r"fdatasync\(\d+<[^>]*/uploads/\d+>\)", r"rename\w*\(.*uploads/\d+.*blobs/sha256/", r"fsync\(\d+<[^>]*/blobs/sha256/[0-9a-f]{2}>\)",
              r"sendto\(.*blob_publish", r"Status: 201"]
    at = -1
    for pattern in wanted:
        following = [i for i, line in enumerate(lines) if i > at and re.search(pattern, line)]
        assert following, (pattern, lines)
        at = following[0]


@test
def cost_of_a_pull():
    """During a GET of 256 MiB the responder reads and writes less than 1 MiB."""
    data = os.urandom(1 << 20) * 256
    digest = put_blob("cost/pull", data)

    def moved():
        total = 0
        for pid in pids("stowage-v2"):
            text = open(f"/proc/{pid}/io", encoding="ascii").read()
            total += sum(int(re.search(rf"{name}: (\d+)", text).group(1)) for name in ("rchar", "wchar"))
        return total
    before = moved()
    answer = call("GET", "/v2/cost/pull/blobs/" + digest)
    assert sha256(answer.body) == digest
    spent = moved() - before
    assert spent < 1 << 20, spent


@test
def one_statement():
    """pg_stat_statements counts exactly one statement for each hot GET and HEAD."""
    payload = push_image("hot/one", layers=[b"hot layer"])
    sql("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
    os.kill(int(stack("stack_pid", "postgres")), signal.SIGINT)
    time.sleep(2)
    stack("stack_again")
    sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    auth = token("repository:hot/one:pull")
    paths = ("manifests/latest", "manifests/" + sha256(payload), "blobs/" + sha256(b"hot layer"))
    for path in paths:  # connections open and prepare
        for _ in range(20):
            assert call("GET", "/v2/hot/one/" + path, auth=auth).status == 200
    for path in paths:
        for method in ("GET", "HEAD"):
            sql("SELECT pg_stat_statements_reset()")
            for _ in range(10):
                assert call(method, "/v2/hot/one/" + path, auth=auth).status == 200
            counted = sql("SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid WHERE r.rolname <> 'postgres' AND toplevel")
            assert counted == "10", (method, path, counted, sql("SELECT calls, left(query, 80) FROM pg_stat_statements"))


@test
def killed_at_every_call():
    """A worker killed at each system call of a push: nothing half stored, the push repeated succeeds."""
    for name, where_at in (("fdatasync", 1), ("renameat", 1), ("renameat2", 1), ("rename", 1), ("fsync", 1), ("pwrite64", 1), ("write", 1), ("write", 2), ("sendto", 1),
                           ("sendto", 2), ("sendto", 3), ("sendto", 4), ("recvfrom", 2), ("recvfrom", 4), ("openat", 1), ("flock", 1)):
        data = os.urandom(150_000)
        trace = Strace("-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={where_at}")
        try:
            location = start("kill/calls", headers={"Content-Length": "0"})
            answer = call("PUT", f"{location}?digest={sha256(data)}", body=data, timeout=20)
            acknowledged = answer.status == 201
        except (OSError, AssertionError, http.client.HTTPException):
            acknowledged = False
        trace.stop()
        ready()
        found = call("GET", "/v2/kill/calls/blobs/" + sha256(data))
        assert found.status in (200, 404) and (found.status == 200 or not acknowledged), (name, where_at, found)
        assert found.status == 404 or found.body == data
        assert put_blob("kill/calls", data) == sha256(data)
        assert call("GET", "/v2/kill/calls/blobs/" + sha256(data)).body == data
    check_is_silent()


run()
