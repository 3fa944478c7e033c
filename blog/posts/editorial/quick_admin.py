"""What is changed often, without opening the editor: a small form of the editor's own
fields. What it does not show stays as it is.
"""

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...security import max_body
from .. import publishing
from .. import rights as post_rights
from ..desk import editing, listing
from ..desk import queries as desk
from ..desk.editing import Refused, Stale, Step, Untitled, Visibility
from ..desk.forms import PageForm, PostForm, first_field
from ..desk.queries import Shelf
from ..desk.states import described
from ..models import FINISHED, Kind, Post, Status
from . import review, rights

bp = Blueprint("quick", __name__, url_prefix="/editorial")

MAX_FORM_BYTES = 64 * 1024
# The fields that the small form has. Others that are sent are not looked at.
SHOWN = frozenset(
    {
        *("title", "slug", "published_at", "tags", "version", "csrf_token"),
        *("category_ids", "comments_open", "sticky", "parent_id", "position"),
    }
)


@bp.get("/<int:post_id>/quick")
@requires(Action.WRITE)
def edit(post_id: int) -> str:
    """The small form, on a page of its own."""
    post = _found(post_id)
    return _page(_form(post), post)


@bp.post("/<int:post_id>/quick")
@requires(Action.WRITE)
@max_body(MAX_FORM_BYTES)
def update(post_id: int) -> Response | tuple[str, int]:
    """Save what the small form holds, and go back to the list."""
    now = utcnow()
    post = _found(post_id)
    form = _form(post)
    wanted = _wanted(post)
    if not form.validate():
        return _page(form, post), 422
    # All that is rendered is rendered as it was, by what is true of it now.
    content = publishing.prepare(
        title=form.title.data or "",
        source=post.source,
        format=post.format,
        excerpt=post.excerpt,
    )
    step = _take_over(form, post, wanted)
    try:
        with write_transaction():
            post = _found(post_id)
            _save(form, post, content, step, now)
            message = described(post, now)
            kind = post.kind
    except Untitled:
        form.title.errors = [_("Give it a title first: its address needs one.")]
        return _page(form, post), 422
    except Refused as refused:
        first_field(form, refused.field).errors = [refused.message]
        return _page(form, post), 422
    except Stale:
        post = _found(post_id)
        form.form_errors.append(
            _(
                "This was saved again meanwhile. What is stored is “%(title)s”; save "
                "once more to replace it with what stands here.",
                title=post.title or _("Untitled"),
            )
        )
        form.version.data, form.version.raw_data = str(post.version), None
        return _page(form, post), 409
    flash(_("Saved.") + " " + message)
    return redirect(listing.way_back(kind, request.form.get("next")), 303)


def _save(
    form: PostForm | PageForm,
    post: Post,
    content: publishing.Content,
    step: Step,
    now: datetime,
) -> None:
    was = post.status
    me = post_rights.me()
    editing.update_post(
        post,
        content,
        form.details(),
        step,
        by=me,
        seen_version=form.seen_version,
        now=now,
    )
    review.moved(post, was, me, now)


def _found(post_id: int) -> Post:
    post = rights.changeable(post_id)
    if post.status == Status.TRASH:
        abort(404)
    return post


def _form(post: Post) -> PostForm | PageForm:
    form_class = PostForm if post.kind == Kind.POST else PageForm
    form = form_class(
        post,
        user=post_rights.me(),
        may_publish=post_rights.may_publish(post.kind, post),
        may_choose_author=False,
    )
    # What the small form does not show is as it is stored, whatever else is sent.
    stored = form._stored()
    for name, field in form._fields.items():
        if name not in SHOWN and name in stored:
            field.data, field.raw_data, field.process_errors = stored[name], None, []
    return form


def _wanted(post: Post) -> Shelf:
    """The state that was chosen; without a choice, the one it has."""
    try:
        wanted = Shelf(request.form.get("state", ""))
    except ValueError:
        return _state(post)
    return wanted if wanted in _states(post) else _state(post)


def _state(post: Post) -> Shelf:
    """As ``queries.shelf_of``, but what is scheduled is public: the date says which."""
    return Shelf(post.status)


def _states(post: Post) -> dict[Shelf, str]:
    """What it may become with this form."""
    labels = {
        Shelf.DRAFT: _("Draft"),
        Shelf.PENDING: _("Waiting for review"),
        Shelf.PUBLIC: _("Public, from its date on"),
        Shelf.PRIVATE: _("Private"),
    }
    if not post_rights.may_publish(post.kind, post):
        del labels[Shelf.PUBLIC], labels[Shelf.PRIVATE]
    elif post.status in FINISHED:
        del labels[Shelf.PENDING]
    return labels


def _take_over(form: PostForm | PageForm, post: Post, wanted: Shelf) -> Step:
    """Put the chosen state into the form's own words."""
    if wanted == _state(post):
        return Step.SAVE
    match wanted:
        case Shelf.DRAFT:
            return Step.WITHDRAW
        case Shelf.PENDING:
            return Step.SUBMIT
    if form.visibility:
        chosen = Visibility.PROTECTED if post.is_protected else Visibility.PUBLIC
        if wanted == Shelf.PRIVATE:
            chosen = Visibility.PRIVATE
        form.visibility.data = chosen
    return Step.PUBLISH


def _page(form: PostForm | PageForm, post: Post) -> str:
    chosen = set(form.category_ids.data or []) if isinstance(form, PostForm) else set()
    return render_template(
        "admin/editorial/quick.html",
        form=form,
        post=post,
        kind=post.kind,
        chosen=chosen,
        states=_states(post),
        wanted=_wanted(post),
        shelf=desk.shelf_of(post, utcnow()),
        back=listing.way_back(post.kind, request.values.get("next")),
        next=request.values.get("next", ""),
    )
