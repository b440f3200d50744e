"""Lists of repositories, of all their configurations, and of what is in one; a remote's password is in none of them."""
import uuid

from hub_repositories import HUB, hub_image, remote
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import

READER = add_user(unique("reader"), "read", "ANY LOCAL")


@test
def list_rows():
    """The list has key, description, type, URL and package type of each repository, by key."""
    key = new(description="with a description")
    url = f"{SCHEME}://{DEV}/artifactory/"
    rows = listed()
    assert rows[key] == {"key": key, "description": "with a description", "type": "LOCAL", "url": url + key, "packageType": "Docker"}, rows[key]
    assert rows["docker-dev"]["type"] == "VIRTUAL" and rows["dockerhub"]["type"] == "REMOTE" and list(rows) == sorted(rows)
    assert rows["dockerhub"]["url"] == document("dockerhub")["url"], "of a remote it is the upstream's"
    assert listed(auth=add_user(unique("everywhere"), "read"))["dockerhub"]["url"] == url + "dockerhub", "which is for administrators"
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
    project = unique("project")
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


run()
