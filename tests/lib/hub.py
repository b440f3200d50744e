"""A registry like Docker Hub: Debian's docker-registry, and in front of it what makes Hub Hub."""
import base64
import http.client
import json
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from urllib.parse import parse_qs

from listener import Listener
from sample import OCI_MANIFEST, digest_of

PROGRAM = "/usr/bin/docker-registry"
CONFIG = """version: 0.1
log: {{level: info, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: "{folder}/store"}}
  delete: {{enabled: true}}
http: {{addr: "127.0.0.1:0", relativeurls: true}}
"""
PIECE = 65536


class Hub:
    """What clients see is `url`; images come in by push(), or by any client through `registry`, past everything below.

    challenge      "Bearer": also anonymous needs a token, from the service at `tokens`; "Basic"; None
    accounts       name: password
    private        image name: accounts that may pull it; all others are public
    token_seconds  how long a token says it is good; forget_tokens() ends all at once
    rate           bytes a second of every blob
    `front` and `tokens` are listeners: log, refuse(), hang(), up(). Logs and counters here are those of the front.
    """

    def __init__(self, tls=None):
        self.challenge = "Bearer"
        self.accounts = {}
        self.private = {}
        self.token_seconds = 300
        self.rate = None
        self._stop = None
        self._stalled = set()
        self._allowed = None
        self._granted = {}
        self._lock = threading.Lock()
        self._folder = tempfile.mkdtemp(prefix="stowage-hub.")
        self._start()
        self.front = Listener(self._answer, tls=tls)
        self.tokens = Listener(self._answer_token, tls=tls)
        self.url = self.front.url

    def _start(self):
        """The port is the system's choice, and in the log. It ends with this thread, however that ends."""
        config, log = f"{self._folder}/config.yml", f"{self._folder}/log"
        with open(config, "w", encoding="ascii") as out:
            out.write(CONFIG.format(folder=self._folder))
        with open(log, "w", encoding="ascii") as out:
            self._process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", PROGRAM, "serve", config], stdout=out, stderr=out)
        for _ in range(200):
            with open(log, encoding="utf-8") as text:
                said = text.read()
            found = re.search(r"listening on (127\.0\.0\.1:\d+)", said)
            if found:
                self.registry = found[1]
                return
            time.sleep(0.05)
        self._process.kill()
        raise OSError(f"{PROGRAM} does not start: {said}")

    def stop(self):
        self.front.stop()
        self.tokens.stop()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder)

    # --- What tests ask and set ---

    def requests(self, method=None, path=""):
        return self.front.requests(method, path)

    def count(self, method=None, path=""):
        return self.front.count(method, path)

    def clear(self):
        self.front.clear()
        self.tokens.clear()

    def refuse(self):
        self.front.refuse()

    def hang(self):
        self.front.hang()

    def up(self):
        self.front.up()

    def forget_tokens(self):
        self._granted.clear()

    def limit(self, manifests, retry_after=60, window=21600):
        """So many GETs of manifests from now on, then 429. None: no limit."""
        self._allowed = None if manifests is None else {
            "limit": manifests, "left": manifests, "retry_after": retry_after, "window": window}

    def stop_blobs(self, at):
        """No byte of a blob from that offset on leaves the house, until release_blobs()."""
        self._stop = at

    def release_blobs(self):
        self._stop = None

    def stalled(self):
        """How many answers wait there."""
        return len(self._stalled)

    # --- Filling it ---

    def push(self, name, tag, image):
        for digest, data in image.blobs.items():
            self.put_blob(name, digest, data)
        self.put_manifest(name, tag, image.manifest)

    def put_blob(self, name, digest, data):
        location = self._direct("POST", f"/v2/{name}/blobs/uploads/", 202).headers["Location"]
        self._direct("PUT", f"{location}{'&' if '?' in location else '?'}digest={digest}", 201, data)

    def put_manifest(self, name, reference, payload, kind=OCI_MANIFEST):
        self._direct("PUT", f"/v2/{name}/manifests/{reference}", 201, payload, {"Content-Type": kind})
        return digest_of(payload)

    def delete(self, name, digest):
        """A manifest, with its tags."""
        self._direct("DELETE", f"/v2/{name}/manifests/{digest}", 202)

    def _direct(self, method, path, status, body=None, headers=None):
        link, response = self._ask(method, path, body, headers or {})
        said = response.read()
        link.close()
        assert response.status == status, (method, path, response.status, said)
        return response

    def _ask(self, method, path, body, headers):
        link = http.client.HTTPConnection(self.registry, timeout=60)
        link.request(method, path, body=body, headers=headers)
        return link, link.getresponse()

    # --- In front ---

    def _answer(self, x):
        if x.command not in ("GET", "HEAD"):
            x.cut()
            x.send(405, [], b"pull only")
            return
        if not self._is_admitted(x):
            self._demand(x)
            return
        extra = []
        if "/manifests/" in x.path and self._allowed:
            extra = self._spend(x)
            if extra is None:
                return
        self._pass_on(x, extra)

    def _pass_on(self, x, extra):
        passed = {name: value for name, value in x.headers.items() if name.lower() in ("accept", "range", "if-none-match")}
        link, response = self._ask(x.command, x.path, None, passed)
        headers = [pair for pair in response.getheaders() if pair[0].lower() not in ("connection", "transfer-encoding")] + extra
        if x.command == "HEAD":
            x.head(response.status, headers)
        elif "/blobs/" in x.path and response.status in (200, 206):
            x.head(response.status, headers)
            self._send_blob(x, response)
        else:
            x.send(response.status, [pair for pair in headers if pair[0].lower() != "content-length"], response.read())
        link.close()

    def _send_blob(self, x, response):
        offset = int((re.match(r"bytes (\d+)-", response.headers["Content-Range"] or "") or [0, 0])[1])
        due = time.monotonic()
        while True:
            stop, rate = self._stop, self.rate
            if stop is not None and offset >= stop:
                self._stall(x, offset)
                continue
            size = min(PIECE, rate // 10 if rate else PIECE, stop - offset if stop is not None else PIECE)
            piece = response.read(max(size, 1))
            if not piece:
                return
            x.wfile.write(piece)
            offset += len(piece)
            if rate:
                due = max(due, time.monotonic() - 0.5) + len(piece) / rate
                x.wait(lambda: False, due - time.monotonic())

    def _stall(self, x, offset):
        self._stalled.add(x)
        try:
            x.wait(lambda: self._stop is None or self._stop > offset)
        finally:
            self._stalled.discard(x)

    def _spend(self, x):
        """The headers that tell what is left; None: nothing was, and that was said."""
        allowed = self._allowed
        with self._lock:
            spent = allowed["left"] == 0
            if x.command == "GET" and not spent:
                allowed["left"] -= 1
        headers = [("RateLimit-Limit", f"{allowed['limit']};w={allowed['window']}"),
                   ("RateLimit-Remaining", f"{allowed['left']};w={allowed['window']}")]
        if x.command == "HEAD" or not spent:
            return headers
        x.send(429, [*headers, ("Retry-After", allowed["retry_after"])], _error("TOOMANYREQUESTS", "pull rate limit reached"))
        return None

    # --- Who is asking ---

    def _is_admitted(self, x):
        found = re.match(r"/v2/(.+)/(manifests|blobs|tags)/", x.path)
        name = found[1] if found else None
        if self.challenge == "Bearer":
            granted = self._granted.get(x.bearer())
            return granted is not None and (name is None or name in granted)
        account = self._account(x)
        if account is None and (self.challenge == "Basic" or x.headers["Authorization"]):
            return False
        return self._may_pull(account, name)

    def _may_pull(self, account, name):
        return name not in self.private or account in self.private[name]

    def _account(self, x):
        """Whose Basic credentials these are, or None."""
        scheme, _, text = (x.headers["Authorization"] or "").partition(" ")
        name, _, password = base64.b64decode(text).decode().partition(":") if scheme == "Basic" else ("", "", "")
        return name if name in self.accounts and self.accounts[name] == password else None

    def _demand(self, x):
        found = re.match(r"/v2/(.+)/(manifests|blobs|tags)/", x.path)
        value = 'Basic realm="hub"'
        if self.challenge == "Bearer":
            value = f'Bearer realm="{self.tokens.url}/token",service="hub.test"'
            value += f',scope="repository:{found[1]}:pull"' if found else ""
            value += "" if x.bearer() is None else ',error="insufficient_scope"'
        x.send(401, [("WWW-Authenticate", value)], _error("UNAUTHORIZED", "authentication required"))

    def _answer_token(self, x):
        account = self._account(x)
        if x.headers["Authorization"] and account is None:
            x.send(401, [], _error("UNAUTHORIZED", "incorrect username or password"))
            return
        scopes = " ".join(parse_qs(x.path.partition("?")[2]).get("scope", [])).split()
        names = {scope.split(":")[1] for scope in scopes if scope.startswith("repository:")}
        token = secrets.token_urlsafe(32)
        self._granted[token] = {name for name in names if self._may_pull(account, name)}
        x.send(200, [("Content-Type", "application/json")],
               json.dumps({"token": token, "access_token": token, "expires_in": self.token_seconds}).encode())


def _error(code, message):
    return json.dumps({"errors": [{"code": code, "message": message}]}).encode()
