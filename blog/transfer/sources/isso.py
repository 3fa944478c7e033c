"""The database of Isso, which is a file of SQLite: comments by the addresses of pages.

Somebody sends it, so nothing in it may do more than be read: what calls itself a table
and is a view or a module could count for hours.
"""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from ...text.sanitizer import Format
from ..records import Channel, Comment, Loss, Thread, Unreadable
from . import blank

_HEAD = b"SQLite format 3\0"
# In the byte that says how the file is written (sqlite.org/fileformat2.html).
_WITH_LOG = b"\2"
# As Isso counts them: 4 is one that was deleted and has answers.
_STATES = {1: "1", 2: "0", 4: "trash"}
_THREAD = ("id", "uri", "title")
_COMMENT = (
    *("tid", "id", "parent", "created", "mode"),
    *("remote_addr", "text", "author", "email", "website"),
)
# Of one value, in bytes; far more than a comment may have.
_LONGEST = 10 * 1024 * 1024
_NO_ISSO = "This is no database of Isso (line 1)"


class Isso:
    """One pass over a database: its threads in the order of their numbers, each with
    all that was said in it. The file is only read, as it stands.

    All of it is on line 1. ``progress`` is told the number of bytes at the end.

    :raise Unreadable: while iterating, for a file that is no database of Isso
    """

    def __init__(
        self, path: Path, progress: Callable[[int], object] = lambda _: None
    ) -> None:
        self.channel = Channel(title="isso:")
        self.losses: list[Loss] = []
        self._path = path
        self._progress = progress

    def __iter__(self) -> Iterator[Thread]:
        database = sqlite3.connect(self._address(), uri=True)
        try:
            _guard(database)
            _ensure_isso(database)
            yield from _threads(database)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            # The other one comes of a damaged name within SQLite's own sentence.
            raise Unreadable(
                f"This is no sound database of Isso (line 1): {error}."
            ) from None
        finally:
            database.close()
        self._progress(self._path.stat().st_size)

    def _address(self) -> str:
        """How SQLite opens the file so that nothing of it, or beside it, changes."""
        with self._path.open("rb") as file:
            head = file.read(20)
        if not head.startswith(_HEAD):
            raise Unreadable(f"{_NO_ISSO}.")
        # One with a log beside it could not be read without making files for that; a
        # copy has none.
        log = self._path.with_name(f"{self._path.name}-wal")
        is_alone = head[18:19] == _WITH_LOG and not log.exists()
        mode = "immutable=1" if is_alone else "mode=ro"
        return f"{self._path.absolute().as_uri()}?{mode}"


def _guard(database: sqlite3.Connection) -> None:
    database.text_factory = lambda text: text.decode("utf-8", "replace")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")


def _ensure_isso(database: sqlite3.Connection) -> None:
    """
    :raise Unreadable: unless both tables are there, real ones with stored columns
    """
    for name, wanted in (("threads", _THREAD), ("comments", _COMMENT)):
        kinds = database.execute(
            "SELECT type, coalesce(rootpage, 0) FROM sqlite_schema WHERE name = ?",
            (name,),
        ).fetchall()
        if len(kinds) != 1 or kinds[0][0] != "table" or not kinds[0][1]:
            raise Unreadable(f"{_NO_ISSO}: it has no table “{name}”.")
        stored = database.execute(
            "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", (name,)
        )
        missing = set(wanted) - {column for (column,) in stored}
        if missing:
            raise Unreadable(f"{_NO_ISSO}: “{name}” has no “{min(missing)}”.")


def _threads(database: sqlite3.Connection) -> Iterator[Thread]:
    """Every thread. All comments are sorted first, as there is no index to find those
    of one; so a damaged table is found out before anything of it is taken.
    """
    threads = {
        id: (_text(uri), _text(title))
        for id, uri, title in database.execute("SELECT id, uri, title FROM threads")
    }
    rows = database.execute(
        f"SELECT {', '.join(_COMMENT)} FROM comments ORDER BY tid, id"  # noqa: S608
    )
    for id, said in groupby(rows, key=itemgetter(0)):
        link, title = threads.get(id, ("", ""))
        comments = [_comment(row) for row in said]
        yield Thread(1, _text(id), link, title, "", comments)


def _comment(row: tuple[object, ...]) -> Comment:
    _, id, parent, created, mode, address, text, author, email, website = row
    comment = blank.comment(1, _text(id))
    comment.author = _text(author)
    comment.email = _text(email)
    comment.url = _text(website)
    comment.ip = _text(address)
    comment.parent = _text(parent)
    comment.date_gmt = _moment(created)
    comment.content, comment.format = _text(text), Format.MARKDOWN
    comment.approved = _STATES.get(mode, "") if isinstance(mode, int) else ""
    return comment


def _text(value: object) -> str:
    """A value of a column as text; any may stand in any."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def _moment(seconds: object) -> str:
    if not isinstance(seconds, int | float):
        return ""
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return f"{at:%Y-%m-%d %H:%M:%S}"
