"""What one person has written: found, handed out, made nameless, deleted."""

import json

import pytest

from blog.comments import events, learning
from blog.comments.models import (
    Comment,
    CommentEvent,
    CommentSubmission,
    EventKind,
    Label,
    Scope,
    SpamToken,
    Status,
    Subscription,
)
from blog.comments.own import personal
from blog.comments.own.personal import Writer
from blog.database import session, write_transaction
from blog.posts.models import Status as PostStatus
from tests.factories import HOUR, NOON, NOW, make_comment, make_post, make_user

pytestmark = pytest.mark.usefixtures("db")

NAMELESS = {"author": "Zoë", "email": ""}


def ids(comments):
    return [each.id for each in comments]


# Whose they are


def test_an_address_finds_all_its_comments_wherever_they_stand():
    post = make_post(status=PostStatus.TRASH)
    mine = [
        make_comment(status=status, email="ada@example.org", post=post).id
        for status in Status
    ]
    make_comment(email="bob@example.org")

    assert ids(personal.of_address(" Ada@Example.org ")) == mine


def test_an_address_finds_what_its_account_wrote_under_another():
    user = make_user(email="Ada@example.org")
    old = make_comment(user_id=user.id, email="ada@old.example")
    new = make_comment(email="ada@example.org")

    assert ids(personal.of_address("ada@example.org")) == [old.id, new.id]


def test_no_address_is_nobody():
    make_comment(email="")

    assert personal.of_address("") == []
    assert personal.newest_id(Writer()) == 0


@pytest.mark.parametrize(
    ("ip", "other", "is_same"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8::1", "2001:db8::ffff:1:2:3", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("", "", False),
    ],
)
def test_without_an_address_name_and_network_tell_who_it_is(ip, other, is_same):
    one = make_comment(ip=ip, **NAMELESS)
    two = make_comment(ip=other, **NAMELESS)
    make_comment(ip=ip, author="Zack", email="")

    found = ids(personal.some(personal.writer_of(one)))

    assert found == ([one.id, two.id] if is_same else [one.id])


def test_a_portion_begins_after_the_last_one():
    mine = [make_comment().id for _ in range(3)]
    writer = personal.with_address("ada@example.org")

    assert ids(personal.some(writer, limit=2)) == mine[:2]
    assert ids(personal.some(writer, after_id=mine[1], limit=2)) == mine[2:]
    assert ids(personal.newest(writer, 1)) == mine[2:]
    assert personal.newest_id(writer) == mine[2]


def test_numbers_say_what_there_is():
    post = make_post()
    for number, status in enumerate((Status.SPAM, Status.APPROVED, Status.APPROVED)):
        make_comment(post=post, status=status, created_at=NOON + number * HOUR)
    subscribe(post, "ada@example.org")

    summary = personal.summary(personal.with_address("ada@example.org"))

    assert summary.numbers == {Status.SPAM: 1, Status.APPROVED: 2}
    assert (summary.total, summary.subscriptions) == (3, 1)
    assert (summary.first, summary.last) == (NOON, NOON + 2 * HOUR)


def subscribe(post, email):
    with write_transaction():
        session.add(
            Subscription(
                post_id=post.id, email=email, scope=Scope.THREAD, created_at=NOON
            )
        )


# Handing out


def test_everything_that_is_kept_of_a_person_is_handed_out():
    comment = make_comment(
        post=make_post(title="Tides"),
        url="https://ada.example",
        ip="192.0.2.7",
        user_agent="Lynx",
        source="*Well* said.",
    )

    assert json.loads(json.dumps(personal.export([comment]))) == [
        {
            "comment_ID": comment.id,
            "comment_author": "Ada",
            "comment_author_email": "ada@example.org",
            "comment_author_url": "https://ada.example",
            "comment_author_IP": "192.0.2.7",
            "comment_agent": "Lynx",
            "comment_date_gmt": (NOON + HOUR).isoformat(),
            "comment_content": "*Well* said.",
            "comment_approved": "approved",
            "comment_post_title": "Tides",
            "link": f"http://localhost/c/{comment.id}",
        }
    ]


