"""A post with a hundred comments beside one with a hundred thousand: opened, leafed
through, answered and moderated. What is compared is done in turns, so that both see the
same machine.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

from flask import Flask
from sqlalchemy import select

from blog.accounts.models import User
from blog.comments import counts, moderation
from blog.comments.models import Comment
from blog.comments.moderation import Verb
from blog.database import session, write_transaction
from blog.posts.models import Post
from blog.posts.permalinks import post_url
from blog.site.queries import settings

from .publication import START

FEW, MANY = 100, 100_000
ROUNDS = 41
_COLUMNS = (
    *("id", "post_id", "parent_id", "root_id", "thread_count", "kind", "status"),
    *("reason", "author", "email", "url", "format", "source", "html", "folded"),
    *("signals", "policy_version", "ip", "user_agent", "created_at", "version"),
)
# What each comment answers, by its place in the conversation; ``None`` for nothing.
SHAPES: dict[str, Callable[[int], int | None]] = {
    "flat": lambda number: None,
    "one thread": lambda number: 0 if number else None,
    "a chain": lambda number: number - 1 if number else None,
    "threads of ten": lambda number: number // 10 * 10 if number % 10 else None,
}


class Talk(NamedTuple):
    """A conversation: its post, where that is, and the ids of what is said."""

    post_id: int
    path: str
    first_id: int
    size: int

    @property
    def middle_id(self) -> int:
        return self.first_id + self.size // 2


def bench(app: Flask, row: Callable[[str, str], None]) -> None:
    """Every shape in both sizes, on the posts 1, 2 and so on of a publication."""
    app.config["LIMITS"] = False
    with write_transaction():
        site = settings()
        site.comment_previously_approved, site.spam_filter = False, False
    post_ids = iter(range(1, 2 * len(SHAPES) + 1))
    for shape, parent_of in SHAPES.items():
        few = _written(next(post_ids), FEW, parent_of)
        many = _written(next(post_ids), MANY, parent_of)
        client = app.test_client()
        for what, work in _pieces(client):
            small, large = _in_turns(work, few, many)
            row(
                f"{what}, {shape}: {FEW} and {MANY:,} comments",
                f"{small:.2f} and {large:.2f} ms of CPU (× {large / small:.2f}, "
                f"medians of {ROUNDS} in turns)",
            )


def _pieces(client: object) -> Iterator[tuple[str, Callable[[Talk], object]]]:
    numbers = iter(range(1_000_000))

    def get(path: str, status: int = 200) -> None:
        response = client.get(path)  # type: ignore[attr-defined]
        assert response.status_code == status, (path, response.status_code)

    def reply(talk: Talk) -> None:
        response = client.post(  # type: ignore[attr-defined]
            f"/comments/{talk.post_id}",
            data={
                "author": "Ada",
                "email": "ada@example.org",
                "comment": f"A tide comes in: {next(numbers)}",
                "comment_parent": str(talk.middle_id),
            },
        )
        assert response.status_code == 303, response.status_code

    yield "a post opened", lambda talk: get(talk.path)
    yield "a page in the middle", lambda talk: get(_middle(talk))
    yield "the address of a comment", lambda talk: get(f"/c/{talk.middle_id}", 302)
    yield "a reply taken in", reply
    yield "a comment put into the trash and back", _moderate


def _middle(talk: Talk) -> str:
    """A page, or a portion of a thread, as far from both ends as can be."""
    threads = session.get_one(Post, talk.post_id).thread_count
    session.remove()
    if threads >= 2 * 50:
        return f"{talk.path}comment-page-{threads // 50 // 2}/"
    portions = max(1, talk.size // 200 // 2)
    portion = f"&portion={portions}" if portions > 1 else ""
    return f"{talk.path}?thread={talk.first_id}{portion}" if threads == 1 else talk.path


def _moderate(talk: Talk) -> None:
    for verb in (Verb.TRASH, Verb.RESTORE):
        with write_transaction():
            comment = session.get_one(Comment, talk.middle_id)
            who = session.scalars(select(User).limit(1)).one()
            moderation.carry_out(verb, comment, who, START)
            counts.recount([comment])
        session.remove()


def _in_turns(
    work: Callable[[Talk], object], few: Talk, many: Talk
) -> tuple[float, float]:
    """The median CPU time of each, in milliseconds."""
    measured: dict[Talk, list[float]] = {few: [], many: []}
    for talk in (few, many):
        work(talk)
    for _round in range(ROUNDS):
        for talk, seconds in measured.items():
            started = time.process_time()
            work(talk)
            seconds.append(time.process_time() - started)
    small, large = (statistics.median(each) * 1000 for each in measured.values())
    return small, large


def _written(post_id: int, size: int, parent_of: Callable[[int], int | None]) -> Talk:
    """Write a conversation, a comment a minute, around everything that takes long."""
    with write_transaction():
        newest = session.scalar(select(Comment.id).order_by(Comment.id.desc()).limit(1))
        first = (newest or 0) + 1
        roots: list[int] = []
        sizes: dict[int, int] = {}
        for number in range(size):
            above = parent_of(number)
            roots.append(number if above is None else roots[above])
            sizes[roots[-1]] = sizes.get(roots[-1], 0) + 1
        marks = ", ".join("?" * len(_COLUMNS))
        session.connection().exec_driver_sql(
            f"INSERT INTO comment ({', '.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608
            [
                (
                    *(first + number, post_id, _id(first, parent_of(number))),
                    None if roots[number] == number else first + roots[number],
                    *(sizes.get(number, 0), "comment", "approved", ""),
                    *(f"Reader {number}", f"reader{number}@example.org", "", "html"),
                    *("Well said.", "<p>Well said.</p>", f"{number}", "", 0, "", ""),
                    f"{START + timedelta(minutes=number):%Y-%m-%d %H:%M:%S.000000}",
                    1,
                )
                for number in range(size)
            ],
        )
        counts.recount_post(post_id)
        path = post_url(session.get_one(Post, post_id))
    session.remove()
    return Talk(post_id, path, first, size)


def _id(first: int, number: int | None) -> int | None:
    return None if number is None else first + number
