"""Do the upstreams do what they say? Called by upstream.py --check."""
import base64
import gzip
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager

from hub import Hub
from liar import Liar
from lies import HTML, LIES, TOKEN
from sample import OCI_MANIFEST, Image, digest_of
from tap import run, test


# --- A client that takes what comes -----------------------------------------------------------------------------------------

class Got:
    """What came until the end of the connection, or until nothing came for a while."""

    def __init__(self, data, ended):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        self.status = int(words[1]) if words[0] == "HTTP/1.1" else None
        self.headers = dict((line.lower().partition(":")[0], line.partition(": ")[2]) for line in lines[1:])
        self.wire = len(data)
        self.ended = ended
        self.length = int(self.headers.get("content-length", -1))

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {len(self.body)} bytes {self.body[:100]!r}, {'ended' if self.ended else 'open'}"


def ask(url, path, method="GET", seconds=5, tls=None, **headers):
    """One request on a connection of its own; a header is named with _ for -. What has no end is left after 5 MB."""
    host, port = url.partition("//")[2].split(":")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}:{port}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in {"Accept": OCI_MANIFEST, **headers}.items()]
    data = bytearray()
    with socket.create_connection((host, int(port)), timeout=seconds) as link:
        if tls:
            link = tls.wrap_socket(link, server_hostname=host)
        link.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        try:
            while len(data) < 5_000_000:
                piece = link.recv(1 << 16)
                if not piece:
                    return Got(bytes(data), True)
                data += piece
        except TimeoutError:
            pass
    return Got(bytes(data), False)


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def token_of(hub, name, **headers):
    return ask(hub.tokens.url, f"/token?service=hub.test&scope=repository:{name}:pull", **headers).json()["token"]


