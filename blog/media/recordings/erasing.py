"""Where each kind of recording says that it was taken, and what to paint over there."""

from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

from ..recognition import FLAC, M4A, MP3, MP4, WAV, FileType
from . import boxes, chunks, id3
from .covering import Cover

_TAGS = {MP3: id3.covers, WAV: chunks.wav, FLAC: chunks.flac}


class Found(NamedTuple):
    """What is to be painted over in a recording, and how long it is: whole seconds,
    ``None`` if that is not to be had without decoding it.
    """

    covers: Sequence[Cover]
    duration: int | None = None


def look(file: BinaryIO, type: FileType) -> Found:
    """Read what a stored recording says of itself. Nothing is decoded, and no more is
    held than a list of places.

    :raise Unreadable: if it cannot be told where it says what
    """
    if type in (MP4, M4A):
        walk = boxes.Walk(file)
        found = list(walk.covers())
        is_known = walk.duration is not None and 0 < walk.duration < 2**31
        return Found(found, round(walk.duration or 0) if is_known else None)
    tags = _TAGS.get(type)
    return Found(() if tags is None else list(tags(file)))
