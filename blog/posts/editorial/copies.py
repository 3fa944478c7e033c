"""What a new post is made from: another post, or a template. Nothing here commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...accounts.models import User
from ...database import session
from .. import publishing
from ..models import Byline, Post
from ..publishing import Content
from . import queries
from .models import Template

NAME_LIMIT = 100
# More would be a list to search.
MOST = 100

# What a copy has of its own, what follows from its text, and what is set otherwise.
NOT_COPIED = frozenset(
    {
        *("id", "kind", "status", "trashed_status", "trashed_at", "slug", "guid"),
        *("published_at", "created_at", "edited_at", "version", "author_id"),
        *("comment_count", "thread_count", "password"),
        *("title", "source", "format", "excerpt"),
        *("html", "lede", "summary", "word_count", "policy_version"),
    }
)
COPIED = tuple(
    column.key for column in Post.__table__.columns if column.key not in NOT_COPIED
)


class TooMany(Exception):
    """There are ``MOST`` templates."""


def content_of(post: Post) -> Content:
    """A post's text, rendered once more, as a copy needs it. Slow, as ``prepare`` is.

    :raise sanitizer.TooLarge: above the size that a post may have by now
    """
    return publishing.prepare(
        title=post.title, source=post.source, format=post.format, excerpt=post.excerpt
    )


def duplicate(post: Post, content: Content, author: User, now: datetime) -> Post:
    """A draft with all that a post has but its address, its date, its comments and what
    was noted on it.
    """
    copy = publishing.compose(
        author, post.kind, content, now, password=post.password, shape=post.shape
    )
    for name in COPIED:
        setattr(copy, name, getattr(post, name))
    copy.file_under(post.categories, post.tags)
    copy.bylines = [
        Byline(user_id=each.user_id, position=each.position)
        for each in post.bylines
        if each.user_id != author.id
    ]
    session.flush()
    return copy


def keep_as_template(post: Post, name: str, now: datetime) -> None:
    """Keep a post's text, to begin others with; in the place of what had that name.

    :raise TooMany: if there are ``MOST`` others
    """
    known = queries.templates(post.kind)
    template = next((each for each in known if each.name == name), None)
    if template is None:
        if len(known) >= MOST:
            raise TooMany
        template = Template(kind=post.kind, name=name, created_at=now)
        session.add(template)
    template.title, template.source = post.title, post.source
    template.format, template.excerpt = post.format, post.excerpt
    template.tags = ", ".join(each.name for each in post.tags)


def beginning(template: Template) -> Mapping[str, Any]:
    """What stands in the fields of a new post that begins with a template."""
    return {
        "title": template.title,
        "body": template.source,
        "format": template.format,
        "excerpt": template.excerpt,
        "tags": template.tags,
    }
