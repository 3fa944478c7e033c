"""Every question about comments."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from ..accounts.models import Role, User
from ..database import session
from ..posts.models import Post
from . import threads
from .models import Comment, Kind, Status
from .threads import Line, Thread

# Of one commenter's approved comments, enough to know the names they go by.
NAMES_LOOKED_AT = 50


class Recent(NamedTuple):
    """A comment of the last seconds, as far as it matters to a flood."""

    created_at: datetime
    user_id: int | None
    email: str
    ip: str


# What readers see


def thread(
    post: Post, now: datetime, depth: int, held: Comment | None = None
) -> Thread:
    """What is shown below a post, in ``depth`` levels: one question to the database,
    and a second one where something approved answers something that is not.

    ``held`` is a waiting comment, which is shown too, to the one who wrote it.
    """
    approved = select(
        Comment.id,
        Comment.parent_id,
        Comment.created_at,
        Comment.author,
        Comment.url,
        Comment.html,
        Comment.user_id,
        Comment.kind,
    ).where(Comment.post_id == post.id, Comment.status == Status.APPROVED)
    lines = [Line(*row) for row in session.execute(approved)]
    if held is not None:
        lines.append(_held_line(held))
    known = {line.id for line in lines}
    if any(
        line.parent_id and line.parent_id not in known and not line.is_mention
        for line in lines
    ):
        # Of what is not shown only those that were answered; spam seldom is.
        answered = select(Comment.parent_id).where(
            Comment.post_id == post.id, Comment.parent_id.is_not(None)
        )
        hidden = select(Comment.id, Comment.parent_id, Comment.created_at).where(
            Comment.status != Status.APPROVED,
            Comment.kind == Kind.COMMENT,
            Comment.id.in_(answered),
        )
        lines += [Line(*row) for row in session.execute(hidden) if row.id not in known]
    return threads.arranged(lines, depth)


def _held_line(comment: Comment) -> Line:
    return Line(
        comment.id,
        comment.parent_id,
        comment.created_at,
        comment.author,
        comment.url,
        comment.html,
        comment.user_id,
        comment.kind,
        is_held=True,
    )


def approved_count(post_id: int) -> int:
    """How many comments are shown below a post."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Comment)
            .where(Comment.post_id == post_id, Comment.status == Status.APPROVED)
        )
        or 0
    )


# What a new comment is compared with


def by_id(comment_id: int) -> Comment | None:
    return session.get(Comment, comment_id)


def is_answerable(comment_id: int, post: Post) -> bool:
    """Whether a comment is shown in the thread of ``post``, so that a reply can stand
    below it.
    """
    return (
        session.scalar(
            select(Comment.id).where(
                Comment.id == comment_id,
                Comment.post_id == post.id,
                Comment.status == Status.APPROVED,
                Comment.kind == Kind.COMMENT,
            )
        )
        is not None
    )


def same(post: Post, parent_id: int | None, digest: str) -> Comment | None:
    """The newest comment that says the same at the same place, except in the trash."""
    return session.scalar(
        select(Comment)
        .where(
            Comment.post_id == post.id,
            Comment.folded == digest,
            Comment.parent_id.is_(None)
            if parent_id is None
            else Comment.parent_id == parent_id,
            Comment.status != Status.TRASH,
        )
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(1)
    )


def recent(now: datetime, seconds: int) -> Sequence[Recent]:
    """Every comment of the last seconds, the newest first.

    One that seems to be from the time to come was written before the clock was put
    back; it says nothing about now.
    """
    rows = session.execute(
        select(Comment.created_at, Comment.user_id, Comment.email, Comment.ip)
        .where(
            Comment.created_at > now - timedelta(seconds=seconds),
            Comment.created_at <= now,
        )
        .order_by(Comment.created_at.desc())
    )
    return [Recent(*row) for row in rows]


def approved_names(email: str) -> Sequence[str]:
    """The names under which comments with this email address were approved."""
    return session.scalars(
        select(Comment.author)
        .where(Comment.email == email, Comment.status == Status.APPROVED)
        .distinct()
        .limit(NAMES_LOOKED_AT)
    ).all()


def has_approved(user: User) -> bool:
    """Whether any comment of this person was approved."""
    return (
        session.scalar(
            select(Comment.id)
            .where(Comment.user_id == user.id, Comment.status == Status.APPROVED)
            .limit(1)
        )
        is not None
    )


def staff_names() -> Sequence[str]:
    """The public names of everybody who writes here."""
    return session.scalars(
        select(User.display_name).where(User.role != Role.SUBSCRIBER)
    ).all()


def name_with_email(email: str) -> str:
    """The public name of whoever has an account with this address, or ""."""
    named = select(User.display_name).where(func.lower(User.email) == email)
    return session.scalar(named.limit(1)) or ""


def replies_to(comment_ids: Collection[int]) -> Sequence[Comment]:
    """The comments directly below any of these, in whatever state."""
    return session.scalars(
        select(Comment).where(Comment.parent_id.in_(comment_ids))
    ).all()
