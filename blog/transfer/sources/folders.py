"""A folder or a zip of files, read in the order of their paths. Nothing outside of it
is read, wherever a link in it leads.
"""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..records import Unreadable

# Of one text; the longest books are a fifth of it.
MOST_BYTES = 5 * 1024 * 1024
MOST_FILES = 200_000
# What programs make or bring, and nobody wrote.
_NOT_WRITTEN = frozenset(
    {"__MACOSX", "_site", "node_modules", "vendor", "bower_components", "public"}
    | {"_includes", "_layouts", "_sass", "layouts", "archetypes", "scaffolds", "themes"}
    | {"templates", "_plugins", "resources", "i18n", "_drafts.bak"}
)


class Refused(Exception):
    """A file that is not taken; the message says why."""


class File(NamedTuple):
    """A file by its path below the folder, with slashes."""

    place: str
    size: int
    bytes: Callable[[int], bytes]  # so many at most

    @property
    def suffix(self) -> str:
        """The end of its name, such as ".md"; "" without one."""
        _, dot, end = self.place.rpartition("/")[2].rpartition(".")
        return f".{end.lower()}" if dot else ""

    def text(self, most: int = MOST_BYTES) -> str:
        """Its text, with line feeds alone.

        :raise Refused: if it has none, or more than ``most`` bytes
        """
        try:
            found = self.bytes(most + 1) if self.size <= most else b""
        except (OSError, zipfile.BadZipFile, RuntimeError, EOFError) as error:
            raise Refused("it cannot be read") from error
        if max(self.size, len(found)) > most:
            raise Refused(f"it is larger than {most // 1024 // 1024} MB")
        try:
            text = found.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused("it is no text in UTF-8") from error
        if "\0" in text:
            raise Refused("it is no text")
        return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass
class Folder:
    """What lies in a folder or a zip. ``outside`` are links that lead out of it."""

    files: list[File] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def opened(path: Path) -> Folder:
    """
    :raise Unreadable: if it is neither a folder nor a zip
    """
    found = Folder()
    try:
        if path.is_dir():
            _of_folder(path, found)
        else:
            _of_zip(zipfile.ZipFile(path), found)
    except (OSError, zipfile.BadZipFile) as error:
        raise Unreadable(
            f"{path.name} is neither a folder nor a zip, or cannot be read."
        ) from error
    found.files.sort()
    return found


def _of_folder(path: Path, found: Folder) -> None:
    root = path.resolve()
    for each in _below(root):
        place = each.relative_to(root).as_posix()
        if not _is_below(each, root):
            found.outside.append(place)
        elif each.is_file():
            _add(found, of_path(place, each))


def _is_below(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link that leads to itself
        return False


def _below(folder: Path) -> Iterator[Path]:
    for each in sorted(folder.iterdir()):
        if _is_left_out(each.name):
            continue
        if each.is_dir() and not each.is_symlink():
            yield from _below(each)
        else:
            yield each


def _of_zip(archive: zipfile.ZipFile, found: Folder) -> None:
    seen: set[str] = set()
    for entry in archive.infolist():
        parts = entry.filename.split("/")
        if entry.is_dir() or entry.filename in seen or any(map(_is_left_out, parts)):
            continue
        seen.add(entry.filename)
        _add(found, File(entry.filename, entry.file_size, _unpacker(archive, entry)))


def of_path(place: str, path: Path) -> File:
    """A file on the disk."""

    def taken(most: int) -> bytes:
        with path.open("rb") as file:
            return file.read(most)

    return File(place, path.stat().st_size, taken)


def _unpacker(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo
) -> Callable[[int], bytes]:
    def unpacked(most: int) -> bytes:
        with archive.open(entry) as file:
            return file.read(most)

    return unpacked


def _add(found: Folder, file: File) -> None:
    if len(found.files) >= MOST_FILES:
        raise Unreadable(f"There are more than {MOST_FILES} files in it.")
    found.files.append(file)


def _is_left_out(name: str) -> bool:
    return name.startswith(".") or name in _NOT_WRITTEN
