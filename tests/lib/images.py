#!/usr/bin/env python3
"""Small images to push, the same bytes every time, made without any network.

usage: images.py FOLDER

OCI layouts, tag 1:
  small    three layers
  deep     fourteen layers
  single   one layer
  forty    forty layers, with entries in the history that have none
  large    one layer of 20 MiB that cannot be compressed
  pair     an index of two platforms
  other    two layers, the second unlike any of small
  again    two layers like no others, to be compressed in other ways
Folders as skopeo's dir: transport has them:
  schema2  a Docker image, schema 2
  list     a Docker manifest list of two platforms
"""
import gzip
import hashlib
import io
import json
import os
import random
import sys
import tarfile

OCI = {
    "manifest": "application/vnd.oci.image.manifest.v1+json",
    "list": "application/vnd.oci.image.index.v1+json",
    "config": "application/vnd.oci.image.config.v1+json",
    "layer": "application/vnd.oci.image.layer.v1.tar+gzip",
}
DOCKER = {
    "manifest": "application/vnd.docker.distribution.manifest.v2+json",
    "list": "application/vnd.docker.distribution.manifest.list.v2+json",
    "config": "application/vnd.docker.container.image.v1+json",
    "layer": "application/vnd.docker.image.rootfs.diff.tar.gzip",
}
EPOCH = "1970-01-01T00:00:00Z"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def encode(value):
    return json.dumps(value, indent=1).encode()


def files(name, data):
    """An uncompressed layer with one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        folder = tarfile.TarInfo(os.path.dirname(name))
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o644
        archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def text_layers(name, count):
    return [files(f"{name}/{number}", f"{name}, layer {number}\n".encode() * 200) for number in range(count)]


class Content:
    """Blobs and manifests of one image or list, by hexadecimal digest; what was added last is the top."""

    def __init__(self, types):
        self.types = types
        self.blobs = {}
        self.manifests = {}
        self.top = None

    def descriptor(self, kind, data, **more):
        return {"mediaType": self.types[kind], "digest": "sha256:" + sha256(data), "size": len(data), **more}

    def blob(self, kind, data):
        self.blobs[sha256(data)] = data
        return self.descriptor(kind, data)

    def manifest(self, kind, value, **more):
        data = encode({"schemaVersion": 2, "mediaType": self.types[kind], **value})
        self.manifests[sha256(data)] = data
        self.top = self.descriptor(kind, data, **more)
        return self.top

    def image(self, layers, architecture="amd64", empties=0):
        config = encode({
            "created": EPOCH, "architecture": architecture, "os": "linux", "config": {"Cmd": ["/none"]},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha256(layer) for layer in layers]},
            "history": [{"created": EPOCH, "created_by": f"layer {number}"} for number in range(len(layers))]
            + [{"created": EPOCH, "created_by": f"ENV {number}", "empty_layer": True} for number in range(empties)]})
        return self.manifest("manifest", {
            "config": self.blob("config", config),
            "layers": [self.blob("layer", gzip.compress(layer, mtime=0)) for layer in layers]},
            platform={"architecture": architecture, "os": "linux"})

    def list(self, name):
        return self.manifest("list", {"manifests": [
            self.image(text_layers("common", 2) + text_layers(f"{name}-{architecture}", 1), architecture)
            for architecture in ("amd64", "arm64")]})

    def write_layout(self, folder):
        os.makedirs(f"{folder}/blobs/sha256")
        for name, data in {**self.blobs, **self.manifests}.items():
            write(f"{folder}/blobs/sha256/{name}", data)
        top = {key: self.top[key] for key in ("mediaType", "digest", "size")}
        top["annotations"] = {"org.opencontainers.image.ref.name": "1"}
        write(f"{folder}/oci-layout", encode({"imageLayoutVersion": "1.0.0"}))
        write(f"{folder}/index.json", encode({"schemaVersion": 2, "manifests": [top]}))

    def write_dir(self, folder):
        os.makedirs(folder)
        write(f"{folder}/version", b"Directory Transport Version: 1.1\n")
        for name, data in self.blobs.items():
            write(f"{folder}/{name}", data)
        for name, data in self.manifests.items():
            is_top = self.top["digest"].endswith(name)
            write(f"{folder}/manifest.json" if is_top else f"{folder}/{name}.manifest.json", data)


def write(path, data):
    with open(path, "wb") as out:
        out.write(data)


def made(types, action):
    content = Content(types)
    action(content)
    return content


def main(folder):
    noise = random.Random(1).randbytes(20 << 20)
    layouts = {
        "small": lambda content: content.image(text_layers("small", 3)),
        "deep": lambda content: content.image(text_layers("deep", 14)),
        "single": lambda content: content.image(text_layers("single", 1)),
        "forty": lambda content: content.image(text_layers("forty", 40), empties=4),
        "large": lambda content: content.image([files("large/noise", noise)]),
        "pair": lambda content: content.list("pair"),
        "other": lambda content: content.image(text_layers("small", 1) + text_layers("other", 1)),
        "again": lambda content: content.image(text_layers("again", 2)),
    }
    for name, action in layouts.items():
        made(OCI, action).write_layout(f"{folder}/{name}")
    made(DOCKER, lambda content: content.image(text_layers("schema2", 3))).write_dir(f"{folder}/schema2")
    made(DOCKER, lambda content: content.list("list")).write_dir(f"{folder}/list")


main(sys.argv[1])
