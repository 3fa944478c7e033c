"""All that a person wrote, given to somebody else; the account stays. For admins."""

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

from ..database import write_transaction
from ..i18n import gettext as _
from ..posts.desk import queries as post_desk
from ..security import max_body
from . import desk, guard, queries, succession
from .guard import requires
from .models import User
from .permissions import Action
from .users_forms import TakeoverForm

bp = Blueprint("takeovers", __name__, url_prefix="/users")

MAX_BODY = 8 * 1024


@bp.get("/<int:user_id>/takeover")
@requires(Action.USERS)
def ask(user_id: int) -> Response:
    """Say what of the person is here, and ask who gets it."""
    user = _person_or_404(user_id)
    return _page(user, TakeoverForm(user, post_desk.writers()), 200)


@bp.post("/<int:user_id>/takeover")
@requires(Action.USERS)
@max_body(MAX_BODY)
def take_over(user_id: int) -> BaseResponse:
    """Give it all to somebody else, at once."""
    user = _person_or_404(user_id)
    form = TakeoverForm(user, post_desk.writers())
    if not form.validate():
        return _page(user, form, 422)
    with write_transaction():
        guard.ensure(Action.USERS, None)
        user, heir = _person_or_404(user_id), form.heir
        if heir is None:
            abort(409)  # deleted a moment ago
        succession.hand_over(user, heir, form.what_of_shared)
        names = {"name": user.display_name, "heir": heir.display_name}
    flash(_("What “%(name)s” wrote is with “%(heir)s” now.", **names))
    return redirect(url_for("admin.users.edit", user_id=user_id), 303)


def _person_or_404(user_id: int) -> User:
    user = queries.by_id(user_id)
    if user is None:
        abort(404)
    return user


def _page(user: User, form: TakeoverForm, status: int) -> Response:
    page = render_template(
        "admin/accounts/takeover.html",
        user=user,
        form=form,
        belongings=desk.belongings(user),
    )
    return make_response(page, status)
