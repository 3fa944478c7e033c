"""What the person at the browser comes to: the post at an address, if they may read it,
and whether its password has been given.

A public page is the same for everybody. So who is at the browser is asked only where
nothing public stands, and only of browsers that send a session at all; and then in the
same way whether or not something private stands there.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, NoReturn

from flask import abort, current_app, redirect, request
from werkzeug import Response

from ..accounts import guard, sessions
from ..accounts.models import User
from ..database import session
from ..security import set_personal
from ..site import missed, redirects
from ..site.models import GONE, Redirect
from ..site.queries import settings
from . import locks, moves, old_addresses, old_files, permalinks, queries
from .models import Category, Kind, Post, Series, Tag

# Folders above a folder in which a whole site lived.
_DEEPEST_HOME = 4
_ARCHIVE = re.compile(
    r"/(?P<kind>category|tag|series|author)/(?:[^/]+/)*?(?P<slug>[^/]+)"
    r"(?:/(?P<rest>page/[0-9]{1,9}/|feed/(?:atom/)?|feed\.json)?)?"
)
# As in WordPress.
KEY_LIFETIME = timedelta(days=10)
# A browser sends all its keys with every request, and servers read 8 KB of a header.
MAX_KEYS = 40


class Found(NamedTuple):
    """A post, and which of its pages an address asks for; or which one of its comments,
    ``None`` for none.
    """

    post: Post
    number: int
    comment_page: int | None = None


class _Place(NamedTuple):
    """What a path could mean: a path of a post, and pages of it."""

    path: str
    number: int = 1
    comment_page: int | None = None


def found(path: str, now: datetime) -> Found | None:
    """The post or page that a decoded path names, or means, and the person may read;
    ``None`` for none. What is public goes first.
    """
    places = [_Place(path)]
    last = permalinks.unnumbered(path)
    if last:
        places.append(_Place(*last))
    below = permalinks.without_comment_page(path)
    if below:
        places.append(_Place(below[0], 1, below[1]))
    candidates = _candidates(place.path for place in places)
    public = [post for post in candidates if post.is_public(now)]
    return _best(places, public) or _best(places, _private(candidates, now))


def readable_or_404(post_id: int, now: datetime) -> Post:
    """The post or page of that id, without its texts, as long as nobody asks for them.

    :raise NotFound: if there is none that the person may read
    """
    post = _readable(post_id, now, is_whole=False)
    if post is None:
        abort(404)
    return post


def nothing_here(now: datetime) -> NoReturn:
    """Lead on to what has moved away from here, or to the address that is meant.

    :raise NotFound: if there is nothing that the person may read
    """
    query = request.query_string.decode("latin-1")
    path = permalinks.encoded(request.path)
    here = redirects.find(path, query)
    if here is not None:
        _follow(here, path, query, now)
    moved = old_files.address(path) or moved_archive(request.path, now)
    moved = moved or below_home(path, query)
    if moved is not None and moved != path:
        abort(redirect(moved, 301))
    corrected = old_addresses.corrected(request.path)
    if corrected is not None:
        abort(redirect(f"{corrected}?{query}" if query else corrected, 301))
    if request.method in ("GET", "HEAD") and not request.environ.get(missed.UNNOTED):
        missed.note(path, request.referrer, request.remote_addr, now)
    abort(404)


def _follow(here: Redirect, path: str, query: str, now: datetime) -> None:
    """Answer with what a redirect says; comes back if that is nothing for the person.

    :raise Gone: if what was here is gone for good
    """
    if here.status == GONE:
        abort(410)
    moved = here.to and redirects.passed_on(here.to, here.path, query)
    moved = moved or _led(here, now) or _archive(here, now)
    if moved is not None and moved != path:
        abort(redirect(moved, here.status))


def below_home(path: str, query: str = "") -> str | None:
    """Where an address leads that lies below one that leads home: to the same below
    home, as all of a site does that lived in a folder. ``None`` for any other.
    """
    parts = path.strip("/").split("/")[:_DEEPEST_HOME]
    above = ["/" + "/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    home = next(
        (each for each, row in redirects.leading(above).items() if row.to == "/"), None
    )
    if home is None:
        return None
    rest = path[len(home) :] or "/"
    return f"{rest}?{query}" if query else rest


def moved_archive(path: str, now: datetime) -> str | None:
    """Where a decoded address of an archive, of a page or of a feed of it, leads since
    the archive was renamed or merged; ``None`` if that did not happen.
    """
    asked = _ARCHIVE.fullmatch(path)
    if asked is None:
        return None
    here = redirects.find(moves.archive_path(asked["kind"], asked["slug"]))
    address = None if here is None else _archive(here, now)
    return address and address + (asked["rest"] or "")


def _archive(here: Redirect, now: datetime) -> str | None:
    """Its address, if readers find a page there: a tag in drafts alone has none yet."""
    if here.category_id is not None:
        return permalinks.category_url(session.get_one(Category, here.category_id))
    if here.tag_id is not None:
        tag = session.get_one(Tag, here.tag_id)
        found, address = queries.tagged(now, tag), permalinks.tag_url(tag)
    elif here.series_id is not None:
        series = session.get_one(Series, here.series_id)
        found = queries.newest_first(now).where(Post.series_id == series.id)
        address = permalinks.series_url(series)
    elif here.user_id is not None:
        author = session.get_one(User, here.user_id)
        found, address = queries.by_author(now, author), permalinks.author_url(author)
    else:
        return None
    return address if queries.is_any(found) else None


def numbered_address(number: int, now: datetime, *, is_file: bool = False) -> str:
    """Where ``/?p=3`` leads, or ``/?attachment_id=3``, which ``is_file``. A number of
    the site that moved in here goes first; but a post that was written here since goes
    before a file that had its number there.

    :raise NotFound: if that is nothing that the person may read
    """
    here = redirects.find("/", f"{'attachment_id' if is_file else 'p'}={number}")
    if here is not None and (here.to is not None or here.status == GONE):
        _follow(here, "", "", now)
    address = _led(here, now)
    if here is None or (here.media_id is not None and not is_file):
        address = _address(number, now) or address
    if address is None:
        abort(404)
    return address


def is_open_to_visitor(post: Post) -> bool:
    """Whether its words may be shown: it has no password, or this browser was given a
    key to it.
    """
    if not post.is_protected:
        return True
    name = sessions.cookie_name(current_app, _purpose(post.id))
    return locks.opens(post, request.cookies.get(name))


def give_key(response: Response, post: Post) -> None:
    """Let this browser open the post from now on. The keys it was given first go, if
    they become too many.
    """
    prefix = sessions.cookie_name(current_app, _purpose(""))
    held = [name for name in request.cookies if name.startswith(prefix)]
    for name in held[: -MAX_KEYS + 1]:
        purpose = _purpose(name.removeprefix(prefix))
        sessions.take_back_cookie(current_app, response, purpose)
    sessions.set_cookie(
        current_app, response, _purpose(post.id), locks.key(post), KEY_LIFETIME
    )


def _purpose(post_id: int | str) -> str:
    return f"opened-{post_id}"


def _private(posts: Iterable[Post], now: datetime) -> list[Post]:
    """Those of the posts that are not for everybody, but for this person."""
    user = None
    if sessions.browser().token:
        set_personal(True)
        user = guard.current_user()
    readable = [post for post in posts if locks.is_readable_by(user, post, now)]
    set_personal(bool(readable))
    return readable


def _readable(
    post_id: int | None, now: datetime, *, is_whole: bool = True
) -> Post | None:
    post = None
    if post_id is not None:
        post = queries.identified(post_id, is_whole=is_whole)
    if post is not None and post.is_public(now):
        return post
    private = _private([post] if post else [], now)
    return private[0] if private else None


def _led(here: Redirect | None, now: datetime) -> str | None:
    """The address of the post, page or file to which a redirect leads, if it leads to
    one that the person may read.
    """
    if here is None:
        return None
    file = old_files.file_of(here)
    return _address(here.post_id, now) if file is None else file.path


def _address(post_id: int | None, now: datetime) -> str | None:
    post = _readable(post_id, now)
    return permalinks.post_url(post) if post else None


def _candidates(paths: Iterable[str]) -> list[Post]:
    """The posts that could stand at one of these paths."""
    slugs: set[str] = set()
    ids: set[int] = set()
    for path in paths:
        slugs.add(path.rstrip("/").rpartition("/")[2])
        sought = permalinks.parse(path, settings().permalink_structure)
        if sought and sought.slug:
            slugs.add(sought.slug)
        if sought and sought.post_id is not None:
            ids.add(sought.post_id)
    named = queries.named(*sorted(slugs))
    return [*named, *filter(None, map(queries.identified, sorted(ids)))]


def _best(places: Sequence[_Place], posts: Sequence[Post]) -> Found | None:
    """The post whose own address is one of the places, else one that a place means."""
    own = [permalinks.post_url(post).rstrip("/") for post in posts]
    for path, number, comment_page in places:
        wanted = permalinks.encoded(path.rstrip("/"))
        if wanted in own:
            return Found(posts[own.index(wanted)], number, comment_page)
    for path, number, comment_page in places:
        sought = permalinks.parse(path, settings().permalink_structure)
        meant = [post for post in posts if sought and _fits(post, sought)]
        if meant:
            return Found(meant[0], number, comment_page)
    return None


def _fits(post: Post, sought: permalinks.Sought) -> bool:
    """Whether it is the post that an address means which is not quite its own."""
    if sought.post_id is not None:
        return post.id == sought.post_id
    return post.kind == Kind.POST and post.slug == sought.slug
