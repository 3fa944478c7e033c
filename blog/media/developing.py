"""Pictures are decoded in a process of their own: this side starts it, bounds it, and
reads its answers. See ``darkroom.py`` for the other.
"""

import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple

from ..i18n import gettext as _
from .models import MediaKind
from .recognition import MAX_BYTES, MEBIBYTE, PICTURES, FileType, Refused

log = logging.getLogger(__name__)

MAX_PIXELS = 40_000_000
MAX_SIDE = 16_384
MAX_FRAMES = 200
# Of all frames together; each is held in memory.
MAX_MOVING_PIXELS = 80_000_000
MEMORY_BYTES = 1024 * MEBIBYTE
SECONDS = 10
VARIANTS_SECONDS = 60
# Of processor time the process is stopped by itself; on a busy machine, or one that
# hangs, it is stopped from here.
PATIENCE = 3
# What may come back: a picture can grow when it is written again, but not without end.
MAX_ANSWER_BYTES = 4 * MAX_BYTES[MediaKind.IMAGE]
CHUNK_BYTES = 64 * 1024
# -I: what is in the environment and the working folder has no say.
COMMAND = (sys.executable, "-I", str(Path(__file__).resolve().with_name("darkroom.py")))
_LINE_BYTES = 1024
# Each may take a gigabyte; who comes third waits.
_PLACES = threading.BoundedSemaphore(2)


class Developed(NamedTuple):
    """What is known of a picture that was made. ``size`` is in bytes; ``likeness`` is
    "" for variants.
    """

    format: str
    width: int
    height: int
    size: int
    is_animated: bool
    is_transparent: bool
    likeness: str

    @property
    def file_type(self) -> FileType:
        return PICTURES[self.format.upper()]


class Failed(Refused):
    """The picture could not be made. ``is_final`` is whether it never can be."""

    def __init__(self, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.is_final = is_final


Made = tuple[Developed, Iterator[bytes]]


def original(source: BinaryIO) -> Generator[Made]:
    """The picture in a file, written anew: upright, in sRGB, without anything that is
    no picture. Exactly one; its bytes must be read before the next is asked for, and
    who stops before the end closes it, as that ends the process.

    :raise Failed: if there is no picture to be had from it, with the reason
    """
    return _answers(source, SECONDS)


def variants(
    source: BinaryIO, widths: Sequence[int], formats: Sequence[str]
) -> Generator[Made]:
    """Smaller ones of a picture from the store, one after the other.

    :raise Failed: as ``original``
    """
    return _answers(
        source, VARIANTS_SECONDS, widths=list(widths), formats=list(formats)
    )


def order(seconds: int, **what: Any) -> str:
    """What a darkroom is told: its bounds, and what to make."""
    bounds = {
        "pixels": MAX_PIXELS,
        "side": MAX_SIDE,
        "frames": MAX_FRAMES,
        "moving_pixels": MAX_MOVING_PIXELS,
        "memory": MEMORY_BYTES,
        "seconds": seconds,
    }
    return json.dumps(bounds | what)


def _answers(source: BinaryIO, seconds: int, **what: Any) -> Generator[Made]:
    task = order(seconds, **what)
    made = None
    with _PLACES, _darkroom(source, task, seconds * PATIENCE) as answer:
        while line := answer.readline(_LINE_BYTES):
            made = _understood(line)
            yield made, _chunks(answer, made.size)
    if made is None:
        raise _failed("end")


@contextmanager
def _darkroom(source: BinaryIO, task: str, seconds: int) -> Iterator[IO[bytes]]:
    """What a darkroom answers; it is closed at the end, whatever happened.

    :raise Failed: if it ended in the middle of its work
    """
    child = subprocess.Popen(  # noqa: S603 - our own program, and numbers
        [*COMMAND, task],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"MALLOC_ARENA_MAX": "1"},
        cwd="/",
    )
    is_late = threading.Event()

    def stop() -> None:
        is_late.set()
        child.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    is_read = False
    try:
        with child:
            try:
                assert child.stdout is not None  # noqa: S101
                yield child.stdout
                is_read = True
            finally:
                if not is_read:
                    child.kill()
    finally:
        timer.cancel()
    if child.returncode:
        # By the kernel: its time is over, or the machine's memory.
        is_over = is_late.is_set() or child.returncode == -signal.SIGXCPU
        raise _failed("time" if is_over else "end")


def _chunks(answer: IO[bytes], size: int) -> Iterator[bytes]:
    while size:
        chunk = answer.read(min(size, CHUNK_BYTES))
        if not chunk:
            raise _failed("end")
        size -= len(chunk)
        yield chunk


def _understood(line: bytes) -> Developed:
    """What a line says. It comes from a process that a stranger's file may have taken
    over, so nothing in it is believed.
    """
    try:
        said = json.loads(line)
        refused = said.get("refused")
        made = Developed(
            str(said.get("format", "")),
            int(said.get("width", 0)),
            int(said.get("height", 0)),
            int(said.get("size", 0)),
            said.get("is_animated") is True,
            said.get("is_transparent") is True,
            str(said.get("likeness", ""))[:16],
        )
    except (ValueError, TypeError, AttributeError):
        raise _failed("damaged") from None
    if refused is not None:
        log.info("a picture was refused: %s, %.200r", refused, said.get("detail"))
        raise _failed(str(refused))
    is_known = made.format.upper() in PICTURES
    is_sound = 0 < made.width <= MAX_SIDE and 0 < made.height <= MAX_SIDE
    if not (is_known and is_sound and 0 < made.size <= MAX_ANSWER_BYTES):
        raise _failed("damaged")
    return made


def _failed(reason: str) -> Failed:
    reasons = {
        "pixels": _(
            "This picture has too many pixels: %(limit)s million at most. Make it "
            "smaller and send it again.",
            limit=MAX_PIXELS // 1_000_000,
        ),
        "side": _(
            "This picture is too long: a side has %(limit)s pixels at most.",
            limit=MAX_SIDE,
        ),
        "frames": _(
            "This picture has too many frames: %(limit)s at most. Send it as an MP4 "
            "film.",
            limit=MAX_FRAMES,
        ),
        "moving": _(
            "This moving picture is too large for so many frames. Make it smaller, or "
            "send it as an MP4 film."
        ),
        "memory": _(
            "This picture takes too much memory to read. Make it smaller, or save it "
            "anew, and send it again."
        ),
        "time": _(
            "This picture takes too long to read. Make it smaller and send it again."
        ),
        "end": _("This picture could not be read to its end. Please send it again."),
    }
    damaged = _("This picture cannot be read: the file is damaged or incomplete.")
    is_final = reason not in ("time", "end", "memory")
    return Failed(reasons.get(reason, damaged), is_final=is_final)
