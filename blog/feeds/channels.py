"""What there are feeds of: the site, its archives, the comments on all of it or on one
post. Each is ``None`` where readers find no page either.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select

from ..comments.models import Comment
from ..i18n import format_month
from ..i18n import gettext as _
from ..posts import covers, permalinks, shapes
from ..posts import queries as post_queries
from ..posts.models import Category, Kind, Post
from ..posts.moments import FIRST_YEAR, LAST_YEAR
from ..site import redirects
from ..site.queries import settings
from . import queries
from .entries import Feed, comment_entry, post_entry

# A day has no archive; its month stands for it.
_DATE = re.compile(r"/([0-9]{4})(?:/([0-9]{2})(?:/[0-9]{1,2})?)?/?")


def site(now: datetime) -> Feed:
    """The newest posts."""
    return _posts(
        post_queries.newest_first(now), now, "/", settings().title, settings().tagline
    )


def category(path: str, now: datetime) -> Feed | None:
    """The newest posts of a category and of those below it."""
    categories = post_queries.all_categories()
    slug = path.rpartition("/")[2]
    here = next((each for each in categories if each.slug == slug), None)
    if here is None:
        return None
    posts = post_queries.in_categories(
        now, post_queries.with_descendants(here, categories)
    )
    return _posts(
        posts, now, permalinks.category_url(here), _titled(here.name), here.description
    )


def tag(slug: str, now: datetime) -> Feed | None:
    """The newest posts with a tag."""
    here = post_queries.tag_named(slug)
    if here is None:
        return None
    return _unless_empty(
        _posts(
            post_queries.tagged(now, here),
            now,
            permalinks.tag_url(here),
            _titled(here.name),
            here.description,
        )
    )


def author(slug: str, now: datetime) -> Feed | None:
    """The newest posts of somebody."""
    here = post_queries.author_named(slug)
    if here is None:
        return None
    return _unless_empty(
        _posts(
            post_queries.by_author(now, here),
            now,
            permalinks.author_url(here),
            _titled(here.display_name),
            here.bio,
        )
    )


def series(slug: str, now: datetime) -> Feed | None:
    """The newest parts of a series."""
    here = post_queries.series_named(slug)
    if here is None:
        return None
    return _unless_empty(
        _posts(
            post_queries.in_series(now, here),
            now,
            permalinks.series_url(here),
            _titled(here.name),
            here.description,
        )
    )


def standing_at(path: str, now: datetime) -> Feed | None:
    """The posts of the year or month that ``path`` names, or else the comments on the
    post or page that stands there.
    """
    date = _DATE.fullmatch(path)
    if date is not None:
        return _dated(int(date[1]), int(date[2]) if date[2] else None, now)
    post = _post_at(path, now)
    return None if post is None else comments_on(post, now)


def _dated(year: int, month: int | None, now: datetime) -> Feed | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if month is None or not 1 <= month <= 12:  # as the archive's page goes to its year
        posts = post_queries.of_year(now, year)
        base, name = permalinks.year_url(year), str(year)
    else:
        posts = post_queries.of_month(now, year, month)
        base, name = permalinks.month_url(year, month), format_month(year, month)
    return _unless_empty(_posts(posts, now, base, _titled(name), ""))


def comments(now: datetime) -> Feed:
    """The newest comments on anything."""
    found = queries.newest_comments(now, settings().posts_per_rss)
    # Held here, they make every parent known that an address needs.
    above = (
        _categories_for_addresses(),
        post_queries.all_pages()
        if any(comment.post.parent_id is not None for comment in found)
        else (),
    )
    entries = [comment_entry(comment, names_post=True) for comment in found]
    del above
    return Feed(
        base="/comments/",
        page="/",
        title=comments_title(),
        description=settings().tagline,
        entries=entries,
    )


def comments_title() -> str:
    """What the feed of all comments is called."""
    return _("Comments for %(title)s", title=settings().title)


def comments_on(post: Post, now: datetime) -> Feed:
    """The newest comments on a public post. One with a password keeps its comments for
    those who know it.
    """
    base = permalinks.post_url(post)
    found: Sequence[Comment] = ()
    if not post.is_protected:
        found = queries.newest_comments_on(post, settings().posts_per_rss)
    return Feed(
        base=base,
        page=base,
        title=post_comments_title(post),
        description=(
            _("This post is protected by a password.")
            if post.is_protected
            else post.summary
        ),
        entries=[comment_entry(comment, names_post=False) for comment in found],
    )


def post_comments_title(post: Post) -> str:
    """What the feed of a post's comments is called."""
    return _("Comments on: %(title)s", title=shapes.name(post))


def _posts(
    posts: Select[Post], now: datetime, base: str, title: str, description: str
) -> Feed:
    found = queries.newest(posts, settings().posts_per_rss)
    above = _categories_for_addresses()
    pictures = covers.of(found)
    entries = [
        post_entry(post, settings(), now, pictures.get(post.id)) for post in found
    ]
    del above
    return Feed(
        base=base, page=base, title=title, description=description, entries=entries
    )


def _unless_empty(feed: Feed) -> Feed | None:
    return feed if feed.entries else None


def _titled(name: str) -> str:
    return f"{name} – {settings().title}"


def _categories_for_addresses() -> Sequence[Category]:
    """Every category, where posts stand below theirs. Held by the caller, it makes
    every parent known.
    """
    if "%category%" in settings().permalink_structure:
        return post_queries.all_categories()
    return ()


def _post_at(path: str, now: datetime) -> Post | None:
    """The public post or page at ``path``. An exact address goes first, then one that
    nearly fits, then one that it had once.
    """
    site = settings()
    sought = permalinks.parse(path, site.permalink_structure)
    slugs = {path.rstrip("/").rpartition("/")[2]}
    if sought and sought.slug:
        slugs.add(sought.slug)
    candidates = [
        *post_queries.named(*sorted(slugs)),
        *_identified(sought.post_id if sought else None),
    ]
    readable = [post for post in candidates if post.is_public(now)]
    here = redirects.key(path)
    for post in readable:
        if redirects.key(permalinks.post_url(post)) == here:
            return post
    if sought is not None:
        for post in readable:
            if post.id == sought.post_id:
                return post
            if post.kind == Kind.POST and post.slug == sought.slug:
                return post
    moved = _identified(redirects.target(path))
    return next((post for post in moved if post.is_public(now)), None)


def _identified(post_id: int | None) -> list[Post]:
    found = None if post_id is None else post_queries.identified(post_id)
    return [] if found is None else [found]
