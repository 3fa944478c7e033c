"""The moderator's desk in a real browser: a queue emptied from the keyboard alone."""

import pytest
from playwright.sync_api import expect

from blog.accounts.models import Role
from blog.comments.models import Comment, Status
from blog.database import session, write_transaction
from blog.site.queries import settings
from tests import checkers
from tests.browser.stages import stage
from tests.conftest import dispose
from tests.factories import HOUR, NOON, PASSWORD, make_comment, make_post, make_user

QUEUE = "/admin/comments/"


class Desk:
    """A site with a queue, its moderator's tab, and a look into the database."""

    def __init__(self, app, page):
        self.app, self.page = app, page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def press_and_wait(self, key):
        """Press a key that sends a form."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def here(self):
        """The name at the comment that has the focus; ``None`` if none has it."""
        return self.page.evaluate(
            "document.activeElement.closest('[data-queue] > li')"
            "?.querySelector('bdi').textContent ?? null"
        )

    def numbers(self):
        with self.app.app_context():
            statuses = [each.status for each in session.query(Comment)]
        return {each: statuses.count(each) for each in Status if each in statuses}


def fill():
    make_user(role=Role.EDITOR, name="grace", display_name="Grace")
    post = make_post(title="Tides")
    for number in range(1, 21):
        make_comment(
            post=post,
            status=Status.PENDING,
            author=f"no. {number}",
            source="The harbour was dark.",
            created_at=NOON + number * HOUR / 60,
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory, empty_database):
    folder = tmp_path_factory.mktemp("moderation")
    with stage(folder, empty_database, fill) as served:
        yield served


@pytest.fixture
def filled(served):
    """A site in which twenty comments wait, the newest by no. 20."""
    served.put_back()
    yield served
    dispose(served.app)


@pytest.fixture(params=["en", "ar"])
def desk(request, browser, filled):
    with filled.app.app_context(), write_transaction():
        settings().language = request.param
    yield from sat_down(browser, filled)


@pytest.fixture
def english_desk(browser, filled):
    yield from sat_down(browser, filled)


def sat_down(browser, served, **options):
    context = browser.new_context(base_url=served.url, **options)
    context.set_default_timeout(15_000)
    page = context.new_page()
    mistakes = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.goto("/login")
    page.locator("[name=username]").fill("grace")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/admin/")
    page.goto(QUEUE)
    yield Desk(served.app, page)
    context.close()
    assert mistakes == []


def test_a_queue_of_twenty_is_emptied_from_the_keyboard_alone(desk):
    desk.press("j")
    assert desk.here() == "no. 20"
    for number in range(20, 0, -1):
        assert desk.here() == f"no. {number}"
        desk.press_and_wait("s" if number % 4 == 0 else "d" if number % 4 == 1 else "a")

    assert desk.numbers() == {"approved": 10, "spam": 5, "trash": 5}
    desk.press_and_wait("u")  # the last one went to the trash
    assert desk.here() == "no. 1"
    assert desk.numbers() == {"pending": 1, "approved": 10, "spam": 5, "trash": 4}


def test_the_keys_move_select_undo_and_lead_to_the_forms(english_desk):
    desk, page = english_desk, english_desk.page
    desk.press("k")
    assert desk.here() == "no. 1"  # from nowhere, upwards: the last one
    desk.press("k", "k", "j")
    assert desk.here() == "no. 2"

    desk.press("x", "j", "x")
    assert page.locator("input[name=ids]:checked").count() == 2
    desk.press_and_wait("a")
    assert desk.numbers() == {"pending": 18, "approved": 2}
    expect(page.locator(".undoable")).to_contain_text("2 comments approved.")
    page.goto(f"{QUEUE}?status=approved")
    desk.press_and_wait("u")
    assert desk.numbers() == {"pending": 20}

    page.goto(QUEUE)
    desk.press("j", "j")
    desk.press_and_wait("r")
    page.locator("textarea").fill("jaskdu?x")  # letters, not keys
    page.locator("textarea").press("Tab")
    desk.press_and_wait("Enter")
    assert desk.here() == "no. 18"
    assert desk.numbers() == {"pending": 19, "approved": 2}

    desk.press_and_wait("e")
    expect(page.locator("h1")).to_have_text("Edit a comment")


def test_the_keys_are_in_nobodys_way(english_desk):
    desk, page = english_desk, english_desk.page
    page.locator("#filter-q").press_sequentially("jasd?ux")
    assert page.locator("#filter-q").input_value() == "jasd?ux"
    page.locator("#filter-q").blur()
    desk.press("j")
    for modifier in ("Control", "Alt", "Meta", "Shift"):
        desk.press(f"{modifier}+d", f"{modifier}+s")
        page.keyboard.press("Escape")
    assert desk.here() == "no. 20"

    help = page.locator("#keys")
    expect(help).to_be_hidden()
    desk.press("?")
    expect(help).to_be_visible()
    desk.press("Escape")
    expect(help).to_be_hidden()
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_label("Use these keys in this browser").uncheck()
    desk.press("Escape")
    page.reload()
    desk.press("j", "d")

    assert desk.here() is None
    assert desk.numbers() == {"pending": 20}


def test_without_scripts_each_press_goes_on_at_the_next(browser, filled):
    for desk in sat_down(browser, filled, java_script_enabled=False):
        page = desk.page
        expect(page.locator("[data-queue-keys]")).to_be_hidden()
        page.locator("#comment-20").get_by_role("button", name="Approve").click()
        page.wait_for_url("**#comment-19")
        page.locator("#comment-19").get_by_role("button", name="Spam").click()
        page.wait_for_url("**#comment-18")
        page.locator(".undoable").get_by_role("button", name="Undo").click()
        page.wait_for_url("**#comment-19")

        assert desk.numbers() == {"pending": 19, "approved": 1}


def test_the_pages_are_accessible(english_desk):
    desk, page = english_desk, english_desk.page
    desk.press("j")
    desk.press_and_wait("a")
    for path in ("", "19/", "19/block/", "19/person", "19/person/erasure", "people"):
        page.goto(f"{QUEUE}{path}")
        assert checkers.run_axe(page) == [], path
