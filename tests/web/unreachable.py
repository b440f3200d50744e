"""Upstreams that cannot be asked: what a pull and a push learn of it, how long they wait, and when a whole remote counts as away."""
import itertools
import pathlib
import time

from listener import Listener
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import Image, Liar

LIAR = Liar()
at_end(LIAR.stop)
AUDIENCE = "/artifactory/api/docker/"
numbers = itertools.count(1)


def rest(method, key, **fields):
    answer = call(method, "/artifactory/api/repositories/" + key, body=json.dumps(fields).encode() if fields else None)
    assert answer.status == 200, answer


def remote(url, **settings):
    key = f"away-{next(numbers)}"
    add_remote(key, url, **{"timeout_ms": 15000, "missing_seconds": 600, **settings})
    return key


def virtual(*members):
    """With a local to push to; both keys."""
    local, key = f"near-{next(numbers)}", f"both-{next(numbers)}"
    rest("PUT", local, rclass="local")
    rest("PUT", key, rclass="virtual", repositories=[local, *members], defaultDeploymentRepo=local)
    return key, local


def at(key, path, method="GET", **more):
    return call(method, f"{AUDIENCE}{key}/v2/{path}", **more)


def token_at(key, name, actions, **more):
    answer = at(key, f"token?scope=repository:{name}:{actions}", **more)
    assert answer.status == 200, answer
    return answer.json()["token"]


def pull(key, name="new/name", reference="1", kind="manifests", **more):
    """With a token for nothing else."""
    return at(key, f"{name}/{kind}/{reference}", auth=token_at(key, name, "pull"), **more)


def push_to(key, name):
    assert at(key, f"{name}/blobs/uploads/?digest={sha256(b'{}')}", "POST", body=b"{}").status == 201
    assert at(key, f"{name}/manifests/1", "PUT", body=image(()), headers={"Content-Type": OCI_MANIFEST}).status == 201


def state(key, columns="trouble"):
    return sql(f"SELECT {columns} FROM registry.remote_state WHERE repository_id = (SELECT id FROM registry.repository WHERE key = '{key}')")


def known_away(key):
    eventually(lambda: state(key, "offline_until > now()") == "t")


def misses(key):
    return int(sql(f"SELECT count(*) FROM registry.negative_cache WHERE repository_id = (SELECT id FROM registry.repository WHERE key = '{key}')"))


def is_not_asked(answer, key, reason, code="MANIFEST_UNKNOWN"):
    """404 with all that says that this is so for the moment only."""
    assert answer.status == 404 and answer.headers["warning"] == f'199 - "{key}: {reason}"', answer
    assert answer.headers["cache-control"] == "no-store", answer
    if answer.body:
        error = answer.json()["errors"][0]
        assert error["code"] == code and f"{key}: {reason}" in error["message"], answer
        assert error["detail"]["unavailable"] == [{"repository": key, "reason": reason}], answer
        assert b"127.0.0" not in answer.body and b"curl" not in answer.body, answer
    return True


class Timed:
    def __enter__(self):
        self._start = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self._start


def nobody():
    """The URL of a port where nothing listens for as long as the test runs."""
    silent = Listener(lambda x: None)
    silent.refuse()
    return silent.url


NOBODY = nobody()


# --- What is said -----------------------------------------------------------------------------------------------------------

@test
def unreachable_is_not_found():
    """A manifest, a blob or a list of tags that only an unreachable upstream may have is unknown here, with a warning, and not remembered."""
    for method in ("GET", "HEAD"):
        key = remote(NOBODY)
        both, _ = virtual(key)
        for _ in range(2):
            is_not_asked(pull(both, method=method), key, "unreachable")
        is_not_asked(pull(both, reference=sha256(b"none"), method=method), key, "unreachable")
        is_not_asked(pull(both, reference=sha256(b"none"), kind="blobs", method=method), key, "unreachable", "BLOB_UNKNOWN")
        assert misses(key) == 0
    answer = at(both, "new/name/tags/list")
    assert is_not_asked(answer, key, "unreachable", "NAME_UNKNOWN")


