"""The lists of posts and of pages: one state at a time, or all but the trash; narrowed
to what somebody seeks, in the order they want.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from flask import abort, render_template, request, url_for
from sqlalchemy import ColumnElement

from ...clock import utcnow
from ...i18n import format_month
from ...i18n import gettext as _
from ...paging import last_page, whole_number
from ...security import safe_redirect_target
from ...site.queries import settings
from .. import locks, queries, rights, trees
from ..editorial import keeping
from ..editorial import queries as editorial
from ..models import Kind
from ..shelving import Move
from . import filters
from . import queries as desk
from .filters import EVERYTHING, Filters, Order
from .queries import Shelf

# Most sites never have any, so their tabs show only when there is something on them.
RARE = (Shelf.PENDING, Shelf.PRIVATE)


class Place(NamedTuple):
    """Where in a list somebody is, and comes back to."""

    shelf: Shelf = Shelf.ALL
    number: int = 1
    filters: Filters = EVERYTHING
    order: Order | None = None
    kind: Kind = Kind.POST

    @property
    def url(self) -> str:
        """The address of this page of the list."""
        return self.url_with()

    def url_with(self, **more: str) -> str:
        """The same with something else in it."""
        values = {**self.kept, **more}
        if self.number > 1:
            values["page"] = str(self.number)
        return url_for(f"admin.{self.kind}s.index", _external=False, **values)

    @property
    def kept(self) -> dict[str, str]:
        """What an address says of it besides the number of its page."""
        values = self.filters.values()
        if self.shelf != Shelf.ALL:
            values["status"] = self.shelf.value
        if self.order is not None:
            values["sort"] = self.order.value
        return values

    def on(self, shelf: Shelf) -> Self:
        """Another shelf with the same filters. It stands in its own order again."""
        return self._replace(shelf=shelf, number=1)

    def at(self, number: int) -> Self:
        """Another page."""
        return self._replace(number=number)

    def address_of(self, number: int) -> str:
        """The address of another page."""
        return self.at(number).url

    @property
    def query(self) -> str:
        """What stands behind the question mark of its first page."""
        return urlencode(self.kept)

    def unfiltered(self) -> Self:
        """The same shelf with all that lies on it."""
        return self._replace(filters=EVERYTHING, number=1)

    def sorted_by(self, column: str) -> Self:
        """In the order of a column: letters from the first, numbers from the greatest;
        the other way round if that is how it stands."""
        up, down = Order(column), Order(f"-{column}")
        first, second = (up, down) if up == Order.TITLE else (down, up)
        return self._replace(order=second if self.order == first else first, number=1)


class Tab(NamedTuple):
    """A shelf in the row above a list."""

    label: str
    address: str
    number: int
    is_current: bool


class Choice(NamedTuple):
    """Something to choose in a form; ``depth`` is how far it lies below others."""

    value: str
    label: str
    depth: int = 0


def asked_place(values: Mapping[str, str], kind: Kind) -> Place:
    """The place that an address names in the list of a kind; the first page of
    everything if none.

    :raise ValueError: if there is no such place
    """
    shelf, order = values.get("status", Shelf.ALL), values.get("sort")
    number = whole_number(values.get("page", "1"))
    if not number:
        raise ValueError(values["page"])
    return Place(
        Shelf(shelf),
        number,
        filters.asked(values),
        None if order is None else Order(order),
        kind,
    )


def way_back(kind: Kind, here: str | None, shelf: Shelf = Shelf.ALL) -> str:
    """The address ``here``, if it is one of ours, or else the list's. Of a list that
    has become shorter it is the last page.
    """
    start = Place(shelf, kind=kind)
    target = urlsplit(safe_redirect_target(here, start.url))
    if target.path != url_for(f"admin.{kind}s.index"):
        return target.geturl()
    place = place_at(kind, target.query)
    if place is None:
        return start.url
    total = desk.counts(kind, rights.whose(kind), utcnow(), _conditions(place))
    last = last_page(total[place.shelf], desk.PAGE_SIZE)
    return place.at(min(place.number, last)).url


def place_at(kind: Kind, query: str) -> Place | None:
    """The place whose address has this behind its question mark, as far as the person
    reaches; ``None`` if there is no such place.
    """
    try:
        return _within_reach(kind, asked_place(dict(parse_qsl(query)), kind))
    except ValueError:
        return None


def ids_of(place: Place) -> Sequence[int]:
    """The ids of all that lies there, on whichever page; the first made first."""
    return desk.ids(
        place.kind,
        place.shelf,
        author_id=rights.whose(place.kind),
        now=utcnow(),
        conditions=_conditions(place),
    )


def show(kind: Kind) -> str:
    """A shelf of the posts or pages that the person may see."""
    now, author_id = utcnow(), rights.whose(kind)
    try:
        place = _within_reach(kind, asked_place(request.args, kind))
    except ValueError:
        abort(404)
    conditions = _conditions(place)
    counts = desk.counts(kind, author_id, now, conditions)
    page = desk.page(
        kind,
        place.shelf,
        place.number,
        total=counts[place.shelf],
        author_id=author_id,
        now=now,
        conditions=conditions,
        order=place.order,
    )
    if page is None:
        abort(404)
    return render_template(
        "admin/posts/index.html",
        kind=kind,
        place=place,
        page=page,
        tab_rows=[
            Tab(label, place.on(each).url, counts[each], each == place.shelf)
            for each, label in _shelf_labels().items()
            if counts[each] or each == place.shelf or each not in RARE
        ],
        total=counts[Shelf.ALL] + counts[Shelf.TRASH],
        selected=request.args.get("select", ""),
        **_around(kind, [post.id for post in page.items]),
        may_edit=rights.may_edit,
        may_move=lambda way, post: rights.may_move(Move(way), post),
        may_publish=rights.may_publish(kind, None),
        may_view=lambda post: locks.is_readable_by(rights.me(), post, now),
        state=lambda post: desk.shelf_of(post, now),
        **_choices(kind, place, author_id),
    )


def _around(kind: Kind, ids: Sequence[int]) -> dict[str, object]:
    """What stands beside the posts of a page, and what the person has of their own."""
    me = rights.me()
    return {
        "noted": editorial.open_notes(ids),
        "submissions": editorial.submissions(ids),
        "under_way": editorial.changes_under_way(me),
        "saved": keeping.of(me, kind),
    }


def _choices(kind: Kind, place: Place, author_id: int | None) -> dict[str, object]:
    """What the forms of the list offer. The categories and pages also make every parent
    known that an address may need.
    """
    is_post, chosen = kind == Kind.POST, place.filters
    rows = queries.all_categories() if is_post else ()
    categories = [
        Choice(str(row.id), row.name, depth) for row, depth in trees.branches(rows)
    ]
    sees_all = author_id is None
    people = desk.authors() if sees_all else ()
    authors = [Choice(str(each.id), each.display_name) for each in people]
    months = [
        Choice(str(each), format_month(each.year, each.month))
        for each in filters.months(kind, author_id, _zone())
    ]
    return {
        "authors": _with(chosen.author_id, authors),
        "categories": _with(chosen.category_id, categories),
        "months": _with(chosen.month, months),
        "writers": desk.writers() if sees_all else (),
        "above": rows if is_post else queries.all_pages(),
    }


def _with(chosen: object, choices: Sequence[Choice]) -> Sequence[Choice]:
    """The choices, and what was chosen in an address though it is not among them."""
    if chosen is None or str(chosen) in {each.value for each in choices}:
        return choices
    return [*choices, Choice(str(chosen), _("Not there any more"))]


def _within_reach(kind: Kind, place: Place) -> Place:
    """The place without the filters that this list does not have for the person."""
    sought = place.filters
    if rights.whose(kind) is not None:
        sought = replace(sought, author_id=None)
    if kind == Kind.PAGE:
        sought = replace(sought, category_id=None)
    return place._replace(filters=sought)


def _conditions(place: Place) -> list[ColumnElement[bool]]:
    return place.filters.conditions(_zone())


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().timezone)


def _shelf_labels() -> dict[Shelf, str]:
    return {
        Shelf.ALL: _("All"),
        Shelf.PUBLIC: _("Public"),
        Shelf.SCHEDULED: _("Scheduled"),
        Shelf.PENDING: _("Waiting for review"),
        Shelf.DRAFT: _("Drafts"),
        Shelf.PRIVATE: _("Private"),
        Shelf.TRASH: _("Trash"),
    }
