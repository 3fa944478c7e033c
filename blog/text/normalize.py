"""What a text must look like before anything else reads or keeps it."""

import re
import unicodedata
from functools import cache
from urllib.parse import urlsplit

# Written as escapes: a file that holds the characters themselves could not be read.
# The bidi marks, separators, joiners and the byte order mark that browsers and people
# do not see, so that "javascript:" can hide behind one (trust.md, H26).
INVISIBLE = "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"

# Longer addresses are cut or refused by browsers and proxies anyway.
MAX_URL_LENGTH = 2_000

# Zalgo text piles hundreds of marks on a letter; no orthography needs more than four.
MAX_MARKS = 4
# A text of them alone, which is put in order in quadratic time, would take seconds. So
# many are more than any text needs (Unicode's UAX #15, 13, Stream-Safe Text Format).
_MAX_MARKS_IN_ORDER = 30

_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# Codes that Unicode promises never to give to a character, and the tag characters.
_NOT_CHARACTERS = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}"
        for plane in range(0, 0x110000, 0x10000)
    )
    + "\U000e0000-\U000e007f]"
)
# Letters that are drawn as nothing: Hangul fillers and the empty Braille cell.
_BLANKS = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
# They shape Persian and Indic words and emoji, so they stay inside a word.
_JOINERS = "\u200c\u200d"
_NAME_EDGES = " " + _JOINERS

_HIDDEN = re.compile(rf"[\x00-\x1f\x7f-\x9f\xad{INVISIBLE}]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_HOST = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*\.?")
_NOT_IN_URL = re.compile(r"[\s\\<>\"`{}|^]")


class Unstorable(ValueError):
    """The text holds NUL or half a character, which no database has to accept."""


def clean_text(value: str) -> str:
    """The text in Unicode's composed form (NFC), lines ended by LF, no controls.

    Tabs and line ends stay; the other C0 and C1 controls are dropped, and of very many
    combining marks in a row all but the first.

    :raise Unstorable: for NUL and for lone surrogates
    """
    if "\0" in value or _SURROGATES.search(value):
        raise Unstorable("NUL or a lone surrogate")
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return _bounded(unicodedata.normalize("NFC", _bounded(_CONTROLS.sub("", lines))))


def single_line(value: str, limit: int) -> str:
    """A name or title on one line, at most ``limit`` characters long.

    Bidi controls and other invisible characters go, except joiners inside a word; a
    letter keeps its first four combining marks. Empty when nothing visible is left.

    :raise Unstorable: for NUL and for lone surrogates
    """
    text = re.sub(r"[\x1c-\x1f\x85\u2028\u2029\r]", "\n", value)
    text = _NOT_CHARACTERS.sub("", _BLANKS.sub(" ", clean_text(text)))
    text = " ".join("".join(_visible(text)).split())
    return _shortened(text.strip(_NAME_EDGES), limit).strip(_NAME_EDGES)


def http_url(value: str) -> str | None:
    """A web address that may stand in an ``href``, or None when it is not one.

    Absolute, http or https, with a host and without a password in it. What was typed
    without a scheme gets https. Scheme and host come back in lower case.
    """
    text = _HIDDEN.sub("", value).strip()
    if len(text) > MAX_URL_LENGTH or _NOT_IN_URL.search(text):
        return None
    if not text.lower().startswith(("http://", "https://")):
        if "." not in text or text.startswith("/") or _SCHEME.match(text):
            return None
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:  # a broken IPv6 address or port
        return None
    if host is None or "@" in parts.netloc or port == 0:
        return None
    # A colon in the host is an IPv6 address, which urlsplit has checked.
    if ":" not in host and _HOST.fullmatch(host) is None:
        return None
    return parts._replace(
        scheme=parts.scheme.lower(), netloc=parts.netloc.lower()
    ).geturl()


def without_invisible(url: str) -> str:
    """The address as a browser reads it: no spaces around it, nothing unseen in it."""
    return _HIDDEN.sub("", url).strip()


def _bounded(text: str) -> str:
    """The text with no longer run of marks than can be put in order at once."""
    return text if text.isascii() else _too_many_marks().sub(r"\1", text)


@cache
def _too_many_marks() -> re.Pattern[str]:
    """Finds the marks beyond those. A mark is what becomes one when it is taken apart,
    too; there are none beyond the second plane.
    """
    marks = "".join(
        char
        for char in map(chr, range(0x300, 0x20000))
        if unicodedata.combining(unicodedata.normalize("NFKD", char)[0])
    )
    return re.compile(f"([{marks}]{{{_MAX_MARKS_IN_ORDER}}})[{marks}]+")


def _visible(text: str) -> list[str]:
    if text.isascii():
        return list(text)
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category == "Cf" and char not in _JOINERS:
            continue
        if category.startswith("M"):
            marks += 1
            if marks > MAX_MARKS:
                continue
        elif category != "Cf":
            marks = 0
        kept.append(char)
    return kept


def _shortened(text: str, limit: int) -> str:
    """The first ``limit`` characters, without half a letter at the end."""
    if len(text) <= limit:
        return text
    end = limit
    while end > 0 and unicodedata.category(text[end]).startswith("M"):
        end -= 1
    return text[:end]
