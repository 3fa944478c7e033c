"""Films and sound forget where they were taken, and stay what they were."""

import struct
import zlib

import pytest

from blog.database import session
from blog.media import intake
from tests.media.drawing import corners, opened, saved

PLACE = b"+48.8577+002.295/"


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


FTYP = box(b"ftyp", b"isom\0\0\2\0isommp42")
MVHD = box(b"mvhd", struct.pack(">12xII", 600, 600 * 75), bytes(76))
PIXELS = bytes(range(256)) * 4


def film(*in_moov, mdat=PIXELS, more=b""):
    """A film whose boxes stand in a phone's order: pixels first, so offsets matter."""
    return FTYP + box(b"mdat", mdat) + box(b"moov", MVHD, *in_moov) + more


def handler(kind):
    return box(b"hdlr", bytes(8), kind, bytes(13))


def keys(*names):
    entries = [box(b"mdta", name) for name in names]
    return box(b"keys", bytes(4), struct.pack(">I", len(entries)), *entries)


def value(number, data):
    return box(struct.pack(">I", number), box(b"data", b"\0\0\0\1\0\0\0\0", data))


def apple(*, head=b""):
    names = (b"com.apple.quicktime.make", b"com.apple.quicktime.location.ISO6709")
    values = box(b"ilst", value(1, b"Pear"), value(2, PLACE))
    return box(b"meta", head, handler(b"mdta"), keys(*names), values)


EXIF = b"Exif\0\0GPS" + PLACE


def photograph():
    """A JPEG with a place in EXIF and in XMP."""
    plain = saved(corners(), "JPEG")
    said = (EXIF, b"http://ns.adobe.com/xap/1.0/\0" + PLACE)
    apps = [b"\xff\xe1" + struct.pack(">H", 2 + len(each)) + each for each in said]
    return plain[:2] + b"".join(apps) + plain[2:]


def drawing():
    """A PNG with a place in EXIF."""
    plain, chunk = saved(corners(), "PNG"), b"eXIf" + EXIF
    end = struct.pack(">I", zlib.crc32(chunk))
    return plain[:33] + struct.pack(">I", len(EXIF)) + chunk + end + plain[33:]


FILMS = {
    "a phone’s": film(box(b"udta", box(b"\xa9xyz", b"\0\x11\x15\xc7", PLACE))),
    "3GPP’s": film(box(b"udta", box(b"loci", bytes(6), b"Paris\0\0", PLACE))),
    "an iPhone’s key": film(apple()),
    "a key, as ISO has it": film(apple(head=bytes(4))),
    "a key of a track": film(box(b"trak", apple())),
    "an action camera’s": film(box(b"udta", box(b"GPMF", PLACE))),
    "XMP": film(
        more=box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), PLACE)
    ),
    "XMP in QuickTime": film(box(b"udta", box(b"XMP_", PLACE))),
    "a dashboard camera’s": film(more=box(b"free", b"GPS ", PLACE)),
    "a freely named one": film(
        box(
            b"udta",
            box(
                b"meta",
                bytes(4),
                handler(b"mdir"),
                box(
                    b"ilst",
                    box(b"----", box(b"name", bytes(4), b"geoplace"), PLACE),
                    box(b"covr", box(b"data", bytes(8), photograph())),
                ),
            ),
        )
    ),
    "in a fragment": film(more=box(b"moof", box(b"meta", apple()[8:]))),
    "a box of 64 bits": film(
        more=struct.pack(">I4sQ", 1, b"moov", 24 + 25) + box(b"\xa9xyz", PLACE)
    ),
}


def frame(kind, body, flags=b"\0\0", *, version=3):
    if version == 2:
        return kind + len(body).to_bytes(3) + body
    size = seven(len(body)) if version == 4 else struct.pack(">I", len(body))
    return kind + size + flags + body


def seven(number):
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


SOUND = b"\xff\xfb\x90\x64" + bytes(range(200))


def tagged(*frames, version=3, flags=0):
    body = b"".join(frames) + bytes(20)
    return b"ID3" + bytes([version, 0, flags]) + seven(len(body)) + body + SOUND


