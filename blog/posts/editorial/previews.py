"""Links for those without an account: who has one may read one unpublished post until
it ends. Nothing here commits.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from ...accounts.models import User
from ...accounts.permissions import Action, may
from ...database import session
from .. import queries as post_queries
from ..models import Post, Status
from . import queries
from .models import PreviewLink

LABEL_LIMIT = 100
DAYS = (1, 7, 30)
# Of those that work, for one post.
MOST = 50


class TooMany(Exception):
    """There are ``MOST`` links to the post."""


class InTrash(Exception):
    """What lies in the trash is shown to nobody."""


def make(post: Post, user: User, label: str, days: int, now: datetime) -> str:
    """A new link's token: 256 bits that nobody can guess, and of which only the digest
    is kept. It is shown once.

    :raise InTrash: if the post lies in the trash
    :raise TooMany: if there are ``MOST`` others
    """
    if post.status == Status.TRASH:
        raise InTrash
    if len(queries.preview_links(post.id, now)) >= MOST:
        raise TooMany
    token = secrets.token_urlsafe(32)
    session.add(
        PreviewLink(
            token_hash=_digest(token),
            post_id=post.id,
            author_id=user.id,
            label=label,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    return token


def find(token: str, now: datetime) -> Post | None:
    """The post that a link shows, with all a reader sees; ``None`` if it is none of
    ours, has ended or was taken back, for what lies in the trash, and where who made it
    may not read it any more.
    """
    link = queries.preview_hashed(_digest(token))
    if link is None or link.expires_at <= now:
        return None
    post = post_queries.identified(link.post_id)
    maker = None if link.author_id is None else session.get(User, link.author_id)
    if post is None or not may(maker, Action.READ_PRIVATE, post.owner_for(maker)):
        return None
    return post


def ends_at(token: str) -> datetime | None:
    """When a link ends; ``None`` if there is none."""
    link = queries.preview_hashed(_digest(token))
    return link.expires_at if link else None


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
