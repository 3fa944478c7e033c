from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from blog.database import write_transaction
from blog.posts import permalinks
from blog.posts.models import Status
from blog.site.models import NeighbourScope
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
from tests.pages import parse, text_of


@pytest.fixture
def urls(app):
    """Addresses of rows made inside, computed while the context is there."""
    with app.app_context():
        yield permalinks


def set_site(**values):
    with write_transaction():
        for name, value in values.items():
            setattr(settings(), name, value)


def links(response, rel):
    return [
        (text_of(each), each.get("href"))
        for each in parse(response.text).find("body").iter("a")
        if rel in (each.get("rel") or "").split()
    ]


class Queries:
    """Counts what the database is asked inside a ``with``."""

    def __init__(self, database):
        self.engine, self.seen = database.engine, []

    def _note(self, _connection, _cursor, statement, *_rest):
        self.seen.append(statement)

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self.seen

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._note)


def test_a_new_site_greets_its_first_reader(visitor):
    response = visitor.get("/")

    assert response.status_code == 200
    assert "A new publication" in response.text


def test_home_lists_public_posts_only(app, visitor):
    with app.app_context():
        make_post(title="Seen")
        make_post(title="Drafted", published_at=None)
        make_post(title="Later", published_at=NOW + DAY)
        make_post(title="Binned", status=Status.TRASH)

    page = visitor.get("/").text

    assert "Seen" in page
    assert not [word for word in ("Drafted", "Later", "Binned") if word in page]


def test_a_post_leads_to_its_neighbours_by_title(app, visitor, urls):
    old = make_post(title="The first", published_at=NOON - HOUR)
    post = make_post(title="The second", published_at=NOON)
    new = make_post(title="The third", published_at=NOON + HOUR)

    response = visitor.get(urls.post_url(post))

    [(older, older_url)] = links(response, "prev")
    [(newer, newer_url)] = links(response, "next")
    assert "Previous post" in older and "The first" in older
    assert "Next post" in newer and "The third" in newer
    assert (older_url, newer_url) == (urls.post_url(old), urls.post_url(new))
    head = {
        each.get("rel"): each.get("href")
        for each in parse(response.text).find("head").iter("link")
    }
    assert (head["prev"], head["next"]) == (older_url, newer_url)


def test_neighbours_stay_in_the_category_where_the_owner_wants_that(app, visitor, urls):
    tea = make_category()
    make_post(title="Tea, too", published_at=NOON - 2 * HOUR, categories=[tea])
    make_post(title="Not tea", published_at=NOON - HOUR)
    post = make_post(title="Tea", published_at=NOON, categories=[tea])
    set_site(neighbour_scope=NeighbourScope.CATEGORY)

    response = visitor.get(urls.post_url(post))

    [(older, _)] = links(response, "prev")
    assert "Tea, too" in older
    assert links(response, "next") == []


def test_a_post_carries_the_marks_that_readers_of_the_markup_look_for(
    app, visitor, urls
):
    post = make_post(title="Marked", author=make_user(display_name="Mina"))

    document = parse(visitor.get(urls.post_url(post)).text)

    classes = {
        name for each in document.iter() for name in (each.get("class") or "").split()
    }
    assert {"h-entry", "p-name", "p-author", "h-card", "dt-published", "e-content"} <= (
        classes
    )
    assert len(list(document.iter("article"))) >= 1
    [entry] = [
        each for each in document.iter("article") if "h-entry" in each.get("class", "")
    ]
    assert {"comments", "respond"} <= {each.get("id") for each in entry.iter()}


@pytest.mark.parametrize(
    "state",
    [{"published_at": None}, {"published_at": NOW + DAY}, {"status": Status.TRASH}],
    ids=["draft", "scheduled", "trash"],
)
def test_what_is_not_public_is_not_there(app, visitor, urls, state):
    post = make_post(title="Hidden words", slug="hidden", **state)

    for path in (urls.post_url(post), f"/?p={post.id}", "/hidden/", "/hidden"):
        response = visitor.get(path)

        assert response.status_code == 404
        assert "Hidden words" not in response.text
        assert "Location" not in response.headers