TITLE = frame(b"TIT2", b"\0A walk")
UTF_16 = "\ufeffgps".encode("utf-16-le")
CHAPTER = b"one\0" + bytes(16)
TAGS = {
    "a free field": tagged(frame(b"TXXX", b"\0GPS\0" + PLACE), TITLE),
    "a field of two bytes": tagged(frame(b"TXXX", b"\1" + UTF_16 + PLACE), TITLE),
    "an attached file": tagged(frame(b"GEOB", b"\0a/b\0\0\0" + PLACE), TITLE),
    "version 2.2": tagged(
        frame(b"TXX", b"\0Location\0" + PLACE, version=2),
        frame(b"TT2", b"\0A walk", version=2),
        version=2,
    ),
    "version 2.4": tagged(
        frame(b"TXXX", b"\0Geo\0" + bytes(200) + PLACE, version=4),
        frame(b"TIT2", b"\0A walk", version=4),
        version=4,
    ),
    "XMP": tagged(frame(b"PRIV", b"XMP\0" + PLACE), TITLE),
    "the cover": tagged(frame(b"APIC", b"\0image/jpeg\0\3\0" + photograph()), TITLE),
    "a chapter’s cover": tagged(
        frame(b"CHAP", CHAPTER + frame(b"APIC", b"\0image/png\0\3\0" + drawing())),
        TITLE,
    ),
    "compressed": tagged(frame(b"APIC", b"\0image/jpeg\0" + PLACE, b"\0\x80"), TITLE),
}


def comments(*said):
    listed = [struct.pack("<I", len(each)) + each for each in said]
    return struct.pack("<I4sI", 4, b"Demo", len(said)) + b"".join(listed)


def flac(*blocks):
    written = [
        bytes([kind | 0x80 * (number == len(blocks))]) + len(body).to_bytes(3) + body
        for number, (kind, body) in enumerate(blocks, 1)
    ]
    return b"fLaC" + b"".join(written) + SOUND


def wav(*chunks):
    body = b"".join(
        struct.pack("<4sI", kind, len(data)) + data + bytes(len(data) % 2)
        for kind, data in ((b"fmt ", bytes(16)), *chunks, (b"data", SOUND))
    )
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body


SOUNDS = {
    "FLAC": flac((4, comments(b"TITLE=A walk", b"location=" + PLACE))),
    "the cover of a FLAC": flac((0, bytes(34)), (6, bytes(32) + drawing())),
    "WAV": wav((b"iXML", b"<X/>" + PLACE)),
    "the tag of a WAV": wav((b"id3 ", tagged(frame(b"GEOB", PLACE)))),
}


def kept(library, data):
    """What is stored of it, once it is known that nothing has moved."""
    taken = library.take(data, "walk.mp4")
    stored = library.stored(taken.digest)
    assert (taken.size, len(stored)) == (len(data), len(data))
    assert taken.digest != taken.upload_digest
    return stored


@pytest.mark.parametrize("name", FILMS)
def test_a_film_forgets_where_it_was_taken(shared_library, name):
    stored = kept(shared_library, FILMS[name])

    assert PLACE in FILMS[name]
    assert PLACE not in stored
    assert stored.index(PIXELS) == FILMS[name].index(PIXELS)


def test_what_else_is_said_of_a_film_stays(shared_library):
    stored = kept(shared_library, FILMS["an iPhone’s key"])

    assert stored == FILMS["an iPhone’s key"].replace(
        value(2, PLACE), box(b"free", bytes(len(value(2, PLACE)) - 8))
    )


def sensors(kind, *, count=2, size=17):
    """A track of two samples in one chunk, at the beginning of the pixels."""
    start = len(FTYP) + 8
    table = box(
        b"stbl",
        box(b"stsc", bytes(4), struct.pack(">IIII", 1, 1, 2, 1)),
        box(b"stsz", bytes(4), struct.pack(">4I", 0, count, *[size] * 2)),
        box(b"stco", bytes(4), struct.pack(">II", 1, start)),
    )
    return box(b"trak", box(b"mdia", handler(kind), box(b"minf", table)))


