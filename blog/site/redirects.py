"""Old addresses: where each leads now."""

import re
from collections.abc import Collection
from urllib.parse import parse_qsl, unquote

from sqlalchemy import select, update

from ..database import session
from .models import MOVED, REDIRECT_TARGETS, Redirect

# What names a post, a page or a file in a query. WordPress takes each for each.
_NAMING = ("p", "page_id", "attachment_id")
_ASKED_AT_ONCE = 500


def key(path: str, query: str = "") -> str:
    """An address as redirects are known by: decoded, without a slash at the end.

    The query is part of it where it names the post (``/?p=3``); "" leaves it out. Two
    slashes are one, as the router makes them.
    """
    bare = re.sub("/{2,}", "/", unquote(path)).rstrip("/") or "/"
    return f"{bare}?{unquote(query)}" if query else bare


def find(path: str, query: str = "") -> Redirect | None:
    """To what an address leads; ``None`` if it leads to nothing. That need not be
    public.

    Of the query only what names a post counts: all kinds of things are hung on a link
    while it goes round.
    """
    keys = _keys(path, query)
    found = session.scalars(select(Redirect).where(Redirect.path.in_(keys)))
    known = {row.path: row for row in found}
    return next((known[each] for each in keys if each in known), None)


def leading(paths: Collection[str]) -> dict[str, Redirect]:
    """The redirects from many paths, by the paths as they were asked for. One query for
    every few hundred.
    """
    keys = {path: key(path) for path in paths}
    asked = sorted(set(keys.values()))
    known: dict[str, Redirect] = {}
    for start in range(0, len(asked), _ASKED_AT_ONCE):
        some = Redirect.path.in_(asked[start : start + _ASKED_AT_ONCE])
        known |= {
            row.path: row for row in session.scalars(select(Redirect).where(some))
        }
    return {path: known[each] for path, each in keys.items() if each in known}


def target(path: str, query: str = "") -> int | None:
    """The id of the post or page to which an address leads; ``None`` if to none."""
    here = find(path, query)
    return None if here is None else here.post_id


def lead(path: str, query: str = "", *, status: int = MOVED, **to: int | str) -> bool:
    """Let an address lead to one thing (``post_id=3``, or another of
    ``REDIRECT_TARGETS``), or to none with ``status=GONE``; whether that is new. The
    last word counts.
    """
    here = session.scalar(select(Redirect).where(Redirect.path == key(path, query)))
    if here is None:
        session.add(Redirect(path=key(path, query), status=status, **to))
        return True
    names = (*REDIRECT_TARGETS, "status")
    before = {name: getattr(here, name) for name in names}
    wanted = dict.fromkeys(REDIRECT_TARGETS) | to | {"status": status}
    for name, value in wanted.items():
        setattr(here, name, value)
    return before != wanted


def passed_on(to: str, known: str, query: str) -> str:
    """Where who asks for a ``known`` address with this query is sent: to the address
    with what was asked, which may be there for whoever counts visits. An address with a
    query of its own stays as it is, and so does one that is known by its query.
    """
    is_own = "?" in to or "?" in known
    if is_own or re.fullmatch("[!-~]+", query) is None or "#" in query:
        return to
    address, hash_mark, fragment = to.partition("#")
    return f"{address}?{query}{hash_mark}{fragment}"


def hand_over(name: str, ids: Collection[int], to_id: int) -> None:
    """Let what leads to some things (``"tag_id"``) lead to another of their kind."""
    column = getattr(Redirect, name)
    session.execute(
        update(Redirect).where(column.in_(ids)).values({name: to_id}),
        execution_options={"synchronize_session": "fetch"},
    )


def _keys(path: str, query: str) -> list[str]:
    """Under what an address may be known, the most exact first."""
    found = [key(path, query)] if query else []
    named = next(
        (value for name, value in parse_qsl(query) if name in _NAMING and value), None
    )
    if named is None:
        return [*found, key(path)]
    return [*found, *(key(path, f"{name}={named}") for name in _NAMING)]
