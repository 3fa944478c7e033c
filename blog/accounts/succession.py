"""Who gets what somebody wrote who leaves."""

from enum import StrEnum

from sqlalchemy import delete, select, update

from ..database import session
from ..media.models import MediaItem
from ..posts.models import Byline, Post
from .models import User

# What the session holds is read anew afterwards.
_IN_BULK = {"synchronize_session": False}


class Shared(StrEnum):
    """What becomes of posts of others that name a person beside their author."""

    KEEP = "keep"  # the name stays
    HAND_OVER = "hand_over"  # the other's name takes its place
    LEAVE = "leave"  # the name goes


def hand_over(user: User, heir: User, shared: Shared) -> None:
    """Give a person's posts and pages, in whatever state, and the files they added to
    somebody else. To each text, and to those that name the person, it is a save: no
    editor that was opened before takes it back unseen.
    """
    if heir is user:
        return
    theirs = Post.author_id == user.id
    # Nobody is named twice on one post.
    session.execute(
        delete(Byline).where(
            Byline.user_id == heir.id,
            Byline.post_id.in_(select(Post.id).where(theirs)),
        ),
        execution_options=_IN_BULK,
    )
    session.execute(
        update(Post).where(theirs).values(author_id=heir.id, version=Post.version + 1),
        execution_options=_IN_BULK,
    )
    # Who gave the texts away shall not change what they show, either.
    session.execute(
        update(MediaItem)
        .where(MediaItem.uploader_id == user.id)
        .values(uploader_id=heir.id),
        execution_options=_IN_BULK,
    )
    _pass_on_bylines(user, heir, shared)
    session.flush()
    session.expire_all()


def _pass_on_bylines(user: User, heir: User, shared: Shared) -> None:
    if shared == Shared.KEEP:
        return
    named = Byline.user_id == user.id
    session.execute(
        update(Post)
        .where(Post.id.in_(select(Byline.post_id).where(named)))
        .values(version=Post.version + 1),
        execution_options=_IN_BULK,
    )
    if shared == Shared.HAND_OVER:
        is_there = select(Byline.post_id).where(Byline.user_id == heir.id)
        wrote = select(Post.id).where(Post.author_id == heir.id)
        session.execute(
            update(Byline)
            .where(named, Byline.post_id.not_in(is_there), Byline.post_id.not_in(wrote))
            .values(user_id=heir.id),
            execution_options=_IN_BULK,
        )
    session.execute(delete(Byline).where(named), execution_options=_IN_BULK)
