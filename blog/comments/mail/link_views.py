"""The page behind the links in a moderator's mail. No login, and no session made: who
has the link may decide about this one comment.

To open it changes nothing: programs that look for viruses open every link.
"""

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug import Response

from ...accounts.permissions import Action, may
from ...clock import utcnow
from ...database import write_transaction
from ...extensions import csrf
from ...i18n import gettext as _
from ...security import anyone, max_body
from .. import counts, drafts, events, moderation, replies
from ..models import Comment, EventKind, Status
from ..moderation import Verb
from ..refusals import Refused, Repeated
from ..views import MAX_FORM_BYTES, STATUSES
from . import links as moderation_links
from .link_forms import LinkReplyForm
from .links import Permit

bp = Blueprint("moderation_links", __name__, url_prefix="/moderate")

# What is offered for each state, the likeliest first.
OFFERED = {
    Status.PENDING: (Verb.APPROVE, Verb.SPAM, Verb.TRASH),
    Status.APPROVED: (Verb.HOLD, Verb.SPAM, Verb.TRASH),
    Status.SPAM: (Verb.RESTORE, Verb.APPROVE, Verb.TRASH),
    Status.TRASH: (Verb.RESTORE, Verb.APPROVE, Verb.SPAM),
}


@bp.get("/<token>")
@anyone
def show(token: str) -> Response:
    """The comment, why it stands where it stands, and the buttons."""
    permit = moderation_links.permit(token, utcnow())
    return _spent() if permit is None else _page(token, permit, LinkReplyForm.empty())


@bp.post("/<token>")
@anyone
@max_body(MAX_FORM_BYTES)
@csrf.exempt  # type: ignore[untyped-decorator]
def decide(token: str) -> Response:
    """Do what the pressed button says, unless somebody was faster."""
    now = utcnow()
    pressed = next((verb for verb in Verb if verb in request.form), None)
    if pressed is None:
        abort(400, _("Nothing was chosen to be done. Nothing was changed."))
    with write_transaction():
        permit = moderation_links.permit(token, now)
        is_current = permit is not None and _is_as_seen(permit.comment)
        if permit is not None and is_current:
            before = permit.comment.status
            moderation.carry_out(pressed, permit.comment, permit.user, now)
            counts.recount([permit.comment])
            if permit.comment.status != before:
                _note(permit)
    if permit is None:
        return _spent()
    if not is_current:
        return _page(token, permit, LinkReplyForm.empty(), status=409)
    return redirect(request.path, 303)


@bp.post("/<token>/reply")
@anyone
@max_body(MAX_FORM_BYTES)
@csrf.exempt  # type: ignore[untyped-decorator]
def reply(token: str) -> Response:
    """Publish an answer under the moderator's name, and what it answers with it."""
    now = utcnow()
    permit = moderation_links.permit(token, now)
    if permit is None:
        return _spent()
    typed = LinkReplyForm.sent()
    try:
        content = drafts.prepare_as(permit.user, typed.text("comment"))
        with write_transaction():
            permit = moderation_links.permit(token, now)
            is_current = permit is not None and _is_as_read(permit.comment)
            if permit is not None and is_current:
                address = request.remote_addr or ""
                replies.publish(permit.comment, content, permit.user, address, now)
                _note(permit)
    except Refused as refused:
        is_same_press = isinstance(refused, Repeated) and refused.is_recent
        if not is_same_press:
            typed.refuse(refused)
            return _refuse(token, typed, STATUSES.get(type(refused), 409))
        is_current = True
    if not is_current:
        return _refuse(token, typed, 409)
    return redirect(f"/moderate/{token}?replied=1", 303)


@bp.after_request
def keep_to_oneself(response: Response) -> Response:
    """The address of the page is a key to it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _is_as_read(comment: Comment) -> bool:
    """Whether its words are those that the page showed. Its writer may change them for
    a while, and what is approved must be what was read.
    """
    return request.form.get("version") == str(comment.version)


def _is_as_seen(comment: Comment) -> bool:
    """Whether nobody has decided about it since, either."""
    return _is_as_read(comment) and request.form.get("seen") == comment.status


def _note(permit: Permit) -> None:
    """So that everybody can see in the history which way it was decided."""
    sentence = _("%(name)s used the link in a mail.", name=permit.user.display_name)
    events.record(
        permit.comment,
        EventKind.MAILED,
        sentence,
        utcnow(),
        user=permit.user,
        details={"by": "link"},
    )


def _refuse(token: str, typed: LinkReplyForm, status: int) -> Response:
    permit = moderation_links.permit(token, utcnow())
    return _spent() if permit is None else _page(token, permit, typed, status=status)


def _page(
    token: str, permit: Permit, form: LinkReplyForm, *, status: int = 200
) -> Response:
    user, comment = permit
    # The button pressed in the mail is the first one here, if it still makes sense.
    asked = request.args.get("do")
    offered = sorted(OFFERED[comment.status], key=lambda verb: verb != asked)
    is_urged = not comment.is_approved or offered[0] == asked
    page = render_template(
        "comments/moderate.html",
        comment=comment,
        moderator=user,
        may_see=may(user, Action.SEE_COMMENTER),
        is_answerable=replies.is_answerable(comment, user, utcnow()),
        offered=offered,
        urged=offered[0] if is_urged else None,
        labels={
            Verb.APPROVE: _("Approve"),
            Verb.HOLD: _("Put back into the queue"),
            Verb.SPAM: _("Spam"),
            Verb.TRASH: _("Trash"),
            Verb.RESTORE: _("Take back"),
        },
        token=token,
        form=form,
        was_faster=status == 409 and not form.errors,
        has_replied="replied" in request.args,
    )
    return make_response(page, status)


def _spent() -> Response:
    return make_response(render_template("comments/spent_moderation.html"), 404)
