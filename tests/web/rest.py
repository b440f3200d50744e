"""The Artifactory-compatible REST interface, as its clients meet it: methods, statuses, formats, rights, parallel edits, and what
an edit means to docker clients."""
import hmac
import itertools
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import Hub, Image

API = "/artifactory/api/"
REPOSITORIES = API + "repositories/"
PASSWORD = API + "security/users/authorization/changePassword"
VENDOR = "application/vnd.org.jfrog.artifactory.repositories.%sRepositoryConfiguration+json"
JSON = {"Content-Type": "application/json"}
NO_LENGTH = {"Content-Length": "0"}
MOST = 1 << 20
HUB = Hub()
READER = add_user("rest-reader", "read", "ANY LOCAL")
numbers = itertools.count(1)


# --- What the tests do over and over ----------------------------------------------------------------------------------------

def send(method, key, document=None, **more):
    return call(method, REPOSITORIES + key, body=None if document is None else json.dumps(document).encode(), **{"headers": JSON, **more})


def put(key, /, **fields):
    answer = send("PUT", key, fields)
    assert answer.status == 200, answer
    return key


def post(key, **fields):
    answer = send("POST", key, fields)
    assert answer.status == 200, answer


def delete(key):
    answer = send("DELETE", key)
    assert answer.status == 200, answer


def fresh(rclass="local"):
    """A key nobody has."""
    return f"{rclass}-r{next(numbers)}"


def new(rclass="local", **fields):
    return put(fresh(rclass), rclass=rclass, **fields)


def remote(**fields):
    return new("remote", **{"url": HUB.url, "allowPrivateNetworks": True, "libraryPrefix": True, "assumedOfflinePeriodSecs": 0, **fields})


def document(key):
    answer = send("GET", key)
    assert answer.status == 200, answer
    return answer.json()


def etag(key):
    return send("GET", key).headers["etag"]


def statuses(methods, key, document=None, **more):
    return [send(method, key, None if method in ("GET", "HEAD", "DELETE") else document or {}, **more).status for method in methods]


def fails(answer, status, *words):
    """An error in Artifactory's form, whose message has all the words; the message."""
    assert answer.status == status and answer.headers["content-type"] == "application/json", answer
    error, = answer.json()["errors"]
    assert set(error) == {"status", "message"} and error["status"] == status and all(word in error["message"] for word in words), answer
    return error["message"]


def at(key, path, method="GET", **more):
    return call(method, f"{API}docker/{key}/v2/{path}", **more)


def push(key, name, tag, text, **more):
    """A small image with one layer of its own; the manifest's bytes."""
    for data in (text.encode(), b"{}"):
        answer = at(key, f"{name}/blobs/uploads/?digest={sha256(data)}", "POST", body=data, **more)
        assert answer.status == 201, answer
    payload = image((text.encode(),))
    answer = at(key, f"{name}/manifests/{tag}", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST}, **more)
    assert answer.status == 201, answer
    return payload


def pull(key, name, tag, **more):
    return at(key, f"{name}/manifests/{tag}", headers={"X-Stowage-Trace": "1"}, **more)


def hub_image(name, tag="1"):
    found = Image(f"{SERVER} rest {next(numbers)}")
    HUB.push(name, tag, found)
    HUB.clear()
    return found


def who(key, name, reference, user=None):
    answer = call("GET", f"{API}docker/{key}/who?name={name}&reference={reference}" + (f"&user={user}" if user else ""))
    assert answer.status == 200 and answer.headers["content-type"] == "application/json", answer
    return answer.json()


def why(answer):
    return {member["repository"]: member["why"] for member in answer["members"]}


def promote(key, auth=ADMIN, **order):
    return at(key, "promote", "POST", body=json.dumps(order).encode(), headers=JSON, auth=auth)


def tags(key, name):
    answer = at(key, name + "/tags/list")
    return answer.json()["tags"] if answer.status == 200 else answer.status


def change(auth=ADMIN, **fields):
    return call("POST", PASSWORD, body=json.dumps(fields).encode(), headers=JSON, auth=auth)


def new_password(user, old, fresh_one, auth):
    return change(auth, userName=user, oldPassword=old, newPassword1=fresh_one, newPassword2=fresh_one)


def together(*functions):
    """Run at once; what each returns."""
    with ThreadPoolExecutor(len(functions)) as pool:
        return [task.result() for task in [pool.submit(function) for function in functions]]


def edits_of(key):
    return int(sql(f"SELECT count(*) FROM registry.audit WHERE repository = '{key}' AND action LIKE 'repository%'"))


# --- Create, read, change, delete -------------------------------------------------------------------------------------------

@test
def life():
    """PUT creates, GET and HEAD find, POST changes what it names, PUT replaces, DELETE removes: 200 each, with a word for people."""
    key = fresh()
    for method, fields, said in (("PUT", {"rclass": "local", "notes": "n", "description": "d"}, "created"), ("POST", {"notes": "m"}, "changed"),
                                 ("PUT", {"description": "e"}, "changed")):
        answer = send(method, key, fields)
        assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain"), answer
        assert key in answer.body.decode() and said in answer.body.decode(), answer
        if method == "POST":
            assert (document(key)["notes"], document(key)["description"]) == ("m", "d")
    found = document(key)
    assert (found["key"], found["rclass"], found["notes"], found["description"]) == (key, "local", "", "e"), found
    assert statuses(["HEAD", "DELETE", "GET", "HEAD", "DELETE", "POST"], key) == [200, 200, 404, 404, 404, 404]


@test
def unknown_key():
    """GET, POST and DELETE of a key that nobody has are 404 and name it; nothing is made."""
    key = fresh()
    for method, fields in (("GET", None), ("POST", {"rclass": "local"}), ("DELETE", None)):
        fails(send(method, key, fields), 404, key)
    assert send("HEAD", key).body == b"" and edits_of(key) == 0


@test
def position():
    """PUT ?pos=N, as Artifactory's clients may say, creates as well."""
    key = fresh()
    assert send("PUT", key + "?pos=3", {"rclass": "local"}).status == 200 and document(key)["rclass"] == "local"


