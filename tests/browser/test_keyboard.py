"""Everything that is done at the desk is done here without a mouse: keys are all there
is, and each control is reached with Tab.
"""

import pytest
from playwright.sync_api import expect

from blog.accounts.models import Role
from blog.database import write_transaction
from blog.posts.models import Status
from blog.posts.navigation import menus
from blog.site.models import Menu, MenuTarget
from tests.browser import stages
from tests.browser.judging import enter
from tests.factories import make_category, make_login, make_post, make_user
from tests.media.drawing import corners, saved

PICTURE = {
    "name": "boat.png",
    "mimeType": "image/png",
    "buffer": saved(corners((40, 30)), "PNG"),
}
MOST_STOPS = 150  # of a page, before somebody gives up

ROOMS = (
    "",
    "posts/",
    "posts/new",
    "posts/{post}/",
    "posts/{post}/revisions/",
    "pages/",
    "pages/order/",
    "editorial/{post}/",
    "editorial/{post}/quick",
    "editorial/templates/",
    "media/",
    "media/alt-texts",
    "menus/",
    "categories/",
    "tags/",
    "series/",
    "comments/",
    "users/",
    "users/new",
    "users/{user}/",
    "users/invitations/",
    "account/",
    "account/portrait",
    "settings/",
)

# What can be pressed or written in, and how each looks while it has not the focus. A
# group of radio buttons is one stop, and so is the toolbar: arrows lead on inside.
STOPS = """() => {
  document.activeElement.blur();
  const look = (each) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
    return [outlineStyle === "none" ? "none" : outlineWidth, boxShadow].join();
  };
  const isOne = (each) => !(each.type === "radio" && !each.checked
      && document.querySelector(`[name="${each.name}"]:checked`))
    && !(each.closest("[role=toolbar]") && each.tabIndex < 0);
  const fields = "input:not([type=hidden]), select, textarea";
  const seen = { visibilityProperty: true };
  const stops = [...document.querySelectorAll(
      `a[href], button, ${fields}, summary, [tabindex='0']`)]
    .filter((each) => !each.disabled && each.checkVisibility(seen))
    .filter(isOne);
  const words = ({ tagName, id, name, textContent }) =>
    `${tagName} ${id || name || textContent.trim()}`;
  window.rest = new Map(stops.map((each) => [each, look(each)]));
  window.left = new Set(stops);
  window.wrong = [];
  window.rounds = 0;
  window.arrive = () => {
    const here = document.activeElement;
    const { top, bottom, left, width } = here.getBoundingClientRect();
    const above = document.elementFromPoint(left + width / 2, (top + bottom) / 2);
    const isSeen = here.contains(above) || above?.contains(here)
      || here.labels?.[0]?.contains(above);
    // Of a date's field the browser marks the part that has it.
    const isWhole = here.matches(":focus");
    const wrong = (what) => window.wrong.push(`${what}: ${words(here)}`);
    if (isWhole && window.rest.get(here) === look(here)) wrong("no ring");
    if (here !== document.body && !isSeen) wrong("hidden");
    window.left.delete(here);
    if (here === document.body) window.rounds += 1; // one may have begun in the middle
    return window.left.size === 0 || window.rounds === 2;
  };
  window.missed = () => [...window.left].map(words);
}"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory, empty_database):
    def fill():
        owner = make_user(role=Role.ADMIN, display_name="Mina")
        editor = make_user(role=Role.EDITOR, display_name="Grace")
        writer = make_user(role=Role.CONTRIBUTOR, display_name="Ada")
        harbour = make_category(name="Harbour")
        one, two = (make_post(title=title, author=owner) for title in ("Ebb", "Flood"))
        review = make_post(
            title="Tides", author=writer, status=Status.PENDING, published_at=None
        )
        with write_transaction():
            menus.add(Menu.HEADER, MenuTarget.HOME)
            menus.add(Menu.HEADER, MenuTarget.POST, one.id)
            menus.add(Menu.HEADER, MenuTarget.CATEGORY, harbour.id)
        return {
            "admin": make_login(owner),
            "editor": make_login(editor),
            "post": one.id,
            "other": two.id,
            "review": review.id,
            "user": editor.id,
        }

    with stages.stage(tmp_path_factory.mktemp("keys"), empty_database, fill) as it:
        yield it


@pytest.fixture
def desk(stage, page):
    """The tab of an admin, whose mouse is broken."""
    stage.put_back()
    enter(stage, page, "admin")
    # Said early: what opens before the browser has heard of it opens unseen.
    page.on("filechooser", lambda _: None)
    return page


def reach(page, wanted, key="Tab"):
    """Press Tab until ``wanted`` has the focus."""
    for _stop in range(MOST_STOPS):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"Tab does not lead to {wanted}")


def press(page, wanted, key="Enter", *, back=False):
    reach(page, wanted, "Shift+Tab" if back else "Tab")
    page.keyboard.press(key)


def choose(page, field, file):
    reach(page, field)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files([file])


def button(page, name):
    return page.get_by_role("button", name=name)


def test_a_post_is_written_with_a_picture_and_a_link_and_published(stage, desk):
    body, keys = desk.locator("#editor [name=body]"), desk.keyboard
    desk.goto(f"{stage.url}/admin/posts/new")
    expect(desk.locator("#editor [name=title]")).to_be_focused()
    keys.type("Slack water")
    reach(desk, body)
    keys.type("Look: ")

    looked_for = desk.locator("dialog[open] [type=search]")
    keys.press("Control+Shift+M")
    expect(looked_for).to_be_focused()
    choose(desk, desk.get_by_label("Add from this device"), PICTURE)
    expect(body).to_be_focused()
    expect(body).to_have_value("Look: \n\n![](/media/1/boat.png)\n\n")
    keys.press("Control+End")
    keys.type("More: ")
    keys.press("Control+Shift+K")
    expect(looked_for).to_be_focused()
    keys.type("Flood")
    found = desk.locator("dialog[open] li button")
    expect(found).to_have_text(["Flood"])
    keys.press("ArrowDown")
    expect(found).to_be_focused()
    keys.press("Enter")
    expect(body).to_be_focused()
    keys.press("Control+Enter")
    expect(button(desk, "Publish")).to_be_focused()
    keys.press("Enter")

    expect(desk.get_by_role("status").first).to_contain_text("Readers see it now")
    press(desk, desk.get_by_role("link", name="View", exact=True))
    expect(desk.locator(".e-content img")).to_be_visible()
    expect(desk.locator(".e-content").get_by_role("link", name="Flood")).to_be_visible()


def test_the_toolbar_is_one_stop_and_arrows_lead_on_as_the_page_is_read(stage, desk):
    desk.goto(f"{stage.url}/admin/posts/new")
    keys = desk.keyboard
    bold, italic = button(desk, "Bold"), button(desk, "Italic")
    last, views = button(desk, "Link to a post or page"), button(desk, "Write")
    press(desk, bold, "ArrowRight")
    expect(italic).to_be_focused()
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    expect(last).to_be_focused()
    keys.press("Tab")
    expect(views).to_be_focused()
    keys.press("Shift+Tab")
    expect(last).to_be_focused()

    # HTML has no button for a table; the stop is never on what is not shown.
    keys.press("Home")
    for _step in range(10):
        keys.press("ArrowRight")
    expect(button(desk, "Table")).to_be_focused()
    reach(desk, desk.get_by_label("Written in"))
    keys.press("H")
    reach(desk, bold, "Shift+Tab")
    desk.evaluate("document.documentElement.dir = 'rtl'")
    keys.press("ArrowLeft")
    expect(italic).to_be_focused()


def test_a_revision_is_compared_and_restored(stage, desk):
    body, keys = desk.locator("#editor [name=body]"), desk.keyboard
    desk.goto(f"{stage.url}/admin/posts/{stage.facts['post']}/")
    reach(desk, body)
    keys.press("Control+A")
    keys.type("Other words.")
    keys.press("Control+S")
    expect(desk.get_by_role("status").first).to_be_visible()
    expect(body).to_be_focused()

    press(desk, desk.get_by_role("link", name="All revisions"))
    press(desk, desk.locator(".revisions tbody th a").last)
    press(desk, button(desk, "Restore"))
    expect(desk.get_by_role("status").first).to_contain_text("again")
    press(desk, desk.get_by_role("link", name="Back to the editor"))
    expect(body).to_have_value("Some words.")


def test_an_editor_notes_something_about_a_passage_and_sends_it_back(stage, page):
    stage.put_back()
    enter(stage, page, "editor")
    keys = page.keyboard
    page.goto(f"{stage.url}/admin/posts/?state=pending")
    press(page, page.get_by_role("link", name="Tides", exact=True))
    reach(page, page.locator("#editor [name=body]"))
    keys.press("Control+Home")
    for _letter in "Some":
        keys.press("Shift+ArrowRight")
    reach(page, page.locator("#new-text"))
    expect(page.locator("#new-quote")).to_have_value("Some")
    keys.type("How many?")
    press(page, button(page, "Add the note"))
    expect(page.locator(".thread .said")).to_be_focused()
    expect(page.locator(".thread .passage")).to_have_text("Some")

    reach(page, page.locator("#review-message"), "Shift+Tab")
    keys.type("Say which tide.")
    press(page, button(page, "Send back"))
    expect(page.get_by_role("status").first).to_contain_text("Sent back")


def test_a_menu_is_ordered_and_the_focus_goes_with_its_entry(stage, desk):
    keys = desk.keyboard
    desk.goto(f"{stage.url}/admin/menus/")
    up, down = (button(desk, f"{way} “Harbour”") for way in ("Up", "Down"))
    press(desk, up)
    expect(desk.get_by_role("status").first).to_contain_text("saved")
    expect(up).to_be_focused()
    keys.press("Enter")

    expect(up).to_be_disabled()
    expect(down).to_be_focused()  # what is left of the row
    names = desk.locator(".order input[type=text]")
    placeholders = names.evaluate_all("all => all.map(each => each.placeholder)")
    assert placeholders == ["Harbour", "Home", "Ebb"]
    press(desk, button(desk, "Remove “Harbour”"))
    expect(names).to_have_count(2)
    expect(desk.locator(".order > li").first.get_by_role("link")).to_be_focused()


def test_posts_are_ticked_and_filed_together(stage, desk):
    keys = desk.keyboard
    desk.goto(f"{stage.url}/admin/posts/")
    for title in ("Ebb", "Flood"):
        press(desk, desk.get_by_label(f"Select “{title}”"), "Space")
    press(desk, desk.locator(".bulk summary"))
    reach(desk, desk.get_by_label("Category", exact=True).last)
    keys.type("Harb")
    press(desk, button(desk, "File under it"))

    expect(desk.get_by_role("status").first).to_contain_text("2")
    filed = desk.locator("tbody tr", has_text="Harbour").locator(".title")
    assert sorted(filed.all_inner_texts()) == ["Ebb", "Flood"]


def test_what_is_trashed_leaves_the_focus_on_the_next_and_comes_back(stage, desk):
    desk.goto(f"{stage.url}/admin/posts/")
    titles = desk.locator("tbody .title")
    before = titles.all_inner_texts()
    press(desk, button(desk, f"Trash “{before[0]}”"))
    expect(titles).to_have_text(before[1:])
    expect(titles.first).to_be_focused()

    # The message stands first on the page, just behind the link that skips to it.
    press(desk, desk.get_by_role("link", name="Skip to the content"), back=True)
    desk.keyboard.press("Tab")
    expect(button(desk, "Undo")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(titles).to_have_text(before)


def test_the_small_form_opens_in_the_list_and_gives_the_focus_back(stage, desk):
    desk.goto(f"{stage.url}/admin/posts/")
    link = desk.get_by_role("link", name="Quick edit “Ebb”")
    title = desk.locator("form.quick [name=title]")
    press(desk, link)
    expect(title).to_be_focused()
    desk.keyboard.press("Escape")
    expect(link).to_be_focused()
    desk.keyboard.press("Enter")
    expect(title).to_be_focused()
    desk.keyboard.press("End")
    desk.keyboard.type(" tide")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="Quick edit “Ebb tide”")).to_be_focused()


def test_a_file_goes_into_the_library_and_is_described(stage, desk):
    desk.goto(f"{stage.url}/admin/media/")
    choose(desk, desk.get_by_label("Add files"), PICTURE)
    link = desk.locator(".library .to-file")
    link.wait_for()
    press(desk, link)
    alternative = desk.get_by_label("Alternative text")
    reach(desk, alternative)
    desk.keyboard.type("A boat at anchor")
    press(desk, button(desk, "Save"))

    expect(desk.get_by_role("status").first).to_contain_text("saved")
    expect(alternative).to_have_value("A boat at anchor")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tab_leads_to_everything_in_every_room_and_shows_where_it_is(
    stage, browser, scheme
):
    stage.put_back()
    context = browser.new_context(
        color_scheme=scheme,
        viewport={"width": 1280, "height": 800}
        if scheme == "light"
        else {"width": 390, "height": 700},
    )
    page = context.new_page()
    enter(stage, page, "admin")
    found = {}
    for room in ROOMS:
        page.goto(f"{stage.url}/admin/{room.format(**stage.facts)}")
        page.evaluate(STOPS)
        for _stop in range(MOST_STOPS):
            page.keyboard.press("Tab")
            if page.evaluate("arrive()"):
                break
        found[room] = page.evaluate("[...missed(), ...wrong]")
    context.close()
    assert found == {room: [] for room in ROOMS}
