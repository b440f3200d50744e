"""A hub, and remote repositories by the REST interface that have it as their upstream."""
from registry import at_end, unique
from rest import new
from upstream import Hub, Image

HUB = Hub()
at_end(HUB.stop)


def remote(**fields):
    return new("remote", **{"url": HUB.url, "allowPrivateNetworks": True, "libraryPrefix": True, "assumedOfflinePeriodSecs": 0, **fields})


def hub_image(name, tag="1"):
    """A new image there; the log of requests is empty afterwards."""
    found = Image(unique("image"))
    HUB.push(name, tag, found)
    HUB.clear()
    return found


def served(method, path):
    """Requests that the hub served: it refuses the first one of a remote, which has no token yet."""
    return sum("authorization" in entry["headers"] for entry in HUB.requests(method, path))
