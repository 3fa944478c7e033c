"""HTML from anywhere, written again so that it nests as the standard asks.

Parsers are slow on deep nesting (bleach takes seconds for 30 KB of it) and mend bad
nesting each in its own way. So before any of them, one linear pass keeps the tags of a
policy, opens and closes them in order and to a limited depth, and escapes all else.
What is safe is decided afterwards, by the sanitisers.
"""

import html
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from blog.text.tokens import Attributes, Comment, End, Start, Text, Token, tokens

VOID = frozenset({"br", "hr", "img", "wbr"})
PHRASING = frozenset(
    {
        "#text",
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "br",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "i",
        "img",
        "ins",
        "kbd",
        "mark",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
        "var",
        "wbr",
    }
)
# What may stand in them depends on where they stand themselves (HTML, 3.2.5.3).
TRANSPARENT = frozenset({"a", "del", "ins"})
FLOW = frozenset(
    {
        "blockquote",
        "caption",
        "dd",
        "details",
        "div",
        "dt",
        "figcaption",
        "figure",
        "li",
        "td",
        "th",
    }
)
# What an element must stand in.
PARENTS: Mapping[str, frozenset[str]] = {
    "li": frozenset({"ul", "ol"}),
    "dt": frozenset({"dl"}),
    "dd": frozenset({"dl"}),
    "caption": frozenset({"table"}),
    "thead": frozenset({"table"}),
    "tbody": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "tr": frozenset({"thead", "tbody", "tfoot"}),
    "td": frozenset({"tr"}),
    "th": frozenset({"tr"}),
    "figcaption": frozenset({"figure"}),
    "summary": frozenset({"details"}),
    "rt": frozenset({"ruby"}),
    "rp": frozenset({"ruby"}),
}
# What is opened around an element that came without its parent …
IMPLIED_PARENT = {"li": "ul", "tr": "tbody", "td": "tr", "th": "tr"}
# … and in an element that cannot hold just anything.
IMPLIED_CHILD = {
    "ul": "li",
    "ol": "li",
    "dl": "dd",
    "table": "tbody",
    "thead": "tr",
    "tbody": "tr",
    "tfoot": "tr",
    "tr": "td",
}
# An element has one of these, and but for figcaption as the first thing in it.
ONCE = frozenset({"caption", "figcaption", "summary"})
TABLE_PARTS = frozenset(
    {"caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
# The search for a parent stays inside these, and for an open tag inside a cell.
BARRIERS = FLOW - {"li", "dt", "dd"}
CELLS = frozenset({"caption", "td", "th"})
# Levels below the page's one h1, which is the title.
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
DROPPED_WHEN_EMPTY = frozenset(
    {"details", "dl", "h2", "h3", "h4", "h5", "h6", "p"}
    | {"table", "tbody", "tfoot", "thead", "tr"}
)
# Room for what an element asks for: a table has section, row, cell and paragraph.
HEADROOM = 5

_SPACE = " \t\n"


@dataclass(frozen=True)
class Policy:
    """What ``rewrite`` keeps.

    ``attributes`` gets a tag and its attributes and gives back those to keep.
    ``replace`` gives other tokens for a start tag, or None to take it as it is; it is
    told whether a link is open. ``comment`` gives tokens for a comment. With
    ``paragraphs``, text that stands in no block gets a paragraph.
    """

    tags: frozenset[str]
    attributes: Callable[[str, Attributes], Attributes]
    max_depth: int
    renamed: Mapping[str, str] = field(default_factory=dict)
    replace: Callable[[Start, bool], tuple[Token, ...] | None] | None = None
    comment: Callable[[Comment], tuple[Token, ...]] | None = None
    paragraphs: bool = False


def rewrite(source: str, policy: Policy) -> str:
    """The source with the policy's tags alone, properly nested. Linear in its length.

    Other tags go and their text stays, but for scripts and style sheets.
    """
    writer = _Writer(policy)
    for token in tokens(source):
        writer.take(token)
    return writer.finish()


class _Writer:
    """Writes tokens so that they nest; remembers what is open."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._out: list[str] = []
        self._open: list[str] = []
        # How long the output was when each open element had been started.
        self._since: list[int] = []
        # The depths of elements that have their caption or summary.
        self._captioned: set[int] = set()
        # The headings above the next one, as (level in the source, level written), and
        # what they were before the last one, which may turn out to be empty.
        self._outline: list[tuple[int, int]] = []
        self._outline_before: list[tuple[int, int]] = []
        # Start tags that were left out: their end tags must not close another.
        self._skipped: Counter[str] = Counter()

    def take(self, token: Token) -> None:
        match token:
            case Text(text):
                self._write_text(text)
            case Start(name, attributes):
                name = self._policy.renamed.get(name, name)
                self._start(Start(name, attributes))
            case End(name):
                self._end(self._policy.renamed.get(name, name))
            case Comment():
                self._write_comment(token)

    def finish(self) -> str:
        self._close_to(0)
        return "".join(self._out)

    def _start(self, token: Start) -> None:
        if self._policy.replace is not None:
            others = self._policy.replace(token, "a" in self._open)
            if others is not None:
                for other in others:
                    self.take(other)
                return
        name = "h2" if token.name == "h1" else token.name
        if name not in self._policy.tags:
            return
        if self._make_room(name):
            if name in HEADINGS:
                name = self._heading(HEADINGS[token.name])
            self._push(name, self._policy.attributes(name, token.attributes))
        elif name not in VOID:
            self._skipped[token.name] += 1

    def _heading(self, level: int) -> str:
        """The heading's tag: one level below the one it belongs to, none skipped."""
        self._outline_before = list(self._outline)
        while self._outline and self._outline[-1][0] >= level:
            self._outline.pop()
        written = self._outline[-1][1] + 1 if self._outline else 2
        self._outline.append((level, written))
        return f"h{min(written, 6)}"

    def _end(self, name: str) -> None:
        if self._skipped[name]:
            self._skipped[name] -= 1
            return
        for index in reversed(range(len(self._open))):
            both_headings = name in HEADINGS and self._open[index] in HEADINGS
            if self._open[index] == name or both_headings:
                self._close_to(index)
                return
            if self._open[index] in CELLS and name not in TABLE_PARTS:
                return

    def _write_text(self, text: str) -> None:
        if text.strip(_SPACE):
            depth = len(self._open)
            self._open_missing("#text")
            if len(self._open) > depth:
                text = text.lstrip(_SPACE)
        if self._top() == "pre" and self._since[-1] == len(self._out):
            # A parser drops a line end right after <pre>. Without any there, reading
            # the result again gives the same.
            text = text.lstrip("\n")
        if text:
            self._out.append(html.escape(text, quote=False))

    def _write_comment(self, comment: Comment) -> None:
        if self._policy.comment is None or self._top() in IMPLIED_CHILD:
            return
        for token in self._policy.comment(comment):
            self.take(token)

    def _make_room(self, name: str) -> bool:
        """Close and open what must be for ``name`` to stand here, if it may at all."""
        if name in ("a", "details") and "a" in self._open:
            return False  # something to press inside something to press
        if name in PARENTS:
            return self._go_to_parent(name)
        if name not in PHRASING:
            self._leave_phrasing()
        if name not in VOID and len(self._open) >= self._policy.max_depth - HEADROOM:
            return False
        self._open_missing(name)
        return True

    def _go_to_parent(self, name: str) -> bool:
        for index in reversed(range(len(self._open))):
            if self._open[index] in PARENTS[name]:
                self._close_to(index + 1)
                return self._is_first_of_its_kind(name)
            if name in TABLE_PARTS:
                if self._open[index] == "table":
                    break
            elif self._open[index] in BARRIERS:
                break
        parent = IMPLIED_PARENT.get(name)
        if parent is None or not self._make_room(parent):
            return False
        self._push(parent, {})
        return True

    def _is_first_of_its_kind(self, name: str) -> bool:
        if name not in ONCE:
            return True
        if len(self._open) in self._captioned:
            return False
        if name != "figcaption" and not self._is_blank(self._since[-1]):
            return False
        self._captioned.add(len(self._open))
        return True

    def _leave_phrasing(self) -> None:
        """Close the paragraph, and all else that cannot hold a block."""
        lowest = len(self._open)
        for index in reversed(range(len(self._open))):
            if self._open[index] in FLOW or self._open[index] in IMPLIED_CHILD:
                break
            if self._open[index] not in TRANSPARENT:
                lowest = index
        self._close_to(lowest)

    def _open_missing(self, name: str) -> None:
        """Open what must stand between the open element and ``name``."""
        while self._top() in IMPLIED_CHILD:
            self._push(IMPLIED_CHILD[self._top()], {})
        if self._top() == "details" and len(self._open) not in self._captioned:
            self._captioned.add(len(self._open))
            self._push("summary", {})
            self._out.append("…")
            self._close_to(len(self._open) - 1)
        if (
            self._policy.paragraphs
            and name in PHRASING
            and self._top() in ("", "blockquote")
        ):
            self._push("p", {})

    def _push(self, name: str, attributes: Attributes) -> None:
        written = "".join(
            f' {key}="{html.escape(value)}"' for key, value in attributes.items()
        )
        self._out.append(f"<{name}{written}>")
        if name not in VOID:
            self._open.append(name)
            self._since.append(len(self._out))

    def _close_to(self, depth: int) -> None:
        """Close elements until ``depth`` of them are open."""
        while len(self._open) > depth:
            self._captioned.discard(len(self._open))
            name, since = self._open.pop(), self._since.pop()
            anchored = ' id="' in self._out[since - 1]
            if name in DROPPED_WHEN_EMPTY and not anchored and self._is_blank(since):
                del self._out[since - 1 :]
                if name in HEADINGS:
                    self._outline = self._outline_before
            else:
                self._out.append(f"</{name}>")

    def _is_blank(self, since: int) -> bool:
        # Stops at the first word, so asking often costs nothing.
        return all(
            not self._out[index].strip(_SPACE) for index in range(since, len(self._out))
        )

    def _top(self) -> str:
        return self._open[-1] if self._open else ""
