"""The registries that are compared, each started for this run alone, and what their processes cost."""
import os
import signal
import socket
import subprocess
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEER = "/usr/bin/docker-registry"
TICKS = os.sysconf("SC_CLK_TCK")
NAME = "bench/image"

PEER_CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  cache: {{blobdescriptor: inmemory}}
  filesystem: {{rootdirectory: {root}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


def free_port(count=1):
    """The first of so many ports side by side, below those the kernel gives to clients."""
    for port in range(21000, 32000, count):
        try:
            for i in range(count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port + i))
            return port
        except OSError:
            continue
    raise OSError("no free port")


def stat_fields(pid):
    """/proc/PID/stat from the state on: [1] parent, [11..14] ticks of the process and of children it has waited for."""
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()


def descendants(roots):
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                children.setdefault(int(stat_fields(entry)[1]), []).append(int(entry))
            except OSError:
                continue  # it ended meanwhile
    found, left = [], list(roots)
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def cpu_seconds(roots):
    total = 0
    for pid in descendants(roots):
        try:
            total += sum(map(int, stat_fields(pid)[11:15]))
        except OSError:
            continue
    return total / TICKS


def memory(pid, key):
    """Bytes, as smaps_rollup has them: Rss, Pss, Private_Dirty."""
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        for line in rollup:
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
    return 0


class Server:
    """host: where it listens. parts: {"web": [pid], ...}, the roots of its process trees."""
    name = host = None
    parts = {}
    login = None

    def cpu(self):
        return {part: cpu_seconds(roots) for part, roots in self.parts.items()}

    def cpu_since(self, before):
        return {part: seconds - before[part] for part, seconds in self.cpu().items()}


class Stowage(Server):
    login = ("admin", "password")

    def __init__(self, folder, prefix, web):
        self.name = web
        self.state = os.path.join(folder, web)
        self.prefix = prefix
        port = free_port(2)
        self.host = f"localhost:{port}"
        subprocess.run([f"{TOP}/quickstart", "start", "--state", self.state, "--port", str(port), f"--server={web}", "--http",
                        "--installed", prefix], check=True, stdout=subprocess.DEVNULL)
        self.parts = {"web": [self.pid(web)], "responder": [self.pid("stowage-v2"), self.pid("stowage-v1")], "postgresql": [self.pid("postgres")]}

    def pid(self, name):
        with open(f"{self.state}/pid/{name}") as pid:
            return int(pid.read().split()[0])

    def workers(self):
        parent = self.parts["responder"][0]
        return [pid for pid in descendants([parent]) if pid != parent]

    def sql(self, path):
        """Run a file in the database, as its superuser."""
        with open(f"{self.state}/settings") as settings:
            run = dict(line.rstrip("\n").split("=", 1) for line in settings)["run"]
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", f"{run}/pg", "-U", "postgres", "-d", "stowage", "-f", path], check=True)

    def reader(self):
        """An account that may read everywhere, without the administrator's right."""
        ctl = [f"{self.prefix}/sbin/stowagectl", "--config", f"{self.state}/etc/stowage-ctl.conf"]
        subprocess.run([*ctl, "user", "add", "reader", "--password-stdin"], input="a secret\n", text=True, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*ctl, "permission", "set", "bench", "--repository", "ANY", "--user", "reader", "--actions", "read"], check=True,
                       stdout=subprocess.DEVNULL)

    def static_path(self, name):
        """A file that the web server sends by itself: where to put it."""
        return f"{self.state}/empty/{name}"

    def stop(self):
        subprocess.run([f"{TOP}/quickstart", "destroy", "--yes", "--state", self.state], check=False, stdout=subprocess.DEVNULL)


class Peer(Server):
    name = "docker-registry"

    def __init__(self, folder):
        port = free_port()
        self.host = f"localhost:{port}"
        config = os.path.join(folder, "peer.yml")
        with open(config, "w") as out:
            out.write(PEER_CONFIG.format(root=os.path.join(folder, "peer"), port=port))
        self.process = subprocess.Popen([PEER, "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.parts = {"registry": [self.process.pid]}
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise OSError(f"{PEER} does not start")

    def workers(self):
        return [self.process.pid]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
