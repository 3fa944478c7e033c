"""Old addresses: where each leads now."""

import re
from urllib.parse import parse_qsl, unquote

from sqlalchemy import select

from ..database import session
from .models import Redirect

# What names a post in a query. WordPress takes either for either.
_NAMING = ("p", "page_id")


def key(path: str, query: str = "") -> str:
    """An address as redirects are known by: decoded, without a slash at the end.

    The query is part of it where it names the post (``/?p=3``); "" leaves it out. Two
    slashes are one, as the router makes them.
    """
    bare = re.sub("/{2,}", "/", unquote(path)).rstrip("/") or "/"
    return f"{bare}?{unquote(query)}" if query else bare


def target(path: str, query: str = "") -> int | None:
    """The id of the post or page to which an address leads; ``None`` if it leads to
    nothing. What it leads to need not be public.

    Of the query only what names a post counts: all kinds of things are hung on a link
    while it goes round.
    """
    keys = _keys(path, query)
    known = dict(
        session.execute(
            select(Redirect.path, Redirect.post_id).where(Redirect.path.in_(keys))
        ).all()
    )
    return next((known[each] for each in keys if each in known), None)


def lead(path: str, query: str = "", *, post_id: int) -> bool:
    """Let an address lead to a post; whether that is new. The last word counts."""
    here = session.scalar(select(Redirect).where(Redirect.path == key(path, query)))
    if here is None:
        session.add(Redirect(path=key(path, query), post_id=post_id))
        return True
    is_new = here.post_id != post_id
    here.post_id = post_id
    return is_new


def _keys(path: str, query: str) -> list[str]:
    """Under what an address may be known, the most exact first."""
    found = [key(path, query)] if query else []
    named = next(
        (value for name, value in parse_qsl(query) if name in _NAMING and value), None
    )
    if named is None:
        return [*found, key(path)]
    return [*found, *(key(path, f"{name}={named}") for name in _NAMING)]
