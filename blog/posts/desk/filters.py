"""What a list behind the login is narrowed to, and in which order it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    String,
    cast,
    func,
    or_,
    select,
)

from ...database import session
from ...paging import whole_number
from ...search import index
from .. import queries
from ..models import Kind, Post, PostCategory
from ..moments import FIRST_YEAR, LAST_YEAR

# A search for more than this finds nothing that a shorter one would not.
WORDS_LIMIT = 200

Clauses = tuple[SQLColumnExpression[Any], ...]


class Order(StrEnum):
    """An order that somebody chose; a minus begins with the greatest, as in addresses.

    Without one a list stands as its state wants it.
    """

    TITLE = "title"
    TITLE_DOWN = "-title"
    DATE = "date"
    DATE_DOWN = "-date"
    COMMENTS = "comments"
    COMMENTS_DOWN = "-comments"
    WORDS = "words"
    WORDS_DOWN = "-words"

    @property
    def column(self) -> str:
        """The word without its direction."""
        return self.removeprefix("-")

    @property
    def is_down(self) -> bool:
        """Whether the greatest stands first."""
        return self.startswith("-")

    @property
    def clauses(self) -> Clauses:
        """What to sort by. What has no date is later than what has."""
        keys: dict[str, Clauses] = {
            "title": (func.lower(Post.title),),
            "date": (Post.published_at.is_(None), Post.published_at),
            "comments": (Post.comment_count,),
            "words": (Post.word_count,),
        }
        clauses = (*keys[self.column], Post.id)
        return tuple(each.desc() for each in clauses) if self.is_down else clauses


class Month(NamedTuple):
    """A month by the site's clocks; in addresses "2026-11"."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    def bounds(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """The instants at which it begins and at which the next one does."""
        after = Month(self.year + self.month // 12, self.month % 12 + 1)
        return (
            datetime(self.year, self.month, 1, tzinfo=zone).astimezone(UTC),
            datetime(after.year, after.month, 1, tzinfo=zone).astimezone(UTC),
        )


@dataclass(frozen=True)
class Filters:
    """What a post has to be to stand in a list. Without any of it, it does."""

    author_id: int | None = None
    category_id: int | None = None
    month: Month | None = None
    words: str = ""

    def __bool__(self) -> bool:
        """Whether they leave anything out."""
        return self != EVERYTHING

    def values(self) -> dict[str, str]:
        """What an address says of them; ``asked`` reads it."""
        said = {
            "q": self.words,
            "author": str(self.author_id or ""),
            "category": str(self.category_id or ""),
            "month": str(self.month or ""),
        }
        return {name: value for name, value in said.items() if value}

    def conditions(self, zone: tzinfo) -> list[ColumnElement[bool]]:
        """The same in the database's language. A category holds what lies below it, and
        a month what is dated in it."""
        found: list[ColumnElement[bool]] = []
        if self.author_id is not None:
            found.append(queries.written_by(self.author_id))
        if self.category_id is not None:
            found.append(_filed_under(self.category_id))
        if self.month is not None:
            start, end = self.month.bounds(zone)
            found += [Post.published_at >= start, Post.published_at < end]
        if self.words:
            found.append(_saying(self.words))
        return found


EVERYTHING = Filters()


def asked(values: Mapping[str, str]) -> Filters:
    """The filters that an address or a form names; "" is none.

    :raise ValueError: for what names no author, category or month that could be
    """
    month = values.get("month")
    return Filters(
        author_id=_number(values.get("author")),
        category_id=_number(values.get("category")),
        month=_month(month) if month else None,
        words=" ".join(values.get("q", "").split())[:WORDS_LIMIT],
    )


def months(kind: Kind, author_id: int | None, zone: tzinfo) -> list[Month]:
    """The months in which something is dated, of one author or (``None``) of all; the
    latest first."""
    dated = select(func.min(Post.published_at), func.max(Post.published_at)).where(
        Post.kind == kind, Post.published_at.is_not(None)
    )
    if author_id is not None:
        dated = dated.where(queries.written_by(author_id))
    # A month of UTC lies in two of the site's months at most: those of its first and
    # of its last post. "2026-11" is cut off the text, which is five times as quick as
    # to ask for the parts of each date.
    of_utc = func.substr(cast(Post.published_at, String), 1, len("2026-11"))
    rows = session.execute(dated.group_by(of_utc)).all()
    local = (at.astimezone(zone) for row in rows for at in row if at is not None)
    return sorted({Month(at.year, at.month) for at in local}, reverse=True)


def _filed_under(category_id: int) -> ColumnElement[bool]:
    categories = queries.all_categories()
    ids = [
        below.id
        for each in categories
        if each.id == category_id
        for below in queries.with_descendants(each, categories)
    ]
    links = select(PostCategory.post_id).where(PostCategory.category_id.in_(ids))
    return Post.id.in_(links)


def _saying(words: str) -> ColumnElement[bool]:
    """Words of the text; or, as it stands, a piece of the title."""
    in_title = Post.title.icontains(words, autoescape=True)
    matching = index.posts_matching(words)
    return in_title if matching is None else or_(Post.id.in_(matching), in_title)


def _number(typed: str | None) -> int | None:
    if not typed:
        return None
    number = whole_number(typed)
    if not number:
        raise ValueError(typed)
    return number


def _month(typed: str) -> Month:
    match = re.fullmatch("([0-9]{4})-([0-9]{2})", typed)
    if match is None:
        raise ValueError(typed)
    month = Month(int(match[1]), int(match[2]))
    if not (FIRST_YEAR <= month.year <= LAST_YEAR and 1 <= month.month <= 12):
        raise ValueError(typed)
    return month
