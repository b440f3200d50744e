"""Credentials are judged by the head of a request: they may expire while its body is on its way, or while an upload session is open."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

EMPTY = {"Content-Length": "0"}
LONG_AGO = -1000


@test
def session_outlives_its_token():
    """PATCH, PUT, GET and DELETE of an open upload session go on with a token that has expired; nothing else does."""
    scope = "repository:head/session:pull,push"
    old = token_until(LONG_AGO, scope)
    where = start("head/session", headers=EMPTY, auth=token(scope))
    assert call("PATCH", where, body=b"by", auth=old).status == 202
    assert call("GET", where, auth=old).headers["range"] == "0-1"
    assert call("PUT", f"{where}?digest={sha256(b'bytes')}", body=b"tes", auth=old).status == 201
    where = start("head/session", headers=EMPTY)
    assert call("DELETE", where, auth=old).status == 204
    for method, path in (("GET", where), ("GET", "/v2/head/session/blobs/" + sha256(b"bytes")), ("POST", "/v2/head/session/blobs/uploads/"),
                         ("PUT", "/v2/head/session/manifests/x"), ("PATCH", where[:-36] + "00000000-0000-4000-8000-000000000000")):
        answer = call(method, path, body=None if method == "GET" else b"x", auth=old)
        assert answer.status == 401 and answer.code() == "UNAUTHORIZED" and "www-authenticate" in answer.headers, (method, path, answer)


@test
def expiry_alone_is_forgiven():
    """An expired token opens no session of another account, name or vhost, none without push, and none once the account has changed."""
    scope = "repository:head/mine:pull,push"
    user = add_user("head-user", "read,write", "docker-dev-local2")
    where = start("head/mine", headers=EMPTY, auth=user)
    old = token_until(LONG_AGO, scope, auth=user)
    assert call("PATCH", where, body=b"x", auth=old).status == 202
    for wrong in (token_until(LONG_AGO, scope), token_until(LONG_AGO, "repository:head/mine:pull", auth=user),
                  token_until(LONG_AGO, "repository:head/other:pull,push", auth=user), old[:-4] + "AAAA", token_until(LONG_AGO, scope, auth=user, host=PROD)):
        answer = call("PATCH", where, body=b"x", auth=wrong)
        assert answer.status == 401, answer
    stack("stack_ctl", "permission", "set", "for-head-user", "--repository", "docker-dev-local2", "--user", "head-user", "--actions", "read")
    assert call("PATCH", where, body=b"x", auth=old).status == 403
    stack("stack_ctl", "permission", "set", "for-head-user", "--repository", "docker-dev-local2", "--user", "head-user", "--actions", "read,write")
    assert call("GET", where, auth=old).headers["range"] == "0-0"
    sql("UPDATE registry.account SET disabled = true WHERE id = (SELECT id FROM registry.principal WHERE name = 'head-user')")
    assert call("PATCH", where, body=b"x", auth=old).status == 401
    sql("UPDATE registry.account SET disabled = false WHERE id = (SELECT id FROM registry.principal WHERE name = 'head-user')")
    assert call("PATCH", where, body=b"x", auth=old).status == 202
    stack("stack_ctl", "user", "passwd", "head-user", "--password-stdin", stdin="another secret\n")
    assert call("PATCH", where, body=b"x", auth=old).status == 401


@test
def session_outlives_its_key():
    """A key retired by age still proves an open session and nothing else; a key that is revoked proves nothing."""
    sql("INSERT INTO registry.token_key (kid, secret, created_at, retired_at) VALUES ('aged', sha256('aged'), now() - interval '1 day', now())")
    renew()
    old = token_until(300, "repository:head/key:pull,push", key="WHERE kid = 'aged'")
    where = start("head/key", headers=EMPTY)
    assert call("PATCH", where, body=b"x", auth=old).status == 202
    assert call("GET", "/v2/", auth=old).status == 401
    sql("UPDATE registry.token_key SET revoked_at = now() WHERE kid = 'aged'")
    renew()
    assert call("PATCH", where, body=b"x", auth=old).status == 401
    sql("DELETE FROM registry.token_key WHERE kid = 'aged'")


run()
