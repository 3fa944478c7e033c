"""Rows that lie below one another: categories, pages, and entries of menus."""

from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from ..site.models import MenuItem
from .models import Category, Post

N = TypeVar("N", Category, Post, MenuItem)


class Branch(NamedTuple, Generic[N]):
    """A row and how deep it lies; 0 is the top."""

    row: N
    depth: int


def branches(rows: Iterable[N]) -> list[Branch[N]]:
    """The rows, each followed by what lies below it; the order among siblings stays.

    What lies below a row that is not among them comes to the top. A loop, which no form
    makes, is left out.
    """
    rows = list(rows)
    known = {row.id for row in rows}
    below: dict[int | None, list[N]] = {}
    for row in rows:
        parent_id = row.parent_id if row.parent_id in known else None
        below.setdefault(parent_id, []).append(row)
    found: list[Branch[N]] = []
    waiting = [Branch(row, 0) for row in reversed(below.get(None, []))]
    while waiting:
        branch = waiting.pop()
        found.append(branch)
        waiting += [
            Branch(row, branch.depth + 1)
            for row in reversed(below.get(branch.row.id, []))
        ]
    return found


def apart_from(row: N | None, rows: Sequence[N]) -> list[Branch[N]]:
    """The branches without ``row`` and all below it: where it could be put."""
    return apart_from_all([] if row is None else [row], rows)


def apart_from_all(moved: Iterable[N], rows: Sequence[N]) -> list[Branch[N]]:
    """The branches without ``moved`` and all below them: where they could be put."""
    ids = {row.id for row in moved}
    kept: list[Branch[N]] = []
    skipped_depth: int | None = None
    for branch in branches(rows):
        if skipped_depth is not None and branch.depth > skipped_depth:
            continue
        skipped_depth = None
        if branch.row.id in ids:
            skipped_depth = branch.depth
            continue
        kept.append(branch)
    return kept
