"""Comments behind the login: the queue, what is done with it, editing and replying."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as login_session
from werkzeug import Response

from ..accounts.guard import current_user, may, requires
from ..accounts.models import User
from ..accounts.permissions import Action
from ..clock import utcnow
from ..database import write_transaction
from ..i18n import gettext as _
from ..i18n import ngettext
from ..paging import whole_number
from ..posts.locks import is_readable_by
from ..security import max_body
from ..text.sanitizer import Format
from . import desk, drafts, listing, moderation, submission
from .drafts import Content, Origin
from .forms import EditForm, ReplyForm
from .listing import Place, asked_place
from .models import Comment, Kind, Status
from .moderation import Decision, Past, Verb
from .refusals import Invalid, Refused, Repeated, TooLong, Unanswerable
from .views import MAX_FORM_BYTES

bp = Blueprint("comments", __name__, url_prefix="/comments")

DELETE = "delete"
# Five pages; nobody selects more by hand, and the database bounds a list of numbers.
MAX_SELECTED = 100
# Of one write, so that who comments meanwhile waits for no longer than that.
DELETED_AT_ONCE = 500
# Of one press; a browser waits, but not for ever.
MAX_DELETED = 20 * DELETED_AT_ONCE
_UNDO = "comments_undone"


@bp.get("/")
@requires(Action.MODERATE)
def index() -> str:
    """The queue, or another shelf."""
    return listing.show(_moderator())


@bp.post("/<int:comment_id>")
@requires(Action.MODERATE)
def update(comment_id: int) -> Response:
    """Do with one comment what the pressed button says."""
    pressed = next((each for each in (*Verb, DELETE) if each in request.form), None)
    answer = _act([comment_id], pressed)
    if answer is None:
        abort(404)
    return answer


@bp.post("/selection")
@requires(Action.MODERATE)
def update_selection() -> Response:
    """Do with all selected comments what the pressed button says."""
    ids = [whole_number(typed) for typed in request.form.getlist("ids")]
    answer = _act(ids[:MAX_SELECTED], request.form.get("selection"))
    if answer is None:
        flash(_("No comment was selected. Nothing was changed."), "error")
        return redirect(asked_place(request.form).url, 303)
    return answer


@bp.post("/undo/<key>")
@requires(Action.MODERATE)
def undo(key: str) -> Response:
    """Take back what was done last."""
    place = asked_place(request.form)
    kept = login_session.pop(_UNDO, None)
    if not kept or kept["key"] != key:
        flash(_("This cannot be undone any more."), "error")
        return redirect(place.url, 303)
    place = asked_place(kept["place"])
    pasts = {past[0]: Past(past[0], *_statuses(past)) for past in kept["pasts"]}
    with write_transaction():
        done = [
            comment
            for comment in _found(pasts)
            if moderation.undo(comment, pasts[comment.id])
        ]
        _recount(done)
        undone = len(done)
    flash(
        ngettext(
            "%(num)d comment is as it was.",
            "%(num)d comments are as they were.",
            undone,
        )
    )
    return redirect(place.as_it_is_now(_moderator()).url, 303)


@bp.get("/<any(spam, trash):status>/deletion")
@requires(Action.MODERATE)
def ask_before_emptying(status: str) -> str:
    """Ask whether all the spam, or all that lies in the trash, may be deleted for
    good.
    """
    place = _place_to_empty(status)
    user = _moderator()
    return render_template(
        "admin/comments/empty.html",
        place=place,
        number=desk.counts(user, place.filters)[place.shelf],
        newest_id=desk.newest_id(user, place.shelf, place.filters),
    )


@bp.post("/<any(spam, trash):status>/deletion")
@requires(Action.MODERATE)
def empty(status: str) -> Response:
    """Delete all of it for good, up to the newest that was there when asked."""
    place = _place_to_empty(status)
    newest_id = whole_number(request.form.get("newest"))
    deleted = 0
    while deleted < MAX_DELETED:
        with write_transaction():
            number = moderation.delete(
                desk.some(
                    _moderator(),
                    place.shelf,
                    place.filters,
                    up_to_id=newest_id,
                    limit=DELETED_AT_ONCE,
                )
            )
        deleted += number
        if number < DELETED_AT_ONCE:
            break
    flash(_deleted(deleted))
    left = desk.counts(_moderator(), place.filters)[place.shelf]
    has_more = deleted >= MAX_DELETED and left > 0
    return redirect(place.url_of("ask_before_emptying") if has_more else place.url, 303)


@bp.get("/<int:comment_id>/edit")
@requires(Action.MODERATE)
def edit(comment_id: int) -> str:
    """A comment's words, to be changed."""
    comment = _found_or_404(comment_id)
    return _edit_page(comment, EditForm.of(comment))


