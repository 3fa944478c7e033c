"""What a writer waits for: the pages of a library of 50,000 files, the editor's own
saves, the page beside the text; and how much script the editor brings along.

Every figure is the time of a whole request through the application, over a database as
``blog upgrade`` makes it. ``python -m benchmarks.writing`` measures this alone.
"""

import gzip
import itertools
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from blog.accounts import logins
from blog.accounts.models import Role, User
from blog.accounts.sessions import cookie_name
from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.media.models import MediaItem, MediaKind, MediaState, MediaUse
from blog.posts.models import Post
from blog.text.excerpts import word_count
from blog.text.folding import fold
from blog.text.sanitizer import Format, post_html

from .publication import START, publication

FILES = 50_000
POSTS = 5_000
USED = FILES // 2  # the older half, each in two posts
ROUNDS = 40
SAVES = 100
WARM_UP = 3
LIBRARY = "/admin/media/"
EDITOR = "/admin/posts/1/"
JSON = {"Accept": "application/json"}

SUBJECTS = ("harbour", "tide", "ferry", "lighthouse", "gull", "quay", "rope", "net")
LIGHTS = ("at dawn", "at noon", "in the rain", "by night", "in fog")
# Of ten files, so many are of that kind.
KINDS = (
    *[(MediaKind.IMAGE, "jpg", "image/jpeg")] * 7,
    (MediaKind.DOCUMENT, "pdf", "application/pdf"),
    (MediaKind.AUDIO, "mp3", "audio/mpeg"),
    (MediaKind.VIDEO, "mp4", "video/mp4"),
)

Row = Callable[[str, str], None]


def bench(row: Row) -> None:
    """Print a row for each figure."""
    with publication(POSTS) as app:
        _fill()
        client = _logged_in(app)
        for what, path, headers in questions():
            spent = measured(app, partial(client.get, path, headers=headers))
            row(f"a library of {FILES:,} files: {what}", told(spent))
        _bench_editor(app, client, row)


def questions() -> Iterator[tuple[str, str, dict[str, str]]]:
    """What is asked of the library: its name, its address, its headers."""
    for what, query in (
        ("the first page", ""),
        ("page 500", "?page=500"),
        ("the last page", f"?page={-(-FILES // 48)}"),
        ("a word that every fifth has", "?q=fog"),
        ("the last page of that", f"?q=fog&page={-(-FILES // 5 // 48)}"),
        ("two words and a number that one has", "?q=harbour+dawn+40000"),
        ("a word that none has", "?q=aeroplane"),
        ("pictures", "?kind=image"),
        ("page 500 of the pictures", "?kind=image&page=500"),
        ("films", "?kind=video"),
        ("my own", "?whose=mine"),
        ("unused", "?show=unused"),
        ("page 500 of the unused", "?show=unused&page=500"),
        ("without alternative text", "?show=undescribed"),
        ("duplicates", "?show=duplicates"),
        ("unused pictures with a word", "?show=unused&kind=image&q=fog"),
        ("the report on alternative texts", "alt-texts"),
        ("a file that two posts show", "1/"),
        ("a file that 5,000 posts show", "2/"),
        ("a file that nobody shows", f"{FILES}/"),
    ):
        yield what, LIBRARY + query, {}
    for what, query in (
        ("the editor’s dialog", "?q="),
        ("the editor’s dialog with a word", "?q=fog"),
        ("the editor’s dialog with a word that none has", "?q=aeroplane"),
    ):
        yield what, LIBRARY + query, JSON


def _bench_editor(app: Flask, client: FlaskClient, row: Row) -> None:
    page = client.get(EDITOR).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    version = re.search(r'name="version" value="([^"]+)"', page)
    assert token is not None
    assert version is not None
    text = manuscript()
    words = word_count(post_html(text, Format.MARKDOWN))
    form = {
        "csrf_token": token[1],
        "version": version[1],
        "title": "By the sea",
        "format": "markdown",
        "excerpt": "",
    }
    numbers = itertools.count(1)

    def typed_on() -> dict[str, str]:
        return form | {"body": f"{text}\n\nSentence {next(numbers)}."}

    spent = measured(
        app,
        lambda: client.post(EDITOR + "autosave", data=typed_on(), headers=JSON),
        SAVES,
    )
    row(f"autosave of a post of {words:,} words", told(spent))
    spent = measured(
        app,
        lambda: client.post("/admin/posts/autosave", data=typed_on(), headers=JSON),
    )
    row("the first one of a new post, which makes its draft", told(spent))
    spent = measured(app, lambda: client.post(EDITOR + "preview", data=typed_on()))
    what = "headings, lists, tables, code, footnotes and 5 pictures"
    row(f"preview of {words:,} words with {what}", told(spent))
    sizes, packed = scripts(Path(str(app.static_folder)), page)
    row(
        "script that the editor page brings along",
        f"{len(sizes)} files, {sum(sizes):,} bytes; {sum(packed):,} if compressed",
    )


