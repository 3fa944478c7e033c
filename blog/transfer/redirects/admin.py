"""Redirects behind the login: the list, one of them, and what is done with several."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as login_session
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import session, write_transaction
from ...i18n import gettext as _
from ...i18n import ngettext
from ...paging import last_page, whole_number
from ...security import max_body
from ...site import missed
from ...site.models import GONE, REDIRECT_TARGETS, Redirect
from ...text.normalize import single_line
from . import addresses, making, queries
from .addresses import Refused
from .forms import RedirectForm, labels
from .queries import Led

bp = Blueprint("redirects", __name__, url_prefix="/redirects")

MAX_BODY = 32 * 1024
MAX_WORDS = 200
MAX_SELECTED = 100
_UNDO = "redirects_undo"
_COLUMNS = ("path", "status", *REDIRECT_TARGETS)

Answer = Response | tuple[str, int]


class Place(NamedTuple):
    """Where in the list somebody is, and comes back to."""

    words: str = ""
    number: int = 1

    @property
    def values(self) -> dict[str, str]:
        """What an address or a form says of it; ``asked_place`` reads it."""
        number = str(self.number) if self.number > 1 else ""
        said = {"q": self.words, "page": number}
        return {name: value for name, value in said.items() if value}

    @property
    def url(self) -> str:
        """The address of this page of the list."""
        return self.url_with()

    def url_with(self, **values: str) -> str:
        """The address of this page of the list, with more in its query."""
        return url_for(
            "admin.redirects.index", _external=False, **self.values, **values
        )

    def address_of(self, number: int) -> str:
        """The address of another page of the same list."""
        return self._replace(number=number).url

    def as_it_is_now(self) -> "Place":
        """This place, or the last page of its list if fewer are left by now."""
        last = last_page(queries.count(self.words), queries.PAGE_SIZE)
        return self._replace(number=min(self.number, last))


def asked_place(values: Mapping[str, str]) -> Place:
    """The place that an address or a form names.

    :raise NotFound: if there is no such place
    """
    number = whole_number(values.get("page") or "1")
    if not number:
        abort(404, _("There is no such page of this list."))
    return Place(single_line(values.get("q") or "", MAX_WORDS), number)


@bp.get("/")
@requires(Action.SETTINGS)
def index() -> str:
    """The redirects, and a form for another one."""
    old = single_line(request.args.get("old") or "", MAX_WORDS)
    return _list(RedirectForm(data={"old": old}), asked_place(request.args))


@bp.post("/")
@requires(Action.SETTINGS)
@max_body(MAX_BODY)
def create() -> Answer:
    """Make a redirect."""
    form = RedirectForm()
    if not form.check() or not _is_free(form):
        return _list(form, Place()), 422
    try:
        with write_transaction():
            making.make(form.known, form.target, form.status.data, utcnow())
    except Refused as refused:
        form.to.errors = [str(refused)]
        return _list(form, Place()), 422
    missed.forget(form.known)
    flash(_("The redirect from “%(old)s” is there.", old=form.known))
    _warn(form.known)
    return redirect(url_for(".index"), 303)


@bp.get("/<int:redirect_id>/")
@requires(Action.SETTINGS)
def edit(redirect_id: int) -> str:
    """The form of one redirect."""
    led = _led_or_404(redirect_id)
    data = {"old": led.row.path, "to": led.to, "status": led.row.status}
    return _one(RedirectForm(data=data), led)


@bp.post("/<int:redirect_id>/")
@requires(Action.SETTINGS)
@max_body(MAX_BODY)
def update(redirect_id: int) -> Answer:
    """Change a redirect."""
    led = _led_or_404(redirect_id)
    form = RedirectForm()
    if not form.check() or not _is_free(form, led.row):
        return _one(form, led), 422
    try:
        with write_transaction():
            led = _led_or_404(redirect_id)
            _change(led, form, utcnow())
    except Refused as refused:
        form.to.errors = [str(refused)]
        return _one(form, _led_or_404(redirect_id)), 422
    missed.forget(form.known)
    flash(_("The redirect from “%(old)s” was saved.", old=form.known))
    _warn(form.known)
    return redirect(url_for(".index"), 303)


@bp.post("/deletion")
@requires(Action.SETTINGS)
@max_body(MAX_BODY)
def delete() -> Answer:
    """Take redirects away."""
    place = asked_place(request.form)
    ids = [whole_number(typed) for typed in request.form.getlist("ids")]
    with write_transaction():
        rows = queries.those(ids[:MAX_SELECTED])
        kept = [_written(row) for row in rows]
        for row in rows:
            session.delete(row)
    if not kept:
        flash(_("Nothing was selected."), "error")
        return redirect(place.url, 303)
    key = uuid4().hex
    login_session[_UNDO] = {"key": key, "rows": kept}
    told = ngettext(
        "%(num)d redirect was deleted.", "%(num)d redirects were deleted.", len(kept)
    )
    flash(told, f"undo:{url_for('.undo', key=key)}")
    return redirect(place.as_it_is_now().url, 303)


@bp.post("/deletion/undo/<key>")
@requires(Action.SETTINGS)
def undo(key: str) -> Answer:
    """Bring back the redirects that were deleted last, but for those whose old address
    leads elsewhere by now.
    """
    kept = login_session.pop(_UNDO, None)
    if not kept or kept["key"] != key:
        flash(_("This cannot be undone any more."), "error")
        return redirect(url_for(".index"), 303)
    number = 0
    with write_transaction():
        for values in kept["rows"]:
            number += _brought_back(values)
    flash(
        ngettext(
            "%(num)d redirect is there again.",
            "%(num)d redirects are there again.",
            number,
        )
    )
    return redirect(url_for(".index"), 303)


# What the views above are made of


def _list(form: RedirectForm, place: Place) -> str:
    page = queries.page(place.words, place.number)
    if page is None:
        abort(404, _("There is no such page of this list."))
    return render_template(
        "admin/redirects/index.html",
        form=form,
        page=page,
        place=place,
        all_selected=request.args.get("select") == "all",
        tab_rows=tabs("admin.redirects.index"),
    )


def _one(form: RedirectForm, led: Led) -> str:
    return render_template("admin/redirects/edit.html", form=form, led=led)


class Tab(NamedTuple):
    """A shelf above the list, and how much lies on it."""

    label: str
    address: str
    number: int
    is_current: bool


def tabs(here: str) -> list[Tab]:
    """The two lists."""
    rows = (
        (_("Redirects"), "admin.redirects.index", queries.count()),
        (_("Not found"), "admin.missed.index", len(missed.listed())),
    )
    return [
        Tab(label, url_for(view), number, view == here) for label, view, number in rows
    ]


def _is_free(form: RedirectForm, row: Redirect | None = None) -> bool:
    """Whether no other redirect begins at the old address."""
    other = queries.known(form.known)
    if other is None or (row is not None and other.id == row.id):
        return True
    form.old.errors = [_("A redirect from this address is there already.")]
    return False


def _change(led: Led, form: RedirectForm, now: datetime) -> None:
    """Inside a write. What leads to an archive or a file goes on doing so if the
    address is the one that stood in the form.
    """
    row, status = led.row, form.status.data
    row.path = form.known
    session.flush()
    is_thing = row.to is None and row.status != GONE
    if is_thing and status != GONE and form.target == led.to:
        row.status = status
        return
    making.make(form.known, form.target, status, now)


def _led_or_404(redirect_id: int) -> Led:
    row = queries.by_id(redirect_id)
    if row is None:
        abort(404)
    return queries.led([row])[0]


def _written(row: Redirect) -> dict[str, Any]:
    made_at = row.made_at.isoformat() if row.made_at else None
    return {name: getattr(row, name) for name in _COLUMNS} | {"made_at": made_at}


def _brought_back(values: dict[str, Any]) -> bool:
    """Whether it could be: its old address is free, and what it led to is there."""
    made_at = values["made_at"] and datetime.fromisoformat(values["made_at"])
    row = Redirect(**values | {"made_at": made_at})
    if queries.known(row.path) is not None or not queries.leads(row):
        return False
    session.add(row)
    session.flush()
    return True


def _warn(known: str) -> None:
    """Say so if a visitor does not come as far as to the redirect."""
    path, _mark, query = known.partition("?")
    address = quote(path) + (f"?{quote(query, safe='=&')}" if query else "")
    visitor = current_app.test_client(use_cookies=False)
    answer = visitor.get(address, base_url=current_app.config["SITE_URL"])
    answer.close()
    is_near = addresses.key_of(answer.location or "") == known  # but for its slash
    if answer.status_code == 200 or is_near:
        flash(
            _(
                "There is a page at “%(old)s” now. What stands there wins: the "
                "redirect works once it is gone.",
                old=known,
            ),
            "error",
        )


@bp.context_processor
def _words() -> dict[str, object]:
    return {"statuses": labels()}
