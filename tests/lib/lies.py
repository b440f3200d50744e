"""What a Liar can say: a lie is a function here, its docstring says what it does. LIES has them all, by name."""
import gzip
import json
import re
from urllib.parse import parse_qs

from sample import Image, digest_of

TOKEN = "liar-token"
HTML = b"<html><head><title>Sign in</title></head><body>Please sign in to this network.</body></html>"
LIES = {}


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


def lie(function):
    LIES[function.__name__] = function
    return function


def body_lie(function):
    """One about bytes: HEAD is answered honestly."""
    def tell(liar, x, honest):
        if x.command == "HEAD":
            honest.send(x)
        else:
            function(liar, x, honest)
    tell.__doc__ = function.__doc__
    LIES[function.__name__] = tell
    return function


def _stay(x, seconds=None):
    """Silence for as long as the lie lasts."""
    x.wait(lambda: not x.lasts(), seconds)


def _half(x, honest, *headers):
    """Head and half of the body."""
    x.head(honest.status, [*honest.headers, *headers])
    x.wfile.write(honest.body[:len(honest.body) // 2])


# --- Connections ------------------------------------------------------------------------------------------------------------

@lie
def refused(_liar, x, _honest):
    """Nothing listens."""
    x.cut()


@lie
def hang(_liar, x, _honest):
    """No answer."""
    _stay(x)
    x.cut()


@lie
def hang_up(_liar, x, _honest):
    """The connection ends without an answer."""
    x.cut()


@lie
def garbage(_liar, x, _honest):
    """Something that is not HTTP."""
    x.wfile.write(b"220 mail.example.com ESMTP ready\r\n")
    x.cut()


@body_lie
def hang_body(_liar, x, honest):
    """Half of the body, then nothing."""
    _half(x, honest, ("Content-Length", len(honest.body)))
    _stay(x)
    x.cut()


@body_lie
def drip(_liar, x, honest):
    """One byte a second."""
    x.head(honest.status, [*honest.headers, ("Content-Length", len(honest.body))])
    for byte in honest.body:
        x.wfile.write(bytes([byte]))
        _stay(x, 1)
        if not x.lasts():
            break
    x.cut()


# --- Bodies -----------------------------------------------------------------------------------------------------------------

@body_lie
def truncated(_liar, x, honest):
    """Half of what Content-Length announces, however often it is asked."""
    _half(x, honest, ("Content-Length", len(honest.body)))
    x.cut()


@body_lie
def truncated_chunked(_liar, x, honest):
    """Half of it in chunks, without the last chunk."""
    half = honest.body[:len(honest.body) // 2]
    x.head(honest.status, [*honest.headers, ("Transfer-Encoding", "chunked")])
    x.wfile.write(b"%x\r\n%s\r\n" % (len(half), half))
    x.cut()


@body_lie
def truncated_unannounced(_liar, x, honest):
    """Half of it, ended by the end of the connection as in HTTP/1.0: nothing says that more was to come."""
    _half(x, honest, ("Connection", "close"))
    x.cut()


@body_lie
def bad_chunks(_liar, x, honest):
    """Chunks with invalid lengths."""
    x.head(honest.status, [*honest.headers, ("Transfer-Encoding", "chunked")])
    x.wfile.write(b"many\r\n" + honest.body + b"\r\n0\r\n\r\n")
    x.cut()


@body_lie
def overlong(_liar, x, honest):
    """More bytes than there are, and a Content-Length that fits them."""
    honest.but(body=honest.body + b"and more").send(x)


@body_lie
def short_length(_liar, x, honest):
    """A Content-Length that ends ten bytes early."""
    x.head(honest.status, [*honest.headers, ("Content-Length", len(honest.body) - 10)])
    x.wfile.write(honest.body)
    x.cut()


@body_lie
def wrong_bytes(_liar, x, honest):
    """The right number of other bytes."""
    honest.but(body=honest.body[:-2] + bytes(255 - byte for byte in honest.body[-2:])).send(x)


@body_lie
def wrong_end(_liar, x, honest):
    """The right number of bytes, the last ten wrong and late: what came before is on its way to clients by then."""
    x.head(honest.status, [*honest.headers, ("Content-Length", len(honest.body))])
    x.wfile.write(honest.body[:-10])
    _stay(x, 0.5)
    x.wfile.write(bytes(255 - byte for byte in honest.body[-10:]))


@body_lie
def late_end(_liar, x, honest):
    """The right number of bytes in chunks, the last ten wrong, and that it ends is said late: all could be handed out by then."""
    wrong = honest.body[:-10] + bytes(255 - byte for byte in honest.body[-10:])
    x.head(honest.status, [*honest.headers, ("Transfer-Encoding", "chunked")])
    x.wfile.write(b"%x\r\n%s\r\n" % (len(wrong), wrong))
    _stay(x, 0.5)
    x.wfile.write(b"0\r\n\r\n")


@lie
def empty(_liar, x, honest):
    """200 without a byte."""
    honest.but(body=b"").send(x)


@body_lie
def endless(_liar, x, honest):
    """64 MiB in chunks, and no sign of an end."""
    x.head(honest.status, [*honest.headers, ("Transfer-Encoding", "chunked")])
    for _ in range(1024):
        x.wfile.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
    x.cut()


@lie
def gzip_encoded(_liar, x, honest):
    """Content-Encoding: gzip, without having been asked for."""
    honest.but(body=gzip.compress(honest.body), Content_Encoding="gzip").send(x)


# --- Types and digests ------------------------------------------------------------------------------------------------------

@lie
def html(_liar, x, honest):
    """A page to sign in, as captive portals have it."""
    honest.but(body=HTML, Content_Type="text/html", Docker_Content_Digest=None).send(x)


@lie
def html_labelled(_liar, x, honest):
    """The same, labelled with the right type and the right digest."""
    honest.but(body=HTML).send(x)


@lie
def html_type(_liar, x, honest):
    """The right bytes as text/html."""
    honest.but(Content_Type="text/html").send(x)


@lie
def json_type(_liar, x, honest):
    """The right bytes as application/json, which is true and says little."""
    honest.but(Content_Type="application/json").send(x)


@lie
def capital_type(_liar, x, honest):
    """The right type in capital letters and with a parameter."""
    honest.but(Content_Type=dict(honest.headers)["Content-Type"].upper() + "; charset=utf-8").send(x)


@lie
def digest_lies(_liar, x, honest):
    """The right bytes under the label of others."""
    honest.but(Docker_Content_Digest=digest_of(b"others")).send(x)


@lie
def other_manifest(_liar, x, honest):
    """A good manifest of another image, labelled as what was asked for."""
    honest.but(body=Image("another").manifest).send(x)


def _relabelled(honest, payload):
    """Labelled as what it is: by tag nothing contradicts it."""
    return honest.but(body=payload, Docker_Content_Digest=digest_of(payload))


@lie
def huge_manifest(liar, x, honest):
    """A manifest of more than 4 MiB."""
    _relabelled(honest, json.dumps({**liar.image.document, "annotations": {"a": "a" * (4 << 20)}}).encode()).send(x)


@lie
def not_json(_liar, x, honest):
    """A manifest that is no JSON."""
    _relabelled(honest, b"schemaVersion: 2\nlayers: []\n").send(x)


@lie
def ambiguous(liar, x, honest):
    """A manifest that can be read as an index too (CVE-2021-41190)."""
    _relabelled(honest, json.dumps({**liar.image.document, "manifests": []}).encode()).send(x)


@lie
def other_type(liar, x, honest):
    """A manifest whose mediaType is not its Content-Type."""
    _relabelled(honest, liar.image.manifest).but(Content_Type="application/vnd.oci.image.index.v1+json").send(x)


# --- Ranges -----------------------------------------------------------------------------------------------------------------

def _is_resumed(x, honest):
    """False: the first half was sent, so that a client may go on by a Range."""
    if first_of(x) is not None:
        return True
    _half(x, honest, ("Content-Length", len(honest.body)))
    x.cut()
    return False


@body_lie
def partial(_liar, x, honest):
    """206 without having been asked for a range: the first half."""
    size = len(honest.body)
    if first_of(x) is None:
        honest = honest.but(206, honest.body[:size // 2], Content_Range=f"bytes 0-{size // 2 - 1}/{size}")
    honest.send(x)


@body_lie
def wrong_range(_liar, x, honest):
    """When a transfer is resumed, bytes that begin ten later than asked for, and say so."""
    if _is_resumed(x, honest):
        first, size = first_of(x), len(honest.body) + first_of(x)
        honest.but(body=honest.body[10:], Content_Range=f"bytes {first + 10}-{size - 1}/{size}").send(x)


@body_lie
def mislabelled_range(_liar, x, honest):
    """When a transfer is resumed, other bytes, labelled as the range asked for."""
    if _is_resumed(x, honest):
        honest.but(body=bytes(len(honest.body))).send(x)


@body_lie
def other_size(_liar, x, honest):
    """When a transfer is resumed, the whole is another size."""
    if _is_resumed(x, honest):
        first, size = first_of(x), len(honest.body) + first_of(x)
        honest.but(body=honest.body + b"tail", Content_Range=f"bytes {first}-{size + 3}/{size + 4}").send(x)


@body_lie
def range_ignored(liar, x, honest):
    """When a transfer is resumed, 200 and all from the beginning."""
    if _is_resumed(x, honest):
        Reply(200, "application/octet-stream", liar.image.blobs[x.path.rpartition("/")[2]]).send(x)


# --- Statuses ---------------------------------------------------------------------------------------------------------------

def _refusal(x, status, code, *headers):
    Reply(status, "application/json", json.dumps({"errors": [{"code": code, "message": "no"}]}).encode(), *headers).send(x)


@lie
def limited(_liar, x, _honest):
    """429 with Retry-After."""
    _refusal(x, 429, "TOOMANYREQUESTS", ("Retry-After", 7))


@lie
def limited_silently(_liar, x, _honest):
    """429 without Retry-After."""
    _refusal(x, 429, "TOOMANYREQUESTS")


@lie
def error_500(_liar, x, _honest):
    """500."""
    _refusal(x, 500, "UNKNOWN")


@lie
def error_502(_liar, x, _honest):
    """502, the page of a proxy."""
    Reply(502, "text/html", HTML).send(x)


@lie
def error_503(_liar, x, _honest):
    """503."""
    _refusal(x, 503, "UNAVAILABLE", ("Retry-After", 7))


@lie
def missing(_liar, x, _honest):
    """404."""
    unknown("MANIFEST_UNKNOWN").send(x)


@lie
def denied(_liar, x, _honest):
    """403."""
    _refusal(x, 403, "DENIED")


@lie
def unauthorized(_liar, x, _honest):
    """401 that does not say what it wants."""
    _refusal(x, 401, "UNAUTHORIZED")


# --- Credentials ------------------------------------------------------------------------------------------------------------

def _demand(x, honest, realm):
    """A token, from that realm; then all is well."""
    if x.bearer() == TOKEN:
        honest.send(x)
    else:
        _refusal(x, 401, "UNAUTHORIZED", ("WWW-Authenticate", f'Bearer realm="{realm}",service="liar"'))


@lie
def unauthorized_loop(liar, x, _honest):
    """401 with a challenge, whatever token comes."""
    _refusal(x, 401, "UNAUTHORIZED", ("WWW-Authenticate", f'Bearer realm="{liar.url}/token",service="liar"'))


@lie
def realm_elsewhere(liar, x, honest):
    """The token service is on another host."""
    _demand(x, honest, liar.elsewhere.url + "/token")


@lie
def realm_downgrade(liar, x, honest):
    """The token service speaks plain http, on another port."""
    _demand(x, honest, f"http://{liar.inside.host}/token")


@lie
def realm_address(liar, x, honest):
    """The token service is at an address written as one number."""
    _demand(x, honest, f"{_as_number(liar)}/token")


@lie
def realm_userinfo(liar, x, honest):
    """The token service's URL looks like one of this host and is another's."""
    _demand(x, honest, f"{liar.url}@{liar.elsewhere.host}/token")


@lie
def realm_file(_liar, x, honest):
    """The token service is a file."""
    _demand(x, honest, "file:///etc/passwd")


def _with_token(liar, x, honest):
    """True: this is the token service. Else the registry, which wants a token from it."""
    if x.path.startswith("/token"):
        return True
    _demand(x, honest, liar.url + "/token")
    return False


@lie
def token_500(liar, x, honest):
    """The token service answers 500."""
    if _with_token(liar, x, honest):
        _refusal(x, 500, "UNKNOWN")


@lie
def token_denied(liar, x, honest):
    """The token service answers 401."""
    if _with_token(liar, x, honest):
        _refusal(x, 401, "UNAUTHORIZED")


@lie
def token_html(liar, x, honest):
    """The token service answers 200 with a page."""
    if _with_token(liar, x, honest):
        Reply(200, "text/html", HTML).send(x)


@lie
def token_none(liar, x, honest):
    """The token service answers without a token."""
    if _with_token(liar, x, honest):
        Reply(200, "application/json", b'{"token": ["liar-token"], "expires_in": "soon"}').send(x)


@lie
def token_empty(liar, x, honest):
    """The token is in access_token, and token is empty."""
    if _with_token(liar, x, honest):
        Reply(200, "application/json", json.dumps({"token": "", "access_token": TOKEN}).encode()).send(x)


@lie
def token_split(liar, x, honest):
    """The token holds a line's end and a header."""
    if _with_token(liar, x, honest):
        Reply(200, "application/json", json.dumps({"token": TOKEN + "\r\nX-Injected: yes"}).encode()).send(x)


@lie
def token_redirect(liar, x, honest):
    """The token service redirects to another host."""
    if _with_token(liar, x, honest):
        _redirect(x, liar.elsewhere.url + x.path)


# --- Redirects --------------------------------------------------------------------------------------------------------------

def _redirect(x, location):
    Reply(307, "text/plain", b"over there", ("Location", location)).send(x)


def _as_number(liar):
    """The other host, its address as one number."""
    number = sum(int(byte) << 24 - 8 * place for place, byte in enumerate(liar.elsewhere.address.split(".")))
    return liar.elsewhere.url.replace(liar.elsewhere.address, str(number))


@lie
def redirect_elsewhere(liar, x, _honest):
    """To another host."""
    _redirect(x, liar.elsewhere.url + x.path)


@lie
def redirect_inside(liar, x, _honest):
    """To another port of the loopback interface, over plain http."""
    _redirect(x, f"http://{liar.inside.host}{x.path}")


@lie
def redirect_address(liar, x, _honest):
    """To an address written as one number."""
    _redirect(x, _as_number(liar) + x.path)


@lie
def redirect_metadata(_liar, x, _honest):
    """To where clouds keep the secrets of a machine. For remotes only that may not follow."""
    _redirect(x, "http://169.254.169.254/latest/meta-data/")


@lie
def redirect_file(_liar, x, _honest):
    """To a file."""
    _redirect(x, "file:///etc/passwd")


@lie
def redirect_loop(_liar, x, _honest):
    """To itself."""
    _redirect(x, x.path)


@lie
def redirect_nowhere(_liar, x, _honest):
    """Without a Location."""
    Reply(307, "text/plain", b"over there").send(x)


# --- Headers and lists ------------------------------------------------------------------------------------------------------

@lie
def cookie(_liar, x, honest):
    """Sets a cookie."""
    honest.but(Set_Cookie="session=stolen; Path=/").send(x)


@lie
def header_flood(_liar, x, honest):
    """Two million bytes of headers."""
    flood = [(f"X-Flood-{number}", "x" * 1000) for number in range(2000)]
    x.send(honest.status, [*honest.headers, *flood], honest.body)


@lie
def link_elsewhere(liar, x, honest):
    """The next page of a list is on another host."""
    honest.but(Link=f'<{liar.elsewhere.url}{x.path}>; rel="next"').send(x)


@lie
def endless_tags(_liar, x, honest):
    """A list of tags without a last page."""
    path, _, query = x.path.partition("?")
    start = int(parse_qs(query).get("last", ["t0"])[0][1:]) + 1
    tags = [f"t{number}" for number in range(start, start + 100)]
    honest.but(body=json.dumps({"name": "any", "tags": tags}).encode(), Link=f'<{path}?last={tags[-1]}>; rel="next"').send(x)


@lie
def odd_tags(_liar, x, honest):
    """A list of tags that holds something else."""
    honest.but(body=json.dumps({"name": "any", "tags": ["latest", "../../etc", 7, None, "a" * 200]}).encode()).send(x)
