"""Letters from the queue to the mail server."""

import time
from datetime import UTC, datetime

import pytest

from blog.database import session, write_transaction
from blog.jobs import queue
from blog.jobs.models import Job, State
from blog.jobs.worker import Worker
from blog.mail.delivery import mute
from tests.mail import smtp as servers
from tests.mail.smtp import Mode

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


@pytest.fixture
def work(app):
    """``work(smtp.url)``: a worker does all that is due."""
    app.extensions["daily_jobs"] = []

    def until_idle(url, now=NOW):
        app.config["SMTP_URL"] = url
        worker = Worker(app, clock=lambda: now)
        while worker.work():
            pass
        with app.app_context():
            return {job.key: job for job in session.query(Job).order_by(Job.id)}

    return until_idle


def add(app, *keys, kind="mail.test"):
    with app.app_context(), write_transaction():
        for key in keys:
            queue.add(kind, key, {"to": f"{key}@example.org"}, NOW)


def test_every_letter_that_waits_is_sent(app, work, smtp):
    keys = [f"reader{number}" for number in range(20)]
    add(app, *keys)
    jobs = work(smtp.url)

    assert {job.state for job in jobs.values()} == {State.DONE}
    assert [message["To"] for message in smtp.messages] == [
        f"{key}@example.org" for key in keys
    ]


@pytest.mark.parametrize(
    ("mode", "state", "error"),
    [
        (Mode.NEVER, State.FAILED, "550 5.1.1 nobody of that name"),
        (Mode.LATER, State.WAITING, "451 4.7.1 greylisted"),
        (Mode.BUSY, State.WAITING, "The mail server: 421 4.3.2 come back later"),
    ],
)
def test_what_the_server_said_is_kept(app, work, smtp, mode, state, error):
    smtp.mode = mode
    add(app, "ada")
    job = work(smtp.url)["ada"]

    assert (job.state, job.error) == (state, error)


def test_a_letter_to_somebody_who_wants_none_counts_as_done(app, work, smtp):
    with app.app_context(), write_transaction():
        mute("ada@example.org", NOW)
    add(app, "ada", "zoe")
    jobs = work(smtp.url)

    assert {job.state for job in jobs.values()} == {State.DONE}
    assert [message["To"] for message in smtp.messages] == ["zoe@example.org"]


def test_while_mail_is_off_letters_fail_and_say_why(app, work):
    add(app, "ada")
    job = work("")["ada"]

    assert (job.state, job.error) == (State.FAILED, "Mail is off.")


def test_a_server_that_hangs_holds_nothing_up(app, work, rude_smtp):
    server = rude_smtp(servers.say_nothing)
    app.extensions["jobs"]["a.test"] = lambda task, now: None
    add(app, *(f"reader{number}" for number in range(100)))
    add(app, *(f"other{number}" for number in range(5)), kind="a.test")
    began = time.monotonic()
    jobs = work(server.url)

    assert time.monotonic() - began < 9
    assert server.connections == 1
    for key, job in jobs.items():
        is_letter = key.startswith("reader")
        assert job.state == (State.WAITING if is_letter else State.DONE)
        assert not is_letter or job.error.startswith("The mail server: no answer")
        assert not is_letter or (job.run_at - NOW).total_seconds() >= 59
