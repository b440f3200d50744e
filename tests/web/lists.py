"""Tags and catalog: order, paging, links, and only what the caller may read."""
from functools import cache

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


def pages(path, key, **more):
    """All pages from a path on, by their Link, which is relative."""
    found = []
    while path:
        answer = call("GET", path, **more)
        assert answer.status == 200, answer
        found.append(answer.json()[key] or [])
        link = answer.headers.get("link")
        path = link.split("<")[1].split(">")[0] if link else None
        assert path is None or (path.startswith("/") and 'rel="next"' in link), link
    return found


TAGS = ["1", "1.0", "A", "Z", "_x", "a", "a-b", "a.b", "b", "latest"]


@cache
def push_tags():
    payload = push_image("list/tags", TAGS[-1])
    for name in reversed(TAGS):
        assert put_manifest("list/tags", name, payload).status == 201


@cache
def push_names():
    """Names of images, and two names without any."""
    for name in ("list/b", "list/a", "list/a/b", "list-c"):
        push_image(name)
    start("list/abandoned", headers={"Content-Length": "0"})
    put_blob("list/blobonly", b"x")


@test
def tags_sorted():
    """Tags come in byte order, each once."""
    push_tags()
    document = call("GET", "/v2/list/tags/tags/list").json()
    assert document == {"name": "list/tags", "tags": sorted(TAGS)}, document


@test
def tags_paged():
    """n and last page through the tags; every Link leads on and keeps n."""
    push_tags()
    for n in (1, 3, 9, 10, 11, 1000):
        found = pages(f"/v2/list/tags/tags/list?n={n}", "tags")
        assert sum(found, []) == sorted(TAGS) and all(len(page) <= n for page in found), (n, found)
        assert len(found) == -(-len(TAGS) // n), (n, found)
    assert call("GET", "/v2/list/tags/tags/list?last=a").json()["tags"] == ["a-b", "a.b", "b", "latest"]
    assert call("GET", "/v2/list/tags/tags/list?n=2&last=nothing").json()["tags"] == []
    assert call("GET", "/v2/list/tags/tags/list?n=2&last=a%2Db").json()["tags"] == ["a.b", "b"]


@test
def n_zero_and_odd():
    """n=0 is an empty list; n that is not a number is 400; a huge n is taken as the maximum."""
    push_tags()
    for path in ("/v2/list/tags/tags/list", "/v2/_catalog"):
        answer = call("GET", path + "?n=0")
        assert answer.status == 200 and not list(answer.json().values())[-1], answer
        for odd in ("-1", "x", "1e9", "", "0x10", "%00", "1%20"):
            answer = call("GET", f"{path}?n={odd}")
            assert answer.status == 400, (odd, answer)
        assert call("GET", path + "?n=-1").code() == "PAGINATION_NUMBER_INVALID"
        for huge in (2 ** 31, 2 ** 63, 10 ** 30):
            assert call("GET", f"{path}?n={huge}").status == 200, huge


@test
def tags_unknown_name():
    """tags/list of a name without manifests is NAME_UNKNOWN, an abandoned upload changes nothing."""
    push_names()
    for name in ("list/none", "list/abandoned", "list/blobonly"):
        answer = call("GET", f"/v2/{name}/tags/list")
        assert answer.status == 404 and answer.code() == "NAME_UNKNOWN", answer


@test
def tags_through_artifactory_form():
    """Links keep the URL form the client used."""
    push_tags()
    found = pages("/artifactory/api/docker/docker-dev-local2/v2/list/tags/tags/list?n=4", "tags")
    assert sum(found, []) == sorted(TAGS)
    answer = call("GET", "/artifactory/api/docker/docker-dev-local2/v2/list/tags/tags/list?n=4")
    assert answer.headers["link"].startswith("</artifactory/api/docker/docker-dev-local2/v2/list/tags/tags/list?"), answer


@test
def catalog():
    """The catalog holds the names with a manifest, in order, paged."""
    push_tags()
    push_names()
    whole = sum(pages("/v2/_catalog?n=1000", "repositories"), [])
    assert whole == sorted(whole) and {"list/a", "list/a/b", "list/b", "list-c", "list/tags"} <= set(whole), whole
    assert "list/abandoned" not in whole and "list/blobonly" not in whole, whole
    for n in (1, 2, 5):
        assert sum(pages(f"/v2/_catalog?n={n}", "repositories"), []) == whole, n
    assert not any(name.startswith("list") for name in call("GET", "/v2/_catalog?n=1000", host=PROD).json()["repositories"])


@test
def catalog_after_deletion():
    """A name whose last manifest went is not listed any more."""
    payload = push_image("list/gone")
    assert call("DELETE", "/v2/list/gone/manifests/" + sha256(payload)).status == 202
    assert "list/gone" not in call("GET", "/v2/_catalog?n=1000").json()["repositories"]
    assert call("GET", "/v2/list/gone/tags/list").code() == "NAME_UNKNOWN"


@test
def only_what_is_readable():
    """Catalog, tags and referrers show only what the caller may read; paging neither skips nor repeats."""
    push_names()
    user = add_user("lister", "read", "docker-dev-local2", "list/a,list/a/**")
    assert sum(pages("/v2/_catalog?n=1", "repositories", auth=user), []) == ["list/a", "list/a/b"]
    assert call("GET", "/v2/list/b/tags/list", auth=user).code() == "NAME_UNKNOWN"
    assert call("GET", "/v2/list/a/tags/list", auth=user).json()["tags"] == ["latest"]


@test
def indistinguishable():
    """What may not be read and what does not exist answer alike: status, headers and body."""
    user = add_user("stranger", "read", "docker-dev-local2", "open/**")
    payload = push_image("closed/one", "t", [b"closed layer"])
    drop = {"date", "content-length"}
    for auth in (user, token("repository:closed/one:pull repository:closed/two:pull", auth=user), None):
        for path in ("manifests/t", "manifests/" + sha256(payload), "blobs/" + sha256(b"closed layer"), "tags/list", "referrers/" + sha256(payload)):
            for method in ("GET", "HEAD"):
                real, none = (call(method, f"/v2/{name}/{path}", auth=auth) for name in ("closed/one", "closed/two"))
                assert real.status == none.status and real.body.replace(b"closed/one", b"closed/two") == none.body, (path, real, none)
                seen = [{k: v.replace("closed/one", "closed/two") for k, v in a.headers.items() if k not in drop} for a in (real, none)]
                assert seen[0] == seen[1], (path, real, none)


run()
