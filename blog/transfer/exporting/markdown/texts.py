"""A post or page as a file: what its head says, and the source as it is."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import unquote

from ....media.models import MediaItem
from ....posts.models import Kind, Post, Shape, Status
from ....posts.permalinks import post_url
from ....text.sanitizer import Format
from . import heads

ENDINGS = {Format.MARKDOWN: ".md", Format.HTML: ".html"}


def text(post: Post, aliases: Sequence[str], now: datetime) -> bytes:
    """The file of a post, whose old addresses are ``aliases``."""
    return (heads.head(_fields(post, aliases, now)) + post.source).encode()


def _fields(
    post: Post, aliases: Sequence[str], now: datetime
) -> dict[str, heads.Value]:
    return {
        "id": post.id,
        "type": str(post.kind) if post.kind == Kind.PAGE else None,
        "shape": str(post.shape) if post.shape != Shape.ARTICLE else None,
        "title": post.title,
        "slug": post.slug,
        "link": post_url(post),
        "link_url": post.link_url,
        "guid": post.guid,
        "date": post.published_at,
        "created": post.created_at,
        "updated": post.edited_at,
        "status": _status(post, now),
        "trashed": post.trashed_at,
        "trashed_from": str(post.trashed_status) if post.trashed_status else None,
        "author": post.author.name,
        "co_authors": [line.user.name for line in post.bylines],
        "categories": [category.slug for category in post.categories],
        "tags": [tag.slug for tag in post.tags],
        "series": post.series.slug if post.series else None,
        "series_position": post.series_position or None,
        "excerpt": post.excerpt,
        "image": _path(post.cover),
        "social_image": _path(post.social_picture),
        "password": post.password,
        "sticky": post.sticky or None,
        "comments": None if post.comments_open else False,
        "parent": post.parent_id,
        "weight": post.position or None,
        "aliases": list(aliases),
        "seo_title": post.seo_title,
        "seo_description": post.seo_description,
        "canonical_url": post.canonical_url,
    }


def _status(post: Post, now: datetime) -> str:
    """In WordPress's words."""
    if post.status == Status.PUBLIC:
        return "future" if post.is_scheduled(now) else "publish"
    return str(post.status)


def _path(item: MediaItem | None) -> str | None:
    return unquote(item.path) if item else None
