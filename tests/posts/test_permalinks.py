import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from blog.database import write_transaction
from blog.posts import permalinks
from blog.posts.permalinks import Sought
from blog.site.queries import settings
from tests.factories import make_category, make_page, make_post, make_user

AT = datetime(2024, 3, 9, 23, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("structure", "path"),
    [
        ("/%year%/%monthnum%/%postname%/", "/2024/03/tea/"),
        ("/%year%/%monthnum%/%day%/%postname%/", "/2024/03/09/tea/"),
        ("/%postname%/", "/tea/"),
        ("/%postname%", "/tea"),
        ("/%category%/%postname%/", "/food/drink/tea/"),
        ("/archives/%post_id%", "/archives/{id}"),
        (
            "/%author%/%hour%-%minute%-%second%/%postname%.html",
            "/mina/23-04-05/tea.html",
        ),
    ],
)
def test_each_token_is_filled_in_and_found_again(db, structure, path):
    drink = make_category("Drink", slug="drink", parent=make_category(slug="food"))
    post = make_post(
        slug="tea", published_at=AT, categories=[drink], author=make_user(slug="mina")
    )

    made = permalinks.post_path(post, structure, ZoneInfo("UTC"))

    assert made == path.format(id=post.id)
    assert permalinks.parse(made, structure) in (
        Sought(None, "tea"),
        Sought(post.id, None),
    )


def test_the_date_is_that_of_the_sites_clocks(db):
    post = make_post(slug="tea", published_at=AT)

    path = permalinks.post_path(post, "/%day%/%postname%/", ZoneInfo("Asia/Karachi"))

    assert path == "/10/tea/"


def test_a_post_without_category_stands_under_the_word_for_none(db):
    post = make_post(slug="tea")

    path = permalinks.post_path(post, "/%category%/%postname%/", ZoneInfo("UTC"))

    assert path == "/uncategorized/tea/"


def test_a_slug_in_its_own_script_is_encoded(db):
    post = make_post(slug="چائے")

    path = permalinks.post_path(post, "/%postname%/", ZoneInfo("UTC"))

    assert path == "/%DA%86%D8%A7%D8%A6%DB%92/"


@pytest.mark.parametrize("path", ["/2024/03/tea", "/2024/03/tea/"])
def test_a_missing_slash_is_forgiven(path):
    assert permalinks.parse(path, "/%year%/%monthnum%/%postname%/") == (None, "tea")


@pytest.mark.parametrize(
    "path",
    ["/", "/tea", "/2024/tea/", "/2024/03/a/b/", "/20245/03/tea/", "/2024/3x/tea/"],
)
def test_what_does_not_fit_names_nothing(path):
    assert permalinks.parse(path, "/%year%/%monthnum%/%postname%/") is None


@pytest.mark.parametrize("structure", permalinks.PRESETS)
def test_what_the_settings_offer_is_fine(app, structure):
    with app.test_request_context():
        assert permalinks.structure_problem(structure) is None


@pytest.mark.parametrize(
    "structure",
    [
        "",
        "%postname%/",
        "/%year%/",
        "/%postname%/%postname%/",
        "/%nonsense%/%postname%/",
        "/%year%%postname%/",
        "//%postname%/",
        "/admin/%postname%/",
        "/tag/%postname%/",
        "/%postname%/?x",
        "/100%/%postname%/",
        "/<b>%postname%/",
        "/%post_id%/",
        "/%post_id%",
        "/%year%/%post_id%/",
        "/" + "x" * 300 + "/%postname%/",
    ],
)
def test_a_structure_that_cannot_work_is_explained(app, structure):
    with app.test_request_context():
        assert permalinks.structure_problem(structure)


def test_a_page_stands_below_its_parents(db):
    about = make_page(title="About", slug="about")
    team = make_page(title="Team", slug="team", parent_id=about.id)

    assert permalinks.page_url(team) == "/about/team/"


def test_a_loop_of_pages_ends(db):
    about = make_page(title="About", slug="about")
    team = make_page(title="Team", slug="team", parent_id=about.id)
    with write_transaction():
        about.parent_id = team.id

    assert permalinks.page_url(about) == "/team/about/"


@pytest.mark.parametrize(
    ("slug", "structure", "collides"),
    [
        ("2024", "/%postname%/", True),
        ("17", "/%postname%/", False),
        ("17", "/%year%/%postname%/", True),
        ("17", "/%year%/%monthnum%/%postname%/", True),
        ("1984", "/%year%/%monthnum%/%postname%/", False),
        ("1984", "/writing/%postname%/", False),
    ],
)
def test_a_number_may_not_read_as_a_date(slug, structure, collides):
    assert permalinks.collides(slug, structure) is collides


@pytest.mark.parametrize(
    "structure",
    ["/%category%-%postname%/", "/a-%category%/%postname%/"],
)
def test_categories_stand_between_slashes(app, structure):
    with app.test_request_context():
        assert "between slashes" in permalinks.structure_problem(structure)


@pytest.mark.parametrize(
    "structure",
    [
        "/%category%/%author%-%postname%/%post_id%",
        "/%category%/%author%-%postname%.html",
        "/%author%/%category%/%postname%/",
    ],
)
@pytest.mark.parametrize("part", ["-", "a-", "a/", "-/", "a", "-a-a-a-a-a-a/"])
def test_no_address_takes_long_to_be_read(structure, part):
    began = time.process_time()

    permalinks.parse("/" + part * (8_000 // len(part)), structure)

    assert time.process_time() - began < 0.5


def test_a_structure_in_its_own_script_leads_to_the_post(app, visitor):
    with app.app_context():
        with write_transaction():
            settings().permalink_structure = "/نوشته/%postname%/"
        address = permalinks.post_url(make_post(slug="tea"))

    assert address.isascii()
    assert visitor.get(address).status_code == 200


@pytest.mark.parametrize(
    ("path", "number", "numbered"),
    [
        ("/2024/03/tea/", 2, "/2024/03/tea/2/"),
        ("/tea/", 12, "/tea/12/"),
        ("/tea", 2, "/tea/2"),
        ("/archives/5", 2, "/archives/5/2"),
        ("/tea.html", 3, "/tea.html/3"),
    ],
)
def test_a_later_page_of_a_post_keeps_the_habit_of_slashes(path, number, numbered):
    assert permalinks.numbered(path, number) == numbered
    assert permalinks.numbered(path, 1) == path
    assert permalinks.unnumbered(numbered) == (path.removesuffix("/"), number)
    assert permalinks.unnumbered(numbered.rstrip("/") + "/") == (
        path.removesuffix("/"),
        number,
    )


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/2",
        "/2/",
        "/tea/",
        "/tea/x2/",
        "/tea/2x/",
        "/tea/٣/",
        "/tea/-1/",
        "/tea/2//",
        "/tea/" + "9" * 30,
    ],
)
def test_what_ends_in_no_number_is_no_later_page(path):
    assert permalinks.unnumbered(path) is None


def test_a_page_of_a_page_stands_below_it(db):
    about = make_page(slug="about")

    assert permalinks.post_url(about, 2) == "/about/2/"
