"""Upstreams that refuse: one name, which then is nothing here; or us, which is trouble of the remote."""
import itertools

from listener import Listener
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import Image

AUDIENCE = "/artifactory/api/docker/"
JSON = ("Content-Type", "application/json")
PAGE = ("Content-Type", "text/html")
numbers = itertools.count(1)


class Registry:
    """Docker Hub's way to refuse, GHCR's, or another's, for all names but one.

    challenge  "Bearer" (tokens for everything, as Docker Hub's), "strict" (none for names that are not there, as GHCR's), "Basic", or None
    status     what the registry says of names that are not there, with these headers
    greeting   a status for /v2/ whatever comes, or None
    password   of alice; None: nobody is asked for one
    """

    def __init__(self, challenge="Bearer", status=401, headers=(JSON,), greeting=None, password=None):
        self.challenge, self.status, self.headers, self.greeting, self.password = challenge, status, list(headers), greeting, password
        self.gone = False  # even that one
        self.image = Image(f"{SERVER} refusals {next(numbers)}")
        self.listener = Listener(self._answer)
        self.url = self.listener.url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.stop()

    def asked(self, method=None, path="/here/|/not/"):
        return self.listener.count(method, path)

    def _answer(self, x):
        path = x.path.partition("?")[0]
        if path == "/token":
            self._token(x)
        elif path == "/v2/" and self.greeting:
            x.send(self.greeting, [PAGE], b"<html></html>")
        elif not self._is_let_in(x):
            x.send(401, [("WWW-Authenticate", self._wants()), JSON], b"{}")
        elif path == "/v2/":
            x.send(200, [JSON], b"{}")
        elif "/here/" in path and not self.gone:
            self._give(x, path)
        else:
            x.send(self.status, self.headers, b"{}")

    def _wants(self):
        return 'Basic realm="x"' if self.challenge == "Basic" else f'Bearer realm="{self.url}/token",service="x"'

    def _is_let_in(self, x):
        sent = x.headers["Authorization"]
        if self.challenge is None:
            return True
        if self.challenge == "Basic":
            return sent == basic("alice", self.password)
        return sent == "Bearer good"

    def _token(self, x):
        if self.password and x.headers["Authorization"] != basic("alice", self.password):
            x.send(401, [JSON], b"{}")
        elif self.challenge == "strict" and "/not/" in x.path:
            x.send(403, [JSON], b'{"errors":[{"code":"DENIED"}]}')
        else:
            x.send(200, [JSON], b'{"token":"good","expires_in":300}')

    def _give(self, x, path):
        if "/blobs/" in path:
            x.send(200, [("Content-Type", "application/octet-stream")], self.image.blobs.get(path.rpartition("/")[2], b""))
        elif path.endswith("/tags/list"):
            x.send(200, [JSON], b'{"tags": ["1"]}')
        else:
            x.send(200, [("Content-Type", OCI_MANIFEST), ("Docker-Content-Digest", self.image.digest)], self.image.manifest)


def remote(url, **fields):
    """By the REST interface; impatient with nothing, it remembers misses and failures."""
    key = f"refused-{next(numbers)}"
    save("PUT", key, rclass="remote", url=url, allowPrivateNetworks=True, **fields)
    return key


def save(method, key, **fields):
    """PUT or POST; key may be a part of a whole document."""
    answer = call(method, "/artifactory/api/repositories/" + key, body=json.dumps(fields).encode())
    assert answer.status == 200, answer


def get(key, name, reference="1", kind="manifests", method="GET", **more):
    return call(method, f"{AUDIENCE}{key}/v2/{name}/{kind}/{reference}", **more)


def column(key, columns, table="remote_state"):
    return sql(f"SELECT {columns} FROM registry.{table} WHERE repository_id = (SELECT id FROM registry.repository WHERE key = '{key}')")


def who(key, name):
    return call("GET", f"/artifactory/api/docker/{key}/who?name={name}&reference=1&user=admin")


SECRET = {"username": "alice", "password": "upstream-pass"}
# Case (b): of the name alone.
HERE_ALONE = (({}, {}), ({"status": 403}, {}), ({"status": 400}, {}), ({"status": 405}, {}), ({"challenge": "strict"}, {}),
              ({"challenge": None, "status": 401}, {}), ({"challenge": None, "status": 403}, {}),
              ({"password": "upstream-pass"}, SECRET), ({"challenge": "strict", "password": "upstream-pass"}, SECRET),
              ({"challenge": "Basic", "status": 403, "password": "upstream-pass"}, SECRET),
              ({"challenge": "Basic", "status": 401, "password": "upstream-pass"}, SECRET))
# Cases (a) and (c): of everything, or by a server that is not a registry.
TROUBLE = (({"password": "another"}, SECRET), ({"challenge": "strict", "password": "another"}, SECRET),
           ({"challenge": "Basic", "password": "another"}, SECRET),
           ({"challenge": None, "status": 403, "headers": (PAGE,)}, {}), ({"challenge": None, "status": 403, "greeting": 403}, {}))


