"""WAV and FLAC: one piece after the other, each with its length."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from . import id3, sleeves
from .covering import MOST, PLACE, Cover, Unreadable, length, read

# Adobe's metadata, and what field recorders write: positions of microphones, too.
_SAYS_PLACE = {b"_PMX", b"iXML"}
_COMMENTS, _PICTURE, _APPLICATION = 4, 6, 2
_LONGEST_NAME = 256


def wav(file: BinaryIO) -> Iterator[Cover]:
    """What to paint over of a WAV: chunks that say a place become ``JUNK``, which
    means that there is nothing in it.
    """
    start, end = 12, length(file)
    for _ in range(MOST):
        if start + 8 > end:
            return
        kind, size = struct.unpack("<4sI", read(file, start, 8))
        size = min(size, end - start - 8)
        if kind in _SAYS_PLACE:
            yield Cover(start, 4, b"JUNK")
            yield Cover(start + 8, size)
        elif kind.lower() == b"id3 ":
            yield from id3.covers(file, start + 8)
        start += 8 + size + size % 2


def flac(file: BinaryIO) -> Iterator[Cover]:
    """What to paint over of a FLAC (RFC 9639, section 8).

    :raise Unreadable: if its comments cannot be read
    """
    start, end, is_last = 4, length(file), False
    while not is_last and start + 4 <= end:
        head = int.from_bytes(read(file, start, 4))
        is_last, kind, size = bool(head >> 31), head >> 24 & 0x7F, head & 0xFFFFFF
        body, start = start + 4, min(start + 4 + size, end)
        if kind == _COMMENTS:
            yield from comments(file, body, start)
        elif kind == _PICTURE:
            yield from sleeves.covers(file, body, start)
        elif kind == _APPLICATION:
            yield Cover(body + 4, max(0, start - body - 4))


def comments(file: BinaryIO, start: int, end: int) -> Iterator[Cover]:
    """Of Vorbis' comments, NAME=VALUE, the values that say a place: spaces.

    :raise Unreadable: if they are longer than what holds them
    """

    def number(place: int) -> int:
        return int.from_bytes(read(file, place, 4), "little")

    start += 4 + number(start)
    count = number(start)
    start += 4
    for _ in range(min(count, MOST)):
        size = number(start)
        start += 4
        if start + size > end:
            raise Unreadable
        said = read(file, start, min(size, _LONGEST_NAME))
        name = said.partition(b"=")[0]
        if PLACE.search(name) and len(name) < size:
            yield Cover(start + len(name) + 1, size - len(name) - 1, b" ")
        start += size
