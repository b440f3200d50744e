"""What wrong passwords lock: new sign-ins from where they come, nothing else. Clients have loopback addresses of their own."""
import http.client
import threading
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

KNOWN, OTHER, STRANGE = "127.0.0.11", "127.0.0.12", "127.0.0.13"


def sign_in(user, password="a secret", address=KNOWN, path="/v2/"):
    """The status of a sign-in from an address; wrong passwords differ, so that none is answered from memory."""
    kind = http.client.HTTPSConnection if SCHEME == "https" else http.client.HTTPConnection
    more = {"context": tls()} if SCHEME == "https" else {}
    link = kind("127.0.0.1", int(DEV.rsplit(":", 1)[1]), timeout=30, source_address=(address, 0), **more)
    try:
        link.request("GET", path, headers={"Host": DEV, "Authorization": basic(user, password)})
        return link.getresponse().status
    finally:
        link.close()


def wrong(user, times, address=KNOWN, path="/v2/"):
    return {sign_in(user, f"wrong-{time.monotonic_ns()}", address, path) for _ in range(times)}


def person(name):
    add_user(name, "read", "docker-dev-local2", "locks/**")
    return name


@test
def a_lock_is_for_its_address():
    """Ten wrong passwords lock new sign-ins from their address; other addresses, tokens and remembered passwords go on."""
    name = person("locked-one")
    mine = token(auth=(name, "a secret"))
    assert sign_in(name, address=OTHER) == 200 and wrong(name, 10) == {401}
    assert sign_in(name) == 401
    assert sign_in(name, address=STRANGE) == 200 and sign_in(name, address=OTHER) == 200 and call("GET", "/v2/", auth=mine).status == 200
    rows = sql("SELECT host(network), locked_until IS NOT NULL FROM registry.sign_in s JOIN registry.principal p ON p.id = s.account"
               f" WHERE p.name = '{name}' AND failures > 0").splitlines()
    assert rows == [f"{KNOWN}|t"], rows


@test
def a_locked_address_waits():
    """From a locked address the right password is refused as a wrong one is, on v1, v2 and REST, though they remember it from another one,
    until the lock is over."""
    name, paths = person("locked-two"), ("/v2/", "/v1/users/", "/artifactory/api/system/version")
    for path in paths * 4:
        assert sign_in(name, address=OTHER, path=path) == 200
    assert wrong(name, 10) == {401}
    for path in paths * 4:
        assert sign_in(name, path=path) == 401 and sign_in(name, address=OTHER, path=path) == 200, path
    sql(f"UPDATE registry.sign_in SET locked_until = now() WHERE account = (SELECT id FROM registry.principal WHERE name = '{name}')")
    assert sign_in(name) == 200


@test
def only_failures_in_a_row():
    """A good sign-in ends a row of wrong passwords, also one that is remembered."""
    name = person("locked-three")
    for _ in range(3):
        assert sign_in(name) == 200 and wrong(name, 6) == {401}
        time.sleep(1.1)
    assert sign_in(name) == 200
    assert sql("SELECT max(failures), count(locked_until) FROM registry.sign_in s JOIN registry.principal p ON p.id = s.account"
               f" WHERE p.name = '{name}'") == "0|0"


@test
def an_hour_of_failures_holds_back_strangers():
    """After a hundred failures in an hour, from wherever they come, only addresses with an earlier good sign-in may try."""
    name = person("locked-four")
    assert sign_in(name, address=OTHER) == 200
    sql("UPDATE registry.account SET failures = 99, failures_since = now() - interval '59 minutes' WHERE id ="
        f" (SELECT id FROM registry.principal WHERE name = '{name}')")
    assert wrong(name, 1, KNOWN) == {401}
    assert {sign_in(name, address=STRANGE) for _ in range(4)} == {401} and sign_in(name, address=OTHER) == 200
    stack("stack_ctl", "user", "passwd", name, "--password-stdin", stdin="another secret\n")
    assert sign_in(name, "another secret", address=STRANGE) == 200


@test
def a_flood_takes_turns():
    """A flood of wrong passwords from one address is 401 or 429 with Retry-After; a good sign-in from another one does not wait for its end."""
    name, done, failed = person("not-flooded"), [], []

    def flood(number):
        answer = call("GET", "/v2/", auth=("nobody-at-all", f"flood-{number}-{time.monotonic_ns()}"), timeout=120)
        done.append(answer.status)
        if answer.status not in (401, 429) or (answer.status == 429 and "retry-after" not in answer.headers):
            failed.append(answer)

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(240)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(done) >= 20)
    assert sign_in(name) == 200
    left = len(threads) - len(done)
    for thread in threads:
        thread.join()
    assert not failed and left > 20, (failed[:3], left)


run()
