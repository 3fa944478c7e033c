import json
import re
from datetime import UTC, timedelta

import pytest

from blog.comments.models import Kind as CommentKind
from blog.comments.models import Status as CommentStatus
from blog.database import write_transaction
from blog.posts import permalinks
from blog.posts.models import Status
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
from tests.feeds.checks import (
    MEDIA_TYPES,
    SUFFIXES,
    check_feeds,
    feed_problems,
    parsed,
)
from tests.feeds.counting import Queries
from tests.feeds.site import (
    AWKWARD,
    SECRET,
    make_awkward_site,
    make_secrets,
    protected_post,
)


def set_site(**values):
    with write_transaction():
        for name, value in values.items():
            setattr(settings(), name, value)


@pytest.fixture
def context(app):
    """Rows are made inside, and their addresses are known."""
    with app.app_context():
        yield permalinks


def titles(text, suffix="feed/"):
    if suffix == "feed.json":
        return [item["title"] for item in json.loads(text)["items"]]
    return [entry.title for entry in parsed(text).entries]


every_format = pytest.mark.parametrize("suffix", SUFFIXES)


# What a feed holds


def test_rss_says_everything_about_a_post(context, visitor):
    set_site(title="The “Recto” & I", tagline="Tea, mostly", language="de")
    post = make_post(
        title="Tea & milk",
        source="Tea **and** [milk](/milk/).",
        excerpt="",
        slug="tea",
        author=make_user(display_name="Zoë"),
        published_at=NOON,
        edited_at=NOON,
        categories=[make_category("Drinks")],
        tags=[make_tag("Warm"), make_tag("Drinks")],
        guid="http://old.example/?p=7",
    )
    make_comment(post=post)
    url = f"http://localhost{context.post_url(post)}"

    feed = parsed(visitor.get("/feed/").text)

    channel = feed.feed
    assert (channel.title, channel.subtitle) == ("The “Recto” & I", "Tea, mostly")
    assert (channel.link, channel.language) == ("http://localhost/", "de")
    assert channel.sy_updateperiod == "hourly"
    assert {"rel": "self", "href": "http://localhost/feed/"}.items() <= next(
        link.items() for link in channel.links if link.rel == "self"
    )
    assert channel.updated_parsed[:6] == entry_time(NOON)
    [entry] = feed.entries
    assert (entry.title, entry.author, entry.link) == ("Tea & milk", "Zoë", url)
    assert (entry.id, entry.guidislink) == ("http://old.example/?p=7", False)
    assert entry.published_parsed[:6] == entry_time(NOON)
    assert [tag.term for tag in entry.tags] == ["Drinks", "Warm"]
    assert entry.summary == "Tea and milk."
    assert (
        entry.content[0].value
        == '<p>Tea <strong>and</strong> <a href="http://localhost/milk/">milk</a>.</p>'
    )
    assert entry.comments == f"{url}#comments"
    assert entry.wfw_commentrss == f"{url}feed/"
    assert entry.slash_comments == "1"


def entry_time(at):
    return at.astimezone(UTC).timetuple()[:6]


def test_atom_says_everything_about_a_post(context, visitor):
    post = make_post(
        title="Tea <milk>",
        source="Tea & <b>milk</b>.",
        slug="tea",
        author=make_user(display_name="Zoë", slug="zoe"),
        edited_at=NOON + HOUR,
        tags=[make_tag("Warm & wet")],
        guid="http://old.example/?p=7&x='1'",
    )
    with write_transaction():
        post.edited_at = NOON + HOUR
    make_comment(post=post)
    url = f"http://localhost{context.post_url(post)}"

    text = visitor.get("/feed/atom/").text
    feed = parsed(text)

    assert feed.feed.id == "http://localhost/feed/atom/"
    assert feed.feed.updated_parsed[:6] == entry_time(NOON + HOUR)
    [entry] = feed.entries
    assert entry.id == "http://old.example/?p=7&x='1'"
    assert entry.title_detail.type == entry.summary_detail.type == "text/plain"
    assert (entry.title, entry.summary) == ("Tea <milk>", "Tea & milk.")
    assert entry.author_detail == {
        "name": "Zoë",
        "href": "http://localhost/author/zoe/",
    }
    assert entry.published_parsed[:6] == entry_time(NOON)
    assert entry.updated_parsed[:6] == entry_time(NOON + HOUR)
    assert entry.content[0].type == "text/html"
    assert entry.content[0].base == url
    assert entry.content[0].value == "<p>Tea &amp; <b>milk</b>.</p>"
    replies = {link.type: link for link in entry.links if link.rel == "replies"}
    assert replies["text/html"].href == f"{url}#comments"
    assert replies["application/atom+xml"].href == f"{url}feed/atom/"
    assert replies["application/atom+xml"].count == "1"
    assert "thr:total>1<" in text


