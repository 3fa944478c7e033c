"""What differs between two texts: lines first, then the words within changed lines.

Time is bounded whatever the texts are. What both have at their ends is cut off; of the
rest a longest common subsequence is found with each row of the table as one integer
(Hyyrö, "A note on bit-parallel alignment computation", 2004), which for 5,000 by 5,000
takes milliseconds. Where the table would be larger, lines or words that each text has
exactly once hold the two together (Bram Cohen's "patience diff"); what lies between two
of them and is still too large counts as changed as a whole.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

# A table of so many cells takes 3 MB; six of them a fifth of a second at the worst.
_MAX_CELLS = 25_000_000
_MAX_CELLS_IN_ALL = 6 * _MAX_CELLS
_MAX_LEVELS = 4
# Lines of both texts together; two of 2 MiB have some 60,000.
_MAX_LINES = 80_000
# How many characters of changed lines are looked into for words; then lines are enough.
_MAX_PASSAGE = 120_000
_MAX_LOOKED_INTO = 400_000
_EACH_PASSAGE = 50  # what looking into it costs, counted in characters
# Of two passages with fewer words in common, one is shown after the other.
_LEAST_LIKENESS = 0.3

# What is written without spaces (Chinese, Japanese, Thai and its neighbours) is taken
# by the character, with the marks on it. In other scripts letters and marks belong
# together, so a word is whatever holds no sign; an apostrophe does not end it.
_UNSPACED = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u3099\u309a"
_SIGNS = (
    r"\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7"
    "\u2010-\u206f\u3000-\u3004\u3008-\u3020\uff00-\uff0f\uff1a-\uff20"
)
_WORD = rf"[^\s{_SIGNS}{_UNSPACED}]+"
_TOKEN = re.compile(
    rf"[{_UNSPACED}][{_MARKS}]*|{_WORD}(?:['’]{_WORD})*|[^\S\n]+|.", re.DOTALL
)
_IS_WORD = re.compile(rf"[^\s{_SIGNS}]")

Pair = tuple[int, int]


class Mark(StrEnum):
    """Where a piece of text stands."""

    SAME = "same"
    DELETED = "deleted"  # in the old text alone
    INSERTED = "inserted"  # in the new one alone


class Piece(NamedTuple):
    """Some text and where it stands."""

    mark: Mark
    text: str


class Passage(NamedTuple):
    """Some lines of the two texts: the same in both, or changed. Its pieces without the
    inserted ones are the old text's, without the deleted ones the new one's.
    """

    pieces: tuple[Piece, ...]
    is_same: bool

    @property
    def old(self) -> list[Piece]:
        """What the old text has here."""
        return [piece for piece in self.pieces if piece.mark is not Mark.INSERTED]

    @property
    def new(self) -> list[Piece]:
        """What the new text has here."""
        return [piece for piece in self.pieces if piece.mark is not Mark.DELETED]


class Count(NamedTuple):
    """How many words came and went; characters, where words are not spaced."""

    added: int
    removed: int


def passages(old: str, new: str) -> list[Passage]:
    """Both texts at once, from the top; every line keeps its end."""
    if old == new:
        return [_same(old)] if old else []
    start = old.rfind("\n", 0, _common_start(old, new)) + 1
    gone, come = old[start:], new[start:]
    budget = _Budget()
    found = [_same(old[:start])] if start else []
    if gone.count("\n") + come.count("\n") > _MAX_LINES:
        return [*found, Passage(_changed(gone, come, budget), is_same=False)]
    before, after = _lines(gone), _lines(come)
    for is_same, of_old, of_new in _runs(before, after, _pairs(before, after, budget)):
        if is_same:
            found.append(_same("".join(of_old)))
        else:
            pieces = _changed("".join(of_old), "".join(of_new), budget)
            found.append(Passage(pieces, is_same=False))
    return found


def count(old: str, new: str) -> Count:
    """How many words were added and removed, wherever they stood. Of a change that is
    very long only by how many there are more or fewer.
    """
    start, end = _common_ends(old, new)
    gone, come = old[start : len(old) - end], new[start : len(new) - end]
    if len(gone) + len(come) > _MAX_LOOKED_INTO:
        more = len(come.split()) - len(gone.split())
        return Count(max(more, 0), max(-more, 0))
    before, after = Counter(_words(gone)), Counter(_words(come))
    return Count((after - before).total(), (before - after).total())


def _same(text: str) -> Passage:
    return Passage((Piece(Mark.SAME, text),), is_same=True)


class _Budget:
    """What may still be spent on one comparison."""

    def __init__(self) -> None:
        self._cells, self._characters = _MAX_CELLS_IN_ALL, _MAX_LOOKED_INTO

    def allows_table(self, cells: int) -> bool:
        """Whether a table may be made; if so, it counts as made."""
        if cells > min(_MAX_CELLS, self._cells):
            return False
        self._cells -= cells
        return True

    def allows_words(self, characters: int) -> bool:
        """Whether a passage may be looked into; if so, it counts as done."""
        if characters > min(_MAX_PASSAGE, self._characters):
            return False
        self._characters -= characters + _EACH_PASSAGE
        return True


def _lines(text: str) -> list[str]:
    """The lines with their ends; ``splitlines`` would take a form feed for one."""
    found = text.split("\n")
    return [f"{line}\n" for line in found[:-1]] + found[-1:] * bool(found[-1])


def _words(text: str) -> Iterator[str]:
    return (token for token in _TOKEN.findall(text) if _IS_WORD.match(token))


def _changed(old: str, new: str, budget: _Budget) -> tuple[Piece, ...]:
    """The pieces of lines that are not the same."""
    as_a_whole = [Piece(Mark.DELETED, old), Piece(Mark.INSERTED, new)]
    start, end = _common_ends(old, new)
    gone, come = old[start : len(old) - end], new[start : len(new) - end]
    if not old or not new or not budget.allows_words(len(gone) + len(come)):
        return _without_empty(as_a_whole)
    before, after = _TOKEN.findall(gone), _TOKEN.findall(come)
    pieces = [Piece(Mark.SAME, old[:start])]
    for is_same, of_old, of_new in _runs(before, after, _pairs(before, after, budget)):
        if is_same:
            pieces.append(Piece(Mark.SAME, "".join(of_old)))
        else:
            pieces.append(Piece(Mark.DELETED, "".join(of_old)))
            pieces.append(Piece(Mark.INSERTED, "".join(of_new)))
    pieces.append(Piece(Mark.SAME, old[len(old) - end :]))
    kept = sum(len(piece.text.strip()) for piece in pieces if piece.mark is Mark.SAME)
    if kept < _LEAST_LIKENESS * min(len(old.strip()), len(new.strip())):
        return _without_empty(as_a_whole)
    return _without_empty(_joined(pieces))


def _without_empty(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.text)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with changes made one that only a space or a sign keeps apart: words
    taken and put by turns are hard to read.
    """
    found: list[Piece] = []
    gone = come = ""
    pieces = [piece for piece in pieces if piece.text]
    for index, (mark, text) in enumerate(pieces):
        if mark is Mark.DELETED:
            gone += text
        elif mark is Mark.INSERTED:
            come += text
        elif gone and come and index + 1 < len(pieces) and not _has_words(text):
            gone, come = gone + text, come + text
        else:
            found += [Piece(Mark.DELETED, gone), Piece(Mark.INSERTED, come)]
            found.append(Piece(Mark.SAME, text))
            gone = come = ""
    return [*found, Piece(Mark.DELETED, gone), Piece(Mark.INSERTED, come)]


