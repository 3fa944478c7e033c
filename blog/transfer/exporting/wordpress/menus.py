"""Menus as an export has them: a term, and an item for every entry."""

from collections.abc import Iterator, Sequence
from itertools import count

from ....accounts.models import User
from ....database import session
from ....posts import permalinks
from ....posts.models import Post, Series
from ....security import absolute_url
from ....site.models import Menu, MenuItem, MenuTarget
from ...importing import ours
from . import elements
from .elements import Meta, element
from .numbers import Numbers
from .posts import filed

NAMES = {Menu.HEADER: "Header menu", Menu.FOOTER: "Footer menu"}


def written(entries: Sequence[MenuItem], numbers: Numbers) -> Iterator[str]:
    """The entries as items, without those that lead to what is gone."""
    orders = {menu: count(1) for menu in Menu}
    for entry in entries:
        metas = _metas(entry, numbers)
        if metas is None:
            continue
        title = entry.label or _name(entry)
        values: dict[str, str | int] = {
            "title": elements.words(title),
            "dc:creator": "",
            "description": "",
            "content:encoded": "",
            "excerpt:encoded": "",
            "wp:post_id": numbers.entries + entry.id,
            "wp:post_date": elements.NO_DATE,
            "wp:post_date_gmt": elements.NO_DATE,
            "wp:comment_status": "closed",
            "wp:ping_status": "closed",
            "wp:post_name": numbers.entries + entry.id,
            "wp:status": "publish",
            "wp:post_parent": 0,
            "wp:menu_order": next(orders[entry.menu]),
            "wp:post_type": "nav_menu_item",
            "wp:post_password": "",
            "wp:is_sticky": 0,
        }
        said = [element(key, value) for key, value in values.items()]
        said.append(filed("nav_menu", entry.menu, NAMES[entry.menu]))
        above = numbers.entries + entry.parent_id if entry.parent_id else 0
        fields = [("menu_item_parent", str(above)), *metas]
        said += elements.metas("post", [(f"_menu_item_{k}", v) for k, v in fields])
        said += elements.metas("post", _own(entry))
        yield elements.group("item", said)


def _name(entry: MenuItem) -> str:
    """What WordPress needs to be told of an entry that is named for where it leads."""
    match entry.target:
        case MenuTarget.HOME:
            return "Home"
        case MenuTarget.SERIES:
            return session.get_one(Series, entry.target_id).name
        case MenuTarget.AUTHOR:
            return session.get_one(User, entry.target_id).display_name
    return entry.url  # WordPress names the others


def _own(entry: MenuItem) -> Iterator[Meta]:
    """What WordPress has no word for; see ``ours.target``."""
    if not entry.label:
        yield f"{ours.PREFIX}is_unnamed", "1"
    if entry.target == MenuTarget.SERIES:
        slug = session.get_one(Series, entry.target_id).slug
        yield f"{ours.PREFIX}target", f"{entry.target}:{slug}"
    if entry.target == MenuTarget.AUTHOR:
        name = session.get_one(User, entry.target_id).name
        yield f"{ours.PREFIX}target", f"{entry.target}:{name}"


def _metas(entry: MenuItem, numbers: Numbers) -> list[Meta] | None:
    """Where an entry leads; ``None`` if that is gone."""
    id = entry.target_id or 0
    match entry.target:
        case MenuTarget.HOME:
            return _custom("/")
        case MenuTarget.URL:
            return _custom(entry.url)
        case MenuTarget.POST:
            post = session.get(Post, id)
            return _object("post_type", post.kind, id) if post else None
        case MenuTarget.CATEGORY:
            number = numbers.categories.get(id)
            return _object("taxonomy", "category", number) if number else None
        case MenuTarget.TAG:
            number = numbers.tags.get(id)
            return _object("taxonomy", "post_tag", number) if number else None
        case MenuTarget.SERIES:
            series = session.get(Series, id)
            return _custom(permalinks.series_url(series)) if series else None
        case MenuTarget.AUTHOR:
            user = session.get(User, id)
            return _custom(permalinks.author_url(user)) if user else None


def _object(type: str, object: str, id: int) -> list[Meta]:
    return [("type", type), ("object", str(object)), ("object_id", str(id))]


def _custom(url: str) -> list[Meta]:
    """An address; of the site's own, in full."""
    whole = absolute_url(url) if url.startswith("/") else url
    return [("type", "custom"), ("object", "custom"), ("url", whole)]
