"""What an editor of a new post is known by."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model
from ..models import Post


class DraftKey(Model):
    """Which post was made of what an editor of a new one sent, so that the same editor
    makes no second one, should it never hear of the first. ``version`` is the post's
    after the last save that came from there.
    """

    __tablename__ = "draft_key"
    __table_args__ = (Index(None, "post_id"),)

    author_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    version: Mapped[int]

    post: Mapped[Post] = relationship()
