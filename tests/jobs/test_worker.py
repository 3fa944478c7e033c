"""Workers: alone, beside each other, killed in the middle."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from flask import url_for
from sqlalchemy import event

from blog.database import db as database
from blog.database import session, write_gate, write_transaction
from blog.i18n import language_tag
from blog.jobs import queue
from blog.jobs.models import Job, State
from blog.jobs.tasks import GiveUp, Postpone, TryLater, Unavailable
from blog.jobs.worker import Worker
from blog.mail.models import MutedAddress
from blog.site.queries import settings
from tests import servers
from tests.conftest import dispose, make_app
from tests.jobs import working

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that stands still until somebody moves it."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def handlers(app):
    app.extensions["daily_jobs"] = []
    app.extensions["jobs"] = {}
    return app.extensions["jobs"]


@pytest.fixture
def worker(app, handlers, clock):
    return Worker(app, clock=clock)


def add(app, *keys, kind="a.test", now=NOW, **payload):
    with app.app_context(), write_transaction():
        for key in keys:
            queue.add(kind, key, payload, now)


def jobs(app):
    with app.app_context():
        return {job.key: job for job in session.query(Job).order_by(Job.id)}


def raising(error):
    def handler(task, now):
        raise error

    return handler


def test_the_slow_part_is_done_without_a_transaction(app, worker, handlers):
    seen = []

    def slow(task, now):
        session.query(Job).all()
        session.rollback()
        seen.append((task.payload, now, write_gate().is_ours))
        with app.app_context(), write_transaction():  # others can write
            queue.add("other", "other", {}, now)
        return lambda at: seen.append((at, write_gate().is_ours))

    handlers["a.test"] = slow
    add(app, "one", word="tide")

    assert worker.work()
    assert seen == [({"word": "tide"}, NOW, False), (NOW, True)]
    assert jobs(app)["one"].state == State.DONE
    assert jobs(app)["one"].finished_at == NOW


def test_what_a_handler_writes_and_the_tick_are_one_thing(app, worker, handlers):
    def half(now):
        session.add(MutedAddress(digest="x", created_at=now))
        session.flush()
        raise RuntimeError("half done")

    handlers["a.test"] = lambda task, now: half
    add(app, "one")
    worker.work()

    with app.app_context():
        assert session.query(MutedAddress).count() == 0
    one = jobs(app)["one"]
    assert (one.state, one.error) == (State.WAITING, "RuntimeError: half done")
    assert one.run_at == NOW + MINUTE


def test_who_lost_the_lease_writes_nothing(app, worker, handlers, clock):
    def slow(task, now):
        with app.app_context(), write_transaction():
            queue.claim(NOW + 2 * MINUTE, MINUTE)  # another worker
        return lambda at: session.add(MutedAddress(digest="x", created_at=at))

    handlers["a.test"] = slow
    add(app, "one")
    worker.work()

    with app.app_context():
        assert session.query(MutedAddress).count() == 0
    assert (jobs(app)["one"].state, jobs(app)["one"].attempts) == (State.WAITING, 2)


def test_a_long_job_keeps_its_lease(app, handlers):
    taken = []

    def slow(task, now):
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            with app.app_context(), write_transaction():
                taken.append(queue.claim(datetime.now(UTC), MINUTE))
            time.sleep(0.05)

    handlers["a.test"] = slow
    add(app, "one", now=datetime.now(UTC))
    Worker(app, lease=timedelta(seconds=0.6)).work()

    assert set(taken) == {None}
    assert jobs(app)["one"].state == State.DONE


@pytest.mark.parametrize(
    ("error", "state", "run_at", "attempts"),
    [
        (Postpone(NOW + 3 * MINUTE, "said"), State.WAITING, NOW + 3 * MINUTE, 0),
        (GiveUp("said"), State.FAILED, NOW, 1),
        (Unavailable("a.", "said", 120), State.WAITING, NOW + 2 * MINUTE, 0),
        (TryLater("said"), State.WAITING, NOW + MINUTE, 1),
        (ValueError("said"), State.WAITING, NOW + MINUTE, 1),
    ],
)
def test_what_a_handler_may_answer(
    app, worker, handlers, caplog, error, state, run_at, attempts
):
    handlers["a.test"] = raising(error)
    add(app, "one")
    worker.work()

    job = jobs(app)["one"]
    assert (job.state, job.run_at, job.attempts) == (state, run_at, attempts)
    assert job.error.endswith("said")
    assert job.leased_until is None
    # What is outside fails as it likes; our own mistakes are told in full.
    assert ("Traceback" in caplog.text) == isinstance(error, ValueError)


def test_a_service_that_is_down_is_asked_once_a_minute(app, worker, handlers, clock):
    done = []

    def mail(task, now):
        done.append(("mail", now))
        raise Unavailable("mail.", "it hung up", 60)

    handlers["news.held"] = handlers["mail.test"] = mail
    handlers["a.test"] = lambda task, now: done.append(("other", now))
    add(app, *map(str, range(100)), kind="mail.test")
    add(app, "other")
    for _ in range(3):
        while worker.work():
            pass
        clock.now += MINUTE

    assert done == [
        ("mail", NOW),
        ("other", NOW),
        ("mail", NOW + MINUTE),
        ("mail", NOW + 2 * MINUTE),
    ]


def test_kinds_that_nobody_knows_wait_and_the_log_says_so_once(
    app, worker, handlers, clock, caplog
):
    add(app, *map(str, range(30)), kind="of.tomorrow")
    for _ in range(5):
        while worker.work():
            pass
        clock.now += timedelta(days=10)

    said = [each.getMessage() for each in caplog.records]
    assert said == ["nobody knows how to do of.tomorrow; such jobs wait"]
    assert {job.state for job in jobs(app).values()} == {State.WAITING}
    handlers["of.tomorrow"] = lambda task, now: None
    while worker.work():
        pass
    assert {job.state for job in jobs(app).values()} == {State.DONE}


def test_daily_jobs_are_added_once_a_day(app, handlers, clock):
    done = []
    app.extensions["daily_jobs"] = ["tidy"]
    handlers["tidy"] = lambda task, now: done.append(task.key)
    for hours in range(0, 60, 6):
        clock.now = NOW + timedelta(hours=hours)
        worker = Worker(app, clock=clock)  # started anew each time
        while worker.work():
            pass

    assert done == ["tidy:2026-11-25", "tidy:2026-11-26", "tidy:2026-11-27"]


def test_a_day_begins_with_forgetting(app, handlers, clock):
    handlers["a.test"] = lambda task, now: None
    add(app, *map(str, range(2_500)))
    with app.app_context(), write_transaction():
        session.query(Job).update({Job.state: State.DONE, Job.run_at: NOW})
    clock.now += timedelta(days=31)
    Worker(app, clock=clock).work()

    assert jobs(app) == {}


def test_a_handler_can_make_addresses_of_the_site(tmp_path, app, clock):
    found = []
    app = make_app(app.config["INSTANCE"], SITE_URL="https://example.org:8443")
    app.extensions["jobs"] = {
        "a.test": lambda task, now: found.append(
            (url_for("accounts.login"), url_for("accounts.login", _external=True))
        )
    }
    app.extensions["daily_jobs"] = []
    add(app, "one")
    Worker(app, clock=clock).work()
    dispose(app)

    assert found == [("/login", "https://example.org:8443/login")]


def test_each_job_finds_the_settings_as_they_are_now(app, worker, handlers):
    found = []
    handlers["a.test"] = lambda task, now: found.append(language_tag())
    with app.app_context():  # as below the command
        for language in ("en", "fa", "ja"):
            with write_transaction():
                settings().language = language
                queue.add("a.test", language, {}, NOW)
            worker.work()

    assert found == ["en", "fa", "ja"]


def test_a_database_that_is_away_is_waited_for(app, worker, handlers, monkeypatch):
    monkeypatch.setattr("blog.jobs.worker.BROKEN_SECONDS", 0.05)
    monkeypatch.setattr("blog.jobs.worker.IDLE_SECONDS", 0.05)
    handlers["a.test"] = lambda task, now: None
    add(app, "one")
    dispose(app)
    file = app.config["INSTANCE"] / "blog.sqlite"
    file.rename(file.with_suffix(".away"))
    thread = threading.Thread(target=worker.run)
    thread.start()
    time.sleep(0.3)
    assert thread.is_alive()
    file.with_suffix(".away").rename(file)
    until(lambda: jobs(app)["one"].state == State.DONE)
    worker.stop()
    thread.join(10)

    assert not thread.is_alive()


def test_an_idle_worker_asks_one_question_a_second_and_its_answer_is_in_an_index(
    app, worker, clock
):
    add(app, "later", now=NOW)
    with app.app_context(), write_transaction():
        session.query(Job).update({Job.run_at: NOW + MINUTE})
    worker.work()
    asked = []

    def note(connection, cursor, statement, *_):
        asked.append(statement)

    with app.app_context():
        engine = database.engine
    event.listen(engine, "before_cursor_execute", note)
    assert not worker.work()
    event.remove(engine, "before_cursor_execute", note)
    questions = [each for each in asked if each.startswith("SELECT")]
    assert len(questions) == 1
    with app.app_context():
        plan = session.execute(
            database.text("EXPLAIN QUERY PLAN " + questions[0].replace("?", "'x'"))
        ).all()
    assert [row[3] for row in plan] == [
        "SEARCH job USING COVERING INDEX ix_job_state_run_at_id (state=? AND run_at<?)"
    ]


# Processes


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


@pytest.fixture
def start(app, tmp_path):
    """``start(lease_seconds)``: another worker process over the application's site."""
    processes = []

    def one(lease_seconds=60):
        process = subprocess.Popen(
            [sys.executable, working.__file__, str(tmp_path / "notes"),
             str(lease_seconds)],
            cwd=servers.ROOT,
            env=servers.environment(app.config["INSTANCE"], 1)
            | {"PYTHONPATH": str(servers.ROOT)},
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        processes.append(process)
        return process

    yield one
    for process in processes:
        process.kill()
        process.wait()


def test_two_workers_do_two_hundred_jobs_once_each(app, start, tmp_path):
    keys = [f"job{number}" for number in range(200)]
    add(app, *keys, now=datetime.now(UTC))
    workers = [start(), start()]
    until(lambda: all(job.state == State.DONE for job in jobs(app).values()))
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0

    notes = working.lines(tmp_path / "notes")
    assert Counter((word, key) for word, key, *_ in notes) == Counter(
        (word, key) for word in ("begin", "end") for key in keys
    )
    assert {attempt for _, _, attempt, _ in notes} == {"1"}
    assert len({pid for *_, pid in notes}) == 2
    with app.app_context():
        assert {row.digest for row in session.query(MutedAddress)} == set(keys)


def test_a_job_whose_worker_was_killed_is_done_again_and_ticked_off_once(
    app, start, tmp_path
):
    add(app, "one", now=datetime.now(UTC), seconds=0.7)
    add(app, "two", now=datetime.now(UTC))
    first = start(lease_seconds=2)
    until(lambda: working.lines(tmp_path / "notes"))
    first.kill()
    first.wait()
    start(lease_seconds=2)
    until(lambda: all(job.state == State.DONE for job in jobs(app).values()))

    notes = working.lines(tmp_path / "notes")
    assert [(word, attempt) for word, key, attempt, _ in notes if key == "one"] == [
        *(("begin", "1"), ("begin", "2"), ("end", "2"))
    ]
    with app.app_context():
        assert session.query(MutedAddress).count() == 2


def test_nothing_is_lost_or_done_twice_while_workers_are_killed(app, start, tmp_path):
    keys = [f"job{number}" for number in range(120)]
    for number in range(8):
        add(app, *keys[number * 15 : number * 15 + 15], now=datetime.now(UTC))
        worker = start(lease_seconds=2)
        begun = len(working.lines(tmp_path / "notes"))
        until(lambda begun=begun: len(working.lines(tmp_path / "notes")) > begun + 3)
        worker.kill()
        worker.wait()
    start(lease_seconds=2)
    start(lease_seconds=2)
    until(lambda: all(job.state == State.DONE for job in jobs(app).values()))

    # Each was ticked off together with what it wrote, whose key is unique.
    with app.app_context():
        assert {row.digest for row in session.query(MutedAddress)} == set(keys)
        assert session.execute(database.text("PRAGMA integrity_check")).scalar() == "ok"
    ended = Counter(key for word, key, *_ in working.lines(tmp_path / "notes")
                    if word == "end")  # fmt: skip
    assert set(ended) == set(keys)
    assert sum(ended.values()) <= len(keys) + 8  # at most one more for each kill


def test_a_worker_that_is_told_to_stop_ends_its_job_first(app, start, tmp_path):
    add(app, "one", now=datetime.now(UTC), seconds=1)
    add(app, "two", now=datetime.now(UTC) + MINUTE / 2)
    worker = start()
    until(lambda: working.lines(tmp_path / "notes"))
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(20) == 0
    assert jobs(app)["one"].state == State.DONE
