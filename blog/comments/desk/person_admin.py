"""What one person has written, behind the login: all of it, to hand out or to erase."""

import json
from collections.abc import Callable, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import ngettext
from ...text.normalize import single_line
from .. import queries
from ..models import Comment
from ..own import personal
from ..own.personal import Writer
from . import listing
from .admin import moderator
from .listing import Place, asked_place
from .queries import Filters, Shelf

bp = Blueprint("person", __name__, url_prefix="/comments")

# The newest ones; the lists have them all.
SHOWN = 10
_EMAIL_LIMIT = 320


@bp.get("/people")
@requires(Action.SEE_COMMENTER)
def ask() -> str:
    """Ask for an address."""
    return render_template("admin/comments/people.html", email="", is_unknown=False)


@bp.post("/people")
@requires(Action.SEE_COMMENTER)
def look_up() -> Response | tuple[str, int]:
    """Find who goes by an address; it stands in no address of the site."""
    email = single_line(request.form.get("email", ""), _EMAIL_LIMIT)
    comments = personal.some(personal.with_address(email), limit=1)
    if comments:
        return redirect(url_for(".show", comment_id=comments[0].id), 303)
    page = render_template("admin/comments/people.html", email=email, is_unknown=True)
    return page, 422


@bp.get("/<int:comment_id>/person")
@requires(Action.SEE_COMMENTER)
def show(comment_id: int) -> str:
    """All that the writer of a comment wrote, in numbers, and the newest of it."""
    comment = _comment(comment_id)
    writer = personal.writer_of(comment)
    lists = Place(filters=Filters(by=comment_id))
    return render_template(
        "admin/comments/person.html",
        comment=comment,
        summary=personal.summary(writer),
        newest=personal.newest(writer, SHOWN),
        shelves=[
            (shelf, label, lists.on(shelf).url)
            for shelf, label in listing.shelf_labels().items()
            if shelf != Shelf.ALL
        ],
        place=asked_place(request.args),
    )


@bp.get("/<int:comment_id>/person/export")
@requires(Action.SEE_COMMENTER)
def export(comment_id: int) -> Response:
    """All of it as a file, with everything that is kept of who wrote it."""
    writer = personal.writer_of(_comment(comment_id))
    rows = personal.export(personal.some(writer))
    text = json.dumps({"comments": rows}, ensure_ascii=False, indent=2)
    answer = Response(text, mimetype="application/json")
    answer.headers.set(
        "Content-Disposition", "attachment", filename=f"comments-{comment_id}.json"
    )
    return answer


@bp.get("/<int:comment_id>/person/erasure")
@requires(Action.SEE_COMMENTER)
def ask_before_erasing(comment_id: int) -> str:
    """Say what would be lost."""
    return _question(_comment(comment_id))


@bp.post("/<int:comment_id>/person/erasure")
@requires(Action.SEE_COMMENTER)
def erase(comment_id: int) -> Response | tuple[str, int]:
    """Take the writer's name from all of it, or delete it for good."""
    comment = _comment(comment_id)
    writer = personal.writer_of(comment)
    match request.form.get("how"):
        case "anonymise":
            number = _in_portions(writer, _anonymise)
            told = ngettext(
                "%(num)d comment is anonymous now.",
                "%(num)d comments are anonymous now.",
                number,
            )
        case "delete":
            number = _in_portions(writer, personal.delete)
            told = ngettext(
                "%(num)d comment was deleted for good.",
                "%(num)d comments were deleted for good.",
                number,
            )
        case _:
            return _question(comment), 422
    flash(told)
    return redirect(url_for("admin.comments.index"), 303)


def _comment(comment_id: int) -> Comment:
    """The comment, below whatever post: what somebody wrote is theirs also where the
    post lies in the trash.
    """
    comment = queries.by_id(comment_id)
    if comment is None:
        abort(404)
    return comment


def _question(comment: Comment) -> str:
    return render_template(
        "admin/comments/erase.html",
        comment=comment,
        summary=personal.summary(personal.writer_of(comment)),
    )


def _anonymise(comments: Sequence[Comment]) -> int:
    return personal.anonymise(comments, utcnow(), moderator())


def _in_portions(writer: Writer, do: Callable[[Sequence[Comment]], int]) -> int:
    """Do it to all comments of a writer, and forget what they wanted to be told of; how
    many the comments were. Who comments meanwhile waits for one portion at most.
    """
    number = after_id = 0
    while True:
        with write_transaction():
            portion = personal.some(writer, after_id=after_id, limit=personal.PORTION)
            if not portion:
                personal.forget_wishes(writer)
                return number
            after_id = portion[-1].id
            number += do(portion)
