"""How well spam is kept out: what was decided by itself, and what people made of it."""

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from ...database import session
from ..decisions import Rule
from ..models import Comment, CommentEvent, EventKind, SpamTally, SpamToken, Status
from .features import Kind
from .weighing import TOTAL

DAYS = 30
WORDS_SHOWN = 24
# Words say something once so many of either label were decided about; and a word, once
# it stood in so many of one label, and so many times as often as in the other.
_ENOUGH, _LEAST, _TIMES = 10, 3, 4
_READ_OR_WAITING = (Status.APPROVED, Status.PENDING)


class Figures(NamedTuple):
    """Of the comments that came in on some days. ``spam`` were put among the spam by
    the filter or by Akismet; of those a person took ``wrong`` back. ``published`` were
    let through at once; of those a person called ``missed`` spam. The filter was asked
    about ``judged`` and left ``unsure`` of them to a person. ``discarded`` are of the
    spam, and were never kept.
    """

    spam: int = 0
    wrong: int = 0
    published: int = 0
    missed: int = 0
    judged: int = 0
    unsure: int = 0
    discarded: int = 0

    @property
    def unsure_per_cent(self) -> int:
        return round(100 * self.unsure / self.judged) if self.judged else 0


class Knowledge(NamedTuple):
    """How many comments the filter has learned from here, and the words that say most:
    for spam, and for good comments; none before enough of either are known.
    """

    spam: int
    ham: int
    spam_words: Sequence[str]
    ham_words: Sequence[str]


def figures(now: datetime) -> Figures:
    """The figures of the last ``DAYS`` days, also of what was deleted since."""
    since = now - timedelta(days=DAYS)
    tallies = session.scalars(select(SpamTally).where(SpamTally.day > since.date()))
    return _sum(_of_what_is_here(since), *map(_of_tally, tallies))


def keep(comment_ids: Collection[int]) -> None:
    """Keep what the figures say of comments that are about to be deleted."""
    events = session.execute(
        select(CommentEvent, Comment.status)
        .join(Comment)
        .where(CommentEvent.comment_id.in_(comment_ids))
        .where(CommentEvent.kind.in_((EventKind.RECEIVED, EventKind.AKISMET)))
        .order_by(CommentEvent.comment_id, CommentEvent.id)
    )
    days: dict[date, Figures] = {}
    for _id, group in groupby(events, lambda row: row.CommentEvent.comment_id):
        rows = list(group)
        first = rows[0].CommentEvent
        if first.kind == EventKind.RECEIVED:
            own = _of_one([row.CommentEvent for row in rows], rows[0].status)
            day = first.at.date()
            days[day] = _sum(days.get(day, Figures()), own)
    for day, figures in days.items():
        _add(day, figures)


def keep_discarded(now: datetime) -> None:
    """Keep that a comment was spam and is not kept."""
    _add(now.date(), Figures(spam=1, discarded=1))


def _of_one(history: Sequence[CommentEvent], status: Status) -> Figures:
    """What one comment adds to them: ``history`` begins with its coming in, and holds
    besides what Akismet said; ``status`` is where it stands.
    """
    first = history[0]
    known = json.loads(first.details)
    is_spam = any(event.status == Status.SPAM for event in history)
    is_published = (
        not is_spam
        and first.status == Status.APPROVED
        and known.get("rule") != Rule.TRUSTED
    )
    return Figures(
        spam=is_spam,
        wrong=is_spam and status in _READ_OR_WAITING,
        published=is_published,
        missed=is_published and status == Status.SPAM,
        judged="verdict" in known,
        unsure=known.get("verdict") == "unsure",
    )


def _sum(*figures: Figures) -> Figures:
    return Figures(*map(sum, zip(*figures, strict=True)))


def _add(day: date, figures: Figures) -> None:
    tally = session.get(SpamTally, day)
    if tally is None:
        tally = SpamTally(day=day, **Figures()._asdict())
        session.add(tally)
    for name, number in figures._asdict().items():
        setattr(tally, name, getattr(tally, name) + number)


def _of_tally(tally: SpamTally) -> Figures:
    return Figures(*(getattr(tally, name) for name in Figures._fields))


def _of_what_is_here(since: datetime) -> Figures:
    """Those of what came in since then: the same as ``_of_one`` adds up."""
    called_spam = (
        select(CommentEvent.comment_id)
        .where(
            CommentEvent.kind == EventKind.AKISMET,
            CommentEvent.at >= since,
            CommentEvent.status == Status.SPAM,
        )
        .distinct()
        .subquery()
    )
    first = CommentEvent
    is_spam = or_(first.status == Status.SPAM, called_spam.c.comment_id.is_not(None))
    is_published = and_(
        ~is_spam,
        first.status == Status.APPROVED,
        ~_holds(f'"rule": "{Rule.TRUSTED}"'),
    )
    counted = (
        select(
            _number(is_spam),
            _number(and_(is_spam, Comment.status.in_(_READ_OR_WAITING))),
            _number(is_published),
            _number(and_(is_published, Comment.status == Status.SPAM)),
            _number(_holds('"verdict": "')),
            _number(_holds('"verdict": "unsure"')),
        )
        .select_from(first)
        .join(Comment, Comment.id == first.comment_id)
        .outerjoin(called_spam, called_spam.c.comment_id == first.comment_id)
        .where(first.kind == EventKind.RECEIVED, first.at >= since)
    )
    return Figures(*session.execute(counted).one())


def knowledge() -> Knowledge:
    """What the filter has learned from what people decided here."""
    total = session.get(SpamToken, TOTAL)
    spam, ham = (total.spam, total.ham) if total else (0, 0)
    if min(spam, ham) < _ENOUGH:
        return Knowledge(spam, ham, [], [])
    return Knowledge(
        spam,
        ham,
        _words(SpamToken.spam, spam, SpamToken.ham, ham),
        _words(SpamToken.ham, ham, SpamToken.spam, spam),
    )


def _words(
    here: InstrumentedAttribute[int],
    all_here: int,
    there: InstrumentedAttribute[int],
    all_there: int,
) -> Sequence[str]:
    """The words that tell comments of one label from those of the other: those in the
    greatest share of the former, less that of the latter.
    """
    begin = f"{Kind.WORD}:"
    share, other = here / float(all_here), there / float(all_there)
    tokens = session.scalars(
        select(SpamToken.token)
        .where(SpamToken.token.between(begin, f"{begin}\U0010ffff"))
        .where(func.length(SpamToken.token) > len(begin) + 1)
        .where(here >= _LEAST, share >= _TIMES * other)
        .order_by((share - other).desc(), SpamToken.token)
        .limit(WORDS_SHOWN)
    )
    return [token.removeprefix(begin) for token in tokens]


def _holds(text: str) -> ColumnElement[bool]:
    return CommentEvent.details.contains(text, autoescape=True)


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
