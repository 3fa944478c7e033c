"""Portraits behind the login: one's own and, for admins, everybody's."""

from collections.abc import Callable
from typing import BinaryIO, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ..accounts import guard
from ..accounts import queries as account_queries
from ..accounts.guard import requires
from ..accounts.models import User
from ..accounts.permissions import Action
from ..clock import utcnow
from ..database import write_transaction
from ..i18n import gettext as _
from ..paging import whole_number
from ..security import max_body
from . import intake, library_queries, portraits, queries
from .admin import me, takes_files
from .library_items import thumbnail
from .library_queries import Wanted
from .models import MediaItem, MediaKind
from .recognition import MAX_BYTES, MEBIBYTE

bp = Blueprint("portraits", __name__)

MAX_UPLOAD_BYTES = MAX_BYTES[MediaKind.IMAGE] + MEBIBYTE
SHOWN = 24  # of the library's newest pictures, to choose from

Answer = Response | tuple[str, int]


@bp.get("/account/portrait")
@requires(Action.UPLOAD)
def edit_own() -> str:
    """One's portrait, and others to choose from."""
    return _page(me())


@bp.post("/account/portrait")
@requires(Action.UPLOAD)
@takes_files
@max_body(MAX_UPLOAD_BYTES)
def update_own() -> Answer:
    """Show another picture beside one's name."""
    return _give(me)


@bp.post("/account/portrait/removal")
@requires(Action.UPLOAD)
def remove_own() -> Answer:
    """Show none beside one's name."""
    return _take_away(me)


@bp.get("/users/<int:user_id>/portrait")
@requires(Action.USERS)
def edit(user_id: int) -> str:
    """Somebody's portrait, and others to choose from."""
    return _page(_person_or_404(user_id))


@bp.post("/users/<int:user_id>/portrait")
@requires(Action.USERS)
@takes_files
@max_body(MAX_UPLOAD_BYTES)
def update(user_id: int) -> Answer:
    """Show another picture beside somebody's name."""
    return _give(lambda: _person_or_404(user_id))


@bp.post("/users/<int:user_id>/portrait/removal")
@requires(Action.USERS)
def remove(user_id: int) -> Answer:
    """Show none beside somebody's name."""
    return _take_away(lambda: _person_or_404(user_id))


def _person_or_404(user_id: int) -> User:
    user = account_queries.by_id(user_id)
    if user is None:
        abort(404)
    return user


def _ensure_still_allowed(user: User) -> None:
    """Inside a write: who may come here may have lost that a moment ago."""
    action = Action.UPLOAD if user is guard.current_user() else Action.USERS
    guard.ensure(action, user.id)


def _give(person: Callable[[], User]) -> Answer:
    """Take what was sent, or else the picture of the number that was chosen."""
    file = request.files.get("file")
    taken = None
    if file is not None and file.filename:
        try:
            taken = intake.take(cast(BinaryIO, file.stream), file.filename)
        except intake.Refused as error:
            return _page(person(), error.message), 422
        if taken.type.kind != MediaKind.IMAGE:
            return _page(person(), _("That file is not a picture.")), 422
    with write_transaction():
        user = person()
        _ensure_still_allowed(user)
        item = intake.add(taken, me(), utcnow()) if taken else _chosen()
        if item is not None:
            portraits.give(user, item)
    if item is None:
        return _page(person(), _("Choose a picture.")), 422
    flash(_("The picture is saved."))
    return redirect(_home(user), 303)


def _take_away(person: Callable[[], User]) -> Answer:
    with write_transaction():
        user = person()
        _ensure_still_allowed(user)
        portraits.take_away(user)
    flash(_("There is no picture any more. It stays in the library."))
    return redirect(_home(user), 303)


def _chosen() -> MediaItem | None:
    """The picture of the library that was chosen; ``None`` if there is none."""
    item = queries.by_id(whole_number(request.form.get("media_id")))
    return item if item is not None and item.kind == MediaKind.IMAGE else None


def _home(user: User) -> str:
    if user is guard.current_user() and "user_id" not in (request.view_args or {}):
        return url_for(".edit_own")
    return url_for(".edit", user_id=user.id)


def _page(user: User, problem: str = "") -> str:
    is_own = "user_id" not in (request.view_args or {})
    page = library_queries.page(Wanted("", MediaKind.IMAGE), 1)
    return render_template(
        "admin/accounts/portrait.html",
        user=user,
        is_own=is_own,
        portrait=portraits.of([user]).get(user.id),
        choices=page.items[:SHOWN] if page else (),
        thumbnail=thumbnail,
        problem=problem,
        address=url_for(".update_own")
        if is_own
        else url_for(".update", user_id=user.id),
        removal=url_for(".remove_own")
        if is_own
        else url_for(".remove", user_id=user.id),
        room=url_for("admin.account.edit")
        if is_own
        else url_for("admin.users.edit", user_id=user.id),
    )
