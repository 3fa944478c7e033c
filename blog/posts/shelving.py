"""Moving a post from one state to another as it stands, and back again. What is typed
while it moves is the business of ``desk.editing``. Nothing here commits.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from . import publishing, queries
from .desk.editing import Untitled
from .models import FINISHED, Post, Status


class Move(StrEnum):
    """What may be done with a post, or with a hundred. All of it can be undone."""

    PUBLISH = "publish"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    TRASH = "trash"
    RESTORE = "restore"


class Past(NamedTuple):
    """How a post stood before it was moved; ``after`` is what it became, ``version``
    the save that made it so.
    """

    post_id: int
    after: Status
    version: int
    status: Status
    trashed_status: Status | None
    trashed_at: datetime | None
    published_at: datetime | None
    slug: str


def snapshot(post: Post) -> Past:
    """How a post stands now."""
    return Past(
        post.id,
        post.status,
        post.version,
        post.status,
        post.trashed_status,
        post.trashed_at,
        post.published_at,
        post.slug,
    )


def carry_out(move: Move, post: Post, now: datetime) -> Past | None:
    """Move a post; how it stood before, or ``None`` if there was nothing to be done.

    It counts as a save: who has the old state in an editor is told before it is
    written over.

    :raise Untitled: when it is to be published and has no title
    """
    if not _would_move(move, post):
        return None
    if move == Move.PUBLISH and not post.title:
        raise Untitled
    before = snapshot(post)
    match move:
        case Move.PUBLISH:
            _publish(post, now)
        case Move.SUBMIT:
            post.submit()
        case Move.WITHDRAW:
            post.withdraw()
        case Move.TRASH:
            post.trash(now)
        case Move.RESTORE:
            publishing.restore(post)
    post.version += 1
    return before._replace(after=post.status, version=post.version)


def undo(post: Post, past: Past) -> bool:
    """Put a post back as it was; ``False`` if it was moved or saved again since, as its
    words may be others by now, and not for all. Where another took its address
    meanwhile, it gets a new one.
    """
    if (post.status, post.version) != (past.after, past.version):
        return False
    post.trashed_status = post.trashed_at = None
    post.slug, post.published_at = past.slug, past.published_at
    post.status = past.trashed_status or past.status
    if past.status == Status.TRASH:
        post.trash(past.trashed_at or post.edited_at)
    else:
        _stand_as(past.status, post)
    post.version += 1
    return True


def _would_move(move: Move, post: Post) -> bool:
    """What is finished stays what it is when it is published: one press never shows to
    all what was kept private.
    """
    match move:
        case Move.PUBLISH:
            return post.status not in FINISHED
        case Move.SUBMIT:
            return post.status == Status.DRAFT
        case Move.WITHDRAW:
            return post.status in (*FINISHED, Status.PENDING)
        case Move.TRASH:
            return post.status != Status.TRASH
        case Move.RESTORE:
            return post.status == Status.TRASH


def _publish(post: Post, now: datetime) -> None:
    """At its own date if it has one, else now."""
    if post.status == Status.TRASH:
        publishing.restore(post)
    if post.status not in FINISHED:
        publishing.publish(post, post.published_at or now)


def _stand_as(status: Status, post: Post) -> None:
    if post.slug and queries.slug_is_taken(post, post.slug):
        post.slug = publishing.free_slug(post, post.slug)
    at = post.published_at or post.edited_at
    match status:
        case Status.PUBLIC:
            post.publish(at)
        case Status.PRIVATE:
            post.keep_private(at)
        case Status.PENDING:
            post.submit()
        case _:
            post.withdraw()
