"""The blob store that is not there: a mount that came too late, went, or is another one. A rename stands for the mount."""
import contextlib
import pathlib
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, V1Image

STORE = pathlib.Path(STATE).resolve() / "store"
AWAY = STORE.with_name("store.away")
PROGRAM = os.environ["STOWAGE_PREFIX"] + "/libexec/stowage/stowage-v2"


@contextlib.contextmanager
def replaced(identity=None):
    """An empty directory lies where the store was; its path. What a program made in it is shown by a failure."""
    owner = STORE.stat()
    STORE.rename(AWAY)
    try:
        STORE.mkdir(mode=0o750)
        os.chown(STORE, owner.st_uid, owner.st_gid)
        if identity:
            (STORE / ".stowage").write_text(identity + "\n", encoding="ascii")
        yield
        assert [path.name for path in STORE.iterdir() if path.name != ".stowage"] == [], "something was made there"
    finally:
        for path in STORE.iterdir():
            path.unlink()
        STORE.rmdir()
        AWAY.rename(STORE)
        # two workers of each program look once a second
        time.sleep(1.5)


def lines(program, text):
    with open(f"{STATE}/log/{program}.log", encoding="utf-8") as log:
        return [line for line in log if text in line]


def unavailable(answer):
    return answer.status == 503 and answer.code() == "UNAVAILABLE" and "retry-after" in answer.headers


def refuse_all(name, payload, where):
    layer = json.loads(payload)["layers"][0]["digest"]
    verbose = call("GET", "/readyz?verbose=1", auth=None)
    assert verbose.status == 503 and b"blob store" in verbose.body and str(STORE).encode() not in verbose.body, verbose.body
    for method in ("GET", "HEAD"):
        assert call(method, f"/v2/{name}/blobs/{layer}").status == 503, method
    assert unavailable(call("GET", f"/v2/{name}/blobs/{layer}"))
    assert unavailable(call("POST", f"/v2/{name}/blobs/uploads/", headers=EMPTY))
    assert unavailable(call("POST", f"/v2/other/name/blobs/uploads/?mount={layer}&from={name}", headers=EMPTY))
    assert unavailable(call("POST", f"/v2/{name}/blobs/uploads/?digest={sha256(b'layer')}", body=b"layer"))
    assert unavailable(call("PATCH", where, body=b"more"))
    assert unavailable(call("PUT", f"{where}{'&' if '?' in where else '?'}digest={sha256(b'more')}", body=b"more"))
    assert unavailable(put_manifest(name, "again", payload))


@test
def a_store_that_is_not_mounted():
    """Uploads, manifests and pulls of blobs are 503 at once; manifests are read on; what was begun goes on when the store is back."""
    payload = push_image("store/away", layers=[b"away"])
    where = start("store/away", headers=EMPTY)
    before = len(lines("stowage-v2", "the blob store is not available"))
    with replaced():
        refuse_all("store/away", payload, where)
        assert call("GET", "/v2/store/away/manifests/latest").status == 200
        eventually(lambda: len(lines("stowage-v2", f"the blob store is not available: {STORE}")) > before)
    eventually(lambda: call("GET", "/readyz", auth=None).status == 200)
    assert call("PUT", f"{where}{'&' if '?' in where else '?'}digest={sha256(b'more')}", body=b"more").status == 201
    assert call("GET", f"/v2/store/away/blobs/{json.loads(payload)['layers'][0]['digest']}").body == b"away"


@test
def the_store_of_another_database():
    """An identity that is not the database's is refused as well, and the log says which."""
    other = "11111111-2222-4333-8444-555555555555"
    payload = push_image("store/other", layers=[b"other"])
    where = start("store/other", headers=EMPTY)
    with replaced(other):
        refuse_all("store/other", payload, where)
        eventually(lambda: lines("stowage-v2", other))
        renew("stowage-v2")
        refuse_all("store/other", payload, where)


