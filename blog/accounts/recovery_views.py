"""Who has forgotten a password gets a link by mail."""

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ..clock import utcnow
from ..database import write_transaction
from ..mail import delivery
from ..security import anyone, max_body
from . import jobs, passwords, recovery, throttle
from .forms import ChoosePasswordForm, ForgottenForm
from .guard import current_user
from .models import User
from .views import HOME, MAX_BODY, too_fast

bp = Blueprint("recovery", __name__)


@bp.get("/forgotten")
@anyone
def ask() -> BaseResponse:
    """The form for an email address."""
    if current_user() is not None:
        return redirect(HOME, 303)
    return _page(ForgottenForm(), 200)


@bp.post("/forgotten")
@anyone
@max_body(MAX_BODY)
def send() -> BaseResponse:
    """Have a link sent. Whether anybody has the address is never said, and takes no
    other time.
    """
    now = utcnow()
    form = ForgottenForm()
    if not delivery.is_on():
        return _page(form, 404)
    if not form.validate():
        return _page(form, 422)
    email = form.email.data or ""
    wait = recovery.admit(email, request.remote_addr, now)
    if wait:
        response = _page(form, 429, too_fast(wait))
        response.headers["Retry-After"] = str(wait)
        return response
    with write_transaction():
        jobs.ask_for_recovery(email, now)
    page = render_template("accounts/forgotten_sent.html", email=email)
    return make_response(page)


@bp.get("/recovery/<token>")
@anyone
def open_link(token: str) -> Response:
    """The form for a new password. Opening it does not use the link up."""
    user = recovery.guest(token, utcnow())
    if user is None:
        return _spent()
    return _password_page(ChoosePasswordForm(user), user, 200)


@bp.post("/recovery/<token>")
@anyone
@max_body(MAX_BODY)
def use_link(token: str) -> BaseResponse:
    """Take the new password. It logs nobody in: whoever reads a mailbox is not yet
    known to be its owner (OWASP ASVS 6.4.3).
    """
    now = utcnow()
    user = recovery.guest(token, now)
    if user is None:
        return _spent()
    form = ChoosePasswordForm(user)
    if not form.validate():
        return _password_page(form, user, 422)
    password_hash = passwords.hashed(form.password.data or "")
    try:
        with write_transaction():
            user = recovery.choose_password(token, password_hash, now)
    except recovery.LinkSpent:
        return _spent()
    throttle.forget(user.name)
    return redirect("/recovery/done", 303)


@bp.get("/recovery/done")
@anyone
def done() -> str:
    """Say that the password is changed, and where to log in."""
    return render_template("accounts/recovered.html")


@bp.after_request
def keep_link_to_ourselves(response: Response) -> Response:
    """The address is a key; no other site may learn it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page(form: ForgottenForm, status: int, problem: str | None = None) -> Response:
    page = render_template(
        "accounts/forgotten.html", form=form, problem=problem, is_on=delivery.is_on()
    )
    return make_response(page, status)


def _password_page(form: ChoosePasswordForm, user: User, status: int) -> Response:
    page = render_template(
        "accounts/choose_password.html", form=form, user=user, logs_in=False
    )
    return make_response(page, status)


def _spent() -> Response:
    return make_response(render_template("accounts/recovery_spent.html"), 404)
