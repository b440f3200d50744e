"""Mounts of blobs from other images."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def mount():
    """A blob readable elsewhere at the same vhost is mounted: 201 and nothing sent."""
    digest = put_blob("mount/from", b"mounted bytes")
    answer = call("POST", f"/v2/mount/to/blobs/uploads/?mount={digest}&from=mount/from", headers=EMPTY)
    assert answer.status == 201 and answer.headers["location"] == "/v2/mount/to/blobs/" + digest, answer
    assert call("GET", "/v2/mount/to/blobs/" + digest).body == b"mounted bytes"


@test
def mount_with_narrow_token():
    """A token without the source's scope is challenged for both, and works then."""
    digest = put_blob("mount/from", b"mounted by token")
    path = f"/v2/mount/to/blobs/uploads/?mount={digest}&from=mount/from"
    answer = call("POST", path, headers=EMPTY, auth=token("repository:mount/to:pull,push"))
    assert answer.status == 401 and "repository:mount/to:pull,push repository:mount/from:pull" in answer.headers["www-authenticate"], answer
    assert call("POST", path, headers=EMPTY, auth=token("repository:mount/to:pull,push repository:mount/from:pull")).status == 201


@test
def mount_that_cannot():
    """A mount of an unknown blob, from an unknown name, from another vhost or from what may not be read begins an upload, all alike."""
    digest = put_blob("secret/from", b"secret bytes")
    user = add_user("mounter", "read,write", "docker-dev-local2", "mount/**")
    elsewhere = put_blob("elsewhere", b"at dev")
    answers = [call("POST", f"/v2/mount/to/blobs/uploads/?mount={wanted}&from={source}", headers=EMPTY, auth=auth) for wanted, source, auth in (
        (sha256(b"nowhere"), "mount/from", ADMIN), (digest, "no/such", ADMIN), (digest, "secret/from", user),
        (digest, "no/such", user), (digest, "BAD", ADMIN))]
    answers.append(call("POST", f"/v2/mount/to/blobs/uploads/?mount={elsewhere}&from=elsewhere", headers=EMPTY, host=PROD))
    assert all(answer.status == 202 and answer.headers["location"] for answer in answers), answers
    for auth in (user, token("repository:mount/to:pull,push repository:secret/from:pull", auth=user)):
        assert call("POST", f"/v2/mount/to/blobs/uploads/?mount={digest}&from=secret/from", headers=EMPTY, auth=auth).status == 202


run()
