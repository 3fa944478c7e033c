"""HTML from anywhere, written again so that it nests as the standard asks.

Parsers are slow on deep nesting (bleach takes seconds for 30 KB of it) and mend bad
nesting each in its own way. So before any of them, one linear pass keeps the tags of a
policy, opens and closes them in order and to a limited depth, and escapes all else.
What is safe is decided afterwards, by the sanitisers.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from blog.text.tokens import Attributes, Comment, End, Start, Text, Token, names, tokens

VOID = frozenset({"br", "hr", "img", "wbr"})
PHRASING = names(
    "#text a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q rp rt ruby s "
    "samp small span strong sub sup time u var wbr"
)
# What may stand in them depends on where they stand themselves (HTML, 3.2.5.3).
TRANSPARENT = frozenset({"a", "del", "ins"})
FLOW = names("blockquote caption dd details div dt figcaption figure li td th")
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
IMPLIED_PARENT = {
    "dd": "dl",
    "dt": "dl",
    "li": "ul",
    "tr": "tbody",
    "td": "tr",
    "th": "tr",
}
# A list that nobody wrote ends where something else begins than its items.
LISTS = frozenset({"dl", "ul"})
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
TABLE_PARTS = names("caption table tbody td tfoot th thead tr")
# Something to press holds nothing to press; what names a row or a term, no heading.
NOT_INSIDE: Mapping[str, tuple[str, ...]] = {
    "a": ("a",),
    "details": ("a",),
    "dfn": ("dfn",),
    "table": ("caption",),
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), ("dt", "th")),
}
# The search for a parent stays inside these, and for an open tag inside a cell.
BARRIERS = FLOW - {"li", "dt", "dd"}
CELLS = frozenset({"caption", "td", "th"})
# Levels below the page's one h1, which is the title.
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
DROPPED_WHEN_EMPTY = frozenset(
    {"details", "dl", "h2", "h3", "h4", "h5", "h6", "p"}
    | {"ol", "table", "tbody", "tfoot", "thead", "tr", "ul"}
)
# Tags that part words also when they are left out.
PARTING = names(
    "button canvas caption dd dt figcaption iframe legend li math object optgroup "
    "option select summary svg td th title tr video audio"
)
# Room for what an element asks for: a table has section, row, cell and paragraph.
HEADROOM = 5

_SPACE = " \t\n"


# Other tokens for a start tag; told whether a link is open.
Replace = Callable[[Start, bool], tuple[Token, ...] | None]


@dataclass(frozen=True)
class Policy:
    """What ``rewrite`` keeps.

    ``attributes`` gets a tag and its attributes and gives back those to keep.
    ``renamed`` gives tags other names, ``added`` attributes that say what is lost by
    that. ``replace`` gives other tokens for a start tag, or None to take it as it is.
    ``comment`` gives tokens for a comment. With ``paragraphs``, text that stands in no
    block gets a paragraph.
    """

    tags: frozenset[str]
    attributes: Callable[[str, Attributes], Attributes]
    max_depth: int
    renamed: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, Attributes] = field(default_factory=dict)
    replace: Replace | None = None
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
        # The depths of lists that were opened for items outside of any.
        self._implied: set[int] = set()
        # The last item of each open definition list, by its depth.
        self._terms: dict[int, str] = {}
        # Where the foot of each open table is written, by its depth.
        self._feet: dict[int, tuple[int, int]] = {}
        # Whether something was left out that parts the next word from the last.
        self._is_parted = False

    def take(self, token: Token) -> None:
        match token:
            case Text(text):
                self._write_text(text)
            case Start(name, attributes):
                added = self._policy.added.get(name, {})
                name = self._policy.renamed.get(name, name)
                self._start(Start(name, {**attributes, **added}))
            case End(name):
                self._end(self._policy.renamed.get(name, name))
            case Comment():
                self._write_comment(token)

    def finish(self) -> str:
        self._close_to(0)
        return "".join(self._out)

    def _start(self, token: Start) -> None:
        if token.name == "a":
            self._end_link()
        if self._policy.replace is not None:
            others = self._policy.replace(token, "a" in self._open)
            if others is not None:
                self._replace(token, others)
                return
        name = "h2" if token.name == "h1" else token.name
        if name not in self._policy.tags:
            self._is_parted = self._is_parted or name in PARTING
            return
        if self._make_room(name):
            attributes = self._policy.attributes(name, token.attributes)
            self._push(self._fitting(name, token.name, attributes), attributes)
        elif name not in VOID:
            self._is_parted = self._is_parted or name not in PHRASING
            self._skipped[token.name] += 1

    def _fitting(self, name: str, source: str, attributes: Attributes) -> str:
        """The tag's name as its place asks for it; takes away what does not fit."""
        if name in HEADINGS:
            return self._heading(HEADINGS[source])
        has_rows = name == "thead" and not self._is_blank(self._since[-1])
        if has_rows or (name == "tfoot" and len(self._open) in self._feet):
            return "tbody"
        if name == "li" and self._top() != "ol":
            attributes.pop("value", None)
        return name

    def _replace(self, token: Start, others: tuple[Token, ...]) -> None:
        is_shown = token.name == "img"  # and its words run into no others
        self._is_parted = self._is_parted or is_shown
        for other in others:
            self.take(other)
        self._is_parted = self._is_parted or is_shown

    def _end_link(self) -> None:
        """A link ends where the next one begins, as in a browser; around blocks it
        stays.
        """
        for index in reversed(range(len(self._open))):
            if self._open[index] == "a":
                self._close_to(index)
                return
            if self._open[index] not in PHRASING:
                return

    def _heading(self, level: int) -> str:
        """The heading's tag: one level below the one it belongs to, none skipped."""
        self._outline_before = list(self._outline)
        while self._outline and self._outline[-1][0] >= level:
            self._outline.pop()
        written = self._outline[-1][1] + 1 if self._outline else 2
        self._outline.append((level, written))
        return f"h{min(written, 6)}"

    def _end(self, name: str) -> None:
        self._is_parted = self._is_parted or name in PARTING
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
            self._part(text)
            self._out.append(html.escape(text, quote=False))

    def _part(self, text: str) -> None:
        """Write a space before a text that would run into the word before it."""
        if not self._is_parted:
            return
        self._is_parted = False
        for written in reversed(self._out[-20:]):
            if written[:1] != "<":
                if written and written[-1] not in _SPACE and text[0] not in _SPACE:
                    self._out.append(" ")
                return
            if re.split(r"[ >]", written.lstrip("</"), maxsplit=1)[0] not in PHRASING:
                return

    def _write_comment(self, comment: Comment) -> None:
        self._end_implied_list()
        if self._policy.comment is None or self._top() in IMPLIED_CHILD:
            return
        for token in self._policy.comment(comment):
            self.take(token)

    def _make_room(self, name: str) -> bool:
        """Close and open what must be for ``name`` to stand here, if it may at all."""
        if any(other in self._open for other in NOT_INSIDE.get(name, ())):
            return False
        if name == "div" and self._top() == "dl":
            return False  # a group of terms; they go without
        if self._top() == "rp" and name not in PARENTS:
            return False  # brackets, and nothing else
        if name in PARENTS:
            return self._go_to_parent(name)
        if name == "pre" and "a" in self._open:
            self._close_to(self._open.index("a"))  # it can be reached by key itself
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
        if parent in LISTS:
            self._implied.add(len(self._open))
        return True

    def _end_implied_list(self) -> None:
        if len(self._open) in self._implied:
            self._close_to(len(self._open) - 1)

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
        self._end_implied_list()
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
        if name in PHRASING:
            self._part("<")
        self._is_parted = False
        if name in ("dd", "dt"):
            if name == "dd" and len(self._open) not in self._terms:
                self._out.append("<dt></dt>")
            self._terms[len(self._open)] = name
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
            self._implied.discard(len(self._open))
            if self._terms.pop(len(self._open), "dd") == "dt":
                self._out.append("<dd></dd>")
            name, since = self._open.pop(), self._since.pop()
            anchored = ' id="' in self._out[since - 1]
            if name == "ruby" and self._lacks_reading(since):
                continue
            if name == "table":
                self._move_foot(self._feet.pop(len(self._open) + 1, None))
            if anchored or not self._is_blank(since):
                self._out.append(f"</{name}>")
                if name == "tfoot":
                    self._feet[len(self._open)] = (since - 1, len(self._out))
            elif name in DROPPED_WHEN_EMPTY:
                del self._out[since - 1 :]
                self._is_parted = True
                if name in HEADINGS:
                    self._outline = self._outline_before
            elif name == "a":  # nobody can press it
                self._out[since - 1] = ""
            else:
                self._out.append(f"</{name}>")

    def _move_foot(self, place: tuple[int, int] | None) -> None:
        """Put a table's foot last; it used to be written before the rows."""
        if place is not None:
            foot = self._out[place[0] : place[1]]
            del self._out[place[0] : place[1]]
            self._out += foot

    def _lacks_reading(self, since: int) -> bool:
        """Take the tags of a <ruby> back if it says nothing of how it is read."""
        written = self._out[since:]
        if any(tag.startswith("<rt") for tag in written):
            return False
        self._out[since - 1 :] = [
            "" if tag.startswith(("<rp", "</rp>")) else tag for tag in ["", *written]
        ]
        return True

    def _is_blank(self, since: int) -> bool:
        # Stops at the first word, so asking often costs nothing.
        return all(
            not self._out[index].strip(_SPACE) for index in range(since, len(self._out))
        )

    def _top(self) -> str:
        return self._open[-1] if self._open else ""
