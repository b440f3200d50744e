"""The hub behaves as it says; called by upstream.py --check."""
import base64
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

from asking import ask, eventually, is_refused, realm
from hub import Hub
from sample import Image
from tap import test


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def token_of(hub, name, **headers):
    return ask(hub.tokens.url, f"/token?service=hub.test&scope=repository:{name}:pull", **headers).json()["token"]


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
    """hub: beyond its limit of GETs of manifests it answers 429; HEAD and blobs do not count"""
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
