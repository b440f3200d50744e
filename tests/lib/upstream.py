#!/usr/bin/env python3
"""Upstreams for tests of remote repositories: Hub, a real registry with what Docker Hub adds, and Liar, which misbehaves.

    hub = Hub()                                  liar = Liar()
    hub.push("library/busybox", "1", image)      liar.lie("truncated", on="blob")
    ... use hub.url ...                          ... use liar.url, which has liar.image under every name ...
    assert hub.count("GET", "/blobs/") == 1      liar.good()
    hub.stop()                                   liar.stop()

`upstream.py --check` tests all this by itself, without the registry that is to be tested.
"""
import importlib
import sys

from hub import Hub
from liar import Liar
from lies import LIES
from sample import Image, digest_of, noise
from tap import run

__all__ = ["Hub", "Image", "LIES", "Liar", "digest_of", "noise"]

if __name__ == "__main__":
    if sys.argv[1:] != ["--check"]:
        sys.exit(__doc__)
    for check in ("hub_check", "liar_check"):
        importlib.import_module(check)
    run()