@test
def get_form():
    """A repository is JSON with an ETag, of exact length and not to be stored; HEAD says the same."""
    key = new()
    got, headed = send("GET", key), send("HEAD", key)
    assert got.headers["content-type"] == "application/json" and got.headers["cache-control"] == "no-store", got
    assert int(got.headers["content-length"]) == len(got.body)
    assert headed.status == 200 and headed.body == b"" and headed.headers["etag"].startswith('"'), headed
    assert all(headed.headers[name] == got.headers[name] for name in ("content-type", "content-length", "etag", "cache-control")), headed


# Field by field as Terraform's provider and jf send them (artifactory-api.md, 4.1 to 4.4), each with another value than the default,
# unless nothing acts on it yet or the settings have to name it (egress.py).
COMMON = {"packageType": "docker", "description": "what it is for", "notes": "two\nlines", "includesPattern": "team/**,other/**",
          "excludesPattern": "**/secret/**", "repoLayoutRef": "maven-2-default", "projectKey": "proj", "environments": ["DEV", "PROD"]}
REAL = {"blackedOut": True, "xrayIndex": True, "propertySets": ["artifactory"], "archiveBrowsingEnabled": True, "downloadRedirect": True,
        "priorityResolution": True, "cdnRedirect": True, "blockPushingSchema1": False}
LOCAL = {**COMMON, **REAL, "rclass": "local", "maxUniqueTags": 0, "dockerTagRetention": 1}
REMOTE = {**COMMON, **REAL, "rclass": "remote", "url": "https://registry.example/deep/", "username": "robot", "proxy": "", "disableProxy": True,
          "remoteRepoLayoutRef": "simple-default", "hardFail": True, "offline": True, "storeArtifactsLocally": False, "socketTimeoutMillis": 20000,
          "localAddress": "192.0.2.1", "queryParams": "a=b&c=d", "retrievalCachePeriodSecs": 600, "metadataRetrievalTimeoutSecs": 30,
          "missedRetrievalCachePeriodSecs": 90, "unusedArtifactsCleanupPeriodHours": 0, "unusedArtifactsCleanupEnabled": True,
          "assumedOfflinePeriodSecs": 60, "blockMismatchingMimeTypes": False, "mismatchingMimeTypesOverrideList": "text/html,application/xml",
          "allowAnyHostAuth": True, "enableCookieManagement": True, "bypassHeadRequests": True, "synchronizeProperties": True,
          "shareConfiguration": True, "listRemoteFolderItems": True, "disableUrlNormalization": True, "propagateQueryParams": True,
          "clientTlsCertificate": "", "contentSynchronisation": {"enabled": True, "statistics": {"enabled": True}, "properties": {"enabled": True},
                                                                      "source": {"originAbsenceDetection": True}},
          "enableTokenAuthentication": False, "externalDependenciesEnabled": True, "externalDependenciesPatterns": ["**/layers/**", "*.example/**"],
          "dockerProjectId": "project-1", "curated": False, "passThrough": True, "dockerApiVersion": "V2"}
VIRTUAL = {**COMMON, "rclass": "virtual", "artifactoryRequestsCanRetrieveRemoteArtifacts": True, "resolveDockerTagsByTimestamp": True}


def differences(sent, found):
    return {name: (value, found.get(name, "nothing")) for name, value in sent.items() if found.get(name, "nothing") != value}


def comes_back(sent):
    """Made by PUT, changed back and forth by POST: always as it was sent."""
    key = fresh(sent["rclass"])
    least = {name: sent[name] for name in ("rclass", "url", "dockerApiVersion") if name in sent}
    for method, fields in (("PUT", {"key": key, **sent}), ("PUT", least), ("POST", {"key": key, **sent}), ("PUT", document)):
        answer = send(method, key, document(key) if fields is document else fields)
        assert answer.status == 200, (method, answer)
        found = document(key)
        assert not differences(fields if fields is least else {"key": key, **sent}, found), (method, differences(sent, found))
    return key


@test
def local_fields():
    """Every field of a local repository comes back as it was sent, by PUT and by POST; so it does from its own document."""
    comes_back({**LOCAL, "dockerApiVersion": "V2"})
    comes_back({**LOCAL, "dockerApiVersion": "V1"})


@test
def remote_fields():
    """Every field of a remote repository comes back as it was sent; the password alone never does."""
    key = comes_back(REMOTE)
    assert send("POST", key, {**REMOTE, "password": "hushhush"}).status == 200
    assert not differences({**REMOTE, "password": ""}, document(key))


@test
def what_terraform_leaves_out():
    """Fields that Terraform's provider leaves out where its user says nothing come back as nothing, or its next plan would change them."""
    document_of = document(new("remote", url="https://registry-1.docker.io/", externalDependenciesEnabled=False))
    assert document_of["url"] == "https://registry-1.docker.io/"
    for field in ("externalDependenciesPatterns", "propertySets", "environments"):
        assert document_of[field] == [], field
    for field in ("description", "notes", "excludesPattern", "username", "localAddress", "clientTlsCertificate"):
        assert document_of[field] == "", field


@test
def virtual_fields():
    """Every field of a virtual repository comes back as it was sent, members in their order."""
    members = [new(), new("virtual"), new("remote", url="https://registry.example"), new()]
    comes_back({**VIRTUAL, "repositories": members, "defaultDeploymentRepo": members[3]})


@test
def deployment_cleared():
    """The default deployment goes by "", by null, and by a name nobody has, as Terraform must say it."""
    member = new()
    key = new("virtual", repositories=[member])
    for none in ("", None, "nobody-has-this"):
        post(key, defaultDeploymentRepo=member)
        post(key, defaultDeploymentRepo=none)
        assert document(key)["defaultDeploymentRepo"] == "", none
    answer = at(key, "a/blobs/uploads/", "POST", headers=NO_LENGTH)
    assert answer.status == 405 and answer.code() == "UNSUPPORTED", answer


