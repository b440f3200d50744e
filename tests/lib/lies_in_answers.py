"""Lies in statuses, credentials, redirects, headers and lists."""
import json
from urllib.parse import parse_qs

from lying import HTML, TOKEN, Lies, Reply, unknown

LIES = Lies()
lie, body_lie = LIES.lie, LIES.body_lie


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
