"""The one door: what comes in, as what, and what is refused with which words."""

import io
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from blog.database import session, write_transaction
from blog.jobs.models import Job
from blog.media import darkroom, developing, intake
from blog.media.models import MediaItem, MediaKind, MediaState
from blog.media.recognition import MAX_BYTES, MEBIBYTE
from tests.corpora import corpus
from tests.media.drawing import (
    corners,
    difference,
    frames,
    noise,
    opened,
    saved,
)

HOPPER = ("jpg", 128, 128)
LANDSCAPE, PORTRAIT = ("jpg", 1800, 1200), ("jpg", 1200, 1800)
DAMAGED = "This picture cannot be read: the file is damaged or incomplete."
SVG = "SVG drawings are not taken, as they can hold programs. Export it as PNG or WebP."
ICON = "Icon files are not taken. Send the picture as PNG."
PIXELS = (
    "This picture has too many pixels: 40 million at most. Make it smaller and send it "
    "again."
)
UNKNOWN = (
    "Files of this kind are not taken. Pictures can be JPEG, PNG, GIF, WebP or AVIF; "
    "sound MP3, M4A, Ogg, WAV or FLAC; films MP4 or WebM; papers PDF."
)
# Of every file of the corpus: extension, width, height, and what else is true of it, or
# the refusal.
EXPECTED = {
    "exif-Landscape_1.jpg": LANDSCAPE,
    "exif-Landscape_6.jpg": LANDSCAPE,
    "exif-Landscape_8.jpg": LANDSCAPE,
    "exif-Portrait_1.jpg": PORTRAIT,
    "exif-Portrait_6.jpg": PORTRAIT,
    "exif-Portrait_7.jpg": PORTRAIT,
    "libpng-crasher-bad_iCCP.png": DAMAGED,
    "libpng-crasher-badadler.png": DAMAGED,
    "libpng-crasher-badcrc.png": ("png", 1, 1),
    "libpng-crasher-huge_IDAT.png": (
        "This picture takes too much memory to read. Make it smaller, or save it anew, "
        "and send it again."
    ),
    "libpng-crasher-huge_iTXt_chunk.png": DAMAGED,
    "pillow-blend_op_over.png": ("webp", 128, 64, "animated"),
    "pillow-broken.png": DAMAGED,
    "pillow-broken_data_stream.png": DAMAGED,
    "pillow-decompression_bomb.gif": PIXELS,
    "pillow-decompression_bomb.ico": ICON,
    "pillow-dispose_bgnd_transparency.gif": ("gif", 38, 32, "animated", "transparent"),
    "pillow-exif_gps.jpg": ("jpg", 8, 8),
    "pillow-flower.webp": ("webp", 480, 360),
    "pillow-hopper.avif": ("avif", 128, 128),
    "pillow-hopper.bmp": ("png", 128, 128),
    "pillow-hopper.gif": ("gif", 128, 128),
    "pillow-hopper.ico": ICON,
    "pillow-hopper.jpg": HOPPER,
    "pillow-hopper.webp": ("webp", 128, 128),
    "pillow-hopper_16bit.pgm": (
        "Pictures of this kind are not taken, as browsers do not show them. Export it "
        "as JPEG or PNG."
    ),
    "pillow-hopper_bad_exif.jpg": ("jpg", 500, 500),
    **{f"pillow-hopper_orientation_{number}.jpg": HOPPER for number in range(2, 9)},
    "pillow-icc-after-SOF.jpg": ("jpg", 10, 10),
    "pillow-invalid-exif.jpg": ("jpg", 200, 200),
    "pillow-iss634.webp": ("webp", 245, 245, "animated"),
    "pillow-multiple_exif.jpg": ("jpg", 1, 1),
    "pillow-no_palette.gif": ("gif", 1, 1, "animated"),
    "pillow-pil123rgba.png": ("png", 162, 150, "transparent"),
    "pillow-pil_sample_cmyk.jpg": ("jpg", 100, 100),
    "pillow-pngtest_bad.png.bin": UNKNOWN,
    "pillow-syntax_num_frames_zero.png": DAMAGED,
    "pillow-truncated_image.png": DAMAGED,
    "pillow-truncated_jpeg.jpg": DAMAGED,
    "pngsuite-basn0g01.png": ("png", 32, 32),
    "pngsuite-basn0g16.png": ("png", 32, 32),
    "pngsuite-basn2c16.png": ("png", 32, 32),
    "pngsuite-basn3p01.png": ("png", 32, 32),
    "pngsuite-basn3p08.png": ("png", 32, 32),
    "pngsuite-basn4a16.png": ("png", 32, 32, "transparent"),
    "pngsuite-basn6a16.png": ("png", 32, 32, "transparent"),
    "pngsuite-ftbbn3p08.png": ("png", 32, 32, "transparent"),
    "pngsuite-ftp0n0g08.png": ("png", 32, 32),
    "pngsuite-ibasn6a16.png": ("png", 32, 32, "transparent"),
    **{
        f"svg-{name}.svg": SVG
        for name in (
            *("entityTest", "hrefTestOne", "htmlTest", "maliciousJsAndPhpTest"),
            *("svgTestOne", "xlinkLoopTest"),
        )
    },
}


