"""The writer's desk: questions about posts and pages in every state, for those who may
see them. What readers are shown is asked in ``queries``.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.models import User
from ..accounts.permissions import TABLE, Action, Reach
from ..database import session
from ..paging import Page, last_page
from .models import Category, Kind, Post, PostCategory, PostTag, Status, Tag
from .queries import LIGHT

PAGE_SIZE = 20


class Shelf(StrEnum):
    """A state as the writer thinks of it; ``ALL`` is everything but the trash."""

    ALL = "all"
    PUBLIC = "public"
    SCHEDULED = "scheduled"
    DRAFT = "draft"
    TRASH = "trash"


def shelf_of(post: Post, now: datetime) -> Shelf:
    """The shelf a post lies on, other than ``ALL``."""
    return Shelf.SCHEDULED if post.is_scheduled(now) else Shelf(post.status)


def counts(kind: Kind, author_id: int | None, now: datetime) -> Mapping[Shelf, int]:
    """How many lie on each shelf, of one author or (``None``) of all. One query."""
    later = (Post.published_at > now).label("later")
    rows = session.execute(
        select(Post.status, later, func.count())
        .where(Post.kind == kind, *_by(author_id))
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


def page(
    kind: Kind,
    shelf: Shelf,
    number: int,
    *,
    total: int,
    author_id: int | None,
    now: datetime,
) -> Page[Post] | None:
    """Page ``number`` of a shelf that holds ``total``; ``None`` past the last page."""
    pages = last_page(total, PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    start = (number - 1) * PAGE_SIZE
    return Page(
        _lying_on(kind, shelf, author_id, now, PAGE_SIZE, start), number, pages, total
    )


def first(
    kind: Kind, shelf: Shelf, number: int, *, author_id: int | None, now: datetime
) -> Sequence[Post]:
    """The uppermost ``number`` on a shelf."""
    return _lying_on(kind, shelf, author_id, now, number, 0)


def writers() -> Sequence[User]:
    """Everybody who may write, by name."""
    roles = [role for role, reach in TABLE[Action.WRITE].items() if reach != Reach.NONE]
    return session.scalars(
        select(User)
        .where(User.disabled_at.is_(None), User.role.in_(roles))
        .order_by(User.display_name, User.id)
    ).all()


def category_sizes() -> Mapping[int, int]:
    """How many posts outside the trash each category's id has; none is left out."""
    return _sizes(
        select(PostCategory.category_id, func.count())
        .join(Post, Post.id == PostCategory.post_id)
        .group_by(PostCategory.category_id)
    )


def tag_sizes() -> Mapping[int, int]:
    """How many posts outside the trash each tag's id has; none is left out."""
    return _sizes(
        select(PostTag.tag_id, func.count())
        .join(Post, Post.id == PostTag.post_id)
        .group_by(PostTag.tag_id)
    )


def public_tag_ids(now: datetime) -> Set[int]:
    """The ids of the tags that a public post has; only these have an archive."""
    tagged = select(PostTag.tag_id).where(PostTag.published_at <= now).distinct()
    return set(session.scalars(tagged))


def category(category_id: int) -> Category | None:
    """The category of that id."""
    return session.get(Category, category_id)


def tag(tag_id: int) -> Tag | None:
    """The tag of that id."""
    return session.get(Tag, tag_id)


def _sizes(counted: Select[int, int]) -> Mapping[int, int]:
    rows = session.execute(counted.where(Post.status != Status.TRASH))
    return dict(rows.all())


def _lying_on(
    kind: Kind,
    shelf: Shelf,
    author_id: int | None,
    now: datetime,
    limit: int,
    start: int,
) -> Sequence[Post]:
    # The ids come from an index alone; sorting whole rows would read every text.
    order = _order(shelf)
    ids = (
        select(Post.id)
        .where(Post.kind == kind, *_on(shelf, now), *_by(author_id))
        .order_by(*order)
        .limit(limit)
        .offset(start)
    )
    return session.scalars(
        select(Post)
        .where(Post.id.in_(ids))
        .options(*LIGHT, joinedload(Post.author), selectinload(Post.category_links))
        .order_by(*order)
    ).all()


def _on(shelf: Shelf, now: datetime) -> list[ColumnElement[bool]]:
    match shelf:
        case Shelf.ALL:
            return [Post.status.in_([Status.DRAFT, Status.PUBLIC])]
        case Shelf.PUBLIC:
            return [Post.status == Status.PUBLIC, Post.published_at <= now]
        case Shelf.SCHEDULED:
            return [Post.status == Status.PUBLIC, Post.published_at > now]
        case _:
            return [Post.status == Status(shelf)]


def _order(shelf: Shelf) -> tuple[ColumnElement[Any], ...]:
    """What needs a hand comes first: the next to appear, the last touched."""
    match shelf:
        case Shelf.ALL:
            return (
                Post.published_at.is_not(None),
                Post.published_at.desc(),
                Post.id.desc(),
            )
        case Shelf.SCHEDULED:
            return (Post.published_at.asc(), Post.id.asc())
        case Shelf.DRAFT:
            return (Post.edited_at.desc(), Post.id.desc())
        case Shelf.TRASH:
            return (Post.trashed_at.desc(), Post.id.desc())
        case _:
            return (Post.published_at.desc(), Post.id.desc())


def _by(author_id: int | None) -> list[ColumnElement[bool]]:
    return [] if author_id is None else [Post.author_id == author_id]
