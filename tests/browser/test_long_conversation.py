"""A conversation that has pages: before the judges, by keyboard, by links of old."""

import re

import pytest
from playwright.sync_api import expect

from blog.database import write_transaction
from blog.posts.permalinks import post_url
from blog.site.queries import settings
from tests import checkers
from tests.comments.talk import flat, one_thread, write
from tests.conftest import dispose, make_app
from tests.factories import make_post
from tests.servers import DemoSite

VIEWS = {
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "phone, dark": {
        "viewport": {"width": 360, "height": 740},
        "color_scheme": "dark",
    },
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A demo publication with a post of which the first page is one long thread."""
    instance = tmp_path_factory.mktemp("long") / "instance"
    with DemoSite(instance) as server:
        app = make_app(instance)
        with app.app_context():
            post = make_post(title="A long evening")
            with write_transaction():
                settings().comments_per_page = 12
            server.ids = write(post, [*one_thread(250), *flat(30)])
            server.path = post_url(post)
        dispose(app)
        yield server


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("place", ["", "comment-page-1/", "?thread={}&portion=2"])
def test_every_part_is_sound(browser, site, view, place):
    context = browser.new_context(base_url=site.url, **VIEWS[view])
    page = context.new_page()
    page.goto(site.path + place.format(site.ids[0]))

    wide = page.evaluate(
        "() => { const page = document.documentElement;"
        " return page.scrollWidth - page.clientWidth }"
    )
    assert (checkers.run_axe(page), wide) == ([], 0)
    context.close()


def test_one_turns_pages_with_the_keyboard(page, site):
    page.goto(f"{site.url}{site.path}")
    older = page.get_by_role("link", name="Older comments").first

    older.focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/comment-page-1/#comments")
    more = page.get_by_role("link", name=re.compile("Show [0-9]+ more replies"))
    more.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?thread=*")
    target = page.locator(".comment-body:target")
    expect(target).to_be_in_viewport()
    page.get_by_role("link", name="All comments").last.click()
    page.wait_for_url(f"**/comment-page-1/#comment-{site.ids[0]}")


def test_a_link_to_a_page_that_holds_others_by_now_leads_to_the_comment(page, site):
    page.goto(f"{site.url}{site.path}comment-page-9/#comment-{site.ids[0]}")

    page.wait_for_url(f"**/comment-page-1/#comment-{site.ids[0]}")
    expect(page.locator(".comment-body:target")).to_be_in_viewport()


def test_a_link_to_a_comment_that_is_gone_stays_at_the_post(page, site):
    page.goto(f"{site.url}{site.path}#comment-999999", wait_until="networkidle")

    assert page.url == f"{site.url}{site.path}#comment-999999"
