"""What is typed survives others, old pages, a login that ended, and a full disk."""

import pytest
from sqlalchemy import event

from blog.posts.models import Byline, Kind, Post
from blog.posts.revisions.models import Revision, RevisionKind
from tests.conftest import dispose, make_app
from tests.factories import User, make_post, session
from tests.pages import form_data, parse, text_of
from tests.posts.writing import open_editor, reloaded

ROOMS = {Kind.POST: "/admin/posts", Kind.PAGE: "/admin/pages"}
both_kinds = pytest.mark.parametrize("kind", list(Kind))
NEW = "/admin/posts/new"
HERE = {"Origin": "http://localhost"}  # what a browser says of a page of this site
# More than there is room for in a database that may not grow.
LONG = "A sentence that nobody wants to write twice. " * 8_000


@pytest.fixture
def disk(app, db):
    """``disk.is_full = True``: SQLite finds no room for another page of 4 KiB."""

    class Disk:
        is_full = False

    def limit(connection, *_):
        most = 1 if Disk.is_full else 2**32 - 2  # it keeps what it has
        connection.execute(f"PRAGMA max_page_count = {most}")

    event.listen(db.engine, "checkout", limit)
    yield Disk
    event.remove(db.engine, "checkout", limit)


def home(post):
    return f"{ROOMS[post.kind]}/{post.id}/"


def sources():
    session.rollback()
    return [post.source for post in session.query(Post).order_by(Post.id)]


def sides(page):
    """What stands in the two columns: stored, typed."""
    return [
        text_of(block)
        for side in ("is-old", "is-new")
        for block in parse(page).iter("div")
        if (block.get("class") or "") == f"passage {side}"
    ]


# Others


@both_kinds
def test_two_writers_of_one_post_see_both_texts_side_by_side(client_for, db, kind):
    one, other = client_for("editor"), client_for("editor")
    post = make_post(kind=kind, source="As it was.")
    path = home(post)
    ours, mine = (
        open_editor(client, path, "publish", body=words)
        for client, words in ((one, "The tide came in."), (other, "The tide went out."))
    )
    assert one.post(path, data=ours).status_code == 303

    answer = other.post(path, data=mine)

    assert answer.status_code == 409
    assert sides(answer.text) == ["The tide came in.", "The tide went out."]
    assert form_data(answer.text, path)["body"] == "The tide went out."
    assert reloaded(post).source == "The tide came in."
    again = form_data(answer.text, path, "publish")
    assert other.post(path, data=again).status_code == 303
    assert reloaded(post).source == "The tide went out."
    kept = [row.source for row in session.query(Revision).order_by(Revision.id)]
    assert kept == ["As it was.", "The tide came in.", "The tide went out."]


def test_two_who_share_a_byline_keep_their_words_beside_each_other(client_for, db):
    one, other = client_for("author"), client_for("author")
    post = make_post(
        author=session.get(User, one.user_id),
        bylines=[Byline(user_id=other.user_id)],
        source="As it was.",
    )
    path = home(post)
    typed = {"title": post.title, "version": str(post.version)}
    one.post(path, data=open_editor(one, path, "publish", body="By one."))

    answer = other.send(f"{path}autosave", typed | {"body": "By the other."})

    assert (answer.status_code, answer.json["theirs"]["body"]) == (409, "By one.")
    page = other.get(answer.json["theirs"]["compare"])
    assert sides(page.text) == ["By one.", "By the other."]


# Old pages


@both_kinds
def test_a_page_from_before_an_upgrade_is_still_taken(admin, db, kind):
    path = f"{ROOMS[kind]}/new"
    form = open_editor(admin, path, title="Tea", body="Leaves.", of_old="1")
    del form["draft_key"]  # what the version before knew nothing of

    kept = admin.post(path.replace("/new", "/autosave"), data=form)
    saved = admin.post(path, data=form)

    assert (kept.status_code, saved.status_code) == (201, 303)
    assert sources() == ["Leaves."] * 2


