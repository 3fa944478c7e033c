"""Logging in and out, as a browser does it."""

import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, update

from blog.accounts import passwords
from blog.accounts.models import User, UserSession
from blog.database import session, write_gate
from tests.factories import NOW, PASSWORD, make_user
from tests.locks import held_elsewhere
from tests.pages import field, form_data

WRONG = "a wrong but long password"
SENTENCE = "The username or the password is wrong."


def attempt(client, name="ada", password=WRONG, *, path="/login", **environ):
    return client.post(
        path,
        data={
            "csrf_token": client.token("/login"),
            "username": name,
            "password": password,
        },
        environ_base=environ,
    )


def is_in(client):
    return client.get("/admin/account/").status_code == 200


# In


def test_who_knows_the_password_is_in(visitor, ada):
    response = visitor.log_in(ada, PASSWORD)

    assert (response.status_code, response.location) == (303, "/admin/")
    assert is_in(visitor)


def test_case_and_spaces_around_the_name_do_not_matter(visitor, ada):
    assert visitor.log_in(" ADA ", PASSWORD).status_code == 303


def test_a_wrong_password_gives_the_form_back_with_the_name(visitor, ada):
    response = visitor.log_in(ada, WRONG)

    assert response.status_code == 422
    assert SENTENCE in response.text
    assert field(response.text, "username") == "ada"
    assert WRONG not in response.text
    assert not is_in(visitor)


def test_the_problem_is_tied_to_the_fields_and_the_focus_is_where_one_goes_on(
    visitor, ada
):
    page = visitor.log_in(ada, WRONG).text
    [password] = re.findall(r'<input[^>]*name="password"[^>]*>', page)

    assert 'id="problem" role="alert"' in page
    assert 'aria-describedby="problem"' in password
    assert "autofocus" in password
    assert len(re.findall("autofocus", page)) == 1


def test_the_form_tells_password_managers_what_is_what(visitor):
    page = visitor.get("/login").text

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


@pytest.mark.parametrize("missing", ["username", "password"])
def test_both_are_needed(visitor, ada, missing):
    data = {"username": ada, "password": PASSWORD} | {missing: ""}

    response = visitor.post(
        "/login", data={"csrf_token": visitor.token("/login")} | data
    )

    assert response.status_code == 422


def test_somebody_unknown_gets_the_very_same_answer(app, ada):
    def answer(name):
        response = attempt(app.test_client(), name)
        body = re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", response.text)
        headers = {
            key: value for key, value in response.headers if key != "Content-Length"
        }
        return response.status, headers, body.replace(name, "NAME")

    assert answer("ada") == answer("eve")


def test_somebody_disabled_gets_the_very_same_answer(app, visitor):
    with app.app_context():
        make_user(name="gone", disabled_at=NOW)

    response = visitor.log_in("gone", PASSWORD)

    assert response.status_code == 422
    assert SENTENCE in response.text


def test_an_account_without_a_password_cannot_log_in(visitor, ada, write):
    write(lambda: session.execute(update(User).values(password_hash=None)))

    assert visitor.log_in(ada, "").status_code == 422
    assert visitor.log_in(ada, PASSWORD).status_code == 422


def test_who_is_in_already_goes_on(visitor, ada):
    visitor.log_in(ada, PASSWORD)

    response = visitor.get("/login?next=/admin/account/")

    assert (response.status_code, response.location) == (303, "/admin/account/")


def test_an_old_hash_becomes_a_new_one(visitor, ada, write, rows):
    old = passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    write(
        lambda: session.execute(update(User).values(password_hash=old.hash(PASSWORD)))
    )

    assert visitor.log_in(ada, PASSWORD).status_code == 303

    [user] = rows(select(User))
    assert not passwords.is_outdated(user.password_hash)
    assert passwords.is_right(PASSWORD, user.password_hash)


def test_a_large_body_is_refused(visitor):
    response = visitor.post(
        "/login",
        data={
            "csrf_token": visitor.token("/login"),
            "username": "ada",
            "password": "x" * 9000,
        },
    )

    assert response.status_code == 413


# From elsewhere


