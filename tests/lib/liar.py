"""A registry that misbehaves, in one named way at a time (lies.py), or not at all."""
import json
import re
import threading

from lies import LIES
from listener import Listener
from lying import TOKEN, Reply, first_of, unknown
from sample import OCI_MANIFEST, Image


class Telling:
    """A lie that is being told."""

    def __init__(self, name, on, times):
        assert name in LIES, name
        self.name = name
        self._about = {on} if on else {"manifest", "blob", "tags"}
        if name.startswith("token_"):
            self._about.add("token")
        self._left = times
        self._lock = threading.Lock()

    def takes(self, what):
        """Is it to be told in an answer about that?"""
        with self._lock:
            if what not in self._about or self._left == 0:
                return False
            if self._left is not None:
                self._left -= 1
            return True


class Liar:
    """Whatever name it is asked for, it has `image` there, and lies only about that.

    `server` is the registry, `url` its URL; `elsewhere` (another host) and `inside` (another port of this one) are where its lies lead:
    services that know everything it knows, and hand out its token. All three are listeners with logs.
    """

    def __init__(self, tls=None, address="127.0.0.1"):
        self.image = Image("tiny")
        self.server = Listener(self._answer, address=address, tls=tls)
        self.elsewhere = Listener(self._answer_honestly, address="127.0.0.2", tls=tls)
        self.inside = Listener(self._answer_honestly)
        self.url = self.server.url
        self.good()

    def lie(self, name, on=None, times=None):
        """From now on. on: only in answers about a "manifest", "blob", "tags" or "token"; times: only so often."""
        self.good()
        self._telling = Telling(name, on, times)
        if name == "refused":
            self.server.refuse()

    def good(self):
        """From now on. What hangs ends."""
        self._telling = None
        self.server.up()

    def stop(self):
        self.good()
        for listener in (self.server, self.elsewhere, self.inside):
            listener.stop()

    def clear(self):
        for listener in (self.server, self.elsewhere, self.inside):
            listener.clear()

    # --- Answers ---

    def _answer(self, x):
        what, honest = self._honest(x)
        telling = self._telling
        if telling and honest.status != 404 and telling.takes(what):
            x.lasts = lambda: self._telling is telling
            LIES[telling.name](self, x, honest)
        else:
            honest.send(x)

    def _answer_honestly(self, x):
        self._honest(x)[1].send(x)

    def _honest(self, x):
        """What it is about, and the reply."""
        path = x.path.partition("?")[0]
        found = re.match(r"/v2/.+/(manifests|blobs|tags)/([^/]+)$", path)
        if path == "/token":
            return "token", Reply(200, "application/json", json.dumps({"token": TOKEN, "expires_in": 300}).encode())
        if not found:
            return "base", Reply(200 if path == "/v2/" else 404, "application/json", b"{}")
        if found[1] == "tags":
            return "tags", Reply(200, "application/json", json.dumps({"name": "any", "tags": ["latest"]}).encode())
        if found[1] == "blobs":
            return "blob", self._blob(x, found[2])
        return "manifest", self._manifest(found[2])

    def _manifest(self, reference):
        if ":" in reference and reference != self.image.digest:
            return unknown("MANIFEST_UNKNOWN")
        return Reply(200, OCI_MANIFEST, self.image.manifest, ("Docker-Content-Digest", self.image.digest))

    def _blob(self, x, digest):
        data = self.image.blobs.get(digest)
        if data is None:
            return unknown("BLOB_UNKNOWN")
        reply = Reply(200, "application/octet-stream", data, ("Docker-Content-Digest", digest), ("Accept-Ranges", "bytes"))
        first = first_of(x)
        if first is None or first >= len(data):
            return reply
        return reply.but(206, data[first:], Content_Range=f"bytes {first}-{len(data) - 1}/{len(data)}")
