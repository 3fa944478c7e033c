"""One comment behind the login: its history, its words, and an answer to it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug import Response

from ...accounts.guard import may, requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...security import max_body
from ...text.sanitizer import Format
from .. import drafts, events, moderation, replies
from ..drafts import Content
from ..forms import EditForm, ReplyForm
from ..models import Comment, CommentEvent
from ..refusals import Invalid, Refused, Repeated, TooLong, Unanswerable
from ..views import MAX_FORM_BYTES
from . import listing
from . import queries as desk
from .admin import moderator
from .listing import Place, asked_place

bp = Blueprint("comment", __name__, url_prefix="/comments/<int:comment_id>")


class Line(NamedTuple):
    """Something that happened to a comment, with what is known besides."""

    event: CommentEvent
    details: dict[str, Any]


@bp.get("/")
@requires(Action.MODERATE)
def show(comment_id: int) -> str:
    """A comment, and all that happened to it."""
    comment = found_or_404(comment_id)
    return render_template(
        "admin/comments/comment.html",
        comment=comment,
        lines=_history(comment),
        place=asked_place(request.args),
        shelves=listing.shelf_labels(),
        labels=_detail_labels(),
        may_delete=listing.may_delete(moderator()),
    )


@bp.get("/edit")
@requires(Action.MODERATE)
def edit(comment_id: int) -> str:
    """A comment's words, to be changed."""
    comment = found_or_404(comment_id)
    return _edit_page(comment, EditForm.of(comment))


@bp.post("/edit")
@requires(Action.MODERATE)
@max_body(MAX_FORM_BYTES)
def save(comment_id: int) -> Response | tuple[str, int]:
    """Save changed words, unless somebody else changed them meanwhile."""
    comment = found_or_404(comment_id)
    typed = EditForm.sent()
    try:
        content = _edited(comment, typed)
    except Invalid as refused:
        typed.refuse(refused)
        return _edit_page(comment, typed), _status(refused)
    with write_transaction():
        comment = found_or_404(comment_id)
        is_current = comment.version == typed.seen_version
        if is_current:
            moderation.edit(comment, content, moderator(), utcnow())
    if not is_current:
        return _edit_page(comment, typed, theirs=comment), 409
    flash(_("The comment was saved."))
    return redirect(_back(comment_id).way_on, 303)


@bp.get("/reply")
@requires(Action.MODERATE)
def new_reply(comment_id: int) -> str:
    """An empty reply below the comment it answers."""
    comment = found_or_404(comment_id)
    if not replies.is_answerable(comment, moderator(), utcnow()):
        abort(409, str(Unanswerable()))
    return _reply_page(comment, ReplyForm.empty())


@bp.post("/reply")
@requires(Action.MODERATE)
@max_body(MAX_FORM_BYTES)
def reply(comment_id: int) -> Response | tuple[str, int]:
    """Publish a reply under the moderator's name, and what it answers with it."""
    comment = found_or_404(comment_id)
    typed = ReplyForm.sent()
    try:
        content = drafts.prepare_as(moderator(), typed.text("comment"))
        with write_transaction():
            comment = found_or_404(comment_id)
            is_as_read = _is_as_read(comment)
            if is_as_read:
                ip = request.remote_addr or ""
                replies.publish(comment, content, moderator(), ip, utcnow())
    except Repeated as again:
        if not again.is_recent:
            typed.refuse(again)
            return _reply_page(comment, typed), 409
    except Refused as refused:
        typed.refuse(refused)
        return _reply_page(comment, typed), _status(refused)
    else:
        if not is_as_read:
            typed.form_errors.append(
                _("The comment was changed meanwhile. Read it before you reply.")
            )
            return _reply_page(comment, typed), 409
    flash(_("Your reply is published."))
    return redirect(_back(comment_id).way_on, 303)


def found_or_404(comment_id: int) -> Comment:
    """The comment, for who may moderate it.

    :raise NotFound: for who may not, and if there is none
    """
    found = desk.found(moderator(), [comment_id])
    if not found:
        abort(404)
    return found[0]


def _history(comment: Comment) -> Sequence[Line]:
    """What happened to it, the first thing first; of the details, which may hold
    addresses, only what everybody may see who sees no addresses.
    """
    may_see = may(Action.SEE_COMMENTER)
    return [
        Line(event, events.details(event, addresses_too=may_see))
        for event in events.history(comment)
    ]


def _detail_labels() -> dict[str, str]:
    """What the details of an event are called; the others go by their own names."""
    return {
        "rule": _("Rule"),
        "word": _("Word"),
        "words": _("Words"),
        "list": _("List"),
        "links": _("Links"),
        "signals": _("What was odd"),
        "verdict": _("Verdict"),
        "guid": _("Akismet’s name for it"),
    }


def _edited(comment: Comment, typed: EditForm) -> Content:
    """What was typed; who may not see the email address leaves it as it is."""
    return drafts.prepare_changed(
        comment,
        author=typed.text("author"),
        email=typed.text("email") if may(Action.SEE_COMMENTER) else comment.email,
        url=typed.text("url"),
        source=typed.text("comment"),
    )


def _edit_page(
    comment: Comment, form: EditForm, *, theirs: Comment | None = None
) -> str:
    if theirs is not None:
        form.version.data = str(theirs.version)  # sent again, it is meant
    form.comment.description = _how_written(comment.format)
    return render_template(
        "admin/comments/edit.html",
        comment=comment,
        form=form,
        theirs=theirs,
        place=asked_place(request.args),
    )


def _how_written(format: Format) -> str:
    if format == Format.HTML:
        return _("Written in HTML, as it was imported. A blank line parts paragraphs.")
    return _("Written in Markdown.")


def _reply_page(comment: Comment, form: ReplyForm) -> str:
    return render_template(
        "admin/comments/reply.html",
        comment=comment,
        form=form,
        place=asked_place(request.args),
    )


def _is_as_read(comment: Comment) -> bool:
    """Whether its words are those that the page showed: a reply publishes them, too."""
    return request.form.get("version", str(comment.version)) == str(comment.version)


def _back(comment_id: int) -> Place:
    """The list where it goes on: with the comment that was to come then, or this."""
    place = asked_place(request.args)
    return place._replace(then=place.then or comment_id).as_it_is_now(moderator())


def _status(refused: Refused) -> int:
    match refused:
        case TooLong():
            return 413
        case Unanswerable():
            return 409
        case _:
            return 422
