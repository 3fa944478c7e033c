"""A moderator's answer: it is read at once, and so is what it answers."""

from datetime import datetime

from ..accounts.models import User
from ..i18n import gettext as _
from ..posts.locks import is_readable_by
from . import counts, moderation, submission
from .decisions import Decision, Rule
from .drafts import Content, Origin
from .models import Comment, Kind, Status
from .moderation import Verb
from .refusals import Unanswerable


def is_answerable(comment: Comment, user: User, now: datetime) -> bool:
    """Whether the moderator's answer could be read, and belongs below it."""
    is_read = is_readable_by(user, comment.post, now)
    return is_read and not comment.is_discarded and comment.kind == Kind.COMMENT


def publish(
    comment: Comment, content: Content, user: User, ip: str, now: datetime
) -> Comment:
    """Add a moderator's answer to the session, and approve with it what waits.

    :raise Unanswerable: if it cannot be answered
    :raise Repeated: if the same was said there before
    """
    if not is_answerable(comment, user, now):
        raise Unanswerable
    submission.check_new(content, comment.post, comment.id, now)
    if comment.status == Status.PENDING:
        moderation.carry_out(Verb.APPROVE, comment, user, now)
        counts.recount([comment])
    return submission.receive(
        content,
        Origin(user_id=user.id, ip=ip),
        Decision(
            Status.APPROVED,
            _("A reply by %(name)s.", name=user.display_name),
            Rule.TRUSTED,
        ),
        post=comment.post,
        parent_id=comment.id,
        user=user,
        now=now,
    )
