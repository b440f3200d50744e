"""Reads over the v1 API: names, tags, layers, search, and reports of what was pushed."""
from functools import cache

from docker_v1 import ART, APP, BASE, Client, V1Image, audit, error, image_id, layer_of, push_app
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


@cache
def push_single():
    """How many of its images were new."""
    return Client("single", prefix=ART).push("1", V1Image("single"))


@test
def artifactory_form():
    """The same below /artifactory/api/docker/KEY/; names of one part are library's."""
    assert push_single() == 1
    assert len(Client("library/single").pull("1")) == len(Client("single").pull("1")) == 1
    assert call("GET", "/artifactory/api/docker/docker-dev-local2/v1/repositories/single/tags").status == 404, "a V2 repository is not served over v1"


@test
def reports():
    """Administrators see what was pushed: tags among the files, images among what is counted."""
    def summary():
        rows = call("GET", "/artifactory/api/storageinfo").json()["repositoriesSummaryList"]
        return next(row["filesCount"] for row in rows if row["repoKey"] == "docker-dev-local")
    before = summary()
    assert Client("reports/app").push("1", V1Image("reported top", V1Image("reported base"))) == 2
    assert summary() == before + 2
    files = call("GET", "/artifactory/api/storage/docker-dev-local?list").json()["files"]
    row, = [row for row in files if row["uri"] == "/reports/app/1/tag.json"]
    assert row["size"] > 0 and row["folder"] is False and "digest" not in row and row["lastModified"].endswith("Z"), row


@test
def layers_resume():
    """A layer is sent from where it broke off; an end past the last byte is the last byte."""
    client = Client("team/big")
    image = V1Image("big", layer=layer_of(a="".join(hashlib.sha256(b"%d" % n).hexdigest() for n in range(4000))))
    client.push("x", image)
    client.index("GET", "/images")
    whole = client.image("GET", image, "layer")
    size = len(image.layer)
    assert whole.body == image.layer and whole.headers["accept-ranges"] == "bytes" and int(whole.headers["content-length"]) == size, whole.headers
    assert client.image("GET", image, "json").headers["x-docker-size"] == str(size)
    answer = client.image("GET", image, "layer", headers={"Range": f"bytes=1000-{size}"})
    assert answer.status == 206 and answer.body == image.layer[1000:] and answer.headers["content-range"] == f"bytes 1000-{size - 1}/{size}", answer
    assert client.image("GET", image, "layer", headers={"Range": f"bytes={size}-{size}"}).status == 416
    answer = client.image("HEAD", image, "layer")
    assert answer.status == 200 and int(answer.headers["content-length"]) == size, answer
    epoch = "Thu, 01 Jan 1970 00:00:00 GMT"
    for what in ("json", "ancestry", "layer"):
        for method in ("GET", "HEAD"):
            answer = client.image(method, image, what)
            assert answer.headers["last-modified"] == epoch and "max-age" in answer.headers["cache-control"], (what, answer)
            assert client.image(method, image, what, headers={"If-Modified-Since": epoch}).status == 304, what


