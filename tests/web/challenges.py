"""What clients without the right credentials are told, so that those that follow a challenge get through."""
import re

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import post


def follow(answer, auth):
    """The token that a client asks for which follows the challenge, scopes as they stand there."""
    said = dict(re.findall(r'(\w+)="([^"]*)"', answer.headers["www-authenticate"]))
    return call("GET", f"/v2/token?service={said['service']}&scope={quote(said['scope'])}", auth=auth).json()["token"], said["scope"]


@test
def mount_names_both_images():
    """The first challenge of a mount names target and source: one token for it mounts."""
    digest = put_blob("challenge/source", b"to be mounted")
    path = f"/v2/challenge/target/blobs/uploads/?mount={digest}&from=challenge/source"
    mine, scope = follow(call("POST", path, auth=None, headers=EMPTY), ADMIN)
    assert scope == "repository:challenge/target:pull,push repository:challenge/source:pull", scope
    assert call("POST", path, auth=mine, headers=EMPTY).status == 201
    key = "/artifactory/api/docker/docker-dev-local2"
    assert follow(call("POST", key + path, auth=None, headers=EMPTY), ADMIN)[1] == scope


@test
def mount_names_no_nonsense():
    """A malformed source, the target itself, and a source without a mount are not repeated in the challenge."""
    digest = sha256(b"x")
    for query in (f"mount={digest}&from=challenge/target", f"mount={digest}&from=UPPER", f"mount={digest}&from=a%22b", f"mount={digest}",
                  f"mount={digest}&from=", "from=challenge/source"):
        _, scope = follow(call("POST", "/v2/challenge/target/blobs/uploads/?" + query, auth=None, headers=EMPTY), ADMIN)
        assert scope == "repository:challenge/target:pull,push", (query, scope)


@test
def mount_without_the_source_in_the_token():
    """A token without the source opens a session, as for an unknown source; only if the account may read it, it is worth another challenge."""
    digest = put_blob("challenge/secret", b"not for everybody")
    user = add_user("challenged", "read,write", "docker-dev-local2", "challenge/mine/**")
    path = f"/v2/challenge/mine/a/blobs/uploads/?mount={digest}&from="
    mine = token("repository:challenge/mine/a:pull,push", auth=user)
    answers = [call("POST", path + source, auth=mine, headers=EMPTY) for source in ("challenge/secret", "challenge/nowhere")]
    assert [answer.status for answer in answers] == [202, 202] and "location" in answers[0].headers, answers
    answer = call("POST", path + "challenge/mine/b", auth=mine, headers=EMPTY)
    assert answer.status == 401 and "repository:challenge/mine/b:pull" in answer.headers["www-authenticate"], answer


@test
def empty_lists_are_challenges():
    """Anonymous gets a challenge instead of an empty list: v1 search, _catalog, REST. An account gets its empty list."""
    nobody = add_user("reads-nothing", "read", "docker-prod-local2", "nothing/**")
    for path in ("/v1/search?q=challenge", "/v2/_catalog", "/artifactory/api/repositories"):
        for headers in ({}, {"Authorization": "Basic Og=="}):
            answer = call("GET", path, auth=None, headers=headers)
            assert answer.status == 401 and answer.headers["www-authenticate"], (path, headers, answer)
        assert call("GET", path, auth=nobody).status == 200, path
    assert call("GET", "/v1/search?q=challenge", auth=nobody).json()["num_results"] == 0
    assert call("GET", "/v2/_catalog", auth=nobody).json()["repositories"] == []


@test
def empty_lists_where_anonymous_reads():
    """Where anonymous reads something, a list with something is open; an empty one is a challenge to clients that have not said who they are,
    so that podman goes on to what its password opens."""
    with anonymous_reader("docker-dev-local,docker-dev-local2", "challenge-open/**"):
        assert call("GET", "/v1/search?q=challenge", auth=None).status == 401 and call("GET", "/v2/_catalog", auth=None).status == 401
        assert call("GET", "/v1/search?q=challenge", auth=None, headers={"Authorization": "Basic Og=="}).json()["num_results"] == 0
        assert call("GET", "/v2/_catalog", auth=token("registry:catalog:*", auth=None)).json()["repositories"] == []
        push_image("challenge-open/one", "1")
        assert call("GET", "/v2/_catalog", auth=None).json()["repositories"] == ["challenge-open/one"]


@test
def blacked_out_vhost():
    """Where the vhost's repository is blacked out, an anonymous pull is challenged first, as if nothing were found; with its token it is refused."""
    path = "/v2/challenge/dark/manifests/1"
    anonymous = token("repository:challenge/dark:pull", auth=None)
    post("docker-dev", blackedOut=True)
    try:
        answers = [call("GET", path, auth=auth) for auth in (None, anonymous, ADMIN)]
    finally:
        post("docker-dev", blackedOut=False)
    assert [answer.status for answer in answers] == [401, 403, 403], answers
    assert "repository:challenge/dark:pull" in answers[0].headers["www-authenticate"], answers[0]
    for answer in answers[1:]:
        assert answer.code() == "DENIED" and "blacked out" in answer.json()["errors"][0]["message"], answer


def grant(repository, actions):
    stack("stack_ctl", "permission", "set", "challenge-write", "--repository", repository, "--anonymous", "--actions", actions)


def refused(repository, actions):
    try:
        grant(repository, actions)
    except AssertionError as error:
        return "a push needs an account" in str(error)
    return False


@test
def anonymous_pushes_nowhere():
    """Anonymous may not be given more than read on local repositories; on remotes, write is filling the cache. An old right does nothing."""
    try:
        refuse_anonymous_pushes()
    finally:
        sql("DELETE FROM registry.permission_target WHERE name = 'challenge-write'")


def refuse_anonymous_pushes():
    for repository in ("docker-dev-local2", "ANY", "ANY LOCAL", "dockerhub,docker-dev-local"):
        assert refused(repository, "read,write"), repository
    assert refused("docker-dev-local2", "read,delete")
    grant("ANY REMOTE", "read,write")
    grant("dockerhub", "read,write")
    grant("docker-dev-local2", "read")
    sql("UPDATE registry.permission_target_principal SET actions = 7 WHERE principal_id = 0")
    for auth in (None, token("repository:challenge/anonymous:pull,push,delete", auth=None)):
        assert call("POST", "/v2/challenge/anonymous/blobs/uploads/", auth=auth, headers=EMPTY).status == 401
        assert call("POST", f"/v2/challenge/anonymous/blobs/uploads/?mount={sha256(b'x')}&from=challenge/source", auth=auth, headers=EMPTY).status == 401
        assert put_manifest("challenge/anonymous", "1", image(), auth=auth).status == 401
        assert call("DELETE", "/v2/challenge/anonymous/manifests/1", auth=auth).status == 401


run()
