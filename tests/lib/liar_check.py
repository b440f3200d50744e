"""The liar tells its lies as it says; called by upstream.py --check."""
import gzip
import time
from contextlib import contextmanager

from asking import ask, is_refused, realm
from liar import Liar
from lies import LIES
from lying import HTML, TOKEN
from sample import Image, digest_of
from tap import test


@contextmanager
def a_liar(**settings):
    liar = Liar(**settings)
    try:
        yield liar
    finally:
        liar.stop()


MANIFEST = "/v2/any/name/manifests/latest"


def is_good(liar, kind="manifest"):
    got = ask(liar.url, path_of(liar, kind), Authorization="Bearer " + TOKEN)
    return got.status == 200 and got.body == body_of(liar, kind)


def path_of(liar, kind):
    return {"manifest": MANIFEST, "blob": f"/v2/any/name/blobs/{liar.image.layer_digest}", "tags": "/v2/any/name/tags/list",
            "token": "/token"}[kind]


def body_of(liar, kind):
    return {"manifest": liar.image.manifest, "blob": liar.image.layer, "tags": b'{"name": "any", "tags": ["latest"]}'}[kind]


def chunked(body):
    """How many bytes a chunked body brings before something is wrong with it, and whether it comes to its end."""
    count = 0
    while True:
        line, _, body = body.partition(b"\r\n")
        try:
            size = int(line, 16)
        except ValueError:
            return count, False
        if size == 0 or size > len(body):
            return count + min(size, len(body)), size == 0
        count, body = count + size, body[size + 2:]


def _resumed(so):
    """Half of it, and when asked again for what lies behind 100 bytes, so."""
    return lambda g: g.length == g.size and len(g.body) == g.size // 2 and g.ended and so(g.again(Range="bytes=100-"))