@test
def nothing_is_queued():
    """While the store is away no blob is taken for lost: a second push replaces no file, and stowage-keep deletes none."""
    put_blob("store/queued", b"queued twice")
    queue = "SELECT count(*) FROM registry.gc_unlink"
    sql("INSERT INTO registry.gc_unlink (file_id, alg, digest, not_before)"
        " VALUES (nextval('registry.file_id'), 1, sha256('store gone'), now() - interval '1 hour')")
    with replaced():
        queued = sql(queue)
        assert unavailable(call("POST", f"/v2/store/queued/blobs/uploads/?digest={sha256(b'queued twice')}", body=b"queued twice"))
        assert f"the blob store is not available: {STORE}" in stack("eval", "! stack_keep 2>&1")
        assert sql(queue) == queued
    stack("stack_keep")
    eventually(lambda: sql("SELECT count(*) FROM registry.gc_unlink WHERE digest = sha256('store gone')") == "0")


@test
def v1_is_refused():
    """The same over v1: pushes and layers are 503."""
    image = V1Image("store")
    assert Client("store/v1").push("latest", image) == 1
    with replaced():
        client = Client("store/v1")
        assert client.begin(V1Image("another")).status == 503
        assert call("GET", "/v1/_ping", auth=None).status == 200
        assert call("GET", f"/artifactory/api/docker/docker-dev-local/v1/images/{image.id}/layer").status in (403, 503)
    assert Client("store/v1").pull("latest") == [(image.json, image.layer)]


@test
def too_little_room():
    """A node whose disk is nearly full is ready for pulls, not for pushes; the operator is told what would be refused."""
    configuration = pathlib.Path(STATE, "etc", "stowage-v2.conf")
    before = configuration.read_text(encoding="utf-8")
    configuration.write_text(before + "\n[store]\nreserve_bytes = 100000G\n", encoding="utf-8")
    try:
        renew()
        assert call("GET", "/readyz", auth=None).status == 200
        answer = call("GET", "/readyz?push&verbose", auth=None)
        assert answer.status == 503 and answer.body == b"unready: the blob store is nearly full\n" and "retry-after" in answer.headers, answer
        assert call("GET", "/readyz?verbose", auth=None).body == b"ok\nnot for pushes: the blob store is nearly full\n"
        said = stack("eval", f"'{PROGRAM}' --check --config '{configuration}' 2>&1")
        assert "nearly full" in said, said
    finally:
        configuration.write_text(before, encoding="utf-8")
        renew()
    assert call("GET", "/readyz?push", auth=None).status == 200


@test
def a_database_that_can_lose_what_it_took():
    """fsync off is told by /readyz, by the log, by --check and by stowagectl check."""
    words = "the database server has fsync = off and full_page_writes = off: a loss of power can cost what was acknowledged"
    sql("ALTER SYSTEM SET fsync = off")
    sql("ALTER SYSTEM SET full_page_writes = off")
    sql("SELECT pg_reload_conf()")
    try:
        eventually(lambda: call("GET", "/readyz?verbose", auth=None).body == f"ok\nwarning: {words}\n".encode())
        assert lines("stowage-v2", words)
        said = stack("eval", f"'{PROGRAM}' --check --config '{STATE}/etc/stowage-v2.conf' 2>&1")
        assert words in said, said
        assert "warning: " + words in stack("eval", "stack_ctl check --quick 2>&1")
    finally:
        sql("ALTER SYSTEM RESET fsync")
        sql("ALTER SYSTEM RESET full_page_writes")
        sql("SELECT pg_reload_conf()")
    eventually(lambda: call("GET", "/readyz?verbose", auth=None).body == b"ok\n")


@test
def what_the_programs_see():
    """A row for each program says how it finds the store, and since when."""
    def states():
        return call("GET", "/artifactory/api/storageinfo").json()["fileStoreSummary"]["programs"]

    with replaced():
        eventually(lambda: all(str(STORE) in one["state"] for one in states()))
        assert {one["program"] for one in states()} == {"stowage-keep", "stowage-v1", "stowage-v2"}
    eventually(lambda: all(one["state"] == "available" for one in states()))
    assert sql("SELECT bool_and(seen_at > now() - interval '1 minute') FROM registry.store_state") == "t"


run()