@test
def hard_fail_is_502():
    """With hardFail a pull learns that an upstream could not be asked, whether it has just failed or is known to be away."""
    key = remote(NOBODY, hard_fail=True)
    both, _ = virtual(key)
    for _ in range(2):
        answer = pull(both)
        assert answer.status == 502 and answer.json()["errors"][0]["message"] == f"{key}: unreachable", answer
        assert answer.headers["cache-control"] == "no-store" and "warning" in answer.headers, answer
        known_away(key)
    for path in (f"new/name/blobs/{sha256(b'none')}", "new/name/tags/list"):
        assert at(both, path).status == 502, path


@test
def pushers_see_no_failure():
    """Who may push the name learns nothing of upstreams that fail, hardFail or not: by the token, or by a password with HEAD."""
    user = add_user(f"pusher{next(numbers)}", "read,write")
    for settings in ({}, {"hard_fail": True}):
        key = remote(NOBODY, **settings)
        both, _ = virtual(key)
        auth = token_at(both, "new/name", "pull,push")
        for path, code in (("manifests/1", "MANIFEST_UNKNOWN"), (f"blobs/{sha256(b'none')}", "BLOB_UNKNOWN"), ("tags/list", "NAME_UNKNOWN")):
            for method in ("HEAD", "GET"):
                answer = at(both, f"new/name/{path}", method, auth=auth)
                assert answer.status == 404 and answer.code() in (code, b""), (path, answer)
        for who in (user, ADMIN):
            assert at(both, "new/name/manifests/1", "HEAD", auth=who).status == 404
        assert at(both, "new/name/manifests/1", auth=user).status == (502 if settings else 404)


@test
def pushers_find_content():
    """What an upstream does have is found with a token for a push as ever."""
    LIAR.image = Image(f"{SERVER} found {next(numbers)}")
    both, _ = virtual(remote(LIAR.url))
    answer = at(both, "any/name/manifests/latest", "HEAD", auth=token_at(both, "any/name", "pull,push"))
    assert answer.status == 200 and answer.headers["docker-content-digest"] == LIAR.image.digest, answer


@test
def push_of_a_new_name():
    """All that a push asks and sends goes well while the upstream is away; so do deletion, and a promotion of what was pushed."""
    key = remote(NOBODY)
    both, local = virtual(key)
    auth = token_at(both, "first/push", "pull,push")
    assert at(both, "first/push/manifests/1", "HEAD", auth=auth).status == 404
    for data in (b"layer of a first push", b"{}"):
        assert at(both, f"first/push/blobs/{sha256(data)}", "HEAD", auth=auth).status == 404
        answer = at(both, f"first/push/blobs/uploads/?digest={sha256(data)}", "POST", body=data, auth=auth)
        assert answer.status == 201, answer
    payload = image((b"layer of a first push",))
    answer = at(both, "first/push/manifests/1", "PUT", body=payload, headers={"Content-Type": OCI_MANIFEST}, auth=auth)
    assert answer.status == 201, answer
    assert pull(both, "first/push").body == payload and at(both, "first/push/tags/list").json()["tags"] == ["1"]
    order = {"targetRepo": "docker-prod-local2", "dockerRepository": "first/push", "tag": "1", "copy": True}
    answer = at(local, "promote", "POST", body=json.dumps(order).encode(), headers={"Content-Type": "application/json"})
    assert answer.status == 200, answer
    assert at(both, f"first/push/manifests/{sha256(payload)}", "DELETE").status == 202
    is_not_asked(pull(both, "first/push"), key, "unreachable")


@test
def what_is_wrong():
    """The client learns what kind of trouble it is and no more: the log has the rest."""
    with Listener(lambda x: x.send(200)) as plain:
        for url, reason in ((NOBODY, "unreachable"), (plain.url.replace("http:", "https:"), "TLS"), ("http://no-such-host.invalid", "unreachable")):
            key = remote(url)
            both, _ = virtual(key)
            is_not_asked(pull(both), key, reason)
            known_away(key)
            is_not_asked(pull(both, "other/name"), key, reason)
    key = remote(NOBODY, offline=True, hard_fail=True)
    is_not_asked(pull(virtual(key)[0]), key, "offline")
    log = pathlib.Path(STATE, "log", "stowage-v2.log")
    eventually(lambda: any("cause=" in line and "127.0.0.1 port" in line and "status=404" in line for line in log.read_text(encoding="utf-8").splitlines()))


