"""People: made, changed, disabled, deleted. The rules that span more than one."""

import re
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete as delete_rows
from sqlalchemy import select

from ..database import session
from ..posts.models import Post
from ..text.normalize import single_line
from ..text.slugs import slugify, suffixed
from . import logins, queries, succession
from .models import Invitation, Role, SetupLink, User
from .succession import Shared

NAME = re.compile(r"[a-z0-9_-]{3,32}")
MAX_DISPLAY_NAME = 100


class Refused(Exception):
    """Something about people that the rules do not allow."""


class NameTaken(Refused):
    """Somebody else logs in with this name."""


class EmailTaken(Refused):
    """Somebody else has this e-mail address."""


class SlugTaken(Refused):
    """Another author has this address."""


class OwnAccount(Refused):
    """Nobody changes their own role, or disables or deletes themselves."""


class LastAdmin(Refused):
    """Without this admin there would be none."""


class NeedsHeir(Refused):
    """A person who has posts is not deleted before somebody else gets them."""


def is_name(text: str) -> bool:
    """Whether the text can be a login name."""
    return NAME.fullmatch(text) is not None


def normalised_name(text: str) -> str:
    """A login name as it is stored; it need not be one."""
    return text.strip().lower()


def normalised_email(text: str) -> str | None:
    """An e-mail address as it is stored and compared; ``None`` when it is none."""
    try:
        address = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        return None
    return address.normalized.lower()


def create(
    *,
    name: str,
    email: str | None,
    role: Role,
    now: datetime,
    display_name: str = "",
    password_hash: str | None = None,
) -> User:
    """A new person, added to the session. Name and e-mail address are normalised ones;
    ``None`` is an address that nobody knows.

    :raise NameTaken: if somebody logs in with this name
    :raise EmailTaken: if somebody has this address
    """
    if queries.by_name(name) is not None:
        raise NameTaken(name)
    if email is not None and queries.by_email(email) is not None:
        raise EmailTaken(email)
    display_name = single_line(display_name, MAX_DISPLAY_NAME) or name
    user = User(
        name=name,
        display_name=display_name,
        slug=_free_slug(display_name, name),
        email=email,
        role=role,
        password_hash=password_hash,
        created_at=now,
    )
    session.add(user)
    return user


def describe(
    user: User,
    *,
    display_name: str,
    email: str | None,
    url: str,
    bio: str,
    links: str | None = None,
) -> None:
    """Change what a person says of themselves. The address as an author stays. Without
    an ``email`` the one that is known, if any, stays, and without ``links`` those.

    :raise EmailTaken: if somebody else has this address
    """
    if email is not None:
        if queries.by_email(email) not in (None, user):
            raise EmailTaken(email)
        user.email = email
    user.display_name = single_line(display_name, MAX_DISPLAY_NAME) or user.name
    user.url, user.bio = url, bio
    user.links = user.links if links is None else links


def known_of(user: User) -> list[str]:
    """What others know of a person, and a password had better not be made of."""
    return [user.name, user.display_name, user.email or ""]


def change_slug(user: User, slug: str) -> None:
    """Give a person another address as an author.

    :raise SlugTaken: if another author has it
    """
    if queries.by_slug(slug) not in (None, user):
        raise SlugTaken(slug)
    user.slug = slug


def set_password(user: User, password_hash: str) -> None:
    """Give a person another password, and log them out everywhere. A link with which
    one could be chosen is worth nothing any more."""
    user.password_hash = password_hash
    logins.end_all(user)
    end_links(user)


def change_role(user: User, role: Role, *, by: User | None) -> None:
    """Give a person another role; ``by`` is ``None`` for whoever sits at the server.

    They are logged out everywhere, so no page with yesterday's buttons stays open. Who
    was an admin may have kept a link that opens somebody's account; none is good then.

    :raise OwnAccount: if it is one's own
    :raise LastAdmin: if no admin would be left
    """
    if by is user:
        raise OwnAccount
    if role is not Role.ADMIN:
        _ensure_another_admin(user)
    if user.role is not role:
        _end_links_seen_by(user)
        user.role = role
        logins.end_all(user)


def disable(user: User, now: datetime, *, by: User | None) -> None:
    """Keep a person out, and log them out everywhere; what they wrote stays.

    :raise OwnAccount: if it is one's own account
    :raise LastAdmin: if no admin would be left
    """
    if by is user:
        raise OwnAccount
    _ensure_another_admin(user)
    user.disabled_at = user.disabled_at or now
    logins.end_all(user)
    end_links(user)
    _end_links_seen_by(user)


def enable(user: User) -> None:
    """Let a person in again."""
    user.disabled_at = None


def end_links(user: User) -> None:
    """Take back the links with which a person could choose a password."""
    session.execute(delete_rows(SetupLink).where(SetupLink.user_id == user.id))


def delete(
    user: User,
    *,
    by: User | None,
    heir: User | None,
    shared: Shared = Shared.LEAVE,
) -> None:
    """Take a person away. ``heir`` gets their posts and pages, in whatever state, and
    perhaps their place beside other authors; what they said in comments stays, under
    the name it was said with.

    :raise OwnAccount: if it is one's own account
    :raise LastAdmin: if no admin would be left
    :raise NeedsHeir: if there are posts, and nobody else to get them
    """
    if by is user:
        raise OwnAccount
    _ensure_another_admin(user)
    theirs = Post.author_id == user.id
    if heir is None or heir is user:
        if session.scalar(select(Post.id).where(theirs).limit(1)) is not None:
            raise NeedsHeir(user.name)
    else:
        succession.hand_over(user, heir, shared)
    _end_links_seen_by(user)
    session.delete(user)


def _end_links_seen_by(user: User) -> None:
    """Take back the links, for whomever, that an admin may have made or seen and kept,
    and the invitations.
    """
    if user.role is Role.ADMIN:
        session.execute(delete_rows(SetupLink).where(SetupLink.user_id.is_not(None)))
        is_open = Invitation.accepted_at.is_(None)
        session.execute(delete_rows(Invitation).where(is_open))


def _ensure_another_admin(user: User) -> None:
    if queries.is_only_admin(user):
        raise LastAdmin(user.name)


def _free_slug(display_name: str, name: str) -> str:
    """An address for an author that nobody has, and that does not give the login name
    away where that can be avoided."""
    wanted = slugify(display_name) or "author"
    slug, n = wanted, 1
    while slug == name or queries.by_slug(slug) is not None:
        n += 1
        slug = suffixed(wanted, n)
    return slug
