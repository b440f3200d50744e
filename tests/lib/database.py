"""Statements on the stack's database without a process for each: the simple query protocol of PostgreSQL, in text."""
import socket
import struct
import threading


class Lost(OSError):
    """The connection has gone; nothing was answered on it."""


class Database:
    """psql -qAtX -c, as far as tests need it: several statements are one transaction, rows are lines, columns are separated by |."""

    def __init__(self, path, user, name):
        self._path, self._user, self._name = path, user, name
        self._link = self._stream = None
        self._lock = threading.Lock()

    def run(self, query):
        with self._lock:
            was_open = self._link is not None
            try:
                return self._ask(query)
            except Lost:
                if not was_open:
                    raise
            return self._ask(query)  # the server was stopped and started since

    def _open(self):
        self._link = socket.socket(socket.AF_UNIX)
        self._link.settimeout(120)
        self._link.connect(self._path)
        self._stream = self._link.makefile("rb")
        words = f"user\0{self._user}\0database\0{self._name}\0\0".encode()
        self._link.sendall(struct.pack("!II", len(words) + 8, 3 << 16) + words)
        self._answer()

    def _close(self):
        if self._stream is not None:
            self._stream.close()
        self._link.close()
        self._link = self._stream = None

    def _ask(self, query):
        try:
            if self._link is None:
                self._open()
            text = query.encode() + b"\0"
            self._link.sendall(b"Q" + struct.pack("!I", len(text) + 4) + text)
            return self._answer()
        except OSError as error:
            self._close()
            raise Lost(*error.args) from error

    def _answer(self):
        """Everything until the server is ready for the next statement."""
        lines, trouble = [], None
        while True:
            head = self._stream.read(5)
            if len(head) < 5:
                raise Lost(trouble or "the connection has ended")
            kind, body = head[:1], self._stream.read(struct.unpack("!I", head[1:])[0] - 4)
            if kind == b"D":
                lines.append("|".join(_columns(body)))
            elif kind == b"E":
                trouble = body.decode().replace("\0", " ")
            elif kind == b"R" and body != bytes(4):
                raise AssertionError("the server asks for a password")
            elif kind == b"Z":
                assert trouble is None, trouble
                return "\n".join(lines)


def _columns(body):
    at = 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        size, = struct.unpack_from("!i", body, at)
        at += 4
        if size < 0:
            yield ""
        else:
            yield body[at:at + size].decode()
            at += size
