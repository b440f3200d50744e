"""Clients nobody has let in, which send slowly or nothing: they hold nothing that others need, and bodies have bounds.

STOWAGE_FULL=1: the numbers of a real attack, and minutes instead of seconds.
"""
import contextlib
import re
import ssl
import threading
import time

from crowd import crowd, pulls
from fronts import front
from http2 import Connection
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

FULL = bool(os.environ.get("STOWAGE_FULL"))


def silent(number, body=b""):
    """A request that stops after its head and perhaps a little of its body."""
    method, path = (("POST", "/v2/strangers/x/blobs/uploads/"), ("PUT", "/v2/strangers/x/manifests/latest"), ("PUT", f"/v1/images/{'0' * 64}/layer"),
                    ("POST", "/v2/promote"), ("PUT", "/artifactory/api/repositories/x"))[number % 5]
    link = open_socket(timeout=20)
    length = ("900000", "900000000")[number // 5 % 2]
    link.sendall(head(method, path, {"Content-Length": length, "Content-Type": "application/json"}, auth=None))
    link.sendall(body)
    return link


@test
def silent_connections():
    """Pulls go on while hundreds of anonymous connections send a head, or a head and 20 KB, and then nothing."""
    push_image("strangers/pulled")
    for size in (300, 1000) if FULL else (300,):
        for body in (b"", b"x" * 20_000):  # Apache calls the responder after 16 KiB
            with crowd(size, lambda number, body=body: silent(number, body)):
                took = pulls("strangers/pulled", 20 if FULL else 4, ADMIN)
            print(f"# {size} connections silent after {len(body)} bytes: {len(took)} pulls, slowest {max(took):.2f} s")


def streams(size):
    """So many anonymous uploads over few HTTP/2 connections; the connections with the numbers of their streams."""
    held = []
    while sum(len(numbers) for _, numbers in held) < size:
        link = Connection(DEV)
        held.append((link, [link.open("POST", "/v2/strangers/x/blobs/uploads/", {"content-length": "900000000"}) for _ in range(min(link.most, size))]))
    return held


@test
def silent_streams():
    """Pulls go on while hundreds of HTTP/2 streams send nothing, and while they drip."""
    if SCHEME != "https":
        return
    push_image("strangers/pulled")
    held = streams(300)
    stop = threading.Event()

    def drip():
        while not stop.wait(1):
            for link, numbers in held:
                for number in numbers:
                    with contextlib.suppress(OSError):
                        link.drip(number)
    try:
        took = pulls("strangers/pulled", 20 if FULL else 4, ADMIN)
        dripping = threading.Thread(target=drip)
        dripping.start()
        took += pulls("strangers/pulled", 20 if FULL else 4, ADMIN)
    finally:
        stop.set()
        for link, _ in held:
            link.close()
    print(f"# 300 streams on {len(held)} connections: {len(took)} pulls, slowest {max(took):.2f} s")


def drip_upload(host, seconds, rate=1000):
    """Upload at so many bytes a second."""
    data = os.urandom(seconds * rate)
    where = start("strangers/slow", headers=EMPTY)
    link = open_socket(host, timeout=60)
    link.sendall(head("PATCH", where, {"Transfer-Encoding": "chunked"}, host=host))
    for at in range(0, len(data), rate // 2):
        piece = data[at:at + rate // 2]
        link.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
        time.sleep(0.5)
    link.sendall(b"0\r\n\r\n")
    answer = link.recv(4096)
    link.close()
    assert b" 202 " in answer.split(b"\r\n")[0], answer
    assert call("PUT", where + "?digest=" + sha256(data), headers=EMPTY).status == 201


def hurried(text):
    """The limits in time of the sample, a tenth as long."""
    text = text.replace("body=60,MinRate=200", "body=6,MinRate=200")
    return re.sub(r"(H2StreamTimeout|server\.max-read-idle =) \d+", lambda line: f"{line.group(1)} 6", text)


@test
def slow_but_honest():
    """A client that sends 1 KB a second gets its upload through, however long that takes."""
    if FULL:
        drip_upload(DEV, 150)
    with front(hurried) as host:
        drip_upload(host, 12)


@test
def slow_start():
    """A body that begins some seconds after its head is taken: no thread of the responder has waited for it, and none has given up."""
    payload = push_image("strangers/start")
    link = open_socket()
    link.sendall(head("PUT", "/v2/strangers/start/manifests/slow", {"Content-Length": str(len(payload)), "Content-Type": OCI_MANIFEST}))
    time.sleep(4)
    link.sendall(payload)
    answer = link.recv(4096)
    link.close()
    assert b" 201 " in answer.split(b"\r\n")[0], answer


@test
def silence_ends():
    """A client that falls silent is cut off by the web server."""
    with front(hurried) as host:
        link = open_socket(host, timeout=40)
        link.sendall(head("POST", "/v2/strangers/x/blobs/uploads/", {"Content-Length": "900000"}, auth=None, host=host))
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while link.recv(4096):
                pass
        link.close()


@test
def silent_stream_ends():
    """So is a stream of HTTP/2 that falls silent, be the account known."""
    if SCHEME != "https":
        return
    with front(hurried) as host:
        link = Connection(host)
        stream = link.open("POST", "/v2/strangers/silent/blobs/uploads/", {"content-length": "900000", "authorization": basic(*ADMIN)})
        assert not link.ends(stream, 2), "refused"
        assert link.ends(stream, 40)
        link.close()


def endless(method, path, headers=None):
    """The status of a chunked request that would never end, and how many MiB were taken before the answer."""
    link = open_socket(timeout=30)
    link.sendall(head(method, path, {"Transfer-Encoding": "chunked", **(headers or {})}))
    piece, sent = b"%x\r\n" % (1 << 20) + bytes(1 << 20) + b"\r\n", 0
    link.settimeout(0.2)
    try:
        while sent < 100:
            with contextlib.suppress(TimeoutError, ssl.SSLWantReadError):
                return int(link.recv(4096).split(b" ", 2)[1]), sent
            link.settimeout(30)
            link.sendall(piece)
            link.settimeout(0.2)
            sent += 1
        return 0, sent
    finally:
        link.close()


@test
def small_bodies():
    """Bodies other than layers are bounded: 413 soon after a few MiB, with and without a length, for every account."""
    kind = {"Content-Type": "application/json"}
    for method, path, most in (("PUT", "/v2/strangers/small/manifests/x", 4), ("PUT", "/v1/repositories/strangers/small/images", 4),
                               ("PUT", "/artifactory/api/repositories/strangers", 1)):
        for size in (most + 0.2, most + 20):
            answer = call(method, path, body=b" " * int(size * (1 << 20)), headers=kind)
            assert answer.status == 413, (path, size, answer)
        status, taken = endless(method, path, kind)
        assert status == 413 and taken <= most + 12, (path, status, taken)


run()
