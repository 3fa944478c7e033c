"""MP4 and M4A: boxes in boxes (ISO/IEC 14496-12, and Apple's QuickTime File Format).

Phones write the place into ``moov/udta`` as ``©xyz`` or ``loci``, or as a key of
``moov/meta``; action cameras into a track of their own. A box that says a place becomes
``free``, which means that there is nothing in it.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from . import sleeves
from .covering import PLACE, Cover, Reader, Unreadable

_DEEPEST = 12
# Of all tables of samples together: an hour of 60 in a second has 200,000 in each.
_MOST_ROWS = 1_000_000
_HOLDS_BOXES = {b"moov", b"udta", b"moof", b"traf", b"mdia", b"minf", b"edts"}
# GPMF: GoPro; "gps ": dashboard cameras; XMP_: Adobe's; xml: Sony's.
_SAYS_PLACE = {b"\xa9xyz", b"loci", b"GPMF", b"gps ", b"XMP_", b"xml "}
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
# Tracks of what sensors say, beside the film; no browser reads them.
_SENSORS = {b"meta", b"camm"}
_FIRST_BYTES = 256


class Box(NamedTuple):
    """``start`` is where its head begins, ``body`` where its content does."""

    kind: bytes
    start: int
    body: int
    end: int


class Walk:
    """One look through the boxes of a file. ``duration`` is what it says of it, in
    seconds, ``None`` before or if it says none.
    """

    def __init__(self, file: Reader) -> None:
        self._file = file
        self._rows_left = _MOST_ROWS
        self._moov: Box | None = None
        self._has_sensors = self._has_fragments = False
        self.duration: float | None = None

    def covers(self) -> Iterator[Cover]:
        """What to paint over.

        :raise Unreadable: if a box cannot be told from the next
        """
        yield from self._inside(0, self._file.size, 0)
        if self._has_sensors and self._has_fragments:
            raise Unreadable  # samples may lie in any fragment

    def _boxes(self, start: int, end: int, *, is_outermost: bool) -> Iterator[Box]:
        while start + 8 <= end:
            size, kind = struct.unpack(">I4s", self._file.read(start, 8))
            body = start + 8
            if size == 1:
                (size,) = struct.unpack(">Q", self._file.read(body, 8))
                body += 8
            elif size == 0:
                if not is_outermost:
                    return  # so QuickTime ends a list
                size = end - start
            after = start + size
            if after > end and is_outermost:
                after = end  # a film that was cut off plays as far as it goes
            if after < body or after > end:
                raise Unreadable
            yield Box(kind, start, body, after)
            start = after

    def _inside(self, start: int, end: int, depth: int) -> Iterator[Cover]:
        if depth > _DEEPEST:
            raise Unreadable
        for box in self._boxes(start, end, is_outermost=depth == 0):
            if box.kind == b"moov" and depth == 0:
                self._moov = box
            if box.kind == b"moof":
                self._has_fragments = True
            if box.kind == b"mvhd":
                self._time(box)
            elif box.kind in _SAYS_PLACE or self._is_hidden(box, depth):
                yield from _freed(box)
            elif box.kind == b"meta":
                yield from self._said(box)
            elif box.kind == b"trak":
                yield from self._track(box, depth)
            elif box.kind in _HOLDS_BOXES:
                yield from self._inside(box.body, box.end, depth + 1)

    def _is_hidden(self, box: Box, depth: int) -> bool:
        """Whether it is Adobe's metadata, or what dashboard cameras write into what
        should be empty.
        """
        if box.kind == b"uuid":
            return self._first(box, 16) == _XMP
        if depth == 0 and box.kind in (b"free", b"skip"):
            return self._first(box, 4).upper() == b"GPS "
        return False

    def _first(self, box: Box, most: int) -> bytes:
        return self._file.read(box.body, min(most, box.end - box.body))

    def _time(self, box: Box) -> None:
        said = self._first(box, 32)
        form = ">20xIQ" if said[:1] == b"\1" else ">12xII"
        if len(said) >= struct.calcsize(form):
            scale, duration = struct.unpack_from(form, said)
            if scale:
                self.duration = duration / scale

    # What is said of the whole

    def _said(self, box: Box) -> Iterator[Cover]:
        """The keys of ``meta``, and the values in its ``ilst``."""
        # ISO's begins with a version, QuickTime's with its first box.
        start = box.body if self._first(box, 8)[4:] == b"hdlr" else box.body + 4
        keys: set[bytes] = set()
        for part in self._boxes(start, box.end, is_outermost=False):
            if part.kind == b"keys":
                keys = self._place_keys(part)
            elif part.kind == b"ilst":
                for value in self._boxes(part.body, part.end, is_outermost=False):
                    yield from self._value(value, keys)
            elif part.kind in _SAYS_PLACE:
                yield from _freed(part)

    def _value(self, value: Box, keys: set[bytes]) -> Iterator[Cover]:
        says_place = value.kind in keys or value.kind in _SAYS_PLACE
        if value.kind == b"----":
            says_place = PLACE.search(self._first(value, _FIRST_BYTES)) is not None
        if says_place:
            yield from _freed(value)
        elif value.kind == b"covr":
            for data in self._boxes(value.body, value.end, is_outermost=False):
                yield from sleeves.covers(self._file, data.body, data.end)

    def _place_keys(self, box: Box) -> set[bytes]:
        """The numbers, from 1, of those that say a place: so values name their key."""
        found = set()
        entries = self._boxes(box.body + 8, box.end, is_outermost=False)
        for number, entry in enumerate(entries, 1):
            if PLACE.search(self._first(entry, _FIRST_BYTES)):
                found.add(struct.pack(">I", number))
        return found

    # What sensors said in the meantime

    def _track(self, track: Box, depth: int) -> Iterator[Cover]:
        if self._handler(track) not in _SENSORS:
            yield from self._inside(track.body, track.end, depth + 1)
            return
        self._has_sensors = True
        yield from self._samples(track)
        yield from _freed(track)

    def _handler(self, track: Box) -> bytes:
        handler = self._find(track, b"mdia", b"hdlr")
        return b"" if handler is None else self._first(handler, 12)[8:]

    def _find(self, box: Box, *kinds: bytes) -> Box | None:
        found: Box | None = box
        for kind in kinds:
            if found is None:
                return None
            parts = self._boxes(found.body, found.end, is_outermost=False)
            found = next((each for each in parts if each.kind == kind), None)
        return found

    def _samples(self, track: Box) -> Iterator[Cover]:
        """Where in the file the samples of a track lie: chunk by chunk."""
        table = self._find(track, b"mdia", b"minf", b"stbl")
        chunks, sizes = self._offsets(table), self._sizes(table)
        runs = list(struct.iter_unpack(">III", self._entries(table, b"stsc", 12)))
        if chunks and not (runs and sizes):
            raise Unreadable
        left = iter(sizes)
        run = 0
        for number, start in enumerate(chunks, 1):
            while run + 1 < len(runs) and runs[run + 1][0] <= number:
                run += 1
            end = start + sum(islice(left, runs[run][1]))
            if end > self._file.size or self._is_in_head(start, end):
                raise Unreadable
            yield Cover(start, end - start)

    def _is_in_head(self, start: int, end: int) -> bool:
        """Whether that is part of what tells where everything lies."""
        head = self._moov
        return head is not None and start < head.end and head.start < end

    def _offsets(self, table: Box | None) -> list[int]:
        wide = struct.iter_unpack(">Q", self._entries(table, b"co64", 8))
        short = struct.iter_unpack(">I", self._entries(table, b"stco", 4))
        return [number for (number,) in [*wide, *short]]

    def _sizes(self, table: Box | None) -> list[int]:
        box = table and self._find(table, b"stsz")
        if not box:
            return []
        fixed, count = struct.unpack(">4xII", self._file.read(box.body, 12))
        if fixed:
            self._count(count)
            return [fixed] * count
        data = self._rows(box, box.body + 12, count, 4)
        return [size for (size,) in struct.iter_unpack(">I", data)]

    def _entries(self, table: Box | None, kind: bytes, size: int) -> bytes:
        box = table and self._find(table, kind)
        if not box:
            return b""
        (count,) = struct.unpack(">4xI", self._file.read(box.body, 8))
        return self._rows(box, box.body + 8, count, size)

    def _rows(self, box: Box, start: int, count: int, size: int) -> bytes:
        """``count`` rows of ``size`` bytes, if the box has them."""
        self._count(count)
        if start + count * size > box.end:
            raise Unreadable
        return self._file.read(start, count * size)

    def _count(self, rows: int) -> None:
        self._rows_left -= rows
        if self._rows_left < 0:
            raise Unreadable


def _freed(box: Box) -> Iterator[Cover]:
    yield Cover(box.start + 4, 4, b"free")
    yield Cover(box.body, box.end - box.body)
