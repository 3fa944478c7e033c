"""A post among the parts of its series: which one it is, and what comes before and
after. Parts that are not public yet are not counted.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import joinedload, selectinload

from ...database import session
from ...site.queries import settings
from .. import queries
from ..models import Post, Series

# A box holds so many; of a longer series those around the part.
MOST_LISTED = 50


class Installment(NamedTuple):
    """The place of a part. ``listed`` are the parts around it, itself among them, the
    first of which has the number ``begins_at``.
    """

    series: Series
    number: int
    total: int
    before: Post | None
    after: Post | None
    listed: Sequence[Post]
    begins_at: int


def of(post: Post, now: datetime) -> Installment | None:
    """Where a post stands in its series; ``None`` outside of one, and for what is not
    public. Two queries.
    """
    series = post.series
    if series is None or not post.is_public(now):
        return None
    ids = session.scalars(queries.parts(now, series).with_only_columns(Post.id)).all()
    if post.id not in ids:
        return None
    here = ids.index(post.id)
    first = max(0, min(here - MOST_LISTED // 2, len(ids) - MOST_LISTED))
    listed = _linked(now, series, first)
    at = {part.id: part for part in listed}
    return Installment(
        series=series,
        number=here + 1,
        total=len(ids),
        before=at[ids[here - 1]] if here else None,
        after=at[ids[here + 1]] if here + 1 < len(ids) else None,
        listed=listed,
        begins_at=first + 1,
    )


def _linked(now: datetime, series: Series, first: int) -> Sequence[Post]:
    """So many parts, with what their titles and addresses are made of."""
    parts = queries.parts(now, series).options(*queries.LIGHT)
    structure = settings().permalink_structure
    if "%author%" in structure:
        parts = parts.options(joinedload(Post.author))
    if "%category%" in structure:
        parts = parts.options(selectinload(Post.category_links))
    return session.scalars(parts.limit(MOST_LISTED).offset(first)).all()
