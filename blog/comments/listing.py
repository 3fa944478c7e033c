"""The lists of comments behind the login: the queue, or another shelf."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple, NoReturn, TypeVar

from flask import abort, render_template, request, url_for

from ..accounts.models import User
from ..accounts.permissions import Action, Reach, reach
from ..i18n import gettext as _
from ..paging import last_page, whole_number
from ..text.normalize import single_line
from . import desk
from .desk import EVERYTHING, Filters, Group, Order, Shelf

Word = TypeVar("Word", Shelf, Group, Order)

# More than anybody looks for; every link of the list has to carry it.
WORDS_LIMIT = 200


class Place(NamedTuple):
    """Where in the lists somebody is, and comes back to."""

    shelf: Shelf = Shelf.PENDING
    filters: Filters = EVERYTHING
    order: Order = Order.NEWEST
    number: int = 1

    @property
    def fields(self) -> dict[str, str]:
        """What names it in an address or a form; what goes without saying is left out.
        ``asked_place`` reads it again.
        """
        named = {
            "status": self.shelf if self.shelf != Shelf.PENDING else "",
            "kind": self.filters.group or "",
            "post": self.filters.post_id or "",
            "q": self.filters.words,
            "sort": self.order if self.order != Order.NEWEST else "",
            "page": self.number if self.number > 1 else "",
        }
        return {name: str(value) for name, value in named.items() if value}

    @property
    def url(self) -> str:
        """The address of this page of the list."""
        return self.url_of("index")

    def url_of(self, view: str, **values: str | int) -> str:
        """The address of a view that comes back to this place."""
        endpoint = f"admin.comments.{view}"
        return url_for(endpoint, **values, **self.fields)  # type: ignore[arg-type]

    def on(self, shelf: Shelf) -> "Place":
        """The first page of another shelf, filtered alike."""
        return self._replace(shelf=shelf, number=1)

    def below(self, post_id: int | None) -> "Place":
        """The first page of what was said below one post, or (``None``) below all."""
        filters = replace(self.filters, post_id=post_id)
        return self._replace(filters=filters, number=1)

    @property
    def unfiltered(self) -> "Place":
        """The first page of all that stands on this shelf."""
        return self._replace(filters=EVERYTHING, number=1)

    def as_it_is_now(self, user: User) -> "Place":
        """This place, or the last page of its shelf if fewer are left by now."""
        total = desk.counts(user, self.filters)[self.shelf]
        return self._replace(number=min(self.number, last_page(total, desk.PAGE_SIZE)))


def asked_place(values: Mapping[str, str]) -> Place:
    """The place that an address or a form names; the first page of the queue if none.

    :raise NotFound: if there is no such place
    """
    number = whole_number(values.get("page") or "1")
    post_id = whole_number(values.get("post")) or None
    if not number or (values.get("post") and post_id is None):
        _no_such_page()
    return Place(
        _one_of(Shelf, values.get("status")) or Shelf.PENDING,
        Filters(
            _one_of(Group, values.get("kind")),
            post_id,
            single_line(values.get("q", ""), WORDS_LIMIT),
        ),
        _one_of(Order, values.get("sort")) or Order.NEWEST,
        number,
    )


def show(user: User) -> str:
    """A shelf of the comments that the person may moderate."""
    place = asked_place(request.args)
    counts = desk.counts(user, place.filters)
    page = desk.page(
        user,
        place.shelf,
        place.number,
        total=counts[place.shelf],
        filters=place.filters,
        order=place.order,
    )
    if page is None:
        abort(404)
    post_id = place.filters.post_id
    return render_template(
        "admin/comments/index.html",
        page=page,
        place=place,
        tabs=[
            (shelf, label, counts[shelf], place.on(shelf).url)
            for shelf, label in _shelf_labels().items()
        ],
        kinds=_group_labels(),
        orders=_order_labels(),
        words_limit=WORDS_LIMIT,
        post=desk.post(user, post_id) if post_id is not None else None,
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


def _no_such_page() -> NoReturn:
    abort(404, _("There is no such page of this list."))


def _shelf_labels() -> dict[Shelf, str]:
    return {
        Shelf.PENDING: _("Waiting"),
        Shelf.APPROVED: _("Approved"),
        Shelf.SPAM: _("Spam"),
        Shelf.TRASH: _("Trash"),
        Shelf.ALL: _("All"),
    }


def _group_labels() -> dict[str, str]:
    return {
        "": _("Comments and mentions"),
        Group.COMMENTS: _("Comments"),
        Group.MENTIONS: _("Mentions"),
    }


def _order_labels() -> dict[Order, str]:
    return {Order.NEWEST: _("Newest first"), Order.OLDEST: _("Oldest first")}
