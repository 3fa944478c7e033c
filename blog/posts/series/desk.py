"""Questions about series for those who put them in order."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from ...database import session
from ..models import Post, Series, Status


class Row(NamedTuple):
    """A series in the list, with how many posts outside the trash it has."""

    series: Series
    number: int


def rows() -> list[Row]:
    """Every series by name. One query."""
    number = func.count(Post.id)
    found = session.execute(
        select(Series, number)
        .outerjoin(Post, (Post.series_id == Series.id) & (Post.status != Status.TRASH))
        .group_by(Series.id)
        .order_by(func.lower(Series.name), Series.id)
    )
    return [Row(series, count) for series, count in found]


def others(series: Series) -> Sequence[Series]:
    """Every other series by name."""
    return session.scalars(
        select(Series)
        .where(Series.id != series.id)
        .order_by(func.lower(Series.name), Series.id)
    ).all()
