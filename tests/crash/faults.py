"""Full disk, database stopped, database hanging."""
import pathlib
import re
import signal
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


def store():
    text = next(pathlib.Path(STATE).resolve().glob("etc/stowage-v2.conf")).read_text()
    return re.search(r"^path\s*=\s*(.+)$", text, re.M).group(1).strip()


def reopen():
    """Workers open the store anew."""
    os.kill(pids("stowage-v2")[0], signal.SIGHUP)
    time.sleep(1.5)


@test
def full_disk():
    """A full disk is a JSON error for pushes, pulls go on, and it recovers without a restart."""
    folder = store()
    owner = pathlib.Path(folder).stat()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size=24m,uid={owner.st_uid},gid={owner.st_gid},mode=0755", "stowage-test", folder], check=True)
    filler = pathlib.Path(folder) / "filler"
    try:
        reopen()
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
        assert call("GET", "/readyz?verbose=1", auth=None).status in (200, 503)
        assert call("HEAD", "/v2/full/one/blobs/" + sha256(large)).status == 404
        filler.unlink()
        assert put_blob("full/one", large) == sha256(large)
        assert call("GET", "/v2/full/one/blobs/" + sha256(large)).body == large
        for digest in (sha256(kept), sha256(large)):
            sql(f"DELETE FROM registry.image_blob WHERE blob_id IN (SELECT id FROM registry.blob WHERE encode(digest, 'hex') = '{digest[7:]}'); "
                f"DELETE FROM registry.blob WHERE encode(digest, 'hex') = '{digest[7:]}'")
        sql("DELETE FROM registry.upload")
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        reopen()


@test
def database_stopped():
    """PostgreSQL stopped: 503 with Retry-After and the version header within a second, never 401 or 404; recovery without restart."""
    payload = push_image("away/one")
    mine = token("repository:away/one:pull")
    responder = pids("stowage-v2")
    os.kill(int(stack("stack_pid", "postgres")), signal.SIGQUIT)
    time.sleep(1)
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
def database_hangs():
    """PostgreSQL stopped in mid-air (SIGSTOP): 503 within seven seconds, and all is well when it goes on."""
    payload = push_image("hang/one")
    mine = token("repository:hang/one:pull")
    stopped = pids("postgres")
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        answer = call("GET", "/v2/hang/one/manifests/latest", auth=mine, timeout=30)
        spent = time.monotonic() - begun
        assert answer.status == 503 and answer.headers["retry-after"] and spent < 7, (answer, spent)
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
def check_finds_damage():
    """stowagectl check names a blob whose bytes changed, was cut or is missing, and lists strays as garbage only."""
    digest = put_blob("rot/one", b"bytes that rot")
    file = next(pathlib.Path(store()).rglob(digest[7:] + ".*"))
    good = file.read_bytes()
    script = '. "$0/servers.sh"; stack_ctl check "$@"'

    def check(*options):
        done = subprocess.run(["bash", "-c", script, os.path.dirname(os.path.abspath(sys.modules["registry"].__file__)), *options], capture_output=True, text=True, check=False)
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
