"""What templates know of posts: addresses, the menu, reading time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, g, request
from markupsafe import Markup, escape

from ..accounts import links
from ..accounts.links import Link
from ..accounts.models import User
from ..clock import utcnow
from ..i18n import format_list
from ..media import portraits
from ..site.models import Menu
from ..site.queries import settings
from ..text import figures
from ..text.pictures import Picture
from . import permalinks, queries, shapes
from .models import Post
from .navigation import menus
from .navigation.menus import Entry

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
        series_url=permalinks.series_url,
        post_name=shapes.name,
        host_of=_host_of,
        picture=_picture,
        listed=_listed,
        year_url=permalinks.year_url,
        month_url=permalinks.month_url,
        month_of=_month_of,
        comment_url=permalinks.comment_url,
        portraits=portraits.of,
        portrait_of=_portrait_of,
        links_of=_links_of,
        is_here=_is_here,
        menu=_menu,
        menu_pages=_menu_pages,
        reading_minutes=_reading_minutes,
        page_numbers=_page_numbers,
    )


def _host_of(url: str) -> str:
    """The host of a web address, as readers know it."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _picture(picture: Picture, sizes: str, *, is_lazy: bool = True) -> Markup:
    """A picture in all its sizes; ``sizes`` is how wide it is shown. It stands beside a
    title that says what it is about, so an empty ``alt`` is fine.
    """
    return figures.picture_html(
        picture, sizes=sizes, is_lazy=is_lazy, attributes={"class": "u-photo"}
    )


def _listed(items: Iterable[str]) -> Markup:
    """ "Ada, Ben and Cleo" in the site's language, of pieces of HTML or of text."""
    parts = list(items)
    places = format_list([f"{{{number}}}" for number in range(len(parts))])
    return escape(places).format(*parts)


def _portrait_of(picture: Picture, sizes: str) -> Markup:
    """A person's picture; ``sizes`` is how wide it is shown. It stands beside the name,
    so it says nothing more.
    """
    attributes = {"class": "portrait u-photo"}
    return figures.picture_html(picture, sizes=sizes, alt="", attributes=attributes)


def _links_of(person: User) -> Sequence[Link]:
    """The person's website, if there is one, and what else they name."""
    own = links.read(person.url)
    return [
        *own,
        *(each for each in links.read(person.links) if each.url != person.url),
    ]


def _is_here(address: str) -> bool:
    """Whether that is the address of the page that is asked for."""
    return permalinks.encoded(request.path) == address


def _menu(name: str) -> Sequence[Entry]:
    """What the owner put into a menu; both are asked for once in a request."""
    if "menus" not in g:
        g.menus = menus.for_readers(utcnow())
    found: Sequence[Entry] = g.menus[Menu(name)]
    return found


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
