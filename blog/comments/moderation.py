"""What is done with comments that are here: verbs on rows, and what each brings on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import update

from ..accounts.models import User
from ..database import session
from ..i18n import gettext as _
from ..posts.models import Kind, Post
from ..site.models import Site
from ..text.sanitizer import POLICY_VERSION
from . import counts, events, learning, queries
from .akismet import second_opinion
from .drafts import Content
from .mail import notices
from .models import Comment, EventKind, Label, Status
from .spam import figures as spam_figures


class Verb(StrEnum):
    """What a moderator does with a comment. All of it can be undone."""

    APPROVE = "approve"
    HOLD = "hold"
    SPAM = "spam"
    TRASH = "trash"
    RESTORE = "restore"


class Past(NamedTuple):
    """How a comment stood before a moderator did something, and how it stood then."""

    comment_id: int
    after: Status
    status: Status
    previous_status: Status | None
    reason: str
    learned: Label | None


def is_open(post: Post, site: Site, now: datetime) -> bool:
    """Whether a post takes comments now. Its age is judged when asked, by no job; pages
    and what has no date do not age.
    """
    if not post.comments_open:
        return False
    days = site.close_comments_days_old
    if days <= 0 or post.kind != Kind.POST or post.published_at is None:
        return True
    return now - post.published_at <= timedelta(days=days)


def carry_out(verb: Verb, comment: Comment, who: User, now: datetime) -> None:
    """Do with a comment what a moderator pressed: note who it was, let the filter learn
    from it, and tell those whom it concerns.
    """
    carry_out_all(verb, [comment], who, now)


def carry_out_all(
    verb: Verb, comments: Iterable[Comment], who: User, now: datetime
) -> Sequence[Past]:
    """The same with many comments at once; how each of them stood, also of those that
    were there already.
    """
    pasts = [(comment, _past(comment)) for comment in comments]
    moved = []
    for comment, past in pasts:
        _move(comment, verb, who.display_name)
        if comment.status != past.status:
            moved.append((comment, past))
    learning.follow_all((comment, past.status) for comment, past in moved)
    for comment, past in moved:
        _note(comment, past, comment.reason, who, now)
        second_opinion.decided(comment, past.status, who, now)
        if comment.is_approved:
            notices.approved(comment, who, now)
    return [past._replace(after=comment.status) for comment, past in pasts]


def edit(comment: Comment, content: Content, who: User | None, now: datetime) -> None:
    """Replace the words of a comment, and who says them; ``None`` is its writer."""
    with learning.changing(comment):
        comment.author, comment.email, comment.url = (
            content.author,
            content.email,
            content.url,
        )
        comment.source, comment.html = content.source, content.html
        comment.folded, comment.policy_version = content.digest, POLICY_VERSION
    comment.edited_at = now
    comment.version += 1
    sentence = (
        _("Edited by %(name)s.", name=who.display_name)
        if who
        else _("Edited by who wrote it.")
    )
    events.record(comment, EventKind.EDITED, sentence, now, user=who)


def undo(comment: Comment, past: Past, who: User, now: datetime) -> bool:
    """Put a comment back as it was, and what was learned from it; ``False`` if somebody
    else moved it since.
    """
    return bool(undo_all([(comment, past)], who, now))


def undo_all(
    known: Iterable[tuple[Comment, Past]], who: User, now: datetime
) -> Sequence[Comment]:
    """The same with many comments at once; those that nobody else moved since."""
    undone = [
        (comment, past, _past(comment))
        for comment, past in known
        if comment.status == past.after
    ]
    for comment, past, _before in undone:
        comment.status, comment.reason = past.status, past.reason
        comment.previous_status = past.previous_status
    learning.put_back_all((comment, past.learned) for comment, past, _before in undone)
    sentence = _("%(name)s took the last step back.", name=who.display_name)
    for comment, _then, before in undone:
        if comment.status != before.status:
            _note(comment, before, sentence, who, now)
            second_opinion.undone(comment)
    return [comment for comment, _then, _before in undone]


def delete(comments: Iterable[Comment]) -> int:
    """Delete comments for good; how many they were. What answered one moves up to the
    next that is left above it.
    """
    gone = {comment.id: comment for comment in comments}
    answered = queries.answered(gone)
    above = {id: _left_above(gone[id], gone) for id in answered}
    for id, parent_id in above.items():  # before: of a loop none could be deleted first
        replies = update(Comment).where(Comment.parent_id == id)
        session.execute(replies.values(parent_id=parent_id))
    spam_figures.keep(gone)
    counts.take_out(gone.values())
    return len(gone)


def _past(comment: Comment) -> Past:
    """How a comment stands."""
    return Past(
        comment.id,
        comment.status,
        comment.status,
        comment.previous_status,
        comment.reason,
        comment.learned,
    )


def _move(comment: Comment, verb: Verb, name: str) -> None:
    match verb:
        case Verb.APPROVE:
            comment.approve(_("Approved by %(name)s.", name=name))
        case Verb.HOLD:
            comment.hold(_("Put back into the queue by %(name)s.", name=name))
        case Verb.SPAM:
            comment.mark_spam(_("Called spam by %(name)s.", name=name))
        case Verb.TRASH:
            comment.trash(_("Trashed by %(name)s.", name=name))
        case Verb.RESTORE:
            comment.restore(_("Taken back by %(name)s.", name=name))


def _note(
    comment: Comment, before: Past, sentence: str, who: User, now: datetime
) -> None:
    """Write down a move, and what the filter learned from it, if it did."""
    is_news = comment.learned != before.learned
    details = {"learned": comment.learned} if is_news else {}
    events.record(
        comment,
        EventKind.DECIDED,
        sentence,
        now,
        user=who,
        before=before.status,
        details=details,
    )


def _left_above(comment: Comment, gone: Mapping[int, Comment]) -> int | None:
    above = comment.parent_id
    for _step in gone:  # a damaged import may hold a loop, but none that is longer
        if above is None or above not in gone:
            return above
        above = gone[above].parent_id
    return None if above in gone else above
