"""The first admin: made with a link that is good once and is printed on the shell."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete

from ..database import session
from ..security import absolute_url
from . import queries, users
from .logins import hashed
from .models import Role, SetupLink, User

LIFETIME = timedelta(hours=24)


class LinkSpent(Exception):
    """The link was used, has expired, was replaced or never existed."""


def one_time_link(now: datetime) -> str | None:
    """A new address at which the first admin can be made; ``None`` when there is one.

    It replaces those made before. Only its hash is stored, by the caller's write
    transaction.
    """
    if queries.has_admin():
        return None
    token = secrets.token_urlsafe(32)
    session.execute(delete(SetupLink))
    session.add(SetupLink(token_hash=hashed(token), expires_at=now + LIFETIME))
    return absolute_url(f"/setup/{token}")


def is_open(token: str, now: datetime) -> bool:
    """Whether this link can make the first admin. Looking does not use it up."""
    link = queries.setup_link(hashed(token), now)
    return link is not None and not queries.has_admin()


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
    session.execute(delete(SetupLink))
    return users.create(
        name=name,
        display_name=display_name,
        email=email,
        role=Role.ADMIN,
        password_hash=password_hash,
        now=now,
    )