@test
def unknown_fields():
    """Fields nobody knows come back whatever they hold: nested, empty, null, any Unicode."""
    fields = {"xLater": {"deep": [1, -2.5, None, {"": True}, []]}, "x-text": "\"quoted\" \\ / \t \u00e4 \u20ac \U0001f433 \u2028", "xNull": None, "x" * 200: 2 ** 53,
              "ключ": False}
    key = new(**fields)
    assert not differences(fields, document(key))
    post(key, xLater="now a string")
    assert document(key)["xLater"] == "now a string" and document(key)["ключ"] is False


@test
def content_types():
    """JSON is taken under Artifactory's vendor types too, with a charset, and without any type."""
    for kind in (*(VENDOR % rclass for rclass in ("Local", "Remote", "Virtual")), "application/json; charset=UTF-8", None):
        key = fresh()
        headers = {"Accept": "*/*", **({"Content-Type": kind} if kind else {})}
        assert send("PUT", key, {"rclass": "local"}, headers=headers).status == 200, kind
        assert send("GET", key, headers={"Accept": kind or "text/html"}).headers["content-type"] == "application/json", kind


# --- What is refused --------------------------------------------------------------------------------------------------------

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
        answer = call(method, API + path, auth=next(auths), headers=NO_LENGTH)
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


# --- Lists ------------------------------------------------------------------------------------------------------------------

def listed(query="", auth=ADMIN):
    answer = call("GET", API + "repositories" + query, auth=auth)
    assert answer.status == 200 and answer.headers["content-type"] == "application/json" and answer.headers["cache-control"] == "no-store", answer
    return {row["key"]: row for row in answer.json()}


@test
def list_rows():
    """The list has key, description, type, URL and package type of each repository, by key."""
    key = new(description="with a description")
    url = f"{SCHEME}://{DEV}/artifactory/"
    rows = listed()
    assert rows[key] == {"key": key, "description": "with a description", "type": "LOCAL", "url": url + key, "packageType": "Docker"}, rows[key]
    assert rows["docker-dev"]["type"] == "VIRTUAL" and rows["dockerhub"]["type"] == "REMOTE" and list(rows) == sorted(rows)
    assert rows["dockerhub"]["url"] == document("dockerhub")["url"], "of a remote it is the upstream's"
    assert listed(auth=add_user("rest-everywhere", "read"))["dockerhub"]["url"] == url + "dockerhub", "which is for administrators"
    assert "dockerhub" not in listed(auth=READER), "where one reads nothing"
    delete(key)
    assert key not in listed()


@test
def list_filters():
    """?type= and ?packageType= choose, in any case; empty they choose nothing, and what nobody is gives an empty list."""
    everything = listed()
    for kind in ("local", "remote", "virtual"):
        wanted = [key for key, row in everything.items() if row["type"] == kind.upper()]
        assert wanted and list(listed("?type=" + kind)) == list(listed(f"?type={kind.upper()}&packageType=docker")) == wanted, kind
    assert listed("?packageType=Docker") == listed("?type=&packageType=&project=") == everything
    for none in ("?packageType=npm", "?type=federated", "?type=local&packageType=maven", "?type=x%00", "?type=loca%6Cx"):
        answer = call("GET", API + "repositories" + none)
        assert answer.status == 400 or answer.json() == [], (none, answer)


@test
def list_of_a_project():
    """?project= chooses by the key of the project that a repository was given."""
    project = f"p{next(numbers)}"
    key = new(projectKey=project)
    new(projectKey=project + "x")
    assert list(listed("?project=" + project)) == [key] and listed(f"?project={project}&type=remote") == {}


@test
def configurations():
    """repositories/configurations has all documents whole, by class."""
    answer = call("GET", REPOSITORIES + "configurations")
    assert answer.status == 200 and answer.headers["cache-control"] == "no-store" and set(answer.json()) == {"LOCAL", "REMOTE", "VIRTUAL"}, answer
    rows = listed()
    assert {row["key"]: kind for kind, all_rows in answer.json().items() for row in all_rows} == {key: row["type"] for key, row in rows.items()}
    for kind, key in (("LOCAL", "docker-prod-local"), ("REMOTE", "dockerhub"), ("VIRTUAL", "docker-dev")):
        assert next(row for row in answer.json()[kind] if row["key"] == key) == document(key), key


@test
def passwords():
    """A remote's password is shown nowhere: not in its document, in lists, in answers to edits, in the audit or in a log; it is kept."""
    secret = f"hush-{uuid.uuid4()}"
    fields = {"rclass": "remote", "url": "https://registry.example", "username": "robot", "password": secret}
    key = fresh("remote")
    said = [send("PUT", key, fields), send("POST", key, {"hardFail": True, "password": secret}), send("PUT", key, {**fields, "hardFail": 1}), send("GET", key),
            call("GET", API + "repositories"), call("GET", REPOSITORIES + "configurations"), call("GET", f"{API}docker/{key}/who?name=a&reference=b")]
    assert [answer.status for answer in said] == [200, 200, 400, 200, 200, 200, 200]
    assert not any(secret in repr(answer.list) or secret.encode() in answer.body for answer in said)
    assert sql(f"SELECT count(*) FROM registry.audit WHERE repository = '{key}' AND audit::text LIKE '%{secret}%'") == "0"
    assert sql(f"SELECT count(*) FROM registry.repository WHERE repository::text LIKE '%{secret}%'") == "0"
    for log in ("stowage-admin", "stowage-v2"):
        with open(f"{STATE}/log/{log}.log", encoding="utf-8") as lines:
            assert secret not in lines.read()
    put(key, **document(key))
    assert sql(f"SELECT password FROM registry.repository_remote r JOIN registry.repository p ON p.id = r.repository_id WHERE p.key = '{key}'") == secret


# --- Several administrators -------------------------------------------------------------------------------------------------

