"""The full-text index: a row for every post, page and comment, in whatever state.

It follows every write of the session by itself, in the same transaction; importing this
module is enough. What was written around the session, or before there was an index, is
put in with ``missing`` and ``add``. Who may see what was found is the caller's to say.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    Integer,
    Select,
    TableClause,
    Text,
    bindparam,
    column,
    delete,
    event,
    exists,
    insert,
    inspect,
    select,
    table,
)
from sqlalchemy.orm import InstanceState, InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from ..comments.models import Comment
from ..database import session
from ..posts.models import Post
from ..text import excerpts
from . import words

T = TypeVar("T")

# A long novel has twice as many; who looks for a word of it has found it by then.
MAX_CHARACTERS = 500_000
BATCH = 100


class Document(NamedTuple):
    """A row of the index that is to be written; ``version`` is that of its source."""

    id: int
    version: int
    row: Mapping[str, str]


class Index(NamedTuple):
    """One of the two indexes: where it lies, and of what it is made."""

    table: TableClause
    sizes: TableClause
    model: type[Post] | type[Comment]
    sources: tuple[InstrumentedAttribute[Any], ...]
    document: Callable[..., Mapping[str, str]]

    def matches(self, question: str) -> ColumnElement[bool]:
        """Whether a row of the index answers what FTS5 is asked."""
        whole: ColumnElement[bool] = self.table.c[self.table.name].op("MATCH")(question)
        return whole


def _full_text(name: str, *columns: str) -> TableClause:
    return table(
        name,
        column("rowid", Integer),
        column(name, Text),  # what FTS5 calls the whole row
        *(column(each, Text) for each in columns),
    )


def _of_post(title: str, html: str, excerpt: str) -> dict[str, str]:
    text = f"{excerpts.plain(html)[:MAX_CHARACTERS]}\n{excerpt}"
    return {"title": words.indexed(title), "body": words.indexed(text)}


# Remembered, as whoever takes a comment in asks before the write begins.
@lru_cache(maxsize=16)
def _of_comment(
    author: str, url: str, html: str, email: str, ip: str
) -> Mapping[str, str]:
    text = f"{author}\n{url}\n{excerpts.plain(html)[:MAX_CHARACTERS]}"
    hidden = words.indexed(f"{email}\n{ip}", is_confidential=True)
    return {"body": f"{words.indexed(text)} {hidden}"}


POSTS = Index(
    _full_text("post_words", "title", "body"),
    table("post_words_docsize", column("id", Integer)),
    Post,
    (Post.title, Post.html, Post.excerpt),
    _of_post,
)
COMMENTS = Index(
    _full_text("comment_words", "body"),
    table("comment_words_docsize", column("id", Integer)),
    Comment,
    (Comment.author, Comment.url, Comment.html, Comment.email, Comment.ip),
    _of_comment,
)
INDEXES = (POSTS, COMMENTS)


def posts_matching(query: str) -> Select[int] | None:
    """The ids of the posts and pages in which everything occurs that was typed, in
    whatever state and no order; ``None`` if there is no word in it.
    """
    return _matching(POSTS, words.question(query))


def comments_matching(query: str, *, addresses_too: bool = False) -> Select[int] | None:
    """The ids of the comments in which, or in whose author's name and site, everything
    occurs that was typed, in whatever state and no order; ``None`` without a word.

    With ``addresses_too`` in the email and IP address as well: for those alone who may
    see them, as who finds by an address knows it.
    """
    return _matching(COMMENTS, words.question(query, confidential_too=addresses_too))


def _matching(index: Index, question: str | None) -> Select[int] | None:
    if question is None:
        return None
    return select(index.table.c.rowid).where(index.matches(question))


# What the index lacks


def missing(index: Index, after: int = 0) -> list[Document]:
    """The first rows with an id beyond ``after`` that should be there and are not, at
    most ``BATCH``. Slow, as it reads their texts, so ask outside of a write.
    """
    is_there = exists().where(index.sizes.c.id == index.model.id)
    lacking = (
        select(index.model.id)
        .where(index.model.id > after, ~is_there)
        .order_by(index.model.id)
    )
    return _documents(session(), index, session.scalars(lacking.limit(BATCH)).all())


def add(index: Index, documents: Sequence[Document]) -> int:
    """Put in what was ``missing``, unless somebody has changed it since; how many."""
    ids = [each.id for each in documents]
    versions = select(index.model.id, index.model.version)
    rows = session.execute(versions.where(index.model.id.in_(ids)))
    known = {row.id: row.version for row in rows}
    current = [each for each in documents if known.get(each.id) == each.version]
    _put(session(), index, current)
    return len(current)


def renew(index: Index, ids: Sequence[int]) -> None:
    """Write the rows of what was changed around the session anew, inside of a write."""
    for some in _batches(ids):
        _put(session(), index, _documents(session(), index, some))


def _documents(reader: Session, index: Index, ids: Sequence[int]) -> list[Document]:
    rows = reader.execute(
        select(index.model.id, index.model.version, *index.sources)
        .where(index.model.id.in_(ids))
        .order_by(index.model.id)
    )
    return [
        Document(id_, version, index.document(*sources))
        for id_, version, *sources in rows
    ]


def _put(writer: Session, index: Index, documents: Sequence[Document]) -> None:
    """Write rows, in the place of those that are there."""
    if documents:
        writer.execute(
            insert(index.table).prefix_with("OR REPLACE"),
            [{"rowid": each.id, **each.row} for each in documents],
        )


def _forget(writer: Session, index: Index, ids: Sequence[int]) -> None:
    if ids:
        writer.execute(
            delete(index.table).where(index.table.c.rowid == bindparam("gone")),
            [{"gone": each} for each in ids],
        )


# Following the session


@event.listens_for(session, "before_flush")
def _take_comments_along(changed: Session, *_: object) -> None:
    """A post's comments are deleted by the database, and the session knows nothing."""
    gone = [each.id for each in changed.deleted if isinstance(each, Post)]
    if gone:
        below = select(Comment.id).where(Comment.post_id.in_(gone))
        _forget(changed, COMMENTS, changed.connection().scalars(below).all())


@event.listens_for(session, "after_flush")
def _follow(changed: Session, *_: object) -> None:
    for index in INDEXES:
        keys = [source.key for source in index.sources]
        new = [each for each in changed.new if isinstance(each, index.model)]
        for some in _batches(new):  # they are at hand, so nothing is read again
            _put(changed, index, [_document(index, each, keys) for each in some])
        written = [
            each.id
            for each in changed.dirty
            if isinstance(each, index.model) and _is_changed(each, keys)
        ]
        gone = [each.id for each in changed.deleted if isinstance(each, index.model)]
        _forget(changed, index, gone)
        for ids in _batches(written):
            _put(changed, index, _documents(changed, index, ids))


def _document(index: Index, row: Post | Comment, keys: Iterable[str]) -> Document:
    sources = (getattr(row, key) for key in keys)
    return Document(row.id, row.version, index.document(*sources))


def _is_changed(row: Post | Comment, keys: Iterable[str]) -> bool:
    state: InstanceState[Any] = inspect(row)
    return any(state.attrs[key].history.has_changes() for key in keys)


def _batches(rows: Sequence[T]) -> Iterable[Sequence[T]]:
    return (rows[first : first + BATCH] for first in range(0, len(rows), BATCH))
