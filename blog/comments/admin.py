"""Comments behind the login: the queue, what is done with it, editing and replying."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
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
from ..accounts.permissions import Action, Reach, reach
from ..clock import utcnow
from ..database import session, write_transaction
from ..i18n import gettext as _
from ..i18n import ngettext
from ..paging import last_page, whole_number
from ..security import max_body
from . import desk, drafts, moderation, submission
from .desk import Shelf
from .drafts import Content, Origin
from .forms import EditForm, ReplyForm
from .models import Comment, Status
from .moderation import Decision, Past, Verb
from .refusals import Invalid, Refused, Repeated, TooLong
from .views import MAX_FORM_BYTES

bp = Blueprint("comments", __name__, url_prefix="/comments")

DELETE = "delete"
# Five pages; nobody selects more by hand, and the database bounds a list of numbers.
MAX_SELECTED = 100
_UNDO = "comments_undo"


class Place(NamedTuple):
    """Where in the list somebody is, and comes back to."""

    shelf: Shelf
    number: int

    @property
    def url(self) -> str:
        """The address of this page of the list."""
        return self.url_of("index")

    def url_of(self, view: str, **values: str | int) -> str:
        """The address of a view that comes back to this place."""
        if self.shelf != Shelf.PENDING:
            values["status"] = self.shelf
        if self.number > 1:
            values["page"] = self.number
        path = url_for(f"admin.comments.{view}", _external=False, **values)  # type: ignore[arg-type]
        return path


@bp.get("/")
@requires(Action.MODERATE)
def index() -> str:
    """The queue, or another shelf."""
    place = _asked_place(request.args)
    user = _moderator()
    counts = desk.counts(user)
    page = desk.page(user, place.shelf, place.number, total=counts[place.shelf])
    if page is None:
        abort(404)
    return render_template(
        "admin/comments/index.html",
        page=page,
        place=place,
        tabs=[
            (shelf, _label(shelf), counts[shelf], Place(shelf, 1).url)
            for shelf in Shelf
        ],
        all_selected=request.args.get("select") == "all",
        may_delete=_may_delete(user),
    )


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
        return redirect(_asked_place(request.form).url, 303)
    return answer


@bp.post("/undo/<key>")
@requires(Action.MODERATE)
def undo(key: str) -> Response:
    """Take back what was done last."""
    place = _asked_place(request.form)
    kept = login_session.pop(_UNDO, None)
    if not kept or kept["key"] != key:
        flash(_("This cannot be undone any more."), "error")
        return redirect(place.url, 303)
    place = Place(Shelf(kept["place"][0]), kept["place"][1])
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
    return redirect(_existing(place).url, 303)


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
    return redirect(_existing(_asked_place(request.args)).url, 303)


@bp.get("/<int:comment_id>/reply")
@requires(Action.MODERATE)
def new_reply(comment_id: int) -> str:
    """An empty reply below the comment it answers."""
    comment = _found_or_404(comment_id)
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
    return redirect(_existing(_asked_place(request.args)).url, 303)


# What the views above are made of


def _act(ids: Sequence[int], pressed: str | None) -> Response | None:
    """Do it, and go back to the list; ``None`` if none of the comments is in reach."""
    place = _asked_place(request.form)
    if pressed not in (*map(str, Verb), DELETE):
        abort(400, _("Nothing was chosen to be done. Nothing was changed."))
    if pressed == DELETE:
        is_done = _delete(ids)
    else:
        is_done = _carry_out(Verb(pressed), ids, place)
    return redirect(_existing(place).url, 303) if is_done else None


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
    login_session[_UNDO] = {"key": key, "place": place, "pasts": pasts}
    undo_path = url_for("admin.comments.undo", key=key)
    flash(_done(verb, len(pasts)), f"undo:{undo_path}")
    return True


def _delete(ids: Sequence[int]) -> bool:
    if not _may_delete(_moderator()):
        abort(403)
    with write_transaction():
        # Only what lies in the trash, so that one press never loses what was read.
        trashed = [each for each in _found(ids) if each.status == Status.TRASH]
        deleted = len(trashed)
        for comment in trashed:
            moderation.delete(comment)
        session.flush()
    if deleted:
        flash(
            ngettext(
                "%(num)d comment was deleted for good.",
                "%(num)d comments were deleted for good.",
                deleted,
            )
        )
    return deleted > 0


def _publish_reply(comment_id: int, content: Content) -> None:
    now = utcnow()
    with write_transaction():
        user = _moderator()
        comment = _found_or_404(comment_id)
        if comment.is_discarded or not comment.post.is_public(now):
            abort(409, _("What is not shown to readers cannot be answered."))
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


def _edited(comment: Comment, typed: EditForm) -> Content:
    """What was typed; who may not see the email address leaves it as it is."""
    return drafts.prepare(
        author=typed.text("author"),
        email=typed.text("email") if may(Action.SEE_COMMENTER) else comment.email,
        url=typed.text("url"),
        source=typed.text("comment"),
        names_required=False,
    )


def _edit_page(
    comment: Comment, form: EditForm, *, theirs: Comment | None = None
) -> str:
    if theirs is not None:
        form.version.data = str(theirs.version)  # sent again, it is meant
    return render_template(
        "admin/comments/edit.html",
        comment=comment,
        form=form,
        theirs=theirs,
        place=_asked_place(request.args),
    )


def _reply_page(comment: Comment, form: ReplyForm) -> str:
    return render_template(
        "admin/comments/reply.html",
        comment=comment,
        form=form,
        place=_asked_place(request.args),
    )


def _moderator() -> User:
    user = current_user()
    if user is None:  # logged out in the middle of the request
        abort(401)
    return user


def _may_delete(user: User) -> bool:
    return reach(user, Action.MODERATE) == Reach.ANY


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


def _label(shelf: Shelf) -> str:
    return {
        Shelf.PENDING: _("Waiting"),
        Shelf.APPROVED: _("Approved"),
        Shelf.SPAM: _("Spam"),
        Shelf.TRASH: _("Trash"),
        Shelf.ALL: _("All"),
    }[shelf]


def _asked_place(values: Mapping[str, str]) -> Place:
    """The place that an address or a form names; the first page of the queue if none.

    :raise NotFound: if there is no such place
    """
    shelf = values.get("status") or Shelf.PENDING
    number = whole_number(values.get("page") or "1")
    if shelf not in tuple(Shelf) or not number:
        abort(404, _("There is no such page of this list."))
    return Place(Shelf(shelf), number)


def _existing(place: Place) -> Place:
    """The place, or the last page of its shelf if fewer are left now."""
    last = last_page(desk.counts(_moderator())[place.shelf], desk.PAGE_SIZE)
    return place._replace(number=min(place.number, last))


def _statuses(past: Sequence[str]) -> tuple[Status, Status, Status | None, str]:
    _id, after, status, previous_status, reason = past
    return (
        Status(after),
        Status(status),
        Status(previous_status) if previous_status else None,
        reason,
    )


def _status(refused: Refused) -> int:
    return 413 if isinstance(refused, TooLong) else 422


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
