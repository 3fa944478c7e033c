"""What the posts of one write have need of, fetched for all of them at once."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from sqlalchemy import select

from ...accounts.models import User
from ...database import session
from ...posts.models import Category, Kind, Post, Tag
from ...text import slugs
from .. import records
from . import identities, readings
from .people import People
from .terms import Terms

Row = TypeVar("Row", Category, Tag, User, Post)


class Shelf:
    """The authors, categories and tags of some items, and which of their slugs somebody
    has. What is deleted meanwhile is left out.
    """

    def __init__(
        self, people: People, terms: Terms, items: Sequence[records.Item]
    ) -> None:
        self._people = people
        self._terms = terms
        self._users = rows(User, [people.wrote(item.creator) for item in items])
        # Pages are not filed.
        posts = [item for item in items if item.type == Kind.POST]
        self._categories = rows(
            Category, [id for item in posts for id in terms.filed(item, "category")]
        )
        self._tags = rows(Tag, [id for item in posts for id in terms.tagged(item)])
        named = [slug for item in items if (slug := readings.slug(item.name))]
        self._taken: set[str] = set()
        for some in identities.portions(named):
            taken = select(Post.slug).where(Post.slug.in_(some))
            self._taken.update(session.scalars(taken))
        self._looked_up = frozenset(named)

    def author(self, item: records.Item) -> User:
        return self._users[self._people.wrote(item.creator)]

    def categories(self, item: records.Item) -> list[Category]:
        ids = sorted(self._terms.filed(item, "category"))
        return [self._categories[id] for id in ids if id in self._categories]

    def tags(self, item: records.Item) -> list[Tag]:
        ids = sorted(self._terms.tagged(item))
        return [self._tags[id] for id in ids if id in self._tags]

    def is_free(self, slug: str) -> bool:
        """Whether nobody has a slug, as far as is known without asking again."""
        if slug.isdigit() or slug in slugs.RESERVED:
            return False
        return slug in self._looked_up and slug not in self._taken

    def take(self, slug: str) -> None:
        """Note that one of these items has got a slug."""
        self._taken.add(slug)


def rows(model: type[Row], ids: Collection[int]) -> dict[int, Row]:
    """Rows by their ids; without those that are gone."""
    found: dict[int, Row] = {}
    for some in identities.portions(sorted(set(ids))):
        for row in session.scalars(select(model).where(model.id.in_(some))):
            found[row.id] = row
    return found