@test
def stale_edits():
    """An edit or deletion with If-Match of what has changed since is 412 and of no effect; of what is there, or among several, it is done."""
    key = new()
    first = etag(key)
    assert send("POST", key, {"notes": "a"}, headers={"If-Match": first}).status == 200
    second = etag(key)
    assert second != first
    for method, tag in itertools.product(("POST", "PUT", "DELETE"), (first, '"1"', '"99999999999999999999"', "nonsense")):
        fails(send(method, key, None if method == "DELETE" else {"notes": "stale"}, headers={"If-Match": tag}), 412)
    assert document(key)["notes"] == "a" and etag(key) == second and edits_of(key) == 2
    assert send("PUT", key, {"notes": "b"}, headers={"If-Match": f"{first}, {second}"}).status == 200
    assert send("POST", key, {"notes": "c"}, headers={"If-Match": "*"}).status == 200
    assert send("DELETE", key, headers={"If-Match": etag(key)}).status == 200


@test
def nothing_to_match():
    """If-Match, * included, wants a repository that is there: else it is 404, and nothing is made."""
    key = fresh()
    for tag in ("*", '"1"', etag("docker-dev")):
        for method in ("PUT", "POST", "DELETE"):
            fails(send(method, key, None if method == "DELETE" else {"rclass": "local"}, headers={"If-Match": tag}), 404, key)
    assert send("GET", key).status == 404


@test
def only_create():
    """PUT with If-None-Match: * creates, and is 412 where there is one."""
    key = fresh()
    only = {"If-None-Match": "*"}
    assert send("PUT", key, {"rclass": "local", "notes": "first"}, headers=only).status == 200
    fails(send("PUT", key, {"rclass": "local", "notes": "second"}, headers=only), 412, key)
    assert document(key)["notes"] == "first"


@test
def made_again():
    """Who has read a repository that was deleted and made again edits neither by accident: its ETag is stale."""
    key = new(notes="the old one")
    old = etag(key)
    delete(key)
    put(key, rclass="local", notes="the new one")
    for method in ("POST", "DELETE"):
        fails(send(method, key, {"notes": "meant for the old one"} if method == "POST" else None, headers={"If-Match": old}), 412)
    assert document(key)["notes"] == "the new one"


@test
def parallel_edits():
    """Edits at once of different fields are all done, none lost."""
    key = new()
    answers = together(*[lambda n=n: send("POST", key, {f"field{n}": n}) for n in range(12)])
    assert [answer.status for answer in answers] == [200] * 12, answers
    assert not differences({f"field{n}": n for n in range(12)}, document(key)) and edits_of(key) == 13


@test
def parallel_stale():
    """Of edits at once with one If-Match exactly one is done, the others are 412."""
    key = new()
    tag = etag(key)
    answers = together(*[lambda n=n: send("POST", key, {"notes": str(n)}, headers={"If-Match": tag}) for n in range(8)])
    assert sorted(answer.status for answer in answers) == [200] + [412] * 7, answers
    assert document(key)["notes"] == str([answer.status for answer in answers].index(200))


@test
def parallel_birth_and_death():
    """Of creations at once exactly one is done, of deletions too; between both at once nothing breaks."""
    key = fresh()
    births = together(*[lambda n=n: send("PUT", key, {"rclass": "local", "notes": str(n)}, headers={"If-None-Match": "*"}) for n in range(8)])
    assert sorted(answer.status for answer in births) == [200] + [412] * 7, births
    assert document(key)["notes"] == str([answer.status for answer in births].index(200))
    deaths = together(*[lambda: send("DELETE", key)] * 8)
    assert sorted(answer.status for answer in deaths) == [200] + [404] * 7, deaths
    virtual = new("virtual")
    both = together(*[lambda: send("PUT", key, {"rclass": "local"}), lambda: send("DELETE", key), lambda: send("POST", virtual, {"repositories": [key]})] * 4)
    assert {answer.status for answer in both} <= {200, 400, 404}, both
    assert document(virtual)["repositories"] in ([], [key] if send("GET", key).status == 200 else [])


# --- Deletion, and what docker clients then get -----------------------------------------------------------------------------

@test
def member_deleted():
    """A deleted member leaves its virtuals at the next request: its images are unknown, others answer, pushes have nowhere to go."""
    gone, stays = new(), new()
    inner = new("virtual", repositories=[gone, stays], defaultDeploymentRepo=gone)
    outer = new("virtual", repositories=[inner], defaultDeploymentRepo=gone)
    push(outer, "both", "1", "gone")
    push(outer, "mine", "1", "gone")
    other = push(stays, "both", "1", "stays")
    upload = at(outer, "mine/blobs/uploads/", "POST", headers=NO_LENGTH).headers["location"]
    before = etag(inner), etag(outer)
    delete(gone)
    assert not differences({"repositories": [stays], "defaultDeploymentRepo": ""}, document(inner))
    assert not differences({"repositories": [inner], "defaultDeploymentRepo": ""}, document(outer))
    assert etag(inner) != before[0] and etag(outer) != before[1], "who edits them meanwhile is told"
    answer = pull(outer, "mine", "1")
    assert answer.status == 404 and answer.code() in ("MANIFEST_UNKNOWN", "NAME_UNKNOWN") and VERSION in answer.headers, answer
    assert pull(outer, "both", "1").body == other
    assert at(outer, f"mine/blobs/{sha256(b'gone')}").status == 404 and at(outer, "_catalog").json()["repositories"] == ["both"]
    answer = at(outer, "mine/blobs/uploads/", "POST", headers=NO_LENGTH)
    assert answer.status == 405 and answer.code() == "UNSUPPORTED" and VERSION in answer.headers, answer
    answer = call("PATCH", upload, body=b"more")
    assert 400 <= answer.status < 500 and answer.json()["errors"][0]["code"] and VERSION in answer.headers, answer


