"""What is asked of a registry: each load returns its wall time and the CPU-seconds of each of the server's parts."""
import base64
import concurrent.futures
import gzip
import hashlib
import http.client
import io
import json
import os
import re
import shutil
import socket
import subprocess
import tarfile
import threading
import time
from urllib.parse import quote, urlsplit

from servers import NAME, memory

MIB = 1 << 20
BLOB = 256 * MIB
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def file_digest(path):
    with open(path, "rb") as data:
        return "sha256:" + hashlib.file_digest(data, "sha256").hexdigest()


# --- HTTP ------------------------------------------------------------------------------------------------------------------

def call(server, method, path, body=None, headers=None, expect=(200, 201, 202)):
    link = http.client.HTTPConnection(server.host, timeout=120)
    try:
        link.request(method, path, body=body, headers=headers or {})
        answer = link.getresponse()
        data = answer.read()
        if answer.status not in expect:
            raise RuntimeError(f"{server.name}: {method} {path}: {answer.status} {data[:200]!r}")
        return answer, data
    finally:
        link.close()


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def authorization(server, actions="pull", name=NAME):
    """The header of a client that has fetched its token; nothing for who asks for none."""
    if server.login is None:
        return {}
    scope = quote(f"repository:{name}:{actions}")
    _, data = call(server, "GET", f"/v2/token?scope={scope}", headers={"Authorization": basic(*server.login)})
    return {"Authorization": "Bearer " + json.loads(data)["token"]}


def as_options(headers):
    return [option for name, value in headers.items() for option in ("-H", f"{name}: {value}")]


def start_upload(server, headers, name=NAME):
    answer, _ = call(server, "POST", f"/v2/{name}/blobs/uploads/", headers={**headers, "Content-Length": "0"})
    return location(answer)


def location(answer):
    parts = urlsplit(answer.getheader("Location"))
    return parts.path + ("?" + parts.query if parts.query else "")


def finish_upload(server, headers, path, digest):
    join = "&" if "?" in path else "?"
    call(server, "PUT", f"{path}{join}digest={quote(digest)}", headers={**headers, "Content-Length": "0"})


def push_blob(server, data):
    headers = authorization(server, "pull,push")
    path = start_upload(server, headers)
    join = "&" if "?" in path else "?"
    call(server, "PUT", f"{path}{join}digest={quote(digest_of(data))}", body=data,
         headers={**headers, "Content-Type": "application/octet-stream"})
    return {"digest": digest_of(data), "size": len(data)}


def push_small_image(server):
    """An image as most are: its manifest lists a config and 14 layers."""
    config = {"mediaType": CONFIG, **push_blob(server, b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}')}
    layers = [{"mediaType": LAYER, **push_blob(server, b"layer %d" % i)} for i in range(14)]
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}).encode()
    call(server, "PUT", f"/v2/{NAME}/manifests/1", body=manifest,
         headers={**authorization(server, "pull,push"), "Content-Type": MANIFEST})


# --- Loads -----------------------------------------------------------------------------------------------------------------

class Measured:
    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.before = self.server.cpu()
        self.started = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.started
        self.cpu = self.server.cpu_since(self.before)

    def total(self):
        return sum(self.cpu.values())


