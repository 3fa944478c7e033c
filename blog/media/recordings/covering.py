"""What is painted over in a stored file: bytes change where they stand, and none moves,
so that every offset in the file stays right.
"""

import re
from typing import BinaryIO, NamedTuple

# In the name of a key, a tag, a field: it says where something was taken.
PLACE = re.compile(
    rb"gps|geo|locat|latitude|longitude|altitude|iso6709|\xa9xyz", re.IGNORECASE
)
# Of every list in a file no more is looked at; a film of an hour has some thousands.
MOST = 100_000


class Cover(NamedTuple):
    """``size`` bytes from ``start`` on, filled with ``filling`` again and again."""

    start: int
    size: int
    filling: bytes = b"\0"


class Unreadable(Exception):
    """The file does not say what must be known to find everything in it."""


def read(file: BinaryIO, start: int, size: int) -> bytes:
    """Exactly these bytes.

    :raise Unreadable: if the file ends before
    """
    file.seek(start)
    data = file.read(size)
    if len(data) < size:
        raise Unreadable
    return data


def length(file: BinaryIO) -> int:
    """How many bytes the file has."""
    return file.seek(0, 2)
