"""How many upload sessions an account may have open, and what they leave behind."""
import pathlib

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, V1Image


def begin(name, auth):
    return call("POST", f"/v2/{name}/blobs/uploads/", headers=EMPTY, auth=auth)


def begun(name, auth):
    answer = begin(name, auth)
    assert answer.status == 202, answer
    return answer.headers["location"]


def refused(answer):
    """The body of a 429."""
    assert answer.status == 429 and int(answer.headers["retry-after"]) > 0, answer
    return answer.body.decode()


def put_json(client, made):
    return client.image("PUT", made, "json", made.json, {"Content-Type": "application/json"})


def names(like):
    return sql(f"SELECT count(*) FROM registry.image WHERE path LIKE '{like}'")


def limited(program, number):
    """Write the limit into a program's settings, and take it up; what stood there before."""
    path = pathlib.Path(STATE).resolve() / "etc" / f"{program}.conf"
    before = path.read_text(encoding="utf-8")
    path.write_text(before + f"\n[http]\nupload_sessions = {number}\n", encoding="utf-8")
    renew(program)
    return path, before


def restored(program, path, before):
    path.write_text(before, encoding="utf-8")
    renew(program)


@test
def one_more_is_refused():
    """The session beyond upload_sessions is 429 and leaves no name; another account, open sessions and mounts go on; each end makes room."""
    mine, other = (add_user(name, "read,write", "docker-dev-local2", "sessions/**") for name in ("sessions-one", "sessions-two"))
    digest = put_blob("sessions/old", b"bytes", auth=mine)
    saved = limited("stowage-v2", 3)
    try:
        open_ones = [begun(f"sessions/one{i}", mine) for i in range(3)]
        assert '"TOOMANYREQUESTS"' in (body := refused(begin("sessions/one3", mine))) and "has 3 open upload sessions" in body, body
        refused(call("POST", f"/v2/sessions/one3/blobs/uploads/?digest={digest}", body=b"bytes", auth=mine))
        assert names("sessions/one_") == "3"
        assert call("POST", f"/v2/sessions/mounted/blobs/uploads/?mount={digest}&from=sessions/old", headers=EMPTY, auth=mine).status == 201
        begun("sessions/two", other)
        assert call("PUT", open_ones[0] + "?digest=" + digest, body=b"bytes", auth=mine).status == 201
        assert call("DELETE", open_ones[1], auth=mine).status == 204
        assert [begin(f"sessions/more{i}", mine).status for i in range(3)] == [202, 202, 429]
    finally:
        restored("stowage-v2", *saved)
    begun("sessions/one3", mine)


def make_v1_repository():
    answer = call("PUT", "/artifactory/api/repositories/sessions-v1", json.dumps({"rclass": "local", "dockerApiVersion": "V1"}).encode(),
                  {"Content-Type": "application/json"})
    assert answer.status == 200, answer


@test
def pushes_of_v1_count():
    """An image under way over v1 is a session, its layer another: refused at the limit of their account, taken below it; a JSON is taken twice."""
    make_v1_repository()
    user, made, more = add_user("sessions-three", "read,write"), V1Image("sessions"), V1Image("more")
    client, other = (Client(f"sessions/three{n}", auth=user, prefix="/artifactory/api/docker/sessions-v1") for n in ("", "-b"))
    assert client.begin(made).status == 200 and other.begin(more).status == 200
    begun("sessions/three", user)
    saved = limited("stowage-v1", 2)
    try:
        assert [put_json(client, made).status for _ in range(2)] == [200, 200]
        assert "has 2 open upload sessions" in refused(put_json(other, more))
        assert "open upload sessions" in refused(client.put_layer(made))
        assert names("sessions/three-b") == "0"
    finally:
        restored("stowage-v1", *saved)
    assert client.put_layer(made).status == 200
    assert put_json(other, more).status == 200 and names("sessions/three-b") == "1"


@test
def broken_off_pushes_of_v1_go():
    """A push over v1 that rests for a day goes with the name it began; one whose image another push completed leaves that."""
    make_v1_repository()
    whole, rest = V1Image("whole"), V1Image("rest")
    full, empty = (Client(f"sessions/v1-{n}", prefix="/artifactory/api/docker/sessions-v1") for n in ("full", "empty"))
    full.push("latest", whole)
    for client in full, empty:
        assert client.begin(rest).status == 200 and put_json(client, rest).status == 200
    sql("UPDATE registry.v1_upload SET touched_at = now() - interval '25 hours'")
    stack("stack_keep")
    assert sql("SELECT count(*) FROM registry.v1_upload") == "0"
    assert sql("SELECT string_agg(path, ' ') FROM registry.image WHERE path LIKE 'sessions/v1-%'") == "sessions/v1-full"


@test
def refused_promotions_leave_no_name():
    """A promotion that a pattern of the target refuses does not leave the target's name behind."""
    answer = call("PUT", "/artifactory/api/repositories/sessions-narrow", json.dumps({"rclass": "local", "excludesPattern": "**/kept-out/manifest.json"}).encode(),
                  {"Content-Type": "application/json"})
    assert answer.status == 200, answer
    push_image("sessions/promoted", "1")
    body = json.dumps({"dockerRepository": "sessions/promoted", "tag": "1", "targetRepo": "sessions-narrow", "targetDockerRepository": "sessions/refused",
                       "targetTag": "kept-out", "copy": True}).encode()
    answer = call("POST", "/artifactory/api/docker/docker-dev-local2/v2/promote", body, {"Content-Type": "application/json"})
    assert answer.status == 403 and b"excluded by the patterns" in answer.body and b"sessions/refused:kept-out" in answer.body and names("sessions/refused") == "0", answer


@test
def empty_names_go():
    """A name that only upload sessions needed goes with the last of them, cancelled or failed; one that holds something stays."""
    first, second = begun("sessions/empty", ADMIN), begun("sessions/empty", ADMIN)
    assert call("DELETE", first).status == 204 and names("sessions/empty") == "1"
    assert call("DELETE", second).status == 204 and names("sessions/empty") == "0"
    assert call("POST", "/v2/sessions/empty/blobs/uploads/?digest=" + sha256(b"other"), body=b"bytes").status == 400
    assert names("sessions/empty") == "0"
    put_blob("sessions/full", b"bytes")
    assert call("DELETE", begun("sessions/full", ADMIN)).status == 204 and names("sessions/full") == "1"


run()
