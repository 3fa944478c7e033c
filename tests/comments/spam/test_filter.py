"""The filter's memory: a table that only counts."""

import pytest
from sqlalchemy import event, select

from benchmarks.spam import Comment, Memory
from blog.comments.models import Label, SpamToken
from blog.comments.spam import filter
from blog.comments.spam.features import tokens
from blog.comments.spam.samples import Sample
from blog.comments.spam.weighing import Verdict
from blog.database import db as database
from blog.database import session, write_transaction

HAM, SPAM = Label.HAM, Label.SPAM
LESSONS = [
    *(
        (Sample("Ada", "http://ada.example", f"The tide was high on day {n}"), HAM)
        for n in range(30)
    ),
    *(
        (Sample("Shoes", "http://x.example", f"cheap shoes {n}!"), SPAM)
        for n in range(9)
    ),
    *((Sample("Νίκος", "", f"Η παλίρροια ήταν ψηλή {n}"), HAM) for n in range(20)),
]


def learn(*lessons):
    with write_transaction():
        filter.learn(lessons)


def forget(*lessons):
    with write_transaction():
        filter.forget(lessons)


def table():
    session.expire_all()
    rows = session.execute(select(SpamToken.token, SpamToken.spam, SpamToken.ham))
    return {token: (spam, ham) for token, spam, ham in rows}


def test_learning_counts_each_token_once_a_comment(db):
    learn((Sample("Ada", "", "tide, tide"), HAM), (Sample("Shoes", "", "Tide!"), SPAM))

    counts = table()
    assert counts["~word:tide"] == counts["word:tide"] == (1, 1)
    assert counts["name:ada"] == (0, 1)
    assert counts[""] == counts["~"] == counts["name:"] == (1, 1)


def test_forgetting_is_learning_undone(db):
    learn(*LESSONS[:20])
    before = table()

    learn(*LESSONS[20:])
    assert table() != before
    forget(*LESSONS[20:])
    assert table() == before

    forget(*LESSONS[:20])
    assert table() == {}


@pytest.mark.parametrize(
    "sample",
    [
        Sample("Ada", "http://ada.example", "The tide was low."),
        Sample("Νίκος", "", "Η παλίρροια ήταν χαμηλή"),
        Sample("cheap shoes", "http://x.example", "cheap shoes!"),
        Sample("", "", ""),
    ],
)
def test_the_table_says_what_counting_in_memory_says(db, sample):
    learn(*LESSONS)
    memory = Memory().learn(
        Comment(label, each, tokens(each)) for each, label in LESSONS
    )

    opinion = filter.judge(sample)
    assert opinion.verdict == memory.judge(Comment(HAM, sample, tokens(sample))).verdict
    assert 0 <= opinion.score <= 1
    assert len(opinion.clues) <= 8


def test_a_verdict_is_one_question(db):
    learn(*LESSONS)
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        filter.judge(LESSONS[0][0])
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert [each.split()[0] for each in asked if "BEGIN" not in each] == ["SELECT"]


def test_a_new_site_is_unsure(db):
    opinion = filter.judge(Sample("Ada", "", "The tide was high on that day."))

    assert opinion.verdict == Verdict.UNSURE


def test_an_undone_decision_is_as_if_it_had_never_been(db):
    learn(*LESSONS)
    sample = Sample("Ada", "http://ada.example", "The tide was high again")
    before = filter.judge(sample)

    learn((sample, SPAM))
    assert filter.judge(sample).score > before.score
    forget((sample, SPAM))
    assert filter.judge(sample) == before


def test_nothing_to_learn_is_no_trouble(db):
    learn()
    forget()

    assert table() == {}