@test
def much_deleted():
    """A repository of very many rows is gone at once and its key free; that its rows take long holds up no other housekeeping."""
    key, hub = new(), remote()
    number = sql(f"SELECT id FROM registry.repository WHERE key = '{key}' AND deleted_at IS NULL")
    sql(f"INSERT INTO registry.image (repository_id, path) SELECT {number}, 'much/' || n FROM generate_series(1, 400000) n")
    try:
        start = time.monotonic()
        delete(key)
        put(key, rclass="local")
        assert time.monotonic() - start < 3 and at(key, "_catalog").json() == {"repositories": []}
        time.sleep(11)  # by then housekeeping is at it
        sql(f"INSERT INTO registry.negative_cache SELECT id, 'long/gone', '1', false, now() - interval '1 day' FROM registry.repository WHERE key = '{hub}'")
        end = time.monotonic() + 30
        while sql("SELECT count(*) FROM registry.negative_cache WHERE path = 'long/gone'") != "0":
            assert time.monotonic() < end, "nothing else is done meanwhile"
            time.sleep(0.5)
        assert sql(f"SELECT count(*) > 1000 FROM registry.image WHERE repository_id = {number}") == "t", "all is taken away before anything else"
    finally:
        sql(f"SET session_replication_role = replica; DELETE FROM registry.image WHERE repository_id = {number}")


@test
def key_made_again():
    """A freed key can be another class at once; as a local it is empty and works: nothing of the old one is seen, nor are rights on it."""
    key = new()
    reader = add_user(f"rest-old{next(numbers)}", "read", key)
    payload = push(key, "app", "1", "the old content")
    assert pull(key, "app", "1", auth=reader).body == payload
    delete(key)
    answer = pull(key, "app", "1")
    assert answer.status == 404 and VERSION not in answer.headers, answer
    put(key, rclass="virtual")
    delete(key)
    put(key, rclass="local")
    assert pull(key, "app", "1").status == 404 and tags(key, "app") == 404 and at(key, "_catalog").json() == {"repositories": []}
    assert at(key, f"app/blobs/{sha256(b'the old content')}", "HEAD").status == 404 and pull(key, "app", sha256(payload)).status == 404
    assert push(key, "app", "1", "the old content") == payload and pull(key, "app", "1").body == payload
    assert pull(key, "app", "1", auth=reader).status in (403, 404), "rights went with the repository they were given on"


@test
def vhost_by_name():
    """The repository behind a vhost may be edited, deleted and made again: the vhost follows by its name."""
    kept = {key: document(key) for key in ("docker-prod", "docker-dev")}
    payload = push("docker-prod-local2", "vhost/app", "1", "by name")
    other = new()
    mine = push(other, "vhost/app", "1", "another one")

    def at_vhost():
        return call("GET", "/v2/vhost/app/manifests/1", host=PROD)
    try:
        assert at_vhost().body == payload
        post("docker-prod", repositories=[other, "docker-prod-local2", "dockerhub"])
        assert at_vhost().body == mine
        delete("docker-prod")
        for path in ("/v2/", "/v2/vhost/app/manifests/1"):
            answer = call("GET", path, host=PROD)
            assert answer.status == 404 and VERSION not in answer.headers, answer
        assert call("GET", "/v2/vhost/app/manifests/1").status == 404, "docker-dev saw it through docker-prod"
        put("docker-prod", rclass="virtual", repositories=["docker-prod-local2"])
        assert at_vhost().body == payload
    finally:
        for key, fields in kept.items():
            put(key, **fields)
    assert at_vhost().body == payload and call("GET", "/v2/vhost/app/manifests/1").body == payload
    assert {key: document(key) for key in kept} == kept


# --- Who may ----------------------------------------------------------------------------------------------------------------

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
    for header in (basic("rest-reader", "wrong"), basic("rest-nobody", "secret"), "Basic !", "Bearer x.y.z", "Bearer " + token()):
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
    name, key = f"rest-boss{next(numbers)}", new()
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
        body = json.dumps({"userName": "rest-reader", "oldPassword": "secret", "newPassword1": "evil", "newPassword2": "evil"}).encode()
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


# --- System -----------------------------------------------------------------------------------------------------------------

@test
def ping():
    """system/ping is OK to anybody; liveness and readiness too."""
    for path, said in (("system/ping", b"OK"), ("v1/system/liveness", b"ok\n"), ("v1/system/readiness", b"ok\n")):
        for auth in (None, ADMIN, READER):
            answer = call("GET", API + path, auth=auth)
            assert answer.status == 200 and answer.body == said and answer.headers["content-type"].startswith("text/plain"), answer


@test
def database_away():
    """Without its database stowage-admin lives, whatever password is given, and everything else is 503 with Retry-After; then it goes on."""
    key = new()
    sql("ALTER ROLE stowage_admin NOLOGIN")
    try:
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'stowage_admin'")
        for auth in (None, ADMIN, ("rest-reader", "wrong")):
            assert call("GET", API + "v1/system/liveness", auth=auth).body == b"ok\n"
        for method, path in (("GET", "system/ping"), ("GET", "repositories"), ("DELETE", "repositories/" + key)):
            answer = call(method, API + path)
            fails(answer, 503)
            assert answer.headers["retry-after"].isdigit() and not any(word in answer.body for word in (b"role", b"stowage_admin", b"FATAL")), answer
        assert call("GET", "/v2/").status == 200, "others have theirs"
    finally:
        sql("ALTER ROLE stowage_admin LOGIN")
        end = time.monotonic() + 10
        while send("GET", key).status != 200:
            assert time.monotonic() < end, send("GET", key)
            time.sleep(0.1)


@test
def version():
    """system/version says a version that clients can read, the add-ons as an array, and the licence."""
    found = call("GET", API + "system/version").json()
    assert all(part.isdigit() for part in found["version"].split(".")) and len(found["version"].split(".")) == 3, found
    assert isinstance(found["revision"], str) and isinstance(found["license"], str) and found["addons"] == ["docker"], found


