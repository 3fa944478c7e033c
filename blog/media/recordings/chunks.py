"""WAV and FLAC: one piece after the other, each with its length; and the comments that
FLAC shares with Ogg.
"""

import base64
import io
import struct
from collections.abc import Iterator

from . import id3, sleeves
from .covering import PLACE, Cover, Reader, Unreadable, painted

# Adobe's metadata, and what field recorders write: positions of microphones, too.
_SAYS_PLACE = {b"_PMX", b"iXML"}
_COMMENTS, _PICTURE, _APPLICATION = 4, 6, 2
_LONGEST_NAME = 256
_COVER = b"METADATA_BLOCK_PICTURE"


def wav(file: Reader) -> Iterator[Cover]:
    """What to paint over of a WAV: chunks that say a place become ``JUNK``, which
    means that there is nothing in it.
    """
    start, end = 12, file.size
    while start + 8 <= end:
        kind, size = struct.unpack("<4sI", file.read(start, 8))
        size = min(size, end - start - 8)
        if kind in _SAYS_PLACE:
            yield Cover(start, 4, b"JUNK")
            yield Cover(start + 8, size)
        elif kind.lower() == b"id3 ":
            yield from id3.covers(file, start + 8, start + 8 + size)
        start += 8 + size + size % 2


def flac(file: Reader) -> Iterator[Cover]:
    """What to paint over of a FLAC (RFC 9639, section 8).

    :raise Unreadable: if its comments cannot be read
    """
    start, end, is_last = 4, file.size, False
    while not is_last and start + 4 <= end:
        head = int.from_bytes(file.read(start, 4))
        is_last, kind, size = bool(head >> 31), head >> 24 & 0x7F, head & 0xFFFFFF
        body, start = start + 4, min(start + 4 + size, end)
        if kind == _COMMENTS:
            yield from comments(file, body, start)
        elif kind == _PICTURE:
            yield from sleeves.covers(file, body, start)
        elif kind == _APPLICATION:
            yield Cover(body + 4, max(0, start - body - 4))


def comments(file: Reader, start: int, end: int) -> Iterator[Cover]:
    """Of Vorbis' comments, NAME=VALUE, the values that say a place: spaces.

    :raise Unreadable: if they are longer than what holds them
    """

    def number(place: int) -> int:
        return int.from_bytes(file.read(place, 4), "little")

    start += 4 + number(start)
    count = number(start)
    start += 4
    for _ in range(count):
        size = number(start)
        start += 4
        if start + size > end:
            raise Unreadable
        said = file.read(start, min(size, _LONGEST_NAME))
        name = said.partition(b"=")[0]
        if len(name) < size:
            value = start + len(name) + 1
            if PLACE.search(name):
                yield Cover(value, start + size - value, b" ")
            elif name.upper() == _COVER:
                yield from _cover(file, value, start + size)
        start += size


def _cover(file: Reader, start: int, end: int) -> Iterator[Cover]:
    """Of a picture among comments, which is a block of FLAC's in base64."""
    written = file.read(start, end - start)
    try:
        picture = base64.b64decode(written, validate=True)
    except ValueError:
        yield Cover(start, end - start, b" ")
        return
    inside = Reader(io.BytesIO(picture))
    found = list(sleeves.covers(inside, 0, inside.size))
    if found:
        yield Cover(start, end - start, base64.b64encode(painted(picture, found)))
