"""Where imported pages lie: below each other, as far as that is possible."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from ...database import session
from ...posts import permalinks, publishing, queries
from ...posts.models import Kind, Post, Status
from ...site import redirects
from . import readings
from .identities import Verdict
from .items import Arrival
from .report import Report
from .survey import DEEPEST

_BATCH = 100


class _Child(NamedTuple):
    row_id: int
    parent: str
    line: int


class Trees:
    """Remembers which page lies below which; children may come before their parents, so
    the end of a run puts them there.
    """

    def __init__(self, report: Report, now: datetime) -> None:
        self._report = report
        self._now = now
        self._pages: dict[str, int] = {}
        self._children: list[_Child] = []
        self._changed: set[int] = set()

    def remember(self, arrival: Arrival) -> None:
        """Note a page that has its row, and below which it lies. What was edited here
        does not move.
        """
        item, row_id = arrival.item, arrival.row_id
        if arrival.kind != Kind.PAGE or row_id is None:
            return
        self._pages.setdefault(item.id, row_id)
        if arrival.is_ours and readings.number(item.parent) is not None:
            self._children.append(_Child(row_id, item.parent, item.line))
        if arrival.verdict is Verdict.CHANGED:
            self._changed.add(row_id)

    def misplaced(self) -> Iterator[dict[int, int | None]]:
        """The parents that pages should have and do not, by the ids of the pages, in
        batches; ``None`` is the top. Where one cannot lie is reported.
        """
        rows = session.execute(
            select(Post.id, Post.parent_id).where(Post.kind == Kind.PAGE)
        )
        above = {row.id: row.parent_id for row in rows}
        wanted: dict[int, int | None] = {}
        for child in self._children:
            parent_id = self._parent(child, above)
            wanted[child.row_id] = above[child.row_id] = parent_id
        ids = list(wanted)
        for start in range(0, len(ids), _BATCH):
            some = ids[start : start + _BATCH]
            pages = session.scalars(
                select(Post).where(Post.id.in_(some)).options(*queries.LIGHT)
            )
            moved = {page.id: wanted[page.id] for page in pages if _moves(page, wanted)}
            if moved:
                yield moved

    def put(self, moved: dict[int, int | None]) -> None:
        """Put pages below others, each under an address that is free there. The address
        that one had here before, if any, leads to it.
        """
        for page in session.scalars(select(Post).where(Post.id.in_(list(moved)))).all():
            was_read = page.id in self._changed and page.is_public(self._now)
            before = permalinks.page_url(page)
            parent_id = moved[page.id]
            page.parent = session.get(Post, parent_id) if parent_id else None
            session.flush()
            if page.slug and _is_taken(page):
                page.slug = publishing.free_slug(page, page.slug)
                session.flush()
            if was_read and permalinks.page_url(page) != before:
                redirects.lead(before, post_id=page.id)
                session.flush()

    def _parent(self, child: _Child, above: dict[int, int | None]) -> int | None:
        parent_id = self._pages.get(child.parent)
        if parent_id is None:
            self._report.say(
                f"The page lies below number {child.parent}, which is no page of the "
                "file; it stays at the top.",
                child.line,
            )
            return None
        if _is_wrong(child.row_id, parent_id, above):
            self._report.say(
                "The page would lie below itself, or too deep; it stays at the top.",
                child.line,
            )
            return None
        return parent_id


def _moves(page: Post, wanted: dict[int, int | None]) -> bool:
    return page.parent_id != wanted[page.id] or (page.slug != "" and _is_taken(page))


def _is_taken(page: Post) -> bool:
    return page.status != Status.TRASH and queries.slug_is_taken(page, page.slug)


def _is_wrong(page_id: int, parent_id: int, above: dict[int, int | None]) -> bool:
    here: int | None = parent_id
    for _ in range(DEEPEST):
        if here is None:
            return False
        if here == page_id:
            return True
        here = above.get(here)
    return True
