"""The filters that a moderator keeps under a name."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from ...accounts.models import User
from ...database import session
from ..models import SavedFilter

# More would be a list to search.
MOST = 30
NAME_LIMIT = 60


class TooMany(Exception):
    """The person keeps as many as one may."""


def of(user: User) -> Sequence[SavedFilter]:
    """What a person keeps, by name."""
    return session.scalars(
        select(SavedFilter)
        .where(SavedFilter.user_id == user.id)
        .order_by(SavedFilter.name)
    ).all()


def keep(user: User, name: str, query: str) -> None:
    """Keep a list under a name, in the place of what had that name.

    :raise TooMany: if the person keeps ``MOST`` others
    """
    kept = {each.name: each for each in of(user)}
    if name in kept:
        kept[name].query = query
    elif len(kept) >= MOST:
        raise TooMany
    else:
        session.add(SavedFilter(user_id=user.id, name=name, query=query))


def give_up(user: User, filter_id: int) -> bool:
    """Keep it no longer; ``False`` if the person kept no such thing."""
    gone = session.execute(
        delete(SavedFilter).where(
            SavedFilter.id == filter_id, SavedFilter.user_id == user.id
        )
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]
