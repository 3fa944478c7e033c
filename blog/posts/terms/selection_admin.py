"""What is done with several categories or tags at once. Each asks first: what is merged
or deleted does not come back, and where something is moved to has to be chosen.
"""

from collections.abc import Sequence
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as login_session
from werkzeug import Response
from werkzeug.datastructures import MultiDict

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...database import write_transaction
from ...i18n import gettext as _
from ...i18n import ngettext
from ...paging import whole_number
from ...security import max_body
from .. import queries
from ..models import Category, Tag
from . import desk as terms_desk
from . import terms
from .admin import Place, asked_place
from .desk import Kind, Term
from .forms import MergeCategoriesForm, MergeForm, MergeTagsForm, MoveForm

bp = Blueprint("terms_selection", __name__)

MAX_BODY = 32 * 1024
# Two pages; nobody selects more by hand, and the database bounds a list of numbers.
MAX_SELECTED = 100
_UNDO = "categories_undo"
DELETE = "admin/terms/delete_selected.html"
MERGE = "admin/terms/merge.html"
MOVE = "admin/terms/move.html"

Answer = Response | tuple[str, int] | str


@bp.get("/categories/deletion")
@requires(Action.TERMS)
def ask_before_deleting_categories() -> str:
    """Say what deleting them would do."""
    return _ask_before_deleting(Category)


@bp.post("/categories/deletion")
@requires(Action.TERMS)
@max_body(MAX_BODY)
def delete_categories() -> Answer:
    """Take categories away. Their posts stay, what lies below them moves up."""
    return _delete(Category)


@bp.get("/tags/deletion")
@requires(Action.TERMS)
def ask_before_deleting_tags() -> str:
    """Say what deleting them would do."""
    return _ask_before_deleting(Tag)


@bp.post("/tags/deletion")
@requires(Action.TERMS)
@max_body(MAX_BODY)
def delete_tags() -> Answer:
    """Take tags away. Their posts stay."""
    return _delete(Tag)


@bp.get("/categories/merger")
@requires(Action.TERMS)
def ask_which_category_stays() -> Answer:
    """Ask into which category they are merged."""
    return _merge_page(Category)


@bp.post("/categories/merger")
@requires(Action.TERMS)
@max_body(MAX_BODY)
def merge_categories() -> Answer:
    """Put one category in the place of others."""
    return _merge(Category)


@bp.get("/tags/merger")
@requires(Action.TERMS)
def ask_which_tag_stays() -> Answer:
    """Ask into which tag they are merged."""
    return _merge_page(Tag)


@bp.post("/tags/merger")
@requires(Action.TERMS)
@max_body(MAX_BODY)
def merge_tags() -> Answer:
    """Put one tag in the place of others."""
    return _merge(Tag)


@bp.get("/categories/placement")
@requires(Action.TERMS)
def ask_where_to() -> str:
    """Ask below which category they are to lie."""
    selected = _selected(Category, request.args)
    if not selected:
        return _nothing_page(Category)
    return _move_page(selected, MoveForm(selected, queries.all_categories()))


@bp.post("/categories/placement")
@requires(Action.TERMS)
@max_body(MAX_BODY)
def move_categories() -> Answer:
    """Put categories below another, or at the top."""
    selected = _selected(Category, request.form)
    if not selected:
        return _nothing_selected(Category)
    form = MoveForm(selected, queries.all_categories())
    if not form.validate():
        return _move_page(selected, form), 422
    try:
        with write_transaction():
            moved = _categories(request.form)
            before = [(each.id, each.parent_id) for each in moved]
            parent = _by_id(form.parent_id.data)
            terms.move_all(moved, parent)
    except terms.Loop:
        form.parent_id.errors = [_("A category cannot lie below itself.")]
        return _move_page(_selected(Category, request.form), form), 422
    key = uuid4().hex
    after = parent.id if parent else None
    login_session[_UNDO] = {"key": key, "after": after, "before": before}
    flash(_moved(parent, len(before)), f"undo:{url_for('.undo_move', key=key)}")
    return _back(Category)


@bp.post("/categories/placement/undo/<key>")
@requires(Action.TERMS)
def undo_move(key: str) -> Answer:
    """Put the categories that were moved last back to where they lay, those that nobody
    moved since."""
    kept = login_session.pop(_UNDO, None)
    if not kept or kept["key"] != key:
        flash(_("This cannot be undone any more."), "error")
        return _back(Category)
    undone = 0
    with write_transaction():
        for category_id, parent_id in kept["before"]:
            category, parent = _by_id(category_id), _by_id(parent_id)
            is_there = parent_id is None or parent is not None
            if category is None or category.parent_id != kept["after"] or not is_there:
                continue
            try:
                terms.move(category, parent)
            except terms.Loop:
                continue
            undone += 1
    flash(
        ngettext(
            "%(num)d category lies where it lay before.",
            "%(num)d categories lie where they lay before.",
            undone,
        )
    )
    return _back(Category)


