from datetime import timedelta

import pytest

from blog.accounts.models import Role
from blog.comments import drafts, queries, submission
from blog.comments.decisions import Decision, Rule
from blog.comments.drafts import Origin
from blog.comments.models import Kind, Status
from blog.comments.refusals import (
    AccountRequired,
    Closed,
    ParentGone,
    PostGone,
    Repeated,
    TooFast,
)
from blog.database import write_transaction
from blog.posts.models import Status as PostStatus
from blog.site.queries import settings
from tests.factories import HOUR, NOW, make_comment, make_post, make_user

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
PENDING = Decision(Status.PENDING, "Because.", Rule.MODERATION)


@pytest.fixture
def post(db):
    return make_post()


def content(source="Well said.", author="Ada", email="ada@example.org"):
    return drafts.prepare(
        author=author, email=email, url="", source=source, names_required=False
    )


def receive(post, *, origin=None, decision=PENDING, parent=None, now=NOW, **changes):
    with write_transaction():
        return submission.receive(
            content(**changes),
            origin or Origin(),
            decision,
            post=post,
            parent_id=parent.id if parent else None,
            user=None,
            now=now,
        )


def check(post, parent_id=None, user=None):
    ground = queries.ground(post.id, parent_id) if post else None
    submission.check(ground, user, NOW)


def check_new(post, *, parent=None, now=NOW, **changes):
    submission.check_new(content(**changes), post, parent.id if parent else None, now)


# May it?


def test_a_public_post_takes_comments(post):
    assert check(post) is None


@pytest.mark.parametrize(
    "hidden",
    [
        {"published_at": None},
        {"published_at": NOW + HOUR},
        {"status": PostStatus.DRAFT},
        {"status": PostStatus.TRASH},
    ],
)
def test_what_no_visitor_may_read_takes_none(db, hidden):
    with pytest.raises(PostGone):
        check(make_post(**hidden))


def test_a_private_post_takes_comments_of_those_who_may_read_it(db):
    author = make_user()
    post = make_post(author=author, status=PostStatus.PRIVATE)

    for reader in (author, make_user(role=Role.EDITOR), make_user(role=Role.ADMIN)):
        assert check(post, user=reader) is None
    for other in (None, make_user(role=Role.SUBSCRIBER), make_user(role=Role.AUTHOR)):
        with pytest.raises(PostGone):
            check(post, user=other)


def test_a_missing_post_takes_none(db):
    with pytest.raises(PostGone):
        check(None)


@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
def test_what_is_not_shown_is_not_answered(post, status):
    parent = make_comment(post=post, status=status)

    with pytest.raises(ParentGone):
        check(post, parent.id)


@pytest.mark.parametrize("kind", [Kind.PINGBACK, Kind.TRACKBACK])
def test_a_mention_is_not_answered(post, kind):
    with pytest.raises(ParentGone):
        check(post, make_comment(post=post, kind=kind).id)


def test_what_is_missing_or_elsewhere_is_not_answered(post):
    elsewhere = make_comment(post=make_post())

    for parent_id in (elsewhere.id, 10**9, 2**63 - 1):
        with pytest.raises(ParentGone):
            check(post, parent_id)


def test_an_approved_comment_is_answered(post):
    assert check(post, make_comment(post=post).id) is None


def test_the_parent_is_asked_for_before_the_post_is_closed(db):
    post = make_post(comments_open=False)

    with pytest.raises(ParentGone):
        check(post, 10**9)
    with pytest.raises(Closed):
        check(post)


def test_only_accounts_where_the_owner_says_so(post):
    user = make_user()
    with write_transaction():
        settings().comment_registration = True

    with pytest.raises(AccountRequired):
        check(post)
    assert check(post, user=user) is None


# Is it there already?


def test_the_same_comment_is_found(post):
    first = receive(post)

    with pytest.raises(Repeated) as caught:
        check_new(post, source="WELL  SAID.")

    assert (caught.value.first_id, caught.value.is_recent) == (first.id, True)


