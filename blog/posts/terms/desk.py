"""Categories and tags as an editor looks for them, with how much each is used."""

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, false, func, or_, select

from ...database import session
from ...paging import Page, last_page
from ...text import slugs
from ...text.folding import fold
from .. import permalinks, queries, trees
from ..models import Category, Post, PostCategory, PostTag, Status, Tag

Term = Category | Tag
Kind = type[Category] | type[Tag]

PAGE_SIZE = 50


class Sort(StrEnum):
    """What a list is put in order by."""

    NAME = "name"
    POSTS = "posts"


class Sought(NamedTuple):
    """What is looked for, and in which order; ``words`` "" leave nothing out."""

    words: str = ""
    sort: Sort = Sort.NAME


class Row(NamedTuple):
    """A category or tag in a list. ``depth`` is how deep it lies in a tree; where the
    list is none, ``above`` names what it lies in, from the top. ``number`` counts its
    posts outside the trash.
    """

    term: Term
    depth: int
    above: Sequence[str]
    number: int
    has_archive: bool


def categories(sought: Sought, number: int) -> Page[Row] | None:
    """A page of the categories: a tree, or with words or by number of posts a list, the
    most used first; ``None`` past the last page.
    """
    every = queries.all_categories()  # held here, they make every parent known
    counts = sizes(Category)
    rows = [
        Row(category, depth, (), counts.get(category.id, 0), True)
        for category, depth in trees.branches(every)
    ]
    if sought != Sought():
        rows = [_alone(row) for row in rows if _is_named(row.term, sought.words)]
    if sought.sort == Sort.POSTS:
        rows.sort(key=lambda row: -row.number)
    pages = last_page(len(rows), PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    shown = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page(shown, number, pages, len(rows))


def tags(sought: Sought, number: int, now: datetime) -> Page[Row] | None:
    """A page of the tags, by name or the most used first; ``None`` past the last."""
    total = count(Tag, sought.words)
    pages = last_page(total, PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    found = select(Tag).where(*_named_like(sought.words))
    if sought.sort == Sort.POSTS:
        used = _sizes(Tag).subquery()
        found = found.outerjoin(used, used.c[0] == Tag.id).order_by(
            func.coalesce(used.c[1], 0).desc()
        )
    shown = session.scalars(
        found.order_by(func.lower(Tag.name), Tag.name, Tag.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    ids = [tag.id for tag in shown]
    counts, public = sizes(Tag, ids), with_archive(ids, now)
    rows = [
        Row(tag, 0, (), counts.get(tag.id, 0), has_archive=tag.id in public)
        for tag in shown
    ]
    return Page(rows, number, pages, total)


def count(kind: Kind, words: str) -> int:
    """How many categories or tags have these words in their name or address."""
    if kind is Category:
        return sum(_is_named(each, words) for each in queries.all_categories())
    counted = select(func.count()).select_from(Tag).where(*_named_like(words))
    return session.scalar(counted) or 0


def those(kind: Kind, ids: Collection[int]) -> Sequence[Term]:
    """The categories or tags of these ids, by name."""
    found: Select[Any] = select(kind)
    order = (func.lower(kind.name), kind.id)
    return session.scalars(found.where(kind.id.in_(ids)).order_by(*order)).all()


def tag_called(name: str) -> Tag | None:
    """The tag of that name, in whatever case; or else that it would have the address
    of."""
    slug = slugs.slugify(name)
    called = func.lower(Tag.name) == func.lower(name)
    return session.scalar(
        select(Tag)
        .where(or_(called, Tag.slug == slug))
        .order_by(called.desc(), Tag.id)
        .limit(1)
    )


def sizes(kind: Kind, ids: Collection[int] | None = None) -> Mapping[int, int]:
    """How many posts outside the trash each category's (or tag's) id has: each of
    ``ids`` or (``None``) of all; none is left out.
    """
    counted = _sizes(kind)
    if ids is not None:
        column = PostCategory.category_id if kind is Category else PostTag.tag_id
        counted = counted.where(column.in_(ids))
    return dict(session.execute(counted).all())


def with_archive(tag_ids: Collection[int], now: datetime) -> Set[int]:
    """Those of the tags that a public post has; the others have no archive."""
    used = select(PostTag.tag_id).where(
        PostTag.tag_id.in_(tag_ids), PostTag.published_at <= now
    )
    return set(session.scalars(used.distinct()))


def _sizes(kind: Kind) -> Select[int, int]:
    link, column = (
        (PostCategory, PostCategory.category_id)
        if kind is Category
        else (PostTag, PostTag.tag_id)
    )
    return (
        select(column, func.count())
        .join(Post, Post.id == link.post_id)
        .where(Post.status != Status.TRASH)
        .group_by(column)
    )


def _alone(row: Row) -> Row:
    """A category out of its tree, with the names of what it lies in."""
    assert isinstance(row.term, Category)  # noqa: S101  tags lie in nothing
    line = permalinks.ancestors(row.term)
    return row._replace(depth=0, above=[each.name for each in reversed(line)])


def _is_named(term: Term, words: str) -> bool:
    text = fold(f"{term.name}\n{term.slug}")
    return all(word in text for word in fold(words).split())


def _named_like(words: str) -> list[ColumnElement[bool]]:
    """The name holds the words as they were typed, or the address as one writes them
    there, which is the same in capital letters and without accents.
    """
    if not words:
        return []
    slug = slugs.slugify(words)
    in_slug = Tag.slug.contains(slug, autoescape=True) if slug else false()
    return [or_(Tag.name.icontains(words, autoescape=True), in_slug)]
