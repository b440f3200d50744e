"""Repository keys in URLs: a key that has no repository looks like one whose repository the account may not read."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

READER = add_user("keys-reader", "read", "docker-dev-local2")
STRANGER = ("keys-stranger", "a wrong password")
NOWHERE = "docker-nowhere"
JSON = {"Content-Type": "application/json"}
DIGEST = sha256(b"a layer of keys")
ID = "0" * 64
V2 = [("GET", "/v2/"), ("GET", "/v2"), ("GET", "/v2/odd"), ("GET", "/v2/_catalog"), ("GET", "/v2/keys/app/tags/list"), ("HEAD", "/v2/keys/app/manifests/1"),
      ("GET", "/v2/keys/app/manifests/1"), ("GET", "/v2/keys/app/manifests/1?ns=docker.io"), ("GET", "/v2/UPPER/manifests/1"),
      ("GET", "/v2/keys/app/blobs/" + DIGEST), ("GET", "/v2/keys/app/blobs/nonsense"), ("GET", "/v2/keys/app/referrers/" + DIGEST),
      ("POST", "/v2/keys/app/blobs/uploads/"), ("GET", "/v2/keys/app/blobs/uploads/" + "11111111-1111-4111-8111-111111111111"),
      ("PUT", "/v2/keys/app/manifests/1"), ("DELETE", "/v2/keys/app/manifests/" + DIGEST), ("DELETE", "/v2/keys/app/blobs/" + DIGEST),
      ("POST", "/v2/keys/app/tags/list")]
V1 = [("GET", "/v1/_ping"), ("GET", "/v1/users/"), ("POST", "/v1/users/"), ("GET", "/v1/search?q=keys"), ("GET", "/v1/repositories/keys/app/images"),
      ("GET", "/v1/repositories/keys/app/tags"), ("GET", "/v1/repositories/keys/app/tags/1"), ("PUT", "/v1/repositories/keys/app/"),
      ("DELETE", "/v1/repositories/keys/app/"), ("GET", f"/v1/images/{ID}/json"), ("GET", f"/v1/images/{ID}/layer"), ("PUT", f"/v1/images/{ID}/json"),
      ("GET", "/v1/nothing")]
REST = [("GET", "/artifactory/api/storage/KEY"), ("GET", "/artifactory/api/storage/KEY/keys/app"), ("GET", "/artifactory/api/storage/KEY?list"),
        ("GET", "/artifactory/api/repositories/KEY"), ("DELETE", "/artifactory/api/repositories/KEY"),
        ("GET", "/artifactory/api/docker/KEY/who?name=keys/app&reference=1")]


def told(method, path, key, auth, body=b"", headers=None):
    """What an account is told, the key left out."""
    answer = call(method, path.replace("KEY", key), body=body, auth=auth, headers={**(JSON if method == "POST" else {}), **(headers or {})})
    assert answer.status < 500, (path, key, answer)
    lines = [pair for pair in answer.list if pair[0].lower() not in ("date", "content-length")]
    return json.loads(json.dumps([answer.status, lines, answer.body.decode()]).replace(key, "KEY"))


def assert_alike(requests, prefix, keys, accounts):
    different = []
    for method, path in requests:
        for auth in accounts:
            nowhere = told(method, prefix + path, NOWHERE, auth)
            there = [(key, told(method, prefix + path, key, auth)) for key in keys]
            different += [f"{method} {path} as {auth}: {key}: {answer}, not {nowhere}" for key, answer in there if answer != nowhere]
    assert not different, "\n".join(different)


@test
def v2_keys():
    """Over v2, for anonymous, for a stranger and for an account without rights there."""
    assert_alike(V2, "/artifactory/api/docker/KEY", ("docker-prod", "docker-prod-local2", "dockerhub"), (None, READER, STRANGER))
    answer = call("GET", f"/artifactory/api/docker/{NOWHERE}/v2/", auth=None)
    assert answer.status == 401 and VERSION in answer.headers and f'service="{NOWHERE}"' in answer.headers["www-authenticate"], answer


@test
def v2_tokens():
    """A token for a key without repository is given, and is good for nothing, as one without rights."""
    answers = []
    for key in (NOWHERE, "docker-prod-local2", "docker-prod"):
        prefix = f"/artifactory/api/docker/{key}/v2/"
        for auth in (None, READER):
            answer = call("GET", prefix + "token?scope=repository:keys/app:pull,push", auth=auth)
            assert answer.status == 200, answer
            mine = answer.json()["token"]
            answers.append([auth, [(call(method, prefix + path, auth=mine).status) for method, path in (
                ("GET", ""), ("GET", "_catalog"), ("GET", "keys/app/manifests/1"), ("POST", "keys/app/blobs/uploads/"))]])
    assert answers[:2] == answers[2:4] == answers[4:], answers


@test
def v1_keys():
    """Over v1."""
    assert_alike(V1, "/artifactory/api/docker/KEY", ("docker-prod-local", "docker-prod-local2"), (None, READER, STRANGER))


@test
def rest_keys():
    """Over REST."""
    assert_alike(REST, "", ("docker-prod", "docker-prod-local2", "dockerhub"), (None, READER, STRANGER))


@test
def promotion_keys():
    """Source and target of a promotion."""
    def promote(source, target, auth):
        order = {"targetRepo": target, "dockerRepository": "keys/app", "tag": "1", "copy": True}
        return call("POST", f"/artifactory/api/docker/{source}/v2/promote", body=json.dumps(order).encode(), headers=JSON, auth=auth)

    push_image("keys/app", "1")
    for auth in (None, READER):
        for source, target in (("KEY", "docker-dev-local2"), ("docker-dev-local2", "KEY")):
            answers = []
            for key in (NOWHERE, "docker-prod-local2", "docker-prod", "dockerhub"):
                answer = promote(source.replace("KEY", key), target.replace("KEY", key), auth)
                answers.append((answer.status, answer.body.decode().replace(key, "KEY")))
            assert len(set(answers)) == 1 and answers[0][0] in (401, 403), (auth, answers)
    answer = promote("docker-dev-local2", NOWHERE, ADMIN)
    assert answer.status == 400 and NOWHERE in answer.json()["errors"][0]["message"], answer
    answer = promote("docker-dev", "docker-dev-local2", READER)
    assert answer.status == 400 and "must be a local repository" in answer.json()["errors"][0]["message"], answer


@test
def deleted_virtual_host_is_told():
    """Where the vhost chooses the key, a repository that was deleted is a 404 without version header: old clients fall back to v1 by it."""
    document = call("GET", "/artifactory/api/repositories/docker-dev").body
    assert call("DELETE", "/artifactory/api/repositories/docker-dev").status == 200
    try:
        for auth in (None, READER, ADMIN):
            for path in ("/v2/", "/v2/keys/app/manifests/1"):
                answer = call("GET", path, auth=auth)
                assert answer.status == 404 and VERSION not in answer.headers and "www-authenticate" not in answer.headers, (path, answer)
    finally:
        assert call("PUT", "/artifactory/api/repositories/docker-dev", document, JSON).status == 200


run()
