"""An upstream that is of no use to anybody: `away.py refuse|unauthorized|hang`. Its URL goes to standard output; it ends with its parent."""
import json
import os
import signal
import sys
import ctypes

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from listener import Listener  # noqa: E402  pylint: disable=wrong-import-position


def unauthorized(x):
    """As Docker Hub answers for names it does not have: 401, whatever token comes."""
    if x.path.startswith("/token"):
        x.send(200, [("Content-Type", "application/json")], json.dumps({"token": "anonymous"}).encode())
    elif x.path == "/v2/" and x.bearer():
        x.send(200, [("Content-Type", "application/json")], b"{}")
    else:
        x.send(401, [("Content-Type", "application/json"), ("WWW-Authenticate", f'Bearer realm="{LISTENER.url}/token",service="away"')], b"{}")


ctypes.CDLL(None).prctl(1, signal.SIGKILL)
LISTENER = Listener(unauthorized)
if sys.argv[1] == "refuse":
    LISTENER.refuse()
elif sys.argv[1] == "hang":
    LISTENER.hang()
print(LISTENER.url, flush=True)
signal.pause()
