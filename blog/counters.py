"""Limits: who did what how often, for a while. In a file of its own, which may be lost.
What is missed is counted there, too (``site/missed.py``).

The file is written on every attempt to log in or to comment, so it is kept away from
the publication's database and is not synchronised with the disk. It heals itself: a
missing file is made, a damaged one is replaced. When it cannot be used at all, nobody
is limited and the log says so; a limit must never take the site down.

A connection is opened for each question (0.2 ms). So there is none to share between
threads, to lose in a fork or to go on writing into a file that was deleted. The journal
is not a WAL, for nothing would keep SQLite's WAL-reset bug (see ``database.py``) away.
"""

import hmac
import logging
import math
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from flask import current_app

T = TypeVar("T")

log = logging.getLogger(__name__)

FILE_NAME = "counters.sqlite"
BUSY_TIMEOUT_SECONDS = 1.0
# One in so many attempts pays for throwing away what has expired.
CLEANING_ODDS = 200
DAY_SECONDS = 24 * 60 * 60

_SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (
    key BLOB PRIMARY KEY,
    number INTEGER NOT NULL,
    blocked_until REAL NOT NULL,
    expires_at REAL NOT NULL
) WITHOUT ROWID
"""
# Both refuse by changing no row. A time further away than it could ever be set was
# written by a clock that has been put back since: it counts as passed.
_IN_WINDOW = "expires_at > :now AND expires_at <= :now + :window"
_TAKE = f"""
INSERT INTO counter VALUES (:key, 1, 0, :now + :window)
ON CONFLICT (key) DO UPDATE SET
    number = CASE WHEN {_IN_WINDOW} THEN number + 1 ELSE 1 END,
    expires_at = CASE WHEN {_IN_WINDOW} THEN expires_at ELSE :now + :window END
WHERE number < :limit OR NOT ({_IN_WINDOW})
RETURNING number
"""  # noqa: S608  nothing but our own words
_BACK_OFF = f"""
INSERT INTO counter VALUES (:key, 1, 0, :now + :window)
ON CONFLICT (key) DO UPDATE SET
    number = CASE WHEN {_IN_WINDOW} THEN number + 1 ELSE 1 END,
    blocked_until = CASE
        WHEN {_IN_WINDOW} AND number >= :free
        THEN :now + min(:cap, 1 << min(number + 1 - :free, 30)) ELSE 0 END,
    expires_at = :now + :window
WHERE NOT (blocked_until > :now AND blocked_until <= :now + :cap)
RETURNING number
"""  # noqa: S608


def take(key: str, *, limit: int, window_seconds: int, now: datetime) -> int:
    """Take one of ``limit`` turns in a window that begins with the first of them.

    Zero when it was taken, else the seconds until the next can be.
    """
    question = {"limit": limit, "window": window_seconds}
    return _ask(_TAKE, "expires_at", key, now, question)


def take_on(
    connection: sqlite3.Connection,
    key: str,
    *,
    limit: int,
    window_seconds: int,
    now: datetime,
) -> bool:
    """As ``take``, on a connection of ``with_file``; whether it was taken."""
    question = {"limit": limit, "window": window_seconds}
    values = {"key": _hashed(key), "now": now.timestamp(), **question}
    return connection.execute(_TAKE, values).fetchone() is not None


def back_off(key: str, *, free: int, cap_seconds: int, now: datetime) -> int:
    """Take a turn, each of which after the ``free`` first ones shuts the door for twice
    as long as the one before: 2, 4, 8 seconds and so on, at most ``cap_seconds``.

    Zero when it was taken, else the seconds until the door opens. A day of quiet makes
    everything forgotten.
    """
    question = {"free": free, "cap": cap_seconds, "window": DAY_SECONDS}
    return _ask(_BACK_OFF, "blocked_until", key, now, question)


def give_back(key: str) -> None:
    """Return a turn that was taken: it turned out not to count."""
    _tell("UPDATE counter SET number = max(number - 1, 0) WHERE key = ?", key)


def forget(key: str) -> None:
    """Begin anew, as if no turn was ever taken."""
    _tell("DELETE FROM counter WHERE key = ?", key)


def _ask(
    statement: str, wait_column: str, key: str, now: datetime, question: dict[str, int]
) -> int:
    if not current_app.config["LIMITS"]:
        return 0
    at = now.timestamp()
    values = {"key": _hashed(key), "now": at, **question}

    def work(connection: sqlite3.Connection) -> int:
        if connection.execute(statement, values).fetchone() is not None:
            if secrets.randbelow(CLEANING_ODDS) == 0:
                connection.execute("DELETE FROM counter WHERE expires_at < ?", (at,))
            return 0
        waiting = connection.execute(
            f"SELECT {wait_column} FROM counter WHERE key = ?",  # noqa: S608  ours
            (values["key"],),
        ).fetchone()
        return max(1, math.ceil(waiting[0] - at)) if waiting else 0

    return with_file(work) or 0


def _tell(statement: str, key: str) -> None:
    with_file(lambda connection: connection.execute(statement, (_hashed(key),)))


def _hashed(key: str) -> bytes:
    """What stands in the file: no address and no name, and always 32 bytes."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(secret, key.encode(), "sha256")


def with_file(
    work: Callable[[sqlite3.Connection], T],
    wait_seconds: float = BUSY_TIMEOUT_SECONDS,
) -> T | None:
    """What ``work`` answers; ``None`` when the file cannot be used, which is logged.
    With ``wait_seconds=0`` it is not worth a word that others are busy with it.
    """
    file = Path(current_app.config["INSTANCE"]) / FILE_NAME
    try:
        with closing(
            sqlite3.connect(file, timeout=wait_seconds, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA journal_mode=TRUNCATE").close()
            connection.execute("PRAGMA synchronous=OFF").close()
            connection.execute(_SCHEMA).close()
            return work(connection)
    except sqlite3.Error as error:
        if not wait_seconds and _code(error) == sqlite3.SQLITE_BUSY:
            return None
        log.error("limits are not kept: %s: %s", file, error)
        if _is_damage(error):
            with suppress(OSError):
                file.unlink()
        return None


def _is_damage(error: sqlite3.Error) -> bool:
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # without its details
