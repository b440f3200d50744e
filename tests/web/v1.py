"""The v1 API, call by call as old docker clients make it."""
import hashlib
import json
import os
import signal
import threading
from contextlib import suppress
from functools import cache

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, V1Image, image_id, layer_of, token_claims

ART = "/artifactory/api/docker/docker-dev-local"
BASE = V1Image("base")
APP = V1Image("app", BASE)
NO_LENGTH = {"Content-Length": "0"}


def error(answer):
    return answer.json()["error"]


def audit(action):
    return int(sql(f"SELECT count(*) FROM registry.audit WHERE action = '{action}' AND repository = 'docker-dev-local'"))


@cache
def push_app():
    Client("team/app").push("latest", APP)


@cache
def push_single():
    """How many of its images were new."""
    return Client("single", prefix=ART).push("1", V1Image("single"))


@cache
def push_shared():
    one = V1Image("shared", layer=layer_of(a="1"))
    Client("same/one").push("x", one)
    return one


@cache
def team_reader():
    return add_user("v1reader", "read", "docker-dev-local", "team/**")


@test
def ping():
    """_ping answers anybody, and never says standalone."""
    for path in ("/v1/_ping", "/_ping", ART + "/v1/_ping"):
        answer = call("GET", path, auth=None)
        assert answer.status == 200 and answer.headers["x-docker-registry-standalone"] == "false", (path, answer)
        assert answer.json() == {"standalone": False} and answer.headers["x-docker-registry-version"], answer


@test
def login():
    """Accounts are not made over v1; whether one is good is told."""
    body = json.dumps({"username": "admin", "password": "password", "email": "a@example.com"}).encode()
    for path in ("/v1/users/", "/v1/users"):
        assert call("POST", path, body=body, auth=None, headers={"Content-Type": "application/json; charset=utf-8"}).status == 401
        assert call("GET", path).status == 200
        for auth in (("admin", "wrong"), ("", ""), None):
            answer = call("GET", path, auth=auth)
            assert answer.status == 401 and "www-authenticate" in answer.headers, answer
    with open(STATE + "/log/stowage-v1.log", encoding="utf-8") as log:
        assert "a@example.com" not in log.read()


@test
def push_and_pull():
    """A push and a pull, every call of them; bytes come back as they went."""
    client = Client("team/pushed")
    before = audit("push"), audit("tag")
    assert client.push("latest", APP) == 2
    assert Client("team/pushed").pull("latest") == [(BASE.json, BASE.layer), (APP.json, APP.layer)]
    assert (audit("push"), audit("tag")) == (before[0] + 2, before[1] + 1)
    assert client.push("again", APP) == 0, "what is there is not sent again"


@test
def pull_by_password():
    """A pull with the password on every call, as from a registry that stands alone: the same bytes, and no token is needed."""
    push_app()
    reader = add_user("v1-by-password", "read", "docker-dev-local", "team/**")  # wrong passwords lock an account
    for auth, status in ((ADMIN, 200), (reader, 200), ((reader[0], "wrong"), 401), (None, 401), (("", ""), 401)):
        assert call("GET", "/v1/repositories/team/app/images", auth=auth).status == status, auth
        answer = call("GET", "/v1/repositories/team/app/tags/latest", auth=auth)
        assert answer.status == status, (auth, answer)
        for image in APP.chain():
            for what, body in (("ancestry", None), ("json", image.json), ("layer", image.layer)):
                answer = call("GET", f"/v1/images/{image.id}/{what}", auth=auth)
                assert answer.status == status and (status == 401 or (answer.json() == image.ancestry() if body is None else answer.body == body)), (auth, answer)


@test
def artifactory_form():
    """The same below /artifactory/api/docker/KEY/; names of one part are library's."""
    assert push_single() == 1
    assert len(Client("library/single").pull("1")) == len(Client("single").pull("1")) == 1
    assert call("GET", "/artifactory/api/docker/docker-dev-local2/v1/repositories/single/tags").status == 404, "a V2 repository is not served over v1"


