"""Akismet's opinion: when it is asked, and when it is told that it was wrong.

It is asked by a job, about what the owner's rules and the filter here have not settled,
and until then the comment waits. What follows from an answer is in ``answers``.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from ...accounts.models import Role, User
from ...database import session
from ...i18n import gettext as _
from ...jobs import queue
from ...jobs.models import Job, State
from .. import counts, events
from ..decisions import Decision, Rule
from ..drafts import Content, Origin
from ..mail import notices
from ..models import Comment, CommentSubmission, EventKind, Label, Status
from ..spam.filter import Verdict
from . import client as akismet
from . import parameters

CHECK = "akismet.check"
REPORT = "akismet.report"
# After which nothing is asked any more, and nothing kept; as its plugin for WordPress.
PATIENCE = timedelta(days=15)
# In which a moderator may think again before Akismet is told.
REPORT_AFTER = timedelta(minutes=10)
_SETTLED = frozenset({Verdict.HAM, Verdict.SPAM})
# Somebody who was approved before need not wait for another server.
_SETTLED_BY = frozenset({Rule.TRUSTED, Rule.DISALLOWED, Rule.KNOWN_PERSON})


def is_wanted(decision: Decision, user: User | None) -> bool:
    """Whether Akismet is to be asked of a new comment: where the key is set, and the
    owner's rules and the filter have not settled it.
    """
    return (
        akismet.is_on()
        and (user is None or user.role != Role.ADMIN)  # whom it always calls good
        and decision.rule not in _SETTLED_BY
        and decision.details.get("verdict") not in _SETTLED
        and decision.status in (Status.APPROVED, Status.PENDING)
    )


def ask(
    comment: Comment,
    content: Content,
    origin: Origin,
    decision: Decision,
    now: datetime,
) -> None:
    """Have Akismet asked, and keep the comment as it was sent. Until there is an answer
    the comment waits, and nobody is told of it.
    """
    submission = session.get(CommentSubmission, comment.id)
    if submission is None:
        submission = CommentSubmission(
            comment_id=comment.id,
            created_at=now,
            fields=json.dumps(
                parameters.as_sent(comment, content, origin), ensure_ascii=False
            ),
        )
        session.add(submission)
    submission.status_then, submission.reason_then = _if_good(decision)
    submission.verdict, submission.is_waiting = "", True
    _hold(comment, _("Akismet is asked about it."), now)
    reason = "edit" if comment.edited_at else ""
    have_checked(comment.id, f"{comment.version}", reason, now, now)


def ask_again(
    comment: Comment,
    content: Content,
    origin: Origin,
    decision: Decision,
    user: User | None,
    now: datetime,
) -> bool:
    """The same for a comment whose words its writer has changed: ``decision`` is what
    the rules make of them now. ``False`` if Akismet has nothing to do with it; then the
    caller does as decided.
    """
    if is_wanted(decision, user):
        ask(comment, content, origin, decision, now)
        return True
    submission = session.get(CommentSubmission, comment.id)
    if submission is None or not submission.is_waiting:
        return False
    submission.is_waiting = False
    if decision.status not in (Status.APPROVED, Status.PENDING):
        return False
    submission.status_then, submission.reason_then = _if_good(decision)
    settle(comment, submission, _("Akismet need not be asked any more."), {}, now)
    return True


def decided(comment: Comment, before: Status, who: User, now: datetime) -> None:
    """Somebody has decided about a comment: it waits for no answer any more. Akismet is
    told if it was wrong, or if this is spam that it had not called so; but of what it
    was never to be asked about, nothing.
    """
    submission = session.get(CommentSubmission, comment.id)
    if submission is None:
        return
    submission.is_waiting = False
    label = _label(comment, before)
    if label is None:
        return
    queue.cancel(_report_key(comment.id))
    known = _known(submission)
    is_news = label == Label.SPAM if known is None else label != known
    if is_news and akismet.is_on():
        queue.add(
            REPORT,
            _report_key(comment.id),
            {"comment": comment.id, "as": label, "reporter": who.display_name},
            now,
            run_at=now + REPORT_AFTER,
        )


def undone(comment: Comment) -> None:
    """That was taken back: Akismet need not be told; if it was to be asked, it is."""
    queue.cancel(_report_key(comment.id))
    submission = session.get(CommentSubmission, comment.id)
    if submission is None or comment.status != Status.PENDING:
        return
    has_answer = submission.verdict in ("true", "false")
    submission.is_waiting = not has_answer and is_to_be_checked(comment.id)


def settle(
    comment: Comment,
    submission: CommentSubmission,
    sentence: str,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    """Put a comment that waited where the rules had wanted it, and tell those whom it
    concerns. ``sentence`` says in its history why it waits no longer.
    """
    submission.is_waiting = False
    before = comment.status
    if submission.status_then == Status.APPROVED:
        comment.approve(submission.reason_then)
    else:
        comment.hold(submission.reason_then)
    events.record(
        comment, EventKind.AKISMET, sentence, now, before=before, details=details
    )
    if comment.is_approved:
        counts.recount([comment])
        notices.published(comment, now)
    else:
        notices.held(comment, now)


def forget_old(now: datetime) -> int:
    """Delete what was kept for Akismet and is too old to be of use to it; how many."""
    old = delete(CommentSubmission).where(
        CommentSubmission.created_at < now - PATIENCE,
        CommentSubmission.is_waiting.is_(False),
    )
    return session.execute(old).rowcount  # type: ignore[attr-defined,no-any-return]


def have_checked(
    comment_id: int, step: str, reason: str, run_at: datetime, now: datetime
) -> None:
    """Have Akismet asked at ``run_at``. ``step`` tells one question about a comment
    from the next; ``reason`` is Akismet's word for why it is asked once more, or "".
    """
    payload: dict[str, Any] = {"comment": comment_id}
    if reason:
        payload["reason"] = reason
    queue.add(CHECK, f"{CHECK}:{comment_id}:{step}", payload, now, run_at=run_at)


def is_to_be_checked(comment_id: int, *, besides: int = 0) -> bool:
    """Whether a question about a comment waits to be asked, another one than the job
    ``besides``.
    """
    key = f"{CHECK}:{comment_id}:"
    waiting = select(Job.id).where(
        Job.key.between(key, f"{key}~"),
        Job.state == State.WAITING,
        Job.id != besides,
    )
    return session.scalar(waiting.limit(1)) is not None


def _if_good(decision: Decision) -> tuple[Status, str]:
    """Where a comment goes, and why, should Akismet find nothing: where the rules put
    it. What is held for the filter's doubt alone is held no longer.
    """
    is_doubt = decision.details.get("verdict") == Verdict.UNSURE
    if decision.rule == Rule.SPAM_FILTER and is_doubt:
        reason = _("The filter was not sure; Akismet takes it for a good one.")
        return Status.APPROVED, reason
    return decision.status, decision.reason


def _label(comment: Comment, before: Status) -> Label | None:
    """What a person said that a comment is; ``None`` if they only put it away."""
    if comment.status == Status.SPAM:
        return Label.SPAM
    if comment.is_approved or (
        before == Status.SPAM and comment.status == Status.PENDING
    ):
        return Label.HAM
    return None


def _known(submission: CommentSubmission) -> Label | None:
    """What Akismet takes a comment for, after all it was told; ``None`` if it was never
    asked with success.
    """
    if submission.reported or not submission.verdict:
        return submission.reported
    return Label.SPAM if submission.verdict == "true" else Label.HAM


def _hold(comment: Comment, reason: str, now: datetime) -> None:
    before = comment.status
    comment.hold(reason)
    events.record(comment, EventKind.AKISMET, reason, now, before=before)
    if before == Status.APPROVED:
        counts.recount([comment])


def _report_key(comment_id: int) -> str:
    return f"{REPORT}:{comment_id}"
