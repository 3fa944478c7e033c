"""Our own export to Markdown: a text for each post, with all that is known of it above
its words, the comments beside it, and two files for what is said of the whole site.
"""

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import NoReturn
from urllib.parse import quote
from zoneinfo import ZoneInfo, available_timezones

from ...text.sanitizer import Format
from ..records import Author, Body, Channel, Comment, Filed, Item, Term, Unreadable
from . import blank, dates, front_matter
from .dates import moment
from .described import CO_AUTHOR, OLD_PATH, Fields
from .folders import File, Refused
from .front_matter import Head

SITE, MEDIA = "recto.json", "media.json"
COMMENTS = ".comments.json"
_TAXONOMIES = {"categories": "category", "tags": "post_tag", "series": "series"}
# What a text was before it was thrown away, in WordPress's words.
_FORMER = {"public": "publish"}

# Of one list; a million files have so many in theirs.
_MOST_BYTES = 512 * 1024 * 1024

_Table = Mapping[str, object]


@dataclass
class Own:
    """What the site says of itself. ``media`` are numbers of files by their paths,
    ``logins`` those of people by their numbers.
    """

    channel: Channel
    authors: list[_Table] = field(default_factory=list)
    terms: list[_Table] = field(default_factory=list)
    files: list[_Table] = field(default_factory=list)
    media: dict[str, str] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None

    def records(self) -> Iterator[Author | Term | Item]:
        """People, terms and files, in the order of the export."""
        for each in self.authors:
            login, name = _said(each, "login"), _said(each, "display_name")
            yield Author(
                0, _said(each, "id"), login, _said(each, "email"), _plain(name), "", ""
            )
        for each in self.terms:
            yield Term(
                0,
                _said(each, "taxonomy"),
                _said(each, "id"),
                _said(each, "slug"),
                _said(each, "parent"),
                _plain(_said(each, "name")),
                _plain(_said(each, "description")),
            )
        for each in self.files:
            yield self._file(each)

    def item(self, place: str, head: Head) -> Item:
        """The record of a text, without its words."""
        fields = Fields(head)
        item = blank.item(fields.text("type") or "post", fields.text("id"))
        item.body = Body.HTML if place.endswith(".html") else Body.MARKDOWN
        item.title = _plain(fields.text("title"))
        item.name, item.guid = fields.text("slug"), fields.text("guid")
        path = fields.text("link")
        item.link = f"{self.channel.link}{path}" if path else ""
        item.creator, item.status = fields.text("author"), fields.text("status")
        item.date, item.date_gmt = self._times(fields.text("date"))
        item.modified_gmt = _utc(fields.text("updated"))
        item.excerpt = _plain(fields.text("excerpt"))
        item.password, item.parent = fields.text("password"), fields.text("parent")
        item.menu_order = fields.text("weight")
        item.is_sticky = "1" if front_matter.flag(fields.get("sticky")) else ""
        is_open = front_matter.flag(fields.get("comments")) is not False
        item.comment_status = "open" if is_open else "closed"
        for name, taxonomy in _TAXONOMIES.items():
            item.filed += [Filed(taxonomy, slug, "") for slug in fields.words(name)]
        co_authors = fields.words("co_authors")
        item.filed += [Filed(CO_AUTHOR, login, login) for login in co_authors]
        item.meta = list(self._meta(item, fields))
        return item

    def _meta(self, item: Item, fields: Fields) -> Iterator[tuple[str, str]]:
        is_markdown = item.body is Body.MARKDOWN
        said = {
            "_recto_format": str(Format.MARKDOWN if is_markdown else Format.HTML),
            "_recto_shape": fields.text("shape") or "article",
            "_recto_link_url": fields.text("link_url"),
            "_recto_series_position": fields.text("series_position"),
            "_recto_created_at": _utc(fields.text("created")),
            "_thumbnail_id": self._number(fields.text("image")),
            "_yoast_wpseo_title": fields.text("seo_title"),
            "_yoast_wpseo_metadesc": fields.text("seo_description"),
            "_yoast_wpseo_canonical": fields.text("canonical_url"),
            "_yoast_wpseo_opengraph-image-id": self._number(
                fields.text("social_image")
            ),
        }
        if item.status == "trash":
            former = fields.text("trashed_from")
            thrown = moment(fields.text("trashed"))
            said["_wp_trash_meta_status"] = _FORMER.get(former, former)
            said["_wp_desired_post_slug"] = item.name
            if thrown is not None and thrown.utc is not None:
                seconds = int(thrown.utc.replace(tzinfo=UTC).timestamp())
                said["_wp_trash_meta_time"] = str(seconds)
        yield from ((name, value) for name, value in said.items() if value)
        yield from ((OLD_PATH, alias) for alias in fields.words("aliases"))

    def _number(self, path: str) -> str:
        return self.media.get(path.lstrip("/"), "") if path else ""

    def _times(self, text: str) -> tuple[str, str]:
        at = moment(text, self.zone)
        return (dates.shown(at.local), dates.shown(at.utc)) if at else ("", "")

    def _file(self, said: _Table) -> Item:
        path = _said(said, "path")
        item = blank.item("attachment", _said(said, "id"))
        item.status = "inherit"
        item.name = path
        item.title, item.excerpt = _plain(_said(said, "name")), _said(said, "caption")
        item.excerpt = _plain(item.excerpt)
        item.attachment_url = f"{self.channel.link}/{quote(path)}"
        item.creator = self.logins.get(_said(said, "uploader"), "")
        item.date, item.date_gmt = self._times(_said(said, "date"))
        alt = _plain(_said(said, "alt"))
        item.meta = [("_wp_attached_file", path), ("_wp_attachment_image_alt", alt)]
        return item