@test
def storage():
    """storageinfo sums up what is stored, in all and by repository, in words for people."""
    key, empty = new(), new()
    layer = "x" * 5000
    push(key, "app", "1", layer)
    push(key, "more", "1", layer)
    answer = call("GET", API + "storageinfo")
    assert answer.status == 200 and answer.headers["content-type"] == "application/json", answer
    found = answer.json()
    assert set(found["binariesSummary"]) == {"binariesCount", "binariesSize", "artifactsSize", "optimization", "itemsCount", "artifactsCount"}, found
    assert set(found["fileStoreSummary"]) == {"storageType", "storageDirectory", "totalSpace", "usedSpace", "freeSpace", "lastSeen", "programs"}, found
    assert {(one["program"], one["state"]) for one in found["fileStoreSummary"]["programs"]} == {
        ("stowage-keep", "available"), ("stowage-v1", "available"), ("stowage-v2", "available")}, found
    rows = {row["repoKey"]: row for row in found["repositoriesSummaryList"]}
    percentage = rows[key].pop("percentage")
    assert rows[key] == {"repoKey": key, "repoType": "LOCAL", "foldersCount": 2, "filesCount": 2, "usedSpace": "4.88 KB", "itemsCount": 4, "packageType": "Docker"}, rows[key]
    stored = int(sql("SELECT sum(size) FROM registry.blob"))
    assert percentage.endswith("%") and abs(float(percentage[:-1]) - 100 * 5002 / stored) < 0.02, (percentage, stored)
    assert rows[empty]["usedSpace"] == "0 bytes" and rows[empty]["percentage"] == "0.00%" and rows["dockerhub"]["repoType"] == "REMOTE"
    assert sum(row["filesCount"] for row in rows.values()) == int(found["binariesSummary"]["artifactsCount"])


@test
def files():
    """storage/KEY?list has a file for each tag, as Terraform counts them before it destroys; an empty repository has none."""
    key = new()
    first = push(key, "team/app", "1", "one")
    assert at(key, "team/app/manifests/2", "PUT", body=first, headers={"Content-Type": OCI_MANIFEST}).status == 201
    for query in ("?list", "?list&deep=1&listFolders=0", "?list=1&deep=1"):
        answer = call("GET", f"{API}storage/{key}{query}").json()
        assert answer["uri"] == f"{SCHEME}://{DEV}{API}storage/{key}" and [row["uri"] for row in answer["files"]] == [
            "/team/app/1/manifest.json", "/team/app/2/manifest.json"], answer
    row = answer["files"][0]
    assert (row["size"], row["folder"], row["digest"]) == (len(first), False, sha256(first)) and row["lastModified"].endswith("Z"), row
    assert call("GET", f"{API}storage/{new()}?list").json()["files"] == []
    # more than are asked of the database at once, over several names
    push(key, "many/a", "1", "many")
    number = sql(f"SELECT i.id, t.manifest_id FROM registry.image i JOIN registry.tag t ON t.image_id = i.id JOIN registry.repository r ON r.id = i.repository_id"
                 f" WHERE r.key = '{key}' AND r.deleted_at IS NULL AND i.path = 'many/a'").replace("|", ", ")
    sql(f"INSERT INTO registry.tag (image_id, manifest_id, name) SELECT {number}, 'x' || n FROM generate_series(1, 12000) n")
    push(key, "many/b", "1", "many")
    uris = [row["uri"] for row in call("GET", f"{API}storage/{key}?list").json()["files"]]
    assert len(set(uris)) == len(uris) == 12004 and uris[0] == "/many/a/1/manifest.json" and uris[-1] == "/team/app/2/manifest.json", uris[-1]
    fails(call("GET", API + "storage/nobody-has-this?list"), 404)
    fails(call("GET", f"{API}storage/{key}/tea?list"), 404)


# --- Docker's endpoints by key ----------------------------------------------------------------------------------------------

@test
def catalog_and_tags():
    """_catalog and tags/list under a key are those of that repository, local or remote; the next page is under that key too."""
    local, hub = new(), remote()
    payload = push(local, "a/one", "1", "one")
    for name, tag in (("a/one", "2"), ("a/one", "3"), ("b", "1")):
        if name == "b":
            push(local, name, tag, "b")
        else:
            assert at(local, f"{name}/manifests/{tag}", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST}).status == 201
    hub_image("library/cat")
    HUB.push("library/cat", "2", hub_image("library/cat"))
    assert at(hub, "cat/manifests/1").status == 200
    for key, path, name, wanted in ((local, "_catalog", "repositories", ["a/one", "b"]), (local, "a/one/tags/list", "tags", ["1", "2", "3"]),
                                    (hub, "_catalog", "repositories", ["library/cat"]), (hub, "cat/tags/list", "tags", ["1", "2"])):
        assert at(key, path).json()[name] == wanted, (key, path)
        answer = at(key, path + "?n=1")
        found = answer.json()[name]
        while "link" in answer.headers:
            following = answer.headers["link"].split("<")[1].split(">")[0]
            assert following.startswith(f"{API}docker/{key}/v2/{path}?"), answer
            answer = call("GET", following)
            found += answer.json()[name]
        assert found == wanted, (key, path, found)
    assert tags(local, "none") == 404


@test
def promotion():
    """Promotion moves a tag, and copies it when asked; with another name and tag it is there under those, whole."""
    source, target = new(), new()
    payload = push(source, "app", "1", "promoted")
    push(source, "app", "2", "stays")
    answer = promote(source, targetRepo=target, dockerRepository="app", tag="1", copy=True)
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain"), answer
    assert tags(source, "app") == ["1", "2"] and tags(target, "app") == ["1"]
    assert promote(source, targetRepo=target, dockerRepository="app", targetDockerRepository="release/app", tag="1", targetTag="1.0").status == 200
    assert tags(source, "app") == ["2"] and tags(target, "release/app") == ["1.0"]
    delete(source)
    for name, tag in (("app", "1"), ("release/app", "1.0")):
        assert pull(target, name, tag).body == payload and at(target, f"{name}/blobs/{sha256(b'promoted')}").body == b"promoted"
    rows = sql("SELECT path, object, detail ->> 'from', detail ->> 'name', detail ->> 'tag', detail ->> 'copy' FROM registry.audit"
               f" WHERE action = 'promote' AND repository = '{target}' ORDER BY at").splitlines()
    assert rows == [f"app|1|{source}|app|1|true", f"release/app|1.0|{source}|app|1|false"], rows


