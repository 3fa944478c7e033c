"""The parts of a paragraph to be, and which of its tags reach into the next one.

A browser opens bold and the like again in the next block when they are not closed in
theirs; so does ``autop``, by writing the tags.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blog.text.tokens import names

SPACE = " \t\n"
# What a browser opens again.
CARRIED = names("a b big code del em font i ins nobr s small strike strong tt u")
# More of them at once means nothing, and would take time with every paragraph.
MAX_CARRIED = 8
_MAX_TRACKED = 40

# An element's name and its start tag.
Tag = tuple[str, str]


@dataclass
class Item:
    """A part of a paragraph to be."""

    raw: str
    start: str = ""
    end: str = ""
    is_seen: bool = False
    is_line_end: bool = False

    @property
    def is_space(self) -> bool:
        return not self.raw.strip(SPACE)


def parted(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """What is complete, and the tags that nothing here ends, with the space after the
    first of them.
    """
    unclosed: list[int] = []
    for index, item in enumerate(items):
        if item.start in CARRIED and len(unclosed) < MAX_CARRIED:
            unclosed.append(index)
        elif item.end:
            ended = [i for i in unclosed if items[i].start == item.end]
            if ended:
                unclosed.remove(ended[-1])
    first = unclosed[0] if unclosed else len(items)
    complete: list[Item] = []
    around: list[Item] = []
    for index, item in enumerate(items):
        is_around = index in unclosed or (index > first and item.is_space)
        (around if is_around else complete).append(item)
    return complete, around


def left_open(carried: Sequence[Tag], items: Sequence[Item]) -> list[Tag]:
    """The tags that are open at the end of the items, if these were at their start."""
    found = list(carried)
    for item in items:
        if item.start in CARRIED and len(found) < _MAX_TRACKED:
            found.append((item.start, item.raw))
        elif item.end in CARRIED:
            ended = [i for i, (name, _) in enumerate(found) if name == item.end]
            if ended:
                del found[ended[-1]]
    return found


def with_line_breaks(items: Sequence[Item]) -> Iterator[str]:
    """The items as written, with ``<br>`` at the line ends that have none."""
    last = ""
    for item in items:
        if item.is_line_end:
            yield "\n" if last == "br" else "<br>\n"
        else:
            yield item.raw
        if not item.is_space:
            last = item.start
        elif item.is_line_end:
            last = ""
