"""Names and URLs: grammar, encodings, abuse."""
import os
import resource

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import


@test
def good_names():
    """Names of the specification's grammar work, whatever their last part is called."""
    for name in ("a", "a/b/c/d/e/f", "a.b_c__d-e---f", "0", "x/manifests", "x/blobs", "x/tags/list", "x/blobs/uploads", "manifests/manifests", "v2", "a" * 255,
                 "/".join(["a"] * 128)):
        payload = push_image(name)
        answer = call("GET", f"/v2/{name}/manifests/latest")
        assert answer.status == 200 and answer.body == payload, (name, answer)
        assert call("GET", f"/v2/{name}/tags/list").json() == {"name": name, "tags": ["latest"]}


@test
def bad_names():
    """Names outside the grammar are NAME_INVALID: upper case, odd ends, too long."""
    for name in ("Upper", "a/Upper", "-a", "a-", "a/-b", "a..b", "a___b", "_a", "a.", "a" * 256, "a/" + "b" * 300, "a,b", "a~b", "a:b", "%C3%A4", "a%20b"):
        answer = call("GET", f"/v2/{name}/tags/list")
        assert answer.status == 400 and answer.code() == "NAME_INVALID", (name, answer)
        answer = call("POST", f"/v2/{name}/blobs/uploads/", headers={"Content-Length": "0"})
        assert answer.status == 400 and answer.code() == "NAME_INVALID", (name, answer)


@test
def slashes_and_dots():
    """//, . and .. in the path reach us raw and are refused, never resolved."""
    push_image("dots/secret")
    for path in ("/v2//dots/secret/manifests/latest", "/v2/dots//secret/manifests/latest", "/v2/x/../dots/secret/manifests/latest", "/v2/./dots/secret/manifests/latest",
                 "/v2/dots/secret/manifests/../manifests/latest", "/x/../v2/dots/secret/manifests/latest", "/v2/dots/%2e%2e/dots/secret/manifests/latest",
                 "/v2/dots/secret/blobs/..%2f..%2fetc%2fpasswd"):
        status = raw_status(head("GET", path))
        assert 400 <= status < 500, (path, status)


@test
def encoded():
    """%2F, %3A and escapes in either case are decoded once; %252F is not decoded twice."""
    payload = push_image("enc/one")
    digest = sha256(payload)
    for path in ("/v2/enc%2Fone/manifests/latest", "/v2/enc%2fone/manifests/latest", "/v2/%65nc/one/manifests/latest",
                 "/v2/enc/one/manifests/" + digest.replace(":", "%3A"), "/v2/enc/one/manifests/" + digest.replace(":", "%3a")):
        answer = call("GET", path)
        assert answer.status == 200 and answer.body == payload, (path, answer)
    assert call("GET", "/v2/enc%252Fone/manifests/latest").status == 400


@test
def plus_in_query():
    """A plus in a query value is a plus."""
    subject = push_image("enc/plus")
    put_blob("enc/plus", b"s")
    payload = image([b"s"], artifactType="application/x+json", subject=descriptor(subject, OCI_MANIFEST))
    put_manifest("enc/plus", sha256(payload), payload)
    for text in ("application/x+json", "application%2Fx%2Bjson", "application/x%2bjson"):
        assert len(call("GET", f"/v2/enc/plus/referrers/{sha256(subject)}?artifactType={text}").json()["manifests"]) == 1, text


@test
def nul_and_broken_escapes():
    """%00, broken escapes, control characters and invalid UTF-8 are a clean 4xx."""
    for path in ("/v2/a%00b/tags/list", "/v2/a/manifests/x%00", "/v2/a%/tags/list", "/v2/a%zz/tags/list", "/v2/%ff%fe/tags/list", "/v2/%c0%af/tags/list",
                 "/v2/a%0d%0aX-Evil:%20yes/tags/list", "/v2/a/tags/list?n=%00", "/v2/a/tags/list?last=%0d%0aX-Evil:1&n=1", "/v2/token?scope=%0d%0aX-Evil:1"):
        answer = raw(head("GET", path))
        status = int(answer.split(b" ", 2)[1])
        assert 400 <= status < 500 or (status == 200 and "X-Evil" in path), (path, answer)
        assert b"\r\nX-Evil" not in answer, answer


@test
def header_injection():
    """CR and LF in mount, from and digest never reach a header."""
    for query in ("mount=%0d%0aX-Evil:1&from=a", "digest=%0d%0aX-Evil:1", "mount=" + sha256(b"") + "&from=%0d%0aX-Evil:1"):
        assert b"\r\nX-Evil" not in raw(head("POST", "/v2/a/blobs/uploads/?" + query, {"Content-Length": "0"})), query


@test
def huge_headers():
    """Very many or very large headers are a clean 4xx, and the service lives."""
    many = {f"X-{i}": "y" * 50 for i in range(10_000)}
    assert 400 <= raw_status(head("GET", "/v2/", many)) < 500
    assert 400 <= raw_status(head("GET", "/v2/", {"X-Large": "y" * 100_000})) < 500
    assert 400 <= raw_status(head("GET", "/v2/" + "a" * 100_000)) < 500
    assert call("GET", "/v2/").status == 200


@test
def records_in_a_body():
    """A body that looks like FastCGI records is only a body."""
    record = b"\x01\x01\x00\x01\x00\x08\x00\x00" + b"\x00\x01\x00\x00\x00\x00\x00\x00" + b"\x01\x04\x00\x01\x00\x00\x00\x00"
    data = (record * 5000)[:99_000]
    put_blob("abuse/records", data)
    assert call("GET", "/v2/abuse/records/blobs/" + sha256(data)).body == data


@test
def methods():
    """A known path answers other methods with 405 and Allow, unknown paths with 404."""
    answer = call("PATCH", "/v2/a/manifests/x", body=b"")
    assert answer.status == 405 and answer.headers["allow"] == "GET, HEAD, PUT, DELETE", answer
    assert call("PUT", "/v2/", body=b"").status == 405
    for path in ("/v2/a", "/v2/a/b", "/v2/manifests/x", "/v2/a/manifests/", "/v2/a/blobs/", "/v2/a/unknown/x"):
        assert call("GET", path).status == 404, path
    assert call("TRACE", "/v2/").status in (400, 403, 405, 501)


@test
def memory_is_flat():
    """After all of this the responder's processes are small."""
    page, most = resource.getpagesize(), int(os.environ.get("STOWAGE_RSS_MIB", "64")) << 20
    for pid in pids("stowage-v2"):
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            used = int(file.read().split()[1]) * page
        assert used < most, (pid, used)


run()