@pytest.mark.parametrize(
    ("structure", "near"),
    [
        ("/%year%/%monthnum%/%postname%/", "/1999/01/tea/"),
        ("/%year%/%monthnum%/%postname%/", "{own_without_slash}"),
        ("/%category%/%postname%/", "/wrong/tea/"),
        ("/archives/%post_id%", "/archives/{id}/"),
        ("/%postname%/", "/tea"),
        ("/%postname%/", "/?p={id}"),
    ],
)
def test_a_near_miss_leads_to_the_posts_own_address(
    app, visitor, urls, structure, near
):
    post = make_post(title="Tea")
    set_site(permalink_structure=structure)
    own = urls.post_url(post)

    response = visitor.get(near.format(id=post.id, own_without_slash=own.rstrip("/")))

    assert (response.status_code, response.location) == (301, own)
    assert visitor.get(own).status_code == 200


def test_a_page_has_its_place_in_the_tree_and_no_neighbours(app, visitor, urls):
    make_post()
    about = make_page(title="About us", slug="about")
    make_page(title="The team", slug="team", parent_id=about.id)

    response = visitor.get("/about/team/")

    assert response.status_code == 200
    assert (links(response, "prev"), links(response, "next")) == ([], [])
    assert visitor.get("/team/").status_code == 404
    assert visitor.get("/about/team").location == "/about/team/"
    assert "About us" in visitor.get("/").text  # in the menu


def test_a_page_goes_before_a_post_of_the_same_address(app, visitor):
    with app.app_context():
        set_site(permalink_structure="/%postname%/")
        make_post(title="Tea", source="The post.")
        make_page(title="Tea", source="The page.", slug="tea")

    assert visitor.get("/tea/").status_code == 200


def test_a_page_does_not_name_what_it_lies_below_before_that_is_public(app, visitor):
    with app.app_context():
        secret = make_page(title="Plan of the merger", slug="about")
        make_page(title="Team", slug="team", parent_id=secret.id)
        with write_transaction():
            secret.publish(NOW + DAY)

    response = visitor.get("/about/team/")

    assert response.status_code == 200
    assert "merger" not in response.text


def test_archives_show_what_they_are_named_for(app, visitor, urls):
    food = make_category("Food", slug="food")
    drink = make_category("Drink", slug="drink", parent=food, description="Wet.")
    author = make_user(display_name="Mina Harkness", slug="mina")
    make_post(
        title="Tea",
        categories=[drink],
        tags=[make_tag("Hot", slug="hot")],
        author=author,
    )
    year, month = NOON.year, NOON.month

    for path, heading in (
        ("/category/food/", "Food"),
        ("/category/food/drink/", "Drink"),
        ("/tag/hot/", "Hot"),
        ("/author/mina/", "Mina Harkness"),
        (f"/{year}/", str(year)),
        (f"/{year}/{month:02}/", f"{NOON:%B} {year}"),
    ):
        response = visitor.get(path)
        assert response.status_code == 200, path
        assert heading in response.text
        assert "Tea" in response.text, path
    assert visitor.get("/category/drink/").location == "/category/food/drink/"
    assert "Wet." in visitor.get("/category/food/drink/").text


