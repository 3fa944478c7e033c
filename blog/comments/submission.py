"""A comment comes in: may it, is it there already, is it too soon?

The order of the questions is WordPress's; the answers are ``refusals``.
"""

import math
from datetime import datetime, timedelta

from ..accounts.models import User
from ..posts import locks
from ..posts.models import Post
from ..text.sanitizer import POLICY_VERSION
from . import counts, decisions, events, moderation, queries
from .akismet import second_opinion
from .decisions import Decision
from .drafts import Content, Origin
from .mail import notices, subscriptions
from .models import Comment, EventKind, Scope, Status
from .queries import First, Ground
from .refusals import AccountRequired, Closed, ParentGone, PostGone, Repeated, TooFast

# How long the very same comment is taken for the same press of the button.
SAME_PRESS = timedelta(minutes=10)
FLOOD_SECONDS = 15


def check(ground: Ground | None, user: User | None, now: datetime) -> Ground:
    """Whether a comment may be written here now, and the ground on which. Asked before
    the work and once more inside the write.

    :raise PostGone: if it is no post that the person may come to
    :raise ParentGone: if what is answered is not shown below it
    :raise Closed: if it takes no comments
    :raise AccountRequired: if the owner wants commenters to log in
    """
    if ground is None or not locks.is_readable_by(user, ground.post, now):
        raise PostGone
    if not ground.is_answerable:
        raise ParentGone
    if not moderation.is_open(ground.post, ground.site, now):
        raise Closed
    if ground.site.comment_registration and user is None:
        raise AccountRequired
    return ground


def check_new(
    content: Content, post: Post, parent_id: int | None, now: datetime
) -> None:
    """Whether this was not said before, at this place and by the same person.

    :raise Repeated: if it was, naming the first one
    """
    ground = queries.ground(post.id, parent_id, content.digest)
    check_first(ground.first if ground else None, now)


def check_first(first: First | None, now: datetime) -> None:
    """The same where it is known which comment said it ``first``; ``None`` is none.

    :raise Repeated: if one did
    """
    if first is not None:
        raise Repeated(first.id, is_recent=now - first.created_at <= SAME_PRESS)


def check_pace(content: Content, origin: Origin, now: datetime) -> None:
    """Whether the last comment of the same person is long enough ago: of the account,
    the email address or the network.

    :raise TooFast: if not, with the seconds to wait
    """
    network = decisions.network(origin.ip)
    for last in queries.recent(now, FLOOD_SECONDS):
        if (
            (origin.user_id is not None and last.user_id == origin.user_id)
            or (content.email and last.email == content.email)
            or (origin.ip and decisions.network(last.ip) == network)
        ):
            passed = (now - last.created_at).total_seconds()
            raise TooFast(max(1, math.ceil(FLOOD_SECONDS - passed)))


def receive(
    content: Content,
    origin: Origin,
    decision: Decision,
    *,
    post: Post,
    parent_id: int | None,
    user: User | None,
    now: datetime,
    wish: Scope | None = None,
) -> Comment:
    """Add a comment, as decided, to the session, and have done what follows from it.
    The caller checks and writes. ``wish`` is what its writer wants to be told of by
    mail; ``None`` is nothing.
    """
    comment = Comment(
        post_id=post.id,
        parent_id=parent_id,
        user_id=origin.user_id,
        status=decision.status,
        reason=decision.reason,
        author=content.author,
        email=content.email,
        url=content.url,
        source=content.source,
        html=content.html,
        folded=content.digest,
        signals=origin.signals,
        score=decision.details.get("score"),
        policy_version=POLICY_VERSION,
        ip=origin.ip,
        user_agent=origin.user_agent,
        created_at=now,
    )
    events.record(
        comment,
        EventKind.RECEIVED,
        decision.reason,
        now,
        before=comment.status,
        details={"rule": str(decision.rule), **decision.details},
    )
    counts.take_in(comment)  # written together with its first event
    if second_opinion.is_wanted(decision, user):
        second_opinion.ask(comment, content, origin, decision, now)
    elif comment.is_approved:
        notices.published(comment, now)
    elif comment.status == Status.PENDING:
        notices.held(comment, now)
    if wish is not None:
        subscriptions.wish(comment, wish, now)
    return comment
