"""Credentials of remote repositories: where they go, tokens that are kept, private images."""
import os
import re

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from remotes import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import LIES


@test
def credentials_stay():
    """Credentials and cookies go to no other host, port or scheme, by realm, redirect or link; what is public comes nevertheless."""
    for name in LIES:
        if not re.match("realm|redirect|token|cookie|link|unauthorized", name) or name in UNSAFE:
            continue
        LIAR.image = fresh_image()
        key = remote(LIAR.url, **SECRET)
        with telling(name):
            get(key, "lies/any", "latest")
            blob(key, "lies/any", LIAR.image.layer_digest)
            call("GET", f"/artifactory/api/docker/{key}/v2/lies/any/tags/list")
            for listener in (LIAR.elsewhere, LIAR.inside):
                assert not [entry for entry in told_secrets(listener) if entry["headers"].get("authorization", "Basic").startswith("Basic")], (name, listener.log)
                assert not [entry for entry in told_secrets(listener) if entry["path"] != "/token"], (name, listener.log)
            assert not [entry for entry in LIAR.server.log if "cookie" in entry["headers"]], name


@test
def credentials_go():
    """They do go to the upstream's own realm, to realm hosts, and everywhere when an administrator says so."""
    for name, settings, listener in (("unauthorized_loop", {}, LIAR.server), ("realm_elsewhere", {"realm_hosts": ["127.0.0.2"]}, LIAR.elsewhere),
                                     ("realm_elsewhere", {"realm_hosts": [LIAR.elsewhere.host]}, LIAR.elsewhere),
                                     ("realm_elsewhere", {"any_host_auth": True, "networks": LOOPBACK}, LIAR.elsewhere)):
        LIAR.image = fresh_image()
        key = remote(LIAR.url, **SECRET, **settings)
        with telling(name):
            get(key, "lies/any", "latest")
            sent = [entry["headers"].get("authorization") for entry in listener.requests("GET", "^/token$")]
            assert set(sent) == {basic("alice", "upstream-secret")}, (name, sent)


@test
def tokens_are_kept():
    """A token is asked for once for each name in each process, and again when the upstream has forgotten it."""
    key, name, image = published()
    for _ in range(3):
        for tag in ("1", "none"):
            get(key, name, tag)
        assert get(key, name, image.digest).status == 200
    processes = len(pids("stowage-v2")) - 1
    assert 1 <= HUB.tokens.count() <= processes, HUB.tokens.log
    HUB.forget_tokens()
    assert blob(key, name, image.layer_digest).body == image.layer
    assert HUB.tokens.count() <= 2 * processes
    HUB.token_seconds = 2 ** 62  # must not overflow, and is cut to the longest time that a token is kept
    try:
        key, name, image = published()
        for _ in range(4 * processes):
            assert get(key, name, "none").status in (403, 404)
        assert HUB.tokens.count() <= processes, HUB.tokens.log
    finally:
        HUB.token_seconds = 300


@test
def accounts():
    """A private image comes with the right account; with none, or one without the right, it is not there; a wrong one is trouble, and says so."""
    HUB.accounts = {"alice": "secret", "bob": "secret"}
    host = [HUB.tokens.host]
    try:
        for settings, status in (({}, 404), ({"username": "alice", "password": "wrong"}, 502), ({"username": "bob", "password": "secret"}, 404),
                                 ({"username": "alice", "password": "secret"}, 200)):
            key, name, image = published({"realm_hosts": host, **settings})
            HUB.private = {name: {"alice"}}
            answer = get(key, name, "1")
            assert answer.status == status and ("refused" in answer.headers.get("warning", "")) == (status == 502), (settings, answer)
            if status == 200:
                assert blob(key, name, image.layer_digest).body == image.layer
        HUB.challenge = "Basic"
        key, name, image = published({"username": "alice", "password": "secret"})
        HUB.private = {name: {"alice"}}
        assert get(key, name, "1").body == image.manifest
    finally:
        HUB.challenge, HUB.private, HUB.accounts = "Bearer", {}, {}


@test
def secrets_stay_inside():
    """The upstream's password is in no log and in no answer."""
    key, name, _ = published({"username": "alice", "password": "canary-of-an-upstream", "realm_hosts": [HUB.tokens.host]})
    answer = get(key, name, "1")
    assert b"canary" not in answer.body, answer
    for folder, _, names in os.walk(f"{STATE}/log"):
        for log in names:
            with open(os.path.join(folder, log), "rb") as text:
                assert b"canary-of-an-upstream" not in text.read(), log


run()
