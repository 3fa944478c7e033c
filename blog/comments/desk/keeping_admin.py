"""Filters under a name: keep the list that is open, give one up."""

from flask import Blueprint, abort, flash, redirect, request
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...database import write_transaction
from ...i18n import gettext as _
from ...text.normalize import single_line
from . import keeping
from .admin import moderator
from .keeping import TooMany
from .listing import asked_place

bp = Blueprint("keeping", __name__, url_prefix="/comments/filters")


@bp.post("/")
@requires(Action.MODERATE)
def keep() -> Response:
    """Keep the list under the name that was entered."""
    place = asked_place(request.form)
    name = single_line(request.form.get("name", ""), keeping.NAME_LIMIT)
    if not name:
        flash(_("Give it a name; nothing was saved yet."), "error")
        return redirect(place.url, 303)
    try:
        with write_transaction():
            keeping.keep(moderator(), name, place.query)
    except TooMany:
        flash(
            _("You have saved %(num)d already. Remove one first.", num=keeping.MOST),
            "error",
        )
    else:
        flash(_("Saved as “%(name)s”.", name=name))
    return redirect(place.url, 303)


@bp.post("/<int:filter_id>/deletion")
@requires(Action.MODERATE)
def give_up(filter_id: int) -> Response:
    """Keep it no longer."""
    with write_transaction():
        is_gone = keeping.give_up(moderator(), filter_id)
    if not is_gone:
        abort(404)
    return redirect(asked_place(request.form).url, 303)
