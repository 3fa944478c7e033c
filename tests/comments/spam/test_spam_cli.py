"""``blog spam``: what it learns from a file, and what it says about one."""

import json

import pytest
from sqlalchemy import select

from blog.comments.models import SpamToken
from blog.comments.spam import cli as spam_cli
from blog.database import session

SPAM = {
    "label": "spam",
    "author": "cheap shoes",
    "url": "http://shoes.example/buy-cheap-shoes",
    "text": "Buy cheap shoes at our store!",
    "date": "2026-11-24",
}
HAM = {"label": "ham", "author": "Ada", "url": "", "text": "The tide was high today."}


@pytest.fixture
def run(app, tmp_path):
    """Runs a command on rows, or lines, in a file."""

    def run(command, *rows, stdin=False):
        lines = "".join(
            (row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows
        )
        path = tmp_path / "comments.jsonl"
        path.write_text(lines, "utf-8")
        runner = app.test_cli_runner()
        arguments = [command, "-" if stdin else str(path)]
        return runner.invoke(spam_cli.group, arguments, input=lines if stdin else None)

    return run


def learned(app):
    with app.app_context():
        row = session.execute(select(SpamToken).where(SpamToken.token == "")).scalar()
        return row and (row.spam, row.ham)


def answers(result):
    return [json.loads(line) for line in result.output.splitlines()]


def test_training_learns_every_row(app, run):
    result = run("train", *[SPAM] * 60, *[HAM] * 70)

    assert result.exit_code == 0
    assert result.stdout == "Learned 60 spam and 70 ham.\n"
    assert learned(app) == (60, 70)


def test_broken_rows_are_named_and_the_rest_is_learned(app, run):
    result = run(
        "train",
        HAM,
        "{",
        "",
        "[]",
        {"label": "ham"},
        {"label": "good", "text": "x"},
        {"label": ["ham"], "text": "x"},
        {"label": "ham", "text": "x", "author": 7},
        {"label": "spam", "text": "x", "author": None},
        "[" * 100_000,
    )

    assert result.exit_code == 0
    assert learned(app) == (1, 1)
    assert result.stderr.splitlines() == [
        "Line 2 is no JSON.",
        "Line 4 is no object.",
        "Line 5 has no text.",
        "Line 6 has no label “spam” or “ham”.",
        "Line 7 has no label “spam” or “ham”.",
        "Line 8 has no words as its author.",
        "Line 10 is no JSON.",
        "Lines that could not be read: 7.",
    ]


def test_judging_says_what_and_why_and_stores_nothing(app, run):
    run("train", *[SPAM] * 50, *[HAM] * 50)
    result = run("judge", {**SPAM, "id": "a"}, {"text": HAM["text"], "id": 2})

    spam, ham = answers(result)
    assert list(spam) == list(ham) == ["id", "verdict", "score", "reasons"]
    assert (spam["id"], spam["verdict"]) == ("a", "spam")
    assert (ham["id"], ham["verdict"]) == (2, "ham")
    assert 0 <= ham["score"] < 0.1 < 0.9 < spam["score"] <= 1
    assert "“cheap” in the name (for spam)" in spam["reasons"]
    assert learned(app) == (50, 50)


def test_rows_may_come_from_the_standard_input(app, run):
    assert run("train", HAM, stdin=True).exit_code == 0
    assert learned(app) == (0, 1)
    [answer] = answers(run("judge", {"text": "Καλημέρα"}, stdin=True))
    assert (answer["id"], answer["verdict"]) == (None, "unsure")


def test_half_characters_are_judged_and_learned_too(app, run):
    odd = {"label": "ham", "text": "a \ud800 b", "author": "\udfff", "url": "x\ud800y"}

    assert run("train", odd).exit_code == 0
    result = run("judge", {**odd, "id": "\ud800"})
    assert result.exit_code == 0
    assert answers(result)[0]["id"] == "?"


def test_a_missing_file_is_refused(app):
    result = app.test_cli_runner().invoke(spam_cli.group, ["train", "/nowhere.jsonl"])

    assert result.exit_code == 2
    assert "/nowhere.jsonl" in result.output
