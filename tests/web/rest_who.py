"""Who answers: which member of a virtual repository a pull would get, and why."""
import itertools

from hub_repositories import HUB, hub_image, remote
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import


def why(answer):
    return {member["repository"]: member["why"] for member in answer["members"]}


@test
def who_order():
    """Who answers: locals in their order, nested ones in place, then remotes; the first that has it wins, and the pull says the same."""
    first, second, hub = new(), new(), remote()
    inner = new("virtual", repositories=[second])
    virtual = new("virtual", repositories=[hub, first, inner])
    mine = push(first, "app", "1", "first")
    push(second, "app", "1", "second")
    push(second, "app", "2", "second")
    answer = who(virtual, "app", "1")
    assert [(m["repository"], m["rclass"], m["name"]) for m in answer["members"]] == [
        (first, "local", "app"), (second, "local", "app"), (hub, "remote", "library/app")], answer
    assert why(answer) == {first: "has it", second: "has it, but another comes first", hub: "a local member has the name, so no remote answers for its tags"}, answer
    assert answer["winner"] == first and answer["digest"] == sha256(mine) and answer["asked"] == [] and first in answer["reason"], answer
    assert (answer["repository"], answer["name"], answer["reference"], answer["user"]) == (virtual, "app", "1", "admin"), answer
    answer = who(virtual, "app", "2")
    assert answer["winner"] == second and why(answer)[first] == "does not have it", answer
    assert who(virtual, "app", sha256(mine))["winner"] == first, "by digest as well"
    post(second, priorityResolution=True)
    answer = who(virtual, "app", "1")
    assert answer["winner"] == second and answer["members"][0]["repository"] == second and answer["members"][0]["priority"] is True, answer
    answer = who(first, "app", "1")
    assert answer["winner"] == first and len(answer["members"]) == 1, "a local answers for itself"


@test
def who_upstream():
    """Who answers of a remote: asked, cached, not there a while ago, offline, kept out; the question itself asks no upstream."""
    hub = remote(includesPattern="library/**", missedRetrievalCachePeriodSecs=60)
    virtual = new("virtual", repositories=[hub])
    found = hub_image("library/up")
    answer = who(virtual, "up", "1")
    assert answer["winner"] is None and answer["asked"] == [hub] and "is asked" in why(answer)[hub], answer
    assert HUB.count() == 0
    assert pull(virtual, "up", "1").headers["x-stowage-repository"] == hub
    assert pull(virtual, "up", "9").status == 404
    HUB.clear()
    answer = who(virtual, "up", "1")
    assert answer["winner"] == hub and answer["digest"] == found.digest and why(answer)[hub] == "has it" and answer["members"][0]["fresh"] is True, answer
    assert "while ago" in why(who(virtual, "up", "9"))[hub]
    answer = who(virtual, "team/up", "1")
    assert "pattern" in why(answer)[hub] and answer["members"][0]["included"] is False and answer["asked"] == [], answer
    post(hub, offline=True)
    assert "offline" in why(who(virtual, "another", "1"))[hub] and who(virtual, "another", "1")["reason"] == "no member has it"
    assert HUB.count() == 0


@test
def who_shadows():
    """Who answers shows the shadowing guard: a name that a local member has hides a remote's, but for digests; without the guard it does not."""
    local, hub = new(), remote()
    virtual = new("virtual", repositories=[hub, local])
    found = hub_image("library/shade")
    assert pull(virtual, "shade", "1").status == 200
    push(local, "shade", "mine", "mine")
    for name in ("shade", "library/shade"):
        answer = who(virtual, name, "1")
        assert answer["nameIsLocal"] is True and answer["winner"] is None and answer["asked"] == [] and "no remote" in why(answer)[hub], answer
        assert pull(virtual, name, "1").status == 404 and who(virtual, name, found.digest)["winner"] == hub
    post(virtual, shadowingGuard=False)
    answer = who(virtual, "shade", "1")
    assert answer["nameIsLocal"] is False and answer["winner"] == hub, answer


@test
def who_asks_nobody():
    """What one member has keeps the upstreams of the others from being asked, and it is said so; but a priority remote comes before."""
    cold, warm, local = remote(), remote(), new()
    virtual = new("virtual", repositories=[cold, warm, local], shadowingGuard=False)
    hub_image("library/warm")
    assert at(warm, "warm/manifests/1").status == 200
    for first in ((), (cold, warm), (warm,)):
        for key in (cold, warm):
            post(key, priorityResolution=key in first)
        answer = who(virtual, "warm", "1")
        assert (answer["winner"], answer["asked"]) == (warm, []) and "another has it" in why(answer)[cold] and "first in the order" in answer["reason"], (first, answer)
        assert pull(virtual, "warm", "1").headers["x-stowage-repository"] == warm and at(cold, "_catalog").json()["repositories"] == [], first
    push(local, "warm", "2", "local")
    post(cold, priorityResolution=True)
    post(warm, priorityResolution=False)
    answer = who(virtual, "warm", "2")
    assert (answer["winner"], answer["asked"]) == (local, [cold]) and "priority remote" in answer["reason"] and "another has it" in why(answer)[warm], answer
    assert who(virtual, "warm", "1")["asked"] == [cold] and pull(virtual, "warm", "1").headers["x-stowage-repository"] == cold