@test
def reports():
    """Administrators see what was pushed: tags among the files, images among what is counted."""
    def summary():
        rows = call("GET", "/artifactory/api/storageinfo").json()["repositoriesSummaryList"]
        return next(row["filesCount"] for row in rows if row["repoKey"] == "docker-dev-local")
    before = summary()
    assert Client("reports/app").push("1", V1Image("reported top", V1Image("reported base"))) == 2
    assert summary() == before + 2
    files = call("GET", "/artifactory/api/storage/docker-dev-local?list").json()["files"]
    row, = [row for row in files if row["uri"] == "/reports/app/1/tag.json"]
    assert row["size"] > 0 and row["folder"] is False and "digest" not in row and row["lastModified"].endswith("Z"), row


@test
def end_keeps_all():
    """The list at the end of a push, always empty, takes nothing away."""
    push_app()
    client = Client("team/app")
    client.begin(APP)
    assert client.end().status == 204
    assert len(client.pull("latest")) == 2


@test
def lists():
    """A push begins and ends with a list; a list that would cost far more than its length is refused."""
    for path in ("/v1/repositories/team/lists/", "/v1/repositories/team/lists/images"):
        for body in (b"", b"{", b"{}", b"null", b'"x"', b"[" * 3000, b"[" + b"{}," * 200000 + b"{}]"):
            assert call("PUT", path, body).status == 400, (path, body[:10])
        assert call("PUT", path, b" " * (5 << 20)).status == 413
        assert call("PUT", path, json.dumps([{"id": image_id(str(n)), "Tag": "x"} for n in range(20000)]).encode()).status in (200, 204)


@test
def tokens():
    """X-Docker-Token is a token for the one name, in either spelling, and only when asked for."""
    push_app()
    push_single()
    assert "x-docker-token" not in call("GET", "/v1/repositories/team/app/images").headers
    client = Client("team/app")
    client.index("GET", "/images")
    assert 'repository="team/app"' in client.token and client.token.endswith("access=read"), client.token
    claims = token_claims(client.token)
    assert claims["aud"] == "docker-dev-local" and claims["access"] == [{"type": "repository", "name": "team/app", "actions": ["pull"]}]
    for value in ("Token " + client.token, "Token Token " + client.token):
        assert call("GET", f"/v1/images/{APP.id}/json", auth=None, headers={"Authorization": value}).status == 200
    forged = client.token.replace("signature=", "signature=x")
    assert call("GET", f"/v1/images/{APP.id}/json", auth=None, headers={"Authorization": "Token " + forged}).status == 401
    assert call("PUT", f"/v1/images/{APP.id}/json", APP.json, {"Authorization": "Token " + client.token}, auth=None).status == 401
    assert call("GET", "/v1/repositories/library/single/tags", auth=None, headers={"Authorization": "Token " + client.token}).status == 401
    assert call("GET", "/v2/", auth=None, headers={"Authorization": "Token " + client.token}).status == 401, "another API's"


@test
def passwords_on_images():
    """By password an image is found if all of its id are the same; it cannot be pushed so."""
    one, two = push_shared(), V1Image("shared", layer=layer_of(a="2"))
    Client("same/other").push("x", one)
    assert call("GET", f"/v1/images/{one.id}/json").status == 200
    Client("same/two").push("x", two)
    assert call("GET", f"/v1/images/{one.id}/json").status == 404
    for name, image in (("same/one", one), ("same/two", two)):
        assert Client(name).pull("x") == [(image.json, image.layer)], name
    rows = sql(f"SELECT count(*), count(DISTINCT blob_id) FROM registry.v1_image WHERE v1_id = '\\x{one.id}'")
    assert rows == "3|2", rows
    answer = call("PUT", f"/v1/images/{image_id('new')}/json", b"{}")
    assert answer.status == 401, answer


@test
def rights():
    """Rights are those of the permission targets, for index and images alike."""
    push_app()
    push_shared()
    reader = team_reader()
    writer = add_user("v1writer", "read,write", "docker-dev-local", "team/**")
    assert len(Client("team/app", auth=reader).pull("latest")) == 2
    assert Client("team/app", auth=reader).begin(APP).status == 403
    assert Client("same/one", auth=reader).index("GET", "/images").status == 404
    assert Client("team/mine", auth=writer).push("x", V1Image("mine")) == 1
    answer = Client("team/mine", auth=writer).begin(APP)
    assert answer.status == 200
    client = Client("team/mine", auth=writer)
    client.begin(BASE)
    client.push_image(BASE)
    assert client.put_tag("x", BASE).status == 403, "moving a tag needs the right to delete"
    assert Client("other/mine", auth=writer).begin(APP).status == 403
    assert call("GET", f"/v1/images/{image_id('shared')}/json", auth=reader).status == 404
    assert call("DELETE", "/v1/repositories/team/mine/tags/x", auth=writer).status == 403


