"""Own posts and pages for the editor's dialog that links to them."""

from flask import Blueprint, jsonify, request
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...errors import in_json
from ...i18n import gettext as _
from .. import permalinks, rights
from ..models import Kind
from . import linking
from . import queries as desk
from .filters import WORDS_LIMIT
from .queries import Shelf

bp = Blueprint("links", __name__, url_prefix="/links")


@bp.get("/")
@requires(Action.WRITE)
@in_json
def index() -> Response:
    """``[{"title", "url", "state"}]``; the state is "" for what readers see."""
    now = utcnow()
    states = {
        Shelf.SCHEDULED: _("Scheduled"),
        Shelf.PENDING: _("Pending"),
        Shelf.DRAFT: _("Draft"),
        Shelf.PRIVATE: _("Private"),
    }
    words = request.args.get("q", "").strip()[:WORDS_LIMIT]
    return jsonify(
        [
            {
                "title": post.title or _("Untitled"),
                "url": permalinks.post_url(post),
                "state": states.get(desk.shelf_of(post, now), ""),
            }
            for post in linking.linkable(words, rights.whose(Kind.POST), now)
        ]
    )
