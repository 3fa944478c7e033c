"""Conversations of any length, written straight into the database."""

from datetime import timedelta

from markupsafe import Markup
from sqlalchemy import func, insert, select

from blog.comments import counts
from blog.comments.models import Comment, Kind, Status
from blog.database import session, write_transaction
from tests.factories import NOON

SECOND = timedelta(seconds=1)


def write(post, parents, *, kind=Kind.COMMENT, hidden=(), at=NOON):
    """Comments below a post, a second apart from ``at`` on; each of ``parents`` is the
    place in the list of what the comment answers, or ``None``. Their ids, in order.
    """
    with write_transaction():
        first = (session.scalar(select(func.max(Comment.id))) or 0) + 1
        rows = [
            {
                "id": first + number,
                "post_id": post.id,
                "parent_id": None if parent is None else first + parent,
                "kind": kind,
                "status": Status.PENDING if number in hidden else Status.APPROVED,
                "author": f"Reader {number}",
                "email": f"reader{number}@example.org",
                "source": "x",
                "html": Markup("<p>x</p>"),
                "created_at": at + SECOND * number,
            }
            for number, parent in enumerate(parents)
        ]
        if rows:
            session.execute(insert(Comment), rows)
        counts.rebuild(post.id)
    return [row["id"] for row in rows]


def flat(number):
    return [None] * number


def one_thread(number):
    return [None, *[0] * (number - 1)]


def chain(number):
    return [None, *range(number - 1)]
