"""Comments and the state each is in."""

from datetime import datetime
from enum import StrEnum

from markupsafe import Markup
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..database import Choice, Model
from ..posts.models import Post
from ..text.sanitizer import Format


class Kind(StrEnum):
    """How it came: typed by somebody, or sent by a site that links here."""

    COMMENT = "comment"
    PINGBACK = "pingback"
    TRACKBACK = "trackback"


class Status(StrEnum):
    """Where a comment stands; only an approved one is read."""

    PENDING = "pending"
    APPROVED = "approved"
    SPAM = "spam"
    TRASH = "trash"


# What a moderator threw out. Taking it back brings the status it had before.
DISCARDED = frozenset({Status.SPAM, Status.TRASH})


class Comment(Model):
    """What somebody answered. ``source`` is the text as typed, ``html`` as read.

    ``reason`` says in one sentence why it has its status: the rule that held it, or who
    decided. ``previous_status`` is what taking it out of spam or trash brings back.
    ``folded`` is a digest of who says what, the same for comments that a reader would
    call the same.
    ``signals`` are words for what was odd about how it was sent; none of them decides
    anything by itself.
    """

    __tablename__ = "comment"
    __table_args__ = (
        Index(None, "post_id", "status", "created_at", "id"),
        Index(None, "status", "created_at", "id"),
        Index(None, "post_id", "folded"),
        Index(None, "parent_id"),
        Index(None, "email", "status"),
        Index(None, "created_at"),
        Index(None, "user_id"),
        # The id of what was deleted is in links and forms; no new comment may get it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("comment.id", ondelete="SET NULL")
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    kind: Mapped[Kind] = mapped_column(Choice(Kind), default=Kind.COMMENT)
    status: Mapped[Status] = mapped_column(Choice(Status), default=Status.PENDING)
    previous_status: Mapped[Status | None] = mapped_column(Choice(Status))
    reason: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    format: Mapped[Format] = mapped_column(Choice(Format), default=Format.MARKDOWN)
    source: Mapped[str]
    html: Mapped[Markup]
    folded: Mapped[str] = mapped_column(default="")
    signals: Mapped[str] = mapped_column(default="")
    policy_version: Mapped[int] = mapped_column(default=0)
    ip: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    post: Mapped[Post] = relationship()
    parent: Mapped["Comment | None"] = relationship(remote_side=[id])
    user: Mapped[User | None] = relationship()

    @property
    def is_approved(self) -> bool:
        return self.status == Status.APPROVED

    @property
    def is_discarded(self) -> bool:
        return self.status in DISCARDED

    def approve(self, reason: str) -> None:
        """Let everybody read it."""
        self._settle(Status.APPROVED, reason)

    def hold(self, reason: str) -> None:
        """Let it wait for somebody's decision."""
        self._settle(Status.PENDING, reason)

    def mark_spam(self, reason: str) -> None:
        """Put it among the spam, from where it can be taken back."""
        self._discard(Status.SPAM, reason)

    def trash(self, reason: str) -> None:
        """Put it into the trash, from where it can be taken back."""
        self._discard(Status.TRASH, reason)

    def restore(self, reason: str) -> None:
        """Take it out of spam or trash, as what it was before: pending if unknown."""
        if self.is_discarded:
            self._settle(self.previous_status or Status.PENDING, reason)

    def _settle(self, status: Status, reason: str) -> None:
        self.status, self.previous_status, self.reason = status, None, reason

    def _discard(self, status: Status, reason: str) -> None:
        if self.status != status:
            self.previous_status = self.status
            self.status, self.reason = status, reason
