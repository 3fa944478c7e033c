"""Posts and pages as items of an export."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from ....feeds.portable import absolute, legal
from ....posts import permalinks
from ....posts.editorial.models import Note
from ....posts.models import FINISHED, Kind, Post, Shape, Status
from ....security import absolute_url
from ....text.marks import PAGE_BREAK
from ...importing import ours
from . import elements, old, talk
from .elements import Meta, element
from .numbers import Numbers
from .queries import Talk

_STATUSES = {
    Status.PUBLIC: "publish",
    Status.PRIVATE: "private",
    Status.PENDING: "pending",
    Status.DRAFT: "draft",
    Status.TRASH: "trash",
}
_FORMATS = {Shape.NOTE: ("aside", "Aside"), Shape.LINK: ("link", "Link")}
# A block that WordPress shows as it is: elsewhere it makes lines of every line's end.
_BLOCK = "<!-- wp:html -->\n{}\n<!-- /wp:html -->"
_NEXT_PAGE = "\n\n<!-- wp:nextpage -->\n<!--nextpage-->\n<!-- /wp:nextpage -->\n\n"
_MORE_HERE = '<span id="more"></span>'
_MORE = "\n\n<!-- wp:more -->\n<!--more-->\n<!-- /wp:more -->\n\n"
# Tags as the sanitiser writes them: there a quote in a value is a reference.
_VALUES = r'(?: [a-z-]+="[^"]*")*'
_SOURCE = re.compile(f'<source{_VALUES} srcset="[^"]*"{_VALUES}>')
_SIZES = re.compile(f'<img{_VALUES} srcset="[^"]*"{_VALUES}>')
_SIZE = re.compile(' (?:srcset|sizes)="[^"]*"')


class Beside(NamedTuple):
    """What belongs to a page of posts, asked for all of them at once."""

    old_paths: Mapping[int, Sequence[str]]
    notes: Mapping[int, Sequence[Note]]
    talk: Talk


class Posts:
    """Writes posts and pages, as they stand at ``now``. ``logins`` are by id."""

    def __init__(
        self, numbers: Numbers, logins: dict[int, str], zone: ZoneInfo, now: datetime
    ) -> None:
        self._numbers = numbers
        self._logins = logins
        self._zone = zone
        self._now = now

    def written(self, post: Post, beside: Beside) -> Iterator[str]:
        """The text of an item, in pieces, as many may have been said below it."""
        link = _link(post)
        content = _content(post, link)
        yield "<item>\n"
        yield from self._said(post, link, content)
        yield from self._filed(post)
        yield from elements.metas("post", self._metas(post, content, beside))
        rows = beside.talk.below(post.id)
        yield from talk.written(rows, link, self._numbers, self._zone)
        yield "</item>\n"

    def _said(self, post: Post, link: str, content: str) -> Iterator[str]:
        at = post.published_at
        dated = at or post.created_at  # a draft without a date has that of its making
        name = elements.slug(post.slug)
        if post.status == Status.TRASH and name:
            name = f"{name}__trashed"
        is_future = post.status == Status.PUBLIC and not post.is_public(self._now)
        values: dict[str, str | int] = {
            "title": elements.words(post.title),
            "link": link,
            "pubDate": elements.feed_date(at),
            "dc:creator": post.author.name,
            "description": "",
            "content:encoded": content,
            "excerpt:encoded": elements.words(post.excerpt),
            "wp:post_id": post.id,
            "wp:post_date": elements.local(dated, self._zone),
            "wp:post_date_gmt": elements.gmt(at),
            "wp:post_modified": elements.local(post.edited_at, self._zone),
            "wp:post_modified_gmt": elements.gmt(post.edited_at),
            "wp:comment_status": "open" if post.comments_open else "closed",
            "wp:ping_status": "closed",
            "wp:post_name": name,
            "wp:status": "future" if is_future else _STATUSES[post.status],
            "wp:post_parent": post.parent_id or 0,
            "wp:menu_order": post.position,
            "wp:post_type": str(post.kind),
            "wp:post_password": post.password,
            "wp:is_sticky": int(post.sticky),
        }
        for key, value in values.items():
            yield element(key, value)
            if key == "dc:creator":
                yield element("guid", post.guid, ' isPermaLink="false"')

    def _filed(self, post: Post) -> Iterator[str]:
        for category in post.categories:
            yield filed("category", category.slug, category.name)
        for tag in post.tags:
            yield filed("post_tag", tag.slug, tag.name)
        if post.series is not None:
            yield filed(ours.SERIES, post.series.slug, post.series.name)
        if post.shape in _FORMATS:
            slug, name = _FORMATS[post.shape]
            yield filed("post_format", f"post-format-{slug}", name)
        # As the plugin Co-Authors Plus writes it.
        for user in post.authors[1:]:
            yield filed("author", f"cap-{user.name}", user.display_name)

    def _metas(self, post: Post, content: str, beside: Beside) -> Iterator[Meta]:
        files = self._numbers.files
        if post.cover_id is not None:
            yield "_thumbnail_id", str(files + post.cover_id)
        yield "_yoast_wpseo_title", post.seo_title
        yield "_yoast_wpseo_metadesc", post.seo_description
        yield "_yoast_wpseo_canonical", post.canonical_url
        if post.social_picture is not None:
            picture = post.social_picture
            yield "_yoast_wpseo_opengraph-image-id", str(files + picture.id)
            yield "_yoast_wpseo_opengraph-image", absolute_url(picture.path)
        if post.status == Status.TRASH:
            former = post.trashed_status or Status.DRAFT
            yield "_wp_trash_meta_status", _STATUSES[former]
            if post.trashed_at is not None:
                yield "_wp_trash_meta_time", str(int(post.trashed_at.timestamp()))
            yield "_wp_desired_post_slug", elements.slug(post.slug)
        yield from _old(post, beside.old_paths.get(post.id, ()))
        yield from source(post.source, str(post.format), content)
        yield f"{ours.PREFIX}shape", str(post.shape)
        yield f"{ours.PREFIX}link_url", post.link_url
        if post.series is not None:
            yield f"{ours.PREFIX}series_position", str(post.series_position)
        yield f"{ours.PREFIX}created_at", elements.gmt(post.created_at)
        yield from self._notes(beside.notes.get(post.id, ()))

    def _notes(self, notes: Sequence[Note]) -> Iterator[Meta]:
        places = {note.id: place for place, note in enumerate(notes, 1)}
        for note in notes:
            told = {
                "author": self._logins.get(note.author_id or 0, ""),
                "text": note.text,
                "quote": note.quote,
                "answers": str(places.get(note.parent_id or 0, "")),
                "created_at": elements.gmt(note.created_at),
                "edited_at": elements.stamp(note.edited_at),
                "resolved_at": elements.stamp(note.resolved_at),
                "resolved_by": self._logins.get(note.resolved_by_id or 0, ""),
            }
            kept = {key: value for key, value in told.items() if value}
            yield f"{ours.PREFIX}note", json.dumps(kept, ensure_ascii=False)


def filed(taxonomy: str, slug: str, name: str) -> str:
    """That an item is filed under something."""
    attributes = elements.attribute("domain", taxonomy)
    attributes += elements.attribute("nicename", elements.slug(slug))
    return f"<category{attributes}>{elements.cdata(elements.words(name))}</category>\n"


def source(text: str, format: str, content: str) -> Iterator[Meta]:
    """What was written, beside what was made of it."""
    yield f"{ours.PREFIX}format", format
    yield f"{ours.PREFIX}digest", ours.digest(legal(content))
    yield f"{ours.PREFIX}source", text


def _link(post: Post) -> str:
    """Where it stands, or would stand if it had an address."""
    if post.status in FINISHED and post.slug:
        return absolute_url(permalinks.post_url(post))
    name = "page_id" if post.kind == Kind.PAGE else "p"
    return absolute_url(f"/?{name}={post.id}")


def _content(post: Post, link: str) -> str:
    """Its text as WordPress shows it, with every address in full."""
    pages = [_plain(absolute(page, link)) for page in post.html.split(PAGE_BREAK)]
    opening, mark, rest = pages[0].partition(_MORE_HERE)
    first = _MORE.join((_block(opening), _block(rest))) if mark else _block(opening)
    return _NEXT_PAGE.join((first, *map(_block, pages[1:])))


def _plain(html: str) -> str:
    """With pictures in one size: WordPress makes sizes of its own."""
    html = _SOURCE.sub("", html).replace("<picture>", "").replace("</picture>", "")
    return _SIZES.sub(lambda tag: _SIZE.sub("", tag[0]), html)


def _block(html: str) -> str:
    return _BLOCK.format(html.strip()) if html.strip() else ""


def _old(post: Post, paths: Iterable[str]) -> Iterator[Meta]:
    """Where it stood before. WordPress knows of slugs alone, of the present place."""
    here = permalinks.post_url(post) if post.slug else ""
    for path in paths:
        bare, _, query = path.partition("?")
        slug = bare.rpartition("/")[2]
        if post.status == Status.PUBLIC and not query and slug != post.slug:
            place = unquote(here).rstrip("/")
            if place.endswith(f"/{post.slug}") and bare == (
                f"{place.removesuffix(post.slug)}{slug}"
            ):
                yield "_wp_old_slug", elements.slug(slug)
        yield f"{ours.PREFIX}old_path", old.quoted(path)
