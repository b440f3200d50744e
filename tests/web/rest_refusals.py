"""What the REST interface refuses: wrong values, bodies, keys, URLs and methods; nothing changes by it."""
import itertools

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import

MOST = 1 << 20


@test
def stays_what_it_is():
    """Class, package type, API version and key stay: a change that says otherwise is 400, names the field and changes nothing."""
    key = new(notes="before")
    for method, (field, value) in itertools.product(("PUT", "POST"), (
            ("rclass", "virtual"), ("rclass", "federated"), ("packageType", "npm"), ("dockerApiVersion", "V1"), ("key", "another"))):
        message = fails(send(method, key, {field: value, "notes": "after"}), 400)
        assert message.startswith(field + ":"), message
    assert document(key)["notes"] == "before" and edits_of(key) == 1


@test
def wrong_types():
    """A value of the wrong type is 400 and the message begins with the field, for every field of every class; nothing changes."""
    wrong = {kind: itertools.cycle(values) for kind, values in (
        (str, [7, False, {}, ["x"]]), (bool, ["true", 0]), (int, ["1", -1, 1.5, 2 ** 31]), (list, ["x", [7], {}]), (dict, [[], "x"]))}
    for key in (new(), new("remote", url="https://registry.example"), new("virtual", repositories=[new()])):
        before = send("GET", key)
        for field, value in before.json().items():
            bad = next(wrong[type(value)])
            message = fails(send("POST", key, {field: bad}), 400)
            assert message.startswith(field + ":"), (field, bad, message)
        assert send("GET", key).body == before.body


@test
def no_json():
    """What is no JSON object is 400: nothing at all, an array, broken text, a field twice, what no Unicode is; nothing is made."""
    key = fresh()
    for body in (b"", b"[]", b"null", b"7", b'"rclass"', b"{", b'{"rclass": "local"', b'{"rclass": "local"} {}', b'{"rclass": "local",}', b"{'rclass': 'local'}",
                 b'{"rclass": "local", "rclass": "local"}', b'{"rclass": "local", "x": {"a": 1, "a": 2}}', b'{"rclass": "local", "notes": "\xff"}',
                 b'{"rclass": "local", "notes": "\xc3"}', b'{"rclass": "local", "notes": "\\u0000"}', b'{"rclass": "local", "notes": "\\ud800"}',
                 b'{"rclass": "local", "x": 1' + b"0" * 400 + b"}", b"rclass=local", b"<repository/>", b'{"x":' * 5000):
        fails(call("PUT", REPOSITORIES + key, body=body, headers=JSON), 400, "JSON object")
    assert send("GET", key).status == 404


@test
def too_large():
    """A body beyond 1 MiB is 413, announced or chunked, and of no effect; one of just that size is taken."""
    key = fresh()
    full = json.dumps({"rclass": "local"}).encode().ljust(MOST)
    for size in (1, 30 << 20):
        fails(call("PUT", REPOSITORIES + key, body=full + b" " * size, headers=JSON), 413)
    fails(chunked("PUT", REPOSITORIES + key, full + b" " * MOST, headers=JSON), 413)
    assert send("GET", key).status == 404
    assert chunked("PUT", REPOSITORIES + key, full, headers=JSON).status == 200
    post(key, notes="n" * (MOST - 100))
    assert len(document(key)["notes"]) == MOST - 100


@test
def long_messages():
    """An error that repeats what was sent is cut between characters, and costs no worker."""
    before = pids("stowage-admin")
    for name in ("\u00e4" * 300, "a" + "\u00e4" * 300, "\U0001f433" * 100, "ab" + "\U0001f433" * 100):
        assert name[:20] in fails(send("PUT", fresh(), {"rclass": "virtual", "repositories": [name]}), 400)
        assert name[:20] in fails(new_password(name, "x", "y", ADMIN), 404)
    assert pids("stowage-admin") == before


