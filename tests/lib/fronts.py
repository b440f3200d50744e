"""A second web server beside the stack's own, on a copy of its configuration that a test has edited."""
import contextlib
import pathlib
import pwd
import random
import re
import shutil
import signal
import tempfile

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

FOLDER = pathlib.Path(STATE).resolve()
MAIN = FOLDER / "etc" / (SERVER + ".conf")


def free_port():
    """Two ports side by side, below those the kernel gives to clients."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as first, socket.socket() as second:
            if all(probe.connect_ex(("127.0.0.1", port + i)) != 0 for i, probe in enumerate((first, second))):
                return port


def edited(folder, edit, port):
    """Write the copy: the main file with the included one beside it, other ports, other pid and log files."""
    text = MAIN.read_text()
    share = re.search(r'(?:include|Include) "([^"]*/stowage\.conf)"', text).group(1)
    (folder / "stowage.conf").write_text(edit(pathlib.Path(share).read_text()))
    text = edit(text).replace(share, str(folder / "stowage.conf"))
    text = text.replace(DEV.split(":")[1], str(port)).replace(PROD.split(":")[1], str(port + 1))
    text = text.replace(str(FOLDER / "log"), str(folder)).replace(str(FOLDER / "spool"), str(folder))
    text = re.sub(r'^(PidFile|ServerRoot|DefaultRuntimeDir) .*$', lambda m: f'{m.group(1)} "{folder}{"/pid" if m.group(1) == "PidFile" else ""}"', text, flags=re.M)
    text = re.sub(r"^Mutex file:\S+", f"Mutex file:{folder}", text, flags=re.M)
    text = re.sub(r"^(SSLSessionCache) .*$", r"\1 none", text, flags=re.M)
    (folder / "copy.conf").write_text(text)


@contextlib.contextmanager
def front(edit):
    """The host:port of a web server on the edited configuration."""
    folder, port = pathlib.Path(tempfile.mkdtemp(prefix="stowage-front.", dir="/tmp")), free_port()
    owner = pwd.getpwuid(os.stat(f"/proc/{pids(SERVER)[-1]}").st_uid)
    edited(folder, edit, port)
    for path in (folder, *folder.iterdir()):
        os.chown(path, owner.pw_uid, owner.pw_gid)
    command = ["lighttpd", "-D", "-f"] if SERVER == "lighttpd" else ["apache2", "-DFOREGROUND", "-f"]
    groups = os.getgrouplist(owner.pw_name, owner.pw_gid)
    server = subprocess.Popen([shutil.which(command[0], path="/usr/sbin:/usr/bin"), *command[1:], str(folder / "copy.conf")], user=owner.pw_uid,
                              group=owner.pw_gid, extra_groups=groups if os.geteuid() == 0 else None, cwd=folder,
                              stdout=subprocess.DEVNULL, stderr=open(folder / "stderr", "w", encoding="utf-8"))
    try:
        host, end = f"localhost:{port}", time.monotonic() + 10
        while True:
            try:
                assert call("GET", "/livez", auth=None, host=host).status == 200
                break
            except OSError:
                assert time.monotonic() < end and server.poll() is None, (folder / "stderr").read_text()
                time.sleep(0.1)
        yield host
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder)
