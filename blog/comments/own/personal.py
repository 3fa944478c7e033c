"""What one person has written here: to look at, to hand out, to erase.

Nobody is known for certain. What goes by the same email address or the same account is
taken for one person's; without either, what goes by the same name and came from the
same network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy import delete as delete_rows
from sqlalchemy.orm import joinedload

from ...accounts.models import User
from ...database import session
from ...i18n import gettext as _
from ...posts.queries import LIGHT
from ...security import absolute_url
from .. import decisions, events, learning, moderation
from ..drafts import Content
from ..models import (
    Comment,
    CommentEvent,
    CommentSubmission,
    EventKind,
    Status,
    Subscription,
)

# Of one write, so that who comments meanwhile waits for no longer than that.
PORTION = 100
# Of somebody without an address or account, as their ids stand in the question.
MAX_NAMELESS = 1_000


@dataclass(frozen=True)
class Writer:
    """Whose comments are meant: those with the address, of the account, or of the ids.
    With nothing, nobody's.
    """

    email: str = ""
    user_id: int | None = None
    comment_ids: tuple[int, ...] = ()


class Summary(NamedTuple):
    """What there is of somebody: how many in each status, when the first and the last
    was written (``None`` without any), and how many wishes to be told by mail.
    """

    numbers: Mapping[Status, int]
    first: datetime | None
    last: datetime | None
    subscriptions: int

    @property
    def total(self) -> int:
        """How many comments they are."""
        return sum(self.numbers.values())


# Who it is


def with_address(email: str) -> Writer:
    """Who goes by an email address, typed in whatever case; and their account, if one
    has it.
    """
    email = email.strip().lower()
    account = select(User.id).where(func.lower(User.email) == email).limit(1)
    return Writer(email, session.scalar(account) if email else None)


def writer_of(comment: Comment) -> Writer:
    """Who wrote a comment."""
    if comment.email or comment.user_id is not None:
        return Writer(comment.email, comment.user_id)
    network = decisions.network(comment.ip)
    if not network or comment.author in ("", _("Anonymous")):
        return Writer(comment_ids=(comment.id,))
    namesakes = session.execute(
        select(Comment.id, Comment.ip)
        .where(
            Comment.email == "",
            Comment.user_id.is_(None),
            Comment.author == comment.author,
            Comment.ip != "",
        )
        .order_by(Comment.id.desc())
        .limit(MAX_NAMELESS)
    )
    ids = {id for id, ip in namesakes if decisions.network(ip) == network}
    return Writer(comment_ids=tuple(sorted(ids | {comment.id})))


def is_by(writer: Writer) -> ColumnElement[bool]:
    """Whether a comment is the writer's."""
    ways: list[ColumnElement[bool]] = [Comment.id.in_(writer.comment_ids)]
    if writer.email:
        ways.append(Comment.email == writer.email)
    if writer.user_id is not None:
        ways.append(Comment.user_id == writer.user_id)
    return or_(*ways)


# What there is


def of_address(email: str) -> Sequence[Comment]:
    """All comments of who goes by an email address, with their posts, the first first;
    in whatever state, and below whatever post.
    """
    return some(with_address(email))


def some(
    writer: Writer, *, after_id: int = 0, limit: int | None = None
) -> Sequence[Comment]:
    """The comments of a writer with an id beyond ``after_id``, with their posts, the
    first first; at most ``limit`` of them, or all.
    """
    return session.scalars(
        select(Comment)
        .where(is_by(writer), Comment.id > after_id)
        .options(joinedload(Comment.post).options(*LIGHT))
        .order_by(Comment.id)
        .limit(limit)
    ).all()


def newest(writer: Writer, limit: int) -> Sequence[Comment]:
    """The newest ``limit`` comments of a writer, with their posts, the newest first."""
    return session.scalars(
        select(Comment)
        .where(is_by(writer))
        .options(joinedload(Comment.post).options(*LIGHT))
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(limit)
    ).all()


def newest_id(writer: Writer) -> int:
    """The highest id of a writer's comments; 0 without any."""
    return session.scalar(select(func.max(Comment.id)).where(is_by(writer))) or 0


