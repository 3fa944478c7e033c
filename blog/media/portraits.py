"""The pictures that people show beside their names."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from ..accounts.models import User
from ..database import session
from ..text.pictures import Picture
from . import pictures
from .models import MediaItem, MediaKind, Portrait


class NoPicture(Exception):
    """The file is not a picture."""


def of(people: Collection[User]) -> Mapping[int, Picture]:
    """The portraits of those who have one, by their ids. Two queries, one for none."""
    ids = [user.id for user in people]
    rows = session.execute(
        select(Portrait.user_id, Portrait.media_id).where(Portrait.user_id.in_(ids))
    )
    chosen = dict(rows.all())
    found = pictures.find(set(chosen.values()))
    return {
        user_id: found[media_id]
        for user_id, media_id in chosen.items()
        if media_id in found
    }


def give(user: User, item: MediaItem) -> None:
    """Show this picture beside a person's name.

    :raise NoPicture: if it is none
    """
    if item.kind != MediaKind.IMAGE:
        raise NoPicture
    portrait = session.get(Portrait, user.id)
    if portrait is None:
        session.add(Portrait(user_id=user.id, media_id=item.id))
    else:
        portrait.media_id = item.id


def take_away(user: User) -> None:
    """Show none. The picture stays in the library."""
    portrait = session.get(Portrait, user.id)
    if portrait is not None:
        session.delete(portrait)
