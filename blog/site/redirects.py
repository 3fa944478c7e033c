"""Old addresses: where each leads now."""

from urllib.parse import unquote

from sqlalchemy import select

from ..database import session
from .models import Redirect


def key(path: str, query: str = "") -> str:
    """An address as redirects are known by: decoded, without a slash at the end.

    The query is part of it where it names the post (``/?p=3``); "" leaves it out.
    """
    bare = unquote(path).rstrip("/") or "/"
    return f"{bare}?{unquote(query)}" if query else bare


def target(path: str, query: str = "") -> int | None:
    """The id of the post or page to which an address leads; ``None`` if it leads to
    nothing. What it leads to need not be public.
    """
    return session.scalar(
        select(Redirect.post_id).where(Redirect.path == key(path, query))
    )


def lead(path: str, query: str = "", *, post_id: int) -> bool:
    """Let an address lead to a post; whether that is new. The last word counts."""
    here = session.scalar(select(Redirect).where(Redirect.path == key(path, query)))
    if here is None:
        session.add(Redirect(path=key(path, query), post_id=post_id))
        return True
    is_new = here.post_id != post_id
    here.post_id = post_id
    return is_new
