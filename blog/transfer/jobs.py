"""Moving in, in the worker: what was sent in the browser. A run that ended in the
middle is begun again, which doubles nothing.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from ..clock import utcnow
from ..database import GateTimeout, session, write_transaction
from ..i18n import gettext as _
from ..i18n import lazy_gettext as _l
from ..jobs import queue
from ..jobs.tasks import GiveUp, Handler, Postpone, Task, TryLater
from ..jobs.worker import LEASE
from . import imports, recognition
from .importing import uploads
from .importing.downloads import Downloads
from .importing.once import Once
from .importing.report import Report
from .importing.run import Import
from .importing.survey import survey
from .imports import Folder, Stage, State
from .records import Unreadable
from .sources.formats import FORMATS

log = logging.getLogger(__name__)

KIND = "transfer.import"
# How long one waits that comes while another is under way.
WAIT = timedelta(seconds=10)
# How often a run is tried that the disk or the database stopped.
ATTEMPTS = 3
TOLD_SECONDS = 1.0


class _Cancelled(Exception):
    """Somebody wants it to stop."""


class _Lost(Exception):
    """Another worker has taken the job."""


class _Teller:
    """Tells how far an import is, once a second, and keeps the job meanwhile: a large
    site takes longer than a worker is believed to live.
    """

    def __init__(self, task: Task, folder: Folder, now: datetime) -> None:
        self._task, self._folder = task, folder
        before = folder.state
        self.state: State = replace(
            before, runs=before.runs + 1, begun_at=now, error="", finished_at=None
        )
        self._told = 0.0

    def begin(self, stage: Stage, total: int) -> None:
        self.state = replace(
            self.state, stage=stage, done=0, total=total, stage_at=utcnow()
        )
        self.tell()

    def advance(self, number: int) -> None:
        self.reach(self.state.done + number)

    def read(self, number: int) -> None:
        """So many bytes of the file were read; later they are not what is counted."""
        if self.state.stage == Stage.READING:
            self.advance(number)
        else:
            self.look()

    def reach(self, done: int) -> None:
        self.state = replace(self.state, done=done)
        self.look()

    def look(self) -> None:
        """Tell, if that was long ago."""
        if time.monotonic() - self._told >= TOLD_SECONDS:
            self.tell()

    def tell(self) -> None:
        """
        :raise _Cancelled: if it is to stop
        :raise _Lost: if it is not ours any more
        """
        if self._folder.is_cancelled:
            raise _Cancelled
        now = utcnow()
        # A session of its own: what the import has read stays as it is.
        with current_app.app_context(), write_transaction():
            if not queue.renew(self._task, now + LEASE):
                raise _Lost
            is_counted = self.state.stage == Stage.MOVING  # and not in bytes
            total = self.state.total if is_counted else 0
            queue.progress(self._task, self.state.done if is_counted else 0, total)
        self.state = replace(self.state, heard_at=now)
        self._folder.write(self.state)
        self._told = time.monotonic()

    def end(self, stage: Stage, error: str = "") -> None:
        now = utcnow()
        self.state = replace(
            self.state, stage=stage, error=error, heard_at=now, finished_at=now
        )
        self._folder.write(self.state)


def run(task: Task, now: datetime) -> None:
    """Carry out one import, from its beginning."""
    folder = imports.find(task.payload["import_id"])
    if folder is None or folder.state.is_over:
        return
    with imports.alone() as is_alone:
        if not is_alone and not folder.is_cancelled:
            raise Postpone(now + WAIT, _("Another import is under way."))
        _carry_out(task, folder, now)


def _carry_out(task: Task, folder: Folder, now: datetime) -> None:
    teller = _Teller(task, folder, now)
    try:
        _move(folder, teller)
    except _Lost:
        log.warning("import %s was taken by another worker", folder.id)
    except _Cancelled:
        teller.end(Stage.CANCELLED)
    except (Unreadable, recognition.Unusable, uploads.Unusable) as error:
        teller.end(Stage.FAILED, str(error))
        raise GiveUp(str(error)) from error
    except GateTimeout:
        raise  # the worker knows what to do
    except (OSError, SQLAlchemyError) as error:
        if task.attempts < ATTEMPTS:
            raise TryLater(f"{type(error).__name__}: {error}") from error
        teller.end(
            Stage.FAILED,
            _("The site’s disk or database could not be used. Is the disk full?"),
        )
        raise GiveUp(f"{type(error).__name__}: {error}") from error
    except Exception as error:
        log.exception("import %s failed", folder.id)
        session.rollback()
        teller.end(
            Stage.FAILED,
            _("Something went wrong. It is our fault and has been written down."),
        )
        raise GiveUp(f"{type(error).__name__}: {error}") from error


def _move(folder: Folder, teller: _Teller) -> None:
    state = teller.state
    path = _readable(folder, teller)
    make = FORMATS[state.format]
    media = uploads.opened(folder.media if folder.media.exists() else None)
    with (
        path.open("rb") as file,
        Once(make(file, teller.read), folder.path, teller.read) as source,
    ):
        teller.begin(Stage.READING, path.stat().st_size)
        found = survey(source)
        teller.begin(Stage.MOVING, found.counts.total())
        downloads = Downloads() if state.fetches else None
        course = Import(found, utcnow(), media, downloads, is_trial=state.is_trial)
        try:
            for step in course.steps(lambda: source):
                teller.look()
                if state.is_trial:
                    step.foretell()
                else:
                    with write_transaction():
                        step.write()
                teller.reach(_settled(course.report))
        except _Cancelled:
            course.report.close()
            folder.keep_report(course.report.as_json())
            raise
    folder.keep_report(course.report.as_json())
    teller.end(Stage.DONE)
    folder.unpacked.unlink(missing_ok=True)
    if not state.is_trial and not imports.lacking(course.report.as_json()):
        folder.forget_files()
    imports.forget_old()


def _readable(folder: Folder, teller: _Teller) -> Path:
    """The file itself, unpacked if it was packed."""
    if not recognition.is_packed(folder.sent):
        teller.tell()
        return folder.sent
    teller.begin(Stage.UNPACKING, 0)
    folder.unpacked.unlink(missing_ok=True)
    folder.unpacked.touch(mode=0o600)
    with folder.unpacked.open("wb") as out:
        for number in recognition.unpack(folder.sent, out):
            teller.advance(number)
    return folder.unpacked


def _settled(report: Report) -> int:
    """Of how many it is known what became of them."""
    return sum(
        count.imported + count.updated + count.unchanged + count.skipped
        for count in report.kinds.values()
    )


HANDLERS: Mapping[str, Handler] = {KIND: run}
LABELS = {KIND: _l("Import")}
