"""The menus that the owner made by hand, in the header and the footer: what readers see
of them, and what they are made of.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import BindParameter, Select, and_, bindparam, delete, exists, select
from sqlalchemy.orm import aliased, defer, joinedload, selectinload

from ...accounts.models import User
from ...database import session
from ...i18n import gettext as _
from ...security import safe_redirect_target
from ...site.models import Menu, MenuItem, MenuTarget
from ...site.queries import settings
from ...text.normalize import MAX_URL_LENGTH, http_url, single_line
from .. import permalinks, shapes, trees
from ..models import Byline, Category, Kind, Post, PostTag, Series, Status, Tag
from ..trees import Branch
from . import outlines
from .outlines import Line, Outline

LABEL_LIMIT = 60
DEEPEST = 1  # two levels
MAX_ENTRIES = 100

# Of what stands in a path and its query, all that need not be written otherwise (RFC
# 3986, 3.3 and 3.4), and what is written otherwise already.
_IN_A_PATH = "/?#%:@!$&'()*+,;=~"
# What names a post and is in its address; a note is named by how it begins.
_NAMED = (defer(Post.source), defer(Post.html), defer(Post.lede), defer(Post.excerpt))


class Entry(NamedTuple):
    """What readers see of an entry."""

    label: str
    address: str
    below: Sequence["Entry"]


class Resolved(NamedTuple):
    """An entry as its owner sees it. ``name`` is what it leads to is called, "" if that
    is gone; ``label`` what readers see, "" if they do not see it.
    """

    item: MenuItem
    name: str
    address: str
    label: str


def for_readers(now: datetime) -> dict[Menu, list[Entry]]:
    """The entries of both menus that lead somewhere for everybody; where one does not,
    what lies below it takes its place. Two questions, and one more for each level of
    the tree that a page or category lies further down than its third.
    """
    rows = resolved(now)
    return {
        menu: _tree([row for row in rows if row.item.menu == menu and row.label])
        for menu in Menu
    }


def _tree(rows: Sequence[Resolved]) -> list[Entry]:
    below: dict[int | None, list[Entry]] = {row.item.id: [] for row in rows}
    below[None] = []
    for row in rows:
        entry = Entry(row.label, row.address, below[row.item.id])
        parent_id = row.item.parent_id
        below[parent_id if parent_id in below else None].append(entry)
    return below[None]


def resolved(now: datetime, menu: Menu | None = None) -> list[Resolved]:
    """The entries of a menu, or of both, from top to bottom, with what they lead to."""
    if session.scalar(select(MenuItem.id).limit(1)) is None:
        return []  # as on most sites; the other question is a long one
    asked = _with_targets(menu, settings().permalink_structure)
    rows = session.execute(asked, {"now": now}).unique().all()
    by_id = {row[0].id: row for row in rows}
    return [
        _resolve(by_id[branch.row.id], now)
        for branch in branches([row[0] for row in rows])
    ]


def branches(items: Collection[MenuItem]) -> list[Branch[MenuItem]]:
    """Entries from top to bottom, each with how deep it lies."""
    return trees.branches(items)


def entries(menu: Menu) -> Sequence[MenuItem]:
    """The entries of a menu in their order, those of each level by themselves."""
    return session.scalars(
        select(MenuItem)
        .where(MenuItem.menu == menu)
        .order_by(MenuItem.position, MenuItem.id)
    ).all()


def outline(menu: Menu) -> Outline:
    """A menu's entries as they are read from top to bottom."""
    return [Line(row.id, depth) for row, depth in branches(entries(menu))]


def arrange(menu: Menu, wanted: Outline) -> bool:
    """Put the entries of a menu into this order; ``False`` if it is not theirs, or has
    more than two levels.
    """
    items = {item.id: item for item in entries(menu)}
    is_theirs = sorted(line.id for line in wanted) == sorted(items)
    if not is_theirs or outlines.depth(wanted) > DEEPEST:
        return False
    for parent_id, ids in outlines.children(wanted).items():
        for position, row_id in enumerate(ids, 1):
            items[row_id].parent_id, items[row_id].position = parent_id, position
    return True


def add(
    menu: Menu,
    target: MenuTarget,
    target_id: int | None = None,
    *,
    url: str = "",
    label: str = "",
) -> MenuItem | None:
    """A new entry at the end of a menu; ``None`` if the menu is full, or there is
    nothing that it could lead to.
    """
    items = entries(menu)
    kind = _KINDS.get(target)
    is_there = kind is None or (
        target_id is not None and session.get(kind, target_id) is not None
    )
    if len(items) >= MAX_ENTRIES or not is_there:
        return None
    if target == MenuTarget.URL and not url:
        return None
    item = MenuItem(
        menu=menu,
        target=target,
        target_id=target_id if kind else None,
        url=url if target == MenuTarget.URL else "",
        label=single_line(label, LABEL_LIMIT),
        position=max((each.position for each in items), default=0) + 1,
    )
    session.add(item)
    session.flush()
    return item


