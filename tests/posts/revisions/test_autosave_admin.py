"""What the editor keeps on its own, and what comes back of it."""

import time

import pytest

from blog.posts.models import Kind, Post, Status
from blog.posts.revisions.models import Revision, RevisionKind
from tests.factories import User, make_page, make_post, make_user, session
from tests.pages import form_data, parse
from tests.posts.writing import open_editor, reloaded

ROOMS = {Kind.POST: "/admin/posts", Kind.PAGE: "/admin/pages"}
both_kinds = pytest.mark.parametrize("kind", list(Kind))


def me(client):
    return session.get(User, client.user_id)


def home(post):
    return f"{ROOMS[post.kind]}/{post.id}"


def draft(author, **attributes):
    wanted = {"status": Status.DRAFT, "published_at": None} | attributes
    return make_post(author=author, **wanted)


def keep(client, post, body="Not saved.", **typed):
    typed = {"title": post.title, "body": body, "version": post.version} | typed
    return client.send(f"{home(post)}/autosave", typed)


def kept():
    session.rollback()
    rows = session.query(Revision).filter_by(kind=RevisionKind.AUTOSAVE)
    return [(row.author_id, row.source) for row in rows.order_by(Revision.id)]


@both_kinds
def test_what_was_begun_becomes_a_draft(admin, db, kind):
    answer = admin.send(
        f"{ROOMS[kind]}/autosave",
        {"title": "Tea", "body": "A *begun*", "excerpt": "", "format": "markdown"},
    )

    post = session.query(Post).one()
    assert answer.status_code == 201
    saved_at = answer.json.pop("saved_at")
    assert answer.json == {
        "id": post.id,
        "edit": f"{home(post)}/",
        "autosave": f"{home(post)}/autosave",
        "version": post.version,
    } | {"saved_at": saved_at}
    assert (post.kind, post.status, post.title, post.html, post.author_id) == (
        *(kind, Status.DRAFT, "Tea", "<p>A <em>begun</em></p>\n", admin.user_id),
    )
    assert session.query(Revision).one().kind == RevisionKind.SAVE


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({}, 422),
        ({"title": "", "body": ""}, 422),
        ({"body": "x", "format": "latex"}, 422),
        ({"body": "x" * (2 * 1024 * 1024 + 1)}, 413),
        ({"body": "x" * (7 * 1024 * 1024)}, 413),
    ],
    ids=["nothing", "empty", "format", "too large", "larger than any form"],
)
def test_what_cannot_be_kept_is_told_in_a_sentence(admin, db, typed, status):
    post = make_post()
    new = admin.send("/admin/posts/autosave", typed)

    assert (new.status_code, new.mimetype, list(new.json)) == (
        *(status, "application/json", ["error"]),
    )
    assert session.query(Post).count() == 1
    if typed.get("body"):
        assert admin.send(f"{home(post)}/autosave", typed).status_code == status
    assert kept() == []


def test_fields_that_are_not_the_texts_are_ignored(admin, db):
    post = draft(me(admin), slug="mine")
    keep(admin, post, slug="other", author_id=make_user().id, status="public")
    admin.send(
        "/admin/posts/autosave",
        {"title": "New", "publish": "1", "slug": "x", "password": "y"},
    )

    session.rollback()
    new = session.query(Post).filter_by(title="New").one()
    assert (reloaded(post).slug, post.author_id, post.status) == (
        *("mine", admin.user_id, Status.DRAFT),
    )
    assert (new.slug, new.status, new.password) == ("", Status.DRAFT, "")


@both_kinds
def test_words_are_kept_beside_the_post_and_not_in_it(admin, db, kind):
    post = draft(me(admin), kind=kind, source="Stored.")
    version = post.version

    first = keep(admin, post, "One")
    second = keep(admin, post, "Two")

    assert [first.status_code, second.status_code] == [200, 200]
    assert (set(second.json), second.json["version"]) == (
        *({"version", "saved_at"}, version),
    )
    assert kept() == [(admin.user_id, "Two")]
    assert (reloaded(post).source, post.version) == ("Stored.", version)


