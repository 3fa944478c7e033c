"""A post's whole life between two people: a contributor writes it, an editor reviews,
notes and schedules it, it appears by itself, is renamed, and its old address leads on.
Real mail over SMTP, a real server with its worker, real browsers.
"""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from blog.accounts.models import Role
from blog.accounts.sessions import cookie_name
from blog.database import session
from blog.posts.models import Post
from blog.posts.permalinks import post_url
from tests import checkers
from tests.browser.test_conversation import Mailbox, link
from tests.factories import make_login, make_post, make_user
from tests.servers import Server, free_port

WRITER, EDITOR = "ada@example.org", "grace@example.org"
PATIENCE_SECONDS = 90


@pytest.fixture
def house(app, smtp):
    """A site with a contributor and an editor: its server, and their cookies."""
    name = cookie_name(app, "session")
    with app.app_context():
        ada = make_user(role=Role.CONTRIBUTOR, display_name="Ada", email=WRITER)
        grace = make_user(role=Role.EDITOR, display_name="Grace", email=EDITOR)
        cookies = {"ada": make_login(ada), "grace": make_login(grace)}
    port = free_port()
    line = ("serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    instance = app.config["INSTANCE"]
    with Server(instance, "blog", *line, port=port, BLOG_SMTP_URL=smtp.url) as server:
        yield server, name, cookies
    assert server.process.returncode == 0


@pytest.fixture
def people(house, browser):
    """``people("ada")``: her browser, logged in, on this site."""
    server, name, cookies = house
    url = f"http://127.0.0.1:{server.port}"
    contexts, mistakes = [], []

    def enter(who):
        context = browser.new_context(base_url=url)
        context.add_cookies([{"name": name, "value": cookies[who], "url": url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        return page

    yield enter
    for context in contexts:
        context.close()
    assert mistakes == []


def soon():
    """The next minute of the site's clocks, or the one after if that is too near."""
    now = datetime.now(UTC)
    return (now + timedelta(seconds=70)).replace(second=0, microsecond=0)


def address(app):
    with app.app_context():
        session.rollback()
        return post_url(session.query(Post).one())


def wait_for(page, path, status):
    until = time.monotonic() + PATIENCE_SECONDS
    while page.request.get(path).status != status:
        assert time.monotonic() < until, f"{path} does not answer with {status}"
        time.sleep(0.5)


def test_from_a_draft_to_a_renamed_post(app, smtp, people):
    letters_to_writer, letters_to_editor = Mailbox(smtp, WRITER), Mailbox(smtp, EDITOR)
    ada, grace = people("ada"), people("grace")

    # A contributor writes, and asks for a review.
    ada.goto("/admin/posts/new")
    ada.locator("#editor [name=title]").fill("Tides")
    ada.locator("#editor [name=body]").fill("The tide turned at dawn.")
    ada.locator("#editor button[name=save]").click()
    ada.wait_for_url("**/admin/posts/*/")
    ada.goto("/admin/posts/")
    ada.get_by_role("button", name="Submit for review").click()
    expect(ada.get_by_role("status")).to_contain_text("waits for an editor")

    # An editor opens it from the mail, which decides nothing, and notes something.
    grace.goto(link(letters_to_editor.next("To review: “Tides”"), "Open it"))
    expect(grace.locator(".editorial")).to_contain_text("Submitted by Ada")
    grace.locator("#editor [name=body]").evaluate(
        "area => { area.focus(); area.setSelectionRange(9, 15); }"
    )
    grace.locator("#new-text").focus()
    expect(grace.locator("#new-quote")).to_have_value("turned")
    grace.locator("#new-text").fill("Or did it ebb?")
    grace.get_by_role("button", name="Add the note").click()
    expect(grace.locator(".thread .passage")).to_have_text("turned")

    # It goes back, with a reason, and comes again.
    grace.locator("#review-message").fill("Say which tide.")
    grace.get_by_role("button", name="Send back with the note").click()
    expect(grace.get_by_role("status").first).to_contain_text("Sent back")
    ada.goto(link(letters_to_writer.next("Sent back: “Tides”"), "Open it"))
    expect(ada.locator(".editorial")).to_contain_text("Say which tide.")
    ada.goto("/admin/posts/")
    ada.get_by_role("button", name="Submit for review").click()
    grace.goto(link(letters_to_editor.next("To review: “Tides”"), "Open it"))

    # Scheduled, it is not there before its minute, and then it is, by itself.
    moment = soon()
    grace.locator("#review-date").fill(f"{moment:%Y-%m-%dT%H:%M}")
    grace.get_by_role("button", name="Publish or schedule").click()
    expect(grace.get_by_role("status").first).to_contain_text("Scheduled for")
    letters_to_writer.next("Scheduled: “Tides”")
    old = address(app)
    if datetime.now(UTC) < moment - timedelta(seconds=2):
        assert ada.request.get(old).status == 404
    wait_for(ada, old, 200)
    assert datetime.now(UTC) >= moment
    assert "Or did it ebb?" not in ada.request.get(old).text()

    # Renamed from the list, in the place of its row, its old address leads on.
    grace.goto("/admin/posts/")
    grace.get_by_role("link", name="Quick edit “Tides”").click()
    form = grace.locator(".in-place form.quick")
    form.locator("[name=slug]").fill("which-tide")
    form.get_by_role("button", name="Save").click()
    expect(grace.get_by_role("status").first).to_contain_text("Saved.")
    new = address(app)
    answer = ada.request.get(old, max_redirects=0)
    assert new != old
    assert (answer.status, answer.headers["location"]) == (301, new)
    assert ada.request.get(old).url.endswith(new)


def test_a_wrong_quick_edit_stays_in_its_row_with_what_was_typed(app, people):
    grace = people("grace")
    with app.app_context():
        for title in ("Tides", "Ebb"):
            make_post(title=title)
    grace.goto("/admin/posts/")

    quick = grace.get_by_role("link", name="Quick edit “Tides”")
    quick.press("Enter")
    form = grace.locator(".in-place form.quick")
    form.locator("[name=title]").fill("High tide")
    form.locator("[name=slug]").fill("ebb")
    form.locator("[name=slug]").press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("Another one has this address")
    expect(form.locator("[name=title]")).to_have_value("High tide")
    grace.keyboard.press("Escape")

    expect(form).to_have_count(0)
    expect(quick).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages_around_a_post(app, people, scheme):
    grace = people("grace")
    grace.emulate_media(color_scheme=scheme)
    with app.app_context():
        post_id = make_post(title="Tides", published_at=None).id
    panel = f"/admin/editorial/{post_id}/"
    grace.goto(panel)
    grace.locator("#new-text").fill("Which tide?")
    grace.get_by_role("button", name="Add the note").click()
    grace.wait_for_url("**#note-1")
    grace.get_by_role("button", name="Make a link").click()
    expect(grace.locator("#new-link")).to_have_value(re.compile("/preview/"))
    assert checkers.run_axe(grace) == []

    for path in (panel, f"{panel}quick", "/admin/editorial/templates/"):
        grace.goto(path)
        assert checkers.run_axe(grace) == [], path
    grace.goto("/admin/posts/")
    grace.locator(".more-changes summary").click()
    grace.get_by_role("link", name="Quick edit “Tides”").click()
    expect(grace.locator(".in-place form.quick")).to_be_visible()

    assert checkers.run_axe(grace) == []
