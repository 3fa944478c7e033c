"""Users, their sessions, and the one-time link that makes the first admin."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import Choice, Model


class Role(StrEnum):
    """What a person may do; ``permissions.TABLE`` says what that is."""

    SUBSCRIBER = "subscriber"
    CONTRIBUTOR = "contributor"
    AUTHOR = "author"
    EDITOR = "editor"
    ADMIN = "admin"


class User(Model):
    """Somebody with an account. ``name`` logs in; ``display_name`` is what readers see.

    ``slug`` stands in the author's address and is never the login name's secret twin:
    it is made from the display name (an imported author keeps the old address).
    ``password_hash`` is ``None`` for an account that cannot log in (yet), ``email`` for
    an imported author whose address nobody knows. ``links`` are other places of theirs,
    an address a line, with a name after a space or without. ``seen_at`` is when they
    were here last, to the hour; ``None`` before they ever were.
    """

    __tablename__ = "user"
    # The id of who was deleted is in forms and in cookies; nobody else may get it.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True, active_history=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str] = mapped_column(default="")
    bio: Mapped[str] = mapped_column(default="")
    links: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(Choice(Role))
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]

    sessions: Mapped[list["UserSession"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def is_active(self) -> bool:
        """Whether this person may log in and act."""
        return self.disabled_at is None


class UserSession(Model):
    """One browser in which a person is logged in. Its cookie holds the token, this row
    only the token's SHA-256, so a stolen copy of the database opens no session.
    """

    __tablename__ = "user_session"
    __table_args__ = (Index(None, "user_id"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    data: Mapped[str] = mapped_column(default="{}")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    user_agent: Mapped[str] = mapped_column(default="")
    ip: Mapped[str] = mapped_column(default="")

    user: Mapped[User] = relationship(back_populates="sessions")


class SetupLink(Model):
    """The right to make the first admin, once, printed on the shell as an address; or,
    with a ``user_id``, that person's right to choose a password.
    """

    __tablename__ = "setup_link"
    __table_args__ = (Index(None, "user_id"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE")
    )
    expires_at: Mapped[datetime]


class Invitation(Model):
    """Somebody is asked to write here, in a role. ``email`` is "" for one that is
    handed on as a link. ``user_id`` is who came of it, at ``accepted_at``, which ends
    it.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        Index(None, "user_id"),
        Index(None, "inviter_id"),
        # The id stands in a signed link; one that was taken back must not open another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(Choice(Role))
    inviter_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
