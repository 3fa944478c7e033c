"""Letting go of old revisions, by the rule that the owner sets. Nothing here commits.

Kept are all that have a name, and the newest ``Site.revisions_kept`` of the others; 0
keeps all.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete

from ...database import session
from ...site.queries import settings
from . import queries
from .models import Revision

# An autosave that says what is stored is of no use; the post may change once more.
AUTOSAVES_KEPT = timedelta(days=30)
POSTS_AT_ONCE = 100
AUTOSAVES_AT_ONCE = 1_000


def prune(post_id: int) -> None:
    """Let go of a post's revisions beyond those that are kept."""
    kept = settings().revisions_kept
    if kept:
        _delete(queries.surplus(post_id, kept))


def posts_with_many(above_id: int) -> Sequence[int]:
    """Ids of some posts above that one which may have more than are kept, ascending."""
    kept = settings().revisions_kept
    if not kept:
        return []
    return queries.with_many(kept, above_id=above_id, limit=POSTS_AT_ONCE)


def drop_needless_autosaves(now: datetime) -> bool:
    """Forget some that are old and say what is stored; whether there may be more."""
    ids = queries.needless_autosaves(now - AUTOSAVES_KEPT, AUTOSAVES_AT_ONCE)
    _delete(ids)
    return len(ids) == AUTOSAVES_AT_ONCE


def _delete(ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 500):
        session.execute(
            delete(Revision).where(Revision.id.in_(ids[start : start + 500]))
        )
