"""Preview links: make one, take one back."""

from flask import Blueprint, abort, g
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import session, write_transaction
from ...i18n import gettext as _
from ...security import absolute_url
from .. import rights as post_rights
from . import previews, queries, rights
from .forms import LinkForm
from .panel_admin import back_to, page
from .previews import InTrash, TooMany

bp = Blueprint("previews", __name__, url_prefix="/editorial/<int:post_id>/previews")


@bp.post("/")
@requires(Action.WRITE)
def make(post_id: int) -> str | tuple[str, int]:
    """Make a link, and show it: only its digest is kept, so this answer is the only
    place where it stands.
    """
    post = rights.changeable(post_id)
    form = LinkForm()
    if not form.validate():
        return page(post, form=form, link_form=form), 422
    try:
        with write_transaction():
            post = rights.changeable(post_id)
            token = previews.make(
                post, post_rights.me(), form.label.data or "", form.days.data, utcnow()
            )
    except InTrash:
        abort(409, _("What lies in the trash is shown to nobody."))
    except TooMany:
        form.label.errors = [
            _("There are %(num)d already. Take one back first.", num=previews.MOST)
        ]
        return page(rights.changeable(post_id), form=form, link_form=form), 422
    g.new_preview_link = absolute_url(f"/preview/{token}")
    return page(rights.changeable(post_id))


@bp.post("/<int:link_id>/deletion")
@requires(Action.WRITE)
def take_back(post_id: int, link_id: int) -> Response:
    """From now on the link leads nowhere."""
    with write_transaction():
        rights.changeable(post_id)
        link = queries.preview_link(post_id, link_id)
        if link is None:
            abort(404)
        session.delete(link)
    return back_to(rights.changeable(post_id), "preview-links")
