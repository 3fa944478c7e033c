"""Rows for tests. Each ``make_…`` gives a valid, saved row; a test states only what it
is about. They need an application context.
"""

import itertools
import secrets
from datetime import UTC, datetime, timedelta

from flask.sessions import session_json_serializer

from blog.accounts import logins, passwords
from blog.accounts.models import Role, User
from blog.clock import utcnow
from blog.comments.counts import rebuild
from blog.comments.models import Comment
from blog.comments.models import Status as CommentStatus
from blog.database import session, write_transaction
from blog.posts import publishing
from blog.posts.models import Category, Kind, Shape, Status, Tag
from blog.text.folding import fold
from blog.text.sanitizer import Format, comment_html

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOON = (NOW - 10 * DAY).replace(hour=12, minute=0, second=0)
PASSWORD = "a long password for tests"

_numbers = itertools.count(1)
_hashes = {}


def make_user(*, role=Role.AUTHOR, name=None, password=PASSWORD, **attributes):
    number = next(_numbers)
    if password not in _hashes:  # slow on purpose, so once a run
        _hashes[password] = passwords.hashed(password)
    user = User(
        name=name or f"user-{number}",
        display_name=attributes.pop("display_name", f"Person {number}"),
        slug=attributes.pop("slug", f"person-{number}"),
        email=attributes.pop("email", f"person{number}@example.org"),
        role=role,
        password_hash=_hashes[password],
        created_at=NOON,
        **attributes,
    )
    with write_transaction():
        session.add(user)
    return user


def make_login(user):
    """The token of a new session, as the cookie of a browser would hold it."""
    data = session_json_serializer.dumps({"csrf_token": secrets.token_hex(20)})
    with write_transaction():
        return logins.begin(user, now=utcnow(), data=data)


def make_post(
    *,
    title="A title",
    source="Some words.",
    format=Format.MARKDOWN,
    kind=Kind.POST,
    status=Status.PUBLIC,
    published_at=NOON,
    author=None,
    categories=(),
    tags=(),
    excerpt="",
    password="",
    **attributes,
):
    """A public post of yesterday's noon or before; ``published_at=None``: a draft."""
    author = author or session.scalar(database_users().limit(1)) or make_user()
    content = publishing.prepare(
        title=title, source=source, format=format, excerpt=excerpt
    )
    with write_transaction():
        shape = attributes.get("shape", Shape.ARTICLE)
        post = publishing.compose(
            author, kind, content, NOON, password=password, shape=shape
        )
        for column, value in attributes.items():
            setattr(post, column, value)
        session.flush()
        post.file_under(list(categories), list(tags))
        if published_at is not None:
            publishing.publish(post, published_at)
        if status == Status.DRAFT:
            post.withdraw()
        elif status == Status.PENDING:
            post.submit()
        elif status == Status.PRIVATE:
            publishing.keep_private(post, published_at or NOON)
        elif status == Status.TRASH:
            post.trash(NOON)
    return post


def database_users():
    return session.query(User).order_by(User.id).statement


def make_page(**attributes):
    return make_post(kind=Kind.PAGE, **({"title": "A page"} | attributes))


def make_category(name=None, *, parent=None, slug=None, **attributes):
    number = next(_numbers)
    category = Category(
        name=name or f"Category {number}",
        slug=slug or f"category-{number}",
        parent_id=parent.id if parent else None,
        **attributes,
    )
    with write_transaction():
        session.add(category)
    return category


def make_tag(name=None, *, slug=None, **attributes):
    number = next(_numbers)
    tag = Tag(name=name or f"Tag {number}", slug=slug or f"tag-{number}", **attributes)
    with write_transaction():
        session.add(tag)
    return tag


def make_comment(
    *,
    post=None,
    parent=None,
    status=CommentStatus.APPROVED,
    source="Well said.",
    author="Ada",
    email="ada@example.org",
    created_at=NOON + HOUR,
    **attributes,
):
    post = post or make_post()
    html = comment_html(source)
    comment = Comment(
        post_id=post.id,
        parent_id=parent.id if parent else None,
        status=CommentStatus(status),
        source=source,
        html=html,
        folded=fold(source),
        author=author,
        email=email,
        created_at=created_at,
        **attributes,
    )
    with write_transaction():
        session.add(comment)
        session.flush()
        rebuild(comment.post_id)
    return comment