@test
def who_denied():
    """Who answers as another user sees it: what he may not read does not answer, and it is said; nor does he fill a cache."""
    mine, theirs, hub = new(), new(), remote()
    virtual = new("virtual", repositories=[theirs, mine, hub])
    user = add_user(unique("seeing"), "read", mine)
    for key in (mine, theirs):
        push(key, "app", "1", key)
    answer = who(virtual, "app", "1", user[0].upper())
    assert answer["winner"] == mine and answer["user"] == user[0] and "may not read" in why(answer)[theirs] and answer["members"][0]["readable"] is False, answer
    assert pull(virtual, "app", "1", auth=user).headers["x-stowage-repository"] == mine and who(virtual, "app", "1")["winner"] == theirs
    stack("stack_ctl", "permission", "set", f"{user[0]}-hub", "--repository", hub, "--user", user[0], "--actions", "read")
    answer = who(virtual, "up", "1", user[0])
    assert answer["asked"] == [] and "may not fill the cache" in why(answer)[hub] and answer["members"][-1]["mayFillCache"] is False, answer
    answer = who(virtual, "app", "1", "_anonymous")
    assert answer["winner"] is None and {member["readable"] for member in answer["members"]} == {False}, answer


@test
def who_cannot():
    """Who answers wants a name, a reference, a V2 repository and a user there is: 400 and 404."""
    fails(call("GET", API + "docker/docker-dev/who"), 400)
    for query in ("?name=a", "?reference=a", "?name=A&reference=1", "?name=&reference=1", "?name=a&reference=", "?name=a&reference=a:b", "?name=a&reference=sha256:12"):
        fails(call("GET", API + "docker/docker-dev/who" + query), 400)
    for key in ("nobody-has-this", "docker-dev-local"):
        fails(call("GET", f"{API}docker/{key}/who?name=a&reference=1"), 404)
    fails(call("GET", API + "docker/docker-dev/who?name=a&reference=1&user=rest-nobody"), 404)
    for key, reason in ((new("virtual"), "no member has it"), (new("virtual", blackedOut=True), "the repository is blacked out")):
        answer = who(key, "a", "1")
        assert answer["members"] == [] and answer["winner"] is None and answer["reason"] == reason, answer


@test
def who_is_right():
    """What it says is what a pull does: same winner or same lack, for every name, tag and user, under patterns, black-out and priorities."""
    one, two, dark, hub, top = new(excludesPattern="out/**"), new(), new(), remote(), remote(priorityResolution=True)
    inner = new("virtual", repositories=[two, hub], includesPattern="app,out/app,library/**,priority/app")
    virtual = new("virtual", repositories=[inner, one, dark, top])
    for key, name, tag in ((one, "app", "1"), (two, "app", "1"), (two, "app", "2"), (two, "out/app", "1"), (two, "hidden", "1"), (dark, "dark", "1"), (one, "priority/app", "1")):
        push(key, name, tag, f"{key} {name} {tag}")
    post(dark, blackedOut=True)
    digest = hub_image("library/cached").digest
    hub_image("priority/app", "2")
    assert at(hub, "cached/manifests/1").status == 200
    users = [ADMIN, add_user(unique("one"), "read", one), add_user(unique("all"), "read,write", "ANY")]
    asked = 0
    for (name, tag), user in itertools.product((("app", "1"), ("app", "2"), ("app", "3"), ("out/app", "1"), ("hidden", "1"), ("dark", "1"), ("cached", "1"), ("library/cached", "1"),
                                                ("cached", "none"), ("cached", digest), ("priority/app", "1"), ("priority/app", "2")), users):
        said = who(virtual, name, tag, user[0])
        answer = pull(virtual, name, tag, auth=user)
        told = answer.headers.get("x-stowage-repository") if answer.status == 200 else None
        assert told == said["winner"] or (said["asked"] and told in (*said["asked"], None)), (name, tag, user, said, answer)
        asked += bool(said["asked"])
    assert 0 < asked < 20, "most of it is known beforehand"


run()
