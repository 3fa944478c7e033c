"""The queue: what is to be done is written down, taken by a worker, and ticked off."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update

from ..accounts.models import User
from ..database import session
from .models import Job, State
from .tasks import Task

# The pauses between failures: 1, 2, 4 … minutes, at most six hours; given up after
# fifteen days, as mail servers on a weekend without their owner need more than five.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=15)
# What is finished is remembered this long: for the owner, and for ``once``.
KEPT = timedelta(days=30)
FORGOTTEN_AT_ONCE = 1_000
# A job in whose middle so many workers died may be what kills them.
FREE_DEATHS = 3
ERROR_LIMIT = 1_000


def add(
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    now: datetime,
    *,
    about: str = "",
    run_at: datetime | None = None,
    once: bool = False,
    user: User | None = None,
    total: int = 0,
) -> None:
    """Have something done, now or from ``run_at`` on. It is written together with what
    causes it: the caller's transaction. Nothing is added while the same deed waits,
    nor, with ``once``, if it was ever done (as far back as the queue remembers: 30
    days). ``user`` sees in the admin how many of its ``total`` steps are done; 0 if
    nobody can tell.
    """
    known = select(Job.id).where(Job.key == key)
    if not once:
        known = known.where(Job.state == State.WAITING)
    if session.scalar(known.limit(1)) is not None:
        return
    session.add(
        Job(
            kind=kind,
            key=key,
            payload=json.dumps(payload, ensure_ascii=False),
            about=about,
            run_at=run_at or now,
            created_at=now,
            user_id=None if user is None else user.id,
            total=total,
        )
    )


def cancel(key: str) -> None:
    """Have something not done after all, if it still waits."""
    session.execute(delete(Job).where(Job.key == key, Job.state == State.WAITING))


# What a worker asks and says. Inside a write transaction, but for the first.


def is_due(now: datetime) -> bool:
    """Whether there is anything to do. One look into an index."""
    return session.scalar(_due(now).limit(1)) is not None


def claim(now: datetime, lease: timedelta) -> Task | None:
    """Take what is due longest, for as long as ``lease``; ``None`` if nothing is.
    Should the worker die, the job is due again at the end of the lease.
    """
    first = _due(now).order_by(Job.run_at, Job.id).limit(1)
    # Where several may write at once, each takes another one.
    job_id = session.scalar(first.with_for_update(skip_locked=True))
    if job_id is None:
        return None
    job = session.get_one(Job, job_id)
    if job.leased_until is not None:
        job.error = "The worker ended in the middle of it."
        if job.attempts > FREE_DEATHS:
            _put_off(job, now + _pause(job.attempts))
            return None
    job.attempts += 1
    job.run_at = job.leased_until = now + lease
    return Task(
        job.id, job.kind, job.key, json.loads(job.payload), job.attempts, job.created_at
    )


def renew(task: Task, until: datetime) -> bool:
    """Keep a job that takes longer than its lease; false if it is not ours any more."""
    job = _ours(task)
    if job is None:
        return False
    job.run_at = job.leased_until = until
    return True


def progress(task: Task, done: int, total: int | None = None) -> bool:
    """Write down how many of a job's steps are done, and how many there are, if that
    is known only now; false if it is not ours any more.
    """
    job = _ours(task)
    if job is None:
        return False
    job.done = done
    job.total = job.total if total is None else total
    return True


def is_ours(task: Task) -> bool:
    """Whether nobody else has taken the job since."""
    return _ours(task) is not None


def finish(task: Task, now: datetime) -> None:
    """Tick off what was done. What it was done with is not kept: it may name people."""
    job = _ours(task)
    if job is not None:
        job.error, job.payload = "", "{}"
        _end(job, State.DONE, now)


def fail(task: Task, error: str, now: datetime) -> None:
    """It did not work. Again after a pause that doubles, until it is too long ago."""
    job = _ours(task)
    if job is None:
        return
    job.error = error[:ERROR_LIMIT]
    again = now + _pause(job.attempts)
    if again - job.created_at > GIVEN_UP_AFTER:
        _end(job, State.FAILED, now)
    else:
        _put_off(job, again)


def give_up(task: Task, reason: str, now: datetime) -> None:
    """It can never be done."""
    job = _ours(task)
    if job is not None:
        job.error = reason[:ERROR_LIMIT]
        _end(job, State.FAILED, now)


def postpone(task: Task, until: datetime, reason: str) -> None:
    """It is to be done later, which is no failure."""
    job = _ours(task)
    if job is not None:
        job.attempts -= 1
        job.error = reason[:ERROR_LIMIT]
        _put_off(job, until)


def put_off(
    task: Task, prefix: str | None, until: datetime, reason: str, now: datetime
) -> None:
    """Nobody does such jobs before ``until``: this one, its kind, and each kind that
    begins with ``prefix``. A service (a prefix) that was down for all those days is not
    waited for any more.
    """
    postpone(task, until, reason)
    session.flush()
    such: ColumnElement[bool] = Job.kind == task.kind
    if prefix is not None:
        such = or_(such, Job.kind.startswith(prefix, autoescape=True))
    waiting = (
        update(Job)
        .where(Job.state == State.WAITING, Job.run_at <= until, such)
        .where(Job.leased_until.is_(None))
        .values(error=reason[:ERROR_LIMIT])
        .execution_options(synchronize_session=False)
    )
    if prefix is not None:
        too_old = waiting.where(Job.created_at < now - GIVEN_UP_AFTER)
        session.execute(too_old.values(state=State.FAILED, finished_at=now, run_at=now))
    session.execute(waiting.values(run_at=until))
    session.expire_all()


def forget(now: datetime) -> int:
    """Delete some of what was finished long ago; how many, 0 when nothing is left."""
    old = (
        select(Job.id)
        .where(Job.state.in_((State.DONE, State.FAILED)), Job.run_at < now - KEPT)
        .limit(FORGOTTEN_AT_ONCE)
    )
    ids = session.scalars(old).all()
    if ids:
        session.execute(delete(Job).where(Job.id.in_(ids)))
    return len(ids)


def _due(now: datetime) -> Any:
    return select(Job.id).where(Job.state == State.WAITING, Job.run_at <= now)


def _ours(task: Task) -> Job | None:
    """The job, if the attempt that ``task`` stands for still holds it."""
    job = session.get(Job, task.id)
    if (
        job is None
        or job.state != State.WAITING
        or job.attempts != task.attempts
        or job.leased_until is None
    ):
        return None
    return job


def _put_off(job: Job, until: datetime) -> None:
    job.run_at, job.leased_until = until, None


def _end(job: Job, state: State, now: datetime) -> None:
    # ``run_at`` too: by it the lists are in order, in an index.
    job.state, job.finished_at, job.run_at, job.leased_until = state, now, now, None


def _pause(attempts: int) -> timedelta:
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 20)
    return min(doubled, LONGEST_PAUSE)


# What the owner says, in the room of the outbox.


def try_now(job: Job, now: datetime) -> bool:
    """Have it done at once, also when it was given up or done; false if the same deed
    waits already, or it is under way.
    """
    if job.leased_until is not None and job.leased_until > now:
        return False
    if job.state != State.WAITING:
        same = select(Job.id).where(Job.key == job.key, Job.state == State.WAITING)
        if session.scalar(same.limit(1)) is not None:
            return False
    job.state, job.finished_at = State.WAITING, None
    _put_off(job, now)
    return True


def drop(job: Job, reason: str, now: datetime) -> bool:
    """Have it not done; false if it does not wait, or is under way."""
    is_held = job.leased_until is not None and job.leased_until > now
    if job.state != State.WAITING or is_held:
        return False
    job.error = reason
    _end(job, State.FAILED, now)
    return True
