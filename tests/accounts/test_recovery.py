"""Who has forgotten a password chooses another, with a link that came by mail."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from blog.accounts import passwords, recovery
from blog.accounts.models import User, UserSession
from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.jobs.models import Job
from blog.jobs.worker import Worker
from tests.factories import PASSWORD, make_user
from tests.pages import form_data

NEW = "four new words in a row"


@pytest.fixture
def ada(app):
    with app.app_context():
        return make_user(name="ada", email="ada@example.org").id


@pytest.fixture
def post_office(app, smtp):
    app.config["SMTP_URL"] = smtp.url
    app.extensions["daily_jobs"] = []
    return smtp


def work(app):
    worker = Worker(app)
    while worker.work():
        pass


def ask(client, email):
    page = client.get("/forgotten").text
    return client.post("/forgotten", data=form_data(page) | {"email": email})


def link_in(message):
    text = message.get_body(("plain",)).get_content()
    return re.search(r"http://localhost(/recovery/\S+)", text)[1]


def delivered(app, post_office, client, email="ada@example.org"):
    """The link that comes for whoever asks."""
    assert ask(client, email).status_code == 200
    work(app)
    return link_in(post_office.messages[-1])


def choose(client, link, password=NEW, **fields):
    page = client.get(link).text
    sent = {"password": password, "password_again": password} | fields
    return client.post(link, data=form_data(page, "recovery") | sent)


def test_a_forgotten_password_is_replaced(app, visitor, ada, post_office):
    link = delivered(app, post_office, visitor)
    answer = choose(visitor, link)

    assert (answer.status_code, answer.location) == (303, "/recovery/done")
    assert "changed" in visitor.get("/recovery/done").text
    assert visitor.log_in("ada", NEW).status_code == 303


def test_the_new_password_logs_nobody_in_and_everybody_out(
    app, visitor, client_for, post_office
):
    with app.app_context():
        eve = client_for("author", name="eve", email="eve@example.org")
    link = delivered(app, post_office, visitor, "eve@example.org")
    choose(visitor, link)

    assert visitor.get("/admin/").status_code == 303
    assert eve.get("/admin/").status_code == 303
    with app.app_context():
        assert session.scalars(select(UserSession)).all() == []


def test_a_link_is_good_once(app, visitor, ada, post_office):
    link = delivered(app, post_office, visitor)
    choose(visitor, link)

    assert visitor.get(link).status_code == 404
    assert visitor.post(link).status_code in (400, 404)


def test_looking_does_not_use_it_up(app, visitor, ada, post_office):
    link = delivered(app, post_office, visitor)
    for _ in range(3):
        assert visitor.get(link).status_code == 200
        assert visitor.head(link).status_code == 200

    assert choose(visitor, link).status_code == 303


def test_a_second_link_ends_with_the_first_that_is_used(app, visitor, ada, post_office):
    first = delivered(app, post_office, visitor)
    second = delivered(app, post_office, visitor)
    choose(visitor, second)

    assert visitor.get(first).status_code == 404


@pytest.mark.parametrize("change", ["email", "password", "disabled", "gone"])
def test_a_link_ends_when_the_account_changes(app, visitor, ada, post_office, change):
    link = delivered(app, post_office, visitor)
    with app.app_context():
        new_hash = passwords.hashed(NEW)
        with write_transaction():
            user = session.get_one(User, ada)
            match change:
                case "email":
                    user.email = "other@example.org"
                case "password":
                    user.password_hash = new_hash
                case "disabled":
                    user.disabled_at = utcnow()
                case "gone":
                    session.delete(user)

    assert visitor.get(link).status_code == 404


def test_a_link_lasts_half_an_hour(app, ada):
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with app.app_context():
        token = recovery.link(session.get_one(User, ada), now).rpartition("/")[2]

        last = now + timedelta(minutes=30)
        assert recovery.guest(token, last - timedelta(seconds=1)).id == ada
        assert recovery.guest(token, last) is None


@pytest.mark.parametrize("bend", [lambda t: t[:-1], lambda t: "x", lambda t: t + "A"])
def test_a_bent_link_opens_nothing(app, visitor, ada, post_office, bend):
    link = delivered(app, post_office, visitor)

    assert visitor.get(bend(link)).status_code == 404


def test_nobody_learns_who_has_an_account(app, visitor, ada, post_office):
    known = ask(visitor, "ada@example.org")
    unknown = ask(visitor, "eve@example.org")

    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("ada@", "eve@") == unknown.text
    work(app)
    assert [each["To"] for each in post_office.messages] == ["ada@example.org"]


def test_an_address_is_found_however_it_is_written(app, visitor, ada, post_office):
    delivered(app, post_office, visitor, "  ADA@Example.org ")

    assert post_office.messages[0]["To"] == "ada@example.org"


def test_a_mailbox_is_not_flooded(app, visitor, ada, post_office):
    for _ in range(3):
        assert ask(visitor, "ada@example.org").status_code == 200
        work(app)
    answer = ask(visitor, "ada@example.org")

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert 'value="ada@example.org"' in answer.text
    assert len(post_office.messages) == 3


def test_one_place_does_not_ask_for_everybody(visitor, post_office):
    answers = [ask(visitor, f"p{n}@example.org").status_code for n in range(11)]

    assert answers == [200] * 10 + [429]


def test_what_is_no_address_comes_back(visitor, post_office):
    answer = ask(visitor, "ada at example")

    assert answer.status_code == 422
    assert 'value="ada at example"' in answer.text


def test_without_mail_the_page_says_what_to_do(visitor):
    page = visitor.get("/forgotten").text

    assert "sends no mail" in page
    assert visitor.post("/forgotten", data={}).status_code in (400, 404)


def test_a_weak_password_is_refused_and_the_link_stays_good(
    app, visitor, ada, post_office
):
    link = delivered(app, post_office, visitor)

    assert choose(visitor, link, "short").status_code == 422
    assert choose(visitor, link, NEW, password_again="other").status_code == 422
    assert choose(visitor, link).status_code == 303
    assert visitor.log_in("ada", PASSWORD).status_code == 422


def test_the_link_is_in_no_table_and_goes_to_no_other_site(
    app, visitor, ada, post_office
):
    link = delivered(app, post_office, visitor)

    assert visitor.get(link).headers["Referrer-Policy"] == "no-referrer"
    with app.app_context():
        kept = " ".join(
            f"{job.payload}{job.about}" for job in session.scalars(select(Job))
        )
    assert link.rpartition("/")[2] not in kept
    assert "ada@" not in kept


def test_whoever_is_logged_in_needs_no_link(client_for, post_office):
    answer = client_for("author").get("/forgotten")

    assert (answer.status_code, answer.location) == (303, "/admin/")


def test_the_pages_are_right(app, visitor, ada, post_office, html_checker):
    link = delivered(app, post_office, visitor)
    pages = [visitor.get("/forgotten"), ask(visitor, "x@example.org")]
    pages += [visitor.get(link), visitor.get(link + "x"), visitor.get("/recovery/done")]

    for page in pages:
        assert html_checker.errors(page.text) == []
