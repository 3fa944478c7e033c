"""Films of others, which nobody is asked for before a reader presses the button."""

import pytest
from playwright.sync_api import expect

from blog.posts.permalinks import post_url
from tests.conftest import SECRET_KEY
from tests.factories import make_post
from tests.servers import Server, free_port

FILMS = """A film, and another.

https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42

https://vimeo.com/123456789

https://example.org/a-page

> [!WARNING] Mind the tide
> It comes in *twice*.

- [x] Tickets
- [ ] Popcorn
"""
YOUTUBE = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1&start=42"
VIMEO = "https://player.vimeo.com/video/123456789?autoplay=1&dnt=1"


@pytest.fixture
def address(app):
    with app.app_context():
        path = post_url(make_post(title="Films", source=FILMS))
    port = free_port()
    line = ("serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    with Server(
        app.config["INSTANCE"], "blog", *line, port=port, BLOG_SECRET_KEY=SECRET_KEY
    ):
        yield f"http://127.0.0.1:{port}{path}"


@pytest.fixture
def asked(page):
    """What was asked of others, each of which answers with a film."""
    addresses = []
    page.route(
        lambda url: "127.0.0.1" not in url,
        lambda route: (
            addresses.append(route.request.url),
            route.fulfill(body="a film"),
        ),
    )
    return addresses


def test_a_film_asks_nobody_before_it_is_wanted(page, address, asked):
    page.goto(address)
    page.wait_for_load_state("networkidle")

    cards = page.locator(".embed")
    expect(cards).to_have_count(3)
    expect(cards.get_by_role("button")).to_have_count(2)
    expect(cards.nth(0)).to_contain_text("asks www.youtube.com")
    assert asked == []


# Each on a page of its own: where a frame of another process has just come, Chromium
# may still send the next click to where things stood before.
@pytest.mark.parametrize(
    ("at", "press", "film"),
    [
        (0, lambda button: button.press("Enter"), YOUTUBE),
        (1, lambda button: button.click(), VIMEO),
    ],
    ids=["by the keyboard", "by the mouse"],
)
def test_a_film_plays_where_it_stands(page, address, asked, at, press, film):
    page.goto(address)

    press(page.locator(".embed").nth(at).get_by_role("button", name="Play it here"))

    expect(page.locator("iframe")).to_have_attribute("src", film)
    expect(page.frame_locator("iframe").locator("body")).to_have_text("a film")
    assert asked == [film]


def test_without_scripts_a_film_is_a_link(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)

    card = page.locator(".embed").first
    expect(card.get_by_role("link")).to_have_attribute(
        "href", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42"
    )
    expect(card.get_by_role("button")).to_have_count(0)
    context.close()