def test_json_says_everything_about_a_post(context, visitor):
    set_site(title="Recto", tagline="Tea")
    post = make_post(
        title="Tea <milk>",
        source="[Milk](#h-x) & ]]>",
        slug="tea",
        author=make_user(display_name="Zoë", slug="zoe"),
        tags=[make_tag("Warm & wet")],
        guid="17",
    )
    with write_transaction():
        post.edited_at = NOON + HOUR
    url = f"http://localhost{context.post_url(post)}"

    assert visitor.get("/feed.json").json == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Recto",
        "home_page_url": "http://localhost/",
        "feed_url": "http://localhost/feed.json",
        "description": "Tea",
        "language": "en",
        "items": [
            {
                "id": "17",
                "url": url,
                "title": "Tea <milk>",
                "summary": "Milk & ]]>",
                "date_published": NOON.isoformat(),
                "date_modified": (NOON + HOUR).isoformat(),
                "authors": [{"name": "Zoë", "url": "http://localhost/author/zoe/"}],
                "tags": ["Warm & wet"],
                "content_html": f'<p><a href="{url}#h-x">Milk</a> &amp; ]]&gt;</p>\n',
            }
        ],
    }


@every_format
def test_a_feed_holds_the_newest_posts_and_as_many_as_the_owner_wants(
    app, visitor, suffix
):
    with app.app_context():
        set_site(posts_per_rss=3)
        for number in range(5):
            make_post(title=f"Number {number}", published_at=NOON + number * HOUR)
        make_post(title="Of the same second", published_at=NOON + 4 * HOUR)

    assert titles(visitor.get(f"/{suffix}").text, suffix) == [
        "Of the same second",
        "Number 4",
        "Number 3",
    ]


@every_format
def test_a_feed_holds_every_page_of_a_text_or_its_beginning_alone(app, visitor, suffix):
    with app.app_context():
        make_post(
            source="First\n\n<!--more-->\n\nmore\n\n<!--nextpage-->\n\nSecond",
            excerpt="",
        )

    whole = visitor.get(f"/{suffix}").text
    assert "Second" in whole and "nextpage" not in whole

    with app.app_context():
        set_site(rss_use_excerpt=True)
        post = make_post(title="Long", source="Words " * 100, published_at=NOON + HOUR)
        assert post.summary.endswith("…")
    short = visitor.get(f"/{suffix}").text
    assert "…" in short
    assert not re.search("content:encoded>|<content|content_html", short)
    assert feed_problems(short, suffix) == []


@every_format
def test_a_post_that_was_scheduled_is_news_on_its_day(app, visitor, suffix):
    with app.app_context():
        post = make_post(published_at=NOW - timedelta(seconds=5))
        with write_transaction():
            post.edited_at = NOW - 3 * DAY

    answer = visitor.get(f"/{suffix}")

    assert answer.last_modified == NOW - timedelta(seconds=5)


def test_a_summary_that_looks_like_html_stays_text(app, visitor):
    with app.app_context():
        make_post(excerpt="", source="Write `<img src=x onerror=alert(1)>` so.")

    text = visitor.get("/feed/").text

    [description] = re.findall("<item>.*?<description>(.*?)</", text, re.DOTALL)
    assert description == "Write &amp;lt;img src=x onerror=alert(1)&amp;gt; so."


def test_a_guid_survives_a_new_address_and_a_new_title(app, visitor):
    with app.app_context():
        post = make_post(guid="http://old.example/?p=7")
        ours = make_post(published_at=NOON - HOUR)
        before = [entry.id for entry in parsed(visitor.get("/feed/").text).entries]
        with write_transaction():
            post.slug, ours.title = "another", "Another"
            settings().permalink_structure = "/%postname%/"
        own = ours.guid

    after = [entry.id for entry in parsed(visitor.get("/feed/").text).entries]

    assert after == before == ["http://old.example/?p=7", own]
    assert re.fullmatch("urn:uuid:[0-9a-f-]{36}", own)


