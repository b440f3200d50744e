"""The REST interface: repositories, images in them, passwords of accounts."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

API = "/artifactory/api/"
REPOSITORIES = API + "repositories/"
PASSWORD = API + "security/users/authorization/changePassword"
JSON = {"Content-Type": "application/json"}


# --- Settings ---------------------------------------------------------------------------------------------------------------

def send(method, key, fields=None, **more):
    return call(method, REPOSITORIES + key, body=None if fields is None else json.dumps(fields).encode(), **{"headers": JSON, **more})


def put(key, /, **fields):
    """Create or replace; the key."""
    answer = send("PUT", key, fields)
    assert answer.status == 200, answer
    return key


def post(key, /, **fields):
    """Change what is named."""
    answer = send("POST", key, fields)
    assert answer.status == 200, answer


def delete(key):
    answer = send("DELETE", key)
    assert answer.status == 200, answer


def fresh(rclass="local"):
    """A key that no repository has."""
    return unique(rclass)


def new(rclass="local", **fields):
    return put(fresh(rclass), rclass=rclass, **fields)


def document(key):
    answer = send("GET", key)
    assert answer.status == 200, answer
    return answer.json()


def etag(key):
    return send("GET", key).headers["etag"]


def statuses(methods, key, fields=None, **more):
    return [send(method, key, None if method in ("GET", "HEAD", "DELETE") else fields or {}, **more).status for method in methods]


def edits_of(key):
    return int(sql(f"SELECT count(*) FROM registry.audit WHERE repository = '{key}' AND action LIKE 'repository%'"))


def differences(sent, found):
    return {name: (value, found.get(name, "nothing")) for name, value in sent.items() if found.get(name, "nothing") != value}


def fails(answer, status, *words):
    """An error in Artifactory's form, whose message has all the words; the message."""
    assert answer.status == status and answer.headers["content-type"] == "application/json", answer
    error, = answer.json()["errors"]
    assert set(error) == {"status", "message"} and error["status"] == status and all(word in error["message"] for word in words), answer
    return error["message"]


def listed(query="", auth=ADMIN):
    """The list of repositories, by key."""
    answer = call("GET", API + "repositories" + query, auth=auth)
    assert answer.status == 200 and answer.headers["content-type"] == "application/json" and answer.headers["cache-control"] == "no-store", answer
    return {row["key"]: row for row in answer.json()}


# --- Images -----------------------------------------------------------------------------------------------------------------

def at(key, path, method="GET", **more):
    return call(method, f"{API}docker/{key}/v2/{path}", **more)


def push(key, name, tag, text, **more):
    """A small image with one layer of its own; the manifest's bytes."""
    for data in (text.encode(), b"{}"):
        answer = at(key, f"{name}/blobs/uploads/?digest={sha256(data)}", "POST", body=data, **more)
        assert answer.status == 201, answer
    payload = image((text.encode(),))
    put_at(key, name, payload, OCI_MANIFEST, tag, **more)
    return payload


def put_at(key, name, payload, kind, reference=None, **more):
    answer = at(key, f"{name}/manifests/{reference or sha256(payload)}", "PUT", body=payload, headers={"Content-Type": kind}, **more)
    assert answer.status == 201, answer


def pull(key, name, tag, **more):
    return at(key, f"{name}/manifests/{tag}", headers={"X-Stowage-Trace": "1"}, **more)


def winner(key, name, tag, **more):
    """The repository that answers a pull, or the status of a refusal."""
    answer = pull(key, name, tag, **more)
    return answer.headers.get("x-stowage-repository") if answer.status == 200 else answer.status


def tags(key, name):
    answer = at(key, name + "/tags/list")
    return answer.json()["tags"] if answer.status == 200 else answer.status


def who(key, name, reference, user=None):
    """Which repository would answer, and why."""
    answer = call("GET", f"{API}docker/{key}/who?name={name}&reference={reference}" + (f"&user={user}" if user else ""))
    assert answer.status == 200 and answer.headers["content-type"] == "application/json", answer
    return answer.json()


def promote(key, auth=ADMIN, **order):
    return at(key, "promote", "POST", body=json.dumps(order).encode(), headers=JSON, auth=auth)


# --- Passwords --------------------------------------------------------------------------------------------------------------

def change(auth=ADMIN, **fields):
    return call("POST", PASSWORD, body=json.dumps(fields).encode(), headers=JSON, auth=auth)


def new_password(user, old, fresh_one, auth):
    return change(auth, userName=user, oldPassword=old, newPassword1=fresh_one, newPassword2=fresh_one)
