"""The menus behind the login: what stands in the header and the footer, and in which
order.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...paging import whole_number
from ...security import max_body
from ...site.models import Menu, MenuTarget
from ...text.normalize import single_line
from ..desk.filters import WORDS_LIMIT
from . import menu_choices, menus, outlines
from .outlines import Line, Outline, Shift

bp = Blueprint("menus", __name__, url_prefix="/menus")

MAX_BODY = 64 * 1024


@bp.get("/")
@requires(Action.SETTINGS)
def index() -> str:
    """A menu as it is, and what can be added to it."""
    return _page(_menu(request.args.get("menu")) or Menu.HEADER)


@bp.post("/")
@requires(Action.SETTINGS)
@max_body(MAX_BODY)
def update() -> Response | tuple[str, int]:
    """Save the names, and do what the pressed button says: put an entry elsewhere, or
    take it out. A list that was dragged into an order comes whole.
    """
    menu = _menu(request.form.get("menu"))
    if menu is None:
        return _page(Menu.HEADER), 422
    with write_transaction():
        is_current = _apply(menu)
    if not is_current:
        flash(
            _("The menu was changed elsewhere just now. Please look at it again."),
            "error",
        )
    else:
        flash(_("The menu is saved."))
    return _back(menu)


@bp.post("/entries")
@requires(Action.SETTINGS)
@max_body(MAX_BODY)
def add() -> Response | tuple[str, int]:
    """Put something at the end of a menu."""
    menu = _menu(request.form.get("menu"))
    kind, _colon, typed_id = request.form.get("add", "").partition(":")
    if menu is None or kind not in tuple(MenuTarget):
        return _page(menu or Menu.HEADER), 422
    target, url = MenuTarget(kind), ""
    label = single_line(request.form.get("label", ""), menus.LABEL_LIMIT)
    if target == MenuTarget.URL:
        url = menus.address_of(request.form.get("url", "")) or ""
        if not url:
            return _page(menu, is_wrong=True), 422
    with write_transaction():
        item = menus.add(
            menu, target, whole_number(typed_id) or None, url=url, label=label
        )
    if item is None:
        flash(_("That is gone, or the menu is full. Nothing was added."), "error")
    else:
        flash(_("It stands at the end of the menu."))
    return _back(menu)


@bp.get("/default")
@requires(Action.SETTINGS)
def ask_before_resetting() -> str:
    """Say what becomes of a menu without its entries."""
    menu = _menu(request.args.get("menu")) or Menu.HEADER
    return render_template(
        "admin/posts/reset_menu.html", menu=menu, number=len(menus.entries(menu))
    )


@bp.post("/default")
@requires(Action.SETTINGS)
def reset() -> Response | tuple[str, int]:
    """Take every entry out of a menu, so that it is what it is by itself."""
    menu = _menu(request.form.get("menu"))
    if menu is None:
        return _page(Menu.HEADER), 422
    with write_transaction():
        menus.reset(menu)
    flash(_("The menu is again what it is by itself."))
    return _back(menu)


def _menu(typed: str | None) -> Menu | None:
    return Menu(typed) if typed in tuple(Menu) else None


def _back(menu: Menu) -> Response:
    words = request.form.get("q", "")[:WORDS_LIMIT] or None
    return redirect(url_for(".index", menu=menu, q=words), 303)


def _apply(menu: Menu) -> bool:
    """Do inside a write what the form says; whether the menu is the one it showed."""
    items = {item.id: item for item in menus.entries(menu)}
    for row_id, item in items.items():
        typed = request.form.get(f"label-{row_id}")
        if typed is not None:
            item.label = single_line(typed, menus.LABEL_LIMIT)
    if "remove" in request.form:
        gone = items.get(whole_number(request.form["remove"]))
        if gone is not None:
            menus.remove(gone)
        return gone is not None
    wanted = _wanted(menus.outline(menu))
    return wanted is not None and menus.arrange(menu, wanted)


def _wanted(stored: Outline) -> Outline | None:
    """The order that the form asks for; ``None`` if it was made of another one."""
    if request.form.get("order"):
        is_seen = request.form.get("seen") == outlines.written(stored)
        return outlines.read(request.form["order"]) if is_seen else None
    typed_id, _colon, shift = request.form.get("shift", "").partition(":")
    if shift not in tuple(Shift):
        return stored
    row_id = whole_number(typed_id)
    if row_id not in {line.id for line in stored}:
        return None
    return outlines.shifted(stored, row_id, Shift(shift), menus.DEEPEST)


def _page(menu: Menu, *, is_wrong: bool = False) -> str:
    now = utcnow()
    rows = menus.resolved(now, menu)
    depths = {
        branch.row.id: branch.depth
        for branch in menus.branches([each.item for each in rows])
    }
    flat = [Line(each.item.id, depths[each.item.id]) for each in rows]
    words = request.values.get("q", "").strip()[:WORDS_LIMIT]
    return render_template(
        "admin/posts/menus.html",
        menu=menu,
        menus=_menu_names(),
        kinds=_kind_names(),
        rows=rows,
        depths=depths,
        seen=outlines.written(flat),
        shifts={
            line.id: outlines.possible(flat, line.id, menus.DEEPEST) for line in flat
        },
        shift_names=shift_names(),
        words=words,
        choices=menu_choices.found(words),
        is_wrong=is_wrong,
        typed=request.form,
        label_limit=menus.LABEL_LIMIT,
        deepest=menus.DEEPEST,
    )


def shift_names() -> dict[Shift, str]:
    """What the buttons say that put a row elsewhere."""
    return {
        Shift.UP: _("Up"),
        Shift.DOWN: _("Down"),
        Shift.IN: _("Below the one before"),
        Shift.OUT: _("Out"),
    }


def _menu_names() -> dict[Menu, str]:
    return {Menu.HEADER: _("Header"), Menu.FOOTER: _("Footer")}


def _kind_names() -> dict[str, str]:
    return {
        "home": _("Home page"),
        "page": _("Page"),
        "post": _("Post"),
        "category": _("Category"),
        "tag": _("Tag"),
        "series": _("Series"),
        "author": _("Author"),
        "url": _("Address"),
    }
