"""Where in a text the words stand that somebody looked for: marked, in the original
spelling, and escaped.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from markupsafe import Markup, escape

from .words import UNSPACED, Term, Word, spelled, words

# Of scripts that write no spaces, a letter counts half a word.
HALF_WORDS = 60
# A longer text is looked through a piece after the other, until something is found.
PIECE = 100_000
LONGEST = 500
_SENTENCE_PARTS = " ,;:–—-،؛、，；："

_UNSPACED_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
)
_UNIT = re.compile(
    rf"[\uac00-\ud7a3]+|(?P<half>[{UNSPACED}][{_UNSPACED_MARKS}]*+)|[^\s{UNSPACED}]+"
)


class Match(NamedTuple):
    """Where one of the terms stands in a text, and which of them."""

    start: int
    end: int
    term: int


class _Piece(NamedTuple):
    """A part of a text, from one word to another."""

    start: int
    end: int


class _Spelling(dict[str, str]):
    """What becomes of a character when a text is spelled; it never depends on others
    in a text that is in Unicode's composed form.
    """

    def __missing__(self, char: str) -> str:
        self[char] = new = spelled(f"x{char}x")[1:-1]
        return new


_spelling = _Spelling()


def marked(text: str, terms: Sequence[Term]) -> Markup:
    """The text with every term marked in it."""
    return _marked(text, matches(text, terms), _Piece(0, len(text)))


def passage(terms: Sequence[Term], *texts: str) -> Markup:
    """Some thirty words around the place where most of the terms stand, out of the
    first of the texts that has any; with none, what the last of them begins with.
    """
    for text in texts:
        for start in range(0, len(text), PIECE):
            piece = text[start : start + PIECE]
            found = matches(piece, terms)
            if found:
                shown = _best(piece, found)
                return _with_dots(
                    _marked(piece, found, shown),
                    before=start + shown.start > 0,
                    after=start + shown.end < len(text),
                )
    beginning = texts[-1]
    shown = _best(beginning[:PIECE], [Match(0, 0, 0)])
    return _with_dots(escape(beginning[: shown.end]), after=shown.end < len(beginning))


def matches(text: str, terms: Sequence[Term]) -> list[Match]:
    """Where the terms stand in the text, in order; they may overlap."""
    spelling, origins = _traced(text)
    found = []
    for start, end, term in sorted(_found(list(words(spelling)), terms)):
        last = origins[end - 1] + 1
        while last < len(text) and unicodedata.category(text[last])[0] == "M":
            last += 1  # an accent belongs to its letter
        found.append(Match(origins[start], last, term))
    return found


def _traced(text: str) -> tuple[str, Sequence[int]]:
    """The text as it is spelled, and where in it each character came from."""
    if text.isascii():
        return text.lower(), range(len(text))
    spelling: list[str] = []
    origins: list[int] = []
    for at, char in enumerate(text):
        new = _spelling[char]
        spelling.append(new)
        if len(new) == 1:
            origins.append(at)
        else:
            origins += [at] * len(new)
    return "".join(spelling), origins


def _found(tokens: Sequence[Word], terms: Sequence[Term]) -> Iterator[Match]:
    runs: list[tuple[int, Term]] = []
    heads: dict[str, list[tuple[int, Term]]] = {}
    open_words: list[tuple[int, str]] = []
    for number, term in enumerate(terms):
        head = term.words[0]
        if head.is_run:
            runs.append((number, term))
        elif term.is_open and len(term.words) == 1:
            open_words.append((number, head.forms[-1]))
        else:
            heads.setdefault(head.forms[-1], []).append((number, term))
    for index, token in enumerate(tokens):
        if token.is_run:
            for number, term in runs:
                yield from _in_run(tokens, index, number, term)
            continue
        for form in token.forms:
            for number, term in heads.get(form, ()):
                rest = tokens[index + 1 : index + len(term.words)]
                if _continues(rest, term):
                    yield Match(token.start, _end((token, *rest)[-1], term), number)
            for number, beginning in open_words:
                if form.startswith(beginning):
                    yield Match(token.start, token.end, number)


def _in_run(
    tokens: Sequence[Word], index: int, number: int, term: Term
) -> Iterator[Match]:
    token, head = tokens[index], term.words[0].text
    if len(term.words) > 1:
        rest = tokens[index + 1 : index + len(term.words)]
        if token.text.endswith(head) and _continues(rest, term):
            yield Match(token.end - len(head), _end(rest[-1], term), number)
        return
    at = token.text.find(head)
    while at >= 0:
        yield Match(token.start + at, token.start + at + len(head), number)
        at = token.text.find(head, at + len(head))


def _end(token: Word, term: Term) -> int:
    """Where a term ends whose last word is in this one of the text."""
    last = term.words[-1]
    return token.start + len(last.text) if last.is_run else token.end


def _continues(tokens: Sequence[Word], term: Term) -> bool:
    """Whether a text goes on as the term does after its first word."""
    wanted = term.words[1:]
    if len(tokens) < len(wanted):
        return False
    for token, word in zip(tokens, wanted, strict=True):
        may_go_on = word is wanted[-1] and (word.is_run or term.is_open)
        is_same = token.text == word.text or (
            not token.is_run and word.forms[-1] in token.forms
        )
        if not is_same and not (may_go_on and token.text.startswith(word.text)):
            return False
    return True


def _best(text: str, found: Sequence[Match]) -> _Piece:
    """The piece of the text that has the most of the terms, and most often."""
    units = list(_UNIT.finditer(text))
    if not units:
        return _Piece(0, len(text))
    starts = [unit.start() for unit in units]
    ends = [unit.end() for unit in units]
    spent = [0, *accumulate(1 if unit["half"] else 2 for unit in units)]
    spans = [
        (
            max(0, bisect_right(starts, match.start) - 1),
            min(len(units), bisect_left(ends, match.end) + 1),
        )
        for match in found
    ]
    first, last = _densest(spans, [match.term for match in found], spent)
    from_, to = _widened(first, last, spent)
    start, end = starts[from_] if from_ else 0, ends[to - 1]
    if end - start > LONGEST:  # the words of somebody who never hits the space bar
        at = found[[unit for unit, _ in spans].index(first)].start
        start = max(start, at - LONGEST // 4)
        end = min(end, start + LONGEST)
    while end < len(text) and text[end - 1] in _SENTENCE_PARTS and end > start:
        end -= 1
    return _Piece(start, end)


def _widened(first: int, last: int, spent: Sequence[int]) -> tuple[int, int]:
    """As many units around these as a passage has, a third of them before, where the
    text goes on as far.
    """
    spare = max(0, HALF_WORDS - (spent[last] - spent[first]))
    from_ = bisect_left(spent, spent[first] - spare // 3)
    to = max(last, bisect_right(spent, spent[from_] + HALF_WORDS) - 1)
    return min(from_, bisect_left(spent, spent[to] - HALF_WORDS)), to


def _densest(
    spans: Sequence[tuple[int, int]], terms: Sequence[int], spent: Sequence[int]
) -> tuple[int, int]:
    """From which unit to which the most of the terms stand close together."""
    best, shown = (0, 0), spans[0]
    within: Counter[int] = Counter()
    left = 0
    for right, (_, end) in enumerate(spans):
        within[terms[right]] += 1
        while left < right and spent[end] - spent[spans[left][0]] > HALF_WORDS:
            within[terms[left]] -= 1
            left += 1
        within += Counter()  # forget the zeros
        score = (len(within), right - left + 1)
        if score > best:
            best, shown = score, (spans[left][0], end)
    return shown


def _marked(text: str, found: Sequence[Match], piece: _Piece) -> Markup:
    """The piece of the text, with what was found marked in it."""
    parts: list[Markup] = []
    at = piece.start
    for start, end in _merged(found):
        start, end = max(start, at), min(end, piece.end)
        if start < end:
            parts.append(escape(text[at:start]))
            parts.append(Markup("<mark>{}</mark>").format(text[start:end]))
            at = end
    return Markup("").join([*parts, escape(text[at : piece.end])])


def _merged(found: Sequence[Match]) -> Iterator[tuple[int, int]]:
    """Where anything stands, without overlaps."""
    start = end = 0
    for match in found:
        if match.start > end:
            yield start, end
            start = match.start
        end = max(end, match.end)
    yield start, end


def _with_dots(text: Markup, *, before: bool = False, after: bool) -> Markup:
    return Markup("{}{}{}").format("…" if before else "", text, "…" if after else "")
