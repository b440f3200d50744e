"""The v1 API as old docker clients use it: a push and a pull, call by call, on names of any repository key."""
import base64
import gzip
import hashlib
import io
import json
import tarfile
from functools import cache
from urllib.parse import quote

from registry import ADMIN, call, chunked, sql

ART = "/artifactory/api/docker/docker-dev-local"


def image_id(text):
    return hashlib.sha256(text.encode()).hexdigest()


def layer_of(**files):
    """A gzip layer of small files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name.replace("__", "/"))
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data.encode()))
    return gzip.compress(out.getvalue(), mtime=0)


def files_of(*layers):
    """The file tree of layers, root first: name to what it is, whose, for whom, where it leads, and its content."""
    files = {}
    for layer in layers:
        with tarfile.open(fileobj=io.BytesIO(layer), mode="r:*") as tar:
            for entry in tar.getmembers():
                files[entry.name] = (entry.type, entry.mode, entry.uid, entry.gid, entry.linkname,
                                     tar.extractfile(entry).read() if entry.isfile() else None)
    return files


class V1Image:
    """One v1 image: a layer, its JSON, and the image below it."""

    def __init__(self, text, parent=None, layer=None):
        self.id, self.parent = image_id(text), parent
        document = {"id": self.id, "comment": text}
        if parent:
            document["parent"] = parent.id
        self.json = json.dumps(document).encode()
        self.layer = layer if layer is not None else layer_of(**{text.replace("/", "_"): text})
        self.payload = "sha256:" + hashlib.sha256(self.json + b"\n" + self.layer).hexdigest()

    def ancestry(self):
        return [self.id] + (self.parent.ancestry() if self.parent else [])

    def chain(self):
        """Root first."""
        return (self.parent.chain() if self.parent else []) + [self]


class Client:
    """One docker client at one name. bare: the name's URLs begin there; prefix: of an Artifactory URL."""

    def __init__(self, name, auth=ADMIN, prefix="", **more):
        self.name, self.auth, self.prefix, self.more = name, auth, prefix, more
        self.token = None

    def index(self, method, path="", body=None, headers=None, name=None, **more):
        """A call that carries the password and brings a token."""
        answer = call(method, f"{self.prefix}/v1/repositories/{quote(name or self.name)}{path}", body=body,
                      headers={"X-Docker-Token": "true", **(headers or {})}, auth=self.auth, **{**self.more, **more})
        self.token = answer.headers.get("x-docker-token", self.token)
        return answer

    def registry(self, method, path, body=None, headers=None, **more):
        """A call with the token."""
        sent = {"Authorization": "Token " + (self.token or ""), **(headers or {})}
        return call(method, self.prefix + "/v1/" + path, body=body, headers=sent, auth=None, **{**self.more, **more})

    def image(self, method, image, what, body=None, headers=None, **more):
        return self.registry(method, f"images/{image if isinstance(image, str) else image.id}/{what}", body, headers, **more)

    def begin(self, *images):
        listing = [{"id": image.id} for top in images for image in top.chain()]
        return self.index("PUT", "/", json.dumps(listing).encode(), {"Content-Type": "application/json"})

    def put_layer(self, image, data=None):
        """As docker does: chunked, without a length."""
        return chunked("PUT", f"{self.prefix}/v1/images/{image.id}/layer", image.layer if data is None else data,
                       {"Authorization": "Token " + self.token, "Content-Type": "application/octet-stream"}, auth=None, **self.more)

    def put_checksum(self, image, payload=None):
        return self.image("PUT", image, "checksum", b"", {
            "X-Docker-Checksum": "tarsum+sha256:" + "0" * 64, "X-Docker-Checksum-Payload": payload or image.payload})

    def push_image(self, image):
        """One image; False if it was there."""
        if self.image("GET", image, "json").status == 200:
            return False
        for answer in (self.image("PUT", image, "json", image.json, {"Content-Type": "application/json"}), self.put_layer(image),
                       self.put_checksum(image)):
            assert answer.status == 200, answer
        return True

    def put_tag(self, tag, image):
        name = self.name if "/" in self.name else "library/" + self.name
        return self.registry("PUT", f"repositories/{name}/tags/{tag}", json.dumps(image if isinstance(image, str) else image.id).encode(),
                             {"Content-Type": "application/json", "User-Agent": "docker/1.6.2 go/go1.4.2 kernel/3.16 os/linux arch/amd64"})

    def end(self):
        return self.index("PUT", "/images", b"[]", {"Content-Type": "application/json"})

    def push(self, tag, image):
        """The whole sequence; how many images were new."""
        answer = self.begin(image)
        assert answer.status in (200, 201) and answer.headers["x-docker-endpoints"] and answer.headers["x-docker-token"], answer
        new = sum(self.push_image(one) for one in image.chain())
        answer = self.put_tag(tag, image)
        assert answer.status in (200, 201), answer
        answer = self.end()
        assert answer.status == 204, answer
        return new

    def pull(self, tag):
        """The whole sequence: (JSON, layer) of each image, root first."""
        answer = self.index("GET", "/images")
        assert answer.status == 200 and isinstance(answer.json(), list), answer
        name = self.name if "/" in self.name else "library/" + self.name
        answer = self.registry("GET", f"repositories/{name}/tags/{tag}")
        assert answer.status == 200, answer
        top = answer.json()
        answer = self.image("GET", top, "ancestry")
        assert answer.status == 200 and answer.json()[0] == top, answer
        images = []
        for one in reversed(answer.json()):
            document, layer = self.image("GET", one, "json"), self.image("GET", one, "layer")
            assert document.status == layer.status == 200, (one, document, layer)
            size = document.headers.get("x-docker-size")
            assert size is None or int(size) == len(layer.body), document
            images.append((document.body, layer.body))
        return images


def token_claims(text):
    """Of the JWT inside an X-Docker-Token."""
    part = text.split("signature=")[1].split(",")[0].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=="))


# --- Images that several themes push ----------------------------------------------------------------------------------------

BASE = V1Image("base")
APP = V1Image("app", BASE)


@cache
def push_app():
    Client("team/app").push("latest", APP)


def error(answer):
    return answer.json()["error"]


def audit(action):
    return int(sql(f"SELECT count(*) FROM registry.audit WHERE action = '{action}' AND repository = 'docker-dev-local'"))
