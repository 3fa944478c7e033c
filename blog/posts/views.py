"""The reader's pages: home, archives, a post, a page."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from markupsafe import Markup
from sqlalchemy import Select
from werkzeug import Response

from ..accounts.views import too_fast
from ..clock import utcnow
from ..comments import moderation
from ..comments import queries as comment_queries
from ..comments.forms import CommentForm
from ..comments.own import own as own_comments
from ..comments.own.own import Mine
from ..comments.pages import Conversation, Part
from ..extensions import csrf
from ..i18n import format_month
from ..i18n import gettext as _
from ..paging import whole_number
from ..security import absolute_url, anyone, max_body, public
from ..site.models import NeighbourScope
from ..site.queries import settings
from . import cards, covers, locks, old_addresses, permalinks, queries, reading
from .models import Post
from .moments import FIRST_YEAR, LAST_YEAR
from .series import installments

WHOLE = Part()
# What names a part of a conversation in a query; ``cpage`` is WordPress's.
PART = ("cpage", "thread", "portion", "mentions")
MAX_FORM_BYTES = 4 * 1024  # of the form with the password of a post

bp = Blueprint("posts", __name__)


@bp.get("/")
@bp.get("/page/<int:number>/", endpoint="index_page")
@public
def index(number: int = 1) -> Response:
    """The newest posts, below those that stay at the top."""
    now = utcnow()
    post_id = whole_number(request.args.get("p") or request.args.get("page_id"))
    if post_id:
        address = reading.numbered_address(post_id, now)
        comment_page = whole_number(request.args.get("cpage"))
        if comment_page:
            address += f"?cpage={comment_page}"
        return redirect(old_addresses.feed_of(address, request.args), 301)
    file_id = whole_number(request.args.get("attachment_id"))
    if file_id:
        return redirect(reading.numbered_address(file_id, now, is_file=True), 301)
    meant = old_addresses.meant(request.args, now) if request.args else None
    address = old_addresses.feed_of(meant or "/", request.args)
    if address != "/":
        return redirect(address, 301)
    return _list(
        queries.newest_first(now),
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
        reading.nothing_here(utcnow())
    base = permalinks.category_url(here)
    if (
        path != permalinks.category_path(here)
        and permalinks.encoded(f"/category/{path}/") != base
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
        reading.nothing_here(utcnow())
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
        reading.nothing_here(utcnow())
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
        reading.nothing_here(utcnow())
    return _list(
        queries.of_year(utcnow(), year),
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
        reading.nothing_here(utcnow())
    if not 1 <= month <= 12:
        return redirect(permalinks.year_url(year), 301)
    return _list(
        queries.of_month(utcnow(), year, month),
        number,
        permalinks.month_url(year, month),
        kind="month",
        heading=format_month(year, month),
        breadcrumbs=[(str(year), permalinks.year_url(year))],
        may_be_empty=False,
    )


@bp.get("/unlock/<int:post_id>")
@public
def locked(post_id: int) -> Response:
    """The form has no page of its own; who comes here is led to the post."""
    post = reading.readable_or_404(post_id, utcnow())
    return redirect(permalinks.post_url(post), 303)


@bp.post("/unlock/<int:post_id>")
@anyone
@max_body(MAX_FORM_BYTES)
# The form stands in a page without sessions; security.py asks for the origin.
@csrf.exempt  # type: ignore[untyped-decorator]
def unlock(post_id: int) -> Response:
    """Open a post to this browser for whoever knows its password."""
    now = utcnow()
    post = reading.readable_or_404(post_id, now)
    response = redirect(permalinks.post_url(post), 303)
    if not post.is_protected:
        return response
    wait = locks.admit(request.remote_addr, now)
    if wait:
        refusal = render_post(post, now=now, problem=too_fast(wait), status=429)
        refusal.headers["Retry-After"] = str(wait)
        return refusal
    if not locks.is_password(post, request.form.get("post_password", "")):
        sentence = _("That is not the password of this post. Please try again.")
        return render_post(post, now=now, problem=sentence, status=403)
    locks.succeeded(request.remote_addr)
    reading.give_key(response, post)
    return response


@bp.get("/<path:path>")
@public
def show(path: str) -> Response:
    """The post or page at an address. A near miss leads to its own address."""
    now = utcnow()
    found = reading.found(request.path, now)
    if found is None:
        reading.nothing_here(now)
    post, number = found.post, found.number
    asked = request.args.get("page")
    if asked is not None:
        number = whole_number(asked)
    # One that is closed does not tell how many pages it has.
    is_open = reading.is_open_to_visitor(post)
    if not 1 <= number <= (len(post.pages) if is_open else 1):
        number = 1
    own = permalinks.post_url(post, number)
    part = _part(found.comment_page)
    if part != WHOLE and not (is_open and Conversation(post, settings()).has(part)):
        return redirect(own + _query_without("page", *PART), 302)
    if part.page is not None:
        own = permalinks.comment_page_url(post, part.page)
    if asked is not None or permalinks.encoded(request.path) != own:
        return redirect(own + _query_without("page", "cpage"), 301)
    mine = own_comments.shown(request.args.get("held"), post, settings(), now)
    return render_post(post, now=now, number=number, part=part, mine=mine)


def _part(comment_page: int | None) -> Part:
    """Which part of what is said below a post this request asks for."""
    page = comment_page or whole_number(request.args.get("cpage"))
    if comment_page is not None or page:
        return Part(page=page)
    thread_id = whole_number(request.args.get("thread"))
    if thread_id:
        portion = whole_number(request.args.get("portion"))
        return Part(thread_id=thread_id, portion=portion or 1)
    portion = whole_number(request.args.get("mentions"))
    return Part(mentions=True, portion=portion) if portion else WHOLE


def render_post(
    post: Post,
    *,
    now: datetime,
    number: int = 1,
    part: Part = WHOLE,
    form: CommentForm | None = None,
    mine: Mine | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    """A post's page, with a part of what is said below it. ``form`` comes back with
    what was typed and what is wrong with it; ``mine`` is a new comment, waiting or not,
    shown to the one who wrote it: nobody stores such a page, and no other site learns
    its address.

    A protected post shows its words only to a browser that has its key. ``problem`` is
    why the password was not taken.
    """
    is_open = not problem and reading.is_open_to_visitor(post)
    texts = post.pages if is_open else [Markup("")]
    is_whole_site = settings().neighbour_scope != NeighbourScope.CATEGORY
    within = None if is_whole_site else post.categories
    page = render_template(
        "posts/show.html",
        post=post,
        is_open=is_open,
        problem=problem,
        texts=[texts[number - 1]],
        number=number,
        pages=len(texts),
        above=_above(post, now),
        neighbours=queries.neighbours(post, now, within),
        is_preview=False,
        permalink=absolute_url(permalinks.post_url(post)),
        page_kind=str(post.kind),
        installment=installments.of(post, now),
        **_appearance(post, number, is_open=is_open),
        **_conversation(post, part, form, mine, now, is_open=is_open),
    )
    response = make_response(page, status)
    if post.is_protected:
        response.vary.add("Cookie")
    if mine is not None or (is_open and post.is_protected):
        response.headers["Cache-Control"] = "no-store"
    if mine is not None:
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _appearance(post: Post, number: int, *, is_open: bool) -> dict[str, Any]:
    """A post's cover, and what its page says of itself elsewhere."""
    cover, picture = covers.cover_and_card(post, is_open=is_open)
    own = absolute_url(permalinks.post_url(post, number))
    card = cards.of(post, own, picture, is_first_page=number == 1)
    return {
        "cover": cover,
        "card": card,
        "canonical": card.canonical,
        "description": card.description,
    }


