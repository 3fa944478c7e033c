"""What may become of comments with one press, and how it is taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import abort, flash, redirect, request, url_for
from flask import session as login_session
from werkzeug import Response

from ...accounts.models import User
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...i18n import ngettext
from ...site.queries import settings
from .. import counts, moderation
from ..models import Comment, Label, Status
from ..moderation import Past, Verb
from . import blocking, listing
from . import queries as desk
from .blocking import Block
from .listing import Place, Undoable, asked_place

DELETE = "delete"
# For so long what was done last can be taken back.
UNDO_FOR = timedelta(minutes=10)
_UNDO = "comments_undone"
# What publishes, or may: only words that were read.
_PUBLISHING = frozenset({Verb.APPROVE, Verb.RESTORE})


def act(user: User, ids: Sequence[int], pressed: str | None) -> Response | None:
    """Do it, and go back to the list; ``None`` if none of the comments is in reach."""
    place = asked_place(request.form)
    if pressed not in (*map(str, Verb), DELETE):
        abort(400, _("Nothing was chosen to be done. Nothing was changed."))
    if pressed == DELETE:
        is_done = _delete(user, ids)
    else:
        is_done = _carry_out(user, Verb(pressed), ids, place)
    return redirect(place.as_it_is_now(user).way_on, 303) if is_done else None


def remember(
    sentence: str,
    pasts: Sequence[Past],
    place: Place,
    now: datetime,
    block: Block | None = None,
) -> None:
    """Keep in the login's session how it was before, for some minutes."""
    login_session[_UNDO] = {
        "key": uuid4().hex,
        "sentence": sentence,
        "pasts": pasts,
        "place": place.fields,
        "until": (now + UNDO_FOR).timestamp(),
        "block": block,
    }


def undoable(now: datetime) -> Undoable | None:
    """What was done last, while it can be taken back."""
    kept = _kept(now)
    if kept is None:
        return None
    return Undoable(kept["sentence"], url_for("admin.comments.undo", key=kept["key"]))


def undo(user: User, key: str) -> Response:
    """Take back what was done last."""
    now = utcnow()
    kept = _kept(now)
    if kept is None or kept["key"] != key:
        flash(_("This cannot be undone any more."), "error")
        return redirect(asked_place(request.form).url, 303)
    del login_session[_UNDO]
    pasts = {past.comment_id: past for past in map(_read, kept["pasts"])}
    with write_transaction():
        if kept["block"] is not None:
            blocking.lift(settings(), Block(*kept["block"]), user, now)
        known = [(each, pasts[each.id]) for each in desk.found(user, list(pasts))]
        done = moderation.undo_all(known, user, now)
        counts.recount(done)
        undone = [comment.id for comment in done]
    flash(_as_it_was(len(undone)) if pasts else _("It is as it was."))
    place = asked_place(kept["place"]).as_it_is_now(user)
    return redirect(place._replace(then=min(undone, default=0)).way_on, 303)


def told_deleted(number: int) -> str:
    """How many were deleted, in a sentence."""
    return ngettext(
        "%(num)d comment was deleted for good.",
        "%(num)d comments were deleted for good.",
        number,
    )


def _carry_out(user: User, verb: Verb, ids: Sequence[int], place: Place) -> bool:
    now = utcnow()
    with write_transaction():
        found = desk.found(user, ids)
        comments = [
            comment
            for comment in found
            if verb not in _PUBLISHING or _is_as_read(comment)
        ]
        pasts = moderation.carry_out_all(verb, comments, user, now)
        counts.recount(comments)
    if len(comments) < len(found):
        flash(_left_alone(len(found) - len(comments)), "error")
    if pasts:
        remember(_done(verb, len(pasts)), pasts, place, now)
    return bool(found)


def _is_as_read(comment: Comment) -> bool:
    """Whether its words are those that the page showed. Its writer may change them, and
    what is approved must be what was read.
    """
    read = request.form.get("read", "").split()
    return not read or f"{comment.id}-{comment.version}" in read


def _left_alone(number: int) -> str:
    return ngettext(
        "%(num)d comment was changed since you opened the page; it was left alone.",
        "%(num)d comments were changed since you opened the page; they were left "
        "alone.",
        number,
    )


def _delete(user: User, ids: Sequence[int]) -> bool:
    if not listing.may_delete(user):
        abort(403)
    with write_transaction():
        # Only what lies in the trash, so that one press never loses what was read.
        found = desk.found(user, ids)
        deleted = moderation.delete(
            comment for comment in found if comment.status == Status.TRASH
        )
    if deleted:
        flash(told_deleted(deleted))
    return deleted > 0


def _kept(now: datetime) -> dict[str, Any] | None:
    """What ``remember`` kept, if that is not too long ago."""
    kept: dict[str, Any] | None = login_session.get(_UNDO)
    return kept if kept is not None and now.timestamp() < kept["until"] else None


def _read(kept: Sequence[Any]) -> Past:
    comment_id, after, status, previous_status, reason, learned = kept
    return Past(
        comment_id,
        Status(after),
        Status(status),
        Status(previous_status) if previous_status else None,
        reason,
        Label(learned) if learned else None,
    )


def _as_it_was(number: int) -> str:
    return ngettext(
        "%(num)d comment is as it was.", "%(num)d comments are as they were.", number
    )


def _done(verb: Verb, number: int) -> str:
    match verb:
        case Verb.APPROVE:
            return ngettext(
                "%(num)d comment approved.", "%(num)d comments approved.", number
            )
        case Verb.HOLD:
            return ngettext(
                "%(num)d comment waits again.", "%(num)d comments wait again.", number
            )
        case Verb.SPAM:
            return ngettext(
                "%(num)d comment moved to the spam.",
                "%(num)d comments moved to the spam.",
                number,
            )
        case Verb.TRASH:
            return ngettext(
                "%(num)d comment moved to the trash.",
                "%(num)d comments moved to the trash.",
                number,
            )
        case Verb.RESTORE:
            return ngettext(
                "%(num)d comment taken back.", "%(num)d comments taken back.", number
            )
