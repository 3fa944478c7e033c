"""Every question about people and their sessions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..database import session
from .models import Role, SetupLink, User, UserSession

_ADMINS = select(User).where(
    User.role == Role.ADMIN,
    User.disabled_at.is_(None),
    User.password_hash.is_not(None),
)


def by_id(user_id: int) -> User | None:
    """The person of that id."""
    return session.get(User, user_id)


def by_name(name: str) -> User | None:
    """Who logs in as ``name``."""
    return session.scalar(select(User).where(User.name == name))


def by_email(email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email))


def by_slug(slug: str) -> User | None:
    """Whose address as an author is ``slug``."""
    return session.scalar(select(User).where(User.slug == slug))


def has_admin() -> bool:
    """Whether there is an admin who can log in."""
    return session.scalar(select(_ADMINS.exists())) or False


def is_only_admin(user: User) -> bool:
    """Whether this is an admin, and nobody else is one who can log in."""
    others = _ADMINS.where(User.id != user.id)
    return (
        user.role is Role.ADMIN
        and user.is_active
        and not session.scalar(select(others.exists()))
    )


def login(token_hash: str) -> UserSession | None:
    """The session of that token with its user, in one question. One that has expired
    may still be there; ``logins.find`` knows."""
    return session.scalar(
        select(UserSession)
        .options(joinedload(UserSession.user, innerjoin=True))
        .where(UserSession.token_hash == token_hash)
    )


def logins_of(user: User, seen_after: datetime) -> Sequence[UserSession]:
    """Where a person is logged in, the most recently seen first."""
    return session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user.id, UserSession.seen_at > seen_after)
        .order_by(UserSession.seen_at.desc(), UserSession.created_at.desc())
    ).all()


def open_link(user: User, now: datetime) -> SetupLink | None:
    """The link with which a person can choose a password, if one is out."""
    return session.scalar(
        select(SetupLink).where(
            SetupLink.user_id == user.id, SetupLink.expires_at > now
        )
    )


def setup_link(token_hash: str, now: datetime) -> SetupLink | None:
    """The link of that token, unless it has expired."""
    return session.scalar(
        select(SetupLink).where(
            SetupLink.token_hash == token_hash, SetupLink.expires_at > now
        )
    )
