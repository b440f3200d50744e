"""What the Python tests share: a small HTTP client that can also misbehave, content to push, and TAP.

The stack to talk to comes from the environment (lib/servers.sh): STACK_DEV, STACK_PROD, STACK_SCHEME, STACK_CA, STACK_STATE.
"""
import base64
import contextlib
import hashlib
import hmac
import http.client
import itertools
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

from database import Database
from tap import at_end, run, test

DEV = os.environ["STACK_DEV"]
PROD = os.environ["STACK_PROD"]
SCHEME = os.environ["STACK_SCHEME"]
STATE = os.environ["STACK_STATE"]
SERVER = os.environ["STACK_SERVER"]
STACK = f'. "{os.path.dirname(os.path.abspath(__file__))}/servers.sh"; '  # before a command of the stack, for a shell
ADMIN = ("admin", "password")
EMPTY = {"Content-Length": "0"}  # of a POST without a body
VERSION = "docker-distribution-api-version"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
THEME = os.path.splitext(os.path.basename(sys.argv[0]))[0].replace("_", "-")
_numbers = itertools.count(1)


def unique(word):
    """A key or a name that no other test has: themes run one after the other against the same stack."""
    return f"{word}-{THEME}-{next(_numbers)}"


# --- HTTP -------------------------------------------------------------------------------------------------------------------

def tls():
    return ssl.create_default_context(cafile=os.environ["STACK_CA"])


def connection(host=DEV, timeout=60):
    if SCHEME == "https":
        return http.client.HTTPSConnection(host, timeout=timeout, context=tls())
    return http.client.HTTPConnection(host, timeout=timeout)


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.list = response.getheaders()
        self.headers = {name.lower(): value for name, value in self.list}
        self.body = body

    def json(self):
        return json.loads(self.body)

    def code(self):
        """The first error's code; the whole body without one."""
        try:
            return self.json()["errors"][0]["code"]
        except (ValueError, KeyError, IndexError, TypeError):
            return self.body

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:300]!r}"


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def call(method, path, body=None, headers=None, auth=ADMIN, host=DEV, timeout=60):
    """One request on a connection of its own. auth: (user, password), a token, or None. path goes out as it is."""
    sent = dict(headers or {})
    if isinstance(auth, tuple):
        sent.setdefault("Authorization", basic(*auth))
    elif auth:
        sent.setdefault("Authorization", "Bearer " + auth)
    link = connection(host, timeout)
    try:
        link.request(method, path, body=body, headers=sent, encode_chunked=False)
        response = link.getresponse()
        return Answer(response, response.read())
    finally:
        link.close()


def chunks(data, size=65536):
    """A body without a length: http.client sends it chunked."""
    for start in range(0, len(data), size):
        yield data[start:start + size]


def chunked(method, path, data, headers=None, **more):
    sent = {"Transfer-Encoding": "chunked", **(headers or {})}
    pieces = (b"%x\r\n%s\r\n" % (len(piece), piece) for piece in chunks(data))
    return call(method, path, body=_ended(pieces), headers=sent, **more)


def _ended(pieces):
    yield from pieces
    yield b"0\r\n\r\n"


def open_socket(host=DEV, timeout=30, protocols=()):
    """protocols: what is offered by ALPN."""
    name, port = host.rsplit(":", 1)
    link = socket.create_connection((name, int(port)), timeout=timeout)
    if SCHEME != "https":
        return link
    context = tls()
    if protocols:
        context.set_alpn_protocols(protocols)
    return context.wrap_socket(link, server_hostname=name)


def raw(request, host=DEV, timeout=30):
    """Send bytes as they are; everything that comes back until the server closes or falls silent."""
    link = open_socket(host, timeout)
    answer = b""
    try:
        link.sendall(request)
        while True:
            piece = link.recv(65536)
            if not piece:
                break
            answer += piece
    except (TimeoutError, ConnectionError, ssl.SSLError):
        pass
    finally:
        link.close()
    return answer


