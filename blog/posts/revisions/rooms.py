"""Posts and pages have the same revisions, under addresses of their own."""

from ..models import Kind, Post

# What their addresses begin with, behind the login.
PREFIX = "/<any(posts, pages):room>"

_KINDS = {"posts": Kind.POST, "pages": Kind.PAGE}


def kind_of(room: str) -> Kind:
    """What lies in a room."""
    return _KINDS[room]


def room_of(post: Post) -> str:
    """Where a post or page lies."""
    return next(room for room, kind in _KINDS.items() if kind == post.kind)
