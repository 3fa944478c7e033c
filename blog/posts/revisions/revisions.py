"""Keeping what a post said at each save, and giving it back. Nothing here commits."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete

from ...accounts.models import User
from ...database import session
from ...text import differences, normalize
from ...text.sanitizer import Format
from .. import publishing
from ..models import FINISHED, Post, Shape
from ..publishing import Content
from . import pruning, queries
from .models import Revision, RevisionKind

NAME_LIMIT = 80

Words = Post | Revision | Content


def record(post: Post, author: User | None, now: datetime) -> None:
    """Keep the words that a save has just given to a post, and let go of the oldest if
    the site keeps fewer.
    """
    _keep(post, author, now, queries.newest(post))
    pruning.prune(post.id)


def revise(post: Post, content: Content, author: User, now: datetime) -> bool:
    """Give a post other words, and keep them; ``False`` if they are the same.

    What it said before is kept, too, if no save of it was: it is older than revisions
    are, or was imported.
    """
    is_other = not same_words(post, content)
    last = queries.newest(post) if is_other else None
    if is_other and (last is None or not same_words(last, post)):
        last = _keep(post, None, post.edited_at, last)
    publishing.revise(post, content, now)  # renders anew, should only the rules differ
    if is_other:
        _keep(post, author, now, last)
        pruning.prune(post.id)
    return is_other


def restore(post: Post, content: Content, author: User, now: datetime) -> bool:
    """Let a post say again what ``content`` was prepared from: as a save of its own, so
    that it can be undone by restoring what it said until now. Address, date and all
    else stay; and what is finished keeps its title, if it had none then. ``False`` if
    it says that already.
    """
    has_to = post.shape != Shape.NOTE and FINISHED & {post.status, post.trashed_status}
    if has_to and not content.title:
        content = replace(content, title=post.title)
    return revise(post, content, author, now)


def rename(revision: Revision, name: str) -> None:
    """Give a revision a name, so that it is never let go of; "" takes it away."""
    revision.name = normalize.single_line(name, NAME_LIMIT)


def same_words(one: Words, other: Words) -> bool:
    """Whether both say the same, word for word, in the same format."""
    return _words(one) == _words(other)


def newer_autosave(post: Post, user: User) -> Revision | None:
    """What a person wrote on this post and did not save; ``None`` if nothing."""
    kept = queries.autosave(post.id, user.id)
    return None if kept is None or same_words(kept, post) else kept


def autosave(
    post: Post,
    user: User,
    now: datetime,
    *,
    version: int,
    title: str,
    source: str,
    format: Format,
    excerpt: str,
) -> None:
    """Keep what a person is writing, in the place of what was kept of it before; the
    post stays as it is. ``version`` is the one on which they work.

    :raise normalize.Unstorable: for characters that no text has
    """
    kept = queries.autosave(post.id, user.id)
    if kept is None:
        kept = Revision(post_id=post.id, kind=RevisionKind.AUTOSAVE, author_id=user.id)
        session.add(kept)
    kept.version = version
    kept.title = normalize.single_line(title, publishing.TITLE_LIMIT)
    kept.source = normalize.clean_text(source)
    kept.format = format
    kept.excerpt = normalize.clean_text(excerpt).strip()
    kept.created_at = now


def drop_autosave(post: Post, user: User) -> None:
    """Forget what a person wrote on a post and did not save."""
    session.execute(
        delete(Revision).where(
            Revision.post_id == post.id,
            Revision.author_id == user.id,
            Revision.kind == RevisionKind.AUTOSAVE,
        )
    )


def _words(of: Words) -> tuple[str, str, Format, str]:
    return of.title, of.source, of.format, of.excerpt


def _keep(
    post: Post, author: User | None, at: datetime, before: Revision | None
) -> Revision:
    session.flush()  # a new post gets its id
    change = differences.count(_all_words(before) if before else "", _all_words(post))
    kept = Revision(
        post_id=post.id,
        kind=RevisionKind.SAVE,
        author_id=author.id if author else None,
        version=post.version,
        title=post.title,
        source=post.source,
        format=post.format,
        excerpt=post.excerpt,
        word_count=post.word_count,
        words_added=change.added,
        words_removed=change.removed,
        created_at=at,
    )
    session.add(kept)
    session.flush()  # ids are the order in which they came
    return kept


def _all_words(of: Post | Revision) -> str:
    return f"{of.title}\n{of.source}\n{of.excerpt}"
