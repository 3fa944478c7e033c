"""The worker: takes what is due, has it done, ticks it off. A process of its own.

Several may run. Each job is leased to one of them, which renews the lease as long as it
works on it; of one that dies the lease ends, and another does the job again. What a
handler wants to write and the tick are one transaction, and only who still holds the
lease writes it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from types import ModuleType

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from ..clock import utcnow
from ..database import GateTimeout, session, write_transaction
from . import queue
from .tasks import Finish, GiveUp, Handler, Postpone, Task, TryLater, Unavailable

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
IDLE_SECONDS = 1.0
NAP_SECONDS = 0.1  # how soon somebody at rest hears that it is to stop
# After the database could not be used: long enough to fill no log.
BROKEN_SECONDS = 5.0
# How long jobs wait that nobody here knows, for example those of a newer version.
UNKNOWN_SECONDS = 600
# Whoever works longer on one job is taken to hang, and keeps it no longer.
MAX_RENEWALS = 30


def init_app(app: Flask, parts: Iterable[ModuleType]) -> None:
    """Know what can be done: of each part its ``HANDLERS`` by the kind of job, what
    those are called in ``LABELS``, and which are done every day, in ``DAILY``.
    """
    jobs: dict[str, Handler] = {}
    labels: dict[str, str] = {}
    daily: list[str] = []
    for part in parts:
        jobs |= part.HANDLERS
        labels |= part.LABELS
        daily += getattr(part, "DAILY", ())
    app.extensions |= {"jobs": jobs, "job_labels": labels, "daily_jobs": daily}


class Worker:
    """One worker of an application. ``stop()`` may come from a signal or a thread."""

    def __init__(
        self,
        app: Flask,
        *,
        lease: timedelta = LEASE,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._app = app
        self._lease = lease
        self._clock = clock
        # No Event: its lock may be held by whom a signal interrupts.
        self._is_stopping = False
        self._day: date | None = None
        self._unknown: set[str] = set()

    def stop(self) -> None:
        """Have it end after the job under way."""
        self._is_stopping = True

    def run(self) -> None:
        """Work until ``stop()``."""
        while not self._is_stopping:
            try:
                pause = 0.0 if self.work() else IDLE_SECONDS
            except (SQLAlchemyError, GateTimeout) as error:
                log.error("the database could not be used: %s", error)
                pause = BROKEN_SECONDS
            self._rest(pause)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._is_stopping and time.monotonic() < until:
            time.sleep(NAP_SECONDS)

    def work(self) -> bool:
        """Do one job that is due; false if there is none."""
        now = self._clock()
        with self._context():
            if now.date() != self._day:
                self._begin_day(now)
            if not queue.is_due(now):
                return False
            with write_transaction():
                task = queue.claim(now, self._lease)
            if task is not None:
                self._do(task)
        return True

    @contextmanager
    def _context(self) -> Iterator[None]:
        """As in a request for the site, so that addresses can be made. Each job has a
        context and so a session of its own, whatever is around it.
        """
        site_url = self._app.config["SITE_URL"]
        with self._app.app_context(), self._app.test_request_context(base_url=site_url):
            yield

    def _do(self, task: Task) -> None:
        handlers: dict[str, Handler] = self._app.extensions["jobs"]
        handler = handlers.get(task.kind)
        if handler is None:
            self._set_aside(task)
            return
        try:
            with self._holding(task):
                finish = handler(task, self._clock())
            session.rollback()
            self._tick_off(task, finish)
        except Postpone as later:
            with self._outcome():
                queue.postpone(task, later.until, later.reason)
        except TryLater as error:
            with self._outcome():
                queue.fail(task, error.reason, self._clock())
        except GiveUp as error:
            with self._outcome():
                queue.give_up(task, error.reason, self._clock())
        except Unavailable as trouble:
            self._wait_for(task, trouble)
        except GateTimeout:
            raise  # nothing is known of the job; its lease ends
        except Exception as error:
            log.warning("job %s (%s) failed", task.id, task.kind, exc_info=True)
            with self._outcome():
                queue.fail(task, f"{type(error).__name__}: {error}", self._clock())

    def _tick_off(self, task: Task, finish: Finish | None) -> None:
        with write_transaction():
            if not queue.is_ours(task):
                log.warning("job %s took too long; somebody else does it", task.id)
                return
            now = self._clock()
            if finish is not None:
                finish(now)
            queue.finish(task, now)

    @contextmanager
    def _outcome(self) -> Iterator[None]:
        """Write what became of a job; of what its handler left undone nothing stays."""
        session.rollback()
        with write_transaction():
            yield

    def _wait_for(self, task: Task, trouble: Unavailable) -> None:
        now = self._clock()
        until = now + timedelta(seconds=trouble.seconds)
        log.warning("%s; again in %s s", trouble.reason, trouble.seconds)
        with self._outcome():
            queue.put_off(task, trouble.prefix, until, trouble.reason, now)

    def _set_aside(self, task: Task) -> None:
        if task.kind not in self._unknown:
            log.error("nobody knows how to do %s; such jobs wait", task.kind)
            self._unknown.add(task.kind)
        now = self._clock()
        until = now + timedelta(seconds=UNKNOWN_SECONDS)
        reason = "This version does not know how to do that."
        with self._outcome():
            queue.put_off(task, None, until, reason, now)

    def _begin_day(self, now: datetime) -> None:
        """Add what is done every day, and forget what was done long ago."""
        with write_transaction():
            for kind in self._app.extensions["daily_jobs"]:
                queue.add(kind, f"{kind}:{now.date()}", {}, now, once=True)
        forgotten = 1
        while forgotten and not self._is_stopping:
            with write_transaction():
                forgotten = queue.forget(now)
        self._day = now.date()

    @contextmanager
    def _holding(self, task: Task) -> Iterator[None]:
        """Renew the lease, from a thread of its own, for as long as the job is done."""
        is_over = threading.Event()
        thread = threading.Thread(target=self._renew, args=(task, is_over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _renew(self, task: Task, is_over: threading.Event) -> None:
        for _ in range(MAX_RENEWALS):
            if is_over.wait(self._lease.total_seconds() / 3):
                return
            try:
                with self._app.app_context(), write_transaction():
                    if not queue.renew(task, self._clock() + self._lease):
                        return
            except (SQLAlchemyError, GateTimeout) as error:
                log.error("a lease could not be renewed: %s", error)
