"""A file that is read once, and gone through as often as need be.

Reading takes longer than all else that has to be done with what has not changed, so
what was read is kept aside, on the disk and not in memory.
"""

import pickle
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

from ..records import Channel, Item, Loss, Record, Source

_IN_MEMORY = 4 * 1024 * 1024


class Once:
    """A source that reads another the first time it is gone through, to its end, and
    later gives the items alone. ``progress`` is told the bytes gone through then.

    What is kept lies in ``folder``, under no name, and is gone with this process.

    :raise OSError: while iterating, if the disk is full
    """

    def __init__(
        self,
        source: Source,
        folder: Path,
        progress: Callable[[int], object] = lambda _: None,
    ) -> None:
        self._source = source
        self._progress = progress
        self._is_read = False
        self._kept = cast(
            BinaryIO,
            tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder)),  # noqa: SIM115
        )

    @property
    def channel(self) -> Channel:
        return self._source.channel

    @property
    def losses(self) -> list[Loss]:
        return self._source.losses

    def __enter__(self) -> "Once":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._kept.close()

    def __iter__(self) -> Iterator[Record]:
        return self._again() if self._is_read else self._first()

    def _first(self) -> Iterator[Record]:
        for record in self._source:
            if isinstance(record, Item):
                pickle.dump(record, self._kept, pickle.HIGHEST_PROTOCOL)
            yield record
        self._is_read = True

    def _again(self) -> Iterator[Record]:
        self._kept.seek(0)
        position = 0
        while True:
            try:
                # Nobody but this process has written it.
                item: Item = pickle.load(self._kept)  # noqa: S301
            except EOFError:
                return
            yield item
            self._progress(self._kept.tell() - position)
            position = self._kept.tell()
