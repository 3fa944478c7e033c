"""Logging in and out, and what a link that is good once is for."""

import logging
from datetime import datetime

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from ..clock import utcnow
from ..database import write_transaction
from ..errors import error_page
from ..i18n import gettext as _
from ..i18n import ngettext
from ..security import anyone, max_body, safe_redirect_target
from . import logins, passwords, queries, sessions, setup, throttle, users
from .forms import ChoosePasswordForm, LoginForm, SetupForm
from .guard import current_user
from .models import User
from .throttle import Attempt

log = logging.getLogger(__name__)

bp = Blueprint("accounts", __name__)

MAX_BODY = 8 * 1024
HOME = "/admin/"


@bp.get("/login")
@anyone
def login() -> BaseResponse:
    """The form; whoever is logged in already goes on."""
    if current_user() is not None:
        return redirect(_next(), 303)
    return _login_page(LoginForm(), 200)


@bp.post("/login")
@anyone
@max_body(MAX_BODY)
def log_in() -> BaseResponse:
    """Log in. What is wrong is never said, only that something is."""
    now = utcnow()
    form = LoginForm()
    if not form.validate():
        return _login_page(form, 422, _("Both are needed."))

    name = form.username.data or ""
    user = queries.by_name(name)
    attempt = _attempt(name, user)
    wait = throttle.admit(attempt, now)
    if wait:
        return _too_fast(form, wait)
    token = _token_for(user, form.password.data or "", now)
    if user is None or token is None:
        # Never the name: people type their password into that field.
        log.warning("a login failed, from %s", throttle.network(request.remote_addr))
        return _login_page(form, 422, _("The username or the password is wrong."))
    throttle.succeeded(attempt)
    sessions.keep(token)
    response = redirect(_next(), 303)
    sessions.remember_device(response, user)
    return response


@bp.post("/logout")
@anyone
def logout() -> BaseResponse:
    """End this session, and let the browser forget what it kept of it."""
    token = sessions.browser().token
    if token:
        with write_transaction():
            logins.end(token)
    sessions.drop()
    response = redirect("/", 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.get("/logout")
@anyone
def logout_by_link() -> BaseResponse:
    """A picture in a comment could log everybody out otherwise."""
    raise MethodNotAllowed(["POST"])


@bp.get("/setup/<token>")
@anyone
def open_link(token: str) -> BaseResponse:
    """The form that a link is for. Opening it does not use it up."""
    now = utcnow()
    guest = setup.guest(token, now)
    if guest is not None:
        return _password_page(ChoosePasswordForm(guest), guest, 200)
    if setup.is_open(token, now):
        return _setup_page(SetupForm(), 200)
    return _spent_page()


@bp.post("/setup/<token>")
@anyone
@max_body(MAX_BODY)
def use_link(token: str) -> BaseResponse:
    """Choose a password, or make the first admin, and be logged in."""
    now = utcnow()
    guest = setup.guest(token, now)
    if guest is not None:
        return _choose_password(token, guest, now)
    if setup.is_open(token, now):
        return _make_first_admin(token, now)
    return _spent_page()


@bp.errorhandler(setup.LinkSpent)
def link_spent(_error: setup.LinkSpent) -> BaseResponse:
    """Somebody was faster with the same link."""
    return redirect(request.path, 303)


@bp.errorhandler(users.Refused)
def refused(_error: users.Refused) -> BaseResponse:
    """The name or address was free when the form was checked, and is not any more."""
    return error_page(409)


@bp.errorhandler(CSRFError)
def stale_form(error: CSRFError) -> BaseResponse:
    """The form was open for a day, or cookies are off: here is a fresh one."""
    if request.endpoint == "accounts.log_in":
        sentence = _(
            "The form was open for too long, or your browser keeps no cookies. "
            "Please try again."
        )
        return _login_page(LoginForm(), 400, sentence)
    if request.endpoint == "accounts.logout" and current_user() is None:
        return redirect("/", 303)
    return error_page(400, error.description)


@bp.after_request
def keep_token_to_ourselves(response: Response) -> Response:
    """The address of the setup page is a key; no other site may learn it."""
    if request.endpoint in ("accounts.open_link", "accounts.use_link"):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _next() -> str:
    target = safe_redirect_target(request.args.get("next"), HOME)
    return HOME if target.startswith(("/login", "/logout")) else target


def _attempt(name: str, user: User | None) -> Attempt:
    device = sessions.device()
    is_known = user is not None and user.id in device.user_ids
    return Attempt(name, request.remote_addr, device.id if is_known else None)


def _token_for(user: User | None, password: str, now: datetime) -> str | None:
    """A new session's token, if the password is right and the person may log in."""
    stored = user.password_hash if user is not None and user.is_active else None
    if not passwords.is_right(password, stored) or user is None or stored is None:
        return None
    new_hash = passwords.hashed(password) if passwords.is_outdated(stored) else stored
    with write_transaction():
        if not user.is_active or user.password_hash != stored:
            return None  # changed while we looked
        user.password_hash = new_hash
        return sessions.begin(user, now)


def _too_fast(form: LoginForm, wait_seconds: int) -> Response:
    sentence = too_fast(wait_seconds)
    response = _login_page(form, 429, sentence)
    response.headers["Retry-After"] = str(wait_seconds)
    return response


def too_fast(wait_seconds: int) -> str:
    """How long to wait, in a sentence."""
    if wait_seconds < 60:
        return ngettext(
            "Too many attempts. Please wait %(num)d second.",
            "Too many attempts. Please wait %(num)d seconds.",
            wait_seconds,
        )
    return ngettext(
        "Too many attempts. Please wait %(num)d minute.",
        "Too many attempts. Please wait %(num)d minutes.",
        -(-wait_seconds // 60),
    )


def _login_page(form: LoginForm, status: int, problem: str | None = None) -> Response:
    target = _next()
    page = render_template(
        "accounts/login.html",
        form=form,
        problem=problem,
        action=url_for("accounts.log_in", next=None if target == HOME else target),
    )
    return make_response(page, status)


def _make_first_admin(token: str, now: datetime) -> BaseResponse:
    form = SetupForm()
    if not form.validate():
        return _setup_page(form, 422)
    password_hash = passwords.hashed(form.password.data or "")
    with write_transaction():
        user = setup.make_first_admin(
            token,
            **form.person,
            password_hash=password_hash,
            now=now,
        )
        new_token = sessions.begin(user, now)
    return _logged_in(user, new_token)


def _choose_password(token: str, guest: User, now: datetime) -> BaseResponse:
    form = ChoosePasswordForm(guest)
    if not form.validate():
        return _password_page(form, guest, 422)
    password_hash = passwords.hashed(form.password.data or "")
    with write_transaction():
        user = setup.choose_password(token, password_hash, now)
        new_token = sessions.begin(user, now)
    throttle.forget(user.name)
    return _logged_in(user, new_token)


def _logged_in(user: User, token: str) -> BaseResponse:
    sessions.keep(token)
    response = redirect(HOME, 303)
    sessions.remember_device(response, user)
    return response


def _setup_page(form: SetupForm, status: int) -> Response:
    return make_response(render_template("accounts/setup.html", form=form), status)


def _password_page(form: ChoosePasswordForm, user: User, status: int) -> Response:
    page = render_template("accounts/choose_password.html", form=form, user=user)
    return make_response(page, status)


def _spent_page() -> Response:
    """What to do with a link that is good for nothing any more. One that was used and
    one that never was are told apart by nobody: their hashes are gone."""
    page = render_template("accounts/spent.html", has_admin=queries.has_admin())
    return make_response(page, 404)
