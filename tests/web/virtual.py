"""Virtual repositories: who answers, what is merged, where pushes land, and what the vhosts show."""
import itertools
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import Hub, Image

HUB = Hub()
numbers = itertools.count(1)
VIRTUAL = "/artifactory/api/docker/"


def repository(key, auth=ADMIN, **fields):
    """Create or replace by the REST interface; the key."""
    answer = call("PUT", "/artifactory/api/repositories/" + key, body=json.dumps(fields).encode(), auth=auth)
    assert answer.status == 200, answer
    return key


def edit(key, **fields):
    answer = call("POST", "/artifactory/api/repositories/" + key, body=json.dumps(fields).encode())
    assert answer.status == 200, answer


def new(rclass, **fields):
    """A repository with a key of its own."""
    return repository(f"{rclass}-v{next(numbers)}", rclass=rclass, **fields)


def remote(**fields):
    return new("remote", **{"url": HUB.url, "allowPrivateNetworks": True, "libraryPrefix": True, "assumedOfflinePeriodSecs": 0, **fields})


def delete(key):
    answer = call("DELETE", "/artifactory/api/repositories/" + key)
    assert answer.status == 200, answer


def at(key, path, method="GET", **more):
    return call(method, VIRTUAL + key + "/v2/" + path, **more)


def push(key, name, tag, text, **more):
    """A small image with one layer of its own; the manifest's bytes."""
    layer = text.encode()
    for data in (layer, b"{}"):
        answer = at(key, f"{name}/blobs/uploads/?digest={sha256(data)}", "POST", body=data, **more)
        assert answer.status == 201, answer
    payload = image((layer,))
    answer = at(key, f"{name}/manifests/{tag}", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST}, **more)
    assert answer.status == 201, answer
    return payload


def pull(key, name, tag, **more):
    return at(key, f"{name}/manifests/{tag}", **more)


def winner(key, name, tag, **more):
    answer = pull(key, name, tag, headers={"X-Stowage-Trace": "1"}, **more)
    return answer.headers.get("x-stowage-repository") if answer.status == 200 else answer.status


def hub_image(name, tag="1"):
    found = Image(f"{SERVER} virtual {next(numbers)}")
    HUB.push(name, tag, found)
    HUB.clear()
    return found


def served(method, path):
    """Requests that the hub served: the first one without a token is refused."""
    return sum("authorization" in entry["headers"] for entry in HUB.requests(method, path))


# --- The reference deployment -----------------------------------------------------------------------------------------------

@test
def reference_deployment():
    """A push to docker-dev lands in docker-dev-local2; what docker-prod holds is seen through docker-dev, and not the other way."""
    payload = push_image("ref/app")
    assert pull("docker-dev-local2", "ref/app", "latest").body == payload
    assert call("GET", "/v2/ref/app/manifests/latest", host=PROD).status == 404
    prod = push("docker-prod", "ref/prod", "1", "at prod")
    assert pull("docker-prod-local2", "ref/prod", "1").body == prod
    answer = call("GET", "/v2/ref/prod/manifests/1", headers={"X-Stowage-Trace": "1"})
    assert answer.body == prod and answer.headers["x-stowage-repository"] == "docker-prod-local2", answer
    assert call("GET", f"/v2/ref/prod/blobs/{sha256(b'at prod')}").body == b"at prod"


@test
def hub_through_the_vhost():
    """VHOST/busybox comes from the hub as library/busybox, by both vhosts, once."""
    push_image("ref/app")
    name = f"busybox{next(numbers)}"
    found = hub_image("library/" + name)
    edit("dockerhub", url=HUB.url, allowPrivateNetworks=True, offline=False, libraryPrefix=True, nsAliases=["docker.io"])
    try:
        for host, wanted in ((DEV, name), (PROD, name), (DEV, "library/" + name)):
            assert call("GET", f"/v2/{wanted}/manifests/1", host=host).body == found.manifest, (host, wanted)
            assert call("GET", f"/v2/{wanted}/blobs/{found.layer_digest}", host=host).body == found.layer
        assert served("GET", f"^/v2/library/{name}/manifests/1$") == 1 and served("GET", "/blobs/") == 1, HUB.requests("GET")
        assert call("GET", f"/v2/{name}/tags/list").json() == {"name": name, "tags": ["1"]}
        assert "library/" + name in call("GET", "/v2/_catalog?n=1000").json()["repositories"]
        # containerd names the registry it means; a name nobody stands for is not asked
        assert call("GET", f"/v2/library/{name}/manifests/1?ns=docker.io").body == found.manifest
        answer = call("GET", f"/v2/library/{name}/manifests/1?ns=quay.io")
        assert answer.status == 404 and answer.code() == "NAME_UNKNOWN" and VERSION in answer.headers, answer
        assert call("GET", f"/v2/ref/app/manifests/latest?ns={DEV}").status == 200, "its own name is not another registry"
    finally:
        edit("dockerhub", offline=True)


