"""Other people, behind the login: for admins alone."""

import re

import pytest
from sqlalchemy import select

from blog.accounts import passwords
from blog.accounts.models import Role, SetupLink, User, UserSession
from blog.database import session
from blog.posts.models import Post
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    NOW,
    PASSWORD,
    make_comment,
    make_page,
    make_post,
    make_user,
)
from tests.pages import field, form_data, parse, text_of

NEW = "another good long password"
ADA = {
    "username": "ada",
    "display_name": "Ada Lovelace",
    "email": "ada@example.org",
    "role": "editor",
}


@pytest.fixture
def admin(client_for):
    return client_for("admin", name="boss", display_name="The Boss")


@pytest.fixture
def person(app):
    """``person(name, …)``: the id of somebody."""

    def make(name="eve", **attributes):
        with app.app_context():
            return make_user(**({"name": name, "display_name": name} | attributes)).id

    return make


@pytest.fixture
def by_name(rows):
    """``by_name("eve")``: the row as it is now."""
    return lambda name: rows(select(User).where(User.name == name))[0]


def names_in(page):
    """Who is in the list."""
    cells = [each for each in parse(page).iter("th") if each.get("scope") == "row"]
    return [text_of(next(each.iter("a"))) for each in cells]


def row_of(page, name):
    """What the list says of somebody, cell by cell."""
    for row in parse(page).iter("tr"):
        links = [each for each in row.iter("a") if each.get("class") == "title"]
        if links and text_of(links[0]) == name:
            return [text_of(each) for each in row]
    raise LookupError(name)


def notices(page):
    return [
        text_of(each)
        for each in parse(page).iter("div")
        if (each.get("class") or "").startswith("notice ")
        or each.get("class") == "notice"
    ]


# Who may


@pytest.mark.parametrize("role", ["subscriber", "contributor", "author", "editor"])
def test_nobody_else_may_come_here(client_for, person, rows, role):
    client, user_id = client_for(role), person()
    paths = [
        *("", "new", "selection", f"{user_id}/", f"{user_id}/suspension"),
        *(f"{user_id}/link", f"{user_id}/deletion", f"{user_id}/sessions/end"),
    ]
    before = rows(select(User.disabled_at))

    for path in paths:
        assert client.send(f"/admin/users/{path}", ADA).status_code in (403, 405)
        assert client.get(f"/admin/users/{path}").status_code in (403, 404)
    assert rows(select(User.disabled_at)) == before
    assert "People" not in client.get("/admin/").text


def test_strangers_are_asked_to_log_in(visitor):
    assert visitor.get("/admin/users/").location == "/login?next=/admin/users/"


def test_admins_find_the_room(admin):
    assert 'href="/admin/users/"' in admin.get("/admin/").text


# The list


def test_the_list_says_who_is_who(app, admin, person, write):
    ada = person("ada", display_name="Ada", role=Role.EDITOR, seen_at=NOON)
    person("old", display_name="Old Author", email=None, disabled_at=NOW)
    with app.app_context():
        make_post(author=session.get(User, ada))

    page = admin.get("/admin/users/").text

    assert names_in(page) == ["Ada", "Old Author", "The Boss"]
    assert row_of(page, "Ada")[1].startswith("Ada")
    assert row_of(page, "Ada")[3] == "Editor"
    assert row_of(page, "Ada")[4].startswith("1 post")
    assert row_of(page, "Ada")[5].endswith(f"{NOON:%Y}")
    assert "Disabled" in row_of(page, "Old Author")[1]
    assert "unknown" in row_of(page, "Old Author")[2]
    assert "Never" in row_of(page, "Old Author")[5]


def test_filters_are_kept_in_every_address(admin, person):
    for number in range(60):
        person(f"ada-{number}", role=Role.EDITOR)

    page = admin.get("/admin/users/?q=ada&role=editor&state=active").text

    addresses = re.findall(r'href="(/admin/users/\?[^"]*)"', page)
    assert addresses
    for address in addresses:
        assert "q=ada" in address
        assert "role=editor" in address
    assert any("page=2" in each and "state=active" in each for each in addresses)
    data = form_data(page, "/selection")
    assert (data["q"], data["role"], data["state"]) == ("ada", "editor", "active")
    assert len(names_in(page)) == 50


