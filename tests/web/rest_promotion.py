"""Promotion: tags moved or copied from one local repository to another."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import


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
    name = unique("promoter")
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


run()
