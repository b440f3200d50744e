"""Virtual repositories: the reference deployment, which member answers, the shadowing guard, and merged lists."""
from hub_repositories import HUB, hub_image, remote, served
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import


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
    name = unique("busybox")
    found = hub_image("library/" + name)
    kept = document("dockerhub")
    post("dockerhub", url=HUB.url, allowPrivateNetworks=True, offline=False, libraryPrefix=True, nsAliases=["docker.io"])
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
        put("dockerhub", **kept)


# --- The shadowing guard ----------------------------------------------------------------------------------------------------

@test
def shadowing():
    """A name that a local member has is never answered by a remote's tag, cached or not; digests are; the last manifest gone, it is."""
    hub, local = remote(), new("local")
    virtual = new("virtual", repositories=[hub, local], defaultDeploymentRepo=local)
    found = hub_image("library/app")
    HUB.push("library/app", "2", found)
    assert pull(virtual, "app", "1").body == found.manifest
    start_answer = at(virtual, "app/blobs/uploads/", "POST", headers=EMPTY)
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
    post(virtual, shadowingGuard=False)
    assert pull(virtual, "app", "2").status == 200
    post(virtual, shadowingGuard=True)
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
    user = add_user(unique("unseeing"), "read,write", hub)
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
    post(virtual, repositories=[hub, inner, first])
    assert winner(virtual, "o/app", "1") == second, "the next request sees the new order"
    post(first, priorityResolution=True)
    assert winner(virtual, "o/app", "1") == first
    post(first, priorityResolution=False)
    post(virtual, resolveDockerTagsByTimestamp=True)
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
    post(hub, missedRetrievalCachePeriodSecs=0, url=HUB.url + "/")
    sql("DELETE FROM registry.negative_cache")
    assert winner(virtual, "p/app", "1") == hub
    assert winner(virtual, "p/none", "1") == 404


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
    found, path = [], f"{API}docker/{virtual}/v2/m/app/tags/list?n=2"
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
    user = add_user(unique("merged"), "read", one)
    assert at(virtual, "m/app/tags/list", auth=user).json()["tags"] == ["a", "c", "d"]
    assert at(virtual, "_catalog", auth=user).json()["repositories"] == ["m/app"]


@test
def readers_fill_nothing():
    """Who may not write to a remote reads what is cached and fetches nothing; the refusal says so."""
    hub = remote()
    virtual = new("virtual", repositories=[hub])
    found = hub_image("library/fill")
    user = add_user(unique("reader"), "read", hub)
    HUB.clear()
    answer = pull(virtual, "fill", "1", auth=user)
    assert answer.status == 403 and answer.code() == "DENIED" and "cache" in answer.json()["errors"][0]["message"], answer
    assert HUB.count() == 0
    assert pull(virtual, "fill", "1").status == 200 and pull(virtual, "fill", "1", auth=user).body == found.manifest


run()
