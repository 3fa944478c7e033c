"""The filter and its memory: what it thinks of a comment, and what it is taught.

Everything it knows is in one table: in how many comments of spam and of ham a token
stood. Nothing is told to anybody else.
"""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, func, select, union_all
from sqlalchemy.dialects.sqlite import insert

from ...database import session
from ..models import Label, SpamToken
from .features import tokens
from .samples import Sample
from .weighing import (
    MEMORY,
    RECENT,
    TOTAL,
    Clue,
    Opinion,
    Verdict,
    counted,
    needed,
    weigh,
)

__all__ = ["Clue", "Opinion", "Verdict", "forget", "judge", "learn"]

# The latest decisions are counted in blocks, so that the oldest fall away.
_BLOCK = 8

_counts = select(SpamToken.token, SpamToken.spam, SpamToken.ham)
_asked = func.json_each(bindparam("tokens")).table_valued("value")
_among_asked = SpamToken.token.in_(select(_asked.c.value))
_recent = (
    _counts.where(SpamToken.token.between(f"{RECENT}:", f"{RECENT};"))
    .order_by(SpamToken.token.desc())
    .limit(MEMORY // _BLOCK)
    .subquery()
)
_question = union_all(_counts.where(_among_asked), select(_recent))
_new = insert(SpamToken)
_addition = _new.on_conflict_do_update(
    index_elements=[SpamToken.token],
    set_={
        "spam": SpamToken.spam + _new.excluded.spam,
        "ham": SpamToken.ham + _new.excluded.ham,
    },
)
_emptied = delete(SpamToken).where(
    _among_asked, SpamToken.spam == 0, SpamToken.ham == 0
)


def judge(sample: Sample) -> Opinion:
    """What the filter thinks of a comment. Reads once, writes nothing."""
    found = tokens(sample)
    asked = json.dumps(list(needed(found)))
    counts: dict[str, tuple[int, int]] = {}
    spam_of_late = ham_of_late = 0
    for token, spam, ham in session.execute(_question, {"tokens": asked}).all():
        if token.startswith(RECENT):
            spam_of_late += spam
            ham_of_late += ham
        else:
            # What an earlier version read otherwise may have been taken off twice.
            counts[token] = (max(0, spam), max(0, ham))
    return weigh(found, counts, (spam_of_late, ham_of_late))


def learn(samples: Iterable[tuple[Sample, Label]]) -> None:
    """Count what stands in comments that somebody decided about."""
    changes = _Changes(_learned_so_far())
    for sample, label in samples:
        changes.add(sample, label)
    changes.write()


def forget(samples: Iterable[tuple[Sample, Label]]) -> None:
    """Take back what was learned from comments, as if it had never been."""
    changes = _Changes(_learned_so_far())
    for sample, label in reversed(list(samples)):
        changes.take_off(sample, label)
    changes.write()
    session.execute(_emptied, {"tokens": json.dumps(list(changes.counts))})


class _Changes:
    """What is to be added to the counts: token -> spam, ham."""

    def __init__(self, learned: int) -> None:
        self.learned = learned
        self.counts: dict[str, list[int]] = {}

    def add(self, sample: Sample, label: Label) -> None:
        self._change(sample, label, 1, self.learned)
        self.learned += 1

    def take_off(self, sample: Sample, label: Label) -> None:
        self.learned -= 1
        self._change(sample, label, -1, self.learned)

    def _change(self, sample: Sample, label: Label, by: int, number: int) -> None:
        block = f"{RECENT}:{max(0, number) // _BLOCK:010}"
        for token in counted(tokens(sample)) | {block}:
            self.counts.setdefault(token, [0, 0])[label == Label.HAM] += by

    def write(self) -> None:
        rows: Sequence[dict[str, str | int]] = [
            {"token": token, "spam": spam, "ham": ham}
            for token, (spam, ham) in self.counts.items()
        ]
        if rows:
            session.execute(_addition, rows)


def _learned_so_far() -> int:
    row = session.execute(_counts.where(SpamToken.token == TOTAL)).first()
    return 0 if row is None else row.spam + row.ham