# Which feeds there are


@pytest.fixture
def archives(context):
    """Paths of archives with one post of four in each, by name."""
    someone, writer = make_user(), make_user(slug="zoe")
    drinks = make_category(slug="drinks")
    tea = make_category(slug="tea", parent=drinks)
    warm = make_tag(slug="warm")
    make_post(title="Elsewhere", author=someone, published_at=NOON - 800 * DAY)
    made = {"author": writer, "categories": [tea], "tags": [warm]}
    post = make_post(title="Here", published_at=NOON, **made)
    return {
        "category": context.category_url(tea),
        "parent": context.category_url(drinks),
        "tag": context.tag_url(warm),
        "author": context.author_url(writer),
        "year": context.year_url(post.published_at.year),
        "month": context.month_url(post.published_at.year, post.published_at.month),
    }


@every_format
@pytest.mark.parametrize(
    "name", ["category", "parent", "tag", "author", "year", "month"]
)
def test_an_archive_has_its_own_feed(visitor, archives, name, suffix):
    path = archives[name]

    answer = visitor.get(f"{path}{suffix}")

    assert (answer.status_code, answer.mimetype) == (200, MEDIA_TYPES[suffix])
    assert titles(answer.text, suffix) == ["Here"]
    assert f"http://localhost{path}" in answer.text
    assert feed_problems(answer.text, suffix) == []


@pytest.mark.parametrize(
    "path",
    [
        *("/category/none/", "/tag/none/", "/tag/drafted/", "/author/none/"),
        *("/author/silent/", "/1999/", "/1999/12/", "/9999/", "/0000/", "/none/"),
        *("/a/b/c/", "/admin/", "/2026/11/none/"),
    ],
)
@every_format
def test_where_there_is_no_page_there_is_no_feed(app, visitor, path, suffix):
    with app.app_context():
        tag = make_tag(slug="drafted")
        silent = make_user(slug="silent")
        make_post(published_at=None, tags=[tag], author=silent)

    assert visitor.get(f"{path}{suffix}").status_code == 404


@every_format
@pytest.mark.parametrize("base", ["/", "/comments/", "/category/empty/"])
def test_an_empty_feed_is_valid(app, visitor, base, suffix):
    with app.app_context():
        make_category(slug="empty")

    answer = visitor.get(f"{base}{suffix}")

    assert answer.status_code == 200
    assert feed_problems(answer.text, suffix) == []
    assert "Last-Modified" not in answer.headers


@pytest.mark.parametrize(
    "old, new",
    [
        ("/feed", "/feed/"),
        ("/feed/rss/", "/feed/"),
        ("/feed/rss2", "/feed/"),
        ("/feed/rdf/", "/feed/"),
        ("/feed/atom", "/feed/atom/"),
        ("/feed.json/", "/feed.json"),
        ("/rss", "/feed/"),
        ("/rss/", "/feed/"),
        ("/rss.xml", "/feed/"),
        ("/feed.xml", "/feed/"),
        ("/index.xml", "/feed/"),
        ("/atom.xml", "/feed/atom/"),
        ("/wp-rss.php", "/feed/"),
        ("/wp-rss2.php", "/feed/"),
        ("/wp-rdf.php", "/feed/"),
        ("/wp-atom.php", "/feed/atom/"),
        ("/wp-commentsrss2.php", "/comments/feed/"),
        ("/comments/feed", "/comments/feed/"),
        ("/comments/feed/rss2/", "/comments/feed/"),
        ("/category/tea/feed/", "/category/drinks/tea/feed/"),
        ("/category/drinks/tea/feed/rss2/", "/category/drinks/tea/feed/"),
        ("/tag/warm/feed", "/tag/warm/feed/"),
        ("/tag/warm/feed/rdf", "/tag/warm/feed/"),
        ("/author/zoe/feed/atom", "/author/zoe/feed/atom/"),
        ("/tag//warm/feed/", "/tag/warm/feed/"),
        ("/index.php/feed/", "/feed/"),
        ("/index.php/tag/warm/feed/atom/", "/tag/warm/feed/atom/"),
        ("/?feed=rss2", "/feed/"),
        ("/?feed=rss", "/feed/"),
        ("/?feed=atom", "/feed/atom/"),
        ("/?feed=comments-rss2", "/comments/feed/"),
        ("/?tag=warm&feed=atom", "/tag/warm/feed/atom/"),
        ("/?cat=2&feed=rss2", "/category/drinks/tea/feed/"),
        ("/sitemap_index.xml", "/sitemap.xml"),
        ("/wp-sitemap.xml", "/sitemap.xml"),
    ],
)
def test_other_addresses_of_a_feed_lead_to_it(visitor, archives, old, new):
    answer = visitor.get(old)

    assert (answer.status_code, answer.location) == (301, new)
    assert visitor.get(new).status_code == 200