def head(method, path, headers=None, auth=ADMIN, host=DEV, close=True):
    """The bytes of a request's head."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    if auth:
        lines.append("Authorization: " + (basic(*auth) if isinstance(auth, tuple) else "Bearer " + auth))
    if close:
        lines.append("Connection: close")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def raw_status(request, **more):
    answer = raw(request, **more)
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


def token(scope="", auth=ADMIN, host=DEV):
    answer = call("GET", "/v2/token?scope=" + quote(scope), auth=auth, host=host)
    assert answer.status == 200, answer
    return answer.json()["token"]


def token_until(seconds, scope, auth=ADMIN, host=DEV, key="ORDER BY retired_at IS NOT NULL, created_at DESC LIMIT 1", text=None, audience=None):
    """A token as the registry would have given it (or gave: text), that expires in so many seconds; signed by the key a query ends in."""
    kid, secret = sql("SELECT kid, encode(secret, 'hex') FROM registry.token_key " + key).split("|")
    text = (text or token(scope, auth, host)).split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(text + "==="))
    claims["aud"] = audience or claims["aud"]
    claims.update(exp=int(time.time() + seconds), iat=int(time.time() + seconds - 300), nbf=int(time.time() + seconds - 300))
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT", "kid": kid}, claims))
    return signed + "." + _base64url(hmac.digest(bytes.fromhex(secret), signed.encode(), "sha256"))


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


# --- Content ----------------------------------------------------------------------------------------------------------------

def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def sha512(data):
    return "sha512:" + hashlib.sha512(data).hexdigest()


def start(name, **more):
    answer = call("POST", f"/v2/{name}/blobs/uploads/", **more)
    assert answer.status == 202, answer
    return answer.headers["location"]


def received(location):
    """The last byte's number in the answer to a question about an upload session."""
    answer = call("GET", location)
    assert answer.status == 204, answer
    first, last = answer.headers["range"].split("-")
    assert first == "0"
    return int(last)


def finish(location, data, body=b""):
    """Commit an upload session whose bytes are data, the last of them in the body."""
    digest = sha256(data)
    return call("PUT", location + ("&" if "?" in location else "?") + "digest=" + digest, body=body)


def put_blob(name, data, **more):
    digest = sha256(data)
    answer = call("POST", f"/v2/{name}/blobs/uploads/?digest={digest}", body=data, **more)
    assert answer.status == 201, answer
    return digest


def descriptor(data, kind="application/vnd.oci.image.layer.v1.tar+gzip"):
    return {"mediaType": kind, "digest": sha256(data), "size": len(data)}


def image(layers=(b"layer",), config=b"{}", **more):
    """The bytes of an OCI image manifest."""
    return json.dumps({
        "schemaVersion": 2, "mediaType": OCI_MANIFEST,
        "config": descriptor(config, "application/vnd.oci.image.config.v1+json"),
        "layers": [descriptor(layer) for layer in layers], **more}).encode()


def put_manifest(name, reference, payload, kind=OCI_MANIFEST, headers=None, **more):
    return call("PUT", f"/v2/{name}/manifests/{reference}", body=payload, headers={"Content-Type": kind, **(headers or {})}, **more)


def push_image(name, reference="latest", layers=(b"layer",), config=b"{}", **more):
    """Blobs and manifest; the manifest's bytes."""
    for data in (*layers, config):
        put_blob(name, data)
    payload = image(layers, config, **more)
    answer = put_manifest(name, reference, payload)
    assert answer.status == 201, answer
    return payload


# --- The stack --------------------------------------------------------------------------------------------------------------

