"""The first admin: one link, once, within a day."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from blog.accounts import setup
from blog.accounts.models import Role, SetupLink, User, UserSession
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
    assert "was used before or has expired" in response.text


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