def test_a_writer_who_saves_needs_no_autosave_any_more(admin, client_for, db):
    other, post = client_for("editor"), make_post(source="Stored.")
    keep(admin, post, "Mine.")
    keep(other, post, "Theirs.")

    admin.post(
        f"{home(post)}/", data=open_editor(admin, f"{home(post)}/", body="Mine!")
    )

    assert kept() == [(other.user_id, "Theirs.")]


def test_saving_over_what_others_saved_keeps_it_and_says_so(admin, client_for, db):
    other, post = client_for("editor"), make_post(source="Stored.")
    version = post.version
    other.post(
        f"{home(post)}/", data=open_editor(other, f"{home(post)}/", body="Ours.")
    )

    answer = keep(admin, post, "Mine.", version=version)

    assert answer.status_code == 409
    assert set(answer.json) == {"error", "theirs", "version", "saved_at"}
    assert answer.json["theirs"]["body"] == "Ours."
    assert answer.json["theirs"]["compare"] == f"{home(post)}/autosave"
    assert kept() == [(admin.user_id, "Mine.")]


@pytest.mark.parametrize("role", ["contributor", "author"])
def test_others_posts_take_no_autosave(client_for, db, role):
    client, post = client_for(role), draft(make_user())

    statuses = [
        keep(client, post).status_code,
        client.get(f"{home(post)}/autosave").status_code,
        client.send(f"{home(post)}/autosave/deletion").status_code,
    ]

    assert (statuses, kept()) == ([404, 404, 404], [])


def test_who_writes_no_pages_begins_none(client_for, db):
    client, page = client_for("author"), make_page()
    answer = client.send("/admin/pages/autosave", {"title": "A page"})

    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert keep(client, page).status_code == 404
    assert session.query(Post).count() == 1


def test_what_an_editor_finished_meanwhile_keeps_its_writers_words(client_for, db):
    client = client_for("contributor")
    post = make_post(author=me(client), source="Finished.")

    answer = keep(client, post, "Written on.")
    page = client.get(f"{home(post)}/autosave")

    assert (answer.status_code, list(answer.json)) == (403, ["error"])
    assert kept() == [(client.user_id, "Written on.")]
    assert page.status_code == 200
    assert "Write on with this" not in page.text


def test_a_login_that_ended_is_told_as_such(visitor, admin, db):
    post = make_post()
    token = admin.token()

    answer = visitor.post(
        f"{home(post)}/autosave", data={"body": "x", "csrf_token": token}
    )

    assert (answer.status_code, answer.mimetype) == (401, "application/json")
    assert answer.json["error"].startswith("You are not logged in any more")


def test_a_page_of_an_earlier_login_gets_a_token_to_go_on_with(admin, db):
    post = make_post()
    stale = {"body": "Mine.", "version": post.version, "csrf_token": "old"}

    foreign = admin.post(f"{home(post)}/autosave", data=stale)
    ours = admin.post(
        f"{home(post)}/autosave", data=stale, headers={"Origin": "http://localhost"}
    )
    again = admin.post(
        f"{home(post)}/autosave",
        data=stale | {"csrf_token": ours.json["csrf_token"]},
    )

    assert (foreign.status_code, list(foreign.json)) == (400, ["error"])
    assert (ours.status_code, set(ours.json)) == (400, {"error", "csrf_token"})
    assert (again.status_code, kept()) == (200, [(admin.user_id, "Mine.")])


def test_a_form_of_an_earlier_login_comes_back_with_its_text(admin, db):
    post = make_post()
    data = open_editor(admin, f"{home(post)}/", body="Long words.", csrf_token="old")

    answer = admin.post(
        f"{home(post)}/", data=data, headers={"Origin": "http://localhost"}
    )

    assert (answer.status_code, "Long words." in answer.text) == (400, True)


def test_both_texts_stand_side_by_side(admin, db):
    post = make_post(source="One fine day.", author=me(admin))
    keep(admin, post, "One rainy day.")

    page = admin.get(f"{home(post)}/autosave").text

    left, right = (
        [
            "".join(each.itertext())
            for block in parse(page).iter("div")
            if (block.get("class") or "") == f"passage {side}"
            for each in block.iter("p")
        ]
        for side in ("is-old", "is-new")
    )
    assert (left, right) == (["One fine day."], ["One rainy day."])


