"""Sign-in and rights over the v1 API: passwords, tokens, permissions, anonymous."""
from functools import cache

from docker_v1 import ART, APP, BASE, Client, V1Image, image_id, layer_of, push_app, token_claims
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


@cache
def push_shared():
    one = V1Image("shared", layer=layer_of(a="1"))
    Client("same/one").push("x", one)
    return one


@test
def ping():
    """_ping answers anybody, and never says standalone."""
    for path in ("/v1/_ping", "/_ping", ART + "/v1/_ping"):
        answer = call("GET", path, auth=None)
        assert answer.status == 200 and answer.headers["x-docker-registry-standalone"] == "false", (path, answer)
        assert answer.json() == {"standalone": False} and answer.headers["x-docker-registry-version"], answer


@test
def login():
    """Accounts are not made over v1; whether one is good is told."""
    body = json.dumps({"username": "admin", "password": "password", "email": "a@example.com"}).encode()
    for path in ("/v1/users/", "/v1/users"):
        assert call("POST", path, body=body, auth=None, headers={"Content-Type": "application/json; charset=utf-8"}).status == 401
        assert call("GET", path).status == 200
        for auth in (("admin", "wrong"), ("", ""), None):
            answer = call("GET", path, auth=auth)
            assert answer.status == 401 and "www-authenticate" in answer.headers, answer
    with open(STATE + "/log/stowage-v1.log", encoding="utf-8") as log:
        assert "a@example.com" not in log.read()


@test
def pull_by_password():
    """A pull with the password on every call, as from a registry that stands alone: the same bytes, and no token is needed."""
    push_app()
    reader = add_user("v1-by-password", "read", "docker-dev-local", "team/**")  # wrong passwords lock an account
    for auth, status in ((ADMIN, 200), (reader, 200), ((reader[0], "wrong"), 401), (None, 401), (("", ""), 401)):
        assert call("GET", "/v1/repositories/team/app/images", auth=auth).status == status, auth
        answer = call("GET", "/v1/repositories/team/app/tags/latest", auth=auth)
        assert answer.status == status, (auth, answer)
        for image in APP.chain():
            for what, body in (("ancestry", None), ("json", image.json), ("layer", image.layer)):
                answer = call("GET", f"/v1/images/{image.id}/{what}", auth=auth)
                assert answer.status == status and (status == 401 or (answer.json() == image.ancestry() if body is None else answer.body == body)), (auth, answer)


@test
def tokens():
    """X-Docker-Token is a token for the one name, in either spelling, and only when asked for."""
    push_app()
    Client("alone", prefix=ART).push("1", V1Image("alone"))
    assert "x-docker-token" not in call("GET", "/v1/repositories/team/app/images").headers
    client = Client("team/app")
    client.index("GET", "/images")
    assert 'repository="team/app"' in client.token and client.token.endswith("access=read"), client.token
    claims = token_claims(client.token)
    assert claims["aud"] == "docker-dev-local" and claims["access"] == [{"type": "repository", "name": "team/app", "actions": ["pull"]}]
    for value in ("Token " + client.token, "Token Token " + client.token):
        assert call("GET", f"/v1/images/{APP.id}/json", auth=None, headers={"Authorization": value}).status == 200
    forged = client.token.replace("signature=", "signature=x")
    assert call("GET", f"/v1/images/{APP.id}/json", auth=None, headers={"Authorization": "Token " + forged}).status == 401
    assert call("PUT", f"/v1/images/{APP.id}/json", APP.json, {"Authorization": "Token " + client.token}, auth=None).status == 401
    assert call("GET", "/v1/repositories/library/alone/tags", auth=None, headers={"Authorization": "Token " + client.token}).status == 401
    assert call("GET", "/v2/", auth=None, headers={"Authorization": "Token " + client.token}).status == 401, "another API's"


@test
def passwords_on_images():
    """By password an image is found if all of its id are the same; it cannot be pushed so."""
    one, two = push_shared(), V1Image("shared", layer=layer_of(a="2"))
    Client("same/other").push("x", one)
    assert call("GET", f"/v1/images/{one.id}/json").status == 200
    Client("same/two").push("x", two)
    assert call("GET", f"/v1/images/{one.id}/json").status == 404
    for name, image in (("same/one", one), ("same/two", two)):
        assert Client(name).pull("x") == [(image.json, image.layer)], name
    rows = sql(f"SELECT count(*), count(DISTINCT blob_id) FROM registry.v1_image WHERE v1_id = '\\x{one.id}'")
    assert rows == "3|2", rows
    answer = call("PUT", f"/v1/images/{image_id('new')}/json", b"{}")
    assert answer.status == 401, answer


@test
def rights():
    """Rights are those of the permission targets, for index and images alike."""
    push_app()
    push_shared()
    reader = add_user("v1reader", "read", "docker-dev-local", "team/**")
    writer = add_user("v1writer", "read,write", "docker-dev-local", "team/**")
    assert len(Client("team/app", auth=reader).pull("latest")) == 2
    assert Client("team/app", auth=reader).begin(APP).status == 403
    assert Client("same/one", auth=reader).index("GET", "/images").status == 404
    assert Client("team/mine", auth=writer).push("x", V1Image("mine")) == 1
    answer = Client("team/mine", auth=writer).begin(APP)
    assert answer.status == 200
    client = Client("team/mine", auth=writer)
    client.begin(BASE)
    client.push_image(BASE)
    assert client.put_tag("x", BASE).status == 403, "moving a tag needs the right to delete"
    assert Client("other/mine", auth=writer).begin(APP).status == 403
    assert call("GET", f"/v1/images/{image_id('shared')}/json", auth=reader).status == 404
    assert call("DELETE", "/v1/repositories/team/mine/tags/x", auth=writer).status == 403


@test
def anonymous():
    """An empty user with an empty password is anonymous: reads what is public, writes nothing."""
    push_app()
    nobody = ("", "")
    Client("open/app").push("x", APP)
    for auth in (nobody, None):
        assert Client("open/app", auth=auth).index("GET", "/images").status == 401
    with anonymous_reader("docker-dev-local", "open/**"):
        anonymous_where_allowed(nobody)


def anonymous_where_allowed(nobody):
    for auth in (nobody, None):
        assert len(Client("open/app", auth=auth).pull("x")) == 2
        assert Client("open/app", auth=auth).begin(APP).status == 401
        assert Client("team/app", auth=auth).index("GET", "/images").status == 401
    assert call("GET", f"/v1/images/{APP.id}/json", auth=nobody).status == 200
    assert call("GET", "/v1/search?q=app", auth=nobody).json()["results"][0]["name"] == "open/app"
    assert call("GET", "/v1/repositories/open/app/properties").json() == {"access": "public"}
    assert call("GET", "/v1/repositories/team/app/properties").json() == {"access": "private"}
    assert call("PUT", "/v1/repositories/open/app/properties", b'{"access": "public"}').status == 200
    assert call("PUT", "/v1/repositories/open/app/properties", b'{"access": "private"}').status == 403
    assert call("PUT", "/v1/repositories/open/app/properties", b'{"access": 1}').status == 400


run()