@test
def named_registry_and_patterns():
    """Naming a registry by ?ns= leads no way around the patterns of the virtual repositories on the way to it."""
    hub = remote(nsAliases=["named.test"])
    inner = new("virtual", repositories=[hub], excludesPattern="kept/out/**,kept/partly/2/manifest.json")
    outer = new("virtual", repositories=[inner])
    for name in ("kept/in", "kept/out/app", "kept/partly"):
        found = hub_image(name)
        HUB.push(name, "2", found)
        allowed = name != "kept/out/app"
        for path, good in ((f"manifests/{found.digest}", allowed), ("manifests/1", allowed), ("manifests/2", name == "kept/in"),
                           (f"blobs/{found.layer_digest}", allowed), ("tags/list", allowed)):
            answer = at(outer, f"{name}/{path}?ns=named.test")
            assert answer.status == (200 if good else 404), (name, path, answer)
            assert good or answer.code() == "NAME_UNKNOWN", answer
    assert not HUB.requests(None, "/kept/out/"), HUB.requests()


@test
def retag_and_push():
    """Pulled from the hub, tagged and pushed: no layer travels twice, and the image stands when the cache is gone."""
    hub, local = remote(), new("local")
    virtual = new("virtual", repositories=[local, hub], defaultDeploymentRepo=local)
    found = hub_image("library/base")
    assert pull(virtual, "base", "1").body == found.manifest
    blobs = [found.layer_digest] + [d["digest"] for d in (found.document["config"],)]
    for digest in blobs:
        assert at(virtual, f"base/blobs/{digest}").status == 200
    both = call("GET", f"{VIRTUAL}{virtual}/v2/token?scope=repository:mine/app:pull,push&scope=repository:base:pull").json()["token"]
    for digest in blobs:
        answer = at(virtual, f"mine/app/blobs/uploads/?mount={digest}&from=base", "POST", auth=both, headers={"Content-Length": "0"})
        assert answer.status == 201, answer
    HUB.clear()
    assert at(virtual, "mine/app/manifests/1", "PUT", body=found.manifest, headers={"Content-Type": OCI_MANIFEST}).status == 201
    # under the hub's own name nothing needs a mount: what the pusher sees there is linked
    assert at(virtual, "base/manifests/mine", "PUT", body=found.manifest, headers={"Content-Type": OCI_MANIFEST}).status == 201
    assert HUB.count() == 0
    delete(hub)
    for name, tag in (("mine/app", "1"), ("base", "mine")):
        assert pull(virtual, name, tag).body == found.manifest
        for digest in blobs:
            assert at(virtual, f"{name}/blobs/{digest}").status == 200, (name, digest)


@test
def pusher_sees_what_is_stored():
    """For a push only stored bytes count: HEAD with a push token asks no upstream, with a pull token it does."""
    hub, local = remote(), new("local")
    virtual = new("virtual", repositories=[local, hub], defaultDeploymentRepo=local)
    found = hub_image("library/seen")
    def token_for(actions):
        return call("GET", f"{VIRTUAL}{virtual}/v2/token?scope=repository:seen:{actions}").json()["token"]
    HUB.clear()
    assert at(virtual, f"seen/blobs/{found.layer_digest}", "HEAD", auth=token_for("pull,push")).status == 404
    assert at(virtual, f"seen/blobs/{found.layer_digest}", "HEAD").status == 404, "an administrator may push"
    assert HUB.count("HEAD", "/blobs/") == 0
    assert at(virtual, f"seen/blobs/{found.layer_digest}", "HEAD", auth=token_for("pull")).status == 200
    assert served("HEAD", "/blobs/") == 1 and HUB.count("GET", "/blobs/") == 0


# --- The shadowing guard ----------------------------------------------------------------------------------------------------

