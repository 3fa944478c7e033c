"""The menus behind the login."""

import pytest

from blog.database import session, write_transaction
from blog.posts.models import Status
from blog.posts.navigation import menus
from blog.site.models import Menu, MenuItem, MenuTarget
from tests.factories import make_page, make_post, make_tag
from tests.pages import form_data, parse, text_of

HOME = "/admin/menus/"


@pytest.fixture
def entries(app):
    """``entries()``: (label, depth) from top to bottom; ``entries("a", "b")`` makes
    some first.
    """

    def look(*labels, menu=Menu.HEADER):
        with app.app_context():
            with write_transaction():
                for label in labels:
                    menus.add(menu, MenuTarget.URL, url=f"/{label}/", label=label)
            rows = menus.branches(menus.entries(menu))
            return [(row.label, depth) for row, depth in rows]

    return look


@pytest.fixture
def ids(app):
    def look():
        with app.app_context():
            return {row.label: row.id for row in session.query(MenuItem)}

    return look


def press(client, **pressed):
    """Send the form of the page with one of its buttons."""
    page = client.get(HOME).text
    data = form_data(page, HOME) | pressed
    return client.post(HOME, data=data)


def named_buttons(page, name="add"):
    return {
        text_of(each): each.get("value")
        for each in parse(page).iter("button")
        if each.get("name") == name
    }


def test_what_is_found_is_added_at_the_end(app, admin, entries):
    with app.app_context():
        make_page(title="About the harbour")
        make_post(title="Of harbour tides", status=Status.DRAFT)
        make_tag("Harbour")
        make_tag("Ropes")
    entries("first")
    page = admin.get(f"{HOME}?q=HARBOUR").text
    buttons = named_buttons(page)
    assert list(buttons) == [
        "Add “About the harbour”, Page",
        "Add “Of harbour tides”, Post",
        "Add “Harbour”, Tag",
    ]

    data = form_data(page, "/entries") | {"add": buttons["Add “Harbour”, Tag"]}
    answer = admin.post("/admin/menus/entries", data=data)

    assert (answer.status_code, answer.location) == (
        303,
        f"{HOME}?menu=header&q=HARBOUR",
    )
    assert entries() == [("first", 0), ("", 0)]
    with app.app_context():
        added = session.query(MenuItem).order_by(MenuItem.id.desc()).first()
        assert (added.target, added.target_id) == (MenuTarget.TAG, 1)


def test_an_address_of_ones_own_is_added_and_a_wrong_one_comes_back(admin, entries):
    sent = {"menu": "footer", "add": "url", "url": "javascript:1", "label": "Mine"}
    answer = admin.send("/admin/menus/entries", sent)

    assert answer.status_code == 422
    typed = {e.get("name"): e.get("value") for e in parse(answer.text).iter("input")}
    assert (typed["url"], typed["label"]) == ("javascript:1", "Mine")
    assert entries(menu=Menu.FOOTER) == []

    sent["url"] = "example.org"
    assert admin.send("/admin/menus/entries", sent).status_code == 303
    assert entries(menu=Menu.FOOTER) == [("Mine", 0)]


@pytest.mark.parametrize(
    "sent",
    [
        {"add": "tag:999"},
        {"add": "post:"},
        {"add": "series:-1"},
        {"add": "author:99999999999999999999"},
    ],
)
def test_what_is_not_there_is_not_added(admin, entries, sent):
    answer = admin.send("/admin/menus/entries", {"menu": "header"} | sent)

    assert answer.status_code == 303
    assert entries() == []
    assert "Nothing was added" in admin.get(HOME).text


@pytest.mark.parametrize("path", ["", "entries", "default"])
@pytest.mark.parametrize("sent", [{}, {"menu": "sidebar", "add": "king:1"}])
def test_a_form_that_is_none_of_ours_changes_nothing(admin, entries, path, sent):
    before = entries("a", "b")

    assert admin.send(f"{HOME}{path}", sent).status_code == 422
    assert entries() == before