def measured(
    app: Flask, ask: Callable[[], Any], rounds: int = ROUNDS
) -> Sequence[float]:
    """Milliseconds of each of so many answers, ascending. Each is in a context of its
    own, so that it knows nothing of those before.
    """
    spent = []
    for _ in range(WARM_UP + rounds):
        started = time.perf_counter()
        with app.app_context():
            answer = ask()
        spent.append((time.perf_counter() - started) * 1000)
        if answer.status_code not in (200, 201):
            raise RuntimeError(f"{answer.request.url}: {answer.status}")
    return sorted(spent[WARM_UP:])


def told(spent: Sequence[float]) -> str:
    """The median, and what 95 of 100 stay below."""
    p95 = spent[int(len(spent) * 0.95)]
    return f"{statistics.median(spent):.1f} ms, p95 {p95:.1f} ms"


def scripts(static: Path, page: str) -> tuple[list[int], list[int]]:
    """The bytes of each script that a page loads, with what these import at once, and
    the same compressed. What is fetched later (``import()``) is not among them.
    """
    waiting = [
        static / name
        for name in re.findall(r'<script[^>]* src="/static/([^"?]+)', page)
    ]
    found: dict[Path, bytes] = {}
    while waiting:
        file = waiting.pop().resolve()
        if file in found:
            continue
        found[file] = file.read_bytes()
        imported = re.findall(
            rb'^(?:import|export)\b[^"\n(]*"(\.[^"]+)"', found[file], re.MULTILINE
        )
        waiting += [file.parent / name.decode() for name in imported]
    packed = [len(gzip.compress(each)) for each in found.values()]
    return [len(each) for each in found.values()], packed


def manuscript() -> str:
    """Two thousand words with all that a post may hold."""
    sentence = (
        "It was a *long* way down to the [water](https://example.org), and back. "
    )
    parts: list[str] = []
    for number in range(1, 6):
        picture = f"/media/{10 * number}/file-{10 * number}.jpg"
        parts += [
            f"## The {number}. tide",
            sentence * 13,
            f'![A boat, seen from the quay]({picture} "Boat number {number}")',
            sentence * 13 + f"[^{number}]",
            "\n".join(f"- rope number {each}, **coiled**" for each in range(10)),
            "| harbour | high | low |\n|---|--:|--:|\n"
            + "\n".join(f"| Pier {each} | {each}.1 | 0.{each} |" for each in range(8)),
            "```python\n"
            + "\n".join(f"tide_{each} = high({each})" for each in range(10))
            + "\n```",
            "> " + sentence * 2,
            f"[^{number}]: A remark on tide {number}.",
        ]
    return "\n\n".join(parts)


def _logged_in(app: Flask) -> FlaskClient:
    """The browser of the first user, who is made an admin."""
    with write_transaction():
        user = session.get_one(User, 1)
        user.role = Role.ADMIN
        token = logins.begin(user, now=utcnow(), data='{"csrf_token": "0123456789"}')
    session.remove()
    client = app.test_client()
    client.set_cookie(cookie_name(app, "session"), token)
    return client


def _fill() -> None:
    """The library: the older half is shown by two posts each, and file 2 by all."""
    with write_transaction():
        for first in range(1, FILES + 1, 5_000):
            numbers = range(first, first + 5_000)
            session.execute(insert(MediaItem), [_file(number) for number in numbers])
        shown = {
            (number, (number * step) % POSTS + 1)
            for number in range(1, USED + 1)
            for step in (1, 7)
        }
        shown |= {(2, post_id) for post_id in range(1, POSTS + 1)}
        session.execute(
            insert(MediaUse),
            [{"media_id": media, "post_id": post} for media, post in sorted(shown)],
        )
        session.execute(
            update(Post).where(Post.id % 5 == 0).values(cover_id=Post.id + USED)
        )
    session.remove()


def _file(number: int) -> dict[str, object]:
    kind, extension, mime_type = KINDS[number % 10]
    is_image = kind == MediaKind.IMAGE
    subject = SUBJECTS[number // 10 % 8]
    name = f"{subject} {LIGHTS[number % 5]} {number}"
    alt = f"The {subject} {LIGHTS[number % 5]}" if is_image and number % 3 else ""
    # Of a hundred, one has the bytes of another, and one its looks.
    digest = f"{number - 10 * (number % 100 == 50):064x}"
    return {
        "kind": kind,
        "state": MediaState.READY,
        "name": name,
        "slug": f"file-{number}",
        "extension": extension,
        "mime_type": mime_type,
        "size": 400_000 + number,
        "digest": digest,
        "upload_digest": digest,
        "likeness": f"{number - 10 * (number % 100 == 31):016x}" if is_image else "",
        "width": 3000 if is_image else None,
        "height": 2000 if is_image else None,
        "alt": alt,
        "folded": fold(f"{name} {alt}"),
        "uploader_id": 1 if number % 4 == 0 else None,
        "created_at": START + timedelta(minutes=number),
    }


if __name__ == "__main__":
    bench(lambda what, figure: print(f"| {what} | {figure} |", flush=True))
