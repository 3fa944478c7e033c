"""The lists of posts or pages that a writer keeps under a name."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from ...accounts.models import User
from ...database import session
from ..models import Kind
from .models import SavedView

# More would be a list to search.
MOST = 30
NAME_LIMIT = 60


class TooMany(Exception):
    """The person keeps as many as one may."""


def of(user: User, kind: Kind) -> Sequence[SavedView]:
    """What a person keeps of a kind, by name."""
    return session.scalars(
        select(SavedView)
        .where(SavedView.user_id == user.id, SavedView.kind == kind)
        .order_by(SavedView.name)
    ).all()


def keep(user: User, kind: Kind, name: str, query: str) -> None:
    """Keep a list under a name, in the place of what had that name.

    :raise TooMany: if the person keeps ``MOST`` others
    """
    kept = {each.name: each for each in of(user, kind)}
    if name in kept:
        kept[name].query = query
    elif len(kept) >= MOST:
        raise TooMany
    else:
        session.add(SavedView(user_id=user.id, kind=kind, name=name, query=query))


def give_up(user: User, view_id: int) -> bool:
    """Keep it no longer; ``False`` if the person kept no such thing."""
    gone = session.execute(
        delete(SavedView).where(SavedView.id == view_id, SavedView.user_id == user.id)
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]
