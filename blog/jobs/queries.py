"""Questions about jobs: what the owner sees of them, and whether any are stuck."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from ..database import session
from ..paging import Page, last_page
from .models import Job, State

PAGE_SIZE = 50
STUCK = timedelta(minutes=5)


def counts(kind: str | None = None) -> Mapping[State, int]:
    """How many jobs stand where, of one kind or of all."""
    counted = select(Job.state, func.count()).where(*_of(kind)).group_by(Job.state)
    found = dict(session.execute(counted).all())
    return {state: found.get(state, 0) for state in State}


def page(
    state: State, kind: str | None, number: int, *, total: int
) -> Page[Job] | None:
    """Page ``number`` of what stands there, ``total`` in all: what is due first comes
    first, or else what was finished last. ``None`` past the last page.
    """
    pages = last_page(total, PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    order = (Job.run_at, Job.id)
    if state != State.WAITING:
        order = (Job.run_at.desc(), Job.id.desc())  # type: ignore[assignment]
    jobs = (
        select(Job)
        .where(Job.state == state, *_of(kind))
        .order_by(*order)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return Page(session.scalars(jobs).all(), number, pages, total)


def failed(kind: str | None, *, below_id: int | None, limit: int) -> Sequence[Job]:
    """Some of what was given up, the newest first; ``None`` begins with the newest."""
    jobs = select(Job).where(Job.state == State.FAILED, *_of(kind))
    if below_id is not None:
        jobs = jobs.where(Job.id < below_id)
    return session.scalars(jobs.order_by(Job.id.desc()).limit(limit)).all()


def stuck_minutes(now: datetime) -> int:
    """For how many minutes nobody has done what is due; 0 below five. A job that was
    put off is not due: this finds that no worker runs, and not that mail is down.
    """
    due = Job.state == State.WAITING, Job.run_at <= now
    since = session.scalar(select(func.min(Job.run_at)).where(*due))
    if since is None or now - since <= STUCK:
        return 0
    return (now - since) // timedelta(minutes=1)


def _of(kind: str | None) -> list[ColumnElement[bool]]:
    return [] if kind is None else [Job.kind == kind]
