"""Maintenance by stowage-keep: what each job removes, and what it leaves."""
import pathlib
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, V1Image
from upstream import Image, Liar

STORE = pathlib.Path(STATE).resolve() / "store"


def ask(method, key, **fields):
    path = "/artifactory/api/repositories/" + key
    return call(method, path, body=json.dumps(fields).encode() if fields else None, headers={"Content-Type": "application/json"})


def file(path):
    """One in the store, as the responders would have made it."""
    path = STORE / path
    path.write_bytes(b"bytes")
    owner = STORE.stat()
    os.chown(path, owner.st_uid, owner.st_gid)
    return path


def keep():
    """One stowage-keep of a timer's kind, beside the one that runs: it does all that is due."""
    stack("stack_keep")


def keep_until(condition, seconds=30):
    """The one that runs may be at it just then, and have read before what is due now."""
    eventually(lambda: keep() or condition(), seconds)


def count(table, where="true"):
    return int(sql(f"SELECT count(*) FROM registry.{table} WHERE {where}"))


@test
def uploads():
    """An upload that nobody has touched for a day goes, with its file; others stay, and one that is being written to."""
    old, young = start("keep/uploads", headers=EMPTY), start("keep/uploads", headers=EMPTY)
    for where in (old, young):
        assert call("PATCH", where, body=b"x" * 1000).status == 202
    written = start("keep/uploads", headers=EMPTY)
    link = open_socket()
    link.sendall(head("PATCH", written, {"Content-Length": "1000000"}) + b"x" * 500_000)
    ids = {where: where.rsplit("/", 1)[1] for where in (old, young, written)}
    files = {where: STORE / "uploads" / sql(f"SELECT file_id FROM registry.upload WHERE id = '{ids[where]}'") for where in ids}
    if SERVER == "apache":  # lighttpd hands over what is complete
        eventually(files[written].exists)
    sql(f"UPDATE registry.upload SET touched_at = now() - interval '25 hours' WHERE id IN ('{ids[old]}', '{ids[written]}')")
    keep_until(lambda: count("upload", f"id = '{ids[old]}'") == 0 and not files[old].exists())
    assert call("GET", old).code() == "BLOB_UPLOAD_UNKNOWN"
    assert call("GET", young).headers["range"] == "0-999" and files[young].exists()
    if SERVER == "apache":
        link.sendall(b"x" * 500_000)
        assert b" 202 " in link.recv(4096)
        assert call("GET", written).headers["range"] == "0-999999"
    link.close()


@test
def dead_fetches():
    """A fetch that has been without an owner for minutes goes, with its file; one that is under way stays."""
    add_remote("keep-fetches", "http://127.0.0.1:9")
    paths = {}
    for age in (10, 0):
        number = sql("SELECT nextval('registry.file_id')")
        paths[age] = file(f"uploads/{number}")
        sql("INSERT INTO registry.blob_fetch (repository_id, alg, digest, path, store_locally, owner, file_id, size, heartbeat)"
            f" SELECT id, 1, sha256('keep {age}'), 'keep/app', true, gen_random_uuid(), {number}, 100, now() - interval '{age} minutes'"
            " FROM registry.repository WHERE key = 'keep-fetches'")
    keep_until(lambda: not paths[10].exists())
    ours = "repository_id = (SELECT id FROM registry.repository WHERE key = 'keep-fetches')"
    assert count("blob_fetch", ours) == 1 and paths[0].exists()
    sql("DELETE FROM registry.blob_fetch WHERE " + ours)
    paths[0].unlink()


@test
def files_without_rows():
    """Files that were given up are unlinked when their time has come, not before."""
    paths = {}
    for due in ("-1 minute", "1 hour"):
        number, name = sql(f"SELECT nextval('registry.file_id'), encode(sha256('keep {due}'), 'hex')").split("|")
        paths[due] = file(f"blobs/sha256/{name[:2]}/{name}.{number}")
        sql("INSERT INTO registry.gc_unlink (file_id, alg, digest, not_before)"
            f" VALUES ({number}, 1, sha256('keep {due}'), now() + interval '{due}')")
    keep_until(lambda: not paths["-1 minute"].exists() and count("gc_unlink", "not_before < now()") == 0)
    assert paths["1 hour"].exists()
    sql("DELETE FROM registry.gc_unlink WHERE digest = sha256('keep 1 hour')")
    paths["1 hour"].unlink()