def _has_words(text: str) -> bool:
    return "\n" in text or any(map(_IS_WORD.match, text))


def _common_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters both have at the start and at the end, up to a space: so that
    no word lies across.
    """
    start = _common_start(old, new)
    if not start == len(old) == len(new):
        start = _last_space(old[:start]) + 1
    most = min(len(old), len(new)) - start
    end = _common_start(old[len(old) - most :][::-1], new[len(new) - most :][::-1])
    if end < most or len(old) != len(new):
        end = _last_space(old[len(old) - end :][::-1]) + 1 if end else 0
    return start, end


def _common_start(old: str, new: str) -> int:
    """How many characters both begin with. Halving compares whole slices at once."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _last_space(text: str) -> int:
    return max(text.rfind(" "), text.rfind("\n"))


def _runs(
    old: Sequence[str], new: Sequence[str], pairs: Sequence[Pair]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Both sequences in alternating runs: what is the same, and what is not."""
    i = j = start_i = start_j = 0
    for pair in [*pairs, (len(old), len(new))]:
        if pair != (i, j):
            if start_i < i:
                yield True, old[start_i:i], new[start_j:j]
            yield False, old[i : pair[0]], new[j : pair[1]]
            start_i, start_j = pair
        i, j = pair[0] + 1, pair[1] + 1
    if start_i < len(old) and start_i < i - 1:
        yield True, old[start_i : i - 1], new[start_j : j - 1]


def _pairs(
    old: Sequence[str], new: Sequence[str], budget: _Budget, level: int = 0
) -> list[Pair]:
    """The places of what is the same in both, in order."""
    most = min(len(old), len(new))
    start = next((i for i in range(most) if old[i] != new[i]), most)
    most -= start
    end = next((i for i in range(most) if old[-1 - i] != new[-1 - i]), most)
    found = [(i, i) for i in range(start)]
    old_middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
    found += [
        (start + i, start + j)
        for i, j in _middle_pairs(old_middle, new_middle, budget, level)
    ]
    return found + [(len(old) - i, len(new) - i) for i in range(end, 0, -1)]


def _middle_pairs(
    old: Sequence[str], new: Sequence[str], budget: _Budget, level: int
) -> list[Pair]:
    if not old or not new:
        return []
    if budget.allows_table(len(old) * len(new)):
        if len(new) > len(old):
            return [(i, j) for j, i in _longest_common(new, old)]
        return _longest_common(old, new)
    if level == _MAX_LEVELS:
        return []
    found: list[Pair] = []
    i = j = 0
    for anchor_i, anchor_j in [*_anchors(old, new), (len(old), len(new))]:
        between = _pairs(old[i:anchor_i], new[j:anchor_j], budget, level + 1)
        found += [(i + a, j + b) for a, b in between]
        if anchor_i < len(old):
            found.append((anchor_i, anchor_j))
        i, j = anchor_i + 1, anchor_j + 1
    return found


def _longest_common(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """A longest common subsequence. Bit ``j`` of row ``i`` is 0 where the table of
    lengths grows from column ``j`` to the next.
    """
    places: dict[str, int] = {}
    for j, each in enumerate(new):
        places[each] = places.get(each, 0) | 1 << j
    whole = (1 << len(new)) - 1
    row, rows = whole, []
    for each in old:
        met = row & places.get(each, 0)
        if met:
            row = (row + met | row - met) & whole
        rows.append(row)
    found: list[Pair] = []
    i, j = len(old), len(new)
    while i and j:
        if rows[i - 1] >> j - 1 & 1:
            j -= 1
        elif i > 1 and not rows[i - 2] >> j - 1 & 1:
            i -= 1
        else:
            i, j = i - 1, j - 1
            found.append((i, j))
    return found[::-1]


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """The longest series of what each has exactly once, and in the same order."""
    in_old, in_new = Counter(old), Counter(new)
    place = {each: j for j, each in enumerate(new) if in_new[each] == 1}
    unique = [
        (i, place[each])
        for i, each in enumerate(old)
        if in_old[each] == 1 and each in place
    ]
    # Patience: piles whose tops grow; each card knows the top of the pile before.
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for index, (_i, j) in enumerate(unique):
        pile = bisect_left(tops, j)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        piles[pile : pile + 1] = [index]
    found: list[Pair] = []
    index = piles[-1] if piles else -1
    while index >= 0:
        found.append(unique[index])
        index = before[index]
    return found[::-1]
