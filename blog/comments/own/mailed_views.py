"""Everything that one person has written here, for whoever reads their mail: to see, to
change, to take along, to make anonymous, to delete.

The link is asked for by email address. Whether there is anything of that address here,
only its owner learns.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug import Response

from ... import counters
from ...accounts.views import too_fast
from ...clock import utcnow
from ...database import write_transaction
from ...extensions import csrf
from ...jobs import queue
from ...mail import delivery
from ...paging import whole_number
from ...security import anyone, max_body, public
from .. import decisions, drafts
from ..forms import AddressForm, OwnForm
from ..mail import subscriptions
from ..models import Comment, Status
from ..refusals import Invalid, Refused
from ..views import MAX_FORM_BYTES, STATUSES
from . import own, personal
from .views import change, edit_page, private, visible_post

bp = Blueprint("my_comments", __name__, url_prefix="/my-comments")

ASKING_BYTES = 4 * 1024
HOUR_SECONDS = 60 * 60
LETTERS_TO_ONE = 3
QUESTIONS_OF_ONE = 10
ON_A_PAGE = 50


@bp.get("")
@public
def ask() -> str:
    """Where to ask for the link."""
    return _asking_page(AddressForm.empty(), is_asked="asked" in request.args)


@bp.post("")
@anyone
@max_body(ASKING_BYTES)
# The form stands in a page that is the same for everybody; security.py asks for the
# origin, and the limits for patience.
@csrf.exempt  # type: ignore[untyped-decorator]
def send() -> Response:
    """Have the link mailed. The answer is the same for every address."""
    now = utcnow()
    if not delivery.is_on():
        abort(404)
    typed = AddressForm.sent()
    try:
        email = drafts.checked_address(typed.text("email"))
    except Invalid as refused:
        typed.refuse(refused)
        return make_response(_asking_page(typed), 422)
    network = decisions.network(request.remote_addr or "")
    wait = _take(f"my comments from {network}", QUESTIONS_OF_ONE, now)
    if wait:
        typed.form_errors.append(too_fast(wait))
        refusal = make_response(_asking_page(typed), 429)
        refusal.headers["Retry-After"] = str(wait)
        return refusal
    # More letters than that would be a nuisance to who has not asked for them; and
    # saying so would tell that there were some.
    if not _take(f"my comments to {email}", LETTERS_TO_ONE, now):
        # The key is kept with what was done; it must not say for whom.
        key = f"mine:{delivery.digest(email)}"
        with write_transaction():
            queue.add("comments.mine", key, {"email": email}, now)
    return redirect(url_for(".ask", asked=1), 303)


@bp.get("/<token>")
@anyone
def show(token: str) -> Response:
    """All comments of an address, the newest first."""
    now = utcnow()
    email = _address_or_404(token, now)
    writer = personal.with_address(email)
    before_id = whole_number(request.args.get("before")) or None
    found = own.newest(writer, before_id=before_id, limit=ON_A_PAGE + 1)
    return private(
        render_template(
            "comments/own/list.html",
            token=token,
            email=email,
            comments=[
                (each, visible_post(each, now), own.is_taken_back(each))
                for each in found[:ON_A_PAGE]
            ],
            older=found[ON_A_PAGE - 1].id if len(found) > ON_A_PAGE else None,
            total=personal.summary(writer).total,
            subscriptions=[
                (
                    each,
                    each.post.title if each.post.is_public(now) else None,
                    subscriptions.path(each),
                )
                for each in subscriptions.of(email)
            ],
            hours=own.LETTER_HOURS,
        )
    )


@bp.get("/<token>/export.json")
@anyone
def export(token: str) -> Response:
    """What is kept about these comments, as a file."""
    now = utcnow()
    comments = personal.of_address(_address_or_404(token, now))
    rows = personal.export(comments, public_at=now)
    text = json.dumps(rows, ensure_ascii=False, indent=2)
    response = private(text)
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="my-comments.json"'
    return response


@bp.get("/<token>/<int:comment_id>")
@anyone
def edit(token: str, comment_id: int) -> Response:
    """The words of one of them, to be changed."""
    comment = _changeable_or_404(token, comment_id, utcnow())
    return _edit_page(comment, OwnForm.of(comment), token)


@bp.post("/<token>/<int:comment_id>")
@anyone
@max_body(MAX_FORM_BYTES)
# The page is for people without a session; security.py asks for the origin.
@csrf.exempt  # type: ignore[untyped-decorator]
def save(token: str, comment_id: int) -> Response:
    """Save changed words, and judge them anew."""
    now = utcnow()
    comment = _changeable_or_404(token, comment_id, now)
    typed = OwnForm.sent()
    try:
        is_saved = change(comment, typed, now)
    except Refused as refused:
        typed.refuse(refused)
        return _edit_page(comment, typed, token, status=STATUSES[type(refused)])
    if not is_saved:
        return _edit_page(comment, typed, token, status=409)
    return _back(token, f"comment-{comment_id}")


@bp.get("/<token>/anonymity")
@bp.get("/<token>/<int:comment_id>/anonymity", endpoint="ask_anonymity_of_one")
@anyone
def ask_anonymity(token: str, comment_id: int | None = None) -> Response:
    """Ask whether they are to stand without a name."""
    return _question(token, comment_id, "anonymity")


@bp.post("/<token>/anonymity")
@bp.post("/<token>/<int:comment_id>/anonymity", endpoint="anonymise_one")
@anyone
@csrf.exempt  # type: ignore[untyped-decorator]
def anonymise(token: str, comment_id: int | None = None) -> Response:
    """Take the name and all else that is personal from them; the words stay."""
    now = utcnow()
    _in_portions(
        token, comment_id, lambda portion: personal.anonymise(portion, now), now
    )
    return _back(token)


@bp.get("/<token>/deletion")
@bp.get("/<token>/<int:comment_id>/deletion", endpoint="ask_deletion_of_one")
@anyone
def ask_deletion(token: str, comment_id: int | None = None) -> Response:
    """Ask whether they are to go."""
    return _question(token, comment_id, "deletion")


@bp.post("/<token>/deletion")
@bp.post("/<token>/<int:comment_id>/deletion", endpoint="delete_one")
@anyone
@csrf.exempt  # type: ignore[untyped-decorator]
def delete(token: str, comment_id: int | None = None) -> Response:
    """Delete them for good. What answers them stays."""
    _in_portions(token, comment_id, personal.delete, utcnow())
    return _back(token)


def _take(key: str, limit: int, now: datetime) -> int:
    return counters.take(key, limit=limit, window_seconds=HOUR_SECONDS, now=now)


def _address_or_404(token: str, now: datetime) -> str:
    email = own.address_of(token, now)
    if email is None:
        page = render_template("comments/own/spent.html", hours=own.LETTER_HOURS)
        abort(private(page, 404))
    return email


def _one_or_404(token: str, comment_id: int, now: datetime) -> Comment:
    writer = personal.with_address(_address_or_404(token, now))
    found = own.newest(writer, before_id=comment_id + 1, limit=1)
    if not found or found[0].id != comment_id:
        abort(404)
    return found[0]


def _changeable_or_404(token: str, comment_id: int, now: datetime) -> Comment:
    comment = _one_or_404(token, comment_id, now)
    if comment.status == Status.TRASH:
        abort(404)
    return comment


def _in_portions(
    token: str,
    comment_id: int | None,
    verb: Callable[[Sequence[Comment]], int],
    now: datetime,
) -> None:
    """Do something with one of the comments, or with all, in writes of a bearable size;
    not with any that is written meanwhile.
    """
    if comment_id is not None:
        with write_transaction():
            verb([_one_or_404(token, comment_id, now)])
        return
    writer = personal.with_address(_address_or_404(token, now))
    last = personal.newest_id(writer)
    done = 0
    while done < last:
        with write_transaction():
            found = personal.some(writer, after_id=done, limit=personal.PORTION)
            portion = [each for each in found if each.id <= last]
            done = portion[-1].id if portion else last
            verb(portion)


def _question(token: str, comment_id: int | None, verb: str) -> Response:
    now = utcnow()
    email = _address_or_404(token, now)
    comment = None if comment_id is None else _one_or_404(token, comment_id, now)
    total = 1 if comment else personal.summary(personal.with_address(email)).total
    return private(
        render_template(
            "comments/own/confirm.html",
            token=token,
            verb=verb,
            comment=comment,
            total=total,
            action=request.path,
        )
    )


def _edit_page(
    comment: Comment, form: OwnForm, token: str, *, status: int = 200
) -> Response:
    return edit_page(
        comment,
        form,
        utcnow(),
        status=status,
        back=url_for(".show", token=token, _anchor=f"comment-{comment.id}"),
    )


def _asking_page(form: AddressForm, *, is_asked: bool = False) -> str:
    return render_template(
        "comments/own/ask.html",
        form=form,
        is_asked=is_asked,
        mail_is_on=delivery.is_on(),
        hours=own.LETTER_HOURS,
    )


def _back(token: str, anchor: str | None = None) -> Response:
    return redirect(url_for(".show", token=token, _anchor=anchor), 303)
