"""What the texts of an export mean: times, numbers, slugs, addresses."""

import html
import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ...posts.moments import FIRST_YEAR, LAST_YEAR
from ...text import normalize, slugs

# Numbers of WordPress that become ours; the room above them is for what is new here.
MOST_ID = 10**12
# They shape words of Persian and Indic scripts, in addresses too.
_JOINERS = "\u200c\u200d"
# What has a meaning of its own in an address, or that browsers write in other ways.
_NOT_IN_SLUG = frozenset("/\\?#%<>\"'`{}|^")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
)
_FEED_DATE = re.compile(r"(?:[A-Za-z]{3}, {0,3})?[0-9]{1,2} [A-Za-z]{3} [1-9][0-9]{3} ")
_SERIALISED_PAIR = re.compile(r'i:([0-9]{1,18});(?:s:[0-9]{1,9}:"([^"]*)"|i:([0-9]+));')


class Link(NamedTuple):
    """An address at the old site. ``host`` is "" for one that says none; ``query`` is
    kept only where it names a post, a page or a file.
    """

    host: str
    path: str
    query: str


def shown(text: str) -> datetime | None:
    """The time on a clock that a date of WordPress shows, without a zone; ``None`` for
    0000-00-00 and for what is none or no address could hold.
    """
    match = _MOMENT.match(text)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{match[1]} {match[2]}")
    except ValueError:
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def instant(gmt: str, local: str, zone: tzinfo, pub_date: str = "") -> datetime | None:
    """The instant that is meant: the time in UTC if there is one, else the time on the
    clocks of ``zone``, else the date of a feed.
    """
    moment = shown(gmt)
    if moment is not None:
        return moment.replace(tzinfo=UTC)
    moment = shown(local)
    if moment is not None:
        return moment.replace(tzinfo=zone).astimezone(UTC)
    return _of_a_feed(pub_date)


def _of_a_feed(text: str) -> datetime | None:
    # WordPress writes "30 Nov -0001" for no date, which the library takes for a year.
    if _FEED_DATE.match(text) is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(microsecond=0)


def number(text: str) -> int | None:
    """A number of WordPress that may become one of ours; ``None`` for anything else."""
    if re.fullmatch("[0-9]{1,13}", text) is None:
        return None
    return int(text) if 0 < int(text) <= MOST_ID else None


def position(text: str) -> int:
    """Where something stands among its siblings; 0 without a number."""
    if re.fullmatch("-?[0-9]{1,9}", text) is None:
        return 0
    return int(text)


def name(text: str, limit: int) -> str:
    """A name as people read it: WordPress stores "R&amp;D", and means "R&D"."""
    return normalize.single_line(html.unescape(text), limit)


def slug(text: str) -> str | None:
    """A slug of WordPress as it stands in addresses, decoded and otherwise as it is;
    ``None`` if no address of ours can hold it.
    """
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        return None
    if not 0 < len(decoded.encode(errors="replace")) <= slugs.MAX_BYTES:
        return None
    if decoded in (".", "..") or any(map(_breaks_an_address, decoded)):
        return None
    return decoded if unicodedata.is_normalized("NFC", decoded) else None


def _breaks_an_address(char: str) -> bool:
    if char in _JOINERS:
        return False
    return char in _NOT_IN_SLUG or unicodedata.category(char)[0] in "CZ"


def link(text: str) -> Link | None:
    """Where something stood; ``None`` for what is no address of a page."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:  # a broken IPv6 address
        return None
    if parts.scheme not in ("", "http", "https"):
        return None
    if not (host or parts.path or parts.query):
        return None
    named = re.search(
        r"(?:^|&)((?:p|page_id|attachment_id)=[0-9]{1,18})(?:&|$)", parts.query
    )
    return Link(host, parts.path or "/", named[1] if named else "")


def serialised(text: str) -> dict[str, str]:
    """Words by number, from PHP's way to write such a table."""
    return {
        match[1]: match[2] if match[2] is not None else match[3]
        for match in _SERIALISED_PAIR.finditer(text)
    }
