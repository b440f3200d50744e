"""How many upload sessions an account may have open, and what they leave behind."""
import pathlib

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from docker_v1 import Client, V1Image

EMPTY = {"Content-Length": "0"}


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


@test
def layers_of_v1_count():
    """A layer of v1 is a session too: refused at the limit of its account, taken below it."""
    answer = call("PUT", "/artifactory/api/repositories/sessions-v1", json.dumps({"rclass": "local", "dockerApiVersion": "V1"}).encode(),
                  {"Content-Type": "application/json"})
    assert answer.status == 200, answer
    user, made = add_user("sessions-three", "read,write"), V1Image("sessions")
    client = Client("sessions/three", auth=user, prefix="/artifactory/api/docker/sessions-v1")
    assert client.begin(made).status == 200
    begun("sessions/three", user)
    saved = limited("stowage-v1", 1)
    try:
        assert client.image("PUT", made, "json", made.json, {"Content-Type": "application/json"}).status == 200
        assert "open upload sessions" in refused(client.put_layer(made))
    finally:
        restored("stowage-v1", *saved)
    assert client.put_layer(made).status == 200


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
