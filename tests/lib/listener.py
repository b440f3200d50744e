"""An HTTP server for tests: it keeps a log of what it was asked, and can be down in two ways."""
import http.server
import re
import select
import socket
import ssl
import threading
import time


class Exchange(http.server.BaseHTTPRequestHandler):
    """A connection and the request now on it. What is written goes out as it is, right or wrong."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.serve(self)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """The listener has a log of its own."""

    def bearer(self):
        """The token of the request, or None."""
        scheme, _, token = (self.headers["Authorization"] or "").partition(" ")
        return token if scheme == "Bearer" else None

    def head(self, status, headers):
        """headers: pairs."""
        phrase = http.server.BaseHTTPRequestHandler.responses.get(status, ("Odd",))[0]
        lines = [f"HTTP/1.1 {status} {phrase}"] + [f"{name}: {value}" for name, value in headers]
        self.wfile.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def send(self, status, headers=(), body=b""):
        """A whole answer; to HEAD its head alone."""
        self.head(status, [*headers, ("Content-Length", len(body))])
        if self.command != "HEAD":
            self.wfile.write(body)

    def cut(self):
        """The connection ends behind what was written."""
        self.close_connection = True

    def wait(self, until, seconds=None):
        """Silence until that is so, or for so long. The client leaving ends the exchange."""
        end = None if seconds is None else time.monotonic() + seconds
        events = select.poll()
        events.register(self.connection, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
        while not until():
            left = 0.02 if end is None else end - time.monotonic()
            if left <= 0:
                return
            if events.poll(1000 * min(left, 0.02)):
                raise ConnectionError("the client has left")


class Listener:
    """answer(exchange) is called for every request, on a thread of its connection.

    log: every request, a dict: method, path (without query), query, headers (names in lower case), range (None: not asked for).
    tls: (certificate, key), files. clients: with tls, the authority of certificates that clients must show, a file.
    """

    def __init__(self, answer, address="127.0.0.1", tls=None, clients=None):
        self.log = []
        self._answer = answer
        self._lock = threading.Lock()
        self._links = set()
        self._hanging = False
        self._context = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*tls)
        if clients:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(clients)
        self._bind(address, 0)
        self.address, self.port = self._socket.getsockname()
        self.host = f"{self.address}:{self.port}"
        self.url = ("https://" if tls else "http://") + self.host
        self._listen()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # --- What was asked ---

    def requests(self, method=None, path=""):
        """Those of this method, with a path that the expression is found in."""
        with self._lock:
            return [entry for entry in self.log if method in (None, entry["method"]) and re.search(path, entry["path"])]

    def count(self, method=None, path=""):
        return len(self.requests(method, path))

    def clear(self):
        with self._lock:
            self.log.clear()

    # --- How it is ---

    def refuse(self):
        """Nothing listens any more, and what was open ends; the port stays ours."""
        if self._listening:
            self._close()
            self._bind(self.address, self.port)

    def hang(self):
        """Connections are taken, requests are read, nothing is said."""
        self._hanging = True

    def up(self):
        """As it should be; requests that hang are answered."""
        self._hanging = False
        if not self._listening:
            self._listen()

    def stop(self):
        self._close()
        self._socket.close()

    # --- Connections ---

    def _bind(self, address, port):
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((address, port))
        self._listening = False

    def _listen(self):
        self._socket.listen(512)
        self._listening = True
        threading.Thread(target=self._accept, args=(self._socket,), daemon=True).start()

    def _close(self):
        if self._listening:
            self._listening = False
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept()
            self._socket.close()
        with self._lock:
            for link in self._links:
                _end(link)

    def _accept(self, listening):
        while True:
            try:
                link, peer = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(link, peer), daemon=True).start()

    def _talk(self, link, peer):
        try:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context:
                link = self._context.wrap_socket(link, server_side=True)
            with self._lock:
                self._links.add(link)
            if self._listening:
                Exchange(link, peer, self)
        except OSError:
            pass  # the client left, or was made to
        finally:
            with self._lock:
                self._links.discard(link)
            _end(link)
            link.close()

    def serve(self, exchange):
        """Called by the exchange."""
        path, _, query = exchange.path.partition("?")
        headers = {name.lower(): value for name, value in exchange.headers.items()}
        with self._lock:
            self.log.append({"method": exchange.command, "path": path, "query": query, "headers": headers,
                             "range": headers.get("range")})
        exchange.wait(lambda: not self._hanging)
        self._answer(exchange)


def _end(link):
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
