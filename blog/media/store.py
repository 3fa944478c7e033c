"""Where the bytes of uploads lie: a local folder, behind few enough verbs that a bucket
somewhere else could do the same.

A file is named by its SHA-256 alone, so nothing that somebody typed is ever part of a
path, equal files are stored once, and a stored file never changes.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from flask import current_app

_DIGEST = re.compile("[0-9a-f]{64}")
_AT_ONCE = 64 * 1024
_FOLDER = re.compile("[0-9a-f]{2}")


class Draft:
    """A file that is being written and is not in the store yet."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.file, self.path, self.size = file, path, 0
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def paint(self, start: int, size: int, filling: bytes) -> None:
        """Write over what lies there: ``filling``, again and again. The digest is
        that of what was written first until ``settle``.
        """
        self.file.seek(start)
        whole = filling * max(1, _AT_ONCE // len(filling))
        for left in range(size, 0, -len(whole)):
            self.file.write(whole[:left])

    def settle(self) -> None:
        """Take the digest of what the file holds after it was painted over."""
        self._hash = hashlib.sha256()
        self.file.seek(0)
        while data := self.file.read(_AT_ONCE):
            self._hash.update(data)

    @property
    def digest(self) -> str:
        """The SHA-256 of what was written so far, in hex."""
        return self._hash.hexdigest()


class Store:
    """The files below one folder: ``ab/abcd…``, and drafts in ``incoming``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A new file to write to. It is gone at the end unless it was kept."""
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._incoming)
        path = Path(name)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield Draft(file, path)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, draft: Draft) -> str:
        """Put what was written into the store, whole and safe on the disk, and give its
        digest. If it is there already it counts as new, so that no sweep takes it.
        """
        draft.file.flush()
        os.fsync(draft.file.fileno())
        target = self._path(draft.digest)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        draft.path.replace(target)
        _sync(target.parent)
        return draft.digest

    def open(self, digest: str) -> BinaryIO:
        """The file, for reading.

        :raise FileNotFoundError: if there is none
        """
        return self._path(digest).open("rb")

    def delete(self, digest: str) -> None:
        """Have it gone; if it is gone already that is as good."""
        self._path(digest).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[list[str]]:
        """The digests of what was stored before ``moment``, in portions."""
        before = moment.timestamp()
        for folder in self._folders():
            with os.scandir(folder) as entries:
                yield [
                    entry.name
                    for entry in entries
                    if _DIGEST.fullmatch(entry.name) and _is_older(entry, before)
                ]

    def delete_if_older(self, digest: str, moment: datetime) -> bool:
        """Delete it unless it was stored again since ``moment``; whether it is gone."""
        path = self._path(digest)
        with suppress(FileNotFoundError):
            if path.stat().st_mtime >= moment.timestamp():
                return False
        path.unlink(missing_ok=True)
        return True

    def sweep_drafts(self, moment: datetime) -> None:
        """Delete what a process that was killed has left of uploads."""
        with suppress(FileNotFoundError), os.scandir(self._incoming) as entries:
            for entry in entries:
                if _is_older(entry, moment.timestamp()):
                    Path(entry.path).unlink(missing_ok=True)

    def _folders(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(
            each for each in self._folder.iterdir() if _FOLDER.fullmatch(each.name)
        )

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("no digest")
        return self._folder / digest[:2] / digest


def store() -> Store:
    """The store of this site."""
    return Store(Path(current_app.config["INSTANCE"]) / "media")


def _is_older(entry: os.DirEntry[str], before: float) -> bool:
    try:
        return entry.stat(follow_symlinks=False).st_mtime < before
    except FileNotFoundError:  # somebody was faster
        return False


def _sync(folder: Path) -> None:
    """Have the folder's list of names on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
