"""The editor's own saves: what somebody writes is kept, and the post stays as it is."""

from datetime import datetime

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request
from flask import url_for as address_of
from werkzeug import Response

from ...accounts import guard
from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import session, write_transaction
from ...errors import in_json
from ...i18n import gettext as _
from ...paging import whole_number
from ...security import max_body
from ...site.queries import settings
from ...text.normalize import Unstorable
from ...text.sanitizer import MAX_POST_BYTES, Format, TooLarge
from .. import publishing, rights
from ..desk import drafts, editing, editor
from ..desk.editing import Details, Step
from ..models import Kind, Post
from . import comparison, queries, revisions, rooms
from .comparison import Words

bp = Blueprint("autosaves", __name__, url_prefix=rooms.PREFIX)


@bp.post("/autosave")
@requires(Action.WRITE)
@max_body(editor.MAX_FORM_BYTES)
@in_json
def create(room: str) -> tuple[Response, int]:
    """Make a draft of what was begun. What its editor sends again, never having heard
    of it, is kept beside it.
    """
    kind, now = rooms.kind_of(room), utcnow()
    if kind == Kind.PAGE:
        guard.ensure(Action.PAGES, None)
    words = _typed()
    if not (words.title or words.source or words.excerpt):
        abort(422, _("Write a title or some text first."))
    content, key = _prepared(words), drafts.key_in(request.form)
    with write_transaction():
        known = drafts.find(rights.me(), kind, key)
        if known is not None:
            post, version = known.post, known.version
            _keep(post, words, version, now)
        else:
            post = _begin(kind, content, now)
            drafts.note(rights.me(), key, post)
            version = post.version
    there = {
        "id": post.id,
        "edit": address_of(f"admin.{room}.edit", post_id=post.id),
        "autosave": address_of(".keep", room=room, post_id=post.id),
    }
    told, status = _told(room, post, version, now)
    return jsonify(told | there), 201 if known is None else status


@bp.post("/<int:post_id>/autosave")
@requires(Action.WRITE)
@max_body(editor.MAX_FORM_BYTES)
@in_json
def keep(room: str, post_id: int) -> tuple[Response, int]:
    """Keep what somebody is writing beside the post. That it was saved by others
    meanwhile, or finished, is told, and takes no word away.
    """
    kind, now, words = rooms.kind_of(room), utcnow(), _typed()
    version = whole_number(request.form.get("version"))
    try:
        with write_transaction():
            post = rights.find_written(kind, post_id)
            _keep(post, words, version, now)
    except Unstorable:
        abort(422, _("The text holds a character that cannot be stored."))
    told, status = _told(room, post, version, now)
    return jsonify(told), status


@bp.get("/<int:post_id>/autosave")
@requires(Action.WRITE)
def show(room: str, post_id: int) -> str | Response:
    """What was written and never saved, beside what is stored."""
    post = rights.find_written(rooms.kind_of(room), post_id)
    kept = revisions.newer_autosave(post, rights.me())
    if kept is None:
        return redirect(address_of(f"admin.{room}.edit", post_id=post.id), 303)
    stored = Words(post.title, post.source, post.excerpt, post.format)
    return render_template(
        "admin/revisions/autosave.html",
        room=room,
        post=post,
        kept=kept,
        may_edit=rights.may_edit(post),
        comparison=comparison.compare(
            stored, Words(kept.title, kept.source, kept.excerpt, kept.format)
        ),
    )


@bp.post("/<int:post_id>/autosave/deletion")
@requires(Action.WRITE)
def delete(room: str, post_id: int) -> Response:
    """Throw away what was written and never saved, if it is still what was shown."""
    shown = request.form.get("kept_at", "")
    with write_transaction():
        post = rights.find_written(rooms.kind_of(room), post_id)
        kept = queries.autosave(post.id, rights.me().id)
        is_other = kept is not None and kept.created_at.isoformat() != shown
        if not is_other:
            revisions.drop_autosave(post, rights.me())
    if is_other:
        flash(_("You have written on meanwhile: this is what is kept now."), "error")
        return redirect(address_of(".show", room=room, post_id=post_id), 303)
    flash(_("It was thrown away. The stored text is as it was."))
    there = f"admin.{room}.edit" if rights.may_edit(post) else f"admin.{room}.index"
    values = {"post_id": post_id} if rights.may_edit(post) else {}
    return redirect(address_of(there, **values), 303)  # type: ignore[arg-type]


def _typed() -> Words:
    """What the form brings; too much is 413, another format 422."""
    form = request.form
    words = Words(
        form.get("title", ""),
        form.get("body", ""),
        form.get("excerpt", ""),
        Format.MARKDOWN,
    )
    if max(len(text.encode()) for text in words[:3]) > MAX_POST_BYTES:
        abort(413, _("That is more than 2 MiB of text. Nothing was saved."))
    format = form.get("format") or Format.MARKDOWN
    if format not in tuple(Format):
        abort(422, _("That is no format for a text."))
    return words._replace(format=Format(format))


def _prepared(words: Words) -> publishing.Content:
    try:
        return publishing.prepare(
            title=words.title,
            source=words.source,
            format=words.format,
            excerpt=words.excerpt,
        )
    except TooLarge:
        abort(413, _("That is more than 2 MiB of text. Nothing was saved."))
    except Unstorable:
        abort(422, _("The text holds a character that cannot be stored."))


def _begin(kind: Kind, content: publishing.Content, now: datetime) -> Post:
    me = rights.me()
    details = Details(
        author_id=me.id,
        slug="",
        published_at=None,
        comments_open=kind == Kind.POST and settings().default_comment_status,
    )
    post = editing.create(me, kind, content, details, Step.SAVE, now)
    session.flush()
    return post


def _keep(post: Post, words: Words, version: int, now: datetime) -> None:
    revisions.autosave(
        post,
        rights.me(),
        now,
        version=version,
        title=words.title,
        source=words.source,
        format=words.format,
        excerpt=words.excerpt,
    )


def _told(
    room: str, post: Post, seen_version: int, now: datetime
) -> tuple[dict[str, object], int]:
    """What a writer hears who worked on that version, and with which status."""
    if not rights.may_edit(post):
        sentence = _(
            "An editor has finished this post meanwhile, so you cannot change it any "
            "more. Your text is kept: copy what you need."
        )
        return {"error": sentence}, 403
    told: dict[str, object] = {
        "version": post.version,
        "saved_at": now.isoformat(timespec="seconds"),
    }
    if seen_version == post.version:
        return told, 200
    theirs = {
        "compare": address_of(".show", room=room, post_id=post.id),
        "title": post.title,
        "body": post.source,
        "excerpt": post.excerpt,
    }
    sentence = _("It was saved by somebody else, or in another window, meanwhile.")
    return told | {"error": sentence, "theirs": theirs}, 409
