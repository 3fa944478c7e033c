"""Recordings that were made to keep a site busy, or to have it write where it must not.

What is spoilt is drawn from a seed, so that a run can be repeated.
"""

import io
import random
import struct
import time
import tracemalloc

import pytest

from blog.media.recognition import (
    FLAC,
    HEAD_BYTES,
    MP3,
    MP4,
    OPUS,
    WAV,
    WEBM,
    recognised,
)
from blog.media.recordings import erasing
from blog.media.recordings.covering import Unreadable
from tests.media.test_recordings import (
    FILMS,
    FTYP,
    PIXELS,
    PLACE,
    SOUND,
    SOUNDS,
    TAGS,
    WEBMS,
    box,
    comments,
    element,
    film,
    flac,
    handler,
    ogg_page,
    sensors,
    seven,
)

SEED = 1
MUTANTS = 400
MEBIBYTE = 1024 * 1024


def track(*, fixed=0, count=0, offsets=(), wide=False, each=2**32 - 1):
    """What a sensor said: samples of ``fixed`` bytes, ``each`` in a chunk."""
    letter, kind = ("Q", b"co64") if wide else ("I", b"stco")
    table = box(
        b"stbl",
        box(b"stsc", bytes(4), struct.pack(">IIII", 1, 1, each, 1)),
        box(b"stsz", bytes(4), struct.pack(">II", fixed, count)),
        box(
            kind,
            bytes(4),
            struct.pack(f">I{len(offsets)}{letter}", len(offsets), *offsets),
        ),
    )
    return box(b"trak", box(b"mdia", handler(b"meta"), box(b"minf", table)))


def many_keys(number):
    keys = [box(b"mdta", b"gps")] * number
    values = [box(struct.pack(">I", each)) for each in range(1, number + 1)]
    return box(
        b"meta",
        handler(b"mdta"),
        box(b"keys", bytes(4), struct.pack(">I", number), *keys),
        box(b"ilst", *values),
    )


def wav(*chunks):
    return struct.pack("<4sI4s", b"RIFF", 0, b"WAVE") + b"".join(chunks)


# A tag of 128 MB in a chunk of 16 bytes.
ENDLESS_TAG = struct.pack("<4sI", b"id3 ", 16) + b"ID3\3\0\0" + seven(2**27) + b"A" * 6
FILL = b"\xff\xd8\xff" + b"\xff" * 100_000
DEEP = box(b"udta", PLACE)
for _ in range(2_000):
    DEEP = struct.pack(">I4s", 8 + len(DEEP), b"udta") + DEEP

OPUS_BEGINS = ogg_page([8], b"OpusHead", flags=2)
ALTS = (b"OpusTags" + comments(*[b"geo=1"] * 27))[:255]
NESTED = b""
for _ in range(2_000):
    NESTED = element("67c8", NESTED, width=4)

