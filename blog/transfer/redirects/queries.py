"""The redirects there are, with what they lead to."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from ...accounts.models import User
from ...database import session
from ...media.models import MediaItem
from ...paging import Page, last_page
from ...posts import permalinks
from ...posts import queries as posts
from ...posts.models import Category, Post, Series, Tag
from ...site.models import REDIRECT_TARGETS, Redirect
from ...text.folding import fold

Thing = TypeVar("Thing", Post, Category, Tag, Series, User, MediaItem)

PAGE_SIZE = 50
_AT_ONCE = 500


class Led(NamedTuple):
    """A redirect, the address to which it leads by now ("" for none), and what stands
    there, "" if that has no title.
    """

    row: Redirect
    to: str
    title: str


def page(words: str, number: int) -> Page[Led] | None:
    """One page of those in whose addresses or titles the words stand, the newest first;
    ``None`` past the last.
    """
    total = count(words)
    last = last_page(total, PAGE_SIZE)
    if not 1 <= number <= last:
        return None
    rows = session.scalars(
        _found(words)
        .order_by(Redirect.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(led(rows), number, last, total)


def count(words: str = "") -> int:
    """How many there are of them."""
    found = _found(words).with_only_columns(func.count(Redirect.id))
    return session.scalar(found) or 0


def everything() -> Iterator[Led]:
    """All of them, by their old address."""
    last = ""
    while rows := session.scalars(
        select(Redirect)
        .where(Redirect.path > last)
        .order_by(Redirect.path)
        .limit(_AT_ONCE)
    ).all():
        yield from led(rows)
        last = rows[-1].path


def those(ids: Sequence[int]) -> Sequence[Redirect]:
    """Those of these numbers that are there."""
    return session.scalars(
        select(Redirect).where(Redirect.id.in_(ids)).order_by(Redirect.id)
    ).all()


def by_id(redirect_id: int) -> Redirect | None:
    """The redirect of that number."""
    return session.get(Redirect, redirect_id)


def known(path: str) -> Redirect | None:
    """The redirect from an address as ``redirects.key`` writes it."""
    return session.scalar(select(Redirect).where(Redirect.path == path))


def led(rows: Sequence[Redirect]) -> Sequence[Led]:
    """The redirects with what they lead to; a query for each kind of thing."""
    things: dict[str, dict[int, tuple[str, str]]] = {
        "post_id": {
            post.id: (permalinks.post_url(post), post.title or post.slug)
            for post in _things(Post, rows, "post_id")
        },
        "category_id": {
            each.id: (permalinks.category_url(each), each.name)
            for each in _things(Category, rows, "category_id")
        },
        "tag_id": {
            each.id: (permalinks.tag_url(each), each.name)
            for each in _things(Tag, rows, "tag_id")
        },
        "series_id": {
            each.id: (permalinks.series_url(each), each.name)
            for each in _things(Series, rows, "series_id")
        },
        "user_id": {
            each.id: (permalinks.author_url(each), each.display_name)
            for each in _things(User, rows, "user_id")
        },
        "media_id": {
            each.id: (each.path, each.name)
            for each in _things(MediaItem, rows, "media_id")
        },
    }
    found = []
    for row in rows:
        to, title = row.to or "", ""
        for name, those_of_kind in things.items():
            to, title = those_of_kind.get(getattr(row, name), (to, title))
        found.append(Led(row, to, title))
    return found


def _things(kind: type[Thing], rows: Sequence[Redirect], name: str) -> Sequence[Thing]:
    ids = {getattr(row, name) for row in rows} - {None}
    if not ids:
        return []
    found = select(kind).where(kind.id.in_(ids))
    if kind is Post:
        found = found.options(*posts.LIGHT, joinedload(Post.author))
    return session.scalars(found).all()


def _found(words: str) -> Select[Redirect]:
    found = select(Redirect)
    if not words:
        return found
    titled = select(Post.id).where(Post.title.icontains(words, autoescape=True))
    named = select(Post.id).where(Post.slug.contains(fold(words), autoescape=True))
    return found.where(
        or_(
            Redirect.path.icontains(words, autoescape=True),
            Redirect.to.icontains(words, autoescape=True),
            Redirect.post_id.in_(titled),
            Redirect.post_id.in_(named),
        )
    )


def leads(row: Redirect) -> bool:
    """Whether what a redirect leads to is there."""
    with session.no_autoflush:
        named = any(getattr(row, name) for name in REDIRECT_TARGETS if name != "to")
        return not named or bool(led([row])[0].to)