@test
def shadowing():
    """A name that a local member has is never answered by a remote's tag, cached or not; digests are; the last manifest gone, it is."""
    hub, local = remote(), new("local")
    virtual = new("virtual", repositories=[hub, local], defaultDeploymentRepo=local)
    found = hub_image("library/app")
    HUB.push("library/app", "2", found)
    assert pull(virtual, "app", "1").body == found.manifest
    start_answer = at(virtual, "app/blobs/uploads/", "POST", headers={"Content-Length": "0"})
    assert start_answer.status == 202 and pull(virtual, "app", "1").status == 200, "an abandoned upload hides nothing"
    mine = push(virtual, "app", "mine", "mine")
    HUB.clear()
    for name in ("app", "library/app"):
        assert pull(virtual, name, "1").status == 404 and pull(virtual, name, "2").status == 404, name
        assert pull(virtual, name, found.digest).body == found.manifest, name
    assert pull(virtual, "app", "mine").body == mine
    assert at(virtual, "app/tags/list").json()["tags"] == ["mine"]
    assert at(virtual, f"app/blobs/{found.layer_digest}").status == 404, "nor is an upstream asked for what is not here"
    assert HUB.count() == 0, HUB.requests()
    edit(virtual, shadowingGuard=False)
    assert pull(virtual, "app", "2").status == 200
    edit(virtual, shadowingGuard=True)
    assert pull(virtual, "app", "2").status == 404
    assert at(local, f"app/manifests/{sha256(mine)}", "DELETE").status == 202
    assert pull(virtual, "app", "1").body == found.manifest


@test
def shadowing_unseen():
    """The guard counts what the caller may not read."""
    hub, local = remote(), new("local")
    virtual = new("virtual", repositories=[local, hub], defaultDeploymentRepo=local)
    hub_image("library/secret")
    push(virtual, "secret", "1", "a local secret")
    user = add_user(f"unseeing{next(numbers)}", "read,write", hub)
    HUB.clear()
    assert pull(virtual, "secret", "1", auth=user).status == 404 and HUB.count() == 0


# --- Order ------------------------------------------------------------------------------------------------------------------

@test
def order():
    """Locals in their order, then caches, then upstreams; a priority member first; with the option the newest tag."""
    first, second, hub = new("local"), new("local"), remote()
    inner = new("virtual", repositories=[second])
    virtual = new("virtual", repositories=[hub, first, inner], defaultDeploymentRepo=first)
    push(first, "o/app", "1", "first")
    push(second, "o/app", "1", "second")
    push(second, "o/only", "1", "only")
    assert winner(virtual, "o/app", "1") == first and winner(virtual, "o/only", "1") == second
    edit(virtual, repositories=[hub, inner, first])
    assert winner(virtual, "o/app", "1") == second, "the next request sees the new order"
    edit(first, priorityResolution=True)
    assert winner(virtual, "o/app", "1") == first
    edit(first, priorityResolution=False)
    edit(virtual, resolveDockerTagsByTimestamp=True)
    push(first, "o/app", "1", "first again")
    assert winner(virtual, "o/app", "1") == first
    push(second, "o/app", "1", "second again")
    assert winner(virtual, "o/app", "1") == second


@test
def priority_remote():
    """A priority remote's upstream is asked before other members; where it fails or has nothing they answer."""
    hub, other, local = remote(priorityResolution=True), remote(), new("local")
    virtual = new("virtual", repositories=[local, other, hub], shadowingGuard=False)
    push(local, "p/app", "1", "local")
    assert winner(virtual, "p/app", "1") == local
    hub_image("p/app")
    edit(hub, missedRetrievalCachePeriodSecs=0, url=HUB.url + "/")
    sql("DELETE FROM registry.negative_cache")
    assert winner(virtual, "p/app", "1") == hub
    assert winner(virtual, "p/none", "1") == 404


# --- Patterns and black-out -------------------------------------------------------------------------------------------------

@test
def patterns():
    """Patterns of every repository on the path count, by the name used there, and by NAME/TAG/manifest.json."""
    local = new("local", excludesPattern="**/hidden")
    inner = new("virtual", repositories=[local], includesPattern="team/**")
    virtual = new("virtual", repositories=[inner], excludesPattern="team/app/old/**")
    for name in ("team/app", "other/app"):
        push(local, name, "1", name)
        at(local, f"{name}/manifests/old", "PUT", body=pull(local, name, "1").body, headers={"Content-Type": OCI_MANIFEST})
    assert at(local, "team/hidden/blobs/uploads/", "POST", headers={"Content-Length": "0"}).status in (403, 404, 409)
    assert winner(virtual, "team/app", "1") == local and winner(virtual, "other/app", "1") == 404
    assert winner(virtual, "team/app", "old") == 404 and winner(inner, "team/app", "old") == local
    assert at(virtual, "team/app/tags/list").json()["tags"] == ["1"]
    layer = sha256(b"other/app")
    assert at(local, f"other/app/blobs/{layer}").status == 200 and at(virtual, f"other/app/blobs/{layer}").status == 404, "blobs too"
    edit(inner, includesPattern="**/*")
    assert winner(virtual, "other/app", "1") == local and at(virtual, f"other/app/blobs/{layer}").status == 200
    edit(virtual, excludesPattern="other/**")
    assert winner(virtual, "other/app", "1") == 404 and at(virtual, f"other/app/blobs/{layer}").status == 404