@test
def one_name_refused():
    """What a registry that serves us refuses is not there: 404, without a warning, and remembered with its reason; other names are served."""
    for how, credentials in HERE_ALONE:
        with Registry(**how) as registry:
            key = remote(registry.url, **credentials)
            for path in ("1", sha256(b"x")):
                for method in ("HEAD", "GET"):
                    answer = get(key, "team/not/there", path, method=method)
                    assert answer.status == 404 and "warning" not in answer.headers, (how, answer)
            assert get(key, "team/not/there", sha256(b"x"), "blobs").status == 404
            assert get(key, "team/not/there", "list", "tags").status == 404
            before = registry.asked()
            assert get(key, "team/not/there").status == 404 and registry.asked() == before, how
            assert "refused" in json.dumps(who(key, "team/not/there").json()), who(key, "team/not/there")
            answer = get(key, "team/here/app")
            assert answer.body == registry.image.manifest, (how, answer)
            assert get(key, "team/here/app", registry.image.layer_digest, "blobs").body == registry.image.layer


@test
def remote_refused():
    """Credentials that are refused, a page instead of a registry's refusal, or 403 for /v2/ too: trouble of the remote, not remembered by name."""
    for how, credentials in TROUBLE:
        for hard in (False, True):
            with Registry(**how) as registry:
                key = remote(registry.url, hardFail=hard, **credentials)
                for name in ("team/not/there", "team/not/other"):
                    answer = get(key, name)
                    assert answer.status == (502 if hard else 404) and answer.headers["warning"] == f'199 - "{key}: refused"', (how, answer)
                    assert answer.headers["cache-control"] == "no-store"
                    auth = call("GET", f"{AUDIENCE}{key}/v2/token?scope=repository:{name}:pull").json()["token"]
                    assert get(key, name, "list", "tags", auth=auth).headers["warning"] == f'199 - "{key}: refused"', how
                assert column(key, "count(*)", "negative_cache") == "0", how
                if how.get("headers") is None:
                    assert column(key, "trouble, offline_until > now()") == "refused|t", how
                    assert "refused" in json.dumps(who(key, "team/not/there").json())


@test
def shown_on_the_remote():
    """That an upstream refuses the credentials is said in the log once a minute, and by the REST interface for as long as it is so."""
    with Registry(password="another") as registry:
        key = remote(registry.url, assumedOfflinePeriodSecs=0, **SECRET)
        for index in range(3):
            assert get(key, f"team/not/{index}").status == 404
        state = call("GET", f"/artifactory/api/repositories/{key}").json()["upstreamStatus"]
        assert state == {"trouble": "refused", "reason": "its token service answered 401"}, state
        with open(f"{STATE}/log/stowage-v2.log", encoding="utf-8") as log:
            lines = [line for line in log if f"remote {key}: refused" in line]
        assert len(lines) == 1 and "upstream-pass" not in lines[0], lines
        document = call("GET", f"/artifactory/api/repositories/{key}").json()
        save("PUT", **document)
        assert sql(f"SELECT other ? 'upstreamStatus' FROM registry.repository WHERE key = '{key}'") == "f", "it is not a setting"
        registry.password = "upstream-pass"
        save("POST", key, password="upstream-pass")
        assert "upstreamStatus" not in call("GET", f"/artifactory/api/repositories/{key}").json()
        assert get(key, "team/here/app").status == 200


@test
def stale_tag():
    """A cached tag is served as a stale one, whatever the refusal is about."""
    for how, credentials in (({}, {}), ({"password": "upstream-pass"}, SECRET), ({"challenge": None, "status": 403, "headers": (PAGE,)}, {})):
        with Registry(**how) as registry:
            key = remote(registry.url, **credentials)
            assert get(key, "team/here/app").status == 200
            sql("UPDATE registry.remote_reference SET fresh_until = now() - interval '1 s'")
            registry.gone = True
            if credentials:
                registry.password = "changed"
            answer = get(key, "team/here/app")
            assert answer.body == registry.image.manifest and answer.headers["warning"].startswith("110"), (how, answer)


@test
def saving_forgets():
    """What was learnt of an upstream is forgotten when the way to it is changed."""
    with Registry() as registry:
        for fields in ({"proxy": "p"}, {"clientTlsCertificate": "c"}, {"queryParams": "a=b"}, {"localAddress": "127.0.0.9"}, {"password": "p"}):
            key = remote(registry.url)
            assert get(key, "team/not/there").status == 404 and column(key, "count(*)", "negative_cache") == "1"
            save("POST", key, notes="nothing of weight")
            assert column(key, "count(*)", "negative_cache") == "1"
            answer = call("POST", "/artifactory/api/repositories/" + key, body=json.dumps(fields).encode())
            assert answer.status != 200 or column(key, "count(*)", "negative_cache") == "0", fields


@test
def head_refused():
    """A blob that is refused to a HEAD and given to a GET is there."""
    image = Image(f"{SERVER} head {next(numbers)}")

    def answer(x):
        if x.command == "HEAD":
            x.send(403, [("Content-Type", "application/xml")])
        elif "/blobs/" in x.path:
            x.send(200, [], image.blobs[x.path.rpartition("/")[2]])
        else:
            x.send(200, [JSON], b"{}")

    with Listener(answer) as listener:
        key = remote(listener.url)
        for method in ("HEAD", "GET"):
            found = get(key, "any/name", image.layer_digest, "blobs", method=method)
            assert found.status == 200 and found.headers["content-length"] == str(len(image.layer)), found


run()
