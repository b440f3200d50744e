"""Upstreams that limit, fail, hang or are switched offline: what is asked of them, and what is served meanwhile."""
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from remotes import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import digest_of


@test
def limited():
    """Upstream's 429 is a 429 with its Retry-After, and until then it is left alone."""
    key, name, _ = published({"assumed_offline_seconds": 300})
    HUB.limit(0, retry_after=3)
    try:
        answer = get(key, name, "1")
        assert answer.status == 429 and answer.code() == "TOOMANYREQUESTS" and 1 <= int(answer.headers["retry-after"]) <= 3, answer
        HUB.limit(None)
        HUB.clear()
        answer = get(key, name, "1")
        assert answer.status == 429 and 1 <= int(answer.headers["retry-after"]) <= 3 and is_reasoned(answer), answer
        assert HUB.count() == 0, HUB.requests()
        time.sleep(3.1)
        assert get(key, name, "1").status == 200
    finally:
        HUB.limit(None)


@test
def limited_for_how_long():
    """Retry-After may be a date; one that is out of all measure is cut to six hours."""
    for said, least, most in ((formatdate(time.time() + 30, usegmt=True), 25, 30), (10 ** 20, 21600, 21600), ("Sun, 01 Jan 2190 00:00:00 GMT", 21600, 21600)):
        key, name, _ = published()
        HUB.limit(0, retry_after=said)
        try:
            answer = get(key, name, "1")
        finally:
            HUB.limit(None)
        assert answer.status == 429 and least <= int(answer.headers["retry-after"]) <= most, (said, answer)


@test
def budget():
    """What the upstream says of its limit is kept."""
    key, name, _ = published()
    HUB.limit(100)
    try:
        assert get(key, name, "1").status == 200
    finally:
        HUB.limit(None)
    assert sql("SELECT rate_limit, rate_remaining, rate_seconds FROM registry.remote_state s JOIN registry.repository r ON r.id = s.repository_id"
               f" WHERE r.key = '{key}'") == "100|99|21600"


@test
def assumed_offline():
    """After a failure the upstream is not asked for the time set, then it is."""
    key, name, image = published({"assumed_offline_seconds": 5})
    HUB.refuse()
    assert get(key, name, "1").status == 502
    away = f"repository_id = (SELECT id FROM registry.repository WHERE key = '{key}') AND offline_until > now()"
    eventually(lambda: count("remote_state", away) == 1)  # a probe has failed, too
    HUB.up()
    answer = get(key, name, "1")
    assert answer.status == 502 and is_reasoned(answer) and HUB.count() == 0, answer
    eventually(lambda: count("remote_state", away) == 0)
    assert get(key, name, "1").body == image.manifest


@test
def offline():
    """A remote switched offline answers from its cache alone."""
    key, name, image = published()
    assert get(key, name, "1").status == 200
    HUB.push(name, "2", image)
    set_remote(key, offline=True)
    HUB.clear()
    age(key)
    assert get(key, name, "1").body == image.manifest and get(key, name, "2").status == 404
    assert HUB.count() == 0 and HUB.tokens.count() == 0


@test
def hanging_upstream():
    """While 40 requests hang at an upstream, others are served as ever."""
    push_image("local/steady")
    key, _, _ = published({"timeout_ms": 4000, "metadata_timeout_ms": 4000})
    HUB.hang()
    try:
        with ThreadPoolExecutor(40) as pool:
            tasks = [pool.submit(get, key, f"hang/{index}", "1") for index in range(40)]
            time.sleep(1)
            times = []
            for _ in range(20):
                started = time.monotonic()
                assert call("GET", "/v2/local/steady/manifests/latest").status == 200
                times.append(time.monotonic() - started)
            assert sorted(times)[10] < 0.2, times
            assert all(task.result().status == 502 for task in tasks)
    finally:
        HUB.up()


@test
def hanging_blobs():
    """While as many blobs as may be fetched at once hang at one upstream, another's come."""
    sizes = tuple(range(50_000, 50_040))
    key, name, image = published({"timeout_ms": 60000}, layers=sizes)
    assert get(key, name, "1").status == 200
    LIAR.image = fresh_image()
    other = remote(LIAR.url)
    assert get(other, "lies/any", "latest").status == 200
    HUB.stop_blobs(10)
    with ThreadPoolExecutor(len(sizes)) as pool:
        try:
            tasks = [pool.submit(blob, key, name, digest_of(layer)) for layer in image.layers]
            eventually(lambda: HUB.stalled() >= 12)
            time.sleep(1)
            started = time.monotonic()
            assert blob(other, "lies/any", LIAR.image.layer_digest).body == LIAR.image.layer
            assert time.monotonic() - started < 2
        finally:
            HUB.release_blobs()
        assert all(task.result().status == 200 for task in tasks)


run()
