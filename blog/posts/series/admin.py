"""Series behind the login: the list, and what is done with one."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from .. import naming, queries
from ..desk import queries as desk
from ..models import Post, Series
from . import desk as series_desk
from . import series
from .forms import MergeSeriesForm, SeriesForm

bp = Blueprint("series", __name__, url_prefix="/series")


@bp.get("/")
@requires(Action.TERMS)
def index() -> str:
    """The series by name, and how many parts each has."""
    return render_template("admin/series/index.html", rows=series_desk.rows())


@bp.get("/<int:series_id>/")
@requires(Action.TERMS)
def edit(series_id: int) -> str:
    """The form of one series, and its parts in their order."""
    here = _found(series_id)
    return _page(SeriesForm(here), here)


@bp.post("/<int:series_id>/")
@requires(Action.TERMS)
def update(series_id: int) -> Response | tuple[str, int]:
    """Name and describe a series."""
    here = _found(series_id)
    form = SeriesForm(here)
    if not form.validate():
        return _page(form, here), 422
    try:
        with write_transaction():
            here = _found(series_id)
            naming.rename(
                here,
                form.name.data or "",
                slug=form.slug.data or "",
                description=form.description.data or "",
            )
    except naming.SlugTaken:
        form.slug.errors = [_("Another one got this address just now.")]
        return _page(form, _found(series_id)), 409
    flash(_("The series “%(name)s” was saved.", name=here.name))
    return redirect(url_for(".edit", series_id=series_id), 303)


@bp.post("/parts/<int:post_id>/earlier")
@requires(Action.TERMS)
def put_earlier(post_id: int) -> Response:
    """Put a part before the one that stands before it."""
    return _move(post_id, -1)


@bp.post("/parts/<int:post_id>/later")
@requires(Action.TERMS)
def put_later(post_id: int) -> Response:
    """Put a part behind the one that follows it."""
    return _move(post_id, 1)


@bp.post("/<int:series_id>/merger")
@requires(Action.TERMS)
def merge(series_id: int) -> Response | tuple[str, int]:
    """Let another series take the place of this one."""
    here = _found(series_id)
    form = MergeSeriesForm(series_desk.others(here))
    if not form.validate():
        return _page(SeriesForm(here), here, form), 422
    with write_transaction():
        kept = _found(form.kept_id.data)
        name = kept.name
        series.merge([_found(series_id)], kept)
    flash(_("It was merged into “%(name)s”.", name=name))
    return redirect(url_for(".edit", series_id=form.kept_id.data), 303)


@bp.get("/<int:series_id>/deletion")
@requires(Action.TERMS)
def ask_before_deleting(series_id: int) -> str:
    """Say what deleting a series would do."""
    here = _found(series_id)
    number = len(queries.every_part(here))
    return render_template("admin/series/delete.html", here=here, number=number)


@bp.post("/<int:series_id>/deletion")
@requires(Action.TERMS)
def delete(series_id: int) -> Response:
    """Take a series away. Its parts stay."""
    with write_transaction():
        here = _found(series_id)
        name = here.name
        series.delete(here)
    flash(_("The series “%(name)s” was deleted. Its posts stayed.", name=name))
    return redirect(url_for(".index"), 303)


def _move(post_id: int, steps: int) -> Response:
    with write_transaction():
        part = queries.by_id(post_id)
        if part is None or part.series_id is None:
            abort(404)
        series_id = part.series_id
        series.move(part, steps)
    address = url_for(".edit", series_id=series_id, _anchor=f"part-{post_id}")
    return redirect(address, 303)


def _page(
    form: SeriesForm, here: Series, merging: MergeSeriesForm | None = None
) -> str:
    now = utcnow()
    parts = queries.every_part(here)

    def state(part: Post) -> str:
        return desk.shelf_of(part, now)

    others = series_desk.others(here)
    return render_template(
        "admin/series/edit.html",
        form=form,
        here=here,
        parts=parts,
        state=state,
        has_page=any(part.is_public(now) for part in parts),
        merging=(merging or MergeSeriesForm(others)) if others else None,
    )


def _found(series_id: int) -> Series:
    here = queries.series(series_id)
    if here is None:
        abort(404)
    return here
