"""Support, challenges, tokens, health."""
import base64
import hashlib
import hmac
import json
import pathlib
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def challenge():
    """/v2/ challenges anonymous with realm and service, version header there."""
    answer = call("GET", "/v2/", auth=None)
    assert answer.status == 401 and answer.headers[VERSION] == "registry/2.0", answer
    assert answer.headers["www-authenticate"] == f'Bearer realm="{SCHEME}://{DEV}/v2/token",service="docker-dev"', answer
    assert answer.code() == "UNAUTHORIZED"


@test
def challenge_scope():
    """A challenge names the scope: pull, pull and push, delete, catalog."""
    for method, path, scope in (("GET", "/v2/a/b/manifests/x", "repository:a/b:pull"), ("HEAD", "/v2/a/b/manifests/x", "repository:a/b:pull"),
                                ("POST", "/v2/a/b/blobs/uploads/", "repository:a/b:pull,push"), ("DELETE", "/v2/a/manifests/x", "repository:a:delete"),
                                ("GET", "/v2/_catalog", "registry:catalog:*")):
        answer = call(method, path, auth=None, headers={"Content-Length": "0"})
        assert answer.status == 401 and f'scope="{scope}"' in answer.headers["www-authenticate"], (path, answer)


@test
def signed_in():
    """Basic and Bearer are both enough for /v2/; /v2 is the same place."""
    for path in ("/v2/", "/v2"):
        assert call("GET", path).status == 200
        assert call("GET", path, auth=token()).status == 200
    assert call("HEAD", "/v2/").status == 200


@test
def wrong_password():
    """Wrong password, unknown user and broken header all answer alike, with a challenge."""
    answers = [call("GET", "/v2/", auth=("admin", "wrong")), call("GET", "/v2/", auth=("nobody", "password"))]
    assert all(a.status == 401 and "www-authenticate" in a.headers and a.headers[VERSION] for a in answers), answers
    assert answers[0].body == answers[1].body
    for header in ("Basic !!!", "Basic", "Bearer", "Bearer x.y.z", "Digest a=b", "Basic " + "A" * 5000):
        assert call("GET", "/v2/", auth=None, headers={"Authorization": header}).status == 401, header


@test
def sign_in_failure_is_audited():
    """A failed sign-in leaves a row in the audit."""
    age_refusals()
    before = int(sql("SELECT count(*) FROM registry.audit WHERE outcome <> 'done'"))
    call("GET", "/v2/", auth=("admin", "another wrong one"))
    assert int(sql("SELECT count(*) FROM registry.audit WHERE outcome <> 'done'")) == before + 1


@test
def version_header_on_errors():
    """The version header is on every answer of the API, errors too."""
    for method, path in (("GET", "/v2/UPPER/tags/list"), ("GET", "/v2/none/manifests/x"), ("GET", "/v2/a/blobs/sha256:0"), ("GET", "/v2/odd"),
                         ("POST", "/v2/a/tags/list"), ("GET", "/v2/a/blobs/uploads/nonsense")):
        answer = call(method, path, headers={"Content-Length": "0"})
        assert 400 <= answer.status < 500 and answer.headers.get(VERSION) == "registry/2.0", (path, answer)
        assert answer.json()["errors"][0]["code"], answer


@test
def unknown_key():
    """A key without repository is to an administrator a plain 404 without version header or challenge."""
    for method, path in (("GET", "/v2/"), ("GET", "/v2/a/manifests/x"), ("POST", "/v2/a/blobs/uploads/")):
        answer = call(method, "/artifactory/api/docker/no-such-key" + path, headers={"Content-Length": "0"})
        assert answer.status == 404 and VERSION not in answer.headers and "www-authenticate" not in answer.headers, answer
        assert not answer.body.startswith(b"{"), answer


@test
def artifactory_form():
    """The API answers under /artifactory/api/docker/KEY/ too, and stays there."""
    prefix = "/artifactory/api/docker/docker-dev-local2"
    answer = call("GET", prefix + "/v2/", auth=None)
    assert f'realm="{SCHEME}://{DEV}{prefix}/v2/token",service="docker-dev-local2"' in answer.headers["www-authenticate"], answer
    where = call("POST", prefix + "/v2/form/blobs/uploads/", headers={"Content-Length": "0"}).headers["location"]
    assert where.startswith(prefix + "/v2/form/blobs/uploads/"), where
    digest = sha256(b"form")
    answer = call("PUT", where + "?digest=" + digest, body=b"form")
    assert answer.status == 201 and answer.headers["location"] == prefix + "/v2/form/blobs/" + digest, answer
    assert call("GET", "/v2/form/blobs/" + digest).body == b"form"
    assert call("GET", "/v2/form/blobs/" + digest, host=PROD).status == 404


