"""Comments as parts of an item."""

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from ....comments.models import Status
from ....feeds.portable import absolute, legal
from ...importing import ours
from . import elements
from .elements import Meta, element
from .numbers import Numbers

_STATUSES = {
    Status.APPROVED: "1",
    Status.PENDING: "0",
    Status.SPAM: "spam",
    Status.TRASH: "trash",
}


def written(
    rows: Iterable[Row[Any]], link: str, numbers: Numbers, zone: ZoneInfo
) -> Iterator[str]:
    """All that was said below a post which stands at ``link``: spam, and what lies in
    the trash, too.
    """
    for row in rows:
        content = absolute(row.html, link)
        values: dict[str, str | int] = {
            "id": row.id,
            "author": elements.words(row.author),
            "author_email": row.email,
            "author_url": row.url,
            "author_IP": row.ip,
            "date": elements.local(row.created_at, zone),
            "date_gmt": elements.gmt(row.created_at),
            "content": content,
            "approved": _STATUSES[row.status],
            "type": str(row.kind),
            "parent": row.parent_id or 0,
            "user_id": numbers.users.get(row.user_id, 0),
        }
        said = [element(f"wp:comment_{key}", value) for key, value in values.items()]
        said += elements.metas("comment", _metas(row, content))
        yield elements.group("wp:comment", said)


def _metas(row: Row[Any], content: str) -> Iterator[Meta]:
    if row.previous_status is not None:
        yield "_wp_trash_meta_status", _STATUSES[row.previous_status]
    yield f"{ours.PREFIX}format", str(row.format)
    yield f"{ours.PREFIX}digest", ours.digest(legal(content))
    yield f"{ours.PREFIX}source", row.source
    yield f"{ours.PREFIX}reason", row.reason
    yield f"{ours.PREFIX}user_agent", row.user_agent
    yield f"{ours.PREFIX}signals", row.signals
    yield f"{ours.PREFIX}edited_at", elements.stamp(row.edited_at)
