"""Every room behind the login before the judges: the W3C's HTML checker and axe, in the
light on a desk and in the dark on a phone. A new page without a room here fails.
"""

import pytest

from tests.browser import stages
from tests.browser.furnishing import furnish
from tests.browser.judging import VIEWS, enter, judge, submitted

pytestmark = pytest.mark.html

# By endpoint, the addresses behind /admin/ under which a page is judged. Numbers of
# what was furnished stand in braces.
ROOMS = {
    "admin.dashboard": [""],
    "admin.autosaves.show": ["posts/{post}/autosave"],
    "admin.revisions.index": ["posts/{post}/revisions/", "pages/{page}/revisions/"],
    "admin.revisions.show": ["posts/{post}/revisions/{revision}/"],
    "admin.revisions.compare": [
        "posts/{post}/revisions/comparison?old={revision}&new={newer}"
    ],
    "admin.account.edit": ["account/"],
    "admin.account.edit_password": ["account/password"],
    "admin.account.index_sessions": ["account/sessions"],
    "admin.portraits.edit_own": ["account/portrait"],
    "admin.portraits.edit": ["users/{writer}/portrait"],
    "admin.terms.categories": [
        "categories/",
        "categories/?q=tides&sort=posts",
        "categories/?q=nothing",
    ],
    "admin.terms.edit_category": ["categories/{category}/"],
    "admin.terms.ask_before_deleting_category": ["categories/{category}/deletion"],
    "admin.terms_selection.ask_before_deleting_categories": [
        "categories/deletion?ids={category}&ids={below}"
    ],
    "admin.terms_selection.ask_which_category_stays": [
        "categories/merger?ids={category}&ids={below}"
    ],
    "admin.terms_selection.ask_where_to": ["categories/placement?ids={below}"],
    "admin.terms.tags": ["tags/", "tags/?sort=posts&select=all", "tags/?q=nothing"],
    "admin.terms.edit_tag": ["tags/{tag}/"],
    "admin.terms.ask_before_deleting_tag": ["tags/{tag}/deletion"],
    "admin.terms_selection.ask_before_deleting_tags": [
        "tags/deletion?ids={tag}&ids={other_tag}"
    ],
    "admin.terms_selection.ask_which_tag_stays": [
        "tags/merger?ids={tag}&ids={other_tag}",
        "tags/merger",
    ],
    "admin.comments.index": [
        *("comments/", "comments/?status=approved", "comments/?status=spam"),
        *("comments/?status=trash", "comments/?q=nothing"),
    ],
    "admin.comments.ask_before_emptying": ["comments/spam/deletion"],
    "admin.comment.show": ["comments/{comment}/", "comments/{spam}/"],
    "admin.comment.edit": ["comments/{comment}/edit"],
    "admin.comment.new_reply": ["comments/{comment}/reply"],
    "admin.block.choose": ["comments/{spam}/block/"],
    "admin.person.show": ["comments/{comment}/person"],
    "admin.person.ask": ["comments/people?email=ada@example.org"],
    "admin.person.ask_before_erasing": ["comments/{comment}/person/erasure"],
    "admin.spam.index": ["spam/", "spam/?author=Ada&text=Buy+now"],
    "admin.editorial.show": ["editorial/{post}/", "editorial/{waiting}/"],
    "admin.quick.edit": ["editorial/{post}/quick"],
    "admin.templates.index": ["editorial/templates/"],
    "admin.media.index": ["media/", "media/?q=nothing", "media/?show=undescribed"],
    "admin.media_item.edit": ["media/{picture}/", "media/{unused}/"],
    "admin.media_item.ask_before_deleting": [
        "media/{picture}/deletion",
        "media/{unused}/deletion",
    ],
    "admin.media_selection.report": ["media/alt-texts"],
    "admin.menus.index": ["menus/"],
    "admin.menus.ask_before_resetting": ["menus/default"],
    "admin.outbox.index": ["outbox/"],
    "admin.pages.index": ["pages/", "pages/?status=trash"],
    "admin.pages.new": ["pages/new"],
    "admin.pages.edit": ["pages/{page}/"],
    "admin.pages.ask_before_deleting": ["pages/{gone_page}/deletion"],
    "admin.pages.ask_before_deleting_selection": [
        "pages/selection/deletion?ids={gone_page}"
    ],
    "admin.pages.preview": ["pages/{page}/preview"],
    "admin.page_order.index": ["pages/order/"],
    "admin.posts.index": [
        *("posts/", "posts/?status=trash", "posts/?q=nothing"),
        "posts/?select=all",
    ],
    "admin.posts.new": ["posts/new", "posts/new?template={template}"],
    "admin.posts.edit": ["posts/{post}/", "posts/{old}/", "posts/{waiting}/"],
    "admin.posts.ask_before_deleting": ["posts/{gone}/deletion"],
    "admin.posts.ask_before_deleting_selection": [
        "posts/selection/deletion?ids={gone}",
        "posts/selection/deletion?all=1&next=/admin/posts/?status=trash",
    ],
    "admin.posts.preview": ["posts/{waiting}/preview"],
    "admin.series.index": ["series/"],
    "admin.series.edit": ["series/{series}/"],
    "admin.series.ask_before_deleting": ["series/{series}/deletion"],
    "admin.settings.edit": ["settings/"],
    "admin.users.index": ["users/", "users/?q=nobody&state=waiting"],
    "admin.users.new": ["users/new"],
    "admin.users.edit": ["users/{writer}/", "users/{owner}/"],
    "admin.users.ask_before_deleting": ["users/{writer}/deletion"],
    "admin.takeovers.ask": ["users/{writer}/takeover"],
    "admin.invitations.index": ["users/invitations/"],
    "admin.invitations.show": ["users/invitations/{invitation}/"],
    "admin.imports.index": ["import/"],
    "admin.redirects.index": ["redirects/", "redirects/?q=nothing"],
    "admin.redirects.edit": ["redirects/{redirect}/"],
    "admin.missed.index": ["redirects/not-found/", "redirects/not-found/?q=nothing"],
    "admin.missed.choose": ["redirects/lists"],
    "admin.imports.show": ["import/{import}/", "import/{stopped}/", "import/{stuck}/"],
}
# What answers with no page.
NO_PAGES = {
    "admin.imports.progress": "JSON for the page of an import",
    "admin.imports.report": "a file to keep",
    "admin.links.index": "JSON for the editor",
    "admin.media_selection.making": "JSON for the library",
    "admin.progress.index": "JSON for the bars",
    "admin.person.export": "a file to keep",
    "admin.missed.export": "a file to keep",
}
# Forms that come back: where they stand, the field, what is typed into it.
MISTAKES = (
    ("posts/new", "slug", "not a slug!"),
    ("posts/{post}/", "slug", "not a slug!"),
    ("pages/{page}/", "slug", "not a slug!"),
    ("editorial/{post}/quick", "slug", "not a slug!"),
    ("categories/{category}/", "name", ""),
    ("tags/{tag}/", "slug", "not a slug!"),
    ("series/{series}/", "name", ""),
    ("media/{picture}/", "name", ""),
    ("users/new", "email", "nobody"),
    ("users/{writer}/", "email", "nobody"),
    ("users/invitations/", "email", "nobody"),
    ("account/", "email", "nobody"),
    ("account/password", "password", "short"),
    ("settings/", "title", ""),
    ("redirects/", "old", "/admin/"),
    ("redirects/{redirect}/", "to", "nowhere"),
    ("comments/{comment}/edit", "comment", ""),
    ("comments/{comment}/reply", "comment", ""),
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory, empty_database):
    with stages.stage(tmp_path_factory.mktemp("desk"), empty_database, furnish) as it:
        yield it


