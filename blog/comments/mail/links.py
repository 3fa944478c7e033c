"""The links in a moderator's mail: each lets one person decide about one comment, for
two weeks and without logging in.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from ... import signing
from ...accounts.models import User
from ...database import session
from ..desk import queries as desk
from ..models import Comment

LIFETIME = timedelta(days=14)
_PURPOSE = "moderation link"


class Permit(NamedTuple):
    """Who may decide, and about what."""

    user: User
    comment: Comment


def path(comment: Comment, user: User, now: datetime) -> str:
    """Where ``user`` decides about ``comment``."""
    expires_at = int((now + LIFETIME).timestamp())
    return f"/moderate/{signing.sign(_PURPOSE, [comment.id, user.id, expires_at])}"


def permit(word: str, now: datetime) -> Permit | None:
    """What the word in the address allows; ``None`` if it is not one of ours or too
    old, if the comment is gone, and for who is no moderator of it any more.
    """
    match signing.read(_PURPOSE, word):
        case [int(comment_id), int(user_id), int(expires_at)]:
            if now.timestamp() >= expires_at:
                return None
        case _:
            return None
    user = session.get(User, user_id)
    found = desk.found(user, [comment_id])
    return Permit(user, found[0]) if user and found else None