def test_other_addresses_of_a_date_lead_to_it(visitor, archives):
    year, month = archives["year"], archives["month"]

    for old, new in (
        (f"{year}feed", f"{year}feed/"),
        (f"{year}feed/rss2/", f"{year}feed/"),
        (f"{month}feed/atom", f"{month}feed/atom/"),
        (f"{year}13/feed/", f"{year}feed/"),
        (f"{month}14/feed/", f"{month}feed/"),
        (f"/?m={year.strip('/')}&feed=atom", f"{year}feed/atom/"),
    ):
        answer = visitor.get(old)
        assert (answer.status_code, answer.location) == (301, new)


def test_a_feed_may_be_read_from_everywhere(app, visitor):
    for path in ("/feed/", "/feed/atom/", "/feed.json", "/feed", "/comments/feed/"):
        answer = visitor.get(path)
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Set-Cookie" not in answer.headers


# Comments


@every_format
def test_a_posts_comments_have_a_feed(context, visitor, suffix):
    post = make_post(title="Tea", slug="tea")
    first = make_comment(post=post, author="Ada", source="Well **said**.")
    make_comment(post=post, author="", created_at=NOON + 2 * HOUR, parent=first)
    make_comment(post=make_post(), author="Elsewhere")
    path = context.post_url(post)

    answer = visitor.get(f"{path}{suffix}")

    assert titles(answer.text, suffix) == ["By: Anonymous", "By: Ada"]
    assert "Comments on: Tea" in answer.text
    assert f"http://localhost/?p={post.id}#comment-{first.id}" in answer.text
    assert f"http://localhost/c/{first.id}" in answer.text
    assert re.search("<strong>|&lt;strong&gt;", answer.text)
    assert feed_problems(answer.text, suffix) == []


def test_a_reply_says_in_atom_what_it_answers(context, visitor):
    post = make_post(guid="http://old.example/?p=7")
    first = make_comment(post=post)
    make_comment(post=post, parent=first, created_at=NOON + 2 * HOUR)
    path = context.post_url(post)

    feed = parsed(visitor.get(f"{path}feed/atom/").text)

    assert [entry.get("thr_in-reply-to", {}).get("ref") for entry in feed.entries] == [
        f"http://localhost/?p={post.id}#comment-{first.id}",
        "http://old.example/?p=7",
    ]


@every_format
def test_all_comments_have_a_feed(app, visitor, suffix):
    with app.app_context():
        set_site(title="Recto")
        make_comment(post=make_post(title="Tea"), author="Ada")
        make_comment(
            post=make_page(title="About", parent_id=make_page().id),
            author="Another site",
            kind=CommentKind.PINGBACK,
            created_at=NOON + 2 * HOUR,
        )

    answer = visitor.get(f"/comments/{suffix}")

    assert titles(answer.text, suffix) == [
        "Comment on About by Another site",
        "Comment on Tea by Ada",
    ]
    assert "Comments for Recto" in answer.text
    assert feed_problems(answer.text, suffix) == []


@pytest.mark.parametrize(
    "structure, ending",
    [
        ("/archives/%post_id%", "/feed/"),
        ("/%postname%.html", "/feed/"),
        ("/%category%/%postname%/", "feed/"),
        ("/%year%/%monthnum%/%day%/%postname%/", "feed/"),
        ("/%author%/%postname%", "/feed/"),
    ],
)
def test_a_feed_stands_behind_any_permalink(context, visitor, structure, ending):
    set_site(permalink_structure=structure)
    parent = make_category(slug="drinks")
    post = make_post(slug="tea", categories=[make_category(slug="tea", parent=parent)])
    path = context.post_url(post)

    answer = visitor.get(f"{path}{ending}")

    assert answer.status_code == 200
    assert "Comments on: A title" in answer.text
    for near in (f"{path}{ending}".rstrip("/"), f"{path.rstrip('/')}//feed/"):
        moved = visitor.get(near)
        assert (moved.status_code, moved.location) == (301, f"{path}{ending}")


