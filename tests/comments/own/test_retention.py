"""What is kept for how long, and what goes after that."""

from datetime import timedelta

import pytest

from blog.comments import counts, events
from blog.comments.models import Comment, CommentSubmission, EventKind, Status
from blog.comments.own import retention, retention_jobs
from blog.database import session, write_transaction
from blog.jobs.models import Job
from blog.jobs.tasks import Task
from blog.search import index
from blog.site.queries import settings
from tests.factories import DAY, NOW, make_comment, make_post

SECOND = timedelta(seconds=1)
MONTH = 30 * DAY


def kept(comment_id):
    session.expire_all()
    return session.get(Comment, comment_id)


def run(now=NOW):
    due = retention.due(settings(), now)
    with write_transaction():
        retention.clear(due, settings(), now)
    return due.has_more


def old(age, **attributes):
    """The number of a comment that came in so long ago."""
    comment = imported(age, **attributes)
    with write_transaction():
        events.record(comment, EventKind.RECEIVED, "", NOW - age, before=comment.status)
    return comment.id


def imported(age, **attributes):
    """One that is as old, but came with an import, whenever that was."""
    given = {"ip": "192.0.2.7", "user_agent": "A browser", "created_at": NOW - age}
    return make_comment(**(given | attributes))


@pytest.mark.parametrize("status", [Status.APPROVED, Status.PENDING])
def test_who_a_comment_came_from_is_forgotten_after_the_days_that_are_set(db, status):
    recent, due = (old(age, status=status) for age in (MONTH - SECOND, MONTH + SECOND))

    assert run() is False

    assert (kept(recent).ip, kept(recent).user_agent) == ("192.0.2.7", "A browser")
    assert (kept(due).ip, kept(due).user_agent) == ("", "")
    assert (kept(due).source, kept(due).email) == ("Well said.", "ada@example.org")


def test_what_was_kept_for_akismet_goes_with_it(db):
    ids = [old(age) for age in (MONTH + DAY, 16 * DAY, 14 * DAY)]
    waiting = old(MONTH + DAY)
    with write_transaction():
        settings().comment_origin_days = 10
        for id in (*ids, waiting):
            session.add(
                CommentSubmission(
                    comment_id=id,
                    created_at=session.get_one(Comment, id).created_at,
                    fields="{}",
                    status_then=Status.APPROVED,
                    is_waiting=id == waiting,
                )
            )

    run()

    session.expire_all()
    found = session.query(CommentSubmission.comment_id).all()
    assert [each for (each,) in found] == [waiting]


def test_who_it_was_cannot_be_searched_for_any_more(db):
    due = old(MONTH + SECOND, ip="192.0.2.7")
    found = index.comments_matching("192.0.2.7", addresses_too=True)
    assert session.scalars(found).all() == [due]

    run()

    assert session.scalars(found).all() == []


def test_what_an_import_brought_is_thrown_away_by_people_alone(db):
    ids = [imported(MONTH * 20, status=Status.TRASH).id, imported(MONTH * 20).id]

    run()

    assert all(kept(each) for each in ids)


@pytest.mark.parametrize("status", [Status.SPAM, Status.TRASH])
def test_spam_and_trash_are_deleted_after_the_days_that_are_set(db, status):
    recent, due = (old(age, status=status) for age in (MONTH - SECOND, MONTH + SECOND))
    good = old(MONTH + DAY)

    run()

    assert kept(recent) is not None
    assert kept(due) is None
    assert kept(good) is not None


def test_the_days_count_from_when_it_was_thrown_away(db):
    comment_id = old(300 * DAY)

    def trash(at):
        with write_transaction():
            comment = session.get_one(Comment, comment_id)
            comment.trash("")
            events.record(comment, EventKind.DECIDED, "", at, before=Status.APPROVED)
            counts.recount([comment])

    trash(NOW)
    run(NOW + MONTH)
    assert kept(comment_id) is not None
    run(NOW + MONTH + SECOND)
    assert kept(comment_id) is None


def test_what_people_answered_stays(db):
    post = make_post()
    top = make_comment(post=post)
    spam = session.get_one(
        Comment, old(MONTH + DAY, post=post, parent=top, status=Status.SPAM)
    )
    answer = make_comment(post=post, parent=spam, source="But why?")
    ids = top.id, spam.id, answer.id

    run()

    assert kept(ids[1]) is None
    assert kept(ids[2]).parent_id == ids[0]
    assert kept(ids[0]).thread_count == 2
    assert post.comment_count == 2


def test_what_is_taken_back_at_the_last_moment_stays(db):
    comment_id = old(MONTH + DAY, status=Status.SPAM)
    due = retention.due(settings(), NOW)
    assert due.discarded == [comment_id]
    with write_transaction():
        session.get_one(Comment, comment_id).restore("")

    with write_transaction():
        retention.clear(due, settings(), NOW)

    assert kept(comment_id).status == Status.PENDING


def test_zero_days_keep_everything(db):
    ids = [old(1000 * DAY, status=status) for status in Status]
    with write_transaction():
        settings().comment_origin_days = settings().comment_spam_days = 0

    assert run() is False

    assert [kept(id).ip for id in ids] == ["192.0.2.7"] * 4


def test_it_goes_in_portions_each_in_a_job(db, monkeypatch):
    monkeypatch.setattr(retention, "PORTION", 2)
    monkeypatch.setattr(retention, "DELETED_AT_ONCE", 3)
    post = make_post()
    for status in (Status.APPROVED, Status.SPAM):
        for _each in range(7):
            old(MONTH + DAY, post=post, status=status)

    def left():
        rows = session.query(Comment.status, Comment.ip).all()
        return len(rows), sum(ip != "" for _status, ip in rows)

    task = Task(1, "comments.retention", "comments.retention:2026-11-25", {}, 1, NOW)
    seen = []
    for number in range(1, 9):
        finish = retention_jobs.HANDLERS[task.kind](task, NOW)
        session.rollback()
        with write_transaction():
            finish(NOW)
            job = session.query(Job).order_by(Job.id.desc()).first()
            is_last = job is None or job.id < number
        seen.append(left())
        if is_last:
            break
        task = Task(job.id + 100, job.kind, job.key, {}, 1, NOW)
        assert job.kind == "comments.retention"

    assert seen[-1] == (7, 0)
    numbers, origins = zip(*seen, strict=True)
    assert list(numbers) == sorted(numbers, reverse=True)
    assert max(a - b for a, b in zip((14, *numbers), numbers, strict=False)) == 3
    assert max(a - b for a, b in zip((14, *origins), origins, strict=False)) <= 5
    assert len(seen) > 3


def test_it_is_done_every_day_and_has_a_name():
    assert set(retention_jobs.DAILY) == {*retention_jobs.HANDLERS}
    assert {*retention_jobs.LABELS} == {*retention_jobs.HANDLERS}
