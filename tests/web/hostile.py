"""Every route of the three responders with bodies that were written to hurt: an answer in the route's own form, and the same workers as before."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client

PROGRAMS = f"{os.environ['STOWAGE_PREFIX']}/libexec/stowage"
DIGEST = sha256(b"hostile")
PARAMS = {"name": "hostile/one", "reference": "latest", "digest": DIGEST, "uuid": "4f6b2a52-3d0c-4b0e-9d8e-1c7f5b1d2a3e",
          "key": "hostile-key", "id": DIGEST[7:], "tag": "latest"}

# What each JSON document of a client may hold; each takes each wrong value once.
FIELDS = ("targetRepo", "dockerRepository", "targetDockerRepository", "tag", "targetTag", "copy", "key", "rclass", "packageType", "repositories",
          "includesPattern", "url", "userName", "newPassword1", "schemaVersion", "mediaType", "config", "layers", "manifests", "annotations",
          "id", "parent", "checksum")
VALUES = (b"null", b"true", b"-1", b"1e300", b"[]", b"{}", b'""', b'"\\u0000"', b'"\\ud800"', b'"' + "é".encode() * 300 + b'"', b'"x\\u001by"', b"[[]]", b'[""]')

BODIES = [
    b'{"a":"\\\xc3\xa9"}',                                       # an invalid escape: the parser quotes it cut within the character
    b'{"a":"\\' + "é".encode() * 200, b'{"' + "é".encode() * 200, b'"' + b"x" * 127 + "€".encode() * 90,
    b'{"a":"\xff"}', b'{"\xc3(":1}', b"\xff\xfe{\0}\0", b"\xc3", b'{"a":"\xed\xa0\x80"}', b'{"a":"\xc0\x80"}',
    b'{"a":"\\ud800"}', b'{"a":"\\u0000"}', b'{"\\u0000":1}', b"\0" * 64,
    b'{"' + "é".encode() * 150 + b'":1,"' + "é".encode() * 150 + b'":2}', b'{"id":1,"id":2}', b'{"a":1e999999}', b'{"a":' + b"9" * 400 + b"}",
    b"[" * 3000, b'{"a":' * 3000, b"{" + b",".join(b'"%d":%d' % (n, n) for n in range(20000)) + b"}",
    b"", b"null", b"[]", b'"text"', b"{}", b"latest", b'"' + DIGEST[7:].encode() + b"\xff\"", b"--\r\n\r\n", b"\x1f\x8b\x08\x00" + b"\xff" * 64,
    *(b'{"%s":%s}' % (field.encode(), VALUES[n % len(VALUES)]) for n, field in enumerate(FIELDS)),
    *(b"{" + b",".join(b'"%s":%s' % (field.encode(), value) for field in FIELDS) + b"}" for value in VALUES),
]
TYPES = ("application/json", OCI_MANIFEST, "text/\xe9\xff", "application/json; charset=\xff", "a" * 300 + "/b")


def routes(program):
    """Method and path, with something in place of each parameter."""
    listed = subprocess.run([f"{PROGRAMS}/{program}", "--routes"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        method, pattern, _ = line.split()
        yield method, pattern.format(**PARAMS)


class Link:
    """Requests one after the other on a connection that is kept where it can be."""

    def __init__(self):
        self.link = None

    def ask(self, method, path, body, headers):
        """The answer; a 503 that says when to try again is believed, some times."""
        for _ in range(5):
            answer = self.ask_once(method, path, body, headers)
            if answer.status != 503 or "retry-after" not in answer.headers:
                break
            time.sleep(min(int(answer.headers["retry-after"]), 5))
        return answer

    def ask_once(self, method, path, body, headers):
        for _ in range(2):
            try:
                self.link = self.link or connection()
                self.link.putrequest(method, path, skip_accept_encoding=True)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.link.putheader(name, value.encode("latin-1"))
                self.link.endheaders(body)
                response = self.link.getresponse()
                return Answer(response, response.read())
            except (http.client.HTTPException, ConnectionError):  # the server had closed it
                self.link = None
        raise AssertionError(f"{method} {path} {body[:60]!r}: no answer")


def check(answer, what):
    assert answer.status < 500, (what, answer)
    text = answer.body.decode("utf-8")
    if answer.headers.get("content-type", "").startswith("application/json") and text:
        json.loads(text)


def attack(program, headers):
    before, link = pids(program), Link()
    for method, path in routes(program):
        bodies = BODIES[:3] if method in ("GET", "HEAD") else BODIES
        for number, body in enumerate(bodies):
            kind = TYPES[number % len(TYPES)] if number % 3 == 0 else TYPES[0]
            check(link.ask(method, path, body, {**headers, "Content-Type": kind}), (method, path, body[:80], kind))
    assert pids(program) == before, "a worker ended"


@test
def hostile_v2():
    """Hostile bodies to every route of v2 get an answer, and end no worker."""
    attack("stowage-v2", {"Authorization": basic(*ADMIN)})
    reader = add_user("hostile-reader", "read")
    before = pids("stowage-v2")
    answer = call("POST", "/artifactory/api/docker/docker-dev/v2/promote", body=b'{"a":"\\\xc3\xa9"}', auth=reader)
    assert answer.status == 400 and answer.code() == "BAD_REQUEST" and pids("stowage-v2") == before, answer


@test
def hostile_v1():
    """Hostile bodies to every route of v1 get an answer, and end no worker."""
    client = Client("hostile/one")
    assert client.index("PUT", "/", body=b"[]").status in (200, 201)
    attack("stowage-v1", {"Authorization": "Token " + client.token})
    attack("stowage-v1", {"Authorization": basic(*ADMIN), "X-Docker-Token": "true"})


@test
def hostile_rest():
    """Hostile bodies to every route of the REST interface get an answer, and end no worker."""
    attack("stowage-admin", {"Authorization": basic(*ADMIN)})


run()
