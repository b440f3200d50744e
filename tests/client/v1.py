"""Every image below the names of the other clients, over v2 and over v1: the same files, and no layer stored again."""
import os
import subprocess

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, files_of

NAMES = {
    "skopeo": ("single", "small", "deep", "forty", "large", "pair", "schema2", "list", "zstd", "converted"),
    "podman": ("small", "deep"), "buildah": ("built", "again", "docker"), "docker": ("single", "small", "deep", "forty"),
}
ACCEPT = {"Accept": ", ".join((DOCKER_MANIFEST, OCI_MANIFEST, OCI_INDEX, "application/vnd.docker.distribution.manifest.list.v2+json"))}


def manifest(name, reference):
    return call("GET", f"/v2/{name}/manifests/{reference}", headers=ACCEPT).json()


def layers(name):
    """Of an index those of linux/amd64."""
    document = manifest(name, "1")
    for child in document.get("manifests", []):
        if child["platform"]["os"] == "linux" and child["platform"]["architecture"] == "amd64":
            document = manifest(name, child["digest"])
            break
    for layer in document["layers"]:
        data = call("GET", f"/v2/{name}/blobs/{layer['digest']}").body
        if layer["mediaType"].endswith("zstd"):
            data = subprocess.run(["zstd", "-d", "-q", "-c"], input=data, capture_output=True, check=True).stdout
        yield data


blobs = sql("SELECT count(*) FROM registry.blob")
for client in os.environ.get("STOWAGE_CLIENTS", " ".join(NAMES)).split():
    for image in (f"{client}/{name}" for name in NAMES.get(client, ())):
        there = call("HEAD", f"/v2/{image}/manifests/1", headers=ACCEPT)
        assert there.status == 200, f"{client} has not pushed {image}"
        assert files_of(*(layer for _, layer in Client(image).pull("1"))) == files_of(*layers(image)), image
        print(image)
assert sql("SELECT count(*) FROM registry.blob") == blobs
