"""Links that are good once: for making the first admin, printed on the shell, and for
choosing a password, handed on by an admin.
"""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete

from ..database import session
from ..security import absolute_url
from . import queries, users
from .logins import hashed
from .models import Role, SetupLink, User

LIFETIME = timedelta(hours=24)
# For somebody who has no password yet; one that opens an account in use lasts a day.
INVITATION_LIFETIME = timedelta(days=7)


class LinkSpent(Exception):
    """The link was used, has expired, was replaced or never existed."""


class Link(NamedTuple):
    """An address that is good once, and until when. Only the hash of its token is
    stored, so it is shown when it is made and never again."""

    url: str
    expires_at: datetime


def one_time_link(now: datetime) -> str | None:
    """A new address at which the first admin can be made; ``None`` when there is one.

    It replaces those made before. Only its hash is stored, by the caller's write
    transaction.
    """
    if queries.has_admin():
        return None
    _clear(now)
    session.execute(delete(SetupLink).where(SetupLink.user_id.is_(None)))
    return _new(None, now + LIFETIME).url


def link_for(user: User, now: datetime) -> Link:
    """A new address at which a person chooses a password. It replaces those made before
    for the same person; the caller's write transaction stores its hash.
    """
    _clear(now)
    users.end_links(user)
    has_none = user.password_hash is None
    return _new(user, now + (INVITATION_LIFETIME if has_none else LIFETIME))


def is_open(token: str, now: datetime) -> bool:
    """Whether this link can make the first admin. Looking does not use it up."""
    link = queries.setup_link(hashed(token), now)
    return link is not None and link.user_id is None and not queries.has_admin()


def guest(token: str, now: datetime) -> User | None:
    """Who can choose a password with this link; ``None`` if nobody, or nobody who may
    log in. Looking does not use it up.
    """
    link = queries.setup_link(hashed(token), now)
    if link is None or link.user_id is None:
        return None
    user = queries.by_id(link.user_id)
    return user if user is not None and user.is_active else None


def make_first_admin(
    token: str,
    *,
    name: str,
    display_name: str,
    email: str,
    password_hash: str,
    now: datetime,
) -> User:
    """The first admin, added to the session; the link is used up with it.

    :raise LinkSpent: if the link is not good any more
    :raise users.NameTaken: if somebody logs in with this name
    :raise users.EmailTaken: if somebody has this address
    """
    if not is_open(token, now):
        raise LinkSpent
    session.execute(delete(SetupLink).where(SetupLink.user_id.is_(None)))
    return users.create(
        name=name,
        display_name=display_name,
        email=email,
        role=Role.ADMIN,
        password_hash=password_hash,
        now=now,
    )


def choose_password(token: str, password_hash: str, now: datetime) -> User:
    """Give the link's person this password; the link is used up with it, and so are
    that person's others.

    :raise LinkSpent: if the link is not good any more
    """
    user = guest(token, now)
    if user is None:
        raise LinkSpent
    users.set_password(user, password_hash)
    return user


def _new(user: User | None, expires_at: datetime) -> Link:
    token = secrets.token_urlsafe(32)
    session.add(
        SetupLink(
            token_hash=hashed(token),
            user_id=None if user is None else user.id,
            expires_at=expires_at,
        )
    )
    return Link(absolute_url(f"/setup/{token}"), expires_at)


def _clear(now: datetime) -> None:
    """Throw away the links, of anybody, that have expired."""
    session.execute(delete(SetupLink).where(SetupLink.expires_at <= now))
