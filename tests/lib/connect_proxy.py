"""A forward proxy for tests: it speaks CONNECT and nothing else, resolves names of its own, and keeps a log."""
import base64
import socket
import threading


class ConnectProxy:
    """log: of every CONNECT, a dict: target, headers (names in lower case), peer, status.

    hosts: name: address, of names that only the proxy knows. credentials: (user, password) or None. denied: answers 403.
    """

    def __init__(self, hosts=None, credentials=None):
        self.hosts = hosts or {}
        self.credentials = credentials
        self.denied = False
        self.log = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = "http://%s:%d" % self._socket.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self):
        while True:
            try:
                link, peer = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(link, peer[0]), daemon=True).start()

    def _judge(self, method, headers):
        if method != "CONNECT":
            return 405
        if self.credentials:
            wanted = "Basic " + base64.b64encode(":".join(self.credentials).encode()).decode()
            if headers.get("proxy-authorization") != wanted:
                return 407
        return 403 if self.denied else 200

    def _serve(self, link, peer):
        with link, link.makefile("rb") as reader:
            method, target, _ = reader.readline().decode().split()
            lines = iter(lambda: reader.readline().decode().strip(), "")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            status = self._judge(method, headers)
            self.log.append({"target": target, "headers": headers, "peer": peer, "status": status})
            if status != 200:
                link.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\n\r\n".encode())
                return
            host, _, port = target.rpartition(":")
            with socket.create_connection((self.hosts.get(host, host), int(port))) as there:
                link.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                back = threading.Thread(target=_copy, args=(there, link), daemon=True)
                back.start()
                _copy(link, there)
                back.join()


def _copy(source, sink):
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
    except OSError:
        pass
    finally:
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
