"""Comments behind the login: the queue, what is done with it, and emptying a shelf."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug import Response

from ...accounts.guard import current_user, requires
from ...accounts.models import User
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...paging import whole_number
from .. import moderation
from ..moderation import Verb
from . import listing, states
from . import queries as desk
from .listing import Place, asked_place
from .states import DELETE

bp = Blueprint("comments", __name__, url_prefix="/comments")

# Five pages; nobody selects more by hand, and the database bounds a list of numbers.
MAX_SELECTED = 100
# Of one write, so that who comments meanwhile waits for no longer than that.
DELETED_AT_ONCE = 500
# Of one press; a browser waits, but not for ever.
MAX_DELETED = 20 * DELETED_AT_ONCE


@bp.get("/")
@requires(Action.MODERATE)
def index() -> str:
    """The queue, or another shelf."""
    return listing.show(moderator(), states.undoable(utcnow()))


@bp.post("/<int:comment_id>")
@requires(Action.MODERATE)
def update(comment_id: int) -> Response:
    """Do with one comment what the pressed button says."""
    pressed = next((each for each in (*Verb, DELETE) if each in request.form), None)
    answer = states.act(moderator(), [comment_id], pressed)
    if answer is None:
        abort(404)
    return answer


@bp.post("/selection")
@requires(Action.MODERATE)
def update_selection() -> Response:
    """Do with all selected comments what the pressed button says."""
    ids = [whole_number(typed) for typed in request.form.getlist("ids")]
    pressed = request.form.get("selection")
    answer = states.act(moderator(), ids[:MAX_SELECTED], pressed)
    if answer is None:
        flash(_("No comment was selected. Nothing was changed."), "error")
        return redirect(asked_place(request.form).url, 303)
    return answer


@bp.post("/undo/<key>")
@requires(Action.MODERATE)
def undo(key: str) -> Response:
    """Take back what was done last."""
    return states.undo(moderator(), key)


@bp.get("/<any(spam, trash):status>/deletion")
@requires(Action.MODERATE)
def ask_before_emptying(status: str) -> str:
    """Ask whether all the spam, or all that lies in the trash, may be deleted for
    good.
    """
    place = _place_to_empty(status)
    user = moderator()
    return render_template(
        "admin/comments/empty.html",
        place=place,
        number=desk.counts(user, place.filters)[place.shelf],
        newest_id=desk.newest_id(user, place.shelf, place.filters),
    )


@bp.post("/<any(spam, trash):status>/deletion")
@requires(Action.MODERATE)
def empty(status: str) -> Response:
    """Delete all of it for good, up to the newest that was there when asked."""
    place = _place_to_empty(status)
    newest_id = whole_number(request.form.get("newest"))
    deleted = 0
    while deleted < MAX_DELETED:
        with write_transaction():
            number = moderation.delete(
                desk.some(
                    moderator(),
                    place.shelf,
                    place.filters,
                    up_to_id=newest_id,
                    limit=DELETED_AT_ONCE,
                )
            )
        deleted += number
        if number < DELETED_AT_ONCE:
            break
    flash(states.told_deleted(deleted))
    left = desk.counts(moderator(), place.filters)[place.shelf]
    has_more = deleted >= MAX_DELETED and left > 0
    return redirect(
        place.url_of("comments.ask_before_emptying") if has_more else place.url, 303
    )


def moderator() -> User:
    """Who is at the desk.

    :raise Unauthorized: if they logged out in the middle of the request
    """
    user = current_user()
    if user is None:
        abort(401)
    return user


def _place_to_empty(status: str) -> Place:
    """The first page of the shelf that is to be emptied.

    :raise NotFound: for who may not delete for good
    """
    if not listing.may_delete(moderator()):
        abort(404)
    place = asked_place(request.args.to_dict() | {"status": status})
    return place.on(place.shelf)
