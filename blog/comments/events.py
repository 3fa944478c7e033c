"""The history of a comment: what happened to it, when, why and by whom."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..accounts.models import User
from ..database import session
from .models import Comment, CommentEvent, EventKind, Status

# Of the details, those that name nobody.
_IMPERSONAL = frozenset({"rule", "score", "verdict", "links", "signals", "learned"})
# Those that say nothing which stands not in what every moderator sees.
_WITHOUT_ADDRESSES = _IMPERSONAL | {"clues", "guid", "list", "as", "recheck_after"}


def record(
    comment: Comment,
    kind: EventKind,
    sentence: str,
    now: datetime,
    *,
    user: User | None = None,
    before: Status | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add to the history of a comment, which is saved or will be with it. ``before`` is
    the status that it had, if it was moved.
    """
    session.add(
        CommentEvent(
            comment=comment,
            at=now,
            kind=kind,
            user_id=user.id if user else None,
            before=before,
            status=comment.status if before is not None else None,
            sentence=sentence,
            details=json.dumps(details or {}, ensure_ascii=False),
        )
    )


def history(comment: Comment) -> Sequence[CommentEvent]:
    """All that happened to a comment, the first thing first."""
    return session.scalars(
        select(CommentEvent)
        .where(CommentEvent.comment_id == comment.id)
        .options(joinedload(CommentEvent.user))
        .order_by(CommentEvent.id)
    ).all()


def details(event: CommentEvent, *, addresses_too: bool) -> dict[str, Any]:
    """What is known of an event besides its sentence; without ``addresses_too`` only
    what cannot hold an address.
    """
    known: dict[str, Any] = json.loads(event.details)
    if addresses_too:
        return known
    return _only(_WITHOUT_ADDRESSES, known)


def forget_person(event: CommentEvent) -> None:
    """Keep of the details only what names nobody."""
    kept = _only(_IMPERSONAL, json.loads(event.details))
    event.details = json.dumps(kept, ensure_ascii=False)


def receipts(comment_ids: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
    """What was known of each of the comments when it came in: the rule that decided,
    the filter's verdict and the like. What is from before there was a history is left
    out.
    """
    rows = session.execute(
        select(CommentEvent.comment_id, CommentEvent.details).where(
            CommentEvent.comment_id.in_(comment_ids),
            CommentEvent.kind == EventKind.RECEIVED,
        )
    )
    return {comment_id: json.loads(details) for comment_id, details in rows}


def _only(names: Collection[str], details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in details.items() if name in names}
