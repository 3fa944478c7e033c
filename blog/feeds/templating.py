"""What templates know of feeds: the links in a page's head, and the dates in a feed."""

import html
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import NamedTuple

from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context

from ..clock import utcnow
from ..i18n import gettext as _
from ..posts import permalinks
from ..security import absolute_url, is_public_view
from ..site.queries import settings
from . import channels, entries, portable
from .formats import Format, address

ARCHIVES = frozenset({"category", "tag", "author", "year", "month", "series"})


class Link(NamedTuple):
    """A feed that a page leads to."""

    title: str
    address: str
    media_type: str


def init_app(app: Flask) -> None:
    """Give templates the feeds of a page, and filters for what feeds hold."""
    app.jinja_env.globals["feed_links"] = feed_links
    app.jinja_env.filters.update(
        rfc822=rfc822, rfc3339=rfc3339, iri=portable.iri, text_as_html=text_as_html
    )


@pass_context
def feed_links(context: Context) -> list[Link]:
    """The feeds that stand in the head of a page: those of the site, on an archive its
    own, on a post that of its comments. Pages that are not for everybody have none.
    """
    if not is_public_view():
        return []
    title = settings().title
    links = [
        _link(title, "/", Format.RSS),
        _link(_("%(title)s (Atom)", title=title), "/", Format.ATOM),
        _link(_("%(title)s (JSON)", title=title), "/", Format.JSON),
        _link(channels.comments_title(), "/comments/", Format.RSS),
    ]
    post, kind = context.get("post"), context.get("kind")
    if post is not None and entries.has_discussion(post, settings(), utcnow()):
        name, base = channels.post_comments_title(post), permalinks.post_url(post)
        links.append(_link(name, base, Format.RSS))
    elif kind in ARCHIVES:
        links.append(
            _link(f"{context['heading']} – {title}", _archive_path(context), Format.RSS)
        )
    return links


def rfc822(at: datetime) -> str:
    """ "Tue, 24 Nov 2026 10:00:00 +0000", as RSS has it."""
    return format_datetime(at.astimezone(UTC))


def rfc3339(at: datetime) -> str:
    """ "2026-11-24T10:00:00+00:00", as Atom and sitemaps have it."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def text_as_html(text: str) -> str:
    """Plain text for a reader that takes it for HTML; the template escapes it again."""
    return html.escape(text, quote=False)


def _link(title: str, base: str, format: Format) -> Link:
    return Link(title, address(base, format), format.media_type)


def _archive_path(context: Context) -> str:
    """The address of an archive, of whose pages this is one."""
    path: str = context["canonical"].removeprefix(absolute_url(""))
    number: int = context["page"].number
    return path if number == 1 else path.removesuffix(f"page/{number}/")
