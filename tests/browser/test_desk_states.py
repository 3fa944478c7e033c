"""What answers the forms behind the login, and the way in, before the judges: mistakes,
refusals, links shown once, work under way.
"""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from blog.accounts import invitations, queries, recovery, setup
from blog.accounts.models import Invitation
from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.jobs.models import Job, State
from blog.mail import trial
from blog.posts.editorial import notes
from blog.posts.models import Post
from tests.browser import stages
from tests.browser.furnishing import furnish
from tests.browser.judging import NARROW, VIEWS, enter, judge, send
from tests.factories import DAY, NOON
from tests.media.drawing import corners, noise, saved

pytestmark = pytest.mark.html

# Where a form is sent to behind /admin/, its fields, and the status of the answer.
# Numbers of what was furnished stand in braces.
ANSWERS = {
    "a menu's entry without an address": (
        "menus/entries",
        {"menu": "header", "add": "url", "url": "nonsense"},
        422,
    ),
    "pages moved elsewhere meanwhile": ("pages/order/", {"shift": "99:up"}, 409),
    "a category without a name": ("categories/", {"name": ""}, 422),
    "a tag without a name": ("tags/", {"name": ""}, 422),
    "a category below itself": (
        "categories/placement",
        {"ids": "{category}", "parent_id": "{below}"},
        422,
    ),
    "categories merged into none": (
        "categories/merger",
        {"ids": "{category}", "kept_id": "99"},
        422,
    ),
    "tags merged into none": ("tags/merger", {"ids": "{tag}", "kept_id": "99"}, 422),
    "a series merged into none": ("series/{series}/merger", {"kept_id": "99"}, 422),
    "a picture in use, deleted": ("media/{picture}/deletion", {}, 422),
    "a replacement without a file": ("media/{picture}/replacement", {}, 422),
    "an upload without a file": ("media/", {}, 422),
    "a portrait without a picture": ("account/portrait", {}, 422),
    "a person deleted without an heir": ("users/{writer}/deletion", {}, 422),
    "a takeover by nobody": ("users/{writer}/takeover", {"heir_id": "99"}, 422),
    "a link for a person": ("users/{writer}/link", {}, 200),
    "an invitation to hand on": ("users/invitations/", {"role": "author"}, 200),
    "an empty note": ("editorial/{post}/notes/", {"note": ""}, 422),
    "an empty answer to a note": (
        "editorial/{post}/notes/",
        {"note": "", "parent_id": "{note}"},
        422,
    ),
    "a note emptied": ("editorial/{post}/notes/{own_note}/", {"note": ""}, 422),
    "a link to a preview for no time": (
        "editorial/{post}/previews/",
        {"days": "x"},
        422,
    ),
    "a link to a preview": ("editorial/{post}/previews/", {"days": "7"}, 200),
    "a template without a name": ("editorial/{post}/templates", {"name": ""}, 422),
    "a template renamed to nothing": (
        "editorial/templates/{template}/",
        {"name": ""},
        422,
    ),
    "a post sent back without a word": (
        "editorial/{waiting}/review",
        {"return": "1"},
        422,
    ),
    "nobody by that address": ("comments/people", {"email": "nobody"}, 422),
    "an erasure that says not how": ("comments/{comment}/person/erasure", {}, 422),
    "a block by nothing": ("comments/{spam}/block/", {}, 422),
    "an empty comment weighed": ("spam/trial", {"comment": ""}, 422),
    "a comment weighed": (
        "spam/trial",
        {"author": "Ada", "comment": "Buy cheap pills at https://pills.example/ now"},
        200,
    ),
    "a preview": (
        "posts/preview",
        {"title": "Slack", "body": "*Now*", "format": "markdown"},
        200,
    ),
    "a post put into the trash": ("posts/{post}/trash", {}, 200),
    "a form to nowhere": ("nothing", {}, 405),
}
# The same for a visitor, with the links of ``links`` in braces; ``None``: it is opened.
WAYS_IN = {
    "login": ("/admin/posts/", None, 200),
    "login with a wrong password": ("/login", {"username": "x", "password": "y"}, 422),
    "logout by a link": ("/logout", None, 405),
    "a form sent after the end of a session": ("/admin/posts/new", {"title": "x"}, 401),
    "forgotten": ("/forgotten", None, 200),
    "forgotten, no address": ("/forgotten", {"email": "nonsense"}, 422),
    "forgotten, sent": ("/forgotten", {"email": "ada@example.org"}, 200),
    "recovery": ("{recovery}", None, 200),
    "recovery, too short": ("{recovery}", {"password": "short"}, 422),
    "recovery, spent": ("/recovery/spent", None, 404),
    "recovery, done": ("/recovery/done", None, 200),
    "invitation": ("{invited}", None, 200),
    "invitation, mistaken": ("{invited}", {"password": "short"}, 422),
    "invitation, spent": ("/invitation/spent", None, 404),
    "a password to choose": ("{setup}", None, 200),
    "a password to choose, too short": ("{setup}", {"password": "short"}, 422),
    "a password to choose, spent": ("/setup/spent", None, 404),
}


