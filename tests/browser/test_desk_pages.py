"""Every room behind the login before the judges: the W3C's HTML checker and axe, in the
light on a desk and in the dark on a phone. A new page without a room here fails.
"""

import pytest

from blog.accounts import invitations
from blog.accounts.models import Role
from blog.clock import utcnow
from blog.comments.models import Status as CommentStatus
from blog.database import session, write_transaction
from blog.mail import trial
from blog.media import portraits, uses
from blog.posts import publishing
from blog.posts.editorial import copies, notes
from blog.posts.models import Post, Status
from blog.posts.navigation import menus
from blog.posts.revisions import revisions
from blog.site.models import Menu, MenuTarget
from blog.text.sanitizer import Format
from tests.browser import stages
from tests.browser.judging import VIEWS, enter, judge
from tests.factories import (
    NOON,
    make_category,
    make_comment,
    make_login,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.posts.company import credit, make_part, make_picture, make_series

pytestmark = pytest.mark.html

WORDS = """Slack water, *twice* a day.[^1]

| high | low |
|---|---|
| 6:10 | 12:20 |

> [!NOTE]
> Mind the mole.

[^1]: And at night.
"""
OLD_HTML = "<p>Old <b>words</b> of <i>another</i> site.</p>\n<div>And more.</div>"

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
}
# What answers with no page.
NO_PAGES = {
    "admin.links.index": "JSON for the editor",
    "admin.media_selection.making": "JSON for the library",
    "admin.progress.index": "JSON for the bars",
    "admin.person.export": "a file to keep",
}
# Forms that come back: where they stand, the field, what is typed into it.
MISTAKES = (
    ("posts/new", "slug", "not a slug!"),
    ("posts/{post}/", "published_at", "tomorrow"),
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
    ("comments/{comment}/edit", "comment", ""),
    ("comments/{comment}/reply", "comment", ""),
)


def furnish():
    """A paper in the middle of its week: the numbers of what is in it."""
    owner = make_user(role=Role.ADMIN, display_name="Mina")
    writer = make_user(role=Role.CONTRIBUTOR, display_name="Ada", links="https://a.org")
    category = make_category(name="Harbour")
    below = make_category(name="Tides", parent=category)
    tag, other_tag = make_tag(name="salt"), make_tag(name="سمندر")
    picture = make_picture("boat")
    unused = make_picture("line", alt="A line", caption="Seen once")
    series = make_series(name="The voyage")
    post = make_post(
        title="Slack water",
        source=WORDS,
        author=owner,
        categories=[category],
        tags=[tag, other_tag],
        cover_id=picture.id,
        series_id=series.id,
        series_position=1,
        sticky=True,
    )
    make_part(series, 2, title="The second day")
    credit(post, writer)
    page = make_page(title="About", author=owner)
    make_page(title="The mole", author=owner, parent_id=page.id)
    old = make_post(title="Old", source=OLD_HTML, format=Format.HTML, author=owner)
    waiting = make_post(
        title="پانی", author=writer, status=Status.PENDING, published_at=None
    )
    make_post(title="", source="A note", author=owner, shape="note")
    gone = make_post(title="Gone", author=owner, status=Status.TRASH)
    gone_page = make_page(title="Gone", author=owner, status=Status.TRASH)
    comment = make_comment(post=post)
    make_comment(post=post, parent=comment, status=CommentStatus.PENDING)
    make_comment(post=post, status=CommentStatus.TRASH, source="Gone")
    spam = make_comment(
        post=post, status=CommentStatus.SPAM, author="Buy", ip="192.0.2.7"
    )
    numbers = _edited(post, page, owner, writer)
    with write_transaction():
        uses.record(post.id, [picture.id])
        portraits.give(writer, unused)
        menus.add(Menu.HEADER, MenuTarget.HOME)
        menus.add(Menu.HEADER, MenuTarget.POST, page.id)
        menus.add(Menu.HEADER, MenuTarget.CATEGORY, category.id)
        trial.ask_for(owner, utcnow())
        invited = invitations.invite("new@example.org", Role.AUTHOR, owner, utcnow())
    rows = {
        **{"owner": owner, "writer": writer, "post": post, "page": page, "old": old},
        **{"waiting": waiting, "gone": gone, "gone_page": gone_page, "tag": tag},
        **{"other_tag": other_tag, "category": category, "below": below},
        **{"series": series, "picture": picture, "unused": unused, "spam": spam},
        **{"comment": comment, "invitation": invited},
    }
    login = make_login(owner)
    return {name: row.id for name, row in rows.items()} | numbers | {"admin": login}


def _edited(post, page, owner, writer):
    """Saves, an autosave, notes, and a template."""
    for each, source in ((post, f"{WORDS}\nMore."), (page, "More."), (post, WORDS)):
        content = publishing.prepare(
            title=each.title, source=source, format=Format.MARKDOWN
        )
        with write_transaction():
            revisions.revise(session.get_one(Post, each.id), content, owner, utcnow())
    with write_transaction():
        kept = session.get_one(Post, post.id)
        revisions.autosave(
            kept,
            owner,
            utcnow(),
            version=kept.version,
            title="Slack water again",
            source=f"{WORDS}\nAnd more.",
            format=Format.MARKDOWN,
            excerpt="",
        )
        notes.add(kept, writer, "Is it **twice**?", NOON, quote="twice a day")
        copies.keep_as_template(kept, "Tide table", NOON)
    from blog.posts.editorial import queries as editorial
    from blog.posts.revisions import queries as history

    newer, *_, older = history.latest(kept, 10)
    (template,) = editorial.templates(kept.kind)
    return {"revision": older.id, "newer": newer.id, "template": template.id}


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
        found[room] = (answer.status, judge(desk, html_checker))

    assert found == {room: (200, []) for room in ROOMS[endpoint]}


@pytest.mark.parametrize(("room", "field", "typed"), MISTAKES)
def test_a_form_with_a_mistake_is_sound(
    stage, desk, html_checker, room, field, typed
):
    desk.goto(room.format(**stage.facts))
    form = desk.locator(f"main form:has([name={field}])").first
    form.evaluate("form => form.noValidate = true")
    form.locator(f"[name={field}]").evaluate(
        "(field, typed) => { field.value = typed }", typed
    )
    with desk.expect_response(lambda answer: answer.request.method == "POST") as told:
        form.evaluate(
            "form => form.requestSubmit(form.querySelector('button:not([type=button])'))"
        )

    assert told.value.status == 422
    assert judge(desk, html_checker, told.value.text()) == []


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
        form.locator("[name=save]").first.click()

    assert judge(desk, html_checker, told.value.text()) == []
