"""Notes on a post: add, answer, change, settle, take away."""

from flask import Blueprint, abort, flash, request
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...paging import whole_number
from ...security import max_body
from .. import rights as post_rights
from . import notes, queries, rights
from .forms import NoteForm
from .models import Note
from .notes import Answered, TooMany
from .panel_admin import back_to, page

bp = Blueprint("notes", __name__, url_prefix="/editorial/<int:post_id>/notes")

MAX_FORM_BYTES = 64 * 1024


@bp.post("/")
@requires(Action.WRITE)
@max_body(MAX_FORM_BYTES)
def add(post_id: int) -> Response | tuple[str, int]:
    """Note something, or answer a note."""
    post = rights.written(post_id)
    parent_id = whole_number(request.form.get("parent_id")) or None
    form = NoteForm.sent()
    if form.validate():
        try:
            with write_transaction():
                post = rights.written(post_id)
                parent = _note(post_id, parent_id) if parent_id else None
                note = notes.add(
                    post,
                    post_rights.me(),
                    form.note.data or "",
                    utcnow(),
                    quote=form.quote.data or "",
                    parent=parent,
                )
                anchor = f"note-{note.id}"
            return back_to(rights.written(post_id), anchor)
        except TooMany:
            form.note.errors = [
                _("There are %(num)d notes already. Take some away.", num=notes.MOST)
            ]
    return page(post, form=form, note_form=form, answered=parent_id), 422


@bp.post("/<int:note_id>/")
@requires(Action.WRITE)
@max_body(MAX_FORM_BYTES)
def update(post_id: int, note_id: int) -> Response | tuple[str, int]:
    """Change one's own note."""
    post = rights.written(post_id)
    _own(post_id, note_id)
    form = NoteForm.sent()
    if not form.validate():
        return page(post, form=form, note_form=form, rewritten=note_id), 422
    with write_transaction():
        rights.written(post_id)
        note = _own(post_id, note_id)
        text, quote = form.note.data or "", form.quote.data or ""
        notes.rewrite(note, text, quote, utcnow())
    return back_to(rights.written(post_id), f"note-{note_id}")


@bp.post("/<int:note_id>/resolution")
@requires(Action.WRITE)
def resolve(post_id: int, note_id: int) -> Response:
    """Settle a note."""
    with write_transaction():
        rights.written(post_id)
        notes.resolve(_note(post_id, note_id), post_rights.me(), utcnow())
    return back_to(rights.written(post_id), f"note-{note_id}")


@bp.post("/<int:note_id>/reopening")
@requires(Action.WRITE)
def reopen(post_id: int, note_id: int) -> Response:
    """Take up a note again."""
    with write_transaction():
        rights.written(post_id)
        notes.reopen(_note(post_id, note_id))
    return back_to(rights.written(post_id), f"note-{note_id}")


@bp.post("/<int:note_id>/deletion")
@requires(Action.WRITE)
def delete(post_id: int, note_id: int) -> Response:
    """Take one's own note away for good."""
    try:
        with write_transaction():
            rights.written(post_id)
            notes.delete(_own(post_id, note_id))
        flash(_("The note was deleted."))
    except Answered:
        flash(_("Somebody has answered it. Settle it instead."), "error")
    return back_to(rights.written(post_id), "notes")


def _note(post_id: int, note_id: int) -> Note:
    note = queries.note(post_id, note_id)
    if note is None:
        abort(404)
    return note


def _own(post_id: int, note_id: int) -> Note:
    """A note that the person wrote; those of others are not theirs to change."""
    note = _note(post_id, note_id)
    if note.author_id != post_rights.me().id:
        abort(404)
    return note
