"""A new post that is sent twice is one post. Nobody knows its id before the first
answer, and that may be lost on the way; so its editor has a key from the beginning, and
sends it along. Nothing here commits.
"""

import re
import secrets
from collections.abc import Mapping

from ...accounts.models import User
from ...accounts.permissions import Action, may
from ...database import session
from ..models import Kind, Post
from .models import DraftKey

FIELD = "draft_key"  # of the form


class Begun(Exception):
    """Another of its sendings was faster: the post is there."""


def new_key() -> str:
    """A key for an editor: 128 bits, so that no two have the same."""
    return secrets.token_hex(16)


def key_in(form: Mapping[str, str]) -> str | None:
    """The key that came with a form; ``None`` without one of our kind."""
    sent = form.get(FIELD, "")
    return sent if re.fullmatch("[0-9a-f]{32}", sent) else None


def find(author: User, kind: Kind, key: str | None) -> DraftKey | None:
    """What became of what that person sent from the editor of that key; ``None`` for
    nothing, or if the post is not theirs to write on any more.
    """
    found = session.get(DraftKey, (author.id, key)) if key else None
    if found is None or found.post.kind != kind:
        return None
    action = Action.PAGES if kind == Kind.PAGE else Action.WRITE
    return found if may(author, action, found.post.owner_for(author)) else None


def note(author: User, key: str | None, post: Post) -> None:
    """Remember that this post, as it is now, came from the editor of that key."""
    if key is not None:
        session.flush()  # a new post gets its id
        session.merge(
            DraftKey(
                author_id=author.id, key=key, post_id=post.id, version=post.version
            )
        )