@test
def promotion_of_all():
    """Without a tag all tags of the image are promoted."""
    source, target = new(), new()
    for tag in ("1", "2", "3"):
        push(source, "app", tag, "tag " + tag)
    push(source, "other", "1", "other")
    assert promote(source, targetRepo=target, dockerRepository="app").status == 200
    assert tags(target, "app") == ["1", "2", "3"] and tags(source, "app") in (404, []) and tags(source, "other") == ["1"]


@test
def promotion_as_jfrog_cli_asks():
    """Empty fields, as jfrog-cli sends what it was not told, and null are as good as none."""
    source, target = new(), new()
    push(source, "app", "1", "jf one")
    push(source, "app", "2", "jf two")
    asked = {"targetRepo": target, "dockerRepository": "app", "targetDockerRepository": "", "tag": "2", "targetTag": "", "copy": False}
    assert promote(source, **asked).status == 200 and tags(source, "app") == ["1"] and tags(target, "app") == ["2"]
    assert promote(source, **{**asked, "tag": "", "copy": None, "targetTag": None}).status == 200
    assert tags(source, "app") == 404 and tags(target, "app") == ["1", "2"]
    for field in ("targetRepo", "dockerRepository"):
        answer = promote(source, **{**asked, field: ""})
        assert answer.status == 400 and field in answer.json()["errors"][0]["message"], answer


def index_of(*children):
    """An OCI index of image manifests, given as bytes."""
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [
        {"mediaType": OCI_MANIFEST, "digest": sha256(child), "size": len(child)} for child in children]}).encode()


def signature_of(payload, kind):
    """An artifact whose subject is the manifest or index."""
    empty = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": sha256(b"{}"), "size": 2}
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": "application/x-signature", "config": empty, "layers": [empty],
                       "subject": {"mediaType": kind, "digest": sha256(payload), "size": len(payload)}}).encode()


def put_at(key, name, payload, kind, reference=None):
    answer = at(key, f"{name}/manifests/{reference or sha256(payload)}", "PUT", body=payload, headers={"Content-Type": kind})
    assert answer.status == 201, answer


def drop_tag(key, name, tag):
    assert at(key, f"{name}/manifests/{tag}", "DELETE").status == 202


@test
def promotion_of_index():
    """A promoted index goes with its children and with what refers to it or to them; moved, nothing of it stays but what others show."""
    source, target = new(), new()
    one, two, shared = (push(source, "app", tag, "index " + tag) for tag in ("one", "two", "shared"))
    index = index_of(one, two, shared)
    other = index_of(shared)
    signatures = [signature_of(index, OCI_INDEX), signature_of(one, OCI_MANIFEST)]
    kept = signature_of(shared, OCI_MANIFEST)
    for payload, kind, reference in ((index, OCI_INDEX, "multi"), (other, OCI_INDEX, "other"), *((text, OCI_MANIFEST, None) for text in (*signatures, kept))):
        put_at(source, "app", payload, kind, reference)
    for tag in ("one", "shared"):
        drop_tag(source, "app", tag)
    moved, all_of_it = (index, one, *signatures), (index, one, two, shared, *signatures, kept)

    def shown(key):
        return [payload for payload in all_of_it if pull(key, "app", sha256(payload)).status == 200]
    assert promote(source, targetRepo=target, dockerRepository="app", tag="multi", copy=True).status == 200
    assert shown(target) == shown(source) == list(all_of_it)
    delete(target)
    put(target, rclass="local")
    assert promote(source, targetRepo=target, dockerRepository="app", tag="multi").status == 200
    assert shown(target) == list(all_of_it) and shown(source) == [payload for payload in all_of_it if payload not in moved]
    assert [d["digest"] for d in at(target, f"app/referrers/{sha256(index)}").json()["manifests"]] == [sha256(signatures[0])]
    assert tags(source, "app") == ["other", "two"]
    for tag in ("other", "two"):
        assert promote(source, targetRepo=target, dockerRepository="app", tag=tag).status == 200
    assert shown(source) == [] and tags(source, "app") == 404 and at(source, "_catalog").json() == {"repositories": []}, "a name without an image"


@test
def promotion_refused():
    """A promotion that cannot be is refused with a reason, and moves nothing: unknown image, tag or repository, no local one, no order."""
    source, target = new(), new()
    push(source, "app", "1", "not promoted")
    order = {"targetRepo": target, "dockerRepository": "app", "tag": "1"}
    for key, changes, status, word in (
            (source, {"dockerRepository": "none"}, 404, "none"), (source, {"tag": "9"}, 404, "app:9"), (source, {"targetRepo": "nobody-has-this"}, 400, "nobody-has-this"),
            (source, {"targetRepo": "docker-dev"}, 400, "docker-dev"), (source, {"targetRepo": "dockerhub"}, 400, "dockerhub"),
            (source, {"targetRepo": "docker-dev-local"}, 400, "docker-dev-local"), ("docker-dev", {}, 400, "docker-dev"), ("dockerhub", {}, 400, "dockerhub"),
            (source, {"dockerRepository": "Upper"}, 400, "name"), (source, {"targetDockerRepository": "Upper"}, 400, "name"), (source, {"targetTag": "a b"}, 400, "tag"),
            (source, {"tag": None, "targetTag": "2"}, 400, "tag"), (source, {"copy": "yes"}, 400, ""), (source, {"targetRepo": 7}, 400, "")):
        asked = {name: value for name, value in {**order, **changes}.items() if value is not None}
        answer = promote(key, **asked)
        error, = answer.json()["errors"]
        assert (answer.status, error["status"]) == (status, status) and word in error["message"], (changes, answer)
    for body in (b"", b"[]", b"{", b"{}", b'{"targetRepo": "x", "targetRepo": "y", "dockerRepository": "app"}'):
        assert at(source, "promote", "POST", body=body, headers=JSON).status == 400, body
    assert at(source, "promote", "POST", body=b" " * (64 * 1024 + 1), headers=JSON).status == 413
    assert at(source, "promote", "GET").status == 405 and tags(source, "app") == ["1"] and tags(target, "app") == 404


