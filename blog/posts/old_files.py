"""Files under the addresses that they had at another site, and the smaller pictures
kept beside each: WordPress's "boat-300x200.jpg" is "boat.jpg", 300 pixels wide, and so
is Ghost's "/content/images/size/w300/boat.jpg".
"""

import re
from typing import NamedTuple

from ..media import pictures
from ..media import queries as media
from ..media.models import MediaItem
from ..site import redirects
from ..site.models import Redirect

_SIZED = re.compile(r"(.+)-([1-9][0-9]{0,4})x[0-9]{1,5}(\.[A-Za-z0-9]{2,5})")
_SIZED_BY_GHOST = re.compile(
    r"(.*/content/images/)size/w([1-9][0-9]{0,4})(?:h[0-9]{1,5})?/"
    r"(?:format/[a-z0-9]{1,9}/)?(.+)"
)
# What WordPress puts behind the name of a picture that it made smaller, turned upright
# or that was edited there.
_CHANGED = re.compile(r"(.+?)(?:-scaled|-rotated|-e[0-9]{9,14})+(\.[A-Za-z0-9]{2,5})")


class Sized(NamedTuple):
    """The path of a whole picture, and the width in pixels in which it is asked for."""

    path: str
    width: int


def sized(path: str) -> Sized | None:
    """What the path of a smaller picture means; ``None`` for any other path."""
    found = _SIZED.fullmatch(path) or _SIZED_BY_GHOST.fullmatch(path)
    return None if found is None else Sized(found[1] + found[3], int(found[2]))


def unchanged(path: str) -> str:
    """The path under which a picture lay before WordPress made another of it; the path
    itself if it did not.
    """
    found = _CHANGED.fullmatch(path)
    return path if found is None else found[1] + found[2]


def address(path: str) -> str | None:
    """Where a smaller picture of an old file is now: in our next larger size, or as a
    whole. ``None`` if the path is that of none. The file itself has a redirect.
    """
    smaller = sized(path)
    if smaller is None:
        return None
    here = redirects.find(smaller.path)
    item = None if here is None else file_of(here)
    if item is None:
        return None
    fitting = [width for width in pictures.widths(item) if width >= smaller.width]
    if not fitting or fitting[0] == item.width:
        return item.path
    return item.variant_path(pictures.formats(item)[-1], fitting[0])


def file_of(here: Redirect) -> MediaItem | None:
    """The file to which it leads; ``None`` if it leads elsewhere."""
    return None if here.media_id is None else media.by_id(here.media_id)
