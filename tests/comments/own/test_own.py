"""What a commenter may do with comments of their own, and who may not."""

import json
import re
from datetime import timedelta

import pytest

from blog.clock import utcnow
from blog.comments import counts, learning
from blog.comments.models import (
    Comment,
    CommentEvent,
    EventKind,
    Label,
    SpamToken,
    Status,
)
from blog.comments.own import own
from blog.database import db as database
from blog.database import session, write_transaction
from blog.jobs.models import Job
from blog.posts.models import Post
from blog.posts.permalinks import post_url
from blog.site.queries import settings
from tests.factories import DAY, HOUR, NOW, make_comment, make_post
from tests.pages import form_data, parse, text_of

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
VALID = {"author": "Ada", "email": "ada@example.org", "comment": "Well said."}


@pytest.fixture
def at(monkeypatch):
    """``at(later)``: from now on the clock shows that much more."""
    shown = {"by": timedelta(0)}

    def clock():
        return utcnow() + shown["by"]

    for module in (
        "comments.views",
        "comments.own.views",
        "comments.own.mailed_views",
    ):
        monkeypatch.setattr(f"blog.{module}.utcnow", clock)
    monkeypatch.setattr("blog.posts.views.utcnow", clock)

    def set_to(later):
        shown["by"] = later

    return set_to


@pytest.fixture
def post(app):
    with app.app_context():
        post = make_post()
        return Place(post.id, post_url(post))


class Place:
    def __init__(self, id, url):
        self.id, self.url = id, url


def set_site(app, **changes):
    with app.app_context(), write_transaction():
        for name, value in changes.items():
            setattr(settings(), name, value)


def set_comment(app, comment_id, **changes):
    with app.app_context(), write_transaction():
        comment = session.get_one(Comment, comment_id)
        for name, value in changes.items():
            setattr(comment, name, value)
        counts.recount([comment])


def known_person(app, post_id):
    """Ada was approved before."""
    with app.app_context():
        make_comment(post=session.get_one(Post, post_id), source="The first one.")


def comment_of(app, comment_id):
    with app.app_context():
        return session.get_one(Comment, comment_id)


def events_of(app, comment_id):
    with app.app_context():
        rows = session.scalars(
            database.select(CommentEvent)
            .where(CommentEvent.comment_id == comment_id)
            .order_by(CommentEvent.id)
        )
        return [(row.kind, row.before, row.status, row.sentence) for row in rows]


def count_at(app, post):
    with app.app_context():
        return session.get_one(Post, post.id).comment_count


class Sent:
    """A comment that was just sent: its id, and where its writer was led."""

    def __init__(self, visitor, post, **changes):
        answer = visitor.post(f"/comments/{post.id}", data=VALID | changes)
        assert answer.status_code == 303
        self.location = answer.location
        self.id = int(re.search(r"#comment-(\d+)$", answer.location)[1])
        found = re.search(r"held=([^#&]+)", answer.location)
        self.token = found[1] if found else None
        self.page = f"/comments/{self.id}/own?mine={self.token}"

    def part(self, name):
        return f"/comments/{self.id}/own/{name}?mine={self.token}"


def sent_form(visitor, path, **changes):
    return form_data(visitor.get(path).text, path.partition("?")[0]) | changes


# The word


@pytest.mark.parametrize("status", Status)
def test_trap_18_a_pending_link_expires_after_ten_minutes_and_is_not_cached(
    app, visitor, post, at, status
):
    sent = Sent(visitor, post)
    set_comment(app, sent.id, status=status)

    own_page = visitor.get(sent.location)
    assert "Well said." in own_page.text
    assert own_page.headers["Cache-Control"] == "no-store"
    assert own_page.headers["Referrer-Policy"] == "no-referrer"

    at(600 * SECOND - MINUTE)
    assert "Well said." in visitor.get(sent.location).text
    at(601 * SECOND)
    later = visitor.get(sent.location)
    assert ("Well said." in later.text) is (status == Status.APPROVED)
    assert "Take back" not in later.text


