"""What is painted over in a stored file: bytes change where they stand, and none moves,
so that every offset in the file stays right.
"""

import re
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

# In the name of a key, a tag, a field: it says where something was taken.
PLACE = re.compile(
    rb"gps|geo|locat|latitude|longitude|altitude|iso6709|\xa9xyz", re.IGNORECASE
)
# A film of an hour that was sent as it was made needs some hundred thousand.
MOST_READS = 1_000_000


class Cover(NamedTuple):
    """``size`` bytes from ``start`` on, filled with ``filling`` again and again."""

    start: int
    size: int
    filling: bytes = b"\0"


class Unreadable(Exception):
    """The file does not say what must be known to find everything in it."""


class Reader:
    """A stored file, read here and there. It is read so often and no more: whatever a
    file says of itself, nobody waits longer for it than a second or so.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MOST_READS
        self.size = file.seek(0, 2)

    def read(self, start: int, size: int) -> bytes:
        """Exactly these bytes.

        :raise Unreadable: if the file ends before, or was read too often
        """
        self._left -= 1
        if self._left < 0:
            raise Unreadable
        self._file.seek(start)
        data = self._file.read(size)
        if len(data) < size:
            raise Unreadable
        return data


def painted(data: bytes, covers: Iterable[Cover]) -> bytes:
    """The data with these covers on it, for what is not written as it stands."""
    result = bytearray(data)
    for start, size, filling in covers:
        result[start : start + size] = (filling * size)[:size]
    return bytes(result)
