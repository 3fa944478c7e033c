"""What was uploaded: pictures, sound, films and papers."""

from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..database import Choice, Model
from ..text.folding import fold
from ..text.slugs import slugify

# Of what is said of a file, in characters.
MAX_ALT = 1_000
MAX_CAPTION = 2_000


class MediaKind(StrEnum):
    """What a file is for the person who looks at it."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"


class MediaState(StrEnum):
    """How far the making of a picture's variants is. Other files are ``READY``."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


def _first_slug(context: DefaultExecutionContext) -> str:
    """The name as part of an address; that of its kind if no letter is left."""
    row = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return slugify(row["name"]) or str(row["kind"])


class MediaItem(Model):
    """A file in the library. Its address is ``/media/ID/NAME.EXTENSION``, which stays
    when the file is replaced; ``version`` counts replacements, so that browsers keep
    no old one. ``name`` is as a person reads it, in any script, without an extension.
    ``slug`` is what it was at first as part of the address, so that a new name breaks
    no link; only who knows it gets the file, as a draft's pictures are not for all.

    ``digest`` (SHA-256, hex) names the stored file, ``upload_digest`` what was sent: of
    a picture these differ, as it is written again. ``likeness`` is a picture's
    difference hash, 16 hex digits that are equal for what looks equal; "" for others.
    ``width`` and ``height`` are pixels, upright, ``None`` for what has none;
    ``duration`` is seconds. ``is_animated`` pictures keep moving and get no smaller
    variants; through some places of an ``is_transparent`` one the page is seen.
    ``folded`` is name, alt text and caption, folded for the search. ``alt``
    is "" as long as nobody wrote one; ``is_decorative`` says that none is wanted.
    """

    __tablename__ = "media_item"
    __table_args__ = (
        Index(None, "kind", "created_at", "id"),
        Index(None, "created_at", "id"),
        Index(None, "upload_digest"),
        Index(None, "digest"),
        Index(None, "likeness"),
        Index(None, "uploader_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[MediaKind] = mapped_column(Choice(MediaKind))
    state: Mapped[MediaState] = mapped_column(
        Choice(MediaState), default=MediaState.READY
    )
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(default=_first_slug)
    extension: Mapped[str]
    mime_type: Mapped[str]
    size: Mapped[int]
    digest: Mapped[str]
    upload_digest: Mapped[str]
    likeness: Mapped[str] = mapped_column(default="")
    width: Mapped[int | None]
    height: Mapped[int | None]
    duration: Mapped[int | None]
    is_animated: Mapped[bool] = mapped_column(default=False)
    is_transparent: Mapped[bool] = mapped_column(default=False)
    alt: Mapped[str] = mapped_column(default="")
    is_decorative: Mapped[bool] = mapped_column(default=False)
    caption: Mapped[str] = mapped_column(default="")
    folded: Mapped[str] = mapped_column(default="")
    problem: Mapped[str] = mapped_column(default="")
    uploader_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    uploader: Mapped[User | None] = relationship()
    variants: Mapped[list["MediaVariant"]] = relationship(
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="MediaVariant.width",
    )

    def describe(
        self,
        *,
        name: str | None = None,
        alt: str | None = None,
        is_decorative: bool | None = None,
        caption: str | None = None,
    ) -> None:
        """Change what is said of it, so that it is found by it. ``None``: as it was."""
        self.name = self.name if name is None else name
        self.alt = (self.alt or "") if alt is None else alt
        self.caption = (self.caption or "") if caption is None else caption
        if is_decorative is not None:
            self.is_decorative = is_decorative
        self.folded = fold(f"{self.name} {self.alt} {self.caption}")

    @property
    def filename(self) -> str:
        """The last part of its address: "boat.jpg"."""
        return f"{self.slug}.{self.extension}"

    @property
    def path(self) -> str:
        """The path of the whole file: "/media/12/boat.jpg"."""
        return quote(f"/media/{self.id}/{self.filename}")

    def variant_path(self, format: str, width: int) -> str:
        """The path of a picture in one of its sizes: "/media/12/boat-640.avif"."""
        return quote(f"/media/{self.id}/{self.slug}-{width}.{format}")


class MediaVariant(Model):
    """A smaller picture, or the same in another format. ``format`` is "avif", "webp",
    "jpeg" or "png".
    """

    __tablename__ = "media_variant"
    __table_args__ = (
        UniqueConstraint("media_id", "format", "width"),
        Index(None, "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[int] = mapped_column(
        ForeignKey("media_item.id", ondelete="CASCADE")
    )
    format: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    digest: Mapped[str]


class MediaUse(Model):
    """A post or page in whose text, or beside it, a file is shown."""

    __tablename__ = "media_use"
    __table_args__ = (Index(None, "post_id"),)

    media_id: Mapped[int] = mapped_column(
        ForeignKey("media_item.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )


class Portrait(Model):
    """The picture that a person shows beside their name."""

    __tablename__ = "portrait"
    __table_args__ = (Index(None, "media_id"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[int] = mapped_column(
        ForeignKey("media_item.id", ondelete="CASCADE")
    )

    media: Mapped[MediaItem] = relationship(lazy="joined", innerjoin=True)