# What the views above are made of


def _selected(kind: Kind, values: "MultiDict[str, str]") -> Sequence[Term]:
    ids = [whole_number(typed) for typed in values.getlist("ids")]
    return terms_desk.those(kind, ids[:MAX_SELECTED])


def _categories(values: "MultiDict[str, str]") -> list[Category]:
    found = _selected(Category, values)
    return [each for each in found if isinstance(each, Category)]


def _by_id(category_id: int | None) -> Category | None:
    found = terms_desk.those(Category, [] if category_id is None else [category_id])
    return next((each for each in found if isinstance(each, Category)), None)


def _ask_before_deleting(kind: Kind) -> str:
    selected = _selected(kind, request.args)
    if not selected:
        return _nothing_page(kind)
    return _ask(DELETE, kind, selected, request.args)


def _delete(kind: Kind) -> Answer:
    with write_transaction():
        selected = _selected(kind, request.form)
        for each in selected:
            terms.delete(each)
        number = len(selected)
    if not number:
        return _nothing_selected(kind)
    flash(
        ngettext(
            "%(num)d category was deleted. Its posts stayed.",
            "%(num)d categories were deleted. Their posts stayed.",
            number,
        )
        if kind is Category
        else ngettext(
            "%(num)d tag was deleted. Its posts stayed.",
            "%(num)d tags were deleted. Their posts stayed.",
            number,
        )
    )
    return _back(kind)


def _merge_form(kind: Kind, selected: Sequence[Term]) -> MergeForm:
    sizes = terms_desk.sizes(kind, [each.id for each in selected])
    if kind is Category:
        return MergeCategoriesForm(selected, sizes, queries.all_categories())
    return MergeTagsForm(selected, sizes)


def _merge_page(kind: Kind) -> Answer:
    selected = _selected(kind, request.args)
    if not selected:
        return _nothing_page(kind)
    form = _merge_form(kind, selected)
    return _ask(MERGE, kind, selected, request.args, form=form)


def _merge(kind: Kind) -> Answer:
    selected = _selected(kind, request.form)
    if not selected:
        return _nothing_selected(kind)
    form = _merge_form(kind, selected)
    if not form.validate() or form.kept is None:
        return _ask(MERGE, kind, selected, request.form, form=form), 422
    kept = form.kept
    with write_transaction():
        found = _selected(kind, request.form)
        others = [each for each in found if each is not kept]
        terms.merge(others, kept)
        number, name = len(others), kept.name
    flash(
        ngettext(
            "%(num)d category was merged into “%(name)s”.",
            "%(num)d categories were merged into “%(name)s”.",
            number,
            name=name,
        )
        if kind is Category
        else ngettext(
            "%(num)d tag was merged into “%(name)s”.",
            "%(num)d tags were merged into “%(name)s”.",
            number,
            name=name,
        )
    )
    return _back(kind)


def _moved(parent: Category | None, number: int) -> str:
    if parent is None:
        return ngettext(
            "%(num)d category lies at the top now.",
            "%(num)d categories lie at the top now.",
            number,
        )
    return ngettext(
        "%(num)d category lies below “%(name)s” now.",
        "%(num)d categories lie below “%(name)s” now.",
        number,
        name=parent.name,
    )


def _move_page(selected: Sequence[Term], form: MoveForm) -> str:
    values = request.form if request.method == "POST" else request.args
    return _ask(MOVE, Category, selected, values, form=form)


def _ask(
    question: str,
    kind: Kind,
    selected: Sequence[Term],
    values: "MultiDict[str, str]",
    **more: object,
) -> str:
    return render_template(
        question,
        is_category=kind is Category,
        selected=selected,
        sizes=terms_desk.sizes(kind, [each.id for each in selected]),
        place=asked_place(kind, values),
        **more,
    )


def _nothing_page(kind: Kind) -> str:
    """Nothing is flashed: a page that is only looked at writes nothing."""
    return render_template(
        "admin/terms/nothing_selected.html", place=asked_place(kind, request.args)
    )


def _nothing_selected(kind: Kind) -> Response:
    flash(_("Nothing was selected. Nothing was changed."), "error")
    return _back(kind)


def _back(kind: Kind) -> Response:
    place: Place = asked_place(kind, request.form)
    return redirect(place.as_it_is_now().url, 303)
