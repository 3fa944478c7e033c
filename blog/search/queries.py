"""What a search shows to everybody, the best first."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Float, Select, exists, func, literal_column, select, union_all
from sqlalchemy.orm import defer, joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement

from ..database import session
from ..paging import Page, last_page
from ..posts.models import Post
from . import index, words

PAGE_SIZE = 10
# Of so many the order by rank means little; of a word that is everywhere, the newest
# are looked at, and besides those that have it in their title.
MOST = 500
MOST_TITLES = 100
TITLE_WEIGHT, BODY_WEIGHT = 10, 1


def results(typed: str, now: datetime, number: int) -> Page[Post] | None:
    """Page ``number`` of the posts and pages that anybody may read and in which
    everything typed occurs: the best first, of equals the newest. ``None`` past the
    last page.

    A ``total`` above ``MOST`` says only that there are more.
    """
    ids = _best(words.question(typed), now)
    pages = last_page(len(ids), PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    shown = ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page(_in_order(shown), number, pages, len(ids))


def _best(question: str | None, now: datetime) -> Sequence[int]:
    if question is None:
        return []
    found = union_all(
        _newest(question, now, MOST + 1),
        _newest(f"{{title}} : ({question})", now, MOST_TITLES),
    ).subquery()
    rank = func.min(found.c.rank)  # FTS5 calls the better the smaller
    return session.scalars(
        select(Post.id)
        .join(found, found.c.id == Post.id)
        .group_by(Post.id)
        .order_by(rank, Post.published_at.desc(), Post.id.desc())
    ).all()


def _newest(question: str, now: datetime, number: int) -> Select[int, float]:
    """Of what answers the question and anybody may read, the newest, with its rank."""
    table = index.POSTS.table
    name: ColumnElement[str] = literal_column(table.name)
    rank = func.bm25(name, TITLE_WEIGHT, BODY_WEIGHT, type_=Float).label("rank")
    is_readable = exists().where(Post.id == table.c.rowid, Post.in_the_open(now))
    rows = (
        select(table.c.rowid.label("id"), rank)
        .where(index.POSTS.matches(question), is_readable)
        .order_by(table.c.rowid.desc())  # as the index lies, so it need not read on
        .limit(number)
    )
    return select(*rows.subquery().c)


def _in_order(ids: Sequence[int]) -> list[Post]:
    """The posts of these ids, with all that a result shows."""
    posts = session.scalars(
        select(Post)
        .where(Post.id.in_(ids))
        .options(
            defer(Post.source),
            defer(Post.lede),
            joinedload(Post.author),
            selectinload(Post.category_links),
            selectinload(Post.bylines),
        )
    )
    return sorted(posts, key=lambda post: ids.index(post.id))
