"""A new post that is sent twice, because its first answer never came, is one post."""

import threading

import pytest

from blog.database import write_transaction
from blog.posts.desk import drafts
from blog.posts.desk.models import DraftKey
from blog.posts.models import Kind, Post, Status
from blog.posts.revisions.models import Revision, RevisionKind
from blog.site.models import Redirect
from tests.factories import NOW, make_user, session
from tests.pages import field, form_data, parse
from tests.posts.writing import open_editor

ROOMS = {Kind.POST: "/admin/posts", Kind.PAGE: "/admin/pages"}
both_kinds = pytest.mark.parametrize("kind", list(Kind))
NEW = "/admin/posts/new"
TEXTS = ("title", "body", "excerpt", "format", "version", "draft_key")


def stored():
    """What each post says, the first made first."""
    session.rollback()
    return [post.source for post in session.query(Post).order_by(Post.id)]


def only_post():
    session.rollback()
    return session.query(Post).one()


def autosave(client, form, kind=Kind.POST, **typed):
    """What the editor sends on its own of a form."""
    sent = {name: form[name] for name in TEXTS} | typed
    return client.send(f"{ROOMS[kind]}/autosave", sent)


def columns(html):
    """The two texts that stand side by side: stored, typed."""
    return [
        "".join("".join(each.itertext()) for each in block.iter("p"))
        for side in ("is-old", "is-new")
        for block in parse(html).iter("div")
        if (block.get("class") or "") == f"passage {side}"
    ]


def test_each_editor_of_a_new_post_has_a_key_of_its_own(admin, db):
    one, other = (field(admin.get(NEW).text, "draft_key") for _ in range(2))

    assert one != other
    assert drafts.key_in({"draft_key": one}) == one


@both_kinds
@pytest.mark.parametrize("presses", [2, 4])
@pytest.mark.parametrize("button", ["save", "publish", "trash"])
def test_a_button_pressed_more_than_once_makes_one(admin, db, kind, presses, button):
    path = f"{ROOMS[kind]}/new"
    form = open_editor(admin, path, button, title="Tea", body="Leaves.")

    answers = [admin.post(path, data=form) for _ in range(presses)]

    assert [answer.status_code for answer in answers] == [303] * presses
    assert len({answer.location for answer in answers}) == 1
    post = only_post()
    wanted = {"save": Status.DRAFT, "publish": Status.PUBLIC, "trash": Status.TRASH}
    assert (post.status, post.source) == (wanted[button], "Leaves.")
    assert post.slug == ("tea" if button == "publish" else "")
    assert session.query(Redirect).count() == 0
    assert session.query(Revision).count() == 1


def test_two_presses_at_the_same_moment_make_one(app, client_for, db):
    client = client_for("author")
    form = open_editor(client, NEW, title="Tea", body="Leaves.")
    cookie = client.get_cookie("session")
    both, statuses = threading.Barrier(2), []

    def press():
        browser = app.test_client()
        browser.set_cookie(cookie.key, cookie.value)
        both.wait()
        statuses.append(browser.post(NEW, data=form).status_code)

    windows = [threading.Thread(target=press) for _ in range(2)]
    for each in windows:
        each.start()
    for each in windows:
        each.join()

    assert (statuses, stored()) == ([303, 303], ["Leaves."])


@both_kinds
def test_an_autosave_that_is_sent_again_makes_no_second_draft(admin, db, kind):
    form = open_editor(admin, f"{ROOMS[kind]}/new", title="Tea", body="Leaves.")

    lost = autosave(admin, form, kind)
    again = autosave(admin, form, kind, body="Leaves, and water.")

    assert (lost.status_code, again.status_code) == (201, 200)
    lost.json.pop("saved_at"), again.json.pop("saved_at")
    assert lost.json == again.json
    assert stored() == ["Leaves."]
    kept = session.query(Revision).filter_by(kind=RevisionKind.AUTOSAVE).one()
    assert (kept.source, kept.post_id) == ("Leaves, and water.", again.json["id"])


def test_a_save_goes_onto_the_draft_of_an_autosave_whose_answer_was_lost(admin, db):
    form = open_editor(admin, NEW, "publish", title="Tea", body="Leaves.", tags="Green")
    autosave(admin, form)

    answer = admin.post(NEW, data=form | {"body": "Leaves, and water."})

    post = only_post()
    assert (answer.status_code, answer.location) == (303, f"/admin/posts/{post.id}/")
    assert (post.source, post.status) == ("Leaves, and water.", Status.PUBLIC)
    assert [tag.name for tag in post.tags] == ["Green"]
    assert session.query(Revision).filter_by(kind=RevisionKind.AUTOSAVE).count() == 0


