"""Lists under a name: keep the one that is open, give one up."""

from flask import Blueprint, abort, flash, redirect, request
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...database import write_transaction
from ...i18n import gettext as _
from ...text.normalize import single_line
from .. import rights
from ..desk import listing
from ..models import Kind
from . import keeping
from .keeping import TooMany
from .panel_admin import list_url

bp = Blueprint("lists", __name__, url_prefix="/lists")


@bp.post("/")
@requires(Action.WRITE)
def keep() -> Response:
    """Keep the list under the name that was entered."""
    kind, query = _list()
    name = single_line(request.form.get("name", ""), keeping.NAME_LIMIT)
    address = f"{list_url(kind)}?{query}" if query else list_url(kind)
    if not name:
        flash(_("Give it a name; nothing was saved yet."), "error")
        return redirect(address, 303)
    try:
        with write_transaction():
            keeping.keep(rights.me(), kind, name, query)
    except TooMany:
        flash(
            _("You have saved %(num)d already. Remove one first.", num=keeping.MOST),
            "error",
        )
    else:
        flash(_("Saved as “%(name)s”.", name=name))
    return redirect(address, 303)


@bp.post("/<int:view_id>/deletion")
@requires(Action.WRITE)
def give_up(view_id: int) -> Response:
    """Keep it no longer."""
    kind, query = _list()
    with write_transaction():
        is_gone = keeping.give_up(rights.me(), view_id)
    if not is_gone:
        abort(404)
    return redirect(f"{list_url(kind)}?{query}" if query else list_url(kind), 303)


def _list() -> tuple[Kind, str]:
    """Which list the form stood on, and what its address said."""
    kind = Kind.PAGE if request.form.get("kind") == Kind.PAGE else Kind.POST
    try:
        return kind, listing.asked_place(request.form, kind).query
    except ValueError:
        abort(404)