def queue(text):
    """The path of a file that is to be removed when due() says so; the file itself is the caller's."""
    number, name = sql(f"SELECT nextval('registry.file_id'), encode(sha256('{text}'), 'hex')").split("|")
    sql("INSERT INTO registry.gc_unlink (file_id, alg, digest, not_before)"
        f" VALUES ({number}, 1, sha256('{text}'), now() + interval '1 hour')")
    return number, f"blobs/sha256/{name[:2]}/{name}.{number}"


def due(number, since="0"):
    sql(f"UPDATE registry.gc_unlink SET not_before = now() - interval '{since}' WHERE file_id = {number}")


@test
def file_that_cannot_be_removed():
    """A file that cannot be removed has others go first; it is tried again later, and goes when it can."""
    number, stuck = queue("keep stuck")
    (STORE / stuck / "inside").mkdir(parents=True)
    due(number, "1 hour")
    paths = []
    for n in range(3):
        behind, path = queue(f"keep behind {n}")
        paths.append(file(path))
        due(behind)
    keep_until(lambda: not any(path.exists() for path in paths))
    eventually(lambda: count("gc_unlink", f"file_id = {number} AND tries > 0 AND not_before > now()") == 1)
    (STORE / stuck / "inside").rmdir()
    (STORE / stuck).rmdir()
    due(number)
    keep_until(lambda: count("gc_unlink", f"file_id = {number}") == 0)


@test
def published_upload():
    """An upload whose file was renamed and whose row was never written goes like any other, with that file; DELETE takes it at once."""
    for age in ("25 hours", "0"):
        where, data = start("keep/published", headers=EMPTY), age.encode()
        assert call("PATCH", where, body=data).status == 202
        uuid, name = where.rsplit("/", 1)[1], sha256(data)[7:]
        sql(f"UPDATE registry.upload SET sealed_alg = 1, sealed_digest = '\\x{name}', touched_at = now() - interval '{age}' WHERE id = '{uuid}'")
        number = sql(f"SELECT file_id FROM registry.upload WHERE id = '{uuid}'")
        path = STORE / f"blobs/sha256/{name[:2]}/{name}.{number}"
        (STORE / "uploads" / number).rename(path)
        if age == "0":
            assert call("DELETE", where).status == 204
        keep_until(lambda path=path, number=number: not path.exists() and count("gc_unlink", f"file_id = {number}") == 0)
        assert call("GET", where).code() == "BLOB_UPLOAD_UNKNOWN"


def remove_garbage():
    """Files without an owner that other themes left, as of processes that they killed."""
    stack("stack_ctl", "check", "--remove-garbage")


def sweep():
    """Every directory is due."""
    sql("UPDATE registry.gc_sweep SET due = now()")
    keep_until(lambda: count("gc_sweep", "due <= now()") == 0)


@test
def files_without_owner():
    """A file without an owner goes when it had none at two looks a day apart; one whose name is not of ours, or from the future, stays."""
    remove_garbage()
    digest, number = put_blob("keep/owned", b"owned")[7:], sql("SELECT nextval('registry.file_id')")
    owned = sql(f"SELECT file_id FROM registry.blob WHERE digest = '\\x{digest}'")
    other = sha256(b"other")[7:]
    orphans = [file(f"uploads/{number}"), file(f"uploads/{owned}"), file(f"blobs/sha256/{other[:2]}/{other}.{owned}"),
               file("uploads/.probe-0123456789abcdef"), file("blobs/.probe-0123456789abcdef")]
    others = [file("uploads/.nfs0001"), file("uploads/999999999"), file(f"blobs/sha256/{other[:2]}/{other}")]
    sweep()
    sweep()
    assert all(path.exists() for path in orphans + others) and count("gc_orphan") == len(orphans)
    sql("UPDATE registry.gc_orphan SET first_at = now() - interval '1 day'")
    sweep()
    eventually(lambda: not any(path.exists() for path in orphans))
    assert all(path.exists() for path in others) and count("gc_orphan") == 0
    assert call("GET", "/v2/keep/owned/blobs/sha256:" + digest).body == b"owned"
    for path in others:
        path.unlink()


@test
def garbage_is_removed_by_hand():
    """stowagectl check lists files without an owner, one with the id of another blob too, and removes them if asked."""
    remove_garbage()
    owned = sql(f"SELECT file_id FROM registry.blob WHERE digest = '\\x{put_blob('keep/owned', b'owned')[7:]}'")
    name = sha256(b"stray")[7:]
    stray = file(f"blobs/sha256/{name[:2]}/{name}.{owned}")
    assert stack("stack_ctl", "check") == f"garbage: {stray}"
    assert stack("stack_ctl", "check", "--remove-garbage") == f"garbage: {stray}" and not stray.exists()
    assert stack("stack_ctl", "check") == ""


