"""What follows from Akismet's answers, and from there being none.

What it does not call spam goes where the rules had put it: its word alone lets nothing
through. If somebody has decided meanwhile, its word is only noted.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from ...database import session
from ...i18n import gettext as _
from ...i18n import ngettext
from ...site.queries import settings
from .. import events, queries
from ..models import Comment, CommentEvent, CommentSubmission, EventKind, Label, Status
from ..spam import figures as spam_figures
from . import client as akismet
from . import second_opinion
from . import state as akismet_state
from .client import Unanswered, Verdict

log = logging.getLogger(__name__)

# Those of its plugin for WordPress.
RETRY_AFTER = timedelta(minutes=20)
RETRY_KEY_AFTER = timedelta(hours=6)
LONGEST_RECHECK_SECONDS = 24 * 60 * 60


def case(comment_id: int) -> tuple[Comment, CommentSubmission] | None:
    """A comment that waits for Akismet, and how it was sent; ``None`` if it is gone or
    does not wait, as somebody has decided.
    """
    submission = session.get(CommentSubmission, comment_id)
    if submission is None or not submission.is_waiting:
        return None
    return session.get_one(Comment, comment_id), submission


def is_too_old(submission: CommentSubmission, now: datetime) -> bool:
    """Whether an answer need not be waited for any longer."""
    return now - submission.created_at >= second_opinion.PATIENCE


def answered(comment_id: int, verdict: Verdict, job_id: int, now: datetime) -> None:
    """Do with a comment what Akismet's word and the rules make of it. If somebody has
    decided meanwhile, it is only noted.
    """
    akismet_state.note_answer(verdict.remarks.alert, now)
    submission = session.get(CommentSubmission, comment_id)
    if submission is None:
        return
    comment = session.get_one(Comment, comment_id)
    submission.guid = verdict.remarks.guid or submission.guid
    was_rechecked = submission.verdict == "recheck"
    submission.verdict = "true" if verdict.is_spam else "false"
    if not submission.is_waiting:
        _note_late(comment, verdict, now)
    elif second_opinion.is_to_be_checked(comment_id, besides=job_id):
        submission.verdict = ""  # of words that were changed since
    elif verdict.is_spam:
        _take_for_spam(comment, submission, verdict, now)
    elif verdict.recheck_seconds and not was_rechecked:
        submission.verdict = "recheck"
        _recheck(comment, verdict, job_id, now)
    else:
        sentence = _("Akismet finds nothing wrong with it.")
        second_opinion.settle(comment, submission, sentence, _details(verdict), now)


def unanswered(comment_id: int, error: Unanswered, job_id: int, now: datetime) -> None:
    """Akismet gave no answer: the comment goes on waiting, and it is asked again later.
    A sentence that the history ends with is not added to it once more.
    """
    wait = RETRY_KEY_AFTER if error.is_key_problem else RETRY_AFTER
    akismet_state.note_error(error, now + wait, now)
    waiting = case(comment_id)
    if waiting is None:
        return
    comment, _submission = waiting
    sentence = _("Akismet gave no answer: %(error)s.", error=error.reason)
    if _last_sentence(comment) != sentence:
        details = {"error": error.reason, **error.remarks.known}
        events.record(comment, EventKind.AKISMET, sentence, now, details=details)
    comment.reason = _("Akismet gave no answer yet; it is asked again.")
    second_opinion.have_checked(comment.id, f"after-{job_id}", "retry", now + wait, now)


def given_up(comment_id: int, now: datetime) -> None:
    """Akismet is asked no more. If it was turned off, the rules decide; if it gave no
    answer for too long, a person does.
    """
    waiting = case(comment_id)
    if waiting is None:
        return
    comment, submission = waiting
    if akismet.is_on():
        sentence = _("Akismet gave no answer for fifteen days, and is asked no more.")
        submission.status_then, submission.reason_then = Status.PENDING, sentence
    else:
        sentence = _("Akismet was turned off before it had answered.")
    second_opinion.settle(comment, submission, sentence, {}, now)


def reported(comment_id: int, label: Label, now: datetime) -> None:
    """Akismet has been told."""
    submission = session.get(CommentSubmission, comment_id)
    if submission is None:
        return
    submission.reported = label
    sentence = (
        _("Akismet was told that this is spam.")
        if label == Label.SPAM
        else _("Akismet was told that this is no spam.")
    )
    comment = session.get_one(Comment, comment_id)
    events.record(
        comment, EventKind.REPORTED, sentence, now, details={"as": str(label)}
    )


def _take_for_spam(
    comment: Comment, submission: CommentSubmission, verdict: Verdict, now: datetime
) -> None:
    # What was read and answered before its writer changed it is kept, for the answers.
    may_go = comment.user_id is None and not queries.answered([comment.id])
    if verdict.is_blatant and may_go and settings().akismet_discard:
        session.delete(comment)
        spam_figures.keep_discarded(now)
        log.info("Akismet called a comment blatant spam; it was not kept")
        return
    sentence = _("Akismet takes it for spam.")
    before = comment.status
    comment.mark_spam(sentence)
    submission.is_waiting = False
    events.record(
        comment,
        EventKind.AKISMET,
        sentence,
        now,
        before=before,
        details=_details(verdict),
    )


def _recheck(comment: Comment, verdict: Verdict, job_id: int, now: datetime) -> None:
    seconds = min(verdict.recheck_seconds, LONGEST_RECHECK_SECONDS)
    sentence = ngettext(
        "Akismet is not sure yet; it is asked again after %(num)d second.",
        "Akismet is not sure yet; it is asked again after %(num)d seconds.",
        seconds,
    )
    events.record(
        comment,
        EventKind.AKISMET,
        sentence,
        now,
        details=_details(verdict) | {"recheck_after": seconds},
    )
    comment.reason = sentence
    again = now + timedelta(seconds=seconds)
    second_opinion.have_checked(comment.id, f"after-{job_id}", "recheck", again, now)


def _note_late(comment: Comment, verdict: Verdict, now: datetime) -> None:
    sentence = (
        _("Akismet takes it for spam, but somebody had decided by then.")
        if verdict.is_spam
        else _("Akismet finds nothing wrong with it; somebody had decided by then.")
    )
    events.record(comment, EventKind.AKISMET, sentence, now, details=_details(verdict))


def _details(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": "true" if verdict.is_spam else "false",
        **verdict.remarks.known,
    }


def _last_sentence(comment: Comment) -> str:
    last = (
        select(CommentEvent.sentence)
        .where(
            CommentEvent.comment_id == comment.id,
            CommentEvent.kind == EventKind.AKISMET,
        )
        .order_by(CommentEvent.id.desc())
    )
    return session.scalar(last.limit(1)) or ""
