"""The list of people, behind the login: all of them, or those who are looked for."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import abort, render_template, request, url_for

from ..i18n import gettext as _
from ..paging import last_page, whole_number
from ..text.normalize import single_line
from . import desk
from .desk import Sought, State
from .models import Role
from .users_forms import role_names

MAX_WORDS = 100


class Tab(NamedTuple):
    """A state in the row above the list."""

    label: str
    address: str
    number: int
    is_current: bool


class Place(NamedTuple):
    """Where in the list somebody is, and comes back to."""

    sought: Sought
    number: int

    @property
    def url(self) -> str:
        """The address of this page of the list."""
        return self.url_with()

    def url_with(self, **values: str) -> str:
        """The address of this page of the list, with more in its query."""
        state, role, words = self.sought
        if state != State.ALL:
            values["state"] = state
        if role is not None:
            values["role"] = role
        if words:
            values["q"] = words
        if self.number > 1:
            values["page"] = str(self.number)
        return url_for("admin.users.index", _external=False, **values)

    def as_it_is_now(self) -> "Place":
        """This place, or the last page of its list if fewer are left by now."""
        last = last_page(len(desk.look_for(self.sought).ids), desk.PAGE_SIZE)
        return self._replace(number=min(self.number, last))

    def address_of(self, number: int) -> str:
        """The address of another page of the same list."""
        return self._replace(number=number).url

    def in_state(self, state: State) -> "Place":
        """The first page of the same people in another state."""
        return Place(self.sought._replace(state=state), 1)

    @property
    def is_filtered(self) -> bool:
        """Whether somebody may be left out."""
        return self.sought != Sought()


def asked_place(values: Mapping[str, str]) -> Place:
    """The place that an address names; the first page of everybody if none.

    :raise NotFound: if there is no such place
    """
    state = values.get("state") or State.ALL
    role = values.get("role") or None
    number = whole_number(values.get("page") or "1")
    if state not in tuple(State) or role not in (None, *Role) or not number:
        abort(404, _("There is no such page of this list."))
    words = single_line(values.get("q") or "", MAX_WORDS)
    return Place(Sought(State(state), Role(role) if role else None, words), number)


def show() -> str:
    """The people who are looked for."""
    place = asked_place(request.args)
    found = desk.look_for(place.sought)
    page = desk.page(found, place.number)
    if page is None:
        abort(404)
    return render_template(
        "admin/accounts/people.html",
        place=place,
        page=page,
        tab_rows=[
            Tab(
                label,
                place.in_state(state).url,
                found.counts[state],
                state == place.sought.state,
            )
            for state, label in state_names().items()
        ],
        roles=role_names(),
        states=state_names(),
        state_of=desk.state_of,
        numbers=desk.post_numbers(page.items),
        all_selected=request.args.get("select") == "all",
    )


def state_names() -> Mapping[State, str]:
    """What the states are called."""
    return {
        State.ALL: _("Everybody"),
        State.ACTIVE: _("Active"),
        State.WAITING: _("Cannot log in yet"),
        State.DISABLED: _("Disabled"),
    }
