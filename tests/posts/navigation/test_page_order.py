"""The order of the pages, made by hand."""

import pytest
from sqlalchemy import select

from blog.database import session, write_transaction
from blog.posts import queries
from blog.posts.models import Post, Status
from blog.posts.navigation import page_order
from tests.factories import NOW, make_page
from tests.feeds.counting import Queries
from tests.pages import form_data, parse, text_of

ORDER = "/admin/pages/order/"


@pytest.fixture
def editor(client_for):
    return client_for("editor")


@pytest.fixture
def pages(app):
    """The ids of a small tree: about, with colophon and team below it, and contact."""
    with app.app_context():
        about = make_page(title="About", slug="about")
        colophon = make_page(title="Colophon", slug="colophon", parent_id=about.id)
        team = make_page(title="Team", slug="team", parent_id=about.id)
        contact = make_page(title="Contact", slug="contact", published_at=None)
        rows = (about, colophon, team, contact)
        return {row.slug: row.id for row in rows}


@pytest.fixture
def look(app):
    """``look()``: (slug, depth) from top to bottom."""

    def ask():
        with app.app_context():
            return [(page.slug, depth) for page, depth in page_order.pages()]

    return ask


@pytest.fixture
def versions(app):
    def ask():
        with app.app_context():
            return {page.slug: page.version for page in session.query(Post)}

    return ask


def press(client, **pressed):
    data = form_data(client.get(ORDER).text, ORDER) | pressed
    return client.post(ORDER, data=data)


BEGINNING = [("about", 0), ("colophon", 1), ("team", 1), ("contact", 0)]


def test_buttons_put_a_page_elsewhere_with_all_below_it(editor, pages, look):
    assert look() == BEGINNING

    answer = press(editor, shift=f"{pages['about']}:down")
    assert answer.status_code == 303
    assert answer.location == f"{ORDER}#row-{pages['about']}"
    assert look() == [("contact", 0), ("about", 0), ("colophon", 1), ("team", 1)]
    press(editor, shift=f"{pages['about']}:in")
    assert look() == [("contact", 0), ("about", 1), ("colophon", 2), ("team", 2)]
    press(editor, shift=f"{pages['colophon']}:out")
    assert look() == [("contact", 0), ("about", 1), ("team", 2), ("colophon", 1)]
    press(editor, shift=f"{pages['colophon']}:up")
    assert look() == [("contact", 0), ("colophon", 1), ("about", 1), ("team", 2)]


def test_a_dragged_order_comes_whole(editor, pages, look):
    order = [pages[slug] for slug in ("contact", "team", "about", "colophon")]
    depths = (0, 1, 0, 0)
    text = " ".join(f"{i}:{d}" for i, d in zip(order, depths, strict=True))

    assert press(editor, order=text).status_code == 303
    assert look() == [("contact", 0), ("team", 1), ("about", 0), ("colophon", 0)]


def test_the_order_is_the_one_of_the_header(app, editor, visitor, pages):
    with app.app_context():
        make_page(title="Zebra", slug="zebra")
        make_page(title="Ant", slug="ant")
        before = [page.slug for page in queries.menu_pages(NOW)]
        zebra = session.query(Post).filter_by(slug="zebra").one().id
    assert before == ["about", "ant", "zebra"]

    for _ in range(3):
        press(editor, shift=f"{zebra}:up")

    page = visitor.get("/").text
    assert page.index("/zebra/") < page.index("/about/") < page.index("/ant/")


def test_only_what_moves_is_saved(editor, pages, versions):
    press(editor, shift=f"{pages['colophon']}:down")

    changed = {slug for slug, version in versions().items() if version > 1}
    assert changed == {"colophon", "team"}


def test_an_editor_that_was_open_before_puts_nothing_back(editor, pages, look):
    path = f"/admin/pages/{pages['team']}/"
    data = form_data(editor.get(path).text, path)
    press(editor, shift=f"{pages['team']}:out")
    moved = look()

    assert editor.post(path, data=data).status_code == 409
    assert look() == moved


def test_an_address_that_changes_leads_on(editor, visitor, pages):
    assert visitor.get("/about/team/").status_code == 200

    press(editor, shift=f"{pages['team']}:out")

    answer = visitor.get("/about/team/")
    assert (answer.status_code, answer.location) == (301, "/team/")


def test_a_page_does_not_take_the_address_of_another(app, editor, pages, look):
    with app.app_context():
        make_page(title="Other team", slug="team")
    before = look()

    answer = press(editor, shift=f"{pages['team']}:out")

    assert answer.status_code == 422
    assert "Another one has this address" in answer.text
    assert look() == before


@pytest.mark.parametrize(
    "order", ["1:0", "1:0 2:1 3:1 4:9", "4:0 3:0 2:0 1:0 9:0", "x"]
)
def test_an_order_that_cannot_be_changes_nothing(editor, pages, look, order):
    assert press(editor, order=order).status_code == 409
    assert look() == BEGINNING


def test_an_order_of_a_page_from_before_changes_nothing(app, editor, pages, look):
    data = form_data(editor.get(ORDER).text, ORDER)
    with app.app_context():
        make_page(title="New", slug="new")
    before = look()

    answer = editor.post(ORDER, data=data | {"order": "4:0 1:0 2:1 3:1"})

    assert answer.status_code == 409
    assert look() == before


def test_a_page_below_one_in_the_trash_can_be_put_elsewhere(app, editor, pages, look):
    with app.app_context(), write_transaction():
        session.get(Post, pages["about"]).trash(NOW)
    assert look() == [("colophon", 0), ("contact", 0), ("team", 0)]

    press(editor, shift=f"{pages['contact']}:up")
    assert look() == [("contact", 0), ("colophon", 0), ("team", 0)]


def test_pages_of_every_state_but_the_trash_are_there(app, editor, pages):
    with app.app_context():
        make_page(title="Away", status=Status.TRASH)
        make_page(title="", slug="")
    page = parse(editor.get(ORDER).text)

    titles = [text_of(e) for e in page.iter("a") if e.get("class") == "title"]
    assert titles == ["Untitled", "About", "Colophon", "Team", "Contact"]


def test_the_pages_are_asked_for_at_once(app, db, pages):
    session.scalar(select(1))  # begins
    with Queries(db.engine) as seen:
        page_order.pages()

    assert len(seen) == 1


@pytest.mark.parametrize("role", ["author", "contributor"])
def test_the_order_is_for_who_may_edit_pages(client_for, role):
    assert client_for(role).get(ORDER).status_code == 403


@pytest.mark.html
def test_the_page_is_sound(editor, pages, html_checker):
    taken = press(editor, order="x").text

    for page in (editor.get(ORDER).text, taken):
        assert html_checker.errors(page) == []
