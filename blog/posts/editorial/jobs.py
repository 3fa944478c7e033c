"""Letters about posts, and changes of very many, done when their time has come.

Between the cause and the letter anything may have happened, so everything is asked anew
here: a letter that is late must not be wrong.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import update

from ...accounts.models import User
from ...database import session, write_transaction
from ...i18n import lazy_gettext as _l
from ...jobs import queue
from ...jobs.models import Job
from ...jobs.tasks import Finish, GiveUp, Handler, Task
from ...mail import delivery
from .. import queries as post_queries
from ..models import FINISHED, Kind, Post, Status
from . import changes, letters, queries, review
from .changes import Change, Verb
from .models import Note
from .review import Decision

# Rows of one write: others write between two of them.
SLICE = 50


def asked(task: Task, now: datetime) -> Finish | None:
    """A post waits for a review: whom to ask, or the letter to one of them."""
    match task.payload:
        case {"post": int(post_id), "user": int(user_id)}:
            _ask(task, post_id, user_id, now)
        case {"post": int(post_id)}:
            return partial(_ask_all, post_id)
    return None


def _ask_all(post_id: int, now: datetime) -> None:
    post = _waiting(post_id)
    if post is not None:
        for user in review.reviewers(post):
            review.ask(post, user, now)


def _ask(task: Task, post_id: int, user_id: int, now: datetime) -> None:
    post, user = _waiting(post_id), session.get(User, user_id)
    if post is None or user is None or user not in review.reviewers(post):
        return
    letter = letters.review(post, user, queries.submission(post.id))
    delivery.send(letter, f"{task.key}:{task.id}", now)


def _waiting(post_id: int) -> Post | None:
    post = post_queries.by_id(post_id)
    return post if post is not None and post.status == Status.PENDING else None


def decided(task: Task, now: datetime) -> None:
    """To whose post it is: what somebody else decided, if it is so still."""
    post = post_queries.by_id(task.payload["post"])
    user = session.get(User, task.payload["user"])
    by = session.get(User, task.payload["by"])
    if post is None or user is None or by is None or not review.is_reachable(user):
        return
    if user not in review.owners(post):
        return
    if task.payload["decision"] == Decision.FINISHED:
        if post.status not in FINISHED:
            return
        letter = letters.finished(post, user, by, now)
    else:
        if post.status != Status.DRAFT:
            return
        note_id = task.payload["note"]
        note = session.get(Note, note_id) if note_id is not None else None
        letter = letters.returned(post, user, by, note)
    delivery.send(letter, f"{task.key}:{task.id}", now)


def noted(task: Task, now: datetime) -> Finish | None:
    """To somebody whom a post concerns: all that others noted since they were told."""
    post = post_queries.by_id(task.payload["post"])
    user = session.get(User, task.payload["user"])
    if post is None or user is None:
        return None
    if not (review.is_reachable(user) and review.may_read(user, post)):
        return None
    first_id = task.payload["first"]
    notes = queries.notes_since(post.id, first_id, not_by=user.id)
    open_ones = [note for note in notes if note.resolved_at is None]
    after = max((note.id for note in notes), default=first_id - 1) + 1
    post_id, user_id = post.id, user.id
    if open_ones:
        letter = letters.noted(post, user, open_ones)
        delivery.send(letter, f"{task.key}:{task.id}", now)
    return partial(_noted, task.id, post_id, user_id, after)


def _noted(job_id: int, post_id: int, user_id: int, after: int, now: datetime) -> None:
    """What was noted while the letter was on its way is for the next one."""
    post, user = post_queries.by_id(post_id), session.get(User, user_id)
    if post is None or user is None:
        return
    if queries.notes_since(post_id, after, not_by=user_id):
        review.note_later(user, post, after, now, after_job=job_id)


def change(task: Task, now: datetime) -> None:
    """Change very many posts, some at a time. Where a worker died, the next one goes on
    from the slice that it had begun; to be changed twice is as good as once.
    """
    asked = task.payload
    kind, wanted = Kind(asked["kind"]), Change(Verb(asked["verb"]), asked["what"])
    ids: Sequence[int] = asked["ids"]
    job = session.get(Job, task.id)
    done = job.done if job is not None else 0
    session.rollback()
    while done < len(ids):
        some = ids[done : done + SLICE]
        with write_transaction():
            if not queue.is_ours(task):
                return
            user = session.get(User, asked["user"])
            if user is None or not user.is_active:
                raise GiveUp("Who asked for it has no account any more.")
            changes.carry_out(wanted, kind, some, user, now)
            done += len(some)
            session.execute(update(Job).where(Job.id == task.id).values(done=done))


HANDLERS: Mapping[str, Handler] = {
    review.REVIEW: asked,
    review.DECIDED: decided,
    review.NOTED: noted,
    queries.BULK: change,
}
LABELS = {
    review.REVIEW: _l("A post waits for a review: to those who may publish it"),
    review.DECIDED: _l("What an editor decided: to whose post it is"),
    review.NOTED: _l("Notes on a post: to those who work on it"),
    queries.BULK: _l("Changes very many posts"),
}
