"""One's own account, behind the login."""

import pytest
from sqlalchemy import select

from blog.accounts import passwords
from blog.accounts.models import Role, User, UserSession
from blog.database import session
from tests.accounts.conftest import NEWCOMER
from tests.factories import DAY, NOW, PASSWORD, make_user
from tests.pages import field, form_data

NEW = "another good long password"
PATHS = ["/admin/account/", "/admin/account/password", "/admin/account/sessions"]


def test_everybody_has_these_pages(client_for):
    client = client_for("subscriber")

    assert [client.get(path).status_code for path in PATHS] == [200, 200, 200]


@pytest.mark.parametrize("path", PATHS)
def test_strangers_are_asked_to_log_in(visitor, path):
    assert visitor.get(path).location == f"/login?next={path}"


@pytest.mark.parametrize("path", [*PATHS[:2], "/admin/account/sessions/others/end"])
def test_another_site_changes_nothing(client_for, path, rows):
    client = client_for("author")

    assert client.post(path, data={"display_name": "Eve"}).status_code == 400
    assert "Eve" not in rows(select(User.display_name))


# Profile


def save(client, **changes):
    data = form_data(client.get("/admin/account/").text, "/account/") | changes
    return client.post("/admin/account/", data=data)


def test_a_profile_can_be_changed(client_for, rows):
    client = client_for("author")

    response = save(
        client,
        display_name=" Ada  Lovelace ",
        email="Ada@Example.org",
        url="ada.example",
        bio="I wrote\r\nthe first one.",
    )

    assert (response.status_code, response.location) == (303, "/admin/account/")
    [user] = rows(select(User))
    assert (user.display_name, user.email, user.url, user.bio) == (
        "Ada Lovelace",
        "ada@example.org",
        "https://ada.example",
        "I wrote\nthe first one.",
    )
    assert user.slug != "ada-lovelace"  # addresses stay


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"display_name": " "}, "This is needed"),
        ({"email": "ada"}, "name@example.org"),
        ({"email": "taken@example.org"}, "Somebody else"),
        ({"url": "javascript:alert(1)"}, "https://example.org"),
        ({"bio": "x" * 2001}, "2000"),
    ],
    ids=str,
)
def test_a_wrong_profile_is_refused_and_the_text_kept(
    app, client_for, rows, changes, sentence
):
    with app.app_context():
        make_user(email="taken@example.org")
    client = client_for("author", email="mine@example.org")

    response = save(client, **({"url": "https://mine.example"} | changes))

    assert response.status_code == 422
    assert sentence in response.text
    if "url" not in changes:
        assert field(response.text, "url") == "https://mine.example"
    assert set(rows(select(User.email))) == {"taken@example.org", "mine@example.org"}
    assert set(rows(select(User.url))) == {""}


def test_nobody_gives_themselves_a_role(client_for, rows):
    client = client_for("author", name="ada")

    save(client, role="admin", name="root", slug="x", password_hash="", id="77")

    [user] = rows(select(User))
    assert (user.role, user.name) == (Role.AUTHOR, "ada")
    assert user.password_hash


def test_who_has_no_address_need_not_give_one(client_for, rows):
    client = client_for("author", email=None)

    response = save(client, display_name="Ada")

    assert response.status_code == 303
    assert rows(select(User.email)) == [None]
    assert save(client, email="ada@example.org").status_code == 303
    assert save(client, email="").status_code == 422
    assert rows(select(User.email)) == ["ada@example.org"]


# Password


def change(client, current=PASSWORD, new=NEW, again=None):
    return client.send(
        "/admin/account/password",
        {
            "current_password": current,
            "password": new,
            "password_again": new if again is None else again,
        },
        token_from="/admin/account/password",
    )


