"""The lists of posts and of pages: one state at a time, or all but the trash."""

from typing import NamedTuple

from flask import abort, render_template, request, url_for

from ..clock import utcnow
from ..i18n import gettext as _
from ..paging import whole_number
from . import desk, queries, rights
from .desk import Shelf
from .models import Kind


class Tab(NamedTuple):
    """A shelf in the row above a list."""

    label: str
    address: str
    number: int
    is_current: bool


def show(kind: Kind) -> str:
    """A shelf of the posts or pages that the person may see."""
    now = utcnow()
    shelf = _shelf_or_404()
    number = whole_number(request.args.get("page", "1"))
    author_id = rights.whose(kind)
    counts = desk.counts(kind, author_id, now)
    page = desk.page(
        kind, shelf, number, total=counts[shelf], author_id=author_id, now=now
    )
    if page is None:
        abort(404)
    # Held here, they make every parent known that an address may need.
    above = (queries.all_categories(), queries.all_pages() if kind == Kind.PAGE else ())
    return render_template(
        "admin/posts/index.html",
        kind=kind,
        shelf=shelf,
        page=page,
        page_url=lambda number: _list_url(shelf, number),
        here=_list_url(shelf, number),
        tab_rows=[
            Tab(label, _list_url(each), counts[each], each == shelf)
            for each, label in _shelf_labels(kind).items()
        ],
        total=counts[Shelf.ALL] + counts[Shelf.TRASH],
        may_edit=rights.may_edit,
        may_view=lambda post: post.is_public(now),
        state=lambda post: desk.shelf_of(post, now),
        above=above,
    )


def _shelf_labels(kind: Kind) -> dict[Shelf, str]:
    return {
        Shelf.ALL: _("All"),
        Shelf.PUBLIC: _("Public"),
        Shelf.SCHEDULED: _("Scheduled"),
        Shelf.DRAFT: _("Drafts"),
        Shelf.TRASH: _("Trash"),
    }


def _list_url(shelf: Shelf, number: int = 1) -> str:
    return url_for(
        ".index",
        status=None if shelf == Shelf.ALL else shelf.value,
        page=None if number == 1 else number,
    )


def _shelf_or_404() -> Shelf:
    asked = request.args.get("status", Shelf.ALL)
    if asked not in list(Shelf):
        abort(404)
    return Shelf(asked)