def test_the_word_is_for_one_comment_below_one_post(db):
    comment = make_comment(status=Status.PENDING, created_at=NOW)
    token = own.token(comment, NOW, may_change=True)

    def seen(token, post=comment.post, now=NOW):
        mine = own.shown(token, post, settings(), now)
        return mine and mine.comment

    assert seen(token) is comment
    assert seen(token, now=NOW + 600 * SECOND) is comment
    assert seen(token, now=NOW + 601 * SECOND) is None
    assert seen(token, now=NOW - HOUR) is None
    assert seen(token, post=make_post()) is None
    for forged in (None, "", "x", "é", "WzEsMl0.x", "9" * 5000, token[:-1]):
        assert seen(forged) is None
        assert own.changeable(comment.id, forged) is None
    assert own.changeable(comment.id, token) is comment
    assert own.changeable(make_comment().id, token) is None


def test_the_two_words_do_not_stand_for_each_other(db):
    comment = make_comment(created_at=NOW)
    by_mail = own.address_token("ada@example.org", NOW)

    assert own.changeable(comment.id, by_mail) is None
    assert own.address_of(own.token(comment, NOW, may_change=True), NOW) is None
    assert own.address_of(by_mail, NOW + DAY) == "ada@example.org"
    assert own.address_of(by_mail, NOW + DAY + SECOND) is None


def test_what_is_published_at_once_can_be_changed_too(app, visitor, post):
    known_person(app, post.id)
    sent = Sent(visitor, post)

    page = visitor.get(sent.location)

    assert "Thank you. Your comment is published." in page.text
    assert "Take back" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "Take back" not in visitor.get(post.url).text


def test_without_a_time_to_change_nothing_is_offered(app, visitor, post):
    app.config["LIMITS"] = False
    set_site(app, comment_edit_minutes=0)
    held = Sent(visitor, post)

    assert "Your comment is awaiting moderation." in visitor.get(held.location).text
    assert "Take back" not in visitor.get(held.location).text
    assert visitor.get(held.page).status_code == 404

    set_comment(app, held.id, status=Status.APPROVED)
    published = Sent(visitor, post, comment="Another one.")
    assert published.token is None


def test_who_copies_a_comment_gets_no_right_to_change_it(app, visitor, post):
    app.config["LIMITS"] = False
    set_site(
        app,
        require_name_email=False,
        comment_previously_approved=False,
        spam_filter=False,
    )
    first = Sent(visitor, post, email="")

    copied = Sent(visitor, post, email="")
    assert copied.id == first.id
    assert copied.token is None

    with_address = Sent(visitor, post)
    assert Sent(visitor, post).token is not None
    elsewhere = visitor.post(
        f"/comments/{post.id}", data=VALID, environ_base={"REMOTE_ADDR": "192.0.2.9"}
    )
    assert elsewhere.location.endswith(f"#comment-{with_address.id}")
    assert "held=" not in elsewhere.location


def test_another_person_with_an_account_gets_none_either(
    app, visitor, client_for, post
):
    member = client_for("author", display_name="Ada", email="ada@example.org")
    Sent(member, post)
    as_visitor = Sent(visitor, post)

    assert visitor.get(as_visitor.page).status_code == 404


# Changing


def test_a_waiting_comment_is_changed(app, visitor, post):
    sent = Sent(visitor, post)
    form = sent_form(visitor, sent.page)
    assert (form["author"], form["comment"]) == ("Ada", "Well said.")
    assert "email" not in form

    answer = visitor.post(
        sent.page, data=form | {"comment": "*Better* said.", "author": "Ada L."}
    )

    assert answer.status_code == 303
    assert "<em>Better</em> said." in visitor.get(answer.location).text
    comment = comment_of(app, sent.id)
    assert (comment.status, comment.author, comment.email, comment.version) == (
        Status.PENDING,
        "Ada L.",
        "ada@example.org",
        2,
    )
    assert comment.edited_at is not None
    assert events_of(app, sent.id)[-1] == (
        EventKind.EDITED,
        None,
        None,
        "Edited by who wrote it.",
    )


