"""Who is told of a comment, when, and what they read: through a real mail server."""

import threading

import pytest

from blog.accounts.models import Role
from blog.comments import events
from blog.comments.mail import notices, subscriptions
from blog.comments.models import (
    Comment,
    EventKind,
    Kind,
    Notice,
    Scope,
    Status,
    Subscription,
)
from blog.comments.moderation import Verb
from blog.database import session, write_transaction
from blog.jobs.models import Job, State
from blog.mail import delivery
from blog.posts.models import Status as PostStatus
from blog.site.queries import settings
from tests.factories import make_comment, make_post, make_user
from tests.mail.smtp import Mode

SITE = "[A new publication]"


@pytest.fixture
def grace(db):
    """The post's author, who may moderate what is said below it."""
    return make_user(role=Role.AUTHOR, display_name="Grace", email="grace@example.org")


@pytest.fixture
def edith(db):
    return make_user(role=Role.EDITOR, display_name="Edith", email="edith@example.org")


@pytest.fixture
def post(grace):
    return make_post(author=grace, title="Tides")


def set_site(**settings_):
    with write_transaction():
        for name, value in settings_.items():
            setattr(settings(), name, value)


def subscribe(office, post, email, scope=Scope.THREAD):
    with write_transaction():
        subscription = Subscription(
            post_id=post.id,
            email=email,
            scope=scope,
            created_at=office.now,
            confirmed_at=office.now,
        )
        session.add(subscription)
    return subscription


def mailed(comment):
    return [
        event.sentence
        for event in events.history(comment)
        if event.kind == EventKind.MAILED
    ]


# A comment waits


def test_a_held_comment_is_mailed_to_everybody_who_may_decide(office, post, edith):
    make_user(role=Role.ADMIN, display_name="Root", email="root@example.org")
    make_user(role=Role.AUTHOR, email="another@example.org")
    make_user(role=Role.EDITOR, email=None)
    make_user(role=Role.EDITOR, email="gone@example.org", disabled_at=office.now)

    comment = office.comment(post, status=Status.PENDING)

    about = f"{SITE} Please moderate: “Tides”"
    assert office.sent() == [
        f"edith@example.org: {about}",
        f"grace@example.org: {about}",
        f"root@example.org: {about}",
    ]
    assert sorted(mailed(comment)) == [
        "Told Edith by mail.",
        "Told Grace by mail.",
        "Told Root by mail.",
    ]
    assert office.sent() == []


def test_a_post_author_who_may_not_moderate_is_not_asked(office, edith):
    carol = make_user(role=Role.CONTRIBUTOR, email="carol@example.org")
    office.comment(make_post(author=carol, title="Tides"), status=Status.PENDING)

    assert office.sent() == [f"edith@example.org: {SITE} Please moderate: “Tides”"]


def test_who_decided_meanwhile_spares_the_others_the_mail(office, post, edith):
    comment = office.comment(post, status=Status.PENDING)
    office.carry_out(Verb.SPAM, comment, edith)

    assert office.sent() == []


def test_nobody_is_asked_where_the_owner_wants_no_such_mail(office, post):
    set_site(moderation_notify=False)
    office.comment(post, status=Status.PENDING)

    assert office.sent() == []


def test_spam_is_mailed_to_nobody(office, post):
    office.comment(post, status=Status.SPAM)
    office.comment(post, status=Status.TRASH)

    assert office.sent() == []


def test_while_mail_is_off_nothing_piles_up(office, app, post):
    app.config["SMTP_URL"] = ""
    office.comment(post, status=Status.PENDING)
    office.comment(post, text="Read.")

    assert session.query(Job).all() == []


def test_a_moderator_who_wants_no_mail_at_all_gets_none(office, post, edith):
    with write_transaction():
        delivery.mute("edith@example.org", office.now)
    office.comment(post, status=Status.PENDING)

    assert office.sent() == [f"grace@example.org: {SITE} Please moderate: “Tides”"]


def test_many_that_wait_are_one_letter_an_hour(office, post):
    for number in range(17):
        office.comment(post, status=Status.PENDING, text=f"Comment {number}.")

    assert office.sent() == [f"grace@example.org: {SITE} Please moderate: “Tides”"] * 5
    office.wait(minutes=59)
    assert office.sent() == []
    office.wait(minutes=1)
    [letter] = office.work()
    assert letter["Subject"] == f"{SITE} 17 comments wait for you"
    text = letter.get_body(("plain",)).get_content()
    assert text.count("/moderate/") == 17
    office.wait(hours=9)
    assert office.sent() == []


def test_what_was_decided_before_the_digest_is_in_no_digest(office, post, grace):
    comments = [
        office.comment(post, status=Status.PENDING, text=f"Comment {number}.")
        for number in range(6)
    ]
    office.work()
    for comment in comments:
        office.carry_out(Verb.TRASH, comment, grace)
    office.wait(hours=1)

    assert office.sent() == []


