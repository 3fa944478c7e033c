"""The moderator's desk: questions about comments in every state, for those who may see
them. What readers are shown is asked in ``queries``.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import contains_eager, defer, joinedload

from ..accounts.models import User
from ..accounts.permissions import Action, Reach, reach
from ..database import session
from ..paging import Page, last_page
from ..posts.models import Post
from ..posts.models import Status as PostStatus
from ..posts.queries import LIGHT
from .models import Comment, Status

PAGE_SIZE = 20


class Shelf(StrEnum):
    """A state as the moderator thinks of it; ``ALL`` is what nobody threw out."""

    PENDING = "pending"
    APPROVED = "approved"
    SPAM = "spam"
    TRASH = "trash"
    ALL = "all"

    @property
    def statuses(self) -> tuple[Status, ...]:
        """What stands on it."""
        if self == Shelf.ALL:
            return (Status.PENDING, Status.APPROVED)
        return (Status(self),)


def counts(user: User | None) -> Mapping[Shelf, int]:
    """How many comments stand on each shelf, of those a person may moderate."""
    columns = (Comment.status, func.count(Comment.id))
    counted = _within_reach(user).with_only_columns(*columns).group_by(Comment.status)
    found = dict(session.execute(counted).all())
    return {
        shelf: sum(found.get(status, 0) for status in shelf.statuses) for shelf in Shelf
    }


def waiting(user: User | None) -> int:
    """How many comments wait for a person's decision."""
    return counts(user)[Shelf.PENDING]


def page(
    user: User | None, shelf: Shelf, number: int, *, total: int
) -> Page[Comment] | None:
    """Page ``number`` of a shelf that holds ``total``, newest first; ``None`` past the
    last page.
    """
    pages = last_page(total, PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    comments = (
        _within_reach(user)
        .where(Comment.status.in_(shelf.statuses))
        .options(
            contains_eager(Comment.post).options(*LIGHT),
            joinedload(Comment.parent).load_only(Comment.author),
            defer(Comment.source),
            defer(Comment.user_agent),
        )
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return Page(session.scalars(comments).all(), number, pages, total)


def found(user: User | None, ids: Collection[int]) -> Sequence[Comment]:
    """Those of the comments that a person may moderate, with their posts."""
    comments = _within_reach(user).where(Comment.id.in_(ids))
    return session.scalars(
        comments.options(contains_eager(Comment.post).options(*LIGHT))
    ).all()


def _within_reach(user: User | None) -> Select[Comment]:
    """What a person may moderate. A post in the trash has taken its comments along."""
    comments = select(Comment).join(Comment.post).where(Post.status != PostStatus.TRASH)
    match reach(user, Action.MODERATE):
        case Reach.ANY:
            return comments
        case Reach.OWN if user is not None:
            return comments.where(Post.author_id == user.id)
        case _:
            return comments.where(false())
