"""The order of the pages behind the login."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...paging import whole_number
from ...security import max_body
from ..desk import queries as desk
from ..models import Post
from . import outlines, page_order
from .menus_admin import shift_names
from .outlines import Outline, Shift

bp = Blueprint("page_order", __name__, url_prefix="/pages/order")

MAX_BODY = 256 * 1024


@bp.get("/")
@requires(Action.PAGES)
def index() -> str:
    """The pages as a tree."""
    return _page()


@bp.post("/")
@requires(Action.PAGES)
@max_body(MAX_BODY)
def update() -> Response | tuple[str, int]:
    """Put a page, with all below it, where the pressed button says; or all pages into
    the order to which they were dragged.
    """
    typed_id, _colon, shift = request.form.get("shift", "").partition(":")
    row_id = whole_number(typed_id)
    try:
        with write_transaction():
            stored = page_order.pages()
            wanted = _wanted(page_order.outline(stored), row_id, shift)
            is_current = wanted is not None and page_order.arrange(stored, wanted)
    except page_order.AddressTaken as error:
        return _page(problem=str(error)), 422
    if not is_current:
        sentence = _("The pages were changed elsewhere just now. Please look again.")
        return _page(problem=sentence), 409
    flash(_("The order is saved."))
    anchor = f"row-{row_id}" if row_id else None
    return redirect(url_for(".index", _anchor=anchor), 303)


def _wanted(stored: Outline, row_id: int, shift: str) -> Outline | None:
    """The order that the form asks for; ``None`` if it was made of another one."""
    if request.form.get("order"):
        is_seen = request.form.get("seen") == outlines.written(stored)
        return outlines.read(request.form["order"]) if is_seen else None
    if shift not in tuple(Shift) or row_id not in {line.id for line in stored}:
        return None
    return outlines.shifted(stored, row_id, Shift(shift), page_order.DEEPEST)


def _page(problem: str = "") -> str:
    now = utcnow()
    branches = page_order.pages()
    flat = page_order.outline(branches)

    def state(page: Post) -> str:
        return desk.shelf_of(page, now)

    return render_template(
        "admin/posts/order.html",
        branches=branches,
        seen=outlines.written(flat),
        shifts={
            line.id: outlines.possible(flat, line.id, page_order.DEEPEST)
            for line in flat
        },
        shift_names=shift_names(),
        deepest=page_order.DEEPEST,
        state=state,
        problem=problem,
    )