@test
def bad_keys():
    """A key no repository can have is 400 in every method; the name of the list of all configurations is reserved."""
    for key in ("-a", ".a", "a%20b", "%C3%A4", "k" * 65):
        assert statuses(("GET", "HEAD", "PUT", "POST", "DELETE"), key, {"rclass": "local"}) == [400] * 5, key
    assert fails(send("PUT", "r" * 59, {"rclass": "remote", "url": "https://registry.example"}), 400).startswith("key:")
    assert fails(send("PUT", "configurations", {"rclass": "local"}), 400).startswith("key:")
    key = new()
    fails(send("PUT", key.upper(), {"rclass": "local"}), 400, key)
    assert statuses(("GET", "POST", "DELETE"), key.upper()) == [404] * 3


@test
def odd_urls():
    """Percent signs are undone once and keys compared as they are then; slashes, dots and broken escapes find nothing."""
    key = new()
    for same in (key.replace("-", "%2D"), key.replace("-", "%2d"), "%6C" + key[1:]):
        assert send("GET", same).json()["key"] == key, same
    assert send("POST", key.replace("-", "%2d"), {"notes": "by the other name"}).status == 200
    for other in (key + "/", key + "%2F", "/" + key, "%2F" + key, "./" + key, "x/../" + key, "x%2F..%2F" + key, key.replace("-", "%252D"), key + "%00", key + "%",
                  key + "%zz", key + "%C3%28", key + "%0d%0aX-Odd:1", key + ";a=b", key + "?type=%", key + "?%00"):
        answer = raw(head("GET", REPOSITORIES + other))
        assert answer.split(b" ", 2)[1] in (b"400", b"404") and b"by the other name" not in answer and b"X-Odd" not in answer.split(b"\r\n\r\n")[0], (other, answer)
    for path in ("/artifactory//api/system/ping", "/artifactory/./api/system/ping", "/artifactory/x/../api/system/ping", "/artifactory/api", "/access/"):
        fails(call("GET", path), 404)


@test
def patterns_too_large():
    """Patterns that the database cannot match are refused with their field: else every pull through that repository would fail."""
    member = new()
    key = new("virtual", repositories=[member])
    payload = push(member, "app", "1", "pattern")
    for where, field in ((member, "includesPattern"), (key, "excludesPattern")):
        assert fails(send("POST", where, {field: "**/" * 3000 + "app"}), 400).startswith(field + ":")
    bad = {"rclass": "remote", "url": "https://registry.example", "externalDependenciesPatterns": ["**/" * 3000 + "app"]}
    assert fails(send("PUT", fresh("remote"), bad), 400).startswith("externalDependenciesPatterns:")
    assert pull(key, "app", "1").body == payload


@test
def methods():
    """Another method is 405 with those there are; an unknown path is 404; each in Artifactory's form, signed in or not."""
    auths = itertools.cycle((ADMIN, None))
    for method, path, allowed in (("PATCH", "repositories/docker-dev", "GET, HEAD, PUT, POST, DELETE"), ("POST", "repositories", "GET, HEAD"),
                                  ("DELETE", "repositories", "GET, HEAD"), ("PUT", "system/ping", "GET, HEAD"), ("POST", "storageinfo", "GET, HEAD"),
                                  ("GET", "security/users/authorization/changePassword", "POST"), ("POST", "docker/docker-dev/who", "GET, HEAD"),
                                  ("OPTIONS", "repositories", "GET, HEAD")):
        answer = call(method, API + path, auth=next(auths), headers=EMPTY)
        fails(answer, 405)
        assert sorted(answer.headers["allow"].split(", ")) == sorted(allowed.split(", ")), (path, answer)
    for path in ("/artifactory/api/none", "/artifactory/api/repositories/docker-dev/none", "/artifactory/api/docker/docker-dev", "/access/api/v1/none", "/ui/none"):
        fails(call("GET", path), 404)


@test
def heads():
    """HEAD of everything that can be read says what GET says, without a body."""
    for path in ("system/ping", "system/version", "storage/docker-dev-local2?list", "repositories", "repositories/configurations", "repositories/dockerhub",
                 "docker/docker-dev/who?name=a&reference=b", "v1/system/liveness", "v1/system/readiness", "repositories/nobody-has-this", "none"):
        got, headed = call("GET", API + path), call("HEAD", API + path)
        assert headed.status == got.status and headed.body == b"", (path, headed)
        assert all(headed.headers[name] == got.headers[name] for name in ("content-type", "content-length")), (path, got, headed)


run()
