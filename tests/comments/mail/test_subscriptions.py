"""Who is asked whether they want mail, how often, and what becomes of it."""

from datetime import timedelta

import pytest

from blog.accounts.models import Role
from blog.comments.mail import jobs, subscriptions
from blog.comments.models import Comment, Notice, Scope, Status, Subscription
from blog.database import session, write_transaction
from blog.jobs.models import Job
from blog.mail import delivery
from blog.site.queries import settings
from tests.factories import NOW, make_post, make_user
from tests.mail.smtp import Mode

ADDRESS = "ada@example.org"


@pytest.fixture
def post(db):
    return make_post(author=make_user(role=Role.SUBSCRIBER, email=None), title="Tides")


def wish(office, post, scope=Scope.REPLIES, **comment):
    """A comment comes in with the wish to be told of others."""
    with write_transaction():
        settings().moderation_notify = False
    comment = office.comment(post, **comment)
    with write_transaction():
        subscriptions.wish(session.get(Comment, comment.id), scope, office.now)
    return session.query(Subscription).filter_by(email=comment.email).first()


def confirm(subscription, scope=Scope.REPLIES):
    with write_transaction():
        subscriptions.confirm(subscription, scope, NOW)


def test_an_address_is_asked_before_anything_else_is_sent(office, post):
    subscription = wish(office, post)

    [letter] = office.work()
    assert letter["To"] == ADDRESS
    assert subscription.confirmed_at is None
    assert subscription.mailed_at == office.now
    office.comment(post, email="bob@example.org", text="Another.")
    assert office.sent() == []


def test_an_address_that_does_not_answer_is_asked_once_a_post_for_a_month(office, post):
    wish(office, post)
    assert len(office.sent()) == 1
    for days in (1, 20):
        office.wait(days=days)
        wish(office, post, text=f"After {days}.")
        assert office.sent() == []
    office.wait(days=10)
    wish(office, post, text="A month later.")
    assert len(office.sent()) == 1


def test_an_address_is_asked_three_times_an_hour_at_most(office, db):
    author = make_user(email=None)
    for number in range(5):
        wish(office, make_post(author=author), ip=f"192.0.2.{number}")

    assert len(office.sent()) == jobs.ASKED_AN_HOUR
    office.wait(hours=2)
    wish(office, make_post(author=author))
    assert len(office.sent()) == 1


def test_a_network_asks_ten_addresses_an_hour_at_most(office, post):
    for number in range(12):
        ip = f"2001:db8::{number:x}"
        wish(office, post, email=f"victim{number}@example.org", ip=ip)
    wish(office, post, email="other@example.org", ip="192.0.2.9")

    to = [line.partition(":")[0] for line in office.sent()]
    assert len(to) == jobs.ASKED_BY_NETWORK + 1
    assert "other@example.org" in to


def test_a_mail_server_that_is_down_costs_no_turn(office, post):
    wish(office, post)
    office.smtp.mode = Mode.LATER
    for minutes in (1, 2, 4, 8):
        assert office.sent() == []
        office.wait(minutes=minutes)
    office.smtp.mode = Mode.TAKE

    assert len(office.sent()) == 1


@pytest.mark.parametrize("status", [Status.SPAM, Status.TRASH])
def test_spam_asks_nobody(office, post, status):
    assert wish(office, post, status=status) is None
    assert office.sent() == []


def test_what_turned_out_to_be_spam_asks_nobody(office, post):
    wish(office, post, status=Status.PENDING)
    with write_transaction():
        session.query(Comment).one().status = Status.SPAM

    assert office.sent() == []


def test_who_wants_no_mail_is_not_even_written_down(office, post):
    with write_transaction():
        delivery.mute(ADDRESS, office.now)

    assert wish(office, post) is None
    assert session.query(Job).filter_by(kind="comments.confirm").count() == 0


def test_nobody_is_asked_where_the_owner_does_not_offer_it(office, post):
    with write_transaction():
        settings().comment_subscriptions = False

    assert wish(office, post) is None


def test_nobody_is_asked_while_mail_is_off(office, app, post):
    app.config["SMTP_URL"] = ""

    assert wish(office, post) is None


def test_a_wish_without_an_address_is_none(office, post):
    assert wish(office, post, email="") is None


def test_a_stranger_with_my_address_changes_nothing_of_mine(office, post):
    confirm(wish(office, post, Scope.REPLIES))
    office.work()
    mine = wish(office, post, Scope.THREAD, text="A stranger’s.")

    assert mine.scope == Scope.REPLIES
    assert mine.confirmed_at is not None
    assert office.sent() == []


def test_who_is_logged_in_chooses_anew_without_being_asked(office, post):
    user = make_user(role=Role.SUBSCRIBER, email=ADDRESS)
    confirm(wish(office, post, Scope.REPLIES, user=user))
    office.work()

    mine = wish(office, post, Scope.THREAD, user=user, text="Another.")
    assert mine.scope == Scope.THREAD
    assert office.sent() == []


def test_who_ended_it_is_asked_when_they_wish_it_again(office, post):
    subscription = wish(office, post)
    office.work()
    confirm(subscription)
    with write_transaction():
        subscriptions.end(session.merge(subscription))
    wish(office, post, text="Another.")

    assert len(office.sent()) == 1


def test_to_end_it_takes_away_what_was_noted(office, post):
    subscription = wish(office, post, Scope.THREAD)
    confirm(subscription, Scope.THREAD)
    office.work()
    with write_transaction():
        subscription.mailed_at = office.now
    office.comment(post, email="bob@example.org", text="Another.")
    office.work()
    assert session.query(Notice).count() == 1

    with write_transaction():
        subscriptions.end(subscription)
    assert session.query(Notice).count() == 0
    assert session.query(Job).filter_by(key=f"notice:{subscription.id}").count() == 0


def test_never_mail_me_again_ends_everything_of_that_address(office, post):
    first = wish(office, post)
    confirm(first)
    other = wish(office, make_post(title="Other"))
    confirm(other)
    with write_transaction():
        subscriptions.mute(first, office.now)

    assert delivery.is_muted("ADA@example.org")
    assert [each.confirmed_at for each in subscriptions.of(ADDRESS)] == [None, None]


def test_who_never_agreed_is_forgotten_after_a_month(office, post):
    unanswered = wish(office, post)
    kept = wish(office, post, email="bob@example.org", text="Bob’s.")
    confirm(kept)
    ids = (unanswered.id, kept.id)
    month = subscriptions.UNCONFIRMED_FOR

    for passed, left in ((month, ids), (month + timedelta(seconds=1), ids[1:])):
        with write_transaction():
            subscriptions.forget_unconfirmed(NOW + passed)
        assert tuple(each.id for each in session.query(Subscription)) == left


def test_words_for_links_are_of_one_subscription(office, post):
    subscription = wish(office, post)
    word = subscriptions.token(subscription)

    assert subscriptions.found(word) is subscription
    assert subscriptions.found(word[:-1]) is None
    assert subscriptions.found(f"{subscription.id}") is None
    assert subscriptions.found("") is None
    with write_transaction():
        session.delete(subscription)
    assert subscriptions.found(word) is None
    assert subscriptions.is_token(word)
