"""What is said of the site as a whole: its settings, people, terms, menus and files."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from sqlalchemy import inspect

from ....accounts.models import User
from ....media.models import MediaItem
from ....posts.models import Category, Series, Tag
from ....site.models import Redirect, Site
from . import queries
from .heads import moment

# What stands above the settings, under names that other programs use, too.
_NAMED = frozenset({"id", "title", "tagline", "language", "timezone"})


def site(settings: Site, address: str) -> dict[str, Any]:
    """The site at ``address`` but for its texts and files."""
    return {
        "title": settings.title,
        "link": address,
        "description": settings.tagline,
        "language": settings.language,
        "timezone": settings.timezone,
        "settings": {
            name: getattr(settings, name)
            for name in inspect(Site).columns.keys()  # noqa: SIM118  no mapping
            if name not in _NAMED
        },
        "authors": list(_people()),
        "terms": [*_categories(), *_tags(), *_series()],
        "menus": list(_menus()),
    }


def files() -> Iterator[tuple[MediaItem, dict[str, Any]]]:
    """Every file of the library, with its entry in the list of them."""
    for portion in queries.rows(MediaItem):
        old = queries.old_addresses(Redirect.media_id, [item.id for item in portion])
        for item in portion:
            fields = {
                "id": item.id,
                "path": unquote(item.path).removeprefix("/"),
                "name": item.name,
                "alt": item.alt,
                "decorative": item.is_decorative,
                "caption": item.caption,
                "date": moment(item.created_at),
                "uploader": item.uploader_id or "",
                "sha256": item.digest,
            }
            if item.replaced_at:
                fields["replaced"] = moment(item.replaced_at)
            yield item, fields | _aliases(old, item.id)


def _people() -> Iterator[dict[str, Any]]:
    """Everybody with an account, without what logs them in."""
    for portion in queries.rows(User):
        old = queries.old_addresses(Redirect.user_id, [user.id for user in portion])
        for user in portion:
            fields = {
                "id": user.id,
                "login": user.name,
                "email": user.email or "",
                "display_name": user.display_name,
                "slug": user.slug,
                "url": user.url,
                "bio": user.bio,
                "links": user.links,
                "role": str(user.role),
                "created": moment(user.created_at),
            }
            if user.disabled_at:
                fields["disabled"] = moment(user.disabled_at)
            yield fields | _aliases(old, user.id)


def _categories() -> Iterator[dict[str, Any]]:
    for portion in queries.rows(Category):
        old = queries.old_addresses(Redirect.category_id, [row.id for row in portion])
        for row in portion:
            parent = row.parent.slug if row.parent else ""
            yield _term("category", row, parent) | _aliases(old, row.id)


def _tags() -> Iterator[dict[str, Any]]:
    for portion in queries.rows(Tag):
        old = queries.old_addresses(Redirect.tag_id, [row.id for row in portion])
        for row in portion:
            yield _term("post_tag", row) | _aliases(old, row.id)


def _series() -> Iterator[dict[str, Any]]:
    for portion in queries.rows(Series):
        old = queries.old_addresses(Redirect.series_id, [row.id for row in portion])
        for row in portion:
            yield _term("series", row) | _aliases(old, row.id)


def _term(
    taxonomy: str, row: Category | Tag | Series, parent: str = ""
) -> dict[str, Any]:
    return {
        "taxonomy": taxonomy,
        "id": row.id,
        "slug": row.slug,
        "parent": parent,
        "name": row.name,
        "description": row.description,
    }


def _menus() -> Iterator[dict[str, Any]]:
    for entry in queries.menu_items():
        yield {
            "id": entry.id,
            "menu": str(entry.menu),
            "parent": entry.parent_id or 0,
            "position": entry.position,
            "label": entry.label,
            "target": str(entry.target),
            "target_id": entry.target_id or 0,
            "url": entry.url,
        }


def _aliases(old: dict[int, list[str]], row_id: int) -> dict[str, list[str]]:
    return {"aliases": old[row_id]} if row_id in old else {}