def root(files: Sequence[File]) -> str:
    """The folder of an export in a zip of it, with a slash at its end; "" for none."""
    found = (file.place for file in files if file.place.endswith(f"/{SITE}"))
    start = next(found, "").removesuffix(SITE)
    return start if all(file.place.startswith(start) for file in files) else ""


def read(files: Mapping[str, File]) -> Own | None:
    """What our own export says of the site; ``None`` if the files are none.

    :raise Unreadable: if it is broken
    """
    file = files.get(SITE)
    if file is None:
        return None
    said = _json(file)
    if not isinstance(said, Mapping):
        _refuse(file)
    names = ("title", "link", "description", "language", "timezone")
    channel = Channel(**{name: _said(said, name) for name in names})
    channel.link = channel.base_blog_url = channel.link.rstrip("/")
    media = files.get(MEDIA)
    own = Own(
        channel,
        _tables(said.get("authors")),
        _tables(said.get("terms")),
        _tables(_json(media)) if media else [],
    )
    own.media = {_said(each, "path"): _said(each, "id") for each in own.files}
    own.logins = {_said(each, "id"): _said(each, "login") for each in own.authors}
    if channel.timezone in available_timezones():
        own.zone = ZoneInfo(channel.timezone)
    return own


def comments(file: File | None) -> list[Comment]:
    """The comments in the file beside a text.

    :raise Unreadable: if it is broken
    """
    if file is None:
        return []
    found = _json(file)
    return [_comment(each) for each in _tables(found)]


def _comment(said: _Table) -> Comment:
    written = _said(said, "format")
    comment = Comment(
        line=0,
        id=_said(said, "id"),
        author=_plain(_said(said, "author")),
        email=_said(said, "email"),
        url=_said(said, "url"),
        ip=_said(said, "ip"),
        date="",
        date_gmt=_utc(_said(said, "date")),
        content=_said(said, "content", is_text=True),
        approved=_said(said, "status"),
        type=_said(said, "type"),
        parent=_said(said, "parent"),
        user_id=_said(said, "user"),
        meta=[
            ("_recto_reason", _said(said, "reason")),
            ("_recto_user_agent", _said(said, "user_agent")),
            ("_recto_edited_at", _utc(_said(said, "edited"))),
            ("_wp_trash_meta_status", _said(said, "previous")),
        ],
    )
    if written in set(Format):
        comment.format = Format(written)
    return comment


def _json(file: File) -> object:
    try:
        return json.loads(file.text(_MOST_BYTES))
    except (Refused, ValueError, RecursionError):
        _refuse(file)


def _refuse(file: File) -> NoReturn:
    raise Unreadable(f"{file.place} is no JSON that an export of ours holds.")


def _tables(found: object) -> list[_Table]:
    rows: Sequence[object] = found if isinstance(found, list) else []
    return [each for each in rows if isinstance(each, Mapping)]


def _said(table: _Table, name: str, *, is_text: bool = False) -> str:
    """What an entry says; 0 stands for no number."""
    value = table.get(name)
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and not is_text:
        return str(value)
    return ""


def _plain(text: str) -> str:
    """Words as WordPress keeps them, which an import reads as HTML."""
    return html.escape(text, quote=False)


def _utc(text: str) -> str:
    at = moment(text, UTC) if text else None
    return dates.shown(at.utc) if at else ""
