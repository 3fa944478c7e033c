"""The page on which readers search."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request
from markupsafe import Markup
from werkzeug import Response

from ..clock import utcnow
from ..paging import Page, whole_number
from ..posts import queries as post_queries
from ..posts.models import Category, Post
from ..security import absolute_url, public
from ..text import excerpts
from . import queries, snippets, words
from .permalinks import search_url

bp = Blueprint("search", __name__)

SUBJECTS = 24
_FEED = re.compile(r"(.*/)?feed(/[a-z0-9]+)?/*", re.DOTALL)
_OLD_ADDRESS = re.compile(r"(.*?)(?:/+page/+([0-9]{1,19}))?/*", re.DOTALL)


class Result(NamedTuple):
    """A post that was found, with what was looked for marked in it."""

    post: Post
    title: Markup
    passage: Markup


@bp.get("/search")
@public
def results() -> str:
    """What is found for ``q``, or the form alone."""
    typed = " ".join(request.args.get("q", "").split())
    sought = typed[: words.MAX_CHARACTERS].rstrip()
    asked = request.args.get("page")
    number = 1 if asked is None else whole_number(asked)
    terms = words.terms(sought)
    now = utcnow()
    page = queries.results(sought, now, number)
    if page is None:
        abort(404)
    categories = post_queries.all_categories()
    return render_template(
        "search/results.html",
        sought=sought,
        is_cut=words.is_too_long(typed),
        has_words=bool(terms),
        page=page,
        most=queries.MOST,
        page_size=queries.PAGE_SIZE,
        max_characters=words.MAX_CHARACTERS,
        results=_shown(page, terms),
        page_url=lambda number: search_url(sought, number),
        categories=categories,  # held, so that every parent is known
        subjects=() if page.items else _subjects(categories, now),
        canonical=absolute_url(search_url(sought, number)),
    )


@bp.get("/search/", defaults={"path": ""})
@bp.get("/search/<path:path>")
@public
def old_address(path: str) -> Response:
    """Lead on from WordPress's address of a search, ``/search/the+words/page/2/``."""
    match = _OLD_ADDRESS.fullmatch(path)
    if match is None or _FEED.fullmatch(path):
        abort(404)
    words_there, number = match[1].replace("+", " "), whole_number(match[2]) or 1
    return redirect(search_url(words_there or request.args.get("q", ""), number), 301)


def _subjects(categories: Sequence[Category], now: datetime) -> list[Category]:
    """Where else somebody could look: categories in which there is something."""
    filled = post_queries.public_category_ids(now)
    return [each for each in categories if each.id in filled][:SUBJECTS]


def _shown(page: Page[Post], terms: Sequence[words.Term]) -> list[Result]:
    return [
        Result(
            post,
            snippets.marked(post.title, terms),
            snippets.passage(terms, excerpts.plain(post.html), post.summary),
        )
        for post in page.items
    ]
