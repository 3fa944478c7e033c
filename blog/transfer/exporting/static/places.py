"""Where to begin: every address that the site has without being asked for it. What
these lead to is found on the way.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ....database import session
from ....feeds import formats, sitemap
from ....feeds.sitemap import Section
from ....media import queries as media
from ....posts import permalinks
from ....posts import queries as post_queries
from ....posts.models import Post, Status
from ....security import absolute_url
from ....site.models import Redirect

ARCHIVES = (Section.CATEGORIES, Section.TAGS, Section.AUTHORS, Section.SERIES)
# Where things are sent to, and a search that is asked a question.
FORMS = re.compile(r"/(?:my-comments|unlock/[0-9]+|comments/[0-9]+)")
_MEDIA = re.compile(r"/media/([0-9]{1,18})/")


def first(now: datetime) -> Iterator[str]:
    """Paths to begin with, some with a query: what has a rule of its own, every public
    post and page, archives with their feeds, and old addresses.
    """
    yield "/"
    yield from _with_rules()
    yield from map(permalinks.post_url, _public(now))
    for section in ARCHIVES:
        for base in _archives(section, now):
            yield base
            yield from (formats.address(base, each) for each in formats.Format)
    yield from map(_address, session.scalars(select(Redirect.path)))


def _with_rules() -> Iterator[str]:
    """Public pages whose address is the same on every site."""
    for rule in current_app.url_map.iter_rules():
        view = current_app.view_functions[rule.endpoint]
        is_asked = "GET" in (rule.methods or ())
        if is_asked and not rule.arguments and getattr(view, "is_public", False):
            yield rule.rule


def _public(now: datetime) -> Iterator[Post]:
    # Held, so that every parent is known that an address needs.
    above = [*post_queries.all_pages(), *post_queries.all_categories()]
    yield from session.scalars(
        select(Post)
        .where(Post.status == Status.PUBLIC, Post.published_at <= now)
        .options(
            *post_queries.LIGHT,
            joinedload(Post.author),
            selectinload(Post.category_links),
        )
        .order_by(*post_queries.TIMELINE)
    ).all()
    del above


def _archives(section: Section, now: datetime) -> Iterator[str]:
    number = 1
    while found := sitemap.places(section, number, now):
        yield from (place.url.removeprefix(absolute_url("")) for place in found)
        number += 1


def _address(known: str) -> str:
    """An old address as it is asked for; redirects know it decoded."""
    path, _, query = known.partition("?")
    return quote(path) + (f"?{quote(query, safe='=&')}" if query else "")


def sizes_of(path: str) -> list[str]:
    """The paths of a file and of everything made of it, if the path is that of one."""
    found = _MEDIA.match(path)
    item = media.by_id(int(found[1])) if found else None
    if item is None:
        return []
    made = (item.variant_path(each.format, each.width) for each in item.variants)
    return [item.path, *made]


def closed(now: datetime) -> list[str]:
    """The addresses of public posts and pages whose words only those read who know a
    password.
    """
    return [permalinks.post_url(post) for post in _public(now) if post.is_protected]
