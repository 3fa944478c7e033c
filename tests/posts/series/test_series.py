"""Posts that follow one another."""

import pytest

from blog.database import session, write_transaction
from blog.posts import permalinks, queries
from blog.posts.models import Series, Shape, Status
from blog.posts.series import installments, series
from tests.factories import DAY, HOUR, NOON, NOW, make_post
from tests.feeds.counting import Queries
from tests.pages import parse, text_of
from tests.posts.company import make_part, make_series
from tests.posts.writing import open_editor, reloaded


@pytest.fixture
def voyage(db):
    return make_series("The voyage", slug="voyage")


def in_order(here):
    session.rollback()  # what was read before is not what is stored now
    return [post.title for post in queries.every_part(here)]


def listed(visitor, path="/series/voyage/"):
    page = parse(visitor.get(path).text)
    return [text_of(each) for each in page.iter("h2") if each.get("class") == "p-name"]


# The page of a series


def test_the_parts_stand_in_the_order_of_their_hand_and_then_of_time(visitor, voyage):
    make_part(voyage, 2, title="Second", published_at=NOON - HOUR)
    make_part(voyage, 1, title="First, later", published_at=NOON + HOUR)
    make_part(voyage, 1, title="First", published_at=NOON)

    assert listed(visitor) == ["First", "First, later", "Second"]


@pytest.mark.parametrize(
    "state",
    [
        {"published_at": NOW + DAY},
        {"published_at": None},
        {"status": Status.PENDING},
        {"status": Status.PRIVATE},
        {"status": Status.TRASH},
    ],
)
def test_a_part_that_is_not_public_is_not_there(visitor, voyage, state):
    make_part(voyage, title="Hidden", **state)

    assert visitor.get("/series/voyage/").status_code == 404
    assert visitor.get("/series/voyage/feed/").status_code == 404
    assert "voyage" not in visitor.get("/sitemap.xml").text

    shown = make_part(voyage, title="Shown")
    assert listed(visitor) == ["Shown"]
    assert installments.of(shown, NOW).total == 1
    assert "/series/voyage/" in visitor.get("/sitemap.xml").text


def test_a_series_has_feeds_behind_its_page(visitor, voyage):
    make_part(voyage, title="First")
    make_post(title="Elsewhere")

    page = visitor.get("/series/voyage/").text
    assert "/series/voyage/feed/" in page
    for suffix in ("feed/", "feed/atom/", "feed.json"):
        feed = visitor.get(f"/series/voyage/{suffix}").text
        assert "First" in feed
        assert "Elsewhere" not in feed


def test_a_long_series_has_pages_that_count_on(visitor, voyage):
    for number in range(51):
        make_part(voyage, number + 1, title=f"Part {number + 1}")

    assert listed(visitor, "/series/voyage/page/2/") == ["Part 51"]
    assert 'start="51"' in visitor.get("/series/voyage/page/2/").text
    assert visitor.get("/series/voyage/page/3/").status_code == 404
    assert visitor.get("/series/voyage/page/1/").location == "/series/voyage/"


# The box on a post


def box(visitor, post):
    page = parse(visitor.get(permalinks.post_url(post)).text)
    found = [each for each in page.iter("nav") if each.get("class") == "series-box"]
    return text_of(found[0]) if found else None


def test_a_part_tells_its_place_and_the_way_on(visitor, voyage):
    parts = [make_part(voyage, n, title=f"Part no. {n}") for n in (1, 2, 3)]
    make_part(voyage, 4, published_at=NOW + DAY)

    assert box(visitor, parts[1]) == (
        "Part 2 of 3 · The voyage Part before Part no. 1 Part after Part no. 3 "
        "All parts Part no. 1 Part no. 2 Part no. 3"
    )
    assert box(visitor, make_post()) is None


def test_neighbours_stay_those_of_the_timeline(visitor, voyage):
    first = make_part(voyage, 2, title="First in time", published_at=NOON)
    make_part(voyage, 1, title="Last in time", published_at=NOON + HOUR)
    make_post(title="Between", published_at=NOON + HOUR / 2, shape=Shape.NOTE)

    assert queries.neighbours(first, NOW).newer.title == "Between"


def test_of_a_long_series_the_parts_around_are_listed(voyage):
    parts = [make_part(voyage, n) for n in range(1, 121)]

    middle, last = installments.of(parts[59], NOW), installments.of(parts[-1], NOW)

    assert (middle.number, middle.total, len(middle.listed)) == (60, 120, 50)
    assert (middle.before, middle.after) == (parts[58], parts[60])
    assert (last.begins_at, last.before, last.after) == (71, parts[118], None)
    with Queries(session.get_bind()) as seen:
        installments.of(parts[59], NOW)
    assert len(seen) <= 4


# In the editor


def test_a_series_is_made_by_its_name_and_found_by_it_again(client_for, db):
    author = client_for("author")
    for title in ("One", "Two"):
        data = open_editor(
            author, "/admin/posts/new", "publish", title=title, series=" The  Voyage"
        )
        assert author.post("/admin/posts/new", data=data).status_code == 303

    (made,) = session.query(Series).all()
    assert (made.name, made.slug) == ("The Voyage", "the-voyage")
    assert in_order(made) == ["One", "Two"]


