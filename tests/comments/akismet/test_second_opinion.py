"""Akismet as the second opinion, before a real server that behaves well or badly, with
the real worker. The numbers of traps are those of the reference on WordPress.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from blog.accounts.models import Role
from blog.comments import counts, drafts, events, moderation, submission
from blog.comments.akismet import jobs as akismet_jobs
from blog.comments.akismet import second_opinion
from blog.comments.akismet import state as akismet_state
from blog.comments.decisions import Decision, Rule
from blog.comments.drafts import Origin
from blog.comments.models import Comment, CommentSubmission, EventKind, Status
from blog.comments.moderation import Verb
from blog.comments.spam import figures as spam_figures
from blog.database import session, write_transaction
from blog.jobs.models import Job, State
from blog.jobs.tasks import Task
from blog.jobs.worker import Worker
from blog.posts.models import Post
from blog.site.queries import settings
from tests.comments.akismet.akismet_server import KEY, MODES, akismet_server
from tests.factories import (
    NOW,
    make_category,
    make_comment,
    make_post,
    make_tag,
    make_user,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ORIGIN = Origin(ip="192.0.2.7", user_agent="Firefox")
HELD = Decision(Status.PENDING, "This person’s first comment.", Rule.FIRST_COMMENT)
FINE = Decision(Status.APPROVED, "No rule held it.", Rule.NO_RULE)
UNANSWERED = "Akismet gave no answer yet; it is asked again."


@pytest.fixture
def server():
    with akismet_server() as server:
        yield server


@pytest.fixture
def site(app, db, server):
    """A publication that has a key, and the time to work with."""
    app.config["AKISMET_KEY"] = KEY
    app.config["AKISMET_URL"] = server.url
    app.config["SMTP_URL"] = "smtp://127.0.0.1:1"  # so that mail is written down
    app.extensions["jobs"] = akismet_jobs.HANDLERS
    app.extensions["daily_jobs"] = ()
    return Site(app)


class Site:
    def __init__(self, app):
        self.app = app
        self.now = NOW
        self.worker = Worker(app, clock=lambda: self.now)

    def work(self, after=timedelta(0)):
        """Let the time pass, and the worker do what of Akismet's jobs is due."""
        self.now += after
        with write_transaction():
            session.query(Job).filter(Job.kind.startswith("comments.")).update(
                {Job.state: State.DONE}
            )
        with ThreadPoolExecutor(1) as other:  # with a session of its own
            other.submit(self._work).result()
        session.rollback()

    def _work(self):
        while self.worker.work():
            pass

    def receive(self, source="Well said.", *, decision=HELD, origin=ORIGIN, **changes):
        """A guest's comment comes in, as decided."""
        user = changes.pop("user", None)
        post = changes.pop("post", None) or make_post()
        parent = changes.pop("parent", None)
        content = drafts.prepare(
            **{
                "author": "Ada",
                "email": "ada@example.net",
                "url": "",
                "source": source,
                "names_required": False,
            }
            | changes
        )
        with write_transaction():
            return submission.receive(
                content,
                origin,
                decision,
                post=post,
                parent_id=parent.id if parent else None,
                user=user,
                now=self.now,
            )


def decide(verb, comment, now, who=None):
    """A moderator presses a button."""
    who = who or make_user(role=Role.EDITOR, display_name="Grace")
    with write_transaction():
        moderation.carry_out(verb, comment, who, now)
        counts.recount([comment])


def told(comment):
    """What its history says of Akismet."""
    return [
        each.sentence
        for each in events.history(comment)
        if each.kind in (EventKind.AKISMET, EventKind.REPORTED)
    ]


def last_details(comment):
    return json.loads(events.history(comment)[-1].details)


def due(kind):
    """When the waiting jobs of a kind are due."""
    return session.scalars(
        select(Job.run_at)
        .where(Job.kind == kind, Job.state == State.WAITING)
        .order_by(Job.id)
    ).all()