@test
def promotion_rights():
    """Promotion wants reading and deleting there and pushing here: else 403; anonymous and tokens are 401."""
    source, target = new(), new()
    push(source, "app", "1", "promoted by rights")
    order = {"targetRepo": target, "dockerRepository": "app", "tag": "1"}
    name = f"rest-promoter{next(numbers)}"
    user = add_user(name)

    def allow(key, actions):
        stack("stack_ctl", "permission", "set", f"{name}-{key}", "--repository", key, "--user", name, "--actions", actions)
    assert promote(source, auth=None, **order).status == 401 and promote(source, auth=token(), **order).status == 401
    assert promote(source, auth=user, **order).status == 403
    allow(source, "read")
    assert promote(source, auth=user, copy=True, **order).status == 403
    allow(target, "read,write")
    assert promote(source, auth=user, **order).status == 403 and tags(source, "app") == ["1"]
    assert promote(source, auth=user, copy=True, **order).status == 200
    allow(source, "read,delete")
    assert promote(source, auth=user, **order).status == 200 and tags(target, "app") == ["1"]


# --- Passwords of accounts --------------------------------------------------------------------------------------------------

@test
def own_password():
    """Everybody changes his own password by proving the old one; the new one counts from then on, and no audit row has either."""
    name = f"rest-own{next(numbers)}"
    user = add_user(name, password="first one")
    assert call("GET", API + "system/version", auth=user).status == 200
    fails(new_password(name, "not the first one", "second: one", user), 400, "oldPassword: wrong password")
    answer = new_password(name.upper(), "first one", "second: \u00e4\U0001f433", user)
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain"), answer
    for path in (API + "system/version", "/v2/"):
        assert call("GET", path, auth=user).status == 401 and call("GET", path, auth=(name, "second: \u00e4\U0001f433")).status == 200
    rows = sql(f"SELECT string_agg(action, ' ' ORDER BY at), bool_or(audit::text ~ 'first one|second:') FROM registry.audit WHERE object = '{name}'"
               " AND action IN ('account_password', 'sign_in_failed')")
    assert rows.endswith("|f") and "account_password" in rows and rows.startswith("sign_in_failed"), rows


@test
def anothers_password():
    """An administrator sets anybody's password without the old one; nobody else sets another's, or learns who there is."""
    name = f"rest-other{next(numbers)}"
    user = add_user(name)
    fails(new_password("admin", "password", "evil", user), 403)
    fails(new_password("rest-nobody", "x", "evil", user), 403)
    assert new_password(name, "whatever", "set by admin", ADMIN).status == 200
    assert call("GET", API + "system/version", auth=user).status == 401 and call("GET", API + "system/version", auth=(name, "set by admin")).status == 200
    fails(new_password("rest-nobody", "x", "y", ADMIN), 404, "rest-nobody")


@test
def password_refused():
    """A change that lacks a field, or whose new passwords differ, are empty, too short, too long or the name, is 400 and says why."""
    good = {"userName": READER[0], "oldPassword": READER[1], "newPassword1": "one of mine", "newPassword2": "one of mine"}
    for field in good:
        fails(change(READER, **{name: value for name, value in good.items() if name != field}), 400, field)
        fails(change(READER, **{**good, field: 7}), 400)
    fails(change(READER, **{**good, "newPassword2": "y"}), 400, "newPassword2: must equal newPassword1")
    fails(change(READER, **{**good, "newPassword1": "", "newPassword2": ""}), 400, "newPassword1: must not be empty")
    fails(change(READER, **{**good, "newPassword1": "x" * 5000, "newPassword2": "x" * 5000}), 400, "password: must have at most")
    for wrong in ("x", "1234567", "ööööööö"):
        fails(change(READER, **{**good, "newPassword1": wrong, "newPassword2": wrong}), 400, "at least 8 characters")
    fails(change(READER, **{**good, "newPassword1": READER[0].upper(), "newPassword2": READER[0].upper()}), 400, "user name")
    fails(call("POST", PASSWORD, body=b"[]", headers=JSON, auth=READER), 400)
    assert call("GET", API + "system/version", auth=READER).status == 200


@test
def bootstrap_opts_out():
    """With a password of the administrator's own a deploy makes nothing; with the first one again it makes what is missing, as it was."""
    key, changed = "docker-prod-local", ("admin", "one of my own")
    before = document(key)
    assert new_password("admin", "password", changed[1], ADMIN).status == 200
    try:
        assert send("GET", key).status == 401 and send("DELETE", key, auth=changed).status == 200
        assert "nothing created" in stack("stack_ctl", "bootstrap")
        assert send("GET", key, auth=changed).status == 404
    finally:
        assert new_password("admin", changed[1], "password", changed).status == 200
    assert f"repository {key} created" in stack("stack_ctl", "bootstrap") and document(key) == before


# --- Who answers? -----------------------------------------------------------------------------------------------------------

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
    assert "offline" in why(who(virtual, "another", "1"))[hub] and who(virtual, "another", "1")["reason"] == "nobody has it"
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
    user = add_user(f"rest-seeing{next(numbers)}", "read", mine)
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
    for key, reason in ((new("virtual"), "nobody has it"), (new("virtual", blackedOut=True), "the repository is blacked out")):
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
    users = [ADMIN, add_user(f"rest-one{next(numbers)}", "read", one), add_user(f"rest-all{next(numbers)}", "read,write", "ANY")]
    asked = 0
    for (name, tag), user in itertools.product((("app", "1"), ("app", "2"), ("app", "3"), ("out/app", "1"), ("hidden", "1"), ("dark", "1"), ("cached", "1"), ("library/cached", "1"),
                                                ("cached", "none"), ("cached", digest), ("priority/app", "1"), ("priority/app", "2")), users):
        said = who(virtual, name, tag, user[0])
        answer = pull(virtual, name, tag, auth=user)
        told = answer.headers.get("x-stowage-repository") if answer.status == 200 else None
        assert told == said["winner"] or (said["asked"] and told in (*said["asked"], None)), (name, tag, user, said, answer)
        asked += bool(said["asked"])
    assert 0 < asked < 20, "most of it is known beforehand"


try:
    run()
finally:
    HUB.stop()
