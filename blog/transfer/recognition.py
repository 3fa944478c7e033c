"""What a file is that somebody sent to be moved in, told by its content; and what lies
in it, if it was packed.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from ..i18n import gettext as _
from .sources.formats import FORMATS

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

# A text of more is none that a site has had, and fills the disk.
MOST_BYTES = 4 * 1024**3
_HEAD_BYTES = 4096
_CHUNK_BYTES = 1024 * 1024
_ZIP, _GZIP = b"PK", b"\x1f\x8b"
# What a file of each format begins with; the first that fits is it. What only looks
# like it is refused by its source, which can say why and on which line.
_SIGNS = (
    ("blogger", re.compile(rb"\s*(<\?[^>]*>\s*)*<(\w+:)?feed[\s>]")),
    ("ghost", re.compile(rb"\s*\{")),
    ("wordpress", re.compile(rb"\s*<")),
)
_DAMAGED = (
    *(zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError),
    *(NotImplementedError, RuntimeError),  # packed or encrypted in a way of its own
)


class Unusable(Exception):
    """Nothing can be done with a file; the message says why, to who sent it."""


def recognised(path: Path) -> str:
    """Which of ``FORMATS`` a file is, packed or not.

    :raise Unusable: if it is none
    """
    with opened(path) as file:
        # Marks of an encoding, and the other half of each letter of UTF-16.
        head = (
            file.read(_HEAD_BYTES).lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"")
        )
    for name, sign in _SIGNS:
        if name in FORMATS and sign.match(head):
            return name
    raise Unusable(
        _(
            "This is no export that Recto can read. It takes what WordPress gives at "
            "Tools, Export (XML), and Ghost at Settings, Export (JSON)."
        )
    )


def is_packed(path: Path) -> bool:
    """Whether a file must be unpacked before it is read."""
    with path.open("rb") as file:
        return file.read(2) in (_ZIP, _GZIP)


def unpack(path: Path, out: BinaryIO) -> Iterator[int]:
    """Write what lies in a packed file, and say after each piece how long that was.

    :raise Unusable: if it is damaged, or longer than any site
    """
    with opened(path) as file:
        while chunk := file.read(_CHUNK_BYTES):
            out.write(chunk)
            yield len(chunk)


def is_zip(path: Path) -> bool:
    """Whether a file is a zip that can be read."""
    return zipfile.is_zipfile(path)


class _Bounded(io.RawIOBase):
    """What is packed, as long as that is no more than a site can have."""

    def __init__(self, parts: Iterable[BinaryIO]) -> None:
        self._parts = iter(parts)
        self._part: BinaryIO | None = None
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "Buffer") -> int:
        view = memoryview(buffer)
        chunk = b""
        while not chunk:
            if self._part is None:
                self._part = next(self._parts, None)
            if self._part is None:
                return 0
            chunk = self._part.read(len(view))
            if not chunk:
                self._part = None
        self._read += len(chunk)
        if self._read > MOST_BYTES:
            raise Unusable(_("What is packed in this file is too large."))
        view[: len(chunk)] = chunk
        return len(chunk)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file to be read from its beginning on; of a packed one, what lies in it.

    :raise Unusable: also while it is read: if it is damaged, or longer than any site
    """
    with path.open("rb") as raw:
        start = raw.read(2)
        raw.seek(0)
        try:
            if start == _GZIP:
                with gzip.open(raw) as file:
                    yield io.BufferedReader(_Bounded([cast(BinaryIO, file)]))
            elif start == _ZIP:
                with zipfile.ZipFile(raw) as archive:
                    texts = _texts(archive)
                    parts = (cast(BinaryIO, archive.open(each)) for each in texts)
                    yield io.BufferedReader(_Bounded(parts))
            else:
                yield raw
        except _DAMAGED as error:
            raise Unusable(
                _("This file is damaged or incomplete. Export it, or send it, again.")
            ) from error


def _texts(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The export in a zip, or the parts of it: WordPress.com sends a large site so."""
    found = [
        entry
        for entry in archive.infolist()
        if entry.filename.lower().endswith((".xml", ".atom", ".json"))
        and not entry.filename.startswith("__MACOSX/")
    ]
    suffixes = {entry.filename.lower().rpartition(".")[2] for entry in found}
    if not found or (len(found) > 1 and suffixes != {"xml"}):
        raise Unusable(
            _(
                "This zip holds no export, or several. Send the export itself, an XML "
                "or JSON file; the site’s files have a field of their own."
            )
        )
    return sorted(found, key=lambda entry: entry.filename)