@pytest.mark.parametrize("token", ["of another login", ""])
def test_a_new_post_with_an_old_token_comes_back_and_is_made_once(admin, db, token):
    form = open_editor(admin, NEW, title="Tea", body=LONG)

    answer = admin.post(NEW, data=form | {"csrf_token": token}, headers=HERE)
    again = form_data(answer.text, NEW)
    sent = [admin.post(NEW, data=again) for _ in range(2)]

    assert (answer.status_code, again["body"]) == (400, LONG)
    assert [each.status_code for each in sent] == [303, 303]
    assert sources() == [LONG]


def test_a_page_outlives_the_program_that_made_it(app, admin, db):
    post = make_post(source="As it was.")
    form = open_editor(admin, home(post), "publish", body="Written for a week.")
    cookie = admin.get_cookie("session")
    renewed = make_app(app.config["INSTANCE"])  # the same secret and the same logins

    browser = renewed.test_client()
    browser.set_cookie(cookie.key, cookie.value)
    answer = browser.post(home(post), data=form)
    dispose(renewed)

    assert answer.status_code == 303
    assert reloaded(post).source == "Written for a week."


# The login


@both_kinds
def test_a_save_without_a_login_changes_nothing_and_leaves_the_form(
    admin, visitor, db, kind
):
    post = make_post(kind=kind, source="As it was.")
    form = open_editor(admin, home(post), "publish", body="After the login ended.")

    answer = visitor.post(home(post), data=form)

    assert answer.status_code == 401  # no redirect, which would throw the form away
    assert "your text is still there" in answer.text
    assert reloaded(post).source == "As it was."
    assert admin.post(home(post), data=form).status_code == 303
    assert reloaded(post).source == "After the login ended."


# The disk


@both_kinds
def test_a_full_disk_takes_no_new_post_and_leaves_the_form(admin, db, disk, kind):
    path = f"{ROOMS[kind]}/new"
    form = open_editor(admin, path, title="Tea", body=LONG)
    disk.is_full = True
    full = admin.post(path, data=form)
    disk.is_full = False

    assert (full.status_code, "Nothing was saved" in full.text) == (503, True)
    assert "your text is still there" in full.text
    assert sources() == []
    assert admin.post(path, data=form).status_code == 303
    assert sources() == [LONG]


def test_a_full_disk_leaves_what_is_stored_and_what_is_typed(admin, db, disk):
    post = make_post(source="As it was.")
    form = open_editor(admin, home(post), "publish", body=LONG)
    disk.is_full = True
    saved = admin.post(home(post), data=form)
    kept = admin.post(f"{home(post)}autosave", data=form)
    begun = admin.post("/admin/posts/autosave", data=form)
    disk.is_full = False

    assert [each.status_code for each in (saved, kept, begun)] == [503, 503, 503]
    assert (list(kept.json), list(begun.json)) == (["error"], ["error"])
    assert sources() == ["As it was."]
    assert admin.post(f"{home(post)}autosave", data=form).status_code == 200
    session.rollback()
    unsaved = session.query(Revision).filter_by(kind=RevisionKind.AUTOSAVE).one()
    assert unsaved.source == LONG
    assert admin.post(home(post), data=form).status_code == 303
    assert reloaded(post).source == LONG


# What nobody can read


@pytest.mark.parametrize(
    "address", ["http://[", "https://a[@e.com", "https://℀@e.com/"]
)
@pytest.mark.parametrize("name", ["link_url", "canonical_url", "body", "title", "tags"])
def test_an_address_that_cannot_be_read_fails_no_page_of_the_editor(
    admin, db, name, address
):
    typed = {"title": "Tea", "body": "Leaves.", "shape": "link", name: address}
    form = open_editor(admin, NEW) | typed

    shown = admin.post("/admin/posts/preview", data=form)
    kept = admin.post("/admin/posts/autosave", data=form)
    saved = admin.post(
        NEW, data=form | {"link_url": form.get("link_url") or "https://e.org/"}
    )

    assert (shown.status_code, kept.status_code) == (200, 201)
    is_wrong = name in ("link_url", "canonical_url")
    assert saved.status_code == (422 if is_wrong else 303)
    assert not is_wrong or address in saved.text
