"""Addresses of single comments, and the pictures of those who write them."""

from flask import Blueprint, Response, abort, redirect
from werkzeug import Response as AnyResponse

from ..assets import FOREVER
from ..clock import utcnow
from ..security import public
from ..site.queries import settings
from . import avatars, queries
from .pages import Conversation

bp = Blueprint("comment", __name__)


@bp.get("/c/<int:comment_id>")
@public
def show(comment_id: int) -> AnyResponse:
    """Lead to where a comment stands now."""
    comment = queries.public(comment_id, utcnow())
    if comment is None:
        abort(404)
    talk = Conversation(comment.post, settings())
    place = talk.url(talk.place(comment))
    return redirect(f"{place}#comment-{comment.id}", 302)


@bp.get("/avatar/<key>.svg")
@public
def avatar(key: str) -> AnyResponse:
    """The picture that a key stands for. Nobody is asked, and it never changes."""
    picture = avatars.picture(key)
    if picture is None:
        abort(404)
    response = Response(picture, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = FOREVER
    return response