def run_wrk(server, seconds, arguments):
    with Measured(server) as measured:
        said = subprocess.run(["wrk", "-t2", "-c32", f"-d{seconds}s", *arguments], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{server.name}: {said}")
    measured.requests = int(re.search(r"(\d+) requests in", said)[1])
    measured.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    return measured


def manifest_gets(server, seconds):
    """Requests, seconds and CPU of 32 kept connections that get one manifest by its tag again and again."""
    headers = {**authorization(server), "Accept": MANIFEST}
    return run_wrk(server, seconds, [*as_options(headers), f"http://{server.host}/v2/{NAME}/manifests/1"])


def resolve_gets(server, repository, first, last, seconds):
    """The same of ever other names and tags at a repository key, by an account with a right to read everywhere."""
    names = os.path.join(os.path.dirname(os.path.abspath(__file__)), "names.lua")
    headers = {"Authorization": basic("reader", "a secret"), "Accept": MANIFEST}
    return run_wrk(server, seconds, ["-s", names, *as_options(headers), f"http://{server.host}/", "--", repository, str(first), str(last)])


def download(server, path, headers, times):
    """`times` GETs of one large file over one connection."""
    url = f"http://{server.host}{path}"
    command = ["curl", "-sS", "--fail", "--noproxy", "*", *as_options(headers), "-w", "%{http_code} %{size_download}\n"]
    with Measured(server) as measured:
        said = subprocess.run(command + ["-o", "/dev/null", url] * times, check=True, capture_output=True, text=True).stdout
    if said != f"200 {BLOB}\n" * times:
        raise RuntimeError(f"{server.name}: GET {path}: {said}")
    measured.bytes = BLOB * times
    return measured


def settle(folder):
    """The same start for all who write. What another one left to be written is written first. And a large file comes and goes, so that
    what is written next goes into its memory: a page that the host of a virtual machine must hand out first makes the copy into it eight
    times as dear, and whom that hits is chance."""
    os.sync()
    path = os.path.join(folder, "settle")
    piece = bytes(MIB)
    with open(path, "wb", buffering=0) as out:
        for _ in range(3 * BLOB // MIB):
            out.write(piece)
    os.unlink(path)


def upload(server, source):
    """POST, chunked PATCH of a large file that the registry has not seen before, PUT."""
    with open(source, "r+b") as out:
        out.write(os.urandom(16))
    digest = file_digest(source)
    settle(os.path.dirname(source))
    headers = authorization(server, "pull,push")
    options = as_options({**headers, "Transfer-Encoding": "chunked", "Content-Type": "application/octet-stream", "Expect": ""})
    with Measured(server) as measured:
        path = start_upload(server, headers)
        said = subprocess.run(["curl", "-sS", "--fail", "--noproxy", "*", "-o", "/dev/null", "-D", "-", "-X", "PATCH", *options,
                               "-T", source, f"http://{server.host}{path}"], check=True, capture_output=True, text=True).stdout
        parts = urlsplit(re.search(r"(?im)^Location:\s*(\S+)", said)[1])
        finish_upload(server, headers, parts.path + ("?" + parts.query if parts.query else ""), digest)
    measured.bytes = os.path.getsize(source)
    return measured


# --- The v1 API ------------------------------------------------------------------------------------------------------------

V1 = "/artifactory/api/docker/docker-dev-local/v1"


def v1_token(server, method, path, body=None):
    answer, _ = call(server, method, f"{V1}/repositories/bench/v1{path}", body,
                     {"Authorization": basic("admin", "password"), "X-Docker-Token": "true"})
    return {"Authorization": "Token " + answer.headers["X-Docker-Token"]}


def v1_upload(server, source):
    """JSON, chunked PUT of a large layer that the registry has not seen before, checksum. Only the layer and what follows is measured."""
    with open(source, "r+b") as out:
        out.write(os.urandom(16))
    image = hashlib.sha256(os.urandom(16)).hexdigest()
    document = json.dumps({"id": image}).encode()
    payload = hashlib.sha256(document + b"\n")
    with open(source, "rb") as layer:
        for piece in iter(lambda: layer.read(MIB), b""):
            payload.update(piece)
    settle(os.path.dirname(source))
    headers = v1_token(server, "PUT", "/", b"[]")
    call(server, "PUT", f"{V1}/images/{image}/json", document, headers)
    options = as_options({**headers, "Transfer-Encoding": "chunked", "Content-Type": "application/octet-stream", "Expect": ""})
    with Measured(server) as measured:
        subprocess.run(["curl", "-sS", "--fail", "--noproxy", "*", "-o", "/dev/null", *options, "-T", source,
                        f"http://{server.host}{V1}/images/{image}/layer"], check=True)
        call(server, "PUT", f"{V1}/images/{image}/checksum", b"", {**headers, "X-Docker-Checksum-Payload": "sha256:" + payload.hexdigest()})
    measured.bytes = os.path.getsize(source)
    call(server, "PUT", f"{V1}/repositories/bench/v1/tags/1", json.dumps(image).encode(), headers)
    measured.path = f"{V1}/images/{image}/layer"
    return measured


# --- A whole image ---------------------------------------------------------------------------------------------------------

def make_image(folder):
    """An OCI layout whose 14 layers nobody has seen before: 4 of 50 MB, 10 small ones."""
    blobs = os.path.join(folder, "blobs", "sha256")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(blobs)

    def store(data, media_type):
        digest = digest_of(data)
        with open(os.path.join(blobs, digest[7:]), "wb") as out:
            out.write(data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    layers, diff_ids = [], []
    for number in range(14):
        content = os.urandom(50_000_000 if number < 4 else 20_000)
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            entry = tarfile.TarInfo(f"layer{number}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        diff_ids.append(digest_of(out.getvalue()))
        layers.append(store(gzip.compress(out.getvalue(), 0), LAYER))
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "layers": layers, "config": store(json.dumps(config).encode(), CONFIG)}
    entry = store(json.dumps(manifest).encode(), MANIFEST)
    entry["annotations"] = {"org.opencontainers.image.ref.name": "1"}
    for name, value in (("index.json", {"schemaVersion": 2, "manifests": [entry]}), ("oci-layout", {"imageLayoutVersion": "1.0.0"})):
        with open(os.path.join(folder, name), "w") as out:
            json.dump(value, out)


def skopeo(server, folder, source, target, *options):
    settle(os.path.dirname(folder))
    with Measured(server) as measured:
        subprocess.run(["skopeo", "copy", "-q", "--insecure-policy", *options, source, target], check=True)
    return measured


def skopeo_push(server, layout, name):
    creds = ["--dest-creds", ":".join(server.login)] if server.login else []
    return skopeo(server, layout, f"oci:{layout}:1", f"docker://{server.host}/{name}:1", "--dest-tls-verify=false", *creds)


def skopeo_pull(server, folder, name):
    creds = ["--src-creds", ":".join(server.login)] if server.login else []
    shutil.rmtree(folder, ignore_errors=True)
    return skopeo(server, folder, f"docker://{server.host}/{name}:1", f"dir:{folder}", "--src-tls-verify=false", *creds)


# --- Many uploads at once --------------------------------------------------------------------------------------------------

def hold_upload(server, headers, sent, held):
    """Announce 1 GiB, send `sent` bytes of it, hold until told, then leave."""
    path = start_upload(server, headers)
    host, port = server.host.split(":")
    lines = [f"PATCH {path} HTTP/1.1", f"Host: {server.host}", f"Content-Length: {1 << 30}",
             "Content-Type: application/octet-stream"] + [f"{name}: {value}" for name, value in headers.items()]
    piece = os.urandom(256 * 1024)
    with socket.create_connection((host, int(port)), timeout=300) as link:
        link.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        for _ in range(sent // len(piece)):
            link.sendall(piece)
        held.release()
        held.until.wait()


class Held(threading.Semaphore):
    def __init__(self):
        super().__init__(0)
        self.until = threading.Event()


def memory_with_uploads(server, count=64, sent=64 * MIB):
    """RSS of each serving process, largest first, while `count` uploads are held."""
    held = Held()
    headers = authorization(server, "pull,push")
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        uploads = [pool.submit(hold_upload, server, headers, sent, held) for _ in range(count)]
        try:
            for _ in range(count):
                if not held.acquire(timeout=300):
                    raise RuntimeError(f"{server.name}: not all of {count} uploads were taken")
            time.sleep(2)
            sizes = [(memory(pid, "Rss"), memory(pid, "Pss")) for pid in server.workers()]
        finally:
            held.until.set()
        for upload_ in uploads:
            upload_.result()
    return sorted(sizes, reverse=True)
