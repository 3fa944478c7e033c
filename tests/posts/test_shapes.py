"""Notes and links: posts that look different."""

import json

import pytest

from blog.database import session
from blog.posts import permalinks, shapes
from blog.posts.models import Post, Shape
from tests.factories import HOUR, NOON, make_post
from tests.pages import parse, text_of
from tests.posts.writing import open_editor, reloaded

LONG = (
    "The tide came in while nobody looked, and the boat was gone before anybody knew."
)


@pytest.fixture
def urls(app):
    """Addresses of rows made inside, computed while the context is there."""
    with app.app_context():
        yield permalinks


def make_note(source="A short word.", **attributes):
    return make_post(title="", source=source, shape=Shape.NOTE, **attributes)


def make_link(**attributes):
    return make_post(
        shape=Shape.LINK, link_url="https://www.elsewhere.example/a?b=1&c", **attributes
    )


def new(client, **typed):
    return client.post(
        "/admin/posts/new",
        data=open_editor(client, "/admin/posts/new", "publish", **typed),
    )


def newest():
    return session.query(Post).order_by(Post.id.desc()).first()


def test_a_note_needs_no_title_and_is_named_by_its_first_words(client_for, db, urls):
    author = client_for("author")

    assert new(author, shape="note", body=LONG).status_code == 303

    post = newest()
    assert (post.title, post.shape) == ("", Shape.NOTE)
    assert post.slug == "the-tide-came-in-while-nobody-looked-and-the-boat-was-gone"
    assert shapes.name(post).startswith("The tide came in")
    assert shapes.name(post).endswith("…")


def test_an_article_still_needs_a_title(client_for, db):
    answer = new(client_for("author"), body=LONG)

    assert answer.status_code == 422
    assert LONG in answer.text


def test_the_address_of_a_protected_note_gives_nothing_away(client_for, db):
    author = client_for("author")
    answer = new(
        author,
        shape="note",
        body="Xylograph words.",
        visibility="protected",
        post_password="sesame",
    )

    assert answer.status_code == 303
    assert newest().slug == f"post-{newest().id}"
    assert shapes.name(newest()) == "Note"


def test_a_short_note_stands_whole_in_lists(visitor, db):
    make_note("Look at [this](https://example.org/) **now**.")

    page = parse(visitor.get("/").text)

    entry = next(each for each in page.iter("article"))
    assert "e-content" in [
        name for each in entry.iter() for name in (each.get("class") or "").split()
    ]
    assert "https://example.org/" in [each.get("href") for each in entry.iter("a")]
    assert "p-name" not in [each.get("class") for each in entry.iter("h2")]


def test_the_page_of_a_note_has_no_name_of_its_own(visitor, db, urls):
    post = make_note(LONG)

    page = parse(visitor.get(urls.post_url(post)).text)

    assert "p-name" not in {
        name for each in page.iter() for name in (each.get("class") or "").split()
    }
    assert text_of(page.find("head/title")).startswith("The tide came in")


def test_neighbours_name_a_note_by_its_first_words(visitor, db, urls):
    make_note("Before.", published_at=NOON - HOUR)
    post = make_post()

    page = parse(visitor.get(urls.post_url(post)).text)

    older = next(e for e in page.iter("a") if e.get("rel") == "prev")
    assert text_of(older) == "Previous post Before."


def test_feeds_hold_a_note_without_a_title(visitor, db):
    make_note()

    assert "<title>A short word.</title>" not in visitor.get("/feed/").text
    assert '<title type="text">A short word.</title>' in visitor.get("/feed/atom/").text
    (item,) = json.loads(visitor.get("/feed.json").text)["items"]
    assert "title" not in item


def test_the_title_of_a_link_leads_away_and_its_date_to_it(visitor, db, urls):
    post = make_link()
    for path in ("/", urls.post_url(post)):
        page = parse(visitor.get(path).text)
        links = {
            name: each.get("href")
            for each in page.iter("a")
            for name in (each.get("class") or "").split()
        }

        assert links["u-bookmark-of"] == post.link_url
        assert "elsewhere.example" in text_of(page)
    assert urls.post_url(post) in [each.get("href") for each in page.iter("a")]


def test_feeds_lead_to_the_post_and_say_what_a_link_is_about(visitor, db, urls):
    post = make_link()

    (item,) = json.loads(visitor.get("/feed.json").text)["items"]

    assert item["url"].endswith(urls.post_url(post))
    assert item["external_url"] == post.link_url
    assert item["content_html"].startswith(
        '<p><a href="https://www.elsewhere.example/a?b=1&amp;c">'
    )
    assert 'rel="related"' in visitor.get("/feed/atom/").text


@pytest.mark.parametrize(
    "typed",
    ["", "javascript:alert(1)", "//elsewhere.example/", "ftp://e.example/", "https://",
     "https://e x.example/", "https://[::1", "https://e.example:x/"],
)  # fmt: skip
def test_a_link_leads_to_a_web_address(client_for, db, typed):
    answer = new(client_for("author"), title="T", shape="link", link_url=typed)

    assert answer.status_code == 422
    assert newest() is None


def test_what_is_no_link_leads_nowhere(client_for, db):
    answer = new(client_for("author"), title="T", link_url="https://e.example/")

    assert answer.status_code == 303
    assert newest().link_url == ""


def test_a_field_that_is_not_sent_stays_as_it_is(client_for, db):
    editor = client_for("editor")
    post = make_link(seo_title="Kept")
    path = f"/admin/posts/{post.id}/"
    data = open_editor(editor, path)
    for name in ("shape", "link_url", "seo_title", "series", "cover_id"):
        data.pop(name, None)

    assert editor.post(path, data=data).status_code == 303

    assert reloaded(post).shape == Shape.LINK
    assert (post.link_url, post.seo_title) == (
        "https://www.elsewhere.example/a?b=1&c",
        "Kept",
    )


def test_a_protected_link_keeps_where_it_leads(visitor, db, urls):
    post = make_link(password="sesame", source="Words.")
    for path in ("/", urls.post_url(post), "/feed/", "/feed/atom/", "/feed.json"):
        assert "elsewhere.example" not in visitor.get(path).text
