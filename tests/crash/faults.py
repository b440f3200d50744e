"""Full disk, database stopped, database hanging."""
import pathlib
import re
import signal
import threading
import time

from concurrent.futures import ThreadPoolExecutor

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import Hub, Image


def store():
    text = next(pathlib.Path(STATE).resolve().glob("etc/stowage-v2.conf")).read_text()
    return re.search(r"^path\s*=\s*(.+)$", text, re.M).group(1).strip()


def mount(folder, marked=True):
    """A small file system over the store: one of its own, or one that is not the store's at all."""
    path = pathlib.Path(folder)
    owner, identity = path.stat(), (path / ".stowage").read_text()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size=24m,uid={owner.st_uid},gid={owner.st_gid},mode=2750", "stowage-test", folder], check=True)
    if marked:
        (path / ".stowage").write_text(identity)


def cold_blob(key, hub, size):
    """The path of a layer that is still at the hub, and its image, whose manifest is cached."""
    found = Image(key, layers=(size,))
    hub.push("team/app", key, found)
    add_remote(key, hub.url, timeout_ms=30000)
    assert call("GET", f"/artifactory/api/docker/{key}/v2/team/app/manifests/{key}").status == 200
    return f"/artifactory/api/docker/{key}/v2/team/app/blobs/{found.layer_digest}", found


def garbage():
    """Files that belong to nothing."""
    return [line for line in stack("stack_ctl", "check", "--quick").splitlines() if line.startswith("garbage")]


@test
def full_disk():
    """A full disk is a JSON error for pushes, pulls go on, and it recovers without a restart."""
    folder = store()
    mount(folder)
    filler = pathlib.Path(folder) / "filler"
    try:
        renew()  # they open the store anew
        kept = os.urandom(1_000_000)
        put_blob("full/one", kept)
        filler.write_bytes(bytes(18 << 20))
        large = os.urandom(12 << 20)
        for attempt in range(3):
            answer = call("POST", f"/v2/full/one/blobs/uploads/?digest={sha256(large)}", body=large)
            assert answer.status in (507, 500) and answer.headers[VERSION] and answer.json()["errors"], (attempt, answer)
            assert call("GET", "/v2/full/one/blobs/" + sha256(kept)).body == kept
        where = start("full/one", headers={"Content-Length": "0"})
        assert call("PATCH", where, body=large).status == 507
        # What was not taken is not in the way of what fits.
        assert put_blob("full/one", large[:4_000_000])
        assert call("PUT", where + "?digest=" + sha256(large), body=large).status == 507
        assert call("DELETE", "/v2/full/one/blobs/" + sha256(large[:4_000_000])).status == 202
        assert call("GET", "/readyz?verbose=1", auth=None).status in (200, 503)
        assert call("HEAD", "/v2/full/one/blobs/" + sha256(large)).status == 404
        filler.unlink()
        assert put_blob("full/one", large) == sha256(large)
        assert call("GET", "/v2/full/one/blobs/" + sha256(large)).body == large
        for digest in (sha256(kept), sha256(large), sha256(large[:4_000_000])):
            sql(f"DELETE FROM registry.image_blob WHERE blob_id IN (SELECT id FROM registry.blob WHERE encode(digest, 'hex') = '{digest[7:]}'); "
                f"DELETE FROM registry.blob WHERE encode(digest, 'hex') = '{digest[7:]}'")
        sql("DELETE FROM registry.upload u USING registry.image i WHERE i.id = u.image_id AND i.path = 'full/one'")  # the files go with the mount
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        renew()


