"""Upload sessions: cancelled, of other accounts, repeated after the end, without the right to push."""
import pathlib

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def cancelled():
    """A cancelled upload is gone: status, PATCH and PUT are 404."""
    where = start("up/cancel", headers=EMPTY)
    assert call("DELETE", where).status == 204
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        answer = call(method, where + ("?digest=" + sha256(b"") if method == "PUT" else ""), body=None if method == "GET" else b"x")
        assert answer.status == 404 and answer.code() == "BLOB_UPLOAD_UNKNOWN", (method, answer)


@test
def foreign_sessions():
    """An upload URL is good for its owner, its name and its repository only."""
    other = add_user("intruder", "read,write,delete")
    where = start("up/mine", headers=EMPTY)
    uuid = where.rsplit("/", 1)[1]
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        query = "?digest=" + sha256(b"x") if method == "PUT" else ""
        body = None if method == "GET" else b"x"
        assert call(method, where + query, body=body, auth=other).code() == "BLOB_UPLOAD_UNKNOWN", method
        assert call(method, f"/v2/up/other/blobs/uploads/{uuid}{query}", body=body).code() == "BLOB_UPLOAD_UNKNOWN", method
        assert call(method, where + query, body=body, host=PROD).code() == "BLOB_UPLOAD_UNKNOWN", method
    for odd in ("nonsense", "00000000-0000-0000-0000-000000000000", uuid.upper() + "0", "%27"):
        assert call("GET", "/v2/up/mine/blobs/uploads/" + odd).status == 404, odd
    assert received(where) == 0
    assert finish(where, b"ok", b"ok").status == 201


def blobs_of(digest):
    """Rows and files of a digest."""
    return sql(f"SELECT count(*) FROM registry.blob WHERE digest = '\\x{digest[7:]}'"), len(list(pathlib.Path(STATE).resolve().rglob(digest[7:] + ".*")))


@test
def repeated_put():
    """A PUT whose 201 the client did not read: repeated with its body or an empty one it is 201 again; the session accepts nothing else."""
    other = add_user("repeater", "read,write,delete")
    data = os.urandom(100)
    for first, last in ((b"", data), (data[1:], b""), (data[2:50], data[50:])):
        where, data = start("up/repeat", headers=EMPTY), first + last
        assert not first or call("PATCH", where, body=first).status == 202
        last_range = {"Content-Range": f"{len(first)}-{len(data) - 1}"} if last else {}
        answers = [call("PUT", f"{where}?digest={sha256(data)}", body=body, headers=headers)
                   for body, headers in ((last, last_range), (last, last_range), (b"", EMPTY), (last, {}))]
        for answer in answers:
            assert answer.status == 201 and answer.headers["location"] == "/v2/up/repeat/blobs/" + sha256(data), answers
            assert answer.headers["docker-content-digest"] == sha256(data), answers
        put = f"{where}?digest={sha256(data)}"
        for answer in (finish(where, b"other", b"other"), call("PATCH", where, body=b"more"), call("GET", where), call("DELETE", where),
                       call("PUT", put, body=last, auth=other), call("PUT", put.replace("up/repeat", "up/other"), body=last), call("PUT", put, body=last, host=PROD)):
            assert answer.status == 404 and answer.code() == "BLOB_UPLOAD_UNKNOWN", answer
        assert blobs_of(sha256(data)) == ("1", 1) and sql("SELECT count(*) FROM registry.upload u JOIN registry.image i ON i.id = image_id WHERE path = 'up/repeat'") == "0"
        assert call("GET", "/v2/up/repeat/blobs/" + sha256(data)).body == data
        assert call("DELETE", "/v2/up/repeat/blobs/" + sha256(data)).status == 202
        assert call("PUT", put, body=last).code() == "BLOB_UPLOAD_UNKNOWN"


@test
def repeated_put_a_day_later():
    """Maintenance deletes the record of a committed session after a day."""
    where = start("up/repeat", headers=EMPTY)
    assert finish(where, b"old", b"old").status == 201
    stack("stack_keep")
    assert finish(where, b"old").status == 201
    sql("UPDATE registry.upload_done SET expires_at = expires_at - interval '24 hours'")
    stack("stack_keep")
    answer = finish(where, b"old", b"old")
    assert answer.status == 404 and answer.code() == "BLOB_UPLOAD_UNKNOWN", answer
    assert sql("SELECT count(*) FROM registry.upload_done") == "0"


@test
def unauthorised_body_is_not_kept():
    """A PATCH of 20 MB by nobody is 401 with a challenge, and leaves no file."""
    answer = chunked("PATCH", "/v2/up/x/blobs/uploads/00000000-0000-0000-0000-000000000000", b"x" * 20_000_000, auth=None)
    assert answer.status == 401 and "www-authenticate" in answer.headers, answer


@test
def read_only_account():
    """An account that may only read is DENIED with a sentence when it pushes."""
    user = add_user("reader", "read")
    answer = call("POST", "/v2/up/denied/blobs/uploads/", auth=user, headers=EMPTY)
    assert answer.status == 403 and answer.code() == "DENIED", answer


run()
