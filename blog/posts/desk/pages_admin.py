"""Pages behind the login: as posts, with a place in a tree instead of in time."""

from flask import Blueprint
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...security import max_body
from ..models import Kind
from ..shelving import Move
from . import editor, listing, selection, states

bp = Blueprint("pages", __name__, url_prefix="/pages")


@bp.get("/")
@requires(Action.PAGES)
def index() -> str:
    """The pages, in one state or in all but the trash."""
    return listing.show(Kind.PAGE)


@bp.get("/new")
@requires(Action.PAGES)
def new() -> str:
    """An empty editor."""
    return editor.show_new(Kind.PAGE)


@bp.post("/new")
@requires(Action.PAGES)
@max_body(editor.MAX_FORM_BYTES)
def create() -> Response | tuple[str, int]:
    """Save a new page."""
    return editor.create(Kind.PAGE)


@bp.post("/preview")
@requires(Action.PAGES)
@max_body(editor.MAX_FORM_BYTES)
def preview_new() -> Response:
    """A page that was never saved, as readers would see it."""
    return editor.preview_unsaved(Kind.PAGE)


@bp.get("/<int:post_id>/")
@requires(Action.PAGES)
def edit(post_id: int) -> str:
    """The editor."""
    return editor.show_edit(Kind.PAGE, post_id)


@bp.post("/<int:post_id>/")
@requires(Action.PAGES)
@max_body(editor.MAX_FORM_BYTES)
def update(post_id: int) -> Response | tuple[str, int]:
    """Save a page."""
    return editor.update(Kind.PAGE, post_id)


@bp.get("/<int:post_id>/preview")
@requires(Action.PAGES)
def preview(post_id: int) -> str:
    """A stored page as readers would see it."""
    return editor.preview_saved(Kind.PAGE, post_id)


@bp.post("/<int:post_id>/preview")
@requires(Action.PAGES)
@max_body(editor.MAX_FORM_BYTES)
def preview_edited(post_id: int) -> Response:
    """What is in the editor, as readers would see it."""
    return editor.preview_unsaved(Kind.PAGE, post_id)


@bp.post("/<int:post_id>/publication")
@requires(Action.PAGES)
def publish(post_id: int) -> Response:
    """Make a draft public."""
    return states.move(Move.PUBLISH, Kind.PAGE, post_id)


@bp.post("/<int:post_id>/withdrawal")
@requires(Action.PAGES)
def withdraw(post_id: int) -> Response:
    """Take a public page back into the drafts."""
    return states.move(Move.WITHDRAW, Kind.PAGE, post_id)


@bp.post("/<int:post_id>/trash")
@requires(Action.PAGES)
def trash(post_id: int) -> Response:
    """Put a page into the trash."""
    return states.move(Move.TRASH, Kind.PAGE, post_id)


@bp.post("/<int:post_id>/restoration")
@requires(Action.PAGES)
def restore(post_id: int) -> Response:
    """Take a page out of the trash."""
    return states.move(Move.RESTORE, Kind.PAGE, post_id)


@bp.get("/<int:post_id>/deletion")
@requires(Action.PAGES)
def ask_before_deleting(post_id: int) -> str:
    """Ask whether it may be deleted for good."""
    return states.ask_before_deleting(Kind.PAGE, post_id)


@bp.post("/<int:post_id>/deletion")
@requires(Action.PAGES)
def delete(post_id: int) -> Response:
    """Delete a page in the trash for good."""
    return states.delete(Kind.PAGE, post_id)


@bp.post("/selection")
@requires(Action.PAGES)
def update_selection() -> Response:
    """Do with all that were ticked what the pressed button says."""
    return selection.update(Kind.PAGE)


@bp.get("/selection/deletion")
@requires(Action.PAGES)
def ask_before_deleting_selection() -> str | Response:
    """Ask whether all that were ticked may be deleted for good."""
    return selection.ask_before_deleting(Kind.PAGE)


@bp.post("/selection/deletion")
@requires(Action.PAGES)
def delete_selection() -> Response:
    """Delete those in the trash for good."""
    return selection.delete(Kind.PAGE)


@bp.post("/undo/<key>")
@requires(Action.PAGES)
def undo(key: str) -> Response:
    """Take back what was done last."""
    return states.undo(Kind.PAGE, key)
