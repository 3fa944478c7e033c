"""Who is told of a comment, and when: jobs, written together with what caused them.

A job about a comment first finds out whom it concerns and becomes one job for each of
them, so that one mailbox that is full keeps nobody else waiting.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import joinedload

from ...accounts.models import User
from ...accounts.permissions import TABLE, Action, Reach, may
from ...database import session
from ...i18n import gettext as _
from ...jobs import queue
from ...mail import delivery
from .. import events
from ..models import (
    Comment,
    CommentEvent,
    EventKind,
    Kind,
    Notice,
    Status,
    Subscription,
)
from . import subscriptions

# Rows of one write: a notice and a job for each subscription.
SLICE = 50
# Comments that one letter is about, though it quotes fewer.
MOST_NOTED = 1_000
# What a subscriber is told of comes by itself at most once in this time.
PAUSE = timedelta(hours=1)
# What is approved later than this is no news to those who subscribed.
NEWS_FOR = timedelta(days=30)

# Whom a letter about a comment went to, in the details of its event.
AUTHOR = "author"
COMMENTER = "commenter"
MODERATOR = "moderator"
SUBSCRIBERS = "subscribers"

_MODERATORS = [
    role for role, reach in TABLE[Action.MODERATE].items() if reach is Reach.ANY
]


# What happens to comments


def held(comment: Comment, now: datetime) -> None:
    """A comment waits: tell the moderators."""
    if delivery.is_on():
        payload = {"comment": comment.id}
        _add("comments.held", f"held:{comment.id}", payload, comment, now)


def published(comment: Comment, now: datetime, by: User | None = None) -> None:
    """A comment is read from now on: tell the post's author, and who asked for it.
    ``by`` let it through; ``None`` if nobody had to.
    """
    if delivery.is_on():
        payload = {"comment": comment.id, "by": by.id if by else None}
        _add("comments.published", f"published:{comment.id}", payload, comment, now)


def approved(comment: Comment, who: User, now: datetime) -> None:
    """Somebody has let a comment through: tell its writer, too, if they waited."""
    published(comment, now, by=who)
    if delivery.is_on() and comment.email:
        payload = {"comment": comment.id}
        _add("comments.approved", f"approved:{comment.id}", payload, comment, now)


# Whom it concerns


def moderators(comment: Comment) -> Sequence[User]:
    """Everybody who may decide about a comment and has an email address."""
    post = comment.post
    writers = [post.author_id, *(line.user_id for line in post.bylines)]
    people = session.scalars(
        select(User)
        .where(
            User.email.is_not(None),
            or_(User.role.in_(_MODERATORS), User.id.in_(writers)),
        )
        .order_by(User.id)
    )
    return [
        user
        for user in people
        if may(user, Action.MODERATE, post.owner_for(user)) and _is_reachable(user)
    ]


def concerns_author(comment: Comment, by: User | None) -> bool:
    """Whether the post's author is to be told of a comment that ``by`` let through: it
    is not their own, and they have not just seen it.
    """
    author = comment.post.author
    is_own = (
        comment.user_id == author.id or comment.email == (author.email or "").lower()
    )
    has_seen = by is not None and by.id == author.id
    is_news = not (is_own or has_seen or was_told(comment, AUTHOR))
    return is_news and _is_reachable(author)


def concerns_subscribers(comment: Comment, now: datetime) -> bool:
    """Whether those who subscribed may hear of a comment: it is a person's, everybody
    can read it, and it is news.
    """
    return (
        comment.is_approved
        and comment.kind == Kind.COMMENT
        and comment.post.is_public(now)
        and now - comment.created_at <= NEWS_FOR
        and not was_told(comment, SUBSCRIBERS)
    )


def concerns_commenter(comment: Comment, now: datetime) -> bool:
    """Whether who wrote a comment may be told that it was approved: it waited for that,
    and everybody can read it.
    """
    first = session.scalar(
        select(CommentEvent.status)
        .where(
            CommentEvent.comment_id == comment.id,
            CommentEvent.kind == EventKind.RECEIVED,
        )
        .order_by(CommentEvent.id)
        .limit(1)
    )
    return (
        comment.is_approved
        and comment.post.is_public(now)
        and first not in (None, Status.APPROVED)
        and not was_told(comment, COMMENTER)
    )


def was_told(comment: Comment, whom: str) -> bool:
    """Whether ``whom`` was told of a comment before."""
    told = select(CommentEvent.details).where(
        CommentEvent.comment_id == comment.id, CommentEvent.kind == EventKind.MAILED
    )
    return any(json.loads(each).get("to") == whom for each in session.scalars(told))


def _is_reachable(user: User) -> bool:
    """Whether somebody is still of this house, and takes mail."""
    if not user.is_active or not user.email:
        return False
    return not delivery.is_muted(user.email)


# Jobs become jobs for each of them


def ask(comment: Comment, people: Sequence[User], now: datetime) -> None:
    """Have each of the moderators asked, once in a comment's life."""
    for user in people:
        payload = {"comment": comment.id, "user": user.id}
        key = f"held:{comment.id}:{user.id}"
        _add("comments.held", key, payload, comment, now, once=True)


