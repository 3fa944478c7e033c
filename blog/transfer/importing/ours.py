"""What an export of Recto says beyond WordPress's words, in fields of its own.

WordPress keeps such fields and looks at none of them, so a text may have been edited
there since. Its digest is no longer the one beside it then, and the text as it was
written here no longer counts.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...accounts import links
from ...accounts.models import User
from ...comments.models import Comment
from ...database import session
from ...feeds.portable import legal
from ...posts.editorial.models import Note
from ...posts.editorial.notes import QUOTE_LIMIT, TEXT_LIMIT
from ...posts.models import Kind, Post, Shape
from ...site import redirects
from ...text import normalize
from ...text.sanitizer import Format
from .. import records
from . import readings

PREFIX = "_recto_"
# The way to file by which parts say their series.
SERIES = "series"
_REASON_LIMIT = 500
_AGENT_LIMIT = 500
_BIO_LIMIT = 2_000
_UTC = ZoneInfo("UTC")


def digest(content: str) -> str:
    """What a text that was made of another is known by."""
    return hashlib.sha256(content.strip().encode()).hexdigest()


def unfold(item: records.Item) -> None:
    """Put what was written in the place of what was made of it, in an item and in its
    comments. Done twice, it does no more.
    """
    format = _written_in(item.meta, item.content)
    if format is not None:
        is_markdown = format is Format.MARKDOWN
        item.body = records.Body.MARKDOWN if is_markdown else records.Body.HTML
        item.content = _field(item.meta, "source")
    for comment in item.comments:
        format = _written_in(comment.meta, comment.content)
        if format is not None:
            comment.format = format
            comment.content = _field(comment.meta, "source")


def is_ours(item: records.Item) -> bool:
    """Whether Recto has written the item."""
    return any(key == f"{PREFIX}format" for key, _ in item.meta)


def said(meta: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """What is said beyond WordPress's words, for a digest: nothing where nothing is."""
    found = [(key, value) for key, value in meta if key.startswith(PREFIX)]
    return [found] if found else []


def slug(author: records.Author) -> str:
    """What stands in the address of an author; "" if nothing is said of it."""
    return readings.slug(_field(author.meta, "slug")) or ""


def shape(item: records.Item) -> Shape | None:
    """What a post looks like; ``None`` if nothing that can be is said of it."""
    word = _field(item.meta, "shape")
    if item.type != Kind.POST or word not in set(Shape):
        return None
    return None if word == Shape.LINK and not link_url(item) else Shape(word)


def link_url(item: records.Item) -> str:
    """Where a link post leads; "" for others."""
    return normalize.http_url(_field(item.meta, "link_url")) or ""


def series(item: records.Item) -> str:
    """The slug of the series that an item is a part of; "" without one."""
    if not is_ours(item):
        return ""
    return next((each.slug for each in item.filed if each.taxonomy == SERIES), "")


def is_decorative(item: records.Item) -> bool | None:
    """Whether a picture says nothing; ``None`` if nothing is said of that."""
    return True if _field(item.meta, "is_decorative") == "1" else None


def target(item: records.Item) -> tuple[str, str]:
    """What an entry of a menu leads to that WordPress has none of: "series" and a
    slug, or "author" and a login; two empty words for any other.
    """
    kind, _, name = _field(item.meta, "target").partition(":")
    return kind, name


def is_unnamed(item: records.Item) -> bool:
    """Whether an entry of a menu is called what it leads to."""
    return _field(item.meta, "is_unnamed") == "1"


def old_paths(item: records.Item) -> Iterator[str]:
    """Where something stood before, with a query where that named it."""
    return _old_paths(item.meta)


def lead(meta: list[tuple[str, str]], **to: int) -> None:
    """Let the addresses that something had before lead to it, where they are free."""
    for address in _old_paths(meta):
        path, _, query = address.partition("?")
        if redirects.find(path, query) is None:
            redirects.lead(path, query, **to)
            session.flush()


