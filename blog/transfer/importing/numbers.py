"""Numbers that are kept, so that ``/?p=ID`` and ``#comment-ID`` hold."""

from typing import Any

from sqlalchemy import Table, delete, select

from ...database import Model, session
from ..models import ImportedItem
from . import identities, readings


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
        self._is_above = False

    def kept(
        self, number: str, here: ImportedItem | None, sample: dict[str, Any]
    ) -> int | None:
        """The number, if nobody has it or had it; else ``None``, and the database gives
        one. ``sample`` is what a row cannot do without.
        """
        wanted = readings.number(number)
        id_column = self._table.c.id
        if (
            wanted is not None
            and session.scalar(select(id_column).where(id_column == wanted)) is None
            and not identities.is_anothers(self._kinds, wanted, here)
        ):
            return wanted
        if not self._is_above:
            self._rise(sample)
            self._is_above = True
        return None

    def _rise(self, sample: dict[str, Any]) -> None:
        """Let new rows get numbers above the highest in the file: a row that is there
        for a moment takes it along, for no number is given twice.
        """
        connection = session.connection()
        next_id = self._put_and_take(sample)
        if next_id < self._highest:
            connection.execute(self._table.insert().values(id=self._highest, **sample))
            connection.execute(
                delete(self._table).where(self._table.c.id == self._highest)
            )

    def _put_and_take(self, sample: dict[str, Any]) -> int:
        connection = session.connection()
        result = connection.execute(self._table.insert().values(**sample))
        primary_key = result.inserted_primary_key
        assert primary_key is not None  # noqa: S101  one row was inserted
        row_id: int = primary_key[0]
        connection.execute(delete(self._table).where(self._table.c.id == row_id))
        return row_id
