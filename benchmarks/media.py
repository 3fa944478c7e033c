"""A photograph of 24 megapixels on its way into the library: what the process that
takes it, and the darkroom, need for it.

``python -m benchmarks.media`` measures this alone.
"""

import io
import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from blog.media import developing, pictures

ROUNDS = 3
SIZE = (6000, 4000)
MEBIBYTE = 1024 * 1024


def bench(row: Callable[[str, str], None]) -> None:
    """Print a row for each figure, the best of three: other work only adds to it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "photograph.jpg"
        path.write_bytes(photograph())
        formats = ("avif", "webp", "jpeg")
        for what, order in (
            ("a 24-megapixel JPEG taken in", developing.order(developing.SECONDS)),
            (
                "its 18 smaller ones made",
                developing.order(
                    developing.VARIANTS_SECONDS, widths=pictures.WIDTHS, formats=formats
                ),
            ),
        ):
            spent = min(measured(path, order) for _ in range(ROUNDS))
            processor, clock, memory = spent
            row(what, f"{processor:.2f} s of CPU, {clock:.2f} s, {memory:.0f} MB")
        before = resident()
        with path.open("rb") as source:
            for _made, chunks in developing.original(source):
                for _chunk in chunks:
                    pass
        grown = (resident() - before) / MEBIBYTE
        row("… and what the process that asked has grown by", f"{grown:.1f} MB")


def photograph() -> bytes:
    """As detailed as a picture that somebody took."""
    chance = random.Random(1)
    coarse = Image.frombytes("RGB", (300, 200), chance.randbytes(300 * 200 * 3))
    target = io.BytesIO()
    coarse.resize(SIZE, Image.Resampling.BICUBIC).save(target, "JPEG", quality=92)
    return target.getvalue()


def measured(path: Path, order: str) -> tuple[float, float, float]:
    """Seconds of processor, seconds on the clock, megabytes at the most."""
    began = time.perf_counter()
    with path.open("rb") as source:
        child = subprocess.Popen(
            [*developing.COMMAND, order], stdin=source, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        while child.stdout.read(MEBIBYTE):
            pass
        child.stdout.close()
        _, child.returncode, used = os.wait4(child.pid, 0)
    assert child.returncode == 0
    processor = used.ru_utime + used.ru_stime
    return processor, time.perf_counter() - began, used.ru_maxrss / 1024


def resident() -> int:
    """What this process holds in memory, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    bench(lambda what, figure: print(f"| {what} | {figure} |", flush=True))
