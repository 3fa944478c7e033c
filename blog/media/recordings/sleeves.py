"""Pictures inside of recordings, such as an album's cover: what a camera wrote beside
their pixels. They are not decoded; players leave out what they do not understand.
"""

import struct
import zlib
from collections.abc import Iterator

from .covering import Cover, Reader

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
# In front of a picture stand its type and a description.
_FIRST_BYTES = 1024
_SAID = {0xE1, 0xED}  # APP1: EXIF and XMP; APP13: IPTC
_BARE = {0x01, 0xFF, *range(0xD0, 0xD9)}  # markers without a length
_END = {0xD9, 0xDA}  # the end, and pixels
_SAID_IN_PNG = {b"eXIf", b"iTXt", b"tEXt", b"zTXt"}
_LARGEST_CHUNK = 16 * 1024 * 1024


def covers(file: Reader, start: int, end: int) -> Iterator[Cover]:
    """What to paint over of the picture that begins soon after ``start``; all of it
    from where it cannot be read on. Nothing if there is none that can say a place.
    """
    head = file.read(start, min(_FIRST_BYTES, end - start))
    for signature, walk in ((_JPEG, _jpeg), (_PNG, _png)):
        found = head.find(signature)
        if found >= 0:
            yield from walk(file, start + found, end)
            return


def _jpeg(file: Reader, start: int, end: int) -> Iterator[Cover]:
    """Segment by segment (ISO/IEC 10918-1, annex B)."""
    place = start + 2
    while place + 4 <= end:
        sign, marker, size = struct.unpack(">BBH", file.read(place, 4))
        if sign != 0xFF or (marker not in _BARE | _END and size < 2):
            yield Cover(place, end - place)
            return
        if marker in _END:
            return
        if marker in _BARE:
            place += 1 if marker == 0xFF else 2
            continue
        if marker in _SAID:
            yield Cover(place + 4, min(size - 2, end - place - 4))
        place += 2 + size


def _png(file: Reader, start: int, end: int) -> Iterator[Cover]:
    """Chunk by chunk (W3C PNG, section 5.3)."""
    place = start + len(_PNG)
    while place + 12 <= end:
        size, kind = struct.unpack(">I4s", file.read(place, 8))
        if size > end - place - 12 or (kind in _SAID_IN_PNG and size > _LARGEST_CHUNK):
            yield Cover(place, end - place)
            return
        if kind in _SAID_IN_PNG:
            yield Cover(place + 8, size)
            sum = zlib.crc32(kind + bytes(size))
            yield Cover(place + 8 + size, 4, struct.pack(">I", sum))
        place += 12 + size
