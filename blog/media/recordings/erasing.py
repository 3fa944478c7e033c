"""Where each kind of recording says that it was taken, and what to paint over there."""

from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

from ..recognition import (
    FLAC,
    M4A,
    MP3,
    MP4,
    OGG,
    OGV,
    OPUS,
    WAV,
    WEBM,
    FileType,
)
from . import boxes, chunks, id3, matroska, ogg
from .covering import Cover, Reader, Unreadable

_TAGS = {
    MP3: id3.covers,
    WAV: chunks.wav,
    FLAC: chunks.flac,
    **dict.fromkeys((OGG, OPUS, OGV), ogg.covers),
    WEBM: matroska.covers,
}


class Found(NamedTuple):
    """What is to be painted over in a recording, and how long it is: whole seconds,
    ``None`` if that is not to be had without decoding it.
    """

    covers: Sequence[Cover]
    duration: int | None = None


def look(file: BinaryIO, type: FileType) -> Found:
    """Read what a stored recording says of itself. Nothing is decoded, and no more is
    held than a list of places; all together they are no longer than the file.

    :raise Unreadable: if it cannot be told where it says what
    """
    reader = Reader(file)
    duration = None
    if type in (MP4, M4A):
        walk = boxes.Walk(reader)
        found = list(walk.covers())
        if walk.duration is not None and 0 < walk.duration < 2**31:
            duration = round(walk.duration)
    else:
        tags = _TAGS.get(type)
        found = [] if tags is None else list(tags(reader))
    if sum(cover.size for cover in found) > reader.size:
        raise Unreadable
    return Found(found, duration)