def summary(writer: Writer) -> Summary:
    """What there is of somebody, in numbers."""
    rows = session.execute(
        select(
            Comment.status,
            func.count(),
            func.min(Comment.created_at),
            func.max(Comment.created_at),
        )
        .where(is_by(writer))
        .group_by(Comment.status)
    ).all()
    wishes = select(func.count()).where(Subscription.email == writer.email)
    return Summary(
        {status: number for status, number, _first, _last in rows},
        min((first for *_rest, first, _last in rows), default=None),
        max((last for *_rest, last in rows), default=None),
        (session.scalar(wishes) or 0) if writer.email else 0,
    )


def export(
    comments: Sequence[Comment], *, public_at: datetime | None = None
) -> list[dict[str, Any]]:
    """What is kept about who wrote these, fit for JSON, under WordPress's names. With
    ``public_at`` the titles of posts that not everybody may know of then are left out.
    """
    return [
        {
            "comment_ID": comment.id,
            "comment_author": comment.author,
            "comment_author_email": comment.email,
            "comment_author_url": comment.url,
            "comment_author_IP": comment.ip,
            "comment_agent": comment.user_agent,
            "comment_date_gmt": comment.created_at.astimezone(UTC).isoformat(),
            "comment_content": comment.source,
            "comment_approved": str(comment.status),
            "comment_post_title": (
                comment.post.title
                if public_at is None or comment.post.is_public(public_at)
                else ""
            ),
            "link": absolute_url(f"/c/{comment.id}"),
        }
        for comment in comments
    ]


# Erasing


def anonymise(
    comments: Sequence[Comment], now: datetime, who: User | None = None
) -> int:
    """Take from comments everything that names their writer, and leave the words; how
    many they were. At most ``PORTION`` in one write. ``who`` did it; ``None`` is the
    writer.
    """
    ids = [comment.id for comment in comments]
    sentence = (
        _("Made anonymous by %(name)s.", name=who.display_name)
        if who
        else _("Made anonymous by who wrote it.")
    )
    with learning.changing(*comments):
        for comment in comments:
            _forget_writer(comment)
    _forget_history(ids)
    for comment in comments:
        events.record(comment, EventKind.EDITED, sentence, now, user=who)
    return len(ids)


def delete(comments: Sequence[Comment]) -> int:
    """Delete comments for good; how many they were. At most ``PORTION`` in one write.
    What answered one moves up. The filter keeps what it learned from their words, and
    forgets the name and the site.
    """
    with learning.changing(*comments):
        for comment in comments:
            comment.author = comment.url = ""
    return moderation.delete(comments)


def forget_wishes(writer: Writer) -> None:
    """Delete what somebody wanted to be told of by mail."""
    if writer.email:
        session.execute(
            delete_rows(Subscription).where(Subscription.email == writer.email)
        )


def masked(ip: str) -> str:
    """An address without what names one machine in its network: the last number of one
    in IPv4, the second half of one in IPv6. "" for what is none.
    """
    try:
        address = ip_address(decisions.network(ip).partition("/")[0])
    except ValueError:
        return ""
    length = 24 if address.version == 4 else 64
    return str(ip_network(f"{address}/{length}", strict=False).network_address)


def _forget_writer(comment: Comment) -> None:
    comment.author = _("Anonymous")
    comment.email = comment.url = comment.user_agent = ""
    comment.user_id = None
    comment.ip = masked(comment.ip)
    comment.folded = Content(
        comment.author, "", "", comment.source, comment.html
    ).digest
    comment.version += 1


def _forget_history(ids: Sequence[int]) -> None:
    """Forget what rules and Akismet noted, as far as it may name a person."""
    session.execute(
        delete_rows(CommentSubmission).where(CommentSubmission.comment_id.in_(ids))
    )
    noted = select(CommentEvent).where(
        CommentEvent.comment_id.in_(ids), CommentEvent.details != "{}"
    )
    for event in session.scalars(noted):
        events.forget_person(event)
