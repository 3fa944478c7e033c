"""What somebody may do with comments of their own, without an account.

Two signed words say that a comment is one's own: the one that comes back with a new
comment, and the one in a link that was mailed to the address it was written under.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ... import signing
from ...database import session
from ...i18n import gettext as _
from ...posts.models import Post
from ...posts.queries import LIGHT
from ...site.models import Site
from ...text.folding import fold
from .. import counts, decisions, events, learning, moderation
from ..akismet import answers as akismet_answers
from ..akismet import second_opinion
from ..decisions import Decision, History
from ..drafts import Content, Origin
from ..mail import notices
from ..models import Comment, CommentEvent, EventKind, Kind, Label, Status
from . import personal
from .personal import Writer

# As long as WordPress shows a waiting comment to the one who wrote it.
HELD_SECONDS = 600
# As long as its links to one's personal data are good.
LETTER_HOURS = 24
_MINE = "own comment"
_LETTER = "own comments by mail"
# In the history of a comment that was taken back, so that this can be undone.
_BY_WRITER = {"by": "writer"}
# A change may only move a comment down this list: nobody finds out by trying what the
# rules let through, and what a person decided stays decided.
_SEVERITY = (Status.APPROVED, Status.PENDING, Status.SPAM, Status.TRASH)


class Mine(NamedTuple):
    """A comment of one's own. ``token`` says so; ``until`` is when it can no longer be
    changed with it, ``None`` if it cannot be.
    """

    comment: Comment
    token: str
    until: datetime | None


# Just sent


def token(comment: Comment, now: datetime, *, may_change: bool) -> str:
    """A word for the address at which its writer sees a new comment, waiting or not,
    for ten minutes; and with which they may change it, for as long as the owner lets.
    """
    return signing.sign(_MINE, [comment.id, int(now.timestamp()), may_change])


def shown(token: str | None, post: Post, site: Site, now: datetime) -> Mine | None:
    """The comment below ``post`` that ``token`` shows to its writer.

    Why it waits is not told: spam looks like any other. ``None`` for a token of another
    page, one that is too old, and for what was taken back or deleted.
    """
    match signing.read(_MINE, token):
        case [int(comment_id), int(signed_at), bool(may_change)]:
            age_seconds = now.timestamp() - signed_at
        case _:
            return None
    if token is None or not -HELD_SECONDS <= age_seconds <= HELD_SECONDS:
        return None
    comment = session.get(Comment, comment_id)
    if comment is None or comment.post_id != post.id or is_taken_back(comment):
        return None
    until = changeable_until(comment, site)
    return Mine(comment, token, until if may_change and now < until else None)


def changeable(comment_id: int, token: str | None) -> Comment | None:
    """The comment that ``token`` is for, if it may be changed with it; the time is not
    asked. ``None`` for any other token, and for a comment that was deleted.
    """
    match signing.read(_MINE, token):
        case [int(id), int(), True] if id == comment_id:
            return session.get(Comment, comment_id)
    return None


def changeable_until(comment: Comment, site: Site) -> datetime:
    """When the time to change a new comment is over."""
    return comment.created_at + timedelta(minutes=site.comment_edit_minutes)


# By mail


def address_token(email: str, now: datetime) -> str:
    """A word for the address at which whoever reads the mail of ``email`` finds their
    comments for a day.
    """
    return signing.sign(_LETTER, [email.lower(), int(now.timestamp())])


def address_of(token: str, now: datetime) -> str | None:
    """The email address that such a word was mailed to; ``None`` if it is too old, or
    none of ours.
    """
    match signing.read(_LETTER, token):
        case [str(email), int(signed_at)]:
            age_seconds = now.timestamp() - signed_at
            return email if abs(age_seconds) <= LETTER_HOURS * 3600 else None
    return None


def newest(writer: Writer, *, before_id: int | None, limit: int) -> Sequence[Comment]:
    """The comments of a writer, with their posts, the newest first: ``limit`` of them,
    those with an id below ``before_id`` unless it is ``None``.
    """
    mine = select(Comment).where(personal.is_by(writer), Comment.kind == Kind.COMMENT)
    if before_id is not None:
        mine = mine.where(Comment.id < before_id)
    return session.scalars(
        mine.options(joinedload(Comment.post).options(*LIGHT))
        .order_by(Comment.id.desc())
        .limit(limit)
    ).all()


# Changing


def judged(comment: Comment, content: Content, origin: Origin, site: Site) -> Decision:
    """Where a changed comment would go, were it new. That this very comment was
    approved says nothing of its new words.
    """
    known = decisions.history(content, comment.user)
    if known.was_approved and not _was_approved_elsewhere(comment, content):
        known = History(was_approved=False, imitates=known.imitates)
    opinion = learning.opinion(content, origin, site)
    return decisions.decide(
        content, origin, comment.post, site, comment.user, known, opinion
    )


def change(
    comment: Comment,
    content: Content,
    origin: Origin,
    decision: Decision,
    now: datetime,
) -> None:
    """Replace the words of a comment as its writer wants it, and move it as decided,
    but never up. That the old words were good says nothing of the new ones; that they
    were spam is kept, but nobody teaches the filter that other words are.
    """
    if comment.learned == Label.HAM:
        learning.put_back(comment, None)
    comment.learned = None
    moderation.edit(comment, content, None, now)
    waiting = akismet_answers.case(comment.id)
    standing = waiting[1].status_then if waiting else comment.status
    if _SEVERITY.index(decision.status) <= _SEVERITY.index(standing):
        reason = waiting[1].reason_then if waiting else comment.reason
        decision = decision._replace(status=standing, reason=reason)
    if standing in (Status.APPROVED, Status.PENDING) and second_opinion.ask_again(
        comment, content, origin, decision, comment.user, now
    ):
        return
    if decision.status != comment.status:
        _move(comment, decision, now)


def _move(comment: Comment, decision: Decision, now: datetime) -> None:
    before = comment.status
    match decision.status:
        case Status.APPROVED:
            comment.approve(decision.reason)
            notices.published(comment, now)
        case Status.PENDING:
            comment.hold(decision.reason)
            notices.held(comment, now)
        case Status.SPAM:
            comment.mark_spam(decision.reason)
        case Status.TRASH:
            comment.trash(decision.reason)
    comment.score = decision.details.get("score", comment.score)
    details = {"rule": str(decision.rule), **decision.details}
    _note(comment, before, decision.reason, details, now)


def take_back(comment: Comment, now: datetime) -> None:
    """Put a comment into the trash for its writer, who may think again. It makes no
    difference to them whether it lies there already.
    """
    if is_taken_back(comment):
        return
    before = comment.status
    comment.trash(_("Taken back by who wrote it."))
    comment.version += 1
    _note(comment, before, _("Taken back by who wrote it."), _BY_WRITER, now)


def put_back(comment: Comment, now: datetime) -> None:
    """Undo ``take_back``: the comment stands as it did before. Nothing happens to one
    that somebody else has put into the trash.
    """
    taken_back = _taken_back(comment)
    if taken_back is None:
        return
    sentence = _("Put back by who wrote it.")
    if taken_back.before != Status.TRASH:
        comment.restore(sentence)
    comment.version += 1
    _note(comment, Status.TRASH, sentence, {}, now)


def is_taken_back(comment: Comment) -> bool:
    """Whether a comment lies in the trash because its writer put it there."""
    return _taken_back(comment) is not None


def _taken_back(comment: Comment) -> CommentEvent | None:
    if comment.status != Status.TRASH:
        return None
    moved = session.scalar(
        select(CommentEvent)
        .where(CommentEvent.comment_id == comment.id, CommentEvent.status.is_not(None))
        .order_by(CommentEvent.id.desc())
        .limit(1)
    )
    if moved is None or json.loads(moved.details) != _BY_WRITER:
        return None
    return moved


def _note(
    comment: Comment,
    before: Status,
    sentence: str,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    events.record(
        comment, EventKind.DECIDED, sentence, now, before=before, details=details
    )
    counts.recount([comment])


def _was_approved_elsewhere(comment: Comment, content: Content) -> bool:
    """Whether another comment of the same person is approved."""
    others = select(Comment.author).where(
        Comment.id != comment.id, Comment.status == Status.APPROVED
    )
    if comment.user_id is not None:
        mine = others.where(Comment.user_id == comment.user_id)
        return session.scalar(mine.limit(1)) is not None
    names = session.scalars(others.where(Comment.email == content.email).distinct())
    return fold(content.author) in map(fold, names)
