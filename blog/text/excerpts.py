"""Less than the whole text: the plain words, the first of them, how many."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from blog.text.tokens import End, Start, Text, tokens
from blog.text.wellformed import PHRASING, VOID

# Readers of long prose (Brysbaert 2019: 238 words a minute in English; Chinese about
# twice as many characters).
WORDS_PER_MINUTE = 230
CHARACTERS_PER_MINUTE = 500

# Scripts that write no spaces between words: there a character counts half a word.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"  # kana and Han
)
_UNIT = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_SENTENCE_PARTS = " .…,;:–—-،؛、。，；："


# Remembered, as a new text is counted, shortened and indexed one after the other.
@lru_cache(maxsize=4)
def plain(html: str) -> str:
    """The words of sanitised HTML on one line; blocks are parted by a space.

    References to footnotes and the arrows back are left out.
    """
    return " ".join("".join(_words(html)).split())


def excerpt(html: str, words: int = 55) -> str:
    """The first words as plain text, with "…" when there are more.

    In scripts that write no spaces (Chinese, Japanese, Thai …) two characters count as
    one word. Not escaped: templates do that.
    """
    text = plain(html)
    left = 2 * words
    end = 0
    for unit in _UNIT.finditer(text):
        if unicodedata.category(unit[0][0])[0] == "M":  # part of the letter before
            end = unit.end()
            continue
        left -= 1 if _is_unspaced(unit[0]) else 2
        if left < 0:
            return text[:end].rstrip(_SENTENCE_PARTS) + "…"
        end = unit.end()
    return text


def word_count(html: str) -> int:
    """How many words; in scripts without spaces each character counts as one."""
    spaced, unspaced = _counts(html)
    return spaced + unspaced


def reading_minutes(html: str) -> int:
    """How long a reader takes, in whole minutes, at least one."""
    spaced, unspaced = _counts(html)
    minutes = spaced / WORDS_PER_MINUTE + unspaced / CHARACTERS_PER_MINUTE
    return max(1, round(minutes))


def _words(html: str) -> Iterator[str]:
    footnote: str | None = None
    for token in tokens(html):
        match token:
            case Start(name, attributes) if footnote is None:
                if attributes.get("class") in ("footnote-ref", "footnote-backref"):
                    footnote = name
                elif name not in PHRASING or name == "br":
                    yield " "
            case End(name):
                if footnote == name:
                    footnote = None
                elif name not in PHRASING and name not in VOID:
                    yield " "
            case Text(text) if footnote is None:
                yield text


def _counts(html: str) -> tuple[int, int]:
    """Words written with spaces around, and letters of scripts without."""
    spaced = unspaced = 0
    for unit in _UNIT.finditer(plain(html)):
        if _is_unspaced(unit[0]):
            unspaced += unicodedata.category(unit[0])[0] == "L"
        else:
            spaced += any(char.isalnum() for char in unit[0])
    return spaced, unspaced


def _is_unspaced(unit: str) -> bool:
    return len(unit) == 1 and re.match(f"[{_UNSPACED}]", unit) is not None
