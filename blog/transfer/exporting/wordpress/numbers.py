"""The numbers that things have in an export. In WordPress posts, files and entries of
menus share one sequence, and so do all that things are filed under.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import func, select

from ....accounts.models import User
from ....database import session
from ....media.models import MediaItem
from ....posts.models import Category, Post, Series, Tag
from ....site.models import Menu, MenuItem

# Files come behind so many posts, so that one more post gives none another number.
_ROOM = 1_000_000


class Numbers(NamedTuple):
    """Posts and comments keep theirs. ``files`` and ``entries`` are added to those of
    files and entries of menus; all others count from one, in their order.
    """

    files: int
    entries: int
    users: dict[int, int]
    categories: dict[int, int]
    tags: dict[int, int]
    series: dict[int, int]
    menus: dict[Menu, int]


def numbers() -> Numbers:
    """Those of everything that is here."""
    room = _ROOM
    highest = max(_highest(Post), _highest(MediaItem), _highest(MenuItem))
    while room <= highest:
        room *= 10
    users = _counted(session.scalars(select(User.id).order_by(User.id)), 0)
    categories = _counted(session.scalars(select(Category.id).order_by(Category.id)), 0)
    above = len(categories)
    tags = _counted(session.scalars(select(Tag.id).order_by(Tag.id)), above)
    above += len(tags)
    series = _counted(session.scalars(select(Series.id).order_by(Series.id)), above)
    above += len(series)
    menus = {menu: above + place for place, menu in enumerate(Menu, 1)}
    return Numbers(room, 2 * room, users, categories, tags, series, menus)


def _counted(ids: Iterable[int], above: int) -> dict[int, int]:
    return {id: above + place for place, id in enumerate(ids, 1)}


def _highest(kind: type[Post] | type[MediaItem] | type[MenuItem]) -> int:
    return session.scalar(select(func.max(kind.id))) or 0
