"""Whatever gets another address leaves the old one behind, so that no link breaks.

Said once, for every way in which that happens: the session tells what changes.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import InstanceState, Session

from ..accounts.models import User
from ..database import session
from ..site import redirects
from . import permalinks
from .models import FINISHED, Category, Kind, Post, Series, Tag

# The first part of an archive's address, and what a redirect to it names.
ARCHIVES: dict[type[Any], tuple[str, str]] = {
    Category: ("category", "category_id"),
    Tag: ("tag", "tag_id"),
    Series: ("series", "series_id"),
    User: ("author", "user_id"),
}


def archive_path(kind: str, slug: str) -> str:
    """What an archive is known by as long as it exists: a category by its own part of
    the address alone, as no two have the same.
    """
    return f"/{kind}/{quote(slug, safe='')}/"


def merged(gone: list[Any], kept: Any) -> None:
    """Let the addresses of categories, tags or series, and all that led to them, lead
    to the one that takes their place. Asked before they are deleted.
    """
    kind, name = ARCHIVES[type(kept)]
    redirects.hand_over(name, [each.id for each in gone], kept.id)
    for each in gone:
        redirects.lead(archive_path(kind, each.slug), **{name: kept.id})


@event.listens_for(session, "before_flush")
def _leave_addresses(changed: Session, *_: object) -> None:
    for row in list(changed.dirty):
        if isinstance(row, Post):
            _leave_post(row)
        elif type(row) in ARCHIVES and _was(row, "slug") != row.slug:
            kind, name = ARCHIVES[type(row)]
            redirects.lead(archive_path(kind, _was(row, "slug")), **{name: row.id})


def _leave_post(post: Post) -> None:
    slug = _was(post, "slug")
    is_renamed = slug != post.slug
    is_moved = post.kind == Kind.PAGE and _was(post, "parent_id") != post.parent_id
    # What never had a date was never out, and nobody has its address.
    if not (is_renamed or is_moved) or not slug or _was(post, "published_at") is None:
        return
    if post.kind == Kind.PAGE:
        for page in (post, *_below(post)):
            _lead(page, _old_page_path(page))
        return
    new, post.slug = post.slug, slug
    old = permalinks.post_url(post)
    post.slug = new
    _lead(post, old)


def _lead(post: Post, old: str) -> None:
    """A draft takes no old address from another: perhaps nobody ever saw it there."""
    was = _was(post, "trashed_status") or _was(post, "status")
    if was in FINISHED or redirects.find(old) is None:
        redirects.lead(old, post_id=post.id)


def _below(page: Post) -> Iterator[Post]:
    """The pages that the database holds below one, at any depth."""
    seen, left = {page.id}, [page.id]
    while left:
        found = session.scalars(
            select(Post).where(Post.parent_id.in_(left), Post.id.not_in(seen))
        ).all()
        left = [each.id for each in found]
        seen.update(left)
        yield from found


def _old_page_path(page: Post) -> str:
    """Where a page stood before what is about to be written."""
    parts: list[str] = []
    here: Post | None = page
    seen: set[int] = set()
    while here is not None and here.id not in seen:
        seen.add(here.id)
        parts.append(quote(_was(here, "slug") or f"page-{here.id}", safe=""))
        above = _was(here, "parent_id")
        here = None if above is None else session.get(Post, above)
    return "/" + "".join(f"{part}/" for part in reversed(parts))


def _was(row: object, name: str) -> Any:
    """An attribute as the database has it."""
    state: InstanceState[Any] = inspect(row)
    history = state.attrs[name].history
    return history.deleted[0] if history.deleted else getattr(row, name)