@test
def anonymous():
    """An empty user with an empty password is anonymous: reads what is public, writes nothing."""
    push_app()
    nobody = ("", "")
    Client("open/app").push("x", APP)
    for auth in (nobody, None):
        assert Client("open/app", auth=auth).index("GET", "/images").status == 401
    stack("stack_ctl", "permission", "set", "v1-open", "--repository", "docker-dev-local", "--include", "open/**", "--anonymous", "--actions", "read")
    for auth in (nobody, None):
        assert len(Client("open/app", auth=auth).pull("x")) == 2
        assert Client("open/app", auth=auth).begin(APP).status == 401
        assert Client("team/app", auth=auth).index("GET", "/images").status == 401
    assert call("GET", f"/v1/images/{APP.id}/json", auth=nobody).status == 200
    assert call("GET", "/v1/search?q=app", auth=nobody).json()["results"][0]["name"] == "open/app"
    assert call("GET", "/v1/repositories/open/app/properties").json() == {"access": "public"}
    assert call("GET", "/v1/repositories/team/app/properties").json() == {"access": "private"}
    assert call("PUT", "/v1/repositories/open/app/properties", b'{"access": "public"}').status == 200
    assert call("PUT", "/v1/repositories/open/app/properties", b'{"access": "private"}').status == 403
    assert call("PUT", "/v1/repositories/open/app/properties", b'{"access": 1}').status == 400


@test
def unfinished_images_are_not_there():
    """Without its layer and checksum an image is not there, and nothing can be built on it."""
    client, image = Client("half/app"), V1Image("half")
    child = V1Image("half child", image)
    client.begin(child)
    assert client.put_layer(image).status == 404, "a layer before its JSON"
    assert client.image("PUT", image, "json", image.json).status == 200
    assert client.put_checksum(image).status == 400, "a checksum before the layer"
    assert client.put_layer(image).status == 200
    for what in ("json", "layer", "ancestry"):
        answer = client.image("GET", image, what)
        assert answer.status == 400 and error(answer) == "Image is being uploaded, retry later", answer
        assert call("GET", f"/v1/images/{image.id}/{what}").status == 404, "by password no name is said"
    other = Client("half/other")
    other.begin(image)
    assert other.image("GET", image, "json").status == 404, "under another name nobody is at it"
    assert client.put_tag("x", image).status == 404
    assert client.image("PUT", child, "json", child.json).status == 200, "its parent is on its way"
    client.put_layer(child)
    answer = client.put_checksum(child)
    assert answer.status == 400 and "parent" in error(answer), answer
    answer = client.put_checksum(image, "sha256:" + "0" * 64)
    assert answer.status == 400 and error(answer) == "Checksum mismatch", answer
    assert client.image("PUT", image, "checksum", b"").status == 412
    assert client.image("PUT", image, "checksum", b"", {"X-Docker-Checksum-Payload": "md5:0"}).status == 400
    assert client.put_checksum(image).status == client.put_checksum(child).status == 200
    assert client.put_checksum(image).status == 200, "the answer may have been lost"
    assert client.put_tag("x", child).status == 200
    assert len(Client("half/app").pull("x")) == 2


@test
def what_exists_stays():
    """A second pusher of an image is told that it exists, in the words clients know."""
    push_app()
    client = Client("team/app")
    client.begin(APP)
    for answer in (client.image("PUT", APP, "json", APP.json), client.put_layer(APP), client.put_checksum(APP, "sha256:" + "1" * 64)):
        assert answer.status == 409 and error(answer) == "Image already exists", answer


