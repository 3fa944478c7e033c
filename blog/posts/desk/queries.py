"""The writer's desk: questions about posts and pages in every state, for those who may
see them. What readers are shown is asked in ``queries``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from ...accounts.models import User
from ...accounts.permissions import TABLE, Action, Reach
from ...database import session
from ...paging import Page, last_page
from ..models import Category, Kind, Post, Status, Tag
from ..queries import LIGHT, written_by
from .filters import Clauses, Order

PAGE_SIZE = 20

Conditions = Iterable[ColumnElement[bool]]


class Shelf(StrEnum):
    """A state as the writer thinks of it; ``ALL`` is everything but the trash."""

    ALL = "all"
    PUBLIC = "public"
    SCHEDULED = "scheduled"
    PENDING = "pending"
    DRAFT = "draft"
    PRIVATE = "private"
    TRASH = "trash"


def shelf_of(post: Post, now: datetime) -> Shelf:
    """The shelf a post lies on, other than ``ALL``."""
    return Shelf.SCHEDULED if post.is_scheduled(now) else Shelf(post.status)


def counts(
    kind: Kind, author_id: int | None, now: datetime, conditions: Conditions = ()
) -> Mapping[Shelf, int]:
    """How many lie on each shelf, of one author or (``None``) of all, that fulfil the
    ``conditions``. One query.
    """
    later = (Post.published_at > now).label("later")
    rows = session.execute(
        select(Post.status, later, func.count())
        .where(Post.kind == kind, *_by(author_id), *conditions)
        .group_by(Post.status, later)
    )
    found = dict.fromkeys(Shelf, 0)
    for status, is_later, number in rows:
        if status == Status.PUBLIC:
            found[Shelf.SCHEDULED if is_later else Shelf.PUBLIC] += number
        else:
            found[Shelf(status)] += number
        if status != Status.TRASH:
            found[Shelf.ALL] += number
    return found


def waiting() -> Mapping[Kind, int]:
    """How many posts and pages of all authors wait for a review. One query."""
    rows = session.execute(
        select(Post.kind, func.count())
        .where(Post.kind.in_(Kind), Post.status == Status.PENDING)
        .group_by(Post.kind)
    )
    return dict.fromkeys(Kind, 0) | dict(rows.all())


def page(
    kind: Kind,
    shelf: Shelf,
    number: int,
    *,
    total: int,
    author_id: int | None,
    now: datetime,
    conditions: Conditions = (),
    order: Order | None = None,
) -> Page[Post] | None:
    """Page ``number`` of what lies on a shelf and fulfils the ``conditions``, which is
    ``total``; ``None`` past the last page. Without an ``order`` it stands as the shelf
    wants it.
    """
    pages = last_page(total, PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    if total == 0:
        return Page([], number, pages, total)
    items = _lying_on(
        kind,
        shelf,
        [*_by(author_id), *conditions],
        now,
        order.clauses if order else _order(shelf),
        limit=PAGE_SIZE,
        start=(number - 1) * PAGE_SIZE,
    )
    return Page(items, number, pages, total)


def ids(
    kind: Kind,
    shelf: Shelf,
    *,
    author_id: int | None,
    now: datetime,
    conditions: Conditions = (),
) -> Sequence[int]:
    """The ids of all that lies on a shelf and fulfils the ``conditions``, the first
    made first.
    """
    return session.scalars(
        select(Post.id)
        .where(Post.kind == kind, *_on(shelf, now), *_by(author_id), *conditions)
        .order_by(Post.id)
    ).all()


def first(
    kind: Kind, shelf: Shelf, number: int, *, author_id: int | None, now: datetime
) -> Sequence[Post]:
    """The uppermost ``number`` on a shelf."""
    return _lying_on(
        kind, shelf, _by(author_id), now, _order(shelf), limit=number, start=0
    )


def selected(kind: Kind, ids: Iterable[int]) -> Sequence[Post]:
    """The posts or pages of these ids, in whatever state, the first made first."""
    return session.scalars(
        select(Post)
        .where(Post.kind == kind, Post.id.in_(list(ids)))
        .options(
            *LIGHT,
            joinedload(Post.author),
            selectinload(Post.category_links),
            selectinload(Post.tag_links),
            selectinload(Post.bylines),
        )
        .order_by(Post.id)
    ).all()


def writers() -> Sequence[User]:
    """Everybody who may write, by name."""
    return session.scalars(_by_name().where(_may_write())).all()


def authors() -> Sequence[User]:
    """Everybody who may write or who once wrote something, by name."""
    wrote = exists().where(Post.author_id == User.id)
    return session.scalars(_by_name().where(or_(_may_write(), wrote))).all()


def category(category_id: int) -> Category | None:
    """The category of that id."""
    return session.get(Category, category_id)


def tag(tag_id: int) -> Tag | None:
    """The tag of that id."""
    return session.get(Tag, tag_id)


def _by_name() -> Select[User]:
    return select(User).order_by(User.display_name, User.id)


def _may_write() -> ColumnElement[bool]:
    roles = [role for role, reach in TABLE[Action.WRITE].items() if reach != Reach.NONE]
    return User.disabled_at.is_(None) & User.role.in_(roles)


def _lying_on(
    kind: Kind,
    shelf: Shelf,
    conditions: Conditions,
    now: datetime,
    order: Clauses,
    *,
    limit: int,
    start: int,
) -> Sequence[Post]:
    # The ids come from an index alone; sorting whole rows would read every text.
    ids = (
        select(Post.id)
        .where(Post.kind == kind, *_on(shelf, now), *conditions)
        .order_by(*order)
        .limit(limit)
        .offset(start)
    )
    return session.scalars(
        select(Post)
        .where(Post.id.in_(ids))
        .options(
            *LIGHT,
            joinedload(Post.author),
            selectinload(Post.category_links),
            selectinload(Post.bylines),
        )
        .order_by(*order)
    ).all()


def _on(shelf: Shelf, now: datetime) -> list[ColumnElement[bool]]:
    match shelf:
        case Shelf.ALL:
            return [Post.status.in_([each for each in Status if each != Status.TRASH])]
        case Shelf.PUBLIC:
            return [Post.status == Status.PUBLIC, Post.published_at <= now]
        case Shelf.SCHEDULED:
            return [Post.status == Status.PUBLIC, Post.published_at > now]
        case _:
            return [Post.status == Status(shelf)]


def _order(shelf: Shelf) -> Clauses:
    """What needs a hand comes first: the next to appear, what waits longest, the last
    touched."""
    match shelf:
        case Shelf.ALL:
            return (
                Post.published_at.is_not(None),
                Post.published_at.desc(),
                Post.id.desc(),
            )
        case Shelf.SCHEDULED:
            return (Post.published_at.asc(), Post.id.asc())
        case Shelf.PENDING:
            return (Post.edited_at.asc(), Post.id.asc())
        case Shelf.DRAFT:
            return (Post.edited_at.desc(), Post.id.desc())
        case Shelf.TRASH:
            return (Post.trashed_at.desc(), Post.id.desc())
        case _:
            return (Post.published_at.desc(), Post.id.desc())


def _by(author_id: int | None) -> list[ColumnElement[bool]]:
    return [] if author_id is None else [written_by(author_id)]