@pytest.mark.parametrize(
    "query",
    ["state=nobody", "role=king", "page=0", "page=2", "page=x", "page=" + "9" * 40],
)
def test_a_list_that_is_not_there(admin, query):
    assert admin.get(f"/admin/users/?{query}").status_code == 404


@pytest.mark.parametrize(
    "words",
    ["%", "_", "' OR 1=1 --", "<script>", "x" * 5_000, "\u202e", "٣", '"', "\\"],
)
def test_any_words_can_be_looked_for(admin, words):
    page = admin.get("/admin/users/", query_string={"q": words})

    assert page.status_code == 200
    assert "<script>" not in page.text.replace('<script type="module"', "")


def test_who_is_not_found_is_not_the_end(admin):
    page = admin.get("/admin/users/?q=nobody").text

    assert "Nobody like that" in page


def test_names_and_addresses_are_never_markup(admin, person):
    nasty = '"><img src=x onerror=alert(1)>'
    user_id = person("eve", display_name=nasty, bio=nasty, slug=nasty, email=nasty)

    for path in ("", f"{user_id}/", f"{user_id}/deletion"):
        assert "<img" not in admin.get(f"/admin/users/{path}").text


@pytest.mark.parametrize("count", [2, 6])
def test_however_many_people_the_list_asks_as_much(db, admin, person, count):
    for number in range(count):
        person(f"user-{number}-x")
    asked = []
    admin.get("/admin/users/")
    db.event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    page = admin.get("/admin/users/").text

    assert len(names_in(page)) == count + 1
    assert len([each for each in asked if each.startswith("SELECT")]) <= 8


# Several at once


def press(client, button, *ids, **fields):
    """Press a button below the list; the page that comes then."""
    data = {"ids": [str(each) for each in ids], "selection": button, "page": "1"}
    answer = client.send("/admin/users/selection", data | fields)
    assert answer.status_code == 303
    return client.get(answer.location).text


def test_several_get_a_role_and_are_logged_out(app, admin, person, by_name):
    ids = [person("ada"), person("eve")]
    eve = app.test_client()
    eve.log_in("eve", PASSWORD)

    page = press(admin, "role", *ids, new_role="editor")

    assert {by_name(each).role for each in ("ada", "eve")} == {Role.EDITOR}
    assert eve.get("/admin/account/").status_code == 303
    assert "2 people have the role “Editor” now." in notices(page)[0]


def test_several_are_disabled_and_let_in_again(app, admin, person, by_name):
    ids = [person("ada"), person("eve")]
    eve = app.test_client()
    eve.log_in("eve", PASSWORD)

    page = press(admin, "disable", *ids)
    assert not by_name("eve").is_active
    assert eve.get("/admin/account/").status_code == 303
    assert "2 people are disabled" in notices(page)[0]

    press(admin, "enable", *ids)
    assert by_name("eve").is_active


@pytest.mark.parametrize("button", ["role", "disable"])
def test_oneself_is_left_out_and_it_is_said(admin, person, by_name, button):
    eve = person("eve")

    page = press(admin, button, admin.user_id, eve, new_role="author")

    done, refused = notices(page)
    assert "1 person" in done
    assert "“The Boss”" in refused
    assert "your own account" in refused
    assert by_name("boss").role is Role.ADMIN
    assert by_name("boss").is_active


def test_all_other_admins_can_go_but_oneself(admin, person, by_name):
    others = [person(f"admin-{n}", role=Role.ADMIN) for n in range(2)]

    press(admin, "role", admin.user_id, *others, new_role="subscriber")

    assert by_name("boss").role is Role.ADMIN
    assert by_name("admin-0").role is by_name("admin-1").role is Role.SUBSCRIBER


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"selection": "role", "new_role": ""}, "No role was chosen"),
        ({"selection": "role", "new_role": "king"}, "No role was chosen"),
        ({"selection": "disable", "ids": []}, "Nobody was selected"),
        ({"selection": "disable", "ids": ["x", "-1", "9" * 30]}, "Nobody was selected"),
    ],
    ids=str,
)
def test_what_is_not_said_is_not_done(admin, person, by_name, fields, sentence):
    data = {"ids": [str(person("eve"))]} | fields

    answer = admin.send("/admin/users/selection", data)

    assert sentence in admin.get(answer.location).text
    assert by_name("eve").is_active
    assert by_name("eve").role is Role.AUTHOR


