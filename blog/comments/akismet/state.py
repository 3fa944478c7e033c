"""How things stand with Akismet: what the owner sees, and whether it can be asked."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import or_, update

from ...database import session
from ...jobs.models import Job, State
from ..models import AkismetState
from . import client as akismet
from .client import SiteMonth, Unanswered, Usage

_ONLY_ROW = 1


def state() -> AkismetState:
    """How things stand; an empty one if there is nothing to say yet."""
    return session.get(AkismetState, _ONLY_ROW) or AkismetState(
        id=_ONLY_ROW, usage="{}", month="{}", alert="", error=""
    )


def needs_attention() -> bool:
    """Whether there is something that only the owner can put right: a key that is not
    taken, or what Akismet wants them to know.
    """
    if not akismet.is_on():
        return False
    known = state()
    return known.key_is_valid is False or bool(known.alert)


def usage(state: AkismetState) -> Usage | None:
    """The calls of the month as they were told last; ``None`` if they never were."""
    told: dict[str, Any] = json.loads(state.usage)
    return Usage(**told) if told else None


def month(state: AkismetState) -> SiteMonth | None:
    """The site's own figures of the month; ``None`` if they were never told."""
    told: dict[str, Any] = json.loads(state.month)
    return SiteMonth(**told) if told else None


def note_check(
    is_valid: bool, usage: Usage | None, month: SiteMonth | None, now: datetime
) -> None:
    """Keep what Akismet said of the key. With a good one what waits is asked now."""
    row = _row()
    row.checked_at, row.key_is_valid = now, is_valid
    if usage is not None:
        row.usage = json.dumps(asdict(usage))
    if month is not None:
        row.month = json.dumps(asdict(month))
    if is_valid:
        row.error, row.error_at, row.paused_until = "", None, None
        _hurry(now)


def note_answer(alert: str, now: datetime) -> None:
    """It answers; ``alert`` is what it wants the owner to know, "" for nothing."""
    row = state()
    if (row.alert, row.error, row.paused_until) != (alert, "", None):
        row = _row()
        row.alert, row.alert_at = alert, now if alert else None
        row.error, row.error_at, row.paused_until = "", None, None


def note_error(error: Unanswered, until: datetime, now: datetime) -> None:
    """It gave no answer. If it would give none for another comment either, nothing more
    is asked before ``until``.
    """
    row = _row()
    row.error, row.error_at = error.reason, now
    if error.remarks.alert:
        row.alert, row.alert_at = error.remarks.alert, now
    if error.is_key_problem:
        row.key_is_valid, row.checked_at = False, now
    if error.is_down:
        row.paused_until = until


def note_silence(error: Unanswered, now: datetime) -> None:
    """It did not say whether it takes the key. What waits is asked as it was to be."""
    row = _row()
    row.error, row.error_at = error.reason, now


def _row() -> AkismetState:
    """The row, to be changed."""
    row = state()
    session.add(row)
    return row


def _hurry(now: datetime) -> None:
    """Let no question wait for longer, except what a worker is busy with."""
    session.execute(
        update(Job)
        .where(
            Job.kind == "akismet.check",
            Job.state == State.WAITING,
            Job.run_at > now,
            or_(Job.leased_until.is_(None), Job.leased_until <= now),
        )
        .values(run_at=now)
    )