@pytest.fixture(scope="module", params=VIEWS.values(), ids=VIEWS)
def desk(request, browser, stage):
    """The tab of an admin."""
    context = browser.new_context(base_url=f"{stage.url}/admin/", **request.param)
    page = context.new_page()
    enter(stage, page, "admin")
    yield page
    context.close()


def test_every_page_behind_the_login_has_a_room_here(stage):
    pages = {
        rule.endpoint
        for rule in stage.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.rule.startswith("/admin/")
    }

    assert pages == set(ROOMS) | set(NO_PAGES)


@pytest.mark.parametrize("endpoint", ROOMS)
def test_a_room_is_sound(stage, desk, html_checker, endpoint):
    found = {}
    for room in ROOMS[endpoint]:
        answer = desk.goto(room.format(**stage.facts) or ".")
        found[room] = (answer.status, judge(desk, html_checker, answer.text()))

    assert found == {room: (200, []) for room in ROOMS[endpoint]}


@pytest.mark.parametrize(("room", "field", "typed"), MISTAKES)
def test_a_form_with_a_mistake_is_sound(stage, desk, html_checker, room, field, typed):
    desk.goto(room.format(**stage.facts))
    form = desk.locator(f"main form:has([name={field}])").first
    form.locator(f"[name={field}]").evaluate(
        "(field, typed) => { field.value = typed }", typed
    )
    answer = submitted(desk, form)

    assert answer.status == 422
    assert judge(desk, html_checker, answer.text()) == []


@pytest.mark.parametrize("address", ["nothing", "posts/9999/", "media/9999/"])
def test_what_is_not_there_is_said_on_a_sound_page(desk, html_checker, address):
    answer = desk.goto(address)

    assert answer.status == 404
    assert judge(desk, html_checker, answer.text()) == []


def test_the_question_before_a_conversion_is_sound(stage, desk, html_checker):
    desk.goto(f"posts/{stage.facts['old']}/")
    with desk.expect_response(lambda answer: answer.request.method == "POST") as told:
        desk.get_by_role("button", name="Markdown").last.click()

    assert told.value.status == 200
    assert judge(desk, html_checker, told.value.text()) == []


def test_the_page_with_both_texts_of_a_conflict_is_sound(stage, desk, html_checker):
    stage.put_back()
    desk.goto(f"posts/{stage.facts['old']}/")
    form = desk.locator("#editor")
    form.locator("[name=version]").evaluate("field => { field.value = '0' }")
    form.locator("[name=body]").fill("<p>Other words.</p>")
    with desk.expect_response(lambda answer: answer.status == 409) as told:
        form.locator("button[name]").first.click()

    assert judge(desk, html_checker, told.value.text()) == []
