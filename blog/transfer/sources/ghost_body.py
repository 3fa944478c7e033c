"""The text of one of Ghost's posts as HTML.

Ghost stores it twice: as the document that the editor wrote, and as the HTML that the
site made of it. The HTML is what readers saw, and is taken as it is, unless it holds
cards: of those it has players, buttons and forms of the theme, where the document still
has the words. A document with something in it that nobody knows is no better than that.
"""

import html as entities
import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from ...text import embeds
from ..records import Body
from . import lexical, mobiledoc
from .cards import Sheet, Unrendered
from .ghost_tables import Row, at_home, storable, text

_DOCUMENTS: tuple[tuple[str, Callable[[str], Sheet]], ...] = (
    ("lexical", lexical.rendered),
    ("mobiledoc", mobiledoc.rendered),
)
_CARD = re.compile(r"\bkg-card\b")
# A part for some readers only, which the site cut out for the others.
_GATED = re.compile(
    r"<!--\s*kg-gated-block:begin(.{0,1000}?)-->(.*?)"
    r"(?:<!--\s*kg-gated-block:end\s*-->|\Z)",
    re.DOTALL,
)
_NOT_FOR_ALL = re.compile(r"nonMember:\s*[\"']?false")
_PLAYER = re.compile(r"<(?:audio|embed|iframe|object|script|video)\b", re.IGNORECASE)
_HEADING = re.compile(r"<(h[1-6])\b([^>]{0,1000})>(.{0,1000}?)</\1>", re.DOTALL)
_NAME = re.compile(r'\sid="([^"<>]{1,300})"')
_FILE = re.compile(
    r"(?:\s(?:src|href)=[\"']|\]\()"
    r"(/content/(?:images|media|files)/[^\"'?#<>()\s]{1,1000})"
)


class Text(NamedTuple):
    """The text of a post, and what it is written in."""

    source: str
    body: Body


class Texts:
    """Gives posts their texts. ``unknown`` and ``hidden`` count cards by their names:
    those that nobody knows, and those that were not for every reader; ``broken`` the
    posts of which only the plain words could be read.
    """

    def __init__(self) -> None:
        self.unknown: Counter[str] = Counter()
        self.hidden: Counter[str] = Counter()
        self.broken = 0

    def of(self, post: Row) -> Text:
        """The text of a post, with addresses of the old site as paths."""
        shown = text(post, "html")
        if not shown or _CARD.search(shown):
            written = self._document(post, is_shown=bool(shown))
            if written is not None:
                return self._html(_anchored(written, shown))
        if shown:
            return self._html(shown)
        source = text(post, "markdown")
        if source:
            return Text(at_home(source), Body.MARKDOWN)
        words = text(post, "plaintext")
        if words or text(post, *(name for name, _ in _DOCUMENTS)):
            self.broken += 1
        return self._html(_paragraphs(words))

    def _document(self, post: Row, *, is_shown: bool) -> str | None:
        """What the editor wrote; ``None`` where the HTML of the site is better."""
        for name, render in _DOCUMENTS:
            source = text(post, name)
            if not source:
                continue
            try:
                sheet = render(source)
            except Unrendered:
                continue
            if is_shown and sheet.unknown:
                continue
            self.unknown += sheet.unknown
            self.hidden += sheet.hidden
            return sheet.html
        return None

    def _html(self, source: str) -> Text:
        source = at_home(_GATED.sub(self._open_to_all, storable(source)))
        if _PLAYER.search(source):
            source = embeds.as_links(source, paragraphs=True)
        return Text(source, Body.HTML)

    def _open_to_all(self, part: re.Match[str]) -> str:
        if _NOT_FOR_ALL.search(part[1]) is None:
            return part[2]
        self.hidden["html"] += 1
        return ""


def files(source: str) -> list[str]:
    """The paths of the old site's files that a text shows or links to, each once."""
    return list(dict.fromkeys(map(entities.unescape, _FILE.findall(source))))


def _anchored(written: str, shown: str) -> str:
    """The text that was made of a document, its headings under the names that they had
    on the site, as links lead to them.
    """
    names: dict[str, str] = {}
    for heading in _HEADING.finditer(shown):
        name = _NAME.search(heading[2])
        if name:
            names.setdefault(_bare(heading[3]), name[1])

    def named(heading: re.Match[str]) -> str:
        name = names.pop(_bare(heading[3]), "")
        if not name:
            return heading[0]
        return f'<{heading[1]} id="{name}"{heading[2]}>{heading[3]}</{heading[1]}>'

    return _HEADING.sub(named, written) if names else written


def _bare(heading: str) -> str:
    return " ".join(entities.unescape(re.sub("<[^>]*>", "", heading)).split())


def _paragraphs(words: str) -> str:
    return "".join(
        f"<p>{entities.escape(part.strip(), quote=False)}</p>"
        for part in re.split(r"\n\s*\n", words)
        if part.strip()
    )
