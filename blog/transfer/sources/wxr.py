"""WordPress's export, WXR 1.0 to 1.2, read as a stream: one item is held at a time.

The namespaces carry the version, and exports declare them in many ways, or not at all;
a name is what its namespace says, or else what its prefix usually means. A version that
nobody knows is read as 1.2.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from ..records import (
    Author,
    Channel,
    Comment,
    Filed,
    Item,
    Loss,
    Term,
    Unreadable,
)
from .repair import Mender

# An export is five deep. Deeper is no export, and would cost memory.
MAX_DEPTH = 50
# Of one item with its comments, in characters and what its elements weigh; the largest
# ever seen has a tenth of it.
MAX_WEIGHT = 128 * 1024 * 1024
_ELEMENT_WEIGHT = 200
# Of what the channel says of itself, as the parser hands it over.
_MOST_PIECES = 1_000

_WORDPRESS = re.compile(r"https?://wordpress\.org/export/[^/]{1,9}/(excerpt/)?")
_NAMESPACES = {
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "urn:recto:export": "recto",
}
_USUAL = frozenset({"wp", "content", "excerpt", "dc"})
_TERMS = {"wp:category": "category", "wp:tag": "post_tag", "wp:term": ""}
_RECORDS = frozenset({"item", "wp:author", *_TERMS})
# What expat says of anything behind the end of a document.
_BEHIND = frozenset(
    expat.errors.codes[each]
    for each in (
        expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT,
        expat.errors.XML_ERROR_MISPLACED_XML_PI,
    )
)
# Elements of records whose lines are told.
_PLACED = frozenset({"wp:comment"})


@dataclass(slots=True)
class _Node:
    """An element of a record that is being read."""

    name: str
    line: int
    attributes: Mapping[str, str]
    text: list[str] = field(default_factory=list)
    children: list["_Node"] = field(default_factory=list)

    def get(self, name: str) -> str:
        """The text of the first child of that name as it is, or ""."""
        for child in self.children:
            if child.name == name:
                return "".join(child.text)
        return ""

    def word(self, name: str) -> str:
        """As ``get``, without blanks around."""
        return self.get(name).strip()

    def all(self, name: str) -> list["_Node"]:
        return [child for child in self.children if child.name == name]


class Reader:
    """One pass over a file: authors, terms and items in the file's order.

    ``channel`` is whole once the first item was read. ``losses`` grows meanwhile: what
    was mended, and where a file breaks off after sound items, which ends the iteration.
    ``progress`` is told the number of bytes just read.

    :raise Unreadable: while iterating, for a file with a DOCTYPE, of another kind, or
        one that breaks off before the first item is whole
    """

    def __init__(
        self, file: BinaryIO, progress: Callable[[int], object] = lambda _: None
    ) -> None:
        self.channel = Channel()
        self._mender = Mender(file)
        self.losses: list[Loss] = self._mender.losses
        self._progress = progress
        self._scopes: list[dict[str, str]] = [{}]
        self._scoped: list[bool] = []
        self._path: list[str] = []
        self._open: list[_Node] = []
        self._ready: list[_Node] = []
        self._channel_text: list[str] | None = None
        self._is_wordpress = False
        self._items = 0
        self._weight = 0
        self._begin(1)

    def _begin(self, line: int) -> None:
        """Begin to parse an export whose first line is that of the file."""
        self._first_line = line
        self._bytes_parsed = 0
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    @property
    def _line(self) -> int:
        """The line of the file at which the parser is."""
        return self._first_line + self._parser.CurrentLineNumber - 1

    def __iter__(self) -> Iterator[Author | Term | Item]:
        seen = 0
        try:
            for text in self._mender:
                self._parse(text.encode())
                yield from self._records()
                self._progress(self._mender.bytes_read - seen)
                seen = self._mender.bytes_read
            self._parser.Parse("", True)
        except expat.ExpatError as error:
            # What stood before the break in the same piece of text is sound.
            yield from self._records()
            self._progress(self._mender.bytes_read - seen)
            self._broke_off(error)
            return
        yield from self._records()
        if not self._is_wordpress:
            raise Unreadable(
                "This is RSS, but no export of WordPress: nothing of WordPress's own "
                f"is in it up to its end, line {self._line}."
            )

    def _parse(self, data: bytes) -> None:
        """Parse a piece of the file, and what stands behind the end of an export."""
        while True:
            try:
                self._parser.Parse(data, False)
            except expat.ExpatError as error:
                start = self._parser.ErrorByteIndex - self._bytes_parsed
                behind = data[start:].lstrip() if error.code in _BEHIND else b""
                if self._path or not behind.startswith((b"<?xml", b"<rss")):
                    raise
                line = self._first_line + error.lineno - 1
                self.losses.append(
                    Loss(line, "Another export begins here; it was read as well.")
                )
                self._begin(line)
                data = behind
            else:
                self._bytes_parsed += len(data)
                return

    def _broke_off(self, error: expat.ExpatError) -> None:
        line = self._first_line + error.lineno - 1
        what = expat.ErrorString(error.code) or "not well-formed"
        if not self._items:
            raise Unreadable(
                f"This is no readable export: {what}, line {line}, and no "
                "whole item stands before it."
            )
        lost = f" The item that begins on line {self._open[0].line} is lost." * (
            bool(self._open) and self._open[0].name == "item"
        )
        self.losses.append(
            Loss(
                line,
                f"The file is broken here ({what}); nothing after it was read.{lost}",
            )
        )

    def _records(self) -> Iterator[Author | Term | Item]:
        ready, self._ready = self._ready, []
        for node in ready:
            if node.name == "item":
                yield _item(node)
            elif node.name == "wp:author":
                yield _author(node)
            else:
                yield _term(node)

    # What expat calls

    def _doctype(self, *_declaration: object) -> None:
        # It can define entities that grow to gigabytes or read files of this machine.
        raise Unreadable(
            "The file declares a DOCTYPE, which no export of WordPress does; it was "
            f"not read (line {self._line})."
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._enter_scope(attributes)
        name = self._resolved(tag)
        depth = len(self._path)
        if depth >= MAX_DEPTH:
            raise Unreadable(
                f"More than {MAX_DEPTH} elements lie in one another on line "
                f"{self._line}; no export of WordPress does that."
            )
        if depth == 0 and name != "rss":
            raise Unreadable(
                f"This is no export of WordPress: it begins with <{tag[:40]}>, "
                f"line {self._line}."
            )
        self._path.append(name)
        if name.startswith("wp:"):
            self._is_wordpress = True
        self._weigh(_ELEMENT_WEIGHT)
        if self._open:
            # Counting lines takes time, and of few it is asked where they stand.
            line = self._line if name in _PLACED else 0
            node = _Node(name, line, attributes)
            self._open[-1].children.append(node)
            self._open.append(node)
        elif depth == 2 and name in _RECORDS:
            line = self._line
            self._open.append(_Node(name, line, attributes))
        elif depth == 2:
            self._channel_text = []

    def _end(self, _tag: str) -> None:
        name = self._path.pop()
        if self._scoped.pop():
            self._scopes.pop()
        if self._open:
            node = self._open.pop()
            if not self._open:
                if node.name == "item" and not self._knows_wordpress():
                    raise Unreadable(
                        "This is RSS, but no export of WordPress: its first item, line "
                        f"{node.line}, says nothing of WordPress."
                    )
                self._items += node.name == "item"
                self._ready.append(node)
        elif self._channel_text is not None and len(self._path) == 2:
            self._say(name, "".join(self._channel_text).strip())
            self._channel_text = None

    def _characters(self, text: str) -> None:
        if self._open:
            self._weigh(len(text))
            self._open[-1].text.append(text)
        elif self._channel_text is not None and len(self._channel_text) < _MOST_PIECES:
            self._channel_text.append(text)

    def _weigh(self, more: int) -> None:
        """Note how much of a record is held: an endless one would fill the memory."""
        self._weight = self._weight + more if self._open else 0
        if self._weight > MAX_WEIGHT:
            raise Unreadable(
                f"The item that begins on line {self._open[0].line} is larger than any "
                "site has; nothing after it was read."
            )

    # Names

    def _enter_scope(self, attributes: Mapping[str, str]) -> None:
        if not attributes:  # as nearly always
            self._scoped.append(False)
            return
        declared = {
            name[6:]: uri.strip()
            for name, uri in attributes.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        self._scoped.append(bool(declared))
        if declared:
            self._scopes.append(self._scopes[-1] | declared)

    def _resolved(self, tag: str) -> str:
        prefix, colon, local = tag.rpartition(":")
        uri = self._scopes[-1].get(prefix)
        if uri is None:  # declared nowhere
            return tag if colon == "" or prefix in _USUAL else f"other:{local}"
        if uri == "":
            return local
        wordpress = _WORDPRESS.fullmatch(uri)
        if wordpress:
            return f"{'excerpt' if wordpress[1] else 'wp'}:{local}"
        return f"{_NAMESPACES.get(uri, 'other')}:{local}"

    def _knows_wordpress(self) -> bool:
        return self._is_wordpress or any(
            _WORDPRESS.fullmatch(uri) for uri in self._scopes[-1].values()
        )

    def _say(self, name: str, text: str) -> None:
        """Note what the channel says of itself; the first word counts."""
        names = {
            "wp:base_site_url": "base_site_url",
            "wp:base_blog_url": "base_blog_url",
            "wp:wxr_version": "version",
            "pubDate": "pub_date",
            **{same: same for same in ("title", "link", "description", "language")},
        }
        attribute = names.get(name)
        if attribute is not None and not getattr(self.channel, attribute):
            setattr(self.channel, attribute, text)


def _author(node: _Node) -> Author:
    return Author(
        line=node.line,
        id=node.word("wp:author_id"),
        login=node.word("wp:author_login"),
        email=node.word("wp:author_email"),
        display_name=node.word("wp:author_display_name"),
        first_name=node.word("wp:author_first_name"),
        last_name=node.word("wp:author_last_name"),
        meta=[
            (f"_recto_{each.attributes.get('name')}", "".join(each.text))
            for each in node.all("recto:meta")
        ],
    )


def _term(node: _Node) -> Term:
    taxonomy = _TERMS[node.name] or _taxonomy(node.word("wp:term_taxonomy"))
    part = {"wp:category": "category", "wp:tag": "tag", "wp:term": "term"}[node.name]
    slug, name = f"wp:{part}_slug", f"wp:{part}_name"
    if part == "category":
        slug, name = "wp:category_nicename", "wp:cat_name"
    return Term(
        line=node.line,
        taxonomy=taxonomy,
        id=node.word("wp:term_id"),
        slug=node.word(slug),
        parent=node.word(f"wp:{part}_parent"),
        name=node.word(name),
        description=node.word(f"wp:{part}_description"),
        meta=_meta(node, "wp:termmeta"),
    )


def _item(node: _Node) -> Item:
    return Item(
        line=node.line,
        title=node.word("title"),
        link=node.word("link"),
        pub_date=node.word("pubDate"),
        creator=node.word("dc:creator"),
        guid=node.word("guid"),
        content=node.get("content:encoded"),
        excerpt=node.get("excerpt:encoded"),
        id=node.word("wp:post_id"),
        date=node.word("wp:post_date"),
        date_gmt=node.word("wp:post_date_gmt"),
        modified_gmt=node.word("wp:post_modified_gmt"),
        comment_status=node.word("wp:comment_status"),
        name=node.word("wp:post_name"),
        status=node.word("wp:status"),
        parent=node.word("wp:post_parent"),
        menu_order=node.word("wp:menu_order"),
        type=node.word("wp:post_type") or "post",
        password=node.get("wp:post_password"),
        is_sticky=node.word("wp:is_sticky"),
        attachment_url=node.word("wp:attachment_url"),
        filed=[_filed(child) for child in node.all("category")],
        meta=_meta(node, "wp:postmeta"),
        comments=[_comment(child) for child in node.all("wp:comment")],
    )


def _filed(node: _Node) -> Filed:
    return Filed(
        # In 1.0, and in feeds, what says nothing is a category.
        taxonomy=_taxonomy(node.attributes.get("domain", "") or "category"),
        slug=node.attributes.get("nicename", "").strip(),
        name="".join(node.text).strip(),
    )


def _comment(node: _Node) -> Comment:
    return Comment(
        line=node.line,
        id=node.word("wp:comment_id"),
        author=node.word("wp:comment_author"),
        email=node.word("wp:comment_author_email"),
        url=node.word("wp:comment_author_url"),
        ip=node.word("wp:comment_author_IP"),
        date=node.word("wp:comment_date"),
        date_gmt=node.word("wp:comment_date_gmt"),
        content=node.get("wp:comment_content"),
        approved=node.word("wp:comment_approved"),
        type=node.word("wp:comment_type"),
        parent=node.word("wp:comment_parent"),
        user_id=node.word("wp:comment_user_id"),
        meta=_meta(node, "wp:commentmeta"),
    )


def _meta(node: _Node, name: str) -> list[tuple[str, str]]:
    return [
        (child.word("wp:meta_key"), child.get("wp:meta_value"))
        for child in node.all(name)
    ]


def _taxonomy(name: str) -> str:
    return "post_tag" if name == "tag" else name