def test_what_sensors_said_all_along_is_gone_with_their_track(shared_library):
    track = sensors(b"meta")
    data = film(track, mdat=PLACE * 2 + PIXELS)

    stored = kept(shared_library, data)

    assert stored == data.replace(PLACE, bytes(len(PLACE))).replace(
        track, box(b"free", bytes(len(track) - 8))
    )


def test_the_pictures_of_a_film_are_no_sensors(shared_library):
    data = film(sensors(b"vide"), mdat=PLACE * 2 + PIXELS)

    assert shared_library.stored(shared_library.take(data).digest) == data


@pytest.mark.parametrize("name", TAGS)
def test_a_tag_forgets_where_it_was_taken(shared_library, name):
    stored = kept(shared_library, TAGS[name])

    assert PLACE in TAGS[name]
    assert PLACE not in stored
    assert b"\0A walk" in stored
    assert stored.endswith(SOUND)


@pytest.mark.parametrize("name", SOUNDS)
def test_sound_forgets_where_it_was_taken(shared_library, name):
    stored = kept(shared_library, SOUNDS[name])

    assert PLACE in SOUNDS[name]
    assert PLACE not in stored
    assert SOUND in stored


@pytest.mark.parametrize("picture", [photograph(), drawing()], ids=["JPEG", "PNG"])
def test_a_cover_is_still_a_picture(shared_library, picture):
    data = tagged(frame(b"APIC", b"\0image/x\0\3\0" + picture))

    stored = kept(shared_library, data)

    place = data.index(picture)
    cover = opened(stored[place : place + len(picture)])
    assert cover.tobytes() == opened(picture).tobytes()
    assert PLACE not in stored


@pytest.mark.parametrize(
    "data",
    [
        tagged(frame(b"GEOB", PLACE), flags=0x80),
        tagged(b"\1\2\3\4" + struct.pack(">I", 9999) + PLACE),
        tagged(frame(b"TIT2", PLACE)[:4] + struct.pack(">I", 9999) + PLACE),
    ],
    ids=["stuffed", "no name", "too long"],
)
def test_of_a_tag_that_cannot_be_read_nothing_is_left(shared_library, data):
    stored = kept(shared_library, data)

    assert stored.endswith(SOUND)
    assert set(stored[10 : -len(SOUND)]) == {0}


CUT_OFF = film(box(b"udta", struct.pack(">I4s", 999, b"name")))
DAMAGED = {
    "a box longer than its own": CUT_OFF,
    "a box shorter than its head": FTYP + struct.pack(">I4s", 5, b"moov"),
    "boxes without end": FTYP + box(b"moov", box(b"free") * 100_001),
    "boxes without bottom": None,
    "samples outside of the file": film(sensors(b"meta", size=9999)),
    "more samples than can be": film(sensors(b"meta", count=2**31)),
    "comments longer than their block": flac((4, comments(b"A=b")[:-2])),
}
deep = box(b"udta", PLACE)
for _ in range(20):
    deep = box(b"udta", deep)
DAMAGED["boxes without bottom"] = film(deep)


@pytest.mark.parametrize("name", DAMAGED)
def test_what_cannot_be_read_is_refused(shared_library, name):
    before = shared_library.files()

    with pytest.raises(intake.Refused, match="This recording cannot be read"):
        shared_library.take(DAMAGED[name], "walk.mp4")

    assert shared_library.files() == before


def test_a_film_that_was_cut_off_plays_as_far_as_it_goes(shared_library):
    data = FTYP + box(b"moov", MVHD) + struct.pack(">I4s", 9999, b"mdat") + PIXELS

    assert shared_library.stored(shared_library.take(data).digest) == data


def test_the_length_of_a_film_is_known(library):
    item = library.add(film(), "walk.mp4")

    assert session.get(type(item), item.id).duration == 75


def test_a_film_sent_again_is_known_by_what_was_sent(library):
    data = FILMS["a phone’s"]

    assert library.add(data, "walk.mp4").id == library.add(data, "again.mp4").id


def test_very_much_is_painted_over_a_piece_at_a_time(shared_library):
    place = PLACE * 20_000
    stored = kept(shared_library, film(box(b"udta", box(b"GPMF", place))))

    assert PLACE not in stored