# Erasing


def test_made_anonymous_nothing_names_the_writer_and_the_words_stay():
    user = make_user()
    comment = make_comment(
        user_id=user.id,
        url="https://ada.example",
        ip="192.0.2.77",
        user_agent="Lynx",
        source="*Well* said.",
    )
    sent(comment, {"rule": "moderation_keys", "word": "ada@example.org"})

    with write_transaction():
        number = personal.anonymise([session.get_one(Comment, comment.id)], NOW)

    after = session.get_one(Comment, comment.id)
    assert number == 1
    assert (after.author, after.email, after.url) == ("Anonymous", "", "")
    assert (after.user_id, after.ip, after.user_agent) == (None, "192.0.2.0", "")
    assert (after.source, after.status) == ("*Well* said.", Status.APPROVED)
    assert after.version == 2
    assert session.query(CommentSubmission).count() == 0
    received, erased = session.query(CommentEvent).order_by(CommentEvent.id)
    assert received.details == '{"rule": "moderation_keys"}'
    assert erased.sentence == "Made anonymous by who wrote it."


def sent(comment, details):
    with write_transaction():
        session.add(
            CommentSubmission(
                comment_id=comment.id,
                created_at=NOON,
                fields="{}",
                status_then=Status.PENDING,
            )
        )
        events.record(comment, EventKind.RECEIVED, "", NOON, details=details)


@pytest.mark.parametrize(
    ("ip", "masked"),
    [
        ("192.0.2.77", "192.0.2.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.77", "192.0.2.0"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_an_address_is_masked_to_its_network(ip, masked):
    assert personal.masked(ip) == masked


def test_two_who_were_made_anonymous_are_not_taken_for_one():
    comments = [make_comment(email=f"{n}@example.org", ip="192.0.2.7") for n in "ab"]
    with write_transaction():
        personal.anonymise(
            [session.get_one(Comment, each.id) for each in comments], NOW
        )

    writer = personal.writer_of(session.get_one(Comment, comments[0].id))

    assert ids(personal.some(writer)) == [comments[0].id]


def test_the_history_names_who_made_it_anonymous():
    who = make_user(display_name="Grace")
    comment = make_comment()

    with write_transaction():
        personal.anonymise([session.get_one(Comment, comment.id)], NOW, who)

    event = session.query(CommentEvent).one()
    assert (event.sentence, event.user_id) == ("Made anonymous by Grace.", who.id)


@pytest.mark.parametrize("how", ["anonymise", "delete"])
def test_the_filter_keeps_the_words_and_forgets_name_and_site(how):
    comment = make_comment(
        author="Xanthippe", url="https://xanthippe.example", source="Quincunx forever."
    )
    with write_transaction():
        learning.put_back(session.get_one(Comment, comment.id), Label.HAM)
    assert "xanthippe" in tokens()

    with write_transaction():
        comments = [session.get_one(Comment, comment.id)]
        if how == "anonymise":
            personal.anonymise(comments, NOW)
        else:
            personal.delete(comments)

    assert "quincunx" in tokens()
    assert "xanthippe" not in tokens()


def tokens():
    known = session.query(SpamToken).filter(SpamToken.spam + SpamToken.ham > 0)
    return " ".join(each.token for each in known)


def test_deleted_comments_leave_their_answers():
    top = make_comment(email="bob@example.org")
    mine = make_comment(post=top.post, parent=top)
    reply = make_comment(post=top.post, parent=mine, email="bob@example.org")

    with write_transaction():
        number = personal.delete(personal.of_address("ada@example.org"))

    assert number == 1
    assert session.get_one(Comment, reply.id).parent_id == top.id
    assert session.get_one(Comment, top.id).post.comment_count == 2


def test_wishes_are_forgotten_for_that_address_alone():
    post = make_post()
    for email in ("ada@example.org", "bob@example.org"):
        subscribe(post, email)

    with write_transaction():
        personal.forget_wishes(personal.with_address("ada@example.org"))

    assert [each.email for each in session.query(Subscription)] == ["bob@example.org"]
