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
# So many numbers stand in a row; of more, the ends and those near the page one is on.
NUMBERS_SHOWN = 12


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
        page_numbers=_page_numbers,
    )


def _menu_pages() -> Sequence[Post]:
    return queries.menu_pages(utcnow())


def _month_of(at: datetime) -> str:
    """The archive in which the site's clocks file that instant."""
    day = at.astimezone(ZoneInfo(settings().timezone))
    return permalinks.month_url(day.year, day.month)


def _reading_minutes(post: Post) -> int:
    return max(1, round(post.word_count / WORDS_A_MINUTE))


def _page_numbers(here: int, last: int) -> list[int | None]:
    """The numbers of a post's pages that its page ``here`` leads to, and itself;
    ``None`` where some are left out.
    """
    if last <= NUMBERS_SHOWN:
        return [*range(1, last + 1)]
    shown = sorted({1, last, *range(max(here - 2, 1), min(here + 2, last) + 1)})
    numbers: list[int | None] = []
    before = 0
    for each in shown:
        if each == before + 2:
            numbers.append(before + 1)  # as short as the sign for it
        elif each > before + 2:
            numbers.append(None)
        numbers.append(each)
        before = each
    return numbers
