"""The one door for every byte that enters the library: from a form, an import, or
another site.

``take`` does what is slow, outside of any transaction: it copies no more than may be
sent, tells what it is by its content, has pictures written anew in the darkroom, and
paints over where a recording was taken. ``add`` and ``replace`` write what came of it.
What was taken and never added lies in the store without a row; the daily sweep deletes
it.
"""

import errno
import re
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import BinaryIO, NamedTuple

from sqlalchemy import delete

from ..accounts.models import User
from ..database import session
from ..i18n import gettext as _
from . import developing, pictures, queries, variants
from .models import MediaItem, MediaKind, MediaState, MediaVariant
from .recognition import (
    HEAD_BYTES,
    MAX_BYTES,
    FileType,
    Refused,
    recognised,
    too_large,
)
from .recordings import erasing
from .recordings.covering import Unreadable
from .store import Draft, store

__all__ = ["Refused", "Taken", "add", "replace", "take"]

MAX_NAME_LENGTH = 150
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CHUNK_BYTES = 64 * 1024


class Taken(NamedTuple):
    """A file that lies in the store and has no row yet. ``name`` is as a person reads
    it, without folder and extension; ``digest`` names what is stored,
    ``upload_digest`` what was sent.
    """

    name: str
    type: FileType
    size: int
    digest: str
    upload_digest: str
    width: int | None = None
    height: int | None = None
    is_animated: bool = False
    is_transparent: bool = False
    likeness: str = ""
    duration: int | None = None


def take(stream: BinaryIO, filename: str) -> Taken:
    """Bring a file into the store. Nothing of it is left when it is refused.

    :raise Refused: with a sentence for who sent it
    """
    with _on_disk(), store().draft() as draft:
        type = _copy(stream, draft)
        name = _name(filename) or type.kind.value
        if type.kind == MediaKind.IMAGE:
            return _take_picture(draft, name)
        return _take_recording(draft, name, type)


def add(taken: Taken, uploader: User | None, now: datetime) -> MediaItem:
    """A new row for what was taken, and the job that makes its sizes; or the row that
    there is, if the very same file was sent before.
    """
    known = queries.by_upload(taken.upload_digest)
    if known is not None:
        if known.state == MediaState.FAILED:
            variants.try_again(known, now, uploader)
        return known
    item = MediaItem(
        uploader_id=None if uploader is None else uploader.id, created_at=now
    )
    item.describe(name=taken.name)
    _fill(item, taken)
    session.add(item)
    session.flush()
    variants.have_made(item, now, uploader)
    return item


def replace(
    item: MediaItem, taken: Taken, now: datetime, user: User | None = None
) -> None:
    """Another file under the same number, name and description. Browsers hear of it by
    the version; a file of another kind gets another extension, and the old address
    leads there. ``user`` sees how far the new sizes are.
    """
    session.execute(delete(MediaVariant).where(MediaVariant.media_id == item.id))
    session.expire(item, ["variants"])
    _fill(item, taken)
    item.replaced_at = now
    item.version += 1
    session.flush()
    variants.have_made(item, now, user)


def _fill(item: MediaItem, taken: Taken) -> None:
    item.kind, item.extension = taken.type.kind, taken.type.extension
    item.mime_type, item.size = taken.type.mime_type, taken.size
    item.digest, item.upload_digest = taken.digest, taken.upload_digest
    item.likeness = taken.likeness
    item.width, item.height, item.duration = taken.width, taken.height, taken.duration
    item.is_animated, item.is_transparent = taken.is_animated, taken.is_transparent
    item.problem = ""
    item.state = MediaState.WAITING if pictures.widths(item) else MediaState.READY


def _copy(stream: BinaryIO, draft: Draft) -> FileType:
    """Write down what comes, up to what its kind may have, and no byte more."""
    head = b""
    while len(head) < HEAD_BYTES and (more := stream.read(HEAD_BYTES - len(head))):
        head += more
    type = recognised(head)
    limit = MAX_BYTES[type.kind]
    chunk = head
    while chunk:
        if draft.size + len(chunk) > limit:
            raise too_large(type.kind)
        draft.write(chunk)
        chunk = stream.read(min(_CHUNK_BYTES, limit + 1 - draft.size))
    draft.file.flush()
    return type


def _take_picture(upload: Draft, name: str) -> Taken:
    with (
        upload.path.open("rb") as source,
        closing(developing.original(source)) as pictures_made,
    ):
        for made, chunks in pictures_made:
            with store().draft() as draft:
                for chunk in chunks:
                    draft.write(chunk)
                digest = store().keep(draft)
            taken = Taken(
                name,
                made.file_type,
                made.size,
                digest,
                upload.digest,
                made.width,
                made.height,
                made.is_animated,
                made.is_transparent,
                made.likeness,
            )
    return taken


def _take_recording(draft: Draft, name: str, type: FileType) -> Taken:
    """Sound, films and papers are kept as they came, but for where they were taken."""
    upload_digest = draft.digest
    try:
        found = erasing.look(draft.file, type)
    except Unreadable:
        raise Refused(
            _(
                "This recording cannot be read: the file is damaged or incomplete. "
                "Export it again."
            )
        ) from None
    for cover in found.covers:
        draft.paint(*cover)
    if found.covers:
        draft.settle()
    digest = store().keep(draft)
    return Taken(name, type, draft.size, digest, upload_digest, duration=found.duration)


@contextmanager
def _on_disk() -> Iterator[None]:
    """What a disk says that takes no more, in words for who sent the file."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise Refused(
            _("The site’s disk is full. Nothing was saved; please tell its owner.")
        ) from error


def _name(filename: str) -> str:
    """What a person calls the file: without the folders of their computer, without the
    extension, which the content decides, and without what cannot be seen.
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", filename)[-1])
    name = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    shown = (" " if unicodedata.category(each)[0] in "CZ" else each for each in name)
    return " ".join("".join(shown).split())[:MAX_NAME_LENGTH].strip(" .")
