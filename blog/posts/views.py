"""The reader's pages: home, archives, a post, a page."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, make_response, redirect, render_template, request
from sqlalchemy import Select
from werkzeug import Response

from ..clock import utcnow
from ..comments import moderation, threads
from ..comments import queries as comment_queries
from ..comments.forms import CommentForm
from ..comments.models import Comment
from ..i18n import format_month
from ..paging import whole_number
from ..security import absolute_url, public
from ..site.models import NeighbourScope
from ..site.queries import settings
from . import permalinks, queries
from .models import Kind, Post
from .moments import FIRST_YEAR, LAST_YEAR

bp = Blueprint("posts", __name__)


@bp.get("/")
@bp.get("/page/<int:number>/", endpoint="index_page")
@public
def index(number: int = 1) -> Response:
    """The newest posts."""
    moved = _plain_address()
    if moved is not None:
        return redirect(moved, 301)
    return _list(
        queries.newest_first(utcnow()),
        number,
        "/",
        kind="home",
        heading=settings().title,
    )


@bp.get("/category/<path:path>/")
@bp.get("/category/<path:path>/page/<int:number>/", endpoint="category_page")
@public
def category(path: str, number: int = 1) -> Response:
    """The posts of a category and of those below it."""
    categories = queries.all_categories()
    slug = path.rpartition("/")[2]
    here = next((each for each in categories if each.slug == slug), None)
    if here is None:
        abort(404)
    base = permalinks.category_url(here)
    if (
        path != permalinks.category_path(here)
        and _encoded(f"/category/{path}/") != base
    ):
        return redirect(_page_url(base, number), 301)
    above = [here.parent] if here.parent else []
    while above and above[-1].parent:
        above.append(above[-1].parent)
    return _list(
        queries.in_categories(utcnow(), queries.with_descendants(here, categories)),
        number,
        base,
        kind="category",
        heading=here.name,
        description=here.description,
        breadcrumbs=[
            (each.name, permalinks.category_url(each)) for each in reversed(above)
        ],
    )


@bp.get("/tag/<slug>/")
@bp.get("/tag/<slug>/page/<int:number>/", endpoint="tag_page")
@public
def tag(slug: str, number: int = 1) -> Response:
    """The posts that share a tag. A word that stands in drafts alone has no page."""
    here = queries.tag_named(slug)
    if here is None:
        abort(404)
    return _list(
        queries.tagged(utcnow(), here),
        number,
        permalinks.tag_url(here),
        kind="tag",
        heading=here.name,
        description=here.description,
        may_be_empty=False,
    )


@bp.get("/author/<slug>/")
@bp.get("/author/<slug>/page/<int:number>/", endpoint="author_page")
@public
def author(slug: str, number: int = 1) -> Response:
    """What one person published. Who published nothing has no page."""
    here = queries.author_named(slug)
    if here is None:
        abort(404)
    return _list(
        queries.by_author(utcnow(), here),
        number,
        permalinks.author_url(here),
        kind="author",
        heading=here.display_name,
        description=here.bio,
        author=here,
        may_be_empty=False,
    )


@bp.get("/<int(fixed_digits=4):year>/")
@bp.get("/<int(fixed_digits=4):year>/page/<int:number>/", endpoint="year_page")
@public
def year(year: int, number: int = 1) -> Response:
    """The posts of a year, as the site's clocks count it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        abort(404)
    return _list(
        queries.between(utcnow(), _start(year), _start(year + 1)),
        number,
        permalinks.year_url(year),
        kind="year",
        heading=str(year),
        may_be_empty=False,
    )


