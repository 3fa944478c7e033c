"""Somebody writes a comment in a real browser: looks at it first, is remembered only if
they ask for it, loses nothing, changes their mind.
"""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from blog.comments.models import Comment
from blog.comments.own import own
from blog.database import session, write_transaction
from blog.posts.permalinks import post_url
from blog.site.queries import settings
from tests import checkers
from tests.browser.stages import stage
from tests.conftest import dispose, make_app
from tests.factories import make_comment, make_post

VIEWS = {
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "phone in the dark": {
        "viewport": {"width": 360, "height": 740},
        "color_scheme": "dark",
    },
}


def filled():
    posts = [make_post(title=title) for title in ("Tides", "Boats")]
    make_comment(post=posts[0], author="Grace", email="grace@example.org")
    return [post_url(post) for post in posts]


@pytest.fixture(scope="module")
def served(tmp_path_factory, empty_database):
    """A site with two posts, with mail."""
    folder = tmp_path_factory.mktemp("commenting")
    post_office = {"BLOG_SMTP_URL": "smtp://127.0.0.1:9"}
    with stage(folder, empty_database, filled, **post_office) as served:
        yield served


@pytest.fixture
def place(served):
    """The site as it was in the beginning, without what the test before wrote."""
    served.put_back()
    yield Place(served.app, served.url, served.facts)
    dispose(served.app)


class Place:
    def __init__(self, app, url, paths):
        self.app, self.url = app, url
        self.tides, self.boats = (f"{url}{path}" for path in paths)

    def sources(self):
        with self.app.app_context():
            rows = session.query(Comment.source).order_by(Comment.id)
            return [source for (source,) in rows][1:]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def person(request, browser):
    """A tab whose scripts run, or do not; a mistake in them fails the test."""
    context = browser.new_context(java_script_enabled=request.param, locale="en-GB")
    context.set_default_timeout(10_000)
    page = context.new_page()
    mistakes = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    yield page
    assert context.cookies() == []
    context.close()
    assert mistakes == []


def fill(page, words="The tide *waits*.", name="Ada", email="ada@example.org"):
    form = page.locator(".comment-form")
    form.locator("[name=comment]").fill(words)
    form.locator("[name=author]").fill(name)
    form.locator("[name=email]").fill(email)
    return form


def press(page, label):
    page.get_by_role("button", name=label, exact=True).click()


def send(page, **typed):
    fill(page, **typed)
    press(page, "Post Comment")
    expect(page.locator(".comment .notice")).to_be_visible()


def words(page):
    return page.locator(".comment-form [name=comment]")


def test_one_looks_first_sends_changes_and_takes_back(person, place):
    page = person
    page.goto(place.tides)
    fill(page).locator("[name=url]").fill("ada.example")
    press(page, "Preview")

    shown = page.locator(".preview")
    expect(shown).to_contain_text("The tide waits.")
    expect(shown.locator("em")).to_have_text("waits")
    expect(shown).to_be_in_viewport()
    expect(words(page)).to_have_value("The tide *waits*.")
    expect(page.locator("[name=url]")).to_have_value("ada.example")
    assert place.sources() == []

    press(page, "Post Comment")
    notice = page.locator(".comment .notice")
    expect(notice).to_contain_text("Your comment is awaiting moderation.")
    expect(notice).to_be_in_viewport()
    notice.get_by_role("link", name="Edit").click()
    words_now = page.get_by_label("Comment", exact=True)
    expect(words_now).to_have_value("The tide *waits*.")
    words_now.fill("The tide waits for **nobody**.")
    press(page, "Save")
    expect(page.locator(".held .comment-text strong")).to_have_text("nobody")
    assert place.sources() == ["The tide waits for **nobody**."]

    press(page, "Take back")
    expect(page.locator("main")).to_contain_text("You have taken it back.")
    press(page, "Put it back")
    expect(page.get_by_label("Comment", exact=True)).to_be_visible()


def test_a_mistake_in_a_preview_loses_nothing(person, place):
    page = person
    page.goto(f"{place.tides}?replytocom=1")
    expect(page.locator("#respond h3")).to_contain_text("Grace")
    fill(page, name="", email="ada@nowhere")
    press(page, "Preview")

    expect(page.locator("#respond [role=alert]")).to_contain_text("name")
    expect(page.locator(".preview")).to_have_count(0)
    expect(words(page)).to_have_value("The tide *waits*.")
    expect(page.locator("#respond h3")).to_contain_text("Grace")
    fill(page)
    press(page, "Post Comment")
    expect(page.locator(".replies .held")).to_be_visible()


def test_without_scripts_nothing_is_shown_that_needs_them(browser, place):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(place.tides)

    expect(page.locator("#remember")).to_be_hidden()
    expect(page.locator(".count")).to_be_hidden()
    page.get_by_text("How to format").click()
    expect(page.locator(".formatting")).to_contain_text('<abbr title="">')
    context.close()


