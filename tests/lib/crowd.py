"""Many connections that hold on, and how pulls fare meanwhile."""
import contextlib
import threading
import time

from registry import call, sha256

PULL_SECONDS = 15  # an outage is longer; a busy machine is not


@contextlib.contextmanager
def crowd(size, make):
    """So many connections, or as many as the server lets in before it has no room for more; closed at the end."""
    links, numbers, lock = [], iter(range(size)), threading.Lock()

    def work():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            with contextlib.suppress(OSError):
                links.append(make(number))
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    before = -1
    while any(thread.is_alive() for thread in threads) and len(links) > before:
        before = len(links)
        time.sleep(1)
    try:
        yield links
    finally:
        numbers = iter(())
        for thread in threads:
            thread.join()
        for link in links:
            with contextlib.suppress(OSError):
                link.close()


def pulls(name, seconds, auth):
    """How long each pull of an image by a client of its own took; an answer other than 200 is a failure."""
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end or not took:
        started = time.monotonic()
        for path in ("manifests/latest", "blobs/" + sha256(b"layer")):
            answer = call("GET", f"/v2/{name}/{path}", auth=auth, timeout=PULL_SECONDS)
            assert answer.status == 200, answer
        took.append(time.monotonic() - started)
        time.sleep(0.2)
    return took
