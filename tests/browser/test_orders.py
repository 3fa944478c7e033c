"""Menus and pages put into an order by hand, and the pages of people, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from blog.database import session, write_transaction
from blog.posts import queries
from blog.posts.models import Category
from blog.posts.navigation import menus
from blog.site.models import Menu, MenuTarget
from blog.site.queries import settings
from tests import checkers
from tests.conftest import dispose, make_app
from tests.servers import DemoSite

VIEWS = {
    "desk, light": {"viewport": {"width": 1280, "height": 1200}},
    "phone, dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with DemoSite(tmp_path_factory.mktemp("orders") / "instance") as site:
        furnish(site)
        yield site
    assert site.process.returncode == 0


def furnish(site):
    """Put a few entries into both menus."""
    app = make_app(site.instance)
    with app.app_context():
        (about,) = queries.named("about")
        first, second, *_ = session.query(Category).order_by(Category.id)
        with write_transaction():
            menus.add(Menu.HEADER, MenuTarget.HOME)
            above = menus.add(Menu.HEADER, MenuTarget.POST, about.id)
            below = menus.add(Menu.HEADER, MenuTarget.CATEGORY, first.id, label="Below")
            below.parent_id = above.id
            menus.add(Menu.HEADER, MenuTarget.CATEGORY, second.id, label="Last")
            menus.add(Menu.FOOTER, MenuTarget.POST, about.id, label="Imprint")
    dispose(app)


@pytest.fixture(params=VIEWS.values(), ids=VIEWS)
def window(request, browser, site, admin_state):
    context = browser.new_context(
        base_url=site.url, storage_state=admin_state, **request.param
    )
    yield context.new_page()
    context.close()


def overflow(page):
    return page.evaluate(
        "() => { const page = document.documentElement;"
        " return page.scrollWidth - page.clientWidth }"
    )


@pytest.mark.html
def test_the_menus_are_sound_for_readers(window, html_checker):
    window.goto("/")
    window.locator(".site-nav summary").click()
    expect(window.get_by_role("link", name="Below")).to_be_visible()

    found = html_checker.errors(window.context.request.get("/").text())
    assert (found, checkers.run_axe(window), overflow(window)) == ([], [], 0)


def test_a_menu_opens_without_a_script_in_either_direction(browser, site):
    app = make_app(site.instance)
    for language in ("ar", "en"):
        with app.app_context(), write_transaction():
            settings().language = language
        context = browser.new_context(
            base_url=site.url,
            java_script_enabled=False,
            viewport={"width": 360, "height": 740},
        )
        page = context.new_page()
        page.goto("/about/")
        below = page.get_by_role("link", name="Below")
        expect(below).to_be_hidden()
        page.locator(".site-nav summary").click()
        expect(below).to_be_visible()
        current = page.locator(".site-nav [aria-current]")
        assert current.get_attribute("href") == "/about/"
        context.close()
    dispose(app)


def rows(page):
    return page.locator(".order > li").evaluate_all(
        "rows => rows.map(row => {"
        " const field = row.querySelector('input');"
        " return [field.value || field.placeholder, Number(row.dataset.depth)] })"
    )


def drag(page, row, to, *, aside=0):
    """Take a row by its grip to the lower end of another, or to the side."""
    grip = page.locator(".grip").nth(row).bounding_box()
    goal = page.locator(".order > li").nth(to).bounding_box()
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    end = y if row == to else goal["y"] + goal["height"] * 0.9
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + aside, end, steps=8)
    with page.expect_navigation():
        page.mouse.up()


def test_entries_are_dragged_and_pressed_into_an_order(browser, site, admin_state):
    context = browser.new_context(
        base_url=site.url,
        storage_state=admin_state,
        viewport={"width": 1280, "height": 1400},
    )
    page = context.new_page()
    page.goto("/admin/menus/")
    assert rows(page) == [["Home", 0], ["About", 0], ["Below", 1], ["Last", 0]]

    drag(page, 1, 3)
    assert rows(page) == [["Home", 0], ["Last", 0], ["About", 0], ["Below", 1]]
    drag(page, 3, 3, aside=-40)
    assert rows(page) == [["Home", 0], ["Last", 0], ["About", 0], ["Below", 0]]
    drag(page, 3, 3, aside=40)
    assert rows(page)[3] == ["Below", 1]
    page.get_by_role("button", name=re.compile("Up “.?About")).press("Enter")
    page.wait_for_load_state()
    assert rows(page) == [["Home", 0], ["About", 0], ["Below", 1], ["Last", 0]]
    context.close()
