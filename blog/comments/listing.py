"""The lists of comments behind the login: the queue, or another shelf."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import abort, render_template, request, url_for

from ..accounts.models import User
from ..accounts.permissions import Action, Reach, reach
from ..i18n import gettext as _
from ..paging import last_page, whole_number
from . import desk
from .desk import Shelf


class Place(NamedTuple):
    """Where in the lists somebody is, and comes back to."""

    shelf: Shelf
    number: int

    @property
    def url(self) -> str:
        """The address of this page of the list."""
        return self.url_of("index")

    def url_of(self, view: str, **values: str | int) -> str:
        """The address of a view that comes back to this place."""
        if self.shelf != Shelf.PENDING:
            values["status"] = self.shelf
        if self.number > 1:
            values["page"] = self.number
        path = url_for(f"admin.comments.{view}", _external=False, **values)  # type: ignore[arg-type]
        return path

    def as_it_is_now(self, user: User) -> "Place":
        """This place, or the last page of its shelf if fewer are left by now."""
        last = last_page(desk.counts(user)[self.shelf], desk.PAGE_SIZE)
        return self._replace(number=min(self.number, last))


def asked_place(values: Mapping[str, str]) -> Place:
    """The place that an address or a form names; the first page of the queue if none.

    :raise NotFound: if there is no such place
    """
    shelf = values.get("status") or Shelf.PENDING
    number = whole_number(values.get("page") or "1")
    if shelf not in tuple(Shelf) or not number:
        abort(404, _("There is no such page of this list."))
    return Place(Shelf(shelf), number)


def show(user: User) -> str:
    """A shelf of the comments that the person may moderate."""
    place = asked_place(request.args)
    counts = desk.counts(user)
    page = desk.page(user, place.shelf, place.number, total=counts[place.shelf])
    if page is None:
        abort(404)
    return render_template(
        "admin/comments/index.html",
        page=page,
        place=place,
        tabs=[
            (shelf, label, counts[shelf], Place(shelf, 1).url)
            for shelf, label in _shelf_labels().items()
        ],
        all_selected=request.args.get("select") == "all",
        may_delete=may_delete(user),
    )


def may_delete(user: User) -> bool:
    """Whether the person may delete comments for good."""
    return reach(user, Action.MODERATE) == Reach.ANY


def _shelf_labels() -> dict[Shelf, str]:
    return {
        Shelf.PENDING: _("Waiting"),
        Shelf.APPROVED: _("Approved"),
        Shelf.SPAM: _("Spam"),
        Shelf.TRASH: _("Trash"),
        Shelf.ALL: _("All"),
    }