@pytest.mark.parametrize("button", [None, "delete", "admin"])
def test_a_button_that_is_not_there_does_nothing(admin, person, button):
    data = {"ids": [str(person())]} | ({"selection": button} if button else {})

    assert admin.send("/admin/users/selection", data).status_code == 400


def test_one_comes_back_to_where_one_was(admin, person):
    ids = [person(f"ada-{n:02}") for n in range(51)]
    fields = {"state": "active", "q": "ada", "page": "2", "role": "author"}
    answer = admin.send(
        "/admin/users/selection", {"ids": [ids[50]], "selection": "disable"} | fields
    )

    # The second page is gone with its last row.
    assert answer.location == "/admin/users/?state=active&role=author&q=ada"


def test_a_whole_page_can_be_selected(admin, person):
    person()

    page = admin.get("/admin/users/?select=all").text

    assert page.count(" checked") == 2
    assert "Select none" in page


# Somebody new


def add(client, **changes):
    data = form_data(client.get("/admin/users/new").text, "/users/new") | ADA | changes
    return client.post("/admin/users/new", data=data)


def link_in(page):
    for each in parse(page).iter("input"):
        if each.get("id") == "link":
            return each.get("value").removeprefix("http://localhost")
    raise LookupError("no link")


def test_somebody_new_gets_a_link_that_is_shown_once(admin, visitor, rows, by_name):
    answer = add(admin)

    assert answer.status_code == 200
    path = link_in(answer.text)
    ada = by_name("ada")
    assert (ada.role, ada.email, ada.password_hash) == (
        Role.EDITOR,
        "ada@example.org",
        None,
    )
    assert (ada.slug, ada.seen_at) == ("ada-lovelace", None)
    [row] = rows(select(SetupLink))
    assert path.removeprefix("/setup/") not in (row.token_hash, "")
    assert timedelta_days(row.expires_at) == 7
    assert path not in admin.get(f"/admin/users/{ada.id}/").text
    assert "good until" in admin.get(f"/admin/users/{ada.id}/").text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Ada Lovelace" in visitor.get(path).text


def timedelta_days(at):
    return round((at - NOW) / DAY)


def test_somebody_new_may_get_a_password(admin, visitor, rows, by_name):
    answer = add(admin, password=NEW)

    assert (answer.status_code, answer.location) == (303, "/admin/users/")
    assert passwords.is_right(NEW, by_name("ada").password_hash)
    assert rows(select(SetupLink)) == []
    assert visitor.log_in("ada", NEW).status_code == 303


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"username": "a b"}, "a to z"),
        ({"username": "BOSS"}, "Somebody else has this name"),
        ({"username": ""}, "This is needed"),
        ({"display_name": " \u200b "}, "This is needed"),
        ({"email": ""}, "This is needed"),
        ({"email": "nobody"}, "name@example.org"),
        ({"email": "TAKEN@example.org"}, "Somebody else has this address"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "name@example.org"),
        ({"role": "king"}, "Role"),
        ({"role": ""}, "Role"),
        ({"password": "short"}, "At least 15"),
        ({"password": "ada-lovelace-ada"}, "names that others know"),
    ],
    ids=str,
)
def test_a_wrong_form_is_refused_and_the_text_kept(
    admin, person, rows, changes, sentence
):
    person("taken", email="taken@example.org")

    answer = add(admin, **changes)

    assert answer.status_code == 422
    assert sentence in answer.text
    if "display_name" not in changes:
        assert field(answer.text, "display_name") == "Ada Lovelace"
    assert field(answer.text, "password") in (None, "")
    assert set(rows(select(User.name))) == {"boss", "taken"}