def test_writing_on_puts_the_words_into_the_editor_and_saves_nothing(admin, db):
    post = make_post(source="Stored.", title="Stored title")
    keep(admin, post, "Mine.", title="My title", excerpt="My excerpt")

    page = admin.get(f"{home(post)}/?autosave=1").text

    form = form_data(page, f"{home(post)}/", "publish")
    assert (form["title"], form["body"], form["excerpt"]) == (
        *("My title", "Mine.", "My excerpt"),
    )
    assert (reloaded(post).source, len(kept())) == ("Stored.", 1)
    admin.post(f"{home(post)}/", data=form)
    assert (reloaded(post).source, post.title, kept()) == ("Mine.", "My title", [])


def test_what_is_not_wanted_is_thrown_away(admin, db):
    post = make_post(source="Stored.")
    keep(admin, post)
    page = admin.get(f"{home(post)}/autosave").text

    answer = admin.post(
        f"{home(post)}/autosave/deletion", data=form_data(page, "deletion")
    )

    assert (answer.status_code, answer.location) == (303, f"{home(post)}/")
    assert (kept(), reloaded(post).source) == ([], "Stored.")
    assert admin.get(f"{home(post)}/autosave").location == f"{home(post)}/"


def test_what_was_written_after_the_page_was_opened_is_not_thrown_away(admin, db):
    post = make_post(source="Stored.")
    keep(admin, post, "One")
    page = admin.get(f"{home(post)}/autosave").text
    keep(admin, post, "Two")

    answer = admin.post(
        f"{home(post)}/autosave/deletion", data=form_data(page, "deletion")
    )

    assert answer.location == f"{home(post)}/autosave"
    assert kept() == [(admin.user_id, "Two")]


def test_the_editor_tells_of_words_that_were_not_saved(admin, db):
    post = make_post(source="Stored.")
    path = f"{home(post)}/"
    assert "You wrote on, and did not save it" not in admin.get(path).text
    keep(admin, post)

    assert "You wrote on, and did not save it" in admin.get(path).text


def test_two_tabs_lose_no_word(admin, db):
    post = make_post(source="Stored.")
    path = f"{home(post)}/"
    one = open_editor(admin, path, "publish", body="The cat sat.")
    other = open_editor(admin, path, "publish", body="The dog sat.")
    admin.post(path, data=one)

    answer = admin.post(path, data=other)

    assert answer.status_code == 409
    form = form_data(answer.text, path, "publish")
    assert form["body"] == "The dog sat."
    shown = {
        side: [
            "".join(each.itertext())
            for block in parse(answer.text).iter("div")
            if (block.get("class") or "") == f"passage {side}"
            for each in block.iter("p")
        ]
        for side in ("is-old", "is-new")
    }
    assert shown == {"is-old": ["The cat sat."], "is-new": ["The dog sat."]}
    assert admin.post(path, data=form).status_code == 303
    session.rollback()
    sources = [row.source for row in session.query(Revision).order_by(Revision.id)]
    assert sources == ["Stored.", "The cat sat.", "The dog sat."]


def test_a_long_post_is_kept_in_little_time(admin, db):
    post = make_post()
    body = "Some twelve words of a paragraph that goes on for a while. " * 170
    keep(admin, post, body)
    begun = time.process_time()
    for number in range(10):
        keep(admin, post, f"{body}{number}")

    assert (time.process_time() - begun) / 10 < 0.05


@pytest.mark.html
def test_the_pages_are_sound(admin, db, html_checker):
    post = make_post(source="One.\n\nTwo.")
    keep(admin, post, "One!\n\nThree.", title="Other", excerpt="More")
    path = f"{home(post)}/"
    data = open_editor(admin, path, body="Four.", version="99")

    pages = [admin.get(f"{path}autosave").text, admin.get(path).text]
    pages.append(admin.post(path, data=data).text)

    for page in pages:
        assert html_checker.errors(page) == []
