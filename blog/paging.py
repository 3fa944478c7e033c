"""Lists in pages: the page that is shown, and the one that was asked for."""

import re
from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from .security import MAX_INTEGER

Row = TypeVar("Row")


class Page(NamedTuple, Generic[Row]):
    """One page of a list, newest first. Pages count from 1; there is always a first."""

    items: Sequence[Row]
    number: int
    pages: int
    total: int

    @property
    def newer(self) -> int | None:
        """The number of the page before, which holds what is newer."""
        return self.number - 1 if self.number > 1 else None

    @property
    def older(self) -> int | None:
        """The number of the page after, which holds what is older."""
        return self.number + 1 if self.number < self.pages else None


def last_page(total: int, size: int) -> int:
    """The number of the last page of a list of ``total`` rows, ``size`` a page."""
    return max(1, -(-total // size))


def whole_number(typed: str | None) -> int:
    """The number from 1 on that was typed in ASCII digits; 0 for anything else."""
    if typed is None or re.fullmatch("[0-9]{1,19}", typed) is None:
        return 0
    number = int(typed)
    return number if number <= MAX_INTEGER else 0
