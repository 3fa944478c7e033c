"""One spelling for texts that a reader would call the same.

For finding duplicates, disallowed words and, later, search: both sides are folded.
The letters that are made one were chosen with Arabic, Persian and Urdu readers in
mind, who type each other's keyboards.
"""

import re
import unicodedata

LETTERS = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ئ": "ی",
        "ې": "ی",
        "ك": "ک",
        "ة": "ہ",
        "ه": "ہ",
        "ۂ": "ہ",
        "ۀ": "ہ",
        "ھ": "ہ",
        "ە": "ہ",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        # It parts two halves of a Persian word where others type a space.
        "\u200c": " ",
        # Tatweel only stretches a word.
        "\u0640": "",
        "ı": "i",
        "ø": "o",
        "đ": "d",
        "ł": "l",
        "œ": "oe",
        "æ": "ae",
        "ð": "d",
        # Quotation marks and dashes differ by keyboard, not by meaning.
        **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
# Scripts in which a mark only colours a letter; in Indic scripts and Thai it is a
# vowel, and without it another word.
DIACRITICS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8"
    "\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def fold(text: str) -> str:
    """The text in one spelling: case, accents, variants of a letter, spaces made one.

    NFKC and case folding first, then libraries.md 2.7. Digits of every script become
    ASCII. Meant for comparing, not for showing. ``fold(fold(x)) == fold(x)``.
    """
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    text = DIACRITICS.sub("", unicodedata.normalize("NFKD", text).translate(LETTERS))
    shown = text.translate(_shown)
    return " ".join(unicodedata.normalize("NFC", shown).split())


class _Shown(dict[int, str]):
    """For ``str.translate``: digits in ASCII, controls as spaces, without what is
    hidden. Kept for the characters of living languages; there are a million others.
    """

    def __missing__(self, code: int) -> str:
        shown = self._of(chr(code))
        if code < 0x10000:
            self[code] = shown
        return shown

    @staticmethod
    def _of(char: str) -> str:
        if char.isascii():
            return char if char >= " " else " "
        if char.isdecimal():
            return str(unicodedata.decimal(char))
        return "" if unicodedata.category(char) in _HIDDEN else char


_shown = _Shown()
