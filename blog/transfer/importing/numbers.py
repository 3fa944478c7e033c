"""Numbers that are kept, so that ``/?p=ID`` and ``#comment-ID`` hold."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table, delete, select

from ...database import Model, session
from ..models import ImportedItem
from . import identities, readings


class Wanted(NamedTuple):
    """A number of the old site, and what had it here before, if anything."""

    number: str
    here: ImportedItem | None


class Numbers:
    """Who keeps the number of the old site. The others get numbers above all those that
    the file will still bring.
    """

    def __init__(
        self, model: type[Model], kinds: tuple[str, ...], highest: int
    ) -> None:
        self._table: Table = model.__table__  # type: ignore[assignment]
        self._kinds = kinds
        self._highest = highest

    def given(self, wanted: Sequence[Wanted], sample: dict[str, Any]) -> list[int]:
        """For each new row its number: the one it had, if nobody has it here or had it,
        or else a free one. ``sample`` is what a row cannot do without.
        """
        numbers = [readings.number(each.number) for each in wanted]
        asked = [number for number in numbers if number is not None]
        taken = self._taken(asked)
        had = identities.owners(self._kinds, asked)
        found: list[int | None] = []
        for number, each in zip(numbers, wanted, strict=True):
            own = {each.here.id} if each.here is not None else set()
            if number is None or number in taken or had.get(number, own) != own:
                found.append(None)
            else:
                taken.add(number)
                found.append(number)
        free = self._free(sample) if None in found else 0
        given: list[int] = []
        for kept in found:
            given.append(free if kept is None else kept)
            free += kept is None
        return given

    def _taken(self, numbers: Sequence[int]) -> set[int]:
        id_column = self._table.c.id
        taken: set[int] = set()
        for some in identities.portions(numbers):
            taken.update(session.scalars(select(id_column).where(id_column.in_(some))))
        return taken

    def _free(self, sample: dict[str, Any]) -> int:
        """The first number above the highest in the file that nobody ever had: a row
        that is there for a moment tells, for no number is given twice.
        """
        connection = session.connection()
        result = connection.execute(self._table.insert().values(**sample))
        primary_key = result.inserted_primary_key
        assert primary_key is not None  # noqa: S101  one row was inserted
        row_id: int = primary_key[0]
        connection.execute(delete(self._table).where(self._table.c.id == row_id))
        return max(row_id, self._highest + 1)