@pytest.mark.parametrize(
    ("later", "is_recent"),
    [
        (timedelta(0), True),
        (10 * MINUTE, True),
        (10 * MINUTE + SECOND, False),
        (-HOUR, True),  # the clock was put back
    ],
)
def test_within_ten_minutes_it_is_the_same_press(post, later, is_recent):
    receive(post)

    with pytest.raises(Repeated) as caught:
        check_new(post, now=NOW + later)

    assert caught.value.is_recent == is_recent


@pytest.mark.parametrize(
    "change",
    [{"source": "Well done."}, {"author": "Bob"}, {"email": "bob@example.org"}],
)
def test_another_comment_is_no_repetition(post, change):
    receive(post)

    assert check_new(post, **change) is None


def test_the_same_words_below_another_comment_are_no_repetition(post):
    parent = make_comment(post=post)
    receive(post)

    assert check_new(post, parent=parent) is None

    receive(post, parent=parent)
    with pytest.raises(Repeated):
        check_new(post, parent=parent)


def test_the_same_words_at_another_post_are_no_repetition(post):
    receive(make_post())

    assert check_new(post) is None


@pytest.mark.parametrize(
    ("status", "counts"),
    [(Status.PENDING, True), (Status.SPAM, True), (Status.TRASH, False)],
)
def test_what_lies_in_the_trash_does_not_count(post, status, counts):
    receive(post, decision=Decision(status, "", Rule.NO_RULE))

    if counts:
        with pytest.raises(Repeated):
            check_new(post)
    else:
        assert check_new(post) is None


# Is it too soon?


def pace(*, origin=None, now=NOW, **changes):
    submission.check_pace(content(**changes), origin or Origin(), now)


@pytest.mark.parametrize(
    ("later", "wait_seconds"), [(0, 15), (0.2, 15), (5, 10), (14.5, 1)]
)
def test_the_next_comment_waits_fifteen_seconds(post, later, wait_seconds):
    receive(post)

    with pytest.raises(TooFast) as caught:
        pace(source="And more.", now=NOW + later * SECOND)

    assert caught.value.wait_seconds == wait_seconds


def test_after_fifteen_seconds_it_is_taken(post):
    receive(post)

    assert pace(now=NOW + 15 * SECOND) is None


def test_the_pace_is_asked_of_the_email_from_any_address(post):
    receive(post, origin=Origin(ip="192.0.2.1"))

    with pytest.raises(TooFast):
        pace(author="Bob", origin=Origin(ip="192.0.2.2"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::2"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_the_pace_is_asked_of_the_network_with_any_email(post, first, second):
    receive(post, origin=Origin(ip=first))

    with pytest.raises(TooFast):
        pace(email="bob@example.org", origin=Origin(ip=second))


def test_the_pace_is_asked_of_the_account(post):
    user = make_user()
    receive(post, origin=Origin(user_id=user.id, ip="192.0.2.1"))

    with pytest.raises(TooFast):
        pace(email="b@example.org", origin=Origin(user_id=user.id, ip="192.0.2.2"))


def test_strangers_do_not_wait_for_each_other(post):
    receive(post, email="", origin=Origin(ip=""))
    receive(post, email="x@example.org", origin=Origin(ip="192.0.2.1"), source="x")

    assert pace(email="", origin=Origin(ip="192.0.2.2")) is None


def test_a_clock_put_back_locks_nobody_out(post):
    receive(post, now=NOW + HOUR)

    assert pace(now=NOW) is None


# It is taken


def test_a_comment_is_stored_as_decided(post):
    parent = make_comment(post=post)
    comment = receive(
        post,
        parent=parent,
        origin=Origin(ip="192.0.2.1", user_agent="Firefox", signals="honeypot"),
    )

    assert (comment.status, comment.reason) == PENDING[:2]
    assert (comment.author, comment.email) == ("Ada", "ada@example.org")
    assert comment.source == "Well said."
    assert comment.html.strip() == "<p>Well said.</p>"
    assert (comment.parent_id, comment.created_at) == (parent.id, NOW)
    assert (comment.ip, comment.user_agent) == ("192.0.2.1", "Firefox")
    assert comment.signals == "honeypot"
    assert post.comment_count == 1


def test_an_approved_comment_counts_at_once(post):
    receive(post, decision=Decision(Status.APPROVED, "", Rule.NO_RULE))

    assert post.comment_count == 1
