"""Addresses as WordPress writes some, which are nobody's own, and where each leads."""

import re
from collections.abc import Mapping
from datetime import datetime

from ..paging import whole_number
from ..search.permalinks import search_url
from . import permalinks, queries
from .models import Kind
from .moments import FIRST_YEAR, LAST_YEAR

_DAY = re.compile(r"/([0-9]{4})/([0-9]{2})/[0-9]{1,2}/?")
_FILE = "/index.php"
_FEEDS = {
    **dict.fromkeys(("feed", "rss", "rss2", "rdf"), "feed/"),
    "atom": "feed/atom/",
    "comments-rss2": "comments/feed/",
    "comments-atom": "comments/feed/atom/",
}


def corrected(path: str) -> str | None:
    """A decoded path without what it has too much; ``None`` if it has nothing.

    There are no archives of a day, no file that is called index.php, and no empty
    parts between two slashes.
    """
    day = _DAY.fullmatch(path)
    if day:
        return permalinks.month_url(int(day[1]), int(day[2]))
    bare = re.sub("/{2,}", "/", path)
    if bare == _FILE or bare.startswith(f"{_FILE}/"):
        bare = bare.removeprefix(_FILE) or "/"
    return permalinks.encoded(bare) if bare != path else None


def meant(asked: Mapping[str, str], now: datetime) -> str | None:
    """The address of what the query on home names, as in ``/?cat=3``, ``?tag=tea``,
    ``?author=1``, ``?m=202405``, ``?year=2024&monthnum=5`` and ``?name=a-post``; and of
    a search, ``?s=words``.

    ``None`` where a visitor would find nothing at it.
    """
    if "s" in asked:
        return search_url(asked["s"], whole_number(asked.get("paged")) or 1)
    for name, find in (
        ("name", _post),
        ("cat", _category),
        ("tag", _tag),
        ("author", _author),
    ):
        if asked.get(name):
            return find(asked[name], now)
    compact = re.fullmatch("([0-9]{4})([0-9]{2})?[0-9]*", asked.get("m", ""))
    if compact:
        return _time(compact[1], compact[2], now)
    return _time(asked.get("year"), asked.get("monthnum"), now)


def feed_of(address: str, asked: Mapping[str, str]) -> str:
    """The address of the feed of what stands at one, if the query asks for it, as in
    ``/?feed=rss2`` and ``/?cat=3&feed=atom``; else the address itself.
    """
    feed = _FEEDS.get(asked.get("feed", ""))
    if feed is None or "?" in address:
        return address
    if address != "/":  # the comments on a post are what its feed holds
        feed = feed.removeprefix("comments/")
    return f"{address.rstrip('/')}/{feed}"


def _post(slug: str, now: datetime) -> str | None:
    for post in queries.named(slug):
        if post.kind == Kind.POST and post.is_public(now):
            return permalinks.post_url(post)
    return None


def _category(typed: str, now: datetime) -> str | None:
    here = queries.category(whole_number(typed))
    if here is None:
        return None
    below = queries.with_descendants(here, queries.all_categories())
    is_filled = queries.is_any(queries.in_categories(now, below))
    return permalinks.category_url(here) if is_filled else None


def _tag(slug: str, now: datetime) -> str | None:
    here = queries.tag_named(slug)
    if here is None or not queries.is_any(queries.tagged(now, here)):
        return None
    return permalinks.tag_url(here)


def _author(typed: str, now: datetime) -> str | None:
    here = queries.author(whole_number(typed))
    if here is None or not queries.is_any(queries.by_author(now, here)):
        return None
    return permalinks.author_url(here)


def _time(year: str | None, month: str | None, now: datetime) -> str | None:
    which_year, which_month = whole_number(year), whole_number(month)
    if not FIRST_YEAR <= which_year <= LAST_YEAR:
        return None
    if 1 <= which_month <= 12:
        posts = queries.of_month(now, which_year, which_month)
        url = permalinks.month_url(which_year, which_month)
    else:
        posts = queries.of_year(now, which_year)
        url = permalinks.year_url(which_year)
    return url if queries.is_any(posts) else None