def kinds():
    """The kinds of the jobs that were added, in order."""
    return session.scalars(select(Job.kind).order_by(Job.id)).all()


# Whether it is asked


def with_verdict(verdict, decision=HELD):
    return decision._replace(details={"verdict": verdict, "score": 0.5})


@pytest.mark.parametrize(
    ("decision", "is_wanted"),
    [
        (HELD, True),
        (FINE, True),
        (with_verdict("unsure"), True),
        (with_verdict("unsure", FINE), True),
        (with_verdict("ham"), False),
        (with_verdict("ham", FINE), False),
        (with_verdict("spam"), False),
        (Decision(Status.SPAM, "", Rule.SPAM_FILTER, {"verdict": "spam"}), False),
        (Decision(Status.TRASH, "", Rule.DISALLOWED), False),
        (Decision(Status.TRASH, "", Rule.DISALLOWED, {"verdict": "unsure"}), False),
        (
            Decision(Status.APPROVED, "", Rule.KNOWN_PERSON, {"verdict": "unsure"}),
            False,
        ),
        (Decision(Status.APPROVED, "", Rule.TRUSTED), False),
    ],
)
def test_it_is_asked_what_rules_and_filter_have_not_settled(site, decision, is_wanted):
    assert second_opinion.is_wanted(decision, None) is is_wanted


def test_without_a_key_everything_works_and_nothing_is_sent(site, server):
    site.app.config["AKISMET_KEY"] = ""

    held, fine = site.receive(), site.receive(decision=FINE)
    site.work()

    assert (held.status, held.reason) == (Status.PENDING, HELD.reason)
    assert (fine.status, fine.reason) == (Status.APPROVED, "No rule held it.")
    assert kinds() == ["comments.held", "comments.published"]
    assert server.calls == []
    assert session.query(CommentSubmission).count() == 0


# What it is asked


def test_it_is_asked_with_everything_that_is_known_of_a_comment(site, server):
    post = make_post(
        title="On paper",
        categories=[make_category("Essays")],
        tags=[make_tag("paper"), make_tag("ink")],
    )
    parent = make_comment(post=post)
    comment = site.receive(
        "A *reply*.", post=post, parent=parent, url="https://ada.example/"
    )
    site.work()

    (call,) = server.asked("comment-check")
    permalink = call.fields["permalink"]
    assert permalink.startswith("http://localhost/20")
    assert permalink.endswith("/on-paper/")
    assert call.lists["comment_context[]"] == ["Essays", "paper", "ink"]
    assert call.headers["User-Agent"].count("Recto/") == 2
    assert {
        name: value
        for name, value in call.fields.items()
        if name not in ("permalink", "comment_context[]")
    } == {
        "api_key": KEY,
        "blog": "http://localhost/",
        "user_ip": "192.0.2.7",
        "user_agent": "Firefox",
        "comment_type": "reply",
        "comment_author": "Ada",
        "comment_author_email": "ada@example.net",
        "comment_author_url": "https://ada.example/",
        "comment_content": "A *reply*.",
        "comment_date_gmt": comment.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "comment_post_modified_gmt": post.edited_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "comment_parent": str(parent.id),
        "blog_lang": "en",
        "blog_charset": "UTF-8",
        "honeypot_field_name": "subject",
        "is_test": "1",
    }


def test_only_what_was_typed_is_said_of_the_author(site, server):
    user = make_user(role=Role.SUBSCRIBER)
    site.receive(user=user, origin=Origin(user_id=user.id, ip="192.0.2.7"))
    site.work()

    (call,) = server.asked("comment-check")
    assert [name for name in call.fields if "author" in name] == []
    assert call.fields["user_role"] == "subscriber"
    assert call.fields["comment_type"] == "comment"


def test_the_key_is_never_kept(site):
    comment = site.receive()

    assert KEY not in session.get_one(CommentSubmission, comment.id).fields


