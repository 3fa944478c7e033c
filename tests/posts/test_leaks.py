"""What is not for everybody is nowhere: every public address there is, asked by a
visitor, and every address that the answers name.

The rules come from the application's own map, so that a new feed or page is asked too.
The secret word stands in every text of what is hidden, and in no request that would
give it back; what is looked for instead stands beside it.
"""

import html
import itertools
import re
from collections import deque
from contextlib import suppress
from urllib.parse import unquote, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.routing import RequestRedirect

from blog.comments.models import Comment
from blog.comments.models import Status as CommentStatus
from blog.database import session, write_transaction
from blog.posts.models import Category, Post, Series, Shape, Status, Tag
from blog.posts.permalinks import post_url
from blog.site import redirects
from blog.site.queries import settings
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    NOW,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.posts.company import credit, make_picture, make_series

SECRET = "xylograph"
BESIDE = "zeppelin"  # in the same texts, and in public ones
STATES = {
    "draft": {"published_at": None},
    "pending": {"status": Status.PENDING},
    "private": {"status": Status.PRIVATE},
    "scheduled": {"published_at": NOW + DAY},
    "trash": {"status": Status.TRASH},
}
TEXT = (
    f"{SECRET} {BESIDE} begins. <!--more--> {SECRET} goes on.\n\n## {SECRET}\n\n"
    f"[{SECRET}](https://{SECRET}.example/) <!--nextpage--> {SECRET} on page two."
)
QUERIES = (
    *(f"q={BESIDE}", f"q={BESIDE[:4]}", f"s={BESIDE}", "q=begins+goes", "q=page"),
    *("page=2", "feed=rss2", "feed=atom", "feed=comments-rss2", "m=2026", "year=2026"),
)
LINK = re.compile(
    r"""(?:href|src|value|url)\s*[=:]\s*["']([^"'<>]+)|>(https?://[^<]+)<"""
)
JSON_LINK = re.compile(r'"(https?://[^"]+)"')
# Files, the same for everybody and full of links that are none; and the library's
# files, which are for everybody who knows their number.
LEFT_OUT = {"static", "media.show"}
MOST = 6_000


def secret_person():
    return {
        "author": f"{SECRET} commenter",
        "email": f"{SECRET}@example.org",
        "url": f"https://{SECRET}.example/",
        "ip": "192.0.2.99",
        "user_agent": f"{SECRET}/1.0",
    }


def make_hidden(make, name, state):
    """Something that nobody may see, with the secret wherever there is room for it."""
    author = make_user(
        name=f"{SECRET}-{name}",
        display_name=f"{SECRET} {name}",
        slug=f"{SECRET}-{name}",
        bio=f"{SECRET} bio",
        url=f"https://{SECRET}.example/{name}",
        email=f"{SECRET}-{name}@example.org",
    )
    picture = make_picture(f"{SECRET}-{name}", alt=SECRET, caption=SECRET)
    post = make(
        title=f"{SECRET} {BESIDE} {name}",
        slug=f"{SECRET}-{name}",
        source=TEXT,
        excerpt=f"{SECRET} {BESIDE} in short",
        guid=f"urn:{SECRET}:{name}",
        author=author,
        tags=[make_tag(f"{SECRET} {name}", slug=f"{SECRET}-{name}")],
        categories=[session.get(Category, 1)],
        sticky=True,
        comments_open=True,
        **_shown_elsewhere(picture),
        series_id=make_series(f"{SECRET} {name}", slug=f"{SECRET}-{name}").id,
        **state,
    )
    credit(post, make_user(display_name=f"{SECRET} with", slug=f"{SECRET}-with-{name}"))
    make_comment(post=post, source=f"{SECRET} {BESIDE} comment", **secret_person())
    return post


