"""What programs read: feeds, the sitemap, robots.txt."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from ..clock import utcnow
from ..i18n import language_tag
from ..posts import old_addresses, permalinks, reading
from ..security import absolute_url, public
from ..site.queries import settings
from . import channels, json_feed, portable, sitemap
from .entries import Feed
from .formats import SUFFIXES, Format, address
from .sitemap import Section

bp = Blueprint("feeds", __name__)

Find = TypeVar("Find", bound=Callable[..., Feed | None])

# Where feeds stand elsewhere, and stood in WordPress once.
MOVED = {
    old: new
    for new, olds in {
        address("/", Format.RSS): (
            *("/rss/", "/rss2/", "/rdf/", "/rss.xml", "/feed.xml", "/index.xml"),
            *("/wp-rss.php", "/wp-rss2.php", "/wp-rdf.php", "/wp-feed.php"),
        ),
        address("/", Format.ATOM): ("/atom/", "/atom.xml", "/wp-atom.php"),
        address("/comments/", Format.RSS): ("/wp-commentsrss2.php",),
        "/sitemap.xml": ("/sitemap_index.xml", "/wp-sitemap.xml"),
    }.items()
    for old in olds
}
# Atom must name the time of the last change, be there none yet.
NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)


def feeds_of(base: str) -> Callable[[Find], Find]:
    """Serve, in every format, the feed that a function finds for what stands at a
    rule.
    """

    def register(find: Find) -> Find:
        for format, suffixes in SUFFIXES.items():
            view = _view(find, format)
            for suffix in suffixes:
                bp.add_url_rule(
                    base + suffix,
                    f"{find.__name__}_{format}",
                    view,
                    strict_slashes=False,
                )
        return find

    return register


def _view(find: Callable[..., Feed | None], format: Format) -> Callable[..., Response]:
    @public
    def view(**values: str) -> Response:
        feed = find(**values)
        if feed is None:
            return _corrected()
        own = address(feed.base, format)
        if permalinks.encoded(request.path) != own:
            return _redirect(own)
        return _feed(feed, format)

    return view


@feeds_of("/")
def posts() -> Feed:
    """The newest posts."""
    return channels.site(utcnow())


@feeds_of("/comments/")
def comments() -> Feed:
    """The newest comments."""
    return channels.comments(utcnow())


@feeds_of("/category/<path:path>/")
def category(path: str) -> Feed | None:
    return channels.category(path, utcnow())


@feeds_of("/tag/<slug>/")
def tag(slug: str) -> Feed | None:
    return channels.tag(slug, utcnow())


@feeds_of("/author/<slug>/")
def author(slug: str) -> Feed | None:
    return channels.author(slug, utcnow())


@feeds_of("/series/<slug>/")
def series(slug: str) -> Feed | None:
    return channels.series(slug, utcnow())


@feeds_of("/<path:path>/")
def place(path: str) -> Feed | None:
    """The posts of a year or month, or the comments on a post or page. A rule for each
    would not be told from the others.
    """
    return channels.standing_at(f"/{path}", utcnow())


@bp.get("/sitemap.xml")
@public
def sitemap_xml() -> Response:
    """Every public address, or where the lists of them are."""
    _require_welcome()
    now = utcnow()
    if sitemap.is_small(now):
        return _sitemap("feeds/sitemap.xml", sitemap.everything(now))
    return _sitemap("feeds/sitemap_index.xml", sitemap.index(now))


def _section_view(section: Section) -> Callable[..., Response]:
    @public
    def view(number: int) -> Response:
        _require_welcome()
        found = sitemap.places(section, number, utcnow())
        if found is None:
            abort(404)
        return _sitemap("feeds/sitemap.xml", found)

    return view


for section in Section:
    bp.add_url_rule(
        f"/sitemap-{section}-<int:number>.xml",
        f"sitemap_{section}",
        _section_view(section),
    )


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """What robots may read. Where search engines are not welcome, nothing."""
    lines = ["User-agent: *"]
    if settings().blog_public:
        lines += [f"Disallow: {path}" for path in ("/admin/", "/login", "/search?")]
        lines += ["", f"Sitemap: {absolute_url('/sitemap.xml')}"]
    else:
        lines.append("Disallow: /")
    return _conditional("\n".join(lines) + "\n", "text/plain")


@public
def moved() -> Response:
    """Old and usual addresses of what stands elsewhere here."""
    rule = request.url_rule
    return _redirect(MOVED[rule.rule] if rule else "/")


for rule in MOVED:
    bp.add_url_rule(rule, view_func=moved, strict_slashes=False)


def _corrected() -> Response:
    """Lead on to what an address of WordPress means, or to an archive that moved.

    :raise NotFound: if it means nothing else
    """
    address = old_addresses.corrected(request.path)
    address = address or reading.moved_archive(request.path, utcnow())
    address = address or reading.below_home(permalinks.encoded(request.path))
    if address is None:
        abort(404)
    return _redirect(address)


def _feed(feed: Feed, format: Format) -> Response:
    if format is Format.JSON:
        document = json_feed.document(feed, language_tag())
        body = json.dumps(document, ensure_ascii=False)
    else:
        body = portable.legal(
            render_template(
                f"feeds/{format}.xml", feed=feed, format=format, nothing_yet=NOTHING_YET
            )
        )
    response = _conditional(body, format.media_type, feed.updated_at)
    return _open_to_readers(response)


def _redirect(target: str) -> Response:
    return _open_to_readers(redirect(target, 301))


def _open_to_readers(response: Response) -> Response:
    """Let pages of other sites use it, as feed readers are."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _sitemap(template: str, places: list[sitemap.Place]) -> Response:
    newest = max(
        (place.changed_at for place in places if place.changed_at), default=None
    )
    body = portable.legal(render_template(template, places=places))
    return _conditional(body, "application/xml", newest)


def _require_welcome() -> None:
    """Tell search engines of nothing where they are not welcome."""
    if not settings().blog_public:
        abort(404)


def _conditional(
    body: str, media_type: str, changed_at: datetime | None = None
) -> Response:
    """The answer; 304 to who has it already."""
    content = body.encode()
    response = make_response(content)
    response.content_type = f"{media_type}; charset=utf-8"
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    if changed_at is not None:
        response.last_modified = changed_at
    if _is_known(response):
        response.status_code = 304
        response.set_data(b"")
    return response


def _is_known(response: Response) -> bool:
    """Whether the reader has this very answer. Both signs must say so if both are sent,
    as in WordPress: a time alone does not tell two changes in one second apart.
    """
    signs = []
    if "If-None-Match" in request.headers:
        etag, _ = response.get_etag()
        signs.append(request.if_none_match.contains_weak(etag or ""))
    if request.if_modified_since is not None:
        changed_at = response.last_modified
        signs.append(changed_at is not None and changed_at <= request.if_modified_since)
    return bool(signs) and all(signs)
