"""Paragraphs for HTML that was typed without them, as in WordPress's older editor.

A blank line parts paragraphs, a line end is one. Blocks stay as they are; what stands
loose between them gets paragraphs. Tags are kept as they were written, nothing is
escaped: the sanitiser comes after.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import takewhile

from blog.text.runs import (
    MAX_CARRIED,
    SPACE,
    Item,
    Tag,
    left_open,
    parted,
    with_line_breaks,
)
from blog.text.tokens import Comment, End, Piece, Start, Text, names, pieces


class _Wrap(Enum):
    """When what stands loose in a block gets paragraphs."""

    ALWAYS = auto()
    # A box with one line in it is no paragraph; with several parts it has some.
    PARTS = auto()
    # In a list item or a cell only where a blank line parts two.
    BLANK_LINES = auto()
    # Its line ends count, and that is all: a heading.
    NEVER = auto()
    # What stands directly in it is no text to read: a list, a table.
    NOTHING = auto()


_WRAPS = {
    **dict.fromkeys(("", "blockquote"), _Wrap.ALWAYS),
    **dict.fromkeys(
        names(
            "address article aside center details dialog div fieldset footer form "
            "header main nav noscript search section"
        ),
        _Wrap.PARTS,
    ),
    **dict.fromkeys(names("dd figcaption li td th"), _Wrap.BLANK_LINES),
    **dict.fromkeys(names("caption dt h1 h2 h3 h4 h5 h6 legend summary"), _Wrap.NEVER),
    **dict.fromkeys(
        names("colgroup dir dl figure hgroup menu ol table tbody tfoot thead tr ul"),
        _Wrap.NOTHING,
    ),
}
_VOID_BLOCKS = frozenset({"hr", "col"})
_VERBATIM_BLOCKS = frozenset({"pre", "listing", "xmp"})
# What no paragraph holds, and the paragraph.
BLOCKS = (frozenset(_WRAPS) | _VOID_BLOCKS | _VERBATIM_BLOCKS | {"p"}) - {""}
# Read to their end as one word.
_VERBATIM_WORDS = names(
    "audio button canvas iframe math object script select style svg textarea video"
)
_UNSEEN = frozenset({"script", "style"})
_SEEN = frozenset({"embed", "img", "input"})
# Links and changes may stand around blocks.
_AROUND = frozenset({"a", "del", "ins"})
# What an open element's own kind ends, inside the list or table they stand in.
_ENDS = {
    "dd": ("dt", "dd"),
    "dt": ("dt", "dd"),
    "li": ("li",),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("td", "th", "tr"),
}
_BARRIERS = names("dir dl menu ol table ul")
_SEARCH_DEPTH = 40

_MARK = re.compile(r"\s{0,9}(?:more\b(?:(?!\n).){0,500}|nextpage\s{0,9})")
_BLANK_LINES = re.compile(r"(\n[ \t]*(?:\n[ \t]*)+)")


def paragraphs(text: str) -> str:
    """The HTML with ``<p>`` and ``<br>`` where blank lines and line ends mean them.

    What has its paragraphs already comes out as it went in. The contents of ``<pre>``
    and of scripts are not touched. ``<!--more-->`` and ``<!--nextpage-->`` get a line
    of their own and no paragraph. Bold and the like that reach over a blank line are
    closed before and opened again after it. Takes time linear in the length.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = list(pieces(text.strip(SPACE)))
    return _Writer(found).written()


def is_mark(comment: Comment) -> bool:
    """Whether it is one of WordPress's marks: where the lede ends, or a page."""
    return _MARK.fullmatch(comment.text) is not None


@dataclass
class _Block:
    """An open block; the page itself is one without a name."""

    name: str
    wrap: _Wrap
    # Where in the output the tags of its loose paragraphs may come.
    slots: list[tuple[int, int]] = field(default_factory=list)
    has_parts: bool = False
    # Tags to be opened again in its next paragraph, as (name, tag).
    carried: list[Tag] = field(default_factory=list)