def test_opening_the_page_changes_nothing_and_is_kept_by_nobody(app, visitor, post):
    sent = Sent(visitor, post)
    before = comment_of(app, sent.id).version

    page = visitor.get(sent.page)

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in page.text
    assert "Set-Cookie" not in page.headers
    assert comment_of(app, sent.id).version == before
    for verb in ("withdrawal", "restoration"):
        assert visitor.get(sent.part(verb)).status_code == 404
    assert comment_of(app, sent.id).status == Status.PENDING


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"comment": " "}, 422, "Please write a comment."),
        ({"author": ""}, 422, "Please enter your name."),
        ({"url": "not an address"}, 422, "This is not a web address"),
        ({"comment": "é" * 40_000}, 413, "This is too long"),
    ],
)
def test_a_wrong_change_keeps_what_was_typed(
    app, visitor, post, changes, status, sentence
):
    sent = Sent(visitor, post)
    form = sent_form(visitor, sent.page, comment="Kept <words> & all.") | changes

    answer = visitor.post(sent.page, data=form)

    assert answer.status_code == status
    assert sentence in answer.text
    assert form_data(answer.text, "/own")["comment"].strip() == form["comment"].strip()
    assert comment_of(app, sent.id).source == "Well said."


def test_a_change_by_a_moderator_meanwhile_is_not_written_over(app, visitor, post):
    sent = Sent(visitor, post)
    form = sent_form(visitor, sent.page, comment="My second thought.")
    set_comment(app, sent.id, source="Put right.", version=2)

    answer = visitor.post(sent.page, data=form)

    assert answer.status_code == 409
    again = form_data(answer.text, "/own")
    assert again["comment"] == "My second thought."
    assert comment_of(app, sent.id).source == "Put right."
    assert visitor.post(sent.page, data=again).status_code == 303
    assert comment_of(app, sent.id).source == "My second thought."


def test_the_time_to_change_is_over_but_the_words_come_back(app, visitor, post, at):
    sent = Sent(visitor, post)
    form = sent_form(visitor, sent.page, comment="Too late, but kept.")
    at(10 * MINUTE)

    answer = visitor.post(sent.page, data=form)

    assert answer.status_code == 403
    assert "It is too late to change it here." in answer.text
    assert "Too late, but kept." in answer.text
    assert visitor.post(sent.part("withdrawal")).status_code == 403
    comment = comment_of(app, sent.id)
    assert (comment.source, comment.status) == ("Well said.", Status.PENDING)


def test_twenty_changes_an_hour_are_enough(app, visitor, post):
    sent = Sent(visitor, post)
    for number in range(20):
        form = sent_form(visitor, sent.page, comment=f"Version {number}.")
        assert visitor.post(sent.page, data=form).status_code == 303

    refused = visitor.post(sent.page, data=form | {"comment": "One more."})

    assert refused.status_code == 429
    assert "One more." in refused.text
    assert comment_of(app, sent.id).source == "Version 19."


def test_an_approval_is_for_the_words_that_were_seen(app, visitor, post):
    sent = Sent(visitor, post)
    set_comment(app, sent.id, status=Status.APPROVED)
    form = sent_form(visitor, sent.page, comment="Buy my pills!")

    answer = visitor.post(sent.page, data=form)

    assert "Your comment is awaiting moderation." in visitor.get(answer.location).text
    comment = comment_of(app, sent.id)
    assert (comment.status, comment.reason) == (
        Status.PENDING,
        "This person’s first comment.",
    )
    assert count_at(app, post) == 0
    assert events_of(app, sent.id)[-1][:3] == (
        EventKind.DECIDED,
        Status.APPROVED,
        Status.PENDING,
    )


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Still fine.", Status.APPROVED),
        ("See https://a.example and https://b.example.", Status.PENDING),
        ("What a casino.", Status.TRASH),
    ],
)
def test_a_known_person_is_judged_by_the_new_words(app, visitor, post, words, status):
    set_site(app, disallowed_keys="casino")
    known_person(app, post.id)
    sent = Sent(visitor, post)
    assert comment_of(app, sent.id).status == Status.APPROVED

    visitor.post(sent.page, data=sent_form(visitor, sent.page, comment=words))

    assert comment_of(app, sent.id).status == status
    assert count_at(app, post) == (2 if status == Status.APPROVED else 1)


@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
def test_a_change_never_moves_a_comment_up(app, visitor, post, status):
    set_site(app, comment_previously_approved=False)
    sent = Sent(visitor, post)
    set_comment(app, sent.id, status=status, reason="Decided by a person.")

    answer = visitor.post(
        sent.page, data=sent_form(visitor, sent.page, comment="Quite harmless.")
    )

    comment = comment_of(app, sent.id)
    assert (comment.status, comment.reason) == (status, "Decided by a person.")
    assert comment.source == "Quite harmless."
    assert "Your comment is awaiting moderation." in visitor.get(answer.location).text


