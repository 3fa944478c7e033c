"""WebM: elements in elements (EBML, RFC 8794; Matroska, RFC 9559).

A tag that says a place becomes Void, which means that there is nothing in it; and so
does the checksum of what holds it, as nobody needs one.
"""

from collections.abc import Iterator
from typing import NamedTuple

from . import sleeves
from .covering import PLACE, Cover, Reader, Unreadable

_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
_TAGS, _TAG, _SIMPLE_TAG, _NAME = 0x1254C367, 0x7373, 0x67C8, 0x45A3
_ATTACHMENTS, _ATTACHED, _DATA = 0x1941A469, 0x61A7, 0x465C
_HOLDS = {_SEGMENT, _TAGS, _TAG, _SIMPLE_TAG, _ATTACHMENTS, _ATTACHED}
_CHECKSUM, _VOID = 0xBF, b"\xec"
_DEEPEST = 12
_LONGEST_NAME = 256


class Element(NamedTuple):
    """``start`` is where its head begins, ``body`` where its content does."""

    kind: int
    start: int
    body: int
    end: int


def covers(file: Reader) -> Iterator[Cover]:
    """What to paint over.

    :raise Unreadable: if an element cannot be told from the next
    """
    yield from _inside(file, 0, file.size, 0)


def _inside(file: Reader, start: int, end: int, depth: int) -> Iterator[Cover]:
    if depth > _DEEPEST:
        raise Unreadable
    checksums, is_painted = [], False
    for each in _elements(file, start, end):
        if each.kind == _CHECKSUM:
            checksums.append(each)
        for cover in _said(file, each, depth):
            is_painted = True
            yield cover
    if is_painted:
        for each in checksums:
            yield Cover(each.start, 1, _VOID)


def _said(file: Reader, element: Element, depth: int) -> Iterator[Cover]:
    if element.kind == _SIMPLE_TAG and _says_place(file, element):
        yield from _voided(element)
    elif element.kind == _DATA:
        yield from sleeves.covers(file, element.body, element.end)
    elif element.kind in _HOLDS:
        yield from _inside(file, element.body, element.end, depth + 1)


def _says_place(file: Reader, tag: Element) -> bool:
    return any(
        PLACE.search(file.read(each.body, min(each.end - each.body, _LONGEST_NAME)))
        for each in _elements(file, tag.body, tag.end)
        if each.kind == _NAME
    )


def _elements(file: Reader, start: int, end: int) -> Iterator[Element]:
    while start < end:
        head = file.read(start, min(12, end - start))
        if end == file.size and not head[0]:
            return  # filled up; players stop there, too
        width = _width(head, 4)
        kind, rest = int.from_bytes(head[:width]), head[width:]
        size_width = _width(rest, 8)
        body = start + width + size_width
        size = int.from_bytes(rest[:size_width]) & ~(1 << 7 * size_width)
        after = body + size
        if size == (1 << 7 * size_width) - 1:
            # Written as it was made, so nobody knew: what it holds follows it.
            if kind not in (_SEGMENT, _CLUSTER):
                raise Unreadable
            after = body
        if after > end:
            if end < file.size:
                raise Unreadable
            after = end  # a film that was cut off plays as far as it goes
        yield Element(kind, start, body, after)
        start = after


def _width(data: bytes, most: int) -> int:
    """How many bytes a number has that says so by its first bit."""
    width = 9 - data[0].bit_length() if data else 9
    if width > min(most, len(data)):
        raise Unreadable
    return width


def _voided(tag: Element) -> Iterator[Cover]:
    """Void's name has a byte, so its length has one more than the tag's, up to 8."""
    width = min(tag.body - tag.start - 1, 8)
    size = tag.end - tag.start - 1 - width
    head = _VOID + (1 << 7 * width | size).to_bytes(width)
    yield Cover(tag.start, len(head), head)
    yield Cover(tag.start + len(head), size)
