"""The moderator's desk: questions about comments in every state, for those who may see
them. What readers are shown is asked in ``queries``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import defer, joinedload

from ...accounts.models import User
from ...accounts.permissions import Action, Reach, may, reach
from ...database import session
from ...paging import Page, last_page
from ...posts.models import Post
from ...posts.models import Status as PostStatus
from ...posts.queries import LIGHT, written_by
from ...search import index
from ...site.queries import settings
from ..decisions import Rule
from ..models import Comment, CommentEvent, EventKind, Kind, Status
from ..own import personal

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


class Held(StrEnum):
    """What kept a comment from being read at once."""

    FIRST = "first"
    LINKS = "links"
    WORDS = "words"
    FILTER = "filter"
    AKISMET = "akismet"
    IMITATION = "imitation"
    ALL = "all"

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that it stands for; none for Akismet, which comes after them."""
        match self:
            case Held.FIRST:
                return (Rule.FIRST_COMMENT,)
            case Held.LINKS:
                return (Rule.MAX_LINKS,)
            case Held.WORDS:
                return (Rule.MODERATION_KEYS, Rule.DISALLOWED)
            case Held.FILTER:
                return (Rule.SPAM_FILTER,)
            case Held.IMITATION:
                return (Rule.IMITATION,)
            case Held.ALL:
                return (Rule.MODERATION,)
            case Held.AKISMET:
                return ()


class Order(StrEnum):
    """From which end a list is read."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Filters:
    """Which comments of a shelf are shown: all, or those that everything named here is
    true of. ``words`` are looked for in what the person may see of a comment. ``by`` is
    the id of a comment whose writer is meant, so that no address stands in an address.
    The days are the site's, and both belong to it.
    """

    group: Group | None = None
    post_id: int | None = None
    words: str = ""
    held: Held | None = None
    by: int | None = None
    since: date | None = None
    until: date | None = None

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


def written(user: User | None, comment_id: int) -> Comment | None:
    """A comment that a person may moderate and whose writer they may know."""
    if not may(user, Action.SEE_COMMENTER):
        return None
    return next(iter(found(user, [comment_id])), None)


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
    if filters.held is not None:
        conditions.append(_is_held(filters.held))
    if filters.by is not None:
        conditions.append(_is_by(filters.by, user))
    return [*conditions, *_in_days(filters)]


def _is_held(held: Held) -> ColumnElement[bool]:
    if held == Held.AKISMET:
        event = [
            CommentEvent.kind == EventKind.AKISMET,
            CommentEvent.status.is_not(None),
            CommentEvent.status != Status.APPROVED,
        ]
    else:
        said = [f'"rule": "{rule}"' for rule in held.rules]
        event = [
            CommentEvent.kind == EventKind.RECEIVED,
            or_(
                *(
                    CommentEvent.details.contains(words, autoescape=True)
                    for words in said
                )
            ),
        ]
    return Comment.id.in_(select(CommentEvent.comment_id).where(*event))


def _is_by(comment_id: int, user: User | None) -> ColumnElement[bool]:
    # Who is told what else somebody wrote is told who is who.
    comment = written(user, comment_id)
    return false() if comment is None else personal.is_by(personal.writer_of(comment))


def _in_days(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.since is not None:
        yield Comment.created_at >= _beginning(filters.since)
    if filters.until is not None:
        yield Comment.created_at < _beginning(filters.until + timedelta(days=1))


def _beginning(day: date) -> datetime:
    """When a day begins in the site's zone, in UTC."""
    zone = ZoneInfo(settings().timezone)
    return datetime.combine(day, time(), zone).astimezone(UTC)


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
            return posts.where(written_by(user.id))
        case _:
            return posts.where(false())
