"""What search engines are told of: everything public with words of its own to read. The
oldest comes first, so that the sitemaps of a large site stay as they are when it grows.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ..posts import permalinks
from ..posts import queries as post_queries
from ..posts.models import Category, Kind
from ..security import MAX_INTEGER, absolute_url
from ..site.queries import settings
from . import queries

# Above it there is an index, and a sitemap for every so many.
SIZE = 1_000
# The standard's limit for an address.
MAX_ADDRESS = 2_048


class Section(StrEnum):
    """The parts of a large sitemap. The home page is one of the pages."""

    PAGES = "pages"
    POSTS = "posts"
    CATEGORIES = "categories"
    TAGS = "tags"
    AUTHORS = "authors"
    SERIES = "series"


class Place(NamedTuple):
    """A full address, and when what stands there was changed; ``None``: unknown."""

    url: str
    changed_at: datetime | None


def is_small(now: datetime) -> bool:
    """Whether all of it fits into one sitemap."""
    total = 0
    for section in Section:
        total += _count(section, now)
        if total > SIZE:  # the rest need not be counted
            return False
    return True


def everything(now: datetime) -> list[Place]:
    """Every place of a small site."""
    return [place for section in Section for place in places(section, 1, now) or ()]


def index(now: datetime) -> list[Place]:
    """The sitemaps of a large site."""
    return [
        Place(absolute_url(f"/sitemap-{section}-{number}.xml"), changed_at)
        for section in Section
        for number, changed_at in enumerate(_changes(section, now), 1)
    ]


def places(section: Section, number: int, now: datetime) -> list[Place] | None:
    """The places of a sitemap of a large site; ``None`` past the last."""
    skipped = (number - 1) * SIZE
    if not 0 <= skipped <= MAX_INTEGER:
        return None
    match section:
        case Section.POSTS:
            found = _written(Kind.POST, skipped, SIZE, now)
        case Section.PAGES:
            home = _home(now) if number == 1 else ()
            skipped = max(0, skipped - 1)
            found = [*home, *_written(Kind.PAGE, skipped, SIZE - len(home), now)]
        case _:
            found = _archives(section, now)[skipped : skipped + SIZE]
    return [place for place in found if len(place.url) <= MAX_ADDRESS] or None


def _count(section: Section, now: datetime) -> int:
    match section:
        case Section.POSTS:
            return queries.count_told(Kind.POST, now)
        case Section.PAGES:
            return 1 + queries.count_told(Kind.PAGE, now)
        case Section.CATEGORIES:
            used = post_queries.public_category_ids(now)
            return len(_latest_with_those_above(dict.fromkeys(used, now)))
        case Section.TAGS:
            return queries.count_tags(now)
        case Section.SERIES:
            return queries.count_series(now)
        case _:
            return queries.count_authors(now)


def _changes(section: Section, now: datetime) -> Sequence[datetime | None]:
    """The last change in every sitemap of a section."""
    if section == Section.POSTS:
        return queries.last_changes(Kind.POST, now, SIZE)
    return [None] * -(-_count(section, now) // SIZE)


def _home(now: datetime) -> list[Place]:
    newest = queries.newest(post_queries.newest_first(now), 1)
    return [Place(absolute_url("/"), newest[0].published_at if newest else None)]


def _written(kind: Kind, skipped: int, limit: int, now: datetime) -> list[Place]:
    """Posts or pages."""
    structure = settings().permalink_structure
    # Held here, they make every parent known that an address needs.
    above: list[object] = []
    if kind == Kind.PAGE:
        above += post_queries.all_pages()
    elif "%category%" in structure:
        above += post_queries.all_categories()
    return [
        Place(
            absolute_url(permalinks.post_url(post)),
            max(post.published_at or post.edited_at, post.edited_at),
        )
        for post in queries.addressed(kind, structure, skipped, limit, now)
    ]


def _archives(section: Section, now: datetime) -> list[Place]:
    """The archives of a section that hold anything."""
    match section:
        case Section.CATEGORIES:
            return _categories(now)
        case Section.TAGS:
            return [
                Place(absolute_url(permalinks.tag_url(tag)), changed_at)
                for tag, changed_at in queries.tag_changes(now)
            ]
        case Section.SERIES:
            return [
                Place(absolute_url(permalinks.series_url(series)), changed_at)
                for series, changed_at in queries.series_changes(now)
            ]
        case _:
            return [
                Place(absolute_url(permalinks.author_url(author)), changed_at)
                for author, changed_at in queries.author_changes(now)
            ]


def _categories(now: datetime) -> list[Place]:
    """A category's archive holds what stands below it, too."""
    latest = _latest_with_those_above(queries.category_changes(now))
    return [
        Place(absolute_url(permalinks.category_url(category)), changed_at)
        for category, changed_at in latest
    ]


def _latest_with_those_above(
    changes: Mapping[int, datetime],
) -> list[tuple[Category, datetime]]:
    """The categories that have a last change, and those they lie in, by name."""
    categories = post_queries.all_categories()
    latest: dict[int, datetime] = {}
    for each in categories:
        changed_at = changes.get(each.id)
        if changed_at is not None:
            for above in (each, *permalinks.ancestors(each)):
                latest[above.id] = max(changed_at, latest.get(above.id, changed_at))
    return [(each, latest[each.id]) for each in categories if each.id in latest]