# What follows


def test_a_comment_waits_and_nobody_is_told_until_it_has_answered(site, server):
    post = make_post()
    comment = site.receive(decision=FINE, post=post)

    assert (comment.status, comment.reason) == (
        Status.PENDING,
        "Akismet is asked about it.",
    )
    assert kinds() == ["akismet.check"]
    assert session.get_one(Post, post.id).comment_count == 0
    assert server.calls == []  # no reader waits for it

    site.work()

    assert (comment.status, comment.reason) == (Status.APPROVED, "No rule held it.")
    assert kinds() == ["akismet.check", "comments.published"]
    assert session.get_one(Post, post.id).comment_count == 1
    assert comment.thread_count == 1
    assert told(comment) == [
        "Akismet is asked about it.",
        "Akismet finds nothing wrong with it.",
    ]
    assert last_details(comment) == {"verdict": "false", "guid": "guid-1"}


def test_its_word_alone_lets_nothing_through(site, server):
    server.mode = "all-ham"
    comment = site.receive()
    site.work()

    assert (comment.status, comment.reason) == (Status.PENDING, HELD.reason)
    assert kinds() == ["akismet.check", "comments.held"]


def test_what_was_answered_before_it_was_changed_is_kept_for_the_answers(site, server):
    with write_transaction():
        settings().akismet_discard = True
    server.headers = {"X-akismet-pro-tip": "discard"}
    comment = site.receive("viagra")
    comment_id, post_id = comment.id, comment.post_id
    make_comment(post=session.get_one(Post, post_id), parent=comment)
    site.work()

    session.expire_all()
    assert session.get_one(Comment, comment_id).status == Status.SPAM
    assert session.get_one(Comment, comment_id).thread_count == 1
    assert session.get_one(Post, post_id).comment_count == 1


@pytest.mark.parametrize("decision", [HELD, FINE])
def test_what_it_calls_spam_is_spam(site, server, decision):
    comment = site.receive(author="akismet-guaranteed-spam", decision=decision)
    site.work()

    assert (comment.status, comment.reason) == (
        Status.SPAM,
        "Akismet takes it for spam.",
    )
    assert comment.previous_status == Status.PENDING
    assert kinds() == ["akismet.check"]
    event = events.history(comment)[-1]
    assert (event.before, event.status) == (Status.PENDING, Status.SPAM)
    assert json.loads(event.details) == {"verdict": "true", "guid": "guid-1"}


@pytest.mark.parametrize(
    ("discards", "tip", "is_guest", "is_kept"),
    [
        (True, "discard", True, False),
        (False, "discard", True, True),
        (True, "", True, True),
        (True, "discard", False, True),
    ],
)
def test_blatant_spam_of_guests_is_not_kept_if_the_owner_says_so(
    site, server, discards, tip, is_guest, is_kept
):
    with write_transaction():
        settings().akismet_discard = discards
    server.headers = {"X-akismet-pro-tip": tip} if tip else {}
    user = None if is_guest else make_user(role=Role.SUBSCRIBER)
    origin = Origin(user_id=user and user.id, ip="192.0.2.7")
    comment_id = site.receive("viagra", user=user, origin=origin).id
    site.work()

    session.expire_all()
    comment = session.get(Comment, comment_id)
    assert (comment is not None) is is_kept
    assert session.query(CommentSubmission).count() == is_kept
    assert spam_figures.figures(NOW).discarded == (not is_kept)
    if is_kept and tip:
        assert last_details(comment)["pro_tip"] == "discard"