def fill():
    """A furnished paper where work is under way, and links lead in."""
    facts = furnish()
    owner, writer = queries.by_id(facts["owner"]), queries.by_id(facts["writer"])
    invitation = session.get_one(Invitation, facts["invitation"])
    now = utcnow()
    with write_transaction():
        post = session.get_one(Post, facts["post"])
        note = notes.add(post, writer, "And the moon?", NOON)
        own_note = notes.add(post, owner, "It is full.", NOON, parent=note)
        for number, (state, error) in enumerate(
            ((State.WAITING, ""), (State.FAILED, "550 no such <box>"), (State.DONE, ""))
        ):
            job = Job(kind=trial.KIND, key=f"job-{number}", about="to Ada", state=state)
            job.run_at, job.created_at = now + DAY, now
            job.error, job.attempts = error, 2
            if state == State.WAITING:
                job.user_id, job.done, job.total = owner.id, 3, 10
            else:
                job.finished_at = now
            session.add(job)
        link = setup.link_for(writer, now).url
    links = {
        "recovery": recovery.link(owner, now),
        "invited": invitations.link(invitation),
        "setup": link,
    }
    paths = {name: urlsplit(url).path for name, url in links.items()}
    return facts | paths | {"note": note.id, "own_note": own_note.id}


@pytest.fixture(scope="module")
def stage(tmp_path_factory, empty_database):
    folder = tmp_path_factory.mktemp("states")
    mail = {"BLOG_SMTP_URL": "smtp://127.0.0.1:9"}  # where nobody listens
    with stages.stage(folder, empty_database, fill, **mail) as it:
        yield it


@pytest.fixture(scope="module")
def window(browser, stage):
    """A visitor's tab, on the narrower screen too."""
    stage.put_back()
    context = browser.new_context(base_url=stage.url, **VIEWS[NARROW])
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def desk(browser, stage):
    """The tab of an admin, on the narrower screen: the rooms themselves are judged on
    both.
    """
    stage.put_back()
    context = browser.new_context(base_url=f"{stage.url}/admin/", **VIEWS[NARROW])
    page = context.new_page()
    enter(stage, page, "admin")
    yield page
    context.close()


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_to_a_form_is_sound(stage, desk, html_checker, name):
    address, fields, status = ANSWERS[name]
    desk.goto("outbox/")
    answer = send(desk, *_filled(stage, f"/admin/{address}", fields))

    assert answer.status == status
    assert judge(desk, html_checker, answer.text()) == []


@pytest.mark.parametrize("name", WAYS_IN)
def test_a_way_in_is_sound(stage, window, html_checker, name):
    address, fields, status = WAYS_IN[name]
    if fields is None:
        answer = window.goto(address.format(**stage.facts))
    else:
        window.goto("/login")
        answer = send(window, *_filled(stage, address, fields))

    assert answer.status == status
    assert judge(window, html_checker, answer.text()) == []


def _filled(stage, address, fields):
    filled = [(name, value.format(**stage.facts)) for name, value in fields.items()]
    return address.format(**stage.facts), filled


@pytest.mark.parametrize("state", State)
def test_the_outbox_is_sound_with_work_in_every_state(desk, html_checker, state):
    desk.goto(f"outbox/?state={state}")
    expect(desk.locator(".queued", has_text="to Ada").first).to_be_visible()
    expect(desk.locator(".progress progress")).to_have_count(1)

    assert judge(desk, html_checker) == []


def test_a_room_of_others_is_refused_on_a_sound_page(stage, browser, html_checker):
    found = {}
    for name, view in VIEWS.items():
        context = browser.new_context(base_url=stage.url, **view)
        page = context.new_page()
        enter(stage, page, "contributor")
        answer = page.goto("/admin/settings/")
        found[name] = (answer.status, judge(page, html_checker, answer.text()))
        context.close()

    assert found == dict.fromkeys(VIEWS, (403, []))


def test_a_replaced_picture_is_sound(desk, html_checker):
    desk.goto("media/")
    files = [
        {"name": "sea.png", "mimeType": "image/png", "buffer": buffer}
        for buffer in (saved(noise((70, 50)), "PNG"), saved(corners((90, 40)), "PNG"))
    ]
    desk.get_by_label("Add files").set_input_files(files[:1])
    desk.locator(".library .to-file", has_text="sea").click()
    desk.get_by_label("Another file").set_input_files(files[1:])
    desk.get_by_role("button", name="Replace").click()
    expect(desk.locator(".facts dt", has_text="Replaced")).to_be_visible()

    assert judge(desk, html_checker) == []
