"""Jobs: written down, claimed, ticked off, put off, forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from blog.database import session, write_transaction
from blog.jobs import queue
from blog.jobs.models import Job, State

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
LEASE = timedelta(seconds=60)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("db")


def add(key, kind="a.test", now=NOW, **more):
    with write_transaction():
        queue.add(kind, key, {"of": key}, now, **more)


def claim(now=NOW, lease=LEASE):
    with write_transaction():
        return queue.claim(now, lease)


def say(verb, *values):
    with write_transaction():
        return verb(*values)


def job(key):
    session.rollback()
    return session.query(Job).filter_by(key=key).one()


def test_the_one_due_longest_comes_first():
    add("second")
    add("third")
    add("first", run_at=NOW - MINUTE)
    add("not yet", run_at=NOW + MINUTE)

    tasks = [claim() for _ in range(3)]
    assert [task.key for task in tasks] == ["first", "second", "third"]
    assert (tasks[0].payload, tasks[0].attempts, tasks[0].created_at) == (
        {"of": "first"},
        1,
        NOW,
    )
    assert claim() is None
    assert not queue.is_due(NOW)
    assert queue.is_due(NOW + MINUTE)


def test_a_deed_waits_once_and_may_come_again_when_it_is_done():
    add("mail")
    add("mail")
    say(queue.finish, claim(), NOW)
    assert claim() is None

    add("mail")
    assert claim().key == "mail"


def test_a_deed_for_once_does_not_come_again():
    add("today", once=True)
    say(queue.finish, claim(), NOW)
    add("today", once=True)

    assert claim() is None


def test_a_cancelled_deed_is_not_done():
    add("mail")
    say(queue.cancel, "mail")

    assert claim() is None


def test_the_lease_of_a_dead_worker_ends():
    add("mail")
    first = claim()
    assert claim(NOW + LEASE - timedelta(seconds=1)) is None
    second = claim(NOW + LEASE)

    assert (second.id, second.attempts) == (first.id, 2)
    assert job("mail").error == "The worker ended in the middle of it."
    # The first was not dead after all. It is too late.
    assert not queue.is_ours(first)
    for verb, values in (
        (queue.finish, (NOW,)),
        (queue.fail, ("no", NOW)),
        (queue.give_up, ("no", NOW)),
        (queue.postpone, (NOW, "no")),
    ):
        say(verb, first, *values)
    assert not say(queue.renew, first, NOW + DAY)
    assert job("mail").state == State.WAITING
    assert job("mail").attempts == 2
    say(queue.finish, second, NOW)
    assert job("mail").state == State.DONE


def test_a_lease_that_is_renewed_goes_on():
    add("mail")
    task = claim()
    assert say(queue.renew, task, NOW + 2 * LEASE)

    assert claim(NOW + LEASE) is None
    assert claim(NOW + 2 * LEASE).attempts == 2


def test_what_kills_its_workers_is_tried_less_and_less():
    add("poison")
    now, seconds = NOW, []
    for _ in range(6):
        task = None
        began = now
        while task is None:
            task = claim(now)
            now += timedelta(seconds=10)
        seconds.append(round((now - began).total_seconds()))
        now += LEASE

    assert seconds[:4] == [10, 10, 10, 10]
    assert seconds[4] > 8 * 60
    assert seconds[5] > seconds[4]


def test_failures_are_tried_again_after_pauses_that_grow_until_it_is_too_late():
    add("mail")
    now, pauses = NOW, []
    while (task := claim(now)) is not None:
        say(queue.fail, task, "550 no", now)
        pauses.append(job("mail").run_at - now)
        now = max(job("mail").run_at, now + MINUTE)

    assert [each // MINUTE for each in pauses[:10]] == [
        *(1, 2, 4, 8, 16, 32, 64, 128, 256),
        360,
    ]
    assert set(pauses[10:-1]) == {timedelta(hours=6)}
    failed = job("mail")
    assert (failed.state, failed.error) == (State.FAILED, "550 no")
    assert 14 * DAY < failed.finished_at - NOW <= 15 * DAY


def test_to_postpone_is_no_failure():
    add("digest")
    for _ in range(5):
        say(queue.postpone, claim(), NOW, "not yet")

    assert (job("digest").attempts, job("digest").error) == (0, "not yet")
    say(queue.fail, claim(), "no", NOW)
    assert job("digest").run_at == NOW + MINUTE


def test_a_service_that_is_down_holds_back_its_own_and_nobody_else():
    for key, kind in (
        *(("1", "news.held"), ("2", "news.held"), ("3", "mail.test")),
        *(("4", "mail_x"), ("5", "a.test")),
    ):
        add(key, kind)
    add("6", "mail.test", run_at=NOW + DAY)
    say(queue.put_off, claim(), "mail.", NOW + MINUTE, "it hung up", NOW)

    assert [claim().key, claim().key, claim()] == ["4", "5", None]
    assert [job(key).error for key in "123456"] == ["it hung up"] * 3 + [""] * 3
    assert job("6").run_at == NOW + DAY
    assert job("1").attempts == 0
    assert claim(NOW + MINUTE).key == "1"


def test_what_another_worker_does_is_not_put_off():
    add("1", "mail.test")
    add("2", "mail.test")
    first, second = claim(), claim()
    say(queue.put_off, first, "mail.", NOW + 2 * LEASE, "it hung up", NOW)

    assert queue.is_ours(second)
    assert claim(NOW + LEASE).key == "2"


def test_a_service_is_not_waited_for_for_ever():
    add("old", "mail.test")
    now = NOW + 16 * DAY
    add("new", "mail.test", now)
    say(queue.put_off, claim(now), "mail.", now + MINUTE, "it hung up", now)

    assert (job("old").state, job("old").error) == (State.FAILED, "it hung up")
    assert job("new").state == State.WAITING


def test_what_was_finished_is_forgotten_after_thirty_days():
    for key in ("done", "failed", "waiting", "recent"):
        add(key)
    say(queue.finish, claim(), NOW)
    say(queue.give_up, claim(), "no", NOW)
    claim(lease=DAY)
    say(queue.finish, claim(), NOW + DAY)
    later = NOW + 30 * DAY + MINUTE

    assert [say(queue.forget, later), say(queue.forget, later)] == [2, 0]
    assert {each.key for each in session.query(Job)} == {"waiting", "recent"}


def test_the_owner_tries_again_and_gives_up():
    add("mail")
    say(queue.give_up, claim(), "no", NOW)
    later = NOW + 20 * DAY

    assert not say(queue.drop, job("mail"), "given up", later)
    assert say(queue.try_now, job("mail"), later)
    task = claim(later)
    assert not say(queue.try_now, job("mail"), later)
    assert not say(queue.drop, job("mail"), "given up", later)
    say(queue.fail, task, "no", later)  # long ago: one try, and no more
    assert job("mail").state == State.FAILED
    say(queue.try_now, job("mail"), later)
    assert say(queue.drop, job("mail"), "given up", later)
    assert (job("mail").state, job("mail").error) == (State.FAILED, "given up")


def test_of_two_failures_of_one_deed_one_is_tried_again():
    for _ in range(2):
        add("mail")
        say(queue.give_up, claim(), "no", NOW)
    first, second = session.query(Job).order_by(Job.id)

    assert say(queue.try_now, second, NOW)
    assert not say(queue.try_now, first, NOW)