@test
def broken_layer():
    """A layer that breaks off is sent again."""
    client, image = Client("team/broken"), V1Image("broken", layer=layer_of(a="x" * 300000))
    client.begin(image)
    client.image("PUT", image, "json", image.json)
    link = open_socket()
    link.sendall(head("PUT", f"/v1/images/{image.id}/layer", {"Authorization": "Token " + client.token, "Transfer-Encoding": "chunked"}, auth=None)
                 + b"20\r\n" + image.layer[:32] + b"\r\n")
    link.close()
    assert client.put_layer(image, b"other bytes").status == 200
    assert client.put_checksum(image).status == 400
    assert client.put_layer(image).status == client.put_checksum(image).status == 200
    assert client.put_tag("x", image).status == 200
    assert client.pull("x") == [(image.json, image.layer)]
    client.begin(image)
    answer = client.put_layer(V1Image("none"))
    assert answer.status == 404, answer
    empty = V1Image("empty", layer=b"")
    client.begin(empty)
    client.image("PUT", empty, "json", empty.json)
    assert client.image("PUT", empty, "layer", b"").status == 400


@test
def two_pushers():
    """Two who push the same id at once, differently compressed: each ends well, or learns that it exists."""
    one, two = V1Image("race", layer=layer_of(a="1")), V1Image("race", layer=layer_of(a="2"))
    two.json = one.json + b" "
    two.payload = "sha256:" + hashlib.sha256(two.json + b"\n" + two.layer).hexdigest()
    clients = Client("team/race"), Client("team/race")
    for client, image in zip(clients, (one, two)):
        client.begin(image)
        assert client.image("PUT", image, "json", image.json).status == 200
    for client, image in zip(clients, (one, two)):
        assert client.put_layer(image).status == 200
    answers = []
    threads = [threading.Thread(target=lambda c=client, i=image: answers.append(c.put_checksum(i).status)) for client, image in zip(clients, (one, two))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409], answers
    assert clients[0].put_tag("x", one).status == 200
    assert clients[0].pull("x")[0] in ((one.json, one.layer), (two.json, two.layer))


@test
def many_jsons():
    """However many JSONs of an id were begun, the layer is for those that came last."""
    client, image = Client("team/jsons"), V1Image("jsons")
    client.begin(image)
    for n in range(20):
        assert client.image("PUT", image, "json", image.json + b" " * n).status == 200
    assert client.put_layer(image).status == 200
    for text, status in ((image.json, 400), (image.json + b" " * 19, 200)):
        assert client.put_checksum(image, "sha256:" + hashlib.sha256(text + b"\n" + image.layer).hexdigest()).status == status


@test
def odd_images():
    """Invalid ids, JSON and parents are refused with a message."""
    client, image = Client("team/odd"), V1Image("odd")
    client.begin(image)
    for bad in ("x", "A" * 64, "0" * 63, "0" * 65, "..", image.id.upper()):
        answer = client.image("GET", bad, "json")
        assert answer.status == 404, (bad, answer)
        assert client.image("PUT", bad, "json", b"{}").status == 404, bad
    for body in (b"", b"{", b"[]", b"{}", b'{"id": 1}', json.dumps({"id": image_id("x")}).encode(), json.dumps({"id": image.id, "parent": "x"}).encode(),
                 json.dumps({"id": image.id, "parent": image.id}).encode(), json.dumps({"id": image.id, "parent": image_id("nowhere")}).encode(),
                 b'{"id": "%s", "id": "%s"}' % (image.id.encode(), image.id.encode()),
                 b'{"id": "%s", "ID": "%s"}' % (image.id.encode(), APP.id.encode()), b'{"id": "%s", "Parent": "%s"}' % (image.id.encode(), APP.id.encode())):
        answer = client.image("PUT", image, "json", body)
        assert answer.status == 400 and error(answer), (body, answer)
    assert client.image("PUT", image, "json", b" " * (2 << 20)).status == 413
    assert client.image("PUT", image, "json", json.dumps({"id": image.id, "parent": None}).encode()).status == 200, "no parent"


