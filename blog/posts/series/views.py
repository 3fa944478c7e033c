"""The page of a series: what it is about, and its parts from the first to the last."""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from ...clock import utcnow
from ...security import absolute_url, public
from .. import covers, permalinks, queries, reading

PAGE_SIZE = 50

bp = Blueprint("series", __name__)


@bp.get("/series/<slug>/")
@bp.get("/series/<slug>/page/<int:number>/", endpoint="show_page")
@public
def show(slug: str, number: int = 1) -> Response:
    """The public parts of a series. One that has none has no page."""
    now = utcnow()
    here = queries.series_named(slug)
    if here is None:
        reading.nothing_here(now)
    page = queries.page_of(queries.parts(now, here), number, PAGE_SIZE)
    if page is None or page.total == 0:
        reading.nothing_here(now)
    base = permalinks.series_url(here)

    def page_url(number: int) -> str:
        return base if number == 1 else f"{base}page/{number}/"

    own = page_url(number)
    if permalinks.encoded(request.path) != own:
        return redirect(own, 301)
    return make_response(
        render_template(
            "posts/series.html",
            series=here,
            page=page,
            page_url=page_url,
            first_number=(number - 1) * PAGE_SIZE + 1,
            covers=covers.of(page.items),
            categories=queries.all_categories(),
            kind="series",
            heading=here.name,
            description=here.description,
            canonical=absolute_url(own),
        )
    )
