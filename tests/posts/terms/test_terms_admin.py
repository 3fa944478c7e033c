"""The rooms of categories and tags: looking for them, and several at once."""

import re

import pytest

from blog.database import session, write_transaction
from blog.posts.models import Category, Tag
from tests.factories import make_category, make_post, make_tag
from tests.pages import field, form_data, parse, text_of

ROOMS = {"categories": make_category, "tags": make_tag}
both_rooms = pytest.mark.parametrize("room", ROOMS)


@pytest.fixture
def editor(client_for):
    return client_for("editor")


def names_in(page):
    cells = [each for each in parse(page).iter("th") if each.get("scope") == "row"]
    return [text_of(next(each.iter("a"))) for each in cells]


def question(client, room, deed, *rows, **fields):
    """The page that asks before something is done with these rows."""
    query = {"ids": [each.id for each in rows]} | fields
    return client.get(f"/admin/{room}/{deed}", query_string=query)


def answer(client, room, deed, *rows, **fields):
    """Press the button of that page."""
    path = f"/admin/{room}/{deed}"
    asked = question(client, room, deed, *rows)
    data = form_data(asked.text, path) | {"ids": [str(each.id) for each in rows]}
    return client.post(path, data=data | fields)


def names(kind):
    session.rollback()
    return [each.name for each in session.query(kind).order_by(kind.name)]


KINDS = {"categories": Category, "tags": Tag}


# The lists


@both_rooms
def test_rows_are_found_and_the_search_stays_in_the_field(editor, db, room):
    for name in ("Green tea", "Water"):
        ROOMS[room](name)

    page = editor.get(f"/admin/{room}/?q=tea").text

    assert names_in(page) == ["Green tea"]
    assert field(page, "q") == "tea"


@both_rooms
def test_a_search_that_finds_nothing_shows_the_way_back(editor, db, room):
    ROOMS[room]("Tea")

    page = editor.get(f"/admin/{room}/?q=water").text

    assert "Nothing was found" in page
    assert f'href="/admin/{room}/"' in page


@both_rooms
def test_a_list_can_be_put_in_order_by_number(editor, db, room):
    make = ROOMS[room]
    make("A")
    used = make("B")
    make_post(**{room: [used]})

    page = editor.get(f"/admin/{room}/?sort=posts").text

    assert names_in(page) == ["B", "A"]
    assert page.count('aria-sort="descending"') == 1
    assert 'aria-sort="ascending"' in editor.get(f"/admin/{room}/").text


@both_rooms
def test_every_address_keeps_search_and_order(editor, db, room):
    with write_transaction():
        for number in range(51):
            session.add(KINDS[room](name=f"tea {number}", slug=f"tea-{number}"))

    page = editor.get(f"/admin/{room}/?q=tea&sort=posts").text

    listed = re.findall(rf'href="(/admin/{room}/\?[^"]*)"', page)
    assert any("page=2" in each for each in listed)
    for address in listed:
        assert "q=tea" in address
    data = form_data(page, "/merger")
    assert (data["q"], data["sort"]) == ("tea", "posts")
    assert len(names_in(page)) == 50


@both_rooms
@pytest.mark.parametrize(
    "query", ["sort=king", "page=0", "page=2", "page=x", "page=" + "9" * 40]
)
def test_a_list_that_is_not_there(editor, room, query):
    assert editor.get(f"/admin/{room}/?{query}").status_code == 404


@both_rooms
@pytest.mark.parametrize(
    "words", ["%", "_", "' OR 1=1 --", "<b>", "x" * 60_000, "\u202e", "\\", "٣", "*"]
)
def test_any_words_can_be_looked_for(editor, db, room, words):
    ROOMS[room]("Tea")

    page = editor.get(f"/admin/{room}/", query_string={"q": words})

    assert page.status_code == 200
    assert "<b>" not in page.text


def test_a_category_that_was_found_says_where_it_lies(editor, db):
    tea = make_category("Tea", parent=make_category("Drinks"))
    make_category("Green", parent=tea)

    page = editor.get("/admin/categories/?q=green").text

    assert "Drinks" in page
    assert names_in(page) == ["Green"]


@both_rooms
def test_a_new_row_is_made_while_one_looks_for_others(editor, db, room):
    make = ROOMS[room]
    make("Tea")
    page = editor.get(f"/admin/{room}/?q=tea").text
    forms = [each for each in parse(page).iter("form") if each.get("method") == "post"]
    assert f"/admin/{room}/" in {each.get("action") for each in forms}

    editor.send(f"/admin/{room}/", {"name": "Cup"})

    assert names(KINDS[room]) == ["Cup", "Tea"]


# Several at once


