"""Every question that feeds ask about posts and comments."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
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
from ..posts.models import Kind, Post, PostCategory, PostTag, Tag

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


def count_in_the_open(kind: Kind, now: datetime) -> int:
    """How many posts or pages anybody may read the words of."""
    counted = select(func.count()).where(Post.kind == kind, Post.in_the_open(now))
    return session.scalar(counted) or 0


def addressed(
    kind: Kind, structure: str, skipped: int, limit: int, now: datetime
) -> Sequence[Post]:
    """Posts or pages in the open, the oldest first, with what makes their address under
    a permalink structure.
    """
    found = (
        select(Post)
        .where(Post.kind == kind, Post.in_the_open(now))
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
    """Of every ``size`` posts or pages in the open, oldest first, the last change."""
    place = func.row_number().over(order_by=post_queries.TIMELINE) - 1
    parts = (
        select((place // size).label("part"), Post.edited_at, Post.published_at)
        .where(Post.kind == kind, Post.in_the_open(now))
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
    """How many people have public posts."""
    counted = post_queries.public(now).with_only_columns(
        func.count(Post.author_id.distinct())
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
    """Who has public posts, and the last change in those; the first made first."""
    rows = session.execute(
        post_queries.public(now)
        .join(Post.author)
        .with_only_columns(User, *_LATEST)
        .group_by(User.id)
        .order_by(User.id)
    )
    return [(author, _latest(changes)) for author, *changes in rows]


def _latest(changes: Iterable[datetime | None]) -> datetime:
    return max(filter(None, changes))
