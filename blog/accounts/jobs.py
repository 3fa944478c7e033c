"""Mail to those who work here, and who are asked to."""

from collections.abc import Mapping
from datetime import datetime

from ..i18n import format_time, ngettext
from ..i18n import gettext as _
from ..i18n import lazy_gettext as _l
from ..jobs import queue
from ..jobs.tasks import Handler, Task
from ..mail import delivery
from ..mail.letters import Action, Letter
from ..site.queries import settings
from . import invitations, queries, recovery
from .models import Invitation, User
from .users_forms import role_names

RECOVERY, INVITATION = "accounts.recovery", "accounts.invitation"


def ask_for_recovery(email: str, now: datetime) -> None:
    """Have a link sent to whoever has this address, if anybody has. That is looked up
    later, so that an answer takes as long for those whom nobody knows.
    """
    queue.add(RECOVERY, f"{RECOVERY}:{email}", {"email": email}, now)


def send_invitation(invitation: Invitation, now: datetime) -> None:
    """Have the invitation mailed, once more if it was before."""
    queue.add(
        INVITATION,
        f"{INVITATION}:{invitation.id}",
        {"invitation": invitation.id},
        now,
        about=invitation.email,
    )


def _recover(task: Task, now: datetime) -> None:
    user = queries.by_email(task.payload["email"])
    if user is not None and user.is_active and user.email:
        delivery.send(_recovery(user, now), f"{task.key}:{task.id}", now)


def _invite(task: Task, now: datetime) -> None:
    invitation = invitations.by_id(task.payload["invitation"])
    if invitation is not None and invitations.is_open(invitation, now):
        delivery.send(_invitation(invitation), f"{task.key}:{task.id}", now)


def _recovery(user: User, now: datetime) -> Letter:
    minutes = int(recovery.LIFETIME.total_seconds()) // 60
    return Letter(
        to=user.email or "",
        subject=_("A new password for “%(site)s”", site=settings().title),
        lead=[
            _("Somebody, probably you, asked for a new password for your account."),
            ngettext(
                "The button opens a page on which you choose one, in the next "
                "%(num)d minute.",
                "The button opens a page on which you choose one, in the next "
                "%(num)d minutes.",
                minutes,
            ),
        ],
        facts=[(_("Username"), user.name)],
        actions=[Action(_("Choose a password"), recovery.link(user, now))],
        footer=[
            _(
                "If it was not you, do nothing: your password stays what it is. "
                "Nobody else got this letter."
            )
        ],
    )


def _invitation(invitation: Invitation) -> Letter:
    site = settings().title
    inviter = queries.by_id(invitation.inviter_id) if invitation.inviter_id else None
    name = inviter.display_name if inviter else site
    return Letter(
        to=invitation.email,
        subject=_("%(name)s invites you to “%(site)s”", name=name, site=site),
        lead=[
            _("%(name)s would like you to join “%(site)s”.", name=name, site=site),
            _("The button opens a page on which you choose a name and a password."),
        ],
        facts=[
            (_("Your role"), role_names()[invitation.role]),
            (_("Open until"), format_time(invitation.expires_at)),
        ],
        actions=[Action(_("Accept the invitation"), invitations.link(invitation))],
        footer=[_("If you do not know what this is about, do nothing.")],
    )


HANDLERS: Mapping[str, Handler] = {RECOVERY: _recover, INVITATION: _invite}
LABELS = {RECOVERY: _l("Forgotten password"), INVITATION: _l("Invitation")}
