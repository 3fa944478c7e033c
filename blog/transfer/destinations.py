"""The destinations in Markdown, with where each stands in the source: of links and
pictures, of reference definitions, of ``<https://…>``, and in the tags of raw HTML.

They are found by the parser that renders posts, so that nothing in code, and no words
that only look like an address, are among them.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, autolink, html_inline, image, link
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_inline

from ..text.tokens import Start, pieces

Rule = Callable[[StateInline, bool], bool]

# Of each tag, the attribute that is an address.
ATTRIBUTE = {
    "a": "href",
    **dict.fromkeys(("audio", "embed", "img", "source", "video"), "src"),
}
_LINE_END = re.compile(r"\r\n?|\n")
# In front of a definition's address: its label, and perhaps the marks of quotes.
_DEFINED = re.compile(r"\[(?:[^\[\]\\]|\\.)+\]:[\s>]*", re.DOTALL)
_SPACES = " \t\n"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,31}:")


class Destination(NamedTuple):
    """``address`` is what is meant, ``source[start:end]`` how it is written: a whole
    tag where ``tag`` is one, else the destination alone, with ``<`` and ``>`` if these
    stand around it. ``is_bare`` is one whose text is the address itself.
    """

    address: str
    start: int
    end: int
    tag: Start | None = None
    is_bare: bool = False


def destinations(source: str) -> list[Destination]:
    """The destinations of a text in order."""
    env: dict[str, object] = {}
    lines = _Lines(source)
    found: list[Destination] = []
    for token in _parser.parse(source, env):
        if token.map is None:
            continue
        if token.type == "inline":
            place = lines.place(token.content, token.map)
            spans = _inline(token.content, env)
        elif token.type == "html_block":
            place = lines.place(token.content, token.map)
            spans = list(_tags(token.content, 0))
        else:
            continue
        found += _placed(spans, place)
    found += _defined(source, env, lines)
    return sorted(found, key=lambda each: each.start)


def address_of(tag: Start) -> str:
    """The address that a tag shows or links to; "" for none."""
    return tag.attributes.get(ATTRIBUTE.get(tag.name, ""), "")


class _Span(NamedTuple):
    """Where something stands in the content of a block."""

    start: int
    end: int
    address: str
    tag: Start | None = None
    is_bare: bool = False


class _Lines:
    """Where the lines of a source begin and end."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._bounds: list[tuple[int, int]] = []
        start = 0
        for end in _LINE_END.finditer(source):
            self._bounds.append((start, end.start()))
            start = end.end()
        self._bounds.append((start, len(source)))
        self._row: tuple[Sequence[int], int] = ((), 0)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the lines from ``first`` up to ``last``, without it, stand."""
        last = min(last, len(self._bounds))
        return self._bounds[first][0], self._bounds[last - 1][1]

    def place(self, content: str, rows: Sequence[int]) -> list[tuple[int, int]]:
        """For each line of a block's content, where it begins in that and where in the
        source; what cannot be told is left out.
        """
        found: list[tuple[int, int]] = []
        offset = 0
        row = rows[0]
        # The cells of a row of a table stand in one line, one behind the other.
        begin = self._row[1] if self._row[0] == list(rows) else 0
        for line in content.split("\n"):
            if row >= len(self._bounds):
                break
            start, end = self._bounds[row]
            at = self._source.find(line.rstrip(), max(start, begin), end)
            if line.strip() and at >= 0:
                found.append((offset, at))
                begin = at + len(line.rstrip())
                self._row = (list(rows), begin)
            offset += len(line) + 1
            row += 1
        return found


def _placed(
    spans: Sequence[_Span], place: Sequence[tuple[int, int]]
) -> Iterator[Destination]:
    for span in spans:
        start = _at(span.start, place)
        end = _at(max(span.end - 1, span.start), place)
        if start is None or end is None:
            continue
        address = span.address
        if span.tag is not None:
            address = address_of(span.tag)
        if address:
            yield Destination(address, start, end + 1, span.tag, span.is_bare)


def _at(offset: int, place: Sequence[tuple[int, int]]) -> int | None:
    number = bisect_right(place, offset, key=itemgetter(0)) - 1
    if number < 0:
        return None
    begin, at = place[number]
    return at + offset - begin


def _defined(
    source: str, env: dict[str, object], lines: _Lines
) -> Iterator[Destination]:
    """The destinations of reference definitions."""
    references = env.get("references", {})
    assert isinstance(references, dict)  # noqa: S101  the parser's own
    again = env.get("duplicate_refs", [])
    assert isinstance(again, list)  # noqa: S101  the parser's own
    for each in (*references.values(), *again):
        start, end = lines.span(*each["map"])
        mark = _DEFINED.search(source, start, end)
        if mark is None:
            continue
        found = _parser.helpers.parseLinkDestination(source, mark.end(), end)
        if found.ok and found.str:
            yield Destination(found.str, mark.end(), found.pos)


# What the parser is made to tell


def _inline(content: str, env: dict[str, object]) -> list[_Span]:
    spans: list[_Span] = []
    inside = env | {"spans": spans, "base": 0}
    _parser.inline.parse(content, _parser, inside, [])
    return spans


def _tags(source: str, offset: int) -> Iterator[_Span]:
    found = list(pieces(source))
    if sum(len(piece.raw) for piece in found) != len(source):
        return  # something in it was replaced, and nothing stands where it seems to
    for piece in found:
        if isinstance(piece.token, Start):
            yield _Span(offset, offset + len(piece.raw), "", piece.token)
        offset += len(piece.raw)


def _telling(rule: Rule, tell: Callable[[StateInline, int], Iterator[_Span]]) -> Rule:
    """The rule, which also notes what it found, and where."""

    def matches(state: StateInline, silent: bool) -> bool:
        start = state.pos
        spans = state.env.get("spans")
        base = state.env.get("base")
        if not rule(state, silent):
            return False
        if not silent and spans is not None and base is not None:
            for span in tell(state, start):
                spans.append(
                    span._replace(start=span.start + base, end=span.end + base)
                )
        return True

    return matches


def _of_link(state: StateInline, start: int) -> Iterator[_Span]:
    """The destination in ``[words](destination "title")``; nothing of a reference."""
    is_image = state.src[start] == "!"
    label_end = state.md.helpers.parseLinkLabel(state, start + is_image, not is_image)
    end = state.pos
    if end <= label_end + 1 or state.src[label_end + 1] != "(":
        return
    at = label_end + 2
    while state.src[at] in _SPACES:
        at += 1
    found = state.md.helpers.parseLinkDestination(state.src, at, end)
    if found.ok and found.str:
        yield _Span(at, found.pos, found.str)


def _of_autolink(state: StateInline, start: int) -> Iterator[_Span]:
    address = state.src[start + 1 : state.pos - 1]
    if _SCHEME.match(address):  # and no e-mail address
        yield _Span(start, state.pos, address, is_bare=True)


def _of_html(state: StateInline, start: int) -> Iterator[_Span]:
    yield from _tags(state.src[start : state.pos], start)


def _within(rule: Rule, offset: int | None) -> Rule:
    """The rule, which reads a part of the text by calling the parser anew: at
    ``offset`` behind its own beginning, or where nothing is to be noted.
    """

    def matches(state: StateInline, silent: bool) -> bool:
        base: int | None = state.env.get("base")
        state.env["base"] = None
        if base is not None and offset is not None:
            state.env["base"] = base + state.pos + offset
        try:
            return rule(state, silent)
        finally:
            state.env["base"] = base

    return matches


def _made() -> MarkdownIt:
    md = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    md.use(footnote_plugin)
    md.core.ruler.enableOnly(["normalize", "block"])
    md.inline.ruler.at("link", _telling(link, _of_link))
    md.inline.ruler.at("image", _telling(_within(image, None), _of_link))
    md.inline.ruler.at("autolink", _telling(autolink, _of_autolink))
    md.inline.ruler.at("html_inline", _telling(html_inline, _of_html))
    md.inline.ruler.at("footnote_inline", _within(footnote_inline, len("^[")))
    return md


def replaced(source: str, found: Iterable[tuple[Destination, str]]) -> str:
    """The text with other words in the places of some destinations, given in order."""
    parts: list[str] = []
    end = 0
    for each, words in found:
        if each.start >= end:
            parts += (source[end : each.start], words)
            end = each.end
    return "".join((*parts, source[end:]))


def written(address: str, each: Destination, source: str) -> str:
    """An address as Markdown in the place of a destination that is no tag."""
    shown = source[each.start : each.end]
    if each.is_bare:
        words = re.sub(r"([\\`*_\[\]<>&])", r"\\\1", each.address)
        # In "[https://…](…)" the words would be read as a longer address.
        return f'<a href="{html.escape(address)}">{words}</a>'
    return _destination(address, in_brackets=shown.startswith("<"))


def _destination(address: str, *, in_brackets: bool = False) -> str:
    if in_brackets or re.search(r"[\s<>()\\]", address):
        return "<" + re.sub(r"([<>\\])", r"\\\1", address) + ">"
    return address


_parser = _made()