@test
def old_memories():
    """What an upstream did not have is forgotten when its time is over; v1 pushes that rest for a day are dropped."""
    add_remote("keep-memories", "http://127.0.0.1:9")
    sql("INSERT INTO registry.negative_cache (repository_id, path, reference, refused, until)"
        " SELECT id, 'keep/app', reference, false, now() + delay::interval FROM registry.repository, (VALUES ('old', '-1 s'), ('new', '1 hour')) v (reference, delay)"
        " WHERE key = 'keep-memories'")
    client, resting, going = Client("keep/v1"), V1Image("keep resting"), V1Image("keep going")
    for one in (resting, going):
        client.begin(one)
        assert client.image("PUT", one, "json", one.json).status == 200
    sql(f"UPDATE registry.v1_upload SET touched_at = now() - interval '25 hours' WHERE v1_id = '\\x{resting.id}'")
    keep_until(lambda: count("v1_upload", f"v1_id = '\\x{resting.id}'") == 0 and count("negative_cache", "reference = 'old'") == 0)
    assert count("v1_upload", f"v1_id = '\\x{going.id}'") == 1 and count("negative_cache", "reference = 'new' AND path = 'keep/app'") == 1
    client.begin(resting)
    assert client.put_layer(resting).status == 404


@test
def deleted_repository():
    """A repository of 200,000 rows is deleted at once and its key is free; what it held goes by and by, files of uploads too."""
    key = "keep-large"
    assert ask("PUT", key, rclass="local", packageType="docker").status == 200
    path = f"/artifactory/api/docker/{key}/v2/large/app"
    for data in (b"large layer", b"{}"):
        assert call("POST", f"{path}/blobs/uploads/?digest={sha256(data)}", body=data).status == 201
    payload = image([b"large layer"])
    assert call("PUT", path + "/manifests/1", body=payload, headers={"Content-Type": OCI_MANIFEST}).status == 201
    where = call("POST", path + "/blobs/uploads/", headers=EMPTY).headers["location"]
    assert call("PATCH", where, body=b"unfinished").status == 202
    unfinished = STORE / "uploads" / sql(f"SELECT file_id FROM registry.upload WHERE id = '{where.rsplit('/', 1)[1]}'")
    old = sql(f"SELECT id FROM registry.repository WHERE key = '{key}'")
    sql(f"INSERT INTO registry.image_blob (image_id, blob_id) SELECT i.id, 1000000000 + n FROM registry.image i, generate_series(1, 200000) n WHERE repository_id = {old}")
    begun = time.monotonic()
    assert ask("DELETE", key).status == 200
    spent = time.monotonic() - begun
    assert spent < 1 or os.getloadavg()[0] > 3 * os.cpu_count(), spent
    assert call("GET", path + "/manifests/1").status == 404
    assert ask("PUT", key, rclass="local", packageType="docker").status == 200, "the key is free"
    assert call("GET", path + "/manifests/1").status == 404 and call("GET", f"{path}/blobs/{sha256(b'large layer')}").status == 404
    keep_until(lambda: count("repository", f"id = {old}") == 0 and not unfinished.exists(), 120)
    assert count("image_blob", "blob_id > 1000000000") == 0
    assert count("manifest", f"digest = '\\x{sha256(payload)[7:]}'") == 1, "content is left to the garbage collector"
    assert ask("DELETE", key).status == 200


@test
def upstreams_are_probed():
    """An upstream that is assumed offline is looked at from time to time: when it answers again its remote is used at once."""
    liar = Liar()
    liar.image = Image("keep probed")
    add_remote("keep-probed", liar.url, assumed_offline_seconds=3600, missing_seconds=0)
    pull = "/artifactory/api/docker/keep-probed/v2/keep/app/manifests/latest"
    liar.lie("refused")
    assert call("GET", pull).status == 404
    eventually(lambda: count("remote_state s JOIN registry.repository r ON r.id = s.repository_id", "r.key = 'keep-probed' AND s.offline_until > now()") == 1)
    liar.good()
    liar.clear()
    assert call("GET", pull).status == 404 and liar.server.count() == 0
    keep_until(lambda: liar.server.count("GET", "^/v2/$") > 0)
    eventually(lambda: call("GET", pull).status == 200)
    liar.stop()


@test
def nothing_is_lost():
    """After all this every row has its file and every file its row."""
    stack("stack_ctl", "check")


run()
