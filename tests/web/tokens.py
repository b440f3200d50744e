"""Scopes of the token endpoint, as real tools ask for them (Docker token authentication specification)."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


def claims(answer):
    part = answer.json()["token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=="))


def ask(scopes, **more):
    answer = call("GET", "/v2/token?" + "&".join("scope=" + quote(scope, safe="") for scope in scopes), **more)
    assert answer.status == 200, answer
    return answer.json()["token"]


def opens(method, path, auth):
    return call(method, path, auth=auth, headers={"Content-Length": "0"}).status


@test
def scope_with_class():
    """repository(plugin):NAME:pull, as docker plugin sends it, is a token for NAME."""
    push_image("plugin/one", "1")
    mine = ask(["repository(plugin):plugin/one:pull"])
    assert opens("GET", "/v2/plugin/one/manifests/1", mine) == 200 and opens("POST", "/v2/plugin/one/blobs/uploads/", mine) == 401


@test
def two_hundred_scopes():
    """Two hundred scopes arrive; all of them work, the last one too, and none gives more than the kinds of action that were asked for."""
    push_image("many/last", "1")
    names = [f"many/repository-with-a-name-{number}" for number in range(199)]
    pull = ask([f"repository:{name}:pull" for name in names] + ["repository:many/last:pull"])
    assert opens("GET", "/v2/many/last/manifests/1", pull) == 200 and opens("GET", f"/v2/{names[0]}/manifests/1", pull) == 404
    assert opens("POST", "/v2/many/last/blobs/uploads/", pull) == 401 and opens("DELETE", "/v2/many/last/manifests/1", pull) == 401
    both = ask([" ".join(f"repository:{name}:pull,push" for name in names + ["many/last"])])
    assert opens("POST", "/v2/many/last/blobs/uploads/", both) == 202 and opens("DELETE", "/v2/many/last/manifests/1", both) == 401
    for mine in (pull, both):
        assert opens("GET", "/v2/_catalog", mine) == 401
    assert opens("GET", "/v2/_catalog", ask([f"repository:{name}:pull" for name in names] + ["registry:catalog:*"])) == 200


@test
def every_name_is_cut_by_rights():
    """A token for every name gives what the account may, and no more."""
    user = add_user("many-reader", "read", "docker-dev-local2", "many/**")
    push_image("many/mine", "1")
    push_image("other/theirs", "1")
    mine = ask([f"repository:other/{number:040}:pull,push" for number in range(120)], auth=user)
    assert opens("GET", "/v2/many/mine/manifests/1", mine) == 200
    assert opens("GET", "/v2/other/theirs/manifests/1", mine) == opens("GET", "/v2/other/theirs/manifests/1", user) == 404
    assert opens("POST", "/v2/many/mine/blobs/uploads/", mine) == opens("POST", "/v2/many/mine/blobs/uploads/", user) == 403


@test
def star_is_no_name():
    """A client cannot ask for every name: a scope for "*" gives nothing."""
    push_image("star/one", "1")
    assert opens("GET", "/v2/star/one/manifests/1", ask(["repository:*:pull"])) == 401


@test
def catalog_needs_its_scope():
    """A token without registry:catalog:* is challenged for it by _catalog and v1 search; with it, or with Basic, both answer."""
    for scope in ("", "repository:a:pull", "registry:catalog:pull", "registry:other:*"):
        answer = call("GET", "/v2/_catalog", auth=token(scope))
        assert answer.status == 401 and 'scope="registry:catalog:*",error="insufficient_scope"' in answer.headers["www-authenticate"], answer
    assert call("GET", "/v2/_catalog", auth=token("registry:catalog:*")).status == call("GET", "/v2/_catalog").status == 200
    given = call("GET", "/v1/repositories/a/b/images", headers={"X-Docker-Token": "true"})
    if given.status == 404:
        given = call("PUT", "/v1/repositories/a/b/", b"[]", {"X-Docker-Token": "true", "Content-Type": "application/json"})
    answer = call("GET", "/v1/search?q=a", auth=None, headers={"Authorization": "Token " + given.headers["x-docker-token"]})
    assert answer.status == 401 and 'scope="registry:catalog:*",error="insufficient_scope"' in answer.headers["www-authenticate"], answer
    assert call("GET", "/v1/search?q=a").status == 200


run()
