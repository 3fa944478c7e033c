"""The editor and the lists of posts, with scripts and without, before the judges."""

import pytest
from playwright.sync_api import expect

from tests import checkers
from tests.media.drawing import noise, saved
from tests.servers import DemoSite


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with DemoSite(tmp_path_factory.mktemp("editor") / "instance") as site:
        yield site
    assert site.process.returncode == 0


@pytest.fixture
def desk(request, site, browser, admin_state):
    """The admin's window, on a phone if the test asks for one."""
    options = {"viewport": {"width": 1280, "height": 900}}
    options |= getattr(request, "param", {})
    context = browser.new_context(
        base_url=site.url, storage_state=admin_state, **options
    )
    page = context.new_page()
    mistakes = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    yield page
    context.close()
    assert mistakes == []


scriptless = pytest.mark.parametrize(
    "desk", [{"java_script_enabled": False}], indirect=True
)
on_a_phone = pytest.mark.parametrize(
    "desk",
    [
        {"viewport": {"width": 360, "height": 740}},
        {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    ],
    indirect=True,
    ids=["light", "dark"],
)


def test_the_password_is_asked_for_where_it_is_needed(desk):
    desk.goto("/admin/posts/new")
    password = desk.get_by_label("Password for readers")
    sticky = desk.get_by_label("Keep at the top of the home page")
    publish = desk.locator("button[name=publish]")
    expect(password).to_be_hidden()
    expect(sticky).to_be_visible()

    desk.get_by_label("Private", exact=True).check()
    expect(sticky).to_be_hidden()
    expect(publish).to_have_text("Keep private")
    desk.locator("[name=published_at]").fill("2031-01-01T09:00")
    expect(publish).to_have_text("Keep private")
    desk.get_by_label("Public", exact=True).check()
    expect(publish).to_have_text("Schedule")
    desk.locator("[name=published_at]").fill("")
    desk.get_by_label("Protected by a password").check()
    expect(publish).to_have_text("Publish")

    desk.get_by_label("Title", exact=True).fill("Behind a password")
    password.fill("sesame")
    publish.click()
    expect(desk.get_by_role("status")).to_contain_text("with the password its text")
    expect(password).to_have_value("sesame")


def test_who_changes_their_mind_is_not_asked_about_what_is_hidden(desk):
    desk.goto("/admin/posts/new")
    desk.get_by_label("Title", exact=True).fill("Open after all")
    desk.get_by_label("Protected by a password").check()
    desk.get_by_label("Password for readers").fill("sesame")
    desk.get_by_label("Public", exact=True).check()
    desk.locator("button[name=publish]").click()

    expect(desk.get_by_role("status")).to_contain_text("Readers see it now.")
    expect(desk.get_by_label("Password for readers")).to_have_value("")


@scriptless
def test_without_scripts_everything_is_there(desk):
    desk.goto("/admin/posts/new")
    desk.get_by_label("Title", exact=True).fill("Typed without scripts")
    desk.get_by_label("Password for readers").fill("sesame")
    desk.locator("button[name=publish]").click()
    expect(desk.get_by_role("alert")).to_contain_text("as well, or empty")

    desk.get_by_label("Protected by a password").check()
    desk.locator("button[name=publish]").click()
    expect(desk.get_by_role("status")).to_contain_text("with the password its text")


@scriptless
def test_a_list_is_searched_ticked_and_put_right_without_scripts(desk):
    desk.goto("/admin/posts/")
    before = desk.locator("table.posts tbody tr").count()
    desk.get_by_label("Search titles and texts").fill("tide")
    desk.get_by_role("button", name="Filter").click()
    found = desk.locator("table.posts tbody tr").count()
    assert 0 < found < before

    desk.get_by_role("link", name="Select all on this page").click()
    desk.locator("#selection").get_by_role("button", name="Trash").click()
    expect(desk.get_by_role("heading", name="Nothing was found")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.locator("table.posts tbody tr")).to_have_count(found)


def test_the_keyboard_goes_through_a_list_from_the_top(desk):
    desk.goto("/admin/posts/?status=public")
    desk.locator("main").focus()
    seen = []
    for _ in range(30):
        desk.keyboard.press("Tab")
        seen.append(
            desk.evaluate(
                "() => { const here = document.activeElement;"
                " return here.name || here.textContent.trim() }"
            )
        )

    wanted = [
        *("New post", "q", "author", "category", "month", "Filter"),
        *("Select all on this page", "Title", "Date", "Comments", "ids"),
    ]
    places = [seen.index(each) for each in wanted]
    assert places == sorted(places)


@pytest.mark.html
def test_what_is_deleted_for_good_is_asked_about_on_a_sound_page(desk, html_checker):
    desk.goto("/admin/posts/?status=draft")
    for title in ("One to lose", "Another to lose"):
        desk.goto("/admin/posts/new")
        desk.get_by_label("Title", exact=True).fill(title)
        desk.locator("button[name=trash], button[name=save]").first.click()
        desk.locator("button[name=trash]").click()
    desk.goto("/admin/posts/?status=trash&q=lose&select=all")
    desk.locator("#selection").get_by_role("button", name="Delete for good").click()

    expect(desk.get_by_role("heading", name="Delete for good?")).to_be_visible()
    html = desk.context.request.get(desk.url).text()
    assert html_checker.errors(html) + checkers.run_axe(desk) == []
    desk.get_by_role("button", name="Delete 2 for good").click()
    expect(desk.get_by_role("status")).to_contain_text("2 were deleted for good.")
    expect(desk.get_by_role("heading", name="Nothing was found")).to_be_visible()


@pytest.mark.html
@on_a_phone
def test_lists_and_editors_are_sound_on_a_phone(desk, html_checker):
    wrong = {}
    desk.goto("/admin/posts/")
    post = desk.locator("a.title").first.get_attribute("href")
    for path in (
        "/admin/posts/?q=tide&sort=-date&select=all",
        "/admin/posts/?q=nothing+like+it",
        "/admin/posts/?status=pending",
        "/admin/pages/?sort=title",
        "/admin/posts/new",
        post,
        f"{post}preview",
    ):
        assert desk.goto(path).status == 200, path
        found = html_checker.errors(desk.context.request.get(desk.url).text())
        found += checkers.run_axe(desk)
        wide = desk.evaluate("() => document.documentElement.scrollWidth")
        if found or wide > 360:
            wrong[path] = (found, wide)
    assert wrong == {}


def test_the_page_to_read_is_in_sight_however_far_down_one_wrote(desk):
    desk.goto("/admin/posts/new")
    desk.locator("#body").fill("A line.\n\n" * 200)
    desk.get_by_label("Open for comments").scroll_into_view_if_needed()
    desk.evaluate("scrollTo(0, document.body.scrollHeight)")

    desk.keyboard.press("Control+Shift+P")
    desk.keyboard.press("Control+Shift+P")
    desk.locator("[data-view=read]").evaluate("button => button.click()")

    expect(desk.locator("[data-view=read]")).to_be_in_viewport()
    expect(desk.locator(".mirror")).to_be_in_viewport(ratio=0.4)


def test_the_dialog_reaches_what_lies_deep_in_the_library(desk):
    pictures = [
        {
            "name": f"p{number}.png",
            "mimeType": "image/png",
            "buffer": saved(noise((8, 8), number), "PNG"),
        }
        for number in range(50)
    ]
    desk.goto("/admin/media/")
    desk.get_by_label("Add files").set_input_files(pictures)
    expect(desk.locator(".sending li", has_text="Added")).to_have_count(
        50, timeout=60_000
    )
    desk.goto("/admin/posts/new")
    desk.locator("#body").focus()
    desk.keyboard.press("Control+Shift+M")
    found = desk.locator("dialog[open] li button")
    expect(found).to_have_count(48)
    expect(desk.locator("dialog[open] [data-found]")).to_have_text("Found: 50")
    assert found.first.inner_text() == "p49"

    desk.get_by_role("button", name="Show more").click()

    expect(found).to_have_count(50)
    expect(found.nth(48)).to_be_focused()
    expect(desk.get_by_role("button", name="Show more")).to_be_hidden()
    found.last.press("Enter")
    expect(desk.locator("#body")).to_have_value("![](/media/1/p0.png)\n\n")


def test_a_cover_is_chosen_from_the_library(desk):
    boat = {
        "name": "boat.png",
        "mimeType": "image/png",
        "buffer": saved(noise((9, 9), 900), "PNG"),
    }
    paper = {
        "name": "paper.pdf",
        "mimeType": "application/pdf",
        "buffer": b"%PDF-1.4\n%%EOF\n",
    }
    desk.goto("/admin/media/")
    desk.get_by_label("Add files").set_input_files([boat, paper])
    expect(desk.locator(".sending li", has_text="Added")).to_have_count(2)
    desk.goto("/admin/posts/new")
    desk.get_by_label("Title", exact=True).fill("A boat")
    desk.locator("summary", has_text="Picture").click()

    desk.locator("[data-pick=cover_id]").click()
    found = desk.locator("dialog[open] li button")
    expect(found.first).to_have_text("boat")
    expect(found.filter(has_text="paper")).to_have_count(0)
    found.first.press("Enter")

    picked = desk.locator("[data-picked=cover_id]")
    expect(desk.locator("[data-pick=cover_id]")).to_be_focused()
    expect(picked).to_have_text("boat")
    desk.get_by_role("button", name="Save draft").click()
    desk.wait_for_url("**/admin/posts/*/")
    expect(picked).to_have_text("boat")
    desk.locator("#cover_id").fill("999")
    expect(picked).to_be_empty()
