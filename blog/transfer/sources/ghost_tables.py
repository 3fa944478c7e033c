"""Ghost's export as tables of rows: JSON of any of its versions, from 0.x on, and the
simpler shape that Ghost's own migration tools write. Nothing about a value is certain.
"""

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from ...posts.moments import FIRST_YEAR, LAST_YEAR
from ..records import Loss, Unreadable

Row = Mapping[str, object]

# All of it is held at once, in some five times as much memory.
MOST_BYTES = 512 * 1024 * 1024
_CHUNK = 1024 * 1024
_TAKEN = frozenset(
    {"posts", "posts_meta", "posts_tags", "posts_authors", "tags", "users"}
    | {"settings", "comments", "members"}
)
# What somebody wrote or gathered there, and might miss; the rest is machinery.
_LEFT_OUT = ("snippets", "subscribers", "recommendations")
# What no text may hold: JSON can say NUL and half a character, a database cannot.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Of numbers that mean a time: above, they are milliseconds.
_SECONDS = 10**11
_ROOT = re.compile("__GHOST_URL__/?")
_SIZED = re.compile(
    r"(/content/images/)size/w[0-9]{1,5}(?:h[0-9]{1,5})?/(?:format/[a-z]{3,5}/)?"
)


@dataclass
class Tables:
    """The rows of each table, those that are none left out; and what was mended."""

    version: str = ""
    losses: list[Loss] = field(default_factory=list)
    _rows: dict[str, list[Row]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> list[Row]:
        """The rows of a table; none if it is not there."""
        return self._rows.get(name, [])

    def take(self, name: str, value: object) -> None:
        """Take in what stands for a table."""
        if not isinstance(value, list):
            self.losses.append(Loss(1, f"“{name[:40]}” is no table; it was left out."))
            return
        rows = [row for row in map(_unwrapped, value) if row is not None]
        if len(rows) < len(value):
            number = len(value) - len(rows)
            self.losses.append(
                Loss(1, f"What is no row of “{name[:40]}” was left out ({number}).")
            )
        self._rows.setdefault(name, []).extend(rows)


def read(file: BinaryIO, progress: Callable[[int], object]) -> Tables:
    """The tables of an export.

    :raise Unreadable: for what is none, and for one that is larger than 512 MiB
    """
    document, losses = _document(_bytes(file, progress))
    tables = Tables(losses=losses)
    found = _data(document, tables)
    if not isinstance(found.get("posts"), list):
        raise Unreadable(
            "This is no export of Ghost: no table “posts” is in it (line 1)."
        )
    for name, value in found.items():
        if name in _TAKEN:
            tables.take(name, value)
    left_out = [
        f"{name} ({len(rows)})"
        for name in _LEFT_OUT
        if isinstance(rows := found.get(name), list) and rows
    ]
    if left_out:
        said = ", ".join(left_out)
        tables.losses.append(Loss(1, f"Tables that are not taken: {said}."))
    _unfold(tables)
    return tables


def _bytes(file: BinaryIO, progress: Callable[[int], object]) -> bytearray:
    read = bytearray()
    while chunk := file.read(_CHUNK):
        read += chunk
        if len(read) > MOST_BYTES:
            raise Unreadable(
                f"The file is larger than {MOST_BYTES // 1024**2} MiB, which no export "
                "of Ghost is; it was not read (line 1)."
            )
        progress(len(chunk))
    return read


def _document(data: bytearray) -> tuple[object, list[Loss]]:
    losses: list[Loss] = []
    encoding = json.detect_encoding(data)
    try:
        decoded = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        losses.append(
            Loss(
                line, "Bytes that are no text became “\ufffd”, here for the first time."
            )
        )
        decoded = data.decode(encoding, "replace")
    try:
        # Infinity and not-a-number are not JSON, and mean nothing here.
        return json.loads(decoded, parse_constant=lambda _: None), losses
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"This is no readable export of Ghost: it is no JSON from line "
            f"{error.lineno} on ({error.msg})."
        ) from error
    except RecursionError as error:
        raise Unreadable(
            "This is no export of Ghost: too much lies in one another (line 1)."
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable(
            "This is no export of Ghost: a number in it is too long (line 1)."
        ) from error


def _data(document: object, tables: Tables) -> Mapping[str, object]:
    """The part of the file that holds the tables."""
    match document:
        case {"db": [dict(first)]}:
            return _data(first, tables)
        case {"db": [dict(first), *_]}:
            tables.losses.append(
                Loss(1, "The file holds several databases; the first was read.")
            )
            return _data(first, tables)
        case {"data": dict(data), "meta": dict(meta)}:
            tables.version = text(meta, "version")
            return data
        case {"data": dict(data)}:
            return data
        case dict(data) if "posts" in data:
            return data
    raise Unreadable("This is no export of Ghost (line 1).")


def _unwrapped(value: object) -> Row | None:
    """A row; the migration tools put it into another, beside its old address."""
    match value:
        case {"data": dict(inner)}:
            return inner
        case dict():
            return value
    return None


def _unfold(tables: Tables) -> None:
    """Make rows of the tags and authors that stand inside of posts."""
    known = {"tags": _slugs(tables["tags"]), "users": _slugs(tables["users"])}
    for post in tables["posts"]:
        for number, tag in enumerate(_inside(post, "tags")):
            row = _listed(tables, "tags", tag, known["tags"])
            tables.take("posts_tags", [_joined(post, "tag_id", row, number)])
        writers = _inside(post, "authors") or _inside(post, "author")
        for number, writer in enumerate(writers):
            row = _listed(tables, "users", writer, known["users"])
            tables.take("posts_authors", [_joined(post, "author_id", row, number)])


def _inside(post: Row, name: str) -> list[Row]:
    value = post.get(name)
    values = value if isinstance(value, list) else [value]
    rows = [row for row in map(_unwrapped, values) if row is not None]
    return [row for row in rows if text(row, "slug")]


def _slugs(rows: list[Row]) -> dict[str, Row]:
    return {text(row, "slug"): row for row in rows}


def _listed(tables: Tables, name: str, row: Row, known: dict[str, Row]) -> Row:
    """The row of that slug in its table, where it is put if there is none."""
    slug = text(row, "slug")
    if slug not in known:
        known[slug] = row
        tables.take(name, [row])
    return known[slug]


def _joined(post: Row, name: str, row: Row, number: int) -> Row:
    return {"post_id": key(post), name: key(row), "sort_order": number}


# What stands in a row


def text(row: Row, *names: str) -> str:
    """The first of these fields that says something, as text without blanks around; ""
    if none does.
    """
    values = (row.get(name) for name in names)
    found = (storable(value).strip() for value in values if isinstance(value, str))
    return next(filter(None, found), "")


def reference(row: Row, *names: str) -> str:
    """As ``text``, for what other rows are known by: of old versions, a number."""
    numbers = (row.get(name) for name in names)
    found = next((str(each) for each in numbers if type(each) is int), "")
    return text(row, *names) or found


def plain(row: Row, *names: str) -> str:
    """As ``text``; and written as WordPress writes plain text, which is read once as
    HTML: "R&D" as "R&amp;D".
    """
    return html.escape(text(row, *names), quote=False)


def key(row: Row) -> str:
    """What other tables know a row by."""
    return reference(row, "id") or text(row, "uuid", "slug")


def flag(row: Row, name: str) -> bool:
    """Whether a field says yes."""
    return row.get(name) in (True, 1, "1", "true")


def position(row: Row) -> int:
    """Where a row stands among its siblings; 0 where it does not say."""
    value = row.get("sort_order")
    return value if type(value) is int else 0


def moment(row: Row, *names: str) -> datetime | None:
    """The first of these fields that is a time: as ISO 8601 writes it, in UTC where it
    names no zone, or in milliseconds since 1970. ``None`` if none is.
    """
    for name in names:
        value = row.get(name)
        found = _instant(value) if value is not None else None
        if found is not None:
            return found
    return None


def _instant(value: object) -> datetime | None:
    if isinstance(value, str) and re.fullmatch("[0-9]{9,15}", value):
        value = int(value)
    found = None
    try:
        if type(value) is int or type(value) is float:
            seconds = value / 1000 if value > _SECONDS else value
            found = datetime.fromtimestamp(seconds, UTC)
        elif isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
            found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(
                UTC
            )
    except (ValueError, OverflowError, OSError):  # no time, or none of any calendar
        return None
    return found if found and FIRST_YEAR < found.year < LAST_YEAR else None


def storable(value: str) -> str:
    """The text without what no database has to accept."""
    return _UNSTORABLE.sub("\ufffd", value)


def at_home(value: str) -> str:
    """Text or HTML with addresses of the old site as paths, and those of smaller
    pictures as those of whole ones.
    """
    return _SIZED.sub(r"\1", _ROOT.sub("/", value))