def test_one_mailbox_that_fails_keeps_nobody_else_waiting(office, post, edith):
    office.smtp.mode = Mode.LATER
    office.comment(post, status=Status.PENDING)
    assert office.sent() == []

    office.smtp.mode = Mode.TAKE
    office.wait(hours=1)
    about = f"{SITE} Please moderate: “Tides”"
    assert office.sent() == [
        f"edith@example.org: {about}",
        f"grace@example.org: {about}",
    ]


# A comment is read


def test_the_posts_author_is_told_of_a_comment_once(office, post, grace, edith):
    comment = office.comment(post)
    assert office.sent() == [f"grace@example.org: {SITE} New comment on “Tides”"]

    office.carry_out(Verb.HOLD, comment, edith)
    office.carry_out(Verb.APPROVE, comment, edith)
    office.publish(comment)
    assert office.sent() == []
    assert mailed(comment) == [
        "Those who asked for it are told.",
        "Told Grace by mail.",
    ]


def test_authors_are_not_told_of_their_own(office, post, grace):
    office.comment(post, user=grace)
    office.comment(post, email="grace@example.org", text="Me again, logged out.")

    assert office.sent() == []


def test_authors_are_not_told_of_what_they_approved_themselves(office, post, grace):
    comment = office.comment(post, status=Status.PENDING)
    office.work()
    office.carry_out(Verb.APPROVE, comment, grace)

    assert office.sent() == []


def test_authors_are_told_of_what_somebody_else_approved(office, post, edith):
    comment = office.comment(post, status=Status.PENDING)
    office.work()
    office.carry_out(Verb.APPROVE, comment, edith)

    assert office.sent() == [f"grace@example.org: {SITE} New comment on “Tides”"]


def test_authors_are_not_told_where_the_owner_wants_no_such_mail(office, post):
    set_site(comments_notify=False)
    office.comment(post)

    assert office.sent() == []


def test_what_was_taken_back_before_the_letter_is_told_to_nobody(office, post, edith):
    subscribe(office, post, "bob@example.org")
    office.carry_out(Verb.TRASH, office.comment(post), edith)

    assert office.sent() == []
    assert session.query(Notice).count() == 0


# Subscribers


def test_who_confirmed_is_told_of_a_comment_and_nobody_else(office, post):
    set_site(comments_notify=False)
    subscribe(office, post, "bob@example.org")
    subscribe(office, make_post(title="Other"), "other@example.org")
    stranger = subscribe(office, post, "stranger@example.org")
    with write_transaction():
        stranger.confirmed_at = None

    office.comment(post)

    assert office.sent() == [f"bob@example.org: {SITE} Ada commented on “Tides”"]
    assert session.query(Notice).count() == 0
    assert office.sent() == []


def test_nobody_is_told_before_approval_and_everybody_after(office, post, edith):
    set_site(moderation_notify=False, comments_notify=False)
    subscribe(office, post, "bob@example.org")
    comment = office.comment(post, status=Status.PENDING)
    assert office.sent() == []

    office.wait(days=2)
    office.carry_out(Verb.APPROVE, comment, edith)
    assert office.sent() == [f"bob@example.org: {SITE} Ada commented on “Tides”"]

    office.carry_out(Verb.HOLD, comment, edith)
    office.carry_out(Verb.APPROVE, comment, edith)
    office.wait(days=2)
    assert office.sent() == []


def test_nobody_is_told_of_their_own_comment(office, post):
    set_site(comments_notify=False)
    subscribe(office, post, "ada@example.org")
    office.comment(post)

    assert office.sent() == []


def test_what_other_sites_send_is_news_to_no_subscriber(office, post):
    set_site(comments_notify=False)
    subscribe(office, post, "bob@example.org")
    office.publish(make_comment(post=post, kind=Kind.PINGBACK))

    assert office.sent() == []


def test_who_wants_only_replies_gets_only_those(office, post):
    set_site(comments_notify=False)
    mine = office.comment(post, author="Bob", email="bob@example.org", text="Mine.")
    other = office.comment(post, author="Cy", email="cy@example.org", text="Other.")
    office.work()
    subscribe(office, post, "bob@example.org", Scope.REPLIES)

    office.comment(post, parent=other, text="To Cy.")
    assert office.sent() == []
    office.comment(post, parent=mine, text="To Bob.")
    assert office.sent() == [f"bob@example.org: {SITE} Ada replied to you on “Tides”"]


def test_the_second_letter_comes_an_hour_after_the_first_with_all_of_it(office, post):
    set_site(comments_notify=False)
    subscribe(office, post, "bob@example.org")
    office.comment(post, text="The first.")
    office.work()

    for number in range(25):
        office.wait(minutes=1)
        office.comment(post, text=f"Number {number}.")
        assert office.sent() == []
    office.wait(minutes=35)
    [letter] = office.work()

    assert letter["Subject"] == f"{SITE} 25 new comments on “Tides”"
    text = letter.get_body(("plain",)).get_content()
    assert [f"> Number {number}." in text for number in range(25)] == (
        [True] * 20 + [False] * 5
    )
    assert "Below are 20 of them; 5 more are on the site." in text
    office.wait(hours=5)
    assert office.sent() == []


