"""What may become of a post or page with one press; all but the last can be undone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from flask import abort, flash, redirect, render_template, request, url_for
from flask import session as login_session
from werkzeug import Response

from ...clock import utcnow
from ...database import write_transaction
from ...i18n import format_time, ngettext
from ...i18n import gettext as _
from .. import rights, shelving
from ..editorial import review
from ..models import Kind, Post, Status
from ..rights import find
from ..shelving import Move, Past
from . import editing, listing
from . import queries as desk
from .editing import Untitled
from .queries import Shelf

_UNDO = "posts_undo"


def move(way: Move, kind: Kind, post_id: int) -> Response:
    """Move a post as it is stored, and go back to where the button was."""
    now = utcnow()
    try:
        with write_transaction():
            post = find(kind, post_id)
            if not rights.may_move(way, post):
                abort(403)
            was = post.status
            past = shelving.carry_out(way, post, now)
            review.moved(post, was, rights.me(), now)
    except Untitled:
        flash(_("Give it a title first; then it can be published."), "error")
        return redirect(url_for(".edit", post_id=post_id), 303)
    back = listing.way_back(kind, request.form.get("next"))
    if past is not None:
        tell(described(post, now), kind, [past], back)
    return redirect(back, 303)


def undo(kind: Kind, key: str) -> Response:
    """Take back what was done last."""
    kept = login_session.pop(_UNDO, None)
    if not kept or (kept["key"], kept["kind"]) != (key, kind):
        flash(_("This cannot be undone any more."), "error")
        return redirect(url_for(".index"), 303)
    pasts = {past.post_id: past for past in map(_read, kept["pasts"])}
    with write_transaction():
        undone = [
            post
            for post in desk.selected(kind, pasts)
            if rights.may_put_back(pasts[post.id], post)
            and shelving.undo(post, pasts[post.id])
        ]
    _tell_what_is_undone(undone, len(pasts) - len(undone))
    return redirect(kept["back"], 303)


def ask_before_deleting(kind: Kind, post_id: int) -> str:
    """Say what would be lost."""
    post = find(kind, post_id)
    if post.status != Status.TRASH:
        abort(404)
    return render_template(
        "admin/posts/delete.html",
        kind=kind,
        posts=[post],
        address=url_for(".delete", post_id=post.id),
        back=listing.way_back(kind, request.args.get("next"), Shelf.TRASH),
    )


def delete(kind: Kind, post_id: int) -> Response:
    """Take a post in the trash away for good."""
    with write_transaction():
        post = find(kind, post_id)
        if post.status != Status.TRASH:
            abort(409, _("Only what lies in the trash can be deleted for good."))
        title = _title(post)
        editing.delete(post)
    flash(_("“%(title)s” was deleted for good.", title=title))
    back = listing.way_back(kind, request.form.get("next"), Shelf.TRASH)
    return redirect(back, 303)


def told(post: Post, now: datetime) -> str:
    """What a save has made of the post, in a sentence."""
    match desk.shelf_of(post, now):
        case Shelf.SCHEDULED:
            assert post.published_at is not None  # noqa: S101  a scheduled post has it
            return _("Scheduled for %(time)s.", time=format_time(post.published_at))
        case Shelf.PUBLIC if post.is_protected:
            return _("Saved. Readers see its title, and with the password its text.")
        case Shelf.PUBLIC:
            return _("Saved. Readers see it now.")
        case Shelf.PENDING:
            return _("Saved. It waits for an editor to review it.")
        case Shelf.PRIVATE:
            return _("Saved as private. Only its author and editors can read it.")
        case Shelf.TRASH:
            return _("Saved. It is still in the trash.")
        case _:
            return _("Saved as a draft. Nobody else sees it yet.")


def described(post: Post, now: datetime) -> str:
    """Which post it is and where it lies now, in a sentence."""
    title = _title(post)
    match desk.shelf_of(post, now):
        case Shelf.SCHEDULED:
            assert post.published_at is not None  # noqa: S101  a scheduled post has it
            return _(
                "“%(title)s” will appear on %(time)s.",
                title=title,
                time=format_time(post.published_at),
            )
        case Shelf.PUBLIC if post.is_protected:
            return _("“%(title)s” is public; its text needs a password.", title=title)
        case Shelf.PUBLIC:
            return _("“%(title)s” is public.", title=title)
        case Shelf.PENDING:
            return _("“%(title)s” waits for an editor to review it.", title=title)
        case Shelf.PRIVATE:
            return _("“%(title)s” is private.", title=title)
        case Shelf.TRASH:
            return _("“%(title)s” is in the trash.", title=title)
        case _:
            return _("“%(title)s” is a draft; readers do not see it.", title=title)


def tell(message: str, kind: Kind, pasts: Iterable[Past], back: str) -> None:
    """Say what happened, with a button that takes it back and leads to ``back``."""
    key = uuid4().hex
    login_session[_UNDO] = {
        "key": key,
        "kind": kind,
        "back": back,
        "pasts": [_written(past) for past in pasts],
    }
    flash(message, f"undo:{url_for('.undo', key=key)}")


def _tell_what_is_undone(undone: Sequence[Post], left: int) -> None:
    if len(undone) == 1:
        flash(_("“%(title)s” is as it was.", title=_title(undone[0])))
    elif undone:
        flash(
            ngettext("%(num)d is as it was.", "%(num)d are as they were.", len(undone))
        )
    if left:
        flash(
            ngettext(
                "%(num)d was changed again meanwhile and stays as it is.",
                "%(num)d were changed again meanwhile and stay as they are.",
                left,
            ),
            "error",
        )


def _written(past: Past) -> list[object]:
    """A past as the session keeps it, to the last part of a second."""
    return [each.isoformat() if isinstance(each, datetime) else each for each in past]


def _read(kept: list[str]) -> Past:
    post_id, after, version, status, trashed_status, trashed_at, published_at, slug = (
        kept
    )
    return Past(
        int(post_id),
        Status(after),
        int(version),
        Status(status),
        Status(trashed_status) if trashed_status else None,
        datetime.fromisoformat(trashed_at) if trashed_at else None,
        datetime.fromisoformat(published_at) if published_at else None,
        slug,
    )


def _title(post: Post) -> str:
    return post.title or _("Untitled")