def remove(item: MenuItem) -> None:
    """Take an entry out of its menu. What lies below it takes its place."""
    flat = outline(item.menu)
    here = next(n for n, line in enumerate(flat) if line.id == item.id)
    depth, raised = flat[here].depth, list(flat[:here])
    is_below = True
    for line in flat[here + 1 :]:
        is_below = is_below and line.depth > depth
        raised.append(Line(line.id, line.depth - 1) if is_below else line)
    menu = item.menu
    for child in entries(menu):
        if child.parent_id == item.id:
            child.parent_id = item.parent_id
    session.flush()
    session.delete(item)
    session.flush()
    arrange(menu, raised)


def reset(menu: Menu) -> None:
    """Throw all entries of a menu away, so that it shows what it does by itself."""
    session.execute(delete(MenuItem).where(MenuItem.menu == menu))
    session.expire_all()


def address_of(typed: str) -> str | None:
    """An address of one's own as it is kept: of the web, or a path here; ``None`` for
    anything else.
    """
    typed = typed.strip()
    if typed.startswith("/") and len(typed) <= MAX_URL_LENGTH:
        return safe_redirect_target(quote(typed, safe=_IN_A_PATH), "") or None
    return http_url(typed)


_KINDS: dict[MenuTarget, Any] = {
    MenuTarget.POST: Post,
    MenuTarget.CATEGORY: Category,
    MenuTarget.TAG: Tag,
    MenuTarget.SERIES: Series,
    MenuTarget.AUTHOR: User,
}


@lru_cache(maxsize=8)  # to write it takes longer than to answer it
def _with_targets(menu: Menu | None, structure: str) -> Select[*tuple[Any, ...]]:
    """Each entry with everything that it could lead to, and whether tag, series and
    author have a page: that is, anything public at ``:now``. Addresses of posts may
    hold authors and categories.
    """
    shown = aliased(Post)
    now: BindParameter[datetime] = bindparam("now")
    is_out = and_(
        shown.kind == Kind.POST,
        shown.status == Status.PUBLIC,
        shown.published_at <= now,
    )
    shared = and_(Byline.user_id == User.id, Byline.published_at <= now)
    found = select(
        MenuItem,
        Post,
        Category,
        Tag,
        Series,
        User,
        exists().where(PostTag.tag_id == Tag.id, PostTag.published_at <= now),
        exists().where(shown.series_id == Series.id, is_out),
        exists().where(shown.author_id == User.id, is_out) | exists().where(shared),
    )
    for target, kind in _KINDS.items():
        leads_to = and_(MenuItem.target == target, MenuItem.target_id == kind.id)
        found = found.outerjoin(kind, leads_to)
    if menu is not None:
        found = found.where(MenuItem.menu == menu)
    if "%author%" in structure:
        found = found.options(joinedload(Post.author))
    if "%category%" in structure:
        found = found.options(selectinload(Post.category_links))
    return found.options(
        *_NAMED,
        joinedload(Post.parent).options(*_NAMED, joinedload(Post.parent)),
        joinedload(Category.parent).joinedload(Category.parent),
    ).order_by(MenuItem.position, MenuItem.id)


def _resolve(row: Any, now: datetime) -> Resolved:
    item, post, category, tag, series, author, is_tagged, has_parts, has_written = row
    name, address, is_shown = "", "", True
    match item.target:
        case MenuTarget.HOME:
            name, address = _("Home"), "/"
        case MenuTarget.URL:
            name, address = item.url, item.url
        case MenuTarget.POST if post is not None:
            name, address = shapes.name(post), permalinks.post_url(post)
            # The title of what has a password is for lists; a menu shows no secret, so
            # there it needs a name of its own.
            is_shown = post.is_public(now) and bool(item.label or not post.password)
        case MenuTarget.CATEGORY if category is not None:
            name, address = category.name, permalinks.category_url(category)
        case MenuTarget.TAG if tag is not None:
            name, address, is_shown = tag.name, permalinks.tag_url(tag), is_tagged
        case MenuTarget.SERIES if series is not None:
            name, address = series.name, permalinks.series_url(series)
            is_shown = has_parts
        case MenuTarget.AUTHOR if author is not None:
            name, address = author.display_name, permalinks.author_url(author)
            is_shown = has_written
    label = (item.label or name) if is_shown and address else ""
    return Resolved(item, name, address, label)