@test
def pushed_where_it_can_be_pulled():
    """A push goes only where a pull from the same place finds it: not past a pattern or a black-out on the way; nor does a token for it."""
    local = new("local")
    inner = new("virtual", repositories=[local], excludesPattern="**/hidden")
    virtual = new("virtual", repositories=[inner], includesPattern="team/**", defaultDeploymentRepo=local)
    push(virtual, "team/app", "1", "seen")
    assert winner(virtual, "team/app", "1") == local
    payload = push(local, "other/app", "1", "not seen")
    for name in ("other/app", "team/hidden"):
        answer = at(virtual, f"{name}/blobs/uploads/", "POST", headers={"Content-Length": "0"})
        assert answer.status == 403 and answer.code() == "DENIED", answer
        answer = at(virtual, f"{name}/manifests/2", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST})
        assert answer.status == 403, answer
        answer = at(virtual, f"{name}/blobs/uploads/?mount={sha256(b'seen')}&from=team/app", "POST", headers={"Content-Length": "0"})
        assert answer.status == 403, answer
        granted = call("GET", f"{VIRTUAL}{virtual}/v2/token?scope=repository:{name}:pull,push").json()["token"]
        assert at(virtual, f"{name}/blobs/uploads/", "POST", auth=granted, headers={"Content-Length": "0"}).status == 401
    assert at(virtual, "other/app/manifests/1", "DELETE").status == 403 and winner(local, "other/app", "1") == local
    edit(inner, blackedOut=True)
    answer = at(virtual, "team/app/blobs/uploads/", "POST", headers={"Content-Length": "0"})
    assert answer.status == 403, answer
    edit(inner, blackedOut=False)
    # a second way there, without patterns
    edit(virtual, repositories=[inner, local], includesPattern="**/*")
    push(virtual, "team/hidden", "1", "by the other way")
    assert winner(virtual, "team/hidden", "1") == local


@test
def tags_kept_out():
    """A tag that a pattern keeps out, as NAME/TAG/manifest.json, is neither pushed nor promoted there, and who answers says so."""
    local, source = new("local", excludesPattern="team/app/old/**"), new("local")
    virtual = new("virtual", repositories=[local], defaultDeploymentRepo=local)
    payload = push(virtual, "team/app", "1", "tags")
    push(source, "team/app", "old", "tags")
    for key in (local, virtual):
        answer = at(key, "team/app/manifests/old", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST})
        assert answer.status == 403 and answer.code() == "DENIED" and "pattern" in answer.json()["errors"][0]["message"], answer
    order = {"targetRepo": local, "dockerRepository": "team/app"}
    answer = at(source, "promote", "POST", body=json.dumps(order).encode())
    assert answer.status == 403 and "team/app:old" in answer.json()["errors"][0]["message"], answer
    assert at(source, "promote", "POST", body=json.dumps({**order, "tag": "old", "targetTag": "new"}).encode()).status == 200
    assert at(virtual, "team/app/tags/list").json()["tags"] == ["1", "new"]
    edit(local, excludesPattern="")
    assert at(local, "team/app/manifests/old", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST}).status == 201
    edit(local, excludesPattern="team/app/old/**")
    said = call("GET", f"{VIRTUAL}{virtual}/who?name=team/app&reference=old").json()
    assert said["winner"] is None and "the tag" in said["members"][0]["why"] and winner(virtual, "team/app", "old") == 404, said


