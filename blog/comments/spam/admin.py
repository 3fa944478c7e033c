"""The room about spam: what the filter knows, how well it does, a box to try it in, and
how things stand with Akismet.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug import Response

from ...accounts.guard import ensure, requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import session, write_transaction
from ...i18n import gettext as _
from ...security import max_body
from ...site.queries import settings
from .. import drafts
from ..akismet import client as akismet
from ..akismet import state as akismet_state
from ..akismet.client import Unanswered
from ..refusals import Invalid
from ..views import MAX_FORM_BYTES
from . import figures as spam_figures
from . import trial
from .forms import TrialForm
from .trial import Trial

T = TypeVar("T")

bp = Blueprint("spam", __name__, url_prefix="/spam")


@bp.get("/")
@requires(Action.MODERATE)
def index() -> str:
    """What is known and how well it works, for who moderates everything."""
    ensure(Action.MODERATE, None)
    return _page(TrialForm.empty())


@bp.post("/trial")
@requires(Action.MODERATE)
@max_body(MAX_FORM_BYTES)
def try_out() -> str | tuple[str, int]:
    """What would happen to a comment. It is neither kept nor learned from."""
    ensure(Action.MODERATE, None)
    typed = TrialForm.sent()
    site = settings()
    try:
        content = drafts.prepare(
            author=typed.text("author"),
            email=typed.text("email"),
            url=typed.text("url"),
            source=typed.text("comment"),
            names_required=False,
        )
    except Invalid as refused:
        typed.refuse(refused)
        return _page(typed), 422
    return _page(typed, trial.run(content, site))


@bp.post("/akismet")
@requires(Action.SETTINGS)
def check_key() -> Response:
    """Ask Akismet whether it takes the key, and how much of it is used."""
    if not akismet.is_on():
        flash(_("There is no key to be checked."), "error")
        return redirect(url_for(".index"), 303)
    session.rollback()  # nothing is kept open while another server is asked
    now = utcnow()
    usage = month = None
    try:
        is_valid = akismet.verify_key()
        if is_valid:
            usage, month = _told(akismet.usage), _told(lambda: akismet.site_month(now))
    except Unanswered as error:
        with write_transaction():
            akismet_state.note_silence(error, now)
        flash(_("Akismet gave no answer: %(error)s.", error=error.reason), "error")
        return redirect(url_for(".index"), 303)
    with write_transaction():
        akismet_state.note_check(is_valid, usage, month, now)
    if is_valid:
        flash(_("Akismet takes the key."))
    else:
        flash(_("Akismet does not take the key."), "error")
    return redirect(url_for(".index"), 303)


def _told(question: Callable[[], T | None]) -> T | None:
    """The answer; ``None`` for none. A key is good without all that it is used for."""
    try:
        return question()
    except Unanswered:
        return None


def _page(form: TrialForm, tried: Trial | None = None) -> str:
    state = akismet_state.state()
    return render_template(
        "admin/spam/index.html",
        form=form,
        trial=tried,
        days=spam_figures.DAYS,
        figures=spam_figures.figures(utcnow()),
        knowledge=spam_figures.knowledge(),
        state=state,
        usage=akismet_state.usage(state),
        month=akismet_state.month(state),
    )