def eventually(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "never"
        time.sleep(0.01)


def is_refused(url):
    try:
        ask(url, "/v2/")
        return False
    except ConnectionRefusedError:
        return True


@contextmanager
def a_hub(**settings):
    """A hub with an image, a/b:1."""
    hub = Hub(**settings)
    try:
        hub.image = Image("check")
        hub.push("a/b", "1", hub.image)
        hub.blob = f"/v2/a/b/blobs/{hub.image.layer_digest}"
        yield hub
    finally:
        hub.stop()


@contextmanager
def a_liar(**settings):
    liar = Liar(**settings)
    try:
        yield liar
    finally:
        liar.stop()


# --- Hub --------------------------------------------------------------------------------------------------------------------

@test
def hub_tokens():
    """hub: anonymous needs a token, gets one, and pulls exact bytes with it"""
    with a_hub() as hub:
        got = ask(hub.url, "/v2/a/b/manifests/1")
        assert got.status == 401, got
        assert realm(got) == f"{hub.tokens.url}/token", got
        assert got.headers["www-authenticate"].endswith(',service="hub.test",scope="repository:a/b:pull"'), got
        bearer = "Bearer " + token_of(hub, "a/b")
        got = ask(hub.url, "/v2/a/b/manifests/1", Authorization=bearer)
        assert got.status == 200 and got.body == hub.image.manifest and got.headers["docker-content-digest"] == hub.image.digest, got
        got = ask(hub.url, hub.blob, Authorization=bearer)
        assert got.status == 200 and got.body == hub.image.layer, got
        got = ask(hub.url, hub.blob, "HEAD", Authorization=bearer)
        assert got.status == 200 and got.body == b"" and got.length == len(hub.image.layer), got
        assert ask(hub.url, "/v2/a/b/tags/list", Authorization=bearer).json() == {"name": "a/b", "tags": ["1"]}
        assert ask(hub.url, "/v2/a/c/manifests/1", Authorization=bearer).status == 401
        assert ask(hub.url, "/v2/a/c/manifests/1", Authorization="Bearer " + token_of(hub, "a/c")).status == 404
        hub.forget_tokens()
        assert "insufficient_scope" in ask(hub.url, hub.blob, Authorization=bearer).headers["www-authenticate"]
        assert hub.tokens.count("GET", "^/token$") == 2


@test
def hub_private():
    """hub: a private image wants an account that may pull it"""
    with a_hub() as hub:
        hub.accounts = {"alice": "secret", "bob": "secret"}
        hub.private = {"a/b": {"alice"}}
        asking = (({}, 401), ({"Authorization": basic("bob", "secret")}, 401), ({"Authorization": basic("alice", "secret")}, 200))
        for headers, status in asking:
            bearer = "Bearer " + token_of(hub, "a/b", **headers)
            assert ask(hub.url, hub.blob, Authorization=bearer).status == status, headers
        assert ask(hub.tokens.url, "/token", Authorization=basic("alice", "wrong")).status == 401
        hub.challenge = "Basic"
        for headers, status in asking:
            assert ask(hub.url, hub.blob, **headers).status == status, headers
        hub.challenge = None
        assert ask(hub.url, hub.blob).status == 401
        hub.private = {}
        assert ask(hub.url, hub.blob).status == 200


@test
def hub_limit():
    """hub: after so many GETs of manifests 429; HEAD and blobs are free"""
    with a_hub() as hub:
        hub.challenge = None
        hub.limit(2, retry_after=9)
        for left in ("2;w=21600", "1;w=21600", "0;w=21600"):
            got = ask(hub.url, "/v2/a/b/manifests/1", "HEAD")
            assert got.status == 200 and got.headers["ratelimit-remaining"] == left and got.headers["ratelimit-limit"] == "2;w=21600", got
            got = ask(hub.url, "/v2/a/b/manifests/1")
        assert got.status == 429 and got.headers["retry-after"] == "9" and got.json()["errors"][0]["code"] == "TOOMANYREQUESTS", got
        assert ask(hub.url, hub.blob).status == 200
        hub.limit(None)
        got = ask(hub.url, "/v2/a/b/manifests/1")
        assert got.status == 200 and "ratelimit-limit" not in got.headers, got


@test
def hub_log():
    """hub: what was asked is counted by method and path, ranges and headers are kept"""
    with a_hub() as hub:
        hub.challenge = None
        got = ask(hub.url, hub.blob + "?x=1", Range="bytes=100-", Accept="a/b")
        assert got.status == 206 and got.body == hub.image.layer[100:], got
        ask(hub.url, hub.blob, "HEAD")
        [entry] = hub.requests("GET", "/blobs/")
        assert entry["path"] == hub.blob and entry["query"] == "x=1" and entry["range"] == "bytes=100-", entry
        assert entry["headers"]["accept"] == "a/b" and hub.count() == 2 and hub.count("HEAD", "/a/b/") == 1
        assert hub.count("GET", "/manifests/") == 0
        hub.clear()
        assert hub.count() == 0


@test
def hub_slow():
    """hub: blobs are throttled; they stop at a point until released, resumed transfers too"""
    with a_hub() as hub:
        hub.challenge = None
        started = time.monotonic()
        hub.rate = 400_000
        assert ask(hub.url, hub.blob).body == hub.image.layer
        assert 0.4 < time.monotonic() - started < 2
        hub.rate = None
        hub.stop_blobs(70_000)
        assert len(ask(hub.url, hub.blob, seconds=0.3).body) == 70_000
        eventually(lambda: hub.stalled() == 0)
        assert ask(hub.url, hub.blob, seconds=0.3, Range="bytes=70000-").body == b""
        eventually(lambda: hub.stalled() == 0)
        answers = []
        client = threading.Thread(target=lambda: answers.append(ask(hub.url, hub.blob)))
        client.start()
        eventually(lambda: hub.stalled() == 1)
        hub.release_blobs()
        client.join()
        assert answers[0].body == hub.image.layer


@test
def hub_down():
    """hub: down it refuses connections, or takes them and says nothing; then it is up again, on the same port"""
    with a_hub() as hub:
        hub.challenge = None
        kept = socket.create_connection((hub.front.address, hub.front.port), timeout=5)
        kept.sendall(b"HEAD /v2/ HTTP/1.1\r\nHost: hub\r\n\r\n")
        assert kept.recv(4096).startswith(b"HTTP/1.1 200 ")
        hub.refuse()
        assert kept.recv(4096) == b"" and is_refused(hub.url)
        kept.close()
        hub.up()
        assert ask(hub.url, hub.blob).status == 200
        hub.hang()
        assert ask(hub.url, hub.blob, seconds=0.3).wire == 0
        answers = []
        client = threading.Thread(target=lambda: answers.append(ask(hub.url, hub.blob)))
        hub.clear()
        client.start()
        eventually(lambda: hub.count() == 1)
        hub.up()
        client.join()
        assert answers[0].body == hub.image.layer
        hub.tokens.refuse()
        assert is_refused(hub.tokens.url) and ask(hub.url, hub.blob).status == 200


@test
def hub_content():
    """hub: a manifest can be deleted, a tag moved"""
    with a_hub() as hub:
        hub.challenge = None
        other = Image("other")
        hub.push("a/b", "1", other)
        assert ask(hub.url, "/v2/a/b/manifests/1").body == other.manifest
        assert ask(hub.url, f"/v2/a/b/manifests/{hub.image.digest}").body == hub.image.manifest
        hub.delete("a/b", other.digest)
        assert ask(hub.url, "/v2/a/b/manifests/1").status == 404


@test
def hub_tls():
    """hub: speaks TLS"""
    with tempfile.TemporaryDirectory() as folder:
        cert, key = f"{folder}/cert", f"{folder}/key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=hub",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], check=True, capture_output=True)
        with a_hub(tls=(cert, key)) as hub:
            hub.challenge = None
            assert hub.url.startswith("https://127.0.0.1:")
            client = ssl.create_default_context(cafile=cert)
            assert ask(hub.url, hub.blob, tls=client).body == hub.image.layer