@test
def deep_ancestry():
    """127 images deep, and no deeper; no circle."""
    client, image = Client("team/deep"), None
    layer = layer_of(a="1")
    for number in range(127):
        image = V1Image(f"deep {number}", image, layer)
    client.begin(image)
    for one in image.chain():
        assert client.image("PUT", one, "json", one.json).status == client.put_layer(one).status == client.put_checksum(one).status == 200
    more = V1Image("deep 127", image, layer)
    assert client.image("PUT", more, "json", more.json).status == client.put_layer(more).status == 200
    assert client.put_checksum(more).status == 400
    assert len(client.image("GET", image, "ancestry").json()) == 127
    one, two = V1Image("circle 1"), V1Image("circle 2")
    client.image("PUT", one, "json", one.json)
    one.parent, two.parent = two, one
    assert client.image("PUT", two, "json", json.dumps({"id": two.id, "parent": one.id}).encode()).status == 200
    assert client.image("PUT", one, "json", json.dumps({"id": one.id, "parent": two.id}).encode()).status == 200
    one.json, two.json = json.dumps({"id": one.id, "parent": two.id}).encode(), json.dumps({"id": two.id, "parent": one.id}).encode()
    for circle in (one, two):
        circle.payload = "sha256:" + hashlib.sha256(circle.json + b"\n" + circle.layer).hexdigest()
        client.put_layer(circle)
    assert client.put_checksum(one).status == client.put_checksum(two).status == 400


@test
def layers_resume():
    """A layer is sent from where it broke off; an end past the last byte is the last byte."""
    client = Client("team/big")
    image = V1Image("big", layer=layer_of(a="".join(hashlib.sha256(b"%d" % n).hexdigest() for n in range(4000))))
    client.push("x", image)
    client.index("GET", "/images")
    whole = client.image("GET", image, "layer")
    size = len(image.layer)
    assert whole.body == image.layer and whole.headers["accept-ranges"] == "bytes" and int(whole.headers["content-length"]) == size, whole.headers
    assert client.image("GET", image, "json").headers["x-docker-size"] == str(size)
    answer = client.image("GET", image, "layer", headers={"Range": f"bytes=1000-{size}"})
    assert answer.status == 206 and answer.body == image.layer[1000:] and answer.headers["content-range"] == f"bytes 1000-{size - 1}/{size}", answer
    assert client.image("GET", image, "layer", headers={"Range": f"bytes={size}-{size}"}).status == 416
    answer = client.image("HEAD", image, "layer")
    assert answer.status == 200 and int(answer.headers["content-length"]) == size, answer
    epoch = "Thu, 01 Jan 1970 00:00:00 GMT"
    for what in ("json", "ancestry", "layer"):
        for method in ("GET", "HEAD"):
            answer = client.image(method, image, what)
            assert answer.headers["last-modified"] == epoch and "max-age" in answer.headers["cache-control"], (what, answer)
            assert client.image(method, image, what, headers={"If-Modified-Since": epoch}).status == 304, what


@test
def tags():
    """Tags are set, listed, told about, moved and taken away; images stay."""
    client = Client("team/tagged")
    client.push("one", APP)
    assert client.put_tag("two", BASE).status == 200
    assert client.registry("GET", "repositories/team/tagged/tags").json() == {"one": APP.id, "two": BASE.id}
    assert client.registry("GET", "repositories/team/tagged/tags/two").json() == BASE.id
    answer = client.registry("GET", "repositories/team/tagged/tags/three")
    assert answer.status == 404 and error(answer) == "Tag not found", answer
    told = client.registry("GET", "repositories/team/tagged/tags/two/json").json()
    assert told["docker_version"] == "1.6.2" and told["os"] == "linux" and told["last_update"] > 1_700_000_000, told
    assert client.registry("GET", "repositories/team/tagged/json").json()["arch"] == "amd64"
    ids = [entry["id"] for entry in client.index("GET", "/images").json()]
    assert sorted(ids) == sorted([APP.id, BASE.id]) and all(set(entry) == {"id"} for entry in client.index("GET", "/images").json())
    client.begin(APP)
    for bad in ("-x", ".x", "x" * 129, "%C3%A4"):
        assert client.put_tag(bad, APP).status == 400, bad
    assert client.put_tag("x", image_id("nowhere")).status == 404
    assert client.registry("PUT", "repositories/team/tagged/tags/x", b"{}").status == 400
    before = audit("untag")
    assert call("DELETE", "/v1/repositories/team/tagged/tags/two").status == 200
    assert call("DELETE", "/v1/repositories/team/tagged/tags/two").status == 404
    assert call("DELETE", "/v1/repositories/team/tagged/").status == 200
    assert audit("untag") == before + 2
    client.begin(APP)
    assert client.registry("GET", "repositories/team/tagged/tags").json() == {}
    assert client.put_tag("back", APP).status == 200, "its images stayed"
    assert call("DELETE", "/v1/repositories/team/none/tags").status == 404
    history = sql("SELECT count(*) FROM registry.tag_event WHERE path = 'team/tagged' AND coalesce(new_digest, old_digest) LIKE 'v1:%'")
    assert int(history) == 5, history


