"""What is done with several files of the library at once, how far the making of their
sizes is, and the report on pictures that nobody has described.
"""

from collections.abc import Mapping, Sequence

from flask import (
    Blueprint,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug import Response

from ..accounts.guard import requires
from ..accounts.permissions import Action
from ..clock import utcnow
from ..database import session, write_transaction
from ..i18n import gettext as _
from ..i18n import ngettext
from ..paging import whole_number
from ..security import safe_redirect_target
from . import library_items, library_queries
from .admin import may_change, me
from .library_items import thumbnail
from .models import MediaItem

bp = Blueprint("media_selection", __name__, url_prefix="/media")

MAX_SELECTED = 500


@bp.post("/selection/deletion")
@requires(Action.UPLOAD)
def delete_unused() -> Response:
    """Delete those of the selected files that are shown nowhere."""
    if _are_too_many():
        return _back()
    with write_transaction():
        items, left = _selected()
        used = library_queries.used([item.id for item in items])
        for item in items:
            if item.id not in used:
                session.delete(item)
    number = len(items) - len(used)
    flash(ngettext("%(num)d file was deleted.", "%(num)d files were deleted.", number))
    if used:
        flash(
            ngettext(
                "%(num)d is in use and stayed. It can be deleted on its own page.",
                "%(num)d are in use and stayed. Each can be deleted on its own page.",
                len(used),
            ),
            "error",
        )
    _tell(left)
    return _back()


@bp.post("/selection/sizes")
@requires(Action.UPLOAD)
def make_sizes() -> Response:
    """Have the sizes of the selected pictures made once more."""
    if _are_too_many():
        return _back()
    now = utcnow()
    with write_transaction():
        items, left = _selected()
        number = sum(library_items.make_again(item, now, me()) for item in items)
    flash(
        ngettext(
            "The sizes of %(num)d picture are made again.",
            "The sizes of %(num)d pictures are made again.",
            number,
        )
    )
    _tell(left)
    return _back()


@bp.get("/making")
@requires(Action.WRITE)
def making() -> Response:
    """How far the sizes of some pictures are, by their numbers, for a script."""
    items = library_queries.selected(_ids(request.args.getlist("ids")))
    return jsonify(
        {
            str(item.id): {"state": item.state.value, "thumbnail": thumbnail(item)}
            for item in items
        }
    )


@bp.get("/alt-texts")
@requires(Action.WRITE)
def report() -> str:
    """The pictures in use that nobody has described."""
    number = whole_number(request.args.get("page") or "1")
    page = library_queries.report(number) if number else None
    if page is None:
        abort(404, _("There is no such page of this list."))
    _lacking, shown = library_queries.undescribed_in_use()
    return render_template(
        "admin/media/report.html",
        page=page,
        shown=shown,
        thumbnail=thumbnail,
        may_change=may_change,
    )


def _are_too_many() -> bool:
    """Whether more are selected than are done at once; it is said so."""
    are_too_many = len(request.form.getlist("ids")) > MAX_SELECTED
    if are_too_many:
        said = _("At most %(max)d at once. Nothing was changed.", max=MAX_SELECTED)
        flash(said, "error")
    return are_too_many


def _selected() -> tuple[Sequence[MediaItem], int]:
    """The selected files that the person may change, and how many others there were."""
    ids = _ids(request.form.getlist("ids"))
    items = [item for item in library_queries.selected(ids) if may_change(item)]
    return items, len(ids) - len(items)


def _ids(typed: Sequence[str]) -> set[int]:
    return {number for each in typed[:MAX_SELECTED] if (number := whole_number(each))}


def _tell(left: int) -> None:
    if left:
        flash(
            ngettext(
                "%(num)d was left alone, as it is not yours.",
                "%(num)d were left alone, as they are not yours.",
                left,
            ),
            "error",
        )


def _back() -> Response:
    home = url_for("admin.media.index")
    values: Mapping[str, str] = request.form
    return redirect(safe_redirect_target(values.get("next"), home), 303)
