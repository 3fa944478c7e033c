"""What a post said before."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import User
from ...database import Choice, Model
from ...text.sanitizer import Format


class RevisionKind(StrEnum):
    """How a text came to be kept."""

    SAVE = "save"  # somebody pressed a button
    AUTOSAVE = "autosave"  # the editor, on its own; one for each writer


_AUTOSAVES = "kind = 'autosave'"


class Revision(Model):
    """The words of a post at one moment. ``version`` is the post's after the save; of
    an autosave, the one on which the writer was working. ``name`` is "" for one that
    nobody named; what has a name is never pruned. ``author_id`` is who saved it,
    ``None`` if their account is gone or nobody knows. ``words_added`` and
    ``words_removed`` are how it differed from what was stored before.
    """

    __tablename__ = "revision"
    __table_args__ = (
        Index(None, "post_id", "id"),
        Index(None, "author_id"),
        Index(
            "uq_revision_autosave",
            "post_id",
            "author_id",
            unique=True,
            sqlite_where=text(_AUTOSAVES),
            postgresql_where=text(_AUTOSAVES),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    kind: Mapped[RevisionKind] = mapped_column(Choice(RevisionKind))
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    version: Mapped[int]
    name: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    source: Mapped[str]
    format: Mapped[Format] = mapped_column(Choice(Format))
    excerpt: Mapped[str] = mapped_column(default="")
    word_count: Mapped[int] = mapped_column(default=0)
    words_added: Mapped[int] = mapped_column(default=0)
    words_removed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    author: Mapped[User | None] = relationship()
