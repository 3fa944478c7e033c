"""How many comments are read, at the post and at the beginning of each thread, and with
which comment a thread begins.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from sqlalchemy import case, func, literal_column, select, text, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from ..database import session
from ..posts import queries as posts
from ..posts.models import Post
from . import threads
from .models import BEGINS_A_THREAD, Comment, Kind, Status


def take_in(comment: Comment) -> None:
    """Add a new comment to the session, at its place in a thread, and count it."""
    with session.no_autoflush:
        above = comment.parent_id and session.get(Comment, comment.parent_id)
    if above and above.kind == Kind.COMMENT:
        comment.root_id = above.root_id or above.id
    session.add(comment)
    session.flush()
    if not comment.is_approved:
        return
    post = session.get_one(Post, comment.post_id)
    post.comment_count += 1
    if comment.kind == Kind.COMMENT:
        beginning = session.get_one(Comment, comment.root_id or comment.id)
        beginning.thread_count += 1
        post.thread_count += beginning.thread_count == 1


def recount(comments: Iterable[Comment]) -> None:
    """Make the numbers right after the status of some comments has changed. Costs a
    count of each thread they are in, and of the post only where a mention was moved.
    """
    session.flush()
    moved = list(comments)
    talk = [comment for comment in moved if comment.kind == Kind.COMMENT]
    _recount_threads({comment.root_id or comment.id for comment in talk})
    for post_id in {each.post_id for each in moved if each.kind != Kind.COMMENT}:
        recount_post(post_id)


def rebuild(*post_ids: int) -> None:
    """Find out anew with which comment each thread below some posts begins, and count:
    for what was written in bulk.
    """
    session.flush()
    for some in _portions(post_ids):
        _regroup(Comment.post_id.in_(some))
        _recount_posts(some)


def take_out(comments: Collection[Comment]) -> None:
    """Delete comments, and put in order what is left of their threads. What answered
    them has been moved up. Costs no more than the threads whose beginnings go.
    """
    gone = {comment.id for comment in comments}
    roots = {comment.root_id or comment.id for comment in comments}
    ids = [
        id
        for some in _portions(gone)
        for id in session.scalars(select(Comment.id).where(Comment.root_id.in_(some)))
    ]
    posts = {each.post_id for each in comments if _is_counted_alone(each)}
    for comment in comments:
        session.delete(comment)
    session.flush()
    _recount_threads(roots - gone)
    for some in _portions(set(ids) - gone):
        _regroup(Comment.id.in_(some))
    for post_id in posts:
        recount_post(post_id)


def recount_post(post_id: int) -> None:
    """Make the numbers at the post those of what is shown below it, counting it all."""
    session.flush()
    _recount_posts([post_id])


def _recount_posts(ids: Collection[int]) -> None:
    number = func.count()
    below = (
        select(Comment.post_id, number)
        .where(Comment.post_id.in_(ids))
        .group_by(Comment.post_id)
    )
    read = dict(session.execute(below.where(Comment.status == Status.APPROVED)).all())
    begun = dict(session.execute(below.where(text(BEGINS_A_THREAD))).all())
    rows = select(Post).where(Post.id.in_(ids)).options(*posts.LIGHT)
    for post in session.scalars(rows):
        post.comment_count = read.get(post.id, 0)
        post.thread_count = begun.get(post.id, 0)


def _regroup(which: ColumnElement[bool]) -> None:
    """Find out anew with which comment each thread begins, of those that these comments
    make up, and count what is read in each.
    """
    rows = session.execute(
        select(
            Comment.id,
            Comment.parent_id,
            Comment.status,
            Comment.root_id,
            Comment.thread_count,
        ).where(which, Comment.kind == Kind.COMMENT)
    ).all()
    roots = threads.roots({row.id: row.parent_id for row in rows})
    read = Counter(roots[row.id] for row in rows if row.status == Status.APPROVED)
    changes = []
    for row in rows:
        root_id = roots[row.id] if roots[row.id] != row.id else None
        number = read[row.id] if root_id is None else 0
        if (row.root_id, row.thread_count) != (root_id, number):
            changes.append({"id": row.id, "root_id": root_id, "thread_count": number})
    if changes:
        session.execute(update(Comment), changes)


def _is_counted_alone(comment: Comment) -> bool:
    """Whether the post's numbers are wrong without it, and no other row tells."""
    is_mention = comment.kind != Kind.COMMENT
    return comment.thread_count > 0 or (is_mention and comment.is_approved)


def _recount_threads(root_ids: Collection[int]) -> None:
    """Count what is read in each of these threads, and add to the numbers at the posts
    what has come to be more or less.
    """
    reply = aliased(Comment)
    replies = (
        select(func.count())
        .where(reply.root_id == Comment.id, reply.status == Status.APPROVED)
        .correlate(Comment)
        .scalar_subquery()
    )
    own = case((Comment.status == Status.APPROVED, literal_column("1")), else_=0)
    for some in _portions(root_ids):
        counted = session.execute(
            select(Comment, (replies + own).label("number")).where(
                Comment.id.in_(some), Comment.kind == Kind.COMMENT
            )
        ).all()
        for root, number in counted:
            post = session.get_one(Post, root.post_id)
            post.comment_count += number - root.thread_count
            post.thread_count += (number > 0) - (root.thread_count > 0)
            root.thread_count = number


def _portions(ids: Collection[int], size: int = 10_000) -> Iterable[list[int]]:
    """The ids, no more at a time than a database takes in one question."""
    ordered = sorted(ids)
    for first in range(0, len(ordered), size):
        yield ordered[first : first + size]