def test_an_autosave_that_comes_late_stands_beside_what_was_saved(admin, db):
    form = open_editor(admin, NEW, title="Tea", body="Leaves, and water.")
    admin.post(NEW, data=form)

    answer = autosave(admin, form, body="Leaves.")

    assert (answer.status_code, stored()) == (200, ["Leaves, and water."])


def test_what_was_saved_elsewhere_since_is_not_written_over(admin, db):
    form = open_editor(admin, NEW, title="Tea", body="Mine.")
    autosave(admin, form)
    path = f"/admin/posts/{only_post().id}/"
    admin.post(path, data=open_editor(admin, path, body="From another window."))

    quiet = autosave(admin, form)
    answer = admin.post(NEW, data=form)

    assert (quiet.status_code, quiet.json["edit"]) == (409, path)
    assert quiet.json["theirs"]["body"] == "From another window."
    assert answer.status_code == 409
    assert columns(answer.text) == ["From another window.", "Mine."]
    assert stored() == ["From another window."]
    admin.post(path, data=form_data(answer.text, path, "save"))
    assert stored() == ["Mine."]


def test_a_form_that_comes_back_belongs_to_the_post_that_was_made(admin, db):
    form = open_editor(admin, NEW, title="Tea", body="Leaves.")
    autosave(admin, form)
    path = f"/admin/posts/{only_post().id}/"

    wrong = admin.post(NEW, data=form | {"slug": "No address"})
    again = form_data(wrong.text, path, "save") | {"slug": "tea", "body": "Water."}

    assert wrong.status_code == 422
    assert admin.post(path, data=again).status_code == 303
    assert stored() == ["Water."]


def test_a_form_that_comes_back_before_anything_was_made_keeps_its_key(admin, db):
    form = open_editor(admin, NEW, title="x" * 201, body="Leaves.")

    page = admin.post(NEW, data=form).text

    assert field(page, "draft_key") == form["draft_key"]
    assert stored() == []


def test_a_key_means_nothing_to_anybody_else(admin, client_for, db):
    form = open_editor(admin, NEW, title="Tea", body="Leaves.")
    admin.post(NEW, data=form)
    other = client_for("editor")

    other.send(NEW, {"body": "Water.", "draft_key": form["draft_key"]})

    assert stored() == ["Leaves.", "Water."]


def test_a_post_keeps_its_key_on_its_own_side_of_the_house(admin, db):
    form = open_editor(admin, NEW, title="Tea", body="Leaves.")
    admin.post(NEW, data=form)

    page = open_editor(admin, "/admin/pages/new", body="A page.", title="Page")
    admin.post("/admin/pages/new", data=page | {"draft_key": form["draft_key"]})

    assert stored() == ["Leaves.", "A page."]


def test_what_was_given_to_somebody_else_is_not_taken_back(client_for, db):
    client = client_for("author")
    form = open_editor(client, NEW, title="Tea", body="Leaves.")
    client.post(NEW, data=form)
    post, other = only_post(), make_user()
    with write_transaction():
        post.credit(other.id)

    answer = client.post(NEW, data=form | {"body": "Water."})

    assert (answer.status_code, stored()) == (303, ["Leaves.", "Water."])


def test_what_was_deleted_meanwhile_is_made_anew(admin, db):
    form = open_editor(admin, NEW, title="Tea", body="Leaves.")
    admin.post(NEW, data=form)
    post = only_post()
    with write_transaction():
        session.delete(post)

    assert admin.post(NEW, data=form).status_code == 303
    assert stored() == ["Leaves."]
    assert session.query(DraftKey).count() == 1


@pytest.mark.parametrize("status", [Status.PUBLIC, Status.PRIVATE])
def test_what_an_editor_finished_before_it_was_sent_again_is_shown(
    client_for, db, status
):
    client = client_for("contributor")
    form = open_editor(client, NEW, title="Tea", body="Leaves.")
    client.post(NEW, data=form)
    post = only_post()
    with write_transaction():
        post.status, post.slug, post.published_at = status, "tea", NOW

    answer = client.post(NEW, data=form | {"body": "Half an hour of work."})

    assert (answer.status_code, stored()) == (403, ["Leaves."])
    assert "Half an hour of work." in answer.text


@pytest.mark.parametrize("key", ["", "x", "0" * 31, "G" * 32, "0" * 33, "é" * 32])
def test_what_is_no_key_is_none(admin, db, key):
    for _ in range(2):
        answer = admin.send(NEW, {"title": "Tea", "body": "Leaves.", "draft_key": key})
        assert answer.status_code == 303

    assert stored() == ["Leaves.", "Leaves."]
    assert session.query(DraftKey).count() == 0
