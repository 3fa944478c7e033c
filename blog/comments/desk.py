"""The moderator's desk: questions about comments in every state, for those who may see
them. What readers are shown is asked in ``queries``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import defer, joinedload

from ..accounts.models import User
from ..accounts.permissions import Action, Reach, may, reach
from ..database import session
from ..paging import Page, last_page
from ..posts.models import Post
from ..posts.models import Status as PostStatus
from ..posts.queries import LIGHT
from ..search import index
from .models import Comment, Kind, Status

PAGE_SIZE = 20


class Shelf(StrEnum):
    """A state as the moderator thinks of it; ``ALL`` is what nobody threw out."""

    PENDING = "pending"
    APPROVED = "approved"
    SPAM = "spam"
    TRASH = "trash"
    ALL = "all"

    @property
    def statuses(self) -> tuple[Status, ...]:
        """What stands on it."""
        if self == Shelf.ALL:
            return (Status.PENDING, Status.APPROVED)
        return (Status(self),)


class Group(StrEnum):
    """What people wrote, or what other sites sent."""

    COMMENTS = "comments"
    MENTIONS = "mentions"


class Order(StrEnum):
    """From which end a list is read."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Filters:
    """Which comments of a shelf are shown: all, or those that everything named here is
    true of. ``words`` are looked for in what the person may see of a comment.
    """

    group: Group | None = None
    post_id: int | None = None
    words: str = ""

    def __bool__(self) -> bool:
        """Whether they leave anything out."""
        return self != EVERYTHING


EVERYTHING = Filters()


def counts(user: User | None, filters: Filters = EVERYTHING) -> Mapping[Shelf, int]:
    """How many comments stand on each shelf, of those a person may moderate."""
    counted = (
        select(Comment.status, func.count())
        .where(*_shown(user, filters))
        .group_by(Comment.status)
    )
    found = dict(session.execute(counted).all())
    return {
        shelf: sum(found.get(status, 0) for status in shelf.statuses) for shelf in Shelf
    }


def waiting(user: User | None) -> int:
    """How many comments wait for a person's decision."""
    held = select(func.count()).where(
        Comment.status == Status.PENDING, _is_within_reach(user)
    )
    return session.scalar(held) or 0


def page(
    user: User | None,
    shelf: Shelf,
    number: int,
    *,
    total: int,
    filters: Filters = EVERYTHING,
    order: Order = Order.NEWEST,
) -> Page[Comment] | None:
    """Page ``number`` of a shelf that holds ``total``; ``None`` past the last page."""
    pages = last_page(total, PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    # The ids come from an index alone; sorting whole rows would read every text.
    ids = (
        select(Comment.id)
        .where(Comment.status.in_(shelf.statuses), *_shown(user, filters))
        .order_by(*_clauses(order))
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    comments = (
        select(Comment)
        .where(Comment.id.in_(ids))
        .order_by(*_clauses(order))
        .options(
            joinedload(Comment.post).options(*LIGHT),
            joinedload(Comment.parent).load_only(Comment.author),
            defer(Comment.source),
            defer(Comment.user_agent),
        )
    )
    return Page(session.scalars(comments).all(), number, pages, total)


def found(user: User | None, ids: Collection[int]) -> Sequence[Comment]:
    """Those of the comments that a person may moderate, with their posts."""
    comments = select(Comment).where(Comment.id.in_(ids), _is_within_reach(user))
    return session.scalars(
        comments.options(joinedload(Comment.post).options(*LIGHT))
    ).all()


def post(user: User | None, post_id: int) -> Post | None:
    """The post of that id, if the person may moderate what is said below it."""
    named = select(Post).where(Post.id == post_id, Post.id.in_(_posts(user)))
    return session.scalar(named.options(*LIGHT))


def newest_id(user: User | None, shelf: Shelf, filters: Filters) -> int:
    """The highest id of what stands on a shelf; 0 if nothing does."""
    newest = select(func.max(Comment.id)).where(
        Comment.status.in_(shelf.statuses), *_shown(user, filters)
    )
    return session.scalar(newest) or 0


def some(
    user: User | None, shelf: Shelf, filters: Filters, *, up_to_id: int, limit: int
) -> Sequence[Comment]:
    """At most ``limit`` comments of a shelf with no higher id, the first ones first,
    without their texts.
    """
    comments = (
        select(Comment)
        .where(
            Comment.status.in_(shelf.statuses),
            Comment.id <= up_to_id,
            *_shown(user, filters),
        )
        .options(defer(Comment.source), defer(Comment.html))
        .order_by(Comment.id)
        .limit(limit)
    )
    return session.scalars(comments).all()


def _clauses(order: Order) -> tuple[ColumnElement[Any], ...]:
    columns = (Comment.created_at, Comment.id)
    is_down = order == Order.NEWEST
    return tuple(each.desc() if is_down else each.asc() for each in columns)


def _shown(user: User | None, filters: Filters) -> list[ColumnElement[bool]]:
    """What is true of each comment that the filters leave in a person's lists."""
    conditions = [_is_within_reach(user)]
    if filters.group == Group.COMMENTS:
        conditions.append(Comment.kind == Kind.COMMENT)
    elif filters.group == Group.MENTIONS:
        conditions.append(Comment.kind != Kind.COMMENT)
    if filters.post_id is not None:
        conditions.append(Comment.post_id == filters.post_id)
    if filters.words:
        conditions.append(_says(filters.words, user))
    return conditions


def _says(words: str, user: User | None) -> ColumnElement[bool]:
    # Who finds a comment by an address knows the address.
    may_see = may(user, Action.SEE_COMMENTER)
    matching = index.comments_matching(words, addresses_too=may_see)
    return false() if matching is None else Comment.id.in_(matching)


def _is_within_reach(user: User | None) -> ColumnElement[bool]:
    return Comment.post_id.in_(_posts(user))


def _posts(user: User | None) -> Select[int]:
    """Below which posts a person may moderate. One in the trash has taken its comments
    along.
    """
    # A list of ids and no join: so SQLite counts by an index without reading comments.
    posts = select(Post.id).where(Post.status != PostStatus.TRASH)
    match reach(user, Action.MODERATE):
        case Reach.ANY:
            return posts
        case Reach.OWN if user is not None:
            return posts.where(Post.author_id == user.id)
        case _:
            return posts.where(false())