def test_what_the_filter_learned_of_the_old_words_is_forgotten(app, visitor, post):
    sent = Sent(visitor, post)
    set_comment(app, sent.id, status=Status.APPROVED, learned=Label.HAM)

    visitor.post(sent.page, data=sent_form(visitor, sent.page, comment="New words."))

    assert comment_of(app, sent.id).learned is None


def test_nobody_teaches_the_filter_what_is_spam_by_changing_spam(app, visitor, post):
    sent = Sent(visitor, post, comment="Replica watches.")
    with app.app_context(), write_transaction():
        comment = session.get_one(Comment, sent.id)
        comment.mark_spam("Called spam.")
        learning.put_back(comment, Label.SPAM)

    visitor.post(sent.page, data=sent_form(visitor, sent.page, comment="Thank you."))

    assert comment_of(app, sent.id).source == "Thank you."
    with app.app_context():
        known = session.get_one(SpamToken, "word:replica")
        assert (known.spam, known.ham) == (1, 0)
        assert session.get(SpamToken, "word:thank") is None


def test_who_has_an_account_keeps_its_name(app, client_for, post):
    member = client_for("subscriber", display_name="Grace")
    sent = Sent(member, post, author="Somebody else")
    form = sent_form(member, sent.page)
    assert "author" not in form

    member.post(sent.page, data=form | {"comment": "Changed.", "author": "The Pope"})

    comment = comment_of(app, sent.id)
    assert (comment.author, comment.source) == ("Grace", "Changed.")


# Taking back


@pytest.mark.parametrize("status", Status)
def test_a_comment_is_taken_back_and_put_back(app, visitor, post, status):
    sent = Sent(visitor, post)
    set_comment(app, sent.id, status=status)

    answer = visitor.post(sent.part("withdrawal"))

    assert answer.status_code == 303
    page = visitor.get(answer.location).text
    assert "You have taken it back." in page
    assert "Put it back" in page
    assert comment_of(app, sent.id).status == Status.TRASH
    assert events_of(app, sent.id)[-1] == (
        EventKind.DECIDED,
        status,
        Status.TRASH,
        "Taken back by who wrote it.",
    )
    assert "Well said." not in visitor.get(post.url).text
    assert count_at(app, post) == 0
    assert visitor.post(sent.page, data={"comment": "x"}).status_code == 403

    visitor.post(sent.part("restoration"))

    assert comment_of(app, sent.id).status == status
    assert count_at(app, post) == int(status == Status.APPROVED)
    assert "You have taken it back." not in visitor.get(sent.page).text


def test_what_a_moderator_trashed_is_not_put_back(app, visitor, post):
    sent = Sent(visitor, post)
    set_comment(app, sent.id, status=Status.TRASH, previous_status=Status.APPROVED)

    assert visitor.post(sent.part("restoration")).status_code == 303
    assert comment_of(app, sent.id).status == Status.TRASH


def test_replies_to_what_was_taken_back_stay(app, visitor, post):
    known_person(app, post.id)
    sent = Sent(visitor, post)
    with app.app_context():
        parent = session.get_one(Comment, sent.id)
        make_comment(post=parent.post, parent=parent, source="An answer to it.")

    visitor.post(sent.part("withdrawal"))

    page = visitor.get(post.url).text
    assert "An answer to it." in page
    assert "A comment here is no longer shown." in page
    assert "Well said." not in page


def test_a_post_that_is_not_public_any_more_is_not_named(app, visitor, post):
    sent = Sent(visitor, post)
    with app.app_context(), write_transaction():
        hidden = session.get_one(Post, post.id)
        hidden.title = "A secret title"
        hidden.withdraw()

    page = visitor.get(sent.page)

    assert page.status_code == 200
    assert "A secret title" not in page.text
    saved = visitor.post(sent.page, data=form_data(page.text, "/own"))
    assert (saved.status_code, saved.location) == (303, sent.page)


# By mail


@pytest.fixture
def mail(app):
    app.config["SMTP_URL"] = "smtp://localhost:2525"


def jobs(app):
    with app.app_context():
        rows = session.scalars(database.select(Job).order_by(Job.id))
        return [(job.kind, json.loads(job.payload)) for job in rows]


