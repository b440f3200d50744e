"""Patterns and black-outs on the way through virtual repositories, for pulls, pushes, promotions and lists."""
from hub_repositories import HUB, hub_image, remote
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import


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
def patterns():
    """Patterns of every repository on the path count, by the name used there, and by NAME/TAG/manifest.json."""
    local = new("local", excludesPattern="**/hidden")
    inner = new("virtual", repositories=[local], includesPattern="team/**")
    virtual = new("virtual", repositories=[inner], excludesPattern="team/app/old/**")
    for name in ("team/app", "other/app"):
        push(local, name, "1", name)
        at(local, f"{name}/manifests/old", "PUT", body=pull(local, name, "1").body, headers={"Content-Type": OCI_MANIFEST})
    assert at(local, "team/hidden/blobs/uploads/", "POST", headers=EMPTY).status in (403, 404, 409)
    assert winner(virtual, "team/app", "1") == local and winner(virtual, "other/app", "1") == 404
    assert winner(virtual, "team/app", "old") == 404 and winner(inner, "team/app", "old") == local
    assert at(virtual, "team/app/tags/list").json()["tags"] == ["1"]
    layer = sha256(b"other/app")
    assert at(local, f"other/app/blobs/{layer}").status == 200 and at(virtual, f"other/app/blobs/{layer}").status == 404, "blobs too"
    post(inner, includesPattern="**/*")
    assert winner(virtual, "other/app", "1") == local and at(virtual, f"other/app/blobs/{layer}").status == 200
    post(virtual, excludesPattern="other/**")
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
        answer = at(virtual, f"{name}/blobs/uploads/", "POST", headers=EMPTY)
        assert answer.status == 403 and answer.code() == "DENIED", answer
        answer = at(virtual, f"{name}/manifests/2", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST})
        assert answer.status == 403, answer
        answer = at(virtual, f"{name}/blobs/uploads/?mount={sha256(b'seen')}&from=team/app", "POST", headers=EMPTY)
        assert answer.status == 403, answer
        granted = at(virtual, f"token?scope=repository:{name}:pull,push").json()["token"]
        assert at(virtual, f"{name}/blobs/uploads/", "POST", auth=granted, headers=EMPTY).status == 401
    assert at(virtual, "other/app/manifests/1", "DELETE").status == 403 and winner(local, "other/app", "1") == local
    post(inner, blackedOut=True)
    answer = at(virtual, "team/app/blobs/uploads/", "POST", headers=EMPTY)
    assert answer.status == 403, answer
    post(inner, blackedOut=False)
    # a second way there, without patterns
    post(virtual, repositories=[inner, local], includesPattern="**/*")
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
    post(local, excludesPattern="")
    assert at(local, "team/app/manifests/old", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST}).status == 201
    post(local, excludesPattern="team/app/old/**")
    said = who(virtual, "team/app", "old")
    assert said["winner"] is None and "tag excluded" in said["members"][0]["why"] and winner(virtual, "team/app", "old") == 404, said


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
    post(inner, includesPattern="shown/other/**")
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
    post(first, blackedOut=True)
    assert winner(virtual, "b/app", "1") == second

    def bearer():
        return {"Authorization": "Bearer " + at(virtual, "token?scope=repository:b/app:pull,push").json()["token"]}

    def refused(answer):
        assert answer.status == 403 and answer.code() == "DENIED" and VERSION in answer.headers, answer
        message = answer.json()["errors"][0]["message"]
        assert "blacked out" in message, answer
        return message

    for headers in ({}, bearer()):
        answer = at(virtual, "b/app/blobs/uploads/", "POST", headers={**EMPTY, **headers}, auth=None if headers else ADMIN)
        assert first in refused(answer), "which of the two it may be"
    post(virtual, blackedOut=True)
    refused(pull(virtual, "b/app", "1"))
    for path in ("manifests/1", "tags/list", "blobs/" + sha256(b"x")):
        refused(at(virtual, "b/app/" + path, headers=bearer(), auth=None))


run()
