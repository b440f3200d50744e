"""By which way remotes reach their upstreams: a forward proxy, a client certificate, an address, a query."""
import pathlib
import shutil
import tempfile
from functools import partial

from connect_proxy import ConnectProxy
from listener import Listener
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from upstream import Hub, Image

HUB = Hub()
at_end(HUB.stop)
PORT = HUB.front.port
PROXY = ConnectProxy({"hub.proxied.test": "127.0.0.1"}, ("robot", "canary-of-the-proxy"))
CERTIFICATES = tempfile.mkdtemp(prefix="stowage-egress.")
at_end(partial(shutil.rmtree, CERTIFICATES))
SECTIONS = f"""
[proxy "corporate"]
url = {PROXY.url}
username = robot
password = canary-of-the-proxy
[proxy "wrong"]
url = {PROXY.url}
username = robot
password = wrong
[proxy "away"]
url = http://127.0.0.1:1
[certificate "robot"]
certificate = {CERTIFICATES}/client.pem
key = {CERTIFICATES}/client.key
"""
numbers = iter(range(1, 1000000))


def configure():
    """Add the sections to the settings of the responders until all tests have run."""
    for name in ("stowage-v2", "stowage-admin"):
        path = pathlib.Path(STATE, "etc", name + ".conf")
        before = path.read_text(encoding="utf-8")
        write(name, path, before + SECTIONS)
        at_end(partial(write, name, path, before))


def write(name, path, text):
    path.write_text(text, encoding="utf-8")
    renew(name)


def save(key, method="POST", **fields):
    return call(method, "/artifactory/api/repositories/" + key, json.dumps(fields).encode(), {"Content-Type": "application/json"})


def remote(**fields):
    key = f"egress-{next(numbers)}"
    answer = save(key, "PUT", rclass="remote", **{"url": HUB.url, "missedRetrievalCachePeriodSecs": 0, "hardFail": True, **fields})
    assert answer.status == 200, answer
    return key


def published():
    image = Image(f"{SERVER} egress {next(numbers)}")
    HUB.push("team/app", "1", image)
    HUB.clear()
    PROXY.log.clear()
    return image


def pull(key, reference="1", kind="manifests"):
    return call("GET", f"/artifactory/api/docker/{key}/v2/team/app/{kind}/{reference}")


def reason(key):
    """What the remote is known to suffer from."""
    return sql(f"SELECT reason FROM registry.remote_state s JOIN registry.repository r ON r.id = s.repository_id WHERE r.key = {literal(key)}")


@test
def through_the_proxy():
    """A remote with a proxy asks everything through it: names that only the proxy knows, with its credentials, and none of the upstream's."""
    image = published()
    HUB.challenge = "Basic"
    HUB.accounts = {"alice": "canary-of-the-hub"}
    try:
        key = remote(url=f"http://hub.proxied.test:{PORT}", proxy="corporate", username="alice", password="canary-of-the-hub", localAddress="127.0.0.5")
        assert pull(key).body == image.manifest
        assert pull(key, image.layer_digest, "blobs").body == image.layer
    finally:
        HUB.challenge, HUB.accounts = "Bearer", {}
    assert {entry["target"] for entry in PROXY.log} == {f"hub.proxied.test:{PORT}"} and {entry["status"] for entry in PROXY.log} == {200}, PROXY.log
    assert not [entry for entry in PROXY.log if "authorization" in entry["headers"]], PROXY.log
    assert {entry["peer"] for entry in PROXY.log} == {"127.0.0.5"}, "localAddress"
    assert not [entry for entry in HUB.front.log if "proxy-authorization" in entry["headers"]]
    assert save(key, disableProxy=True).status == 200
    published()
    pull(key, "2")
    assert not PROXY.log


@test
def never_directly():
    """A proxy that refuses, is away or unknown is trouble of the remote, which never goes another way."""
    published()
    key = remote(proxy="corporate", allowPrivateNetworks=True)
    PROXY.denied = True
    try:
        assert pull(key).status == 502 and "403" in reason(key), reason(key)
    finally:
        PROXY.denied = False
    key = remote(proxy="wrong", allowPrivateNetworks=True)
    assert pull(key).status == 502 and "407" in reason(key), reason(key)
    assert pull(remote(proxy="away", allowPrivateNetworks=True)).status == 502
    key = remote(allowPrivateNetworks=True)
    set_remote(key, proxy="removed-since")
    assert pull(key).status == 502 and "settings" in reason(key), reason(key)
    assert HUB.front.count() == 0 and HUB.tokens.count() == 0
    answer = save(key, proxy="nobody")
    assert answer.status == 400 and b"[proxy] section" in answer.body, answer
    assert save(key, proxy="removed-since", notes="n").status == 200, "what is stored may be sent back"


