"""What categories, tags and series may be called, and calling them something else."""

from sqlalchemy import func, or_, select

from ..database import session
from ..i18n import gettext as _
from ..text import normalize, slugs
from .models import Category, Series, Tag
from .terms import terms

Term = Category | Tag | Series
Kind = type[Category] | type[Tag] | type[Series]


class SlugTaken(Exception):
    """Another one got the address after the form was checked."""


def name_problem(
    kind: Kind,
    name: str,
    *,
    parent_id: int | None = None,
    own_id: int | None = None,
) -> str | None:
    """Why a category below ``parent_id`` (or a tag) cannot have this name; ``None`` if
    it can. Two of one name could not be told apart in the lists.
    """
    name = normalize.single_line(name, terms.NAME_LIMIT)
    slug = slugs.slugify(name)
    if not slug:
        return _("Use at least one letter or digit.")
    others = select(kind.name).where(
        or_(func.lower(kind.name) == func.lower(name), kind.slug == slug)
    )
    if kind is Category:
        others = others.where(Category.parent_id.is_(parent_id))
    if own_id is not None:
        others = others.where(kind.id != own_id)
    other = session.scalar(others.limit(1))
    if other is not None:
        return _("There is already one called “%(name)s”.", name=other)
    return None


def slug_problem(kind: Kind, slug: str, own_id: int | None = None) -> str | None:
    """Why a category (or tag) cannot have this slug; ``None`` if it can."""
    if slugs.slugify(slug) != slug:
        example = slugs.slugify(slug) or _("a-word-or-two")
        return _("Use letters, digits and hyphens, such as “%(slug)s”.", slug=example)
    if terms.slug_is_taken(kind, slug, own_id):
        number = 2
        while terms.slug_is_taken(kind, slugs.suffixed(slug, number), own_id):
            number += 1
        return _(
            "Another one has this address. “%(slug)s” is free.",
            slug=slugs.suffixed(slug, number),
        )
    return None


def rename(term: Term, name: str, *, slug: str, description: str) -> None:
    """Give a category or tag another name, address and description.

    ``slug`` "" keeps the address, so that links to it hold.

    :raise SlugTaken: if another one has it
    """
    if terms.slug_is_taken(type(term), slug, term.id):
        raise SlugTaken
    term.name = normalize.single_line(name, terms.NAME_LIMIT)
    term.slug = slug or term.slug
    term.description = normalize.clean_text(description).strip()
