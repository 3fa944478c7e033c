"""The menus of an export: one becomes the header's, one the footer's."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import select

from ...database import session
from ...media import queries as media
from ...posts import queries as post_queries
from ...posts.navigation import menus
from ...posts.navigation.outlines import Line
from ...site.models import Menu, MenuItem, MenuTarget
from ...text import wordpress
from .. import records
from ..models import ImportedItem
from . import attachments, identities, ours, readings, rewriting
from .identities import Key, Left
from .report import EDITED_HERE, Outcome, Report
from .survey import MENU, MENU_ITEM, Survey, bare, kind_of_item

IN_NO_MENU = "in no menu"
NO_PLACE = "Recto has two menus, and this was another"
HAS_ONE = "there is a menu here already"
LEADS_NOWHERE = "what it leads to is not here"
EMPTY = "an empty menu"
# Of a menu no more could be shown; of a file no more is held.
MOST_ITEMS = 5_000

# The export does not say where a menu stood; owners and themes name them so.
_HEADER = re.compile(r"\b(primary|main|header|top|haupt|principal|principale)", re.I)
_FOOTER = re.compile(r"\b(foot|bottom|secondary|social|legal|pied|fu(ß|ss))", re.I)
_OBJECTS = {"category": "category", "post_tag": "tag"}
_NOT_A_ROW = Left(0, "")


class _Target(NamedTuple):
    target: MenuTarget
    id: int | None = None
    url: str = ""


class Menus:
    """Remembers the entries as they come; the end of a run, when all is there to which
    they lead, makes the menus.
    """

    def __init__(self, survey: Survey, report: Report) -> None:
        self._survey = survey
        self._report = report
        self._items: list[records.Item] = []

    def remember(self, item: records.Item) -> None:
        """Note an entry of a menu."""
        if len(self._items) < MOST_ITEMS:
            self._items.append(item)
        else:
            self._skip(item, NO_PLACE)

    def foretell(self) -> None:
        """Count what would become of the menus."""
        self._take(is_trial=True)

    def write(self) -> None:
        """Make the menus where none were made here."""
        self._take(is_trial=False)

    def _take(self, *, is_trial: bool) -> None:
        places = self._places()
        known = identities.every(self._survey.site, MENU_ITEM)
        terms = {
            each.slug: each for each in self._survey.terms if each.taxonomy == MENU
        }
        for slug, term in terms.items():
            self._count_menu(term, places.get(slug), known)
        for item in self._items:
            if _menu_of(item) not in places:
                self._skip(item, NO_PLACE if _menu_of(item) else IN_NO_MENU)
        for slug, menu in places.items():
            items = [each for each in self._items if _menu_of(each) == slug]
            items.sort(key=lambda each: readings.position(each.menu_order))
            if known:
                self._count_known(items, known)
            elif menus.entries(menu):
                for item in items:
                    self._skip(item, HAS_ONE)
            else:
                self._fill(menu, items, is_trial=is_trial)

    def _places(self) -> dict[str, Menu]:
        """Which menu, by its slug, becomes which of ours."""
        names = {
            each.slug: each.name for each in self._survey.terms if each.taxonomy == MENU
        }
        sizes: dict[str, int] = {}
        for item in self._items:
            slug = _menu_of(item)
            if slug:
                sizes[slug] = sizes.get(slug, 0) + 1
        by_size = sorted(sizes, key=lambda slug: (-sizes[slug], slug))

        def named(pattern: re.Pattern[str]) -> Iterator[str]:
            return (s for s in by_size if pattern.search(f"{s} {names.get(s, '')}"))

        footer = next(named(_FOOTER), None)
        header = next(named(_HEADER), None)
        if header is None or header == footer:
            header = next((slug for slug in by_size if slug != footer), footer)
            footer = None if header == footer else footer
        found = {header: Menu.HEADER} if header else {}
        return found | ({footer: Menu.FOOTER} if footer else {})

    def _count_menu(
        self, term: records.Term, menu: Menu | None, known: dict[Key, ImportedItem]
    ) -> None:
        if menu is None:
            is_empty = all(_menu_of(item) != term.slug for item in self._items)
            self._report.skip(MENU, term.id, EMPTY if is_empty else NO_PLACE)
        elif known:
            self._report.became(MENU, Outcome.UNCHANGED)
        elif menus.entries(menu):
            self._report.skip(MENU, term.id, HAS_ONE)
        else:
            self._report.became(MENU, Outcome.IMPORTED)

    def _count_known(
        self, items: Sequence[records.Item], known: dict[Key, ImportedItem]
    ) -> None:
        """Menus are put in order here; what is changed there changes nothing."""
        left = set(session.scalars(select(MenuItem.id)))
        for item in items:
            here = known.get(identities.of_item(item))
            if here is None:
                self._skip(item, HAS_ONE)
            elif here.row_id == 0:
                self._skip(item, LEADS_NOWHERE)
            elif here.row_id in left:
                self._report.became(kind_of_item(item), Outcome.UNCHANGED)
            else:
                self._skip(item, EDITED_HERE)

    def _fill(
        self, menu: Menu, items: Sequence[records.Item], *, is_trial: bool
    ) -> None:
        rows: dict[str, MenuItem] = {}
        above: dict[str, str] = {}
        for item in items:
            row, reason = None, LEADS_NOWHERE
            target = self._target(item)
            if target is not None and not is_trial:
                label = readings.name(wordpress.title(item.title), menus.LABEL_LIMIT)
                label = "" if ours.is_unnamed(item) else label
                row = menus.add(
                    menu, target.target, target.id, url=target.url, label=label
                )
            if not is_trial:
                self._remember(item, row)
            if row is None and not (is_trial and target):
                self._skip(item, reason)
                continue
            self._report.became(kind_of_item(item), Outcome.IMPORTED)
            if row is not None:
                rows[item.id] = row
                above[item.id] = _meta(item, "menu_item_parent")
        if rows:
            menus.arrange(menu, list(_outline(rows, above)))

    def _remember(self, item: records.Item, row: MenuItem | None) -> None:
        identities.remember(
            None,
            self._survey.site,
            identities.of_item(item),
            digest=identities.digest(item.title),
            row_id=0 if row is None else row.id,
            left=_NOT_A_ROW,
        )

    def _target(self, item: records.Item) -> _Target | None:
        number = _meta(item, "object_id")
        own = self._own(item)
        if own is not None:
            return own
        match _meta(item, "type"):
            case "post_type" if _meta(item, "object") == "attachment":
                ids = attachments.rows_of(self._survey.site, [number])
                file = media.by_id(ids.get(number, 0))
                return _Target(MenuTarget.URL, url=file.path) if file else None
            case "post_type":
                row_id = self._row_of((_meta(item, "object"),), number)
                return _Target(MenuTarget.POST, row_id) if row_id else None
            case "taxonomy" if _meta(item, "object") in _OBJECTS:
                kind = _OBJECTS[_meta(item, "object")]
                row_id = self._row_of((kind,), number)
                return _Target(MenuTarget(kind), row_id) if row_id else None
            case "custom":
                return self._address(_meta(item, "url"))
        return None

    def _own(self, item: records.Item) -> _Target | None:
        """What WordPress has no entries for; ``None`` if it is not here either."""
        kind, name = ours.target(item)
        if kind == MenuTarget.SERIES:
            series = post_queries.series_named(name)
            return _Target(MenuTarget.SERIES, series.id) if series else None
        if kind == MenuTarget.AUTHOR:
            every = identities.every(self._survey.site, kind)
            here = identities.of_that_name(Key(kind, "", name), every)
            return _Target(MenuTarget.AUTHOR, here.row_id) if here else None
        return None

    def _row_of(self, kinds: Sequence[str], number: str) -> int | None:
        return session.scalar(
            select(ImportedItem.row_id)
            .where(
                ImportedItem.site == self._survey.site,
                ImportedItem.kind.in_(kinds),
                ImportedItem.source_id == number,
            )
            .limit(1)
        )

    def _address(self, url: str) -> _Target | None:
        """An address that the owner typed: of the old site, the path alone."""
        host, path = rewriting.host_and_path(url)
        if host and bare(host) in self._survey.hosts:
            if path in ("", "/") and not urlsplit(url).query:
                return _Target(MenuTarget.HOME)
            url = url[url.index("/", url.index("//") + 2) :] if path else "/"
        kept = menus.address_of(url)
        if kept == "/":
            return _Target(MenuTarget.HOME)
        return _Target(MenuTarget.URL, url=kept) if kept else None

    def _skip(self, item: records.Item, reason: str) -> None:
        self._report.skip(kind_of_item(item), item.id, reason)


def _menu_of(item: records.Item) -> str:
    """The slug of the menu of an entry; "" for one that is in none."""
    if item.status != "publish":
        return ""
    return next((each.slug for each in item.filed if each.taxonomy == MENU), "")


def _meta(item: records.Item, name: str) -> str:
    full = f"_menu_item_{name}"
    return next((value.strip() for key, value in item.meta if key == full), "")


def _outline(rows: dict[str, MenuItem], above: dict[str, str]) -> Iterator[Line]:
    """From top to bottom: each of the first level with all that lay below it, however
    deep, as one level.
    """
    roots = {id: _root(id, above) for id in rows}
    for id, row in rows.items():
        if roots[id] == id:
            yield Line(row.id, 0)
            for other, below in rows.items():
                if roots[other] == id and other != id:
                    yield Line(below.id, 1)


def _root(id: str, above: dict[str, str]) -> str:
    """The first level above an entry; itself if there is none, or in a ring."""
    seen = {id}
    here = id
    while above.get(here) in above:
        here = above[here]
        if here in seen:
            return id
        seen.add(here)
    return here
