"""Files of the library as items of an export."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from ....media.models import MediaItem
from ....security import absolute_url
from ...importing import ours
from . import elements
from .elements import Meta, element
from .numbers import Numbers
from .old import quoted


def written(
    file: MediaItem,
    old_paths: Sequence[str],
    numbers: Numbers,
    logins: dict[int, str],
    zone: ZoneInfo,
) -> str:
    """A file as an item, which says where it is to be had."""
    number = numbers.files + file.id
    address = absolute_url(file.path)
    at = file.created_at
    values: dict[str, str | int] = {
        "title": elements.words(file.name),
        "link": absolute_url(f"/?attachment_id={number}"),
        "pubDate": elements.feed_date(at),
        "dc:creator": logins.get(file.uploader_id or 0, ""),
        "guid": address,
        "description": "",
        "content:encoded": "",
        "excerpt:encoded": elements.words(file.caption),
        "wp:post_id": number,
        "wp:post_date": elements.local(at, zone),
        "wp:post_date_gmt": elements.gmt(at),
        "wp:comment_status": "closed",
        "wp:ping_status": "closed",
        "wp:post_name": elements.slug(f"{file.slug}-{file.id}"),
        "wp:status": "inherit",
        "wp:post_parent": 0,
        "wp:menu_order": 0,
        "wp:post_type": "attachment",
        "wp:post_password": "",
        "wp:is_sticky": 0,
        "wp:attachment_url": address,
    }
    said = [element(key, value) for key, value in values.items()]
    said += elements.metas("post", _metas(file, number, old_paths))
    return elements.group("item", said)


def _metas(file: MediaItem, number: int, old_paths: Sequence[str]) -> Iterator[Meta]:
    yield "_wp_attached_file", f"{file.id}/{file.filename}"
    yield "_wp_attachment_image_alt", elements.words(file.alt)
    if file.is_decorative:
        yield f"{ours.PREFIX}is_decorative", "1"
    for path in old_paths:
        # An import makes these two by itself.
        if path not in (
            f"/media/{file.id}/{file.filename}",
            f"/?attachment_id={number}",
        ):
            yield f"{ours.PREFIX}old_path", quoted(path)
