"""What is written down, a portion at a time and in the order of ids, so that two
exports of one site are the same and none needs the memory of a whole site.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, defer, joinedload, selectinload

from ....accounts.models import User
from ....comments.models import Comment
from ....database import session
from ....media.models import MediaItem
from ....posts.models import Category, Kind, Post, Series, Tag
from ....site.models import MenuItem, Redirect

_PORTION = 200
_UNREAD = (defer(Post.html), defer(Post.lede), defer(Post.summary))
_OF_A_POST = (
    *_UNREAD,
    joinedload(Post.author),
    joinedload(Post.series),
    joinedload(Post.cover),
    joinedload(Post.social_picture),
    selectinload(Post.category_links),
    selectinload(Post.tag_links),
    selectinload(Post.bylines),
)
_OF_A_COMMENT = (defer(Comment.html),)

Row = TypeVar("Row", User, Category, Tag, Series, MediaItem, Post, Comment)


def number_of_posts() -> int:
    """How many posts and pages there are, in whatever state."""
    return session.scalar(select(func.count()).select_from(Post)) or 0


def posts() -> Iterator[Sequence[Post]]:
    """All posts and pages in portions, with what their heads say."""
    return _portions(select(Post).options(*_OF_A_POST), Post)


def page_tree() -> Mapping[int, tuple[str, int | None]]:
    """The slug and the parent of every page."""
    rows = select(Post.id, Post.slug, Post.parent_id).where(Post.kind == Kind.PAGE)
    return {each.id: (each.slug, each.parent_id) for each in session.execute(rows)}


def with_comments(post_ids: Collection[int]) -> set[int]:
    """The ids of those posts that have comments, in whatever state."""
    rows = select(Comment.post_id).where(Comment.post_id.in_(post_ids)).distinct()
    return set(session.scalars(rows))


def comments(post_id: int) -> Iterator[Comment]:
    """All comments below a post, in whatever state."""
    below = select(Comment).where(Comment.post_id == post_id)
    for portion in _portions(below.options(*_OF_A_COMMENT), Comment):
        yield from portion


def rows(model: type[Row]) -> Iterator[Sequence[Row]]:
    """All rows of people, terms or files, in portions."""
    return _portions(select(model), model)


def menu_items() -> Sequence[MenuItem]:
    """The entries of all menus."""
    return session.scalars(select(MenuItem).order_by(MenuItem.id)).all()


def old_addresses(
    column: InstrumentedAttribute[int | None], ids: Collection[int]
) -> dict[int, list[str]]:
    """The addresses that lead to rows, sorted, by the ids of these. ``column`` says
    which rows are meant, such as ``Redirect.post_id``.
    """
    found: dict[int, list[str]] = {}
    asked = select(column, Redirect.path).where(column.in_(ids))
    for row_id, path in session.execute(asked.order_by(Redirect.path)):
        if row_id is not None:
            found.setdefault(row_id, []).append(path)
    return found


def _portions(question: Select[Row], model: type[Row]) -> Iterator[Sequence[Row]]:
    """What is asked for, in the order of ids."""
    last = 0
    in_order = question.order_by(model.id).limit(_PORTION)
    while found := session.scalars(in_order.where(model.id > last)).all():
        yield found
        if len(found) < _PORTION:
            return
        last = found[-1].id
