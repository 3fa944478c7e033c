"""Pictures for tests, made here, and a look at what became of them."""

import io
import random

from PIL import Image, ImageChops, ImageStat

QUARTERS = ("red", "lime", "blue", "yellow")


def corners(size=(64, 48), mode="RGB"):
    """A picture of four colours: a corner says which way up it stands."""
    width, height = size[0] // 2, size[1] // 2
    picture = Image.new("RGB", size)
    for number, colour in enumerate(QUARTERS):
        place = (number % 2 * width, number // 2 * height)
        picture.paste(Image.new("RGB", (width, height), colour), place)
    return picture.convert(mode)


def noise(size, seed=1):
    """A picture that no format can make small."""
    pixels = random.Random(seed).randbytes(size[0] * size[1] * 3)
    return Image.frombytes("RGB", size, pixels)


def saved(picture, format, **options):
    """The bytes of a picture in a format."""
    target = io.BytesIO()
    picture.save(target, format, **options)
    return target.getvalue()


def opened(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def difference(one, other):
    """How far two pictures are from each other on average, 0 to 255; of what can be
    seen through, nothing counts but that.
    """
    seen = []
    for picture in (one, other):
        ground = Image.new("RGBA", picture.size, "fuchsia")
        seen.append(Image.alpha_composite(ground, picture.convert("RGBA")))
    assert seen[0].size == seen[1].size
    apart = ImageChops.difference(seen[0].convert("RGB"), seen[1].convert("RGB"))
    return max(ImageStat.Stat(apart).mean)


def frames(data):
    """Each frame of a moving picture: (RGBA, milliseconds)."""
    picture = Image.open(io.BytesIO(data))
    found = []
    for number in range(picture.n_frames):
        picture.seek(number)
        picture.load()
        found.append((picture.convert("RGBA"), picture.info.get("duration")))
    return found