@bp.get("/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/")
@bp.get(
    "/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/page/<int:number>/",
    endpoint="month_page",
)
@public
def month(year: int, month: int, number: int = 1) -> Response:
    """The posts of a month, as the site's clocks count it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        abort(404)
    if not 1 <= month <= 12:
        return redirect(permalinks.year_url(year), 301)
    start = _start(year, month)
    end = _start(year + month // 12, month % 12 + 1)
    return _list(
        queries.between(utcnow(), start, end),
        number,
        permalinks.month_url(year, month),
        kind="month",
        heading=format_month(year, month),
        breadcrumbs=[(str(year), permalinks.year_url(year))],
        may_be_empty=False,
    )


@bp.get("/<path:path>")
@public
def show(path: str) -> Response:
    """The post or page at an address. A near miss leads to its own address."""
    now = utcnow()
    found = _at(request.path, now)
    if found is None:
        day = re.fullmatch(r"/([0-9]{4})/([0-9]{2})/[0-9]{1,2}/?", request.path)
        if day:  # there are no archives of a day
            return redirect(permalinks.month_url(int(day[1]), int(day[2])), 301)
        abort(404)
    own = permalinks.post_url(found)
    if _encoded(request.path) != own:
        return redirect(own + _query_string(), 301)
    held = threads.held_comment(request.args.get("held"), found, now)
    return render_post(found, now=now, held=held)


def render_post(
    post: Post,
    *,
    now: datetime,
    form: CommentForm | None = None,
    held: Comment | None = None,
    status: int = 200,
) -> Response:
    """A post's page. ``form`` comes back with what was typed and what is wrong with it;
    ``held`` is a waiting comment, shown to the one who wrote it and stored by nobody.
    """
    site = settings()
    thread = comment_queries.thread(post, now, site.thread_comments_depth, held=held)
    asked = (
        request.form.get("comment_parent") if form else request.args.get("replytocom")
    )
    response = make_response(
        render_template(
            "posts/show.html",
            post=post,
            above=_above(post, now),
            neighbours=queries.neighbours(
                post,
                now,
                post.categories
                if site.neighbour_scope == NeighbourScope.CATEGORY
                else None,
            ),
            thread=thread,
            comment_form=form or CommentForm.blank(post, now),
            comments_open=moderation.is_open(post, site, now),
            reply_to=thread.answerable(asked),
            held=held,
            is_preview=False,
            canonical=absolute_url(permalinks.post_url(post)),
            description=post.summary,
            page_kind=str(post.kind),
        ),
        status,
    )
    if held is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def render_preview(post: Post, now: datetime) -> str:
    """A post as its readers will see it, without comments; it need not be saved."""
    return render_template(
        "posts/show.html",
        post=post,
        above=_above(post, now),
        neighbours=queries.NO_NEIGHBOURS,
        is_preview=True,
        canonical=None,
        description=None,
        page_kind=str(post.kind),
    )


def readable_or_404(post_id: int, now: datetime) -> Post:
    """The post or page of that id.

    :raise NotFound: if there is none that a visitor may read
    """
    post = queries.identified(post_id)
    if post is None or not post.is_public(now):
        abort(404)
    return post


def _above(page: Post, now: datetime) -> list[tuple[str, str]]:
    """Title and address of the public pages that a page lies below, from the top."""
    return [
        (each.title, permalinks.page_url(each))
        for each in reversed(permalinks.ancestors(page))
        if each.is_public(now)
    ]


def _at(path: str, now: datetime) -> Post | None:
    """The public post or page that ``path`` names; an exact address goes first."""
    sought = permalinks.parse(path, settings().permalink_structure)
    slugs = {path.rstrip("/").rpartition("/")[2]}
    if sought and sought.slug:
        slugs.add(sought.slug)
    candidates = [post for slug in sorted(slugs) for post in queries.named(slug)]
    if sought and sought.post_id is not None:
        candidates += filter(None, [queries.identified(sought.post_id)])
    readable = [post for post in candidates if post.is_public(now)]
    wanted = _encoded(path.rstrip("/"))
    for post in readable:
        if permalinks.post_url(post).rstrip("/") == wanted:
            return post
    if sought is None:
        return None
    return next((post for post in readable if _fits(post, sought)), None)


def _fits(post: Post, sought: permalinks.Sought) -> bool:
    """Whether it is the post that an address means which is not quite its own."""
    if sought.post_id is not None:
        return post.id == sought.post_id
    return post.kind == Kind.POST and post.slug == sought.slug


def _list(
    posts: Select[Post],
    number: int,
    base: str,
    *,
    kind: str,
    heading: str,
    description: str = "",
    breadcrumbs: Sequence[tuple[str, str]] = (),
    author: object = None,
    may_be_empty: bool = True,
) -> Response:
    """A page of teasers; 404 past the last page, 301 for a page's second address."""
    asked = request.args.get("page")
    if asked is not None:
        number = whole_number(asked)
    page = queries.page_of(posts, number, settings().posts_per_page)
    if page is None or (page.total == 0 and not may_be_empty):
        abort(404)
    own = _page_url(base, number)
    if asked is not None or _encoded(request.path) != own:
        return redirect(own, 301)
    categories = queries.all_categories()
    return make_response(
        render_template(
            "posts/index.html",
            page=page,
            page_url=_pager(base),
            kind=kind,
            heading=heading,
            description=description,
            breadcrumbs=breadcrumbs,
            author=author,
            categories=categories,
            canonical=absolute_url(own),
            page_kind=kind,
        )
    )


def _pager(base: str) -> Callable[[int], str]:
    return lambda number: _page_url(base, number)


def _page_url(base: str, number: int) -> str:
    return base if number == 1 else f"{base}page/{number}/"


def _plain_address() -> str | None:
    """Where ``/?p=3``, WordPress's address of a post without a structure, leads."""
    post_id = whole_number(request.args.get("p") or request.args.get("page_id"))
    if not post_id:
        return None
    post = queries.identified(post_id)
    if post is None or not post.is_public(utcnow()):
        abort(404)
    return permalinks.post_url(post)


def _start(year: int, month: int = 1) -> datetime:
    """The instant at which a month begins by the site's clocks."""
    return datetime(year, month, 1, tzinfo=ZoneInfo(settings().timezone)).astimezone(
        UTC
    )


def _encoded(path: str) -> str:
    return quote(path, safe="/")


def _query_string() -> str:
    text = request.query_string.decode("latin-1")
    return f"?{text}" if text else ""
