"""A file of the library, as its rooms and the editor show it."""

import re
from datetime import datetime

from ..accounts.models import User
from . import pictures, variants
from .models import MediaItem, MediaKind, MediaState


def described(item: MediaItem) -> dict[str, object]:
    """What a script gets to know of a file."""
    return {
        "id": item.id,
        "url": item.path,
        "name": item.name,
        "kind": item.kind.value,
        "width": item.width,
        "height": item.height,
        "alt": item.alt,
        "markdown": markdown(item),
        "state": item.state.value,
        "thumbnail": thumbnail(item),
    }


def markdown(item: MediaItem) -> str:
    """What to write in a text to show a picture, or to link to another file."""
    if item.kind == MediaKind.IMAGE:
        title = f' "{_quoted(item.caption)}"' if item.caption else ""
        return f"![{_escaped(item.alt)}]({item.path}{title})"
    return f"[{_escaped(item.name)}]({item.path})"


def thumbnail(item: MediaItem) -> str | None:
    """The path of the smallest that shows a picture; ``None`` for what is no picture,
    and while its sizes are being made.
    """
    if item.kind != MediaKind.IMAGE or item.state == MediaState.WAITING:
        return None
    widths = pictures.widths(item)
    if widths and item.state == MediaState.READY:
        path = item.variant_path(pictures.formats(item)[-1], widths[0])
    else:
        path = item.path
    return f"{path}?v={item.version}"


def _escaped(text: str) -> str:
    """The text in square brackets: nothing in it is markup or ends it."""
    return re.sub(r"([\\\[\]`*_<&!])", r"\\\1", " ".join(text.split()))


def _quoted(text: str) -> str:
    return re.sub(r'([\\"`*_<&])', r"\\\1", " ".join(text.split()))


def make_again(item: MediaItem, now: datetime, user: User) -> bool:
    """Have a picture's sizes made once more; false if it has none. Until then the ones
    that there are stay. ``user`` sees how far it is.
    """
    if not pictures.widths(item):
        return False
    variants.try_again(item, now, user)
    return True
