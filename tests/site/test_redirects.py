"""Addresses of before, and of WordPress, lead on."""

import pytest

from blog.database import session, write_transaction
from blog.posts.models import Status
from blog.posts.permalinks import post_url
from blog.site import redirects
from blog.site.models import Redirect
from blog.site.queries import settings
from tests.factories import (
    DAY,
    NOW,
    make_category,
    make_page,
    make_post,
    make_tag,
    make_user,
)


def lead(*address, to):
    with write_transaction():
        return redirects.lead(*address, post_id=to)


@pytest.fixture
def tea(app):
    """The id and the address of a public post."""
    with app.app_context():
        post = make_post(title="Tea", slug="tea")
        return post.id, post_url(post)


# What is known


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        (("/old/tea/",), ("/old/tea",)),
        (("/old/tea",), ("/old/tea/",)),
        (("/2005/06/tea.html",), ("/2005/06/tea.html",)),
        (("/%D8%B3/",), ("/%d8%b3",)),
        (("/سلام/",), ("/%D8%B3%D9%84%D8%A7%D9%85/",)),
        (("/", "p=3"), ("/", "p=3")),
        (("/", "p=3"), ("/", "utm_source=x&p=3&fbclid=y")),
        (("/", "p=3"), ("/", "page_id=3")),
        (("/", "page_id=3"), ("/", "p=3")),
        (("/blog/", "p=3"), ("/blog", "p=3")),
        (("/", "post_type=book&p=3"), ("/", "post_type=book&p=3")),
        (("/old/tea/",), ("/old/tea/", "utm_source=x")),
        (("/old.php", "id=3"), ("/old.php", "id=3")),
    ],
)
def test_an_address_is_known_in_every_spelling(db, known, asked):
    post = make_post()
    lead(*known, to=post.id)

    assert redirects.target(*asked) == post.id


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        (("/old/tea/",), ("/old/teas/",)),
        (("/old/tea/",), ("/old/",)),
        (("/old/Tea/",), ("/old/tea/",)),
        (("/", "p=3"), ("/", "p=33")),
        (("/", "p=3"), ("/",)),
        (("/", "p=3"), ("/blog/", "p=3")),
        (("/blog/",), ("/blog/", "p=3")),  # a post, not the page with this name
        (("/old.php", "id=3"), ("/old.php", "id=4")),
    ],
)
def test_another_address_is_not_known(db, known, asked):
    lead(*known, to=make_post().id)

    assert redirects.target(*asked) is None


def test_the_exact_address_goes_first(db):
    exact, bare = make_post(), make_post()
    lead("/old", "id=3", to=exact.id)
    lead("/old", to=bare.id)

    assert redirects.target("/old", "id=3") == exact.id
    assert redirects.target("/old", "id=4") == bare.id


def test_the_last_word_counts(db):
    first, second = make_post(), make_post()

    assert lead("/old", to=first.id)
    assert not lead("/old/", to=first.id)
    assert lead("/old/", to=second.id)
    assert redirects.target("/old") == second.id
    assert session.query(Redirect).count() == 1


# What a reader gets


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        (("/old/tea/",), "/old/tea/"),
        (("/old/tea/",), "/old/tea"),
        (("/old/tea/",), "/old/tea/?utm_source=x"),
        (("/2005/06/tea.html",), "/2005/06/tea.html"),
        (("/%D8%B3/",), "/%d8%b3/"),
        (("/a%20b%2Bc/",), "/a%20b+c/"),
        (("/100%25/",), "/100%25/"),
        (("/", "p=77"), "/?p=77"),
        (("/", "p=77"), "/?page_id=77&utm_source=x"),
        (("/blog/", "p=77"), "/blog/?p=77"),
        (("/category/tea/",), "/category/tea/"),
        (("/tag/tea/",), "/tag/tea/"),
        (("/author/tea/",), "/author/tea/"),
        (("/1999/",), "/1999/"),
        (("/1999/05/",), "/1999/05/"),
        (("/1999/05/06/",), "/1999/05/06/"),
        (("/page/90/",), "/page/90/"),
        (("/tea/7/",), "/tea/7/"),
    ],
)
def test_an_old_address_leads_to_the_post(app, visitor, tea, known, asked):
    id, address = tea
    with app.app_context():
        lead(*known, to=id)

    response = visitor.get(asked)

    assert (response.status_code, response.location) == (301, address)
    assert visitor.head(asked).location == address


def test_the_post_is_found_wherever_it_stands_by_now(app, visitor, tea):
    id, address = tea
    with app.app_context():
        lead("/old/", to=id)
        with write_transaction():
            settings().permalink_structure = "/%postname%/"

    assert visitor.get("/old/").location == "/tea/"
    assert visitor.get(address).status_code == 404  # the owner changed the structure


def test_what_stands_at_an_address_wins(app, visitor, tea):
    id, address = tea
    with app.app_context():
        about = make_page(title="About", slug="about")
        lead("/about/", to=id)
        lead(address, to=about.id)
        lead("/", to=about.id)

    for path in ("/about/", address, "/"):
        assert visitor.get(path).status_code == 200, path


def test_a_number_of_before_goes_before_a_number_of_ours(app, visitor, tea):
    id, address = tea
    with app.app_context():
        ours = make_post(slug="other").id
        lead("/", f"p={ours}", to=id)

    assert visitor.get(f"/?p={ours}").location == address
    assert visitor.get(f"/?page_id={ours}").location == address


