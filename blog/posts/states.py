"""What may become of a post or page; most of it can be undone."""

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ..clock import utcnow
from ..database import write_transaction
from ..i18n import format_time
from ..i18n import gettext as _
from ..security import safe_redirect_target
from . import desk, editing, publishing
from .desk import Shelf
from .editing import Untitled
from .models import Kind, Post, Status
from .rights import find, may_publish


def publish(kind: Kind, post_id: int) -> Response:
    """Make a draft public as it is stored."""
    now = utcnow()
    try:
        with write_transaction():
            post = find(kind, post_id)
            if not may_publish(kind, post):
                abort(403)
            editing.publish(post, now)
    except Untitled:
        flash(_("Give it a title first; then it can be published."), "error")
        return redirect(url_for(".edit", post_id=post_id), 303)
    flash(told(post, now))
    return _back()


def withdraw(kind: Kind, post_id: int) -> Response:
    """Take a public or scheduled post back into the drafts."""
    with write_transaction():
        post = find(kind, post_id)
        was_public = post.status == Status.PUBLIC
        if was_public:
            post.withdraw()
    if was_public:
        tell_withdrawn(post)
    return _back()


def trash(kind: Kind, post_id: int) -> Response:
    """Put a post into the trash."""
    with write_transaction():
        post = find(kind, post_id)
        post.trash(utcnow())
    tell_trashed(post)
    return _back()


def restore(kind: Kind, post_id: int) -> Response:
    """Take a post out of the trash, as what it was."""
    now = utcnow()
    with write_transaction():
        post = find(kind, post_id)
        publishing.restore(post)
    flash(
        _("“%(title)s” is back: %(state)s", title=_title(post), state=told(post, now))
    )
    return _back()


def ask_before_deleting(kind: Kind, post_id: int) -> str:
    """Say what would be lost."""
    post = find(kind, post_id)
    if post.status != Status.TRASH:
        abort(404)
    return render_template("admin/posts/delete.html", kind=kind, post=post)


def delete(kind: Kind, post_id: int) -> Response:
    """Take a post in the trash away for good."""
    with write_transaction():
        post = find(kind, post_id)
        if post.status != Status.TRASH:
            abort(409, _("Only what lies in the trash can be deleted for good."))
        title = _title(post)
        editing.delete(post)
    flash(_("“%(title)s” was deleted for good.", title=title))
    return redirect(url_for(".index", status=Shelf.TRASH), 303)


def told(post: Post, now: datetime) -> str:
    """What the post is now, in a sentence."""
    match desk.shelf_of(post, now):
        case Shelf.SCHEDULED:
            assert post.published_at is not None  # noqa: S101  a scheduled post has it
            return _("Scheduled for %(time)s.", time=format_time(post.published_at))
        case Shelf.PUBLIC:
            return _("Saved. Readers see it now.")
        case Shelf.TRASH:
            return _("Saved. It is still in the trash.")
        case _:
            return _("Saved as a draft. Nobody else sees it yet.")


def tell_withdrawn(post: Post) -> None:
    """Say that a post is a draft again, with a way back."""
    flash(
        _("“%(title)s” is a draft again; readers do not see it.", title=_title(post)),
        f"undo:{url_for('.publish', post_id=post.id)}",
    )


def tell_trashed(post: Post) -> None:
    """Say that a post is in the trash, with a way back."""
    flash(
        _("“%(title)s” is in the trash.", title=_title(post)),
        f"undo:{url_for('.restore', post_id=post.id)}",
    )


def _title(post: Post) -> str:
    return post.title or _("Untitled")


def _back() -> Response:
    """To the list the button was pressed in."""
    target = safe_redirect_target(request.form.get("next"), url_for(".index"))
    return redirect(target, 303)
