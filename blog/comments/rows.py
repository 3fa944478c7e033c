"""The rows of a conversation that is read, a piece at a time: so long that nobody reads
it as a whole, and not the database either.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    bindparam,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.orm import aliased

from ..database import session
from ..posts.models import Post
from .models import BEGINS_A_THREAD, IS_A_MENTION, IS_READ, Comment, Kind, Status

# So many comments that are not shown are looked through, one above another.
STEPS_UP = 10
# From so many on it pays to know from which end to count.
MANY = 2_000

# What is true of some comments.
Among = tuple[ColumnElement[bool] | TextClause, ...]
# Of each, the columns below.
Rows = Sequence[Any]

_IN_ORDER = (Comment.created_at, Comment.id)
_COLUMNS = (
    Comment.id,
    Comment.parent_id,
    Comment.created_at,
    Comment.author,
    Comment.url,
    Comment.html,
    Comment.user_id,
    Comment.kind,
    Comment.root_id,
    Comment.email,
    Comment.status,
    Comment.thread_count,
)


# Made once: to build one takes longer than to ask it.
_ROWS = select(*_COLUMNS).select_from(Comment)
_COUNT = select(func.count()).select_from(Comment)
_TIME = select(Comment.created_at).limit(1)
_BEGINNINGS, _READ, _MENTIONS = map(text, (BEGINS_A_THREAD, IS_READ, IS_A_MENTION))


def _first_replies() -> Any:
    begin, reply = aliased(Comment), aliased(Comment)
    first = (
        select(reply.id)
        .where(reply.root_id == begin.id, reply.status == Status.APPROVED)
        .order_by(reply.created_at, reply.id)
        .limit(bindparam("limit"))
        .correlate(begin)
    )
    return (
        select(*_COLUMNS)
        .select_from(begin)
        .join(Comment, Comment.id.in_(first))
        .where(begin.id.in_(bindparam("thread_ids", expanding=True)))
        .order_by(*_IN_ORDER)
    )


def _above() -> Any:
    up = aliased(Comment)
    way = (
        select(
            Comment.id,
            Comment.parent_id,
            Comment.status,
            literal(1).label("step"),
        )
        .where(
            Comment.id.in_(bindparam("ids", expanding=True)),
            Comment.kind == Kind.COMMENT,
        )
        .cte(recursive=True)
    )
    way = way.union(
        select(up.id, up.parent_id, up.status, way.c.step + 1).where(
            up.id == way.c.parent_id,
            up.kind == Kind.COMMENT,
            way.c.status != Status.APPROVED,
            way.c.step < STEPS_UP,
        )
    )
    return _ROWS.where(Comment.id.in_(select(way.c.id)))


_FIRST_REPLIES, _ABOVE = _first_replies(), _above()


def beginnings(post: Post) -> Among:
    """What begins a thread that is shown below a post."""
    return Comment.post_id == post.id, _BEGINNINGS


def flat(post: Post) -> Among:
    """Every comment that is read below a post."""
    return Comment.post_id == post.id, _READ


def mentions(post: Post) -> Among:
    """What other sites sent, and is shown."""
    return Comment.post_id == post.id, _MENTIONS


def below(begin_id: int) -> Among:
    """The replies that are read in a thread."""
    return Comment.root_id == begin_id, Comment.status == Status.APPROVED


def count(among: Among) -> int:
    """How many there are."""
    return session.scalar(_COUNT.where(*among)) or 0


def before(comment: Comment, among: Among, total: int = 0) -> int:
    """How many of ``among``, which are ``total``, come before one of them. Of many it
    counts those after it where it seems to be nearer to the end.
    """
    at = Comment.created_at
    counted = _COUNT.where(*among)
    if total > MANY:
        times = _TIME.where(*among)
        first = session.scalars(times.order_by(*_IN_ORDER)).one()
        end = session.scalars(times.order_by(at.desc(), Comment.id.desc())).one()
        if comment.created_at - first > end - comment.created_at:
            later = counted.where(at > comment.created_at)
            same = counted.where(at == comment.created_at, Comment.id > comment.id)
            return max(total - 1 - _sum(later, same), 0)
    earlier = counted.where(at < comment.created_at)
    same = counted.where(at == comment.created_at, Comment.id < comment.id)
    return _sum(earlier, same)


def first(among: Among, start: int, size: int) -> Rows:
    """So many of ``among`` from ``start`` on, in the order of time."""
    rows = _ROWS.where(*among).order_by(*_IN_ORDER)
    return session.execute(rows.offset(start).limit(size)).all()


def piece(among: Among, total: int, start: int, size: int) -> Rows:
    """So many of ``among``, which are ``total`` in all, from ``start`` on. It is the
    nearer end that they are read from.
    """
    size = min(size, max(total - start, 0))
    after = total - start - size
    if start <= after:
        return first(among, start, size)
    backwards = (each.desc() for each in _IN_ORDER)
    rows = _ROWS.where(*among).order_by(*backwards)
    return session.execute(rows.offset(after).limit(size)).all()[::-1]


def one(comment_id: int) -> Any:
    """The row of a comment that is there."""
    return session.execute(_ROWS.where(Comment.id == comment_id)).one()


def first_replies(thread_ids: Iterable[int], limit: int) -> Rows:
    """The first replies of each thread, in the order of time."""
    asked = {"thread_ids": list(thread_ids), "limit": limit}
    return session.execute(_FIRST_REPLIES, asked).all()


def above(ids: Iterable[int | None]) -> Rows:
    """These comments, and what stands above those of them that are not shown, up to the
    first that is.
    """
    return session.execute(_ABOVE, {"ids": list(ids)}).all()


def _sum(*counted: Select[Any]) -> int:
    """What two counts come to. A comparison of pairs would look at every entry."""
    one, other = (each.scalar_subquery() for each in counted)
    return session.scalar(select(one + other)) or 0