def test_a_new_part_comes_behind_those_that_are_ordered_by_hand(voyage):
    make_part(voyage, 7, title="Seventh", published_at=NOON + HOUR)
    post = make_post(title="New", published_at=NOON)

    with write_transaction():
        series.enter(post, "the VOYAGE", None)

    assert in_order(voyage) == ["Seventh", "New"]
    with write_transaction():
        series.enter(post, "", 3)
    assert (reloaded(post).series, post.series_position) == (None, 0)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"series": "…"}, "series"),
        ({"series": "x" * 101}, "series"),
        ({"series": "S", "series_position": "-1"}, "series_position"),
        ({"series": "S", "series_position": "x"}, "series_position"),
    ],
)
def test_what_makes_no_series_is_refused_and_kept(client_for, db, typed, field):
    author = client_for("author")
    data = open_editor(author, "/admin/posts/new", title="Typed", **typed)

    answer = author.post("/admin/posts/new", data=data)

    assert answer.status_code == 422
    assert f'id="{field}-errors"' in answer.text
    assert typed[field] in answer.text
    assert session.query(Series).count() == 0


# Behind the login


def test_up_and_down_order_by_hand(client_for, voyage):
    editor = client_for("editor")
    posts = [
        make_part(voyage, title=title, published_at=NOON + n * HOUR)
        for n, title in enumerate(("A", "B", "C"))
    ]
    draft = make_part(voyage, title="Draft", published_at=None)
    assert in_order(voyage) == ["A", "B", "C", "Draft"]

    answer = editor.send(f"/admin/series/parts/{draft.id}/earlier")

    assert answer.location == f"/admin/series/{voyage.id}/#part-{draft.id}"
    assert in_order(voyage) == ["A", "B", "Draft", "C"]
    editor.send(f"/admin/series/parts/{posts[0].id}/later")
    editor.send(f"/admin/series/parts/{posts[2].id}/later")
    assert in_order(voyage) == ["B", "A", "Draft", "C"]


def test_a_renamed_series_leads_on_from_its_old_address(client_for, visitor, voyage):
    editor = client_for("editor")
    make_part(voyage)

    answer = editor.send(
        f"/admin/series/{voyage.id}/",
        {"name": "Home again", "slug": "home-again", "description": "Back."},
    )

    assert answer.status_code == 303
    assert reloaded(voyage).name == "Home again"
    moved = visitor.get("/series/voyage/")
    assert (moved.status_code, moved.location) == (301, "/series/home-again/")
    assert visitor.get("/series/voyage/feed/").location.endswith(
        "/series/home-again/feed/"
    )


def test_a_merged_series_goes_on_in_the_other(client_for, visitor, voyage):
    editor = client_for("editor")
    other = make_series("Old one", slug="old-one")
    make_part(other, 1, title="Old 1")
    make_part(voyage, 5, title="New 5")

    answer = editor.send(
        f"/admin/series/{other.id}/merger", {"kept_id": str(voyage.id)}
    )

    assert answer.status_code == 303
    assert in_order(voyage) == ["New 5", "Old 1"]
    assert visitor.get("/series/old-one/").location == "/series/voyage/"
    assert session.query(Series).count() == 1


def test_a_deleted_series_leaves_its_posts(client_for, voyage):
    editor = client_for("editor")
    post = make_part(voyage, 3)
    assert "1 post is a part" in editor.get(f"/admin/series/{voyage.id}/deletion").text

    assert editor.send(f"/admin/series/{voyage.id}/deletion").status_code == 303

    assert (reloaded(post).series_id, post.series_position) == (None, 0)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "…"}, "name"),
        ({"name": "Taken"}, "name"),
        ({"name": "Fine", "slug": "taken"}, "slug"),
        ({"name": "Fine", "slug": "Not One"}, "slug"),
    ],
)
def test_a_name_or_address_that_cannot_be_is_refused(client_for, voyage, typed, field):
    make_series("Taken", slug="taken")

    answer = client_for("editor").send(
        f"/admin/series/{voyage.id}/", {"description": "Typed"} | typed
    )

    assert answer.status_code == 422
    assert f'id="{field}-errors"' in answer.text
    assert "Typed" in answer.text


def test_the_list_counts_what_is_outside_the_trash(client_for, db):
    editor = client_for("editor")
    assert "No series yet" in editor.get("/admin/series/").text
    here = make_series("Counted")
    make_part(here)
    make_part(here, published_at=None)
    make_part(here, status=Status.TRASH)

    page = parse(editor.get("/admin/series/").text)

    (row,) = page.find(".//tbody")
    assert text_of(row) == "Counted 2 posts"


def test_an_empty_series_says_so(client_for, voyage):
    page = client_for("editor").get(f"/admin/series/{voyage.id}/").text

    assert "It has no parts" in page


@pytest.mark.html
def test_the_pages_of_a_series_are_valid(client_for, visitor, voyage, html_checker):
    editor = client_for("editor")
    parts = [make_part(voyage, n) for n in (1, 2)]
    make_series("Another")
    for client, path in (
        (visitor, "/series/voyage/"),
        (visitor, permalinks.post_url(parts[0])),
        (editor, "/admin/series/"),
        (editor, f"/admin/series/{voyage.id}/"),
        (editor, f"/admin/series/{voyage.id}/deletion"),
    ):
        assert html_checker.errors(client.get(path).text) == [], path
