"""A publication of any size in a temporary place, the same each time."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from markupsafe import Markup
from sqlalchemy import insert

from blog import create_app
from blog.accounts.models import Role, User
from blog.comments import counts
from blog.comments.models import Comment
from blog.comments.models import Status as CommentStatus
from blog.database import db, session, write_transaction
from blog.operations.upgrade import upgrade
from blog.posts.models import Category, Kind, Post, PostCategory, Status
from blog.text.sanitizer import Format

START = datetime(2010, 1, 1, tzinfo=UTC)
POSTS_A_SECOND = 3
HTML = Markup("<p>A tide comes in, and goes out again.</p>" * 40)  # noqa: S704  ours


@contextmanager
def publication(posts: int, comments_each: int = 0) -> Iterator[Flask]:
    """An application over a new database with so many public posts, three a second."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {
                "INSTANCE": Path(folder),
                "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/blog.sqlite",
                "SECRET_KEY": "benchmarks sign with a key of their own, 32 bytes",
                "SITE_URL": "http://localhost",
                "TRUSTED_HOSTS": ["localhost"],
            }
        )
        with app.app_context():
            upgrade(START)
            _fill(posts, comments_each)
            yield app
            session.remove()
            db.engine.dispose()


def _fill(posts: int, comments_each: int) -> None:
    with write_transaction():
        session.add(
            User(
                id=1,
                name="writer",
                display_name="A Writer",
                slug="a-writer",
                email="writer@example.org",
                role=Role.AUTHOR,
                created_at=START,
            )
        )
        session.add(Category(id=1, name="Tides", slug="tides"))
        session.flush()
        for first in range(0, posts, 5000):
            numbers = range(first + 1, min(first + 5000, posts) + 1)
            session.execute(insert(Post), [_post(number) for number in numbers])
            session.execute(
                insert(PostCategory),
                [
                    {"post_id": n, "category_id": 1, "published_at": _at(n)}
                    for n in numbers
                ],
            )
        for post_id in range(1, posts + 1) if comments_each else ():
            session.execute(
                insert(Comment),
                [_comment(post_id, number) for number in range(comments_each)],
            )
            counts.rebuild(post_id)


def _at(number: int) -> datetime:
    return START + timedelta(seconds=number // POSTS_A_SECOND)


def _post(number: int) -> dict[str, object]:
    return {
        "id": number,
        "kind": Kind.POST,
        "status": Status.PUBLIC,
        "title": f"Post {number}",
        "slug": f"post-{number}",
        "format": Format.HTML,
        "source": str(HTML),
        "html": HTML,
        "summary": "A tide comes in, and goes out again.",
        "author_id": 1,
        "published_at": _at(number),
        "created_at": _at(number),
        "edited_at": _at(number),
    }


def _comment(post_id: int, number: int) -> dict[str, object]:
    return {
        "post_id": post_id,
        "status": CommentStatus.APPROVED,
        "author": f"Reader {number}",
        "email": f"reader{number}@example.org",
        "source": "Well said.",
        "html": Markup("<p>Well said.</p>"),
        "created_at": _at(post_id) + timedelta(minutes=number),
    }
