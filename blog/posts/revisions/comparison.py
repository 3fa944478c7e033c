"""Two versions of a post's words beside each other, ready to be shown."""

from collections.abc import Sequence
from typing import NamedTuple

from ...text import differences
from ...text.differences import Count, Passage
from ...text.sanitizer import Format

# Of a long passage that is the same in both, so many lines show at either end.
_SHOWN = 3


class Folded(NamedTuple):
    """Lines that both have: how they begin, what can be unfolded, how they end."""

    head: str
    middle: str
    tail: str

    @property
    def lines(self) -> int:
        """How many lines are out of sight."""
        return self.middle.count("\n")


class Part(NamedTuple):
    """Some lines: changed, or the same and folded."""

    passage: Passage
    folded: Folded | None

    @property
    def only(self) -> str | None:
        """ "old" or "new" if it is in that text alone; ``None`` if it is in both."""
        marks = {piece.mark for piece in self.passage.pieces}
        if marks == {differences.Mark.DELETED}:
            return "old"
        return "new" if marks == {differences.Mark.INSERTED} else None


class Words(NamedTuple):
    """What a writer typed, wherever it is stored."""

    title: str = ""
    source: str = ""
    excerpt: str = ""
    format: Format = Format.MARKDOWN


class Comparison(NamedTuple):
    """What differs between two versions; ``title`` and ``excerpt`` are empty where they
    are the same. ``words`` is how many came and went.
    """

    title: Sequence[Part]
    text: Sequence[Part]
    excerpt: Sequence[Part]
    old_format: Format
    new_format: Format
    words: Count

    @property
    def is_same(self) -> bool:
        """Whether both say the same in the same format."""
        same_text = all(part.passage.is_same for part in self.text)
        same_rest = not self.title and not self.excerpt
        return same_text and same_rest and self.old_format == self.new_format


def compare(old: Words, new: Words) -> Comparison:
    """What differs between an older version and a newer one."""
    counts = [
        differences.count(one, other)
        for one, other in zip(old[:3], new[:3], strict=True)
    ]
    return Comparison(
        title=_parts(old.title, new.title) if old.title != new.title else (),
        text=_parts(old.source, new.source),
        excerpt=_parts(old.excerpt, new.excerpt) if old.excerpt != new.excerpt else (),
        old_format=old.format,
        new_format=new.format,
        words=Count(sum(each.added for each in counts), sum(e.removed for e in counts)),
    )


def _parts(old: str, new: str) -> list[Part]:
    return [
        Part(passage, _folded(passage.pieces[0].text) if passage.is_same else None)
        for passage in differences.passages(old, new)
    ]


def _folded(text: str) -> Folded:
    lines = text.split("\n")
    if len(lines) <= 3 * _SHOWN:
        return Folded(text, "", "")
    head, tail = lines[:_SHOWN], lines[-_SHOWN - 1 :]
    middle = lines[_SHOWN : -_SHOWN - 1]
    return Folded("\n".join(head), "\n".join(middle) + "\n", "\n".join(tail))