@pytest.mark.parametrize("decision", [HELD, FINE])
def test_trap_15_ham_to_be_rechecked_stays_pending_then_ordinary_rules(
    site, server, decision
):
    server.headers = {"X-akismet-recheck-after": "120"}
    comment = site.receive(decision=decision)
    site.work()

    assert comment.status == Status.PENDING
    assert comment.reason == (
        "Akismet is not sure yet; it is asked again after 120 seconds."
    )
    assert due("akismet.check") == [NOW + 2 * MINUTE]
    assert kinds() == ["akismet.check", "akismet.check"]

    site.work(after=2 * MINUTE)  # it asks for that once more, in vain

    first, second = server.asked("comment-check")
    assert "recheck_reason" not in first.fields
    assert second.fields["recheck_reason"] == "recheck"
    assert (comment.status, comment.reason) == (decision.status, decision.reason)
    assert len(told(comment)) == 3


def test_trap_15_what_turns_out_to_be_spam_is_spam(site, server):
    server.headers = {"X-akismet-recheck-after": "120"}
    comment = site.receive(decision=FINE)
    site.work()
    server.mode = "all-spam"
    site.work(after=2 * MINUTE)

    assert comment.status == Status.SPAM


DOWN = sorted(
    MODES.keys() - {"good", "drip-body", "silent", "all-spam", "all-ham", "invalid"}
)


@pytest.mark.parametrize("mode", DOWN)
def test_trap_16_akismet_down_the_comment_is_held_mail_delayed_and_it_is_retried(
    site, server, mode
):
    server.mode = mode
    comment = site.receive(decision=FINE)
    assert server.calls == []  # and the reader has gone
    site.work()

    assert (comment.status, comment.reason) == (Status.PENDING, UNANSWERED)
    assert due("akismet.check") == [NOW + 20 * MINUTE]
    assert set(kinds()) == {"akismet.check"}  # no mail
    assert akismet_state.state().error != ""
    assert told(comment)[-1].startswith("Akismet gave no answer: ")

    server.mode = "good"
    site.work(after=20 * MINUTE)

    assert (comment.status, comment.reason) == (Status.APPROVED, "No rule held it.")
    assert server.calls[-1].fields["recheck_reason"] == "retry"
    assert kinds()[-1] == "comments.published"
    assert akismet_state.state().error == ""


def test_trap_16_after_a_clean_retry_the_ordinary_rules_decide(site, server):
    server.mode = "500"
    comment = site.receive()
    site.work()
    server.mode = "all-ham"
    site.work(after=20 * MINUTE)

    assert (comment.status, comment.reason) == (Status.PENDING, HELD.reason)
    assert kinds()[-1] == "comments.held"


def test_trap_16_a_server_that_drips_holds_the_worker_for_seconds_alone(site, server):
    server.mode = "drip"
    comments = [site.receive(), site.receive(), site.receive()]
    began = time.monotonic()
    site.work()

    assert time.monotonic() - began < 6  # for all three, as one told of the others
    assert len(server.calls) == 1
    assert [each.status for each in comments] == [Status.PENDING] * 3
    server.mode = "good"
    site.work(after=21 * MINUTE)
    assert {each.reason for each in comments} == {HELD.reason}


def test_trap_16_one_question_that_is_not_understood_keeps_no_other_waiting(
    site, server
):
    broken = site.receive(origin=Origin())  # without the address that it asks for
    server.mode = "500"
    site.work()
    server.mode = "good"
    fine = site.receive(decision=FINE)
    site.work()

    assert broken.status == Status.PENDING
    assert fine.status == Status.APPROVED


def test_trap_16_a_key_that_is_refused_waits_six_hours_and_the_owner_sees_it(
    site, server
):
    server.mode = "invalid"
    comment = site.receive(decision=FINE)
    site.work()

    assert comment.status == Status.PENDING
    assert due("akismet.check") == [NOW + 6 * 60 * MINUTE]
    state = akismet_state.state()
    assert state.key_is_valid is False
    assert state.error == "We were unable to parse your key"

    server.mode = "good"
    site.work(after=5 * 60 * MINUTE)
    assert comment.status == Status.PENDING
    site.work(after=60 * MINUTE)
    assert comment.status == Status.APPROVED