def link(app, email="ada@example.org", at=None):
    with app.app_context():
        return f"/my-comments/{own.address_token(email, at or utcnow())}"


def ask(visitor, email="ada@example.org", ip="127.0.0.1"):
    return visitor.post(
        "/my-comments", data={"email": email}, environ_base={"REMOTE_ADDR": ip}
    )


def test_the_link_is_asked_for_by_address_and_the_answer_is_always_the_same(
    app, visitor, mail, post
):
    known_person(app, post.id)

    answers = [ask(visitor, each) for each in ("ADA@example.org ", "nobody@a.example")]

    assert [(each.status_code, each.location) for each in answers] == [
        (303, "/my-comments?asked=1")
    ] * 2
    assert jobs(app) == [
        ("comments.mine", {"email": "ada@example.org"}),
        ("comments.mine", {"email": "nobody@a.example"}),
    ]
    page = visitor.get("/my-comments?asked=1")
    assert "Please check your email." in page.text
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize("typed", ["", "ada", "ada@", "a b@example.org", "x" * 101])
def test_what_is_no_address_comes_back(app, visitor, mail, typed):
    answer = ask(visitor, typed)

    assert answer.status_code == 422
    assert form_data(answer.text, "/my-comments") == {"email": typed}
    assert jobs(app) == []


def test_an_address_gets_three_letters_an_hour_and_nobody_learns_so(app, visitor, mail):
    answers = {ask(visitor).location for _turn in range(5)}

    assert answers == {"/my-comments?asked=1"}
    with app.app_context(), write_transaction():
        session.execute(database.delete(Job))
    ask(visitor)
    assert jobs(app) == []


def test_one_network_asks_ten_times_an_hour(app, visitor, mail):
    for number in range(10):
        assert ask(visitor, f"a{number}@example.org").status_code == 303

    refused = ask(visitor, "one-more@example.org")

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 3000
    assert "one-more@example.org" in refused.text
    assert ask(visitor, "b@example.org", ip="192.0.2.7").status_code == 303


def test_without_mail_there_is_no_form(app, visitor):
    page = visitor.get("/my-comments")

    assert "This site sends no mail" in page.text
    assert "<form class=" not in page.text
    assert ask(visitor).status_code == 404


def test_all_comments_of_the_address_are_listed_without_why_they_wait(app, visitor):
    with app.app_context():
        for status in Status:
            make_comment(
                source=f"It is {status}.", status=status, reason="A secret reason."
            )
        make_comment(email="eve@example.org", source="Of somebody else.")
        hidden = make_post(title="A draft of ours")
        make_comment(post=hidden, source="Below a draft.")
        with write_transaction():
            hidden.withdraw()

    page = visitor.get(link(app))

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    rows = [
        text_of(each)
        for each in parse(page.text).iter("li")
        if (each.get("id") or "").startswith("comment-")
    ]
    shown = [
        re.sub(r".*(Published|Awaiting moderation|Not published)", r"\1", row)
        for row in rows
    ]
    assert [each.partition(" Edit ")[0].partition(" Make ")[0] for each in shown] == [
        "Published Below a draft.",
        "Not published It is trash.",
        "Awaiting moderation It is spam.",
        "Published It is approved.",
        "Awaiting moderation It is pending.",
    ]
    for secret in ("A secret reason.", "Of somebody else.", "A draft of ours"):
        assert secret not in page.text


@pytest.mark.parametrize("token", ["none", "x.y", "WyJhIiwxXQ.abc"])
def test_a_forged_link_shows_nothing(app, visitor, token):
    made = link(app)
    old = link(app, at=utcnow() - DAY - SECOND)

    for path in (f"/my-comments/{token}", made[:-1], old):
        page = visitor.get(path)
        assert page.status_code == 404
        assert "Ask for a new one" in page.text
        for verb in ("anonymity", "deletion"):
            assert visitor.post(f"{path}/{verb}").status_code == 404


