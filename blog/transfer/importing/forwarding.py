"""Old addresses that are not the present ones: each is led to its post or page."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from sqlalchemy import select

from ...database import session
from ...posts import permalinks, queries
from ...posts.models import Post
from ...site import redirects
from ...site.queries import settings
from .. import records
from . import ours, readings
from .readings import Link
from .report import Report
from .survey import Survey, bare

_BATCH = 50
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# In a path: the year, the month and perhaps the day.
_DATED = re.compile(r"/[0-9]{4}/[0-9]{2}/(?:([0-9]{2})/)?")


class _Old(NamedTuple):
    """Where something stood, and what it became."""

    row_id: int
    line: int
    path: str
    query: str


class Forwarding:
    """Remembers where each published post and page stood; the end of a run, when all of
    them stand where they will stay, makes the redirects.
    """

    def __init__(self, survey: Survey, report: Report) -> None:
        self._hosts = survey.hosts
        channel = survey.channel
        self._root = channel.base_blog_url or channel.link
        self._report = report
        self._old: list[_Old] = []

    def remember(self, item: records.Item, row_id: int) -> None:
        """Note where an item stood, if readers could come to it there."""
        for address in ours.old_paths(item):
            path, _, query = address.partition("?")
            self._old.append(_Old(row_id, item.line, path, query))
        if item.status != "publish":
            return
        link = readings.link(item.link)
        if link is None:
            if item.link:
                self._report.say("Its link is no address of a page.", item.line)
            return
        if self._is_elsewhere(link):
            self._report.often(
                f"Links led to {link.host}, which was not the old site's; they are not "
                "kept."
            )
            return
        self._old.append(_Old(row_id, item.line, link.path, link.query))
        if not link.query:
            for path in earlier(item, link.path):
                self._old.append(_Old(row_id, item.line, path, ""))

    def lead_home(self) -> None:
        """Let the folder in which the old site lived lead home, with all below it."""
        link = readings.link(self._root)
        path = link.path.rstrip("/") if link and not link.query else ""
        if path and standing_at(path, "") is None and redirects.find(path) is None:
            redirects.lead(path, to="/")

    def missing(self) -> Iterator[Sequence[tuple[str, str, int]]]:
        """What ``lead`` has to be told: paths, queries and ids of posts, in batches.
        What stands at a path already is reported instead.
        """
        for start in range(0, len(self._old), _BATCH):
            old = self._old[start : start + _BATCH]
            posts = {
                post.id: post
                for post in session.scalars(
                    select(Post)
                    .where(Post.id.in_([each.row_id for each in old]))
                    .options(*queries.LIGHT)
                )
            }
            found = [
                (each.path, each.query, each.row_id)
                for each in old
                if each.row_id in posts and self._is_missing(each, posts[each.row_id])
            ]
            if found:
                yield found

    def _is_elsewhere(self, link: Link) -> bool:
        return bool(link.host and self._hosts) and bare(link.host) not in self._hosts

    def _is_missing(self, old: _Old, post: Post) -> bool:
        here = redirects.key(old.path, old.query)
        if here == redirects.key(permalinks.post_url(post)):
            return False
        if here == redirects.key("/", f"p={post.id}") or here == redirects.key(
            "/", f"page_id={post.id}"
        ):
            return False  # home knows the way by itself
        other = standing_at(old.path, old.query)
        if other is not None and other != post.id:
            self._report.say(
                f"“{post.title}” stood at {here}, where something else stands here; "
                f"its address is {permalinks.post_url(post)}.",
                old.line,
            )
            return False
        return redirects.target(old.path, old.query) != post.id


def earlier(item: records.Item, path: str) -> Iterator[str]:
    """The paths at which something stood before it got another slug or date.

    WordPress keeps old slugs and old dates apart, and looks for either and for both.
    """
    slugs = [item.name, *_said(item, "_wp_old_slug")]
    dates = ["", *_said(item, "_wp_old_date")]
    for date in dates:
        for slug in slugs:
            old = _with_date(path, date) if date else path
            old = old and _with_slug(old, item.name, slug)
            if old and old != path:
                yield old


def _said(item: records.Item, name: str) -> list[str]:
    return [value.strip() for key, value in item.meta if key == name and value.strip()]


def _with_slug(path: str, now: str, old: str) -> str | None:
    parts = path.split("/")
    at = [n for n, part in enumerate(parts) if now and unquote(part) == unquote(now)]
    if not at or "/" in old:
        return None
    parts[at[-1]] = old
    return "/".join(parts)


def _with_date(path: str, date: str) -> str | None:
    day = _DATE.fullmatch(date)
    if day is None:
        return None

    def written(found: re.Match[str]) -> str:
        return f"/{day[1]}/{day[2]}/" + (f"{day[3]}/" if found[1] else "")

    return _DATED.sub(written, path, count=1)


def standing_at(path: str, query: str) -> int | None:
    """The id of what stands at an address, 0 for the home page; ``None``: nothing."""
    bare_path = redirects.key(path)
    if query:
        number = query.partition("=")[2]
        found = session.get(Post, int(number)) if bare_path == "/" else None
        return found.id if found else None
    if bare_path == "/":
        return 0
    sought = permalinks.parse(bare_path, settings().permalink_structure)
    names = {bare_path.rpartition("/")[2]}
    if sought and sought.slug:
        names.add(sought.slug)
    candidates = [post for name in names for post in queries.named(name)]
    if sought and sought.post_id is not None:
        numbered = queries.by_id(sought.post_id)
        candidates += [numbered] if numbered else []
    return next(
        (
            post.id
            for post in candidates
            if redirects.key(permalinks.post_url(post)) == bare_path
        ),
        None,
    )
