"""The page for people at the root of a vhost."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def welcome_page():
    """/ and /artifactory/ say what this is, with the commands for the host that was asked; nobody has to sign in."""
    for path in ("/", "/artifactory/", "/artifactory"):
        for host in (DEV, PROD):
            answer = call("GET", path, auth=None, host=host)
            assert answer.status == 200 and answer.headers["content-type"] == "text/html; charset=utf-8", (path, answer)
            page = answer.body.decode()
            assert all(f"docker {verb} {host}" in page for verb in ("login", "push", "pull")), page
            assert "default-src 'none'" in answer.headers["content-security-policy"] and answer.headers["x-content-type-options"] == "nosniff"
    assert call("HEAD", "/", auth=None).status == 200
    assert call("GET", "/", auth=None, headers={"Host": 'x"><script>'}).body.count(b"<script") == 0
    assert call("POST", "/", body=b"").status == 405
    assert call("GET", "/nowhere", auth=None).status == 404


run()