def test_one_is_remembered_only_if_asked_to(page, place):
    remember = page.get_by_label("Save my name, email, and website in this browser")
    kept = "() => localStorage.length"

    page.goto(place.tides)
    expect(remember).not_to_be_checked()
    send(page)
    assert page.evaluate(kept) == 0

    page.goto(place.boats)
    expect(page.locator("[name=author]")).to_have_value("")
    remember.check()
    send(page, words="Boats, then.", name="Ada L.")
    page.goto(place.tides)
    expect(page.locator("[name=author]")).to_have_value("Ada L.")
    expect(page.locator("[name=email]")).to_have_value("ada@example.org")
    expect(remember).to_be_checked()

    remember.uncheck()
    assert page.evaluate(kept) == 0
    page.reload()
    expect(page.locator("[name=author]")).to_have_value("")
    assert page.context.cookies() == []


def test_a_draft_is_there_again_until_it_is_sent(page, place):
    page.goto(place.tides)
    words(page).press_sequentially("Half a thought")
    page.goto(place.boats)
    expect(words(page)).to_have_value("")
    page.goto(place.tides)
    expect(words(page)).to_have_value("Half a thought")

    page.goto(f"{place.tides}?replytocom=1")
    expect(words(page)).to_have_value("")  # an answer to somebody is another draft

    page.goto(place.tides)
    send(page, words="A whole thought.")
    expect(words(page)).to_have_value("")
    page.goto(place.tides)
    expect(words(page)).to_have_value("")
    assert place.sources() == ["A whole thought."]


def test_a_draft_outlives_a_sending_that_fails(page, place):
    page.goto(place.tides)
    fill(page, words="Written on a train.")
    page.context.set_offline(True)
    press(page, "Post Comment")
    page.context.set_offline(False)
    page.goto(place.tides)

    expect(words(page)).to_have_value("Written on a train.")


def test_what_is_left_is_counted_as_the_server_counts(page, place):
    page.goto(place.tides)
    count = page.locator(".count")

    words(page).fill("Short.")
    expect(count).to_be_hidden()
    words(page).fill("x" * 60_000)
    expect(count).to_have_text("Room for about 5,535 more characters.")
    words(page).fill("漢" * 21_845)
    expect(count).to_have_text("Room for about 0 more characters.")
    words(page).fill("漢" * 21_847)
    expect(count).to_have_text("Too long by about 2 characters.")

    fill(page, words="漢" * 21_846)
    press(page, "Post Comment")
    expect(page.locator("#respond [role=alert]")).to_contain_text("too long by some 1")
    fill(page, words="漢" * 21_845)
    press(page, "Post Comment")
    expect(page.locator(".comment .notice")).to_be_visible()


def test_the_keyboard_sends(page, place):
    page.goto(place.tides)
    fill(page)
    words(page).press("Control+Enter")

    expect(page.locator(".comment .notice")).to_be_visible()
    assert place.sources() == ["The tide *waits*."]


def test_one_comes_back_by_a_link(person, place):
    page = person
    page.goto(place.tides)
    send(page)
    with place.app.app_context():
        token = own.address_token("ada@example.org", datetime.now(UTC))
    page.goto(f"{place.url}/my-comments/{token}")
    expect(page.locator(".own-list > li")).to_have_count(1)

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Comment", exact=True).fill("Changed from afar.")
    press(page, "Save")
    expect(page.locator(".own-list")).to_contain_text("Changed from afar.")

    page.get_by_role("link", name="Delete all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete for good?")
    press(page, "Delete for good")
    expect(page.locator("main")).to_contain_text(
        "There are no comments under the address"
    )
    assert place.sources() == []


@pytest.mark.html
@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("view", VIEWS)
def test_its_pages_are_sound(browser, place, view, language):
    app = make_app(place.app.config["INSTANCE"])
    with app.app_context():
        with write_transaction():
            settings().language = language
        token = own.address_token("ada@example.org", datetime.now(UTC))
    dispose(app)
    context = browser.new_context(**VIEWS[view])
    page = context.new_page()
    found = []

    def look():
        found.extend(checkers.run_axe(page))
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        if wide > VIEWS[view]["viewport"]["width"]:
            found.append(f"{page.url} is {wide} px wide")

    page.goto(place.tides)
    page.locator(".formatting summary").click()
    look()
    fill(page)
    page.locator("button[name=preview]").click()
    page.locator(".preview").wait_for()
    look()
    page.locator(".comment-form button:not([name])").click()
    page.locator(".comment .notice").wait_for()
    look()
    page.locator(".notice a").click()
    look()
    page.locator("button.danger").click()
    page.locator(".own-note").wait_for()
    look()
    mine = f"/my-comments/{token}"
    for path in ("/privacy", "/my-comments", mine, f"{mine}/deletion"):
        assert page.goto(f"{place.url}{path}").status == 200
        look()
    context.close()

    assert found == []
