"""Several administrators at once: edits of what has changed meanwhile, and edits in parallel."""
import itertools

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def stale_edits():
    """An edit or deletion with If-Match of what has changed since is 412 and of no effect; of what is there, or among several, it is done."""
    key = new()
    first = etag(key)
    assert send("POST", key, {"notes": "a"}, headers={"If-Match": first}).status == 200
    second = etag(key)
    assert second != first
    for method, tag in itertools.product(("POST", "PUT", "DELETE"), (first, '"1"', '"99999999999999999999"', "nonsense")):
        fails(send(method, key, None if method == "DELETE" else {"notes": "stale"}, headers={"If-Match": tag}), 412)
    assert document(key)["notes"] == "a" and etag(key) == second and edits_of(key) == 2
    assert send("PUT", key, {"notes": "b"}, headers={"If-Match": f"{first}, {second}"}).status == 200
    assert send("POST", key, {"notes": "c"}, headers={"If-Match": "*"}).status == 200
    assert send("DELETE", key, headers={"If-Match": etag(key)}).status == 200


@test
def nothing_to_match():
    """If-Match, * included, wants a repository that is there: else it is 404, and nothing is made."""
    key = fresh()
    for tag in ("*", '"1"', etag("docker-dev")):
        for method in ("PUT", "POST", "DELETE"):
            fails(send(method, key, None if method == "DELETE" else {"rclass": "local"}, headers={"If-Match": tag}), 404, key)
    assert send("GET", key).status == 404


@test
def only_create():
    """PUT with If-None-Match: * creates, and is 412 where there is one."""
    key = fresh()
    only = {"If-None-Match": "*"}
    assert send("PUT", key, {"rclass": "local", "notes": "first"}, headers=only).status == 200
    fails(send("PUT", key, {"rclass": "local", "notes": "second"}, headers=only), 412, key)
    assert document(key)["notes"] == "first"


@test
def made_again():
    """Who has read a repository that was deleted and made again edits neither by accident: its ETag is stale."""
    key = new(notes="the old one")
    old = etag(key)
    delete(key)
    put(key, rclass="local", notes="the new one")
    for method in ("POST", "DELETE"):
        fails(send(method, key, {"notes": "meant for the old one"} if method == "POST" else None, headers={"If-Match": old}), 412)
    assert document(key)["notes"] == "the new one"


@test
def parallel_edits():
    """Edits at once of different fields are all done, none lost."""
    key = new()
    answers = together(*[lambda n=n: send("POST", key, {f"field{n}": n}) for n in range(12)])
    assert [answer.status for answer in answers] == [200] * 12, answers
    assert not differences({f"field{n}": n for n in range(12)}, document(key)) and edits_of(key) == 13


@test
def parallel_stale():
    """Of edits at once with one If-Match exactly one is done, the others are 412."""
    key = new()
    tag = etag(key)
    answers = together(*[lambda n=n: send("POST", key, {"notes": str(n)}, headers={"If-Match": tag}) for n in range(8)])
    assert sorted(answer.status for answer in answers) == [200] + [412] * 7, answers
    assert document(key)["notes"] == str([answer.status for answer in answers].index(200))


@test
def parallel_birth_and_death():
    """Of creations at once exactly one is done, of deletions too; between both at once nothing breaks."""
    key = fresh()
    births = together(*[lambda n=n: send("PUT", key, {"rclass": "local", "notes": str(n)}, headers={"If-None-Match": "*"}) for n in range(8)])
    assert sorted(answer.status for answer in births) == [200] + [412] * 7, births
    assert document(key)["notes"] == str([answer.status for answer in births].index(200))
    deaths = together(*[lambda: send("DELETE", key)] * 8)
    assert sorted(answer.status for answer in deaths) == [200] + [404] * 7, deaths
    virtual = new("virtual")
    both = together(*[lambda: send("PUT", key, {"rclass": "local"}), lambda: send("DELETE", key), lambda: send("POST", virtual, {"repositories": [key]})] * 4)
    assert {answer.status for answer in both} <= {200, 400, 404}, both
    assert document(virtual)["repositories"] in ([], [key] if send("GET", key).status == 200 else [])


run()