def test_buttons_put_an_entry_elsewhere_and_save_the_names(admin, entries, ids):
    entries("a", "b", "c")
    a, b, c = (ids()[label] for label in "abc")

    assert press(admin, shift=f"{c}:up").status_code == 303
    assert entries() == [("a", 0), ("c", 0), ("b", 0)]
    press(admin, shift=f"{c}:in")
    assert entries() == [("a", 0), ("c", 1), ("b", 0)]
    press(admin, shift=f"{a}:down")
    assert entries() == [("b", 0), ("a", 0), ("c", 1)]
    press(admin, shift=f"{a}:in")  # a third level
    assert entries() == [("b", 0), ("a", 0), ("c", 1)]
    press(admin, **{"shift": f"{c}:out", f"label-{b}": "  Boats\n", f"label-{a}": ""})
    assert entries() == [("Boats", 0), ("", 0), ("c", 0)]


def test_a_button_that_leads_nowhere_cannot_be_pressed(admin, entries):
    entries("a", "b")
    page = parse(admin.get(HOME).text)
    can = {
        each.get("value").partition(":")[::2]
        for each in page.iter("button")
        if each.get("name") == "shift" and each.get("disabled") is None
    }

    assert can == {("1", "down"), ("2", "up"), ("2", "in")}


def test_a_dragged_order_comes_whole(admin, entries, ids):
    entries("a", "b", "c")
    a, b, c = (ids()[label] for label in "abc")

    press(admin, order=f"{c}:0 {a}:1 {b}:1")

    assert entries() == [("c", 0), ("a", 1), ("b", 1)]


@pytest.mark.parametrize("order", ["1:0 2:0", "1:0 2:0 3:9", "1:1 2:0 3:0", "x", "1:0"])
def test_an_order_that_cannot_be_changes_nothing(admin, entries, order):
    before = entries("a", "b", "c")

    assert press(admin, order=order).status_code == 303
    assert entries() == before
    assert "Please look at it again" in admin.get(HOME).text


def test_an_order_of_a_page_from_before_changes_nothing(admin, entries, ids):
    entries("a", "b")
    page = admin.get(HOME).text
    before = entries("c")

    data = form_data(page, HOME) | {"order": "2:0 1:0"}
    admin.post(HOME, data=data)

    assert entries() == before


def test_what_lies_below_an_entry_that_goes_takes_its_place(admin, entries, ids):
    entries("a", "b", "c")
    a, b, c = (ids()[label] for label in "abc")
    press(admin, order=f"{a}:0 {b}:1 {c}:0")

    press(admin, remove=str(a))
    assert entries() == [("b", 0), ("c", 0)]
    press(admin, remove=str(a))  # in another tab
    assert entries() == [("b", 0), ("c", 0)]


def test_a_menu_is_made_again_what_it_is_by_itself(admin, entries):
    entries("a", "b")
    kept = entries("legal", menu=Menu.FOOTER)
    question = admin.get("/admin/menus/default?menu=header").text
    assert "2 entries were set by hand" in question

    data = form_data(question, "/default")
    assert admin.post("/admin/menus/default", data=data).status_code == 303
    assert (entries(), entries(menu=Menu.FOOTER)) == ([], kept)


def test_what_readers_do_not_see_is_marked(app, admin):
    with app.app_context():
        draft = make_post(title="Hidden", slug="hidden", status=Status.DRAFT)
        tag = make_tag("Gone")
        with write_transaction():
            menus.add(Menu.HEADER, MenuTarget.POST, draft.id)
            menus.add(Menu.HEADER, MenuTarget.TAG, tag.id)
        with write_transaction():
            session.delete(tag)

    page = parse(admin.get(HOME).text)
    badges = [text_of(e) for e in page.iter("span") if "badge" in e.get("class", "")]
    assert badges == ["Not shown", "Gone"]


@pytest.mark.parametrize("role", ["editor", "author", "subscriber"])
def test_menus_are_for_admins(client_for, role):
    client = client_for(role)
    assert client.get(HOME).status_code == 403
    assert client.send(HOME, {"menu": "header"}).status_code == 403


@pytest.mark.html
def test_the_pages_are_sound(app, admin, visitor, entries, ids, html_checker):
    entries("a", "b", "c")
    press(admin, shift=f"{ids()['b']}:in")
    entries("legal", menu=Menu.FOOTER)
    wrong = {"menu": "header", "add": "url", "url": "x", "label": "y"}

    for page in (
        admin.get(HOME).text,
        admin.get(f"{HOME}?menu=footer&q=nothing").text,
        admin.get("/admin/menus/default").text,
        admin.send("/admin/menus/entries", wrong).text,
        visitor.get("/").text,
    ):
        assert html_checker.errors(page) == []
