"""What an entry of a menu can lead to, as its owner looks for it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import defer

from ...database import session
from ...site.models import MenuTarget
from ...text.folding import fold
from .. import permalinks, shapes
from ..desk import queries as desk
from ..desk.filters import Filters
from ..models import Category, Kind, Post, Series, Status, Tag

SHOWN = 8  # of each kind


class Choice(NamedTuple):
    """Something that can be put into a menu. ``kind`` tells pages from posts."""

    target: MenuTarget
    id: int
    name: str
    address: str
    kind: str


def found(words: str) -> list[Choice]:
    """What says these words, a few of each kind: pages and posts, the last changed
    first, then categories, tags, series and authors by name.
    """
    return [*_posts(words), *_named(words)]


def _posts(words: str) -> Iterable[Choice]:
    for kind in (Kind.PAGE, Kind.POST):
        posts = session.scalars(
            select(Post)
            .where(Post.kind == kind, Post.slug != "", Post.status != Status.TRASH)
            .where(*Filters(words=words).conditions(UTC))
            .options(defer(Post.source), defer(Post.html), defer(Post.lede))
            .order_by(Post.edited_at.desc(), Post.id.desc())
            .limit(SHOWN)
        )
        for post in posts:
            name, address = shapes.name(post), permalinks.post_url(post)
            yield Choice(MenuTarget.POST, post.id, name, address, kind)


def _named(words: str) -> Iterable[Choice]:
    wanted = fold(words).split()
    for kind, rows, name_of, address_of in _KINDS:
        named = sorted((fold(name_of(row)), row.id, row) for row in rows())
        kept = [each for each in named if all(word in each[0] for word in wanted)]
        for _folded, row_id, row in kept[:SHOWN]:
            yield Choice(kind, row_id, name_of(row), address_of(row), kind)


def _all(kind: type[Any]) -> Callable[[], Sequence[Any]]:
    return lambda: session.scalars(select(kind)).all()


_NAME: Callable[[Any], str] = attrgetter("name")
_Kind = tuple[
    MenuTarget, Callable[[], Sequence[Any]], Callable[[Any], str], Callable[[Any], str]
]
_KINDS: Sequence[_Kind] = (
    (MenuTarget.CATEGORY, _all(Category), _NAME, permalinks.category_url),
    (MenuTarget.TAG, _all(Tag), _NAME, permalinks.tag_url),
    (MenuTarget.SERIES, _all(Series), _NAME, permalinks.series_url),
    (
        MenuTarget.AUTHOR,
        desk.authors,
        attrgetter("display_name"),
        permalinks.author_url,
    ),
)
