"""What the person at the browser may reach around a post, of either kind."""

from flask import abort

from .. import queries, rights
from ..models import Post


def written(post_id: int) -> Post:
    """The post or page of that id, which the person may change, or could before others
    finished it.

    :raise NotFound: if there is none
    """
    return rights.find_written(_post(post_id).kind, post_id)


def changeable(post_id: int) -> Post:
    """The post or page of that id, which the person may change.

    :raise NotFound: if there is none
    """
    return rights.find(_post(post_id).kind, post_id)


def _post(post_id: int) -> Post:
    post = queries.by_id(post_id)
    if post is None:
        abort(404)
    return post
