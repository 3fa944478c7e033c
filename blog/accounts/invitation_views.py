"""Accepting an invitation."""

from datetime import datetime

from flask import Blueprint, Response, make_response, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from ..clock import utcnow
from ..database import write_transaction
from ..security import anyone, max_body
from . import invitations, passwords, queries, sessions, users
from .forms import InvitedForm
from .models import Invitation
from .users_forms import role_names
from .views import HOME, MAX_BODY

bp = Blueprint("invitation", __name__)


@bp.get("/invitation/<token>")
@anyone
def open_link(token: str) -> Response:
    """Who invites, to what, and the form. Opening it does not use it up."""
    invitation = invitations.named(token, utcnow())
    if invitation is None:
        return _spent()
    return _page(InvitedForm(invitation), invitation, 200)


@bp.post("/invitation/<token>")
@anyone
@max_body(MAX_BODY)
def accept(token: str) -> BaseResponse:
    """Make the account, and log its person in."""
    now = utcnow()
    invitation = invitations.named(token, now)
    if invitation is None:
        return _spent()
    form = InvitedForm(invitation)
    if not form.validate():
        return _page(form, invitation, 422)
    try:
        return _accepted(token, form, now)
    except invitations.Spent:
        return _spent()
    except users.Refused:  # taken since the form was checked; checked again it says so
        form.validate()
        return _page(form, invitation, 409)


def _accepted(token: str, form: InvitedForm, now: datetime) -> BaseResponse:
    password_hash = passwords.hashed(form.password.data or "")
    with write_transaction():
        user = invitations.accept(
            token, **form.person, password_hash=password_hash, now=now
        )
        new_token = sessions.begin(user, now)
    sessions.keep(new_token)
    response = redirect(HOME, 303)
    sessions.remember_device(response, user)
    return response


@bp.after_request
def keep_link_to_ourselves(response: Response) -> Response:
    """The address is a key; no other site may learn it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page(form: InvitedForm, invitation: Invitation, status: int) -> Response:
    inviter = queries.by_id(invitation.inviter_id) if invitation.inviter_id else None
    page = render_template(
        "accounts/invitation.html",
        form=form,
        invitation=invitation,
        inviter=inviter,
        role=role_names()[invitation.role],
    )
    return make_response(page, status)


def _spent() -> Response:
    return make_response(render_template("accounts/invitation_spent.html"), 404)
