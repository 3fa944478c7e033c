"""Links that are good once: for the first admin, and for choosing a password."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from blog.accounts import passwords, setup, users
from blog.accounts.models import Role, SetupLink, User, UserSession
from blog.database import session
from tests.accounts.conftest import NEWCOMER
from tests.factories import DAY, HOUR, NOW, PASSWORD, make_user
from tests.pages import field, form_data

ADA = {
    "username": "ada",
    "display_name": "Ada Lovelace",
    "email": "ada@example.org",
    "password": PASSWORD,
}


@pytest.fixture
def link(write):
    """The path of a fresh link."""
    return _path(write(lambda: setup.one_time_link(NOW)))


def _path(url):
    assert url.startswith("http://localhost/setup/")
    return url.removeprefix("http://localhost")


def post(client, path, **changes):
    data = form_data(client.get(path).text, "/setup/") | ADA | changes
    return client.post(path, data=data)


def test_the_link_makes_the_first_admin_and_logs_them_in(visitor, link, rows):
    response = post(visitor, link)

    assert (response.status_code, response.location) == (303, "/admin/")
    [user] = rows(select(User))
    assert (user.name, user.role, user.slug) == ("ada", Role.ADMIN, "ada-lovelace")
    assert visitor.get("/admin/account/").status_code == 200
    assert rows(select(SetupLink)) == []


def test_it_works_once(app, visitor, link, rows):
    post(visitor, link)

    assert app.test_client().get(link).status_code == 404
    assert len(rows(select(User))) == 1


def test_looking_at_it_does_not_use_it_up(visitor, link):
    visitor.get(link)
    visitor.head(link)

    assert post(visitor, link).status_code == 303


def test_it_holds_for_a_day(db, write):
    with_token = _path(write(lambda: setup.one_time_link(NOW))).removeprefix("/setup/")

    assert setup.is_open(with_token, NOW + DAY - HOUR)
    assert not setup.is_open(with_token, NOW + DAY)


def test_an_expired_link_is_not_found_and_says_why(visitor, write):
    old = _path(write(lambda: setup.one_time_link(NOW - 2 * DAY)))

    response = visitor.get(old)

    assert response.status_code == 404
    assert "This link was used or has expired" in response.text
    assert "blog users setup-link" in response.text


def test_a_new_link_replaces_the_old_one(visitor, link, write):
    new = _path(write(lambda: setup.one_time_link(NOW)))

    assert visitor.get(link).status_code == 404
    assert visitor.get(new).status_code == 200


@pytest.mark.parametrize("token", ["x", "x" * 5000, "é", "..", "%00"])
def test_a_made_up_link_is_not_found(visitor, link, token):
    assert visitor.get(f"/setup/{token}").status_code in (400, 404)


def test_only_the_hash_of_the_token_is_stored(link, rows):
    [row] = rows(select(SetupLink))

    assert link.removeprefix("/setup/") != row.token_hash
    assert len(row.token_hash) == 64


def test_there_is_no_link_while_there_is_an_admin(app, write):
    with app.app_context():
        make_user(role=Role.ADMIN)

    assert write(lambda: setup.one_time_link(NOW)) is None


@pytest.mark.parametrize(
    "attributes",
    [
        {"role": Role.EDITOR},
        {"role": Role.ADMIN, "disabled_at": NOW},
    ],
    ids=["an editor", "a disabled admin"],
)
def test_somebody_who_is_no_active_admin_does_not_count(app, write, attributes):
    with app.app_context():
        make_user(**attributes)

    assert write(lambda: setup.one_time_link(NOW)) is not None


def test_a_link_is_worthless_once_there_is_an_admin(app, visitor, link):
    with app.app_context():
        make_user(role=Role.ADMIN)

    assert visitor.get(link).status_code == 404
    assert visitor.post(link, data=ADA).status_code in (400, 404)


def test_two_at_once_make_one_admin(app, link, rows):
    clients = [app.test_client() for _ in range(4)]
    forms = [form_data(client.get(link).text, "/setup/") for client in clients]

    def send(number):
        data = (
            forms[number]
            | ADA
            | {"username": f"ada{number}", "email": f"ada{number}@example.org"}
        )
        return clients[number].post(link, data=data)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    outcomes = sorted((answer.status_code, answer.location or "") for answer in answers)
    assert [each for each in outcomes if each == (303, "/admin/")] == [(303, "/admin/")]
    assert len(rows(select(User))) == 1
    assert len(rows(select(UserSession))) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"username": "a b"}, "a to z"),
        ({"username": ""}, "This is needed"),
        ({"display_name": "  "}, "This is needed"),
        ({"email": "nobody"}, "name@example.org"),
        ({"password": "short"}, "At least 15"),
        ({"password": "ada-lovelace-ada"}, "names that others know"),
        ({"password": "A new publication"}, "names that others know"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_the_text_kept(
    visitor, link, rows, changes, sentence
):
    response = post(visitor, link, **changes)

    assert response.status_code == 422
    assert sentence in response.text
    assert field(response.text, "email") == (ADA | changes)["email"]
    assert field(response.text, "password") in (None, "")
    assert rows(select(User)) == []
    assert post(visitor, link).status_code == 303


def test_nobody_else_learns_the_address(visitor, link):
    for response in (visitor.get(link), visitor.get("/setup/x"), post(visitor, link)):
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"


def test_without_a_token_of_its_form_nothing_happens(visitor, link, rows):
    assert visitor.post(link, data=ADA).status_code == 400
    assert rows(select(User)) == []


def test_extra_fields_change_nothing(visitor, link, rows):
    post(visitor, link, role="subscriber", id="99", slug="x", is_admin="0")

    [user] = rows(select(User))
    assert (user.role, user.slug) == (Role.ADMIN, "ada-lovelace")
    assert user.id != 99


def test_a_name_taken_meanwhile_leaves_the_link_good(visitor, link, meanwhile, write):
    meanwhile(NEWCOMER)

    assert post(visitor, link).status_code == 409
    assert visitor.get(link).status_code == 200
    assert post(visitor, link).status_code == 422  # now it is known beforehand


def test_a_link_used_meanwhile_is_not_found(visitor, link, meanwhile):
    meanwhile("DELETE FROM setup_link")

    response = post(visitor, link)

    assert (response.status_code, response.location) == (303, link)
    assert visitor.get(link).status_code == 404


# Choosing a password

NEW = "another good long password"


@pytest.fixture
def invited(app, write):
    """``invited(name, …)``: the path of a link for a person of that name, who has no
    password unless one is given.
    """

    def invite(name="eve", *, password=None, at=NOW, **attributes):
        with app.app_context():
            user = make_user(name=name, **attributes)
            user_id = user.id

        def link():
            user = session.get(User, user_id)
            if password is None:
                user.password_hash = None
            return setup.link_for(user, at)

        return _path(write(link).url)

    return invite


def choose(client, path, password=NEW, **changes):
    data = form_data(client.get(path).text, "/setup/")
    data |= {"password": password, "password_again": password} | changes
    return client.post(path, data=data)


def test_an_invited_person_chooses_a_password_and_is_logged_in(visitor, invited, rows):
    path = invited("eve", display_name="Eve E", role=Role.EDITOR)
    page = visitor.get(path).text

    response = choose(visitor, path)

    assert "Eve E" in page
    assert "Choose a password" in page
    assert field(page, "username") == "eve"
    assert (response.status_code, response.location) == (303, "/admin/")
    [user] = rows(select(User))
    assert passwords.is_right(NEW, user.password_hash)
    assert visitor.get("/admin/categories/").status_code == 200
    assert rows(select(SetupLink)) == []


def test_who_had_a_password_gets_another_and_is_logged_out_elsewhere(
    app, visitor, invited
):
    elsewhere = app.test_client()
    path = invited("eve", password=PASSWORD)
    elsewhere.log_in("eve", PASSWORD)
    assert "Choose a new password" in visitor.get(path).text

    choose(visitor, path)

    assert elsewhere.get("/admin/account/").status_code == 303
    assert visitor.get("/admin/account/").status_code == 200


def test_somebody_else_in_the_same_browser_is_logged_out(client_for, invited):
    client = client_for("author", name="ada", display_name="Ada")

    choose(client, invited("eve", display_name="Eve"))

    assert "Eve" in client.get("/admin/account/").text


def test_a_link_for_a_password_is_good_once_and_its_page_says_so(app, visitor, invited):
    path = invited()
    choose(visitor, path)

    response = app.test_client().get(path)

    assert response.status_code == 404
    assert "This link was used or has expired" in response.text
    assert "Page not found" not in response.text


def test_a_spent_link_says_whom_to_ask(app, visitor):
    with app.app_context():
        make_user(role=Role.ADMIN)

    page = visitor.get("/setup/none").text

    assert "ask who gave you the link" in page
    assert 'href="/login"' in page


def test_a_spent_link_does_nothing_when_a_form_is_sent_to_it(visitor, invited, rows):
    path = invited()
    data = form_data(visitor.get(path).text, "/setup/")
    choose(visitor, path)
    visitor.send("/logout")
    token = {"csrf_token": visitor.token("/login")}
    new = "yet another good long password"

    response = visitor.post(
        path, data=data | token | {"password": new, "password_again": new}
    )

    assert response.status_code == 404
    [user] = rows(select(User))
    assert passwords.is_right(NEW, user.password_hash)


def test_looking_at_a_link_for_a_password_does_not_use_it_up(visitor, invited, rows):
    path = invited()
    before = rows(select(SetupLink.token_hash))
    visitor.get(path)
    visitor.head(path)

    assert rows(select(SetupLink.token_hash)) == before
    assert choose(visitor, path).status_code == 303


def test_two_who_use_one_link_at_once_are_one(app, invited, rows):
    path = invited()
    clients = [app.test_client() for _ in range(4)]
    forms = [form_data(client.get(path).text, "/setup/") for client in clients]

    def send(number):
        new = f"the {number} of several long passwords"
        data = forms[number] | {"password": new, "password_again": new}
        return clients[number].post(path, data=data)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    done = [each for each in answers if each.location == "/admin/"]
    assert len(done) == 1
    assert {each.status_code for each in answers} <= {303, 404}
    assert len(rows(select(UserSession))) == 1


def test_an_invitation_holds_for_a_week_and_another_link_for_a_day(db, app, invited):
    invitation = invited("eve").removeprefix("/setup/")
    other = invited("ada", password=PASSWORD).removeprefix("/setup/")

    assert setup.guest(invitation, NOW + 7 * DAY - HOUR).name == "eve"
    assert setup.guest(invitation, NOW + 7 * DAY) is None
    assert setup.guest(other, NOW + DAY - HOUR).name == "ada"
    assert setup.guest(other, NOW + DAY) is None


def test_an_expired_link_is_thrown_away_with_the_next(invited, rows):
    invited("eve", at=NOW - 8 * DAY)
    invited("ada", at=NOW)

    assert len(rows(select(SetupLink))) == 1


def test_a_person_has_one_link_at_a_time(app, invited, write, visitor):
    path = invited()

    def another():
        user = session.scalar(select(User))
        return setup.link_for(user, NOW)

    new = _path(write(another).url)

    assert visitor.get(path).status_code == 404
    assert visitor.get(new).status_code == 200


def test_links_of_others_and_for_the_first_admin_stay(invited, write, visitor):
    first = _path(write(lambda: setup.one_time_link(NOW)))
    eve, ada = invited("eve"), invited("ada")
    choose(visitor, eve)

    assert visitor.get(ada).status_code == 200
    assert visitor.get(first).status_code == 200
    assert post(visitor, first, username="root").status_code == 303
    assert visitor.get(ada).status_code == 200


def test_a_link_for_a_password_makes_no_admin(visitor, invited, rows):
    path = invited()
    data = form_data(visitor.get(path).text, "/setup/")

    visitor.post(path, data=data | ADA)

    assert rows(select(User.name)) == ["eve"]


@pytest.mark.parametrize(
    "change",
    [
        lambda user: users.set_password(user, "a hash"),
        lambda user: users.disable(user, NOW, by=None),
        lambda user: users.delete(user, by=None, heir=None),
    ],
    ids=["another password", "disabled", "deleted"],
)
def test_a_link_ends_with_what_it_was_for(visitor, invited, write, rows, change):
    path = invited()

    write(lambda: change(session.scalar(select(User))))

    assert rows(select(SetupLink)) == []
    assert visitor.get(path).status_code == 404


def test_somebody_disabled_by_other_means_cannot_use_a_link(visitor, invited, write):
    path = invited()
    data = form_data(visitor.get(path).text, "/setup/")
    write(lambda: setattr(session.scalar(select(User)), "disabled_at", NOW))

    assert visitor.get(path).status_code == 404
    assert visitor.post(path, data=data).status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": "short"}, "At least 15"),
        ({"password": ""}, "This is needed"),
        ({"password_again": "something else"}, "not the same"),
        ({"password": "person-eve@example.org"}, "names that others know"),
    ],
    ids=str,
)
def test_a_bad_choice_leaves_the_link_good(visitor, invited, rows, fields, sentence):
    path = invited("eve", display_name="Person", email="eve@example.org")

    response = choose(visitor, path, **fields)

    assert response.status_code == 422
    assert sentence in response.text
    assert rows(select(User.password_hash)) == [None]
    assert choose(visitor, path).status_code == 303


def test_somebody_without_an_address_chooses_a_password(visitor, invited):
    assert choose(visitor, invited("eve", email=None)).status_code == 303


def test_nobody_else_learns_the_address_of_a_link_for_a_password(visitor, invited):
    path = invited()

    for response in (visitor.get(path), choose(visitor, path), visitor.get(path)):
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"


def test_a_link_used_meanwhile_says_so(visitor, invited, meanwhile, rows):
    path = invited()
    meanwhile("DELETE FROM setup_link")

    response = choose(visitor, path)

    assert (response.status_code, response.location) == (303, path)
    assert "used or has expired" in visitor.get(path).text
    assert rows(select(User.password_hash)) == [None]


def test_a_throttled_person_gets_in_with_a_link(visitor, invited):
    path = invited("eve", password=PASSWORD)
    for _ in range(5):
        visitor.log_in("eve", "a wrong but long password")

    choose(visitor, path)
    visitor.send("/logout")
    visitor.delete_cookie("device")

    assert visitor.log_in("eve", NEW).status_code == 303


def test_without_its_token_a_password_is_not_chosen(visitor, invited, rows):
    path = invited()
    data = {"password": NEW, "password_again": NEW}

    assert visitor.post(path, data=data).status_code == 400
    assert rows(select(User.password_hash)) == [None]
