"""What the REST interface says of the system: health, version, what is stored, files; and what it is without its database."""
import time

from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import

READER = add_user(unique("reader"), "read", "ANY LOCAL")


@test
def ping():
    """system/ping is OK to anybody; liveness and readiness too."""
    for path, said in (("system/ping", b"OK"), ("v1/system/liveness", b"ok\n"), ("v1/system/readiness", b"ok\n")):
        for auth in (None, ADMIN, READER):
            answer = call("GET", API + path, auth=auth)
            assert answer.status == 200 and answer.body == said and answer.headers["content-type"].startswith("text/plain"), answer


@test
def database_away():
    """Without its database stowage-admin lives, whatever password is given, and everything else is 503 with Retry-After; then it goes on."""
    key = new()
    sql("ALTER ROLE stowage_admin NOLOGIN")
    try:
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'stowage_admin'")
        for auth in (None, ADMIN, (READER[0], "wrong")):
            assert call("GET", API + "v1/system/liveness", auth=auth).body == b"ok\n"
        for method, path in (("GET", "system/ping"), ("GET", "repositories"), ("DELETE", "repositories/" + key)):
            answer = call(method, API + path)
            fails(answer, 503)
            assert answer.headers["retry-after"].isdigit() and not any(word in answer.body for word in (b"role", b"stowage_admin", b"FATAL")), answer
        assert call("GET", "/v2/").status == 200, "others have theirs"
    finally:
        sql("ALTER ROLE stowage_admin LOGIN")
        end = time.monotonic() + 10
        while send("GET", key).status != 200:
            assert time.monotonic() < end, send("GET", key)
            time.sleep(0.1)


@test
def version():
    """system/version says a version that clients can read, the add-ons as an array, and the licence."""
    found = call("GET", API + "system/version").json()
    assert all(part.isdigit() for part in found["version"].split(".")) and len(found["version"].split(".")) == 3, found
    assert isinstance(found["revision"], str) and isinstance(found["license"], str) and found["addons"] == ["docker"], found


@test
def storage():
    """storageinfo sums up what is stored, in all and by repository, in words for people."""
    key, empty = new(), new()
    layer = "x" * 5000
    push(key, "app", "1", layer)
    push(key, "more", "1", layer)
    answer = call("GET", API + "storageinfo")
    assert answer.status == 200 and answer.headers["content-type"] == "application/json", answer
    found = answer.json()
    assert set(found["binariesSummary"]) == {"binariesCount", "binariesSize", "artifactsSize", "optimization", "itemsCount", "artifactsCount"}, found
    assert set(found["fileStoreSummary"]) == {"storageType", "storageDirectory", "totalSpace", "usedSpace", "freeSpace", "lastSeen", "programs"}, found
    assert {(one["program"], one["state"]) for one in found["fileStoreSummary"]["programs"]} == {
        ("stowage-keep", "available"), ("stowage-v1", "available"), ("stowage-v2", "available")}, found
    rows = {row["repoKey"]: row for row in found["repositoriesSummaryList"]}
    percentage = rows[key].pop("percentage")
    assert rows[key] == {"repoKey": key, "repoType": "LOCAL", "foldersCount": 2, "filesCount": 2, "usedSpace": "4.88 KB", "itemsCount": 4, "packageType": "Docker"}, rows[key]
    stored = int(sql("SELECT sum(size) FROM registry.blob"))
    assert percentage.endswith("%") and abs(float(percentage[:-1]) - 100 * 5002 / stored) < 0.02, (percentage, stored)
    assert rows[empty]["usedSpace"] == "0 bytes" and rows[empty]["percentage"] == "0.00%" and rows["dockerhub"]["repoType"] == "REMOTE"
    assert sum(row["filesCount"] for row in rows.values()) == int(found["binariesSummary"]["artifactsCount"])


@test
def files():
    """storage/KEY?list has a file for each tag, as Terraform counts them before it destroys; an empty repository has none."""
    key = new()
    first = push(key, "team/app", "1", "one")
    assert at(key, "team/app/manifests/2", "PUT", body=first, headers={"Content-Type": OCI_MANIFEST}).status == 201
    for query in ("?list", "?list&deep=1&listFolders=0", "?list=1&deep=1"):
        answer = call("GET", f"{API}storage/{key}{query}").json()
        assert answer["uri"] == f"{SCHEME}://{DEV}{API}storage/{key}" and [row["uri"] for row in answer["files"]] == [
            "/team/app/1/manifest.json", "/team/app/2/manifest.json"], answer
    row = answer["files"][0]
    assert (row["size"], row["folder"], row["digest"]) == (len(first), False, sha256(first)) and row["lastModified"].endswith("Z"), row
    assert call("GET", f"{API}storage/{new()}?list").json()["files"] == []
    # more than are asked of the database at once, over several names
    push(key, "many/a", "1", "many")
    number = sql(f"SELECT i.id, t.manifest_id FROM registry.image i JOIN registry.tag t ON t.image_id = i.id JOIN registry.repository r ON r.id = i.repository_id"
                 f" WHERE r.key = '{key}' AND r.deleted_at IS NULL AND i.path = 'many/a'").replace("|", ", ")
    sql(f"INSERT INTO registry.tag (image_id, manifest_id, name) SELECT {number}, 'x' || n FROM generate_series(1, 12000) n")
    push(key, "many/b", "1", "many")
    uris = [row["uri"] for row in call("GET", f"{API}storage/{key}?list").json()["files"]]
    assert len(set(uris)) == len(uris) == 12004 and uris[0] == "/many/a/1/manifest.json" and uris[-1] == "/team/app/2/manifest.json", uris[-1]
    fails(call("GET", API + "storage/nobody-has-this?list"), 404)
    fails(call("GET", f"{API}storage/{key}/tea?list"), 404)


run()
