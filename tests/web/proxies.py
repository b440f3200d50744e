"""Behind proxies: the client's address, scheme and host from a trusted proxy's headers, as proxies and cloud balancers send them."""
import pathlib
from contextlib import contextmanager

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

LOOPBACK = "127.0.0.0/8, ::1"


@contextmanager
def trusted(proxies):
    """Connections from these are proxies."""
    configuration = pathlib.Path(STATE, "etc", "stowage-v2.conf")
    before = configuration.read_text()
    configuration.write_text(f"{before}\n[http]\ntrusted_proxies = {proxies}\n")
    try:
        renew()
        yield
    finally:
        configuration.write_text(before)
        renew()


def audited(headers):
    """The address in the audit of a failed sign-in."""
    user = f"proxied-{os.urandom(6).hex()}"
    age_refusals()
    assert call("GET", "/v2/", auth=(user, "wrong password"), headers=headers).status == 401
    return sql(f"SELECT address FROM registry.audit WHERE action = 'sign_in_failed' AND object = '{user}'")


def realm(headers):
    """Where clients are sent for a token."""
    return call("GET", "/v2/", auth=None, headers=headers).headers["www-authenticate"].split('realm="')[1].split("/v2/token")[0]


@test
def forwarded_addresses():
    """The audit has the client's address whatever form the proxy writes it in, and a client's own X_Forwarded_For changes nothing."""
    with trusted(LOOPBACK):
        for value, address in (("192.0.2.7", "192.0.2.7"), ("192.0.2.7:40000", "192.0.2.7"), ("[2001:db8::7]:40000", "2001:db8::7"),
                               ("::ffff:192.0.2.7", "192.0.2.7"), ("203.0.113.1, 192.0.2.7, 127.0.0.9:80", "192.0.2.7")):
            assert audited({"X-Forwarded-For": value}) == address, value
        for name in ("X_Forwarded_For", "X-Forwarded_For", "x_forwarded-for"):
            assert audited({name: "203.0.113.66", "X-Forwarded-For": "192.0.2.7"}) == "192.0.2.7", name
            assert audited({"X-Forwarded-For": "192.0.2.7", name: "203.0.113.66"}) == "192.0.2.7", name
    assert audited({"X-Forwarded-For": "192.0.2.7"}) in ("127.0.0.1", "::1")


@test
def forwarded_hosts():
    """Of lists the outermost proxy's scheme and host count; unknown words leave those of the connection."""
    with trusted(LOOPBACK):
        assert realm({"X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "registry.example:8443, inner"}) == "https://registry.example:8443"
        assert realm({"X-Forwarded-Proto": "http"}) == f"http://{DEV}"
        for odd in ("wss", "gopher", "", "https;http"):
            assert realm({"X-Forwarded-Proto": odd}) == f"{SCHEME}://{DEV}", odd


run()
