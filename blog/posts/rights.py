"""Which posts the person at the browser may see and change."""

from flask import abort
from werkzeug.exceptions import Forbidden

from ..accounts import guard, permissions
from ..accounts.models import User
from ..accounts.permissions import Action, Reach
from . import queries
from .models import FINISHED, Kind, Post, Status
from .shelving import Move, Past


def find(kind: Kind, post_id: int) -> Post:
    """The post or page of that id.

    :raise NotFound: if there is none that the person may change
    """
    post = queries.by_id(post_id)
    if post is None or post.kind != kind:
        abort(404)
    guard.ensure(_needed(post), owner_id(post))
    return post


def find_written(kind: Kind, post_id: int) -> Post:
    """The post or page of that id, which the person may change, or could before others
    finished it.

    :raise NotFound: if there is none
    """
    post = queries.by_id(post_id)
    if post is None or post.kind != kind:
        abort(404)
    guard.ensure(Action.PAGES if kind == Kind.PAGE else Action.WRITE, owner_id(post))
    return post


def find_readable(kind: Kind, post_id: int) -> Post:
    """The post or page of that id.

    :raise NotFound: if there is none that the person may read here
    """
    post = queries.by_id(post_id)
    if post is None or post.kind != kind or not may_read(post):
        abort(404)
    return post


def may_edit(post: Post) -> bool:
    """Whether the person may change it."""
    return guard.may(_needed(post), owner_id(post))


def may_read(post: Post) -> bool:
    """Whether the person may read it here, in whatever state it is."""
    may_read_private = guard.may(Action.READ_PRIVATE, owner_id(post))
    return may_edit(post) or (post.status == Status.PRIVATE and may_read_private)


def may_move(move: Move, post: Post) -> bool:
    """Whether the person may do that with it."""
    if move == Move.PUBLISH and not may_publish(post.kind, post):
        return False
    return may_edit(post)


def may_put_back(past: Past, post: Post) -> bool:
    """Whether the person may make it again what it was."""
    was_finished = bool(FINISHED & {past.status, past.trashed_status})
    return may_edit(post) and (not was_finished or may_publish(post.kind, post))


def may_publish(kind: Kind, post: Post | None) -> bool:
    """Whether the person may make it public."""
    if kind == Kind.PAGE:
        return guard.may(Action.PAGES)
    return guard.may(Action.PUBLISH, owner_id(post) if post else None)


def whose(kind: Kind) -> int | None:
    """Whose posts a person's lists hold: their own id, or ``None`` for all."""
    user = me()
    action = Action.PAGES if kind == Kind.PAGE else Action.WRITE
    return None if permissions.reach(user, action) == Reach.ANY else user.id


def owner_id(post: Post) -> int:
    """Whose post it is for the person at the browser: theirs if they have a byline."""
    return post.owner_for(guard.current_user())


def me() -> User:
    """The person at the browser."""
    user = guard.current_user()
    if user is None:
        raise Forbidden  # the guard lets nobody without an account come here
    return user


def _needed(post: Post) -> Action:
    """Who was not allowed to publish may not change what is finished either."""
    if post.kind == Kind.PAGE:
        return Action.PAGES
    is_finished = bool(FINISHED & {post.status, post.trashed_status})
    return Action.PUBLISH if is_finished else Action.WRITE
