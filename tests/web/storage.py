"""What repositories store, as the files and folders of Artifactory's REST clients; and the small things those clients do."""
import hashlib

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, V1Image

API = "/artifactory/api/"
STORAGE = API + "storage/docker-dev-local2"
READER = add_user("storage-reader", "read", "docker-dev-local2", "storage/read/**")
CONFIG = b'{"architecture": "amd64"}'
LAYER = b"a layer of storage"


def get(path, **more):
    return call("GET", path, **more)


def push(name, tag):
    return push_image(name, tag, (LAYER,), CONFIG)


def uris(answer):
    assert answer.status == 200, answer
    return {child["uri"]: child["folder"] for child in answer.json()["children"]}


@test
def folders():
    """A repository is a tree of folders: parts of names, then tags, then files; each knows its children and its times."""
    push("storage/read/app", "v1")
    push("storage/read/app", "v2")
    push("storage/read/app/deep", "v1")
    push("storage/read", "top")
    assert uris(get(STORAGE))["/storage"] is True
    assert uris(get(STORAGE + "/storage/read")) == {"/app": True, "/top": True}
    assert uris(get(STORAGE + "/storage/read/app/")) == {"/v1": True, "/v2": True, "/deep": True}
    files = {"/manifest.json": False, "/" + sha256(LAYER).replace(":", "__"): False, "/" + sha256(CONFIG).replace(":", "__"): False}
    assert uris(get(STORAGE + "/storage/read/app/v1")) == files
    found = get(STORAGE + "/storage/read/app").json()
    assert (found["repo"], found["path"]) == ("docker-dev-local2", "/storage/read/app") and found["uri"].endswith(STORAGE + "/storage/read/app"), found
    assert found["created"] <= found["lastModified"] == found["lastUpdated"] and found["created"].endswith("Z"), found
    assert uris(get(API + "storage/docker-dev/storage/read")) == {"/app": True, "/top": True}, "a virtual has what its members have"
    for path in ("/storage/read/nothing", "/storage/rea", "/storage/read/app/v1/manifest.jso", "/storage/read/app/v1/sha256__" + "0" * 64, "/a/../b"):
        answer = get(STORAGE + path)
        assert answer.status == 404, (path, answer)
    assert get(API + "storage/nowhere").status == 404
    assert get(STORAGE + "/%ff").status in (400, 404)


@test
def files():
    """A manifest has all three checksums; a blob has the one it is named by. Both can be downloaded from where it is said."""
    payload = push("storage/read/file", "v1")
    path = STORAGE + "/storage/read/file/v1/"
    found = get(path + "manifest.json").json()
    assert found["checksums"] == found["originalChecksums"] == {kind: hashlib.new(kind, payload).hexdigest() for kind in ("sha1", "md5", "sha256")}, found
    assert (found["size"], found["mimeType"], found["createdBy"], found["modifiedBy"]) == (str(len(payload)), OCI_MANIFEST, "admin", "admin"), found
    assert get(url_parts(found["downloadUri"])).body == payload
    found = get(path + sha256(LAYER).replace(":", "__")).json()
    assert found["checksums"] == {"sha1": "", "md5": "", "sha256": sha256(LAYER)[7:]} and found["size"] == str(len(LAYER)), found
    assert get(url_parts(found["downloadUri"])).body == LAYER
    assert get(path + "manifest.json?properties").status == 404


@test
def v1_files():
    """An image pushed over v1 is NAME/TAG/tag.json, the JSON of its top image."""
    image = V1Image("storage")
    Client("storage/old", prefix="/artifactory/api/docker/docker-dev-local").push("v1", image)
    path = API + "storage/docker-dev-local/storage/old"
    assert uris(get(path)) == {"/v1": True} and uris(get(path + "/v1")) == {"/tag.json": False}
    found = get(path + "/v1/tag.json").json()
    assert found["checksums"] == {kind: hashlib.new(kind, image.json).hexdigest() for kind in ("sha1", "md5", "sha256")} and "downloadUri" not in found, found


