"""Medium's export: a folder or zip with a page of HTML for each post."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ...text.tokens import End, Piece, Start, Text, pieces
from ...text.wellformed import VOID
from ..records import Author, Body, Channel, Item, Loss, Record, Unreadable
from . import blank, folders
from .folders import File, Refused

# "2018-05-17_A-title-0123456789ab.html"; a draft is "draft_A-title-….html".
_NAME = re.compile(
    r"(?:draft_|(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})_)?(?P<slug>.*?)"
    r"(?:-*(?P<id>[0-9a-f]{8,14}))?\.html?",
    re.IGNORECASE,
)
_GIST = re.compile(r"https://gist\.github\.com/[^\"'\s<>]{1,200}?(?=\.js\b|$)")
# Each says again what stands above the text.
_SAID_TWICE = frozenset({"graf--title", "graf--subtitle"})
_PICTURES = "cdn-images-1.medium.com", "miro.medium.com"


@dataclass
class _Page:
    """What a page says of a post."""

    title: str = ""
    subtitle: str = ""
    body: str = ""
    published: str = ""
    canonical: str = ""
    original: str = ""
    author: str = ""
    profile: str = ""
    pictures: dict[str, str] = field(default_factory=dict)  # their words by address


class Medium:
    """A source of what Medium gives at Settings, Download your information.

    :raise Unreadable: while iterating, if it is no folder or zip, or holds no post
    """

    def __init__(
        self, path: Path, progress: Callable[[int], object] = lambda _: None
    ) -> None:
        self.channel = Channel()
        self.losses: list[Loss] = []
        self._folder = folders.opened(path)
        self._progress = progress
        self._authors: set[str] = set()
        self._pictures: set[str] = set()

    def __iter__(self) -> Iterator[Record]:
        number = 0
        for line, file in enumerate(self._folder.files, start=1):
            self._progress(file.size)
            if file.suffix not in (".html", ".htm"):
                continue
            try:
                text = file.text()
            except Refused as error:
                self.losses.append(Loss(line, f"{file.place} was not read: {error}."))
                continue
            if 'data-field="body"' not in text:
                if "posts/" in file.place:
                    self.losses.append(Loss(line, f"{file.place} is no post."))
                continue
            number += 1
            yield from self._records(_read(text), file, line)
        if not number:
            raise Unreadable(
                "This is no export of Medium: no page in it has a post (line 1)."
            )

    def _records(self, page: _Page, file: File, line: int) -> Iterator[Record]:
        if not self.channel.link:
            self.channel.link = _site(page)
            self.channel.title = page.author
        login = _login(page)
        if login and login not in self._authors:
            self._authors.add(login)
            yield Author(line, "", login, "", page.author or login, "", "")
        for address, alt in page.pictures.items():
            if address not in self._pictures:
                self._pictures.add(address)
                yield _picture(address, alt, line)
        yield _post(page, file, line, login)


def _post(page: _Page, file: File, line: int, login: str) -> Item:
    name = _NAME.fullmatch(file.place.rpartition("/")[2])
    assert name is not None  # noqa: S101  it ends in .html
    link = page.canonical or page.original
    item = blank.item("post", "")
    item.line = line
    item.title = page.title
    item.excerpt = page.subtitle
    item.content, item.body = page.body, Body.HTML
    item.creator = login
    item.guid = page.original or page.canonical
    is_draft = file.place.rpartition("/")[2].startswith("draft_") or not page.published
    item.status = "draft" if is_draft else "publish"
    item.date_gmt = item.modified_gmt = page.published
    item.name = name["slug"].strip("-").lower()
    item.id = name["id"] or ""
    item.link = "" if is_draft else link
    return item


def _picture(address: str, alt: str, line: int) -> Item:
    item = blank.item("attachment", address)
    item.line = line
    item.name = urlsplit(address).path.rpartition("/")[2]
    item.attachment_url = item.guid = address
    item.status = "inherit"
    item.meta = [("_wp_attachment_image_alt", alt)] if alt else []
    return item


def _site(page: _Page) -> str:
    """What the export is known by: where the posts stand, of medium.com the author's
    place there.
    """
    link = urlsplit(page.canonical or page.original)
    if not link.netloc:
        return page.profile
    first = link.path.split("/")[1] if link.path.startswith("/@") else ""
    return f"{link.scheme}://{link.netloc}/{first}".rstrip("/")


def _login(page: _Page) -> str:
    return unquote(page.profile.rpartition("/")[2]).lstrip("@") or page.author


class _Reading:
    """One page, tag by tag."""

    def __init__(self) -> None:
        self.page = _Page()
        self._words: list[str] = []
        self._body: list[str] = []
        self._sections = 0  # that are open in the text
        self._skipped = ""  # the element whose contents are left out
        self._depth = 0
        self._is_first = True

    def take(self, piece: Piece) -> None:
        match piece.token:
            case Start() as start if self._skipped:
                self._depth += start.name == self._skipped
            case End(name) if self._skipped:
                self._depth -= name == self._skipped
                if not self._depth:
                    self._skipped = ""
            case _ if self._skipped:
                pass
            case _ if self._sections:
                self._in_body(piece)
            case _:
                self._around(piece)

    def _skip(self, name: str) -> None:
        self._skipped, self._depth = name, 1

    def _in_body(self, piece: Piece) -> None:
        match piece.token:
            case Start("section", _):
                self._sections += 1
            case End("section"):
                self._sections -= 1
                if not self._sections:
                    self.page.body = "".join(self._body).strip()
            case Start("div", attributes) if _has(attributes, "section-divider"):
                self._body.append("" if self._is_first else "<hr>")
                self._is_first = False
                self._skip("div")
            case Start(name, attributes) if _SAID_TWICE & _classes(attributes):
                self._skip(name)
            case Start("script", attributes):
                gist = _GIST.match(attributes.get("src", ""))
                if gist:
                    shown = html.escape(gist[0])
                    self._body.append(f'<a href="{shown}">{shown}</a>')
            case Start("img", attributes):
                self._note_picture(attributes)
                self._body.append(piece.raw)
            case _:
                self._body.append(piece.raw if piece.token is not None else "")

    def _note_picture(self, attributes: dict[str, str]) -> None:
        address = attributes.get("src", "")
        try:
            host = urlsplit(address).hostname
        except ValueError:  # a broken IPv6 address
            return
        if host in _PICTURES:
            self.page.pictures.setdefault(address, attributes.get("alt", ""))

    def _around(self, piece: Piece) -> None:
        page = self.page
        match piece.token:
            case Start("section", attributes) if attributes.get("data-field") == "body":
                self._sections = 1
            case Start("time", attributes):
                page.published = page.published or _moment(
                    attributes.get("datetime", "")
                )
            case Start("a", attributes):
                self._note_link(attributes)
                self._words = []
            case Start(name, _) if name not in VOID:
                self._words = []
            case Text(text):
                self._words.append(text)
            case End("h1"):
                page.title = page.title or self._said()
            case End("section"):
                page.subtitle = page.subtitle or self._said()
            case End("a") if page.profile and not page.author:
                page.author = self._said()

    def _note_link(self, attributes: dict[str, str]) -> None:
        address = attributes.get("href", "")
        if _has(attributes, "p-author"):
            self.page.profile = address
        elif _has(attributes, "p-canonical"):
            self.page.canonical = address
        elif re.match(r"https://medium\.com/p/[0-9a-f]+$", address):
            self.page.original = address

    def _said(self) -> str:
        return " ".join("".join(self._words).split())


def _read(text: str) -> _Page:
    reading = _Reading()
    for piece in pieces(text):
        reading.take(piece)
    return reading.page


def _moment(text: str) -> str:
    """A moment as WordPress writes it in UTC; "" for none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _classes(attributes: dict[str, str]) -> set[str]:
    return set(attributes.get("class", "").split())


def _has(attributes: dict[str, str], name: str) -> bool:
    return name in _classes(attributes)
