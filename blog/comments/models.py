"""Comments, the state each is in, and what is remembered about them."""

from datetime import date, datetime
from enum import StrEnum

from markupsafe import Markup
from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
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


class Label(StrEnum):
    """What the spam filter was told about a comment."""

    HAM = "ham"
    SPAM = "spam"


class Scope(StrEnum):
    """What somebody wants to be told of: every comment below a post, or answers to
    their own alone.
    """

    THREAD = "thread"
    REPLIES = "replies"


# What a moderator threw out. Taking it back brings the status it had before.
DISCARDED = frozenset({Status.SPAM, Status.TRASH})


# What is shown below a post, in the words of the partial indexes that have it in order:
# SQLite uses one only where a question repeats its words. To join nothing to the status
# keeps it from another index, which would lead through everything below a post.
BEGINS_A_THREAD = "root_id IS NULL AND thread_count > 0 AND kind = 'comment'"
IS_READ = "status || '' = 'approved' AND kind = 'comment'"
IS_A_MENTION = "status || '' = 'approved' AND kind != 'comment'"


def _shown(name: str, condition: str) -> Index:
    """Some of the comments below a post, in the order of time."""
    return Index(
        f"ix_comment_{name}",
        "post_id",
        "created_at",
        "id",
        sqlite_where=text(condition),
        postgresql_where=text(condition),
    )