def _shown_elsewhere(picture):
    """What covers, cards, search engines and feeds would get."""
    return {
        "shape": Shape.LINK,
        "link_url": f"https://{SECRET}.example/link",
        "seo_title": f"{SECRET} {BESIDE} title",
        "seo_description": f"{SECRET} {BESIDE} described",
        "canonical_url": f"https://{SECRET}.example/original",
        "cover_id": picture.id,
        "social_picture_id": picture.id,
    }


def make_protected(make, name):
    """Something of which all may see the title."""
    post = make(
        title=f"Protected {BESIDE} {name}",
        slug=f"protected-{name}",
        source=TEXT,
        excerpt=f"{SECRET} {BESIDE} in short",
        password=f"{SECRET} password",
        categories=[session.get(Category, 1)],
        comments_open=True,
        **_shown_elsewhere(make_picture(f"{SECRET}-{name}", alt=SECRET)),
        series_id=session.scalar(select(Series.id).where(Series.slug == "open")),
    )
    make_comment(post=post, source=f"{SECRET} {BESIDE} comment", **secret_person())
    return post


@pytest.fixture
def crowded(app):
    """A site with something in every state, public posts before, between and after."""
    with app.app_context():
        make_category(f"All of {BESIDE}", slug="all")
        mina = make_user(display_name="Mina", slug="mina", bio="Writes.")
        for name, state in STATES.items():
            for make in (make_post, make_page):
                post = make_hidden(make, f"{name}-{make.__name__[5:]}", state)
                with write_transaction():
                    redirects.lead(f"/old-{post.id}/", post_id=post.id)
                    redirects.lead("/", f"p={post.id + 500}", post_id=post.id)
        series = make_series(f"Series {BESIDE}", slug="open")
        make_protected(make_post, "post")
        make_protected(make_page, "page")
        for number in range(5):
            public = make_post(
                title=f"Public {BESIDE} {number}",
                source=f"Words {BESIDE} here. <!--nextpage--> And on.",
                published_at=NOON + (number - 2) * HOUR,
                author=mina,
                tags=[make_tag(slug=f"open-{number}")],
                categories=[session.get(Category, 1)],
                sticky=number == 0,
                series_id=series.id,
            )
            make_comment(post=public, source=f"Public {BESIDE} answer")
        for status in set(CommentStatus) - {CommentStatus.APPROVED}:
            make_comment(
                post=public,
                source=f"{SECRET} {BESIDE} {status}",
                status=status,
                reason=f"{SECRET} reason",
                **secret_person(),
            )
        make_comment(
            post=public, email=f"{SECRET}@example.org", user_agent=f"{SECRET}/1.0"
        )
        with write_transaction():
            settings().posts_per_page = 3
            settings().posts_per_rss = 20


def values():
    """What can stand in an address, by the name of its place."""
    posts = session.scalars(select(Post)).all()
    comments = session.scalars(select(Comment.id)).all()
    slugs = {*session.scalars(select(Tag.slug)), "mina"}
    slugs |= {*session.scalars(select(Series.slug))}
    slugs |= {post.author.slug for post in posts}
    paths = {post_url(post).strip("/") for post in posts}
    paths |= {f"{path}/2" for path in paths} | {"all"}
    paths |= {f"old-{post.id}" for post in posts}
    times = {post.published_at for post in posts if post.published_at}
    paths |= {f"{at:%Y}" for at in times} | {f"{at:%Y/%m}" for at in times}
    return {
        "year": {at.year for at in times},
        "month": {at.month for at in times},
        "number": {1, 2},
        "post_id": {post.id for post in posts},
        "comment_id": set(comments),
        "slug": slugs,
        "path": {unquote(path) for path in paths},
    }


def public_rules(app):
    for rule in app.url_map.iter_rules():
        is_public = getattr(app.view_functions[rule.endpoint], "is_public", False)
        if is_public and "GET" in rule.methods and rule.endpoint not in LEFT_OUT:
            yield rule