@pytest.mark.parametrize(
    "path",
    [
        "/category/none/",
        "/tag/none/",
        "/author/none/",
        "/author/silent/",
        "/1990/",
        "/1990/05/",
        "/0000/",
        "/9999/",
        "/9999/12/",
        "/nothing-here/",
        "/page/2/",
        "/page/0/",
        "/page/99999999999999999999/",
        "/?page=0",
        "/?page=-1",
        "/?page=abc",
        "/?page=2",
        "/?page=99999999999999999999",
        "/?page=٣",
        "/?p=99999",
        "/٢٠٢٤/",
        "/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(app, visitor, path):
    with app.app_context():
        make_post()
        make_user(slug="silent")

    response = visitor.get(path)

    assert response.status_code == 404
    assert "<h1" in response.text


@pytest.mark.parametrize(
    ("path", "goal"),
    [
        ("/page/1/", "/"),
        ("/?page=1", "/"),
        ("/?page=2", "/page/2/"),
        ("/2024/13/", "/2024/"),
        ("/2024/02/31/", "/2024/02/"),
        ("/2024/02/9", "/2024/02/"),
    ],
)
def test_second_addresses_lead_to_the_first(app, visitor, path, goal):
    with app.app_context():
        set_site(posts_per_page=1)
        make_post()
        make_post()

    response = visitor.get(path)

    assert (response.status_code, response.location) == (301, goal)


def test_long_lists_are_paged(app, visitor):
    with app.app_context():
        set_site(posts_per_page=2)
        for number in range(5):
            make_post(title=f"Post {number}", published_at=NOON + number * HOUR)

    second = visitor.get("/page/2/").text

    assert "Post 2" in second and "Post 1" in second
    assert "Post 3" not in second and "Post 0" not in second
    assert 'href="/"' in second and 'href="/page/3/"' in second


def test_home_shows_the_lede_and_the_way_on(app, visitor):
    with app.app_context():
        make_post(source="Before.\n\n<!--more-->\n\nAfter.")

    page = visitor.get("/").text

    assert "Before." in page
    assert "After." not in page


def test_the_year_begins_by_the_sites_clocks(app, visitor):
    with app.app_context():
        set_site(timezone="Asia/Karachi")
        make_post(title="New Year", published_at=datetime(2023, 12, 31, 20, tzinfo=UTC))

    assert "New Year" in visitor.get("/2024/").text
    assert visitor.get("/2023/").status_code == 404


def test_the_date_of_a_post_leads_to_its_month_by_the_sites_clocks(app, visitor):
    with app.app_context():
        set_site(timezone="Asia/Karachi", language="en_GB")
        post = make_post(published_at=datetime(2023, 12, 31, 20, tzinfo=UTC))
        address = permalinks.post_url(post)

    page = parse(visitor.get(address).text)

    dates = page.findall(".//a[@href='/2024/01/']")
    assert [text_of(each) for each in dates] == ["1 January 2024"]


def test_a_right_to_left_site_says_so(app, visitor):
    with app.app_context():
        set_site(language="ur", title="چراغ")
        make_post(title="پہلی تحریر")

    page = parse(visitor.get("/").text)

    assert (page.get("lang"), page.get("dir")) == ("ur", "rtl")


@pytest.mark.parametrize("number", [1, 3])
def test_home_asks_the_same_questions_however_many_posts(app, visitor, number, urls):
    category = make_category(parent=make_category())
    for _ in range(number):
        make_post(categories=[category], author=make_user(), tags=[make_tag()])

    with Queries(app.extensions["sqlalchemy"]) as seen:
        visitor.get("/")

    assert len(seen) - seen.count("BEGIN DEFERRED") <= 9, seen


@pytest.mark.parametrize("number", [0, 1, 50])
def test_a_post_asks_the_same_questions_however_many_comments(
    app, visitor, number, urls
):
    post = make_post(
        categories=[make_category(parent=make_category())],
        tags=[make_tag(), make_tag()],
    )
    make_post(published_at=NOON + HOUR)
    parent = None
    for _ in range(number):
        parent = make_comment(post=post, parent=parent)
    path = urls.post_url(post)

    with Queries(app.extensions["sqlalchemy"]) as seen:
        assert visitor.get(path).status_code == 200

    assert len([each for each in seen if each != "BEGIN DEFERRED"]) <= 14, seen


def test_public_pages_set_no_cookie_and_are_the_same_for_all(app, visitor, admin, urls):
    post = make_post()
    for path in ("/", urls.post_url(post), f"/{NOON.year}/", "/nothing/"):
        stranger, insider = visitor.get(path), admin.get(path)

        assert "Set-Cookie" not in stranger.headers
        assert stranger.data == insider.data


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize(
    "path", ["/0001/", "/0001/01/", "/9999/", "/9999/12/", "/9998/12/", "/0000/01/"]
)
def test_the_ends_of_time_are_empty_in_every_zone(app, visitor, zone, path):
    with app.app_context():
        set_site(timezone=zone)

    assert visitor.get(path).status_code == 404


def test_a_tag_of_drafts_alone_is_nowhere(app, visitor, client_for):
    contributor = client_for("contributor")
    contributor.send("/admin/posts/new", {"title": "Idea", "tags": "Secret merger"})

    assert "Secret merger" in contributor.get("/admin/posts/1/").text
    assert visitor.get("/tag/secret-merger/").status_code == 404


# Posts that stay at the top


def teasers(response):
    """Title and marks of each teaser."""
    return [
        (
            text_of(each.find(".//h2")),
            [
                text_of(mark)
                for mark in each.iter("span")
                if mark.get("class") == "mark"
            ],
        )
        for each in parse(response.text).iter("article")
    ]


def test_sticky_posts_stand_at_the_top_of_home_once(app, visitor):
    with app.app_context():
        set_site(posts_per_page=2)
        for number in range(5):
            make_post(
                title=f"Post {number}",
                published_at=NOON + number * HOUR,
                sticky=number in (0, 3),
            )

    first, second, third = (visitor.get(path) for path in ("/", "/page/2/", "/page/3/"))

    assert teasers(first) == [
        ("Post 3", ["Pinned"]),
        ("Post 0", ["Pinned"]),
        ("Post 4", []),
    ]
    assert teasers(second) == [("Post 2", []), ("Post 1", [])]
    assert teasers(third) == [("Post 0", [])]
    assert "Page 1 of 3" in first.text


def test_archives_do_not_know_of_sticky_posts(app, visitor, urls):
    tea = make_category(slug="tea")
    tag, author = make_tag(slug="hot"), make_user(slug="mina")
    for number in range(2):
        make_post(
            title=f"Post {number}",
            published_at=NOON + number * HOUR,
            sticky=number == 0,
            categories=[tea],
            tags=[tag],
            author=author,
        )

    for path in ("/category/tea/", "/tag/hot/", "/author/mina/", f"/{NOON.year}/"):
        assert teasers(visitor.get(path)) == [("Post 1", []), ("Post 0", [])], path


def test_what_is_sticky_but_not_public_is_not_on_home(app, visitor):
    with app.app_context():
        make_post(title="Seen")
        for state in ({"published_at": None}, {"published_at": NOW + DAY}):
            make_post(title="Hidden words", sticky=True, **state)

    assert teasers(visitor.get("/")) == [("Seen", [])]


@pytest.mark.parametrize("number", [1, 4])
def test_home_asks_the_same_questions_however_many_are_sticky(
    app, visitor, urls, number
):
    category = make_category(parent=make_category())
    for _ in range(number):
        make_post(categories=[category], author=make_user(), sticky=True)

    with Queries(app.extensions["sqlalchemy"]) as seen:
        visitor.get("/")

    assert len(seen) - seen.count("BEGIN DEFERRED") <= 11, seen


# Posts of several pages


PAGES = "One is first.<!--nextpage-->Two is next.<!--nextpage-->Three is last."


@pytest.fixture
def paged(app, urls):
    """A post of three pages, with neighbours and a comment."""
    make_post(title="Older", published_at=NOON - HOUR)
    make_post(title="Newer", published_at=NOON + HOUR)
    post = make_post(title="Long", source=PAGES, excerpt="In short.", slug="long")
    make_comment(post=post)
    return urls.post_url(post)


def words(response):
    return [
        word
        for word in ("One is first.", "Two is next.", "Three is last.")
        if word in response.text
    ]


def canonical(response):
    return parse(response.text).find(".//link[@rel='canonical']").get("href")


def test_each_page_of_a_post_has_an_address_and_its_own_words(visitor, paged):
    pages = [visitor.get(path) for path in (paged, f"{paged}2/", f"{paged}3/")]

    assert [words(page) for page in pages] == [
        ["One is first."],
        ["Two is next."],
        ["Three is last."],
    ]
    titles = [text_of(parse(page.text).find("head/title")) for page in pages]
    assert titles == [
        "Long – A new publication",
        "Long – Page 2 of 3 – A new publication",
        "Long – Page 3 of 3 – A new publication",
    ]
    assert [canonical(page) for page in pages] == [
        f"http://localhost{paged}",
        f"http://localhost{paged}2/",
        f"http://localhost{paged}3/",
    ]
    assert [page.text.count("In short.") for page in pages] == [4, 0, 0]


def test_every_page_of_a_post_has_its_neighbours_and_comments(visitor, paged):
    for path in (paged, f"{paged}2/", f"{paged}3/"):
        response = visitor.get(path)

        [(older, _)], [(newer, _)] = links(response, "prev"), links(response, "next")
        assert "Older" in older and "Newer" in newer
        head = [each.get("rel") for each in parse(response.text).find("head")]
        assert head.count("prev") == head.count("next") == 1
        assert "Well said." in response.text
        entry = parse(response.text).find(".//data[@class='u-url']").get("value")
        assert entry == f"http://localhost{paged}"


def page_links(response):
    """What the navigation between a post's pages says: text, address, whether here."""
    [nav] = [
        e for e in parse(response.text).iter("nav") if e.get("class") == "page-links"
    ]
    return [
        (text_of(each), each.get("href"), each.get("aria-current"))
        for each in nav.iter()
        if each.get("href") or each.get("aria-current")
    ]


def test_the_pages_of_a_post_lead_to_one_another(visitor, paged):
    assert page_links(visitor.get(paged)) == [
        ("Continue on page 2", f"{paged}2/", None),
        ("Page 1", None, "page"),
        ("Page 2", f"{paged}2/", None),
        ("Page 3", f"{paged}3/", None),
    ]
    assert page_links(visitor.get(f"{paged}3/")) == [
        ("Page 1", paged, None),
        ("Page 2", f"{paged}2/", None),
        ("Page 3", None, "page"),
    ]


def test_a_post_of_one_page_has_no_such_links(app, visitor, urls):
    post = make_post(source="All of it.")

    assert "page-links" not in visitor.get(urls.post_url(post)).text


@pytest.mark.parametrize(
    ("here", "last", "numbers"),
    [
        (1, 12, [*range(1, 13)]),
        (1, 40, [1, 2, 3, None, 40]),
        (4, 40, [1, 2, 3, 4, 5, 6, None, 40]),
        (5, 40, [1, 2, 3, 4, 5, 6, 7, None, 40]),
        (20, 40, [1, None, 18, 19, 20, 21, 22, None, 40]),
        (36, 40, [1, None, 34, 35, 36, 37, 38, 39, 40]),
        (40, 40, [1, None, 38, 39, 40]),
    ],
)
def test_of_many_pages_the_near_ones_are_named(app, here, last, numbers):
    assert app.jinja_env.globals["page_numbers"](here, last) == numbers


@pytest.mark.parametrize(
    ("asked", "goal"),
    [
        ("1/", ""),
        ("1", ""),
        ("0/", ""),
        ("4/", ""),
        ("999999999/", ""),
        ("2", "2/"),
        ("02/", "2/"),
        ("?page=1", ""),
        ("?page=2", "2/"),
        ("?page=3&replytocom=1", "3/?replytocom=1"),
        ("?page=4", ""),
        ("?page=0", ""),
        ("?page=x", ""),
        ("2/?page=3", "3/"),
    ],
)
def test_other_addresses_of_a_page_lead_to_its_own(visitor, paged, asked, goal):
    response = visitor.get(paged + asked)

    assert (response.status_code, response.location) == (301, paged + goal)


@pytest.mark.parametrize(
    ("structure", "own"),
    [
        ("/%postname%/", "/long/2/"),
        ("/%postname%", "/long/2"),
        ("/%postname%.html", "/long.html/2"),
        ("/archives/%post_id%", "/archives/{id}/2"),
        ("/%category%/%postname%/", "/food/long/2/"),
        ("/%year%/%postname%/", f"/{NOON.year}/long/2/"),
    ],
)
def test_pages_of_a_post_follow_the_structure(app, visitor, structure, own):
    with app.app_context():
        set_site(permalink_structure=structure)
        food = make_category(slug="food")
        own = own.format(id=make_post(slug="long", source=PAGES, categories=[food]).id)

    assert words(visitor.get(own)) == ["Two is next."]
    other = own.rstrip("/") if own.endswith("/") else f"{own}/"
    assert visitor.get(other).location == own


def test_a_page_of_the_tree_has_pages_too(app, visitor):
    with app.app_context():
        make_page(slug="about", source=PAGES)

    assert words(visitor.get("/about/2/")) == ["Two is next."]
    assert visitor.get("/about/9/").location == "/about/"


def test_what_has_its_own_address_goes_before_a_page_of_another(app, visitor):
    with app.app_context():
        set_site(permalink_structure="/%category%/%postname%/")
        food = make_category(slug="food")
        make_category(slug="long", parent=food)
        make_post(slug="long", source=PAGES, categories=[food])
        make_post(slug="2", source="Another one.", published_at=NOON - HOUR)

    assert words(visitor.get("/food/long/2/")) == ["Two is next."]
    assert "Another one." in visitor.get("/uncategorized/2/").text


def test_a_closed_post_does_not_tell_how_many_pages_it_has(app, visitor, urls):
    post = make_post(source=PAGES, password="sesame")
    url = urls.post_url(post)

    assert "page-links" not in visitor.get(url).text
    for number in ("2/", "3/", "4/"):
        assert visitor.get(url + number).location == url
    visitor.post(f"/unlock/{post.id}", data={"post_password": "sesame"})
    assert words(visitor.get(f"{url}2/")) == ["Two is next."]


def test_the_words_of_all_pages_are_counted(app, visitor, urls):
    post = make_post(source="<!--nextpage-->".join(["word " * 230] * 3))

    assert "3 minutes to read" in visitor.get(f"{urls.post_url(post)}2/").text


def test_a_comment_on_a_later_page_comes_back_with_its_mistakes(visitor, app, paged):
    response = visitor.post("/comments/3", data={"comment": ""})

    assert response.status_code == 422
    assert words(response) == ["One is first."]


def test_the_preview_shows_all_pages(app, admin):
    with app.app_context():
        id = make_post(source=PAGES, published_at=None).id

    page = admin.get(f"/admin/posts/{id}/preview")

    assert words(page) == ["One is first.", "Two is next.", "Three is last."]
    assert "Page 2 of 3" in page.text
