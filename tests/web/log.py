"""What the operator reads in the log."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


def line_of(program, *words):
    def found():
        with open(f"{STATE}/log/{program}.log", encoding="utf-8") as log:
            return next((line for line in log if all(word in line for word in words)), None)
    return eventually(found)


@test
def an_upstream_that_fails():
    """The line of a 502 says why the upstream gave no answer."""
    add_remote("log-remote", "http://127.0.0.1:9", hard_fail=True)
    answer = call("GET", "/artifactory/api/docker/log-remote/v2/log/why/manifests/1")
    assert answer.status == 502, answer
    line = line_of("stowage-v2", "/v2/log/why/manifests/1", "status=502")
    assert "cause=" in line and "127.0.0.1" in line, line


run()
