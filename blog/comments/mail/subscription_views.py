"""The page behind the links in letters to readers: to agree to them, to change one's
mind, and to stop them, also by one press in the mail program (RFC 8058).

To open a page changes nothing: programs that look for viruses open every link.
"""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from ...clock import utcnow
from ...database import write_transaction
from ...extensions import csrf
from ...i18n import gettext as _
from ...mail import delivery
from ...security import anyone, max_body
from ..models import Scope, Subscription
from . import subscriptions

bp = Blueprint("subscriptions", __name__, url_prefix="/subscriptions")

MAX_FORM_BYTES = 8 * 1024
# What mail programs send (RFC 8058, 3.1).
ONE_CLICK = ("List-Unsubscribe", "One-Click")


@bp.get("/<token>")
@anyone
def show(token: str) -> Response:
    """What the address gets, and what it could."""
    return _page(token)


@bp.get("/<token>/end")
@anyone
def ask_before_ending(token: str) -> Response:
    """The same page: a mail program that knows no better opens the link."""
    return _page(token)


@bp.post("/<token>")
@anyone
@max_body(MAX_FORM_BYTES)
@csrf.exempt  # type: ignore[untyped-decorator]
def update(token: str) -> Response:
    """Agree to letters, or choose which."""
    scope = next((each for each in Scope if each == request.form.get("scope")), None)
    with write_transaction():
        found = subscriptions.found(token)
        if found is not None and scope is not None:
            subscriptions.confirm(found, scope, utcnow())
    return _back(token, found)


@bp.post("/<token>/end")
@anyone
@max_body(MAX_FORM_BYTES)
@csrf.exempt  # type: ignore[untyped-decorator]
def end(token: str) -> Response:
    """Stop the letters. A mail program is told so in one line, whatever was before."""
    with write_transaction():
        found = subscriptions.found(token)
        if found is not None:
            subscriptions.end(found)
    name, value = ONE_CLICK
    if request.form.get(name) == value and subscriptions.is_token(token):
        return make_response(
            _("No more mail is sent about this."),
            {"Content-Type": "text/plain; charset=utf-8"},
        )
    return _back(token, found)


@bp.post("/<token>/silence")
@anyone
@max_body(MAX_FORM_BYTES)
@csrf.exempt  # type: ignore[untyped-decorator]
def silence(token: str) -> Response:
    """Send the address nothing any more, whatever anybody types."""
    with write_transaction():
        found = subscriptions.found(token)
        if found is not None:
            subscriptions.mute(found, utcnow())
    return _back(token, found)


@bp.post("/<token>/silence/end")
@anyone
@max_body(MAX_FORM_BYTES)
@csrf.exempt  # type: ignore[untyped-decorator]
def end_silence(token: str) -> Response:
    """Take that back. What the address was subscribed to stays ended."""
    with write_transaction():
        found = subscriptions.found(token)
        if found is not None:
            delivery.unmute(found.email)
    return _back(token, found)


@bp.after_request
def keep_to_oneself(response: Response) -> Response:
    """The address of the page is a key to it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page(token: str) -> Response:
    found = subscriptions.found(token)
    if found is None:
        page = render_template(
            "comments/spent_subscription.html",
            is_ours=subscriptions.is_token(token),
        )
        return make_response(page, 404)
    page = render_template(
        "comments/subscription.html",
        subscription=found,
        token=token,
        is_muted=delivery.is_muted(found.email),
        is_post_public=found.post.is_public(utcnow()),
    )
    return make_response(page)


def _back(token: str, found: Subscription | None) -> Response:
    """To the page, which says how things are now."""
    if found is None:
        return _page(token)
    return redirect(subscriptions.path(found), 303)