@test
def token_fields():
    """The token endpoint gives token, access_token, expires_in and issued_at, and is not to be stored."""
    answer = call("GET", "/v2/token?service=docker-dev&scope=repository:a:pull,push")
    document = answer.json()
    assert document["token"] == document["access_token"] and document["expires_in"] >= 60 and document["issued_at"].endswith("Z")
    assert answer.headers["cache-control"] == "no-store"


def parts(text):
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in text.split(".")[:2]]


def encode(document):
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


@test
def token_claims():
    """A token says who, where, what and how long, and is signed by a key with a name."""
    header, claims = parts(token("repository:a/b:pull"))
    assert header["alg"] == "HS256" and header["kid"], header
    assert claims["aud"] == "docker-dev" and claims["sub"] == "admin" and claims["exp"] > time.time(), claims
    assert {"iss", "epoch", "iat", "nbf", "jti"} <= set(claims), claims
    assert claims["access"] == [{"type": "repository", "name": "a/b", "actions": ["pull"]}], claims


@test
def forged_tokens():
    """Forged tokens are refused: alg none, other algorithms, keys in the header, changed claims, no signature."""
    good = token("repository:a:pull")
    header, claims = parts(good)
    signature = good.split(".")[2]
    assert call("GET", "/v2/", auth=good).status == 200
    forged = [f"{encode({**header, **more})}.{encode(claims)}.{signature}" for more in (
        {"alg": "none"}, {"alg": "NONE"}, {"alg": "HS512"}, {"alg": "RS256"}, {"jwk": {"kty": "oct", "k": "AA"}}, {"crit": ["x"]},
        {"jku": "http://localhost/"}, {"kid": "nope"})]
    forged += [f"{encode({'alg': 'none'})}.{encode(claims)}.", f"{good.rsplit('.', 1)[0]}.", good[:-2], good + "A",
               f"{good.split('.')[0]}.{encode({**claims, 'sub': 'root'})}.{signature}", "." * 4000]
    key = hmac.new(b"guess", b"x", hashlib.sha256).digest()
    body = f"{encode(header)}.{encode(claims)}"
    forged.append(body + "." + base64.urlsafe_b64encode(hmac.new(key, body.encode(), hashlib.sha256).digest()).rstrip(b"=").decode())
    for text in forged:
        answer = call("GET", "/v2/", auth=text)
        assert answer.status == 401 and answer.headers[VERSION], (text[:60], answer)


@test
def foreign_audience():
    """A token of one vhost is refused at the other."""
    assert call("GET", "/v2/", auth=token(host=PROD), host=PROD).status == 200
    assert call("GET", "/v2/", auth=token(host=PROD)).status == 401


@test
def token_scope_is_a_limit():
    """A token gives no more than its scope, whatever the account may."""
    push_image("scoped", "x")
    pull = token("repository:scoped:pull")
    assert call("GET", "/v2/scoped/manifests/x", auth=pull).status == 200
    answer = call("POST", "/v2/scoped/blobs/uploads/", auth=pull, headers={"Content-Length": "0"})
    assert answer.status == 401 and "insufficient_scope" in answer.headers["www-authenticate"], answer
    assert call("DELETE", "/v2/scoped/manifests/x", auth=pull).status == 401
    assert call("GET", "/v2/other/manifests/x", auth=pull).status == 401
    assert call("GET", "/v2/scoped/manifests/x", auth=token("repository:scoped:push")).status == 401


@test
def several_scopes():
    """Several scopes, repeated or in one value, are all granted."""
    claims = parts(call("GET", "/v2/token?scope=repository:a:pull&scope=repository:b:pull,push%20repository:c:*").json()["token"])[1]
    assert [entry["name"] for entry in claims["access"]] == ["a", "b", "c"] and len(claims["access"][2]["actions"]) == 3, claims


