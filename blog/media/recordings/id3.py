"""MP3: tags in front of the sound (ID3v2.2, 2.3 and 2.4 of id3.org).

A frame that says a place keeps its name and size, and has zeros for content. From where
a tag cannot be read on it is all zeros, which ID3 calls padding: the sound is heard.
"""

import struct
from collections.abc import Iterator

from . import sleeves
from .covering import PLACE, Cover, Reader

HEAD = 10
# Free fields and addresses, if they speak of a place; attached files in any case.
_NAMED = {b"TXXX", b"TXX", b"WXXX", b"WXX", b"PRIV"}
_ATTACHED = {b"GEOB", b"GEO"}
_PICTURES = {b"APIC", b"PIC"}
_CHAPTERS = {b"CHAP", b"CTOC"}
_FIRST_BYTES = 256
# The second byte of a frame's flags: what is written in another way than it is.
_CHANGED = {3: 0xC0, 4: 0x0E}
_DEEPEST = 4


def covers(file: Reader, start: int = 0, end: int | None = None) -> Iterator[Cover]:
    """What to paint over of the tags that begin there, one after the other, up to
    ``end``, or the end of the file.
    """
    end = file.size if end is None else end
    for _ in range(_DEEPEST):
        if start + HEAD > end:
            return
        sign, version, flags, size = struct.unpack(">3sBxB4s", file.read(start, HEAD))
        if sign != b"ID3":
            return
        first, start = start + HEAD, min(start + HEAD + _seven(size), end)
        if flags & 0x80 and version < 4:
            # Bytes were put between its bytes: its sizes are not those in the file.
            yield Cover(first, start - first)
            continue
        if flags & 0x40 and version > 2 and first + 4 <= start:
            more = file.read(first, 4)
            first += _seven(more) if version == 4 else 4 + int.from_bytes(more)
        is_stuffed = bool(flags & 0x80)
        yield from _frames(file, version, first, start, is_stuffed=is_stuffed)


def _frames(
    file: Reader,
    version: int,
    start: int,
    end: int,
    *,
    is_stuffed: bool,
    depth: int = 0,
) -> Iterator[Cover]:
    head = 6 if version == 2 else HEAD
    while start + head <= end:
        said = file.read(start, head)
        kind = said[: 3 if version == 2 else 4]
        if not kind.strip(b"\0"):
            return  # padding
        size = {2: int.from_bytes(said[3:6]), 4: _seven(said[4:8])}.get(
            version, int.from_bytes(said[4:8])
        )
        body = start + head
        if not kind.isalnum() or size > end - body or depth > _DEEPEST:
            yield Cover(start, end - start)
            return
        is_changed = is_stuffed or bool(said[-1] & _CHANGED.get(version, 0))
        if _says_place(file, kind, body, size, is_changed=is_changed):
            yield Cover(body, size)
        elif kind in _PICTURES:
            yield from sleeves.covers(file, body, body + size)
        elif kind in _CHAPTERS:
            first = body + _before_frames(kind, file.read(body, min(size, 4096)))
            yield from _frames(
                file, version, first, body + size, is_stuffed=False, depth=depth + 1
            )
        start = body + size


def _says_place(
    file: Reader, kind: bytes, body: int, size: int, *, is_changed: bool
) -> bool:
    if kind in _ATTACHED:
        return True
    if kind in _NAMED:
        # Two bytes a letter, or one.
        said = file.read(body, min(size, _FIRST_BYTES)).replace(b"\0", b"")
        return is_changed or PLACE.search(said) is not None or said[:3] == b"XMP"
    return kind in _PICTURES | _CHAPTERS and is_changed


def _before_frames(kind: bytes, said: bytes) -> int:
    """How much of a chapter, or of their list, stands before its own frames."""
    name = said.find(b"\0") + 1
    if kind == b"CHAP":
        return name + 16
    count = said[name + 1] if len(said) > name + 1 else 0
    place = name + 2
    for _ in range(count):
        place = said.find(b"\0", place) + 1 or len(said)
    return place


def _seven(data: bytes) -> int:
    """A number of which each byte holds seven bits."""
    number = 0
    for byte in data:
        number = number << 7 | byte & 0x7F
    return number