@test
def hub_ends():
    """hub: the registry ends with the program that started it, however that ends"""
    script = "from hub import Hub\nhub = Hub()\nprint(hub._process.pid, hub._folder, flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "PYTHONPATH": os.path.dirname(os.path.abspath(__file__))}) as program:
        pid, folder = program.stdout.readline().split()
        assert os.path.exists(f"/proc/{pid}/exe")
        program.send_signal(signal.SIGKILL)
        program.wait()
        eventually(lambda: not os.path.exists(f"/proc/{pid}/exe"))
        subprocess.run(["rm", "-r", folder], check=True)


# --- Liar -------------------------------------------------------------------------------------------------------------------

MANIFEST = "/v2/any/name/manifests/latest"


def is_good(liar, kind="manifest"):
    got = ask(liar.url, path_of(liar, kind), Authorization="Bearer " + TOKEN)
    return got.status == 200 and got.body == body_of(liar, kind)


def path_of(liar, kind):
    return {"manifest": MANIFEST, "blob": f"/v2/any/name/blobs/{liar.image.layer_digest}", "tags": "/v2/any/name/tags/list",
            "token": "/token"}[kind]


def body_of(liar, kind):
    return {"manifest": liar.image.manifest, "blob": liar.image.layer, "tags": b'{"name": "any", "tags": ["latest"]}'}[kind]


def realm(got):
    return got.headers["www-authenticate"].partition('realm="')[2].partition('"')[0] if got.status == 401 else None


def chunked(body):
    """How many bytes a chunked body brings before something is wrong with it, and whether it comes to its end."""
    count = 0
    while True:
        line, _, body = body.partition(b"\r\n")
        try:
            size = int(line, 16)
        except ValueError:
            return count, False
        if size == 0 or size > len(body):
            return count + min(size, len(body)), size == 0
        count, body = count + size, body[size + 2:]


def _resumed(so):
    """Half of it, and when asked again for what lies behind 100 bytes, so."""
    return lambda g: g.length == g.size and len(g.body) == g.size // 2 and g.ended and so(g.again(Range="bytes=100-"))


