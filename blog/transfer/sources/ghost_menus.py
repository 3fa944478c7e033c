"""Ghost's navigation, which stands in its settings, as menus and their entries."""

import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from ..records import Filed, Item, Term
from . import blank
from .ghost_tables import Row, at_home, plain, text

# By the name of the setting: the slug and the name that the import knows menus by.
_MENUS = {
    "navigation": ("primary", "Primary"),
    "secondary_navigation": ("secondary", "Secondary"),
}
_MENU, _ENTRY = "nav_menu", "nav_menu_item"
# More could not be shown.
_MOST_ENTRIES = 500


def terms(settings: Mapping[str, Row]) -> Iterator[Term]:
    """The menus that have entries."""
    for name, (slug, title) in _MENUS.items():
        if _entries(settings.get(name)):
            yield Term(1, _MENU, slug, slug, "", title, "")


def items(
    settings: Mapping[str, Row], places: Mapping[str, Mapping[str, str]]
) -> Iterator[Item]:
    """The entries. ``places`` are posts, pages and tags by their path at the old site,
    as fields of an entry that leads there.
    """
    for name, (slug, title) in _MENUS.items():
        for number, entry in enumerate(_entries(settings.get(name)), start=1):
            address = at_home(text(entry, "url"))
            fields = places.get(_path(address), {"type": "custom", "url": address})
            item = blank.item(_ENTRY, f"{slug}-{number}")
            item.title = plain(entry, "label")
            item.status = "publish"
            item.menu_order = str(number)
            item.filed = [Filed(_MENU, slug, title)]
            item.meta = [(f"_menu_item_{key}", fields[key]) for key in fields]
            yield item


def _entries(setting: Row | None) -> list[Row]:
    try:
        found = json.loads(text(setting, "value")) if setting else []
    except (ValueError, RecursionError):
        return []
    rows = found if isinstance(found, list) else []
    kept: list[Row] = [
        row for row in rows if isinstance(row, dict) and text(row, "url")
    ]
    return kept[:_MOST_ENTRIES]


def _path(address: str) -> str:
    """The path of an address of the site itself, with a slash at its end; "" of any
    other.
    """
    try:
        parts = urlsplit(address)
    except ValueError:  # a broken IPv6 address
        return ""
    if parts.scheme or parts.netloc or parts.query or parts.fragment:
        return ""
    return f"{parts.path.rstrip('/')}/"