@pytest.mark.parametrize("token", ["", "nonsense", "another browser's"])
def test_without_its_own_token_nobody_is_logged_in(app, visitor, ada, token):
    visitor.get("/login")
    if token == "another browser's":
        token = app.test_client().token("/login")

    response = visitor.log_in(ada, PASSWORD, csrf_token=token)

    assert response.status_code == 400
    assert field(response.text, "username") == "ada"
    assert not is_in(visitor)


def test_a_form_that_came_back_for_its_token_works(app, visitor, ada):
    page = visitor.log_in(ada, PASSWORD, csrf_token="").text
    data = form_data(page, "/login") | {"password": PASSWORD}

    assert visitor.post("/login", data=data).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=str,
)
def test_another_site_logs_nobody_in(visitor, ada, headers):
    data = {
        "csrf_token": visitor.token("/login"),
        "username": ada,
        "password": PASSWORD,
    }

    assert visitor.post("/login", data=data, headers=headers).status_code == 403
    assert not is_in(visitor)


# On to


@pytest.mark.parametrize(
    "target", ["/admin/posts/", "/admin/account/?a=b&c=d", "/2026/05/a-post/", "/"]
)
def test_one_goes_on_to_where_one_wanted(visitor, ada, target):
    path = "/login?" + urlencode({"next": target})
    page = visitor.get(path).text
    data = form_data(page, "/login") | {"username": ada, "password": PASSWORD}
    action = re.search(r'<form[^>]* action="([^"]*)"', page)[1].replace("&amp;", "&")

    response = visitor.post(action, data=data)

    assert (response.status_code, response.location) == (303, target)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "/%09/evil.example",
        "/%5Cevil.example",
        "/%255Cevil.example",
        "/%2Fevil.example",
        "https:evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://localhost@evil.example",
        "http://localhost.evil.example",
        "/a\r\nSet-Cookie: a=b",
        "/%0d%0aSet-Cookie:%20a=b",
        "\u3002evil.example",
        "/\u3002evil.example",
        "/%00",
        "admin/",
        "",
        "/login",
        "/login?next=/login",
        "/logout",
    ],
)
def test_nobody_is_sent_to_another_site(visitor, ada, target):
    response = attempt(
        visitor, ada, PASSWORD, path="/login?" + urlencode({"next": target})
    )

    assert (response.status_code, response.location) == (303, "/admin/")


# Out


def test_logging_out_ends_the_session(visitor, ada, rows):
    visitor.log_in(ada, PASSWORD)
    cookie = visitor.get_cookie("session")

    response = visitor.send("/logout")

    assert (response.status_code, response.location) == (303, "/")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert rows(select(UserSession)) == []
    assert visitor.get_cookie("session") is None
    visitor.set_cookie("session", cookie.value)
    assert not is_in(visitor)


def test_a_link_logs_nobody_out(visitor, ada):
    visitor.log_in(ada, PASSWORD)

    response = visitor.get("/logout")

    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert is_in(visitor)


def test_another_site_logs_nobody_out(visitor, ada):
    visitor.log_in(ada, PASSWORD)

    assert visitor.post("/logout").status_code == 400
    assert is_in(visitor)


def test_logging_out_twice_is_fine(visitor, ada):
    visitor.log_in(ada, PASSWORD)
    token = visitor.token()
    visitor.post("/logout", data={"csrf_token": token})

    response = visitor.post("/logout", data={"csrf_token": token})

    assert (response.status_code, response.location) == (303, "/")


def test_a_visitor_can_log_out_too(visitor):
    response = visitor.send("/logout", token_from="/login")

    assert (response.status_code, response.location) == (303, "/")


# Too often


def test_after_four_failures_an_account_answers_slower(visitor, ada):
    assert [attempt(visitor).status_code for _ in range(4)] == [422] * 4

    response = attempt(visitor, password=PASSWORD)

    assert response.status_code == 429
    assert response.headers["Retry-After"] in ("1", "2")
    assert "Please wait" in response.text
    assert field(response.text, "username") == "ada"


def test_an_unknown_account_answers_slower_just_the_same(visitor):
    assert [attempt(visitor, "eve").status_code for _ in range(5)] == [422] * 4 + [429]