def stack(function, *arguments, stdin=None):
    """Call a function of lib/servers.sh; what it printed."""
    script = f'. "{os.path.dirname(__file__)}/servers.sh"; {function} "$@"'
    done = subprocess.run(["bash", "-c", script, "stack", *arguments], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (function, arguments, done.stdout, done.stderr)
    return done.stdout.strip()


def settings():
    with open(f"{STATE}/settings", encoding="utf-8") as text:
        return dict(line.rstrip("\n").split("=", 1) for line in text if "=" in line)


DATABASE = Database(settings()["run"] + "/pg/.s.PGSQL.5432", "postgres", "stowage")


def sql(query):
    """As superuser."""
    return DATABASE.run(query).strip()


def literal(value):
    """A value in the text of a statement."""
    if isinstance(value, (list, tuple)):
        return "ARRAY[" + ", ".join(literal(item) for item in value) + "]::text[]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower()


def add_remote(key, url, **settings):
    """A remote repository; settings are columns of repository_remote. Upstreams of tests are on the loopback interface."""
    columns = {"url": url, "private_networks": True, **settings}
    sql(f"WITH r AS (INSERT INTO registry.repository (key, class) VALUES ({literal(key)}, 2) RETURNING id)"
        f" INSERT INTO registry.repository_remote (repository_id, {', '.join(columns)})"
        f" SELECT id, {', '.join(literal(value) for value in columns.values())} FROM r")


def set_remote(key, **settings):
    """From the next request on."""
    sql(f"UPDATE registry.repository_remote SET {', '.join(f'{name} = {literal(value)}' for name, value in settings.items())}"
        f" WHERE repository_id = (SELECT id FROM registry.repository WHERE key = {literal(key)} AND deleted_at IS NULL)")


def add_user(name, actions=None, repository="ANY", include=None, password="a secret"):
    """An account; with actions, the right to them."""
    stack("stack_ctl", "user", "add", name, "--password-stdin", stdin=password + "\n")
    if actions:
        more = ["--include", include] if include else []
        stack("stack_ctl", "permission", "set", "for-" + name, "--repository", repository, "--user", name,
              "--actions", actions, *more)
    return (name, password)


@contextlib.contextmanager
def anonymous_reader(repository, include):
    """Anonymous may read these images for as long as the block runs."""
    name = unique("anonymous")
    stack("stack_ctl", "permission", "set", name, "--repository", repository, "--include", include, "--anonymous", "--actions", "read")
    try:
        yield
    finally:
        stack("stack_ctl", "permission", "remove", name)


def age_refusals():
    """Move the failed sign-ins of the last minute out of it: the audit takes 60 of one address in a minute, and many tests fail to sign in."""
    sql("BEGIN; SET LOCAL session_replication_role = replica; UPDATE registry.audit SET at = at - interval '1 minute'"
        " WHERE action = 'sign_in_failed' AND at > now() - interval '1 minute'; COMMIT")


def pids(name):
    """The processes of a stack's daemon: itself and its children."""
    with open(f"{STATE}/pid/{name}", encoding="ascii") as text:
        parent = int(text.read().split()[0])
    return [parent] + [pid for pid, of in parents() if of == parent]


def parents():
    """Every process and its parent, in the order of their numbers."""
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            with open(f"/proc/{pid}/stat", encoding="latin-1") as text:
                yield pid, int(text.read().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            pass


def eventually(condition, seconds=30):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            assert value, "never"
            return value
        time.sleep(0.05)


def together(*functions):
    """Call all at once; what each returns."""
    with ThreadPoolExecutor(len(functions)) as pool:
        return [task.result() for task in [pool.submit(function) for function in functions]]


def is_gone(pid):
    """It has ended, whether or not its parent has seen that."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as text:
            return text.read().rpartition(")")[2].split()[0] in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return True


def renew(name="stowage-v2"):
    """Other workers, with what is in the configuration now, and nobody left of those before."""
    before = pids(name)
    os.kill(before[0], signal.SIGHUP)
    eventually(lambda: all(is_gone(pid) for pid in before[1:]) and len(pids(name)) >= len(before))


def reached(path="/v2/"):
    """Wait until the web server reaches a responder that was away: each process of lighttpd leaves it alone for two seconds, and many requests
    in a row may meet one process only."""
    eventually(lambda: call("GET", path).status == 200)
    time.sleep(2.5)
    eventually(lambda: all(call("GET", path).status == 200 for _ in range(10)))


def url_parts(location):
    """Path and query of a Location, absolute or relative."""
    parts = urlsplit(location)
    return parts.path + ("?" + parts.query if parts.query else "")
