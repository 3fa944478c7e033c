"""Addresses that lead to something since it has another, as fields."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from ...importing import ours
from .elements import Meta


def quoted(path: str) -> str:
    """A path as ``redirects.key`` writes it, as it stands in an address."""
    bare, mark, query = path.partition("?")
    return f"{quote(bare)}{mark}{query}"


def metas(paths: Iterable[str]) -> Iterator[Meta]:
    """Fields that say where something stood."""
    return ((f"{ours.PREFIX}old_path", quoted(path)) for path in paths)