def test_success_makes_failures_forgotten(visitor, ada):
    for _ in range(3):
        attempt(visitor)
    visitor.log_in(ada, PASSWORD)
    visitor.send("/logout")
    visitor.delete_cookie("device")

    assert [attempt(visitor).status_code for _ in range(4)] == [422] * 4


def test_strangers_cannot_lock_the_owner_out(app, visitor, ada):
    visitor.log_in(ada, PASSWORD)
    visitor.send("/logout")
    stranger = app.test_client()
    for number in range(25):  # account and network are exhausted
        attempt(stranger, "ada" if number < 5 else f"name-{number}")
    assert attempt(stranger).status_code == 429

    assert attempt(visitor).status_code == 422
    assert visitor.log_in(ada, PASSWORD).status_code == 303


def test_a_known_browser_is_not_trusted_without_end(visitor, ada):
    visitor.log_in(ada, PASSWORD)
    visitor.send("/logout")

    assert [attempt(visitor).status_code for _ in range(5)] == [422] * 4 + [429]


def test_a_known_browser_is_known_for_its_own_people_only(app, visitor, ada):
    with app.app_context():
        make_user(name="eve")
    visitor.log_in("eve", PASSWORD)
    visitor.send("/logout")
    for _ in range(4):
        attempt(app.test_client())

    assert attempt(visitor).status_code == 429


def test_two_people_share_a_browser(app, visitor, ada):
    with app.app_context():
        make_user(name="eve")
    for name in ("ada", "eve"):
        visitor.log_in(name, PASSWORD)
        visitor.send("/logout")
    for name in ("ada", "eve"):
        for _ in range(4):
            attempt(app.test_client(), name)

    assert [attempt(visitor, name).status_code for name in ("ada", "eve")] == [422, 422]


@pytest.mark.parametrize("cookie", ["", "nonsense", "visitor's"])
def test_a_made_up_device_is_no_device(app, visitor, ada, cookie):
    if cookie == "visitor's":
        visitor.get("/login")
        cookie = visitor.get_cookie("visitor").value
    for _ in range(4):
        attempt(app.test_client())
    visitor.set_cookie("device", cookie)

    assert attempt(visitor).status_code == 429


def test_a_network_may_fail_twenty_times(visitor, ada):
    for number in range(20):
        assert attempt(visitor, f"name-{number}").status_code == 422

    response = attempt(visitor, "another")

    assert response.status_code == 429
    assert 890 <= int(response.headers["Retry-After"]) <= 900
    assert "15 minutes" in response.text


def test_an_ipv6_network_is_one_network(visitor, ada):
    def tried(number, address):
        return attempt(visitor, f"name-{number}", REMOTE_ADDR=address).status_code

    for number in range(20):
        assert tried(number, f"2001:db8:1:2::{number + 1:x}") == 422

    assert tried(21, "2001:db8:1:2:ffff::1") == 429
    assert tried(22, "2001:db8:1:3::1") == 422


def test_limits_can_be_off(app, visitor, ada):
    app.config["LIMITS"] = False

    assert {attempt(visitor).status_code for _ in range(6)} == {422}


def test_broken_counters_keep_nobody_out(app, visitor, ada):
    (app.config["INSTANCE"] / "counters.sqlite").mkdir()

    assert visitor.log_in(ada, PASSWORD).status_code == 303


# When the database is busy


def test_nobody_is_half_logged_in(app, visitor, ada, monkeypatch, rows):
    token = visitor.token("/login")
    data = {"csrf_token": token, "username": ada, "password": PASSWORD}
    monkeypatch.setattr("blog.database.GATE_DEADLINE_SECONDS", 0.05)
    with app.app_context():
        path = write_gate()._path
    with held_elsewhere(path):
        response = visitor.post("/login", data=data)

    assert response.status_code == 503
    assert visitor.get_cookie("session") is None
    assert rows(select(UserSession)) == []
    assert visitor.post("/login", data=data).status_code == 303


@pytest.mark.parametrize(
    "change", ["password_hash = 'another'", "disabled_at = '2026-01-01 00:00'"]
)
def test_what_changed_while_the_password_was_looked_at_counts(
    visitor, ada, meanwhile, rows, change
):
    meanwhile(f"UPDATE user SET {change}")

    assert visitor.log_in(ada, PASSWORD).status_code == 422
    assert rows(select(UserSession)) == []
