"""Asking somebody to write here: by mail, or with a link to hand on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from .. import signing
from ..database import session
from ..security import absolute_url
from . import queries, users
from .models import Invitation, Role, User

LIFETIME = timedelta(days=7)
PURPOSE = "invitation"


class Spent(Exception):
    """It was accepted or taken back, or is too old."""


class Known(Exception):
    """Somebody with this email address has an account already."""


def invite(email: str, role: Role, inviter: User, now: datetime) -> Invitation:
    """A new invitation, added to the session. It takes the place of one to the same
    address; ``email`` "" is for whoever gets the link.

    :raise Known: if the address has an account
    """
    if email:
        if queries.by_email(email) is not None:
            raise Known(email)
        open_ones = Invitation.accepted_at.is_(None)
        session.execute(delete(Invitation).where(Invitation.email == email, open_ones))
    made = Invitation(
        email=email,
        role=role,
        inviter_id=inviter.id,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(made)
    session.flush()
    return made


def link(invitation: Invitation) -> str:
    """The address at which it is accepted. Whoever has it can come in."""
    return absolute_url(f"/invitation/{signing.sign(PURPOSE, invitation.id)}")


def named(token: str, now: datetime) -> Invitation | None:
    """The invitation of a link; ``None`` if that is good for nothing."""
    number = signing.read(PURPOSE, token)
    found = session.get(Invitation, number) if isinstance(number, int) else None
    return found if found is not None and is_open(found, now) else None


def is_open(invitation: Invitation, now: datetime) -> bool:
    """Whether it can be accepted."""
    return invitation.accepted_at is None and now < invitation.expires_at


def open_ones(now: datetime) -> Sequence[Invitation]:
    """Those that can be accepted, the newest first."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.accepted_at.is_(None), Invitation.expires_at > now)
        .order_by(Invitation.id.desc())
    ).all()


def by_id(invitation_id: int) -> Invitation | None:
    """The invitation of that id, open or not."""
    return session.get(Invitation, invitation_id)


def take_back(invitation: Invitation) -> None:
    """Let its link be good for nothing."""
    session.delete(invitation)


def accept(
    token: str,
    *,
    name: str,
    display_name: str,
    email: str,
    password_hash: str,
    now: datetime,
) -> User:
    """The new person, added to the session; the invitation ends with it. Who was
    invited by mail has the address that the letter went to.

    :raise Spent: if the invitation is not good any more
    :raise users.NameTaken: if somebody logs in with this name
    :raise users.EmailTaken: if somebody has this address
    """
    invitation = named(token, now)
    if invitation is None:
        raise Spent
    user = users.create(
        name=name,
        display_name=display_name,
        email=invitation.email or email,
        role=invitation.role,
        password_hash=password_hash,
        now=now,
    )
    session.flush()
    invitation.accepted_at, invitation.user_id = now, user.id
    return user
