"""What the rules ask about comments. What readers are shown is asked in ``pages``, what
moderators are shown in ``desk``.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased, defer, joinedload

from ..accounts.models import Role, User
from ..database import session
from ..posts.models import Post
from ..posts.queries import LIGHT
from ..site.models import SITE_ID, Site
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
    """Somebody that a visitor may be, or only go by: the name under which a comment
    with the same address was approved, or else of an account, perhaps with the address.
    """

    name: str
    was_approved: bool
    has_address: bool


class First(NamedTuple):
    """A comment that says what a new one says."""

    id: int
    created_at: datetime


class Ground(NamedTuple):
    """All that a new comment is checked against, as it is now: its post without the
    texts, the settings, whether it may answer what it answers, and the newest comment
    that says the same at the same place, except in the trash.
    """

    post: Post
    site: Site
    is_answerable: bool
    first: First | None


# Asked about every new comment; made once, as making one takes longer than asking it.
_IS_ANSWERABLE = exists().where(
    Comment.id == bindparam("parent_id"),
    Comment.post_id == Post.id,
    Comment.status == Status.APPROVED,
    Comment.kind == Kind.COMMENT,
)
_first = aliased(Comment)
_FIRST_ID = (
    select(Comment.id)
    .where(
        Comment.post_id == Post.id,
        Comment.parent_id.is_not_distinct_from(bindparam("parent_id")),
        Comment.folded == bindparam("digest"),
        Comment.status != Status.TRASH,
    )
    .order_by(Comment.created_at.desc(), Comment.id.desc())
    .limit(1)
    .correlate(Post)
    .scalar_subquery()
)
_GROUND = (
    select(Post, Site, _IS_ANSWERABLE, _first.id, _first.created_at)
    .select_from(Post)
    .join(Site, Site.id == SITE_ID)
    .outerjoin(_first, _first.id == _FIRST_ID)
    .where(Post.id == bindparam("post_id"))
    .options(*LIGHT)
)
_NEWEST_APPROVED = (
    select(Comment.author)
    .where(Comment.email == bindparam("email"), Comment.status == Status.APPROVED)
    .order_by(Comment.id.desc())
    .limit(COMMENTS_LOOKED_AT)
    .subquery()
)
_APPROVED_NAMES = (
    select(_NEWEST_APPROVED.c.author).distinct().limit(NAMES_LOOKED_AT).subquery()
)
_HAS_ADDRESS = func.lower(User.email) == bindparam("email")
_NAMESAKES = union_all(
    select(_APPROVED_NAMES.c.author, true(), false()),
    select(User.display_name, false(), func.coalesce(_HAS_ADDRESS, false())).where(
        or_(User.role != Role.SUBSCRIBER, _HAS_ADDRESS)
    ),
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


def answerable(comment_id: int, post: Post) -> Comment | None:
    """The comment of that id, if it is shown in the thread of ``post``, so that a reply
    can stand below it.
    """
    return session.scalar(
        select(Comment).where(
            Comment.id == comment_id,
            Comment.post_id == post.id,
            Comment.status == Status.APPROVED,
            Comment.kind == Kind.COMMENT,
        )
    )


def ground(
    post_id: int, parent_id: int | None, digest: str | None = None
) -> Ground | None:
    """What a comment below a post is checked against, in one question. Without a
    ``digest`` of what it says, nothing says the same. ``None`` if there is no post.
    """
    values = {"post_id": post_id, "parent_id": parent_id, "digest": digest}
    row = session.execute(_GROUND, values).first()
    if row is None:
        return None
    post, site, is_answerable, first_id, first_at = row
    first = None if first_id is None else First(first_id, first_at)
    return Ground(post, site, parent_id is None or is_answerable, first)


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
    """The names under which comments with this email address were approved: of a
    thousand of them, the newest. And everybody who writes here, and whoever has an
    account with this address. "" is no address, and nobody has it.
    """
    rows = session.execute(_NAMESAKES, {"email": email or None})
    return [
        Namesake(name, bool(was_approved), bool(has_address))
        for name, was_approved, has_address in rows
    ]


def answered(comment_ids: Collection[int]) -> Sequence[int]:
    """Those of the comments that something answers directly, in whatever state."""
    reply = aliased(Comment)
    return session.scalars(
        select(Comment.id).where(
            Comment.id.in_(comment_ids), exists().where(reply.parent_id == Comment.id)
        )
    ).all()
