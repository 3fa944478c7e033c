"""Somebody is asked to write here, by mail or with a link."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from blog.accounts import invitations, users
from blog.accounts.models import Invitation, Role, User
from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.jobs.worker import Worker
from tests.factories import make_user
from tests.pages import field, form_data

ROOM = "/admin/users/invitations/"
ADA = {
    "username": "ada",
    "display_name": "Ada Lovelace",
    "password": "four good words in a row",
}


@pytest.fixture
def admin(client_for):
    return client_for("admin", name="boss", display_name="The Boss")


@pytest.fixture
def post_office(app, smtp):
    app.config["SMTP_URL"] = smtp.url
    app.extensions["daily_jobs"] = []
    return smtp


def work(app):
    worker = Worker(app)
    while worker.work():
        pass


def invite(admin, email="", role="author"):
    return admin.send(ROOM, {"email": email, "role": role})


def handed_on(admin, role="author"):
    """A link that the admin hands on."""
    page = admin.get(invite(admin, role=role).location).text
    return re.search(r'value="http://localhost(/invitation/[^"]+)"', page)[1]


def mailed(app, admin, post_office, email="ada@example.org"):
    assert invite(admin, email).status_code == 303
    work(app)
    text = post_office.messages[-1].get_body(("plain",)).get_content()
    return re.search(r"http://localhost(/invitation/\S+)", text)[1]


def join(visitor, link, **fields):
    page = visitor.get(link).text
    return visitor.post(link, data=form_data(page, "invitation") | ADA | fields)


def people(app):
    with app.app_context():
        rows = session.scalars(select(User).order_by(User.id))
        return [(each.name, each.email, each.role) for each in rows][1:]


def test_who_is_invited_by_mail_joins(app, admin, visitor, post_office):
    link = mailed(app, admin, post_office)
    letter = post_office.messages[0]
    answer = join(visitor, link)

    assert letter["To"] == "ada@example.org"
    assert "The Boss invites you" in letter["Subject"]
    assert (answer.status_code, answer.location) == (303, "/admin/")
    assert people(app) == [("ada", "ada@example.org", Role.AUTHOR)]
    assert visitor.get("/admin/").status_code == 200


def test_who_is_invited_with_a_link_says_the_address(app, admin, visitor):
    link = handed_on(admin, role="editor")
    answer = join(visitor, link, email="Ada@Example.org")

    assert answer.status_code == 303
    assert people(app) == [("ada", "ada@example.org", Role.EDITOR)]


def test_nobody_chooses_their_own_role_or_the_letters_address(
    app, admin, visitor, post_office
):
    link = mailed(app, admin, post_office)
    join(visitor, link, role="admin", email="eve@example.org", user_id="1")

    assert people(app) == [("ada", "ada@example.org", Role.AUTHOR)]


def test_a_link_is_good_once(app, admin, visitor):
    link = handed_on(admin)
    join(visitor, link, email="ada@example.org")
    second = app.test_client()

    assert second.get(link).status_code == 404
    assert second.post(link, data=ADA).status_code in (400, 404)
    assert len(people(app)) == 1


def test_what_is_wrong_comes_back_and_the_link_stays_good(app, admin, visitor):
    with app.app_context():
        make_user(name="eve", email="eve@example.org")
    link = handed_on(admin)

    for wrong in (
        {"username": "eve"},
        {"username": "A B"},
        {"email": "eve@example.org"},
        {"email": "no address"},
        {"password": "short"},
        {"display_name": ""},
    ):
        answer = join(visitor, link, **({"email": "ada@example.org"} | wrong))
        assert answer.status_code == 422
        assert field(answer.text, "username") == wrong.get("username", "ada").lower()
    assert join(visitor, link, email="ada@example.org").status_code == 303


def test_an_invitation_ends_after_a_week(app, admin, visitor):
    link = handed_on(admin)
    with app.app_context(), write_transaction():
        session.scalars(select(Invitation)).one().expires_at = utcnow()

    assert visitor.get(link).status_code == 404
    assert "None is open" in admin.get(ROOM).text


def test_an_invitation_is_taken_back(app, admin, visitor):
    link = handed_on(admin)
    with app.app_context():
        number = session.scalars(select(Invitation.id)).one()
    assert admin.send(f"{ROOM}{number}/end").status_code == 303

    assert visitor.get(link).status_code == 404
    again = handed_on(admin)  # and no later one takes its number
    assert again != link
    assert visitor.get(link).status_code == 404


def test_a_letter_is_sent_again_and_lasts_a_week_from_then(
    app, admin, visitor, post_office
):
    first = mailed(app, admin, post_office)
    with app.app_context(), write_transaction():
        row = session.scalars(select(Invitation)).one()
        row.expires_at = utcnow() + timedelta(hours=1)
        number = row.id
    admin.send(f"{ROOM}{number}/letter")
    work(app)

    assert len(post_office.messages) == 2
    assert visitor.get(first).status_code == 200
    with app.app_context():
        left = session.scalars(select(Invitation)).one().expires_at - utcnow()
    assert left > invitations.LIFETIME - timedelta(minutes=1)


def test_a_second_invitation_to_one_address_takes_the_place_of_the_first(
    app, admin, visitor, post_office
):
    first = mailed(app, admin, post_office)
    second = mailed(app, admin, post_office)

    assert visitor.get(first).status_code == 404
    assert visitor.get(second).status_code == 200


def test_whoever_has_an_account_is_not_invited(app, admin, post_office):
    with app.app_context():
        make_user(email="eve@example.org")
    answer = invite(admin, "eve@example.org")

    assert answer.status_code == 422
    assert field(answer.text, "email") == "eve@example.org"


def test_without_mail_the_link_is_shown(admin):
    answer = invite(admin, "ada@example.org")

    assert re.fullmatch(rf"{ROOM}\d+/", answer.location)


@pytest.mark.parametrize("role", ["subscriber", "contributor", "author", "editor"])
def test_only_admins_invite(client_for, role):
    person = client_for(role)

    assert person.get(ROOM).status_code == 403
    assert invite(person).status_code == 403


@pytest.mark.parametrize("token", ["x", "MQ.x", "a.b.c"])
def test_a_made_up_link_opens_nothing(visitor, token):
    assert visitor.get(f"/invitation/{token}").status_code == 404


def test_the_pages_are_right(app, admin, visitor, post_office, html_checker):
    link = mailed(app, admin, post_office)
    shown = handed_on(admin)
    pages = [admin.get(ROOM), admin.get(f"{ROOM}2/"), invite(admin, "no address")]
    pages += [visitor.get(link), visitor.get(shown), visitor.get("/invitation/x")]

    for page in pages:
        assert html_checker.errors(page.text) == []


@pytest.mark.parametrize("what", ["demoted", "disabled", "gone"])
def test_an_invitation_ends_with_the_rights_of_who_invited(app, admin, visitor, what):
    link = handed_on(admin, role="admin")
    with app.app_context():
        make_user(name="other", role=Role.ADMIN)
        with write_transaction():
            inviter = session.get_one(User, admin.user_id)
            match what:
                case "demoted":
                    users.change_role(inviter, Role.EDITOR, by=None)
                case "disabled":
                    users.disable(inviter, utcnow(), by=None)
                case "gone":
                    users.delete(inviter, by=None, heir=None)

    assert visitor.get(link).status_code == 404
