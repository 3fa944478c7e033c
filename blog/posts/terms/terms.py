"""Categories and tags: making, naming, moving, merging and taking them away."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute

from ...database import session
from ...text import normalize, slugs
from .. import moves, permalinks, queries
from ..models import Category, PostCategory, PostTag, Series, Tag

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


def move_all(categories: Sequence[Category], parent: Category | None) -> None:
    """Put several categories below another, or at the top, with what lies below them.

    :raise Loop: if ``parent`` is one of them or lies below one; none was moved then
    """
    line = [] if parent is None else [parent, *permalinks.ancestors(parent)]
    if any(category in line for category in categories):
        raise Loop
    for category in categories:
        category.parent_id = parent.id if parent else None


def merge(others: Iterable[Category | Tag], kept: Category | Tag) -> None:
    """Put one category (or tag) in the place of others: it gets their posts, and their
    addresses lead to it. What lay below them lies below it, or moves up where
    it lies below that itself.
    """
    gone = [other for other in others if other is not kept]
    ids = [other.id for other in gone]
    if isinstance(kept, Category):
        _empty(ids, kept)
        _refile(PostCategory, PostCategory.category_id, ids, kept.id)
    else:
        _refile(PostTag, PostTag.tag_id, ids, kept.id)
    moves.merged(gone, kept)
    for each in gone:
        session.delete(each)


def delete(term: Category | Tag) -> None:
    """Take a category or tag away. Its posts stay; what lies below it moves up."""
    if isinstance(term, Category):
        delete_category(term)
    else:
        delete_tag(term)


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
    kind: type[Category] | type[Tag] | type[Series], slug: str, own_id: int | None
) -> bool:
    """Whether another category (or tag, or series) has the slug."""
    others = select(kind.id).where(kind.slug == slug)
    if own_id is not None:
        others = others.where(kind.id != own_id)
    return session.scalar(others.limit(1)) is not None


def _empty(ids: Collection[int], kept: Category) -> None:
    """Move what lies below these categories below the one that is kept."""
    line = [kept, *permalinks.ancestors(kept)]
    below = session.scalars(
        select(Category).where(Category.parent_id.in_(ids), Category.id.not_in(ids))
    ).all()
    places: list[Category | None] = []
    for child in below:
        above = permalinks.ancestors(child)
        left = next((each for each in above if each.id not in ids), None)
        places.append(left if child in line else kept)
    for child, place in zip(below, places, strict=True):
        child.parent_id = place.id if place else None
    session.flush()


def _refile(
    link: type[PostCategory] | type[PostTag],
    column: InstrumentedAttribute[int],
    ids: Sequence[int],
    kept_id: int,
) -> None:
    """Put the posts of several categories (or tags) into the one that is kept, those
    that are not in it yet.
    """
    known = select(link.post_id).where(column == kept_id)
    links = (
        select(link.post_id, literal(kept_id), func.max(link.published_at))
        .where(column.in_(ids), link.post_id.not_in(known))
        .group_by(link.post_id)
    )
    names = ["post_id", column.key, "published_at"]
    session.execute(insert(link).from_select(names, links))


def _free_slug(kind: type[Category] | type[Tag], wanted: str) -> str:
    slug = slugs.slugify(wanted) or kind.__tablename__
    candidate, number = slug, 1
    while slug_is_taken(kind, candidate, None):
        number += 1
        candidate = slugs.suffixed(slug, number)
    return candidate
