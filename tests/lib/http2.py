"""As much of HTTP/2 as it takes to hold streams open: requests whose bodies never end (RFC 9113; header fields without compression)."""
import struct
import threading

from registry import SCHEME, open_socket

DATA, HEADERS, RESET, SETTINGS, PING = 0, 1, 3, 4, 6
END_STREAM, END_HEADERS, ACK = 1, 4, 1
MAX_CONCURRENT_STREAMS = 3


def _frame(kind, flags, stream, payload=b""):
    return struct.pack("!I", len(payload))[1:] + struct.pack("!BBI", kind, flags, stream) + payload


def _integer(value, bits):
    """RFC 7541, 5.1."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([value])
    out, value = bytes([most]), value - most
    while value >= 128:
        out, value = out + bytes([value % 128 + 128]), value // 128
    return out + bytes([value])


def _field(name, value):
    """A literal that is not indexed (RFC 7541, 6.2.2)."""
    return b"\0" + b"".join(_integer(len(text), 7) + text for text in (name.encode(), value.encode()))


class Connection:
    """Streams are opened and kept; whatever the server sends is read by a thread and dropped, but for pings, its settings and ends of streams."""

    def __init__(self, host):
        self.host = host
        self.most = 100
        self._next = 1
        self._link = open_socket(host, timeout=60, protocols=["h2"])
        self._lock = threading.Lock()
        self._settled = threading.Event()
        self._ended = set()
        self._change = threading.Condition()
        self._send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(SETTINGS, 0, 0))
        threading.Thread(target=self._read, daemon=True).start()
        self._settled.wait(10)

    def _send(self, data):
        with self._lock:
            self._link.sendall(data)

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            piece = self._link.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def _read(self):
        try:
            while True:
                head = self._exactly(9)
                payload = self._exactly(int.from_bytes(head[:3], "big"))
                if head[3] == SETTINGS and not head[4] & ACK:
                    self._settings(payload)
                elif head[3] == PING and not head[4] & ACK:
                    self._send(_frame(PING, ACK, 0, payload))
                elif head[3] == RESET or (head[3] in (DATA, HEADERS) and head[4] & END_STREAM):
                    self._end(int.from_bytes(head[5:], "big"))
        except (OSError, EOFError, ValueError):
            self._settled.set()
            self._end(None)

    def _end(self, stream):
        """None: all of them."""
        with self._change:
            self._ended.add(stream)
            self._change.notify_all()

    def ends(self, stream, seconds):
        """Does the server end the stream, or the connection, within that time?"""
        with self._change:
            return self._change.wait_for(lambda: self._ended & {stream, None}, seconds) != set()

    def _settings(self, payload):
        for name, value in struct.iter_unpack("!HI", payload):
            if name == MAX_CONCURRENT_STREAMS:
                self.most = value
        self._send(_frame(SETTINGS, ACK, 0))
        self._settled.set()

    def open(self, method, path, headers=None):
        """A request without its body; the number of its stream."""
        fields = {":method": method, ":scheme": SCHEME, ":path": path, ":authority": self.host, **(headers or {})}
        stream, self._next = self._next, self._next + 2
        self._send(_frame(HEADERS, END_HEADERS, stream, b"".join(_field(name, value) for name, value in fields.items())))
        return stream

    def drip(self, stream, data=b"x"):
        """A little of the body. The server may have closed the stream, which is all the same."""
        self._send(_frame(DATA, 0, stream, data))

    def close(self):
        self._link.close()
