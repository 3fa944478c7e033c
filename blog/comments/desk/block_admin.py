"""Blocking somebody from a comment of theirs."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...i18n import ngettext
from ...site.queries import settings
from .. import counts, moderation
from ..models import Comment, Status
from ..moderation import Verb
from . import blocking, states
from . import queries as desk
from .admin import moderator
from .block_forms import BlockForm
from .blocking import READ_LOOKED_AT, WAITING_LOOKED_AT, Trait
from .comment_admin import found_or_404
from .listing import asked_place

bp = Blueprint("block", __name__, url_prefix="/comments/<int:comment_id>/block")

# Of one press, as all of it can be taken back.
MAX_MOVED = 500


@bp.get("/")
@requires(Action.SEE_COMMENTER)
def choose(comment_id: int) -> str:
    """By what the writer of a comment can be known again."""
    return _page(found_or_404(comment_id), BlockForm.empty())


@bp.post("/")
@requires(Action.SEE_COMMENTER)
def block(comment_id: int) -> Response | tuple[str, int]:
    """Add what was chosen to the owner's words, or say first what it would concern."""
    comment = found_or_404(comment_id)
    form = BlockForm.sent()
    offered = blocking.traits(comment)
    if not form.check(offered):
        return _page(comment, form), 422
    lines = form.lines(offered)
    if "look" in request.form:
        return _page(comment, form, lines), 200
    concerned = _waiting([lines])[0][:MAX_MOVED] if form.moves else []
    now, user = utcnow(), moderator()
    with write_transaction():
        comment = found_or_404(comment_id)
        added = blocking.add(settings(), form.list, lines, comment, user, now)
        still = [
            each
            for each in desk.found(user, concerned)
            if each.status == Status.PENDING
        ]
        pasts = moderation.carry_out_all(Verb.TRASH, still, user, now)
        counts.recount(still)
    place = asked_place(request.args)
    states.remember(_told(lines, len(pasts)), pasts, place, now, added)
    return redirect(place.as_it_is_now(user).way_on, 303)


def _page(comment: Comment, form: BlockForm, lines: Sequence[str] = ()) -> str:
    """The form; with ``lines``, what these would concern."""
    offered = blocking.traits(comment)
    waiting = _waiting([*offered.values(), lines])
    return render_template(
        "admin/comments/block.html",
        comment=comment,
        form=form,
        offered=offered,
        labels=_labels(),
        waiting=dict(zip(offered, map(len, waiting), strict=False)),
        looked_at=lines,
        concerned=len(waiting[-1]),
        read=len(blocking.concerned([lines], Status.APPROVED, READ_LOOKED_AT)[0]),
        read_limit=READ_LOOKED_AT,
        words=blocking.words(comment),
        place=asked_place(request.args),
    )


def _waiting(groups: Sequence[Sequence[str]]) -> Sequence[Sequence[int]]:
    return blocking.concerned(groups, Status.PENDING, WAITING_LOOKED_AT)


def _labels() -> dict[Trait, str]:
    return {
        Trait.EMAIL: _("Email"),
        Trait.HOST: _("Website"),
        Trait.LINKS: _("Sites linked to"),
        Trait.ADDRESS: _("IP address"),
        Trait.NETWORK: _("Addresses near it"),
    }


def _told(lines: Sequence[str], moved: int) -> str:
    blocked = _("Blocked: %(lines)s.", lines=", ".join(lines))
    if not moved:
        return blocked
    told = ngettext(
        "%(num)d waiting comment moved to the trash.",
        "%(num)d waiting comments moved to the trash.",
        moved,
    )
    return f"{blocked} {told}"
