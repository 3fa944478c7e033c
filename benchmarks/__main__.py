"""``make bench``: measure, and print a table. Figures worth keeping go to RESULTS.md,
with machine and date.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from blog.database import db, session, write_transaction
from blog.operations.indexing import complete
from blog.posts import permalinks, queries
from blog.posts.models import Category, Post
from blog.search import queries as search_queries
from blog.text.sanitizer import comment_html

from . import accepting, comments, exports, jobs, media, moving, spam, writing
from .publication import publication

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POSTS = 50_000
ROUNDS = 200


class DatabaseTime:
    """Adds up what the database takes for every statement inside a ``with``."""

    def __enter__(self) -> "DatabaseTime":
        self.seconds, self.statements = 0.0, 0
        event.listen(db.engine, "before_cursor_execute", self._before)
        event.listen(db.engine, "after_cursor_execute", self._after)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(db.engine, "before_cursor_execute", self._before)
        event.remove(db.engine, "after_cursor_execute", self._after)

    def _before(self, *_: object) -> None:
        self._started = time.perf_counter()

    def _after(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._started
        self.statements += 1


def row(what: str, figure: str) -> None:
    print(f"| {what} | {figure} |", flush=True)


def main() -> None:
    print("| what | figure |\n|---|---|", flush=True)
    with publication(POSTS):
        bench_neighbours()
        bench_sticky()
        bench_search()
    for number in (1, 50, 10_000):
        with publication(3, number) as app:
            bench_post_page(app, number)
    with publication(2 * len(comments.SHAPES)) as app:
        comments.bench(app, row)
    for what, figure in accepting.results():
        row(what, figure)
    media.bench(row)
    writing.bench(row)
    moving.bench(row)
    bench_sanitiser()
    for megabytes in (1, 50):
        bench_import(megabytes)
    print()
    jobs.main()
    if spam.CORPUS.is_dir():
        print()
        spam.main()


def bench_neighbours() -> None:
    """Database time of both neighbours: at both ends, in the middle, in a category."""
    category = db.session.get_one(Category, 1)
    for place, post_id in (
        ("oldest", 1),
        ("middle", POSTS // 2),
        ("newest", POSTS),
    ):
        for scope, within in (("whole site", None), ("within a category", [category])):
            measured = []
            for _ in range(ROUNDS):
                post = session.get_one(Post, post_id)
                with DatabaseTime() as spent:
                    queries.neighbours(post, NOW, within)
                measured.append(spent.seconds * 1000)
                session.expunge_all()
                category = db.session.get_one(Category, 1)
            row(
                f"neighbours of the {place} of {POSTS:,} posts, {scope}",
                f"{statistics.median(measured):.3f} ms of database time (median of "
                f"{ROUNDS}), worst {max(measured):.3f} ms",
            )


def bench_search() -> None:
    """Putting all posts into the index; then words that are everywhere, and nearly
    nowhere.
    """
    started = time.process_time()
    count = complete()
    seconds = time.process_time() - started
    row(f"full-text index of {count:,} posts of 320 words", f"{seconds:.0f} s of CPU")
    for what, typed in (
        ("a word that is in every post", "tide"),
        ("two such words and a beginning", "tide comes ag"),
        ("a word that is in one post", str(POSTS // 2)),
    ):
        row(
            f"search in {POSTS:,} posts, {what}",
            f"{milliseconds(lambda typed=typed: found(typed)):.1f} ms of CPU "
            f"(median of {ROUNDS})",
        )


def found(typed: str) -> None:
    """The first page of a search, as nobody has asked for it before."""
    search_queries.results(typed, NOW, 1)
    session.remove()


def bench_sticky() -> None:
    """Database time of the posts that stay at the top of home."""
    with write_transaction():
        for post_id in (1, POSTS // 2, POSTS):
            session.get_one(Post, post_id).sticky = True
    measured = []
    for _ in range(ROUNDS):
        session.expunge_all()
        with DatabaseTime() as spent:
            queries.sticky(NOW)
        measured.append(spent.seconds * 1000)
    row(
        f"the 3 sticky ones of {POSTS:,} posts",
        f"{statistics.median(measured):.3f} ms of database time (median of {ROUNDS})",
    )


def bench_post_page(app: Flask, number: int) -> None:
    """Queries and time of a post's page."""
    path = permalinks.post_url(session.get_one(Post, 2))
    rounds = ROUNDS if number < 1000 else 5
    session.remove()
    client = app.test_client()
    client.get(path)
    with DatabaseTime() as spent:
        client.get(path)
    row(
        f"post page with {number:,} comments",
        f"{spent.statements} queries, "
        f"{milliseconds(lambda: client.get(path), rounds):.2f} ms of CPU "
        f"(median of {rounds})",
    )


def bench_sanitiser() -> None:
    """A comment at two sizes of the dearest input known: a heading on every line."""
    for size in (20_000, 64_000):
        text = "# a\n" * (size // 4)
        row(
            f"comment of {size // 1000} KB of headings, rendered and cleaned",
            f"{milliseconds(lambda text=text: comment_html(text), 3):.0f} ms of CPU",
        )


def bench_import(megabytes: int) -> None:
    """Time and memory of ``blog import wordpress``, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export.xml"
        posts = exports.write(export, megabytes)
        for run in ("the first time", "again"):
            process = subprocess.Popen(
                [sys.executable, "-m", "blog.cli", "import", "wordpress", str(export)],
                env=os.environ | {"BLOG_INSTANCE": f"{folder}/instance"},
                stdout=subprocess.DEVNULL,
            )
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            row(
                f"import of {megabytes} MB, {posts:,} posts with two comments, {run}",
                f"{used.ru_utime + used.ru_stime:.1f} s of CPU, "
                f"{used.ru_maxrss / 1024:.0f} MiB at most, exit {process.returncode}",
            )


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median CPU time of one piece of work."""
    measured = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        measured.append(time.process_time() - started)
    return statistics.median(measured) * 1000


if __name__ == "__main__":
    main()
