"""What templates know of posts: addresses, the menu, reading time."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask

from ..clock import utcnow
from ..site.queries import settings
from . import permalinks, queries
from .models import Post

WORDS_A_MINUTE = 230


def init_app(app: Flask) -> None:
    """Give templates the addresses of everything that has one."""
    app.jinja_env.globals.update(
        post_url=permalinks.post_url,
        category_url=permalinks.category_url,
        tag_url=permalinks.tag_url,
        author_url=permalinks.author_url,
        year_url=permalinks.year_url,
        month_url=permalinks.month_url,
        month_of=_month_of,
        comment_url=permalinks.comment_url,
        menu_pages=_menu_pages,
        reading_minutes=_reading_minutes,
    )


def _menu_pages() -> Sequence[Post]:
    return queries.menu_pages(utcnow())


def _month_of(at: datetime) -> str:
    """The archive in which the site's clocks file that instant."""
    day = at.astimezone(ZoneInfo(settings().timezone))
    return permalinks.month_url(day.year, day.month)


def _reading_minutes(post: Post) -> int:
    return max(1, round(post.word_count / WORDS_A_MINUTE))
