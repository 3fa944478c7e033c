"""Sessions: whose they are, how long they last, what the browser is told to keep."""

import json
from datetime import timedelta

import flask
import pytest
from markupsafe import Markup
from sqlalchemy import select

from blog.accounts import logins, passwords, users
from blog.accounts.models import Role, User, UserSession
from blog.database import session, write_gate
from tests.factories import DAY, HOUR, PASSWORD, make_post, make_user
from tests.locks import held_elsewhere

MINUTE = timedelta(minutes=1)


def is_in(client):
    return client.get("/admin/account/").status_code == 200


def age(write, **how_long):
    """Put a session's times back."""

    def change():
        for row in session.scalars(select(UserSession)):
            for column, delta in how_long.items():
                setattr(row, column, getattr(row, column) - delta)

    write(change)


# The token


def test_a_login_makes_a_new_token(visitor, ada, rows):
    visitor.set_cookie("session", "planted")

    visitor.log_in(ada, PASSWORD)

    [row] = rows(select(UserSession))
    token = visitor.get_cookie("session").value
    assert token != "planted"
    assert row.token_hash == logins.hashed(token)


def test_a_second_login_ends_the_first_session_of_that_browser(visitor, ada, rows):
    visitor.log_in(ada, PASSWORD)
    first = visitor.get_cookie("session").value
    visitor.delete_cookie("session")
    visitor.get("/login")
    token = visitor.token("/login")
    visitor.set_cookie("session", first)

    # The login page sends on whoever is in; a form opened before still works.
    data = {"csrf_token": token, "username": ada, "password": PASSWORD}
    assert visitor.post("/login", data=data).status_code in (303, 400)
    assert len(rows(select(UserSession))) == 1


def test_two_browsers_have_two_sessions(app, ada, rows):
    clients = [app.test_client(), app.test_client()]
    for client in clients:
        client.log_in(ada, PASSWORD)

    assert [is_in(client) for client in clients] == [True, True]
    assert len(rows(select(UserSession))) == 2


def test_a_stolen_copy_of_the_table_opens_nothing(app, visitor, ada, rows):
    visitor.log_in(ada, PASSWORD)
    [row] = rows(select(UserSession))
    thief = app.test_client()
    thief.set_cookie("session", row.token_hash)

    assert thief.get("/admin/account/").status_code == 303


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "A", str.swapcase])
def test_a_tampered_token_opens_nothing(visitor, ada, change):
    visitor.log_in(ada, PASSWORD)
    visitor.set_cookie("session", change(visitor.get_cookie("session").value))

    assert visitor.get("/admin/account/").status_code == 303
    assert visitor.get_cookie("session") is None


def test_one_cookie_cannot_stand_in_for_another(visitor, ada):
    visitor.log_in(ada, PASSWORD)
    device = visitor.get_cookie("device").value
    visitor.set_cookie("session", device)
    visitor.set_cookie("visitor", device)

    assert visitor.get("/admin/account/").status_code == 303


def test_a_login_says_where_it_came_from(visitor, ada, rows):
    data = {
        "csrf_token": visitor.token("/login"),
        "username": ada,
        "password": PASSWORD,
    }
    visitor.post(
        "/login",
        data=data,
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/145 " + "x" * 500},
        environ_base={"REMOTE_ADDR": "203.0.113.7"},
    )

    [row] = rows(select(UserSession))
    assert row.ip == "203.0.113.7"
    assert len(row.user_agent) == logins.MAX_USER_AGENT
    assert logins.browser_name(row.user_agent) == "Firefox, Linux"


# Its end


@pytest.mark.parametrize(
    ("how_long", "lasts"),
    [
        ({"seen_at": 24 * HOUR - MINUTE}, True),
        ({"seen_at": 24 * HOUR + MINUTE}, False),
        ({"created_at": 30 * DAY - MINUTE}, True),
        ({"created_at": 30 * DAY + MINUTE}, False),
    ],
    ids=str,
)
def test_a_session_ends_when_idle_or_old(visitor, ada, write, how_long, lasts):
    visitor.log_in(ada, PASSWORD)

    age(write, **how_long)

    assert is_in(visitor) is lasts


def test_a_login_throws_away_what_has_expired(app, visitor, ada, write, rows):
    visitor.log_in(ada, PASSWORD)
    age(write, seen_at=25 * HOUR)

    app.test_client().log_in(ada, PASSWORD)

    assert len(rows(select(UserSession))) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda user: users.set_password(
            user, passwords.hashed("another long password")
        ),
        lambda user: users.change_role(user, Role.AUTHOR, by=None),
        lambda user: users.disable(user, user.created_at, by=None),
        lambda user: setattr(user, "disabled_at", user.created_at),
        lambda user: session.delete(user),
    ],
    ids=["another password", "another role", "disabled", "disabled by hand", "deleted"],
)
def test_everywhere_it_ends_at_once(app, ada, write, change):
    clients = [app.test_client(), app.test_client()]
    for client in clients:
        client.log_in(ada, PASSWORD)

    write(lambda: change(session.scalars(select(User)).one()))

    assert [is_in(client) for client in clients] == [False, False]