def _conversation(
    post: Post,
    part: Part,
    form: CommentForm | None,
    mine: Mine | None,
    now: datetime,
    *,
    is_open: bool,
) -> dict[str, Any]:
    """What the part below a post is made of; nothing anybody said while it is closed,
    but what was typed just now."""
    if not is_open:
        return {"comment_form": form}
    site = settings()
    talk = Conversation(post, site)
    asked = request.form if form else request.args
    name = "comment_parent" if form else "replytocom"
    reply_to = comment_queries.answerable(whole_number(asked.get(name)), post)
    held = mine.comment if mine and not mine.comment.is_approved else None
    if held is not None:
        part = talk.place_of_waiting(held)
    elif form and reply_to:
        part = talk.place(reply_to)
    shown = talk.shown(part, held)
    return {
        "shown": shown,
        "thread": shown.thread,
        "part_url": talk.url,
        "comment_form": form or CommentForm.blank(post, now),
        "comments_open": moderation.is_open(post, site, now)
        and not current_app.config["FROZEN"],
        "reply_to": reply_to,
        "mine": mine,
    }


def render_preview(post: Post, now: datetime, *, editor: str | None = None) -> str:
    """A post as its readers will see it, all its pages below one another, without
    comments; it need not be saved. ``editor`` is the address to go back to.
    """
    return render_template(
        "posts/show.html",
        post=post,
        is_open=True,
        problem="",
        texts=post.pages,
        number=1,
        pages=len(post.pages),
        above=_above(post, now),
        neighbours=queries.NO_NEIGHBOURS,
        is_preview=True,
        editor=editor,
        installment=None,
        cover=covers.cover_and_card(post, is_open=True)[0],
        card=None,
        permalink=None,
        canonical=None,
        description=None,
        page_kind=str(post.kind),
    )


def _above(page: Post, now: datetime) -> list[tuple[str, str]]:
    """Title and address of the public pages that a page lies below, from the top."""
    return [
        (each.title, permalinks.page_url(each))
        for each in reversed(permalinks.ancestors(page))
        if each.is_public(now)
    ]


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
    now = utcnow()
    page = queries.page_of(posts, number, settings().posts_per_page)
    if page is None or (page.total == 0 and not may_be_empty):
        reading.nothing_here(now)
    own = _page_url(base, number)
    if asked is not None or permalinks.encoded(request.path) != own:
        return redirect(own, 301)
    pinned = queries.sticky(now) if kind == "home" and number == 1 else []
    if pinned:
        others = [post for post in page.items if post not in pinned]
        page = page._replace(items=[*pinned, *others])
    categories = queries.all_categories()
    return make_response(
        render_template(
            "posts/index.html",
            page=page,
            pinned=pinned,
            covers=covers.of(page.items),
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


def _query_without(*names: str) -> str:
    kept = [each for each in request.args.items(multi=True) if each[0] not in names]
    return f"?{urlencode(kept)}" if kept else ""
