"""The outbox as its owner sees it."""

from datetime import UTC, datetime, timedelta

import pytest

from blog.accounts.models import User
from blog.database import session, write_transaction
from blog.jobs import queue
from blog.jobs.models import Job, State
from blog.jobs.worker import Worker

MINUTE = timedelta(minutes=1)
NOW = datetime.now(UTC) - MINUTE


@pytest.fixture
def add(app):
    """``add(key, state="failed")``: a job in that state; its id."""

    def one(key, state="waiting", kind="mail.test", error="", about="", now=NOW):
        with app.app_context(), write_transaction():
            queue.add(kind, key, {}, now, about=about)
            session.flush()
            job = session.query(Job).filter_by(key=key, state=State.WAITING).one()
            job.error = error
            if state != "waiting":
                job.state, job.finished_at = State(state), now
            return job.id

    return one


def jobs(app):
    with app.app_context():
        return {job.key: job for job in session.query(Job).order_by(Job.id)}


@pytest.fixture
def mail(app, smtp):
    app.config["SMTP_URL"] = smtp.url.replace("//", "//us3r:s3cret@")
    return smtp


def test_the_outbox_says_how_mail_is_turned_on(admin, html_checker):
    page = admin.get("/admin/outbox/")

    assert "Mail is off" in page.text
    assert "BLOG_SMTP_URL" in page.text
    assert "/test-letter" not in page.text
    assert "Nothing waits to be done." in page.text
    assert html_checker.errors(page.text) == []


def test_the_outbox_says_where_mail_goes_and_not_the_password(admin, mail):
    page = admin.get("/admin/outbox/")

    assert "Mail is on" in page.text
    assert f"127.0.0.1:{mail.port}" in page.text
    assert "comments@localhost" in page.text
    assert "s3cret" not in page.text
    assert "us3r" not in page.text


def test_the_owner_sends_a_test_letter_to_themselves(app, admin, smtp):
    app.config["SMTP_URL"] = smtp.url
    with app.app_context():
        email = session.get(User, admin.user_id).email
    for _ in range(2):  # a double click
        answer = admin.send("/admin/outbox/test-letter")
        assert (answer.status_code, answer.location) == (303, "/admin/outbox/")
    page = admin.get("/admin/outbox/")
    assert "Test letter" in page.text
    assert email in page.text

    worker = Worker(app)
    while worker.work():
        pass
    [message] = smtp.messages
    assert message["To"] == email
    assert message["Subject"] == "Mail from “A new publication” works"
    assert "Nothing waits" in admin.get("/admin/outbox/").text
    assert "Test letter" in admin.get("/admin/outbox/?state=done").text
    # Another one is another letter.
    admin.send("/admin/outbox/test-letter")
    while worker.work():
        pass
    assert len({message["Message-ID"] for message in smtp.messages}) == 2


def test_while_mail_is_off_no_test_letter_is_sent(app, admin):
    admin.send("/admin/outbox/test-letter")

    assert "Mail is off, so nothing was sent." in admin.get("/admin/outbox/").text
    assert jobs(app) == {}


def test_without_an_address_no_test_letter_is_sent(app, admin, mail):
    with app.app_context(), write_transaction():
        session.get(User, admin.user_id).email = None
    assert "/admin/account/" in admin.get("/admin/outbox/").text
    admin.send("/admin/outbox/test-letter")

    assert jobs(app) == {}


@pytest.mark.parametrize("state", ["waiting", "failed", "done"])
def test_jobs_are_listed_by_state_with_what_went_wrong(
    app, admin, add, html_checker, state
):
    for each in ("waiting", "failed", "done"):
        add(each, each, error=f"<b>{each}</b> error", about=f"to <i>{each}</i>")
    page = admin.get(f"/admin/outbox/?state={state}")

    for each in ("waiting", "failed", "done"):
        assert (f"&lt;b&gt;{each}&lt;/b&gt; error" in page.text) == (each == state)
        assert (f"to &lt;i&gt;{each}&lt;/i&gt;" in page.text) == (each == state)
    assert ("Try now" in page.text) == (state != "done")
    assert ("Give up" in page.text) == (state == "waiting")
    assert ("Try all of these again" in page.text) == (state == "failed")
    assert html_checker.errors(page.text) == []


