"""What was moved in, so that moving it in again doubles nothing."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Model


class ImportedItem(Model):
    """Something of another site, and the row that it became here.

    It is known by ``site`` (host and path of the old site), ``kind`` (author, category,
    tag, post, page, comment), ``source_id`` (its number there, as text; "" without one)
    and ``name`` (its slug, or else its guid; of a comment a digest of its place, time
    and author). ``digest`` is of all that was taken over, so that a change at the old
    site is seen; behind a colon follows a digest of the row as it was left, and
    ``row_version`` is that row's version (0 of what has none), so that a change made
    here is seen, and kept.
    """

    __tablename__ = "imported_item"
    __table_args__ = (
        Index(None, "site", "kind", "source_id", "name", unique=True),
        Index(None, "kind", "row_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str]
    kind: Mapped[str]
    source_id: Mapped[str]
    name: Mapped[str]
    guid: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(default="")
    row_id: Mapped[int]
    row_version: Mapped[int] = mapped_column(default=0)
