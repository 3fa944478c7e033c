"""A day at the desk: nothing that somebody writes is lost, whatever happens."""

import base64
import os
import re
import resource
import signal
import threading
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from blog import config
from tests import checkers
from tests.factories import PASSWORD
from tests.servers import Server, children, free_port, is_running

STATIC = Path(config.PROJECT) / "blog" / "static"
MAX_SCRIPT_BYTES = 60_000
WIDE = {"width": 1280, "height": 900}
PAUSE = 6_000  # milliseconds in which an autosave has long happened
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY50y"
    "Lpj0AAAAAElFTkSuQmCC"
)


class Site(Server):
    """A demo that can be taken down and come back under its address."""

    def __init__(self, instance, port):
        line = ("serve", "--demo", "--bind", f"127.0.0.1:{port}")
        super().__init__(instance, "blog", *line, port=port)
        self.url = f"http://127.0.0.1:{port}"

    @property
    def family(self):
        """All its processes; whoever starts others stands before them."""
        found = [self.process.pid]
        for pid in found:
            found += children(pid)
        return found

    def die(self):
        """Kill every process of it, as when the power fails."""
        family = self.family
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        while any(is_running(pid) for pid in family):
            time.sleep(0.01)

    def fill_disk(self, size):
        """Let no file grow beyond so many bytes; ``RLIM_INFINITY`` makes room again."""
        for pid in self.family:
            _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))

    def come_back(self):
        """Serve the same folder again at the same address."""
        self._log.close()
        self.__init__(self.instance, self.port)
        self.wait()

    @property
    def setup_link(self):
        return re.search(rf"{re.escape(self.url)}/setup/\S+", self.output)[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("writing") / "instance"


@pytest.fixture(scope="module")
def site(folder):
    with Site(folder, free_port()) as site:
        yield site


@pytest.fixture
def window(site, browser, admin_state):
    """Opens windows of the admin; what goes wrong in their scripts fails the test."""
    contexts, mistakes = [], []

    def open_window(**options):
        context = browser.new_context(
            **({"base_url": site.url, "storage_state": admin_state} | options)
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on(
            "console",
            lambda said: "Trusted" in said.text and mistakes.append(said.text),
        )
        page.set_viewport_size(WIDE)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert mistakes == []


@pytest.fixture
def desk(window):
    page = window()
    page.goto("/admin/posts/new")
    expect(page.locator("#editor")).to_have_class(re.compile("is-live"))
    return page


def write(desk, text, title=None):
    if title is not None:
        desk.locator("[name=title]").fill(title)
    desk.locator("[name=body]").click()
    desk.keyboard.type(text)


def body(desk):
    return desk.locator("[name=body]")


def standing(desk):
    return desk.locator("[data-standing]")


def preview(desk):
    return desk.frame_locator(".mirror iframe:not(.is-coming)")


def journal(desk):
    """The texts that the browser keeps."""
    return desk.evaluate(
        "() => Object.keys(localStorage).filter((key) => key.startsWith('recto-words'))"
        ".map((key) => JSON.parse(localStorage.getItem(key)).fields.body[0])"
    )


def forgets(desk):
    """Whether the browser keeps no text any more, as soon as it has heard that all of
    it arrived.
    """
    for _ in range(50):
        if journal(desk) == []:
            return True
        desk.wait_for_timeout(100)
    return False


# The text and its page


def test_the_page_beside_the_text_is_what_readers_will_see(desk):
    desk.get_by_role("button", name="Side by side").click()
    write(desk, "The **tide** was out.", "By the sea")

    expect(preview(desk).get_by_role("heading", name="By the sea")).to_be_visible()
    expect(preview(desk).locator(".e-content strong")).to_have_text("tide")
    expect(desk.locator(".mirror iframe")).to_have_count(1)
    desk.reload()
    expect(desk.locator(".mirror")).to_be_visible()


def test_the_page_follows_the_cursor(desk):
    desk.get_by_role("button", name="Side by side").click()
    paragraphs = [f"Paragraph number {number} of many." for number in range(120)]
    body(desk).fill("\n\n".join(paragraphs))
    expect(preview(desk).locator(".e-content p")).to_have_count(120)
    desk.evaluate(
        "() => { const area = document.querySelector('[name=body]'); area.focus();"
        " const at = area.value.indexOf('number 60 '); area.setSelectionRange(at, at) }"
    )

    expect(preview(desk).get_by_text("number 60 of")).to_be_in_viewport()
    expect(preview(desk).get_by_text("number 2 of")).not_to_be_in_viewport()


def test_two_thousand_words_are_shown_in_the_blink_of_an_eye(desk):
    desk.get_by_role("button", name="Side by side").click()
    sentence = "It was a *long* way down to the [water](https://example.org). "
    body(desk).fill("\n\n".join([sentence * 9] * 22))
    took = "() => performance.getEntriesByName('preview').map((each) => each.duration)"
    for _ in range(6):
        desk.wait_for_timeout(1_000)
        write(desk, "x")
    found = sorted(desk.evaluate(took))
    print(f"preview of 2,000 words, milliseconds: {found}")

    assert found[len(found) // 2] < 600  # 150 on a machine of its own


def test_the_words_are_counted_as_the_server_counts_them(desk):
    write(
        desk, "Three [small](https://example.org) words, and `code`.\n\n汉字", "Count"
    )
    place = desk.locator("[data-count]")
    expect(place).to_have_text("Words: 7 · minutes to read: 1")

    desk.keyboard.press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()
    assert "Words: 7 ·" in desk.context.request.get(desk.url).text()


def test_everything_is_done_from_the_keyboard(desk):
    write(desk, "bold", "Keys")
    desk.keyboard.press("Control+a")
    desk.keyboard.press("Control+b")
    expect(body(desk)).to_have_value("**bold**")
    desk.keyboard.press("Control+z")
    expect(body(desk)).to_have_value("bold")

    desk.keyboard.press("End")
    desk.keyboard.press("Control+Shift+n")
    desk.keyboard.type("A note.")
    expect(body(desk)).to_have_value("bold[^1]\n\n[^1]: A note.")

    desk.keyboard.press("Control+Shift+e")
    expect(desk.locator(".topbar")).to_be_hidden()
    desk.keyboard.press("Escape")
    expect(desk.locator(".topbar")).to_be_visible()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("button[name=publish]")).to_be_focused()


def test_a_table_and_a_callout_stand_apart_from_the_text(desk):
    write(desk, "Before", "Blocks")
    desk.get_by_role("button", name="Callout").click()
    desk.keyboard.type("Mind the step.")
    desk.get_by_role("button", name="Table").click()

    wanted = (
        "Before\n\n> [!NOTE]\n> Mind the step.\n\n| Column | Column |\n| --- | --- |\n|"
    )
    assert body(desk).input_value().startswith(wanted)


def test_html_gets_tags(desk):
    desk.get_by_label("Written in").select_option("html")
    write(desk, "word", "Tags")
    desk.keyboard.press("Control+a")
    desk.get_by_role("button", name="Bold").click()

    expect(body(desk)).to_have_value("<strong>word</strong>")
    expect(desk.get_by_role("button", name="Footnote")).to_be_hidden()


def test_a_link_to_a_post_is_found_and_taken(desk):
    write(desk, "See ", "Links")
    desk.keyboard.press("Control+Shift+k")
    desk.get_by_role("searchbox").fill("ferry is back")
    expect(desk.locator("dialog li")).to_have_count(3)
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("dialog li button").first).to_be_focused()
    desk.locator("dialog li button", has_text="The ferry is back").press("Enter")

    expect(body(desk)).to_have_value(re.compile(r"See \[The ferry is back\]\(/.+\)"))
    expect(body(desk)).to_be_focused()


def test_cells_that_are_pasted_become_a_table(desk):
    write(desk, "", "Cells")
    desk.wait_for_timeout(500)  # what reads the clipboard comes with the first visit
    desk.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "a b");
          data.setData("text/html", "<p></p><table><tr><th>a</th></tr></table>");
          document.querySelector("[name=body]").dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true,
              cancelable: true }));
        }"""
    )

    assert "a\n--\n" in body(desk).input_value()


PASTE = """(bytes) => {
  const data = new DataTransfer();
  const pixels = Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0));
  data.items.add(new File([pixels], "boat.png", { type: "image/png" }));
  document.querySelector("[name=body]").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true,
      cancelable: true }));
}"""


def test_a_picture_that_is_pasted_lands_in_the_text(desk, site):
    write(desk, "Look:", "A boat")
    desk.evaluate(PASTE, base64.b64encode(PIXEL).decode())

    expect(body(desk)).to_have_value(re.compile(r"Look:\n\n!\[.*\]\(/media/\d+/.+\)"))


def test_what_cannot_be_added_is_said_and_leaves_no_hole(desk):
    desk.route("**/admin/media/", lambda route: route.abort())
    write(desk, "Look:", "No boat")
    desk.evaluate(PASTE, base64.b64encode(PIXEL).decode())

    expect(desk.locator(".uploads")).to_contain_text("The file was not added.")
    assert body(desk).input_value().strip() == "Look:"


# Nothing is lost


def test_what_is_written_is_saved_by_itself(desk):
    write(desk, "It saves itself.", "By itself")
    expect(standing(desk)).to_have_text(re.compile("^Saved at"), timeout=PAUSE)
    assert re.search(r"/admin/posts/\d+/$", desk.url)
    assert forgets(desk)

    desk.goto(desk.url)
    expect(body(desk)).to_have_value("It saves itself.")


def test_a_tab_that_dies_loses_nothing(window):
    desk = window()
    desk.goto("/admin/posts/new")
    write(desk, "Half a sen", "Dies")
    desk.wait_for_timeout(300)
    left = desk.context.storage_state()
    desk.context.close()  # no unload, no goodbye

    again = window(storage_state=left)
    again.goto("/admin/posts/new")
    recovery = again.locator(".recovery")
    expect(recovery).to_contain_text("Dies")
    recovery.get_by_text("Compare").click()
    expect(recovery.locator("ins")).not_to_have_count(0)
    recovery.get_by_role("button", name="Use these words").click()
    expect(body(again)).to_have_value("Half a sen")
    expect(again.locator("[name=title]")).to_have_value("Dies")
    expect(recovery).to_have_count(0)
    expect(standing(again)).to_have_text(re.compile("^Saved at"), timeout=PAUSE)


def test_what_is_thrown_away_is_gone_and_what_is_left_is_asked_again(window):
    desk = window()
    desk.goto("/admin/posts/new")
    write(desk, "Not so good", "Rubbish")
    desk.wait_for_timeout(300)
    left = desk.context.storage_state()
    desk.context.close()

    again = window(storage_state=left)
    again.goto("/admin/posts/new")
    again.get_by_role("button", name="Leave it as it is").click()
    again.reload()
    again.get_by_role("button", name="Throw away").click()
    again.reload()
    again.wait_for_timeout(500)
    expect(again.locator(".recovery")).to_have_count(0)
    assert forgets(again)


def test_a_login_that_ends_while_somebody_writes_costs_nothing(window, site):
    context = window().context
    desk = context.pages[0]
    desk.goto("/admin/posts/new")
    write(desk, "Before. ", "Logged out")
    expect(standing(desk)).to_have_text(re.compile("^Saved at"), timeout=PAUSE)
    cookies = context.cookies()
    context.clear_cookies()
    desk.wait_for_timeout(9_000)  # it saves every ten seconds at most
    write(desk, "After.")
    expect(standing(desk)).to_contain_text("not logged in", timeout=PAUSE)
    assert journal(desk) == ["Before. After."]

    with context.expect_page() as opened:
        desk.get_by_role("link", name="Log in in a new tab").click()
    login = opened.value
    login.locator("[name=username]").fill("harbourmaster")
    login.locator("[name=password]").fill(PASSWORD)
    login.locator("main button").first.click()
    login.wait_for_url("**/admin/")
    login.close()
    desk.bring_to_front()
    desk.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(standing(desk)).to_have_text(re.compile("^Saved at"), timeout=PAUSE)
    assert cookies
    assert forgets(desk)


def test_a_save_after_the_login_ended_is_offered_after_the_next(window):
    desk = window()
    desk.goto("/admin/posts/new")
    desk.route("**/autosave", lambda route: route.abort())
    write(desk, "A long evening.", "Saved too late")
    desk.context.clear_cookies()
    desk.keyboard.press("Control+s")
    expect(desk.locator("main")).to_contain_text("You are not logged in any more")

    desk.unroute("**/autosave")
    desk.goto("/login?next=/admin/posts/new")
    desk.locator("[name=username]").fill("harbourmaster")
    desk.locator("[name=password]").fill(PASSWORD)
    desk.locator("main button").first.click()
    desk.get_by_role("button", name="Use these words").click()
    expect(body(desk)).to_have_value("A long evening.")
    desk.keyboard.press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()
    expect(body(desk)).to_have_value("A long evening.")
    assert forgets(desk)


def test_a_server_that_is_killed_in_mid_sentence_loses_nothing(window, site):
    desk = window()
    desk.goto("/admin/posts/new")
    write(desk, "The server is there", "Mid-sentence")
    expect(standing(desk)).to_have_text(re.compile("^Saved at"), timeout=PAUSE)
    address = desk.url
    sentence = " and, somewhere between these words, all at once it is not any more"
    power_cut = threading.Timer(0.8, site.die)
    power_cut.start()
    desk.keyboard.type(sentence, delay=25)
    power_cut.join()
    assert site.process.returncode == -signal.SIGKILL
    expect(standing(desk)).to_contain_text(
        "the server does not answer", timeout=3 * PAUSE
    )
    assert journal(desk) == [f"The server is there{sentence}"]

    site.come_back()
    write(desk, ", and is again.")
    expect(standing(desk)).to_have_text(re.compile("^Saved at"), timeout=10 * PAUSE)
    desk.wait_for_timeout(12_000)  # what came after the first try goes with the next
    assert forgets(desk)
    desk.goto(address)
    expect(body(desk)).to_have_value("The server is there")
    desk.get_by_role("link", name="Compare both").first.click()
    desk.get_by_role("link", name="Write on with this").click()
    expect(body(desk)).to_have_value(f"The server is there{sentence}, and is again.")


@pytest.mark.faults
def test_an_old_tab_goes_on_after_an_upgrade(window, site):
    desk = window()
    desk.goto("/admin/posts/new")
    desk.locator("[name=draft_key]").evaluate("(key) => key.remove()")  # as once
    write(desk, "Before the upgrade", "Old tab")
    expect(standing(desk)).to_have_text(re.compile("^Saved at"), timeout=PAUSE)
    assert site.stop() == 0
    site.come_back()
    write(desk, " and after it.")
    with desk.expect_response("**/autosave", timeout=2 * PAUSE) as answer:
        pass
    assert answer.value.status == 200
    expect(standing(desk)).to_have_text(re.compile("^Saved at"), timeout=PAUSE)
    assert forgets(desk)
    desk.keyboard.press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()
    expect(body(desk)).to_have_value("Before the upgrade and after it.")


@pytest.mark.faults
def test_both_that_die_at_once_lose_nothing(window, site):
    desk = window()
    desk.goto("/admin/posts/new")
    write(desk, "Nobody has ever seen th", "Power cut")
    desk.wait_for_timeout(400)
    site.die()
    left = desk.context.storage_state()
    desk.context.close()
    site.come_back()

    again = window(storage_state=left)
    again.goto("/admin/posts/new")
    again.get_by_role("button", name="Use these words").click()
    expect(body(again)).to_have_value("Nobody has ever seen th")
    expect(standing(again)).to_have_text(re.compile("^Saved at"), timeout=PAUSE)


@pytest.mark.faults
def test_a_disk_that_is_full_costs_no_word(window, site):
    desk = window()
    desk.goto("/admin/posts/new")
    write(desk, "Before.", "Full disk")
    expect(standing(desk)).to_have_text(re.compile("^Saved at"), timeout=PAUSE)
    site.fill_disk(0)
    try:
        desk.wait_for_timeout(9_000)
        write(desk, " While it was full.")
        expect(standing(desk)).to_contain_text("Not saved", timeout=2 * PAUSE)
        assert journal(desk) == ["Before. While it was full."]
        desk.keyboard.press("Control+s")
        expect(desk.locator("main")).to_contain_text("Nothing was saved.")
    finally:
        site.fill_disk(resource.RLIM_INFINITY)

    desk.go_back()
    expect(body(desk)).to_have_value("Before. While it was full.")
    expect(standing(desk)).to_have_text(re.compile("^Saved at"), timeout=PAUSE)
    body(desk).press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()
    desk.reload()
    expect(body(desk)).to_have_value("Before. While it was full.")


def lose_answers(desk, address):
    """Let the server hear what is sent there, and nobody hear its answer."""
    heard = []

    def cut(route):
        if route.request.method != "POST":
            return route.continue_()
        heard.append(route.fetch(max_redirects=0).status)
        return route.abort("connectionreset")

    desk.route(address, cut)
    return heard


def posts_called(desk, title):
    """How many posts have that title."""
    page = desk.context.request.get(f"/admin/posts/?q={title}").text()
    return page.count(f">{title}</a>")


def test_a_draft_whose_first_answer_was_lost_is_not_made_twice(desk):
    heard = lose_answers(desk, "**/admin/posts/autosave")
    write(desk, "Said once.", "Echo")
    expect(standing(desk)).to_contain_text("the server does not answer", timeout=PAUSE)
    assert heard[:1] == [201]
    desk.unroute("**/admin/posts/autosave")
    write(desk, " Heard once.")
    expect(standing(desk)).to_have_text(re.compile("^Saved at"), timeout=3 * PAUSE)
    assert re.search(r"/admin/posts/\d+/$", desk.url)
    desk.keyboard.press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()

    expect(body(desk)).to_have_value("Said once. Heard once.")
    assert posts_called(desk, "Echo") == 1


def test_a_new_post_is_not_made_twice_by_saving_it_after_a_lost_answer(desk):
    lose_answers(desk, "**/admin/posts/autosave")
    write(desk, "Said once.", "Second echo")
    expect(standing(desk)).to_contain_text("the server does not answer", timeout=PAUSE)
    write(desk, " Heard once.")
    desk.keyboard.press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()

    expect(body(desk)).to_have_value("Said once. Heard once.")
    assert posts_called(desk, "Second echo") == 1


def test_words_that_are_taken_up_again_go_onto_the_post_made_of_them(desk):
    heard = lose_answers(desk, "**/admin/posts/new")
    desk.route("**/admin/posts/autosave", lambda route: route.abort())
    write(desk, "Said once.", "Third echo")
    with desk.expect_event("requestfailed", lambda each: each.is_navigation_request()):
        desk.keyboard.press("Control+s")
    assert heard == [303]
    desk.unroute_all()

    desk.goto("/admin/posts/new")
    desk.get_by_role("button", name="Use these words").click()
    write(desk, " Heard once.")
    desk.keyboard.press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()
    expect(body(desk)).to_have_value("Said once. Heard once.")
    assert posts_called(desk, "Third echo") == 1


def test_two_windows_on_one_post_both_keep_their_words(desk, window):
    write(desk, "First.", "Two windows")
    desk.keyboard.press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()
    other = window()
    other.goto(desk.url)
    write(other, " Theirs.")
    other.keyboard.press("Control+s")
    expect(other.get_by_role("status")).to_be_visible()
    write(desk, " Mine.")

    expect(standing(desk)).to_contain_text("by somebody else", timeout=2 * PAUSE)
    desk.get_by_role("link", name="Compare both").click()
    expect(desk.locator("main")).to_contain_text("Mine.")
    expect(desk.locator("main")).to_contain_text("Theirs.")


def test_words_that_a_browser_puts_in_again_are_looked_after_at_once(desk):
    desk.route("**/autosave", lambda route: route.abort())
    write(desk, "Half a thought", "There and back")
    desk.wait_for_timeout(400)
    desk.goto("/admin/posts/")
    desk.go_back()
    expect(body(desk)).to_have_value("Half a thought")
    desk.wait_for_timeout(500)
    assert journal(desk) == ["Half a thought"]


def test_who_goes_back_to_a_new_post_that_was_saved_goes_on_with_it(desk):
    desk.locator("[name=tags]").fill("Tide")
    write(desk, "Said once.", "Fourth echo")
    desk.keyboard.press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()
    desk.go_back()
    expect(body(desk)).to_have_value("Said once.")
    write(desk, " And more.")
    desk.keyboard.press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()

    assert posts_called(desk, "Fourth echo") == 1
    expect(body(desk)).to_have_value("Said once. And more.")
    expect(desk.locator("[name=tags]")).to_have_value("Tide")

    desk.goto("/admin/posts/new")
    expect(body(desk)).to_have_value("")
    write(desk, "Another.", "Fifth echo")
    desk.keyboard.press("Control+s")
    expect(desk.get_by_role("status")).to_be_visible()
    assert posts_called(desk, "Fourth echo") == posts_called(desk, "Fifth echo") == 1


# The page itself


@pytest.mark.parametrize("is_stored", [False, True], ids=["new", "stored"])
def test_the_scripts_of_the_page_are_small(window, is_stored):
    desk = window()
    sizes = {}
    desk.goto("/admin/posts/")
    link = desk.locator("table a.title").first.get_attribute("href")
    desk.on(
        "response",
        lambda got: ".js" in got.url and sizes.update({got.url: len(got.body())}),
    )
    desk.goto(link if is_stored else "/admin/posts/new", wait_until="networkidle")
    desk.wait_for_timeout(300)
    total = sum(sizes.values())
    print(f"{total} bytes of script in {len(sizes)} files")

    assert 40_000 < total < MAX_SCRIPT_BYTES


@pytest.mark.html
@pytest.mark.parametrize("show", ["write", "beside", "read"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_is_sound_in_each_view(window, html_checker, show, scheme):
    desk = window(color_scheme=scheme)
    desk.goto("/admin/posts/new")
    write(desk, "A *word*.", "Sound")
    desk.locator(f"[data-view={show}]").click()
    desk.wait_for_timeout(1_000)
    found = html_checker.errors(desk.context.request.get("/admin/posts/new").text())

    assert found + checkers.run_axe(desk) == []
    if show == "write":
        desk.locator("[data-full]").click()
        assert checkers.run_axe(desk) == []


def test_on_a_phone_the_text_and_its_page_change_places(window):
    desk = window()
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.goto("/admin/posts/new")
    write(desk, "On the quay.", "Pocket")
    expect(desk.locator("[data-view=beside]")).to_be_hidden()
    desk.get_by_role("button", name="Read", exact=True).click()
    expect(preview(desk).get_by_text("On the quay.")).to_be_visible()
    expect(body(desk)).to_be_hidden()
    assert desk.evaluate("() => document.documentElement.scrollWidth") == 360
    desk.get_by_role("button", name="Write", exact=True).click()
    expect(body(desk)).to_have_value("On the quay.")