@test
def many_tags():
    """A name of very many tags is listed in seconds, each id once."""
    Client("team/many").push("x", APP)
    sql("WITH i AS (SELECT id FROM registry.image WHERE path = 'team/many'),"
        " v AS (INSERT INTO registry.v1_image (image_id, v1_id, json, ancestry) SELECT i.id, d, '{}', ARRAY[d] FROM i, generate_series(1, 30000) n,"
        " sha256(n::text::bytea) d RETURNING image_id, v1_id)"
        "INSERT INTO registry.v1_tag (image_id, v1_id, name) SELECT image_id, v1_id, t || encode(v1_id, 'hex') FROM v, (VALUES ('a'), ('b')) t (t)")
    answer = call("GET", "/v1/repositories/team/many/images", timeout=20)
    assert answer.status == 200, answer
    ids = [entry["id"] for entry in answer.json()]
    assert len(ids) == len(set(ids)) == 30001


@test
def not_there():
    """What is not there, and what nobody may know of, is 404 with a sentence."""
    for path in ("/v1/repositories/none/images", "/v1/repositories/none/tags", "/v1/repositories/none/tags/x", "/v1/repositories/none/json",
                 "/v1/repositories/none/properties", f"/v1/images/{image_id('none')}/json", "/v1/none", "/v1/images/x"):
        answer = call("GET", path)
        assert answer.status == 404 and error(answer), (path, answer)
    answer = call("POST", "/v1/search")
    assert answer.status == 405 and answer.headers["allow"], answer
    for path in ("/v1/repositories/UPPER/images", "/v1/repositories/a%2F%2Fb/images", "/v1/repositories/..%2Fx/images"):
        assert call("GET", path).status == 400, path


@test
def search():
    """Search finds what the account may read, by a part of the name, a page at a time."""
    push_app()
    push_single()
    found = call("GET", "/v1/search?q=team").json()
    names = [entry["name"] for entry in found["results"]]
    assert found["query"] == "team" and names == sorted(names) and "team/app" in names and found["num_results"] == len(names), found
    assert set(found["results"][0]) >= {"name", "description", "star_count", "is_official", "is_trusted"}
    page = call("GET", "/v1/search?q=team&n=2&page=2").json()
    assert [entry["name"] for entry in page["results"]] == names[2:4] and page["num_results"] == len(names), page
    assert "single" in [entry["name"] for entry in call("GET", "/v1/search?q=single&n=100").json()["results"]]
    assert call("GET", "/v1/search?q=").json()["num_results"] >= len(names) + 1
    assert "library/single" not in call("GET", "/v1/search?q=single").body.decode()
    assert all(entry["name"].startswith(("team/", "open/")) for entry in call("GET", "/v1/search?n=100", auth=team_reader()).json()["results"])
    assert call("GET", "/v1/search?q=%25_%5C'").json()["num_results"] == 0


V2_PATHS = (("GET", "/v2/"), ("GET", "/v2"), ("GET", "/v2/a/manifests/x"), ("HEAD", "/v2/a/manifests/x"), ("PUT", "/v2/a/manifests/x"),
            ("GET", "/v2/a/tags/list"), ("POST", "/v2/a/blobs/uploads/"), ("HEAD", "/v2/a/blobs/sha256:" + "0" * 64), ("GET", "/v2/_catalog"),
            ("GET", "/v2/token"), ("GET", "/v2/odd"), ("DELETE", "/v2/a/manifests/x"), ("GET", "/v2/A/manifests/x"), ("GET", "/v2/a/manifests/!"),
            ("HEAD", "/v2/a/blobs/tarsum.v1+sha256:0"), ("GET", "/v2/a/manifests/x?ns=docker.io"), ("GET", "/v2/a?x=%zz"))


