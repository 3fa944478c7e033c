"""Addresses at which nothing was found: which, how often, when, and from where.

They are counted in the second file, as the limits are (``counters.py``): one may lose
what is there, and a reader never waits for it. Where the file is busy, one time is not
counted.

Most of what is asked for in vain is asked by machines that try doors. So what nobody
ever had a link to is left out, and nobody counts for much: each address of the network
for a few in an hour. Of all that is left the list keeps so many, and drops what was
asked for least.
"""

import re
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from .. import counters
from . import redirects

# Stands in the environment of a request that nobody sent: it only tries an address.
UNNOTED = "blog.unnoted"
MOST = 1_000
# So many are dropped at once: a new address has to be asked for more than once in its
# time to stay, and needs that time.
_DROPPED = 100
LONGEST = 200
MOST_IN_AN_HOUR = 30
_HOUR_SECONDS = 60 * 60

# No link of a reader's: hidden files, the back doors of other programs, and copies of
# whole sites.
_DOORS = re.compile(
    r"/\.|/(?:wp-(?:admin|includes|login|config|json|cron)|xmlrpc|cgi-bin|vendor"
    r"|php-?my-?admin|pma|mysql|phpunit|actuator|autodiscover|owa|ecp|solr|boaform"
    r"|(?:wp-content/(?:plugins|themes)))(?:[/.\-_]|$)"
    r"|\.(?:env|sql|bak|old|swp|ini|ya?ml|log|sh|zip|rar|7z|t?gz|tar|exe|dll|axd|map)$",
    re.IGNORECASE,
)
# Programs, and what a browser asks for by itself: an old site may have had them, but
# only a link makes them worth a line.
_DOUBTFUL = re.compile(
    r"\.(?:php[0-9]?|phtml|aspx?|jspx?|cgi|cfm|do|action|pl)(?:/|$)"
    r"|/(?:ads|app-ads|security|humans|llms)\.txt$|/apple-touch-icon|/favicon\.ico$"
    r"|/browserconfig\.xml$",
    re.IGNORECASE,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS missed (
    path TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    first_at REAL NOT NULL,
    last_at REAL NOT NULL,
    referrer TEXT NOT NULL,
    is_ignored INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID
"""
_NOTE = """
INSERT INTO missed VALUES (:path, 1, :now, :now, :referrer, 0)
ON CONFLICT (path) DO UPDATE SET
    number = number + 1,
    last_at = :now,
    referrer = CASE WHEN :referrer = '' THEN referrer ELSE :referrer END
RETURNING number
"""
_DROP = """
DELETE FROM missed WHERE path IN (
    SELECT path FROM missed ORDER BY number, last_at LIMIT :dropped
) AND (SELECT count(*) FROM missed) > :most
"""
_LIST = """
SELECT path, number, first_at, last_at, referrer FROM missed
WHERE NOT is_ignored AND instr(lower(path), lower(:words)) > 0
ORDER BY number DESC, last_at DESC, path
"""


class Missed(NamedTuple):
    """An address as ``redirects.key`` writes it, how often it was asked for, when
    first and last, and the host of the page that linked to it; "" if it is not known.
    """

    path: str
    number: int
    first_at: datetime
    last_at: datetime
    referrer: str


def note(path: str, referrer: str | None, client: str | None, now: datetime) -> None:
    """Count that nothing was found at a path. Never waits, and never fails."""
    known = redirects.key(path)
    host = _host(referrer)
    if not _is_worth_it(known, bool(host)):
        return
    values = {"path": known, "referrer": host, "now": now.timestamp()}

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")  # one journal for all of it
        if counters.take_on(
            connection,
            f"missed:{client}",
            limit=MOST_IN_AN_HOUR,
            window_seconds=_HOUR_SECONDS,
            now=now,
        ):
            connection.execute(_SCHEMA)
            number = connection.execute(_NOTE, values).fetchone()[0]
            if number == 1:
                connection.execute(_DROP, {"dropped": _DROPPED, "most": MOST})
        connection.execute("COMMIT")

    counters.with_file(work, wait_seconds=0)


def listed(words: str = "") -> Sequence[Missed]:
    """Those in which the words stand, most asked for first; not the ignored ones."""

    def work(connection: sqlite3.Connection) -> list[Missed]:
        connection.execute(_SCHEMA)
        return [
            Missed(path, number, _time(first_at), _time(last_at), referrer)
            for path, number, first_at, last_at, referrer in connection.execute(
                _LIST, {"words": words}
            )
        ]

    return counters.with_file(work) or []


def ignore(path: str) -> None:
    """Show it no more, however often it is asked for."""
    _change("UPDATE missed SET is_ignored = 1 WHERE path = ?", path)


def forget(path: str) -> None:
    """Take it from the list, as something is found there now."""
    _change("DELETE FROM missed WHERE path = ?", path)


def _change(statement: str, path: str) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute(_SCHEMA)
        connection.execute(statement, (path,))

    counters.with_file(work)


def _is_worth_it(path: str, is_linked: bool) -> bool:
    if len(path) > LONGEST or not path.isprintable() or _DOORS.search(path):
        return False
    return is_linked or _DOUBTFUL.search(path) is None


def _host(referrer: str | None) -> str:
    """The host of a page, and nothing more of it; "" for what is no address."""
    try:
        host = urlsplit(referrer or "").hostname or ""
    except ValueError:  # a broken IPv6 address
        return ""
    return host if re.fullmatch(r"[a-z0-9.:-]{1,100}", host) else ""


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
