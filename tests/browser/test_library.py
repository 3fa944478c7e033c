"""The library in a real browser: files go in and show how far they are."""

import pytest

from blog.accounts.models import Role, User
from blog.accounts.sessions import cookie_name
from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.jobs import queue
from blog.jobs.models import Job
from tests import checkers
from tests.browser import stages
from tests.factories import make_login, make_post, make_user
from tests.media.drawing import corners, noise, saved

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
PICTURE = {
    "name": "boat.png",
    "mimeType": "image/png",
    "buffer": saved(noise((700, 500)), "PNG"),
}
DRAWING = {"name": "drawing.svg", "mimeType": "image/svg+xml", "buffer": SVG}


@pytest.fixture(scope="module")
def stage(tmp_path_factory, empty_database):
    def fill():
        user = make_user(role=Role.EDITOR)
        return {"user": user.id, "token": make_login(user)}

    with stages.stage(tmp_path_factory.mktemp("library"), empty_database, fill) as it:
        yield it


@pytest.fixture
def editor(stage, page):
    """The tab of an editor in the empty library."""
    stage.put_back()
    name = cookie_name(stage.app, "session")
    page.context.add_cookies(
        [{"name": name, "value": stage.facts["token"], "url": stage.url}]
    )
    page.goto(f"{stage.url}/admin/media/")
    return page


def test_a_chosen_file_goes_in_and_shows_once_its_sizes_are_made(editor):
    editor.get_by_label("Add files").set_input_files([PICTURE])

    picture = editor.locator(".library img")
    picture.wait_for()
    assert picture.get_attribute("src") == "/media/1/boat-320.jpeg?v=1"
    assert editor.locator(".library .title").all_inner_texts() == ["boat"]
    assert editor.get_by_text("1 file", exact=True).is_visible()


def test_one_that_is_refused_says_why_and_the_other_goes_in(editor):
    editor.get_by_label("Add files").set_input_files([DRAWING, PICTURE])

    editor.locator(".sending .is-refused").wait_for()
    refused = editor.locator(".sending .is-refused").inner_text()
    assert refused.startswith("drawing.svg")
    assert "SVG drawings are not taken" in refused
    editor.locator(".sending li:not(.is-refused)", has_text="Added").wait_for()


def test_dropped_and_pasted_files_go_in(editor):
    for kind in ("drop", "paste"):
        editor.evaluate(
            """([kind, bytes]) => {
              const data = new DataTransfer();
              data.items.add(new File([new Uint8Array(bytes)], `${kind}.png`));
              const name = kind === "drop" ? "dataTransfer" : "clipboardData";
              const event = new Event(kind, { bubbles: true, cancelable: true });
              Object.defineProperty(event, name, { value: data });
              document.body.dispatchEvent(event);
            }""",
            [kind, list(saved(corners((40, 30 if kind == "drop" else 20)), "PNG"))],
        )
        place = editor.locator(".sending li", has_text=f"{kind}.png")
        place.filter(has_text="Added").wait_for()
    editor.goto(editor.url)
    editor.locator(".library .title", has_text="paste").wait_for()
    assert editor.locator(".library .title").all_inner_texts() == ["paste", "drop"]


def test_without_a_script_the_form_does_it(stage, browser):
    stage.put_back()
    context = browser.new_context(java_script_enabled=False, base_url=stage.url)
    name = cookie_name(stage.app, "session")
    context.add_cookies(
        [{"name": name, "value": stage.facts["token"], "url": stage.url}]
    )
    page = context.new_page()
    page.goto("/admin/media/")
    page.get_by_label("Add files").set_input_files([PICTURE, DRAWING])
    page.get_by_role("button", name="Upload").click()

    assert page.locator(".library .title").all_inner_texts() == ["boat"]
    assert "drawing.svg: SVG" in page.locator(".notices").inner_text()
    context.close()


def test_the_keyboard_reaches_everything_and_axe_finds_nothing(stage, editor):
    editor.get_by_label("Add files").set_input_files([PICTURE])
    editor.locator(".library img").wait_for()
    editor.goto(editor.url)
    assert checkers.run_axe(editor) == []
    editor.get_by_role("link", name="boat").focus()
    editor.keyboard.press("Enter")
    editor.wait_for_url("**/admin/media/1/")
    assert checkers.run_axe(editor) == []
    with stage.app.app_context():
        make_post(cover_id=1)
    for path in ("/admin/media/1/deletion", "/admin/media/alt-texts"):
        editor.goto(f"{stage.url}{path}")
        assert checkers.run_axe(editor) == []


def test_a_bar_moves_by_itself_and_goes(stage, editor):
    with stage.app.app_context(), write_transaction():
        user = session.get(User, stage.facts["user"])
        later = utcnow().replace(year=2030)
        queue.add("a.job", "k", {}, utcnow(), about="Ten", user=user, total=10,
                  run_at=later)  # fmt: skip
    editor.goto(f"{stage.url}/admin/")
    assert editor.get_by_text("0 of 10").is_visible()

    change(stage, lambda job: setattr(job, "done", 7))
    editor.get_by_text("7 of 10").wait_for()
    editor.goto(editor.url)
    assert editor.get_by_text("7 of 10").is_visible()
    assert checkers.run_axe(editor) == []
    change(stage, session.delete)
    editor.get_by_text("7 of 10").wait_for(state="hidden")


def change(stage, act):
    with stage.app.app_context(), write_transaction():
        act(session.query(Job).filter_by(key="k").one())
