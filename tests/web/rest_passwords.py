"""Passwords of accounts over REST, and what the administrator's own means to a deploy."""
from registry import *  # pylint: disable=wildcard-import,unused-wildcard-import
from rest import *  # pylint: disable=wildcard-import,unused-wildcard-import

READER = add_user(unique("reader"), "read", "ANY LOCAL")


@test
def own_password():
    """Everybody changes his own password by proving the old one; the new one counts from then on, and no audit row has either."""
    name = unique("own")
    user = add_user(name, password="first one")
    age_refusals()
    assert call("GET", API + "system/version", auth=user).status == 200
    fails(new_password(name, "not the first one", "second: one", user), 400, "oldPassword: wrong password")
    answer = new_password(name.upper(), "first one", "second: \u00e4\U0001f433", user)
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain"), answer
    for path in (API + "system/version", "/v2/"):
        assert call("GET", path, auth=user).status == 401 and call("GET", path, auth=(name, "second: \u00e4\U0001f433")).status == 200
    rows = sql(f"SELECT string_agg(action, ' ' ORDER BY at), bool_or(audit::text ~ 'first one|second:') FROM registry.audit WHERE object = '{name}'"
               " AND action IN ('account_password', 'sign_in_failed')")
    assert rows.endswith("|f") and "account_password" in rows and rows.startswith("sign_in_failed"), rows


@test
def anothers_password():
    """An administrator sets anybody's password without the old one; nobody else sets another's, or learns who there is."""
    name = unique("other")
    user = add_user(name)
    fails(new_password("admin", "password", "evil", user), 403)
    fails(new_password("rest-nobody", "x", "evil", user), 403)
    assert new_password(name, "whatever", "set by admin", ADMIN).status == 200
    assert call("GET", API + "system/version", auth=user).status == 401 and call("GET", API + "system/version", auth=(name, "set by admin")).status == 200
    fails(new_password("rest-nobody", "x", "y", ADMIN), 404, "rest-nobody")


@test
def password_refused():
    """A change that lacks a field, or whose new passwords differ, are empty, too short, too long or the name, is 400 and says why."""
    good = {"userName": READER[0], "oldPassword": READER[1], "newPassword1": "one of mine", "newPassword2": "one of mine"}
    for field in good:
        fails(change(READER, **{name: value for name, value in good.items() if name != field}), 400, field)
        fails(change(READER, **{**good, field: 7}), 400)
    fails(change(READER, **{**good, "newPassword2": "y"}), 400, "newPassword2: must equal newPassword1")
    fails(change(READER, **{**good, "newPassword1": "", "newPassword2": ""}), 400, "newPassword1: must not be empty")
    fails(change(READER, **{**good, "newPassword1": "x" * 5000, "newPassword2": "x" * 5000}), 400, "password: must have at most")
    for wrong in ("x", "1234567", "ööööööö"):
        fails(change(READER, **{**good, "newPassword1": wrong, "newPassword2": wrong}), 400, "at least 8 characters")
    fails(change(READER, **{**good, "newPassword1": READER[0].upper(), "newPassword2": READER[0].upper()}), 400, "user name")
    fails(call("POST", PASSWORD, body=b"[]", headers=JSON, auth=READER), 400)
    assert call("GET", API + "system/version", auth=READER).status == 200


@test
def bootstrap_opts_out():
    """With a password of the administrator's own a deploy makes nothing; with the first one again it makes what is missing, as it was."""
    key, changed = "docker-prod-local", ("admin", "one of my own")
    before = document(key)
    assert new_password("admin", "password", changed[1], ADMIN).status == 200
    try:
        assert send("GET", key).status == 401 and send("DELETE", key, auth=changed).status == 200
        assert "nothing created" in stack("stack_ctl", "bootstrap")
        assert send("GET", key, auth=changed).status == 404
    finally:
        assert new_password("admin", changed[1], "password", changed).status == 200
    assert f"repository {key} created" in stack("stack_ctl", "bootstrap") and document(key) == before


run()
