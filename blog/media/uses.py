"""Where files are used: written with each text, so that nobody has to search."""

from collections.abc import Collection

from sqlalchemy import delete, insert, select

from ..database import session
from .models import MediaItem, MediaUse


def record(post_id: int, media_ids: Collection[int]) -> None:
    """A post or page shows these files now, and no others. Numbers that no file has are
    left out: a text may name whatever it likes.
    """
    known = set(
        session.scalars(select(MediaItem.id).where(MediaItem.id.in_(media_ids)))
        if media_ids
        else ()
    )
    of_post = MediaUse.post_id == post_id
    before = set(session.scalars(select(MediaUse.media_id).where(of_post)))
    if before - known:
        gone = MediaUse.media_id.in_(before - known)
        session.execute(delete(MediaUse).where(of_post, gone))
    if known - before:
        rows = [
            {"media_id": media_id, "post_id": post_id}
            for media_id in sorted(known - before)
        ]
        session.execute(insert(MediaUse), rows)
