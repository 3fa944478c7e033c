"""One file of the library: what it is, what is said of it, where it is shown."""

from typing import BinaryIO, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ..accounts import guard, permissions
from ..accounts.guard import requires
from ..accounts.permissions import Action, Reach
from ..clock import utcnow
from ..database import session, write_transaction
from ..i18n import gettext as _
from ..paging import whole_number
from ..posts import renewal
from ..security import absolute_url, max_body
from . import intake, library_items, library_queries, queries
from .admin import MAX_UPLOAD_BYTES, may_change, me, takes_files
from .library_forms import ItemForm
from .library_queries import Sight
from .models import MediaItem, MediaKind

bp = Blueprint("media_item", __name__, url_prefix="/media/<int:media_id>")


@bp.get("/")
@requires(Action.WRITE)
def edit(media_id: int) -> str:
    """A file, large, with its form for who may change it."""
    item = _found(media_id)
    return _page(item, ItemForm(item))


@bp.post("/")
@requires(Action.UPLOAD)
def update(media_id: int) -> Response | tuple[str, int]:
    """Describe a file."""
    item = _found_to_change(media_id)
    form = ItemForm(item)
    if not form.validate():
        return _page(item, form), 422
    with write_transaction():
        item = _found_to_change(media_id)
        form.apply(item)
        renewal.ask(media_id, utcnow())
        name = item.name
    flash(_("“%(name)s” was saved.", name=name))
    return redirect(url_for(".edit", media_id=media_id), 303)


@bp.post("/replacement")
@requires(Action.UPLOAD)
@takes_files
@max_body(MAX_UPLOAD_BYTES)
def replace(media_id: int) -> Response | tuple[str, int]:
    """Another file under the same number and description."""
    item = _found_to_change(media_id)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(item, ItemForm(item), _("Choose a file first.")), 422
    version, kind = whole_number(request.form.get("version")), item.kind
    try:
        taken = intake.take(cast(BinaryIO, file.stream), file.filename)
    except intake.Refused as error:
        return _page(_found_to_change(media_id), ItemForm(item), error.message), 422
    if taken.type.kind != kind:
        problem = _("That is another kind of file. Texts that show it would break.")
        return _page(_found_to_change(media_id), ItemForm(item), problem), 422
    with write_transaction():
        item = _found_to_change(media_id)
        is_as_seen = item.version == version
        if is_as_seen:
            intake.replace(item, taken, utcnow(), me())
            renewal.ask(media_id, utcnow())
    if not is_as_seen:
        problem = _(
            "Somebody replaced it while this page was open. Look at it before you do."
        )
        return _page(_found(media_id), ItemForm(item), problem), 409
    flash(_("The file was replaced. Its address is the same."))
    return redirect(url_for(".edit", media_id=media_id), 303)


@bp.post("/sizes")
@requires(Action.UPLOAD)
def make_sizes(media_id: int) -> Response:
    """Have a picture's sizes made once more."""
    with write_transaction():
        item = _found_to_change(media_id)
        is_asked = library_items.make_again(item, utcnow(), me())
    if is_asked:
        flash(_("Its sizes are made again."))
    else:
        flash(_("It is shown as it is, and has no other sizes."), "error")
    return redirect(url_for(".edit", media_id=media_id), 303)


@bp.get("/deletion")
@requires(Action.UPLOAD)
def ask_before_deleting(media_id: int) -> str:
    """Say where a file is shown before it is gone."""
    return _question(_found_to_change(media_id))


@bp.post("/deletion")
@requires(Action.UPLOAD)
def delete(media_id: int) -> Response | tuple[str, int]:
    """Delete a file for good; one that is shown only if that was ticked."""
    with write_transaction():
        item = _found_to_change(media_id)
        name = item.name
        is_kept = bool(
            library_queries.used([media_id]) and "despite" not in request.form
        )
        if not is_kept:
            renewal.ask_without(media_id, utcnow())
            session.delete(item)
    if is_kept:
        return _question(_found_to_change(media_id), is_unanswered=True), 422
    flash(_("“%(name)s” was deleted.", name=name))
    return redirect(url_for("admin.media.index"), 303)


def _question(item: MediaItem, *, is_unanswered: bool = False) -> str:
    return render_template(
        "admin/media/delete.html",
        item=item,
        uses=library_queries.uses(item.id, sight()),
        is_unanswered=is_unanswered,
    )


def _page(item: MediaItem, form: ItemForm, problem: str = "") -> str:
    return render_template(
        "admin/media/item.html",
        item=item,
        form=form,
        problem=problem,
        uses=library_queries.uses(item.id, sight()),
        may_change=may_change(item),
        address=absolute_url(item.path),
        markdown=library_items.markdown(item),
        thumbnail=library_items.thumbnail,
        kind_name=kind_names()[item.kind],
    )


def kind_names() -> dict[MediaKind, str]:
    """What the kinds are called, of one."""
    return {
        MediaKind.IMAGE: _("Picture"),
        MediaKind.AUDIO: _("Sound"),
        MediaKind.VIDEO: _("Film"),
        MediaKind.DOCUMENT: _("Document"),
    }


def sight() -> Sight:
    """Whose posts and pages the person sees."""
    user = me()
    return Sight(
        user.id,
        permissions.reach(user, Action.WRITE) == Reach.ANY,
        permissions.reach(user, Action.PAGES) == Reach.ANY,
    )


def _found(media_id: int) -> MediaItem:
    item = queries.by_id(media_id)
    if item is None:
        abort(404)
    return item


def _found_to_change(media_id: int) -> MediaItem:
    """The file of that number.

    :raise NotFound: if there is none that is theirs
    :raise Forbidden: if it is shown in what they may not change
    """
    item = _found(media_id)
    guard.ensure(Action.UPLOAD, item.uploader_id)
    if not may_change(item):
        abort(403, _("An editor has published it, so you cannot change it any more."))
    return item
