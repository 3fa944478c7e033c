"""Texts rendered anew because a file in them has changed: its size, its version, its
alternative text. They say what they said, so it is no save.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from ..database import session
from ..jobs import queue
from ..media.models import MediaUse
from . import publishing
from .models import Post
from .publishing import Content

KIND = "posts.renewal"
# Rendered by one job; the next one goes on.
AT_ONCE = 20


def ask(media_id: int, now: datetime, *, after: int = 0) -> None:
    """Have the posts and pages that show a file rendered again, those with greater ids
    than ``after``; nothing is asked if there are none.
    """
    if showing(media_id, after):
        payload = {"media": media_id, "after": after}
        queue.add(KIND, f"{KIND}:{media_id}:{after}", payload, now)


def ask_without(media_id: int, now: datetime) -> None:
    """Have the posts and pages that show a file rendered again without it. Before it is
    deleted, which takes the notes of where it was shown with it.
    """
    ids = select(MediaUse.post_id).where(MediaUse.media_id == media_id)
    go_on_without(media_id, session.scalars(ids.order_by(MediaUse.post_id)).all(), now)


def go_on_without(media_id: int, post_ids: Sequence[int], now: datetime) -> None:
    """The same for these, by id; nothing is asked if there are none."""
    if post_ids:
        payload = {"media": media_id, "posts": list(post_ids)}
        queue.add(KIND, f"{KIND}:{media_id}:without:{post_ids[0]}", payload, now)


def some(post_ids: Sequence[int]) -> Sequence[Post]:
    """Those of these posts and pages that there still are, by id."""
    found = select(Post).where(Post.id.in_(post_ids))
    return session.scalars(found.order_by(Post.id)).all()


def showing(media_id: int, after: int) -> Sequence[Post]:
    """The next few posts and pages in whose text a file is shown, by id."""
    ids = select(MediaUse.post_id).where(
        MediaUse.media_id == media_id, MediaUse.post_id > after
    )
    return session.scalars(
        select(Post).where(Post.id.in_(ids)).order_by(Post.id).limit(AT_ONCE)
    ).all()


def rendered(post: Post) -> Content:
    """A post's text as it would be stored if it were saved as it is."""
    return publishing.prepare(
        title=post.title, source=post.source, format=post.format, excerpt=post.excerpt
    )


def renew(post_id: int, version: int, content: Content) -> None:
    """Put the new rendering in the place of the old, unless the post was saved since
    it was made, or is gone: then it is up to date already.
    """
    post = session.get(Post, post_id)
    if post is not None and post.version == version:
        publishing.show(post, content)