@bp.post("/<int:comment_id>/edit")
@requires(Action.MODERATE)
@max_body(MAX_FORM_BYTES)
def save(comment_id: int) -> Response | tuple[str, int]:
    """Save changed words, unless somebody else changed them meanwhile."""
    comment = _found_or_404(comment_id)
    typed = EditForm.sent()
    try:
        content = _edited(comment, typed)
    except Invalid as refused:
        typed.refuse(refused)
        return _edit_page(comment, typed), _status(refused)
    with write_transaction():
        comment = _found_or_404(comment_id)
        is_current = comment.version == typed.seen_version
        if is_current:
            moderation.edit(comment, content, utcnow())
    if not is_current:
        return _edit_page(comment, typed, theirs=comment), 409
    flash(_("The comment was saved."))
    return redirect(_back().url, 303)


@bp.get("/<int:comment_id>/reply")
@requires(Action.MODERATE)
def new_reply(comment_id: int) -> str:
    """An empty reply below the comment it answers."""
    comment = _found_or_404(comment_id)
    if not _is_answerable(comment, utcnow()):
        abort(409, str(Unanswerable()))
    return _reply_page(comment, ReplyForm.empty())


@bp.post("/<int:comment_id>/reply")
@requires(Action.MODERATE)
@max_body(MAX_FORM_BYTES)
def reply(comment_id: int) -> Response | tuple[str, int]:
    """Publish a reply under the moderator's name, and what it answers with it."""
    comment = _found_or_404(comment_id)
    typed = ReplyForm.sent()
    try:
        _publish_reply(
            comment_id, drafts.prepare_as(_moderator(), typed.text("comment"))
        )
    except Repeated as again:
        if not again.is_recent:
            typed.refuse(again)
            return _reply_page(comment, typed), 409
    except Refused as refused:
        typed.refuse(refused)
        return _reply_page(comment, typed), _status(refused)
    flash(_("Your reply is published."))
    return redirect(_back().url, 303)


# What the views above are made of


def _act(ids: Sequence[int], pressed: str | None) -> Response | None:
    """Do it, and go back to the list; ``None`` if none of the comments is in reach."""
    place = asked_place(request.form)
    if pressed not in (*map(str, Verb), DELETE):
        abort(400, _("Nothing was chosen to be done. Nothing was changed."))
    if pressed == DELETE:
        is_done = _delete(ids)
    else:
        is_done = _carry_out(Verb(pressed), ids, place)
    return redirect(place.as_it_is_now(_moderator()).url, 303) if is_done else None


def _carry_out(verb: Verb, ids: Sequence[int], place: Place) -> bool:
    pasts: list[Past] = []
    with write_transaction():
        user = _moderator()
        comments = _found(ids)
        for comment in comments:
            before = (comment.status, comment.previous_status, comment.reason)
            moderation.carry_out(verb, comment, user)
            pasts.append(Past(comment.id, comment.status, *before))
        _recount(comments)
    if not pasts:
        return False
    key = uuid4().hex
    login_session[_UNDO] = {"key": key, "place": place.fields, "pasts": pasts}
    undo_path = url_for("admin.comments.undo", key=key)
    flash(_done(verb, len(pasts)), f"undo:{undo_path}")
    return True


