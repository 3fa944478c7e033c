"""Letters about comments, written and sent when their time has come.

Between the cause and the letter anything may have happened, so everything is asked anew
here: a letter that is late must not be wrong. What a handler returns is written
together with ticking the job off.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from ... import counters
from ...accounts.models import User
from ...database import session
from ...i18n import gettext as _
from ...i18n import lazy_gettext as _l
from ...jobs.tasks import Finish, Handler, Postpone, Task
from ...mail import delivery
from ...site.queries import settings
from .. import decisions, queries
from ..desk import queries as desk
from ..models import Comment, Status
from ..own import personal
from . import letters, notices, subscriptions

# So many letters about single comments a moderator gets in an hour; the rest of them
# is one letter, when that is over.
HELD_AN_HOUR = 5
# So often an address is asked whether it wants letters, and so many a network may ask.
ASKED_AN_HOUR = 3
ASKED_BY_NETWORK = 10
HOUR_SECONDS = 60 * 60


# To moderators


def held(task: Task, now: datetime) -> Finish | None:
    """A comment waits: who is to decide, or the letter to one of them, or to one to
    whom many came.
    """
    match task.payload:
        case {"comment": int(comment_id), "user": int(user_id)}:
            return _ask(task, comment_id, user_id, now)
        case {"comment": int(comment_id)}:
            comment = _waiting(comment_id)
            people = notices.moderators(comment) if comment else []
            return partial(_asked_for, comment_id, people) if people else None
        case {"user": int(user_id)}:
            _remind(task, user_id, now)
    return None


def _asked_for(comment_id: int, people: Sequence[User], now: datetime) -> None:
    comment = queries.by_id(comment_id)
    if comment is not None:
        notices.ask(comment, people, now)


def _ask(task: Task, comment_id: int, user_id: int, now: datetime) -> Finish | None:
    comment, user = _waiting(comment_id), session.get(User, user_id)
    if comment is None or user is None or user not in notices.moderators(comment):
        return None
    turn = f"held comments:{user_id}"
    wait = counters.take(turn, limit=HELD_AN_HOUR, window_seconds=HOUR_SECONDS, now=now)
    if wait:
        return partial(_remind_later, user_id, timedelta(seconds=wait))
    letter = letters.held(comment, user, desk.waiting(user), now)
    try:
        delivery.send(letter, task.key, now)
    except BaseException:
        counters.give_back(turn)
        raise
    return partial(_told, comment_id, notices.MODERATOR, user_id)


def _remind_later(user_id: int, wait: timedelta, now: datetime) -> None:
    user = session.get(User, user_id)
    if user is not None:
        notices.remind(user, now, now + wait)


def _remind(task: Task, user_id: int, now: datetime) -> None:
    user = session.get(User, user_id)
    if user is None or not user.email or not settings().moderation_notify:
        return
    total = desk.waiting(user)
    if total:
        newest = desk.page(user, desk.Shelf.PENDING, 1, total=total)
        comments = newest.items if newest else []
        letter = letters.waiting(user, comments, total, now)
        delivery.send(letter, f"{task.key}:{task.id}", now)


def _waiting(comment_id: int) -> Comment | None:
    """The comment, if it still waits and the owner wants moderators to hear of it."""
    comment = queries.by_id(comment_id)
    if comment is None or comment.status != Status.PENDING:
        return None
    return comment if settings().moderation_notify else None


def _told(comment_id: int, whom: str, user_id: int, now: datetime) -> None:
    comment, user = queries.by_id(comment_id), session.get(User, user_id)
    if comment is not None and user is not None:
        notices.told(comment, whom, user, now)


# Of what is read now


def published(task: Task, now: datetime) -> Finish | None:
    """A comment is read: whom it concerns, or the letter to the post's author, or the
    next of those who subscribed.
    """
    match task.payload:
        case {"comment": int(comment_id), "user": int(user_id)}:
            return _tell_author(task, comment_id, user_id, now)
        case {"comment": int(comment_id), "after": int(after_id)}:
            return partial(_tell_subscribers, comment_id, after_id)
        case {"comment": int(comment_id), **more}:
            return partial(_tell_all, comment_id, more.get("by"))
    return None


def _tell_all(comment_id: int, by_id: int | None, now: datetime) -> None:
    comment = queries.by_id(comment_id)
    if comment is None or not comment.is_approved:
        return
    by = session.get(User, by_id) if by_id is not None else None
    if settings().comments_notify and notices.concerns_author(comment, by):
        notices.tell_author(comment, now)
    if notices.concerns_subscribers(comment, now):
        notices.record(
            comment, notices.SUBSCRIBERS, _("Those who asked for it are told."), now
        )
        notices.tell_subscribers(comment, 0, now)


def _tell_subscribers(comment_id: int, after_id: int, now: datetime) -> None:
    comment = queries.by_id(comment_id)
    if comment is not None and comment.is_approved:
        notices.tell_subscribers(comment, after_id, now)


def _tell_author(
    task: Task, comment_id: int, user_id: int, now: datetime
) -> Finish | None:
    comment, user = queries.by_id(comment_id), session.get(User, user_id)
    if comment is None or user is None or not comment.is_approved:
        return None
    if user.id != comment.post.author_id or not user.is_active or not user.email:
        return None
    if not settings().comments_notify:
        return None
    delivery.send(letters.published(comment, user, now), task.key, now)
    return partial(_told, comment_id, notices.AUTHOR, user_id)


# To readers


def approved(task: Task, now: datetime) -> Finish | None:
    """To who wrote a comment: it was let through."""
    comment_id = task.payload["comment"]
    comment = queries.by_id(comment_id)
    if comment is None or not notices.concerns_commenter(comment, now):
        return None
    subscription = subscriptions.confirmed(comment.post_id, comment.email)
    if subscription is None:
        return None
    delivery.send(letters.approved(comment, subscription), task.key, now)
    return partial(_commenter_told, comment_id)


def _commenter_told(comment_id: int, now: datetime) -> None:
    comment = queries.by_id(comment_id)
    if comment is not None:
        sentence = _("Told who wrote it that it was approved.")
        notices.record(comment, notices.COMMENTER, sentence, now)


def notice(task: Task, now: datetime) -> Finish | None:
    """To a subscriber: all comments that are noted for them, as they are now."""
    subscription = subscriptions.by_id(task.payload["subscription"])
    if subscription is None:
        return None
    due = notices.due(subscription, now)
    if now < due:
        raise Postpone(due, _("One email an hour is enough."))
    subscription_id, ids = subscription.id, notices.noted(subscription)
    wanted: Sequence[int] = []
    if subscription.post.is_public(now):
        wanted = subscriptions.wanted(subscription, ids)
    if wanted:
        first = notices.told_of(wanted[: letters.MOST_QUOTED])
        letter = letters.notice(subscription, first, len(wanted))
        delivery.send(letter, f"{task.key}:{task.id}", now)
    return partial(_noticed, task.id, subscription_id, ids, bool(wanted))


def _noticed(
    job_id: int,
    subscription_id: int,
    ids: Sequence[int],
    was_mailed: bool,
    now: datetime,
) -> None:
    notices.strike(subscription_id, ids)
    subscription = subscriptions.by_id(subscription_id)
    if subscription is None:
        return
    if was_mailed and subscription.confirmed_at is not None:
        subscription.mailed_at = now
    if notices.noted(subscription):
        notices.notify_again(subscription, job_id, now)


def confirm(task: Task, now: datetime) -> Finish | None:
    """To an address that somebody typed: do you want this? Who asks it of many, or of
    one over and over, is not heard.
    """
    subscription = subscriptions.by_id(task.payload["subscription"])
    comment = queries.by_id(task.payload["comment"])
    if subscription is None or subscription.confirmed_at is not None:
        return None
    if comment is None or comment.is_discarded or not settings().comment_subscriptions:
        return None
    if not subscription.post.is_public(now):
        return None
    turns = {
        f"asked back:{subscription.email}": ASKED_AN_HOUR,
        f"asks back:{decisions.network(comment.ip)}": ASKED_BY_NETWORK,
    }
    taken: list[str] = []
    for turn, limit in turns.items():
        if counters.take(turn, limit=limit, window_seconds=HOUR_SECONDS, now=now):
            _give_back(taken)
            return None
        taken.append(turn)
    subscription_id = subscription.id
    try:
        delivery.send(letters.confirmation(subscription), f"{task.key}:{task.id}", now)
    except BaseException:
        _give_back(taken)
        raise
    return partial(_asked, subscription_id)


def _asked(subscription_id: int, now: datetime) -> None:
    subscription = subscriptions.by_id(subscription_id)
    if subscription is not None and subscription.confirmed_at is None:
        subscriptions.asked(subscription, now)


def _give_back(turns: list[str]) -> None:
    for turn in turns:
        counters.give_back(turn)


def mine(task: Task, now: datetime) -> None:
    """To somebody who wants to see what is here of theirs, if anything is."""
    email = task.payload["email"]
    if personal.newest_id(personal.with_address(email)) or subscriptions.of(email):
        delivery.send(letters.mine(email, now), f"{task.key}:{task.id}", now)


def forget_unconfirmed(task: Task, now: datetime) -> Finish:
    """Let go of addresses that never said yes."""
    return subscriptions.forget_unconfirmed


HANDLERS: Mapping[str, Handler] = {
    "comments.held": held,
    "comments.published": published,
    "comments.approved": approved,
    "comments.notice": notice,
    "comments.confirm": confirm,
    "comments.mine": mine,
    "comments.unconfirmed": forget_unconfirmed,
}
LABELS = {
    "comments.held": _l("A comment waits: to moderators"),
    "comments.published": _l(
        "A new comment: to the post’s author and who asked for it"
    ),
    "comments.approved": _l("A comment was approved: to who wrote it"),
    "comments.notice": _l("New comments: to somebody who asked for it"),
    "comments.confirm": _l("Asks an address whether it wants mail"),
    "comments.mine": _l("The way to one’s own comments"),
    "comments.unconfirmed": _l("Forgets addresses that never agreed to get mail"),
}
DAILY = ("comments.unconfirmed",)