def test_a_page_has_a_feed_of_its_comments(context, visitor):
    above = make_page(slug="about")
    page = make_page(title="Us", slug="us", parent_id=above.id)
    make_comment(post=page)

    answer = visitor.get("/about/us/feed/")

    assert "Comments on: Us" in answer.text
    assert len(parsed(answer.text).entries) == 1


def test_the_number_of_a_post_leads_to_the_feed_of_its_comments(context, visitor):
    set_site(permalink_structure="/archives/%post_id%")
    post = make_post()

    answer = visitor.get(f"/?feed=rss2&p={post.id}")

    assert (answer.status_code, answer.location) == (301, f"/archives/{post.id}/feed/")
    assert visitor.get("/?feed=rss2&p=99").status_code == 404
    assert visitor.get("/?feed=none").status_code == 200


@every_format
def test_an_old_address_of_a_draft_leads_to_no_feed(app, visitor, suffix):
    with app.app_context():
        post = make_post(status=Status.DRAFT)
        make_comment(post=post)
        with write_transaction():
            redirects.lead("/2004/old-tea/", post_id=post.id)

    assert visitor.get(f"/2004/old-tea/{suffix}").status_code == 404


def test_the_feed_of_a_post_that_moved_is_found(context, visitor):
    post = make_post(slug="tea")
    with write_transaction():
        redirects.lead("/2004/old-tea/", post_id=post.id)

    answer = visitor.get("/2004/old-tea/feed/")

    assert answer.status_code == 301
    assert answer.location == f"{context.post_url(post)}feed/"


@every_format
def test_no_email_address_stands_in_a_feed(app, visitor, suffix):
    with app.app_context():
        writer = make_user(email="writer@secret.example", name="the-login-name")
        post = make_post(author=writer)
        make_comment(post=post, email="reader@secret.example", ip="203.0.113.9")
        path = permalinks.post_url(post)

    for base in ("/", "/comments/", path):
        text = visitor.get(f"{base}{suffix}").text
        assert "secret.example" not in text and "203.0.113.9" not in text
        assert "the-login-name" not in text


# Nothing leaks


def test_nothing_hidden_stands_in_any_feed(app, visitor):
    with app.app_context():
        hidden = make_secrets()
        paths = [permalinks.post_url(post) for post in hidden]
        public = [post.title for post in hidden if post.is_public(NOW)]

    documents = check_feeds(visitor)

    assert public == ["Protected", "Protected page"]
    for path in [*paths, "/tag/hidden/", "/category/hidden/", "/comments/", "/"]:
        for suffix in SUFFIXES:
            answer = visitor.get(f"{path}{suffix}")
            if answer.status_code == 200:
                documents[f"{path}{suffix}"] = answer.text
            assert SECRET not in answer.headers.get("Location", "")
    assert {path.partition("feed")[0] for path in documents} >= {*paths[-2:], "/"}
    for path, text in documents.items():
        words = text.replace("hidden/", "").replace(f"{SECRET} category", "")
        assert SECRET not in words, path


@every_format
def test_of_a_protected_post_only_its_place_is_known(context, visitor, suffix):
    post = protected_post()
    make_comment(post=post, author="Somebody")
    path = context.post_url(post)

    text = visitor.get(f"/{suffix}").text
    comments = visitor.get(f"{path}{suffix}").text

    assert titles(text, suffix) == ["Protected"]
    assert "This post is protected by a password." in text
    assert f"{path}feed" not in text and "replies" not in text
    assert "Somebody" not in text + comments + visitor.get(f"/comments/{suffix}").text
    assert "This post is protected by a password." in comments
    assert titles(comments, suffix) == []
    for each in (text, comments):
        assert SECRET not in each
        assert feed_problems(each, suffix) == []


@pytest.mark.parametrize(
    "status", sorted(set(CommentStatus) - {CommentStatus.APPROVED})
)
def test_only_approved_comments_are_in_feeds(context, visitor, status):
    post = make_post()
    make_comment(post=post, status=status)

    for base in ("/comments/", context.post_url(post)):
        assert titles(visitor.get(f"{base}feed/").text) == []


# Every feed of awkward sites


