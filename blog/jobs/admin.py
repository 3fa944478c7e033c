"""The outbox, for admins: what waits to be done, what failed and why, what was done."""

from collections.abc import Mapping
from typing import NamedTuple

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
from werkzeug.wrappers import Response

from ..accounts import guard
from ..accounts.guard import requires
from ..accounts.permissions import Action
from ..clock import utcnow
from ..database import session, write_transaction
from ..i18n import gettext as _
from ..i18n import ngettext
from ..mail import delivery, trial
from ..paging import last_page, whole_number
from . import queries, queue
from .models import Job, State

bp = Blueprint("outbox", __name__, url_prefix="/outbox")

RETRIED_AT_ONCE = 100


class Tab(NamedTuple):
    """A state in the row above the list."""

    label: str
    address: str
    number: int
    is_current: bool


class Place(NamedTuple):
    """Where in the lists somebody is, and comes back to."""

    state: State = State.WAITING
    kind: str | None = None
    number: int = 1

    @property
    def url(self) -> str:
        """The address of this page of the list."""
        return self.url_of("index")

    def url_of(self, view: str, **values: str | int) -> str:
        """The address of a view that comes back to this place."""
        if self.state != State.WAITING:
            values["state"] = self.state
        if self.kind is not None:
            values["kind"] = self.kind
        if self.number > 1:
            values["page"] = self.number
        return url_for(f"admin.outbox.{view}", **values)  # type: ignore[arg-type]

    def in_state(self, state: State) -> "Place":
        """The first page of the same kind in another state."""
        return self._replace(state=state, number=1)

    def address_of(self, number: int) -> str:
        """The address of another page of the same list."""
        return self._replace(number=number).url

    def as_it_is_now(self) -> "Place":
        """This place, or the last page of its list if fewer are left by now."""
        last = last_page(queries.counts(self.kind)[self.state], queries.PAGE_SIZE)
        return self._replace(number=min(self.number, last))


@bp.get("/")
@requires(Action.SETTINGS)
def index() -> str:
    """The jobs in one state, and whether mail can be sent."""
    place, now = _asked_place(), utcnow()
    numbers = queries.counts(place.kind)
    page = queries.page(
        place.state, place.kind, place.number, total=numbers[place.state]
    )
    if page is None:
        abort(404)
    return render_template(
        "admin/jobs/outbox.html",
        place=place,
        page=page,
        tab_rows=[
            Tab(label, place.in_state(state).url, numbers[state], state == place.state)
            for state, label in _state_labels().items()
        ],
        labels=_labels(),
        failed=numbers[State.FAILED],
        mail_server=delivery.server(),
        sender=delivery.sender(),
        stuck_minutes=queries.stuck_minutes(now),
        now=now,
    )


@bp.post("/test-letter")
@requires(Action.SETTINGS)
def send_test_letter() -> Response:
    """Have a letter sent to whoever asks for it."""
    user = guard.current_user()
    assert user is not None  # noqa: S101  the guard let them in
    if not delivery.is_on():
        flash(_("Mail is off, so nothing was sent."), "error")
    elif not user.email:
        flash(_("Your profile names no address to send it to."), "error")
    else:
        with write_transaction():
            trial.ask_for(user, utcnow())
        flash(_("A test letter to %(address)s is on its way.", address=user.email))
    return redirect(url_for(".index"), 303)


@bp.post("/attempts")
@requires(Action.SETTINGS)
def retry_failed() -> Response:
    """Try everything again that was given up, of one kind or of all."""
    place = _asked_place()
    number, below_id, now = 0, None, utcnow()
    while jobs := queries.failed(place.kind, below_id=below_id, limit=RETRIED_AT_ONCE):
        below_id = jobs[-1].id
        with write_transaction():
            number += sum(queue.try_now(job, now) for job in jobs)
    flash(
        ngettext("%(num)d job is tried again.", "%(num)d jobs are tried again.", number)
    )
    return redirect(place.as_it_is_now().url, 303)


@bp.post("/<int:job_id>/attempt")
@requires(Action.SETTINGS)
def retry(job_id: int) -> Response:
    """Try one thing now."""
    place = _asked_place()
    with write_transaction():
        is_tried = queue.try_now(_job(job_id), utcnow())
    if is_tried:
        flash(_("It is tried now."))
    else:
        flash(_("It is under way, or waits already."), "error")
    return redirect(place.as_it_is_now().url, 303)


@bp.post("/<int:job_id>/abandonment")
@requires(Action.SETTINGS)
def abandon(job_id: int) -> Response:
    """Give one thing up."""
    place = _asked_place()
    with write_transaction():
        reason = _("Given up in the outbox.")
        is_given_up = queue.drop(_job(job_id), reason, utcnow())
    if is_given_up:
        flash(_("It was given up. You find it among what failed."))
    else:
        flash(_("It is under way, or was finished before."), "error")
    return redirect(place.as_it_is_now().url, 303)


def _job(job_id: int) -> Job:
    return session.get(Job, job_id) or abort(404)


def _asked_place() -> Place:
    """The place that the address names; what waits, if none.

    :raise NotFound: if there is no such place
    """
    values = request.args
    state = values.get("state") or State.WAITING
    number = whole_number(values.get("page") or "1")
    if state not in tuple(State) or not number:
        abort(404, _("There is no such page of this list."))
    return Place(State(state), values.get("kind") or None, number)


def _labels() -> Mapping[str, str]:
    """What each kind of job is called."""
    labels: Mapping[str, str] = current_app.extensions["job_labels"]
    return {kind: str(label) for kind, label in labels.items()}


def _state_labels() -> dict[State, str]:
    return {
        State.WAITING: _("Waiting"),
        State.FAILED: _("Failed"),
        State.DONE: _("Done"),
    }
