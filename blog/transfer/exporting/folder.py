"""The folder that an export goes to: filled beside its place, and put there when it is
whole, so that nobody ever finds half of one.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Occupied(Exception):
    """Something else is in the folder; the message says what to do."""


@contextmanager
def whole(place: Path, mark: str, *, may_replace: bool) -> Iterator[Path]:
    """A new folder for its owner's eyes, which takes its place if all goes well and is
    gone otherwise. An earlier export, which is one that has a file named ``mark``, may
    be replaced, and is gone only when the new one is there.

    :raise Occupied: if the place holds something that may not be replaced
    :raise OSError: if the folder cannot be made there
    """
    place = place.absolute()
    _require_free(place, mark, may_replace)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = _beside(place)
    try:
        yield fresh
        _put(fresh, place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _beside(place: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))


def _put(fresh: Path, place: Path) -> None:
    if not place.exists():
        fresh.rename(place)
        return
    old = _beside(place)
    place.rename(old)
    try:
        fresh.rename(place)
    except OSError:
        old.rename(place)
        raise
    shutil.rmtree(old)


def _require_free(place: Path, mark: str, may_replace: bool) -> None:
    if not place.exists():
        return
    if not place.is_dir():
        raise Occupied(f"{place} is a file.")
    if not any(place.iterdir()):
        return
    if not (place / mark).is_file():
        raise Occupied(f"{place} holds something else. Choose an empty folder.")
    if not may_replace:
        raise Occupied(f"{place} holds an earlier export; --force replaces it.")
