"""Taking over a list of redirects."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from ...site.models import GONE
from . import addresses, making
from .addresses import Refused
from .lists import Line, Skipped

# In one write: others write between them.
AT_ONCE = 100


class Report:
    """What became of the lines of a list."""

    def __init__(self) -> None:
        self.taken = 0
        self.unchanged = 0
        self.skipped: list[Skipped] = []


class Ready(NamedTuple):
    """A line that was understood."""

    line: Line
    known: str
    to: str


def batches(
    lines: Iterable[Line | Skipped], report: Report
) -> Iterator[Sequence[Ready]]:
    """The lines that were understood, some at a time; the others go to the report."""
    ready = _understood(lines, report)
    while some := list(islice(ready, AT_ONCE)):
        yield some


def take(some: Sequence[Ready], report: Report, now: datetime) -> None:
    """Make the redirects of some lines; of one old address the last line counts."""
    for line, known, to in some:
        try:
            is_new = making.make(known, to, line.status, now)
        except Refused as refused:
            report.skipped.append(Skipped(line.number, line.old, str(refused)))
            continue
        if is_new:
            report.taken += 1
        else:
            report.unchanged += 1


def _understood(lines: Iterable[Line | Skipped], report: Report) -> Iterator[Ready]:
    for line in lines:
        if isinstance(line, Skipped):
            report.skipped.append(line)
            continue
        try:
            known = addresses.old(line.old, is_of_any_host=True)
            to = "" if line.status == GONE else addresses.target(_here(line))
        except Refused as refused:
            report.skipped.append(Skipped(line.number, line.old, str(refused)))
            continue
        yield Ready(line, known, to)


def _here(line: Line) -> str:
    """Where a line leads; from and to the same host is from and to here."""
    try:
        old, to = urlsplit(line.old), urlsplit(line.to)
    except ValueError:  # a broken IPv6 address, which is refused elsewhere
        return line.to
    if not old.netloc or old.netloc.lower() != to.netloc.lower():
        return line.to
    return to._replace(scheme="", netloc="", path=to.path or "/").geturl()
