"""Ogg: packets in pages, each with a checksum (RFC 3533). Vorbis, Opus (RFC 7845),
Theora, Speex and FLAC say of themselves in their second packet what Vorbis' comments
say.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from . import chunks
from .covering import Cover, Reader, Unreadable, painted

# What a stream begins with, and how much of its second packet stands before comments.
_STREAMS = {
    b"\x01vorbis": 7,
    b"OpusHead": 8,
    b"\x80theora": 7,
    b"\x7fFLAC": 4,
    b"Speex   ": 0,
}
_HEAD, _SUM = 27, 22
_IS_FIRST = 2
_MOST_BYTES = 32 * 1024 * 1024  # of comments, with pictures in them
_FLIPPED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Page(NamedTuple):
    """``laces`` are the lengths of the pieces in it; one below 255 ends a packet."""

    start: int
    body: int
    end: int
    stream: bytes
    is_first: bool
    laces: bytes


class Piece(NamedTuple):
    """A part of a packet that lies in one page."""

    page: Page
    start: int
    end: int


def covers(file: Reader) -> Iterator[Cover]:
    """What to paint over, and the new checksums of pages that this changes.

    :raise Unreadable: if comments do not end, or cannot be read
    """
    before: dict[bytes, int] = {}
    second: dict[bytes, list[Piece]] = {}
    left = _MOST_BYTES
    for page in _pages(file):
        if page.is_first:
            second.pop(page.stream, None)
            begin = file.read(page.body, min(8, page.end - page.body))
            for sign, size in _STREAMS.items():
                if begin.startswith(sign):
                    before[page.stream], second[page.stream] = size, []
        elif page.stream in second:
            pieces = second[page.stream]
            piece, is_last = _first_piece(page)
            pieces.append(piece)
            left -= piece.end - piece.start
            if left < 0:
                raise Unreadable
            if is_last:
                del second[page.stream]
                yield from _comments(file, pieces, before[page.stream])
    if any(second.values()):
        raise Unreadable


def _pages(file: Reader) -> Iterator[Page]:
    start = 0
    while start + _HEAD <= file.size:
        head = file.read(start, min(_HEAD + 255, file.size - start))
        if head[:4] != b"OggS":
            return
        laces = head[_HEAD : _HEAD + head[26]]
        body = start + _HEAD + head[26]
        end = body + sum(laces)
        if end > file.size:
            return
        yield Page(start, body, end, head[14:18], bool(head[5] & _IS_FIRST), laces)
        start = end


def _first_piece(page: Page) -> tuple[Piece, bool]:
    """What the page begins with, and whether its packet ends in it."""
    end = page.body
    for lace in page.laces:
        end += lace
        if lace < 255:
            return Piece(page, page.body, end), True
    return Piece(page, page.body, end), False


def _comments(file: Reader, pieces: list[Piece], before: int) -> Iterator[Cover]:
    packet = b"".join(file.read(start, end - start) for _, start, end in pieces)
    found = list(chunks.comments(Reader(io.BytesIO(packet)), before, len(packet)))
    if not found:
        return
    changed = painted(packet, found)
    after = 0
    for page, start, end in pieces:
        place, after = after, after + end - start
        new = changed[place:after]
        if new != packet[place:after]:
            yield Cover(start, len(new), new)
            whole = bytearray(file.read(page.start, page.end - page.start))
            whole[start - page.start : end - page.start] = new
            yield Cover(page.start + _SUM, 4, _sum(whole))


def _sum(page: bytearray) -> bytes:
    """The checksum of a page: as zlib's, but with every bit the other way round, and
    nothing turned at either end.
    """
    page[_SUM : _SUM + 4] = bytes(4)
    sum = zlib.crc32(page.translate(_FLIPPED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return struct.pack("<I", int(f"{sum:032b}"[::-1], 2))