def test_a_visit_is_written_down_once_an_hour(visitor, ada, write, rows):
    visitor.log_in(ada, PASSWORD)
    age(write, seen_at=59 * MINUTE)
    [before] = rows(select(UserSession.seen_at))

    is_in(visitor)
    assert rows(select(UserSession.seen_at)) == [before]
    age(write, seen_at=2 * MINUTE)
    is_in(visitor)

    [after] = rows(select(UserSession.seen_at))
    assert after > before + 50 * MINUTE


def test_when_a_person_was_here_last_outlives_the_session(visitor, ada, write, rows):
    visitor.log_in(ada, PASSWORD)
    [at_login] = rows(select(User.seen_at))
    age(write, seen_at=61 * MINUTE)
    is_in(visitor)
    visitor.send("/logout")

    [last] = rows(select(User.seen_at))
    assert (at_login is not None, last >= at_login) == (True, True)


def test_what_belongs_to_a_session_is_kept_in_its_row(visitor, ada, rows):
    visitor.log_in(ada, PASSWORD)
    [before] = rows(select(UserSession.data))

    is_in(visitor)

    assert set(json.loads(before)) == {"csrf_token"}
    assert rows(select(UserSession.data)) == [before]


def test_a_message_is_shown_once(visitor, ada):
    visitor.log_in(ada, PASSWORD)
    visitor.send("/admin/account/sessions/others/end")

    pages = [visitor.get("/admin/account/sessions").text for _ in range(2)]

    assert ["logged out everywhere else." in page for page in pages] == [True, False]


def test_a_busy_database_costs_a_message_and_not_the_page(
    app, visitor, ada, write, monkeypatch, caplog
):
    visitor.log_in(ada, PASSWORD)
    age(write, seen_at=2 * HOUR)
    monkeypatch.setattr("blog.database.GATE_DEADLINE_SECONDS", 0.05)
    with app.app_context():
        path = write_gate()._path

    with held_elsewhere(path):
        assert is_in(visitor)
    assert "a session could not be saved" in caplog.text
    assert is_in(visitor)


# Cookies


def test_under_http_the_cookie_is_as_safe_as_it_can_be(visitor, ada):
    response = visitor.log_in(ada, PASSWORD)

    [cookie] = [
        each
        for each in response.headers.getlist("Set-Cookie")
        if each.startswith("session=")
    ]
    assert cookie.split("; ")[1:] == ["HttpOnly", "Path=/", "SameSite=Lax"]


def test_under_https_every_cookie_is_secure_and_of_this_host_alone(secure_app, ada):
    client = secure_app.test_client()
    base = "https://example.org"
    page = client.get("/login", base_url=base)
    token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]

    response = client.post(
        "/login",
        base_url=base,
        data={"csrf_token": token, "username": ada, "password": PASSWORD},
    )

    assert response.status_code == 303
    cookies = [
        each
        for answer in (page, response)
        for each in answer.headers.getlist("Set-Cookie")
        if "Max-Age=0" not in each
    ]
    assert {each.split("=")[0] for each in cookies} == {
        "__Host-visitor",
        "__Host-session",
        "__Host-device",
    }
    for cookie in cookies:
        attributes = cookie.split("; ")[1:]
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
        assert not any(each.startswith("Domain") for each in attributes)


def test_the_visitors_cookie_goes_with_the_login(visitor, ada):
    visitor.get("/login")
    assert visitor.get_cookie("visitor") is not None

    visitor.log_in(ada, PASSWORD)

    assert visitor.get_cookie("visitor") is None


@pytest.mark.parametrize("cookie", ["", "nonsense", "a.b.c", "é"])
def test_a_broken_visitors_cookie_is_replaced(visitor, cookie):
    visitor.set_cookie("visitor", cookie)

    token = visitor.token("/login")

    assert visitor.get_cookie("visitor").value != cookie
    assert token


@pytest.mark.parametrize("role", [None, "admin"])
def test_public_pages_set_no_cookie_and_are_the_same_for_all(
    app, visitor, client_for, role
):
    with app.app_context():
        make_post(author=make_user())
    client = client_for(role) if role else visitor

    for path in ["/nothing-here", "/healthz", *_addresses(visitor)]:
        with client.get(path) as response, app.test_client().get(path) as strangers:
            assert response.headers.getlist("Set-Cookie") == [], path
            # Where nothing is, something private may be for who is logged in.
            may_vary = role is not None and path == "/nothing-here"
            assert ("Cookie" in response.headers.get("Vary", "")) == may_vary, path
            assert response.data == strangers.data, path


def test_visiting_the_login_page_writes_nothing(app, visitor):
    file = app.config["INSTANCE"] / "blog.sqlite-wal"
    visitor.get("/")
    before = file.read_bytes() if file.exists() else b""

    visitor.get("/login")

    assert (file.read_bytes() if file.exists() else b"") == before


def _addresses(client):
    """The addresses of this site that the home page leads to."""
    page = client.get("/").text
    hrefs = {part.split('"')[0] for part in page.split('href="')[1:]}
    found = sorted(href for href in hrefs if href.startswith("/"))
    assert len(found) > 5
    return found


def test_a_session_is_a_mapping(app):
    with app.test_request_context("/login"):
        flask.session["a"] = 1
        flask.session["b"] = ("c", Markup("<b>"))
        del flask.session["a"]

        assert dict(flask.session) == {"b": ("c", Markup("<b>"))}
        assert len(flask.session) == 1
        assert flask.session.modified
