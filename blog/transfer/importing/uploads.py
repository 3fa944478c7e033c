"""The files of the old site, from a folder or a zip that its owner has: found by the
addresses under which readers had them.

Nothing is unpacked, and nothing outside of the folder is read, wherever a link in it
leads.
"""

import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple, cast
from urllib.parse import unquote

# The end of "wp-content/uploads/2020/05/boat.jpg" by which it cannot be another's:
# the year, the month and the name.
_ENOUGH = 3
# An archive of more is none that a site has had, and its list alone fills the memory.
MOST_FILES = 1_000_000
# What computers put beside files.
_NOT_THEIRS = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})

_Open = Callable[[], BinaryIO]


class Unusable(Exception):
    """No folder and no zip; the message says why, for who named it."""


class File(NamedTuple):
    """A file there. ``place`` is where it lies, for the report."""

    place: str
    open: _Open


class Uploads:
    """The files by the ends of their paths."""

    def __init__(self, files: Iterable[tuple[str, _Open]] = ()) -> None:
        self._files: list[tuple[tuple[str, ...], File]] = []
        self._by_name: dict[str, list[int]] = {}
        for place, open_it in files:
            parts = _parts(place)
            if not parts or not _NOT_THEIRS.isdisjoint(PurePosixPath(place).parts):
                continue
            if len(self._files) >= MOST_FILES:
                raise Unusable(f"more than {MOST_FILES} files are in it")
            number = len(self._files)
            self._files.append((parts, File(place, open_it)))
            self._by_name.setdefault(parts[0], []).append(number)

    def __bool__(self) -> bool:
        return bool(self._files)

    def find(self, path: str) -> File | None:
        """The file that an address's path means, percent-encoded or not; ``None`` if
        there is none of which that can be said.

        "/wp-content/uploads/2020/05/boat.jpg" means "2020/05/boat.jpg" in a folder of
        uploads, and as well "backup/wp-content/uploads/2020/05/boat.jpg".
        """
        wanted = _parts(unquote(path))
        best: tuple[int, File] | None = None
        for number in self._by_name.get(wanted[0], ()) if wanted else ():
            parts, file = self._files[number]
            shared = _shared(wanted, parts)
            if shared < min(len(wanted), len(parts), _ENOUGH):
                continue
            if best is None or shared > best[0]:
                best = (shared, file)
        return None if best is None else best[1]


def opened(source: Path | None) -> Uploads:
    """The files of a folder or a zip; none for ``None``.

    :raise Unusable: if it is neither, or cannot be read
    """
    if source is None:
        return Uploads()
    try:
        if source.is_dir():
            return Uploads(_of_folder(source))
        return Uploads(_of_zip(zipfile.ZipFile(source)))
    except zipfile.BadZipFile as error:
        raise Unusable("it is neither a folder nor a zip") from error
    except OSError as error:
        raise Unusable(error.strerror or str(error)) from error


def _of_folder(folder: Path) -> Iterator[tuple[str, _Open]]:
    root = folder.resolve()
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.resolve().is_relative_to(root):
            yield path.relative_to(root).as_posix(), _opener(path)


def _opener(path: Path) -> _Open:
    return lambda: path.open("rb")


def _of_zip(archive: zipfile.ZipFile) -> Iterator[tuple[str, _Open]]:
    seen: set[str] = set()
    for entry in archive.infolist():
        # Of two of one name the first counts; no entry is ever a path on this disk.
        if not entry.is_dir() and entry.filename not in seen:
            seen.add(entry.filename)
            yield entry.filename, _unpacker(archive, entry)


def _unpacker(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Open:
    return lambda: cast(BinaryIO, archive.open(entry))


def _parts(path: str) -> tuple[str, ...]:
    """The parts of a path from its end, as they are compared: computers write one name
    in several ways.
    """
    normal = unicodedata.normalize("NFC", path).casefold()
    return tuple(part for part in reversed(normal.split("/")) if part not in ("", "."))


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many parts are the same before the first that is not."""
    number = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        number += 1
    return number