def test_extra_fields_make_nobody_special(admin, by_name):
    add(admin, id="99", slug="x", disabled_at="2026-01-01", password_hash="x")

    ada = by_name("ada")
    assert (ada.id == 99, ada.slug, ada.password_hash) == (False, "ada-lovelace", None)


def test_a_form_that_is_too_large_is_refused(admin):
    assert add(admin, display_name="x" * 40_000).status_code == 413


# One person


def save(client, user_id, **changes):
    path = f"/admin/users/{user_id}/"
    data = form_data(client.get(path).text, path) | changes
    return client.post(path, data=data)


def test_a_form_that_is_sent_as_it_came_changes_nothing(admin, person, by_name):
    user_id = person("eve", url="https://eve.example", bio="Hello.\n\nThere.")
    before = by_name("eve").__dict__.copy()

    answer = save(admin, user_id)

    assert (answer.status_code, answer.location) == (303, f"/admin/users/{user_id}/")
    after = by_name("eve").__dict__
    for column in User.__table__.columns:
        assert after[column.key] == before[column.key], column


def test_everything_about_a_person_can_be_changed(admin, person, by_name):
    user_id = person("eve")

    save(
        admin,
        user_id,
        display_name=" Eve  Éclair ",
        email="Eve@Example.org",
        url="eve.example",
        bio="Words.",
        slug="eclair",
        role="contributor",
    )

    eve = by_name("eve")
    assert (eve.display_name, eve.email, eve.url, eve.bio, eve.slug, eve.role) == (
        "Eve Éclair",
        "eve@example.org",
        "https://eve.example",
        "Words.",
        "eclair",
        Role.CONTRIBUTOR,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"display_name": ""}, "This is needed"),
        ({"email": ""}, "This is needed"),
        ({"email": "taken@example.org"}, "Somebody else has this address"),
        ({"url": "javascript:alert(1)"}, "https://example.org"),
        ({"bio": "x" * 2001}, "2000"),
        ({"slug": ""}, "This is needed"),
        ({"slug": "A b"}, "“a-b”"),
        ({"slug": '"><script>'}, "“script”"),
        ({"slug": "../x"}, "“x”"),
        ({"slug": "…"}, "a-word-or-two"),
        ({"slug": "taken"}, "Another author has this address"),
        ({"slug": "eve"}, "with what name they log in"),
        ({"role": "king"}, "Role"),
    ],
    ids=str,
)
def test_a_wrong_change_is_refused_and_the_text_kept(
    admin, person, by_name, changes, sentence
):
    person("taken", email="taken@example.org", slug="taken")
    user_id = person("eve", email="eve@example.org", slug="an-author")

    answer = save(admin, user_id, **({"url": "https://e.example"} | changes))

    assert answer.status_code == 422
    assert sentence in answer.text
    if "url" not in changes:
        assert field(answer.text, "url") == "https://e.example"
    eve = by_name("eve")
    assert (eve.email, eve.slug, eve.url) == ("eve@example.org", "an-author", "")


def test_an_address_that_nobody_knows_may_stay_unknown(admin, person, by_name):
    first = person("old", email=None)
    person("older", email=None)

    assert save(admin, first, display_name="Old").status_code == 303
    assert by_name("old").email is None
    assert save(admin, first, email="old@example.org").status_code == 303
    assert by_name("old").email == "old@example.org"


def test_an_imported_author_keeps_an_address_like_the_login_name(admin, person):
    user_id = person("old", slug="old")

    assert save(admin, user_id, bio="Words.").status_code == 303


def test_another_role_ends_sessions_and_the_same_does_not(app, admin, person, rows):
    user_id = person("eve", role=Role.AUTHOR)
    eve = app.test_client()
    eve.log_in("eve", PASSWORD)

    save(admin, user_id, role="author", bio="Words.")
    assert eve.get("/admin/account/").status_code == 200
    answer = save(admin, user_id, role="editor")

    assert eve.get("/admin/account/").status_code == 303
    assert len(notices(admin.get(answer.location).text)) == 2


