"""Pushes over the v1 API, call by call as old docker clients make them: whole, broken off, odd, several at once."""
import threading

from docker_v1 import APP, BASE, Client, V1Image, audit, error, image_id, layer_of, push_app
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


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


run()