def addresses(app):
    """Every public rule with everything that could stand in it."""
    known = values()
    for rule in public_rules(app):
        names = sorted(rule.arguments)
        choices = [known.get(name, {1, 2, "none"}) for name in names]
        for chosen in itertools.product(*choices):
            built = rule.build(dict(zip(names, chosen, strict=True)))
            assert built is not None, rule
            yield built[1]
    ids = known["post_id"]
    for id in sorted(ids | {id + 500 for id in ids}):
        yield from (f"/?p={id}", f"/?page_id={id}", f"/?p={id}&feed=rss2")
    for slug in sorted(known["slug"]):
        yield from (f"/?name={slug}", f"/?tag={slug}")
    for number in range(1, 30):
        yield from (f"/?author={number}", f"/?cat={number}")
    for path in sorted(known["path"]):
        yield from (f"/{path}/?replytocom=1", f"/{path}?page=2", f"/index.php/{path}")
    for path in ("/", "/search", "/search/"):
        yield from (f"{path}?{query}" for query in QUERIES)


def links(text):
    for match in [*LINK.finditer(text), *JSON_LINK.finditer(text)]:
        link = html.unescape(next(filter(None, match.groups())).strip())
        parts = urlsplit(link)
        is_ours = parts.netloc in ("", "localhost") and parts.path.startswith("/")
        if is_ours and not parts.path.startswith("/static/"):
            yield parts._replace(scheme="", netloc="", fragment="").geturl()


def crawl(app, visitor):
    """Every answer that a visitor can get: (path, answer)."""
    visitor.inspects = False
    with app.app_context():
        waiting = deque(dict.fromkeys(addresses(app)))
    seen = set(waiting)
    while waiting:
        path = waiting.popleft()
        response = visitor.get(path)
        yield path, response
        found = [response.location] if response.location else links(response.text)
        for link in found:
            if link.startswith("/") and link not in seen:
                seen.add(link)
                waiting.append(link)
        assert len(seen) < MOST, "there is no end to it"


def test_nothing_hidden_is_anywhere(app, visitor, crowded):
    leaks, reached, shown = {}, {}, set()
    adapter = app.url_map.bind("localhost")
    for path, response in crawl(app, visitor):
        answer = unquote(f"{response.headers}\n{response.text}")
        for asked in re.findall(rf"{SECRET}[\w-]*", unquote(path)):
            answer = answer.replace(asked, "")  # what one brings along is no news
        place = re.search(SECRET, answer, re.IGNORECASE)
        if place or "192.0.2.99" in answer:
            leaks[path] = answer[max(0, place.start() - 80) :][:160] if place else path
        assert response.status_code < 500, path
        if response.status_code == 200 and f"public-{BESIDE}-4" in answer:
            shown.add(path)
        if response.status_code < 400:
            with suppress(RequestRedirect):  # a slash too few
                endpoint, _ = adapter.match(urlsplit(path).path)
                reached.setdefault(endpoint, path)

    assert leaks == {}
    # The crawl is worth something: each public view has answered, and what is public
    # was seen wherever it is shown.
    assert {rule.endpoint for rule in public_rules(app)} - reached.keys() == set()
    assert {"/", "/category/all/", "/author/mina/", "/feed/", "/series/open/"} <= shown
    assert any(path.startswith("/search") for path in shown)
    assert len(shown) > 30


def test_what_is_hidden_answers_like_nothing(app, visitor, crowded):
    with app.app_context():
        hidden = [
            post_url(post)
            for post in session.scalars(select(Post))
            if not post.is_public(NOW)
        ]
    assert len(hidden) == 2 * len(STATES)

    expected = visitor.get("/2020/01/nothing/")
    for path in hidden:
        for address in (path, path.rstrip("/"), f"{path}2/", f"/index.php{path}"):
            response = visitor.get(address, follow_redirects=True)
            assert response.status_code == 404, address
            assert response.data == expected.data, address
