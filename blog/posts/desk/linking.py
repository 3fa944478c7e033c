"""What a writer can link to: the site's own posts and pages."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import or_, select

from ...database import session
from ..models import Post, Status
from ..queries import LIGHT
from .filters import Filters

SHOWN = 20


def linkable(
    words: str, author_id: int | None, now: datetime, limit: int = SHOWN
) -> Sequence[Post]:
    """Posts and pages that say these words and have an address: those that readers see
    and, in every state but the trash, those of one author or (``None``) of all. The
    last changed first. One query.
    """
    is_seen = (Post.status == Status.PUBLIC) & (Post.published_at <= now)
    is_theirs = or_(is_seen, Post.author_id == author_id)
    return session.scalars(
        select(Post)
        .where(Post.slug != "", Post.status != Status.TRASH)
        .where(*([is_theirs] if author_id else []))
        .where(*Filters(words=words).conditions(UTC))
        .options(*LIGHT)
        .order_by(Post.edited_at.desc(), Post.id.desc())
        .limit(limit)
    ).all()
