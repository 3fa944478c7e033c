"""Everything that is held of one person, fit for JSON, to be handed out to them.

Who goes by the same email address or has that account is one person, as in
``comments.own.personal``. What names others, such as who decided on a comment, is left
out, and so is what opens a door: digests of passwords and of tokens.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import defer

from ...accounts import queries as accounts
from ...accounts.models import Invitation, SetupLink, User
from ...comments import events
from ...comments.mail import subscriptions
from ...comments.models import (
    Comment,
    CommentEvent,
    CommentSubmission,
    EventKind,
    SavedFilter,
)
from ...comments.own import personal
from ...comments.own.personal import Writer
from ...database import session
from ...mail import delivery
from ...media.models import MediaItem, Portrait
from ...posts.editorial.models import Note, SavedView
from ...posts.models import Byline, Post
from ...posts.permalinks import post_url
from ...posts.revisions.models import Revision
from ...security import absolute_url

_PORTION = 200


def somebody(word: str) -> Writer | None:
    """Who goes by an email address, or logs in under a name; ``None`` if a name is
    nobody's. An address is taken for somebody's even if nothing is held of it.
    """
    if "@" in word:
        return personal.with_address(word)
    user = accounts.by_name(word)
    return Writer((user.email or "").lower(), user.id) if user else None


def everything(writer: Writer, now: datetime) -> dict[str, Any]:
    """What is held of somebody at ``now``; times are ISO 8601, in UTC."""
    user = accounts.by_id(writer.user_id) if writer.user_id is not None else None
    return {
        "site": absolute_url("/"),
        "made": _moment(now),
        "email": writer.email,
        "wants_no_mail": bool(writer.email) and delivery.is_muted(writer.email),
        "account": _account(user) if user else None,
        "invitations": list(_invitations(writer)),
        "posts": list(_posts(user)) if user else [],
        "revisions": list(_revisions(user)) if user else [],
        "notes": list(_notes(user)) if user else [],
        "files": list(_files(user)) if user else [],
        "saved_views": list(_views(user)) if user else [],
        "comments": list(_comments(writer)),
        "subscriptions": list(_subscriptions(writer)),
    }


# Somebody with an account


def _account(user: User) -> dict[str, Any]:
    portrait = session.get(Portrait, user.id)
    links = select(SetupLink.expires_at).where(SetupLink.user_id == user.id)
    return {
        "id": user.id,
        "name": user.name,
        "display_name": user.display_name,
        "slug": user.slug,
        "email": user.email,
        "url": user.url,
        "bio": user.bio,
        "links": user.links.splitlines(),
        "role": str(user.role),
        "has_password": user.password_hash is not None,
        "created": _moment(user.created_at),
        "seen": _moment(user.seen_at),
        "disabled": _moment(user.disabled_at),
        "portrait": absolute_url(portrait.media.path) if portrait else None,
        "password_links": [
            {"expires": _moment(each)} for each in session.scalars(links)
        ],
        "sessions": [
            {
                "created": _moment(each.created_at),
                "seen": _moment(each.seen_at),
                "ip": each.ip,
                "user_agent": each.user_agent,
            }
            for each in sorted(user.sessions, key=lambda each: each.created_at)
        ],
    }


def _invitations(writer: Writer) -> Iterator[dict[str, Any]]:
    """Those by which somebody was asked to write here."""
    ways: list[ColumnElement[bool]] = []
    if writer.email:
        ways.append(Invitation.email == writer.email)
    if writer.user_id is not None:
        ways.append(Invitation.user_id == writer.user_id)
    asked = select(Invitation).where(or_(false(), *ways))
    for each in session.scalars(asked.order_by(Invitation.id)):
        yield {
            "email": each.email,
            "role": str(each.role),
            "created": _moment(each.created_at),
            "expires": _moment(each.expires_at),
            "accepted": _moment(each.accepted_at),
        }


def _posts(user: User) -> Iterator[dict[str, Any]]:
    """What somebody wrote, alone or with others, with its text."""
    shared = select(Byline.post_id).where(Byline.user_id == user.id)
    mine = (
        select(Post)
        .where(or_(Post.author_id == user.id, Post.id.in_(shared)))
        .options(defer(Post.html), defer(Post.lede))
        .order_by(Post.id)
        .execution_options(yield_per=_PORTION)
    )
    for post in session.scalars(mine):
        yield {
            "id": post.id,
            "kind": str(post.kind),
            "status": str(post.status),
            "title": post.title,
            "link": absolute_url(post_url(post)),
            "published": _moment(post.published_at),
            "created": _moment(post.created_at),
            "edited": _moment(post.edited_at),
            "is_author": post.author_id == user.id,
            "format": str(post.format),
            "source": post.source,
        }


def _revisions(user: User) -> Iterator[dict[str, Any]]:
    """When somebody saved which text, without what it said then."""
    saved = select(
        Revision.post_id, Revision.kind, Revision.name, Revision.created_at
    ).where(Revision.author_id == user.id)
    for each in session.execute(saved.order_by(Revision.id)):
        yield {
            "post": each.post_id,
            "kind": str(each.kind),
            "name": each.name,
            "created": _moment(each.created_at),
        }


def _notes(user: User) -> Iterator[dict[str, Any]]:
    """What somebody remarked on drafts."""
    written = select(Note).where(Note.author_id == user.id).order_by(Note.id)
    for note in session.scalars(written):
        yield {
            "post": note.post_id,
            "quote": note.quote,
            "text": note.text,
            "created": _moment(note.created_at),
            "edited": _moment(note.edited_at),
        }


def _files(user: User) -> Iterator[dict[str, Any]]:
    """What somebody uploaded."""
    uploaded = select(MediaItem).where(MediaItem.uploader_id == user.id)
    for item in session.scalars(uploaded.order_by(MediaItem.id)):
        yield {
            "name": item.name,
            "link": absolute_url(item.path),
            "alt": item.alt,
            "caption": item.caption,
            "created": _moment(item.created_at),
        }


def _views(user: User) -> Iterator[dict[str, Any]]:
    """The ways into lists that somebody kept under names."""
    views = select(SavedView).where(SavedView.user_id == user.id)
    filters = select(SavedFilter).where(SavedFilter.user_id == user.id)
    kept: list[SavedView | SavedFilter] = [
        *session.scalars(views.order_by(SavedView.id)),
        *session.scalars(filters.order_by(SavedFilter.id)),
    ]
    for each in kept:
        yield {"name": each.name, "query": each.query}


# Somebody who comments


def _comments(writer: Writer) -> Iterator[dict[str, Any]]:
    last = 0
    while found := personal.some(writer, after_id=last, limit=_PORTION):
        last = found[-1].id
        yield from _with_history(found)


def _with_history(comments: Sequence[Comment]) -> Iterator[dict[str, Any]]:
    """Comments under WordPress's names, as they are handed out elsewhere, and what is
    known of each besides.
    """
    ids = [comment.id for comment in comments]
    history: dict[int, list[dict[str, Any]]] = {}
    noted = select(CommentEvent).where(CommentEvent.comment_id.in_(ids))
    for event in session.scalars(noted.order_by(CommentEvent.id)):
        history.setdefault(event.comment_id, []).append(_event(event))
    told = select(CommentSubmission).where(CommentSubmission.comment_id.in_(ids))
    submissions = {each.comment_id: each for each in session.scalars(told)}
    for comment, row in zip(comments, personal.export(comments), strict=True):
        submission = submissions.get(comment.id)
        yield row | {
            "kind": str(comment.kind),
            "format": str(comment.format),
            "edited": _moment(comment.edited_at),
            "spam_score": comment.score,
            "signals": comment.signals.split(),
            "history": history.get(comment.id, []),
            "told_akismet": json.loads(submission.fields) if submission else None,
        }


def _event(event: CommentEvent) -> dict[str, Any]:
    """What happened. Only what was known when a comment came in is about its writer
    alone; the rest may hold the addresses of others, and its sentence their names.
    """
    is_own = event.kind == EventKind.RECEIVED
    return {
        "at": _moment(event.at),
        "kind": str(event.kind),
        "status": str(event.status) if event.status else None,
        "details": events.details(event, addresses_too=is_own),
    }


def _subscriptions(writer: Writer) -> Iterator[dict[str, Any]]:
    """What somebody wants to be told of by mail."""
    for each in subscriptions.of(writer.email) if writer.email else ():
        yield {
            "post_title": each.post.title,
            "link": absolute_url(post_url(each.post)),
            "scope": str(each.scope),
            "created": _moment(each.created_at),
            "confirmed": _moment(each.confirmed_at),
            "mailed": _moment(each.mailed_at),
        }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