def apply_to_user(user: User, author: records.Author) -> None:
    """Say of somebody new what WordPress has no word for; not what they may do."""
    user.url = normalize.http_url(_field(author.meta, "url")) or ""
    user.bio = normalize.clean_text(_field(author.meta, "bio"))[:_BIO_LIMIT]
    typed = "\n".join(_field(author.meta, "links").splitlines()[: links.MOST])
    user.links = links.normalised(typed) or ""
    lead(author.meta, user_id=user.id)


def apply(
    post: Post,
    item: records.Item,
    series_ids: dict[str, int],
    known: Callable[[str], int | None],
) -> None:
    """Say of a post what WordPress has no word for. ``known`` finds who has a login."""
    if not is_ours(item):
        return
    post.link_url = link_url(item)
    post.series_id = series_ids.get(series(item))
    position = readings.position(_field(item.meta, "series_position"))
    post.series_position = position if post.series_id is not None else 0
    post.created_at = _time(_field(item.meta, "created_at")) or post.created_at
    _take_notes(post, item, known)


def apply_to_comment(row: Comment, comment: records.Comment) -> None:
    """Say of a comment what WordPress has no word for."""
    meta = comment.meta
    if not any(key.startswith(PREFIX) for key, _ in meta):
        return
    reason = normalize.single_line(_field(meta, "reason"), _REASON_LIMIT)
    if reason or any(key == f"{PREFIX}format" for key, _ in meta):
        row.reason = reason
    row.user_agent = normalize.single_line(_field(meta, "user_agent"), _AGENT_LIMIT)
    row.signals = normalize.single_line(_field(meta, "signals"), _REASON_LIMIT)
    row.edited_at = _time(_field(meta, "edited_at"))


def _old_paths(meta: list[tuple[str, str]]) -> Iterator[str]:
    name = f"{PREFIX}old_path"
    return (value for key, value in meta if key == name and value[:1] == "/")


def _take_notes(
    post: Post, item: records.Item, known: Callable[[str], int | None]
) -> None:
    """Bring the notes in its margin, if none were made here."""
    name = f"{PREFIX}note"
    told = [_table(value) for key, value in item.meta if key == name]
    if not told or session.scalar(select(Note.id).where(Note.post_id == post.id)):
        return
    session.flush()  # it may be new
    rows: list[Note] = []
    for each in told:
        text = normalize.clean_text(each.get("text", ""))[:TEXT_LIMIT]
        at = _time(each.get("created_at", ""))
        if not text or at is None:
            continue
        above = readings.number(each.get("answers", ""))
        parent = rows[above - 1] if above and above <= len(rows) else None
        note = Note(
            post_id=post.id,
            parent_id=parent.id if parent else None,
            author_id=known(each.get("author", "")),
            quote=normalize.clean_text(each.get("quote", ""))[:QUOTE_LIMIT],
            text=text,
            created_at=at,
            edited_at=_time(each.get("edited_at", "")),
            resolved_at=_time(each.get("resolved_at", "")),
            resolved_by_id=known(each.get("resolved_by", "")),
        )
        session.add(note)
        session.flush()
        rows.append(note)


def _table(text: str) -> dict[str, str]:
    """Words by their names; empty for what is no such table."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    # JSON can hold what XML cannot.
    return {key: legal(word) for key, word in found.items() if isinstance(word, str)}


def _written_in(meta: list[tuple[str, str]], content: str) -> Format | None:
    """What its source is written in; ``None`` where there is none that counts."""
    word = _field(meta, "format")
    has_source = any(key == f"{PREFIX}source" for key, _ in meta)
    # An empty source is no field at all.
    if word not in set(Format) or (content.strip() and not has_source):
        return None
    is_same = _field(meta, "digest") == digest(content)
    # What is in its place already is the source itself.
    is_done = content == _field(meta, "source")
    return Format(word) if is_same or is_done else None


def _field(meta: list[tuple[str, str]], name: str) -> str:
    wanted = f"{PREFIX}{name}"
    return next((value for key, value in meta if key == wanted), "")


def _time(text: str) -> datetime | None:
    """A time in UTC, as WordPress writes it."""
    return readings.instant(text, "", _UTC)
