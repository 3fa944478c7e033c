"""The tags and words of HTML, read as a browser's tokeniser reads them."""

import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import NamedTuple

Attributes = dict[str, str]

# Their words are a program's, not the writer's.
CODE = frozenset({"script", "style"})

_TAG = re.compile(r"</?[a-zA-Z]")
_NAME = re.compile(r"<(/?)([a-zA-Z][^\t\n\f\r />]*+)")
_ATTRIBUTE = re.compile(
    r"[\t\n\f\r /]*+([^\t\n\f\r />][^\t\n\f\r />=]*+)"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    r"(?:\"([^\"]*+)\"|'([^']*+)'|(?P<open>[\"'])|([^\t\n\f\r >\"'][^\t\n\f\r >]*+)|))?"
)
_TAG_END = re.compile(r"[\t\n\f\r /]*+>")
_COMMENT_END = re.compile(r"--!?>")
_REFERENCE = re.compile(r"&(#[xX][0-9a-fA-F]+;?|#[0-9]+;?|[A-Za-z][A-Za-z0-9]*+;?)")
# Python refuses to read a number of thousands of digits; no character has so many.
_HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")
_SIMPLE_TAG = re.compile(r"<(/?)([a-z][a-z0-9]{0,15})>")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def names(listed: str) -> frozenset[str]:
    """The names of elements in a line of them."""
    return frozenset(listed.split())


class Text(NamedTuple):
    """Characters, with their references decoded."""

    text: str


class Start(NamedTuple):
    name: str
    attributes: Attributes


class End(NamedTuple):
    name: str


class Comment(NamedTuple):
    text: str


Token = Text | Start | End | Comment


class Piece(NamedTuple):
    """A token as it was written. ``token`` is None for what says nothing: a doctype,
    the contents of script and style elements.
    """

    raw: str
    token: Token | None


def tokens(source: str) -> Iterator[Token]:
    """The tags and text of HTML, read as a browser's tokeniser reads them.

    A tag or comment that never ends is text, so that no word is lost; the contents of
    script and style elements are left out.
    """
    for piece in pieces(source):
        if piece.token is not None:
            yield piece.token


def pieces(source: str) -> Iterator[Piece]:
    """The tokens of HTML, each with what was written; together these are the source,
    but for half characters and references that no character has, which are replaced.
    """
    source = _HUGE_REFERENCE.sub("\ufffd", _SURROGATES.sub("\ufffd", source))
    is_plain = _plain(source) == source
    position = 0
    unclosed: set[str] = set()
    while position < len(source):
        start = source.find("<", position)
        if start < 0:
            start = len(source)
        if start > position:
            raw = source[position:start]
            yield Piece(raw, Text(raw if is_plain and "&" not in raw else _text(raw)))
        if start == len(source):
            return
        token, position = _markup(source, start, unclosed)
        yield Piece(source[start:position], token)
        if isinstance(token, Start) and token.name in CODE:
            end = _after_code(source, position, token.name)
            if end > position:
                yield Piece(source[position:end], None)
            position = end


def _markup(source: str, start: int, unclosed: set[str]) -> tuple[Token | None, int]:
    """The tag, comment or bare ``<`` at ``start``, and where it ends.

    ``unclosed`` remembers what has no end in the rest of the source, so that the
    search for it is not made again at every ``<``.
    """
    simple = _SIMPLE_TAG.match(source, start)  # as most of them are
    if simple is not None:
        name = simple[2]
        return (End(name) if simple[1] else Start(name, {})), simple.end()
    if _TAG.match(source, start):
        return _tag(source, start, unclosed)
    if source.startswith("<!--", start):
        return _comment(source, start, unclosed)
    if source.startswith(("<!", "<?", "</"), start):
        end = -1 if "bogus" in unclosed else source.find(">", start)
        if end >= 0:
            return None, end + 1
        unclosed.add("bogus")
    return Text("<"), start + 1


def _tag(source: str, start: int, unclosed: set[str]) -> tuple[Token, int]:
    name = None if "tag" in unclosed else _NAME.match(source, start)
    found = None if name is None else _attributes(source, name.end())
    if name is None or found is None:
        unclosed.add("tag")
        return Text("<"), start + 1
    attributes, end = found
    lowered = name[2].lower()
    return (End(lowered) if name[1] else Start(lowered, attributes)), end


def _attributes(source: str, position: int) -> tuple[Attributes, int] | None:
    """The attributes from ``position`` on and the end of the tag; None without an end.

    The first of two attributes with one name counts, as in a browser.
    """
    found: Attributes = {}
    while (end := _TAG_END.match(source, position)) is None:
        match = _ATTRIBUTE.match(source, position)
        if match is None or match["open"]:
            return None
        value = match[2] or match[3] or match[5] or ""
        found.setdefault(match[1].lower(), _attribute_value(value))
        position = match.end()
    return found, end.end()


def _comment(source: str, start: int, unclosed: set[str]) -> tuple[Token | None, int]:
    for short in ("<!-->", "<!--->"):
        if source.startswith(short, start):
            return Comment(""), start + len(short)
    end = None
    if "comment" not in unclosed:
        end = _COMMENT_END.search(source, start + 4)
    if end is None:
        unclosed.add("comment")
        return Text("<"), start + 1
    return Comment(source[start + 4 : end.start()]), end.end()


def _after_code(source: str, position: int, name: str) -> int:
    end = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(
        source, position
    )
    return len(source) if end is None else end.start()


def _text(raw: str) -> str:
    return _plain(html.unescape(raw)) if "&" in raw else _plain(raw)


def _attribute_value(raw: str) -> str:
    return _plain(_REFERENCE.sub(_decoded, raw)) if "&" in raw else _plain(raw)


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    return _CONTROLS.sub("", text)


def _decoded(match: re.Match[str]) -> str:
    """A reference in an attribute; ``?a=1&copy=2`` holds none (WHATWG 13.2.5.73)."""
    name = match[1]
    if name.startswith("#"):
        return html.unescape(match[0])
    if not name.endswith(";") and match.string[match.end() : match.end() + 1] == "=":
        return match[0]
    return html5.get(name, match[0])
