"""The editor of posts and of pages: what it shows, and what its buttons do."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from flask import (
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug import Response

from ...accounts.models import User
from ...clock import utcnow
from ...database import session, write_transaction
from ...i18n import gettext as _
from ...security import FRAMED_CSP, csp_header
from ...text import slugs
from ...text.normalize import Unstorable
from ...text.sanitizer import Format, TooLarge
from .. import locks, moments, permalinks, publishing, queries, rights, shelving
from ..editorial import review, template_admin
from ..models import (
    FINISHED,
    Byline,
    Kind,
    Post,
    PostCategory,
    PostTag,
    Shape,
    Status,
    Tag,
)
from ..publishing import Content
from ..revisions import revisions
from ..revisions.models import Revision
from ..rights import find, may_publish
from ..shelving import Past
from ..templating import WORDS_A_MINUTE
from ..views import render_preview
from . import drafts, editing, states
from . import queries as desk
from .drafts import Begun
from .editing import Refused, Stale, Step, Untitled, Visibility
from .forms import PageForm, PostForm, first_field
from .queries import Shelf

# The longest text, sent by a form that writes every byte of it as three.
MAX_FORM_BYTES = 6 * 1024 * 1024 + 64 * 1024

EditorForm = PostForm | PageForm


class Saved(NamedTuple):
    """A post that was just saved; ``past`` is how it stood before, if it was moved and
    can be put back.
    """

    post: Post
    past: Past | None


def show_new(kind: Kind) -> str:
    """An empty editor, or one with a template in it."""
    form = _form(kind, None)
    template_admin.fill(form, request.args.get("template"))
    return _page(form, kind, None)


def show_edit(kind: Kind, post_id: int) -> str:
    """The editor with a stored post."""
    post = find(kind, post_id)
    form = _form(kind, post)
    if "autosave" in request.args:
        _take_autosave(form, post)
    return _page(form, kind, post)


def create(kind: Kind) -> Response | tuple[str, int]:
    """Save a new post, and do what the pressed button says. One that its editor sent
    before is saved over.
    """
    key = drafts.key_in(request.form)
    draft = drafts.find(rights.me(), kind, key)
    try:
        return _update(kind, draft.post, key) if draft else _save(kind, None, key)
    except Begun:
        return create(kind)


def update(kind: Kind, post_id: int) -> Response | tuple[str, int]:
    """Save a post over its stored version, and do what the pressed button says."""
    return _update(kind, rights.find_written(kind, post_id), None)


def _update(kind: Kind, post: Post, key: str | None) -> Response | tuple[str, int]:
    if not rights.may_edit(post):
        return _taken(kind, post), 403
    return _save(kind, post, key)


def preview_unsaved(kind: Kind, post_id: int | None = None) -> Response:
    """What is in the editor as readers would see it; the editor shows it in a frame
    beside the text. Nothing is stored."""
    now = utcnow()
    stored = find(kind, post_id) if post_id is not None else None
    form = _form(kind, stored)
    form.validate()  # finds the date that is meant; what is wrong is told on saving
    try:
        imagined = _imagined(form, _content(form), stored, now)
    except TooLarge:
        abort(413)
    except Unstorable:
        abort(400)
    page = render_preview(imagined, now)
    return make_response(page, {"Content-Security-Policy": csp_header(FRAMED_CSP)})


def preview_saved(kind: Kind, post_id: int) -> str:
    """A stored post as readers would see it, in whatever state it is."""
    post = rights.find_readable(kind, post_id)
    may_go_on = rights.may_edit(post)
    editor = url_for(".edit", post_id=post.id) if may_go_on else None
    return render_preview(post, utcnow(), editor=editor)


def _take_autosave(form: EditorForm, post: Post) -> None:
    """Put into the form what its writer wrote and did not save."""
    kept = revisions.newer_autosave(post, rights.me())
    if kept is None:
        return
    form.title.data, form.body.data = kept.title, kept.source
    form.excerpt.data, form.format.data = kept.excerpt, kept.format


def _form(kind: Kind, post: Post | None) -> EditorForm:
    form = PostForm if kind == Kind.POST else PageForm
    return form(
        post,
        user=rights.me(),
        may_publish=may_publish(kind, post),
        may_choose_author=rights.whose(kind) is None,
    )


def _page(
    form: EditorForm, kind: Kind, post: Post | None, *, theirs: Post | None = None
) -> str:
    now = utcnow()
    chosen = set(form.category_ids.data or []) if isinstance(form, PostForm) else set()
    may_view = post is not None and locks.is_readable_by(rights.me(), post, now)
    return render_template(
        "admin/posts/edit.html",
        form=form,
        kind=kind,
        post=post,
        theirs=theirs,
        state=desk.shelf_of(post, now) if post else Shelf.DRAFT,
        address=permalinks.post_url(post) if post and post.slug else None,
        may_view=may_view,
        may_edit=post is None or rights.may_edit(post),
        may_publish=may_publish(kind, post),
        will_be=_will_be(form, now),
        their_visibility=editing.visibility_of(theirs) if theirs else None,
        words_a_minute=WORDS_A_MINUTE,
        draft_key=None if post else drafts.key_in(request.form) or drafts.new_key(),
        autosave=url_for(".index") + (f"{post.id}/" if post else "") + "autosave",
        unsaved=_unsaved(post),
        is_autosave=request.method == "GET" and "autosave" in request.args,
        came_back=bool(form.errors or theirs or "autosave" in request.args),
        clock=f"{moments.on_the_wall(now, form.zone):%Y-%m-%dT%H:%M}",
        chosen=chosen,
    )


def _unsaved(post: Post | None) -> Revision | None:
    """What the writer left unsaved on the server, unless it is what is shown."""
    if post is None or "autosave" in request.args or request.method != "GET":
        return None
    return revisions.newer_autosave(post, rights.me())


def _will_be(form: EditorForm, now: datetime) -> Shelf:
    """Where the button that publishes would lay it, as the form stands."""
    if form.visibility and form.visibility.data == Visibility.PRIVATE:
        return Shelf.PRIVATE
    date = form.published_at.data if form.published_at else None
    is_later = date is not None and date.replace(tzinfo=form.zone) > now
    return Shelf.SCHEDULED if is_later else Shelf.PUBLIC


def _save(kind: Kind, post: Post | None, key: str | None) -> Response | tuple[str, int]:
    now = utcnow()
    step = next((each for each in Step if each.value in request.form), Step.SAVE)
    form = _form(kind, post)
    draft = drafts.find(rights.me(), kind, key)
    if draft is not None:  # should the form come back, it is that of a stored post
        form.version.data = str(draft.version)
    if step == Step.PUBLISH and not may_publish(kind, post):
        form.form_errors.append(
            _("You may write, and an editor publishes. Nothing was saved yet.")
        )
        return _page(form, kind, post), 403
    if not form.validate():
        return _page(form, kind, post), 422
    if not (form.title.data or form.body.data or form.excerpt.data):
        form.title.errors = [_("Write a title or some text first.")]
        return _page(form, kind, post), 422
    try:
        content = _content(form)
        with write_transaction():
            saved = _write(form, kind, post, content, step, now, key)
    except TooLarge:
        form.body.errors = [_("That is more than 2 MiB of text. Nothing was saved.")]
        return _page(form, kind, post), 413
    except Unstorable:
        form.body.errors = [_("The text holds a character that cannot be stored.")]
        return _page(form, kind, post), 422
    except Untitled:
        form.title.errors = [_("Give it a title first: its address needs one.")]
        return _page(form, kind, post), 422
    except Refused as refused:
        first_field(form, refused.field).errors = [refused.message]
        return _page(form, kind, post), 422
    except Stale:
        return _conflict(form, kind, post), 409
    return _answer(saved, step, now)


def _write(
    form: EditorForm,
    kind: Kind,
    post: Post | None,
    content: Content,
    step: Step,
    now: datetime,
    key: str | None,
) -> Saved:
    details, draft = form.details(), drafts.find(rights.me(), kind, key)
    if post is None:
        if draft is not None:
            raise Begun
        made = editing.create(rights.me(), kind, content, details, step, now)
        session.flush()
        drafts.note(rights.me(), key, made)
        before = shelving.snapshot(made)._replace(
            status=Status.DRAFT, published_at=details.published_at, slug=details.slug
        )
        review.moved(made, Status.DRAFT, rights.me(), now)
        return Saved(made, before if made.status != Status.DRAFT else None)
    post = find(kind, post.id)
    if draft is not None and not details.slug:  # it never saw the address that it got
        details = replace(details, slug=post.slug)
    before, kept = shelving.snapshot(post), (post.password, post.sticky)
    editing.update_post(
        post,
        content,
        details,
        step,
        by=rights.me(),
        seen_version=draft.version if draft else form.seen_version,
        now=now,
    )
    drafts.note(rights.me(), key, post)
    revisions.drop_autosave(post, rights.me())
    review.moved(post, before.status, rights.me(), now)
    # Between two finished states the way back is the same choice again; and it must
    # not lead to a text without the password that it had.
    ends = {before.status, post.status}
    is_moved = len(ends) == 2 and not ends <= FINISHED
    can_be_undone = is_moved and kept == (post.password, post.sticky)
    after = before._replace(after=post.status, version=post.version)
    return Saved(post, after if can_be_undone else None)


def _taken(kind: Kind, post: Post) -> str:
    """The words of somebody whose post was finished by others while they wrote on; they
    may read what they typed and take it along."""
    form = _form(kind, post)
    form.form_errors.append(
        _(
            "An editor has finished this post meanwhile, so you cannot change it any "
            "more. Your text is still here: copy what you want to keep."
        )
    )
    return _page(form, kind, post)


def _conflict(form: EditorForm, kind: Kind, post: Post | None) -> str:
    """Both texts on one page. Saved again, the form's text replaces the other."""
    theirs = find(kind, post.id) if post else None
    if theirs is not None:
        form.version.data = str(theirs.version)
        form.version.raw_data = None
    return _page(form, kind, theirs, theirs=theirs)


