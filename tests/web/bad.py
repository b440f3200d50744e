"""Blobs whose bytes changed on the disk: found by a check, served to nobody, brought again by who has them."""
import pathlib

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, V1Image
from upstream import Hub, Image

STORE = pathlib.Path(STATE).resolve() / "store"


def file_of(data):
    """The file that the row of these bytes names."""
    number = sql(f"SELECT file_id FROM registry.blob WHERE digest = '\\x{sha256(data)[7:]}'")
    return STORE / f"blobs/sha256/{sha256(data)[7:9]}/{sha256(data)[7:]}.{number}"


def rot(data):
    """Change a byte; a check says so. The file."""
    path = file_of(data)
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    script = STACK + "stack_ctl check"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "wrong bytes: " + str(path) in done.stdout, done
    return path


def is_silent():
    """A check finds no problem. It may find garbage, files of processes that other themes killed."""
    return all(line.startswith("garbage: ") for line in stack("stack_ctl", "check").splitlines())


@test
def is_unknown():
    """A bad blob is 404 on GET and HEAD, cannot be mounted, and a manifest that names it is refused."""
    data = b"bad bytes"
    push_image("bad/app", layers=[data])
    rot(data)
    path = "/v2/bad/app/blobs/" + sha256(data)
    assert call("GET", path).code() == "BLOB_UNKNOWN" and call("HEAD", path).status == 404
    assert call("POST", f"/v2/bad/other/blobs/uploads/?mount={sha256(data)}&from=bad/app", headers=EMPTY).status == 202
    answer = put_manifest("bad/app", "again", image([data]))
    assert answer.status in (400, 404) and answer.code() == "MANIFEST_BLOB_UNKNOWN", answer
    put_blob("bad/app", data)  # checks are silent again


@test
def is_healed_by_a_push():
    """Pushed again it is served again; the old file goes when nobody can be reading it any more."""
    data = b"bytes pushed again"
    push_image("bad/healed", layers=[data])
    old, path = rot(data), "/v2/bad/healed/blobs/" + sha256(data)
    put_blob("bad/healed", data)
    assert call("GET", path).body == data and file_of(data) != old
    assert old.exists() and sql(f"SELECT not_before > now() FROM registry.gc_unlink WHERE file_id = {old.suffix[1:]}") == "t"
    assert put_manifest("bad/healed", "again", image([data])).status == 201
    sql(f"UPDATE registry.gc_unlink SET not_before = now() WHERE file_id = {old.suffix[1:]}")
    stack("stack_keep")
    eventually(lambda: not old.exists())
    assert is_silent() and call("GET", path).body == data


@test
def is_healed_by_its_file():
    """A file that was put back in its place is served again after the next check."""
    data = b"bytes of a backup"
    path = "/v2/bad/backup/blobs/" + put_blob("bad/backup", data)
    file = rot(data)
    assert call("GET", path).status == 404
    file.write_bytes(data)
    assert is_silent() and call("GET", path).body == data


@test
def is_fetched_again():
    """A bad blob of a remote comes from the upstream again."""
    hub, found = Hub(), Image("bad remote")
    try:
        hub.push("team/app", "1", found)
        add_remote("bad-remote", hub.url)
        path = "/artifactory/api/docker/bad-remote/v2/team/app/"
        assert call("GET", path + "manifests/1").status == 200 and call("GET", path + "blobs/" + found.layer_digest).body == found.layer
        rot(found.layer)
        hub.clear()
        assert call("GET", path + "blobs/" + found.layer_digest).body == found.layer
        assert hub.requests("GET", "/blobs/")
        hub.clear()
        assert call("GET", path + "blobs/" + found.layer_digest).body == found.layer and not hub.requests("GET", "/blobs/")
    finally:
        hub.stop()


@test
def is_pushed_again_over_v1():
    """A v1 image whose layer is bad is not there for v1 clients, which bring it again."""
    top = V1Image("bad v1 top", parent=V1Image("bad v1 base"))
    client = Client("bad/v1")
    client.push("latest", top)
    rot(top.layer)
    assert client.image("GET", top, "json").status == client.image("GET", top, "layer").status == 404
    assert client.image("GET", top.parent, "layer").body == top.parent.layer
    assert client.push("latest", top) == 1
    assert [layer for _, layer in client.pull("latest")] == [top.parent.layer, top.layer]


run()