def test_trap_16_once_the_key_is_good_nothing_waits_any_longer(site, server):
    server.mode = "invalid"
    comment = site.receive(decision=FINE)
    site.work()
    server.mode = "good"
    with write_transaction():
        akismet_state.note_check(True, None, None, site.now)
    site.work(after=MINUTE)

    assert comment.status == Status.APPROVED


def test_trap_16_after_fifteen_days_a_person_decides(site, server):
    server.mode = "500"
    comment = site.receive(decision=FINE)
    site.work()
    for _ in range(4):
        site.work(after=4 * DAY)

    assert comment.status == Status.PENDING
    sentence = "Akismet gave no answer for fifteen days, and is asked no more."
    assert comment.reason == told(comment)[-1] == sentence
    assert kinds()[-1] == "comments.held"
    assert due("akismet.check") == []
    # The same failure is in its history once.
    assert told(comment) == [
        "Akismet is asked about it.",
        "Akismet gave no answer: HTTP 500.",
        sentence,
    ]


@pytest.mark.parametrize("decision", [HELD, FINE])
def test_a_key_that_is_taken_away_leaves_nothing_waiting(site, server, decision):
    comment = site.receive(decision=decision)
    site.app.config["AKISMET_KEY"] = ""
    site.work()

    assert (comment.status, comment.reason) == (decision.status, decision.reason)
    assert server.calls == []


def test_alerts_are_for_the_owner_and_go_when_all_is_well(site, server):
    server.headers = {
        "X-akismet-alert-code": "10003",
        "X-akismet-alert-msg": "Upgrade\u00e4, please",
    }
    comment = site.receive()
    site.work()

    assert akismet_state.state().alert == "10003 Upgrade?, please"
    assert last_details(comment)["alert_code"] == "10003"
    server.headers = {}
    site.receive()
    site.work()
    session.expire_all()
    assert akismet_state.state().alert == ""


# When somebody decides meanwhile


@pytest.mark.parametrize(
    ("verb", "status"),
    [
        (Verb.APPROVE, Status.APPROVED),
        (Verb.SPAM, Status.SPAM),
        (Verb.TRASH, Status.TRASH),
    ],
)
def test_who_decides_first_is_right_and_nothing_is_asked(site, server, verb, status):
    comment = site.receive()
    decide(verb, comment, site.now)
    site.work()

    assert comment.status == status
    assert server.calls == []


def test_a_late_answer_changes_nothing_and_is_noted(site, server):
    comment = site.receive("viagra")
    handler = akismet_jobs.HANDLERS["akismet.check"]
    job = session.scalar(select(Job).where(Job.kind == "akismet.check"))
    task = Task(job.id, job.kind, job.key, json.loads(job.payload), 1, job.created_at)
    finish = handler(task, site.now)
    decide(Verb.APPROVE, comment, site.now)
    with write_transaction():
        finish(site.now)

    assert (comment.status, comment.reason) == (Status.APPROVED, "Approved by Grace.")
    assert told(comment)[-1] == (
        "Akismet takes it for spam, but somebody had decided by then."
    )


def test_a_decision_taken_back_lets_it_be_asked_after_all(site, server):
    comment = site.receive(decision=FINE)
    who = make_user(role=Role.EDITOR)
    with write_transaction():
        (past,) = moderation.carry_out_all(Verb.TRASH, [comment], who, site.now)
    with write_transaction():
        assert moderation.undo(comment, past, who, site.now)
    site.work()

    assert comment.status == Status.APPROVED


# Changed by its writer


def test_a_changed_comment_is_asked_about_again(site, server):
    comment = site.receive(decision=FINE)
    site.work()
    content = drafts.prepare(
        author="Ada",
        email="ada@example.net",
        url="",
        source="viagra",
        names_required=False,
    )
    with write_transaction():
        moderation.edit(comment, content, None, site.now)
        assert second_opinion.ask_again(comment, content, ORIGIN, FINE, None, site.now)
    assert comment.status == Status.PENDING
    assert comment.post.comment_count == 0
    site.work()

    assert server.calls[-1].fields["recheck_reason"] == "edit"
    assert server.calls[-1].fields["comment_content"] == "viagra"
    assert comment.status == Status.SPAM


