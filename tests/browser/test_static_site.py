"""A site of files: its search is asked in the browser."""

import shutil
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from blog.posts.permalinks import post_url
from tests import checkers
from tests.conftest import dispose, make_app
from tests.factories import DAY, NOON, make_category, make_page, make_post, make_user
from tests.transfer.served import Served

TEXTS = {
    "The tide table": "Of moons and the sea. " * 40 + "A café in Łódź sells C++ books.",
    "Harbour lights": "Ada’s lamps & the harbour; l’hiver is long; `<i>x</i>`.",
    "چائے خانہ": "یہاں کی چائے اور کتابیں",
    "東京の海": "今日は東京で魚を食べました。",
    "हिन्दी": "किताबें पढ़ना अच्छा है",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory, empty_database):
    instance = tmp_path_factory.mktemp("files") / "instance"
    instance.mkdir()
    shutil.copy(empty_database, instance / "blog.sqlite")
    app = make_app(instance)
    with app.app_context():
        author = make_user(display_name="Ada", slug="ada")
        sea = make_category("The sea", slug="sea")
        for number, (title, source) in enumerate(TEXTS.items()):
            make_post(
                title=title,
                slug=f"post-{number}",
                source=source,
                author=author,
                categories=[sea],
                published_at=NOON - number * DAY,
            )
        for number in range(12):
            make_post(title=f"Note {number}", source="Ballast.", slug=f"note-{number}")
        make_page(title="About", slug="about", source="All about the harbour.")
        path = post_url(make_post(title="Said", slug="said"))
        dest = instance.parent / "public"
        result = app.test_cli_runner().invoke(args=["export", "static", str(dest)])
        assert result.exit_code == 0, result.output
    dispose(app)
    with Served(dest) as served:
        served.path = path
        yield served


def find(page, served, typed):
    """Type it, as a reader would."""
    page.goto(f"{served.url}/search")
    page.get_by_label("Words to look for").fill(typed)
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/search/?q=*")
    page.locator("#found").wait_for()


FOUND = {
    "tide": ["The tide table"],
    "CAFE lodz": ["The tide table"],
    "c++": ["The tide table"],
    "harb": ["Harbour lights", "About"],
    "ada's l'hiver": ["Harbour lights"],
    "harbour tide": [],
    "<i>x</i>": ["Harbour lights"],
    "چاي": ["چائے خانہ"],
    "كتابیں": ["چائے خانہ"],
    "東京": ["東京の海"],
    "食べま": ["東京の海"],
    "京都": [],
    "किताब": ["हिन्दी"],
    "!?": [],
}


def test_words_are_found_as_the_site_itself_finds_them(page, served):
    found = {}
    for typed in FOUND:
        page.goto(f"{served.url}/search/?{urlencode({'q': typed})}")
        page.locator("#found, #nothing-found").filter(visible=True).wait_for()
        found[typed] = page.locator("#found h3").all_inner_texts()
        assert page.locator("#found i").count() == 0  # what is typed is no markup

    assert found == FOUND


def test_a_result_shows_where_the_word_stands_and_leads_there(page, served):
    find(page, served, "lodz")
    result = page.locator("#found .teaser")

    assert page.locator("#found h2").inner_text() == "Results: 1"
    assert result.locator(".passage mark").inner_text() == "Łódź"
    assert result.locator(".byline li").all_inner_texts()[0] == "Ada"
    assert result.locator(".kicker").inner_text() == "The sea"
    result.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The tide table")


def test_many_results_come_ten_at_a_time(page, served):
    find(page, served, "ballast")
    results = page.locator("#found .teaser")

    expect(results).to_have_count(10)
    page.get_by_role("button", name="More results").click()
    expect(results).to_have_count(12)
    expect(page.get_by_role("button", name="More results")).to_be_hidden()
    expect(page.locator("#found ol > li:nth-child(11) a")).to_be_focused()


def test_the_search_is_for_everybody(page, served):
    find(page, served, "harbour")

    assert checkers.run_axe(page) == []


def test_without_scripts_it_says_where_else_to_look(browser, served):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/search")

    expect(page.get_by_text("needs JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Search")).to_be_hidden()
    expect(page.get_by_role("link", name="The sea")).to_be_visible()
    page.goto(f"{served.url}{served.path}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Said")
    context.close()
