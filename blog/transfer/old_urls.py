"""Old addresses, before the name of a site leads here: which answer, which lead on, and
which would be lost.
"""

import gzip
import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote, urlsplit

from sqlalchemy import select

from ..database import session
from ..posts import permalinks, queries
from ..posts.models import Post
from ..site import redirects
from ..text import slugs

# Of a packed sitemap; its makers allow 50 MiB (sitemaps.org).
MOST_BYTES = 50 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_LOCATION = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\s]+?)\s*(?:\]\]>)?\s*</loc>")
# The common log format of web servers, and what is written before and after it.
_LOGGED = re.compile(r'"(?:GET|HEAD) (\S+) HTTP/[0-9.]+" ([0-9]{3})\b')
_CHAIN = 5
# A beginning of fewer letters means too much.
_SHORTEST = 3
_SOME = 20


class Fate(StrEnum):
    """What becomes of who asks for an address."""

    ANSWERS = "answers"
    REDIRECTS = "redirects"
    LOST = "lost"


class Checked(NamedTuple):
    """An address as path and query, and what becomes of it. ``to`` is where it leads,
    or what it may have meant, "" if nothing is near. ``number`` is how often it stands
    in the file.
    """

    address: str
    fate: Fate
    status: int
    to: str
    number: int


class TooLarge(Exception):
    """There is more in the file than a list of addresses has."""


def listed(file: BinaryIO) -> Counter[str]:
    """The addresses of a file, as path and query, and how often each stands there: of a
    sitemap (packed or not), an access log, of which only what was answered counts, or a
    list with one in each line.

    :raise TooLarge: for a packed file that is larger than a sitemap may be
    """
    start = file.read(2)
    file.seek(0)
    if start == _GZIP:
        with gzip.open(file) as packed:
            data = packed.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise TooLarge
        lines = data.decode("utf-8", "replace").splitlines()
    else:
        lines = [line.decode("utf-8", "replace") for line in file]
    return Counter(filter(None, map(_path, _addresses(lines))))


def _addresses(lines: list[str]) -> Iterator[str]:
    whole = "\n".join(lines[:50])
    if "<urlset" in whole or "<sitemapindex" in whole:
        for found in _LOCATION.finditer("\n".join(lines)):
            yield html.unescape(found[1])
        return
    for line in lines:
        logged = _LOGGED.search(line)
        if logged is not None:
            if logged[2] in ("200", "301", "302", "304", "308"):
                yield logged[1]
        elif line.strip() and not line.lstrip().startswith("#"):
            yield line.split()[0].lstrip("\ufeff")


def _path(address: str) -> str:
    """The path and query; "" for what is no address of a page."""
    try:
        parts = urlsplit(address)
    except ValueError:  # a broken IPv6 address
        return ""
    if parts.scheme not in ("", "http", "https"):
        return ""
    if not parts.netloc and not parts.path.startswith("/"):
        return ""
    path = re.sub("^/+", "/", parts.path or "/")
    return f"{path}?{parts.query}" if parts.query else path


# The status at an address, and where it leads, "" if nowhere else.
Ask = Callable[[str], tuple[int, str]]


def check(addresses: Counter[str], ask: Ask, now: datetime) -> Iterator[Checked]:
    """Ask for each as a visitor would, the ones that stand there most often first."""
    for address, number in addresses.most_common():
        status, to = _followed(address, ask)
        if status == 200:
            fate = Fate.REDIRECTS if to else Fate.ANSWERS
        else:
            fate, to = Fate.LOST, meant(address, now) or ""
        yield Checked(address, fate, status, to, number)


def _followed(address: str, ask: Ask) -> tuple[int, str]:
    """The last status, and where that was if it is elsewhere."""
    here, to, status = address, "", 0
    for _ in range(_CHAIN):
        status, location = ask(here)
        if not 300 <= status < 400 or not location:
            break
        here = to = _path(location)
    return status, to


def meant(address: str, now: datetime) -> str | None:
    """Where the one public post or page stands that an address means by its last word;
    if none has that slug, the one whose slug begins so. ``None`` without one, and for
    several.
    """
    path = unquote(urlsplit(address).path).rstrip("/")
    word = slugs.slugify(re.sub(r"\.(html?|php)$", "", path.rpartition("/")[2]))
    if not word:
        return None
    found = [post for post in queries.named(word) if post.is_public(now)]
    if not found and len(word) > _SHORTEST:
        beginning = select(Post).where(Post.slug.startswith(word, autoescape=True))
        some = session.scalars(beginning.options(*queries.LIGHT).limit(_SOME))
        found = [post for post in some if post.is_public(now)]
    return permalinks.post_url(found[0]) if len(found) == 1 else None


def lead(checked: Checked) -> bool:
    """Let a lost address lead to what it means; whether that is known."""
    word = unquote(checked.to.rstrip("/").rpartition("/")[2])
    found = [
        post for post in queries.named(word) if permalinks.post_url(post) == checked.to
    ]
    if not checked.to or len(found) != 1:
        return False
    path, _, query = checked.address.partition("?")
    return redirects.lead(path, query, post_id=found[0].id)
