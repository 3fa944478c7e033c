"""How long things are kept: who a comment came from, spam, the trash.

What is due is looked for before it is written, and in portions, so that who comments
meanwhile waits for none of it long.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, delete, exists, or_, select, update

from ...database import session
from ...search import index
from ...site.models import Site
from .. import moderation
from ..akismet import second_opinion
from ..models import DISCARDED, Comment, CommentEvent, CommentSubmission

# Of comments whose origin is forgotten in one write, and of those that are deleted,
# which takes longer, as their threads are put in order again.
PORTION = 200
DELETED_AT_ONCE = 100


class Due(NamedTuple):
    """What one write does: the ids of comments whose origin is forgotten, and of those
    that are deleted. ``has_more`` is whether there may be others.
    """

    origins: Sequence[int]
    discarded: Sequence[int]
    has_more: bool


def due(site: Site, now: datetime) -> Due:
    """The next portion of what has been kept for long enough."""
    origins = _ids(
        select(Comment.id).where(
            Comment.created_at < _before(site.comment_origin_days, now),
            or_(Comment.ip != "", Comment.user_agent != ""),
        ),
        PORTION,
    )
    discarded = _ids(_old_discarded(site, now), DELETED_AT_ONCE)
    has_more = len(origins) == PORTION or len(discarded) == DELETED_AT_ONCE
    return Due(origins, discarded, has_more)


def clear(portion: Due, site: Site, now: datetime) -> None:
    """Forget where comments came from, and delete what lies in spam and trash. What
    answers any of it stays, and moves up. What was taken out of there since it was
    found is left alone.
    """
    session.execute(
        update(Comment)
        .where(Comment.id.in_(portion.origins))
        .values(ip="", user_agent="")
        .execution_options(synchronize_session=False)
    )
    # It could be searched for.
    index.renew(index.COMMENTS, portion.origins)
    still = _old_discarded(site, now).where(Comment.id.in_(portion.discarded))
    moderation.delete(
        session.scalars(select(Comment).where(Comment.id.in_(still))).all()
    )
    _forget_submissions(site, now)


def _forget_submissions(site: Site, now: datetime) -> None:
    """What was kept for Akismet holds the origin, too."""
    second_opinion.forget_old(now)
    session.execute(
        delete(CommentSubmission).where(
            CommentSubmission.created_at < _before(site.comment_origin_days, now),
            CommentSubmission.is_waiting.is_(False),
        )
    )


def _old_discarded(site: Site, now: datetime) -> Select[int]:
    """The spam and trash that came in, and was last moved, long enough ago. Of what an
    import brought nobody knows when that was, so it stays until somebody deletes it.
    """
    before = _before(site.comment_spam_days, now)
    was_moved = exists().where(
        CommentEvent.comment_id == Comment.id, CommentEvent.status.is_not(None)
    )
    return select(Comment.id).where(
        Comment.status.in_(DISCARDED),
        Comment.created_at < before,
        was_moved,
        ~was_moved.where(CommentEvent.at >= before),
    )


def _before(days: int, now: datetime) -> datetime:
    """What is older has been kept for long enough; without days, nothing is."""
    if days == 0:
        return datetime.min.replace(tzinfo=now.tzinfo)
    return now - timedelta(days=days)


def _ids(found: Select[int], limit: int) -> Sequence[int]:
    return session.scalars(found.order_by(Comment.id).limit(limit)).all()
