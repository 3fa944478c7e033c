"""Every question that feeds ask about posts and comments."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import (
    contains_eager,
    defer,
    joinedload,
    load_only,
    selectinload,
)

from ..accounts.models import User
from ..comments.models import Comment
from ..comments.models import Status as CommentStatus
from ..database import session
from ..posts import queries as post_queries
from ..posts.models import Byline, Kind, Post, PostCategory, PostTag, Series, Tag
from ..security import absolute_url

_LATEST = (func.max(Post.edited_at), func.max(Post.published_at))
# What an address may be made of, beside the post itself.
ADDRESS = (joinedload(Post.author), selectinload(Post.category_links))


def newest(posts: Select[Post], number: int) -> Sequence[Post]:
    """The first posts of a list, with all that a feed shows of them."""
    return session.scalars(
        posts.options(
            defer(Post.source),
            defer(Post.lede),
            defer(Post.excerpt),
            *ADDRESS,
            selectinload(Post.tag_links),
            selectinload(Post.bylines),
        ).limit(number)
    ).all()


def newest_comments(now: datetime, number: int) -> Sequence[Comment]:
    """The newest comments on posts and pages that anybody may read."""
    return session.scalars(
        _newest_first()
        .join(Comment.post)
        .where(Post.in_the_open(now))
        .options(contains_eager(Comment.post).options(*post_queries.LIGHT, *ADDRESS))
        .limit(number)
    ).all()


def newest_comments_on(post: Post, number: int) -> Sequence[Comment]:
    """The newest comments on a post."""
    return session.scalars(
        _newest_first().where(Comment.post_id == post.id).limit(number)
    ).all()


def _newest_first() -> Select[Comment]:
    return (
        select(Comment)
        .where(Comment.status == CommentStatus.APPROVED)
        .options(defer(Comment.source))
        .order_by(Comment.created_at.desc(), Comment.id.desc())
    )


# For the sitemap


def _told(kind: Kind, now: datetime) -> ColumnElement[bool]:
    """What is true of posts or pages that search engines are told of: anybody may read
    their words, and no other site has the original.
    """
    is_original = or_(
        Post.canonical_url == "",
        Post.canonical_url.startswith(absolute_url("/"), autoescape=True),
    )
    return and_(Post.kind == kind, Post.in_the_open(now), is_original)


def count_told(kind: Kind, now: datetime) -> int:
    """How many posts or pages search engines are told of."""
    counted = select(func.count()).select_from(Post).where(_told(kind, now))
    return session.scalar(counted) or 0


def addressed(
    kind: Kind, structure: str, skipped: int, limit: int, now: datetime
) -> Sequence[Post]:
    """Posts or pages for search engines, the oldest first, with what makes their
    address under a permalink structure.
    """
    found = (
        select(Post)
        .where(_told(kind, now))
        .options(
            load_only(
                *(Post.kind, Post.slug, Post.published_at, Post.edited_at),
                *(Post.author_id, Post.parent_id),
            )
        )
        .order_by(*post_queries.TIMELINE)
    )
    if kind == Kind.POST and "%author%" in structure:
        found = found.options(joinedload(Post.author))
    if kind == Kind.POST and "%category%" in structure:
        found = found.options(selectinload(Post.category_links))
    return session.scalars(found.limit(limit).offset(skipped)).all()


def last_changes(kind: Kind, now: datetime, size: int) -> Sequence[datetime]:
    """The last change of every ``size`` posts or pages for search engines, in order."""
    place = func.row_number().over(order_by=post_queries.TIMELINE) - 1
    parts = (
        select((place // size).label("part"), Post.edited_at, Post.published_at)
        .where(_told(kind, now))
        .subquery()
    )
    rows = session.execute(
        select(func.max(parts.c.edited_at), func.max(parts.c.published_at))
        .group_by(parts.c.part)
        .order_by(parts.c.part)
    )
    return [_latest(changes) for changes in rows]


def count_tags(now: datetime) -> int:
    """How many tags public posts have."""
    counted = select(func.count(PostTag.tag_id.distinct())).where(
        PostTag.published_at <= now
    )
    return session.scalar(counted) or 0


def count_authors(now: datetime) -> int:
    """How many people have public posts, alone or with others."""
    counted = select(func.count()).select_from(_writers(now).subquery())
    return session.scalar(counted) or 0


def count_series(now: datetime) -> int:
    """How many series have public parts."""
    counted = post_queries.public(now).with_only_columns(
        func.count(Post.series_id.distinct())
    )
    return session.scalar(counted) or 0


def category_changes(now: datetime) -> dict[int, datetime]:
    """By category, the last change in its public posts; without the empty ones."""
    rows = session.execute(
        select(PostCategory.category_id, *_LATEST)
        .join(Post, Post.id == PostCategory.post_id)
        .where(PostCategory.published_at <= now)
        .group_by(PostCategory.category_id)
    )
    return {category_id: _latest(changes) for category_id, *changes in rows}


def tag_changes(now: datetime) -> list[tuple[Tag, datetime]]:
    """The tags of public posts, and the last change in those; the first made first."""
    rows = session.execute(
        select(Tag, *_LATEST)
        .join(PostTag, PostTag.tag_id == Tag.id)
        .join(Post, Post.id == PostTag.post_id)
        .where(PostTag.published_at <= now)
        .group_by(Tag.id)
        .order_by(Tag.id)
    )
    return [(tag, _latest(changes)) for tag, *changes in rows]


def author_changes(now: datetime) -> list[tuple[User, datetime]]:
    """Who has public posts, alone or with others, and the last change in those; the
    first made first.
    """
    written = _writers(now).subquery()
    rows = session.execute(
        select(User, func.max(written.c.edited_at), func.max(written.c.published_at))
        .join(written, written.c.user_id == User.id)
        .group_by(User.id)
        .order_by(User.id)
    )
    return [(author, _latest(changes)) for author, *changes in rows]


def series_changes(now: datetime) -> list[tuple[Series, datetime]]:
    """The series that have public parts, and the last change in those; the first made
    first.
    """
    rows = session.execute(
        post_queries.public(now)
        .join(Post.series)
        .with_only_columns(Series, *_LATEST)
        .group_by(Series.id)
        .order_by(Series.id)
    )
    return [(series, _latest(changes)) for series, *changes in rows]


def _writers(now: datetime) -> Select[Any]:
    """By everybody who has public posts, the last change in them."""
    alone = post_queries.public(now).with_only_columns(
        Post.author_id.label("user_id"), Post.edited_at, Post.published_at
    )
    together = (
        select(Byline.user_id, Post.edited_at, Post.published_at)
        .join(Post, Post.id == Byline.post_id)
        .where(Byline.published_at <= now)
    )
    both = union_all(alone, together).subquery()
    return select(
        both.c.user_id,
        func.max(both.c.edited_at).label("edited_at"),
        func.max(both.c.published_at).label("published_at"),
    ).group_by(both.c.user_id)


def _latest(changes: Iterable[datetime | None]) -> datetime:
    return max(filter(None, changes))