@test
def rights():
    """An account sees the names it may read, and cannot tell others, or repositories where it may read nothing, from those that are not there."""
    push("storage/read/mine", "v1")
    push("storage/other", "v1")
    assert uris(get(STORAGE + "/storage", auth=READER)) == {"/read": True}
    assert get(STORAGE + "/storage/read/mine/v1/manifest.json", auth=READER).status == 200
    def told(path, name):
        answer = get(path + name, auth=READER)
        return answer.status, answer.body.replace(name.encode(), b"NAME")
    for there, nowhere in (("/storage/other", "/storage/never"), ("/storage/other/v1/manifest.json", "/storage/never/v1/manifest.json")):
        assert told(STORAGE, there) == told(STORAGE, nowhere)
    listed = [entry["key"] for entry in get(API + "repositories", auth=READER).json()]
    assert listed == ["docker-dev", "docker-dev-local2"], listed
    for path in (API + "storage/", API + "repositories/"):
        assert told(path, "docker-prod-local2") == told(path, "nowhere") and told(path, "nowhere")[0] == 404, path
    assert get(API + "repositories/docker-dev-local2", auth=READER).status == 200
    assert get(STORAGE + "?list", auth=READER).status == 403
    for path in (STORAGE, API + "storage/nowhere", API + "repositories/docker-dev", API + "repositories/nowhere", API + "repositories"):
        assert get(path, auth=None).status == 401, path


@test
def file_list():
    """The list of files says when it was made, and of each file its sha2."""
    payload = push("storage/read/listed", "v1")
    found = get(STORAGE + "/?list&deep=1&listFolders=0").json()
    assert found["created"].endswith("Z") and found["created"] >= found["files"][0]["lastModified"][:19], found["created"]
    assert {file["uri"]: file["sha2"] for file in found["files"]}["/storage/read/listed/v1/manifest.json"] == sha256(payload)[7:]


@test
def file_list_of_a_folder():
    """Of a folder, part of a name, name or tag, are listed the files below it, named from there on; other paths are 404."""
    for name in ("storage/list", "storage/list/deep", "storage/list-not", "storage/lis"):
        push(name, "v1")
    push("storage/list", "v2")
    for folder, files in (("storage/list", ["/deep/v1", "/v1", "/v2"]), ("storage/list/", ["/deep/v1", "/v1", "/v2"]), ("storage/list/deep", ["/v1"]),
                          ("storage/list/v1", [""]), ("storage/list/deep/v1", [""])):
        found = get(f"{STORAGE}/{folder}?list&deep=1").json()
        assert sorted(file["uri"] for file in found["files"]) == [file + "/manifest.json" for file in files], (folder, found)
        assert found["uri"].endswith(f"{STORAGE}/{folder.rstrip('/')}"), found
    assert len(get(f"{STORAGE}/storage?list").json()["files"]) > 4
    for folder in ("storage/li", "storage/list/v3", "storage/list/v1/manifest.json", "storage/nothing"):
        assert get(f"{STORAGE}/{folder}?list").status == 404, folder
    assert get(API + "storage/nowhere/storage?list").status == 404
    assert get(f"{STORAGE}/%ff?list").status in (400, 404)
    assert get(f"{STORAGE}/storage/list?list", auth=READER).status == 403


@test
def habits_of_clients():
    """A GET may carry a body, collections may end in a slash, and jf's report of its use is taken."""
    for headers in ({}, {"Content-Type": "application/json"}):
        answer = call("GET", API + "repositories/docker-dev", b'{"a": 1}', headers)
        assert answer.status == 200 and answer.json()["key"] == "docker-dev", answer
    answer = chunked("GET", API + "repositories", b"{}" * 100)
    assert answer.status == 200 and answer.json(), answer
    assert call("GET", "/v2/", b"{}").status == 200
    for path in ("repositories/", "repositories/configurations/", "storageinfo/", "system/ping/"):
        assert get(API + path).status == 200, path
    for path in ("repositories//", "repositories/docker-dev/"):
        assert get(API + path).status == 404, path
    answer = call("POST", API + "system/usage", b'{"productId": "jfrog-cli-go/2.77.0", "features": [{"featureId": "rt_ping"}]}', {"Content-Type": "application/json"})
    assert answer.status == 200 and answer.body == b"", answer


run()
