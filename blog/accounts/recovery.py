"""A forgotten password: a link by mail with which a new one is chosen."""

import hmac
from datetime import UTC, datetime, timedelta

from .. import counters, signing
from ..security import absolute_url
from . import queries, users
from .models import User
from .throttle import network

# A letter takes minutes, and mailboxes are read by others (OWASP ASVS 6.2).
LIFETIME = timedelta(minutes=30)
LETTERS_TO_ONE, LETTERS_FROM_ONE = 3, 10
WINDOW_SECONDS = 60 * 60
PURPOSE = "recovery"


class LinkSpent(Exception):
    """The link is too old, or the password was changed since it was sent."""


def admit(email: str, address: str | None, now: datetime) -> int:
    """Count a letter to an email address, asked for from somewhere; zero if it may be
    sent, else the seconds to wait.
    """
    for key, limit in (
        (f"recovery:to:{email}", LETTERS_TO_ONE),
        (f"recovery:from:{network(address)}", LETTERS_FROM_ONE),
    ):
        wait = counters.take(key, limit=limit, window_seconds=WINDOW_SECONDS, now=now)
        if wait:
            return wait
    return 0


def link(user: User, now: datetime) -> str:
    """An address at which the person chooses a password. It is good for half an hour,
    and only as long as password and email address are what they are now; so it is good
    once. It is not stored.
    """
    ends = int((now + LIFETIME).timestamp())
    token = signing.sign(PURPOSE, [user.id, ends, _state(user)])
    return absolute_url(f"/recovery/{token}")


def guest(token: str, now: datetime) -> User | None:
    """Who may choose a password with this link; ``None`` if nobody may."""
    match signing.read(PURPOSE, token):
        case [int(user_id), int(ends), str(state)]:
            user = queries.by_id(user_id)
        case _:
            return None
    if user is None or not user.is_active:
        return None
    in_time = now < datetime.fromtimestamp(ends, UTC)
    return user if in_time and hmac.compare_digest(state, _state(user)) else None


def choose_password(token: str, password_hash: str, now: datetime) -> User:
    """Give the link's person this password, and log them out everywhere.

    :raise LinkSpent: if the link is not good any more
    """
    user = guest(token, now)
    if user is None:
        raise LinkSpent
    users.set_password(user, password_hash)
    return user


def _state(user: User) -> str:
    """A fingerprint of what a use of the link changes. The signature around it is
    keyed; the hash alone says nothing about the password.
    """
    known = f"{user.password_hash}\n{user.email}".encode()
    return hmac.digest(b"recovery", known, "sha256").hex()[:32]