def test_an_answer_about_words_that_were_changed_settles_nothing(site, server):
    comment = site.receive(decision=FINE)
    content = drafts.prepare(
        author="Ada",
        email="ada@example.net",
        url="",
        source="Better said.",
        names_required=False,
    )
    with write_transaction():
        moderation.edit(comment, content, None, site.now)
        assert second_opinion.ask_again(comment, content, ORIGIN, HELD, None, site.now)
    site.work()

    assert len(server.asked("comment-check")) == 2
    assert (comment.status, comment.reason) == (Status.PENDING, HELD.reason)


@pytest.mark.parametrize(
    ("decision", "kind"), [(FINE, "comments.published"), (HELD, "comments.held")]
)
def test_what_the_filter_settles_after_a_change_waits_no_longer(
    site, server, decision, kind
):
    comment = site.receive(decision=FINE)
    content = drafts.prepare(
        author="Ada",
        email="ada@example.net",
        url="",
        source="Better said.",
        names_required=False,
    )
    with write_transaction():
        moderation.edit(comment, content, None, site.now)
        assert second_opinion.ask_again(
            comment, content, ORIGIN, with_verdict("ham", decision), None, site.now
        )

    assert (comment.status, comment.reason) == (decision.status, decision.reason)
    assert kinds()[-1] == kind
    site.work()
    assert server.calls == []


# What it is told


@pytest.mark.parametrize(
    ("source", "verbs", "kind", "response"),
    [
        ("viagra", [Verb.RESTORE], "submit-ham", "true"),
        ("viagra", [Verb.APPROVE], "submit-ham", "true"),
        ("viagra", [Verb.HOLD], "submit-ham", "true"),
        ("Well said.", [Verb.SPAM], "submit-spam", "false"),
        ("Well said.", [Verb.APPROVE, Verb.SPAM], "submit-spam", "false"),
    ],
)
def test_trap_17_feedback_only_on_human_action_and_with_the_original_text(
    site, server, source, verbs, kind, response
):
    comment = site.receive(source)
    site.work()
    changed = drafts.prepare(
        author="Ada",
        email="ada@example.net",
        url="",
        source="Changed by a moderator.",
        names_required=False,
    )
    editor = make_user(role=Role.EDITOR)
    with write_transaction():
        moderation.edit(comment, changed, editor, site.now)
    for verb in verbs:
        decide(verb, comment, site.now)
    site.work(after=9 * MINUTE)
    assert server.asked(kind) == []
    site.work(after=MINUTE)

    (call,) = server.asked(kind)
    assert len(server.calls) == 2
    asked = server.calls[0].fields
    assert call.fields == asked | {
        "reporter": "Grace",
        "comment_check_response": response,
        "guid": "guid-1",
    }
    assert call.fields["comment_content"] == source
    assert told(comment)[-1] == (
        "Akismet was told that this is no spam."
        if kind == "submit-ham"
        else "Akismet was told that this is spam."
    )


@pytest.mark.parametrize(
    ("source", "verbs"),
    [
        ("viagra", []),
        ("viagra", [Verb.TRASH]),
        ("viagra", [Verb.APPROVE, Verb.SPAM]),
        ("Well said.", [Verb.APPROVE]),
        ("Well said.", [Verb.TRASH]),
        ("Well said.", [Verb.SPAM, Verb.APPROVE]),
    ],
)
def test_trap_17_what_it_knows_it_is_not_told(site, server, source, verbs):
    comment = site.receive(source)
    site.work()
    for verb in verbs:
        decide(verb, comment, site.now)
    site.work(after=20 * MINUTE)

    assert len(server.calls) == 1


