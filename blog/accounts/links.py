"""Other places of a person, as readers are led to them."""

from typing import NamedTuple
from urllib.parse import urlsplit

from ..text.normalize import http_url, single_line

MOST = 10
NAME_LIMIT = 60


class Link(NamedTuple):
    """An address, and what it is called: by its name or, without one, its host."""

    url: str
    name: str


def read(text: str) -> list[Link]:
    """The links of lines as ``normalised`` gives them."""
    return [_link(line) for line in text.splitlines() if line]


def normalised(typed: str) -> str | None:
    """The links as they are stored, an address a line, with a name behind it or not;
    ``None`` if a line does not begin with an address of the web.
    """
    lines = []
    for line in typed.splitlines():
        address, _blank, name = line.strip().partition(" ")
        if not address:
            continue
        url = http_url(address)
        if url is None:
            return None
        lines.append(f"{url} {single_line(name, NAME_LIMIT)}".strip())
    return "\n".join(lines)


def _link(line: str) -> Link:
    url, _blank, name = line.partition(" ")
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    host = (parts.hostname or url).removeprefix("www.")
    return Link(url, name or f"{host}{path}")
