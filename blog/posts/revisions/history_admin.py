"""What a post said before: the list, what changed from one to another, the way back."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import format_time
from ...i18n import gettext as _
from ...paging import whole_number
from .. import publishing, rights
from ..models import Post
from . import comparison, queries, revisions, rooms
from .comparison import Words
from .models import Revision

bp = Blueprint("revisions", __name__, url_prefix=rooms.PREFIX)


@bp.get("/<int:post_id>/revisions/")
@requires(Action.WRITE)
def index(room: str, post_id: int) -> str:
    """All saves of a post that are kept, the newest first."""
    post = rights.find(rooms.kind_of(room), post_id)
    page = queries.page(post, whole_number(request.args.get("page", "1")))
    if page is None:
        abort(404, _("There is no such page of this list."))
    newest = queries.newest(post)
    return render_template(
        "admin/revisions/index.html",
        room=room,
        post=post,
        page=page,
        # What stands for the words that are stored, in the list.
        stored=newest if newest and revisions.same_words(newest, post) else None,
        is_public=post.is_public(utcnow()),
    )


@bp.get("/<int:post_id>/revisions/<int:revision_id>/")
@requires(Action.WRITE)
def show(room: str, post_id: int, revision_id: int) -> str:
    """What one save changed."""
    post = rights.find(rooms.kind_of(room), post_id)
    revision = _revision(post, revision_id)
    return _page(room, post, queries.before(revision), revision)


@bp.get("/<int:post_id>/revisions/comparison")
@requires(Action.WRITE)
def compare(room: str, post_id: int) -> str:
    """What changed between any two saves; without a newer one until now."""
    post = rights.find(rooms.kind_of(room), post_id)
    old = _revision(post, whole_number(request.args.get("old")))
    new = None
    if request.args.get("new"):
        new = _revision(post, whole_number(request.args["new"]))
        old, new = sorted((old, new), key=lambda each: each.id)
    return _page(room, post, old, new)


@bp.post("/<int:post_id>/revisions/<int:revision_id>/restoration")
@requires(Action.WRITE)
def restore(room: str, post_id: int, revision_id: int) -> Response:
    """Let the post say again what it said then."""
    kind, now = rooms.kind_of(room), utcnow()
    post = rights.find(kind, post_id)
    wanted = _revision(post, revision_id)
    content = publishing.prepare(
        title=wanted.title,
        source=wanted.source,
        format=wanted.format,
        excerpt=wanted.excerpt,
    )
    with write_transaction():
        post = rights.find(kind, post_id)
        is_other = revisions.restore(post, content, rights.me(), now)
        newest = queries.newest(post)
        past = queries.before(newest) if newest else None
    message = _("It says again what was saved on %(time)s.", time=_time(wanted))
    if not is_other:
        flash(_("It says that already."))
    elif past is None:
        flash(message)
    else:
        undo = url_for(".restore", room=room, post_id=post_id, revision_id=past.id)
        flash(message, f"undo:{undo}")
    return redirect(url_for(".index", room=room, post_id=post_id), 303)


@bp.post("/<int:post_id>/revisions/<int:revision_id>/name")
@requires(Action.WRITE)
def rename(room: str, post_id: int, revision_id: int) -> Response:
    """Give a save a name, or take it away."""
    name = request.form.get("name", "")
    with write_transaction():
        post = rights.find(rooms.kind_of(room), post_id)
        revision = _revision(post, revision_id)
        revisions.rename(revision, name)
    if revision.name:
        flash(_("It is called “%(name)s” now and is kept.", name=revision.name))
    else:
        flash(_("It has no name any more."))
    return redirect(url_for(".index", room=room, post_id=post_id), 303)


def _page(room: str, post: Post, old: Revision | None, new: Revision | None) -> str:
    """``old`` is ``None`` before the first one, ``new`` for what is stored now."""
    before = _words(old) if old else Words(format=(new or post).format)
    return render_template(
        "admin/revisions/show.html",
        room=room,
        post=post,
        old=old,
        new=new,
        name_limit=revisions.NAME_LIMIT,
        is_stored=new is None or revisions.same_words(new, post),
        following=queries.after(new) if new else None,
        comparison=comparison.compare(before, _words(new or post)),
    )


def _words(of: Post | Revision) -> Words:
    return Words(of.title, of.source, of.excerpt, of.format)


def _revision(post: Post, revision_id: int) -> Revision:
    return queries.by_id(post, revision_id) or abort(404)


def _time(revision: Revision) -> str:
    return format_time(revision.created_at)