@test
def addresses_behind_the_proxy():
    """Behind a proxy, private addresses are refused as the URL has them."""
    published()
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"):
        key = remote(url=f"http://{host}:{PORT}", proxy="corporate")
        assert pull(key).status == 502 and "private" in reason(key), host
    assert not PROXY.log and HUB.front.count() == 0
    key = remote(url=f"http://127.0.0.1:{PORT}", proxy="corporate", allowPrivateNetworks=True, privateNetworks=["127.0.0.0/8"])
    assert pull(key).status == 200 and PROXY.log
    key = remote(url=f"http://127.0.0.1:{PORT}", proxy="corporate", allowPrivateNetworks=True, privateNetworks=["10.0.0.0/8"])
    assert pull(key).status == 502


@test
def listed_networks():
    """With privateNetworks a remote reaches those private networks and no other, also on connections that another remote opened."""
    published()
    assert pull(remote(allowPrivateNetworks=True)).status == 200
    assert pull(remote(allowPrivateNetworks=True, privateNetworks=["127.0.0.1", "fd00::/8"])).status == 200
    HUB.clear()
    assert pull(remote(allowPrivateNetworks=True, privateNetworks=["10.0.0.0/8"])).status == 502
    assert HUB.front.count() == 0


@test
def queries():
    """queryParams are appended to all that the upstream itself is asked."""
    image = published()
    HUB.challenge = None
    try:
        key = remote(allowPrivateNetworks=True, queryParams="team=a%20b&key=c")
        assert pull(key).body == image.manifest
        assert pull(key, image.layer_digest, "blobs").body == image.layer
        assert call("GET", f"/artifactory/api/docker/{key}/v2/team/app/tags/list").json()["tags"]
        assert HUB.front.log and all(entry["query"].endswith("team=a%20b&key=c") for entry in HUB.front.log), HUB.front.log
    finally:
        HUB.challenge = "Bearer"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], cwd=CERTIFICATES, check=True, capture_output=True)


def make_certificates():
    """ca.pem, and under it server.pem and client.pem with their keys."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    folder = pathlib.Path(CERTIFICATES)
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=egress test")
    (folder / "extensions").write_text("subjectAltName = IP:127.0.0.1", encoding="ascii")
    for name in ("server", "client"):
        openssl("req", *key, "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name)
        openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-out", name + ".pem",
                "-extfile", "extensions")
    for path in folder.iterdir():
        path.chmod(0o644)
    folder.chmod(0o755)


def trusting(key):
    """One request to stowage-v2 as a CGI program that takes our authority for those of the system; its status."""
    owner = os.stat(f"/proc/{pids('stowage-v2')[0]}").st_uid
    environment = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "REQUEST_URI": f"/artifactory/api/docker/{key}/v2/team/app/manifests/1",
                   "SERVER_NAME": "localhost", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": basic(*ADMIN)}
    script = f"mount --bind {CERTIFICATES}/ca.pem /etc/ssl/certs/ca-certificates.crt && exec setpriv --reuid={owner} --clear-groups \"$@\""
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", f"{os.environ['STOWAGE_PREFIX']}/libexec/stowage/stowage-v2", "--config",
                           f"{STATE}/etc/stowage-v2.conf"],
                          env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.stdout.startswith(b"Status: "), done
    return int(done.stdout.split()[1])


@test
def client_certificates():
    """A remote shows the client certificate that the settings have under its name, through a proxy too; without it the upstream refuses."""
    image = Image(f"{SERVER} certificate")
    shown = []

    def answer(x):
        shown.append(x.connection.getpeercert()["subject"][0][0][1])
        x.send(200, [("Content-Type", OCI_MANIFEST)], image.manifest)
    upstream = Listener(answer, tls=(f"{CERTIFICATES}/server.pem", f"{CERTIFICATES}/server.key"), clients=f"{CERTIFICATES}/ca.pem")
    try:
        for fields, status in (({}, 502), ({"clientTlsCertificate": "robot"}, 200), ({"clientTlsCertificate": "robot", "proxy": "corporate"}, 200)):
            PROXY.log.clear()
            key = remote(url=upstream.url, allowPrivateNetworks=True, **fields)
            assert trusting(key) == status, (fields, reason(key))
            assert ("proxy" in fields) == bool(PROXY.log), PROXY.log
        assert shown == ["client"] * 2, shown
        refused = save(key, clientTlsCertificate="/etc/ssl/private/key.pem")
        assert refused.status == 400 and b"[certificate] section" in refused.body, refused
    finally:
        upstream.stop()


make_certificates()
configure()
run()
