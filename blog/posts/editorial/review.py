"""Who is told of what happens to a post on its way to the readers: jobs, written
together with what caused them. Nothing here commits.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from ...accounts import permissions
from ...accounts.models import User
from ...accounts.permissions import Action
from ...database import session
from ...jobs import queue
from ...mail import delivery
from ..models import FINISHED, Kind, Post, Status
from . import queries
from .models import Note, Submission

REVIEW, DECIDED, NOTED = "posts.review", "posts.decided", "posts.noted"
# Notes come in handfuls; so one letter is about all of some minutes.
PAUSE = timedelta(minutes=5)


class Decision(StrEnum):
    """What an editor did with somebody's post."""

    FINISHED = "finished"  # public, scheduled or private
    RETURNED = "returned"


def moved(post: Post, was: Status, by: User, now: datetime) -> None:
    """A save or a press has made of a post that ``was`` what it is now, or left it so.
    What waits says who asked for it; reviewers are told of it, and whose post it is, of
    what others decided.
    """
    if post.status == was:
        return
    if post.status == Status.PENDING:
        _submitted(post, by, now)
        return
    submission = queries.submission(post.id)
    if submission is not None:
        session.delete(submission)
    if was in (Status.DRAFT, Status.PENDING) and post.status in FINISHED:
        decided(post, Decision.FINISHED, by, now)


def decided(
    post: Post, decision: Decision, by: User, now: datetime, note: Note | None = None
) -> None:
    """Somebody has decided about a post: tell whose it is, if that is another one."""
    if not delivery.is_on():
        return
    for user in owners(post):
        if user.id == by.id:
            continue
        payload: dict[str, int | str | None] = {
            "post": post.id,
            "user": user.id,
            "by": by.id,
            "decision": decision,
            "note": note.id if note else None,
        }
        _add(DECIDED, f"decided:{post.id}:{user.id}", payload, post, now)


def noted(note: Note, post: Post, now: datetime, told: Sequence[int] = ()) -> None:
    """Something was noted on a post: tell those whom it concerns, in some minutes, of
    all that was noted until then.
    """
    if not delivery.is_on():
        return
    for user in queries.concerned(post):
        if user.id != note.author_id and user.id not in told and may_read(user, post):
            note_later(user, post, note.id, now)


def note_later(
    user: User, post: Post, first_id: int, now: datetime, after_job: int | None = None
) -> None:
    """Have somebody told of the notes from ``first_id`` on. The job ``after_job``, if
    that is what found them, still stands for its own key.
    """
    key = f"noted:{post.id}:{user.id}"
    if after_job is not None:
        key += f":{after_job}"
    payload = {"post": post.id, "user": user.id, "first": first_id}
    _add(NOTED, key, payload, post, now, run_at=now + PAUSE)


def ask(post: Post, user: User, now: datetime) -> None:
    """Have one reviewer asked."""
    payload = {"post": post.id, "user": user.id}
    _add(REVIEW, f"review:{post.id}:{user.id}", payload, post, now)


def reviewers(post: Post) -> list[User]:
    """Who is asked to look at what waits: who may publish it, and did not submit it."""
    submission = queries.submission(post.id)
    by_id = submission.user_id if submission else post.author_id
    return [
        user
        for user in queries.reviewers(post.kind)
        if user.id != by_id and is_reachable(user)
    ]


def owners(post: Post) -> list[User]:
    """Whose post it is: its author, and who else has a byline."""
    return [post.author, *(each.user for each in post.bylines)]


def may_read(user: User, post: Post) -> bool:
    """Whether somebody may read the notes on a post: who may change it, or could before
    others finished it.
    """
    action = Action.PAGES if post.kind == Kind.PAGE else Action.WRITE
    return permissions.may(user, action, post.owner_for(user))


def is_reachable(user: User) -> bool:
    """Whether somebody is still of this house, and takes mail."""
    if not user.is_active or not user.email:
        return False
    return not delivery.is_muted(user.email)


def _submitted(post: Post, by: User, now: datetime) -> None:
    submission = queries.submission(post.id)
    if submission is None:
        session.add(Submission(post_id=post.id, user_id=by.id, created_at=now))
    else:
        submission.user_id, submission.created_at = by.id, now
    if delivery.is_on():
        _add(REVIEW, f"review:{post.id}", {"post": post.id}, post, now)


def _add(
    kind: str,
    key: str,
    payload: Mapping[str, int | str | None],
    post: Post,
    now: datetime,
    run_at: datetime | None = None,
) -> None:
    queue.add(kind, key, payload, now, about=post.title, run_at=run_at)