# What comes from every lie about a layer, or about what ABOUT says. Besides what a Got has: liar, layer and its size, how long it took,
# and again(), which asks once more with headers.
EXPECTED = {
    "refused": None,
    "hang": lambda g: g.wire == 0 and not g.ended,
    "hang_up": lambda g: g.wire == 0 and g.ended,
    "garbage": lambda g: g.wire > 0 and g.status is None and g.ended,
    "hang_body": lambda g: g.length == g.size and len(g.body) == g.size // 2 and not g.ended,
    "drip": lambda g: g.length == g.size and len(g.body) == 1 and not g.ended,
    "truncated": lambda g: g.length == g.size and len(g.body) == g.size // 2 and g.ended,
    "truncated_chunked": lambda g: chunked(g.body) == (g.size // 2, False) and g.ended,
    "truncated_unannounced": lambda g: g.length == -1 and len(g.body) == g.size // 2 and g.ended,
    "bad_chunks": lambda g: g.headers["transfer-encoding"] == "chunked" and chunked(g.body) == (0, False) and g.ended,
    "overlong": lambda g: g.length == len(g.body) > g.size,
    "short_length": lambda g: g.length == g.size - 10 and len(g.body) == g.size,
    "wrong_bytes": lambda g: g.length == len(g.body) == g.size and g.body != g.layer,
    "wrong_end": lambda g: g.length == len(g.body) == g.size and g.body != g.layer and g.body[:-10] == g.layer[:-10] and g.took > 0.4,
    "late_end": lambda g: chunked(g.body) == (g.size, True) and g.layer[:-10] in g.body and g.layer not in g.body and g.took > 0.4,
    "empty": lambda g: g.status == 200 and g.length == 0,
    "endless": lambda g: len(g.body) > 4_000_000 and not chunked(g.body)[1],
    "gzip_encoded": lambda g: g.headers["content-encoding"] == "gzip" and gzip.decompress(g.body) == g.layer,
    "html": lambda g: g.headers["content-type"] == "text/html" and g.body == HTML and "docker-content-digest" not in g.headers,
    "html_labelled": lambda g: g.body == HTML and g.headers["docker-content-digest"] == digest_of(g.layer),
    "html_type": lambda g: g.headers["content-type"] == "text/html" and g.body == g.layer,
    "json_type": lambda g: g.headers["content-type"] == "application/json" and g.body == g.layer,
    "capital_type": lambda g: g.headers["content-type"] == "APPLICATION/OCTET-STREAM; charset=utf-8" and g.body == g.layer,
    "digest_lies": lambda g: g.headers["docker-content-digest"] == digest_of(b"others") and g.body == g.layer,
    "other_manifest": lambda g: not is_labelled(g) and g.headers["docker-content-digest"] == g.liar.image.digest and g.json()["layers"],
    "huge_manifest": lambda g: is_labelled(g) and len(g.body) > 4 << 20 and g.json(),
    "not_json": lambda g: is_labelled(g) and g.body.startswith(b"schemaVersion:"),
    "ambiguous": lambda g: is_labelled(g) and {"config", "layers", "manifests"} < set(g.json()),
    "other_type": lambda g: is_labelled(g) and g.json()["mediaType"] != g.headers["content-type"],
    "partial": lambda g: g.status == 206 and is_range(g, 0, g.size // 2, g.size) and g.body == g.layer[:g.size // 2],
    "wrong_range": _resumed(lambda g: is_range(g, 110, g.size, g.size) and g.body == g.layer[110:]),
    "mislabelled_range": _resumed(lambda g: is_range(g, 100, g.size, g.size) and len(g.body) == g.size - 100 and g.body != g.layer[100:]),
    "other_size": _resumed(lambda g: is_range(g, 100, g.size + 4, g.size + 4) and len(g.body) == g.size - 96),
    "range_ignored": _resumed(lambda g: g.status == 200 and g.body == g.layer),
    "limited": lambda g: g.status == 429 and g.headers["retry-after"] == "7",
    "limited_silently": lambda g: g.status == 429 and "retry-after" not in g.headers,
    "error_500": lambda g: g.status == 500,
    "error_502": lambda g: g.status == 502 and g.headers["content-type"] == "text/html",
    "error_503": lambda g: g.status == 503,
    "missing": lambda g: g.status == 404 and g.json()["errors"],
    "denied": lambda g: g.status == 403,
    "unauthorized": lambda g: g.status == 401 and "www-authenticate" not in g.headers,
    "unauthorized_loop": lambda g: realm(g) == f"{g.liar.url}/token" == realm(g.again(Authorization="Bearer " + TOKEN)),
    "realm_elsewhere": lambda g: realm(g) == f"{g.liar.elsewhere.url}/token" and is_admitted(g),
    "realm_downgrade": lambda g: realm(g) == f"{g.liar.inside.url}/token" and is_admitted(g),
    "realm_address": lambda g: realm(g) == f"http://2130706434:{g.liar.elsewhere.port}/token" and is_admitted(g),
    "realm_userinfo": lambda g: realm(g) == f"{g.liar.url}@{g.liar.elsewhere.host}/token" and is_admitted(g),
    "realm_file": lambda g: realm(g).startswith("file:"),
    "token_500": lambda g: g.status == 500,
    "token_denied": lambda g: g.status == 401,
    "token_html": lambda g: g.status == 200 and g.body == HTML,
    "token_none": lambda g: not isinstance(g.json()["token"], str),
    "token_empty": lambda g: g.json() == {"token": "", "access_token": TOKEN},
    "token_split": lambda g: "\r\nX-Injected:" in g.json()["token"],
    "token_redirect": lambda g: there(g, g.liar.elsewhere.url) == "/token",
    "redirect_elsewhere": lambda g: ask(g.liar.elsewhere.url, there(g, g.liar.elsewhere.url)).body == g.layer,
    "redirect_inside": lambda g: ask(g.liar.inside.url, there(g, g.liar.inside.url)).body == g.layer,
    "redirect_address": lambda g: there(g, f"http://2130706434:{g.liar.elsewhere.port}"),
    "redirect_metadata": lambda g: there(g, "http://169.254.169.254"),
    "redirect_file": lambda g: there(g, "file://"),
    "redirect_loop": lambda g: there(g, "") == path_of(g.liar, "blob"),
    "redirect_nowhere": lambda g: g.status == 307 and "location" not in g.headers,
    "cookie": lambda g: g.headers["set-cookie"] and g.body == g.layer,
    "header_flood": lambda g: len(g.headers) > 2000 and g.wire - g.size > 2_000_000,
    "link_elsewhere": lambda g: g.headers["link"] == f'<{g.liar.elsewhere.url}/v2/any/name/tags/list>; rel="next"',
    "endless_tags": lambda g: len(g.json()["tags"]) == 100 and is_next(g) and is_next(ask(g.liar.url, next_page(g))),
    "odd_tags": lambda g: None in g.json()["tags"],
}
ABOUT = {**dict.fromkeys(("other_manifest", "huge_manifest", "not_json", "ambiguous", "other_type"), "manifest"),
         **dict.fromkeys(("link_elsewhere", "endless_tags", "odd_tags"), "tags"),
         **dict.fromkeys((name for name in LIES if name.startswith("token_")), "token")}


def is_labelled(got):
    return got.headers["docker-content-digest"] == digest_of(got.body)


def is_range(got, first, end, size):
    return got.headers["content-range"] == f"bytes {first}-{end - 1}/{size}"


def is_admitted(got):
    return got.again(Authorization="Bearer " + TOKEN).status == 200


def there(got, url):
    """The path of a redirect that leads to the URL."""
    location = got.headers["location"]
    assert got.status == 307 and location.startswith(url + "/"), location
    return location[len(url):]


def next_page(got):
    return got.headers["link"].partition("<")[2].partition(">")[0]


def is_next(got):
    return next_page(got).startswith("/v2/any/name/tags/list?last=t") and got.headers["link"].endswith('; rel="next"')


def look(liar, name):
    """Ask what the lie is about."""
    path = path_of(liar, ABOUT.get(name, "blob"))

    def again(**headers):
        started = time.monotonic()
        got = ask(liar.url, path, seconds=1 if name in ("wrong_end", "late_end") else 0.3, **headers)
        got.took = time.monotonic() - started
        got.liar, got.layer, got.size, got.again = liar, liar.image.layer, len(liar.image.layer), again
        return got
    return again()


def is_told(liar, name):
    if name == "refused":
        return is_refused(liar.url)
    got = look(liar, name)
    assert EXPECTED[name](got), got
    return True


@test
def liar_lies():
    """liar: every lie is told as it says, and good again is good again"""
    assert set(EXPECTED) == set(LIES)
    with a_liar() as liar:
        for name in LIES:
            try:
                liar.lie(name)
                assert is_told(liar, name)
                liar.good()
                assert is_good(liar, "manifest") and is_good(liar, "blob") and is_good(liar, "tags")
            except Exception as err:
                raise AssertionError(name) from err


@test
def liar_demands():
    """liar: when the token service lies, the registry wants a token from it"""
    with a_liar() as liar:
        for name in LIES:
            if name.startswith("token_"):
                liar.lie(name)
                assert realm(ask(liar.url, MANIFEST)) == liar.url + "/token", name
        liar.good()
        assert ask(liar.url, "/token").json()["token"] == TOKEN


@test
def liar_about():
    """liar: a lie can be about one kind of content only, and be told so often only; HEAD has no wrong bytes"""
    with a_liar() as liar:
        liar.lie("empty", on="blob")
        assert is_good(liar) and is_good(liar, "tags") and not is_good(liar, "blob")
        liar.lie("empty", on="manifest", times=2)
        assert [is_good(liar) for _ in range(4)] == [False, False, True, True]
        liar.lie("truncated")
        got = ask(liar.url, MANIFEST, "HEAD")
        assert got.status == 200 and got.length == len(liar.image.manifest) and got.body == b"", got
        liar.lie("denied")
        assert ask(liar.url, "/v2/any/blobs/" + digest_of(b"none")).status == 404


@test
def liar_logs():
    """liar: where its lies lead, requests are logged; images differ by their names"""
    with a_liar() as liar:
        ask(liar.elsewhere.url, MANIFEST, Authorization="secret")
        ask(liar.inside.url, "/token")
        [entry] = liar.elsewhere.requests("GET", "/manifests/")
        assert entry["headers"]["authorization"] == "secret" and liar.inside.count() == 1 and liar.server.count() == 0
        liar.clear()
        assert liar.elsewhere.count() == liar.inside.count() == 0
        before = liar.image
        liar.image = Image("other")
        assert is_good(liar) and not set(before.blobs) & set(liar.image.blobs) and before.digest != liar.image.digest
        assert Image("other").manifest == liar.image.manifest
