"""The imports that were begun in the browser. Each has a folder of its own, which holds
the file that was sent, how far the import is, and at its end the report.
"""

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from flask import current_app

from ..clock import utcnow

# So many imports are remembered, and of so many what was sent, if it is of use still.
KEPT = 10
FILES_KEPT = 3
# What an upload that broke off has left is deleted after so long.
ABANDONED_SECONDS = 24 * 3600
MEBIBYTE = 1024 * 1024
_LACKING = re.compile(r"line (\d+): Not here yet: (.*)", re.DOTALL)


class Stage(StrEnum):
    """How far an import is."""

    WAITING = "waiting"
    UNPACKING = "unpacking"
    READING = "reading"  # what is in the file; counted in bytes
    MOVING = "moving"  # counted in items
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = frozenset({Stage.DONE, Stage.FAILED, Stage.CANCELLED})


@dataclass(frozen=True)
class State:
    """What is known of an import. ``name`` is the file's, as its owner calls it, and
    ``format`` one of ``FORMATS``. ``done`` of ``total`` are counted since ``stage_at``;
    ``total`` is 0 if nobody can tell. ``runs`` is how often it was begun: more than
    once if a worker died. ``heard_at`` is when the worker last told of it.
    """

    name: str
    format: str
    person: str
    is_trial: bool
    fetches: bool
    asked_at: datetime
    stage: Stage = Stage.WAITING
    done: int = 0
    total: int = 0
    begun_at: datetime | None = None
    stage_at: datetime | None = None
    heard_at: datetime | None = None
    finished_at: datetime | None = None
    runs: int = 0
    error: str = ""
    successor: int | None = None  # the import that took over the files

    @property
    def is_over(self) -> bool:
        return self.stage in OVER

    @property
    def pace(self) -> float:
        """How many are done in a second; 0 as long as nobody can tell."""
        if self.stage_at is None or self.heard_at is None:
            return 0.0
        seconds = (self.heard_at - self.stage_at).total_seconds()
        return self.done / seconds if seconds >= 1 else 0.0

    @property
    def seconds_left(self) -> int | None:
        """Until the stage ends, if it goes on like this; ``None``: nobody can tell."""
        if not self.pace or not self.total:
            return None
        return round(max(0, self.total - self.done) / self.pace)

    def as_json(self) -> dict[str, Any]:
        """The same in words and numbers, as ``read_state`` takes it."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }


def read_state(values: dict[str, Any]) -> State:
    """A state as ``as_json`` wrote it."""
    for name, value in values.items():
        if name.endswith("_at") and value is not None:
            values[name] = datetime.fromisoformat(value)
    return State(**values | {"stage": Stage(values["stage"])})


class Folder:
    """The folder of one import."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = int(path.name)
        self.sent = path / "sent"
        self.unpacked = path / "unpacked"
        self.media = path / "media.zip"
        self.report_file = path / "report.json"
        self._state_file = path / "state.json"
        self._mark = path / "cancelled"

    @property
    def state(self) -> State:
        """What is written there now."""
        return read_state(json.loads(self._state_file.read_text("utf-8")))

    @property
    def is_whole(self) -> bool:
        """Whether all was sent; before that nobody sees it."""
        return self._state_file.exists()

    @property
    def has_file(self) -> bool:
        """Whether it could run once more."""
        return self.sent.exists()

    def write(self, state: State) -> None:
        """Put another state in the place of what is there, whole or not at all."""
        _write(self._state_file, state.as_json())

    def change(self, **values: Any) -> None:
        """Write the state that is there with other values."""
        self.write(replace(self.state, **values))

    def keep(self, stream: IO[bytes], path: Path) -> None:
        """Write down what comes, safe on the disk and readable by nobody else."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            shutil.copyfileobj(stream, out, MEBIBYTE)
            out.flush()
            os.fsync(out.fileno())

    def cancel(self) -> None:
        """Have it stop after its present step."""
        self._mark.touch(mode=0o600)

    @property
    def is_cancelled(self) -> bool:
        return self._mark.exists()

    @property
    def report(self) -> dict[str, Any] | None:
        """What became of everything; ``None`` before that is known."""
        try:
            found: dict[str, Any] = json.loads(self.report_file.read_text("utf-8"))
        except FileNotFoundError:
            return None
        return found

    def keep_report(self, report: dict[str, object]) -> None:
        _write(self.report_file, report)

    def forget_files(self) -> None:
        """Delete what was sent."""
        for path in (self.sent, self.unpacked, self.media):
            path.unlink(missing_ok=True)

    def give_files(self, other: "Folder") -> None:
        """Let another import have what was sent; its own files come first."""
        for mine, theirs in ((self.media, other.media), (self.sent, other.sent)):
            if mine.exists() and not theirs.exists():
                mine.replace(theirs)
        self.forget_files()

    def delete(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def lacking(report: dict[str, Any]) -> list[str]:
    """The addresses of files that were not to be had, each once."""
    found = (_LACKING.fullmatch(line) for line in report["lines"])
    return list(dict.fromkeys(match[2] for match in found if match))


def sayings(report: dict[str, Any]) -> list[str]:
    """All other sentences of a report."""
    return [line for line in report["lines"] if not _LACKING.fullmatch(line)]


def find(import_id: int) -> Folder | None:
    """The folder of an import; ``None`` if there is none."""
    folder = Folder(_root() / str(import_id))
    return folder if folder.is_whole else None


def newest() -> list[Folder]:
    """All that are remembered, what was begun last first."""
    return [folder for folder in _all() if folder.is_whole]


@contextmanager
def new() -> Iterator[Folder]:
    """The folder of a new import, which is seen once it has a state. Nothing is left of
    it if that fails.
    """
    root = _root()
    root.mkdir(mode=0o700, exist_ok=True)
    number = max((folder.id for folder in _all()), default=0) + 1
    while True:
        try:
            (root / str(number)).mkdir(mode=0o700)
        except FileExistsError:  # somebody was faster
            number += 1
        else:
            break
    folder = Folder(root / str(number))
    try:
        yield folder
    except BaseException:
        folder.delete()
        raise


def forget_old() -> None:
    """Delete all but the last that are over, what was sent of all but the very last,
    and what uploads that broke off left.
    """
    for folder in _all():
        age = utcnow().timestamp() - folder.path.stat().st_mtime
        if not folder.is_whole and age > ABANDONED_SECONDS:
            folder.delete()
    over = [folder for folder in newest() if folder.state.is_over]
    for folder in over[FILES_KEPT:]:
        folder.forget_files()
    for folder in over[KEPT:]:
        folder.delete()


@contextmanager
def alone() -> Iterator[bool]:
    """Whether no other import runs; none begins meanwhile. The kernel frees the lock of
    a process that was killed.
    """
    descriptor = os.open(_root() / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        is_free = False
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_free = True
        yield is_free
    finally:
        os.close(descriptor)


def _root() -> Path:
    return Path(current_app.config["INSTANCE"]) / "imports"


def _all() -> list[Folder]:
    root = _root()
    if not root.is_dir():
        return []
    names = (path for path in root.iterdir() if re.fullmatch("[0-9]+", path.name))
    return sorted(map(Folder, names), key=lambda folder: -folder.id)


def _write(path: Path, values: object) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(values, out, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
