from datetime import timedelta

import pytest

from blog.comments import counts, moderation
from blog.comments.models import Comment, Status
from blog.comments.moderation import Past, Verb
from blog.database import write_transaction
from blog.posts.models import Kind
from blog.site.queries import settings
from tests.factories import DAY, NOW, make_comment, make_post, make_user


@pytest.fixture
def site(db):
    """The settings, to be changed for a question without being saved."""
    site = settings()
    db.session.expunge(site)
    return site


# Open or closed


@pytest.mark.parametrize(
    ("days", "age", "is_open"),
    [
        (0, 5000 * DAY, True),
        (14, 14 * DAY, True),
        (14, 14 * DAY + timedelta(seconds=1), False),
        (14, -DAY, True),
    ],
)
def test_comments_close_by_age_judged_when_asked(site, days, age, is_open):
    post = make_post(published_at=NOW - age)
    site.close_comments_days_old = days

    assert moderation.is_open(post, site, NOW) == is_open


def test_pages_and_undated_drafts_do_not_age(site):
    site.close_comments_days_old = 1
    page = make_post(kind=Kind.PAGE, comments_open=True, published_at=NOW - 99 * DAY)
    draft = make_post(published_at=None)

    assert moderation.is_open(page, site, NOW)
    assert moderation.is_open(draft, site, NOW)


def test_a_closed_post_is_closed(site):
    assert not moderation.is_open(make_post(comments_open=False), site, NOW)


# What moderators do


@pytest.mark.parametrize(
    ("verb", "before", "after", "reason"),
    [
        (Verb.APPROVE, Status.PENDING, Status.APPROVED, "Approved by Grace."),
        (
            Verb.HOLD,
            Status.APPROVED,
            Status.PENDING,
            "Put back into the queue by Grace.",
        ),
        (Verb.SPAM, Status.PENDING, Status.SPAM, "Called spam by Grace."),
        (Verb.TRASH, Status.APPROVED, Status.TRASH, "Trashed by Grace."),
        (Verb.RESTORE, Status.SPAM, Status.PENDING, "Taken back by Grace."),
    ],
)
def test_a_moderator_and_the_reason(db, verb, before, after, reason):
    comment = make_comment(status=before)

    grace = make_user(display_name="Grace")
    with write_transaction():
        moderation.carry_out(verb, comment, grace, NOW)

    assert (comment.status, comment.reason) == (after, reason)


def test_undoing_brings_everything_back(db):
    comment = make_comment(status=Status.TRASH, previous_status=Status.SPAM, reason="x")
    past = Past(comment.id, Status.APPROVED, Status.TRASH, Status.SPAM, "x", None)

    grace = make_user()
    with write_transaction():
        comment.approve("y")
        assert moderation.undo(comment, past, grace, NOW)
    assert (comment.status, comment.previous_status, comment.reason) == (
        Status.TRASH,
        Status.SPAM,
        "x",
    )


def test_undoing_leaves_alone_what_somebody_moved_since(db):
    comment = make_comment(status=Status.SPAM)
    past = Past(comment.id, Status.APPROVED, Status.PENDING, None, "", None)

    assert not moderation.undo(comment, past, make_user(), NOW)
    assert comment.status == Status.SPAM


def test_deleting_moves_the_replies_up(db):
    top = make_comment()
    middle = make_comment(post=top.post, parent=top, status=Status.TRASH)
    reply = make_comment(post=top.post, parent=middle)

    with write_transaction():
        moderation.delete([middle])

    assert reply.parent_id == top.id


def test_deleting_many_moves_the_replies_to_what_is_left_above_them(db):
    top = make_comment()
    gone = [top]
    for _ in range(4):
        gone.append(make_comment(post=top.post, parent=gone[-1], status=Status.SPAM))
    reply = make_comment(post=top.post, parent=gone[-1])
    orphan = make_comment(
        post=top.post, parent=make_comment(post=top.post, status=Status.SPAM)
    )

    with write_transaction():
        number = moderation.delete([*gone[1:], orphan.parent])

    assert number == 5
    assert (reply.parent_id, orphan.parent_id) == (top.id, None)
    assert db.session.query(Comment).count() == 3


def test_a_loop_of_parents_can_be_deleted(db):
    post = make_post()
    one, two = (make_comment(post=post, status=Status.SPAM) for _ in range(2))
    reply = make_comment(post=post, parent=one)
    with write_transaction():
        one.parent_id, two.parent_id = two.id, one.id

    with write_transaction():
        assert moderation.delete([one, two]) == 2

    assert reply.parent_id is None


def test_the_count_is_what_is_shown(db):
    post = make_post()
    for status in Status:
        make_comment(post=post, status=status)
    parent = make_comment(post=post)
    make_comment(post=post, parent=parent)

    with write_transaction():
        parent.hold("")
        counts.rebuild(post.id)

    assert post.comment_count == 2


def test_trap_8_a_trashed_post_and_its_restoration_leave_every_status_as_it_was(db):
    post = make_post()
    comments = [make_comment(post=post, status=status) for status in Status]

    with write_transaction():
        post.trash(NOW)
    with write_transaction():
        post.restore()

    assert [comment.status for comment in comments] == list(Status)