@both_rooms
def test_deleting_several_asks_and_says_how_many_posts_each_has(editor, db, room):
    make = ROOMS[room]
    tea, leaf, cup = make("Tea"), make("Leaf"), make("Cup")
    post = make_post(**{room: [tea, cup]})

    asked = question(editor, room, "deletion", tea, leaf)
    done = answer(editor, room, "deletion", tea, leaf)

    assert names(KINDS[room]) == ["Cup"]
    assert "1 post" in asked.text
    assert "0 posts" in asked.text
    assert "Posts stay where they are" in asked.text
    assert (done.status_code, done.location) == (303, f"/admin/{room}/")
    told = editor.get(done.location).text
    assert f"2 {room} were deleted." in told
    assert [each.name for each in getattr(session.get(type(post), post.id), room)] == [
        "Cup"
    ]


@both_rooms
def test_several_are_merged_into_one_of_them(editor, db, room):
    make = ROOMS[room]
    tea, chai, cup = make("Tea"), make("Chai"), make("Cup")
    posts = [make_post(**{room: [chai]}), make_post(**{room: [chai, tea]})]
    ids = [each.id for each in posts]
    asked = question(editor, room, "merger", tea, chai)

    assert "Chai (2 posts)" in asked.text
    assert "links to their archives lead nowhere" in asked.text
    assert form_data(asked.text, "merger")["kept_id"] == str(chai.id)
    done = answer(editor, room, "merger", tea, chai, kept_id=str(tea.id))

    assert names(KINDS[room]) == ["Cup", "Tea"]
    for post_id in ids:
        post = session.get(type(posts[0]), post_id)
        assert [each.name for each in getattr(post, room)] == ["Tea"]
    assert "was merged into “Tea”" in editor.get(done.location).text
    assert cup.name == "Cup"


def test_tags_are_merged_into_one_that_is_named(editor, db):
    tea, chai, leaf = make_tag("Tea"), make_tag("Chai"), make_tag("Leaf")

    answer(editor, "tags", "merger", tea, chai, other_name=" LEAF ")

    assert names(Tag) == ["Leaf"]
    assert leaf.name == "Leaf"


def test_categories_are_merged_into_one_that_is_chosen(editor, db):
    drinks = make_category("Drinks")
    tea, chai = make_category("Tea", parent=drinks), make_category("Chai")
    make_category("Masala", parent=chai)

    answer(editor, "categories", "merger", tea, chai, other_id=str(drinks.id))

    assert names(Category) == ["Drinks", "Masala"]
    assert session.query(Category).filter_by(name="Masala").one().parent.name == (
        "Drinks"
    )


def test_one_alone_is_merged_from_its_own_page(editor, db):
    tea, chai = make_tag("Tea"), make_tag("Chai")
    page = editor.get(f"/admin/tags/{tea.id}/").text
    assert f"/admin/tags/merger?ids={tea.id}" in page

    refused = answer(editor, "tags", "merger", tea)
    itself = answer(editor, "tags", "merger", tea, other_name="Tea")
    missing = answer(editor, "tags", "merger", tea, other_name="Water")

    assert [each.status_code for each in (refused, itself, missing)] == [422] * 3
    assert "Say into which one" in refused.text
    assert "the same one" in itself.text
    assert "none of that name" in missing.text
    assert field(missing.text, "other_name") == "Water"
    assert answer(editor, "tags", "merger", tea, other_name="chai").status_code == 303
    assert names(Tag) == ["Chai"]
    assert chai.name == "Chai"


@pytest.mark.parametrize(
    "fields",
    [
        {"kept_id": "99"},
        {"kept_id": "x"},
        {"kept_id": "9" * 30},
        {"other_id": "99"},
        {"other_id": "x"},
        {"kept_id": "3"},  # there, but not among the selected
    ],
    ids=str,
)
def test_what_stays_has_to_be_there(editor, db, fields):
    tea, chai = make_category("Tea"), make_category("Chai")
    make_category("Third")
    before = names(Category)

    assert (
        answer(editor, "categories", "merger", tea, chai, **fields).status_code == 422
    )
    assert names(Category) == before


def test_categories_are_moved_with_a_way_back(editor, db):
    drinks, tea, cup = (make_category(each) for each in ("Drinks", "Tea", "Cup"))
    green = make_category("Green", parent=tea)
    asked = question(editor, "categories", "placement", green, cup)
    options = [text_of(each) for each in parse(asked.text).iter("option")]
    assert options == ["Nothing: at the top", "Drinks", "Tea"]

    done = answer(
        editor, "categories", "placement", green, cup, parent_id=str(drinks.id)
    )

    assert parents() == {
        "Drinks": None,
        "Tea": None,
        "Cup": "Drinks",
        "Green": "Drinks",
    }
    page = editor.get(done.location).text
    assert "2 categories lie below “Drinks” now." in page
    undo = form_data(page, "/undo/")
    [path] = re.findall(r'action="([^"]*/undo/[^"]*)"', page)
    back = editor.post(path, data=undo)
    assert parents() == {"Drinks": None, "Tea": None, "Cup": None, "Green": "Tea"}
    assert "2 categories lie where they lay before" in editor.get(back.location).text
    again = editor.post(path, data=undo)
    assert "cannot be undone any more" in editor.get(again.location).text