def test_an_admin_may_change_another(app, admin, person, by_name):
    user_id = person("eve", role=Role.ADMIN)

    save(admin, user_id, role="subscriber")

    assert by_name("eve").role is Role.SUBSCRIBER


def test_ones_own_role_and_access_are_not_ones_own_to_change(admin, by_name, rows):
    path = f"/admin/users/{admin.user_id}/"
    page = admin.get(path).text

    assert save(admin, admin.user_id, role="author", bio="Words.").status_code == 303
    assert (by_name("boss").role, by_name("boss").bio) == (Role.ADMIN, "Words.")
    for what in ("suspension", "link", "sessions/end", "deletion"):
        answer = admin.send(f"{path}{what}")
        assert answer.status_code == 403
        assert "your own account" in answer.text
        assert f"{path}{what}" not in page
    assert admin.get(f"{path}deletion").status_code == 403
    assert by_name("boss").is_active
    assert rows(select(SetupLink)) == []


@pytest.mark.parametrize(
    "path", ["", "suspension", "readmission", "link", "link/end", "sessions/end"]
)
def test_somebody_who_is_not_there(admin, path):
    assert admin.send(f"/admin/users/99/{path}").status_code == 404
    assert admin.get("/admin/users/99/").status_code == 404
    assert admin.get("/admin/users/99/deletion").status_code == 404


def test_somebody_is_disabled_with_a_way_back(app, admin, person, by_name):
    user_id = person("eve")
    eve = app.test_client()
    eve.log_in("eve", PASSWORD)
    path = f"/admin/users/{user_id}/"

    answer = admin.send(f"{path}suspension")

    page = admin.get(answer.location).text
    assert eve.get("/admin/account/").status_code == 303
    assert not by_name("eve").is_active
    assert "Disabled" in page
    assert f"{path}link" not in page
    data = form_data(page, "/readmission")
    admin.post(f"{path}readmission", data=data)
    assert by_name("eve").is_active


def test_all_sessions_of_a_person_end(app, admin, person, rows):
    user_id = person("eve")
    for _ in range(2):
        app.test_client().log_in("eve", PASSWORD)

    admin.send(f"/admin/users/{user_id}/sessions/end")

    assert rows(select(UserSession.user_id)) == [admin.user_id]


def test_a_link_is_made_shown_and_taken_back(admin, person, visitor, rows):
    user_id = person("eve")
    path = f"/admin/users/{user_id}/"

    answer = admin.send(f"{path}link")
    link = link_in(answer.text)

    [row] = rows(select(SetupLink))
    assert timedelta_days(row.expires_at) == 1  # there is a password already
    assert visitor.get(link).status_code == 200
    data = form_data(admin.get(path).text, "/link/end")
    admin.post(f"{path}link/end", data=data)
    assert visitor.get(link).status_code == 404


def test_a_new_link_ends_the_old_one(admin, person, visitor):
    path = f"/admin/users/{person()}/link"
    old, new = (link_in(admin.send(path).text) for _ in range(2))

    assert visitor.get(old).status_code == 404
    assert visitor.get(new).status_code == 200


def test_somebody_disabled_gets_no_link(admin, person, rows):
    path = f"/admin/users/{person(disabled_at=NOW)}/link"

    assert admin.send(path).status_code == 409
    assert rows(select(SetupLink)) == []


def test_the_page_says_when_somebody_was_here(admin, person):
    page = admin.get(f"/admin/users/{person('eve', seen_at=NOON)}/").text
    never = admin.get(f"/admin/users/{person('ada')}/").text

    assert "Last seen around" in page
    assert "Was never here" in never


# Gone


