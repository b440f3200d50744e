"""Virtual repositories edited, deleted and made again, and responders started again after a deletion."""
import pathlib
import pwd

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def edited_and_deleted():
    """An edit is in force for the next request; a deleted virtual is absent as a v1 client expects, made again it is there."""
    local = new("local")
    virtual = new("virtual", repositories=[])
    push(local, "e/app", "1", "edited")
    assert pull(virtual, "e/app", "1").status == 404
    post(virtual, repositories=[local])
    assert pull(virtual, "e/app", "1").status == 200
    delete(virtual)
    for path in ("", "e/app/manifests/1"):
        answer = at(virtual, path)
        assert answer.status == 404 and VERSION not in answer.headers and not answer.body.startswith(b"{"), answer
    put(virtual, rclass="virtual", repositories=[local])
    assert pull(virtual, "e/app", "1").status == 200


def respawn(name):
    """Stop a responder and start it again as it was: a restart, not a deploy."""
    pid = pids(name)[0]
    command, environment = (pathlib.Path(f"/proc/{pid}/{what}").read_text(encoding="utf-8").split("\0")[:-1] for what in ("cmdline", "environ"))
    owner = os.stat(f"/proc/{pid}")
    groups = os.getgrouplist(pwd.getpwuid(owner.st_uid).pw_name, owner.st_gid) if os.geteuid() == 0 else None
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: is_gone(pid))
    with open(f"{STATE}/log/{name}.log", "ab") as log:
        process = subprocess.Popen(command, env=dict(item.split("=", 1) for item in environment), cwd="/",  # pylint: disable=consider-using-with
                                   user=owner.st_uid, group=owner.st_gid, extra_groups=groups, start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    pathlib.Path(STATE, "pid", name).write_text(f"{process.pid}\n", encoding="ascii")


@test
def restart_recreates_nothing():
    """A restart of all responders recreates nothing that was deleted."""
    key = "docker-prod-local"
    before = document(key)
    delete(key)
    for name, path in (("stowage-v1", "/v1/_ping"), ("stowage-v2", "/readyz"), ("stowage-admin", "/artifactory/api/system/ping")):
        respawn(name)
        reached(path)
    answer = send("GET", key)
    assert answer.status == 404, answer
    assert f"repository {key} created" in stack("stack_ctl", "bootstrap") and document(key) == before


run()
