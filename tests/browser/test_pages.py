"""Every kind of page of the demo publication before the judges: the W3C's HTML checker
and axe, in the light and in the dark, on a desk and on a phone.
"""

import re

import pytest
from playwright.sync_api import expect

from blog.database import write_transaction
from blog.posts import queries
from blog.posts.models import Status
from tests import checkers
from tests.browser.judging import VIEWS, is_a_page, judge
from tests.conftest import dispose, make_app
from tests.factories import make_comment, make_page, make_post
from tests.servers import DemoSite

LOCK = "open sesame"
SUPPER = "They danced until the tide turned."
# An address, or a word in the title or address of the post that is meant.
READERS = {
    "home": "/",
    "second page": "/page/2/",
    "essay with a thread": "The hour that does not move",
    "post in Urdu": "بندرگاہ",
    "post in French": "La cloche",
    "post made of HTML": "lost-property",
    "post with code and a table": "The tide table",
    "page": "/about/",
    "page below a page": "/about/colophon/",
    "category": "/category/harbour/",
    "category below a category": "/category/harbour/tides/",
    "tag": "a post's",
    "year": "a post's",
    "month": "a post's",
    "author": "/author/mina-harkness/",
    "search, nothing typed": "/search",
    "search, something found": "/search?q=high+water",
    "search, several pages": "/search?q=the&page=2",
    "search, Urdu": "/search?q=بندرگاہ",
    "search, nothing found": "/search?q=zeppelin",
    "protected post": "lifeboat-supper",
    "protected page": "/about/for-friends/",
    "page in several parts": "/about/the-mole/2/",
    "page in very many parts": "/about/forty-days/20/",
    "nothing": "/nothing-is-here/",
    "login": "/login",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with DemoSite(tmp_path_factory.mktemp("pages") / "instance") as site:
        furnish(site)
        yield site
    assert site.process.returncode == 0


def furnish(site):
    """Add what the demo does not have: what is sticky, for some only, or very long."""
    app = make_app(site.instance)
    with app.app_context():
        (about,) = queries.named("about")
        (bread,) = queries.named("bread-for-a-spring-tide")
        categories, locked = bread.categories, {"password": LOCK, "source": SUPPER}
        with write_transaction():
            bread.sticky = True
        post = make_post(title="The lifeboat supper", categories=categories, **locked)
        make_comment(post=post)
        make_page(slug="for-friends", parent_id=about.id, **locked)
        for slug, number in (("the-mole", 3), ("forty-days", 40)):
            source = "<!--nextpage-->".join(["## A part\n\nOf words."] * number)
            make_page(slug=slug, parent_id=about.id, source=source)
        make_page(slug="minutes", source=SUPPER, status=Status.PRIVATE)
    dispose(app)


@pytest.fixture(scope="module", params=VIEWS.values(), ids=VIEWS)
def window(request, browser, site):
    """A reader's window."""
    context = browser.new_context(base_url=site.url, **request.param)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module", params=VIEWS.values(), ids=VIEWS)
def desk(request, browser, site, admin_state):
    """The first admin's window."""
    context = browser.new_context(
        base_url=site.url, storage_state=admin_state, **request.param
    )
    yield context.new_page()
    context.close()


def address(page, kind):
    """The address of a page of that kind, as a reader finds it."""
    named = READERS[kind]
    if named.startswith("/"):
        return named
    if named == "a post's":
        essay = address(page, "essay with a thread")
        _, year, month, _ = essay.split("/", 3)
        if kind in ("year", "month"):
            return f"/{year}/" if kind == "year" else f"/{year}/{month}/"
        page.goto(essay)
        return page.locator('a[href^="/tag/"]').first.get_attribute("href")
    for start in ("/", "/page/2/"):
        page.goto(start)
        for link in page.locator("article h2 a").all():
            href = link.get_attribute("href")
            if named in link.inner_text() or named in href:
                return href
    raise LookupError(kind)


@pytest.mark.html
@pytest.mark.parametrize("kind", READERS)
def test_a_readers_page_is_sound(window, html_checker, kind):
    window.goto(address(window, kind))

    assert judge(window, html_checker) == []


@pytest.mark.html
def test_the_first_admins_page_is_sound(browser, html_checker, tmp_path):
    with DemoSite(tmp_path / "instance") as site:
        context = browser.new_context(base_url=site.url)
        page = context.new_page()
        page.goto(site.setup_link)
        fresh = judge(page, html_checker)
        page.evaluate("() => document.querySelector('form').noValidate = true")
        page.locator("[name=password]").fill("short")
        page.get_by_role("button", name="Begin").click()
        page.locator("[role=alert]").wait_for()
        mistaken = checkers.run_axe(page)
        context.close()

    assert (fresh, mistaken) == ([], [])


@pytest.mark.html
def test_a_page_with_a_mistaken_comment_is_sound(window, html_checker):
    window.goto(address(window, "essay with a thread"))
    window.locator(".comment-actions a").first.click()
    window.evaluate("() => document.querySelector('#respond form').noValidate = true")
    form = window.locator("#respond form")
    form.locator("#email").fill("nonsense")
    with window.expect_response(lambda answer: "/comments/" in answer.url) as answered:
        form.get_by_role("button", name="Post Comment").click()

    assert answered.value.status == 422
    assert judge(window, html_checker, answered.value.text()) == []


@pytest.mark.html
def test_a_protected_post_is_sound_as_it_opens(browser, site, html_checker):
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    page.goto(address(page, "protected post"))
    post_url = page.url
    found = []
    for typed, status in (("not it", 403), (LOCK, 200)):
        page.get_by_label("Password").fill(typed)
        with page.expect_response(is_a_page) as answered:
            page.get_by_role("button", name="Open").click()
        assert answered.value.status == status
        found += judge(page, html_checker, answered.value.text())
    expect(page.locator(".e-content").first).to_contain_text("danced")
    assert page.url == post_url
    context.close()

    assert found == []


@pytest.mark.html
def test_a_private_page_is_sound(desk, html_checker):
    assert desk.goto("/minutes/").status == 200
    expect(desk.locator(".mark")).to_have_text("Private")

    assert judge(desk, html_checker) == []


@pytest.mark.html
def test_a_right_to_left_site_is_sound(site, browser, admin_state, html_checker):
    context = browser.new_context(base_url=site.url, storage_state=admin_state)
    page = context.new_page()
    try:
        set_language(page, "ur")
        found = {}
        for path in ("/", address(page, "post in Urdu"), "/admin/", "/admin/posts/new"):
            page.goto(path)
            assert page.locator("html").get_attribute("dir") == "rtl"
            found[path] = judge(page, html_checker)
    finally:
        set_language(page, "en")
        context.close()

    assert {path: each for path, each in found.items() if each} == {}


def set_language(page, language):
    page.goto("/admin/settings/")
    page.locator("[name=language]").select_option(language)
    page.locator("main form button").last.click()
    page.wait_for_url(re.compile("/admin/settings/"))


@pytest.mark.parametrize(
    "path", ["/", "/admin/posts/", "/admin/categories/", "/admin/comments/"]
)
def test_letters_twice_as_large_fit_a_phone(site, browser, admin_state, path):
    context = browser.new_context(
        base_url=site.url,
        storage_state=admin_state,
        viewport={"width": 390, "height": 800},
    )
    page = context.new_page()
    page.goto(path)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    context.close()

    assert wide == 390


def test_labels_not_translated_yet_keep_their_order(site, browser, admin_state):
    context = browser.new_context(base_url=site.url, storage_state=admin_state)
    page = context.new_page()
    try:
        set_language(page, "ur")
        page.goto(address(page, "essay with a thread"))
        # Its number stands before its word, and all of it at the page's own side.
        styles = [way_of(page.locator("#comments-title"))]
        page.goto("/nothing-is-here/")
        styles.append(way_of(page.locator(".error-page p").nth(1)))
    finally:
        set_language(page, "en")
        context.close()

    assert styles == [["plaintext", "right"]] * 2


def way_of(element):
    return element.evaluate(
        "each => [getComputedStyle(each).unicodeBidi, getComputedStyle(each).textAlign]"
    )


def test_what_is_done_with_a_selection_stays_in_sight(desk):
    desk.goto("/admin/comments/?status=approved")
    bar = desk.locator("#selection")

    if desk.viewport_size["width"] > 700:
        expect(bar).to_be_in_viewport()
    else:  # there it would hide what is selected
        expect(bar).not_to_be_in_viewport()


def test_the_keyboard_reaches_the_text_first(window):
    window.goto("/")
    window.keyboard.press("Tab")
    skip = window.locator(":focus")

    assert skip.inner_text() == "Skip to the text"
    assert skip.is_visible()
    window.keyboard.press("Enter")
    assert window.url.endswith("#content")


def test_print_leaves_out_what_paper_cannot_do(window):
    window.goto(address(window, "essay with a thread"))
    window.emulate_media(media="print")
    try:
        assert not window.locator("#respond").is_visible()
        assert window.locator(".e-content").first.is_visible()
    finally:
        window.emulate_media(media="screen")
