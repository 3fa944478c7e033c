"""The library's pictures, as texts show them: which widths and formats there are."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from ..database import session
from ..text.pictures import Picture
from .models import MediaItem, MediaKind

WIDTHS = (320, 640, 960, 1280, 1920, 2560)
# A width as good as the picture's own is not worth a file.
_NEARLY = 0.9
# WebP's longest side (RFC 9649).
_WEBP_SIDE = 16_383


def widths(item: MediaItem) -> Sequence[int]:
    """The widths in which a picture is made, in pixels, ascending: those that are
    smaller, and its own unless that is larger than all. None for what moves.
    """
    if item.kind != MediaKind.IMAGE or item.is_animated:
        return ()
    if item.width is None or item.height is None:
        return ()
    smaller = [width for width in WIDTHS if width < item.width * _NEARLY]
    if item.width <= WIDTHS[-1] and item.height <= _WEBP_SIDE:
        smaller.append(item.width)
    return tuple(smaller)


def formats(item: MediaItem) -> Sequence[str]:
    """What these widths come in, the best first; every browser knows the last."""
    return ("avif", "webp", "png" if item.is_transparent else "jpeg")


def find(ids: Collection[int]) -> dict[int, Picture]:
    """The pictures among these ids, for a text. One query, none for no ids. Their
    sizes may still be in the making: then the whole picture answers in their place.
    """
    if not ids:
        return {}
    found = select(MediaItem).where(
        MediaItem.id.in_(ids), MediaItem.kind == MediaKind.IMAGE
    )
    return {item.id: _picture(item) for item in session.scalars(found)}


def _picture(item: MediaItem) -> Picture:
    return Picture(
        id=item.id,
        src=item.path,
        width=item.width or 0,
        height=item.height or 0,
        widths=widths(item),
        formats=formats(item),
        alt=item.alt,
        is_decorative=item.is_decorative,
        version=item.version,
    )