# What comes from every lie about a layer, or about what ABOUT says. Besides what a Got has: liar, layer and its size, how long it took,
# and again(), which asks once more with headers.
EXPECTED = {
    "refused": None,
    "hang": lambda g: g.wire == 0 and not g.ended,
    "hang_up": lambda g: g.wire == 0 and g.ended,
    "garbage": lambda g: g.wire > 0 and g.status is None and g.ended,
    "hang_body": lambda g: g.length == g.size and len(g.body) == g.size // 2 and not g.ended,
    "drip": lambda g: g.length == g.size and len(g.body) == 1 and not g.ended,
    "truncated": lambda g: g.length == g.size and len(g.body) == g.size // 2 and g.ended,
    "truncated_chunked": lambda g: chunked(g.body) == (g.size // 2, False) and g.ended,
    "truncated_unannounced": lambda g: g.length == -1 and len(g.body) == g.size // 2 and g.ended,
    "bad_chunks": lambda g: g.headers["transfer-encoding"] == "chunked" and chunked(g.body) == (0, False) and g.ended,
    "overlong": lambda g: g.length == len(g.body) > g.size,
    "short_length": lambda g: g.length == g.size - 10 and len(g.body) == g.size,
    "wrong_bytes": lambda g: g.length == len(g.body) == g.size and g.body != g.layer,
    "wrong_end": lambda g: g.length == len(g.body) == g.size and g.body != g.layer and g.body[:-10] == g.layer[:-10] and g.took > 0.4,
    "late_end": lambda g: chunked(g.body) == (g.size, True) and g.layer[:-10] in g.body and g.layer not in g.body and g.took > 0.4,
    "empty": lambda g: g.status == 200 and g.length == 0,
    "endless": lambda g: len(g.body) > 4_000_000 and not chunked(g.body)[1],
    "gzip_encoded": lambda g: g.headers["content-encoding"] == "gzip" and gzip.decompress(g.body) == g.layer,
    "html": lambda g: g.headers["content-type"] == "text/html" and g.body == HTML and "docker-content-digest" not in g.headers,
    "html_labelled": lambda g: g.body == HTML and g.headers["docker-content-digest"] == digest_of(g.layer),
    "html_type": lambda g: g.headers["content-type"] == "text/html" and g.body == g.layer,
    "json_type": lambda g: g.headers["content-type"] == "application/json" and g.body == g.layer,
    "capital_type": lambda g: g.headers["content-type"] == "APPLICATION/OCTET-STREAM; charset=utf-8" and g.body == g.layer,
    "digest_lies": lambda g: g.headers["docker-content-digest"] == digest_of(b"others") and g.body == g.layer,
    "other_manifest": lambda g: not is_labelled(g) and g.headers["docker-content-digest"] == g.liar.image.digest and g.json()["layers"],
    "huge_manifest": lambda g: is_labelled(g) and len(g.body) > 4 << 20 and g.json(),
    "not_json": lambda g: is_labelled(g) and g.body.startswith(b"schemaVersion:"),
    "ambiguous": lambda g: is_labelled(g) and {"config", "layers", "manifests"} < set(g.json()),
    "other_type": lambda g: is_labelled(g) and g.json()["mediaType"] != g.headers["content-type"],
    "partial": lambda g: g.status == 206 and is_range(g, 0, g.size // 2, g.size) and g.body == g.layer[:g.size // 2],
    "wrong_range": _resumed(lambda g: is_range(g, 110, g.size, g.size) and g.body == g.layer[110:]),
    "mislabelled_range": _resumed(lambda g: is_range(g, 100, g.size, g.size) and len(g.body) == g.size - 100 and g.body != g.layer[100:]),
    "other_size": _resumed(lambda g: is_range(g, 100, g.size + 4, g.size + 4) and len(g.body) == g.size - 96),
    "range_ignored": _resumed(lambda g: g.status == 200 and g.body == g.layer),
    "limited": lambda g: g.status == 429 and g.headers["retry-after"] == "7",
    "limited_silently": lambda g: g.status == 429 and "retry-after" not in g.headers,
    "error_500": lambda g: g.status == 500,
    "error_502": lambda g: g.status == 502 and g.headers["content-type"] == "text/html",
    "error_503": lambda g: g.status == 503,
    "missing": lambda g: g.status == 404 and g.json()["errors"],
    "denied": lambda g: g.status == 403,
    "unauthorized": lambda g: g.status == 401 and "www-authenticate" not in g.headers,
    "unauthorized_loop": lambda g: realm(g) == f"{g.liar.url}/token" == realm(g.again(Authorization="Bearer " + TOKEN)),
    "realm_elsewhere": lambda g: realm(g) == f"{g.liar.elsewhere.url}/token" and is_admitted(g),
    "realm_downgrade": lambda g: realm(g) == f"{g.liar.inside.url}/token" and is_admitted(g),
    "realm_address": lambda g: realm(g) == f"http://2130706434:{g.liar.elsewhere.port}/token" and is_admitted(g),
    "realm_userinfo": lambda g: realm(g) == f"{g.liar.url}@{g.liar.elsewhere.host}/token" and is_admitted(g),
    "realm_file": lambda g: realm(g).startswith("file:"),
    "token_500": lambda g: g.status == 500,
    "token_denied": lambda g: g.status == 401,
    "token_html": lambda g: g.status == 200 and g.body == HTML,
    "token_none": lambda g: not isinstance(g.json()["token"], str),
    "token_empty": lambda g: g.json() == {"token": "", "access_token": TOKEN},
    "token_split": lambda g: "\r\nX-Injected:" in g.json()["token"],
    "token_redirect": lambda g: there(g, g.liar.elsewhere.url) == "/token",
    "redirect_elsewhere": lambda g: ask(g.liar.elsewhere.url, there(g, g.liar.elsewhere.url)).body == g.layer,
    "redirect_inside": lambda g: ask(g.liar.inside.url, there(g, g.liar.inside.url)).body == g.layer,
    "redirect_address": lambda g: there(g, f"http://2130706434:{g.liar.elsewhere.port}"),
    "redirect_metadata": lambda g: there(g, "http://169.254.169.254"),
    "redirect_file": lambda g: there(g, "file://"),
    "redirect_loop": lambda g: there(g, "") == path_of(g.liar, "blob"),
    "redirect_nowhere": lambda g: g.status == 307 and "location" not in g.headers,
    "cookie": lambda g: g.headers["set-cookie"] and g.body == g.layer,
    "header_flood": lambda g: len(g.headers) > 2000 and g.wire - g.size > 2_000_000,
    "link_elsewhere": lambda g: g.headers["link"] == f'<{g.liar.elsewhere.url}/v2/any/name/tags/list>; rel="next"',
    "endless_tags": lambda g: len(g.json()["tags"]) == 100 and is_next(g) and is_next(ask(g.liar.url, next_page(g))),
    "odd_tags": lambda g: None in g.json()["tags"],
}
ABOUT = {**dict.fromkeys(("other_manifest", "huge_manifest", "not_json", "ambiguous", "other_type"), "manifest"),
         **dict.fromkeys(("link_elsewhere", "endless_tags", "odd_tags"), "tags"),
         **dict.fromkeys((name for name in LIES if name.startswith("token_")), "token")}


def is_labelled(got):
    return got.headers["docker-content-digest"] == digest_of(got.body)


def is_range(got, first, end, size):
    return got.headers["content-range"] == f"bytes {first}-{end - 1}/{size}"


def is_admitted(got):
    return got.again(Authorization="Bearer " + TOKEN).status == 200


def there(got, url):
    """The path of a redirect that leads to the URL."""
    location = got.headers["location"]
    assert got.status == 307 and location.startswith(url + "/"), location
    return location[len(url):]


def next_page(got):
    return got.headers["link"].partition("<")[2].partition(">")[0]


def is_next(got):
    return next_page(got).startswith("/v2/any/name/tags/list?last=t") and got.headers["link"].endswith('; rel="next"')


def look(liar, name):
    """Ask what the lie is about."""
    path = path_of(liar, ABOUT.get(name, "blob"))

    def again(**headers):
        started = time.monotonic()
        got = ask(liar.url, path, seconds=1 if name in ("wrong_end", "late_end") else 0.3, **headers)
        got.took = time.monotonic() - started
        got.liar, got.layer, got.size, got.again = liar, liar.image.layer, len(liar.image.layer), again
        return got
    return again()


def is_told(liar, name):
    if name == "refused":
        return is_refused(liar.url)
    got = look(liar, name)
    assert EXPECTED[name](got), got
    return True


@test
def liar_lies():
    """liar: every lie is told as it says, and good again is good again"""
    assert set(EXPECTED) == set(LIES)
    with a_liar() as liar:
        for name in LIES:
            try:
                liar.lie(name)
                assert is_told(liar, name)
                liar.good()
                assert is_good(liar, "manifest") and is_good(liar, "blob") and is_good(liar, "tags")
            except Exception as err:
                raise AssertionError(name) from err


@test
def liar_demands():
    """liar: when the token service lies, the registry wants a token from it"""
    with a_liar() as liar:
        for name in LIES:
            if name.startswith("token_"):
                liar.lie(name)
                assert realm(ask(liar.url, MANIFEST)) == liar.url + "/token", name
        liar.good()
        assert ask(liar.url, "/token").json()["token"] == TOKEN


@test
def liar_about():
    """liar: a lie can be about one kind of content only, and be told so often only; HEAD has no wrong bytes"""
    with a_liar() as liar:
        liar.lie("empty", on="blob")
        assert is_good(liar) and is_good(liar, "tags") and not is_good(liar, "blob")
        liar.lie("empty", on="manifest", times=2)
        assert [is_good(liar) for _ in range(4)] == [False, False, True, True]
        liar.lie("truncated")
        got = ask(liar.url, MANIFEST, "HEAD")
        assert got.status == 200 and got.length == len(liar.image.manifest) and got.body == b"", got
        liar.lie("denied")
        assert ask(liar.url, "/v2/any/blobs/" + digest_of(b"none")).status == 404


@test
def liar_logs():
    """liar: where its lies lead, requests are logged; images differ by their names"""
    with a_liar() as liar:
        ask(liar.elsewhere.url, MANIFEST, Authorization="secret")
        ask(liar.inside.url, "/token")
        [entry] = liar.elsewhere.requests("GET", "/manifests/")
        assert entry["headers"]["authorization"] == "secret" and liar.inside.count() == 1 and liar.server.count() == 0
        liar.clear()
        assert liar.elsewhere.count() == liar.inside.count() == 0
        before = liar.image
        liar.image = Image("other")
        assert is_good(liar) and not set(before.blobs) & set(liar.image.blobs) and before.digest != liar.image.digest
        assert Image("other").manifest == liar.image.manifest


def main():
    print(f"1..{run()}")
