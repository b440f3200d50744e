"""The order of a push, at the system calls; what a pull costs; one statement per hot request."""
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from tracing import Strace, check_is_silent, recover, under, was_killed
from docker_v1 import Client, V1Image, layer_of
from upstream import Hub, Image, Liar

CALLS = "fdatasync,fsync,rename,renameat,renameat2,sendto,recvfrom,write,writev"


@test
def order_of_a_push():
    """strace: fdatasync(file), rename, fsync(folder), the row, and only then 201."""
    where = start("order/blob", headers={"Content-Length": "0"})
    data = os.urandom(300_000)
    assert call("PATCH", where, body=data).status == 202
    trace = Strace("-e", "trace=" + CALLS)
    assert call("PUT", f"{where}?digest={sha256(data)}", headers={"Content-Length": "0"}).status == 201
    lines = trace.stop()
    # One statement outside of any transaction: the server's "I" says that it is committed.
    assert not [line for line in lines if re.search(r"sendto\(.*(BEGIN|COMMIT)", line)], lines
    wanted = [r"fdatasync\(\d+<[^>]*/uploads/\d+>\) = 0", r"rename\w*\(.*uploads/\d+.*blobs/sha256/.* = 0",
              r"fsync\(\d+<[^>]*/blobs/sha256/[0-9a-f]{2}>\) = 0", r"sendto\(.*blob_publish", r"recvfrom\(.*won.*Z\\0\\0\\0\\5I", r"Status: 201"]
    at = -1
    for pattern in wanted:
        following = [i for i, line in enumerate(lines) if i > at and re.search(pattern, line)]
        assert following, (pattern, lines)
        at = following[0]


@test
def slow_disk_under_a_fetch():
    """A disk that takes eight seconds to sync a fetched blob makes nobody begin anew; and if somebody does, no client is cut."""
    hub = Hub()
    try:
        add_remote("slow-disk", hub.url, timeout_ms=30000)
        for taken in (False, True):
            found = Image(f"slow disk {taken}", layers=(2_000_000,))
            hub.push("team/app", "1", found)
            path = "/artifactory/api/docker/slow-disk/v2/team/app/"
            assert call("GET", path + "manifests/" + found.digest).status == 200
            hub.clear()
            hub.stop_blobs(1_000_000)
            with ThreadPoolExecutor(16) as pool:
                tasks = [pool.submit(call, "GET", path + "blobs/" + found.layer_digest, timeout=100) for _ in range(16)]
                time.sleep(2)
                trace = Strace("-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=8000000")
                hub.release_blobs()
                if taken:
                    time.sleep(1.5)
                    assert sql("UPDATE registry.blob_fetch SET heartbeat = now() - interval '10 s' WHERE received = size RETURNING 1") == "1"
                assert all(task.result().body == found.layer for task in tasks), (taken, [task.result() for task in tasks])
            trace.stop()
            assert [entry["range"] for entry in hub.requests("GET", "/blobs/") if "authorization" in entry["headers"]] == [None], hub.requests()
    finally:
        hub.stop()


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


def hot_requests():
    """What clients ask most, of everything that may hold it: role, what, path, headers."""
    payload = push_image("hot/one", layers=[b"hot layer"])
    references = ("manifests/latest", "manifests/" + sha256(payload), "blobs/" + sha256(b"hot layer"))
    local = "/artifactory/api/docker/docker-dev-local2"
    for what, prefix, auth in (("through its virtual", "", token("repository:hot/one:pull")), ("through its virtual, by password", "", ADMIN),
                               ("in its local", local, call("GET", local + "/v2/token?scope=repository:hot/one:pull").json()["token"])):
        sent = {"Authorization": basic(*auth) if isinstance(auth, tuple) else "Bearer " + auth}
        yield from (("stowage_v2", f"{what}: {reference}", f"{prefix}/v2/hot/one/{reference}", sent) for reference in references)

    for data in (b"nested layer", b"{}"):
        put_blob("hot/nested", data, host=PROD)
    assert put_manifest("hot/nested", "latest", image([b"nested layer"]), host=PROD).status == 201
    sent = {"Authorization": "Bearer " + token("repository:hot/nested:pull")}
    yield from (("stowage_v2", "nested: " + path, "/v2/hot/nested/" + path, sent) for path in ("manifests/latest", "blobs/" + sha256(b"nested layer")))

    liar = Liar()
    liar.image = Image("hot")
    add_remote("hot-remote", liar.url)
    sent = {"Authorization": basic(*ADMIN)}
    paths = [f"/artifactory/api/docker/hot-remote/v2/hot/cached/{path}" for path in ("manifests/latest", "blobs/" + liar.image.layer_digest)]
    for path in paths:
        assert call("GET", path).status == 200
    liar.stop()
    yield from (("stowage_v2", "cached: " + path, path, sent) for path in paths)

    mine = V1Image("hot v1")
    Client("hot/v1").push("x", mine)
    for name, tag in (("hot/v1", "x"), ("hot/bridged", "latest")):
        if name == "hot/bridged":
            layer = layer_of(hot="bridged")
            config = b'{"architecture": "amd64", "os": "linux"}'
            for data in (layer, config):
                put_blob(name, data)
            assert put_manifest(name, tag, image([layer], config)).status == 201
        client = Client(name)
        assert client.pull(tag)
        top = client.registry("GET", f"repositories/{name}/tags/{tag}").json()
        sent = {"Authorization": "Token " + client.token}
        yield from (("stowage_v1", f"{name}: {what}", f"/v1/images/{top}/{what}", sent) for what in ("json", "ancestry", "layer"))