def said(taken):
    """What is known of a picture, as in the table above."""
    facts = (taken.type.extension, taken.width, taken.height)
    facts += ("animated",) if taken.is_animated else ()
    return facts + (("transparent",) if taken.is_transparent else ())


def refusal(library, data, name="boat.jpg"):
    """The words in which a file is refused; nothing of it may be left."""
    before = library.files()
    with pytest.raises(intake.Refused) as refused:
        library.take(data, name)
    assert library.files() == before
    return refused.value.message


def test_every_file_of_the_corpus_is_expected():
    folder = corpus("images")

    assert {each.name for each in folder.iterdir()} - {"MANIFEST.md"} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_of_the_corpus_is_taken_or_refused(shared_library, name):
    data = (corpus("images") / name).read_bytes()
    if isinstance(EXPECTED[name], str):
        assert refusal(shared_library, data, name) == EXPECTED[name]
        return

    taken = shared_library.take(data, name)

    assert said(taken) == EXPECTED[name]
    kept = shared_library.stored(taken.digest)
    assert len(kept) == taken.size
    picture = opened(kept)
    assert picture.size == (taken.width, taken.height)
    assert {"exif", "icc_profile", "xmp", "comment"}.isdisjoint(picture.info)
    assert dict(picture.getexif()) == {}
    assert not any(mark in kept for mark in (b"Exif", b"http://ns.adobe", b"GPS"))
    assert list((shared_library.folder / "incoming").iterdir()) == []


