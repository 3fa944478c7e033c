"""``blog spam``: teach the filter from a file, or ask it about one."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, TypeVar

import click
from flask.cli import AppGroup

from ...database import GateTimeout, session, write_transaction
from ..models import Label
from . import filter
from .reasons import reason
from .samples import Sample

T = TypeVar("T")

# So many rows are learned in one write; a comment that comes meanwhile hardly waits.
_PORTION = 50
_BROKEN_SHOWN = 10

group = AppGroup("spam", help="Teach the spam filter from a file, or ask it.")


class _Row(NamedTuple):
    """A line of a file, as far as it could be read; ``problem`` says what is wrong."""

    number: int
    fields: dict[str, Any]
    problem: str = ""

    @property
    def sample(self) -> Sample:
        names = ("author", "url", "text", "signals")
        return Sample(*(self.fields.get(name) or "" for name in names))


@group.command()
@click.argument("file", metavar="FILE.jsonl", type=click.File("rb"))
def train(file: BinaryIO) -> None:
    """Learn from comments that somebody has judged.

    FILE.jsonl, or - for the standard input, has a comment on every line: an object with
    "label" ("spam" or "ham") and "text", and "author" and "url" where there are any.
    The same file twice counts twice.
    """
    counts = dict.fromkeys(Label, 0)
    broken: list[_Row] = []
    for portion in _portions(_rows(file, needs_label=True)):
        broken += (row for row in portion if row.problem)
        read = [row for row in portion if not row.problem]
        labelled = [(row.sample, Label(row.fields["label"])) for row in read]
        with _writing():
            filter.learn(labelled)
        for _, label in labelled:
            counts[label] += 1
        if sys.stderr.isatty():
            click.echo(f"{sum(counts.values())} learned …\r", nl=False, err=True)
    click.echo(f"Learned {counts[Label.SPAM]} spam and {counts[Label.HAM]} ham.")
    _tell_broken(broken)


@group.command()
@click.argument("file", metavar="FILE.jsonl", type=click.File("rb"))
def judge(file: BinaryIO) -> None:
    """Say what the filter thinks of comments; nothing is stored.

    FILE.jsonl, or - for the standard input, has a comment on every line, as for
    training; no label is needed. For each, a line of JSON is printed: "id", "verdict"
    (ham, unsure or spam), "score" (from 0 to 1, how surely it is spam) and "reasons".
    """
    broken: list[_Row] = []
    for portion in _portions(_rows(file, needs_label=False)):
        for row in portion:
            if row.problem:
                broken.append(row)
            else:
                # Half characters of a broken file are no reason to stop.
                line = json.dumps(_answer(row), ensure_ascii=False)
                click.echo(line.encode("utf-8", "replace"))
        session.rollback()  # let go of what was read, so that the log can be emptied
    _tell_broken(broken)


def _answer(row: _Row) -> dict[str, Any]:
    opinion = filter.judge(row.sample)
    return {
        "id": row.fields.get("id"),
        "verdict": opinion.verdict,
        "score": round(opinion.score, 4),
        "reasons": [reason(clue) for clue in opinion.clues],
    }


def _rows(file: BinaryIO, *, needs_label: bool) -> Iterator[_Row]:
    """The lines of a file that are not empty, with what is wrong with them."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            yield _Row(number, {}, "is no JSON")
            continue
        yield _Row(number, fields, _problem(fields, needs_label))


def _problem(fields: object, needs_label: bool) -> str:
    if not isinstance(fields, dict):
        return "is no object"
    if not isinstance(fields.get("text"), str):
        return "has no text"
    for name in ("author", "url", "signals"):
        if not isinstance(fields.get(name) or "", str):
            return f"has no words as its {name}"
    if needs_label and fields.get("label") not in list(Label):
        return "has no label “spam” or “ham”"
    return ""


def _portions(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while portion := list(islice(rest, _PORTION)):
        yield portion


@contextmanager
def _writing() -> Iterator[None]:
    try:
        with write_transaction():
            yield
    except GateTimeout as error:
        raise click.ClickException(str(error)) from None


def _tell_broken(broken: list[_Row]) -> None:
    for row in broken[:_BROKEN_SHOWN]:
        click.echo(f"Line {row.number} {row.problem}.", err=True)
    if broken:
        click.echo(f"Lines that could not be read: {len(broken)}.", err=True)
