"""Credentials are judged by the head of a request: they may expire while its body is on its way, or while an upload session is open."""
import re

from fronts import front
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

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


def slowly(link, data, seconds, pieces=10):
    """Send a body that takes so many seconds."""
    size = -(-len(data) // pieces)
    for at in range(0, len(data), size):
        link.sendall(data[at:at + size])
        time.sleep(seconds / pieces)


def framed(data):
    return b"%x\r\n" % len(data) + data + b"\r\n0\r\n\r\n"


def slow(method, path, data, auth, seconds=4, length=True, headers=None):
    """The status of a request whose body is sent slowly."""
    sent = {**(headers or {}), **({"Content-Length": str(len(data))} if length else {"Transfer-Encoding": "chunked"})}
    link = open_socket()
    try:
        link.sendall(head(method, path, sent, auth=auth))
        slowly(link, data if length else framed(data), seconds)
        return int(link.recv(4096).split(b" ", 2)[1])
    finally:
        link.close()


@test
def credentials_expire_under_way():
    """Credentials good at the head of a request are good at the end of its body, chunked and with 7 digits."""
    data = os.urandom(1_000_000)
    scope = "repository:head/slow:pull,push"
    for length in (True, False):
        path = "/v2/head/slow/blobs/uploads/?digest=" + sha256(data)
        assert slow("POST", path, data, token_until(-58, scope), length=length) == 201, length
        assert call("POST", path, data, auth=token_until(-62, scope)).status == 401, length
        where = start("head/slow", headers=EMPTY)
        assert slow("PATCH", where, data, token_until(-58, scope), length=length) == 202, length
        assert call("PUT", f"{where}?digest={sha256(data)}", headers=EMPTY).status == 201


@test
def http2_expires_under_way():
    """The same over HTTP/2 without a length, for a session and for a manifest."""
    if SCHEME != "https":
        return
    scope = "repository:head/h2:pull,push"
    push_image("head/h2")
    payload = image(annotations={"long": "x" * 200_000})
    for method, path, status in (("PATCH", start("head/h2", headers=EMPTY), "202"), ("PUT", "/v2/head/h2/manifests/slow", "201")):
        done = subprocess.run(["curl", "-sS", "--http2", "--cacert", os.environ["STACK_CA"], "-H", "Authorization: Bearer " + token_until(-58, scope),
                               "-H", "Content-Type: " + OCI_MANIFEST, "-X", method, "-T", "-", "--limit-rate", "50K", "-w", "%{http_version} %{http_code}",
                               "-o", "/dev/null", f"https://{DEV}{path}"], input=payload, capture_output=True, check=False)
        assert done.stdout.decode() == "2 " + status, (method, done)


def refused_early(method, path, auth, length=True):
    """The answer to a head, while not a byte of the body comes."""
    link = open_socket(timeout=10)
    link.sendall(head(method, path, {"Content-Length": "4000000"} if length else {"Transfer-Encoding": "chunked"}, auth=auth))
    answer = b""
    while (piece := link.recv(65536)) and b"{" not in answer + piece:
        answer += piece
    link.close()
    return answer + piece


@test
def strangers_are_refused_at_the_head():
    """Behind lighttpd a push without good credentials is refused before its body: anonymous, garbage, pull only, no right, no session."""
    if SERVER == "apache":
        return
    reader = add_user("head-reader", "read")
    where = start("head/closed", headers=EMPTY)
    for method, path in (("POST", "/v2/head/closed/blobs/uploads/"), ("PATCH", where), ("PUT", "/v2/head/closed/manifests/x"), ("POST", "/v2/promote")):
        for length in (True, False):
            for auth in (None, "garbage", ("admin", "wrong"), token("repository:head/closed:pull") if "promote" not in path else None):
                answer = refused_early(method, path, auth, length)
                assert b" 401 " in answer.split(b"\r\n")[0], (method, path, auth, answer)
                assert b"WWW-Authenticate: Bearer" in answer and b'"errors"' in answer and answer.lower().count(VERSION.encode()) == 1, answer
    answer = refused_early("POST", "/v2/head/closed/blobs/uploads/", reader)
    assert b" 403 " in answer.split(b"\r\n")[0] and b"DENIED" in answer, answer
    answer = refused_early("PATCH", where[:-36] + "00000000-0000-4000-8000-000000000000", ADMIN)
    assert b" 404 " in answer.split(b"\r\n")[0] and b"BLOB_UPLOAD_UNKNOWN" in answer, answer


@test
def layers_of_v1_too():
    """A v1 layer: refused at the head behind lighttpd without its repository's token, taken when the token expires under way."""
    image_id = hashlib.sha256(b"head v1").hexdigest()
    V1 = {"host": DEV}
    answer = call("PUT", "/v1/repositories/head/one/", body=json.dumps([{"id": image_id}]).encode(), headers={"X-Docker-Token": "true"}, **V1)
    assert answer.status == 200, answer
    good = "Token " + answer.headers["x-docker-token"]
    document = json.dumps({"id": image_id}).encode()
    assert call("PUT", f"/v1/images/{image_id}/json", body=document, auth=None, headers={"Authorization": good}, **V1).status == 200
    if SERVER == "lighttpd":
        for auth in (None, "garbage"):
            answer = refused_early("PUT", f"/v1/images/{image_id}/layer", auth)
            assert b" 401 " in answer.split(b"\r\n")[0] and b'"error"' in answer, answer
    data = os.urandom(1_000_000)
    given = good.split("signature=")[1].split(",")[0]
    for length in (True, False):
        assert slow("PUT", f"/v1/images/{image_id}/layer", data, token_until(-58, "", text=given), length=length) == 200, length
    assert call("PUT", f"/v1/images/{image_id}/layer", body=b"x", auth=token_until(-62, "", text=given)).status == 401


def statement_of(method, path, authorization, key="docker-dev"):
    """What the authorizer would say of a request, made by somebody who knows the key: claims are those of its token."""
    digest = hashlib.sha256(b"".join(part.encode() + b"\0" for part in (method, path, key, authorization))).digest()
    return "request:" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@test
def statement_is_for_the_responder_only():
    """A statement does not work as a bearer token, and a client's header is never taken for a statement."""
    path = "/v2/head/statement/blobs/uploads/?digest=" + sha256(b"statement")
    expired = token_until(LONG_AGO, "repository:head/statement:pull,push")
    statement = token_until(300, "repository:head/statement:pull,push", audience=statement_of("POST", path, "Bearer " + expired))
    assert call("POST", path, body=b"statement", auth=statement).status == 401
    for name in ("STOWAGE_STATEMENT", "STOWAGE-STATEMENT", "Variable-STOWAGE_STATEMENT", "HTTP_STOWAGE_STATEMENT"):
        assert call("POST", path, body=b"statement", auth=expired, headers={name: statement}).status == 401, name


@test
def statement_is_for_one_request():
    """A web server that passes a statement on: good for that method, URL, key and Authorization, and for the account as it is now."""
    user = add_user("head-stated", "read,write", "docker-dev-local2")
    scope = "repository:head/stated:pull,push"
    path = "/v2/head/stated/blobs/uploads/?digest=" + sha256(b"stated")
    expired = token_until(LONG_AGO, scope, auth=user)

    def said(text):
        def edit(conf):
            conf = conf.replace('"STOWAGE_SENDFILE" => "X-Sendfile"', f'"STOWAGE_SENDFILE" => "X-Sendfile", "STOWAGE_STATEMENT" => "{text}"')
            return re.sub(r"^\s*SetEnv STOWAGE_SENDFILE .*$", lambda line: f"{line.group()}\nSetEnv STOWAGE_STATEMENT {text}", conf, flags=re.M)
        return edit
    good = statement_of("POST", path, "Bearer " + expired)
    with front(said(token_until(LONG_AGO, scope, auth=user, audience=good))) as host:
        assert call("POST", path, body=b"stated", auth=expired, host=host).status == 201
        assert call("POST", path, body=b"stated", auth=token_until(LONG_AGO - 1, scope, auth=user), host=host).status == 401
        assert call("POST", path + "&x", body=b"stated", auth=expired, host=host).status == 401
        assert call("POST", "/artifactory/api/docker/docker-prod" + path, body=b"stated", auth=expired, host=host).status == 401
        assert call("GET", "/v2/head/stated/tags/list", auth=expired, host=host).status == 401
        stack("stack_ctl", "user", "passwd", "head-stated", "--password-stdin", stdin="another secret\n")
        assert call("POST", path, body=b"stated", auth=expired, host=host).status == 401


@test
def authorizer_away():
    """While the responder is away a long push is 503 with the registry's header, never let in."""
    if SERVER == "apache":
        return
    where = start("head/away", headers=EMPTY)

    def away(conf):
        return conf.replace('"socket" => var.stowage_general, "mode" => "authorizer"', '"socket" => "/nonexistent.sock", "mode" => "authorizer"')
    with front(away) as host:
        answer = chunked("PATCH", where, b"x" * 100_000, host=host)
        assert answer.status == 503 and answer.headers[VERSION] == "registry/2.0", answer
    assert call("GET", where).headers["range"] == "0-0"


run()