def _delete(ids: Sequence[int]) -> bool:
    if not listing.may_delete(_moderator()):
        abort(403)
    with write_transaction():
        # Only what lies in the trash, so that one press never loses what was read.
        trashed = [each for each in _found(ids) if each.status == Status.TRASH]
        deleted = moderation.delete(trashed)
    if deleted:
        flash(_deleted(deleted))
    return deleted > 0


def _place_to_empty(status: str) -> Place:
    """The first page of the shelf that is to be emptied.

    :raise NotFound: for who may not delete for good
    """
    if not listing.may_delete(_moderator()):
        abort(404)
    place = asked_place(request.args.to_dict() | {"status": status})
    return place.on(place.shelf)


def _publish_reply(comment_id: int, content: Content) -> None:
    now = utcnow()
    with write_transaction():
        user = _moderator()
        comment = _found_or_404(comment_id)
        if not _is_answerable(comment, now):
            raise Unanswerable
        submission.check_new(content, comment.post, comment.id, now)
        if comment.status == Status.PENDING:
            moderation.carry_out(Verb.APPROVE, comment, user)
        submission.receive(
            content,
            Origin(user_id=user.id, ip=request.remote_addr or ""),
            Decision(
                Status.APPROVED, _("A reply by %(name)s.", name=user.display_name)
            ),
            post=comment.post,
            parent_id=comment.id,
            now=now,
        )


def _is_answerable(comment: Comment, now: datetime) -> bool:
    """Whether the moderator's answer could be read, and belongs below it."""
    is_read = is_readable_by(_moderator(), comment.post, now)
    return is_read and not comment.is_discarded and comment.kind == Kind.COMMENT


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


def _moderator() -> User:
    user = current_user()
    if user is None:  # logged out in the middle of the request
        abort(401)
    return user


def _back() -> Place:
    return asked_place(request.args).as_it_is_now(_moderator())


def _found(ids: Iterable[int]) -> Sequence[Comment]:
    return desk.found(_moderator(), list(ids))


def _found_or_404(comment_id: int) -> Comment:
    found = _found([comment_id])
    if not found:
        abort(404)
    return found[0]


def _recount(comments: Iterable[Comment]) -> None:
    for post_id in {comment.post_id for comment in comments}:
        moderation.recount(post_id)


def _statuses(past: Sequence[str]) -> tuple[Status, Status, Status | None, str]:
    _id, after, status, previous_status, reason = past
    return (
        Status(after),
        Status(status),
        Status(previous_status) if previous_status else None,
        reason,
    )


def _status(refused: Refused) -> int:
    match refused:
        case TooLong():
            return 413
        case Unanswerable():
            return 409
        case _:
            return 422


def _deleted(number: int) -> str:
    return ngettext(
        "%(num)d comment was deleted for good.",
        "%(num)d comments were deleted for good.",
        number,
    )


def _done(verb: Verb, number: int) -> str:
    match verb:
        case Verb.APPROVE:
            return ngettext(
                "%(num)d comment approved.", "%(num)d comments approved.", number
            )
        case Verb.HOLD:
            return ngettext(
                "%(num)d comment waits again.", "%(num)d comments wait again.", number
            )
        case Verb.SPAM:
            return ngettext(
                "%(num)d comment moved to the spam.",
                "%(num)d comments moved to the spam.",
                number,
            )
        case Verb.TRASH:
            return ngettext(
                "%(num)d comment moved to the trash.",
                "%(num)d comments moved to the trash.",
                number,
            )
        case Verb.RESTORE:
            return ngettext(
                "%(num)d comment taken back.", "%(num)d comments taken back.", number
            )
