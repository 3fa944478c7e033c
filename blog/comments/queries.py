"""What the rules ask about comments. What readers are shown is asked in ``pages``, what
moderators are shown in ``desk``.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased, defer, joinedload

from ..accounts.models import Role, User
from ..database import session
from ..posts.models import Post
from ..posts.queries import LIGHT
from .models import Comment, Kind, Status

# Of one commenter's approved comments, enough to know the names they go by.
NAMES_LOOKED_AT = 50
COMMENTS_LOOKED_AT = 1_000


class Recent(NamedTuple):
    """A comment of the last seconds, as far as it matters to a flood."""

    created_at: datetime
    user_id: int | None
    email: str
    ip: str


class Namesake(NamedTuple):
    """Somebody with an account, whose name or address a visitor may go by."""

    name: str
    has_address: bool


# Asked about every new comment; made once, as making one takes longer than asking it.
_SAME = (
    select(Comment)
    .where(
        Comment.post_id == bindparam("post_id"),
        Comment.folded == bindparam("digest"),
        Comment.status != Status.TRASH,
    )
    .order_by(Comment.created_at.desc(), Comment.id.desc())
    .limit(1)
)
_SAME_AT_THE_TOP = _SAME.where(Comment.parent_id.is_(None))
_SAME_ANSWER = _SAME.where(Comment.parent_id == bindparam("parent_id"))
_NEWEST_APPROVED = (
    select(Comment.author)
    .where(Comment.email == bindparam("email"), Comment.status == Status.APPROVED)
    .order_by(Comment.id.desc())
    .limit(COMMENTS_LOOKED_AT)
    .subquery()
)
_APPROVED_NAMES = select(_NEWEST_APPROVED.c.author).distinct().limit(NAMES_LOOKED_AT)
_HAS_ADDRESS = func.lower(User.email) == bindparam("email")
_NAMESAKES = select(
    User.display_name, func.coalesce(_HAS_ADDRESS, False).label("has_address")
).where(or_(User.role != Role.SUBSCRIBER, _HAS_ADDRESS))


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


def public(comment_id: int, now: datetime) -> Comment | None:
    """The comment of that id with its post, without their texts, if anybody may come to
    both. The post's words may be behind a password.
    """
    comment = session.scalar(
        select(Comment)
        .where(Comment.id == comment_id, Comment.status == Status.APPROVED)
        .options(
            joinedload(Comment.post).options(*LIGHT),
            defer(Comment.source),
            defer(Comment.html),
        )
    )
    return comment if comment and comment.post.is_public(now) else None


def is_answerable(comment_id: int, post: Post) -> bool:
    """Whether a comment is shown in the thread of ``post``, so that a reply can stand
    below it.
    """
    return session.scalar(_answerable(comment_id, post, Comment.id)) is not None


def answerable(comment_id: int, post: Post) -> Comment | None:
    """The comment of that id, if it is shown in the thread of ``post``."""
    comment: Comment | None = session.scalar(_answerable(comment_id, post, Comment))
    return comment


def _answerable(comment_id: int, post: Post, what: Any) -> Select[Any]:
    return select(what).where(
        Comment.id == comment_id,
        Comment.post_id == post.id,
        Comment.status == Status.APPROVED,
        Comment.kind == Kind.COMMENT,
    )


def same(post: Post, parent_id: int | None, digest: str) -> Comment | None:
    """The newest comment that says the same at the same place, except in the trash."""
    question = _SAME_AT_THE_TOP if parent_id is None else _SAME_ANSWER
    values = {"post_id": post.id, "parent_id": parent_id, "digest": digest}
    return session.scalar(question, values)


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
    """The names under which comments with this email address were approved: of a
    thousand of them, the newest.
    """
    return session.scalars(_APPROVED_NAMES, {"email": email}).all()


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


def staff(user_ids: Collection[int]) -> frozenset[int]:
    """Those of these people who write here, or look after what is written."""
    if not user_ids:
        return frozenset()
    named = select(User.id).where(User.id.in_(user_ids), User.role != Role.SUBSCRIBER)
    return frozenset(session.scalars(named))


def namesakes(email: str) -> Sequence[Namesake]:
    """Everybody who writes here, and whoever has an account with this address."""
    rows = session.execute(_NAMESAKES, {"email": email})
    return [Namesake(row.display_name, bool(row.has_address)) for row in rows]


def answered(comment_ids: Collection[int]) -> Sequence[int]:
    """Those of the comments that something answers directly, in whatever state."""
    reply = aliased(Comment)
    return session.scalars(
        select(Comment.id).where(
            Comment.id.in_(comment_ids), exists().where(reply.parent_id == Comment.id)
        )
    ).all()
