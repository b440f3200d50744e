"""The parts that lies are made of: an honest reply and copies of it, and a catalogue of lies by name."""
import json
import re

TOKEN = "liar-token"
HTML = b"<html><head><title>Sign in</title></head><body>Please sign in to this network.</body></html>"


class Reply:
    """What an honest registry would say; a lie says it otherwise."""

    def __init__(self, status, kind, body, *headers):
        self.status = status
        self.headers = [("Content-Type", kind), *headers]
        self.body = body

    def send(self, x):
        x.send(self.status, self.headers, self.body)

    def but(self, status=None, body=None, **headers):
        """A copy with other parts; a header that is None is left out. Content_Type stands for Content-Type."""
        other = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = [pair for pair in self.headers if pair[0] not in other]
        copy = Reply(status or self.status, "", self.body if body is None else body)
        copy.headers = kept + [pair for pair in other.items() if pair[1] is not None]
        return copy


def unknown(code):
    return Reply(404, "application/json", json.dumps({"errors": [{"code": code, "message": "unknown"}]}).encode())


def first_of(x):
    """Where the range asked for begins, or None."""
    found = re.match(r"bytes=(\d+)-$", x.headers["Range"] or "")
    return int(found[1]) if found else None


class Lies(dict):
    """Lies by name, in the order of their definition: a lie is a function, its docstring says what it does."""

    def lie(self, function):
        self[function.__name__] = function
        return function

    def body_lie(self, function):
        """One about bytes: HEAD is answered honestly."""
        def tell(liar, x, honest):
            if x.command == "HEAD":
                honest.send(x)
            else:
                function(liar, x, honest)
        tell.__doc__ = function.__doc__
        self[function.__name__] = tell
        return function


def stay(x, seconds=None):
    """Silence for as long as the lie lasts."""
    x.wait(lambda: not x.lasts(), seconds)


def half(x, honest, *headers):
    """Head and half of the body."""
    x.head(honest.status, [*honest.headers, *headers])
    x.wfile.write(honest.body[:len(honest.body) // 2])
