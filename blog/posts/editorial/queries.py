"""Questions about what stands around posts: notes, links, templates, reviews."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ...accounts.models import User
from ...accounts.permissions import TABLE, Action, Reach
from ...database import session
from ...jobs.models import Job, State
from ..models import Byline, Kind, Post
from .models import Note, PreviewLink, Submission, Template

BULK = "posts.changes"  # the kind of the jobs that change many

# Notes


def notes(post_id: int) -> Sequence[Note]:
    """The notes on a post, the first made first, with who wrote them."""
    return session.scalars(
        select(Note)
        .where(Note.post_id == post_id)
        .options(joinedload(Note.author))
        .order_by(Note.id)
    ).all()


def note(post_id: int, note_id: int) -> Note | None:
    """The note of that id, if it is on that post."""
    found = session.get(Note, note_id)
    return found if found is not None and found.post_id == post_id else None


def answers(note: Note) -> Sequence[Note]:
    """What answers a note, the first made first."""
    return session.scalars(
        select(Note).where(Note.parent_id == note.id).order_by(Note.id)
    ).all()


def open_notes(post_ids: Iterable[int]) -> Mapping[int, int]:
    """How many notes of each post are not settled yet, answers apart; a post without
    any is not in it. One query.
    """
    rows = session.execute(
        select(Note.post_id, func.count())
        .where(
            Note.post_id.in_(list(post_ids)),
            Note.parent_id.is_(None),
            Note.resolved_at.is_(None),
        )
        .group_by(Note.post_id)
    )
    return dict(rows.all())


def notes_since(post_id: int, note_id: int, *, not_by: int) -> Sequence[Note]:
    """The notes on a post from ``note_id`` on that others than ``not_by`` wrote."""
    return session.scalars(
        select(Note)
        .where(
            Note.post_id == post_id,
            Note.id >= note_id,
            Note.author_id.is_distinct_from(not_by),
        )
        .options(joinedload(Note.author))
        .order_by(Note.id)
    ).all()


def concerned(post: Post) -> Sequence[User]:
    """Who is told of a note on a post: those whose post it is, and all who noted
    something on it; whether they still may read it is another question.
    """
    ids = select(Note.author_id).where(Note.post_id == post.id)
    bylines = select(Byline.user_id).where(Byline.post_id == post.id)
    return session.scalars(
        select(User)
        .where(
            (User.id == post.author_id) | User.id.in_(ids) | User.id.in_(bylines),
            User.email.is_not(None),
        )
        .order_by(User.id)
    ).all()


# Reviews


def submission(post_id: int) -> Submission | None:
    """Who submitted a post, and when; ``None`` if nobody did here."""
    return session.get(Submission, post_id)


def submissions(post_ids: Iterable[int]) -> Mapping[int, Submission]:
    """The same of each of these. One query."""
    rows = session.scalars(
        select(Submission)
        .where(Submission.post_id.in_(list(post_ids)))
        .options(joinedload(Submission.user))
    )
    return {row.post_id: row for row in rows}


def reviewers(kind: Kind) -> Sequence[User]:
    """Everybody who may publish what others wrote and has an email address."""
    action = Action.PAGES if kind == Kind.PAGE else Action.PUBLISH
    roles = [role for role, reach in TABLE[action].items() if reach is Reach.ANY]
    return session.scalars(
        select(User)
        .where(
            User.role.in_(roles), User.disabled_at.is_(None), User.email.is_not(None)
        )
        .order_by(User.id)
    ).all()


# Links


def preview_links(post_id: int, now: datetime) -> Sequence[PreviewLink]:
    """The links to a post that still work, the last to end first."""
    return session.scalars(
        select(PreviewLink)
        .where(PreviewLink.post_id == post_id, PreviewLink.expires_at > now)
        .order_by(PreviewLink.expires_at.desc(), PreviewLink.id.desc())
    ).all()


def preview_link(post_id: int, link_id: int) -> PreviewLink | None:
    """The link of that id, if it is one to that post."""
    found = session.get(PreviewLink, link_id)
    return found if found is not None and found.post_id == post_id else None


def preview_hashed(token_hash: str) -> PreviewLink | None:
    """The link whose token has that digest, whether it still works or not."""
    return session.scalar(
        select(PreviewLink).where(PreviewLink.token_hash == token_hash)
    )


# Templates


def templates(kind: Kind | None = None) -> Sequence[Template]:
    """The templates of a kind or (``None``) of both, by name."""
    found = select(Template).order_by(func.lower(Template.name), Template.id)
    if kind is not None:
        found = found.where(Template.kind == kind)
    return session.scalars(found).all()


def template(template_id: int) -> Template | None:
    """The template of that id."""
    return session.get(Template, template_id)


# Changes under way


def changes_under_way(user: User) -> Sequence[Job]:
    """The jobs with which a person changes many posts, that are not done yet."""
    return session.scalars(
        select(Job)
        .where(Job.kind == BULK, Job.user_id == user.id, Job.state == State.WAITING)
        .order_by(Job.id)
    ).all()
