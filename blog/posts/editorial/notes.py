"""Notes in the margin of a post: what may become of one. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ...accounts.models import User
from ...database import session
from ..models import Post
from . import queries, review
from .models import Note

TEXT_LIMIT = 5_000
QUOTE_LIMIT = 1_000
# More on one post is a forum, and a page that nobody reads to its end.
MOST = 500


class TooMany(Exception):
    """Somebody has ``MOST`` notes on the post."""


class Answered(Exception):
    """Somebody answered it: without it, nobody would understand what they said."""


class Thread(NamedTuple):
    """A note with what answers it, the first made first."""

    note: Note
    answers: Sequence[Note]


def threads(notes: Sequence[Note]) -> list[Thread]:
    """The notes of a post as they belong together: what is open first, and in order of
    time.
    """
    answers: dict[int, list[Note]] = {}
    for note in notes:
        if note.parent_id is not None:
            answers.setdefault(note.parent_id, []).append(note)
    found = [
        Thread(note, answers.get(note.id, []))
        for note in notes
        if note.parent_id is None
    ]
    return sorted(found, key=lambda thread: thread.note.resolved_at is not None)


def add(
    post: Post,
    author: User,
    text: str,
    now: datetime,
    *,
    quote: str = "",
    parent: Note | None = None,
    told: Sequence[int] = (),
) -> Note:
    """Note something on a post. An answer to an answer stands below the same note, and
    an answer to what was settled opens it again. Whom it concerns is told by mail, but
    for those (``told``) who hear of it otherwise.

    :raise TooMany: if the author has ``MOST`` on the post; nobody stops anybody else
    """
    own = [note for note in queries.notes(post.id) if note.author_id == author.id]
    if len(own) >= MOST:
        raise TooMany
    note = Note(
        post_id=post.id,
        parent_id=(parent.parent_id or parent.id) if parent else None,
        author_id=author.id,
        quote=quote,
        text=text,
        created_at=now,
    )
    session.add(note)
    if note.parent_id is not None:
        reopen(session.get_one(Note, note.parent_id))
    session.flush()
    review.noted(note, post, now, told=told)
    return note


def rewrite(note: Note, text: str, quote: str, now: datetime) -> None:
    """Put it otherwise, and say so to those who have read it. A save that changes
    nothing says nothing.
    """
    if (note.text, note.quote) != (text, quote):
        note.text, note.quote, note.edited_at = text, quote, now


def resolve(note: Note, user: User, now: datetime) -> None:
    """Settle it, with all that answers it."""
    if note.resolved_at is None:
        note.resolved_at, note.resolved_by_id = now, user.id


def reopen(note: Note) -> None:
    """It is not settled after all."""
    note.resolved_at = note.resolved_by_id = None


def delete(note: Note) -> None:
    """Take one's own note away for good, with one's own answers to it.

    :raise Answered: if somebody else answered it
    """
    if any(each.author_id != note.author_id for each in queries.answers(note)):
        raise Answered
    session.delete(note)