class Comment(Model):
    """What somebody answered. ``source`` is the text as typed, ``html`` as read.

    ``reason`` says in one sentence why it has its status: the rule that held it, or who
    decided; every moderator may read it. All that led there is in its events.
    ``root_id`` is the comment that its thread begins with; ``None`` for such a one
    itself, whose ``thread_count`` says how many of the thread, with it, are approved.
    ``score`` is how surely the filter took it for spam, from 0 to 1; ``None`` if it was
    not asked. ``learned`` is what the filter learned from it, if it did.
    ``previous_status`` is what taking it out of spam or trash brings back.
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
        Index(None, "root_id", "status", "created_at", "id"),
        _shown("threads", BEGINS_A_THREAD),
        _shown("read", IS_READ),
        _shown("mentions", IS_A_MENTION),
        # The id of what was deleted is in links and forms; no new comment may get it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("comment.id", ondelete="SET NULL")
    )
    root_id: Mapped[int | None] = mapped_column(
        ForeignKey("comment.id", ondelete="SET NULL")
    )
    thread_count: Mapped[int] = mapped_column(default=0)
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
    score: Mapped[float | None]
    learned: Mapped[Label | None] = mapped_column(Choice(Label))
    policy_version: Mapped[int] = mapped_column(default=0)
    ip: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    post: Mapped[Post] = relationship()
    parent: Mapped["Comment | None"] = relationship(
        remote_side=[id], foreign_keys=[parent_id]
    )
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


class EventKind(StrEnum):
    """What happened to a comment."""

    RECEIVED = "received"  # it came in, and the rules decided
    AKISMET = "akismet"  # the second opinion was asked, given, or not to be had
    DECIDED = "decided"  # somebody moved it, or took that back
    EDITED = "edited"  # its words, or who says them, were changed
    REPORTED = "reported"  # Akismet was told that it had been wrong
    MAILED = "mailed"  # somebody was told of it
    TAUGHT = "taught"  # the filter learned from it


class CommentEvent(Model):
    """Something that happened to a comment: its history, of which nothing is changed.

    ``sentence`` says it to every moderator. ``details`` is JSON: what is known besides,
    such as the score and what it was made of; it may hold addresses. ``user_id`` is who
    did it; ``None`` for a rule, a program or a visitor. ``status`` is the comment's
    afterwards, and ``before`` the one it had; ``None`` where it was not moved.
    """

    __tablename__ = "comment_event"
    __table_args__ = (
        Index(None, "comment_id", "id"),
        Index(None, "kind", "at"),
        Index(None, "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE")
    )
    at: Mapped[datetime]
    kind: Mapped[EventKind] = mapped_column(Choice(EventKind))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    before: Mapped[Status | None] = mapped_column(Choice(Status))
    status: Mapped[Status | None] = mapped_column(Choice(Status))
    sentence: Mapped[str] = mapped_column(default="")
    details: Mapped[str] = mapped_column(default="{}")

    comment: Mapped[Comment] = relationship()
    user: Mapped[User | None] = relationship()


class CommentSubmission(Model):
    """A comment as it was first sent, for Akismet, and what that said. Kept for fifteen
    days, as its plugin for WordPress does, and only while Akismet is on.

    ``fields`` is JSON: what ``comment-check`` was or will be asked, without the key.
    ``verdict`` is the last answer, "" for none yet; ``guid`` is Akismet's name for it.
    ``is_waiting`` is whether the comment waits for an answer: no more once one has come
    or a person has decided. ``reported`` is what Akismet was told by people.
    """

    __tablename__ = "comment_submission"
    __table_args__ = (Index(None, "created_at"),)

    comment_id: Mapped[int] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True
    )
    created_at: Mapped[datetime]
    fields: Mapped[str]
    verdict: Mapped[str] = mapped_column(default="")
    guid: Mapped[str] = mapped_column(default="")
    is_waiting: Mapped[bool] = mapped_column(default=True)
    reported: Mapped[Label | None] = mapped_column(Choice(Label))
    # What the rules make of it should Akismet find nothing: a status and its sentence.
    status_then: Mapped[Status] = mapped_column(Choice(Status))
    reason_then: Mapped[str] = mapped_column(default="")

    comment: Mapped[Comment] = relationship()


class AkismetState(Model):
    """How things stand with Akismet: the one row of its table, or none as long as there
    is nothing to say.

    ``key_is_valid`` is what it said of the key at ``checked_at``. ``usage`` and
    ``month`` are JSON, what it said then of calls and their limit, and of this site.
    ``alert`` and ``error`` are the last
    ones, empty once all was well again. Nothing is asked before ``paused_until``.
    """

    __tablename__ = "akismet_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime | None]
    key_is_valid: Mapped[bool | None]
    usage: Mapped[str] = mapped_column(default="{}")
    month: Mapped[str] = mapped_column(default="{}")
    alert: Mapped[str] = mapped_column(default="")
    alert_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    error_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]


class SpamTally(Model):
    """What the figures of a day say of comments that are no longer here: see
    ``spam_figures.Figures``. ``discarded`` were never kept.
    """

    __tablename__ = "spam_tally"

    day: Mapped[date] = mapped_column(primary_key=True)
    spam: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)
    published: Mapped[int] = mapped_column(default=0)
    missed: Mapped[int] = mapped_column(default=0)
    judged: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
    discarded: Mapped[int] = mapped_column(default=0)


class SpamToken(Model):
    """In how many comments, spam and good ones, the filter has met something. The row
    of the empty token counts the comments themselves.
    """

    __tablename__ = "spam_token"

    token: Mapped[str] = mapped_column(primary_key=True)
    spam: Mapped[int] = mapped_column(default=0)
    ham: Mapped[int] = mapped_column(default=0)


class Subscription(Model):
    """Somebody's wish to be told of comments below a post, by mail. Nothing is sent
    before ``confirmed_at``; ``mailed_at`` is when something was sent last.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("post_id", "email"),
        Index(None, "email"),
        # Its id stands in links that were mailed.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    email: Mapped[str]
    scope: Mapped[Scope] = mapped_column(Choice(Scope))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    post: Mapped[Post] = relationship()


class Notice(Model):
    """A comment that a subscriber is still to be told of."""

    __tablename__ = "notice"
    __table_args__ = (Index(None, "comment_id"),)

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True
    )
    comment_id: Mapped[int] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True
    )


class SavedFilter(Model):
    """A moderator's way into the lists, kept under a name. ``query`` is the address's
    part behind the question mark, without a page.
    """

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[str]
