"""Addresses that an upstream, its redirects or its layers may lead to, and paths that must not be passed on."""
import contextlib

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from remotes import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import Liar, digest_of


def layered_elsewhere(url):
    """An image whose manifest says that its layer lies there, at another registry."""
    found = fresh_image()
    found.document["layers"][0].update(mediaType="application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                                       urls=[f"{url}/v2/lies/any/blobs/{found.layer_digest}"])
    found.manifest = json.dumps(found.document).encode()
    found.digest = digest_of(found.manifest)
    return found


@test
def private_addresses():
    """Without leave an upstream at a private address is not even connected to, however it is written."""
    port = LIAR.server.port
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]"):
        key = remote(f"http://{host}:{port}", private_networks=False)
        LIAR.clear()
        answer = get(key, "lies/any", "latest")
        assert answer.status == 502 and is_reasoned(answer) and LIAR.server.count() == 0, (host, answer)


@contextlib.contextmanager
def public_address():
    """One of this machine for a while, that nothing here would take for a private one."""
    address = f"100.128.{LIAR.server.port >> 8}.{LIAR.server.port & 255}"
    subprocess.run(["ip", "address", "replace", address + "/32", "dev", "lo"], check=True)
    try:
        yield address
    finally:
        subprocess.run(["ip", "address", "del", address + "/32", "dev", "lo"], check=True)


@test
def ways_inside():
    """No redirect, token service, link or layer's URL leads to a private address of another host, unless its network is listed."""
    with public_address() as address:
        liar = Liar(address=address)
        try:
            for name in ("redirect_elsewhere", "redirect_inside", "redirect_address", "redirect_metadata", "realm_elsewhere", "realm_downgrade",
                         "realm_address", "token_redirect", "link_elsewhere"):
                liar.image = fresh_image()
                key = remote(liar.url, private_networks=False, **SECRET)
                liar.clear()
                liar.lie(name)
                said = Said()
                answer = get(key, "lies/any", "latest")
                assert name == "link_elsewhere" or (answer.status == 502 and eventually(lambda said=said: said.has("address"), 3)), (name, answer)
                tags(key, "lies/any")
                assert liar.server.count() > 0 and liar.elsewhere.count() == 0 and liar.inside.count() == 0, name
                liar.good()
                forgive(key)
                good_again(lambda key=key: get(key, "lies/any", "latest"), liar.image.manifest)
            image = liar.image = layered_elsewhere(liar.elsewhere.url)
            key = remote(liar.url, private_networks=False, external_dependencies=True, external_patterns="**/blobs/*")
            assert get(key, "lies/any", "latest").status == 200
            assert blob(key, "lies/any", image.layer_digest).status == 502 and liar.elsewhere.count() == 0
            forgive(key)
            liar.image = fresh_image()
            liar.lie("redirect_inside")
            said = Said()
            refused = get(remote(liar.url), "lies/any", "latest")
            assert refused.status == 502 and eventually(lambda: said.has("address"), 3) and liar.inside.count() == 0, refused
            assert get(remote(liar.url, networks=LOOPBACK), "lies/any", "latest").body == liar.image.manifest and liar.inside.count() == 1
        finally:
            liar.stop()


@test
def httpoxy():
    """A Proxy: header of a client changes nothing."""
    LIAR.image = fresh_image()
    key = remote(LIAR.url)
    LIAR.clear()
    answer = get(key, "lies/any", "latest", headers={"Proxy": LIAR.elsewhere.url})
    assert answer.status == 200 and LIAR.elsewhere.count() == 0 and LIAR.server.count() == 1, answer


@test
def foreign_layers():
    """URLs in descriptors are followed only where an administrator says so, and without credentials."""
    for settings, followed in (({}, 0), ({"external_dependencies": True, "external_patterns": "http://elsewhere.test/**"}, 0),
                               ({"external_dependencies": True, "external_patterns": "**/blobs/*"}, 1),
                               ({"external_dependencies": True, "external_patterns": ""}, 1)):
        image = LIAR.image = layered_elsewhere(LIAR.elsewhere.url)
        key = remote(LIAR.url, **SECRET, missing_seconds=600, networks=LOOPBACK, **settings)
        LIAR.clear()
        assert get(key, "lies/any", "latest").status == 200
        with telling("missing" if followed else "hang_body", on="blob"):  # which is only in the one place
            answer = blob(key, "lies/any", image.layer_digest, method="HEAD")
            assert answer.status == 200 and answer.headers["content-length"] == str(len(image.layer)), (settings, answer)
        LIAR.clear()
        answer = blob(key, "lies/any", image.layer_digest)
        assert answer.status == 200 and answer.body == image.layer, (settings, answer)
        assert LIAR.elsewhere.count("GET", "/blobs/") == followed and LIAR.server.count("GET", "/blobs/") == 1 - followed, settings
        assert not told_secrets(LIAR.elsewhere)


@test
def foreign_layer_out_of_reach():
    """Where an external layer lies is not the upstream: its failure is not held against that one."""
    image = LIAR.image = layered_elsewhere("http://127.0.0.2:9")
    key = remote(LIAR.url, external_dependencies=True, assumed_offline_seconds=300)
    assert get(key, "lies/any", "latest").status == 200
    answer = blob(key, "lies/any", image.layer_digest)
    assert answer.status == 502 and is_reasoned(answer), answer
    assert get(key, "lies/other", "latest").body == image.manifest
    forgive(key)


@test
def odd_paths():
    """Names and references that could mean another path upstream are not passed on."""
    LIAR.image = fresh_image()
    key = remote(LIAR.url)
    LIAR.clear()
    for name, reference in (("lies/../any", "latest"), ("lies/%2e%2e/any", "latest"), ("lies//any", "latest"), ("lies%2f%2fany", "latest"), ("Lies", "latest"),
                            ("lies;x", "latest"), ("lies", "..%2f..%2fx"), ("lies", "a%3fb"), ("lies", "a%23b"), ("lies", "a%0d%0aX:y"), ("lies", ".tag")):
        answer = get(key, name, reference)
        assert answer == CUT or 300 <= answer.status < 500, (name, reference, answer)
    assert LIAR.server.count() == 0, LIAR.server.log


run()
