"""What the editor's page shows of a post's revisions."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Flask

from ...text.sanitizer import Format
from ..models import Post
from . import comparison, queries, rooms
from .comparison import Comparison, Words
from .models import Revision

_SHOWN = 3


class History(NamedTuple):
    """How many revisions a post has, and its last ones."""

    room: str
    number: int
    latest: Sequence[Revision]


def init_app(app: Flask) -> None:
    """Bind what templates call."""
    app.jinja_env.globals.update(history_of=_history_of, compared_texts=_compared)


def _history_of(post: Post) -> History:
    return History(
        rooms.room_of(post),
        queries.count(post),
        queries.latest(post, _SHOWN),
    )


def _compared(
    post: Post, title: str | None, source: str | None, excerpt: str | None, format: str
) -> Comparison:
    """What is stored, and what stands in a form."""
    typed = Words(
        title or "",
        (source or "").replace("\r\n", "\n"),
        (excerpt or "").replace("\r\n", "\n"),
        Format(format),
    )
    stored = Words(post.title, post.source, post.excerpt, post.format)
    return comparison.compare(stored, typed)
