"""Categories and tags: making, naming, moving and taking them away."""

from collections.abc import Iterable

from sqlalchemy import select, update

from ..database import session
from ..text import normalize, slugs
from . import queries
from .models import Category, Tag

NAME_LIMIT = 100


class Loop(Exception):
    """A category would lie in itself."""


def make_category(
    name: str, *, slug: str = "", parent: Category | None = None, description: str = ""
) -> Category:
    """A new category, added to the session; without a slug it gets its name's."""
    category = Category(
        name=normalize.single_line(name, NAME_LIMIT),
        slug=_free_slug(Category, slug or name),
        parent_id=parent.id if parent else None,
        description=description,
    )
    session.add(category)
    return category


def make_tag(name: str, *, slug: str = "", description: str = "") -> Tag:
    """A new tag, added to the session; without a slug it gets its name's."""
    tag = Tag(
        name=normalize.single_line(name, NAME_LIMIT),
        slug=_free_slug(Tag, slug or name),
        description=description,
    )
    session.add(tag)
    return tag


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names in the order given, each once; missing ones are made.

    Two names that make one slug ("Tea", "tea") are one tag.
    """
    found: dict[str, Tag] = {}
    for name in names:
        clean = normalize.single_line(name, NAME_LIMIT)
        slug = slugs.slugify(clean)
        if not slug or slug in found:
            continue
        found[slug] = queries.tag_named(slug) or make_tag(clean)
        session.flush()
    return list(found.values())


def move(category: Category, parent: Category | None) -> None:
    """Put a category below another, or at the top.

    :raise Loop: if ``parent`` is the category itself or lies below it
    """
    if parent is not None and parent in queries.with_descendants(
        category, queries.all_categories()
    ):
        raise Loop
    category.parent_id = parent.id if parent else None


def delete_category(category: Category) -> None:
    """Take a category away. Its posts stay; what lies below it moves up."""
    session.execute(
        update(Category)
        .where(Category.parent_id == category.id)
        .values(parent_id=category.parent_id)
    )
    session.delete(category)


def delete_tag(tag: Tag) -> None:
    """Take a tag away. Its posts stay."""
    session.delete(tag)


def slug_is_taken(
    kind: type[Category] | type[Tag], slug: str, own_id: int | None
) -> bool:
    """Whether another category (or tag) has the slug."""
    others = select(kind.id).where(kind.slug == slug)
    if own_id is not None:
        others = others.where(kind.id != own_id)
    return session.scalar(others.limit(1)) is not None


def _free_slug(kind: type[Category] | type[Tag], wanted: str) -> str:
    slug = slugs.slugify(wanted) or kind.__tablename__
    candidate, number = slug, 1
    while slug_is_taken(kind, candidate, None):
        number += 1
        candidate = slugs.suffixed(slug, number)
    return candidate
