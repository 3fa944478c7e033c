"""The smaller sizes of a picture: made by a job, in the darkroom, into the store."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete

from ..accounts.models import User
from ..database import session
from ..jobs import queue
from . import developing, pictures, queries
from .models import MediaItem, MediaState, MediaVariant
from .store import store

KIND = "media.variants"
ATTEMPTS = 3  # then whoever ended the darkroom would end it again


class Batch(NamedTuple):
    """What was made of one stored file, for ``write``."""

    media_id: int
    digest: str
    made: Sequence[MediaVariant]
    problem: str = ""


def have_made(item: MediaItem, now: datetime, user: User | None) -> None:
    """Have a picture's sizes made, if it has any. Inside the write that adds it;
    ``user`` sees how far it is.
    """
    if item.state == MediaState.WAITING:
        queue.add(
            KIND,
            f"{KIND}:{item.id}:{item.version}",
            {"media_id": item.id},
            now,
            about=item.name,
            user=user,
            total=len(pictures.widths(item)),
        )


def try_again(item: MediaItem, now: datetime, user: User | None) -> None:
    """Have sizes made that could not be made."""
    item.state, item.problem = MediaState.WAITING, ""
    have_made(item, now, user)


def make(media_id: int, tell: Callable[[int], object]) -> Batch | None:
    """Make all sizes of a picture, into the store; ``None`` if there is nothing to do.
    Slow, and outside of any transaction. ``tell`` hears how many widths are done.

    :raise developing.Failed: if it did not work
    :raise FileNotFoundError: if the picture is not in the store
    """
    item = queries.by_id(media_id)
    if item is None or item.state != MediaState.WAITING:
        return None
    digest, widths, formats = item.digest, pictures.widths(item), pictures.formats(item)
    session.rollback()  # no snapshot is held for seconds
    batch: list[MediaVariant] = []
    with (
        store().open(digest) as source,
        closing(developing.variants(source, widths, formats)) as smaller,
    ):
        for made, chunks in smaller:
            with store().draft() as draft:
                for chunk in chunks:
                    draft.write(chunk)
                stored = store().keep(draft)
            batch.append(
                MediaVariant(
                    media_id=media_id,
                    format=made.format,
                    width=made.width,
                    height=made.height,
                    size=made.size,
                    digest=stored,
                )
            )
            if len(batch) % len(formats) == 0:
                tell(len(batch) // len(formats))
    return Batch(media_id, digest, batch)


def gave_up(media_id: int, problem: str) -> Batch | None:
    """That a picture's sizes cannot be made; ``None`` if it is gone."""
    item = queries.by_id(media_id)
    return None if item is None else Batch(media_id, item.digest, (), problem)


def write(batch: Batch) -> None:
    """Write down what was made, unless the picture was deleted or replaced meanwhile.
    Once more is as good as once.
    """
    item = queries.by_id(batch.media_id)
    if item is None or item.digest != batch.digest:
        return
    session.execute(delete(MediaVariant).where(MediaVariant.media_id == item.id))
    session.expire(item, ["variants"])
    session.add_all(batch.made)
    item.problem = batch.problem
    item.state = MediaState.FAILED if batch.problem else MediaState.READY
