"""Akismet is asked, and told, by the worker: no transaction is open meanwhile."""

from collections.abc import Mapping
from datetime import datetime

from ...database import session
from ...i18n import lazy_gettext as _l
from ...jobs.tasks import Finish, Handler, Task, Unavailable
from ..models import CommentSubmission, Label
from . import answers as akismet_answers
from . import client as akismet
from . import parameters
from . import state as akismet_state
from .client import Unanswered
from .second_opinion import CHECK, REPORT

_ALL_QUESTIONS = "akismet."


def check(task: Task, now: datetime) -> Finish | None:
    """Ask about a comment, if it still waits for the answer.

    :raise Unavailable: while Akismet has not been answering at all
    """
    comment_id: int = task.payload["comment"]
    waiting = akismet_answers.case(comment_id)
    if waiting is None:
        return None
    comment, submission = waiting
    if not akismet.is_on() or akismet_answers.is_too_old(submission, now):
        return lambda at: akismet_answers.given_up(comment_id, at)
    _stop_while_paused(now)
    fields = parameters.question(comment, submission, task.payload.get("reason", ""))
    session.rollback()
    try:
        verdict = akismet.check(fields)
    except Unanswered as error:
        reason = error  # the name above goes with its block
        return lambda at: akismet_answers.unanswered(comment_id, reason, task.id, at)
    return lambda at: akismet_answers.answered(comment_id, verdict, task.id, at)


def report(task: Task, now: datetime) -> Finish | None:
    """Tell Akismet what a person said a comment is. The worker repeats what fails.

    :raise Unavailable: while Akismet has not been answering at all
    :raise Unanswered: if it does not take it
    """
    comment_id, label = task.payload["comment"], Label(task.payload["as"])
    submission = session.get(CommentSubmission, comment_id)
    if submission is None or submission.reported == label or not akismet.is_on():
        return None
    _stop_while_paused(now)
    fields = parameters.feedback(submission, task.payload["reporter"])
    session.rollback()
    akismet.report(label, fields)
    return lambda at: akismet_answers.reported(comment_id, label, at)


def _stop_while_paused(now: datetime) -> None:
    state = akismet_state.state()
    if state.paused_until is not None and state.paused_until > now:
        seconds = (state.paused_until - now).total_seconds()
        raise Unavailable(_ALL_QUESTIONS, state.error, int(seconds) + 1)


HANDLERS: Mapping[str, Handler] = {CHECK: check, REPORT: report}
LABELS = {
    CHECK: _l("Ask Akismet about a comment"),
    REPORT: _l("Tell Akismet what a comment is"),
}
