"""Which posts the person at the browser may see and change."""

from flask import abort
from werkzeug.exceptions import Forbidden

from ..accounts import guard, permissions
from ..accounts.models import User
from ..accounts.permissions import Action, Reach
from . import queries
from .models import Kind, Post, Status


def find(kind: Kind, post_id: int) -> Post:
    """The post or page of that id.

    :raise NotFound: if there is none that the person may change
    """
    post = queries.by_id(post_id)
    if post is None or post.kind != kind:
        abort(404)
    guard.ensure(_needed(post), post.author_id)
    return post


def may_edit(post: Post) -> bool:
    """Whether the person may change it."""
    return guard.may(_needed(post), post.author_id)


def may_publish(kind: Kind, post: Post | None) -> bool:
    """Whether the person may make it public."""
    if kind == Kind.PAGE:
        return guard.may(Action.PAGES)
    return guard.may(Action.PUBLISH, post.author_id if post else None)


def whose(kind: Kind) -> int | None:
    """Whose posts a person's lists hold: their own id, or ``None`` for all."""
    user = me()
    action = Action.PAGES if kind == Kind.PAGE else Action.WRITE
    return None if permissions.reach(user, action) == Reach.ANY else user.id


def me() -> User:
    """The person at the browser."""
    user = guard.current_user()
    if user is None:
        raise Forbidden  # the guard lets nobody without an account come here
    return user


def _needed(post: Post) -> Action:
    """Who was not allowed to publish may not change what is public either."""
    if post.kind == Kind.PAGE:
        return Action.PAGES
    public = Status.PUBLIC in (post.status, post.trashed_status)
    return Action.PUBLISH if public else Action.WRITE