def test_what_is_gone_or_changed_before_the_letter_is_not_told_as_it_was(
    office, post, edith
):
    set_site(comments_notify=False)
    subscribe(office, post, "bob@example.org")
    office.comment(post, text="The first.")
    office.work()
    deleted = office.comment(post, text="Deleted.")
    trashed = office.comment(post, text="Trashed.")
    edited = office.comment(post, text="Edited: a secret.")
    office.work()
    with write_transaction():
        session.delete(session.get(Comment, deleted.id))
        session.get(Comment, edited.id).html = type(edited.html)("<p>As it is now.</p>")
    office.carry_out(Verb.TRASH, trashed, edith)
    office.wait(hours=1)

    [letter] = office.work()
    text = letter.get_body(("plain",)).get_content()
    assert "> As it is now." in text
    for word in ("Deleted", "Trashed", "secret"):
        assert word not in text


@pytest.mark.parametrize("change", ["end", "post", "mute", "scope", "delete"])
def test_everything_is_asked_again_before_sending(office, post, change):
    set_site(comments_notify=False)
    subscription = subscribe(office, post, "bob@example.org")
    office.comment(post, text="The first.")
    office.work()
    office.comment(post, text="The second.")
    office.work()
    with write_transaction():
        if change == "end":
            subscriptions.end(subscription)
        elif change == "mute":
            subscriptions.mute(subscription, office.now)
        elif change == "scope":
            subscription.scope = Scope.REPLIES
        elif change == "delete":
            session.delete(subscription)
        else:
            session.get(type(post), post.id).status = PostStatus.PRIVATE
    office.wait(hours=1)

    assert office.sent() == []
    assert session.query(Notice).count() == 0
    assert {job.state for job in session.query(Job)} == {State.DONE}


def test_old_comments_that_are_approved_late_are_no_news(office, post, edith):
    set_site(comments_notify=False, moderation_notify=False)
    subscribe(office, post, "bob@example.org")
    comment = office.comment(post, status=Status.PENDING)
    office.wait(days=31)
    office.carry_out(Verb.APPROVE, comment, edith)

    assert office.sent() == []


def test_a_crowd_is_told_in_slices(office, post):
    set_site(comments_notify=False)
    with write_transaction():
        session.add_all(
            Subscription(
                post_id=post.id,
                email=f"reader{number:03}@example.org",
                scope=Scope.THREAD,
                created_at=office.now,
                confirmed_at=office.now,
            )
            for number in range(2 * notices.SLICE + 1)
        )
    office.comment(post)

    to = [line.partition(":")[0] for line in office.sent()]
    assert to == [f"reader{n:03}@example.org" for n in range(2 * notices.SLICE + 1)]


def test_what_comes_while_a_letter_is_sent_is_told_an_hour_later(office, post):
    set_site(comments_notify=False)
    subscription = subscribe(office, post, "bob@example.org")
    office.comment(post, text="The first.")
    second = make_comment(post=post, author="Cy", email="cy@example.org")
    ids = {"subscription_id": subscription.id, "comment_id": second.id}
    take = office.smtp.handle_DATA

    def note():
        with office.app.app_context(), write_transaction():
            here = session.get(Subscription, ids["subscription_id"])
            session.add(Notice(**ids))
            notices.notify(here, "Tides", office.now)

    async def note_and_take(*letter):
        office.smtp.handle_DATA = take
        thread = threading.Thread(target=note)
        thread.start()
        thread.join()
        return await take(*letter)

    office.smtp.handle_DATA = note_and_take

    assert office.sent() == [f"bob@example.org: {SITE} Ada commented on “Tides”"]
    office.wait(minutes=59)
    assert office.sent() == []
    office.wait(minutes=1)
    assert office.sent() == [f"bob@example.org: {SITE} Cy commented on “Tides”"]


# The commenter


def test_who_waited_and_confirmed_is_told_of_the_approval_once(office, post, edith):
    set_site(comments_notify=False, moderation_notify=False)
    subscribe(office, post, "ada@example.org", Scope.REPLIES)
    comment = office.comment(post, status=Status.PENDING)
    office.carry_out(Verb.APPROVE, comment, edith)

    about = f"{SITE} Your comment on “Tides” was approved"
    assert office.sent() == [f"ada@example.org: {about}"]
    office.carry_out(Verb.HOLD, comment, edith)
    office.carry_out(Verb.APPROVE, comment, edith)
    assert office.sent() == []


def test_who_did_not_confirm_is_not_told_of_the_approval(office, post, edith):
    set_site(comments_notify=False, moderation_notify=False)
    unconfirmed = subscribe(office, post, "ada@example.org")
    subscribe(office, make_post(), "ada@example.org")
    with write_transaction():
        unconfirmed.confirmed_at = None
    comment = office.comment(post, status=Status.PENDING)
    office.carry_out(Verb.APPROVE, comment, edith)

    assert office.sent() == []


def test_who_never_waited_is_not_told_of_an_approval(office, post, edith):
    set_site(comments_notify=False)
    subscribe(office, post, "ada@example.org", Scope.REPLIES)
    comment = office.comment(post)
    office.carry_out(Verb.TRASH, comment, edith)
    office.carry_out(Verb.RESTORE, comment, edith)

    assert office.sent() == []