def test_the_lists_come_in_pages_and_kinds(app, admin, add):
    with app.app_context(), write_transaction():
        for number in range(120):
            queue.add("a.test", f"a{number}", {}, NOW, about=f"thing {number}.")
    add("mail", about="the letter")

    assert admin.get("/admin/outbox/").text.count('class="queued job"') == 50
    last = admin.get("/admin/outbox/?page=3")
    assert last.text.count('class="queued job"') == 21
    assert admin.get("/admin/outbox/?page=4").status_code == 404
    mail = admin.get("/admin/outbox/?kind=mail.test")
    assert mail.text.count('class="queued job"') == 1
    assert "the letter" in mail.text
    none = admin.get("/admin/outbox/?kind=of.tomorrow")
    assert "Nothing of that kind is here." in none.text


def test_the_outbox_says_when_no_worker_runs(admin, add, html_checker):
    add("mail", now=datetime.now(UTC) - 4 * MINUTE)
    assert "Nobody has done" not in admin.get("/admin/outbox/").text
    add("older", now=datetime.now(UTC) - 9 * MINUTE)
    page = admin.get("/admin/outbox/")

    assert "Nobody has done what is due for 9 minutes." in page.text
    assert html_checker.errors(page.text) == []


@pytest.mark.parametrize("query", ["state=lost", "page=0", "page=x"])
def test_there_is_no_such_list(admin, query):
    assert admin.get(f"/admin/outbox/?{query}").status_code == 404


def test_what_waits_is_tried_now(app, admin, add):
    later = datetime.now(UTC) + timedelta(days=1)
    job_id = add("mail", now=later)
    answer = admin.send(f"/admin/outbox/{job_id}/attempt?page=7")

    assert answer.location == "/admin/outbox/"
    assert jobs(app)["mail"].run_at <= datetime.now(UTC)
    assert "It is tried now." in admin.get("/admin/outbox/").text


def test_what_waits_is_given_up(app, admin, add):
    job_id = add("mail")
    admin.send(f"/admin/outbox/{job_id}/abandonment")

    assert jobs(app)["mail"].state == State.FAILED
    page = admin.get("/admin/outbox/?state=failed")
    assert "Given up in the outbox." in page.text
    again = admin.send(f"/admin/outbox/{job_id}/abandonment?state=failed")
    assert again.location == "/admin/outbox/?state=failed"
    assert "It is under way, or was finished before." in admin.get("/admin/").text


def test_what_is_under_way_is_left_alone(app, admin, add):
    job_id = add("mail")
    with app.app_context(), write_transaction():
        task = queue.claim(datetime.now(UTC), MINUTE)
    page = admin.get("/admin/outbox/")
    assert "Under way" in page.text
    assert "Try now" not in page.text
    for verb in ("attempt", "abandonment"):
        admin.send(f"/admin/outbox/{job_id}/{verb}")

    with app.app_context():
        assert queue.is_ours(task)


def test_all_that_failed_is_tried_again(app, admin, add):
    for number in range(250):
        add(f"job{number}", "failed", kind="a.test")
    add("mail", "failed")
    add("twice", "failed", kind="a.test")
    add("twice", kind="a.test")
    answer = admin.send("/admin/outbox/attempts?state=failed&kind=a.test")

    assert answer.location == "/admin/outbox/?state=failed&kind=a.test"
    page = admin.get("/admin/outbox/?state=failed")
    assert "250 jobs are tried again." in page.text
    failed = {job.key for job in jobs(app).values() if job.state == State.FAILED}
    assert failed == {"mail"}


@pytest.mark.parametrize("verb", ["attempt", "abandonment"])
def test_there_is_no_such_job(admin, verb):
    assert admin.send(f"/admin/outbox/99/{verb}").status_code == 404


@pytest.mark.parametrize("role", ["subscriber", "author", "editor"])
def test_the_outbox_is_the_owners(client_for, add, role):
    job_id = add("mail")
    client = client_for(role)

    assert client.get("/admin/outbox/").status_code == 403
    assert client.send(f"/admin/outbox/{job_id}/attempt").status_code == 403
    assert "Outbox" not in client.get("/admin/").text
