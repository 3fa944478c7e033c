import pytest

from blog.database import write_transaction
from blog.feeds import sitemap
from blog.posts import permalinks
from blog.posts.models import Status
from blog.site.queries import settings
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.feeds.checks import places, sitemap_problems
from tests.feeds.counting import Queries
from tests.feeds.site import SECRET, make_secrets


def set_site(**values):
    with write_transaction():
        for name, value in values.items():
            setattr(settings(), name, value)


def test_a_small_site_has_one_list_of_everything_public(app, visitor):
    with app.app_context():
        drinks = make_category(slug="drinks")
        tea = make_category(slug="tea", parent=drinks)
        make_category(slug="empty")
        make_tag(slug="unused")
        make_user(slug="silent")
        made = {"author": make_user(slug="zoe"), "categories": [tea]}
        post = make_post(tags=[make_tag(slug="warm")], **made)
        page = make_page(slug="below", parent_id=make_page(slug="about").id)
        make_comment(post=post)
        wanted = [permalinks.post_url(post), permalinks.post_url(page)]

    answer = visitor.get("/sitemap.xml")

    assert answer.content_type == "application/xml; charset=utf-8"
    assert sitemap_problems(answer.text) == []
    assert sorted(places(answer.text)) == sorted(
        f"http://localhost{path}"
        for path in [
            *("/", "/about/", "/category/drinks/", "/category/drinks/tea/"),
            *("/tag/warm/", "/author/zoe/", *wanted),
        ]
    )
    for url in places(answer.text):
        assert visitor.get(url.removeprefix("http://localhost")).status_code == 200


def test_a_new_site_lists_its_home_page(visitor):
    answer = visitor.get("/sitemap.xml")

    assert places(answer.text) == ["http://localhost/"]
    assert sitemap_problems(answer.text) == []


def test_nothing_hidden_and_nothing_protected_is_listed(app, visitor):
    with app.app_context():
        hidden = make_secrets()
        paths = [permalinks.post_url(post) for post in hidden]

    text = visitor.get("/sitemap.xml").text

    assert not [path for path in paths if path in text]
    assert SECRET not in text and "hidden" not in text


def test_each_place_says_when_it_changed(app, visitor):
    with app.app_context():
        tag = make_tag(slug="warm")
        old = make_post(slug="old", tags=[tag], published_at=NOON - DAY)
        make_post(slug="new", tags=[tag], published_at=NOON)
        with write_transaction():
            old.edited_at = NOON + HOUR

    text = visitor.get("/sitemap.xml").text

    def changed(path):
        [line] = [line for line in text.splitlines() if f"{path}</loc>" in line]
        return line.partition("<lastmod>")[2].partition("<")[0]

    assert changed("/new/") == NOON.isoformat()
    assert changed("/old/") == changed("/tag/warm/") == (NOON + HOUR).isoformat()
    assert changed("localhost/") == NOON.isoformat()


@pytest.fixture
def large(app, monkeypatch):
    """A site of ten posts and four pages, with lists of three places each."""
    monkeypatch.setattr(sitemap, "SIZE", 3)
    with app.app_context():
        writer = make_user()
        for number in range(10):
            make_post(
                author=writer,
                slug=f"post-{number}",
                tags=[make_tag()],
                published_at=NOON + number * HOUR,
            )
        for number in range(4):
            make_page(author=writer, slug=f"about-{number}")


def test_a_large_site_has_an_index(visitor, large):
    index = visitor.get("/sitemap.xml").text

    assert sitemap_problems(index) == []
    assert [url.removeprefix("http://localhost/sitemap-") for url in places(index)] == [
        *("pages-1.xml", "pages-2.xml"),
        *("posts-1.xml", "posts-2.xml", "posts-3.xml", "posts-4.xml"),
        *("tags-1.xml", "tags-2.xml", "tags-3.xml", "tags-4.xml", "authors-1.xml"),
    ]
    found = []
    for url in places(index):
        answer = visitor.get(url.removeprefix("http://localhost"))
        assert sitemap_problems(answer.text) == []
        assert 1 <= len(places(answer.text)) <= 3
        found += places(answer.text)
    assert len(found) == len(set(found)) == 1 + 10 + 4 + 10 + 1
    assert f"<lastmod>{(NOON + 2 * HOUR).isoformat()}</lastmod>" in index
    assert f"<lastmod>{(NOON + 9 * HOUR).isoformat()}</lastmod>" in index


def test_a_new_post_changes_the_last_list_alone(app, visitor, large):
    before = [visitor.get(f"/sitemap-posts-{number}.xml").text for number in (1, 2, 3)]
    with app.app_context():
        make_post(slug="one-more", published_at=NOON + 20 * HOUR)

    assert before == [
        visitor.get(f"/sitemap-posts-{number}.xml").text for number in (1, 2, 3)
    ]
    assert "one-more" in visitor.get("/sitemap-posts-4.xml").text


@pytest.mark.parametrize(
    "path",
    [
        *("posts-0", "posts-5", "posts-9223372036854775807", "pages-3", "tags-5"),
        *("categories-1", "authors-2", "media-1", "posts", "posts-", "posts--1"),
    ],
)
def test_past_the_last_list_there_is_none(visitor, large, path):
    assert visitor.get(f"/sitemap-{path}.xml").status_code == 404


@pytest.mark.parametrize(
    "structure", ["/%category%/%postname%/", "/%author%/%postname%", "/p/%post_id%"]
)
def test_the_places_of_a_list_cost_no_question_each(app, db, visitor, structure):
    set_site(permalink_structure=structure)
    above = make_category()

    def add():
        make_post(
            author=make_user(),
            categories=[make_category(parent=make_category(parent=above))],
            tags=[make_tag()],
        )
        above_page = make_page(parent_id=make_page(status=Status.DRAFT).id)
        make_page(parent_id=above_page.id)

    counts = []
    for number in (2, 8):
        for _ in range(number):
            add()
        with Queries(db.engine) as seen:
            assert sitemap_problems(visitor.get("/sitemap.xml").text) == []
        counts.append(len(seen))
    assert counts[0] == counts[1] < 25


def test_an_unchanged_sitemap_is_not_sent_again(app, visitor):
    first = visitor.get("/sitemap.xml")

    again = visitor.get(
        "/sitemap.xml", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert (again.status_code, again.data) == (304, b"")


def test_robots_are_told_where_to_go(visitor):
    answer = visitor.get("/robots.txt")

    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /login",
        "Disallow: /search?",
        "",
        "Sitemap: http://localhost/sitemap.xml",
    ]


def test_where_search_engines_are_not_welcome_they_are_told_nothing(app, visitor):
    with app.app_context():
        set_site(blog_public=False)
        make_post(slug="tea")

    assert visitor.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    for path in ("/sitemap.xml", "/sitemap-posts-1.xml", "/sitemap-pages-1.xml"):
        assert visitor.get(path).status_code == 404
    assert '<meta name="robots" content="noindex, nofollow">' in visitor.get("/").text
    assert visitor.get("/feed/").status_code == 200


def test_elsewhere_pages_may_be_found(visitor):
    assert 'name="robots"' not in visitor.get("/").text