class _Writer:
    def __init__(self, found: list[Piece]) -> None:
        self._pieces = found
        self._out: list[str] = []
        self._blocks = [_Block("", _Wrap.ALWAYS)]
        self._open: Counter[str] = Counter()
        self._items: list[Item] = []
        # The tag of the paragraph we are in, if the text has one itself.
        self._own_tag: str | None = None
        # White space not written yet: it belongs between blocks, not into them.
        self._gap = ""
        self._needs_line = False
        # Whether the last paragraph ended, with nothing since, at a blank line.
        self._is_parted = False
        self._verbatim = ""
        # Characters that may be written twice; a long tag could be, in every paragraph.
        self._budget = 1_000 + sum(len(piece.raw) for piece in found)
        self._ends_left = Counter(
            piece.token.name for piece in found if isinstance(piece.token, End)
        )

    def written(self) -> str:
        for piece in self._pieces:
            if isinstance(piece.token, End):
                self._ends_left[piece.token.name] -= 1
            if self._verbatim:
                self._take_verbatim(piece)
            else:
                self._take(piece)
        self._end_paragraph()
        self._close_blocks(0)
        return "".join(self._out)

    def _take(self, piece: Piece) -> None:
        match piece.token:
            case Text():
                # One that begins no tag must not begin one with what we write after it.
                self._text("&lt;" if piece.raw == "<" else piece.raw)
            case Start(name, _):
                self._start(name, piece.raw)
            case End(name):
                self._end(name, piece.raw)
            case Comment() as comment if (
                is_mark(comment) and self._wrap is not _Wrap.NEVER
            ):
                self._mark(piece.raw)
            case _:
                self._put(Item(piece.raw))

    def _take_verbatim(self, piece: Piece) -> None:
        is_end = isinstance(piece.token, End) and piece.token.name == self._verbatim
        if self._verbatim in _VERBATIM_BLOCKS:
            self._out.append(piece.raw)
        else:
            self._put(Item(piece.raw, is_seen=self._verbatim not in _UNSEEN))
        if is_end:
            self._verbatim = ""

    @property
    def _block(self) -> _Block:
        return self._blocks[-1]

    @property
    def _wrap(self) -> _Wrap:
        """When the text at hand becomes paragraphs."""
        return _Wrap.ALWAYS if self._own_tag is not None else self._block.wrap

    # Words and lines

    def _text(self, raw: str) -> None:
        if self._wrap is _Wrap.NOTHING:
            if raw.strip(SPACE):
                self._write(raw)
            else:
                self._gap += raw
            return
        for index, chunk in enumerate(_BLANK_LINES.split(raw)):
            if index % 2 == 0:
                self._lines(chunk)
            elif self._wrap is _Wrap.NEVER:
                self._line_end(chunk)
            else:
                self._blank_line(chunk)

    def _lines(self, text: str) -> None:
        for index, line in enumerate(text.split("\n")):
            if index:
                self._line_end("\n")
            if line.strip(SPACE):
                self._put(Item(line, is_seen=True))
            elif line and self._items:
                self._put(Item(line))
            else:
                self._gap += line

    def _line_end(self, raw: str) -> None:
        if self._items:
            self._put(Item(raw, is_line_end=True))
        else:
            self._gap += raw

    def _blank_line(self, raw: str) -> None:
        if self._items:
            is_own = self._own_tag is not None
            self._end_paragraph()
            self._own_tag = "<p>" if is_own else None
            self._is_parted = True
        self._gap += raw
        if self._block.wrap is _Wrap.PARTS:
            self._block.has_parts = True

    def _put(self, item: Item) -> None:
        if self._wrap is _Wrap.NOTHING:
            self._write(item.raw)
        else:
            self._items.append(item)

    # Tags

    def _start(self, name: str, raw: str) -> None:
        if name == "p":
            self._end_paragraph()
            self._own_tag, self._is_parted = raw, False
        elif name in _WRAPS or name in _VOID_BLOCKS or name in _VERBATIM_BLOCKS:
            self._start_block(name, raw)
        elif name == "br":
            self._line_break(raw)
        else:
            is_verbatim = name in _VERBATIM_WORDS and self._ends_left[name] > 0
            if is_verbatim:
                self._verbatim = name
            is_seen = name in _SEEN or (is_verbatim and name not in _UNSEEN)
            self._put(Item(raw, start=name, is_seen=is_seen))

    def _end(self, name: str, raw: str) -> None:
        if name == "p":
            self._end_paragraph(is_closed=True)
        elif name == "br":  # which a browser reads as <br>
            self._line_break(raw)
        elif name in _WRAPS or name in _VERBATIM_BLOCKS:
            self._end_paragraph()
            if self._open[name]:
                self._close_blocks(self._depth_of(name))
            self._is_parted = False
            self._write(raw)
        else:
            self._put(Item(raw, end=name))

    def _start_block(self, name: str, raw: str) -> None:
        self._end_paragraph(before_block=True)
        self._is_parted = False
        self._close_implied(name)
        self._write(raw)
        if name in _VERBATIM_BLOCKS:
            if self._ends_left[name] > 0:
                self._verbatim = name
        elif name not in _VOID_BLOCKS:
            carried = [
                tag for tag in self._block.carried if self._ends_left[tag[0]] > 0
            ]
            self._blocks.append(_Block(name, _WRAPS[name], carried=carried))
            self._open[name] += 1

    def _line_break(self, raw: str) -> None:
        """Two of them are a blank line, and so is one on a line of its own."""
        if self._wrap is not _Wrap.NEVER:
            since = list(takewhile(lambda item: item.is_space, reversed(self._items)))
            last = (
                self._items[-1 - len(since)] if len(since) < len(self._items) else None
            )
            if last is None and self._is_parted:
                return
            if last is not None and last.start == "br":
                del self._items[-1 - len(since) :]
                self._blank_line("\n")
                return
            if last is not None and any(item.is_line_end for item in since):
                self._blank_line("\n")
                return
        self._put(Item(raw, start="br"))

    def _mark(self, raw: str) -> None:
        is_own = self._own_tag is not None
        self._end_paragraph()
        self._own_tag = "<p>" if is_own else None
        self._gap = self._gap.rstrip(" \t")
        self._needs_line = bool(self._out)
        self._write(raw)
        self._needs_line = True

    # Blocks

    def _depth_of(self, name: str) -> int:
        for depth in reversed(range(1, len(self._blocks))):
            if self._blocks[depth].name == name:
                return depth
        return len(self._blocks)

    def _close_implied(self, name: str) -> None:
        lowest = len(self._blocks)
        highest = max(1, lowest - _SEARCH_DEPTH)
        for depth in reversed(range(highest, lowest)):
            if self._blocks[depth].name in _BARRIERS:
                break
            if self._blocks[depth].name in _ENDS.get(name, ()):
                lowest = depth
        self._close_blocks(lowest)

    def _close_blocks(self, depth: int) -> None:
        while len(self._blocks) > depth:
            block = self._blocks.pop()
            self._open[block.name] -= 1
            if block.wrap is _Wrap.PARTS:
                block.has_parts = block.has_parts or len(block.slots) > 1
            if block.has_parts or block.wrap is _Wrap.ALWAYS:
                for start, end in block.slots:
                    self._out[start], self._out[end] = "<p>", "</p>"

    def _write(self, raw: str) -> None:
        lines = self._gap.split("\n") if self._out else [""]
        if self._needs_line and len(lines) == 1:
            lines = ["", ""]
        if len(lines) > 1:
            lines = ["\n" * min(len(lines) - 1, 2), lines[-1]]
        self._out += [*lines, raw]
        self._gap, self._needs_line = "", False

    # Paragraphs

    def _end_paragraph(
        self, *, before_block: bool = False, is_closed: bool = False
    ) -> None:
        """Write what was read since the last one."""
        items, self._items = self._items, []
        own_tag, self._own_tag = self._own_tag, None
        seen = [index for index, item in enumerate(items) if item.is_seen]
        if seen:
            around = self._write_paragraph(items, seen[0], seen[-1], own_tag)
        elif is_closed and own_tag is not None and any(item.start for item in items):
            # The writer's empty line, or an anchor.
            around = []
            self._write(own_tag)
            self._out += [*(item.raw for item in items), "</p>"]
        else:
            around = self._write_tags(items)
        for item in around:
            if not item.start:
                self._gap = self._gap.partition("\n")[0] + item.raw
            elif before_block and item.start in _AROUND:
                self._write(item.raw)
            elif len(self._block.carried) < MAX_CARRIED:
                self._block.carried.append((item.start, item.raw))

    def _write_tags(self, items: list[Item]) -> list[Item]:
        """Write what holds no word; give back the tags that are still open."""
        inside, around = parted(items)
        for item in inside:
            if item.is_space:
                self._gap += item.raw
            elif not self._ends_carried(item):
                is_spacing = item.start == "br" and self._wrap is _Wrap.ALWAYS
                if not is_spacing:
                    self._write(item.raw)
        return around

    def _write_paragraph(
        self, items: list[Item], first: int, last: int, own_tag: str | None
    ) -> list[Item]:
        """Write what holds words from ``first`` to ``last``; give back the tags after
        these that are still open.
        """
        block = self._block
        begin = self._write_late_ends(items, first)
        self._budget -= sum(len(tag) for _, tag in block.carried)
        if self._budget < 0:
            block.carried = []
        rest, around = parted(items[last + 1 :])
        inside = [*items[begin : last + 1], *(i for i in rest if not i.is_space)]
        still_open = left_open(block.carried, inside)
        written = "".join(
            [
                *(tag for _, tag in block.carried),
                *with_line_breaks(inside),
                *(f"</{name}>" for name, _ in reversed(still_open)),
            ]
        )
        words = written.strip(SPACE)
        self._gap += written[: len(written) - len(written.lstrip(SPACE))]
        self._write("")
        if own_tag is not None:
            self._out += [own_tag, words, "</p>"]
        else:
            self._out += ["", words, ""]
            if block.wrap is not _Wrap.NEVER:
                block.slots.append((len(self._out) - 3, len(self._out) - 1))
                if block.wrap is _Wrap.BLANK_LINES and self._is_parted:
                    block.has_parts = True
        self._is_parted = False
        spaces = "".join(item.raw for item in rest if item.is_space)
        # Line ends with tags between them are no blank line.
        self._gap = "\n" if "\n" in spaces else spaces
        block.carried = [tag for tag in still_open if self._ends_left[tag[0]] > 0]
        del block.carried[MAX_CARRIED:]
        return around

    def _write_late_ends(self, items: list[Item], first: int) -> int:
        """Write the end tags that a paragraph begins with, which end what is around it;
        give back where it begins after them.
        """
        for index, item in enumerate(items[:first]):
            if item.is_space:
                self._gap += item.raw
            elif not item.end:
                return index
            elif not self._ends_carried(item):
                self._write(item.raw)
        return first

    def _ends_carried(self, item: Item) -> bool:
        """Whether the tag ends one that was to be opened again; now it will not be."""
        carried = self._block.carried
        for index in reversed(range(len(carried))):
            if carried[index][0] == item.end:
                del carried[index]
                return True
        return False
