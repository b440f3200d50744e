"""Requests that a page of another site makes a browser send."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

OWN = f"{SCHEME}://{DEV}"
FOREIGN = ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": OWN + ".evil.example"}, {"Sec-Fetch-Site": "cross-site"},
           {"Origin": OWN.replace("https", "http") if SCHEME == "https" else OWN.replace("http", "https")})
PROMOTE = "/artifactory/api/docker/docker-dev-local2/v2/promote"
CHANGES = (("POST", "/v2/site/blobs/uploads/"), ("PATCH", "/v2/site/blobs/uploads/00000000-0000-0000-0000-000000000000"),
           ("PUT", "/v2/site/manifests/1"), ("DELETE", "/v2/site/manifests/1"), ("POST", PROMOTE),
           ("PUT", "/v1/repositories/site/tags/1"), ("PUT", "/v1/repositories/site/"), ("DELETE", "/v1/repositories/site/"), ("POST", "/v1/users/"),
           ("PUT", "/artifactory/api/repositories/site"), ("DELETE", "/artifactory/api/repositories/docker-dev"),
           ("POST", "/artifactory/api/security/users/authorization/changePassword"))


@test
def foreign_pages_change_nothing():
    """Every method that changes something is 403 for a page of another origin or of none, on all three responders; the version header is there."""
    push_image("site", "1")
    for number, (method, path) in enumerate(CHANGES):
        headers = {**FOREIGN[number % len(FOREIGN)], "Content-Type": "text/plain"}
        answer = call(method, path, body=b'{"x": 1}', headers=headers)
        assert answer.status == 403 and b"cross-site" in answer.body, (method, path, headers, answer)
        assert (VERSION in answer.headers) == ("/v2/" in path), answer
    assert call("GET", "/v2/site/manifests/1").status == 200 and call("GET", "/artifactory/api/repositories/docker-dev").status == 200


@test
def own_pages_and_readers_go_on():
    """A page of the registry's own origin may push and promote; a foreign page may read what it could read anyway."""
    push_image("site/own", "1")
    for headers in ({"Origin": OWN}, {"Origin": OWN.upper()}, {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}):
        assert call("POST", "/v2/site/own/blobs/uploads/", headers={**headers, "Content-Length": "0"}).status == 202, headers
        order = json.dumps({"targetRepo": "docker-prod-local2", "dockerRepository": "site/own", "tag": "1", "copy": True}).encode()
        assert call("POST", PROMOTE, order, {**headers, "Content-Type": "application/json"}).status == 200, headers
    for headers in FOREIGN:
        assert call("GET", "/v2/site/own/manifests/1", headers=headers).status == 200, headers
        assert call("GET", "/v2/token", headers=headers).status == 200, headers


@test
def orders_are_json():
    """REST and promotion take JSON only: another Content-Type is 415, changes nothing, and says what is wanted."""
    push_image("site/typed", "1")
    order = json.dumps({"targetRepo": "docker-prod-local2", "dockerRepository": "site/typed", "tag": "1"}).encode()
    edit = json.dumps({"notes": "by evil"}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "application/+json",
                 "json", "text/plain; application/json"):
        for path, body in ((PROMOTE, order), ("/artifactory/api/repositories/docker-dev", edit)):
            answer = call("POST", path, body, {"Content-Type": kind})
            assert answer.status == 415, (kind, path, answer)
    assert call("GET", "/v2/site/typed/manifests/1").status == 200
    assert call("POST", PROMOTE, order, {"Content-Type": "application/vnd.order.v1+json; charset=utf-8"}).status == 200


run()
