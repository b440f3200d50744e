"""Lies in connections, bodies, types, digests and ranges."""
import gzip
import json

from lying import HTML, Lies, Reply, first_of, half, stay
from sample import Image, digest_of

LIES = Lies()
lie, body_lie = LIES.lie, LIES.body_lie


# --- Connections ------------------------------------------------------------------------------------------------------------

@lie
def refused(_liar, x, _honest):
    """Nothing listens."""
    x.cut()


@lie
def hang(_liar, x, _honest):
    """No answer."""
    stay(x)
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
    half(x, honest, ("Content-Length", len(honest.body)))
    stay(x)
    x.cut()


@body_lie
def drip(_liar, x, honest):
    """One byte a second."""
    x.head(honest.status, [*honest.headers, ("Content-Length", len(honest.body))])
    for byte in honest.body:
        x.wfile.write(bytes([byte]))
        stay(x, 1)
        if not x.lasts():
            break
    x.cut()


# --- Bodies -----------------------------------------------------------------------------------------------------------------

@body_lie
def truncated(_liar, x, honest):
    """Half of what Content-Length announces, however often it is asked."""
    half(x, honest, ("Content-Length", len(honest.body)))
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
    half(x, honest, ("Connection", "close"))
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
    stay(x, 0.5)
    x.wfile.write(bytes(255 - byte for byte in honest.body[-10:]))


@body_lie
def late_end(_liar, x, honest):
    """The right number of bytes in chunks, the last ten wrong, and that it ends is said late: all could be handed out by then."""
    wrong = honest.body[:-10] + bytes(255 - byte for byte in honest.body[-10:])
    x.head(honest.status, [*honest.headers, ("Transfer-Encoding", "chunked")])
    x.wfile.write(b"%x\r\n%s\r\n" % (len(wrong), wrong))
    stay(x, 0.5)
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
    half(x, honest, ("Content-Length", len(honest.body)))
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
