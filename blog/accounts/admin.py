"""One's own account: profile, password, and where one is logged in."""

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from ..clock import utcnow
from ..database import write_transaction
from ..errors import error_page
from ..i18n import gettext as _
from ..security import max_body
from . import guard, logins, passwords, queries, sessions, throttle, users
from .forms import PasswordForm, ProfileForm
from .guard import requires
from .models import User
from .permissions import Action
from .views import too_fast

bp = Blueprint("account", __name__, url_prefix="/account")

MAX_BODY = 32 * 1024


@bp.get("/")
@requires(Action.ENTER)
def edit() -> Response:
    """The profile."""
    return _profile_page(ProfileForm(_self()), 200)


@bp.post("/")
@requires(Action.ENTER)
@max_body(MAX_BODY)
def update() -> BaseResponse:
    """Change the profile."""
    user = _self()
    form = ProfileForm(user)
    if not form.validate():
        return _profile_page(form, 422)

    with write_transaction():
        users.describe(user, **form.values)
    flash(_("Your profile is saved."))
    return redirect(url_for(".edit"), 303)


@bp.get("/password")
@requires(Action.ENTER)
def edit_password() -> Response:
    """The form for another password."""
    return _password_page(PasswordForm(_self()), 200)


@bp.post("/password")
@requires(Action.ENTER)
@max_body(MAX_BODY)
def update_password() -> BaseResponse:
    """Change the password; every session ends, and this browser gets a new one."""
    now = utcnow()
    user = _self()
    form = PasswordForm(user)
    if not form.validate():
        return _password_page(form, 422)
    wait = throttle.admit_change(user.id, now)
    if wait:
        response = _password_page(form, 429, too_fast(wait))
        response.headers["Retry-After"] = str(wait)
        return response
    stored = user.password_hash
    if not passwords.is_right(form.current_password.data or "", stored):
        return _password_page(form, 422, _("The present password is another one."))

    new_hash = passwords.hashed(form.password.data or "")
    with write_transaction():
        if user.password_hash != stored:
            abort(409)  # changed while we looked
        users.set_password(user, new_hash)
        token = sessions.begin(user, now)
    throttle.change_succeeded(user.id)
    sessions.keep(token)
    flash(_("Your password is changed. You are logged out everywhere else."))
    return redirect(url_for(".edit_password"), 303)


@bp.get("/sessions")
@requires(Action.ENTER)
def index_sessions() -> str:
    """Where one is logged in."""
    token = sessions.browser().token or ""
    return render_template(
        "admin/accounts/sessions.html",
        logins=queries.logins_of(_self(), utcnow() - logins.IDLE),
        here=logins.hashed(token),
        browser_name=logins.browser_name,
    )


@bp.post("/sessions/others/end")
@requires(Action.ENTER)
def end_other_sessions() -> BaseResponse:
    """Log out everywhere but here."""
    token = sessions.browser().token or ""
    with write_transaction():
        logins.end_others(_self(), token)
    flash(_("You are logged out everywhere else."))
    return redirect(url_for(".index_sessions"), 303)


@bp.errorhandler(users.Refused)
def refused(_error: users.Refused) -> BaseResponse:
    """The address was free when the form was checked, and is not any more."""
    return error_page(409)


def _self() -> User:
    """Who is logged in; the guard let nobody else come here."""
    user = guard.current_user()
    assert user is not None  # noqa: S101
    return user


def _profile_page(form: ProfileForm, status: int) -> Response:
    page = render_template("admin/accounts/profile.html", form=form, user=_self())
    return make_response(page, status)


def _password_page(
    form: PasswordForm, status: int, problem: str | None = None
) -> Response:
    page = render_template(
        "admin/accounts/password.html", form=form, problem=problem, user=_self()
    )
    return make_response(page, status)