@test
def only_readable_members_are_named():
    """A member that the asker may not read is not named, nor is it asked."""
    seen, hidden = remote(NOBODY), remote(NOBODY)
    both, _ = virtual(seen, hidden)
    user = add_user(f"seer{next(numbers)}", "read,write", repository=seen)
    is_not_asked(at(both, "new/name/manifests/1", auth=user), seen, "unreachable")


@test
def no_right_to_fill_the_cache():
    """Who may push a name, but not fill a remote's cache, is not refused for that."""
    key = remote(LIAR.url)
    both, local = virtual(key)
    name = f"filler{next(numbers)}"
    user = add_user(name, "read,write", repository=local)
    stack("stack_ctl", "permission", "set", f"see-{key}", "--repository", key, "--user", name, "--actions", "read")
    auth = token_at(both, "new/name", "pull,push", auth=user)
    assert at(both, "new/name/manifests/latest", "HEAD", auth=auth).status == 404
    assert at(both, "new/name/manifests/latest", "HEAD", auth=user).status == 404
    answer = at(both, "new/name/manifests/latest", auth=user)
    assert answer.status == 403 and "cache" in answer.json()["errors"][0]["message"], answer


@test
def guard_is_as_silent():
    """A name that a local member has, unseen by the asker, is answered like one that nobody has: in each state of the remote, and in every list."""
    def answers(name):
        found = []
        for path in ("manifests/1", f"manifests/{sha256(b'none')}", f"blobs/{sha256(b'none')}", "tags/list"):
            for who in (user, token_at(both, name, "pull", auth=user)):
                answer = at(both, f"{name}/{path}", auth=who)
                headers = {key: answer.headers.get(key) for key in ("warning", "cache-control")}
                found.append((path, answer.status, headers, answer.body.replace(name.encode(), b"NAME")))
        return found

    for settings in ({}, {"hard_fail": True}, {"offline": True}, {"assumed_offline_seconds": 0}, {"may_fill": False}):
        actions = "read,write" if settings.pop("may_fill", True) else "read"
        key = remote(NOBODY, **settings)
        both, local = virtual(key)
        push_to(local, "secret/name")
        user = add_user(f"guest{next(numbers)}", actions, repository=key)
        at(both, "some/name/manifests/1", auth=user)
        if "offline" not in settings and actions == "read,write":
            eventually(lambda key=key: state(key, "trouble IS NOT NULL AND suspect_until IS NULL") == "t")
        assert answers("secret/name") == answers("public/name"), settings
    # and those who see the name there are told nothing of the remote
    answer = pull(both, "secret/name", "2")
    assert answer.status == 404 and "warning" not in answer.headers, answer


@test
def limited():
    """An upstream that has enough of us is 429 to those who pull, hardFail or not, and nothing to those who push."""
    for settings in ({}, {"hard_fail": True}):
        key = remote(LIAR.url, **settings)
        both, _ = virtual(key)
        LIAR.lie("limited")
        try:
            for _ in range(2):
                answer = pull(both)
                assert answer.status == 429 and answer.code() == "TOOMANYREQUESTS" and 1 <= int(answer.headers["retry-after"]) <= 7, answer
                assert answer.headers["warning"] == f'199 - "{key}: rate limited"', answer
                answer = at(both, "new/name/manifests/1", "HEAD", auth=token_at(both, "new/name", "pull,push"))
                assert answer.status == 404, answer
        finally:
            LIAR.good()


# --- How long it takes ------------------------------------------------------------------------------------------------------

