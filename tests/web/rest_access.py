"""Who may use the REST interface: sign-in, the administrator's right, pages of other sites, and the audit of edits."""
import hmac
import itertools
import time
import uuid

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import

READER = add_user(unique("reader"), "read", "ANY LOCAL")
EDITS = (("PUT", "repositories/{}", {"rclass": "local"}), ("PUT", "repositories/new-{}", {"rclass": "local"}), ("POST", "repositories/{}", {"notes": "x"}),
         ("DELETE", "repositories/{}", None))
READS = ("repositories/configurations", "storageinfo", "storage/{}?list", "docker/{}/who?name=a&reference=b")


def refused_everywhere(key, status, calls, **more):
    before = send("GET", key).body
    for method, path, fields in calls:
        answer = call(method, API + path.format(key), body=json.dumps(fields).encode() if fields else None, **{"headers": JSON, **more})
        fails(answer, status)
        assert ("www-authenticate" in answer.headers) == (status == 401), answer
        if status == 401:
            assert answer.headers["www-authenticate"] == 'Basic realm="stowage"', answer
    assert send("GET", key).body == before and send("GET", "new-" + key).status == 404 and edits_of(key) == 1


@test
def anonymous():
    """Without a sign-in everything but health is 401 with a Basic challenge, unknown keys too, and nothing changes."""
    reads = [("GET", path, None) for path in (*READS, "repositories", "repositories/{}", "repositories/nobody-has-this", "system/version")]
    refused_everywhere(new(), 401, (*EDITS, *reads, ("POST", "security/users/authorization/changePassword", {"userName": "admin"})), auth=None)


@test
def wrong_sign_in():
    """A wrong password, an unknown user, a broken header and a token for docker are 401 everywhere, ping included."""
    calls = (EDITS[2], ("GET", "repositories", None), ("GET", "system/ping", None))
    key = new()
    for header in (basic(READER[0], "wrong"), basic("rest-nobody", "secret"), "Basic !", "Bearer x.y.z", "Bearer " + token()):
        refused_everywhere(key, 401, calls, auth=None, headers={**JSON, "Authorization": header})


@test
def forged_token():
    """A token that a responder's key signs for an administrator and for no repository opens neither the REST interface nor a vhost."""
    kid, secret = sql("SELECT kid, encode(secret, 'hex') FROM registry.token_key WHERE retired_at IS NULL LIMIT 1").split("|")
    account, epoch = sql("SELECT a.id, a.epoch FROM registry.account a JOIN registry.principal p ON p.id = a.id WHERE p.name = 'admin'").split("|")

    def part(value):
        return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).rstrip(b"=").decode()

    def forge(audience):
        now = int(time.time())
        text = part({"typ": "JWT", "alg": "HS256", "kid": kid}) + "." + part({
            "iss": "stowage", "aud": audience, "sub": "admin", "uid": int(account), "epoch": int(epoch), "access": [], "iat": now, "nbf": now,
            "exp": now + 300, "jti": "0"})
        return text + "." + part(hmac.new(bytes.fromhex(secret), text.encode(), "sha256").digest())
    assert call("GET", "/v2/", auth=forge("docker-dev")).status == 200, "the forger knows how"
    for audience in ("", "docker-dev", "stowage-admin"):
        refused_everywhere(new(), 401, (EDITS[2], ("GET", "repositories", None), ("GET", "storageinfo", None)), auth=forge(audience))
    assert call("GET", "/v2/", auth=forge("")).status == 401


@test
def no_administrator():
    """An account without the administrator's right reads lists and a repository's outlines; all else is 403 and changes nothing."""
    key = new(description="for all to see", notes="for some", anything="else")
    refused_everywhere(key, 403, (*EDITS, *(("GET", path, None) for path in READS)), auth=READER)
    answer = send("GET", key, auth=READER)
    assert answer.json() == {"key": key, "rclass": "local", "packageType": "docker", "description": "for all to see"}, answer
    assert send("HEAD", key, auth=READER).status == 200 and send("GET", "nobody-has-this", auth=READER).status == 404
    assert key in listed(auth=READER) and call("GET", API + "system/version", auth=READER).status == 200