@pytest.mark.parametrize(
    "state",
    [
        {"published_at": None},
        {"published_at": NOW + DAY},
        {"status": Status.PENDING},
        {"status": Status.PRIVATE},
        {"status": Status.TRASH},
    ],
    ids=["draft", "scheduled", "pending", "private", "trash"],
)
def test_an_old_address_does_not_tell_of_what_is_hidden(app, visitor, state):
    with app.app_context():
        hidden = make_post(slug="secret-merger", **state)
        make_post(slug="other")
        lead("/old/", to=hidden.id)
        lead("/", "p=2", to=hidden.id)

    for asked, nothing in (
        ("/old/", "/nothing/"),
        ("/?p=2", "/?p=99"),
        ("/?p=1", "/?p=99"),
        ("/?name=secret-merger", "/?name=nothing"),
    ):
        response, expected = visitor.get(asked), visitor.get(nothing)
        assert response.data == expected.data, asked
        assert [*response.headers.items()] == [*expected.headers.items()], asked
        assert "secret-merger" not in response.text
        assert response.location is None


def test_who_may_read_a_private_post_is_led_to_it(app, visitor, admin):
    with app.app_context():
        private = make_post(status=Status.PRIVATE)
        lead("/old/", to=private.id)
        lead("/", "p=77", to=private.id)
        address = post_url(private)

    for path in ("/old/", "/?p=77"):
        response = admin.get(path)
        assert (response.status_code, response.location) == (301, address)
        assert response.headers["Cache-Control"] == "no-store"
        assert visitor.get(path).status_code == 404


def test_a_post_that_something_hides_is_not_run_after_in_a_circle(app, visitor):
    with app.app_context():
        hidden_by_an_archive = make_post(slug="1999")
        with write_transaction():
            settings().permalink_structure = "/%postname%/"
        address = post_url(hidden_by_an_archive)
        lead(address, to=hidden_by_an_archive.id)

    assert address == "/1999/"
    assert visitor.get(address).status_code == 404


def test_a_deleted_post_takes_its_old_addresses_along(app, visitor, tea):
    id, _ = tea
    with app.app_context():
        lead("/old/", to=id)
        with write_transaction():
            session.execute(Redirect.__table__.metadata.tables["post"].delete())

    assert visitor.get("/old/").status_code == 404


# What WordPress writes otherwise


@pytest.fixture
def archives(app):
    """A post in every archive."""
    with app.app_context():
        food = make_category("Food", slug="food")
        author = make_user(slug="mina")
        post = make_post(
            slug="tea",
            published_at=NOW.replace(year=2024, month=5, day=6),
            categories=[make_category("Tea", slug="tea-time", parent=food)],
            tags=[make_tag("Hot", slug="hot")],
            author=author,
        )
        make_page(slug="about")
        make_user(slug="silent")
        make_category("Empty", slug="empty")
        make_tag("Nothing", slug="nothing")
        return {"food": food.id, "author": author.id, "post": post_url(post)}


@pytest.mark.parametrize(
    ("asked", "goal"),
    [
        ("/?cat={food}", "/category/food/"),
        ("/?tag=hot", "/tag/hot/"),
        ("/?author={author}", "/author/mina/"),
        ("/?m=202405", "/2024/05/"),
        ("/?m=20240506", "/2024/05/"),
        ("/?m=2024", "/2024/"),
        ("/?year=2024", "/2024/"),
        ("/?year=2024&monthnum=5", "/2024/05/"),
        ("/?year=2024&monthnum=05&day=6", "/2024/05/"),
        ("/?name=tea", "{post}"),
        ("/?year=2024&monthnum=5&name=tea&utm_source=x", "{post}"),
        ("/index.php", "/"),
        ("/index.php/", "/"),
        ("/index.php?p=3", "/?p=3"),
        ("/index.php{post}", "{post}"),
        ("/index.php/category/food/", "/category/food/"),
        ("/2024//05//tea/", "{post}"),
        ("/category//food/", "/category/food/"),
        ("/tag//hot/", "/tag/hot/"),
        ("/a//b/?c=d", "/a/b/?c=d"),
        ("/index.php//evil.example/", "/evil.example/"),
    ],
)
def test_wordpress_addresses_lead_to_ours(visitor, archives, asked, goal):
    response = visitor.get(asked.format(**archives))

    assert response.status_code == 301
    assert response.location == goal.format(**archives)


@pytest.mark.parametrize(
    "query",
    [
        *("cat=99", "cat=3", "cat=0", "cat=-1", "cat=x", "cat=" + "9" * 30),
        *("tag=none", "tag=nothing", "tag=", "author=99", "author=x"),
        *("m=202406", "m=0", "m=x", "m=20", "m=999999", "m=1", "year=1999"),
        *("year=0", "year=99999", "year=2024&monthnum=6", "name=none", "name=about"),
        *("utm_source=x", "m=٢٠٢٤٠٥", "author[]=1"),
    ],
)
def test_what_has_nothing_to_show_is_home(visitor, archives, query):
    response = visitor.get(f"/?{query}")

    assert response.status_code == 200
    assert response.data == visitor.get("/").data


def test_who_published_nothing_is_not_told(app, visitor):
    with app.app_context():
        silent = make_user(slug="silent-login")
        make_post(author=silent, published_at=None)
        id = silent.id

    response = visitor.get(f"/?author={id}")

    assert response.status_code == 200
    assert "silent-login" not in response.text


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "/index.php/%5Cevil.example",
        "///evil.example//",
        "/\\evil//x",
    ],
)
def test_no_address_leads_to_another_site(visitor, path):
    response = visitor.get(path)

    if response.location is not None:
        assert response.location.startswith("/")
        assert not response.location.startswith(("//", "/\\"))
