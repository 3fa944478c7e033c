"""Who wants to be told of comments below a post by mail, and has said so twice.

Anybody can type anybody's address into a form. So an address is asked back by a letter,
of which no word is the commenter's; and whoever wants no letters at all can say so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import aliased, joinedload

from ... import signing
from ...database import session
from ...jobs import queue
from ...mail import delivery
from ...site.queries import settings
from ..models import Comment, Notice, Scope, Status, Subscription

_PURPOSE = "subscription"
# An address that does not answer is not asked again for so long, and then forgotten.
UNCONFIRMED_FOR = timedelta(days=30)


def wish(comment: Comment, scope: Scope, now: datetime) -> None:
    """Somebody wants, with a saved comment, to be told of others: have them asked back.

    Nothing comes of it where the owner does not offer it, for spam, for an address that
    wants no mail, and for one that was asked and has not answered. One that has agreed
    is left as it is; only a person who is logged in chooses anew without being asked.
    """
    email = comment.email
    if comment.is_discarded or not email or not _is_offered():
        return
    if delivery.is_muted(email):
        return
    found = _of(comment.post_id, email)
    if found is None:
        found = Subscription(post_id=comment.post_id, email=email)
        session.add(found)
    elif found.confirmed_at is not None:
        if comment.user_id is not None:
            found.scope = scope
        return
    elif found.mailed_at is not None and now - found.mailed_at < UNCONFIRMED_FOR:
        return
    found.scope, found.created_at = scope, now
    session.flush()
    payload = {"subscription": found.id, "comment": comment.id}
    queue.add(
        "comments.confirm",
        f"confirm:{found.id}",
        payload,
        now,
        about=comment.post.title,
    )


def asked(subscription: Subscription, now: datetime) -> None:
    """The letter that asks back was sent."""
    subscription.mailed_at = now


def confirm(subscription: Subscription, scope: Scope, now: datetime) -> None:
    """Whoever reads the mail of this address wants it, too: from now on they are told.
    The same again takes back an ``end``.
    """
    subscription.scope = scope
    if subscription.confirmed_at is None:
        subscription.confirmed_at, subscription.mailed_at = now, None


def end(subscription: Subscription) -> None:
    """Tell them nothing more. The row stays for a while, so that it can be taken back;
    as if they had never been asked, so that they may be.
    """
    subscription.confirmed_at = subscription.mailed_at = None
    session.execute(delete(Notice).where(Notice.subscription_id == subscription.id))
    queue.cancel(f"notice:{subscription.id}")


def mute(subscription: Subscription, now: datetime) -> None:
    """Send nothing to this address any more, whoever types it."""
    for each in of(subscription.email):
        end(each)
    delivery.mute(subscription.email, now)


# Words for links


def token(subscription: Subscription) -> str:
    """The word by which its owner shows to have read the mail. It has no end, as the
    letters it stands in have none.
    """
    return signing.sign(_PURPOSE, subscription.id)


def path(subscription: Subscription) -> str:
    """Where it is confirmed, changed and ended."""
    return f"/subscriptions/{token(subscription)}"


def found(word: str) -> Subscription | None:
    """The subscription whose ``token`` this is; ``None`` if it is none, or gone."""
    match signing.read(_PURPOSE, word):
        case int(subscription_id):
            return by_id(subscription_id)
        case _:
            return None


def is_token(word: str) -> bool:
    """Whether this was handed out, be the subscription here or not."""
    return isinstance(signing.read(_PURPOSE, word), int)


# Questions


def by_id(subscription_id: int) -> Subscription | None:
    return session.get(Subscription, subscription_id)


def of(email: str) -> Sequence[Subscription]:
    """Every subscription of an address, agreed or not, the first first."""
    return session.scalars(
        select(Subscription)
        .where(Subscription.email == email)
        .options(joinedload(Subscription.post))
        .order_by(Subscription.id)
    ).all()


def confirmed(post_id: int, email: str) -> Subscription | None:
    """What an address has agreed to get of a post; ``None`` if it has not."""
    found = _of(post_id, email)
    return found if found is not None and found.confirmed_at is not None else None


def interested(
    comment: Comment, *, after_id: int, limit: int
) -> Sequence[Subscription]:
    """Who is to be told of a comment: at most ``limit`` of them, in order, behind
    ``after_id``. Nobody is told of their own.
    """
    answered = comment.parent.email if comment.parent else ""
    wanted = Subscription.scope == Scope.THREAD
    if answered:
        wanted = or_(wanted, Subscription.email == answered)
    return session.scalars(
        select(Subscription)
        .where(
            Subscription.post_id == comment.post_id,
            Subscription.id > after_id,
            Subscription.confirmed_at.is_not(None),
            Subscription.email != comment.email,
            wanted,
        )
        .order_by(Subscription.id)
        .limit(limit)
    ).all()


def wanted(subscription: Subscription, ids: Sequence[int]) -> Sequence[int]:
    """Which of the comments may be told to a subscriber, as all is now: those that are
    read and that the subscription is for. The first ones first.
    """
    if subscription.confirmed_at is None:
        return []
    parent = aliased(Comment)
    found = (
        select(Comment.id)
        .outerjoin(parent, parent.id == Comment.parent_id)
        .where(
            Comment.id.in_(ids),
            Comment.status == Status.APPROVED,
            Comment.email != subscription.email,
        )
        .order_by(Comment.created_at, Comment.id)
    )
    if subscription.scope == Scope.REPLIES:
        found = found.where(parent.email == subscription.email)
    return session.scalars(found).all()


def is_answer(subscription: Subscription, comment: Comment) -> bool:
    """Whether a comment answers one of the subscriber's own."""
    return comment.parent is not None and comment.parent.email == subscription.email


def forget_unconfirmed(now: datetime) -> None:
    """Delete those that were never agreed to, or are ended, for a month."""
    session.execute(
        delete(Subscription).where(
            Subscription.confirmed_at.is_(None),
            Subscription.created_at < now - UNCONFIRMED_FOR,
        )
    )


def _is_offered() -> bool:
    return settings().comment_subscriptions and delivery.is_on()


def _of(post_id: int, email: str) -> Subscription | None:
    return session.scalar(
        select(Subscription).where(
            Subscription.post_id == post_id, Subscription.email == email
        )
    )