def test_a_new_password_ends_all_sessions_and_renews_this_one(app, client_for, rows):
    client = client_for("author", name="ada")
    other = app.test_client()
    other.log_in("ada", PASSWORD)
    before = client.get_cookie("session").value

    response = change(client)

    assert (response.status_code, response.location) == (
        303,
        "/admin/account/password",
    )
    assert other.get("/admin/account/").status_code == 303
    after = client.get_cookie("session").value
    assert "logged out everywhere else" in client.get(response.location).text
    assert after != before
    client.set_cookie("session", before)
    assert client.get("/admin/account/").status_code == 303
    [user] = rows(select(User))
    assert passwords.is_right(NEW, user.password_hash)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"current": "a wrong but long password"}, "The present password is another"),
        ({"current": ""}, "This is needed"),
        ({"new": "short"}, "At least 15"),
        ({"new": "adaadaadaadaada"}, "repeats"),
        ({"new": "person-ada@example.org"}, "names that others know"),
        ({"again": "another"}, "not the same"),
    ],
    ids=str,
)
def test_a_wrong_change_changes_nothing(client_for, rows, fields, sentence):
    client = client_for(
        "author", name="ada", display_name="Person", email="ada@example.org"
    )

    response = change(client, **fields)

    assert response.status_code == 422
    assert sentence in response.text
    [user] = rows(select(User))
    assert passwords.is_right(PASSWORD, user.password_hash)


def test_the_present_password_cannot_be_guessed_for_long(client_for):
    client = client_for("author")

    statuses = [change(client, current=f"guess number {n}").status_code for n in "1234"]
    response = change(client)

    assert statuses == [422] * 4
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) <= 2
    assert "Please wait" in response.text


# Sessions


def test_one_sees_where_one_is_logged_in_and_nobody_elses(app, client_for):
    client = client_for("author", name="ada")
    client_for("editor")
    app.test_client().log_in("ada", PASSWORD)

    page = client.get("/admin/account/sessions").text

    assert page.count("last seen around") == 2
    assert page.count("(this one)") == 1


def test_one_can_log_out_everywhere_else(app, client_for):
    client, stranger = client_for("author", name="ada"), client_for("editor")
    other = app.test_client()
    other.log_in("ada", PASSWORD)

    response = client.send("/admin/account/sessions/others/end")

    assert response.status_code == 303
    assert other.get("/admin/account/").status_code == 303
    assert client.get("/admin/account/").status_code == 200
    assert stranger.get("/admin/account/").status_code == 200


def test_alone_there_is_nothing_to_end(client_for):
    page = client_for("author").get("/admin/account/sessions").text

    assert "You are logged in nowhere else." in page


@pytest.mark.parametrize("count", [1, 3])
def test_however_many_sessions_the_page_asks_as_much(app, db, client_for, count, write):
    client = client_for("author")

    def more():
        for number in range(count - 1):
            session.add(
                UserSession(
                    token_hash=str(number),
                    user_id=client.user_id,
                    created_at=NOW - DAY / 2,
                    seen_at=NOW,
                )
            )

    write(more)
    client.get("/admin/account/sessions")
    asked = []
    db.event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    page = client.get("/admin/account/sessions").text

    assert page.count("last seen around") == count
    assert len([each for each in asked if each.startswith("SELECT")]) <= 5


# At the same time


def test_an_address_taken_meanwhile_is_not_taken_twice(client_for, meanwhile, rows):
    client = client_for("author", email="mine@example.org")
    data = form_data(client.get("/admin/account/").text, "/account/")
    meanwhile(NEWCOMER)

    response = client.post("/admin/account/", data=data | {"email": "ada@example.org"})

    assert response.status_code == 409
    assert rows(select(User.email).order_by(User.id)) == [
        "mine@example.org",
        "ada@example.org",
    ]


def test_a_password_changed_meanwhile_is_not_changed_again(client_for, meanwhile, rows):
    client = client_for("author")
    meanwhile("UPDATE user SET password_hash = 'another'")

    assert change(client).status_code == 409
    assert rows(select(User.password_hash)) == ["another"]