@test
def database_stopped():
    """PostgreSQL stopped: 503 with Retry-After and the version header within a second, never 401 or 404; recovery without restart."""
    payload = push_image("away/one")
    mine = token("repository:away/one:pull")
    responder = pids("stowage-v2")
    postgres = int(stack("stack_pid", "postgres"))
    os.kill(postgres, signal.SIGQUIT)
    eventually(lambda: is_gone(postgres))
    for auth in (ADMIN, mine, None, ("nobody", "x")):
        for method, path in (("GET", "/v2/"), ("GET", "/v2/away/one/manifests/latest"), ("HEAD", "/v2/away/one/blobs/" + sha256(b"layer")),
                             ("POST", "/v2/away/one/blobs/uploads/"), ("GET", "/v2/away/one/tags/list"), ("GET", "/v2/token?scope=repository:a:pull")):
            begun = time.monotonic()
            answer = call(method, path, auth=auth, headers={"Content-Length": "0"})
            assert answer.status == 503 or (answer.status == 401 and auth is mine), (auth, path, answer)
            assert answer.headers["retry-after"] and answer.headers[VERSION] == "registry/2.0", answer
            assert time.monotonic() - begun < 1, (path, time.monotonic() - begun)
    assert call("GET", "/livez", auth=None).status == 200
    stack("stack_again")
    assert call("GET", "/v2/away/one/manifests/latest").body == payload
    assert pids("stowage-v2")[0] == responder[0]


@test
def another_file_system():
    """A file system that is mounted over the store is noticed before the next 201, and so is the store when it is back."""
    folder = store()
    kept = put_blob("mount/one", b"kept")
    mount(folder, marked=False)
    try:
        assert call("POST", "/v2/mount/one/blobs/uploads/?digest=" + sha256(b"lost"), body=b"lost").status == 503
        assert call("GET", "/v2/mount/one/blobs/" + kept).status == 503
        assert call("GET", "/readyz", auth=None).status == 503
        assert not list(pathlib.Path(folder).iterdir())
    finally:
        subprocess.run(["umount", folder], check=True)  # nobody keeps it busy
    eventually(lambda: call("GET", "/v2/mount/one/blobs/" + kept).body == b"kept")


@test
def full_disk_while_fetching():
    """A blob from an upstream that does not fit is 507 for all who want it, costs the upstream nothing more, and comes once there is room."""
    folder, hub = store(), Hub()
    mount(folder)
    filler = pathlib.Path(folder) / "filler"
    try:
        renew()
        blob, found = cold_blob("full-remote", hub, 12 << 20)
        filler.write_bytes(bytes(18 << 20))
        with ThreadPoolExecutor(5) as pool:
            answers = list(pool.map(lambda _: call("GET", blob), range(5)))
        assert all(answer.status == 507 and answer.headers[VERSION] and answer.json()["errors"] for answer in answers), answers
        assert not list(pathlib.Path(folder).glob("uploads/*"))
        filler.unlink()
        time.sleep(2.5)  # a failure is remembered for a moment
        assert call("GET", blob).body == found.layer
        gone = f"(SELECT id FROM registry.blob WHERE digest = '\\x{found.layer_digest[7:]}')"
        sql(f"DELETE FROM registry.image_blob WHERE blob_id = {gone}; DELETE FROM registry.manifest_blob WHERE blob_id = {gone};"
            f" DELETE FROM registry.blob WHERE id = {gone}")
    finally:
        hub.stop()
        subprocess.run(["umount", "-l", folder], check=True)
        renew()


@test
def database_restarts_while_fetching():
    """PostgreSQL away while a blob comes from an upstream, or just as its last byte does: its clients wait, and nothing is left over."""
    hub, before = Hub(), garbage()
    try:
        for number, where in enumerate((1_000_000, 1_999_999)):
            blob, found = cold_blob(f"restart-{number}", hub, 2_000_000)
            hub.stop_blobs(where)
            with ThreadPoolExecutor(8) as pool:
                tasks = [pool.submit(call, "GET", blob, timeout=60) for _ in range(8)]
                eventually(lambda: hub.stalled() == 1)
                time.sleep(0.5)
                os.kill(int(stack("stack_pid", "postgres")), signal.SIGQUIT)
                time.sleep(1)
                hub.release_blobs()
                time.sleep(1)
                stack("stack_again")
                assert all(task.result().body == found.layer for task in tasks), where
        assert garbage() == before
    finally:
        hub.stop()


