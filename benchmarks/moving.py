"""Moving in and out: an export of ten thousand posts and fifty thousand comments, made
of the texts of real sites; once, once more, and out again.
"""

import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from blog import config

CORPUS = Path(config.PROJECT).parent / "shared" / "corpora" / "wxr"
FILES = (
    *("real-andrea-en.xml", "real-bitcoinfrance-fr.xml", "real-cc-labs-en.xml"),
    "theme-unit-test.xml",
)
POSTS, EACH = 10_000, 5
_LOOK_SECONDS = 0.1

Row = Callable[[str, str], None]


def bench(row: Row) -> None:
    """Print what moving in, moving in again and moving out take."""
    if not CORPUS.is_dir():
        row("moving in and out", "the corpora are not beside the repository")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export = folder / "export.xml"
        write(export)
        megabytes = export.stat().st_size / 1_000_000
        row("an export to move in", f"{megabytes:.0f} MB, {POSTS:,} posts")
        for what in ("import", "import of the same again"):
            run = Run(folder, "import", "wordpress", str(export))
            row(f"{what}, {POSTS * EACH:,} comments", str(run))
        for what, dest in (("wordpress", "out.xml"), ("markdown", "out")):
            run = Run(folder, "export", what, str(folder / dest))
            row(f"export {what}", f"{run}, {POSTS / run.seconds:,.0f} posts a second")


class Run:
    """A command in a process of its own: how long it took, and the most memory that it
    and those it started held at once, each page counted once.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "blog.cli", *arguments],
            env={**os.environ, "BLOG_INSTANCE": str(folder / "instance")},
            stdout=subprocess.DEVNULL,
        )
        most = 0
        while process.poll() is None:
            most = max(most, sum(map(_held, _family(process.pid))))
            time.sleep(_LOOK_SECONDS)
        self.seconds = time.perf_counter() - started
        self.megabytes = most / 1024
        if process.returncode:
            raise RuntimeError(f"{arguments} failed")

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.megabytes:.0f} MiB"


def write(path: Path, posts: int = POSTS) -> None:
    """Write an export of so many posts with ``EACH`` comments each, half of them
    answers; the same each time.
    """
    items, comments = _pieces()
    said = itertools.cycle(comments)
    head = (CORPUS / FILES[0]).read_text("utf-8").partition("<item>")[0]
    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        for number in range(1, posts + 1):
            item = items[number % len(items)].removesuffix("</item>")
            file.write(_numbered(item, number))
            for n in range(EACH):
                id = number * EACH + n
                parent = id - 1 if n and number % 2 else 0
                comment = _set(next(said), "comment_id", id)
                file.write(_set(comment, "comment_parent", parent))
            file.write("</item>\n")
        file.write("</channel></rss>\n")


def _pieces() -> tuple[list[str], list[str]]:
    """The posts of the corpus without their comments, and the comments."""
    items: list[str] = []
    comments: list[str] = []
    for name in FILES:
        text = (CORPUS / name).read_text("utf-8", "replace")
        for item in re.findall("<item>.*?</item>", text, re.DOTALL):
            below = r"\s*<wp:comment>.*?</wp:comment>"
            comments += re.findall(below, item, re.DOTALL)
            if re.search(r"<wp:post_type>(?:<!\[CDATA\[)?post\b", item):
                items.append(re.sub(below, "", item, flags=re.DOTALL))
    return items, comments


def _numbered(item: str, number: int) -> str:
    site = "https://old.example"
    item = _set(_set(item, "post_id", number), "post_name", f"post-{number}")
    link = f"<link>{site}/2010/01/post-{number}/</link>"
    item = re.sub("<link>.*?</link>", link, item)
    return re.sub("<guid.*?</guid>", f"<guid>{site}/?p={number}</guid>", item)


def _set(text: str, name: str, value: object) -> str:
    return re.sub(
        f"<wp:{name}>.*?</wp:{name}>", f"<wp:{name}>{value}</wp:{name}>", text
    )


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    except OSError:
        return
    for child in below.split():
        yield from _family(int(child))


def _held(pid: int) -> int:
    """KiB, of pages that several hold each its part."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+)", told, re.MULTILINE)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    bench(lambda what, figure: print(f"| {what} | {figure} |", flush=True))