@test
def tags_let_in():
    """Where patterns let in one tag of a name alone, that one is listed, and the name is a local one: no remote answers for its other tags."""
    hub, local = remote(), new("local")
    inner = new("virtual", repositories=[local], includesPattern="shown/mine/**")
    virtual = new("virtual", repositories=[inner, hub])
    hub_image("library/shown", "2")
    payload = push(local, "shown", "mine", "mine")
    assert at(local, "shown/manifests/2", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST}).status == 201
    HUB.clear()
    for key in (inner, virtual):
        assert at(key, "shown/tags/list").json()["tags"] == ["mine"] and at(key, "shown/tags/list?last=mine").json()["tags"] == [], key
        assert winner(key, "shown", "mine") == local and winner(key, "shown", "2") == 404, key
    assert HUB.count() == 0
    edit(inner, includesPattern="shown/other/**")
    assert at(inner, "shown/tags/list").status == 404 and winner(virtual, "shown", "2") == hub


@test
def remote_patterns():
    """A remote's patterns see the canonical name, and keep its upstream from being asked."""
    hub = remote(includesPattern="library/**")
    virtual = new("virtual", repositories=[hub])
    found = hub_image("library/fits")
    hub_image("team/not")
    assert pull(virtual, "fits", "1").body == found.manifest
    HUB.clear()
    assert pull(virtual, "team/not", "1").status == 404 and HUB.count() == 0


@test
def black_out():
    """A blacked-out repository is not a member; a blacked-out key is refused with the version header, to tokens too, so that clients do not fall back to v1."""
    first, second = new("local"), new("local")
    virtual = new("virtual", repositories=[first, second], defaultDeploymentRepo=first)
    for key in (first, second):
        push(key, "b/app", "1", key)
    edit(first, blackedOut=True)
    assert winner(virtual, "b/app", "1") == second
    def bearer():
        return {"Authorization": "Bearer " + at(virtual, "token?scope=repository:b/app:pull,push").json()["token"]}

    def refused(answer):
        assert answer.status == 403 and answer.code() == "DENIED" and VERSION in answer.headers, answer
        message = answer.json()["errors"][0]["message"]
        assert "blacked out" in message, answer
        return message

    for headers in ({}, bearer()):
        answer = at(virtual, "b/app/blobs/uploads/", "POST", headers={"Content-Length": "0", **headers}, auth=None if headers else ADMIN)
        assert first in refused(answer), "which of the two it may be"
    edit(virtual, blackedOut=True)
    refused(pull(virtual, "b/app", "1"))
    for path in ("manifests/1", "tags/list", "blobs/" + sha256(b"x")):
        refused(at(virtual, "b/app/" + path, headers=bearer(), auth=None))


# --- Merged lists -----------------------------------------------------------------------------------------------------------

@test
def merged():
    """Tags, catalog and referrers are those of all members the caller may read: sorted, each once, paged."""
    one, two, hub = new("local"), new("local"), remote()
    virtual = new("virtual", repositories=[two, one, hub], shadowingGuard=False)
    payload = push(one, "m/app", "a", "both")
    push(two, "m/app", "a", "both")
    for key, tag in ((one, "c"), (two, "b"), (one, "d")):
        assert at(key, f"m/app/manifests/{tag}", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST}).status == 201
    hub_image("m/app", "e")
    assert at(virtual, "m/app/tags/list").json()["tags"] == ["a", "b", "c", "d", "e"]
    found, path = [], f"{VIRTUAL}{virtual}/v2/m/app/tags/list?n=2"
    while path:
        answer = call("GET", path)
        found.append(answer.json()["tags"])
        path = answer.headers["link"].split("<")[1].split(">")[0] if "link" in answer.headers else None
    assert found == [["a", "b"], ["c", "d"], ["e"]], found
    push(two, "m/two", "1", "two")
    names = at(virtual, "_catalog").json()["repositories"]
    assert names == ["m/app", "m/two"], names
    for key in (one, two):
        body = json.dumps({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": "application/x-" + key,
                           "config": descriptor(b"{}", "application/vnd.oci.empty.v1+json"), "layers": [descriptor(b"both")],
                           "subject": descriptor(payload, OCI_MANIFEST)}).encode()
        assert at(key, f"m/app/manifests/{sha256(body)}", "PUT", body=body, headers={"Content-Type": OCI_MANIFEST}).status == 201
    types = {m["artifactType"] for m in at(virtual, f"m/app/referrers/{sha256(payload)}").json()["manifests"]}
    assert types == {"application/x-" + one, "application/x-" + two}, types
    user = add_user(f"merged{next(numbers)}", "read", one)
    assert at(virtual, "m/app/tags/list", auth=user).json()["tags"] == ["a", "c", "d"]
    assert at(virtual, "_catalog", auth=user).json()["repositories"] == ["m/app"]


