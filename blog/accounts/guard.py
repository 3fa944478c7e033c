"""Who is asking, and may they? One guard before every view.

A view says who may come: ``@public``, ``@anyone`` (both of ``security.py``) or
``@requires(Action.X)``. One that says nothing is open to nobody.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from flask import (
    Flask,
    abort,
    current_app,
    has_request_context,
    redirect,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from ..i18n import gettext as _
from ..security import SAFE_METHODS
from . import permissions, sessions
from .models import User
from .permissions import Action

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])


def init_app(app: Flask) -> None:
    """Stand before every view, and let the admin's templates ask what may be done."""
    app.before_request(_guard)
    app.jinja_env.globals.update(current_user=current_user, may=may)


def requires(action: Action) -> Callable[[View], View]:
    """Declare that this view is for people who may do ``action``, at least to what is
    their own; ``ensure`` then looks at the thing itself."""

    def mark(view: View) -> View:
        view.required_action = action  # type: ignore[attr-defined]
        return view

    return mark


def current_user() -> User | None:
    """Who is logged in; ``None`` for a visitor and outside a request. One question to
    the database in a request at most."""
    if not has_request_context():
        return None
    browser = sessions.browser()
    browser.load()
    return browser.user


def may(action: Action, owner_id: int | None = None) -> bool:
    """Whether the person at the browser may do ``action`` to what ``owner_id`` owns."""
    return permissions.may(current_user(), action, owner_id)


def ensure(action: Action, owner_id: int | None) -> None:
    """Go on only if the person at the browser may do ``action`` to what belongs to
    ``owner_id``.

    Inside a write transaction it asks what is true then. What nobody owns (``None``) is
    for those who may do it to everything.

    :raise 404: if not; what is hidden and what is missing look alike
    """
    reach = permissions.reach(current_user(), action)
    if reach is permissions.Reach.ANY:
        return
    if owner_id is None or not may(action, owner_id):
        abort(404)


def _guard() -> Response | None:
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "is_public", False) or getattr(view, "is_anyone", False):
        return None
    action: Action | None = getattr(view, "required_action", None)
    if action is None:
        log.error("%s does not say who may come; nobody may", request.endpoint)
        abort(404)
    if current_user() is None:
        return _ask_to_log_in()
    if not may(action):
        abort(403)
    return None


def _ask_to_log_in() -> Response:
    """A page is shown after the login. What was written stays in the browser's form: a
    redirect would throw it away."""
    if request.method in SAFE_METHODS:
        here = request.full_path if request.query_string else request.path
        return redirect(url_for("accounts.login", next=here), 303)
    request.get_data()  # a browser shows no answer while it has more to send
    abort(
        401,
        _(
            "You are not logged in any more, so nothing was saved. Log in in another "
            "tab, go back here and send it again: your text is still there."
        ),
    )