@test
def rights_as_they_are():
    """An administrator who no longer is one is refused at the next request, remembered password or not; so is a disabled account."""
    name, key = unique("boss"), new()
    boss = add_user(name)

    def set_account(what):
        sql(f"UPDATE registry.account SET {what} WHERE id = (SELECT id FROM registry.principal WHERE name = '{name}')")
    for what, status in (("is_admin = true", 200), ("is_admin = false", 403), ("is_admin = true", 200), ("disabled = true, epoch = epoch + 1", 401)):
        set_account(what)
        answers = together(*[lambda: send("POST", key, {"notes": what}, auth=boss)] * 6)
        assert {answer.status for answer in answers} == {status}, (what, answers)


@test
def other_sites():
    """A page of another site makes a browser change nothing, though that sends the password it remembers; a page of this one may."""
    key, site = new(notes="before"), f"{SCHEME}://{DEV}"
    text, methods_in_turn = {"Content-Type": "text/plain"}, itertools.cycle(("POST", "PUT", "DELETE"))
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": site + ".evil.example"}, {"Origin": "https://evil.example/" + site},
                    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site", "Origin": site}):
        method = next(methods_in_turn)
        fails(send(method, key, None if method == "DELETE" else {"notes": "by evil"}, headers={**text, **headers}), 403, "cross-site")
        body = json.dumps({"userName": READER[0], "oldPassword": "secret", "newPassword1": "evil", "newPassword2": "evil"}).encode()
        fails(call("POST", PASSWORD, body=body, headers={**text, **headers}), 403, "cross-site")
        answer = send("GET", key, headers=headers)
        assert answer.status == 200 and not any(name.startswith("access-control") for name in answer.headers), answer
    assert document(key)["notes"] == "before" and call("GET", API + "repositories", auth=READER).status == 200
    for headers in ({"Origin": site}, {"Origin": site.upper()}, {"Sec-Fetch-Site": "same-origin", "Origin": site}, {"Sec-Fetch-Site": "none"}):
        assert send("POST", key, {"notes": json.dumps(headers)}, headers={**JSON, **headers}).status == 200, headers


@test
def reading_changes_nothing():
    """No GET or HEAD changes anything, whatever else it says: another method in a header or in the query."""
    key = new(notes="before")
    before = edits_of(key), etag(key)
    for method, said in itertools.product(("GET", "HEAD"), ("DELETE", "POST", "PUT")):
        headers = {"X-HTTP-Method-Override": said, "X-HTTP-Method": said, "X-Method-Override": said}
        answer = send(method, f"{key}?_method={said}&method={said}&notes=after", headers=headers)
        assert answer.status == 200, answer
    assert (edits_of(key), etag(key)) == before


@test
def audited():
    """Every edit leaves a row: who, from where, in which request, what was and is; one that is refused leaves none."""
    key, ids = fresh(), [str(uuid.uuid4()) for _ in range(5)]
    steps = (("PUT", {"rclass": "local", "notes": "a"}), ("POST", {"notes": "b"}), ("POST", {"notes": 7}), ("PUT", {"notes": "c"}), ("DELETE", None))
    for (method, fields), request in zip(steps, ids):
        send(method, key, fields, headers={**JSON, "X-Request-Id": request})
    rows = sql("SELECT request, actor_name, host(address) IN ('127.0.0.1', '::1'), action, outcome, object, detail -> 'notes' FROM registry.audit"
               f" WHERE repository = '{key}' ORDER BY at").splitlines()
    assert rows == [f"{ids[0]}|admin|t|repository_add|done|{key}|\"a\"", f"{ids[1]}|admin|t|repository_change|done|{key}|[\"a\", \"b\"]",
                    f"{ids[3]}|admin|t|repository_change|done|{key}|[\"b\", \"c\"]", f"{ids[4]}|admin|t|repository_delete|done|{key}|\"c\""], rows


run()
