"""Posts behind the login: the list, the editor, and what may become of a post."""

from flask import Blueprint
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...security import max_body
from ..models import Kind
from ..shelving import Move
from . import editor, listing, selection, states

bp = Blueprint("posts", __name__, url_prefix="/posts")


@bp.get("/")
@requires(Action.WRITE)
def index() -> str:
    """The posts, in one state or in all but the trash."""
    return listing.show(Kind.POST)


@bp.get("/new")
@requires(Action.WRITE)
def new() -> str:
    """An empty editor."""
    return editor.show_new(Kind.POST)


@bp.post("/new")
@requires(Action.WRITE)
@max_body(editor.MAX_FORM_BYTES)
def create() -> Response | tuple[str, int]:
    """Save a new post."""
    return editor.create(Kind.POST)


@bp.post("/preview")
@requires(Action.WRITE)
@max_body(editor.MAX_FORM_BYTES)
def preview_new() -> Response:
    """A post that was never saved, as readers would see it."""
    return editor.preview_unsaved(Kind.POST)


@bp.get("/<int:post_id>/")
@requires(Action.WRITE)
def edit(post_id: int) -> str:
    """The editor."""
    return editor.show_edit(Kind.POST, post_id)


@bp.post("/<int:post_id>/")
@requires(Action.WRITE)
@max_body(editor.MAX_FORM_BYTES)
def update(post_id: int) -> Response | tuple[str, int]:
    """Save a post."""
    return editor.update(Kind.POST, post_id)


@bp.get("/<int:post_id>/preview")
@requires(Action.WRITE)
def preview(post_id: int) -> str:
    """A stored post as readers would see it."""
    return editor.preview_saved(Kind.POST, post_id)


@bp.post("/<int:post_id>/preview")
@requires(Action.WRITE)
@max_body(editor.MAX_FORM_BYTES)
def preview_edited(post_id: int) -> Response:
    """What is in the editor, as readers would see it."""
    return editor.preview_unsaved(Kind.POST, post_id)


@bp.post("/<int:post_id>/publication")
@requires(Action.PUBLISH)
def publish(post_id: int) -> Response:
    """Make a draft public."""
    return states.move(Move.PUBLISH, Kind.POST, post_id)


@bp.post("/<int:post_id>/submission")
@requires(Action.WRITE)
def submit(post_id: int) -> Response:
    """Let a draft wait for somebody who may publish it."""
    return states.move(Move.SUBMIT, Kind.POST, post_id)


@bp.post("/<int:post_id>/withdrawal")
@requires(Action.WRITE)
def withdraw(post_id: int) -> Response:
    """Take a post back into the drafts: one that is out, or that waits."""
    return states.move(Move.WITHDRAW, Kind.POST, post_id)


@bp.post("/<int:post_id>/trash")
@requires(Action.WRITE)
def trash(post_id: int) -> Response:
    """Put a post into the trash."""
    return states.move(Move.TRASH, Kind.POST, post_id)


@bp.post("/<int:post_id>/restoration")
@requires(Action.WRITE)
def restore(post_id: int) -> Response:
    """Take a post out of the trash."""
    return states.move(Move.RESTORE, Kind.POST, post_id)


@bp.get("/<int:post_id>/deletion")
@requires(Action.WRITE)
def ask_before_deleting(post_id: int) -> str:
    """Ask whether it may be deleted for good."""
    return states.ask_before_deleting(Kind.POST, post_id)


@bp.post("/<int:post_id>/deletion")
@requires(Action.WRITE)
def delete(post_id: int) -> Response:
    """Delete a post in the trash for good."""
    return states.delete(Kind.POST, post_id)


@bp.post("/selection")
@requires(Action.WRITE)
def update_selection() -> Response:
    """Do with all that were ticked what the pressed button says."""
    return selection.update(Kind.POST)


@bp.get("/selection/deletion")
@requires(Action.WRITE)
def ask_before_deleting_selection() -> str | Response:
    """Ask whether all that were ticked may be deleted for good."""
    return selection.ask_before_deleting(Kind.POST)


@bp.post("/selection/deletion")
@requires(Action.WRITE)
def delete_selection() -> Response:
    """Delete those in the trash for good."""
    return selection.delete(Kind.POST)


@bp.post("/undo/<key>")
@requires(Action.WRITE)
def undo(key: str) -> Response:
    """Take back what was done last."""
    return states.undo(Kind.POST, key)
