"""What an export asks of the database: everything, a page at a time, by its number."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import joinedload, selectinload

from ....accounts.models import User
from ....comments.models import Comment
from ....database import session
from ....media.models import MediaItem
from ....posts.editorial.models import Note
from ....posts.models import Category, Post, Series, Tag
from ....site.models import MenuItem, Redirect

_PAGE = 100
_COMMENTS = (
    *(Comment.id, Comment.post_id, Comment.parent_id, Comment.user_id),
    *(Comment.kind, Comment.status, Comment.previous_status, Comment.reason),
    *(Comment.author, Comment.email, Comment.url, Comment.ip, Comment.user_agent),
    *(Comment.format, Comment.source, Comment.html, Comment.signals),
    *(Comment.created_at, Comment.edited_at),
)


def users() -> Sequence[User]:
    """Everybody with an account."""
    return session.scalars(select(User).order_by(User.id)).all()


def categories() -> Sequence[Category]:
    return session.scalars(select(Category).order_by(Category.id)).all()


def tags() -> Sequence[Tag]:
    return session.scalars(select(Tag).order_by(Tag.id)).all()


def series() -> Sequence[Series]:
    return session.scalars(select(Series).order_by(Series.id)).all()


def entries() -> Sequence[MenuItem]:
    """The entries of the menus, from top to bottom."""
    order = (MenuItem.menu, MenuItem.position, MenuItem.id)
    return session.scalars(select(MenuItem).order_by(*order)).all()


def files() -> Iterator[Sequence[MediaItem]]:
    """The files of the library, in pages."""
    last = 0
    while page := session.scalars(
        select(MediaItem).where(MediaItem.id > last).order_by(MediaItem.id).limit(_PAGE)
    ).all():
        last = page[-1].id
        yield page
        session.expunge_all()  # what was written is not held


def posts() -> Iterator[Sequence[Post]]:
    """Posts and pages with what they are filed under, in pages."""
    last = 0
    while page := session.scalars(_posts().where(Post.id > last).limit(_PAGE)).all():
        last = page[-1].id
        yield page
        session.expunge_all()


def _posts() -> Select[Post]:
    return (
        select(Post)
        .options(
            joinedload(Post.author),
            joinedload(Post.series),
            selectinload(Post.category_links),
            selectinload(Post.tag_links),
            selectinload(Post.bylines),
            joinedload(Post.social_picture),
        )
        .order_by(Post.id)
    )


class Talk:
    """All that was said below a page of posts, of whatever status: to be asked for by
    post, in the order of the posts' numbers. Few of it is held at a time.
    """

    def __init__(self, post_ids: Sequence[int]) -> None:
        rows: Iterable[Row[Any]] = session.execute(
            select(*_COMMENTS)
            .where(Comment.post_id.in_(post_ids))
            .order_by(Comment.post_id, Comment.id),
            execution_options={"yield_per": _PAGE},
        )
        self._groups = groupby(rows, key=attrgetter("post_id"))
        self._ahead = next(self._groups, None)

    def below(self, post_id: int) -> Iterator[Row[Any]]:
        """What was said below a post, in the order in which it came."""
        if self._ahead is not None and self._ahead[0] == post_id:
            yield from self._ahead[1]
            self._ahead = next(self._groups, None)


def notes(post_ids: Sequence[int]) -> dict[int, list[Note]]:
    """The notes in the margin of posts, by post, the first made first."""
    found: dict[int, list[Note]] = {}
    for note in session.scalars(
        select(Note).where(Note.post_id.in_(post_ids)).order_by(Note.id)
    ):
        found.setdefault(note.post_id, []).append(note)
    return found


def old_paths(name: str, ids: Sequence[int] | None = None) -> dict[int, list[str]]:
    """The addresses that lead to things of a kind (``"post_id"``), by thing; to all of
    the kind if none are named.
    """
    column = getattr(Redirect, name)
    which = column.is_not(None) if ids is None else column.in_(ids)
    found: dict[int, list[str]] = {}
    for path, to in session.execute(
        select(Redirect.path, column).where(which).order_by(Redirect.path)
    ):
        found.setdefault(to, []).append(path)
    return found