@test
def readers_fill_nothing():
    """Who may not write to a remote reads what is cached and fetches nothing; the refusal says so."""
    hub = remote()
    virtual = new("virtual", repositories=[hub])
    found = hub_image("library/fill")
    user = add_user(f"reader{next(numbers)}", "read", hub)
    HUB.clear()
    answer = pull(virtual, "fill", "1", auth=user)
    assert answer.status == 403 and answer.code() == "DENIED" and "cache" in answer.json()["errors"][0]["message"], answer
    assert HUB.count() == 0
    assert pull(virtual, "fill", "1").status == 200 and pull(virtual, "fill", "1", auth=user).body == found.manifest


# --- Pushes and life --------------------------------------------------------------------------------------------------------

@test
def no_default_deployment():
    """A push without a default deployment, or to a remote, is 405 UNSUPPORTED with a sentence, with a token too."""
    local = new("local")
    for key in (new("virtual", repositories=[local]), remote()):
        answer = at(key, "n/app/blobs/uploads/", "POST", headers={"Content-Length": "0"})
        assert answer.status == 405 and answer.code() == "UNSUPPORTED" and "deployment" in answer.json()["errors"][0]["message"], answer
        answer = at(key, "n/app/manifests/1", "PUT", body=image(), headers={"Content-Type": OCI_MANIFEST})
        assert answer.status == 405 and answer.code() == "UNSUPPORTED", answer
        scope = "token?scope=repository:n/app:pull,push"
        bearer = {"Content-Length": "0", "Authorization": "Bearer " + at(key, scope).json()["token"]}
        answer = at(key, "n/app/blobs/uploads/", "POST", headers=bearer, auth=None)
        assert answer.status == 405 and "deployment" in answer.json()["errors"][0]["message"], answer
        answer = at(key, "n/app/blobs/uploads/", "POST", headers={"Content-Length": "0"}, auth=None)
        assert answer.status == 401, answer


@test
def edited_and_deleted():
    """An edit is in force for the next request; a deleted virtual is absent as a v1 client expects, made again it is there."""
    local = new("local")
    virtual = new("virtual", repositories=[])
    push(local, "e/app", "1", "edited")
    assert pull(virtual, "e/app", "1").status == 404
    edit(virtual, repositories=[local])
    assert pull(virtual, "e/app", "1").status == 200
    delete(virtual)
    for path in ("", "e/app/manifests/1"):
        answer = at(virtual, path)
        assert answer.status == 404 and VERSION not in answer.headers and not answer.body.startswith(b"{"), answer
    repository(virtual, rclass="virtual", repositories=[local])
    assert pull(virtual, "e/app", "1").status == 200


def respawn(name):
    """Stop a responder and start it again as it was: a restart, not a deploy."""
    pid = pids(name)[0]
    with open(f"/proc/{pid}/cmdline", "rb") as text:
        command = text.read().decode().split("\0")[:-1]
    with open(f"/proc/{pid}/environ", "rb") as text:
        environment = dict(item.split("=", 1) for item in text.read().decode().split("\0") if item)
    owner = os.stat(f"/proc/{pid}")
    os.kill(pid, 15)
    end = time.monotonic() + 30
    while os.path.exists(f"/proc/{pid}") and open(f"/proc/{pid}/stat", encoding="ascii").read().split()[2] != "Z":
        assert time.monotonic() < end, "does not stop"
        time.sleep(0.1)
    subprocess.Popen(command, env=environment, user=owner.st_uid, group=owner.st_gid, start_new_session=True, cwd="/",  # pylint: disable=consider-using-with
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while call("GET", {"stowage-v2": "/readyz", "stowage-v1": "/v1/_ping"}.get(name, "/artifactory/api/system/ping")).status != 200:
        assert time.monotonic() < end, "does not start"
        time.sleep(0.1)
    time.sleep(1.5)  # each process of lighttpd leaves a backend alone for a second that it could not reach


@test
def restart_recreates_nothing():
    """A restart of all responders recreates nothing that was deleted."""
    delete("docker-prod-local")
    for name in ("stowage-v1", "stowage-v2", "stowage-admin"):
        respawn(name)
    end = time.monotonic() + 10
    while (answer := call("GET", "/artifactory/api/repositories/docker-prod-local")).status == 503 and time.monotonic() < end:
        time.sleep(0.2)
    assert answer.status == 404, answer


run()
HUB.stop()
