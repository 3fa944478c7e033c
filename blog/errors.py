"""The error pages: what happened, what to do, and the right status."""

import logging
import secrets
import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from flask import (
    Flask,
    Response,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import BadHost, HTTPException, InternalServerError

from .database import GateTimeout, session
from .i18n import gettext as _
from .i18n import in_english
from .i18n import lazy_gettext as _l
from .security import is_public_view, is_sent_from_here

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

RETRY_AFTER_SECONDS = 5


class Explanation(NamedTuple):
    """What an error page says."""

    title: str
    advice: str


EXPLANATIONS = {
    400: Explanation(
        _l("That request makes no sense here"),
        _l("Something in it cannot be read. Go back and try it once more."),
    ),
    401: Explanation(
        _l("Please log in"), _l("This page is for people with an account.")
    ),
    403: Explanation(
        _l("Not allowed"), _l("You may not do that. Nothing was changed.")
    ),
    404: Explanation(
        _l("Page not found"),
        _l("There is nothing at this address. The home page has the latest posts."),
    ),
    405: Explanation(
        _l("That cannot be done here"),
        _l("This address takes other requests. Nothing was changed."),
    ),
    409: Explanation(
        _l("Somebody was faster"),
        _l("This was changed or said before. Nothing of yours was written over."),
    ),
    410: Explanation(
        _l("This page is gone"),
        _l("What was at this address was taken away for good."),
    ),
    411: Explanation(
        _l("The request does not say how long it is"),
        _l("Send it with its length. Nothing was saved."),
    ),
    413: Explanation(
        _l("That is too large"),
        _l("Go back: your text is still there. Shorten it and send it again."),
    ),
    415: Explanation(
        _l("That cannot be read here"),
        _l("It is not of a kind that this address takes. Nothing was saved."),
    ),
    429: Explanation(_l("Too fast"), _l("Please wait a little and then try again.")),
    500: Explanation(
        _l("Something went wrong"),
        _l("It is our fault and has been written down. Please try again later."),
    ),
    503: Explanation(
        _l("Busy for a moment"),
        _l("Nothing was saved. Go back: your text is still there. Then send it again."),
    ),
}


# What SQLite reports of its surroundings (sqlite.org/rescode.html): no right to the
# file, others busy with it, no memory, a read-only or failing or full disk, damage.
# Everything else is a statement of ours that was wrong.
NOT_OUR_FAULT = frozenset(
    {
        *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
        *(sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR),
        *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOTADB),
    }
)


def init_app(app: Flask) -> None:
    """Answer every error with a page of the site."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(Exception, _failure)
    # An error while another one was answered comes wrapped in this.
    app.register_error_handler(InternalServerError, _failure)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(ObjectDeletedError, _gone)
    for busy in (GateTimeout, PoolTimeout):
        app.register_error_handler(busy, _busy)


def in_json(view: View) -> View:
    """Declare that a script asks this view: its errors are ``{"error": sentence}``."""
    view.speaks_json = True  # type: ignore[attr-defined]
    return view


def error_page(code: int, advice: str | None = None) -> Response:
    """The page for an error; ``advice`` takes the place of the usual sentence.

    Where the site's own page cannot be made, a plainer one with the same words.
    """
    known = _explanation(code)
    if _is_in_json():
        return _json_error(code, advice or str(known.advice))
    if isinstance(request.routing_exception, BadHost):
        return _last_resort_page(code)  # no host that can be read: no addresses either
    try:
        page = render_template(
            "errors/error.html",
            code=code,
            title=known.title,
            advice=advice or known.advice,
        )
    except (SQLAlchemyError, LookupError):  # the settings or the menu
        log.exception("the page for error %s could not be made", code)
        session.rollback()
        return _last_resort_page(code)
    return make_response(page, code)


def _is_in_json() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "speaks_json", False):
        return True
    # Public answers are stored, and the same for all.
    wanted = request.accept_mimetypes.best
    return wanted == "application/json" and not is_public_view()


def _json_error(code: int, sentence: str, **more: str) -> Response:
    response = jsonify(error=sentence, **more)
    response.status_code = code
    return response


def _explanation(code: int) -> Explanation:
    return EXPLANATIONS.get(code) or EXPLANATIONS[400 if code < 500 else 500]


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    usual = type(error).description
    own_words = error.description if error.description != usual else None
    response = error_page(error.code or 500, own_words)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _stale_form(error: CSRFError) -> Response:
    """A form of an earlier login, most likely: written for a day, or in another tab.

    Where the browser vouches that a page of ours sent it, all that was typed comes back
    with a token of today, to be sent once more. Passwords are not shown again, but for
    that of a post, which its writer sees in the editor anyway.
    """
    if _is_in_json():
        # The page that asks still has all that was typed; with this it goes on.
        token = {"csrf_token": generate_csrf()} if is_sent_from_here() else {}
        return _json_error(400, _("This page was opened too long ago."), **token)
    names = {*request.form} - {"post_password"}
    if not is_sent_from_here() or any("password" in name for name in names):
        advice = _("This page was opened too long ago. Reload it, then send it again.")
        return error_page(400, advice)
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token"
    ]
    page = render_template("errors/stale_form.html", fields=fields)
    return make_response(page, 400)


def _database_error(error: DBAPIError) -> Response:
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return _busy(error) if code in NOT_OUR_FAULT else _failure(error)


def _gone(_error: ObjectDeletedError) -> Response:
    """Somebody deleted for good what this request was about, while it was answered."""
    session.rollback()
    return error_page(404)


def _busy(error: Exception) -> Response:
    """Too many at once, or a disk that is full, read-only or damaged."""
    session.rollback()
    log.error("the database could not be used: %s", error)
    # Behind the gate reading goes on; after anything else it had better not be tried.
    is_readable = isinstance(error, GateTimeout)
    response = error_page(503) if is_readable else _last_resort_page(503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _failure(error: Exception) -> Response:
    error = getattr(error, "original_exception", None) or error
    reference = secrets.token_hex(6)
    log.error("failure %s", reference, exc_info=error)
    session.rollback()
    return _last_resort_page(500, reference)


def _last_resort_page(code: int, reference: str = "") -> Response:
    """A page that asks neither the database nor the site's templates for anything."""
    known = _explanation(code)
    with in_english():  # the site's language is a setting, and those cannot be read
        if _is_in_json():
            return _json_error(code, str(known.advice))
        page = render_template(
            "errors/last_resort.html",
            title=known.title,
            advice=known.advice,
            reference=reference,
        )
    return make_response(page, code)
