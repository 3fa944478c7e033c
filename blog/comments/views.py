"""Where readers' comments arrive."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Blueprint, abort, current_app, redirect, request
from werkzeug import Response

from ..accounts.guard import current_user
from ..accounts.models import User
from ..clock import utcnow
from ..database import GATE_DEADLINE_SECONDS, GateTimeout, write_transaction
from ..extensions import csrf
from ..posts import locks
from ..posts.models import Post
from ..posts.permalinks import post_url
from ..posts.reading import is_open_to_visitor, readable_or_404
from ..posts.views import render_post
from ..search import index
from ..security import anyone, max_body, public
from ..site.models import Site
from ..site.queries import settings
from ..text.normalize import single_line
from . import decisions, drafts, learning, queries, refusals, submission
from .drafts import Content, Origin
from .forms import CommentForm
from .models import Comment, Scope
from .own import own
from .pages import Conversation
from .queries import Ground
from .refusals import Refused, Repeated

bp = Blueprint("comments", __name__)
_turn = threading.Lock()

# Four times a comment of the greatest length, as every letter may arrive as %XX.
MAX_FORM_BYTES = 256 * 1024
# WordPress's limit, which its own table of comments has, too.
USER_AGENT_LIMIT = 254
# Of what only Akismet gets.
REFERRER_LIMIT = 500
HONEYPOT_LIMIT = 200

STATUSES: dict[type[Refused], int] = {
    refusals.PostGone: 404,
    refusals.ParentGone: 403,
    refusals.Closed: 403,
    refusals.Locked: 403,
    refusals.AccountRequired: 403,
    refusals.Invalid: 422,
    refusals.TooLong: 413,
    refusals.Repeated: 409,
    refusals.TooFast: 429,
}


@contextmanager
def _in_turn() -> Iterator[None]:
    """One comment at a time in a process, from its first question to the database on.
    Python runs one thread at a time anyway: several would take it from each other in
    each of their questions, and who has the right to write would wait behind others
    who render.

    :raise GateTimeout: if those before took too long; nothing was written
    """
    if not _turn.acquire(timeout=GATE_DEADLINE_SECONDS):
        raise GateTimeout("other comments took too long")
    try:
        yield
    finally:
        _turn.release()


@bp.get("/comments/<int:post_id>")
@public
def form(post_id: int) -> Response:
    """The form has no page of its own; who comes here is led to it."""
    post = readable_or_404(post_id, utcnow())
    return redirect(f"{post_url(post)}#respond", 303)


@bp.post("/comments/<int:post_id>")
@anyone
@max_body(MAX_FORM_BYTES)
# The form stands in a page without sessions; security.py asks for the origin.
@csrf.exempt  # type: ignore[untyped-decorator]
@_in_turn()
def create(post_id: int) -> Response:
    """Take in a comment. Whatever is wrong with it, the text comes back."""
    now = utcnow()
    typed = CommentForm.sent()
    user = current_user()
    ground = queries.ground(post_id, typed.parent_id)
    if ground is None or not locks.is_readable_by(user, ground.post, now):
        abort(404)  # what is hidden and what is missing look alike
    post = ground.post
    try:
        if typed.wants_preview:
            typed.preview = _read_over(typed, ground, user, now).html
            return render_post(post, now=now, form=typed)
        place = _received(typed, ground, user, now)
    except Repeated as again:
        first = queries.by_id(again.first_id)
        if typed.wants_preview or not again.is_recent or first is None:
            return _refuse(typed, post, again, now)
        place = place_of(first, now, may_change=_is_same_person(first, user))
    except Refused as refused:
        return _refuse(typed, post, refused, now)
    return redirect(place, 303)


def _read_over(
    typed: CommentForm, ground: Ground, user: User | None, now: datetime
) -> Content:
    """What would be sent, if it could be.

    :raise Refused: if not, as it would be when it is sent
    """
    _check(ground, user, now)
    content = _content(typed, ground.site, user, typed.wish)
    submission.check_new(content, ground.post, typed.parent_id, now)
    return content


def _received(
    typed: CommentForm, ground: Ground, user: User | None, now: datetime
) -> str:
    """Take the comment in, and where its writer sees it.

    :raise Refused: if it cannot be; nothing was written
    """
    post, site, parent_id = ground.post, ground.site, typed.parent_id
    _check(ground, user, now)
    wish = typed.wish
    origin = origin_of(user, typed.signals(post, now), typed.text("subject"))
    content = _content(typed, site, user, wish)
    decision = decisions.decide(
        content,
        origin,
        post,
        site,
        user,
        known=decisions.history(content, user),
        opinion=learning.opinion(content, origin, site),
    )
    # Folding takes a while, so not inside the write: the digest, the index's words.
    post_id, digest = post.id, content.digest
    index.COMMENTS.document(
        content.author, content.url, content.html, content.email, origin.ip
    )
    with write_transaction():
        # The post, the parent and the rules may have changed while this was read.
        newest = queries.ground(post_id, parent_id, digest)
        submission.check_first(_check(newest, user, now).first, now)
        if current_app.config["LIMITS"] and not decisions.is_trusted(user, post):
            submission.check_pace(content, origin, now)
        comment = submission.receive(
            content,
            origin,
            decision,
            post=post,
            parent_id=parent_id,
            user=user,
            now=now,
            wish=wish,
        )
        # Here, where all of it is at hand; after the write it would be read again.
        return place_of(comment, now, may_change=True)


def origin_of(user: User | None, signals: str, honeypot: str = "") -> Origin:
    """Where this request comes from, as a comment keeps it."""
    return Origin(
        user_id=user.id if user else None,
        ip=request.remote_addr or "",
        user_agent=single_line(
            request.user_agent.string.replace("\0", ""), USER_AGENT_LIMIT
        ),
        signals=signals,
        referrer=single_line(
            request.headers.get("Referer", "").replace("\0", ""), REFERRER_LIMIT
        ),
        honeypot=single_line(honeypot, HONEYPOT_LIMIT),
    )


def _is_same_person(first: Comment, user: User | None) -> bool:
    """Whether who sends a comment again is who sent it before: then they may change it.
    Words and names can be copied from the page, but no email address.
    """
    return (
        first.user_id == (user.id if user else None)
        and first.email != ""
        and first.ip == (request.remote_addr or "")
    )


def _check(ground: Ground | None, user: User | None, now: datetime) -> Ground:
    """Whether this browser's person may comment here, and the ground on which.

    :raise Refused: if not, with the reason
    """
    ground = submission.check(ground, user, now)
    if not is_open_to_visitor(ground.post):
        raise refusals.Locked
    return ground


def _content(
    typed: CommentForm, site: Site, user: User | None, wish: Scope | None
) -> Content:
    if user is not None:
        return drafts.prepare_as(user, typed.text("comment"))
    return drafts.prepare(
        author=typed.text("author"),
        email=typed.text("email"),
        url=typed.text("url"),
        source=typed.text("comment"),
        names_required=site.require_name_email,
        email_required=wish is not None,
    )


def _refuse(
    typed: CommentForm, post: Post, refused: Refused, now: datetime
) -> Response:
    """The same page again, with the text and what is wrong with it."""
    status = STATUSES[type(refused)]
    if isinstance(refused, refusals.PostGone):
        abort(status, str(refused))
    typed.refuse(refused)
    response = render_post(post, now=now, form=typed, status=status)
    if isinstance(refused, refusals.TooFast):
        response.headers["Retry-After"] = str(refused.wait_seconds)
    return response


def place_of(comment: Comment, now: datetime, *, may_change: bool) -> str:
    """Where its writer sees it, and may change it for a while. Every waiting one looks
    the same, be it spam or not.
    """
    site, post = settings(), comment.post
    may_change = may_change and site.comment_edit_minutes > 0
    if comment.is_approved:
        talk = Conversation(post, site)
        page = talk.url(talk.place(comment))
    else:
        page = post_url(post)
    if may_change or not comment.is_approved:
        token = own.token(comment, now, may_change=may_change)
        page += f"{'&' if '?' in page else '?'}held={token}"
    return f"{page}#comment-{comment.id}"