SLOW = {
    "as many values as keys": (MP4, film(many_keys(20_000))),
    "tracks of very many samples": (
        MP4,
        film(
            track(fixed=1, count=250_000, offsets=[0]) * 4_000,
            mdat=bytes(MEBIBYTE // 4),
        ),
    ),
    "tables that are larger than their box": (
        MP4,
        film(track(fixed=1, count=1)[:-4] * 4_000, mdat=bytes(MEBIBYTE // 4)),
    ),
    "chunks without samples": (MP4, film(track(offsets=[0] * 50_000) * 5)),
    "boxes without bottom": (MP4, film(DEEP)),
    "tags that claim the rest": (WAV, wav(ENDLESS_TAG * 40_000)),
    "blocks without content": (FLAC, b"fLaC" + b"\1\0\0\0" * 250_000),
    "a cover of nothing but fill": (FLAC, flac((6, bytes(32) + FILL * 10))),
    "very many covers": (
        MP4,
        film(
            box(
                b"meta",
                handler(b"mdir"),
                box(b"ilst", box(b"covr", box(b"data", FILL) * 9)),
            )
        ),
    ),
    "frames without content": (
        MP3,
        b"ID3\2\0\0" + seven(990_000) + b"TT2\0\0\0" * 165_000 + SOUND,
    ),
    "a packet of many pages": (OPUS, OPUS_BEGINS + ogg_page([255], ALTS) * 3_500),
    "pages with nothing in them": (OPUS, OPUS_BEGINS + ogg_page([], b"") * 38_000),
    "streams without end": (OPUS, OPUS_BEGINS * 20_000),
    "elements without content": (
        WEBM,
        element("18538067", element("ec") * 500_000, width=8),
    ),
    "tags without bottom": (WEBM, element("18538067", NESTED, width=8)),
    "comments without content": (
        FLAC,
        flac((4, struct.pack("<II", 0, 2**32 - 1) + bytes(MEBIBYTE))),
    ),
}


@pytest.mark.parametrize("name", SLOW)
def test_no_megabyte_takes_seconds(name):
    type, data = SLOW[name]
    begin = time.process_time()

    painted(data, type)

    assert time.process_time() - begin < 2  # half a second on a quiet machine


@pytest.mark.parametrize("name", [each for each in SLOW if SLOW[each][0] == MP4][:4])
def test_no_table_takes_much_memory(name):
    type, data = SLOW[name]
    tracemalloc.start()

    painted(data, type)

    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50 * MEBIBYTE


def test_however_long_a_file_is_it_is_read_so_often_and_no_more():
    data = b"fLaC" + b"\1\0\0\0" * 1_000_001

    with pytest.raises(Unreadable):
        erasing.look(io.BytesIO(data), FLAC)


HEAD = len(FTYP) + 8 + len(PIXELS)
IMPOSSIBLE = {
    "in front of the end, and beyond it": track(fixed=9, count=1, offsets=[HEAD - 4]),
    "in the head": track(fixed=9, count=1, offsets=[HEAD + 8]),
    "around the head": track(fixed=HEAD, count=2, offsets=[0]),
    "beyond the file": track(fixed=1, count=1, offsets=[2**31]),
    "at the end of numbers": track(fixed=1, count=1, offsets=[2**64 - 1], wide=True),
    "twice the whole": track(fixed=1024, count=3, offsets=[len(FTYP) + 8] * 3, each=1),
    "in no chunk": box(
        b"trak",
        box(
            b"mdia",
            handler(b"meta"),
            box(
                b"minf",
                box(
                    b"stbl",
                    box(b"stz2", bytes(7), b"\x08", struct.pack(">IB", 1, 9)),
                    box(b"stco", bytes(4), struct.pack(">II", 1, len(FTYP) + 8)),
                ),
            ),
        ),
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_samples_that_cannot_lie_there_are_not_painted_over(name):
    with pytest.raises(Unreadable):
        erasing.look(io.BytesIO(film(IMPOSSIBLE[name])), MP4)


def test_the_tag_of_a_wav_ends_with_its_chunk():
    sound = struct.pack("<4sI", b"data", len(SOUND)) + SOUND

    stored = painted(wav(ENDLESS_TAG, sound), WAV)

    assert stored.endswith(sound)


SAMPLES = [
    *((MP4, data) for data in FILMS.values()),
    (MP4, film(sensors(b"meta"), mdat=PLACE * 2 + PIXELS)),
    *((MP3, data) for data in TAGS.values()),
    *((recognised(data[:HEAD_BYTES]), data) for data in SOUNDS.values()),
    *((WEBM, data) for data in WEBMS.values()),
]
NUMBERS = [
    number.to_bytes(size, order)
    for size in (1, 2, 4, 8)
    for order in ("big", "little")
    for number in (0, 1, 7, 8, 2 ** (8 * size - 1), 2 ** (8 * size) - 1)
]


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_what_is_spoilt_is_refused_or_painted_over_within_itself(number):
    type, data = SAMPLES[number]
    draw = random.Random(SEED + number)
    read = 0
    for _ in range(MUTANTS):
        mutant = spoilt(data, draw)
        begin = time.process_time()
        stored = painted(mutant, type)
        assert time.process_time() - begin < 1
        if stored is not None:
            read += 1
            assert len(stored) == len(mutant)
    assert read > 0


def spoilt(data, draw):
    """The data with some numbers in it changed, and pieces gone, doubled or moved."""
    mutant = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4))):
        place = draw.randrange(len(mutant))
        piece = mutant[place : place + draw.randrange(1, 40)]
        match draw.randrange(6):
            case 0:
                del mutant[place : place + len(piece)]
            case 1:
                mutant[place:place] = piece * draw.choice((1, 2, 50))
            case 2:
                mutant[place] ^= 1 << draw.randrange(8)
            case _:
                number = draw.choice(NUMBERS)
                mutant[place : place + len(number)] = number
    return bytes(mutant)


def painted(data, type):
    """What is stored of it; ``None`` if it is refused. No place is outside of it."""
    try:
        covers = erasing.look(io.BytesIO(data), type).covers
    except Unreadable:
        return None
    stored = bytearray(data)
    for start, size, filling in covers:
        assert 0 <= start <= start + size <= len(data)
        assert size >= 0
        stored[start : start + size] = (filling * size)[:size]
    return bytes(stored)