@test
def token_by_rights():
    """A token holds only what the account may; a change of password voids it at once."""
    user = add_user("narrow", "read", "docker-dev-local2", "team/**")
    claims = parts(token("repository:team/x:pull,push repository:other:pull", auth=user))[1]
    assert claims["access"][0] == {"type": "repository", "name": "team/x", "actions": ["pull"]}, claims
    assert len(claims["access"]) == 1 or not claims["access"][1]["actions"], claims
    mine = token("repository:team/x:pull", auth=user)
    assert call("GET", "/v2/", auth=mine).status == 200 and call("GET", "/v2/", auth=user).status == 200
    stack("stack_ctl", "user", "passwd", "narrow", "--password-stdin", stdin="another one\n")
    assert call("GET", "/v2/", auth=mine).status == 401
    assert call("GET", "/v2/", auth=user).status == 401
    assert call("GET", "/v2/", auth=("narrow", "another one")).status == 200


@test
def large_token():
    """An Authorization header of 7 KiB passes, one of 64 KiB is a clean 4xx."""
    assert call("GET", "/v2/", auth="x" * 7000).status == 401
    assert 400 <= raw_status(head("GET", "/v2/", {"Authorization": "Bearer " + "x" * 65536}, auth=None)) < 500


@test
def anonymous_reads_where_allowed():
    """Anonymous may read where a permission says so, and only there; /v2/ still challenges."""
    push_image("public/one", "x")
    push_image("private/one", "x")
    with anonymous_reader("docker-dev-local2", "public/**"):
        anonymous_reads()


def anonymous_reads():
    assert call("GET", "/v2/public/one/manifests/x", auth=None).status == 200
    assert call("GET", "/v2/private/one/manifests/x", auth=None).status == 401
    assert call("GET", "/v2/", auth=None).status == 401
    assert call("GET", "/v2/public/one/manifests/x", auth=token("repository:public/one:pull", auth=None)).status == 200
    assert call("GET", "/v2/_catalog", auth=None).json()["repositories"] == ["public/one"]
    assert call("POST", "/v2/public/one/blobs/uploads/", auth=None, headers={"Content-Length": "0"}).status == 401


@test
def health():
    """/livez and /readyz answer anybody."""
    assert call("GET", "/livez", auth=None).body == b"ok\n"
    assert call("GET", "/readyz", auth=None).status == 200


@test
def realm_follows_host():
    """The realm has the scheme and host the client used."""
    answer = raw(head("GET", "/v2/", auth=None, host="docker-prod.localhost:1234"), host=DEV)
    assert f'realm="{SCHEME}://docker-prod.localhost:1234/v2/token",service="docker-prod"'.encode() in answer, answer


@test
def forwarded_headers_are_not_believed():
    """X-Forwarded-* of a client that is not a trusted proxy, Proxy and Remote-User have no effect."""
    answer = call("GET", "/v2/", auth=None, headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Proxy": "http://evil.example",
                                                     "Remote-User": "admin", "X-Forwarded-For": "1.2.3.4"})
    assert answer.status == 401 and "evil" not in answer.headers["www-authenticate"], answer


@test
def secrets_are_not_logged():
    """Passwords and tokens are in no log, not even where a client puts them into the query; each request is a line of the responder's."""
    mine = token("repository:log/here:pull")
    call("GET", "/v2/", auth=("admin", "canary-password"))
    call("GET", "/v2/", auth="canary-bearer." + mine)
    for path in ("/v2/token?token=canary-query&account=canary-account", "/v2/log/here/tags/list?access_token=canary-query"):
        call("GET", path, auth=mine)
    logs = pathlib.Path(STATE).resolve() / "log"

    def lines_of(log):
        return [line for line in (logs / log).read_text().splitlines() if "/v2/log/here/tags/list" in line]

    # Both are written after the answer, by lighttpd when it has the time.
    eventually(lambda: lines_of("access.log") and lines_of("stowage-v2.log"))
    lines = lines_of("stowage-v2.log")
    assert len(lines) == 1 and " status=404 " in lines[0] and " id=" in lines[0] and " user=admin " in lines[0], lines
    for log in logs.iterdir():
        text = log.read_bytes()
        assert b"canary" not in text and mine.encode() not in text and basic(*ADMIN).split()[1].encode() not in text, log


run()
