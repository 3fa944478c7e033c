"""What counts as a word, on both sides of the search: in the index and in the question.

SQLite cuts a text into words at whatever is no letter or digit, which parts Indic words
at every vowel sign and leaves a Chinese sentence in one piece. So the text is cut here,
and SQLite gets words that it has nothing to do with any more: folded, one space between
them, and only of characters that it takes for letters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from ..text.folding import fold

# Of a question that much is looked at; nobody types more, though somebody may paste it.
MAX_CHARACTERS = 500
MAX_WORDS = 16
MAX_RUN = 40
# Addresses and codes are no words; their beginning is enough to find them.
MAX_LETTERS = 64

# Scripts that write no spaces between words, and Korean, which puts its particles to
# the word before: such a run of letters is found by its pairs.
UNSPACED = (
    "\u0e01-\u0e3e\u0e40-\u0e4e\u0e81-\u0ede"  # Thai, Lao
    "\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u17d7\u17dc\u17dd"  # Burmese, Khmer
    "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"  # kana, bopomofo
    "\u1100-\u11ff\ua960-\ua97c\uac00-\ud7fb"  # Hangul
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uf000-\uf8ff"  # marks on any of them, see _Letters
)
# What folding never leaves in a text, so it can stand for what SQLite would cut at.
_MARKS, _MARKS_SIZE = 0xE000, 0xF00
_UNSPACED_MARKS, _UNSPACED_MARKS_SIZE = 0xF000, 0x900
_OF_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff]")
_SIGNS = str.maketrans("+#", "\uef2b\uef23")
_CONFIDENTIAL = "\uef00"

_WORD = re.compile(
    rf"(?P<run>[{UNSPACED}]+)"
    rf"|(?:[^\W_{UNSPACED}]++|[\ue000-\uefff]++)++(?:(?:\+\+|#)(?![^\W_]))?"  # C++, C#
)
_QUOTED = re.compile(r'(?<!\w)"([^"]+)"(?!\w)')
# Between two words, it makes them one: node.js, 2026-11-24, ada@example.org.
_JOINTS = frozenset(["", *"-._@:/&+'\""])
_ARTICLE = "ال"


class Word(NamedTuple):
    """A word, or a run of letters of a script without spaces, and where it stands."""

    text: str
    start: int
    end: int
    is_run: bool

    @property
    def forms(self) -> tuple[str, ...]:
        """As what the index holds it, one after the other."""
        return _forms(self.text, self.is_run)


class Term(NamedTuple):
    """Words that must stand one after the other; most often there is only one.

    With ``is_open`` the last one may go on: it is what somebody began to type.
    """

    words: tuple[Word, ...]
    is_open: bool = False

    @property
    def sought(self) -> tuple[str, ...]:
        """The forms in the index that say it."""
        forms = [form for word in self.words for form in word.forms]
        last = self.words[-1]
        if last.is_run and len(last.text) > 1:
            forms.pop()  # whatever letter comes next
        if len(self.words) == 1 and not last.is_run:
            forms = forms[-1:]  # whole for C++, without its article in Arabic
        return tuple(forms)

    @property
    def goes_on(self) -> bool:
        """Whether the last form may be the beginning of a longer one."""
        last = self.words[-1]
        return self.is_open or (last.is_run and len(last.text) == 1)


class _Letters(dict[int, int]):
    """For ``str.translate``: marks that folding left, as characters that are letters
    to SQLite. Two marks that get the same one are of different scripts.
    """

    def __missing__(self, code: int) -> int:
        char = chr(code)
        new = code
        if unicodedata.category(char)[0] == "M":
            if _OF_UNSPACED.match(char):
                new = _UNSPACED_MARKS + code % _UNSPACED_MARKS_SIZE
            else:
                new = _MARKS + code % _MARKS_SIZE
        if code < 0x10000:  # no need to keep what hardly anybody writes
            self[code] = new
        return new


_letters = _Letters()


def spelled(text: str) -> str:
    """The text in the spelling in which words are compared, on one line."""
    return fold(text).translate(_letters)


def words(spelling: str) -> Iterator[Word]:
    """The words of a text that was ``spelled``, from its beginning on."""
    for match in _WORD.finditer(spelling):
        is_run = match.lastgroup is not None
        text = match[0] if is_run else match[0][:MAX_LETTERS]
        yield Word(text, *match.span(), is_run)


def indexed(text: str, *, is_confidential: bool = False) -> str:
    """The words of a text as the index gets them.

    What ``is_confidential`` is found by those questions only that say the same.
    """
    before = _CONFIDENTIAL if is_confidential else ""
    return " ".join(
        before + form
        for match in _WORD.finditer(spelled(text))
        for form in _forms(match[0], match.lastgroup is not None)
    )


def alphabet() -> dict[str, object]:
    """How texts are cut here, for a program in a browser that asks for the same words:
    the scripts without spaces, as a part of a pattern, and where marks are put.
    """
    return {
        "unspaced": UNSPACED,
        "unspaced_marked": _OF_UNSPACED.pattern,
        "marks": [_MARKS, _MARKS_SIZE, _UNSPACED_MARKS, _UNSPACED_MARKS_SIZE],
        "signs": {chr(code): chr(to) for code, to in _SIGNS.items()},
        "article": _ARTICLE,
        "longest": MAX_LETTERS,
        "most": MAX_WORDS,
    }


def terms(typed: str) -> list[Term]:
    """What somebody looks for, of which each must occur. Empty if no word is in it.

    Words in quotation marks stand together, and so do parts of one without a space in
    between. There are no operators: AND is a word. What is beyond ``MAX_CHARACTERS``,
    or beyond ``MAX_WORDS``, is left out.
    """
    found = _typed_terms(typed)
    bounded: list[Term] = []
    left = MAX_WORDS
    for term in found:
        kept = term.words[:left]
        if kept:
            bounded.append(term._replace(words=kept))
        left -= len(kept)
    return bounded


def is_too_long(typed: str) -> bool:
    """Whether ``terms`` leaves out anything of it."""
    count = sum(len(term.words) for term in _typed_terms(typed))
    return len(typed) > MAX_CHARACTERS or count > MAX_WORDS


def question(typed: str, *, confidential_too: bool = False) -> str | None:
    """What was typed as FTS5 asks for it; ``None`` if there is no word in it."""
    sought = terms(typed)
    if not sought:
        return None
    marks = ("", _CONFIDENTIAL) if confidential_too else ("",)
    return " AND ".join(_expression(term, marks) for term in sought)


def _expression(term: Term, marks: tuple[str, ...]) -> str:
    ways = []
    for mark in marks:
        # Only letters and digits are in it, so nothing ends the quotation.
        exact = '"{}"'.format(" ".join(mark + form for form in term.sought))
        if term.is_open:  # what is the word itself comes before what begins with it
            ways.append(exact)
        ways.append(f"{exact}*" if term.goes_on else exact)
    return ways[0] if len(ways) == 1 else "({})".format(" OR ".join(ways))


def _forms(word: str, is_run: bool) -> tuple[str, ...]:
    """A run is its pairs of letters and the last letter alone, so that each letter
    begins one. An Arabic word is there without its article, too; the name of a
    language such as C++ also as its letter.
    """
    if is_run:
        pairs = (one + next_one for one, next_one in pairwise(word))
        return (*pairs, word[-1])
    if word.isascii() and word.isalnum():  # most words of most sites
        return (word[:MAX_LETTERS],)
    word = word[:MAX_LETTERS]
    if word[-1] in "+#":
        return word.rstrip("+#"), word.translate(_SIGNS)
    if len(word) > 4 and word.startswith(_ARTICLE):
        return word, word.removeprefix(_ARTICLE)
    return (word,)


def _loose(spelling: str) -> Iterator[Term]:
    """The words outside quotation marks; those that touch are one term."""
    joined: list[Word] = []
    end = 0
    for word in words(spelling):
        if joined and spelling[end : word.start] not in _JOINTS:
            yield from _without_elided(joined, spelling)
            joined = []
        joined.append(word)
        end = word.end
    yield from _without_elided(joined, spelling)


def _without_elided(joined: Sequence[Word], spelling: str) -> list[Term]:
    """Of ``l'hiver`` and ``Ada's`` what is worth looking for."""
    found: list[Term] = []
    for is_elided, part in groupby(joined, lambda word: _is_elided(word, spelling)):
        found += [] if is_elided else _short_terms(part)
    return found or list(_short_terms(joined))


def _is_elided(word: Word, spelling: str) -> bool:
    beside = spelling[max(0, word.start - 1) : word.end + 1]
    return len(word.text) == 1 and not word.is_run and "'" in beside


def _typed_terms(typed: str) -> list[Term]:
    """All that is looked for, each once."""
    spelling = spelled(typed[:MAX_CHARACTERS])
    found: list[Term] = []
    at = 0
    for quoted in _QUOTED.finditer(spelling):
        found += _loose(spelling[at : quoted.start()])
        found += _short_terms(words(quoted[1]))
        at = quoted.end()
    rest = list(_loose(spelling[at:]))
    if rest and _may_go_on(rest[-1].words[-1]):
        rest[-1] = rest[-1]._replace(is_open=True)
    unique: dict[tuple[str, ...], Term] = {}
    for term in found + rest:
        said = tuple(word.text for word in term.words)
        unique[said] = term
    return list(unique.values())


def _short_terms(together: Iterable[Word]) -> Iterator[Term]:
    """Words that stand together as a term; behind a run that is cut begins another."""
    part: list[Word] = []
    for word in together:
        if word.is_run and len(word.text) > MAX_RUN:
            yield Term((*part, word._replace(text=word.text[:MAX_RUN])))
            part = []
        else:
            part.append(word)
    if part:
        yield Term(tuple(part))


def _may_go_on(word: Word) -> bool:
    return not word.is_run and len(word.text) > 1 and word.text[-1] not in "+#"
