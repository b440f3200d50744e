"""Pushes to virtual repositories: what need not travel again, what a pusher sees, and where a push has nowhere to go."""
from hub_repositories import HUB, hub_image, remote, served
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def retag_and_push():
    """Pulled from the hub, tagged and pushed: no layer travels twice, and the image stands when the cache is gone."""
    hub, local = remote(), new("local")
    virtual = new("virtual", repositories=[local, hub], defaultDeploymentRepo=local)
    found = hub_image("library/base")
    assert pull(virtual, "base", "1").body == found.manifest
    blobs = [found.layer_digest] + [d["digest"] for d in (found.document["config"],)]
    for digest in blobs:
        assert at(virtual, f"base/blobs/{digest}").status == 200
    both = at(virtual, "token?scope=repository:mine/app:pull,push&scope=repository:base:pull").json()["token"]
    for digest in blobs:
        answer = at(virtual, f"mine/app/blobs/uploads/?mount={digest}&from=base", "POST", auth=both, headers=EMPTY)
        assert answer.status == 201, answer
    HUB.clear()
    assert at(virtual, "mine/app/manifests/1", "PUT", body=found.manifest, headers={"Content-Type": OCI_MANIFEST}).status == 201
    # under the hub's own name nothing needs a mount: what the pusher sees there is linked
    assert at(virtual, "base/manifests/mine", "PUT", body=found.manifest, headers={"Content-Type": OCI_MANIFEST}).status == 201
    assert HUB.count() == 0
    delete(hub)
    for name, tag in (("mine/app", "1"), ("base", "mine")):
        assert pull(virtual, name, tag).body == found.manifest
        for digest in blobs:
            assert at(virtual, f"{name}/blobs/{digest}").status == 200, (name, digest)


@test
def pusher_sees_what_is_stored():
    """For a push only stored bytes count: HEAD with a push token asks no upstream, with a pull token it does."""
    hub, local = remote(), new("local")
    virtual = new("virtual", repositories=[local, hub], defaultDeploymentRepo=local)
    found = hub_image("library/seen")

    def token_for(actions):
        return at(virtual, f"token?scope=repository:seen:{actions}").json()["token"]

    HUB.clear()
    assert at(virtual, f"seen/blobs/{found.layer_digest}", "HEAD", auth=token_for("pull,push")).status == 404
    assert at(virtual, f"seen/blobs/{found.layer_digest}", "HEAD").status == 404, "an administrator may push"
    assert HUB.count("HEAD", "/blobs/") == 0
    assert at(virtual, f"seen/blobs/{found.layer_digest}", "HEAD", auth=token_for("pull")).status == 200
    assert served("HEAD", "/blobs/") == 1 and HUB.count("GET", "/blobs/") == 0


@test
def no_default_deployment():
    """A push without a default deployment, or to a remote, is 405 UNSUPPORTED with a sentence, with a token too."""
    local = new("local")
    for key in (new("virtual", repositories=[local]), remote()):
        answer = at(key, "n/app/blobs/uploads/", "POST", headers=EMPTY)
        assert answer.status == 405 and answer.code() == "UNSUPPORTED" and "deployment" in answer.json()["errors"][0]["message"], answer
        answer = at(key, "n/app/manifests/1", "PUT", body=image(), headers={"Content-Type": OCI_MANIFEST})
        assert answer.status == 405 and answer.code() == "UNSUPPORTED", answer
        scope = "token?scope=repository:n/app:pull,push"
        bearer = {**EMPTY, "Authorization": "Bearer " + at(key, scope).json()["token"]}
        answer = at(key, "n/app/blobs/uploads/", "POST", headers=bearer, auth=None)
        assert answer.status == 405 and "deployment" in answer.json()["errors"][0]["message"], answer
        answer = at(key, "n/app/blobs/uploads/", "POST", headers=EMPTY, auth=None)
        assert answer.status == 401, answer


run()
