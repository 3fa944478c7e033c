"""A post in HTML becomes one in Markdown: first to be looked at, then as a save."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...paging import whole_number
from ...security import max_body
from ...text import conversion
from ...text.normalize import Unstorable
from ...text.sanitizer import Format, TooLarge
from .. import publishing, rights
from ..desk import editor
from ..models import Post
from ..publishing import Content
from . import comparison, revisions, rooms
from .comparison import Words

bp = Blueprint("conversion", __name__, url_prefix=rooms.PREFIX)


@bp.post("/<int:post_id>/markdown")
@requires(Action.WRITE)
@max_body(editor.MAX_FORM_BYTES)
def ask(room: str, post_id: int) -> str | Response:
    """Show what would become of the text in the editor, or of the stored one."""
    post = rights.find(rooms.kind_of(room), post_id)
    words = _typed(post)
    if words.format != Format.HTML:
        flash(_("This text is not HTML, so there is nothing to convert."), "error")
        return redirect(url_for(f"admin.{room}.edit", post_id=post_id), 303)
    in_html, in_markdown = _both(words)
    reading = comparison.compare(
        Words(source=conversion.outline(in_html.html)),
        Words(source=conversion.outline(in_markdown.html)),
    )
    return render_template(
        "admin/revisions/conversion.html",
        room=room,
        post=post,
        words=words,
        version=request.form.get("version") or str(post.version),
        reading=reading,
        comparison=comparison.compare(
            words, words._replace(source=in_markdown.source, format=Format.MARKDOWN)
        ),
    )


@bp.post("/<int:post_id>/markdown/conversion")
@requires(Action.WRITE)
@max_body(editor.MAX_FORM_BYTES)
def convert(room: str, post_id: int) -> Response:
    """Save the text in Markdown; what it was in HTML is kept as a revision."""
    kind, now = rooms.kind_of(room), utcnow()
    post = rights.find(kind, post_id)
    in_html, in_markdown = _both(_typed(post))
    with write_transaction():
        post = rights.find(kind, post_id)
        if whole_number(request.form.get("version")) != post.version:
            abort(
                409,
                _(
                    "It was saved by somebody else, or in another window, meanwhile. "
                    "Nothing was converted: go back to the editor and look at it first."
                ),
            )
        me = rights.me()
        revisions.restore(post, in_html, me, now)
        revisions.restore(post, in_markdown, me, now)
        revisions.drop_autosave(post, me)
    flash(_("It is written in Markdown now. The HTML is among its revisions."))
    return redirect(url_for(f"admin.{room}.edit", post_id=post_id), 303)


def _typed(post: Post) -> Words:
    """The words in the form; without any, those that are stored."""
    form = request.form
    if "body" not in form:
        return Words(post.title, post.source, post.excerpt, post.format)
    format = form.get("format") or post.format
    if format not in tuple(Format):
        abort(400)
    return Words(
        form.get("title", post.title),
        form["body"].replace("\r\n", "\n"),
        form.get("excerpt", post.excerpt).replace("\r\n", "\n"),
        Format(format),
    )


def _both(words: Words) -> tuple[Content, Content]:
    """The text as it is, and in Markdown, both rendered."""
    try:
        return (
            _prepared(words),
            _prepared(
                words._replace(
                    source=conversion.to_markdown(words.source),
                    format=Format.MARKDOWN,
                )
            ),
        )
    except TooLarge:
        abort(413)
    except Unstorable:
        abort(400)


def _prepared(words: Words) -> Content:
    return publishing.prepare(
        title=words.title,
        source=words.source,
        format=words.format,
        excerpt=words.excerpt,
    )