@test
def tags():
    """Tags are set, listed, told about, moved and taken away; images stay."""
    client = Client("team/tagged")
    client.push("one", APP)
    assert client.put_tag("two", BASE).status == 200
    assert client.registry("GET", "repositories/team/tagged/tags").json() == {"one": APP.id, "two": BASE.id}
    assert client.registry("GET", "repositories/team/tagged/tags/two").json() == BASE.id
    answer = client.registry("GET", "repositories/team/tagged/tags/three")
    assert answer.status == 404 and error(answer) == "Tag not found", answer
    told = client.registry("GET", "repositories/team/tagged/tags/two/json").json()
    assert told["docker_version"] == "1.6.2" and told["os"] == "linux" and told["last_update"] > 1_700_000_000, told
    assert client.registry("GET", "repositories/team/tagged/json").json()["arch"] == "amd64"
    ids = [entry["id"] for entry in client.index("GET", "/images").json()]
    assert sorted(ids) == sorted([APP.id, BASE.id]) and all(set(entry) == {"id"} for entry in client.index("GET", "/images").json())
    client.begin(APP)
    for bad in ("-x", ".x", "x" * 129, "%C3%A4"):
        assert client.put_tag(bad, APP).status == 400, bad
    assert client.put_tag("x", image_id("nowhere")).status == 404
    assert client.registry("PUT", "repositories/team/tagged/tags/x", b"{}").status == 400
    before = audit("untag")
    assert call("DELETE", "/v1/repositories/team/tagged/tags/two").status == 200
    assert call("DELETE", "/v1/repositories/team/tagged/tags/two").status == 404
    assert call("DELETE", "/v1/repositories/team/tagged/").status == 200
    assert audit("untag") == before + 2
    client.begin(APP)
    assert client.registry("GET", "repositories/team/tagged/tags").json() == {}
    assert client.put_tag("back", APP).status == 200, "its images stayed"
    assert call("DELETE", "/v1/repositories/team/none/tags").status == 404
    history = sql("SELECT count(*) FROM registry.tag_event WHERE path = 'team/tagged' AND coalesce(new_digest, old_digest) LIKE 'v1:%'")
    assert int(history) == 5, history


@test
def many_tags():
    """A name of very many tags is listed in seconds, each id once."""
    Client("team/many").push("x", APP)
    sql("WITH i AS (SELECT id FROM registry.image WHERE path = 'team/many'),"
        " v AS (INSERT INTO registry.v1_image (image_id, v1_id, json, ancestry) SELECT i.id, d, '{}', ARRAY[d] FROM i, generate_series(1, 30000) n,"
        " sha256(n::text::bytea) d RETURNING image_id, v1_id)"
        "INSERT INTO registry.v1_tag (image_id, v1_id, name) SELECT image_id, v1_id, t || encode(v1_id, 'hex') FROM v, (VALUES ('a'), ('b')) t (t)")
    answer = call("GET", "/v1/repositories/team/many/images", timeout=20)
    assert answer.status == 200, answer
    ids = [entry["id"] for entry in answer.json()]
    assert len(ids) == len(set(ids)) == 30001


@test
def not_there():
    """What is not there, and what nobody may know of, is 404 with a sentence."""
    for path in ("/v1/repositories/none/images", "/v1/repositories/none/tags", "/v1/repositories/none/tags/x", "/v1/repositories/none/json",
                 "/v1/repositories/none/properties", f"/v1/images/{image_id('none')}/json", "/v1/none", "/v1/images/x"):
        answer = call("GET", path)
        assert answer.status == 404 and error(answer), (path, answer)
    answer = call("POST", "/v1/search")
    assert answer.status == 405 and answer.headers["allow"], answer
    for path in ("/v1/repositories/UPPER/images", "/v1/repositories/a%2F%2Fb/images", "/v1/repositories/..%2Fx/images"):
        assert call("GET", path).status == 400, path


@test
def search():
    """Search finds what the account may read, by a part of the name, a page at a time."""
    push_app()
    push_single()
    found = call("GET", "/v1/search?q=team").json()
    names = [entry["name"] for entry in found["results"]]
    assert found["query"] == "team" and names == sorted(names) and "team/app" in names and found["num_results"] == len(names), found
    assert set(found["results"][0]) >= {"name", "description", "star_count", "is_official", "is_trusted"}
    page = call("GET", "/v1/search?q=team&n=2&page=2").json()
    assert [entry["name"] for entry in page["results"]] == names[2:4] and page["num_results"] == len(names), page
    assert "single" in [entry["name"] for entry in call("GET", "/v1/search?q=single&n=100").json()["results"]]
    assert call("GET", "/v1/search?q=").json()["num_results"] >= len(names) + 1
    assert "library/single" not in call("GET", "/v1/search?q=single").body.decode()
    reader = add_user("v1-searcher", "read", "docker-dev-local", "team/**")
    results = call("GET", "/v1/search?n=100", auth=reader).json()["results"]
    assert results and all(entry["name"].startswith("team/") for entry in results), results
    assert call("GET", "/v1/search?q=%25_%5C'").json()["num_results"] == 0


run()