def parents():
    session.rollback()
    return {
        each.name: each.parent.name if each.parent else None
        for each in session.query(Category)
    }


def test_what_was_moved_again_since_stays_there(editor, db):
    drinks, tea, cup = (make_category(each) for each in ("Drinks", "Tea", "Cup"))
    done = answer(editor, "categories", "placement", tea, cup, parent_id=str(drinks.id))
    page = editor.get(done.location).text
    [path] = re.findall(r'action="([^"]*/undo/[^"]*)"', page)
    with write_transaction():
        cup.parent_id = tea.id

    editor.post(path, data=form_data(page, "/undo/"))

    assert parents() == {"Drinks": None, "Tea": None, "Cup": "Tea"}


@pytest.mark.parametrize("where", ["itself", "below", "missing", "nonsense"])
def test_nothing_is_moved_into_itself_or_nowhere(editor, db, where):
    tea = make_category("Tea")
    green = make_category("Green", parent=tea)
    place = {"itself": tea.id, "below": green.id, "missing": 99, "nonsense": "x"}[where]
    before = parents()

    assert (
        answer(editor, "categories", "placement", tea, parent_id=str(place)).status_code
        == 422
    )
    assert parents() == before


def test_a_loop_that_came_about_meanwhile_is_refused(editor, db, monkeypatch):
    tea = make_category("Tea")
    green = make_category("Green", parent=tea)
    # The form was made before the one came to lie below the other.
    monkeypatch.setattr("blog.posts.trees.apart_from_all", lambda _, rows: [
        ( each, 0) for each in rows
    ])  # fmt: skip

    done = answer(editor, "categories", "placement", tea, parent_id=str(green.id))

    assert done.status_code == 422
    assert "cannot lie below itself" in done.text
    assert parents() == {"Tea": None, "Green": "Tea"}


# Nothing, and nobody


@pytest.mark.parametrize(
    "path",
    [
        *("categories/deletion", "categories/merger", "categories/placement"),
        *("tags/deletion", "tags/merger"),
    ],
)
@pytest.mark.parametrize(
    "ids", [[], ["99"], ["x", "-1", "9" * 40]], ids=["none", "gone", "nonsense"]
)
def test_without_a_selection_nothing_is_asked_or_done(editor, db, path, ids):
    make_category()
    make_tag()

    asked = editor.get(f"/admin/{path}", query_string={"ids": ids})
    done = editor.send(f"/admin/{path}", {"ids": ids})

    assert (asked.status_code, "Nothing is selected" in asked.text) == (200, True)
    assert done.status_code == 303
    assert "Nothing was selected" in editor.get(done.location).text
    assert (len(names(Category)), len(names(Tag))) == (1, 1)


@both_rooms
def test_more_than_a_page_is_no_trouble(editor, db, room):
    with write_transaction():
        for number in range(120):
            session.add(KINDS[room](name=f"n{number}", slug=f"n{number}"))
    rows = session.query(KINDS[room]).all()

    answer(editor, room, "deletion", *rows)

    assert len(names(KINDS[room])) == 20


@both_rooms
def test_one_comes_back_to_where_one_was(editor, db, room):
    with write_transaction():
        for number in range(51):
            session.add(KINDS[room](name=f"n{number:02}", slug=f"n{number:02}"))
    last = session.query(KINDS[room]).filter_by(name="n50").one()
    path = f"/admin/{room}/deletion"
    asked = question(editor, room, "deletion", last, q="n", page="2")
    kept = [each.get("href") for each in parse(asked.text).iter("a")]
    assert f"/admin/{room}/?q=n&page=2" in kept

    done = editor.post(path, data=form_data(asked.text, path))

    # The second page is gone with its last row.
    assert done.location == f"/admin/{room}/?q=n"


@pytest.mark.parametrize("role", ["author", "contributor", "subscriber"])
def test_nobody_else_merges_moves_or_deletes(client_for, db, role):
    client, tea, cup = client_for(role), make_category(), make_category()
    for deed in ("deletion", "merger", "placement"):
        assert question(client, "categories", deed, tea, cup).status_code == 403
        path = f"/admin/categories/{deed}"
        assert client.send(path, {"ids": [tea.id, cup.id]}).status_code == 403
    assert len(names(Category)) == 2


@both_rooms
def test_names_are_never_markup(editor, db, room):
    nasty = ROOMS[room]('"><img src=x onerror=alert(1)>')
    other = ROOMS[room]("Tea")

    for deed in ("deletion", "merger"):
        assert "<img" not in question(editor, room, deed, nasty, other).text
    assert "<img" not in editor.get(f"/admin/{room}/?q=img").text
    done = answer(editor, room, "merger", nasty, other, kept_id=str(nasty.id))
    assert "<img" not in editor.get(done.location).text
