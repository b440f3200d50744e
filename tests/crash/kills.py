"""kill -9 of every process in the middle of pushes: a journal of what was acknowledged against what is there."""
import random
import signal
import threading
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from tracing import check_is_silent

SEED = int(os.environ.get("STOWAGE_SEED", time.time_ns() % 1_000_000))
RANDOM = random.Random(SEED)
print(f"# seed {SEED}")


class Pushers:
    """Push small images until told to stop, writing down what was answered 201."""

    def __init__(self, name, count=4):
        self.name, self.stop = name, False
        self.blobs, self.manifests, self.failures, self.refusals = {}, {}, 0, set()
        self.threads = [threading.Thread(target=self.work, args=(i,)) for i in range(count)]

    def work(self, number):
        step = 0
        while not self.stop:
            step += 1
            layer, config = os.urandom(40_000), b'{"n": "%d %d"}' % (number, step)
            try:
                for data in (layer, config):
                    if call("POST", f"/v2/{self.name}/{number}/blobs/uploads/?digest={sha256(data)}", body=data, timeout=30).status == 201:
                        self.blobs[(number, sha256(data))] = data
                payload = image([layer], config)
                answer = put_manifest(f"{self.name}/{number}", f"t{step}", payload, timeout=30)
                if answer.status == 201:
                    self.manifests[(number, f"t{step}")] = payload
                else:
                    self.failures += 1
                    self.refusals.add(answer.status)
                    time.sleep(0.05)
            except (OSError, http.client.HTTPException):
                self.failures += 1
                time.sleep(0.05)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop = True
        for thread in self.threads:
            thread.join()

    def all_there(self):
        """Every acknowledged blob and manifest is readable with its bytes."""
        for (number, digest), data in self.blobs.items():
            assert read(f"/v2/{self.name}/{number}/blobs/{digest}").body == data, (number, digest)
        for (number, tag), payload in self.manifests.items():
            assert read(f"/v2/{self.name}/{number}/manifests/{tag}").body == payload, (number, tag)


def read(path):
    """Once more where lighttpd still leaves a responder alone that was away, as each process of it does for itself."""
    answer = call("GET", path)
    end = time.monotonic() + 10
    while answer.status == 503 and time.monotonic() < end:
        time.sleep(0.2)
        answer = call("GET", path)
    return answer


def ready(seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if call("GET", "/v2/").status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    raise AssertionError("not ready again")


def rounds(pushers, number, least):
    """So many rounds, and more until enough images are acknowledged: on a busy machine few are pushed between two kills. Two minutes at most."""
    end = time.monotonic() + 120
    while number > 0 or (len(pushers.manifests) < least and time.monotonic() < end):
        yield
        number -= 1


def prove(pushers, least):
    ready()
    assert len(pushers.manifests) >= least, (len(pushers.manifests), pushers.failures)
    pushers.all_there()
    check_is_silent(days=2)
    print(f"# {len(pushers.manifests)} images acknowledged, {pushers.failures} requests failed")


@test
def workers():
    """kill -9 of workers at random instants, thirty times."""
    with Pushers("kill/workers") as pushers:
        for _ in rounds(pushers, 30, 10):
            time.sleep(RANDOM.uniform(0.05, 0.4))
            children = pids("stowage-v2")[1:]
            if children:
                os.kill(RANDOM.choice(children), signal.SIGKILL)
    prove(pushers, 10)


@test
def parent():
    """kill -9 of the responder's parent: its workers end by themselves; started again it serves."""
    with Pushers("kill/parent") as pushers:
        for _ in rounds(pushers, 3, 5):
            time.sleep(RANDOM.uniform(0.3, 1))
            os.kill(pids("stowage-v2")[0], signal.SIGKILL)
            time.sleep(0.5)
            stack("stack_again")
    prove(pushers, 5)


@test
def postgres():
    """kill -9 of PostgreSQL, all of it: 503 meanwhile, recovered without a restart of the responder."""
    responder = stack("stack_pid", "stowage-v2")
    with Pushers("kill/postgres") as pushers:
        for _ in rounds(pushers, 3, 5):
            time.sleep(RANDOM.uniform(0.5, 1.5))
            for pid in pids("postgres"):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.5)
            stack("stack_again")
    assert stack("stack_pid", "stowage-v2") == responder
    prove(pushers, 5)


@test
def connections():
    """The database cuts connections at random instants, new ones too: 503, never 500; what was acknowledged is there, and recorded once."""
    name = f"kill/connections-{SEED}"
    with Pushers(name) as pushers:
        for _ in rounds(pushers, 40, 10):
            time.sleep(RANDOM.uniform(0.05, 0.25))
            sql("SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE usename = 'stowage_v2' ORDER BY random() LIMIT 1) one")
    prove(pushers, 10)
    assert 500 not in pushers.refusals, pushers.refusals
    twice = sql("SELECT string_agg(concat_ws(' ', action, path, object, number), ', ') FROM (SELECT action, path, object, count(*) AS number FROM registry.audit"
                f" WHERE path LIKE '{name}/%' GROUP BY action, path, object HAVING count(*) > 1) row")
    assert twice == "", twice
    tags = int(sql(f"SELECT count(*) FROM registry.tag t JOIN registry.image i ON i.id = t.image_id WHERE i.path LIKE '{name}/%'"))
    recorded = int(sql(f"SELECT count(*) FROM registry.tag_event WHERE path LIKE '{name}/%'"))
    assert tags == recorded, (tags, recorded)


@test
def web_server():
    """kill -9 of the web server."""
    with Pushers("kill/web") as pushers:
        for _ in rounds(pushers, 3, 5):
            time.sleep(RANDOM.uniform(0.3, 1))
            for pid in pids(SERVER):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.3)
            stack("stack_again")
    prove(pushers, 5)


run()