@pytest.mark.parametrize(
    "language, structure",
    [("en", "/%year%/%monthnum%/%postname%/"), ("ar", "/%category%/x/%postname%")],
)
def test_every_feed_of_an_awkward_site_is_valid(app, visitor, structure, language):
    with app.app_context():
        make_awkward_site()
        set_site(
            title=AWKWARD[0],
            tagline=AWKWARD[1],
            permalink_structure=structure,
            language=language,
            posts_per_rss=20,
        )

    documents = check_feeds(visitor)

    feeds = [path for path in documents if "feed" in path]
    assert len(feeds) == 3 * len({re.sub("feed.*", "", path) for path in feeds})
    # Of the site and its comments; categories, tags, people; a year or two, months;
    # posts and a page with comments.
    assert len(feeds) >= 3 * (2 + 9 + 17 + 8 + 2 + 11)
    for text in documents.values():
        assert not re.search("onerror|onload|javascript:", text)


# Asking again


@every_format
def test_asked_again_a_feed_says_that_nothing_is_new(app, visitor, suffix):
    with app.app_context():
        make_post()
    first = visitor.get(f"/{suffix}")
    etag, date = first.headers["ETag"], first.headers["Last-Modified"]
    assert etag.startswith('"')
    earlier, later = (
        (first.last_modified + change).strftime("%a, %d %b %Y %H:%M:%S GMT")
        for change in (-HOUR, HOUR)
    )

    for status, headers in (
        (304, {"If-None-Match": etag}),
        (304, {"If-None-Match": f"W/{etag}"}),  # a proxy that compresses writes it so
        (304, {"If-None-Match": f'"other", {etag}'}),
        (304, {"If-None-Match": "*"}),
        (304, {"If-Modified-Since": date}),
        (304, {"If-Modified-Since": later}),
        (304, {"If-None-Match": etag, "If-Modified-Since": date}),
        (304, {"If-None-Match": etag, "If-Modified-Since": "yesterday"}),
        (200, {"If-None-Match": '"other"'}),
        (200, {"If-None-Match": "*-"}),
        (200, {"If-Modified-Since": earlier}),
        (200, {"If-Modified-Since": "yesterday"}),
        (200, {"If-None-Match": '"other"', "If-Modified-Since": date}),
        (200, {"If-None-Match": etag, "If-Modified-Since": earlier}),
        (200, {}),
    ):
        for method in ("GET", "HEAD"):
            answer = visitor.open(f"/{suffix}", method=method, headers=headers)
            assert answer.status_code == status, headers
            assert answer.headers["ETag"] == etag
            assert answer.headers.get("Last-Modified") == (
                date if status == 200 else None
            )
            assert answer.headers["Cache-Control"] == "no-cache"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert bool(answer.data) == (status == 200 and method == "GET")


def test_a_change_is_seen_within_the_same_second(app, visitor):
    with app.app_context():
        post = make_post(title="Before")
        first = visitor.get("/feed/")
        with write_transaction():
            post.title = "After"

    again = visitor.get(
        "/feed/",
        headers={
            "If-None-Match": first.headers["ETag"],
            "If-Modified-Since": first.headers["Last-Modified"],
        },
    )

    assert again.status_code == 200
    assert titles(again.text) == ["After"]


# What it costs


@pytest.mark.parametrize(
    "structure", ["/%postname%/", "/%category%/%postname%/", "/%author%/%postname%/"]
)
def test_a_feed_asks_as_much_for_many_as_for_one(app, db, visitor, structure):
    set_site(permalink_structure=structure, posts_per_rss=30)
    warm, above = make_tag(slug="warm"), make_category(slug="above")

    def add():
        post = make_post(
            author=make_user(),
            categories=[
                make_category(parent=make_category(parent=above)) for _ in range(2)
            ],
            tags=[warm, make_tag()],
        )
        page = make_page(parent_id=make_page(parent_id=make_page().id).id)
        for each in (post, page, first or post):
            make_comment(post=each)
        return post

    first = None
    first = add()
    bases = ["/", "/comments/", "/tag/warm/", "/category/above/"]
    bases.append(permalinks.post_url(first))
    costs = []
    for number in (1, 8):
        for _ in range(number):
            add()
        costs.append({})
        for base in bases:
            with Queries(db.engine) as seen:
                answer = visitor.get(f"{base}feed/atom/")
            costs[-1][base] = len(seen)
            assert len(parsed(answer.text).entries) >= number
    assert costs[0] == costs[1]
    assert max(costs[0].values()) < 12
