"""The elements of WXR as text, and values as WordPress writes them."""

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ....feeds.portable import legal

NO_DATE = "0000-00-00 00:00:00"

Meta = tuple[str, str]


def cdata(text: str) -> str:
    """Text as it is. What XML has no way to write is left out."""
    return f"<![CDATA[{legal(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def element(name: str, value: str | int = "", attributes: str = "") -> str:
    """An element with a text in it."""
    written = cdata(value) if isinstance(value, str) and value else value
    return f"<{name}{attributes}>{written}</{name}>\n"


def group(name: str, children: Iterable[str]) -> str:
    """An element with others in it."""
    return f"<{name}>\n{''.join(children)}</{name}>\n"


def attribute(name: str, value: str) -> str:
    """An attribute, with a space before it."""
    return f' {name}="{html.escape(legal(value))}"'


def metas(of: str, pairs: Iterable[Meta]) -> Iterable[str]:
    """Fields: of a "post", a "comment" or a "term"; those that are not empty."""
    for key, value in pairs:
        if value:
            children = (element("wp:meta_key", key), element("wp:meta_value", value))
            yield group(f"wp:{of}meta", children)


def words(text: str) -> str:
    """Plain text as HTML, which is what WordPress takes names and titles for."""
    return html.escape(text, quote=False)


def slug(text: str) -> str:
    """A slug as WordPress keeps it: other letters than English ones encoded, in small
    letters.
    """
    return re.sub("%[0-9A-F]{2}", lambda part: part[0].lower(), quote(text, safe=""))


def local(moment: datetime | None, zone: ZoneInfo) -> str:
    """A time on the clocks of the site."""
    return NO_DATE if moment is None else _written(moment.astimezone(zone))


def gmt(moment: datetime | None) -> str:
    """A time in UTC."""
    return NO_DATE if moment is None else _written(moment.astimezone(UTC))


def stamp(moment: datetime | None) -> str:
    """A time in UTC for a field; "" for none."""
    return "" if moment is None else gmt(moment)


def _written(moment: datetime) -> str:
    # Not strftime, which forgets zeros before years of less than four digits.
    return moment.replace(tzinfo=None, microsecond=0).isoformat(" ")


def feed_date(moment: datetime | None) -> str:
    """A time as feeds write it; "" for none."""
    return "" if moment is None else format_datetime(moment.astimezone(UTC))