@pytest.mark.parametrize("number", range(2, 9))
def test_a_picture_stands_upright_however_it_was_held(shared_library, number):
    folder = corpus("images")
    upright = Image.open(folder / "pillow-hopper.jpg").convert("RGB")

    taken = shared_library.take(
        (folder / f"pillow-hopper_orientation_{number}.jpg").read_bytes()
    )

    kept = opened(shared_library.stored(taken.digest))
    assert difference(kept, upright) < 6
    assert difference(kept, upright.rotate(90)) > 30


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("number", range(1, 9))
def test_each_format_can_say_which_way_is_up(shared_library, format, number):
    turned = {  # how a camera that was held so wrote what is upright here
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    held = corners()
    held = held.transpose(turned[number]) if number in turned else held
    exif = Image.Exif()
    exif[0x0112] = number
    exif.get_ifd(0x8825)[1] = "N"  # GPS

    taken = shared_library.take(saved(held, format, exif=exif))

    kept = opened(shared_library.stored(taken.digest))
    assert kept.size == (64, 48)
    assert difference(kept, corners()) < 12
    assert dict(kept.getexif()) == {}


# Colour


def with_red_and_blue_exchanged():
    """A profile after which what is written as red is blue (ICC.1, section 7.3)."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}
    count = struct.unpack(">I", profile[128:132])[0]
    table = profile[132 : 132 + 12 * count]
    tags = [table[place : place + 12] for place in range(0, len(table), 12)]
    table = b"".join(swapped.get(tag[:4], tag[:4]) + tag[4:] for tag in tags)
    return profile[:132] + table + profile[132 + 12 * count :]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_colour_profile_is_applied_and_goes(shared_library, format):
    red = Image.new("RGB", (32, 32), (250, 5, 5))

    taken = shared_library.take(
        saved(red, format, icc_profile=with_red_and_blue_exchanged())
    )

    kept = opened(shared_library.stored(taken.digest))
    assert difference(kept, Image.new("RGB", (32, 32), (5, 5, 250))) < 8
    assert "icc_profile" not in kept.info


def test_a_profile_is_applied_where_one_sees_through(shared_library):
    red = Image.new("RGBA", (32, 32), (255, 0, 0, 99))

    taken = shared_library.take(
        saved(red, "PNG", icc_profile=with_red_and_blue_exchanged())
    )

    assert opened(shared_library.stored(taken.digest)).getpixel((0, 0)) == (
        0,
        0,
        255,
        99,
    )


def test_a_profile_that_cannot_be_read_says_nothing(shared_library):
    data = saved(corners(), "PNG", icc_profile=b"a profile" * 50)

    taken = shared_library.take(data)

    assert difference(opened(shared_library.stored(taken.digest)), corners()) == 0


def test_a_picture_for_the_press_keeps_its_colours(shared_library):
    printed = corners(mode="CMYK")

    taken = shared_library.take(saved(printed, "JPEG", quality=95))

    kept = opened(shared_library.stored(taken.digest))
    assert kept.mode == "RGB"
    assert difference(kept, corners()) < 6


def test_sixteen_bits_of_grey_become_eight(shared_library):
    grey = Image.frombytes(
        "I;16",
        (256, 1),
        b"".join(struct.pack("<H", level * 257) for level in range(256)),
    )

    taken = shared_library.take(saved(grey, "PNG"))

    kept = opened(shared_library.stored(taken.digest))
    assert (kept.mode, kept.tobytes()) == ("L", bytes(range(256)))


def test_grey_of_sixteen_bits_is_seen_through_where_it_was(shared_library):
    grey = Image.frombytes("I;16", (2, 1), struct.pack("<HH", 0x1234, 0xFFFF))

    taken = shared_library.take(saved(grey, "PNG", transparency=0xFFFF))

    kept = opened(shared_library.stored(taken.digest)).convert("RGBA")
    assert (kept.getpixel((0, 0))[3], kept.getpixel((1, 0))[3]) == (255, 0)


def test_a_jpeg_is_written_about_as_well_as_it_came(shared_library):
    drawn = noise((40, 40)).resize((400, 400))
    for sampling in (0, 1, 2):
        data = saved(drawn, "JPEG", quality=92, subsampling=sampling)

        kept = shared_library.stored(shared_library.take(data).digest)

        assert difference(opened(kept), opened(data)) < 2
        assert 0.9 < len(kept) / len(data) < 1.1
        layers = Image.open(io.BytesIO(kept)).layer
        assert layers == Image.open(io.BytesIO(data)).layer


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_what_is_written_without_loss_is_kept_without_loss(shared_library, format):
    drawn = noise((40, 30)).convert("RGBA")
    drawn.putalpha(Image.linear_gradient("L").resize((40, 30)))
    data = saved(drawn, format, **({"lossless": True} if format == "WEBP" else {}))

    taken = shared_library.take(data)

    assert difference(opened(shared_library.stored(taken.digest)), opened(data)) == 0
    assert taken.is_transparent


# What moves


@pytest.mark.parametrize(
    ("name", "apart"),
    [("pillow-dispose_bgnd_transparency.gif", 0), ("pillow-iss634.webp", 6)],
)
def test_what_moves_moves_on(shared_library, name, apart):
    data = (corpus("images") / name).read_bytes()

    kept = frames(shared_library.stored(shared_library.take(data).digest))

    before = frames(data)
    assert [each[1] for each in kept] == [each[1] or 100 for each in before]
    for one, other in zip(kept, before, strict=True):
        assert difference(one[0], other[0]) <= apart


def moving(format, count=5, **options):
    pictures = [corners().rotate(90 * number) for number in range(count)]
    first, *rest = pictures
    durations = [50 + 10 * number for number in range(count)]
    return saved(
        *(first, format),
        **{"save_all": True, "append_images": rest, "duration": durations} | options,
    )


@pytest.mark.parametrize(
    ("format", "extension"),
    [("GIF", "gif"), ("WEBP", "webp"), ("PNG", "webp"), ("AVIF", "webp")],
)
def test_each_moving_format_keeps_its_frames(shared_library, format, extension):
    data = moving(format)

    taken = shared_library.take(data)

    assert said(taken) == (extension, 64, 48, "animated")
    kept = frames(shared_library.stored(taken.digest))
    assert [each[1] for each in kept] == [50, 60, 70, 80, 90]
    for number, (picture, _) in enumerate(kept):
        assert difference(picture, corners().rotate(90 * number)) < 12


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
@pytest.mark.parametrize("times", [0, 3])
def test_it_is_repeated_as_often_as_before(shared_library, format, times):
    taken = shared_library.take(moving(format, loop=times))

    assert opened(shared_library.stored(taken.digest)).info["loop"] == times


def test_of_a_camera_s_several_pictures_the_first_is_taken(shared_library):
    data = saved(corners(), "MPO", save_all=True, append_images=[corners((20_000, 2))])

    assert said(shared_library.take(data)) == ("jpg", 64, 48)


# What else is in the library


def boxed(brand):
    return b"\0\0\0\x20ftyp" + brand + b"\0\0\2\0isommp42" + bytes(64)


def ogg(codec):
    return b"OggS\0\2" + bytes(21) + b"\x1e" + codec + bytes(64)


WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84"
AS_THEY_ARE = {
    "mp3": (b"ID3\x04" + bytes(99), "audio/mpeg", MediaKind.AUDIO),
    "mp3 without tags": (
        b"\xff\xfb\x90\x64" + bytes(99),
        "audio/mpeg",
        MediaKind.AUDIO,
    ),
    "m4a": (boxed(b"M4A "), "audio/mp4", MediaKind.AUDIO),
    "ogg": (ogg(b"\x01vorbis"), "audio/ogg", MediaKind.AUDIO),
    "opus": (ogg(b"OpusHead"), "audio/ogg", MediaKind.AUDIO),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(32), "audio/wav", MediaKind.AUDIO),
    "flac": (b"fLaC\0\0\0\x22" + bytes(34), "audio/flac", MediaKind.AUDIO),
    "mp4": (boxed(b"isom"), "video/mp4", MediaKind.VIDEO),
    "webm": (WEBM + b"webm" + bytes(64), "video/webm", MediaKind.VIDEO),
    "ogv": (ogg(b"\x80theora"), "video/ogg", MediaKind.VIDEO),
    "pdf": (b"%PDF-1.7\n" + bytes(64), "application/pdf", MediaKind.DOCUMENT),
}


@pytest.mark.parametrize("name", AS_THEY_ARE)
def test_sound_films_and_papers_are_kept_as_they_are(shared_library, name):
    data, mime_type, kind = AS_THEY_ARE[name]

    taken = shared_library.take(data, "A talk.exe")

    assert shared_library.stored(taken.digest) == data
    assert (taken.type.extension, taken.type.mime_type) == (name[:4].strip(), mime_type)
    assert (taken.type.kind, taken.name) == (kind, "A talk")
    assert (taken.size, taken.digest) == (len(data), taken.upload_digest)


REFUSED = {
    "SVG drawings": [
        *(b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xef\xbb\xbf \n<svg>"),
        b"<?xml version='1.0'?><!-- a --><!DOCTYPE svg><s:svg xmlns:s='x'>",
        "\ufeff<svg>".encode("utf-16-le"),
    ],
    "This is a web page": [
        *(b"<!DOCTYPE html><p>", b"  <HTML>", b"<script>x</script>", b"<?php echo 1;"),
        *(b"<p>GIF89a</p>", b"<?xml version='1.0'?><a/>"),
    ],
    "HEIC": [boxed(b"heic"), boxed(b"mif1")],
    "QuickTime": [boxed(b"qt  "), b"\0\0\0\x08wide\0\0"],
    "Films of this kind": [
        *(b"RIFF\0\0\0\0AVI LIST", WEBM + b"matroska", b"FLV\x01\x05", boxed(b"3gp5")),
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    ],
    "Sound of this kind": [b"MThd\0\0\0\6", b"FORM\0\0\0\0AIFF", b"\xff\xf1\x50\x80"],
    "Archives": [b"PK\3\4" + bytes(40), b"\x1f\x8b\x08", b"7z\xbc\xaf\x27", b"{\\rtf1"],
    "This is a program": [
        b"MZ\x90\0",
        b"\x7fELF\2",
        b"#!/bin/sh\n",
        b"\xca\xfe\xba\xbe",
    ],
    "Photoshop": [b"8BPS\0\1"],
    "TIFF": [b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"],
    "PostScript": [b"%!PS-Adobe-3.0"],
    "Pictures of this kind": [b"\xff\x0a\xfa", b"\0\0\0\x0cjP  \r\n", b"SIMPLE  = T"],
    "Files of this kind": [b"Dear reader,", bytes(40), b"\xff", b"RIFF"],
    "This file is empty.": [b""],
}


@pytest.mark.parametrize(
    ("words", "data"),
    [(words, data) for words, all in REFUSED.items() for data in all],
    ids=lambda value: repr(value)[:30],
)
def test_everything_else_is_refused_with_its_reason(shared_library, words, data):
    assert refusal(shared_library, data).startswith(words)


def test_the_content_decides_and_not_the_name(shared_library):
    page = b"<html><script>alert(1)</script></html>"

    assert refusal(shared_library, page, "boat.png").startswith("This is a web page")
    taken = shared_library.take(saved(corners(), "PNG"), "boat.html")
    assert (taken.name, taken.type.extension) == ("boat", "png")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_what_is_hidden_behind_a_picture_is_not_kept(shared_library, format):
    payload = b"<script>alert(1)</script>PK\x03\x04"
    options = {"comment": payload} if format in ("JPEG", "GIF") else {}
    data = saved(corners(mode="P" if format == "GIF" else "RGB"), format, **options)

    kept = shared_library.stored(shared_library.take(data + payload).digest)

    assert b"script" not in kept


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("boat.jpg", "boat"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Das Boot.final.JPG", "Das Boot.final"),
        ("کشتی\u200f در دریا.jpeg", "کشتی در دریا"),
        ("Cafe\u0301.png", "Café"),
        ("a\0b\x1b[31m\r\n.gif", "a b [31m"),
        ("", "image"),
        ("....", "image"),
        (".jpg", "image"),
        ("x" * 500 + ".jpg", "x" * 150),
    ],
)
def test_a_name_is_what_a_person_calls_it(shared_library, filename, name):
    data = saved(corners(), "PNG")

    assert shared_library.take(data, filename).name == name


# Too much


class Endless(io.RawIOBase):
    """A body that never ends, and counts what was read of it."""

    def __init__(self, head):
        self.head, self.count = head, 0

    def read(self, size=-1):
        assert size > 0
        data = (self.head[self.count : self.count + size]).ljust(size, b"\0")
        self.count += size
        return data


@pytest.mark.parametrize(
    ("head", "kind", "words"),
    [
        (
            b"\xff\xd8\xff\xe0",
            MediaKind.IMAGE,
            "This picture is too large: 20 MB at most.",
        ),
        (b"%PDF-1.7", MediaKind.DOCUMENT, "This PDF is too large: 50 MB at most."),
    ],
)
def test_no_more_is_read_than_may_be_sent(shared_library, head, kind, words):
    before, body = shared_library.files(), Endless(head)

    with pytest.raises(intake.Refused, match=words):
        intake.take(body, "boat.jpg")

    assert body.count == MAX_BYTES[kind] + 1
    assert shared_library.files() == before


def chunk(kind, data):
    checked = kind + data
    return (
        struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
    )


def png(width, height, *chunks, depth=1):
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    return b"".join(
        [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *chunks, chunk(b"IEND", b"")]
    )


def blank(width, height):
    rows = zlib.compress(bytes(height * (1 + -(-width // 8))), 9)
    return png(width, height, chunk(b"IDAT", rows))


def gif_of(count):
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    head = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff"
    return head + frame * count + b";"


def jpeg_of(width, height):
    data = bytearray(saved(corners(), "JPEG"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


BOMBS = {
    "a PNG of 400 million pixels": (lambda: blank(20_000, 20_000), PIXELS),
    "a JPEG that says it is huge": (lambda: jpeg_of(65_500, 65_500), PIXELS),
    "a very long PNG": (
        lambda: blank(16_385, 8),
        "This picture is too long: a side has 16384 pixels at most.",
    ),
    "a GIF of a million frames": (
        lambda: gif_of(1_000_000),
        "This picture has too many frames: 200 at most. Send it as an MP4 film.",
    ),
    "a WebP of 300 frames": (
        lambda: moving("WEBP", 300, duration=40),
        "This picture has too many frames: 200 at most. Send it as an MP4 film.",
    ),
    "a GIF whose frames are large": (
        lambda: gif_of(150).replace(b"GIF89a\1\0\1\0", b"GIF89a\xff\x0f\xff\x0f", 1),
        "This moving picture is too large for so many frames. Make it smaller, or send "
        "it as an MP4 film.",
    ),
    "text of a gigabyte in a PNG": (
        lambda: png(
            *(8, 8, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100 * MEBIBYTE), 9))),
            chunk(b"IDAT", zlib.compress(bytes(16))),
        ),
        None,
    ),
    "an endless stream of pixels": (
        lambda: png(8, 8, chunk(b"IDAT", zlib.compress(bytes(100 * MEBIBYTE), 9))),
        None,
    ),
    "a profile of ten megabytes": (
        lambda: saved(corners(), "PNG", icc_profile=bytes(10 * MEBIBYTE)),
        None,
    ),
}


def memory():
    """In bytes, what this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_out_quickly_and_takes_no_memory(shared_library, name):
    make, words = BOMBS[name]
    data = make()
    used, began = memory(), time.process_time()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)

    try:
        shared_library.take(data)
    except intake.Refused as refused:
        assert words in (refused.message, None)
    else:
        assert words is None

    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
    assert spent + time.process_time() - began < 2
    assert memory() - used < 20 * MEBIBYTE


