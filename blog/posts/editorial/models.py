"""Notes in the margin, links for those without an account, texts to begin with."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import User
from ...database import Choice, Model
from ...text.sanitizer import Format
from ..models import Kind


class Note(Model):
    """What somebody remarks on a draft, for those who may edit it. It is not part of
    the text and stands in no feed or export. ``quote`` is the passage it is about, ""
    for the whole. ``parent_id`` is the note it answers. ``edited_at`` is when its
    author last put it otherwise, ``None`` if never. ``resolved_at`` ends it.
    """

    __tablename__ = "note"
    __table_args__ = (
        Index(None, "post_id", "id"),
        Index(None, "author_id"),
        Index(None, "parent_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("note.id", ondelete="CASCADE")
    )
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    quote: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )

    author: Mapped[User | None] = relationship(foreign_keys=[author_id])


class Submission(Model):
    """That a post or page waits for a review: who asked for it, and since when. What
    was moved in as waiting has none.
    """

    __tablename__ = "submission"
    __table_args__ = (Index(None, "user_id"),)

    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]

    user: Mapped[User | None] = relationship()


class PreviewLink(Model):
    """The right to read one unpublished post without an account, until it expires.
    Only the token's SHA-256 is stored.
    """

    __tablename__ = "preview_link"
    __table_args__ = (Index(None, "post_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    label: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Template(Model):
    """A text to begin with."""

    __tablename__ = "template"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(Choice(Kind))
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    format: Mapped[Format] = mapped_column(Choice(Format), default=Format.MARKDOWN)
    excerpt: Mapped[str] = mapped_column(default="")
    tags: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class SavedView(Model):
    """A writer's way into the list of posts or pages, kept under a name. ``query`` is
    the address's part behind the question mark, without a page.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "kind", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[Kind] = mapped_column(Choice(Kind))
    name: Mapped[str]
    query: Mapped[str]