@test
def one_statement():
    """pg_stat_statements counts exactly one statement for each hot GET and HEAD: local, virtual, nested, cached, v1 and bridged."""
    sql("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
    postgres = int(stack("stack_pid", "postgres"))
    os.kill(postgres, signal.SIGINT)
    eventually(lambda: is_gone(postgres))
    stack("stack_again")
    sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    requests = list(hot_requests())
    for _, what, path, sent in requests:  # connections open and prepare
        for _ in range(20):
            answer = call("GET", path, headers=sent, auth=None)
            assert answer.status == 200, (what, answer)
    for role, what, path, sent in requests:
        for method in ("GET", "HEAD"):
            sql("SELECT pg_stat_statements_reset()")
            for _ in range(10):
                assert call(method, path, headers=sent, auth=None).status == 200, (method, what)
            by_role = f"FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid WHERE r.rolname = '{role}' AND toplevel" \
                f" AND query !~ '^SELECT (store_seen|schema|set_config|account_succeeded|kid)'"  # the store's watch, sign-ins, keys: once a second
            counted = sql(f"SELECT coalesce(sum(calls), 0) {by_role}")
            assert counted == "10", (method, what, counted, sql(f"SELECT calls, left(query, 80) {by_role}"))


@test
def killed_at_every_call():
    """A worker killed at each system call of a push: nothing half stored, the push repeated succeeds."""
    for name, where_at in (("fdatasync", 1), ("renameat", 1), ("fsync", 1), ("write", 1), ("write", 2), ("openat", 1), ("flock", 1),
                           ("sendto", 1), ("sendto", 2), ("sendto", 3), ("recvfrom", 1), ("recvfrom", 2), ("recvfrom", 3)):
        data, location = os.urandom(150_000), start("kill/calls", headers={"Content-Length": "0"})
        before = pids("stowage-v2")
        trace = Strace("-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={where_at}")
        answer = under(trace, call, "PUT", f"{location}?digest={sha256(data)}", data)
        assert was_killed(before), f"{name} {where_at}: nothing was killed"
        recover()
        found = call("GET", "/v2/kill/calls/blobs/" + sha256(data))
        assert found.status in (200, 404) and (found.status == 200 or answer is None or answer.status != 201), (name, where_at, found)
        assert found.status == 404 or found.body == data
        assert put_blob("kill/calls", data) == sha256(data)
        assert call("GET", "/v2/kill/calls/blobs/" + sha256(data)).body == data
    check_is_silent()


def overtake(thread):
    """Two writers of one upload, the second while the first is held up before it locks the file; False if another thread had the first."""
    where, first, data = start("late/writer", headers={"Content-Length": "0"}), [], os.urandom(50_000)
    trace = Strace("-e", "trace=flock", "-e", "inject=flock:delay_enter=1500000:when=1", thread=thread)
    writer = threading.Thread(target=lambda: first.append(call("PATCH", where, body=b"a" * len(data))))
    try:
        writer.start()
        time.sleep(0.5)
        held_up = writer.is_alive()
        second = call("PATCH", where, body=data) if held_up else None
        writer.join()
    finally:
        trace.stop()
    if not held_up or second.status != 202:
        return False
    assert first[0].status == 409, (first, second)
    assert call("GET", where).headers["range"] == "0-49999"
    assert call("PUT", f"{where}?digest={sha256(data)}", headers={"Content-Length": "0"}).status == 201
    assert call("GET", "/v2/late/writer/blobs/" + sha256(data)).body == data
    return True


@test
def overtaken_writer():
    """A writer who is overtaken between looking at the upload and locking its file is told so, and cuts nothing off."""
    for _ in range(20):
        # The same thread has most requests, as long as there are no others.
        trace = Strace("-e", "trace=flock")
        assert call("PATCH", start("late/writer", headers={"Content-Length": "0"}), body=b"a").status == 202
        threads = [line.split()[0] for line in trace.stop() if "flock(" in line]
        if threads and overtake(threads[0]):
            return
    raise AssertionError("nobody was held up")


@test
def killed_while_a_manifest_moves():
    """A worker killed while a manifest is pushed, a tag moved or deleted: all of it or nothing, and what was acknowledged."""
    first, second = (push_image("kill/tags", "other", layers=[text]) for text in (b"first", b"second"))
    for method, payload, after in (("PUT", second, second), ("DELETE", None, None)):
        for name, where_at in (("sendto", 1), ("sendto", 2), ("recvfrom", 2)):
            assert put_manifest("kill/tags", "moving", first).status == 201
            before = pids("stowage-v2")
            trace = Strace("-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={where_at}")
            answer = under(trace, call, method, "/v2/kill/tags/manifests/moving", payload, {"Content-Type": OCI_MANIFEST})
            assert was_killed(before), f"{method} {name} {where_at}: nothing was killed"
            recover()
            found = call("GET", "/v2/kill/tags/manifests/moving")
            now = found.body if found.status == 200 else None
            assert found.status in (200, 404) and now in (first, after), (method, name, where_at, found)
            assert answer is None or answer.status >= 500 or now == after, (method, name, where_at, answer, found)
    check_is_silent()


def faulty_put(name, error):
    """A PUT whose call fails: its answer, its bytes and strace's lines. Once a second a thread looks at the store, and may meet the fault in place
    of a request's openat: then another PUT does."""
    for _ in range(20):
        data, where = os.urandom(150_000), start("fail/calls", headers={"Content-Length": "0"})
        trace = Strace("-e", f"trace={name},fdatasync", "-e", f"inject={name}:error={error}:when=1")
        answer = call("PUT", f"{where}?digest={sha256(data)}", body=data, timeout=20)
        lines = trace.stop()
        met = [line for line in lines if f"{name}(" in line and "INJECTED" in line]
        assert met, (name, lines)
        # A process that takes its store for missing looks again within a second.
        path = "/v2/fail/calls/blobs/" + sha256(data)
        eventually(lambda: all(call("HEAD", path).status != 503 for _ in range(10)))  # pylint: disable=cell-var-from-loop
        if name != "openat" or any('"uploads/' in line for line in met):
            return answer, data, lines
    raise AssertionError(f"no PUT met {name} {error}")


@test
def store_fails():
    """Each call on the store fails once, with EIO or ENOSPC: an error in JSON, nothing stored, no second sync of the file; the push repeated succeeds."""
    for name, error, status in (("write", "ENOSPC", 507), ("write", "EIO", 500), ("write", "EDQUOT", 507), ("fdatasync", "EIO", 500), ("fdatasync", "ENOSPC", 507),
                                ("renameat", "EIO", 500), ("renameat", "ENOSPC", 507), ("fsync", "EIO", 500), ("openat", "EMFILE", 503), ("openat", "ENOSPC", 507)):
        answer, data, lines = faulty_put(name, error)
        # If the look at the store has met it as well, the store is away until the next one.
        assert answer.status in (status, 503 if name == "openat" else status), (name, error, answer)
        assert answer.json()["errors"] and answer.headers[VERSION], (name, error, answer)
        assert sum("fdatasync(" in line for line in lines) <= 1, lines
        path = "/v2/fail/calls/blobs/" + sha256(data)
        assert call("HEAD", path).status == 404, (name, error)
        assert put_blob("fail/calls", data) == sha256(data)
        assert call("GET", "/v2/fail/calls/blobs/" + sha256(data)).body == data
    check_is_silent()


run()
