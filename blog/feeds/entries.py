"""A feed and its entries, the same for every format. Nothing that is protected by a
password gets into one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from markupsafe import escape

from ..comments import moderation
from ..comments.models import Comment
from ..i18n import gettext as _
from ..posts import permalinks, shapes
from ..posts.models import Post, Shape
from ..security import absolute_url
from ..site.models import Site
from ..text import excerpts, policies
from ..text.pictures import Picture
from . import portable
from .formats import Format, address


class Person(NamedTuple):
    """Who wrote it; ``url`` is "" for somebody without one."""

    name: str
    url: str


class Discussion(NamedTuple):
    """The comments on an entry: their place on its page, their feeds, their number."""

    url: str
    rss: str
    atom: str
    number: int


class Original(NamedTuple):
    """What a comment answers: the post, or another comment."""

    guid: str
    url: str


@dataclass(frozen=True)
class Entry:
    """A post or a comment, in addresses and texts that need nothing of this site.

    ``url`` is always its own page here, of a link post too: what readers subscribed to
    is what stands behind the link. The page that a link post is about is ``link``, and
    its text begins with a line that leads there. ``title`` is "" for a note without
    one, whose first words are ``name``. ``summary`` is plain text. ``html`` is ``None``
    where a feed is not to hold the whole text. Both are plain strings, so that a
    template escapes them. ``picture`` is the full address of its cover.
    """

    guid: str
    url: str
    title: str
    name: str
    authors: Sequence[Person]
    published_at: datetime
    updated_at: datetime
    summary: str
    html: str | None
    subjects: Sequence[str] = ()
    discussion: Discussion | None = None
    answers: Original | None = None
    link: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Feed:
    """What is new about something, the newest first.

    ``base`` is the path whose feed this is, ``page`` that of the page for people.
    """

    base: str
    page: str
    title: str
    description: str
    entries: Sequence[Entry]

    @property
    def url(self) -> str:
        """The page for people, in full."""
        return absolute_url(self.page)

    @property
    def updated_at(self) -> datetime | None:
        """When the latest of its entries was written or changed."""
        return max((entry.updated_at for entry in self.entries), default=None)

    def address(self, format: Format) -> str:
        """Where it stands in a format, in full."""
        return absolute_url(address(self.base, format))


def post_entry(
    post: Post, site: Site, now: datetime, cover: Picture | None = None
) -> Entry:
    """A public post. Of a protected one only that it is there."""
    path = permalinks.post_url(post)
    url = absolute_url(path)
    published_at = post.published_at or post.edited_at
    summary: str
    html: str | None
    if post.is_protected:
        summary, html = _("This post is protected by a password."), None
    else:
        summary = post.summary
        html = None if site.rss_use_excerpt else _text(post, url)
    return Entry(
        guid=portable.guid(post),
        url=url,
        title=post.title if post.shape == Shape.NOTE else shapes.name(post),
        name=shapes.name(post),
        authors=[
            Person(each.display_name, absolute_url(permalinks.author_url(each)))
            for each in post.authors
        ],
        published_at=published_at,
        # One that was scheduled is news on its day, not on the day it was written.
        updated_at=max(published_at, post.edited_at),
        summary=summary,
        html=html,
        subjects=_subjects(post),
        discussion=_discussion(post, path, site, now),
        link="" if post.is_protected else post.link_url,
        picture=(
            absolute_url(f"{cover.src}?v={cover.version}")
            if cover and not post.is_protected
            else ""
        ),
    )


def _text(post: Post, url: str) -> str:
    text = portable.absolute("\n".join(post.pages), url)
    if not post.link_url:
        return text
    address = escape(post.link_url)
    return f'<p><a href="{address}">{address}</a></p>\n{text}'


def _subjects(post: Post) -> list[str]:
    """The names of its categories and tags; one of each may share a name."""
    categories = [category.name for category in post.categories]
    return list(dict.fromkeys([*categories, *(tag.name for tag in post.tags)]))


def has_discussion(post: Post, site: Site, now: datetime) -> bool:
    """Whether there are comments that anybody may read, or may come to be some."""
    if post.is_protected:
        return False
    return post.comment_count > 0 or moderation.is_open(post, site, now)


def _discussion(post: Post, path: str, site: Site, now: datetime) -> Discussion | None:
    if not has_discussion(post, site, now):
        return None
    place = "comments" if post.comment_count else "respond"
    return Discussion(
        url=absolute_url(f"{path}#{place}"),
        rss=absolute_url(address(path, Format.RSS)),
        atom=absolute_url(address(path, Format.ATOM)),
        number=post.comment_count,
    )


def comment_entry(comment: Comment, *, names_post: bool) -> Entry:
    """An approved comment on a post that anybody may read; ``names_post`` where a feed
    holds comments on several.
    """
    url = absolute_url(permalinks.comment_url(comment))
    page = absolute_url(permalinks.post_url(comment.post))
    name = comment.author or _("Anonymous")
    title = _("By: %(name)s", name=name)
    if names_post:
        title = _(
            "Comment on %(title)s by %(name)s",
            title=shapes.name(comment.post),
            name=name,
        )
    return Entry(
        guid=_comment_guid(comment.post_id, comment.id),
        url=url,
        title=title,
        name=title,
        authors=[Person(name, policies.address(comment.url) or "")],
        published_at=comment.created_at,
        updated_at=max(comment.created_at, comment.edited_at or comment.created_at),
        summary=excerpts.excerpt(comment.html),
        html=portable.absolute(comment.html, page),
        answers=_original(comment, page),
    )


def _comment_guid(post_id: int, comment_id: int) -> str:
    """The address of a comment that outlives every change of permalinks."""
    return absolute_url(f"/?p={post_id}#comment-{comment_id}")


def _original(comment: Comment, page: str) -> Original:
    if comment.parent_id is None:
        return Original(portable.guid(comment.post), page)
    return Original(
        _comment_guid(comment.post_id, comment.parent_id),
        absolute_url(f"/c/{comment.parent_id}"),
    )
