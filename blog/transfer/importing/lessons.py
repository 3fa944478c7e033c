"""What the spam filter learns from the comments that moved in: the owner of the old
site had let them through, or called them spam.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from ...comments import learning
from ...comments.models import Comment, Kind, Label, Status
from ...database import session
from ..models import ImportedItem

# The newest ones; more would teach little, and take minutes.
MOST = 10_000
_PORTION = 100

_LABELS = {Status.APPROVED: Label.HAM, Status.SPAM: Label.SPAM}


def portions(site: str) -> Iterator[Sequence[int]]:
    """The comments that came from a site and were not learned from, some at a time, the
    newest first.
    """
    ids = session.scalars(
        select(Comment.id)
        .join(ImportedItem, ImportedItem.row_id == Comment.id)
        .where(
            ImportedItem.site == site,
            ImportedItem.kind == "comment",
            Comment.kind == Kind.COMMENT,
            Comment.status.in_(_LABELS),
            Comment.learned.is_(None),
        )
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(MOST)
    ).all()
    for start in range(0, len(ids), _PORTION):
        yield ids[start : start + _PORTION]


def learn(comment_ids: Sequence[int]) -> None:
    """Let the filter learn from comments, as they stand now."""
    comments = session.scalars(select(Comment).where(Comment.id.in_(comment_ids)))
    learning.put_back_all(
        (comment, _LABELS[comment.status])
        for comment in comments.all()
        if comment.status in _LABELS
    )
