"""Work and memory that a few bytes may cost: layers that unpack to much, lists of fat entries, readers of wide windows."""
import gzip
import threading

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, V1Image, layer_of

CONFIG = json.dumps({"architecture": "amd64", "os": "linux", "history": [{"created_by": "COPY"}]}).encode()
MIB = 1 << 20
WATCHED = int(os.environ.get("STOWAGE_RSS_MIB", "0"))  # programs that watch themselves need memory of their own


def workers_hwm(name, reset=False):
    """The most memory that each worker had since the last reset, in bytes."""
    found = []
    for pid in pids(name)[1:]:
        if reset:
            with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as out:
                out.write("5")
        with open(f"/proc/{pid}/status", encoding="ascii") as text:
            found.append(int(text.read().split("VmHWM:")[1].split()[0]) * 1024)
    return found


def repository(key, **settings):
    answer = call("PUT", f"/artifactory/api/repositories/{key}", json.dumps({"rclass": "local", **settings}).encode(), {"Content-Type": "application/json"})
    assert answer.status == 200, answer


def make_repositories():
    repository("bounds-v2")
    repository("bounds-v1", dockerApiVersion="V1", bridgeRepository="bounds-v2", bridgePush=True)


def diff_id(layer):
    return sql(f"SELECT encode(diff_id, 'hex') FROM registry.blob WHERE digest = '\\x{sha256(layer)[7:]}'")


@test
def layers_are_unpacked_once():
    """What a v1 layer holds unpacked is worked out once, at the first tag that is handed on, and kept; a layer of v2 is not unpacked."""
    make_repositories()
    image, prefix = V1Image("bounds/app"), "/artifactory/api/docker/bounds-"
    client = Client("bounds/app", prefix=prefix + "v1")
    client.push("one", image)
    plain = hashlib.sha256(gzip.decompress(image.layer)).hexdigest()
    assert diff_id(image.layer) == plain

    def told(tag):
        manifest = call("GET", f"{prefix}v2/v2/bounds/app/manifests/{tag}").json()
        return call("GET", f"{prefix}v2/v2/bounds/app/blobs/{manifest['config']['digest']}").json()["rootfs"]["diff_ids"]

    assert told("one") == ["sha256:" + plain]
    sql(f"UPDATE registry.blob SET diff_id = sha256('kept') WHERE digest = '\\x{sha256(image.layer)[7:]}'")
    client.push("two", image)
    assert told("two") == [sha256(b"kept")], "it is not unpacked again"
    layer = layer_of(two="v2")
    push_image("bounds/two", layers=[layer])
    assert diff_id(layer) == ""


@test
def bombs_are_unpacked_once():
    """A layer that unpacks to more than the bounds is refused with a reason where it would have to be unpacked, and tried once."""
    make_repositories()
    bomb = V1Image("bounds/bomb", layer=gzip.compress(bytes(300 * MIB), 9, mtime=0))
    client = Client("bounds/bomb", prefix="/artifactory/api/docker/bounds-v1")
    client.begin(bomb)
    assert client.push_image(bomb)
    for tag in ("one", "two"):
        answer = client.put_tag(tag, bomb)
        assert answer.status == 400 and "cannot unpack layer" in answer.json()["error"], answer
    assert sql(f"SELECT length(diff_id) FROM registry.blob WHERE digest = '\\x{sha256(bomb.layer)[7:]}'") == "0"


@test
def referrers_page_by_bytes():
    """A page of referrers ends at 4 MiB with a Link; pages together hold each once, in bounded memory."""
    subject = push_image("bounds/subject")
    pushed = set()
    for i in range(24):
        payload = image(subject=descriptor(subject, OCI_MANIFEST), annotations={"fat": str(i) + "x" * 900_000})
        assert put_manifest("bounds/subject", sha256(payload), payload).status == 201
        pushed.add(sha256(payload))
    workers_hwm("stowage-v2", reset=True)
    path, seen, pages = "/v2/bounds/subject/referrers/" + sha256(subject) + "?n=1000", [], 0
    while path:
        answer = call("GET", path)
        assert answer.status == 200 and len(answer.body) <= 4 * MIB + 1000, len(answer.body)
        seen += [entry["digest"] for entry in answer.json()["manifests"]]
        path = answer.headers["link"].split("<")[1].split(">")[0] if "link" in answer.headers else None
        pages += 1
    assert sorted(seen) == sorted(pushed) and pages == 6, pages
    for used in workers_hwm("stowage-v2"):
        assert used < max(128, WATCHED) * MIB, used


