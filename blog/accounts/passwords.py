"""Passwords: hashed with argon2id, and good enough to be taken."""

import base64
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from ..i18n import gettext as _

# OWASP's second recommendation. 19 MiB each, and never more than two at once: logins
# must not be able to eat the memory of a small server.
MEMORY_KIB, PASSES, LANES = 19456, 2, 1
MAX_AT_ONCE = 2

MIN_LENGTH = 15
MAX_LENGTH = 256
# How much must be left of a password when what everybody can guess is taken away.
MIN_OWN_LENGTH = 8
MIN_UNIT = 10
MIN_SURPRISES = 6

_ROWS = ("1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm")

_hasher = PasswordHasher(PASSES, MEMORY_KIB, LANES, type=Type.ID)
_slots = threading.BoundedSemaphore(MAX_AT_ONCE)
# A hash of nothing, in today's form: to look for it takes as long as for a real one.
_NOBODYS = "$argon2id$v=19$m={},t={},p={}${}${}".format(
    MEMORY_KIB,
    PASSES,
    LANES,
    *(base64.b64encode(bytes(n)).decode().rstrip("=") for n in (16, 32)),
)


def hashed(password: str) -> str:
    """The hash to store. Takes some 30 ms, so never inside a write transaction."""
    with _slots:
        return _hasher.hash(_composed(password))


def is_right(password: str, stored: str | None) -> bool:
    """Whether ``stored`` was made from this password. Without a stored hash the answer
    is no, after the same time."""
    with _slots:
        try:
            _hasher.verify(stored or _NOBODYS, _composed(password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def problems(password: str, known: Iterable[str] = ()) -> list[str]:
    """Why this password is not good enough, in sentences; empty when it is.

    ``known`` is what others know: the site's name and host, the person's names and
    e-mail address. No kind of character is demanded, and none is refused.
    """
    if len(password) < MIN_LENGTH:
        return [
            _(
                "At least %(number)d characters, please. A few words in a row are easy "
                "to remember.",
                number=MIN_LENGTH,
            )
        ]
    if len(password) > MAX_LENGTH:
        return [_("At most %(number)d characters, please.", number=MAX_LENGTH)]
    folded = _folded(password)
    if _period(folded) < MIN_UNIT:
        return [_("This repeats itself; the same again is easily guessed.")]
    if _surprises(folded) < MIN_SURPRISES:
        return [_("This is a row of the alphabet or of the keyboard.")]
    own = _without_known(folded, known)
    if len(own) < MIN_OWN_LENGTH or _surprises(own) < MIN_SURPRISES:
        return [_("There is little in this but names that others know.")]
    return []


def _composed(password: str) -> str:
    """One keyboard types é as one character and another as two; it is the same word."""
    return unicodedata.normalize("NFC", password)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _period(text: str) -> int:
    """The length of the shortest part that, repeated, begins with the whole text."""
    return next(n for n in range(1, len(text) + 1) if text[n:] == text[: len(text) - n])


def _surprises(text: str) -> int:
    """How many characters do not follow from the one before."""
    pairs = zip(" " + text, text, strict=False)
    return sum(not _follows(before, char) for before, char in pairs)


def _follows(before: str, char: str) -> bool:
    if abs(ord(before) - ord(char)) <= 1:
        return True
    pair = before + char
    return any(pair in row or pair[::-1] in row for row in _ROWS)


def _without_known(text: str, known: Iterable[str]) -> str:
    """The text without the words that others know, longest first."""
    words = {word for name in known for word in _words(name)}
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return text


def _words(name: str) -> Iterator[str]:
    folded = _folded(name)
    for word in (folded, folded.replace(" ", ""), *re.split(r"[\W_]+", folded)):
        if len(word) >= 3:
            yield word
