"""Repositories over REST: made, read, changed and deleted; every field of every class comes back as it was sent."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import

VENDOR = "application/vnd.org.jfrog.artifactory.repositories.%sRepositoryConfiguration+json"


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
    answer = at(key, "a/blobs/uploads/", "POST", headers=EMPTY)
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


run()