def remind(user: User, now: datetime, at: datetime) -> None:
    """Have a moderator told at ``at`` of all that waits, in one letter."""
    queue.add("comments.held", f"waiting:{user.id}", {"user": user.id}, now, run_at=at)


def tell_author(comment: Comment, now: datetime) -> None:
    """Have the post's author told of a comment, once in its life."""
    author_id = comment.post.author_id
    payload = {"comment": comment.id, "user": author_id}
    key = f"published:{comment.id}:{author_id}"
    _add("comments.published", key, payload, comment, now, once=True)


def tell_subscribers(comment: Comment, after_id: int, now: datetime) -> None:
    """Note for each of the next subscribers that they are to be told of a comment, and
    have the rest done after that.
    """
    some = subscriptions.interested(comment, after_id=after_id, limit=SLICE)
    if some:
        session.execute(
            insert(Notice).on_conflict_do_nothing(),
            [{"subscription_id": each.id, "comment_id": comment.id} for each in some],
        )
    with session.no_autoflush:  # their keys differ; so all are written at once
        for each in some:
            notify(each, comment.post.title, now)
    if len(some) == SLICE:
        payload = {"comment": comment.id, "after": some[-1].id}
        key = f"subscribers:{comment.id}:{some[-1].id}"
        _add("comments.published", key, payload, comment, now)


def notify(subscription: Subscription, title: str, now: datetime) -> None:
    """Have a subscriber told of what is noted for them: now, or all of it together
    when an hour has passed since the last letter.
    """
    _notify(subscription, f"notice:{subscription.id}", title, now)


def notify_again(subscription: Subscription, job_id: int, now: datetime) -> None:
    """Have a subscriber told of what was noted while the job ``job_id`` sent the last
    letter. That job still stands for its key, so this one has another.
    """
    key = f"notice:{subscription.id}:{job_id}"
    _notify(subscription, key, subscription.post.title, now)


def due(subscription: Subscription, now: datetime) -> datetime:
    """When the next letter may go to a subscriber."""
    last = subscription.mailed_at
    return now if last is None else max(now, last + PAUSE)


def _notify(subscription: Subscription, key: str, title: str, now: datetime) -> None:
    queue.add(
        "comments.notice",
        key,
        {"subscription": subscription.id},
        now,
        about=title,
        run_at=due(subscription, now),
    )


# What is noted for a subscriber


def noted(subscription: Subscription) -> Sequence[int]:
    """The ids of comments that a subscriber is still to be told of, in whatever state
    they are by now; at most as many as one letter is about.
    """
    return session.scalars(
        select(Notice.comment_id)
        .where(Notice.subscription_id == subscription.id)
        .order_by(Notice.comment_id)
        .limit(MOST_NOTED)
    ).all()


def told_of(ids: Sequence[int]) -> Sequence[Comment]:
    """These comments, with whom they answer, in order of time."""
    return session.scalars(
        select(Comment)
        .where(Comment.id.in_(ids))
        .options(joinedload(Comment.parent))
        .order_by(Comment.created_at, Comment.id)
    ).all()


def strike(subscription_id: int, ids: Sequence[int]) -> None:
    """Take comments off a subscriber's list: they were told, or need not be."""
    session.execute(
        delete(Notice).where(
            Notice.subscription_id == subscription_id, Notice.comment_id.in_(ids)
        )
    )


def record(comment: Comment, whom: str, sentence: str, now: datetime) -> None:
    """Note in a comment's history that somebody was told of it."""
    events.record(comment, EventKind.MAILED, sentence, now, details={"to": whom})


def told(comment: Comment, whom: str, user: User, now: datetime) -> None:
    """The same of somebody with an account."""
    sentence = _("Told %(name)s by mail.", name=user.display_name)
    record(comment, whom, sentence, now)


def _add(
    kind: str,
    key: str,
    payload: Mapping[str, int | None],
    comment: Comment,
    now: datetime,
    *,
    once: bool = False,
) -> None:
    queue.add(kind, key, payload, now, about=comment.post.title, once=once)
