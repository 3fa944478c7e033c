"""Questions about the library."""

from collections.abc import Collection

from sqlalchemy import select, union

from ..database import session
from .models import MediaItem, MediaVariant

# SQLite takes many more; a statement need not be longer than a page.
_ASKED_AT_ONCE = 500


def by_id(media_id: int) -> MediaItem | None:
    """The file with this number, as long as it is not deleted."""
    return session.get(MediaItem, media_id)


def by_ids(media_ids: Collection[int]) -> dict[int, MediaItem]:
    """Those of these files that there are, by number."""
    asked, found = sorted(media_ids), dict[int, MediaItem]()
    for start in range(0, len(asked), _ASKED_AT_ONCE):
        some = MediaItem.id.in_(asked[start : start + _ASKED_AT_ONCE])
        found |= {
            item.id: item for item in session.scalars(select(MediaItem).where(some))
        }
    return found


def by_upload(digest: str) -> MediaItem | None:
    """The first file that was sent with these bytes, and is still what was sent."""
    same = select(MediaItem).where(MediaItem.upload_digest == digest)
    return session.scalar(same.order_by(MediaItem.id).limit(1))


def variant(media_id: int, format: str, width: int) -> MediaVariant | None:
    """A picture in one of its sizes; ``None`` if that was not made (yet)."""
    return session.scalar(
        select(MediaVariant).where(
            MediaVariant.media_id == media_id,
            MediaVariant.format == format,
            MediaVariant.width == width,
        )
    )


def in_use(digests: Collection[str]) -> set[str]:
    """Those of these stored files that a row speaks of."""
    asked, found = list(digests), set[str]()
    for start in range(0, len(asked), _ASKED_AT_ONCE):
        some = asked[start : start + _ASKED_AT_ONCE]
        found |= set(
            session.scalars(
                union(
                    select(MediaItem.digest).where(MediaItem.digest.in_(some)),
                    select(MediaVariant.digest).where(MediaVariant.digest.in_(some)),
                )
            )
        )
    return found
