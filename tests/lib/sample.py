"""A small valid image, other bytes for every name it is made with."""
import hashlib
import json
import random

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def noise(name, size):
    """Bytes that look random, the same for the same name."""
    return random.Random(name).randbytes(size)


class Image:
    """manifest, config and layers are bytes; blobs are config and layers by digest. layers: sizes."""

    def __init__(self, name, layers=(200_000,), **more):
        self.config = json.dumps({"architecture": "amd64", "os": "linux", "made": name}).encode()
        self.layers = [noise(f"{name} {number}", size) for number, size in enumerate(layers)]
        self.blobs = {digest_of(data): data for data in (self.config, *self.layers)}
        self.document = {
            "schemaVersion": 2, "mediaType": OCI_MANIFEST,
            "config": _descriptor(self.config, OCI_CONFIG),
            "layers": [_descriptor(layer, OCI_LAYER) for layer in self.layers], **more}
        self.manifest = json.dumps(self.document).encode()
        self.digest = digest_of(self.manifest)
        self.layer = self.layers[0]
        self.layer_digest = digest_of(self.layer)


def _descriptor(data, kind):
    return {"mediaType": kind, "digest": digest_of(data), "size": len(data)}
