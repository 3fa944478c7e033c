"""What the worker hands to a handler, and what a handler may answer.

A handler does the slow part (SMTP, HTTP) while no transaction is open. What it returns
is called inside one ``write_transaction()``, together with ticking the job off. A job
is done at least once; after a crash that can be twice, which must be as good as once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Task:
    """A job as its handler sees it. ``attempts`` counts this one."""

    id: int
    kind: str
    key: str
    payload: dict[str, Any]
    attempts: int
    created_at: datetime


Finish = Callable[[datetime], None]
# The time is when it began. ``None``: nothing is left to be written.
Handler = Callable[[Task, datetime], Finish | None]


class Postpone(Exception):
    """It is not time yet: once more at ``until``. That counts as no failure."""

    def __init__(self, until: datetime, reason: str) -> None:
        super().__init__(reason)
        self.until, self.reason = until, reason


class TryLater(Exception):
    """It did not work this time, as can be expected of what is outside: again after a
    pause that doubles. Any other exception means the same, and is a mistake of ours.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GiveUp(Exception):
    """It can never be done; the reason is shown to the owner."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(Exception):
    """A whole service is down. Jobs of this job's kind, and all whose kind begins with
    ``prefix``, are put off by ``seconds``, and nothing else waits for them. That counts
    as no failure.
    """

    def __init__(self, prefix: str, reason: str, seconds: int) -> None:
        super().__init__(reason)
        self.prefix, self.reason, self.seconds = prefix, reason, seconds
