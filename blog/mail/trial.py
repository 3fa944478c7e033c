"""The test letter, with which the owner sees whether mail works."""

from datetime import datetime

from ..accounts.models import User
from ..i18n import format_time
from ..i18n import gettext as _
from ..jobs import queue
from ..jobs.tasks import Task
from ..site.queries import settings
from .letters import Letter

KIND = "mail.test"


def ask_for(user: User, now: datetime) -> None:
    """Have one sent to a person; while it waits, no other."""
    to = user.email
    queue.add(KIND, f"{KIND}:{user.id}", {"to": to}, now, about=to or "")


def letter(task: Task, now: datetime) -> Letter:
    """What stands in it."""
    return Letter(
        to=task.payload["to"],
        subject=_("Mail from “%(site)s” works", site=settings().title),
        lead=(
            _("This letter took the way that every letter of your site takes."),
            _("You asked for it in the outbox. There is nothing to do."),
        ),
        facts=(
            (_("Asked for"), format_time(task.created_at)),
            (_("Sent"), format_time(now)),
        ),
    )
