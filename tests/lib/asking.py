"""A client of the upstreams that takes every answer as it comes, right or wrong."""
import json
import socket
import time

from sample import OCI_MANIFEST


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


def realm(got):
    return got.headers["www-authenticate"].partition('realm="')[2].partition('"')[0] if got.status == 401 else None