@test
def fallback():
    """With the virtual repository deleted all of /v2/ is a plain 404, and v1 takes pushes; made again, v2 is back."""
    document = call("GET", "/artifactory/api/repositories/docker-dev").body
    assert call("DELETE", "/artifactory/api/repositories/docker-dev").status == 200
    try:
        for auth in (None, ADMIN):
            for method, path in V2_PATHS:
                answer = call(method, path, auth=auth, headers=NO_LENGTH)
                assert answer.status == 404 and VERSION not in answer.headers and "www-authenticate" not in answer.headers, (path, answer)
                assert answer.headers["content-type"].startswith("text/plain") and not answer.body.startswith(b"{"), (path, answer)
        assert Client("fallback").push("x", APP) == 2
        assert len(Client("fallback").pull("x")) == 2
    finally:
        answer = call("PUT", "/artifactory/api/repositories/docker-dev", document, {"Content-Type": "application/json"})
    assert answer.status in (200, 201), answer
    assert call("GET", "/v2/").headers[VERSION] == "registry/2.0"
    assert call("GET", "/v2/library/fallback/manifests/x").code() == "MANIFEST_UNKNOWN", "so that old clients look here"
    assert call("GET", "/v2/library/fallback/tags/list").code() == "NAME_UNKNOWN"


@test
def refusals_say_what_of():
    """No v2 error that tells docker where to go is a bare code: that gets five tries, and no look at v1."""
    add_user("v1-looker", "read", "docker-dev-local2")
    looker = ("v1-looker", "a secret")
    bearer = {"Authorization": "Bearer " + token("repository:team/bare:pull,push", looker)}
    for code, method, path, more in (
            ("NAME_UNKNOWN", "GET", "/v2/team/bare/tags/list", {}),
            ("MANIFEST_UNKNOWN", "GET", "/v2/team/bare/manifests/1", {}),
            ("UNAUTHORIZED", "GET", "/v2/team/bare/manifests/1", {"auth": None}),
            ("UNAUTHORIZED", "POST", "/v2/team/bare/blobs/uploads/", {"auth": None, "headers": NO_LENGTH}),
            ("UNAUTHORIZED", "POST", "/v2/team/bare/blobs/uploads/", {"auth": None, "headers": {**NO_LENGTH, **bearer}}),
            ("DENIED", "POST", "/v2/team/bare/blobs/uploads/", {"auth": looker, "headers": NO_LENGTH}),
            ("UNAUTHORIZED", "PUT", "/v2/team/bare/manifests/1", {"auth": ("v1-looker", "wrong"), "body": b"{}"})):
        answer = call(method, path, **more)
        assert answer.code() == code and answer.json()["errors"][0]["detail"]["name"] == "team/bare", (path, answer)
    answer = call("GET", "/v2/token?service=docker-dev", auth=("v1-looker", "wrong"))
    assert answer.status == 401 and answer.json()["errors"][0]["message"] == "wrong user name, password or token", answer


@test
def trouble_is_not_v1():
    """What the web server answers itself while the v2 responder is away has the version header too."""
    pid = pids("stowage-v2")
    try:
        for one in pid:
            with suppress(ProcessLookupError):  # workers end with their parent
                os.kill(one, signal.SIGKILL)
        for path in ("/v2/", "/v2/a/manifests/x", "/artifactory/api/docker/docker-dev/v2/"):
            answer = call("GET", path)
            assert answer.status in (500, 502, 503) and answer.headers[VERSION] == "registry/2.0", (path, answer)
            assert sum(name.lower() == VERSION for name, _ in answer.list) == 1, answer.list
        assert call("GET", "/v1/_ping").status == 200 and VERSION not in call("GET", "/v1/_ping").headers
    finally:
        stack("stack_again")
    # Each process of lighttpd leaves a responder that was away alone for two seconds, and ten requests in a row may meet one process only.
    time.sleep(2.5)
    eventually(lambda: all(call("GET", "/v2/").status == 200 for _ in range(10)))
    answer = call("GET", "/v2/")
    assert sum(name.lower() == VERSION for name, _ in answer.list) == 1, answer.list


run()
