"""What somebody with a preview link reads, without an account."""

from flask import Blueprint, abort, g, make_response, redirect
from werkzeug import Response

from ...clock import utcnow
from ...security import anyone
from .. import permalinks
from ..views import render_preview
from . import previews

bp = Blueprint("previews", __name__)


@bp.context_processor
def _banner() -> dict[str, object]:
    return {"shared_until": g.get("shared_until")}


@bp.get("/preview/<token>")
@anyone
def show(token: str) -> Response:
    """The post as it is stored now. Once it is public, its own address has it."""
    now = utcnow()
    post = previews.find(token, now)
    if post is None:
        abort(404)
    if post.is_public(now):
        response = redirect(permalinks.post_url(post), 303)
    else:
        g.shared_until = previews.ends_at(token)
        response = make_response(render_preview(post, now))
    # Neither search engines nor other sites learn the address.
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
