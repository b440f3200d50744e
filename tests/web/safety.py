"""Headers that keep what was pushed from being taken for a page of the registry."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import

POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


@test
def no_answer_is_a_page():
    """Every answer of v1, v2 and REST says nosniff and a policy that allows nothing: content, lists, errors, challenges."""
    layer = b"<svg onload=alert(1)>"
    push_image("safety/one", "1", layers=(layer,))
    blob = "/v2/safety/one/blobs/" + sha256(layer)
    for method, path, auth, status in (
            ("GET", "/v2/safety/one/manifests/1", ADMIN, 200), ("HEAD", "/v2/safety/one/manifests/1", ADMIN, 200), ("GET", blob, ADMIN, 200),
            ("GET", "/v2/safety/one/tags/list", ADMIN, 200), ("GET", "/v2/", None, 401), ("GET", "/v2/safety/one/manifests/none", ADMIN, 404),
            ("GET", "/v2/UPPER/tags/list", ADMIN, 400), ("POST", "/v2/safety/one/blobs/uploads/", ADMIN, 202), ("GET", "/v2/token", ADMIN, 200),
            ("GET", "/v1/_ping", None, 200), ("GET", "/v1/search?q=safety", ADMIN, 200), ("GET", "/v1/users/", None, 401),
            ("GET", "/artifactory/api/repositories", ADMIN, 200), ("GET", "/artifactory/api/repositories", None, 401),
            ("GET", "/artifactory/api/repositories/docker-dev", ADMIN, 200), ("GET", "/artifactory/api/nothing", ADMIN, 404),
            ("GET", "/readyz", None, 200), ("GET", "/artifactory/api/docker/no-such-key/v2/", ADMIN, 404)):
        answer = call(method, path, auth=auth, headers={"Content-Length": "0"} if method == "POST" else {})
        assert answer.status == status, (method, path, answer)
        assert answer.headers.get("x-content-type-options") == "nosniff", (method, path, answer)
        assert answer.headers.get("content-security-policy") == POLICY, (method, path, answer)
    answer = call("GET", blob, headers={"Range": "bytes=0-3"})
    assert answer.status == 206 and answer.headers["content-security-policy"] == POLICY, answer


run()