@test
def database_hangs():
    """PostgreSQL stopped in mid-air (SIGSTOP): 503 within six seconds, and all is well when it goes on."""
    payload = push_image("hang/one")
    mine = token("repository:hang/one:pull")
    stopped = pids("postgres")
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        answer = call("GET", "/v2/hang/one/manifests/latest", auth=mine, timeout=30)
        spent = time.monotonic() - begun
        assert answer.status == 503 and answer.headers["retry-after"] and spent < 6, (answer, spent)
    finally:
        for pid in stopped:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
    end = time.monotonic() + 10
    while (answer := call("GET", "/v2/hang/one/manifests/latest", auth=mine)).status != 200 and time.monotonic() < end:
        time.sleep(0.2)
    assert answer.body == payload, answer


@test
def table_locked():
    """A table that somebody holds locked, and more who ask at once than there are threads: each has its 503 within six seconds."""
    payload = push_image("locked/one")
    mine = token("repository:locked/one:pull,push")
    asked = (("GET", "/v2/locked/one/manifests/latest", mine), ("HEAD", "/v2/locked/one/blobs/" + sha256(b"layer"), mine),
             ("GET", "/v2/locked/one/tags/list", ADMIN), ("POST", "/v2/locked/one/blobs/uploads/", mine),
             ("PUT", "/v2/locked/one/manifests/latest", mine), ("GET", "/v2/token", ("admin", "wrong")))
    for table in ("repository", "account"):
        spent = []

        def ask(method, path, auth, spent=spent):
            begun = time.monotonic()
            body = payload if method == "PUT" else b"" if method == "POST" else None
            answer = call(method, path, body=body, auth=auth, timeout=60)
            spent.append((time.monotonic() - begun, method, path, answer.status, answer.headers.get("retry-after")))

        locker = subprocess.Popen(["bash", "-c", STACK + "stack_sql"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        try:
            locker.stdin.write(f"BEGIN; LOCK TABLE registry.{table}; SELECT 'locked';\n")
            locker.stdin.flush()
            assert locker.stdout.readline() == "locked\n"
            threads = [threading.Thread(target=ask, args=asked[i % len(asked)]) for i in range(60)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            locker.communicate("ROLLBACK;\n")
        assert len(spent) == 60 and {line[3] for line in spent} == {503} and all(line[4] for line in spent), (table, spent)
        assert max(spent)[0] < 6, (table, sorted(spent))
        end = time.monotonic() + 5
        while (answer := call("GET", "/v2/locked/one/manifests/latest", auth=mine)).status != 200 and time.monotonic() < end:
            time.sleep(0.1)
        assert answer.body == payload, answer


@test
def check_finds_damage():
    """stowagectl check names a blob whose bytes changed, was cut or is missing, and lists strays as garbage only."""
    digest = put_blob("rot/one", b"bytes that rot")
    file = next(pathlib.Path(store()).rglob(digest[7:] + ".*"))
    good = file.read_bytes()

    def check(*options):
        done = subprocess.run(["bash", "-c", STACK + 'stack_ctl check "$@"', "check", *options], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr
    assert check()[0] == 0, check()
    for bad in (b"Bytes that rot", good[:-1]):
        file.write_bytes(bad)
        status, said = check()
        assert status == 1 and digest[7:19] in said, (status, said)
    file.unlink()
    assert check("--quick")[0] == 1
    file.write_bytes(good)
    assert check()[0] == 0
    stray = file.with_name("f" * 64 + ".999999999")
    stray.write_bytes(b"stray")
    status, said = check()
    stray.unlink()
    assert status == 0 and "garbage" in said, (status, said)


run()