@test
def hanging():
    """A push waits a second for an upstream that hangs, a pull as long as its remote says; once that is known nobody waits."""
    LIAR.lie("hang")
    try:
        for actions, limit in (("pull,push", 1), ("pull", 2.5)):
            LIAR.server.hang()
            key = remote(LIAR.url, answer_ms=2500)
            both, _ = virtual(key)
            auth = token_at(both, "new/name", actions)
            with Timed() as first:
                is_not_asked(at(both, "new/name/manifests/1", auth=auth), key, "timed out")
            assert limit <= first.seconds < limit + 1, first.seconds
            with Timed() as second:
                is_not_asked(at(both, "new/name/manifests/2", auth=token_at(both, "new/name", "pull,push")), key, "timed out")
            assert second.seconds < 0.9, second.seconds
            with Timed() as waiting:
                is_not_asked(at(both, "new/name/manifests/3", auth=token_at(both, "new/name", "pull")), key, "timed out")
            assert waiting.seconds < 1.9, waiting.seconds
            known_away(key)
            with Timed() as third:
                is_not_asked(at(both, "new/other/manifests/1", auth=token_at(both, "new/other", "pull")), key, "timed out")
            assert third.seconds < 0.9, third.seconds
    finally:
        LIAR.good()


@test
def slow():
    """An upstream that answers after four seconds is waited for by a pull."""
    found = Image(f"{SERVER} slow {next(numbers)}")

    def slowly(x):
        x.wait(lambda: False, 4)
        x.send(200, [("Content-Type", OCI_MANIFEST), ("Docker-Content-Digest", found.digest)], found.manifest)

    with Listener(slowly) as listener:
        key = remote(listener.url)
        for method in ("HEAD", "GET"):
            answer = pull(virtual(key)[0], method=method)
            assert answer.status == 200, answer


# --- What puts a remote offline ---------------------------------------------------------------------------------------------

@test
def one_bad_answer():
    """A malformed answer, a 5xx or silence for one name leaves the others as they are."""
    for name in ("error_500", "error_502", "error_503", "html", "truncated", "garbage", "hang_up", "wrong_bytes", "hang"):
        LIAR.image = Image(f"{SERVER} one of many {next(numbers)}")
        key = remote(LIAR.url, timeout_ms=1000)
        LIAR.lie(name)
        try:
            answer = pull(key, "bad/name", "latest")
            assert answer.status == 404 and "warning" in answer.headers, (name, answer)
            if name in ("hang", "hang_up", "garbage"):  # no answer at all: probed, and found to be there
                eventually(lambda key=key: state(key, "failures") == "0")
        finally:
            LIAR.good()
        assert state(key, "offline_until IS NULL AND suspect_until IS NULL") in ("t", ""), (name, state(key, "*"))
        assert pull(key, "good/name", "latest").status == 200, name


@test
def trouble_of_several_names():
    """502, 503 or 504 for several names in a row, and for /v2/ too, is a remote that is away; with /v2/ as it should be it is not."""
    down, greeting = [503], [503]

    def answer(x):
        status = greeting[0] if x.path == "/v2/" else down[0]
        x.send(status, [("Content-Type", "application/json")], b"{}")

    with Listener(answer) as listener:
        for status in (502, 503, 504):
            down[0], greeting[0] = status, 200
            key = remote(listener.url)
            for index in range(3):
                is_not_asked(pull(key, f"name/{index}"), key, "unreachable")
            eventually(lambda key=key: state(key, "failures") == "0")
            greeting[0] = status
            for index in range(2):
                is_not_asked(pull(key, f"name/{index}"), key, "unreachable")
                is_not_asked(pull(key, f"name/{index}"), key, "unreachable")
            assert state(key, "offline_until IS NULL") == "t"
            pull(key, "name/2")
            known_away(key)
            listener.clear()
            is_not_asked(pull(key, "name/5"), key, "unreachable")
            assert listener.count("GET", "/manifests/") == 0


@test
def answers_again():
    """One good answer ends all suspicion."""
    LIAR.image = Image(f"{SERVER} again {next(numbers)}")
    key = remote(LIAR.url)
    LIAR.lie("error_503")
    try:
        for index in range(2):
            pull(key, f"name/{index}")
        LIAR.good()
        assert pull(key, "name/2", "latest").status == 200
        LIAR.lie("error_503")
        pull(key, "name/3")
        assert state(key, "struck") == "{name/3}", state(key, "struck")
    finally:
        LIAR.good()


run()
