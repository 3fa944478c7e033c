"""Inviting people, behind the login. For admins."""

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
from ..i18n import gettext as _
from ..mail import delivery
from ..security import max_body
from . import guard, invitations, jobs
from .guard import requires
from .models import Invitation
from .permissions import Action
from .users_admin import MAX_BODY
from .users_forms import InvitationForm, role_names

bp = Blueprint("invitations", __name__, url_prefix="/users/invitations")


@bp.get("/")
@requires(Action.USERS)
def index() -> Response:
    """Those that are open, and the form for one more."""
    return _page(InvitationForm(), 200)


@bp.post("/")
@requires(Action.USERS)
@max_body(MAX_BODY)
def create() -> BaseResponse:
    """Invite somebody. Without an address, or without mail, the link is shown."""
    now = utcnow()
    form = InvitationForm()
    if not form.validate():
        return _page(form, 422)
    is_mailed = bool(form.email.data) and delivery.is_on()
    try:
        with write_transaction():
            guard.ensure(Action.USERS, None)
            me = guard.current_user()
            assert me is not None  # noqa: S101  the guard let nobody else come here
            invitation = invitations.invite(
                form.email.data or "", form.chosen_role, me, now
            )
            if is_mailed:
                jobs.send_invitation(invitation, now)
            invitation_id = invitation.id
    except invitations.Known:
        form.email.errors = [_("Somebody with this address has an account.")]
        return _page(form, 422)
    if not is_mailed:
        return redirect(url_for(".show", invitation_id=invitation_id), 303)
    flash(_("The invitation is on its way to %(email)s.", email=form.email.data))
    return redirect(url_for(".index"), 303)


@bp.get("/<int:invitation_id>/")
@requires(Action.USERS)
def show(invitation_id: int) -> str:
    """The link of one, to hand on."""
    invitation = _open_or_404(invitation_id)
    return render_template(
        "admin/accounts/invitation_link.html",
        invitation=invitation,
        link=invitations.link(invitation),
        role=role_names()[invitation.role],
    )


@bp.post("/<int:invitation_id>/letter")
@requires(Action.USERS)
def send_again(invitation_id: int) -> BaseResponse:
    """Mail one once more."""
    now = utcnow()
    with write_transaction():
        guard.ensure(Action.USERS, None)
        invitation = _open_or_404(invitation_id)
        if not invitation.email or not delivery.is_on():
            abort(409, _("This one is not mailed. Hand its link on."))
        invitation.expires_at = now + invitations.LIFETIME
        jobs.send_invitation(invitation, now)
        email = invitation.email
    flash(_("The invitation is on its way to %(email)s.", email=email))
    return redirect(url_for(".index"), 303)


@bp.post("/<int:invitation_id>/end")
@requires(Action.USERS)
def take_back(invitation_id: int) -> BaseResponse:
    """Let a link be good for nothing."""
    with write_transaction():
        guard.ensure(Action.USERS, None)
        invitations.take_back(_open_or_404(invitation_id))
    flash(_("The invitation is taken back; its link opens nothing."))
    return redirect(url_for(".index"), 303)


def _open_or_404(invitation_id: int) -> Invitation:
    invitation = invitations.by_id(invitation_id)
    if invitation is None or not invitations.is_open(invitation, utcnow()):
        abort(404)
    return invitation


def _page(form: InvitationForm, status: int) -> Response:
    page = render_template(
        "admin/accounts/invitations.html",
        form=form,
        invitations=invitations.open_ones(utcnow()),
        roles=role_names(),
        is_on=delivery.is_on(),
    )
    return make_response(page, status)