# What goes wrong


@contextmanager
def room(size):
    """A disk that takes no file larger than this, in bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [1000, 100_000])
def test_a_full_disk_keeps_no_part_of_a_file(shared_library, size):
    data = saved(noise((500, 400)), "JPEG", quality=90)

    with room(size):
        words = refusal(shared_library, data)

    assert words == "The site’s disk is full. Nothing was saved; please tell its owner."
    assert said(shared_library.take(data)) == ("jpg", 500, 400)


def test_a_disk_that_is_full_after_the_upload_keeps_none_of_it_either(shared_library):
    # Written anew it is larger than it came.
    data = saved(noise((500, 400)), "JPEG", quality=40)

    with room(len(data) + 4096):
        words = refusal(shared_library, data)

    assert words == "The site’s disk is full. Nothing was saved; please tell its owner."


def children():
    found = []
    for task in Path("/proc/self/task").iterdir():
        found += [int(each) for each in (task / "children").read_text().split()]
    return found


def test_a_darkroom_that_is_killed_leaves_nothing(shared_library):
    data = saved(noise((2500, 2000)), "PNG", compress_level=1)
    killed = []

    def kill():
        before = set(children())
        while not killed:
            for pid in set(children()) - before:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                if b"darkroom.py" in command:
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
            time.sleep(0.001)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    words = refusal(shared_library, data)
    killer.join()

    assert words == "This picture could not be read to its end. Please send it again."


def test_what_takes_too_long_is_ended(shared_library, monkeypatch):
    monkeypatch.setattr(developing, "SECONDS", 1)
    data = gif_of(190).replace(b"GIF89a\1\0\1\0", b"GIF89a\x80\2\x80\2", 1)

    assert refusal(shared_library, data) == (
        "This picture takes too long to read. Make it smaller and send it again."
    )


@pytest.mark.parametrize("what", ["socket", "file", "process"])
def test_the_darkroom_can_open_nothing(what):
    attempt = {
        "socket": "import socket; socket.socket()",
        "file": "open('/etc/passwd')",
        "process": "import os; os.pipe()",
    }[what]
    limits = "{'memory': 1 << 30, 'seconds': 5, 'pixels': 1, 'side': 1, 'frames': 1}"
    code = (
        "import socket, runpy\n"
        f"darkroom = runpy.run_path({darkroom.__file__!r})\n"
        f"darkroom['_shut_in']({limits})\n"
        f"try:\n    {attempt}\nexcept OSError as error:\n    print(error.errno)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("24\n", "")  # EMFILE


# Rows


def test_a_picture_becomes_a_row_and_a_job(library):
    data = saved(corners((400, 300)), "JPEG")

    item = library.add(data, "Our Boat.jpg")

    assert (item.name, item.filename, item.kind) == (
        *("Our Boat", "our-boat.jpg"),
        MediaKind.IMAGE,
    )
    assert (item.width, item.height, item.mime_type) == (400, 300, "image/jpeg")
    assert (item.state, item.version, item.folded) == (
        MediaState.WAITING,
        1,
        "our boat",
    )
    job = session.query(Job).one()
    assert (job.kind, job.about) == ("media.variants", "Our Boat")


def test_the_same_file_is_there_once(library):
    data = saved(corners(), "PNG")

    first, second = library.add(data, "one.png"), library.add(data, "two.png")

    assert first.id == second.id
    assert session.query(MediaItem).count() == 1


def test_a_film_needs_no_job(library):
    item = library.add(boxed(b"isom"), "film.mp4")

    assert item.state == MediaState.READY
    assert session.query(Job).count() == 0


def test_a_replaced_file_keeps_number_name_and_description(library):
    item = library.add(name="boat.jpg", alt="A boat")

    library.replace(item, saved(corners((80, 60)), "PNG"), "other.png")

    assert (item.path, item.alt, item.version) == ("/media/1/boat.png", "A boat", 2)
    assert (item.width, item.height, item.state) == (80, 60, MediaState.WAITING)
    assert item.replaced_at is not None


def test_what_is_said_of_a_file_is_folded_for_the_search(library):
    item = library.add(name="Ärger.jpg")

    with write_transaction():
        item.describe(alt="Two BOATS", caption="كتاب")

    assert item.folded == "arger two boats کتاب"


def test_pictures_that_look_alike_have_one_likeness(shared_library):
    drawn = noise((9, 8)).resize((900, 800), Image.Resampling.NEAREST)

    found = {
        shared_library.take(data).likeness
        for data in (
            saved(drawn, "PNG"),
            saved(drawn, "JPEG", quality=80),
            saved(drawn.resize((225, 200)), "WEBP"),
        )
    }

    assert len(found) == 1
    assert shared_library.take(saved(corners(), "PNG")).likeness not in found
