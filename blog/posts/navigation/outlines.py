"""Orders made by hand, of rows that lie below one another: pages, and entries of menus.

An outline is a list as it is read from top to bottom, each row with how deep it lies.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

_WRITTEN = re.compile(r"([0-9]{1,18}):([0-9]{1,2})")


class Line(NamedTuple):
    """A row's id, and how deep it lies; 0 is the top."""

    id: int
    depth: int


Outline = Sequence[Line]


class Shift(StrEnum):
    """Where a row goes, with all below it."""

    UP = "up"  # before the one that it follows on the same level
    DOWN = "down"  # behind the one that follows it there
    IN = "in"  # below the one that it follows there, as its last
    OUT = "out"  # out of what it lies below, to stand behind it


def read(text: str) -> Outline | None:
    """The outline that ``written`` wrote; ``None`` for any other text, and for one in
    which a row lies deeper than something could hold it.
    """
    found = [_WRITTEN.fullmatch(part) for part in text.split()]
    lines = [Line(int(each[1]), int(each[2])) for each in found if each]
    if len(lines) != len(found) or not lines:
        return None
    above = -1
    for line in lines:
        if line.depth > above + 1:
            return None
        above = line.depth
    return lines


def written(outline: Outline) -> str:
    """The outline as a form carries it: "3:0 5:1 4:0"."""
    return " ".join(f"{line.id}:{line.depth}" for line in outline)


def depth(outline: Outline) -> int:
    """How deep the deepest lies; 0 if all lie at the top."""
    return max((line.depth for line in outline), default=0)


def shifted(outline: Outline, row_id: int, shift: Shift, deepest: int) -> Outline:
    """The outline with one row elsewhere; as it was, if there is no such place, or if
    something would lie deeper than ``deepest``.
    """
    lines = list(outline)
    start = next((n for n, line in enumerate(lines) if line.id == row_id), None)
    if start is None:
        return outline
    end = _end(lines, start)
    moved, rest = lines[start:end], [*lines[:start], *lines[end:]]
    before = _before(lines, start)
    match shift:
        case Shift.UP if before is not None:
            return [*rest[:before], *moved, *rest[before:]]
        case Shift.DOWN if start < len(rest) and rest[start].depth == moved[0].depth:
            place = _end(rest, start)
            return [*rest[:place], *moved, *rest[place:]]
        case Shift.IN if before is not None and depth(moved) < deepest:
            return [*rest[:start], *_at(moved, 1), *rest[start:]]
        case Shift.OUT if moved[0].depth > 0:
            place = start
            while place < len(rest) and rest[place].depth >= moved[0].depth:
                place += 1
            return [*rest[:place], *_at(moved, -1), *rest[place:]]
    return outline


def possible(outline: Outline, row_id: int, deepest: int) -> list[Shift]:
    """Where a row can go."""
    return [
        shift for shift in Shift if shifted(outline, row_id, shift, deepest) != outline
    ]


def children(outline: Outline) -> Mapping[int | None, list[int]]:
    """The ids of what lies directly below each row that holds some, and below ``None``
    at the top, in their order.
    """
    found: dict[int | None, list[int]] = {None: []}
    for parent_id, row_id in _placed(outline):
        found.setdefault(parent_id, []).append(row_id)
    return found


def _placed(outline: Iterable[Line]) -> Iterator[tuple[int | None, int]]:
    above: list[int] = []
    for line in outline:
        del above[line.depth :]
        yield (above[-1] if above else None), line.id
        above.append(line.id)


def _end(lines: Sequence[Line], start: int) -> int:
    """Where ends what begins at ``start``: the row and all below it."""
    end = start + 1
    while end < len(lines) and lines[end].depth > lines[start].depth:
        end += 1
    return end


def _before(lines: Sequence[Line], start: int) -> int | None:
    """Where the row stands that this one follows on its level; ``None`` for the first
    of it.
    """
    place = start - 1
    while place >= 0 and lines[place].depth > lines[start].depth:
        place -= 1
    is_beside = place >= 0 and lines[place].depth == lines[start].depth
    return place if is_beside else None


def _at(lines: Iterable[Line], by: int) -> list[Line]:
    return [Line(line.id, line.depth + by) for line in lines]
