"""Series, posts that follow one another: making, ordering, merging, taking away."""

from collections.abc import Iterable

from sqlalchemy import func, select

from ...database import session
from ...text import normalize, slugs
from .. import moves, queries
from ..models import Post, Series

NAME_LIMIT = 100


def named(name: str) -> Series | None:
    """The series of that name, made if there is none; ``None`` for a name without a
    letter or digit. Two names that make one slug are one series.
    """
    clean = normalize.single_line(name, NAME_LIMIT)
    slug = slugs.slugify(clean)
    if not slug:
        return None
    found = _called(clean) or queries.series_named(slug)
    if found is None:
        found = Series(name=clean, slug=slug, description="")
        session.add(found)
        session.flush()
    return found


def enter(post: Post, name: str, position: int | None) -> None:
    """Make a post a part of the series of that name, "" for none, at a place; ``None``
    is behind the last, or by its time where the others are not ordered by hand.
    """
    series = named(name) if name else None
    post.series = series
    if series is None:
        post.series_position = 0
    elif position is not None:
        post.series_position = position
    else:
        post.series_position = _next_position(series, post)


def merge(others: Iterable[Series], kept: Series) -> None:
    """Put one series in the place of others: it gets their parts, behind its own, and
    their addresses lead to it.
    """
    gone = [other for other in others if other is not kept]
    moves.merged(list(gone), kept)
    for other in gone:
        parts = [*queries.every_part(kept), *queries.every_part(other)]
        for part in parts:
            part.series = kept
        _number(parts)
        session.flush()
        session.delete(other)


def delete(series: Series) -> None:
    """Take a series away. Its parts stay, each by itself."""
    for part in queries.every_part(series):
        part.series, part.series_position = None, 0
        part.version += 1
    session.flush()
    session.delete(series)


def move(post: Post, steps: int) -> bool:
    """Put a part so many places later in its series, or earlier (-1); ``False`` at its
    ends. From then on the series is ordered by hand.
    """
    if post.series is None:
        return False
    parts = list(queries.every_part(post.series))
    here = parts.index(post)
    there = here + steps
    if not 0 <= there < len(parts):
        return False
    parts.insert(there, parts.pop(here))
    _number(parts)
    return True


def _called(name: str) -> Series | None:
    return session.scalar(
        select(Series)
        .where(func.lower(Series.name) == func.lower(name))
        .order_by(Series.id)
        .limit(1)
    )


def _number(parts: Iterable[Post]) -> None:
    """Order parts by hand as they stand; to each that moves it is a save."""
    for position, part in enumerate(parts, 1):
        if part.series_position != position:
            part.series_position = position
            part.version += 1


def _next_position(series: Series, post: Post) -> int:
    """Where a post without a place of its own comes to stand."""
    others = select(func.max(Post.series_position)).where(Post.series_id == series.id)
    if post.id is not None:
        others = others.where(Post.id != post.id)
    last = session.scalar(others) or 0
    return last + 1 if last else 0