@test
def one_fat_referrer():
    """A referrer that is larger than a page is a page of its own."""
    subject = push_image("bounds/fat")
    for i in range(2):
        payload = image(subject=descriptor(subject, OCI_MANIFEST), annotations={"fat": str(i) + '"' * 2_050_000})
        assert put_manifest("bounds/fat", sha256(payload), payload).status == 201
    answer = call("GET", "/v2/bounds/fat/referrers/" + sha256(subject))
    assert len(answer.json()["manifests"]) == 1 and "link" in answer.headers, answer


@test
def wide_windows():
    """A zstd layer with a window of more than 8 MiB is refused to v1 clients before a byte is sent; 24 readers at once need little memory."""
    data = os.urandom(40 * MIB)
    for wide, name in ((True, "wide"), (False, "narrow")):
        packed = subprocess.run(["zstd", "-q", "-c", "-1", *(["--long=27"] if wide else []), "--single-thread"], input=data,
                                capture_output=True, check=True).stdout
        for blob in (packed, CONFIG):
            put_blob("bounds/" + name, blob)
        document = json.loads(image([packed], CONFIG))
        document["layers"][0]["mediaType"] = "application/vnd.oci.image.layer.v1.tar+zstd"
        assert put_manifest("bounds/" + name, "x", json.dumps(document).encode()).status == 201
    answers = []

    def read(name):
        client = Client("bounds/" + name)
        client.index("GET", "/images")
        top = client.registry("GET", f"repositories/bounds/{name}/tags/x").json()
        answer = client.registry("GET", f"images/{top}/layer")
        answers.append((name, answer.status, gzip.decompress(answer.body) == data if answer.status == 200 else answer.json()["error"]))

    workers_hwm("stowage-v1", reset=True)
    threads = [threading.Thread(target=read, args=("narrow" if i % 4 == 0 else "wide",)) for i in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 24, answers
    for name, status, said in answers:
        assert (status, said) == (200, True) if name == "narrow" else status == 405 and "8 MiB" in said, (name, status, said)
    for used in workers_hwm("stowage-v1"):
        assert used < max(256, WATCHED) * MIB, used


def limit_memory(pid, size):
    """As the worker's user, which may where root may not."""
    subprocess.run(["prlimit", f"--pid={pid}", f"--data={size}:"], check=True, user=os.stat(f"/proc/{pid}").st_uid,
                   group=os.stat(f"/proc/{pid}").st_gid, extra_groups=[])


@test
def no_memory_for_one_request():
    """A request whose body does not fit in memory is 503 in the API's own form; the worker goes on with the others."""
    if WATCHED:
        return
    before, payload = pids("stowage-v2"), image(annotations={"pad": "x" * 4_000_000})
    push_image("bounds/memory")
    access = token("repository:bounds/memory:pull,push")  # a password would take 16 MiB to hash
    for _ in range(16):  # behind Apache a body of some size is handed to another thread: let it be there
        assert put_manifest("bounds/memory", "some", image(annotations={"pad": "x" * 20_000}), auth=access).status == 201
    for pid in before[1:]:
        with open(f"/proc/{pid}/status", encoding="ascii") as text:
            now = int(text.read().split("VmData:")[1].split()[0]) * 1024 + 3 * MIB
        limit_memory(pid, now)
    try:
        for _ in range(8):
            answer = put_manifest("bounds/memory", "fat", payload, auth=access)
            assert answer.status == 503 and answer.headers["retry-after"] and answer.headers[VERSION] == "registry/2.0", answer
            assert answer.code() == "UNAVAILABLE", answer
            assert call("GET", "/v2/bounds/memory/manifests/latest", auth=access).status == 200
    finally:
        for pid in pids("stowage-v2")[1:]:
            limit_memory(pid, "unlimited")
    assert pids("stowage-v2") == before, "a worker ended"
    assert put_manifest("bounds/memory", "fat", payload).status == 201


run()
