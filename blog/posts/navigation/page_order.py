"""The order and the tree of the pages, made by hand."""

from collections.abc import Sequence

from ...database import session
from .. import permalinks, publishing, queries, trees
from ..models import Post
from ..trees import Branch
from . import outlines
from .outlines import Line, Outline

DEEPEST = 8


class AddressTaken(Exception):
    """A page would get an address that another one, or Recto, has. The message says
    which and what is free.
    """


def pages() -> Sequence[Branch[Post]]:
    """All pages outside the trash from top to bottom, each with how deep it lies. One
    question, as long as none lies below a page in the trash.
    """
    return trees.branches(queries.all_pages())


def outline(branches: Sequence[Branch[Post]]) -> Outline:
    """What ``pages`` found, in short."""
    return [Line(page.id, depth) for page, depth in branches]


def arrange(stored: Sequence[Branch[Post]], wanted: Outline) -> bool:
    """Put the pages that are ``stored`` into this order; ``False`` if it is not theirs,
    or lies deeper than anything may. To each that moves it is a save. What gets another
    address leaves the old one behind.

    :raise AddressTaken: if a page cannot lie where it is put
    """
    by_id = {page.id: page for page, _depth in stored}
    before = outline(stored)
    limit = max(DEEPEST, outlines.depth(before))
    is_theirs = sorted(line.id for line in wanted) == sorted(by_id)
    if not is_theirs or outlines.depth(wanted) > limit:
        return False
    known = outlines.children(before)
    changed = {
        parent_id: ids
        for parent_id, ids in outlines.children(wanted).items()
        if known.get(parent_id) != ids
    }
    # Only what is below another one than before needs another address.
    for parent_id, ids in changed.items():
        arrived = set(ids) - set(known.get(parent_id, ()))
        _number([by_id[each] for each in ids], parent_id, arrived)
    session.flush()
    return True


def _number(siblings: Sequence[Post], parent_id: int | None, arrived: set[int]) -> None:
    for position, page in enumerate(siblings, 1):
        if page.position == position and page.id not in arrived:
            continue
        page.position = position
        page.version += 1
        if page.id in arrived:
            _put_below(page, parent_id)


def _put_below(page: Post, parent_id: int | None) -> None:
    page.parent_id = parent_id
    with session.no_autoflush:
        problem = publishing.slug_problem(page, page.slug) if page.slug else None
    if problem is not None:
        raise AddressTaken(f"{permalinks.page_url(page)}: {problem}")
