"""What stands around a post in the editor: its review, notes, links, and what can be
made of it. It has a page of its own, too, where a form comes back if something in it is
wrong, and where those read on who may not change the post any more.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug import Response

from ...accounts import guard
from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import format_time
from ...i18n import gettext as _
from ...site.queries import settings
from .. import moments, publishing
from .. import rights as post_rights
from ..desk import queries as desk
from ..models import Kind, Post, Status
from . import copies, notes, queries, review, rights
from .copies import TooMany
from .forms import LinkForm, NameForm, NoteForm, ReviewForm
from .review import Decision

bp = Blueprint("editorial", __name__, url_prefix="/editorial")


@bp.app_context_processor
def _panels() -> dict[str, object]:
    return {"editorial_panel": panel}


def panel(post: Post, **forms: Any) -> dict[str, object]:
    """All that the panel around a post shows; ``forms`` are those that came back."""
    now = utcnow()
    may_edit = post_rights.may_edit(post)
    may_publish = may_edit and post_rights.may_publish(post.kind, post)
    known = queries.notes(post.id)
    zone = ZoneInfo(settings().timezone)
    shown = post.published_at and moments.on_the_wall(post.published_at, zone)
    return {
        "may_edit": may_edit,
        "is_trash": post.status == Status.TRASH,
        "reviews": may_publish and post.status == Status.PENDING,
        "submission": queries.submission(post.id),
        "threads": notes.threads(known),
        "open_number": sum(
            1 for each in known if each.parent_id is None and each.resolved_at is None
        ),
        "me": post_rights.me(),
        "links": queries.preview_links(post.id, now) if may_edit else (),
        "new_link": g.pop("new_preview_link", None),
        "may_keep_templates": guard.may(Action.TERMS),
        "note_form": forms.get("note_form") or NoteForm.blank(),
        "link_form": forms.get("link_form") or LinkForm(),
        "review_form": forms.get("review_form") or ReviewForm(post.version, shown),
        "name_form": forms.get("name_form") or NameForm.blank(post.title),
        # What came back stands where it was typed.
        "answered": forms.get("answered"),
        "rewritten": forms.get("rewritten"),
    }


def page(post: Post, **forms: Any) -> str:
    """The panel as a page of its own."""
    return render_template(
        "admin/editorial/show.html",
        post=post,
        kind=post.kind,
        state=desk.shelf_of(post, utcnow()),
        returned=forms,
        form=forms.get("form"),
        back=editor_url(post) if post_rights.may_edit(post) else list_url(post.kind),
    )


def editor_url(post: Post) -> str:
    """The address of a post's editor."""
    return url_for(f"admin.{post.kind}s.edit", post_id=post.id)


def list_url(kind: Kind) -> str:
    """The address of the list of a kind."""
    return url_for(f"admin.{kind}s.index")


def back_to(post: Post, anchor: str) -> Response:
    """Back to where the form stood: the editor, or the panel's own page."""
    if request.form.get("from") == "editor" and post_rights.may_edit(post):
        return redirect(f"{editor_url(post)}#{anchor}", 303)
    return redirect(
        url_for("admin.editorial.show", post_id=post.id) + f"#{anchor}", 303
    )


@bp.get("/<int:post_id>/")
@requires(Action.WRITE)
def show(post_id: int) -> str:
    """The panel by itself."""
    return page(rights.written(post_id))


@bp.post("/<int:post_id>/copy")
@requires(Action.WRITE)
def duplicate(post_id: int) -> Response:
    """Make a new draft with all that a post has but its address and its date."""
    now = utcnow()
    post = rights.changeable(post_id)
    content = copies.content_of(post)
    with write_transaction():
        post = rights.changeable(post_id)
        may_write = post.author in desk.writers()
        author = post.author if may_write else post_rights.me()
        copy = copies.duplicate(post, content, author, now)
        address = editor_url(copy)
    flash(_("This is the copy: a draft without an address and a date."))
    return redirect(address, 303)


@bp.post("/<int:post_id>/templates")
@requires(Action.TERMS)
def keep_template(post_id: int) -> Response | tuple[str, int]:
    """Keep a post's text, to begin others with."""
    post = rights.changeable(post_id)
    form = NameForm.sent()
    if not form.validate():
        return page(post, form=form, name_form=form), 422
    try:
        with write_transaction():
            post = rights.changeable(post_id)
            copies.keep_as_template(post, form.name.data or "", utcnow())
    except TooMany:
        form.name.errors = [
            _("There are %(num)d already. Delete one first.", num=copies.MOST)
        ]
        return page(rights.changeable(post_id), form=form, name_form=form), 422
    flash(_("Saved as the template “%(name)s”.", name=form.name.data))
    return back_to(rights.changeable(post_id), "make-of-it")


@bp.post("/<int:post_id>/review")
@requires(Action.PUBLISH)
def decide(post_id: int) -> Response | tuple[str, int]:
    """Publish or schedule what waits, or send it back with a note."""
    now = utcnow()
    post = rights.changeable(post_id)
    form = ReviewForm(post.version)
    sends_back = "return" in request.form
    if not post_rights.may_publish(post.kind, post):
        abort(403)
    wrong = _what_is_wrong(form, post, sends_back=sends_back)
    if wrong:
        return page(post, form=form, review_form=form), wrong
    try:
        with write_transaction():
            post = rights.changeable(post_id)
            is_same = str(post.version) == form.version.data
            if is_same and post.status == Status.PENDING:
                if sends_back:
                    _return(post, form.message.data or "", now)
                else:
                    _finish(post, form, now)
                post.version += 1
    except notes.TooMany:
        form.message.errors = [_("You have noted too much on this post already.")]
        return page(post, form=form, review_form=form), 422
    if not is_same:
        form.version.data = str(post.version)
        form.form_errors.append(
            _("This was saved again meanwhile. Look at it, then decide once more.")
        )
        return page(post, form=form, review_form=form), 409
    flash(_decision_told(post))
    return redirect(editor_url(post), 303)


def _what_is_wrong(form: ReviewForm, post: Post, *, sends_back: bool) -> int:
    """The status with which the form comes back; 0 if nothing is wrong."""
    if not form.validate():
        return 422
    if post.status != Status.PENDING:
        form.form_errors.append(_("It does not wait any more. Nothing was changed."))
        return 409
    if sends_back and not form.message.data:
        form.message.errors = [_("Say what is to be changed.")]
        return 422
    if not (sends_back or post.title):
        form.form_errors.append(_("Give it a title first: its address needs one."))
        return 422
    return 0


def _return(post: Post, text: str, now: datetime) -> None:
    me = post_rights.me()
    owners = [user.id for user in review.owners(post)]
    post.withdraw()
    review.moved(post, Status.PENDING, me, now)
    note = notes.add(post, me, text, now, told=owners)
    review.decided(post, Decision.RETURNED, me, now, note)


def _finish(post: Post, form: ReviewForm, now: datetime) -> None:
    me = post_rights.me()
    if form.message.data:
        notes.add(post, me, form.message.data, now)
    publishing.publish(post, form.published_at.at or now)
    review.moved(post, Status.PENDING, me, now)


def _decision_told(post: Post) -> str:
    now = utcnow()
    if post.status == Status.DRAFT:
        return _("Sent back. It is a draft again, and your note stands on it.")
    if post.is_scheduled(now) and post.published_at is not None:
        time = format_time(post.published_at)
        return _("Scheduled for %(time)s.", time=time)
    return _("Published. Readers see it now.")
