"""What is written to people about the posts they write or review."""

from collections.abc import Sequence
from datetime import datetime

from ...accounts.models import User
from ...i18n import format_time, ngettext
from ...i18n import gettext as _
from ...mail.letters import Action, Letter, Quote
from ...security import absolute_url
from ...site.queries import settings
from ..models import Kind, Post, Status
from ..permalinks import post_url
from .models import Note, Submission

# Notes in one letter; of more it says how many.
MOST_QUOTED = 20


def review(post: Post, user: User, submission: Submission | None) -> Letter:
    """To a reviewer: a post waits. The link only opens it."""
    title = _title(post)
    name = _name(submission.user if submission else post.author)
    facts = [
        (_("By"), _name(post.author)),
        (_("Length"), ngettext("%(num)d word", "%(num)d words", post.word_count)),
    ]
    if submission is not None:
        facts.append((_("Submitted"), format_time(submission.created_at)))
    return Letter(
        to=user.email or "",
        subject=_subject(_("To review: “%(title)s”", title=title)),
        lead=[
            _("%(name)s asks for a review of “%(title)s”.", name=name, title=title),
            _(
                "You can publish it, schedule it, or send it back with a note. Until "
                "then readers do not see it."
            ),
        ],
        facts=facts,
        actions=[Action(_("Open it"), _editor(post))],
        footer=[_("You get this because you may publish what others write.")],
    )


def finished(post: Post, user: User, by: User, now: datetime) -> Letter:
    """To whose post it is: somebody published, scheduled or finished it."""
    title, name = _title(post), _name(by)
    if post.is_scheduled(now) and post.published_at is not None:
        subject = _("Scheduled: “%(title)s”", title=title)
        said = _(
            "%(name)s has scheduled “%(title)s”. It appears on %(time)s.",
            name=name,
            title=title,
            time=format_time(post.published_at),
        )
        action = Action(_("See it in the list"), _list(post, "scheduled"))
    elif post.status == Status.PRIVATE:
        subject = _("Finished: “%(title)s”", title=title)
        said = _(
            "%(name)s has finished “%(title)s” and keeps it private.",
            name=name,
            title=title,
        )
        action = Action(_("See it in the list"), _list(post, "private"))
    else:
        subject = _("Published: “%(title)s”", title=title)
        said = _("%(name)s has published “%(title)s”.", name=name, title=title)
        action = Action(_("Read it on the site"), absolute_url(post_url(post)))
    return Letter(
        to=user.email or "",
        subject=_subject(subject),
        lead=[said],
        actions=[action],
        footer=[_why_yours()],
    )


def returned(post: Post, user: User, by: User, note: Note | None) -> Letter:
    """To whose post it is: it is a draft again, and why."""
    title, name = _title(post), _name(by)
    return Letter(
        to=user.email or "",
        subject=_subject(_("Sent back: “%(title)s”", title=title)),
        lead=[
            _(
                "%(name)s has sent “%(title)s” back to you. It is a draft again: "
                "change it, and submit it once more.",
                name=name,
                title=title,
            )
        ],
        quotes=[_quote(note)] if note else [],
        actions=[Action(_("Open it"), _editor(post))],
        footer=[_why_yours()],
    )


def noted(post: Post, user: User, notes: Sequence[Note]) -> Letter:
    """To somebody whom a post concerns: what others noted on it."""
    title = _title(post)
    if len(notes) == 1:
        name = _name(notes[0].author)
        said = _("%(name)s noted something on “%(title)s”", name=name, title=title)
    else:
        said = _("%(num)s new notes on “%(title)s”", num=len(notes), title=title)
    lead = [f"{said}."]
    left = len(notes) - MOST_QUOTED
    if left > 0:
        lead.append(
            ngettext(
                "Below are %(shown)s of them; %(num)d more is on the site.",
                "Below are %(shown)s of them; %(num)d more are on the site.",
                left,
                shown=MOST_QUOTED,
            )
        )
    return Letter(
        to=user.email or "",
        subject=_subject(said),
        lead=lead,
        quotes=[_quote(note) for note in notes[:MOST_QUOTED]],
        actions=[Action(_("Read and answer"), absolute_url(panel_path(post)))],
        footer=[
            _(
                "You get this because you write this post or noted something on it. "
                "Notes are for those who work on it; readers never see them."
            )
        ],
    )


def panel_path(post: Post) -> str:
    """Where the notes on a post stand by themselves."""
    return f"/admin/editorial/{post.id}/#notes"


def _editor(post: Post) -> str:
    return absolute_url(f"{_room(post)}{post.id}/")


def _list(post: Post, shelf: str) -> str:
    return absolute_url(f"{_room(post)}?status={shelf}")


def _room(post: Post) -> str:
    return "/admin/pages/" if post.kind == Kind.PAGE else "/admin/posts/"


def _quote(note: Note) -> Quote:
    text = f"“{note.quote}”\n\n{note.text}" if note.quote else note.text
    return Quote(_name(note.author), note.created_at, text)


def _subject(sentence: str) -> str:
    return f"[{settings().title}] {sentence}"


def _title(post: Post) -> str:
    return post.title or _("Untitled")


def _name(user: User | None) -> str:
    return user.display_name if user else _("Somebody")


def _why_yours() -> str:
    return _("You get this because the post is yours.")
