"""Records laid aside while a file is read to its end, on the disk and not in memory: in
many files a comment stands far from what it is about.
"""

import errno
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from ...text.sanitizer import Format
from ..records import Body, Comment, Filed, Item

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE item (number INTEGER PRIMARY KEY, record TEXT);
CREATE TABLE comment (number INTEGER PRIMARY KEY, place TEXT, record TEXT);
"""


class Aside:
    """Items, and comments by the id of what they stand below; all in the order in which
    they came. Gone with ``close``.

    :raise OSError: anywhere, if the disk is full
    """

    def __init__(self) -> None:
        # Without a name it is a file of its own that nobody else sees.
        self._database = sqlite3.connect("")
        self._database.executescript(_TABLES)

    def add_item(self, item: Item) -> None:
        with _told():
            self._database.execute(
                "INSERT INTO item (record) VALUES (?)", (json.dumps(asdict(item)),)
            )

    def add_comment(self, place: str, comment: Comment) -> None:
        with _told():
            self._database.execute(
                "INSERT INTO comment (place, record) VALUES (?, ?)",
                (place, json.dumps(asdict(comment))),
            )

    def items(self) -> Iterator[Item]:
        for (record,) in self._database.execute(
            "SELECT record FROM item ORDER BY number"
        ):
            yield _item(json.loads(record))

    def places(self) -> list[str]:
        """Below what there are comments, by the first of each."""
        self._arrange()
        rows = self._database.execute(
            "SELECT place FROM comment GROUP BY place ORDER BY min(number)"
        )
        return [place for (place,) in rows]

    def comments(self, place: str) -> list[Comment]:
        self._arrange()
        rows = self._database.execute(
            "SELECT record FROM comment WHERE place = ? ORDER BY number", (place,)
        )
        return [_comment(json.loads(record)) for (record,) in rows]

    def close(self) -> None:
        self._database.close()

    def _arrange(self) -> None:
        with _told():
            self._database.execute(
                "CREATE INDEX IF NOT EXISTS by_place ON comment (place)"
            )


def _item(values: dict[str, object]) -> Item:
    item = Item(**values)  # type: ignore[arg-type]
    item.filed = [Filed(**each) for each in values["filed"]]  # type: ignore[attr-defined]
    item.meta = [(key, value) for key, value in item.meta]
    item.body = Body(item.body)
    return item


def _comment(values: dict[str, object]) -> Comment:
    comment = Comment(**values)  # type: ignore[arg-type]
    comment.meta = [(key, value) for key, value in comment.meta]
    comment.format = Format(comment.format)
    return comment


@contextmanager
def _told() -> Iterator[None]:
    """A full disk as everybody else calls it."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise OSError(errno.ENOSPC, "no space left on the disk") from None
