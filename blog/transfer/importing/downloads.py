"""The files of the old site, from where they were: asked only if the owner wants it."""

import tempfile
from collections import Counter
from functools import partial
from typing import BinaryIO, cast

from ... import fetcher
from ...fetcher import NoAnswer
from ...media.models import MediaKind
from ...media.recognition import MAX_BYTES
from . import rewriting
from .uploads import File

__all__ = ["Downloads", "NoAnswer"]

# For one file; the largest that is taken comes in it at 4 MB a second.
DEADLINE_SECONDS = 120.0
# So many silences in a row, and a machine is not asked again in this run.
MOST_SILENCES = 5
_IN_MEMORY = 1024 * 1024
_HEADERS = {"User-Agent": "Recto", "Accept": "*/*"}


class Downloads:
    """What lies at public addresses, one at a time."""

    def __init__(self) -> None:
        self._silent: Counter[str] = Counter()

    def find(self, url: str) -> File | None:
        """The file at an address, which is asked for when it is opened; ``None`` for
        what is no address, and where nobody answers any more.
        """
        host, _ = rewriting.host_and_path(url)
        if not host or self._silent[host] >= MOST_SILENCES:
            return None
        return File(url, partial(self._open, url, host))

    def _open(self, url: str, host: str) -> BinaryIO:
        """
        :raise NoAnswer: if it is not to be had
        """
        file = cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
        try:
            fetcher.download(
                url,
                file,
                deadline_seconds=DEADLINE_SECONDS,
                max_bytes=MAX_BYTES[MediaKind.VIDEO],
                headers=_HEADERS,
            )
        except NoAnswer as error:
            file.close()
            has_spoken = str(error).startswith("status")
            self._silent[host] = 0 if has_spoken else self._silent[host] + 1
            raise
        self._silent[host] = 0
        file.seek(0)
        return file
