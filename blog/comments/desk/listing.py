"""The lists of comments behind the login: the queue, or another shelf."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple, NoReturn, TypeVar
from urllib.parse import urlencode

from flask import abort, render_template, request, url_for

from ...accounts.models import User
from ...accounts.permissions import Action, Reach, reach
from ...i18n import gettext as _
from ...paging import last_page, whole_number
from ...text.normalize import single_line
from .. import events
from . import keeping
from . import queries as desk
from .queries import EVERYTHING, Filters, Group, Held, Order, Shelf

Word = TypeVar("Word", Shelf, Group, Held, Order)

# More than anybody looks for; every link of the list has to carry it.
WORDS_LIMIT = 200
# So that no zone carries a day over the calendar's end.
_YEARS = range(1970, 9000)


class Place(NamedTuple):
    """Where in the lists somebody is, and comes back to. ``then`` is the comment to go
    on with there; 0 is the list's beginning.
    """

    shelf: Shelf = Shelf.PENDING
    filters: Filters = EVERYTHING
    order: Order = Order.NEWEST
    number: int = 1
    then: int = 0

    @property
    def fields(self) -> dict[str, str]:
        """What names it in an address or a form; what goes without saying is left out.
        ``asked_place`` reads it again.
        """
        filters = self.filters
        named = {
            "status": self.shelf if self.shelf != Shelf.PENDING else "",
            "kind": filters.group or "",
            "post": filters.post_id or "",
            "q": filters.words,
            "held": filters.held or "",
            "by": filters.by or "",
            "since": filters.since or "",
            "until": filters.until or "",
            "sort": self.order if self.order != Order.NEWEST else "",
            "page": self.number if self.number > 1 else "",
        }
        return {name: str(value) for name, value in named.items() if value}

    @property
    def url(self) -> str:
        """The address of this page of the list."""
        return self.url_of("comments.index")

    @property
    def way_on(self) -> str:
        """The address of this page of the list, at the comment to go on with."""
        return f"{self.url}#comment-{self.then}" if self.then else self.url

    def url_of(self, view: str, **values: str | int) -> str:
        """The address of a view that comes back to this place."""
        endpoint = f"admin.{view}"
        return url_for(endpoint, **values, **self.fields)  # type: ignore[arg-type]

    @property
    def query(self) -> str:
        """What names the list in an address, whatever page of it is open."""
        return urlencode(self._replace(number=1).fields)

    def on(self, shelf: Shelf) -> "Place":
        """The first page of another shelf, filtered alike."""
        return self._replace(shelf=shelf, number=1)

    def below(self, post_id: int | None) -> "Place":
        """The first page of what was said below one post, or (``None``) below all."""
        return self._narrowed(replace(self.filters, post_id=post_id))

    def written_by(self, comment_id: int | None) -> "Place":
        """The first page of what the writer of a comment wrote, or (``None``) all."""
        return self._narrowed(replace(self.filters, by=comment_id))

    @property
    def unfiltered(self) -> "Place":
        """The first page of all that stands on this shelf."""
        return self._narrowed(EVERYTHING)

    def _narrowed(self, filters: Filters) -> "Place":
        return self._replace(filters=filters, number=1)

    def as_it_is_now(self, user: User) -> "Place":
        """This place, or the last page of its shelf if fewer are left by now."""
        total = desk.counts(user, self.filters)[self.shelf]
        return self._replace(number=min(self.number, last_page(total, desk.PAGE_SIZE)))


def asked_place(values: Mapping[str, str]) -> Place:
    """The place that an address or a form names; the first page of the queue if none.

    :raise NotFound: if there is no such place
    """
    return Place(
        _one_of(Shelf, values.get("status")) or Shelf.PENDING,
        Filters(
            _one_of(Group, values.get("kind")),
            _number(values.get("post")),
            single_line(values.get("q", ""), WORDS_LIMIT),
            _one_of(Held, values.get("held")),
            _number(values.get("by")),
            _day(values.get("since")),
            _day(values.get("until")),
        ),
        _one_of(Order, values.get("sort")) or Order.NEWEST,
        _number(values.get("page")) or 1,
        whole_number(values.get("then")),
    )


class Undoable(NamedTuple):
    """What was done last, and where to post to take it back."""

    sentence: str
    address: str


def show(user: User, undoable: Undoable | None) -> str:
    """A shelf of the comments that the person may moderate."""
    place = asked_place(request.args)
    filters = place.filters
    counts = desk.counts(user, filters)
    page = desk.page(
        user,
        place.shelf,
        place.number,
        total=counts[place.shelf],
        filters=filters,
        order=place.order,
    )
    if page is None:
        abort(404)
    return render_template(
        "admin/comments/index.html",
        page=page,
        place=place,
        tabs=[
            (shelf, label, counts[shelf], place.on(shelf).url)
            for shelf, label in shelf_labels().items()
        ],
        kinds=_group_labels(),
        orders=_order_labels(),
        rules=_held_labels(),
        words_limit=WORDS_LIMIT,
        post=desk.post(user, filters.post_id) if filters.post_id else None,
        writer=desk.written(user, filters.by) if filters.by else None,
        receipts=events.receipts([comment.id for comment in page.items]),
        saved=keeping.of(user),
        undoable=undoable,
        all_selected=request.args.get("select") == "all",
        may_delete=may_delete(user),
    )


def may_delete(user: User) -> bool:
    """Whether the person may delete comments for good."""
    return reach(user, Action.MODERATE) == Reach.ANY


def _one_of(words: type[Word], asked: str | None) -> Word | None:
    """The word that was asked for; ``None`` for no or an empty one."""
    if asked and asked not in tuple(words):
        _no_such_page()
    return words(asked) if asked else None


def _number(asked: str | None) -> int | None:
    """The number that was asked for; ``None`` for no or an empty one."""
    if not asked:
        return None
    return whole_number(asked) or _no_such_page()


def _day(asked: str | None) -> date | None:
    """The day that was asked for; ``None`` for no or an empty one."""
    if not asked:
        return None
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        _no_such_page()
    return day if day.year in _YEARS else _no_such_page()


def _no_such_page() -> NoReturn:
    abort(404, _("There is no such page of this list."))


def shelf_labels() -> dict[Shelf, str]:
    """What the shelves are called."""
    return {
        Shelf.PENDING: _("Waiting"),
        Shelf.APPROVED: _("Approved"),
        Shelf.SPAM: _("Spam"),
        Shelf.TRASH: _("Trash"),
        Shelf.ALL: _("All"),
    }


def _group_labels() -> dict[str, str]:
    return {
        "": _("Every kind"),
        Group.COMMENTS: _("Comments"),
        Group.MENTIONS: _("Mentions"),
    }


def _held_labels() -> dict[str, str]:
    return {
        "": _("Any reason"),
        Held.FIRST: _("First comment of a person"),
        Held.LINKS: _("Too many links"),
        Held.WORDS: _("A word of yours"),
        Held.FILTER: _("The filter"),
        Held.AKISMET: _("Akismet"),
        Held.IMITATION: _("Another’s name"),
        Held.ALL: _("Every comment waits"),
    }


def _order_labels() -> dict[Order, str]:
    return {Order.NEWEST: _("Newest first"), Order.OLDEST: _("Oldest first")}