def _content(form: EditorForm) -> Content:
    return publishing.prepare(
        title=form.title.data or "",
        source=form.body.data or "",
        format=form.format.data or Format.MARKDOWN,
        excerpt=form.excerpt.data or "",
    )


def _imagined(
    form: EditorForm, content: Content, stored: Post | None, now: datetime
) -> Post:
    """A post that is in no session, with all that a reader would see of it."""
    details = form.details()
    is_link = details.shape == Shape.LINK and "link_url" not in form.errors
    author = session.get(User, details.author_id) or rights.me()
    post = Post(
        id=stored.id if stored else None,
        kind=form.kind,
        status=Status.DRAFT,
        author=author,
        author_id=author.id,
        slug=details.slug,
        published_at=details.published_at or now,
        created_at=now,
        edited_at=now,
        version=0,
        password="",
        sticky=False,
        comment_count=0,
        shape=details.shape,
        link_url=details.link_url if is_link else "",
        seo_title=details.seo_title,
        seo_description=details.seo_description,
        canonical_url=details.canonical_url,
        cover_id=details.cover_id,
        social_picture_id=details.social_picture_id,
    )
    publishing.revise(post, content, now)
    if isinstance(form, PostForm):
        others = [each for each in details.co_author_ids if each != author.id]
        post.bylines = [Byline(user=each) for each in queries.people(others)]
        ticked = set(details.category_ids)
        post.category_links = [
            PostCategory(category=row)
            for row, _depth in form.branches
            if row.id in ticked
        ]
        post.tag_links = [
            PostTag(tag=Tag(name=name, slug=slugs.slugify(name)))
            for name in details.tag_names
        ]
    return post


def _answer(saved: Saved, step: Step, now: datetime) -> Response:
    post, past = saved
    moves_away = step in (Step.WITHDRAW, Step.TRASH)
    message = states.described(post, now) if moves_away else states.told(post, now)
    editor = url_for(".edit", post_id=post.id)
    if past is None:
        flash(message)
    else:
        states.tell(message, post.kind, [past], editor)
    return redirect(url_for(".index") if step == Step.TRASH else editor, 303)
