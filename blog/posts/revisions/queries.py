"""Questions about what posts said before."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import defer, joinedload

from ...database import session
from ...paging import Page, last_page
from ..models import Post
from .models import Revision, RevisionKind

PAGE_SIZE = 50


def count(post: Post) -> int:
    """How many saves of a post are kept."""
    return session.scalar(select(func.count()).where(*_saves_of(post.id))) or 0


def page(post: Post, number: int) -> Page[Revision] | None:
    """Page ``number`` of a post's saves, the newest first, without their texts;
    ``None`` past the last page.
    """
    total = count(post)
    pages = last_page(total, PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    rows = _lately(post.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(session.scalars(rows).all(), number, pages, total)


def latest(post: Post, limit: int) -> Sequence[Revision]:
    """A post's last saves, the newest first, without their texts."""
    return session.scalars(_lately(post.id).limit(limit)).all()


def newest(post: Post) -> Revision | None:
    """The last save of a post that was kept; ``None`` if none was."""
    saves = select(Revision).where(*_saves_of(post.id))
    return session.scalar(saves.order_by(Revision.id.desc()).limit(1))


def by_id(post: Post, revision_id: int) -> Revision | None:
    """A save of that post; ``None`` if it has none of that id."""
    found = and_(Revision.id == revision_id, *_saves_of(post.id))
    return session.scalar(
        select(Revision).where(found).options(joinedload(Revision.author))
    )


def before(revision: Revision) -> Revision | None:
    """The save before that one; ``None`` if it is the first that is kept."""
    saves = _saves_of(revision.post_id)
    older = select(Revision).where(*saves, Revision.id < revision.id)
    return session.scalar(
        older.order_by(Revision.id.desc()).limit(1).options(joinedload(Revision.author))
    )


def after(revision: Revision) -> Revision | None:
    """The save after that one; ``None`` if it is the last."""
    saves = _saves_of(revision.post_id)
    newer = select(Revision).where(*saves, Revision.id > revision.id)
    return session.scalar(
        newer.order_by(Revision.id).limit(1).options(defer(Revision.source))
    )


def autosave(post_id: int, author_id: int) -> Revision | None:
    """What a person wrote on that post and may not have saved; ``None`` if nothing."""
    return session.scalar(
        select(Revision).where(
            Revision.post_id == post_id,
            Revision.author_id == author_id,
            Revision.kind == RevisionKind.AUTOSAVE,
        )
    )


def surplus(post_id: int, kept: int) -> Sequence[int]:
    """The ids of a post's saves without a name, but for the newest ``kept``."""
    unnamed = select(Revision.id).where(*_saves_of(post_id), Revision.name == "")
    return session.scalars(
        unnamed.order_by(Revision.id.desc()).offset(kept).limit(_NO_LIMIT)
    ).all()


def with_many(kept: int, *, above_id: int, limit: int) -> Sequence[int]:
    """Ids of posts that have more than ``kept`` revisions of whatever kind, ascending.
    The index alone answers.
    """
    return session.scalars(
        select(Revision.post_id)
        .where(Revision.post_id > above_id)
        .group_by(Revision.post_id)
        .having(func.count() > kept)
        .order_by(Revision.post_id)
        .limit(limit)
    ).all()


def needless_autosaves(before: datetime, limit: int) -> Sequence[int]:
    """Ids of what the editor kept before that time, and what was saved, too."""
    return session.scalars(
        select(Revision.id)
        .join(Post, Post.id == Revision.post_id)
        .where(
            Revision.kind == RevisionKind.AUTOSAVE,
            Revision.created_at < before,
            Revision.title == Post.title,
            Revision.source == Post.source,
            Revision.format == Post.format,
            Revision.excerpt == Post.excerpt,
        )
        .order_by(Revision.id)
        .limit(limit)
    ).all()


_NO_LIMIT = 100_000  # SQLite takes no OFFSET without a LIMIT


def _saves_of(post_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Revision.post_id == post_id, Revision.kind == RevisionKind.SAVE


def _lately(post_id: int) -> Select[Revision]:
    return (
        select(Revision)
        .where(*_saves_of(post_id))
        .order_by(Revision.id.desc())
        .options(
            defer(Revision.source), defer(Revision.excerpt), joinedload(Revision.author)
        )
    )
