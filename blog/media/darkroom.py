"""The darkroom: decodes what strangers sent, in a process that can do nothing else.

Run as a script of its own, so that it loads neither the application nor its secrets. It
reads the picture from standard input and its task from the command line, as JSON, and
answers on standard output: a line of JSON about each picture it made, which says in
``size`` how many bytes of picture follow. ``{"refused": WORD, "detail": TEXT}`` ends
the conversation.

Before the first byte is read it gives up memory, time, and the right to open anything:
with no file descriptor to be had there is no file and no network.
"""

import copy  # noqa: F401 - so that it is read; Pillow needs it later
import io
import json
import math
import os
import re
import resource
import struct
import sys
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO

# Everything that is needed later must be here: afterwards no file can be opened.
from PIL import (
    AvifImagePlugin,  # noqa: F401
    BmpImagePlugin,  # noqa: F401
    GifImagePlugin,
    Image,
    ImageChops,
    ImageCms,
    JpegImagePlugin,
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP")
# What only these may be asked for more frames: seeking in others passes by Pillow's
# check for bombs (CVE-2026-96636).
MOVING = frozenset({"GIF", "WEBP", "PNG", "AVIF"})
WRITTEN = {"JPEG": "JPEG", "MPO": "JPEG", "BMP": "PNG"}
ORIENTATION = 0x0112
# How the pixels must be moved to stand upright, by EXIF's number.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
QUALITY = 92
# What is left of a kind of pixel when one sees through none.
OPAQUE = {"RGBA": "RGB", "RGBa": "RGB", "LA": "L", "La": "L", "PA": "RGB"}
# A step slower makes files 2 to 5 % smaller, in three times as long.
VARIANT_OPTIONS: dict[str, dict[str, Any]] = {
    "avif": {"quality": 58, "speed": 9, "max_threads": 2},
    "webp": {"quality": 78, "method": 2},
    "jpeg": {"quality": 80, "progressive": True, "optimize": True},
    "png": {"optimize": False, "compress_level": 6},
}


class Refusal(Exception):
    """The picture cannot be taken; the argument is the reason, in one word."""


def main(task: dict[str, Any]) -> None:
    answer = os.fdopen(1, "wb")
    _shut_in(task)
    try:
        with os.fdopen(0, "rb") as source:
            made = (
                _variants(source, task) if "widths" in task else _original(source, task)
            )
            for facts, data in made:
                line = json.dumps(facts | {"size": len(data)})
                answer.write(line.encode() + b"\n" + data)
                answer.flush()
    except Refusal as refusal:
        _refuse(answer, str(refusal))
    except MemoryError:
        _refuse(answer, "memory")
    except Exception as error:  # decoders raise whatever they like
        is_full = _NO_ROOM.search(str(error)) is not None
        _refuse(answer, "memory" if is_full else "damaged", repr(error)[:200])


# What the encoders of WebP and AVIF say who get no memory.
_NO_ROOM = re.compile(r"encoding error 1$|Failed to encode")


def _refuse(answer: BinaryIO, reason: str, detail: str = "") -> None:
    said = {"refused": reason, "detail": detail}
    answer.write(json.dumps(said).encode() + b"\n")
    answer.flush()


def _shut_in(task: dict[str, Any]) -> None:
    """Bound what this process can take, and close the world to it."""
    Image.preinit()  # reads modules that ``open`` would read otherwise
    _limit(resource.RLIMIT_AS, task["memory"])
    # By this a signal ends it that says why; by the next, a second later, none does.
    _limit(resource.RLIMIT_CPU, task["seconds"], task["seconds"] + 1)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, 3)
    Image.MAX_IMAGE_PIXELS = task["pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _limit(what: int, soft: int, hard: int | None = None) -> None:
    """Take no more of something than this, nor than the system allows anyway."""
    most = soft if hard is None else hard
    allowed = resource.getrlimit(what)[1]
    if allowed != resource.RLIM_INFINITY:
        soft, most = min(soft, allowed), min(most, allowed)
    resource.setrlimit(what, (soft, most))


def _opened(source: BinaryIO, task: dict[str, Any]) -> Image.Image:
    try:
        image = Image.open(source, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal("pixels") from None
    if max(image.size) > task["side"]:
        raise Refusal("side")
    return image


# The picture as it is kept


def _original(source: BinaryIO, task: dict[str, Any]) -> Iterator[tuple[Any, bytes]]:
    image = _opened(source, task)
    count = _count_frames(image, source, task["frames"])
    if count > task["frames"]:
        raise Refusal("frames")
    if count > 1:
        if count * image.width * image.height > task["moving_pixels"]:
            raise Refusal("moving")
        yield _moving(image, count)
    else:
        yield _still(image, source)


def _still(image: Image.Image, source: BinaryIO) -> tuple[dict[str, Any], bytes]:
    was = image.format or ""
    format = WRITTEN.get(was, was)
    options = _options(image, format, source)
    image.load()
    orientation = _orientation(image)
    image = _in_srgb(image)
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    image, is_transparent = _plain(image, format)
    if format == "JPEG" and (orientation > 4 or image.mode not in ("L", "RGB")):
        options.pop("subsampling", None)  # its direction was turned, too
    facts = {
        "format": format,
        "width": image.width,
        "height": image.height,
        "is_animated": False,
        "is_transparent": is_transparent,
        "likeness": _likeness(image),
    }
    return facts, _encoded(image, format, options)


def _options(image: Image.Image, format: str, source: BinaryIO) -> dict[str, Any]:
    """How it is written: as well as it came, and about as large."""
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        options = {"quality": QUALITY, "progressive": "progressive" in image.info}
        if image.mode == "RGB":
            sampling = JpegImagePlugin.get_sampling(image)
            if sampling >= 0:
                options["subsampling"] = sampling
        return options
    if format == "WEBP":
        is_lossless = _is_lossless_webp(source)
        return {"quality": QUALITY, "lossless": is_lossless, "method": 3}
    if format == "AVIF":
        return {"quality": 85, "speed": 8, "max_threads": 2}
    return {"compress_level": 4} if format == "PNG" else {}


def _is_lossless_webp(source: BinaryIO) -> bool:
    """Whether its picture is in a ``VP8L`` chunk (RFC 9649, section 2.3)."""
    position = source.tell()
    source.seek(12)
    kind = source.read(4)
    while kind and kind not in (b"VP8L", b"VP8 ", b"ANMF"):
        size = int.from_bytes(source.read(4), "little")
        source.seek(size + size % 2, io.SEEK_CUR)
        kind = source.read(4)
    source.seek(position)
    return kind == b"VP8L"


def _orientation(image: Image.Image) -> int:
    """EXIF's number, 1 if it says none that can be read."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # whatever a broken EXIF block raises
        return 1


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture in sRGB, which every program takes a picture without a profile for:
    so its colours stay, and nothing that a stranger wrote travels on.
    """
    if image.mode.startswith("I"):
        # 16 bits of grey; converting alone would cut off all but the darkest.
        clear = image.info.get("transparency")
        image = image.convert("I").point(lambda grey: grey * (1 / 257)).convert("L")
        if clear is not None:
            image.info["transparency"] = clear // 257
    profile = image.info.get("icc_profile")
    if profile:
        try:
            return _converted(image, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a profile that cannot be read says nothing
    return image.convert("RGB") if image.mode in ("CMYK", "YCbCr", "LAB") else image


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    is_grey = own.profile.xcolor_space.strip() == "GRAY"
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
    if image.mode != "CMYK":
        image = image.convert("L" if is_grey else "RGB")
    srgb = ImageCms.createProfile("sRGB")
    shown = ImageCms.profileToProfile(image, own, srgb, outputMode="RGB") or image
    if is_grey:
        shown = shown.convert("L")
    if alpha is not None:
        shown.putalpha(alpha)
    return shown


def _plain(image: Image.Image, format: str) -> tuple[Image.Image, bool]:
    """The pixels alone, without anything that was written beside them, and whether one
    can see through any.
    """
    is_transparent = _is_transparent(image)
    has_palette = image.mode == "P" and format in ("PNG", "GIF")
    see_through: dict[str | tuple[int, int], Any] = {}
    if is_transparent and has_palette:
        see_through = {"transparency": image.info["transparency"]}
    elif is_transparent:
        image = image.convert("RGBA")
    elif image.mode in OPAQUE:
        image = image.convert(OPAQUE[image.mode])
    elif image.mode in ("1", "P") and format not in ("PNG", "GIF"):
        image = image.convert("RGB")
    image.info = see_through
    return image, is_transparent


def _is_transparent(image: Image.Image) -> bool:
    if not image.has_transparency_data:
        return False
    whole = image if image.mode in ("RGBA", "LA") else image.convert("RGBA")
    least = whole.getchannel("A").getextrema()[0]
    return isinstance(least, int | float) and least < 255


def _likeness(image: Image.Image) -> str:
    """The difference hash: whether each of 8 x 8 places is brighter than its right
    neighbour, in 16 hex digits.
    """
    small = image
    if min(image.size) > 64:
        small = image.convert("RGB") if image.mode in ("1", "P") else image
        small = small.reduce(min(image.size) // 64)
    if small.mode not in ("L", "RGB"):
        ground = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(ground, small.convert("RGBA"))
    grey = small.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            place = row * 9 + column
            bits = bits << 1 | (grey[place] > grey[place + 1])
    return f"{bits:016x}"


def _encoded(image: Image.Image, format: str, options: dict[str, Any]) -> bytes:
    target = io.BytesIO()
    image.save(target, format, **options)
    return target.getvalue()


# Moving pictures


def _count_frames(image: Image.Image, source: BinaryIO, most: int) -> int:
    """How many there are, without decoding any; ``most + 1`` stands for all above."""
    if image.format == "GIF":
        return _count_gif_frames(source, most)
    if image.format not in MOVING:
        return 1
    count = int(getattr(image, "n_frames", 1))
    if image.info.get("default_image"):
        count -= 1  # it is shown by programs that do not know moving ones
    return max(1, min(count, most + 1))


def _count_gif_frames(source: BinaryIO, most: int) -> int:
    """Walk from block to block (GIF89a, appendix A)."""
    position = source.tell()
    source.seek(10)
    flags = source.read(3)[0]
    _skip_colours(source, flags)
    count = 0
    while count <= most:
        kind = source.read(1)
        if kind == b"\x21":
            source.seek(1, io.SEEK_CUR)
        elif kind == b"\x2c":
            count += 1
            _skip_colours(source, source.read(9)[8])
            source.seek(1, io.SEEK_CUR)
        else:
            break
        while size := source.read(1)[0]:
            source.seek(size, io.SEEK_CUR)
    source.seek(position)
    return max(1, count)


def _skip_colours(source: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        source.seek(3 * 2 ** ((flags & 7) + 1), io.SEEK_CUR)


def _moving(image: Image.Image, count: int) -> tuple[dict[str, Any], bytes]:
    """A GIF stays one; what other formats moved in becomes WebP, which all play."""
    format = "GIF" if image.format == "GIF" else "WEBP"
    profile = image.info.get("icc_profile")
    times = image.info.get("loop", 0 if format == "WEBP" else None)
    frames, durations = [], []
    size, first = image.size, int(bool(image.info.get("default_image")))
    for number in range(first, first + count):
        image.seek(number)
        if image.size != size:
            raise Refusal("damaged")
        image.load()
        # What browsers do where none is said; WebP leaves such a frame out.
        durations.append(round(image.info.get("duration", 0)) or 100)
        frames.append(_frame(image, format, profile))
    is_transparent = any(_is_transparent(each) for each in frames)
    facts = {
        "format": format,
        "width": frames[0].width,
        "height": frames[0].height,
        "is_animated": True,
        "is_transparent": is_transparent,
        "likeness": _likeness(frames[0]),
    }
    if format == "GIF":
        return facts, _gif(frames, durations, times, is_transparent)
    options = {
        "save_all": True,
        "append_images": frames[1:],
        "duration": durations,
        "loop": times,
        "quality": 80,
        "method": 2,
    }
    return facts, _encoded(frames[0], format, options)


def _frame(image: Image.Image, format: str, profile: bytes | None) -> Image.Image:
    """One frame of its own, as the format that it is written in wants it."""
    if format == "GIF":
        return _indexed(image)
    orientation = _orientation(image)
    frame = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if profile:
        frame.info["icc_profile"] = profile
        frame = _in_srgb(frame)
    if orientation in UPRIGHT:
        frame = frame.transpose(UPRIGHT[orientation])
    frame.info = {}
    return frame


def _indexed(image: Image.Image) -> Image.Image:
    """A frame in 256 colours; a GIF's own are kept where one palette holds them."""
    transparency = image.info.get("transparency")
    if image.mode in ("P", "L"):
        frame = image.copy() if image.mode == "P" else image.convert("P")
    elif image.mode == "RGBA":
        alpha = image.getchannel("A").point(lambda alpha: 255 * (alpha < 128))
        frame = image.convert("RGB").quantize(255, dither=Image.Dither.NONE)
        # The palette is filled up, so that the last colour is there and free.
        colours = frame.getpalette() or []
        frame.putpalette(colours + [0] * (768 - len(colours)))
        frame.paste(255, mask=alpha)
        transparency = 255
    else:
        frame = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    frame.info = {} if transparency is None else {"transparency": transparency}
    return frame


def _gif(
    frames: list[Image.Image],
    durations: list[int],
    times: int | None,
    is_transparent: bool,
) -> bytes:
    """The frames as a GIF89a, each with its own colours, cut to what changes. Pillow's
    own writer fails on some palettes. ``times`` is how often it is repeated, 0 without
    end, ``None`` not at all.
    """
    target = io.BytesIO()
    target.write(struct.pack("<6sHHBBB", b"GIF89a", *frames[0].size, 0x70, 0, 0))
    if times is not None:
        target.write(
            struct.pack("<3s11sBBHB", b"!\xff\x0b", b"NETSCAPE2.0", 3, 1, times, 0)
        )
    # Where one looks through, what was there before must be gone: 2; else it stays: 1.
    options: dict[str, Any] = {"disposal": 2 if is_transparent else 1}
    before = None
    for frame, duration in zip(frames, durations, strict=True):
        shown = frame.convert("RGBA")
        box: tuple[int, int, int, int] | None = (0, 0, *frame.size)
        if is_transparent:
            box = shown.getchannel("A").getbbox()
        elif before is not None:
            box = ImageChops.difference(shown.convert("RGB"), before).getbbox()
        before = None if is_transparent else shown.convert("RGB")
        box = box or (0, 0, 1, 1)
        part = frame.crop(box)
        see_through = {k: v for k, v in frame.info.items() if k == "transparency"}
        for piece in GifImagePlugin.getdata(
            part,
            box[:2],
            include_color_table=True,
            duration=duration,
            **options,
            **see_through,
        ):
            target.write(piece)
    target.write(b";")
    return target.getvalue()


# Smaller ones


def _variants(source: BinaryIO, task: dict[str, Any]) -> Iterator[tuple[Any, bytes]]:
    """Each width in each format, the widest first."""
    image = _opened(source, task)
    full = image.size
    widest = max(task["widths"])
    # A JPEG can be decoded at a half, a quarter or an eighth of its size.
    image.draft(image.mode, (widest, math.ceil(widest * full[1] / full[0])))
    image.load()
    image, _ = _plain(image, "WEBP")
    if image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGB")
    for width in sorted(task["widths"], reverse=True):
        size = (width, max(1, round(width * full[1] / full[0])))
        if size != image.size:
            # From the last one, which is a third wider at least.
            image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        for format in task["formats"]:
            facts = {"format": format, "width": size[0], "height": size[1]}
            yield facts, _encoded(image, format.upper(), VARIANT_OPTIONS[format])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