def test_trap_17_nothing_is_told_of_what_it_was_not_asked(site, server):
    comment = site.receive(decision=with_verdict("ham"))
    decide(Verb.SPAM, comment, site.now)
    site.work(after=20 * MINUTE)

    assert server.calls == []


def test_trap_17_what_is_taken_back_in_time_is_not_told(site, server):
    comment = site.receive("viagra")
    site.work()
    who = make_user(role=Role.EDITOR)
    with write_transaction():
        (past,) = moderation.carry_out_all(Verb.RESTORE, [comment], who, site.now)
    with write_transaction():
        assert moderation.undo(comment, past, who, site.now)
    site.work(after=20 * MINUTE)

    assert comment.status == Status.SPAM
    assert len(server.calls) == 1


def test_trap_17_who_thinks_again_later_corrects_it(site, server):
    comment = site.receive("viagra")
    site.work()
    decide(Verb.APPROVE, comment, site.now)
    site.work(after=10 * MINUTE)
    decide(Verb.SPAM, comment, site.now)
    site.work(after=10 * MINUTE)

    assert [call.what for call in server.calls] == [
        "comment-check",
        "submit-ham",
        "submit-spam",
    ]


def test_trap_17_a_report_that_was_not_taken_is_sent_again(site, server):
    comment = site.receive("viagra")
    site.work()
    decide(Verb.RESTORE, comment, site.now)
    server.mode = "500"
    site.work(after=10 * MINUTE)
    server.mode = "good"
    site.work(after=10 * MINUTE)

    assert len(server.asked("submit-ham")) == 2
    assert told(comment)[-1] == "Akismet was told that this is no spam."


# How long it is kept


def test_what_was_sent_is_kept_for_fifteen_days(site, server):
    settled, waiting = site.receive(), site.receive("Another one.")
    site.work()
    session.get_one(CommentSubmission, waiting.id)
    with write_transaction():
        session.get_one(CommentSubmission, waiting.id).is_waiting = True
        assert second_opinion.forget_old(NOW + 15 * DAY) == 0
        assert second_opinion.forget_old(NOW + 15 * DAY + MINUTE) == 1

    assert session.get(CommentSubmission, settled.id) is None
    assert session.get(CommentSubmission, waiting.id) is not None


def test_what_was_sent_goes_with_its_comment(site):
    comment = site.receive()
    with write_transaction():
        moderation.delete([comment])

    assert session.query(CommentSubmission).count() == 0
    site.work()  # and its job finds nothing
    assert due("akismet.check") == []


def test_a_comment_of_the_form_goes_the_whole_way(site, server, visitor):
    with write_transaction():
        settings().spam_filter = False
        settings().comment_previously_approved = False
    post = make_post()
    answer = visitor.post(
        f"/comments/{post.id}",
        data={"author": "Ada", "email": "ada@example.net", "comment": "Well said."},
        headers={"User-Agent": "Firefox"},
    )
    assert answer.status_code == 303
    assert server.calls == []
    assert "Well said." not in visitor.get(answer.location.split("?")[0]).text
    site.now = datetime.now(UTC)  # as the form reads the clock
    site.work()

    (call,) = server.asked("comment-check")
    assert call.fields["user_ip"] == "127.0.0.1"
    assert call.fields["user_agent"] == "Firefox"
    assert "Well said." in visitor.get(answer.location.split("?")[0]).text


def test_what_only_the_filter_doubted_is_read_if_akismet_finds_nothing(site):
    doubt = Decision(
        Status.PENDING,
        "The filter is not sure (50% spam).",
        Rule.SPAM_FILTER,
        {"verdict": "unsure", "score": 0.5},
    )
    comment = site.receive(decision=doubt)

    site.work()

    assert (comment.status, comment.reason) == (
        Status.APPROVED,
        "The filter was not sure; Akismet takes it for a good one.",
    )
