"""Films and sound forget where they were taken, and stay what they were."""

import base64
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


def checksum(page):
    """As RFC 3533 has it, bit by bit."""
    sum = 0
    for byte in page:
        sum ^= byte << 24
        for _ in range(8):
            sum = (sum << 1) ^ (0x04C11DB7 if sum & 0x80000000 else 0)
            sum &= 0xFFFFFFFF
    return struct.pack("<I", sum)


def ogg_page(laces, body, *, flags=0, stream=b"walk", number=0):
    head = b"OggS\0" + bytes([flags]) + bytes(8) + stream + struct.pack("<I", number)
    rest = bytes([len(laces)]) + bytes(laces) + body
    return head + checksum(head + bytes(4) + rest) + rest


def ogg(first, second):
    """A stream whose second packet goes on from page to page, and sound."""
    laces = [255] * (len(second) // 255) + [len(second) % 255]
    pages = [ogg_page([len(first)], first, flags=2)]
    for at in range(0, len(laces), 3):
        some = laces[at : at + 3]
        body = second[at * 255 : at * 255 + sum(some)]
        pages.append(ogg_page(some, body, number=len(pages)))
    return b"".join([*pages, ogg_page([len(SOUND)], SOUND, number=len(pages))])


LONG = b"location=" + PLACE * 100


def pictured(picture):
    """A picture among comments."""
    return b"METADATA_BLOCK_PICTURE=" + base64.b64encode(bytes(32) + picture)


SOUNDS = {
    "Vorbis": ogg(b"\x01vorbis" + bytes(23), b"\x03vorbis" + comments(b"A=b", LONG)),
    "Opus": ogg(b"OpusHead" + bytes(11), b"OpusTags" + comments(LONG, b"TITLE=A walk")),
    "FLAC in Ogg": ogg(b"\x7fFLAC" + bytes(46), b"\4\0\0\0" + comments(LONG)),
    "Speex": ogg(b"Speex   " + bytes(72), comments(LONG)),
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


def ogg_pages(data):
    """Each page of a stream, and whether its checksum is right."""
    while data:
        size = 27 + data[26] + sum(data[27 : 27 + data[26]])
        page, data = data[:size], data[size:]
        yield page, page[22:26] == checksum(page[:22] + bytes(4) + page[26:])


@pytest.mark.parametrize("name", ["Vorbis", "Opus", "FLAC in Ogg", "Speex"])
def test_the_checksums_of_pages_are_right(shared_library, name):
    stored = kept(shared_library, SOUNDS[name])

    assert len(list(ogg_pages(stored))) > 3
    assert all(is_right for _page, is_right in ogg_pages(stored))
    assert LONG[:9] in stored


@pytest.mark.parametrize("container", ["FLAC", "Ogg"])
def test_a_cover_among_comments_forgets_it_and_is_still_a_picture(
    shared_library, container
):
    said = comments(pictured(photograph()))
    data = flac((4, said))
    if container == "Ogg":
        data = ogg(b"OpusHead" + bytes(11), b"OpusTags" + said)

    stored = kept(shared_library, data)

    if container == "Ogg":
        bodies = [page[27 + page[26] :] for page, _ in ogg_pages(stored)]
        stored = b"".join(bodies[1:-1])
    written = stored[stored.index(b"PICTURE=") + 8 :][
        : len(pictured(photograph())) - 23
    ]
    picture = base64.b64decode(written)[32:]
    assert PLACE not in picture
    assert opened(picture).tobytes() == opened(photograph()).tobytes()


def element(kind, *parts, width=1):
    body = b"".join(parts)
    size = (len(body) | 1 << 7 * width).to_bytes(width)
    return bytes.fromhex(kind) + size + body


def tag(name, value, *more, width=1):
    said = (element("45a3", name), element("4487", value), *more)
    return element("67c8", *said, width=width)


EBML = element("1a45dfa3", element("4282", b"webm"))
CLUSTER = element(
    "1f43b675", element("e7", b"\0"), element("a3", PIXELS, width=2), width=4
)
UNKNOWN = b"\x01" + b"\xff" * 7
WALK = tag(b"TITLE", b"A walk")


def webm(*parts, of=b"\x11" * 4):
    """A film; what stands behind the pixels has a checksum."""
    said = element("1254c367", element("bf", of), element("7373", *parts), width=8)
    return EBML + element("18538067", CLUSTER, said, width=8)


def webm_as_made(*parts):
    """A film that did not know how long it would be."""
    said = element("1254c367", element("7373", *parts), width=8)
    cluster = bytes.fromhex("1f43b675") + UNKNOWN + element("a3", PIXELS, width=2)
    return EBML + bytes.fromhex("18538067") + UNKNOWN + cluster + said


WEBMS = {
    "a tag": webm(tag(b"LOCATION", PLACE), WALK),
    "a tag in a tag": webm(tag(b"A", b"b", tag(b"geo", PLACE), width=2), WALK),
    "a wide tag": webm(tag(b"location-eng", PLACE, width=8), WALK),
    "as it was made": webm_as_made(WALK, tag(b"GPS", PLACE)),
    "a cover": EBML
    + element(
        "18538067",
        CLUSTER,
        element(
            "1941a469",
            element("61a7", element("465c", photograph(), width=4), width=4),
            width=4,
        ),
        element("1254c367", WALK),
        width=8,
    ),
}


@pytest.mark.parametrize("name", WEBMS)
def test_a_webm_forgets_where_it_was_taken(shared_library, name):
    stored = kept(shared_library, WEBMS[name])

    assert PLACE in WEBMS[name]
    assert PLACE not in stored
    assert stored.index(PIXELS) == WEBMS[name].index(PIXELS)
    assert stored.index(WALK) == WEBMS[name].index(WALK)


@pytest.mark.parametrize("width", [1, 2, 7, 8])
def test_in_the_place_of_a_tag_is_nothing_of_the_same_size(shared_library, width):
    said = tag(b"LOCATION", PLACE, width=width)
    size = len(said) - 1 - min(width + 1, 8)

    stored = kept(shared_library, webm(said, WALK))

    void = element("ec", bytes(size), width=min(width + 1, 8))
    assert stored == webm(said, WALK).replace(said, void).replace(
        element("bf", b"\x11" * 4), element("ec", b"\x11" * 4)
    )


@pytest.mark.parametrize(
    "data",
    [
        EBML
        + element("18538067", element("1254c367", b"\x73\x73\x90"), b"\0" * 9, width=8),
        EBML + element("18538067", bytes.fromhex("1254c367") + UNKNOWN + WALK, width=8),
        EBML + element("18538067", element("7373", b"\x01"), width=8),
    ],
    ids=["longer than its own", "without a length", "no name"],
)
def test_a_webm_that_cannot_be_read_is_refused(shared_library, data):
    with pytest.raises(intake.Refused, match="This recording cannot be read"):
        shared_library.take(data, "walk.webm")


def test_comments_that_never_end_are_refused(shared_library):
    whole = SOUNDS["Opus"]

    with pytest.raises(intake.Refused, match="This recording cannot be read"):
        shared_library.take(whole[: len(whole) // 2], "walk.opus")


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
    "boxes without end": FTYP + box(b"moov", box(b"free") * 1_000_001),
    "boxes without bottom": None,
    "samples outside of the file": film(sensors(b"meta", size=9999)),
    "more samples than can be": film(sensors(b"meta", count=2**31)),
    "sensors that go on in fragments": film(sensors(b"meta"), more=box(b"moof")),
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