def test_who_is_deleted_gives_their_posts_to_somebody(
    app, admin, person, client_for, rows
):
    eve = client_for("author", name="eve", display_name="Eve")
    with app.app_context():
        user = session.get(User, eve.user_id)
        make_post(author=user)
        make_page(author=user)
        make_comment(user_id=eve.user_id, post=make_post(author=make_user()))
    path = f"/admin/users/{eve.user_id}/deletion"
    page = admin.get(path).text

    assert "1 post," in page
    assert "1 page," in page
    assert "1 comment," in page
    refused = admin.post(path, data=form_data(page, path))
    assert refused.status_code == 422
    assert "Choose who gets them" in refused.text
    answer = admin.post(path, data=form_data(page, path) | {"heir_id": admin.user_id})

    assert (answer.status_code, answer.location) == (303, "/admin/users/")
    assert "eve" not in rows(select(User.name))
    assert admin.user_id in rows(select(Post.author_id))
    assert eve.user_id not in rows(select(Post.author_id))
    assert eve.get("/admin/account/").status_code == 303


def test_the_heir_is_somebody_who_may_write(app, admin, person, rows):
    ada = person("ada")
    person("reader", role=Role.SUBSCRIBER)
    person("gone", disabled_at=NOW)
    eve = person("eve")
    write_post(app, eve)
    path = f"/admin/users/{eve}/deletion"

    page = admin.get(path).text

    options = [text_of(each) for each in parse(page).iter("option")]
    assert options == ["Choose a person", "The Boss", "ada"]
    for wrong in (eve, 0, 99, "x", "9" * 30, "reader"):
        data = {"heir_id": str(wrong)}
        assert admin.send(path, data).status_code == 422
    assert admin.send(path, {"heir_id": str(ada)}).status_code == 303


def write_post(app, user_id):
    with app.app_context():
        make_post(author=session.get(User, user_id))


def test_who_has_nothing_is_deleted_at_once(admin, person, rows):
    path = f"/admin/users/{person('eve')}/deletion"
    page = admin.get(path).text

    assert "heir_id" not in page
    assert admin.post(path, data=form_data(page, path)).status_code == 303
    assert rows(select(User.name)) == ["boss"]


def test_posts_that_came_meanwhile_are_nobodys_either(app, admin, person, rows):
    eve = person("eve")
    path = f"/admin/users/{eve}/deletion"
    data = form_data(admin.get(path).text, path)
    write_post(app, eve)

    answer = admin.post(path, data=data)

    assert answer.status_code == 422
    assert "heir_id" in answer.text
    assert "eve" in rows(select(User.name))


# At the same time


def test_who_is_no_admin_any_more_changes_nothing(admin, person, meanwhile, by_name):
    user_id = person("eve")
    data = {"csrf_token": admin.token()}
    meanwhile("UPDATE user SET role = 'editor' WHERE name = 'boss'")

    answer = admin.post(f"/admin/users/{user_id}/suspension", data=data)

    assert answer.status_code == 404
    assert by_name("eve").is_active


def test_the_last_admin_is_not_disabled(admin, person, by_name, meanwhile):
    user_id = person("eve", role=Role.ADMIN)
    data = {"csrf_token": admin.token()}
    meanwhile("UPDATE user SET password_hash = NULL WHERE name = 'boss'")

    answer = admin.post(f"/admin/users/{user_id}/suspension", data=data)

    assert answer.status_code == 403
    assert "Nobody else could log in as an admin" in answer.text
    assert by_name("eve").is_active


def test_a_name_taken_meanwhile_is_not_taken_twice(admin, meanwhile, rows):
    data = form_data(admin.get("/admin/users/new").text, "/users/new") | ADA
    meanwhile(
        "INSERT INTO user (name, display_name, slug, email, url, bio, role, "
        "created_at) VALUES ('ada', 'A', 'a', 'other@example.org', '', '', 'author', "
        "'2026-01-01 00:00')"
    )

    assert admin.post("/admin/users/new", data=data).status_code == 409
    assert rows(select(User.email).where(User.name == "ada")) == ["other@example.org"]


def test_an_hour_old_visit_is_written_down(app, admin, write, by_name):
    long_ago = NOW - 2 * HOUR

    def forget():
        session.query(UserSession).update({"seen_at": long_ago})
        session.query(User).update({"seen_at": long_ago})

    write(forget)
    admin.get("/admin/")

    assert by_name("boss").seen_at >= NOW
