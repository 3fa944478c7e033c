"""A comment in the hands of who has just written it: to change, to take back.

The signed word in the address says that it is theirs. Nobody stores these pages, and no
other site learns their addresses.
"""

from collections.abc import Callable
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
from ...clock import utcnow
from ...database import write_transaction
from ...extensions import csrf
from ...posts.models import Post
from ...security import anyone, max_body
from ...site.queries import settings
from .. import drafts, queries
from ..drafts import Content
from ..forms import OwnForm
from ..models import Comment
from ..refusals import Refused, TooFast
from ..views import MAX_FORM_BYTES, STATUSES, origin_of, place_of
from . import own

bp = Blueprint("own_comment", __name__)

# Of one comment. Each leaves a line in its history.
CHANGES_AN_HOUR = 20


@bp.get("/comments/<int:comment_id>/own")
@anyone
def edit(comment_id: int) -> Response:
    """The words of a comment, to be changed by who wrote it."""
    comment = _mine_or_404(comment_id)
    return _page(comment, OwnForm.of(comment), utcnow())


@bp.post("/comments/<int:comment_id>/own")
@anyone
@max_body(MAX_FORM_BYTES)
# The page is for people without a session; security.py asks for the origin.
@csrf.exempt  # type: ignore[untyped-decorator]
def save(comment_id: int) -> Response:
    """Save changed words, and judge them anew."""
    now = utcnow()
    comment = _mine_or_404(comment_id)
    typed = OwnForm.sent()
    if not _is_in_time(comment, now) or own.is_taken_back(comment):
        return _page(comment, typed, now, status=403)
    try:
        is_saved = change(comment, typed, now)
    except Refused as refused:
        typed.refuse(refused)
        return _page(comment, typed, now, status=STATUSES[type(refused)])
    if not is_saved:
        return _page(comment, typed, now, status=409)
    if not comment.post.is_public(now):
        return redirect(_address("edit", comment), 303)
    return redirect(place_of(comment, now, may_change=True), 303)


@bp.post("/comments/<int:comment_id>/own/withdrawal")
@anyone
@csrf.exempt  # type: ignore[untyped-decorator]
def take_back(comment_id: int) -> Response:
    """Take a comment back."""
    return _moved(comment_id, own.take_back)


@bp.post("/comments/<int:comment_id>/own/restoration")
@anyone
@csrf.exempt  # type: ignore[untyped-decorator]
def put_back(comment_id: int) -> Response:
    """Think again, and let it stand."""
    return _moved(comment_id, own.put_back)


def change(comment: Comment, typed: OwnForm, now: datetime) -> bool:
    """Replace the words of a comment by what its writer typed; ``False`` if somebody
    else has changed it since they began.

    :raise Invalid: if something is missing or wrong
    :raise TooFast: after very many changes
    """
    content = _typed(comment, typed)
    key = f"changes of comment {comment.id}"
    wait = counters.take(key, limit=CHANGES_AN_HOUR, window_seconds=60 * 60, now=now)
    if wait:
        raise TooFast(wait)
    site = settings()
    # As odd as it was when it came; a filter has no other stamp to go by.
    origin = origin_of(comment.user, comment.signals)
    decision = own.judged(comment, content, origin, site)
    with write_transaction():
        current = queries.by_id(comment.id)
        if current is None:
            abort(404)
        if current.version != typed.seen_version:
            return False
        own.change(current, content, origin, decision, now)
    return True


def _typed(comment: Comment, typed: OwnForm) -> Content:
    """An account's comment goes under the account's name, whatever was sent."""
    has_account = comment.user_id is not None
    return drafts.prepare_changed(
        comment,
        author=comment.author if has_account else typed.text("author"),
        email=comment.email,
        url=comment.url if has_account else typed.text("url"),
        source=typed.text("comment"),
        name_required=settings().require_name_email,
    )


def _moved(comment_id: int, move: Callable[[Comment, datetime], None]) -> Response:
    now = utcnow()
    comment = _mine_or_404(comment_id)
    if not _is_in_time(comment, now):
        return _page(comment, OwnForm.of(comment), now, status=403)
    with write_transaction():
        move(_mine_or_404(comment_id), now)
    return redirect(_address("edit", comment), 303)


def _word() -> str | None:
    return request.args.get("mine")


def _address(view: str, comment: Comment) -> str:
    return url_for(f".{view}", comment_id=comment.id, mine=_word())


def _mine_or_404(comment_id: int) -> Comment:
    comment = own.changeable(comment_id, _word())
    if comment is None:
        abort(404)
    return comment


def _is_in_time(comment: Comment, now: datetime) -> bool:
    return now < own.changeable_until(comment, settings())


def _page(
    comment: Comment, form: OwnForm, now: datetime, *, status: int = 200
) -> Response:
    until = own.changeable_until(comment, settings())
    is_in_time = now < until
    return edit_page(
        comment,
        form,
        now,
        status=status,
        back=place_of(comment, now, may_change=True),
        until=until,
        is_in_time=is_in_time,
        withdrawal=_address("take_back", comment) if is_in_time else None,
        restoration=_address("put_back", comment) if is_in_time else None,
    )


def edit_page(
    comment: Comment,
    form: OwnForm,
    now: datetime,
    *,
    status: int,
    back: str,
    until: datetime | None = None,
    is_in_time: bool = True,
    withdrawal: str | None = None,
    restoration: str | None = None,
) -> Response:
    """The words of a comment in a form for who wrote it. It is sent to the address of
    this page. ``back`` leads away from it; ``until`` is when the time is over, if it
    ever is.
    """
    theirs = comment if status == 409 else None
    if theirs is not None:
        form.version.data = str(theirs.version)  # sent again, it is meant
    page = render_template(
        "comments/own/edit.html",
        comment=comment,
        form=form,
        theirs=theirs,
        post=visible_post(comment, now),
        is_taken_back=own.is_taken_back(comment),
        action=request.full_path.rstrip("?"),
        back=back,
        until=until,
        is_in_time=is_in_time,
        withdrawal=withdrawal,
        restoration=restoration,
    )
    return private(page, status)


def visible_post(comment: Comment, now: datetime) -> Post | None:
    """The post of a comment, if everybody may know of it."""
    return comment.post if comment.post.is_public(now) else None


def private(page: str, status: int = 200) -> Response:
    """An answer to whom a word in the address admits: other sites do not see it."""
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
