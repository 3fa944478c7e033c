"""Making a redirect: no way is a circle, and none has more steps than it needs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import select

from ...database import session
from ...i18n import gettext as _
from ...posts import permalinks, queries
from ...posts.models import Post
from ...site import redirects
from ...site.models import GONE, MOVED, REDIRECT_TARGETS, Redirect
from . import addresses
from .addresses import Refused

# Moved for good. A way that goes on for now only is not shortened.
LASTING = (MOVED, 308)
_MOST_STEPS = 10

Target = Mapping[str, Any]


def make(known: str, to: str, status: int, now: datetime) -> bool:
    """Let an old address (of ``addresses.old``) lead to another (of
    ``addresses.target``; "" with ``status=GONE``); whether that is new.

    What is the address of a post leads to the post, wherever it moves. What led to the
    old address leads on to the end as well.

    :raise Refused: if the way would lead back to where it began, or to what is gone
    """
    end = {} if status == GONE else _end(known, to)
    path, _mark, query = known.partition("?")
    is_new = redirects.lead(path, query, status=status, **end)
    session.flush()
    row = session.scalars(select(Redirect).where(Redirect.path == known)).one()
    if is_new:
        row.made_at = now
    if status in LASTING:
        for before in _leading_to(known):
            redirects.lead(*_split(before.path), status=before.status, **end)
    return is_new


def post_at(path: str) -> Post | None:
    """The post or page whose own address a path is; ``None`` for none."""
    word = unquote(path.rstrip("/").rpartition("/")[2])
    wanted = redirects.key(path)
    return next(
        (
            post
            for post in queries.named(word)
            if word and redirects.key(permalinks.post_url(post)) == wanted
        ),
        None,
    )


def _end(known: str, to: str) -> Target:
    """What the way to an address comes to, as columns of a redirect."""
    end: Target = {"to": to}
    step, is_kept = end, False
    for _step in range(_MOST_STEPS):
        address = step.get("to") or ""
        key = addresses.key_of(address)
        if key is None:
            return end
        if key == known:
            raise Refused(_("That would lead back to where it began."))
        parts = urlsplit(address)
        post = None if parts.query else post_at(parts.path)
        if post is not None:
            is_kept = is_kept or bool(parts.fragment)
            return end if is_kept else {"post_id": post.id}
        here = redirects.find(parts.path, parts.query)
        if here is None:
            return end
        if here.status == GONE:
            raise Refused(_("What is at that address is gone for good."))
        # A step that is for now only is kept; what lies behind it is looked at.
        is_kept = is_kept or here.status not in LASTING or address != parts.path
        step = _target_of(here)
        end = end if is_kept else step
    raise Refused(_("That would lead in a circle."))


def _target_of(here: Redirect) -> Target:
    values = {name: getattr(here, name) for name in REDIRECT_TARGETS}
    return {name: value for name, value in values.items() if value is not None}


def _leading_to(known: str) -> list[Redirect]:
    path, query = _split(known)
    here = quote(path, safe=addresses.ESCAPED) + (f"?{query}" if query else "")
    spellings = {here} if query else {here, f"{here}/"}
    found = select(Redirect).where(Redirect.to.in_(spellings), Redirect.path != known)
    return list(session.scalars(found))


def _split(known: str) -> tuple[str, str]:
    path, _mark, query = known.partition("?")
    return path, query
