"""What moves in, in one shape, whatever file it stood in.

The words are WordPress's, as its export says most: types, statuses and taxonomies have
its names, and times are written as it writes them ("2020-05-17 08:30:00"). A source
reads a file as these records; what "" means there is that the file does not say.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

from ..text.sanitizer import Format

# The type of an item that only bears comments whose post the file does not hold.
ABSENT = "absent"


class Unreadable(Exception):
    """Nothing of the file can be taken; one sentence says why, and on which line."""


class Loss(NamedTuple):
    """What was mended or could not be read, and on which line."""

    line: int
    text: str


class Body(StrEnum):
    """What the text of an item is written in."""

    WORDPRESS = "wordpress"  # HTML with blank lines, blocks and shortcodes
    HTML = "html"
    MARKDOWN = "markdown"


@dataclass(slots=True)
class Channel:
    """The old site; "" for what it does not say."""

    title: str = ""
    link: str = ""
    description: str = ""
    language: str = ""
    base_site_url: str = ""
    base_blog_url: str = ""
    version: str = ""
    pub_date: str = ""
    timezone: str = ""  # by its name, such as "Asia/Karachi"


@dataclass(slots=True)
class Author:
    line: int
    id: str
    login: str
    email: str
    display_name: str
    first_name: str
    last_name: str
    meta: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Term:
    """A category, tag, or something of another ``taxonomy``; ``parent`` is a slug."""

    line: int
    taxonomy: str
    id: str
    slug: str
    parent: str
    name: str
    description: str
    meta: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Filed:
    """Where an item is filed. Version 1.0 says it twice, once without a slug."""

    taxonomy: str
    slug: str
    name: str


@dataclass(slots=True)
class Comment:
    line: int
    id: str
    author: str
    email: str
    url: str
    ip: str
    date: str
    date_gmt: str
    content: str
    approved: str
    type: str
    parent: str
    user_id: str
    meta: list[tuple[str, str]]
    format: Format = Format.HTML


@dataclass(slots=True)
class Item:
    line: int
    title: str
    link: str
    pub_date: str
    creator: str
    guid: str
    content: str
    excerpt: str
    id: str
    date: str
    date_gmt: str
    modified_gmt: str
    comment_status: str
    name: str
    status: str
    parent: str
    menu_order: str
    type: str
    password: str
    is_sticky: str
    attachment_url: str
    filed: list[Filed]
    meta: list[tuple[str, str]]
    comments: list[Comment]
    body: Body = Body.WORDPRESS

    def field(self, name: str) -> str:
        """What a field of its says; the last word counts. "" without one."""
        return next((value for key, value in reversed(self.meta) if key == name), "")


@dataclass(slots=True)
class Thread:
    """Comments that lay somewhere else than what they are about: a page known by its
    ``link``, or by what its maker called it, ``identifier``.
    """

    line: int
    id: str
    link: str
    title: str
    identifier: str
    comments: list[Comment]


Record = Author | Term | Item


class Source(Protocol):
    """One pass over a file: records in its order.

    ``channel`` is whole once the first item was read; ``losses`` grows meanwhile. What
    does not bear the number of a line is on line 1.

    :raise Unreadable: while iterating, for a file of which nothing can be taken
    """

    @property
    def channel(self) -> Channel: ...

    @property
    def losses(self) -> list[Loss]: ...

    def __iter__(self) -> Iterator[Record]: ...


class Conversations(Protocol):
    """One pass over a file of comments without what they are about: as ``Source``, of
    threads alone. One in which nobody has said anything is left out.
    """

    @property
    def channel(self) -> Channel: ...

    @property
    def losses(self) -> list[Loss]: ...

    def __iter__(self) -> Iterator[Thread]: ...