def test_many_comments_are_listed_in_portions(app, visitor, post):
    with app.app_context():
        here = session.get_one(Post, post.id)
        ids = [make_comment(post=here, source=f"No. {n}").id for n in range(52)]

    page = visitor.get(link(app)).text
    older = next(
        a.get("href") for a in parse(page).iter("a") if text_of(a) == "Older comments"
    )
    second = visitor.get(older).text

    assert "52 comments under the address" in page
    assert page.count('class="own-status') == 50
    assert f'id="comment-{ids[0]}"' in second
    assert second.count('class="own-status') == 2
    assert "Older comments" not in second


def test_one_of_them_is_changed_at_any_time_and_judged_again(app, visitor, post):
    known_person(app, post.id)
    with app.app_context():
        (comment,) = session.scalars(database.select(Comment))
        comment_id = comment.id
    path = f"{link(app)}/{comment_id}"

    answer = visitor.post(path, data=sent_form(visitor, path, comment="Long after."))

    assert answer.status_code == 303
    assert answer.location.endswith(f"#comment-{comment_id}")
    changed = comment_of(app, comment_id)
    assert (changed.source, changed.status) == ("Long after.", Status.PENDING)


def test_nothing_of_others_is_reached_by_the_link(app, visitor):
    with app.app_context():
        other_id = make_comment(email="eve@example.org").id
        make_comment()
    base = f"{link(app)}/{other_id}"

    for path in (base, f"{base}/anonymity", f"{base}/deletion"):
        assert visitor.get(path).status_code == 404
        assert visitor.post(path, data={"comment": "Mine now."}).status_code == 404
    assert comment_of(app, other_id).source == "Well said."


def test_everything_kept_is_taken_along(app, visitor):
    with app.app_context():
        comment = make_comment(ip="192.0.2.7", user_agent="A browser")
        comment_id = comment.id

    answer = visitor.get(f"{link(app)}/export.json")

    (row,) = answer.json
    assert (row["comment_ID"], row["comment_author_IP"], row["comment_content"]) == (
        comment_id,
        "192.0.2.7",
        "Well said.",
    )
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_title_of_a_post_that_is_not_public_is_not_taken_along(app, visitor):
    with app.app_context():
        make_comment(post=make_post(title="Plans", status="private"))

    assert "Plans" not in visitor.get(f"{link(app)}/export.json").text


@pytest.mark.parametrize("which", ["one", "all"])
@pytest.mark.parametrize("verb", ["anonymity", "deletion"])
def test_they_are_made_anonymous_or_deleted_after_a_question(app, visitor, which, verb):
    with app.app_context():
        post = make_post()
        first = make_comment(post=post, url="https://ada.example", ip="192.0.2.7")
        second = make_comment(post=post)
        make_comment(post=post, parent=first, email="eve@example.org", source="But no.")
        ids = [first.id, second.id]
        url = post_url(post)
    path = f"{link(app)}/{ids[0]}/{verb}" if which == "one" else f"{link(app)}/{verb}"
    meant = ids[:1] if which == "one" else ids

    asked = visitor.get(path)
    assert asked.status_code == 200
    assert [comment_of(app, id).email for id in ids] == ["ada@example.org"] * 2

    assert visitor.post(path, data=form_data(asked.text, path)).status_code == 303

    with app.app_context():
        session.expire_all()
        found = {id: session.get(Comment, id) for id in ids}
        assert {id for id in ids if found[id] and found[id].email} == set(ids) - set(
            meant
        )
        if verb == "anonymity":
            assert {found[id].author for id in meant} == {"Anonymous"}
            assert {found[id].source for id in meant} == {"Well said."}
        else:
            assert [found[id] for id in meant] == [None] * len(meant)
    assert "But no." in visitor.get(url).text


# Its pages


@pytest.mark.html
def test_the_pages_are_valid_html(app, visitor, mail, post, html_checker):
    sent = Sent(visitor, post)
    pages = [visitor.get(sent.location), visitor.get(sent.page)]
    conflict = visitor.post(sent.page, data={"comment": "x", "version": "9"})
    pages += [conflict, visitor.post(sent.page, data={"comment": ""})]
    base = link(app)
    for path in ("", f"/{sent.id}", f"/{sent.id}/deletion", "/anonymity"):
        pages.append(visitor.get(base + path))
    visitor.post(sent.part("withdrawal"))
    pages += [visitor.get(sent.page), visitor.get("/my-comments?asked=1")]
    pages.append(ask(visitor, "wrong"))

    for page in pages:
        assert html_checker.errors(page.text) == [], page.request.path
