from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from blog.database import session, write_transaction
from blog.posts import naming
from blog.posts.models import Category, Kind, Post, Status, Tag
from blog.site.queries import settings
from tests.factories import (
    DAY,
    NOON,
    NOW,
    make_category,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.pages import field, form_data
from tests.posts.writing import open_editor, reloaded, undo

ROOMS = {Kind.POST: "/admin/posts", Kind.PAGE: "/admin/pages"}
both_kinds = pytest.mark.parametrize("kind", list(Kind))


def only_post():
    session.rollback()  # what was read before is no longer true
    return session.query(Post).one()


def count(kind=Post):
    session.rollback()
    return session.query(kind).count()


def everything_done_to(client, path):
    """The answers to every request that can be made about one post."""
    token = {"csrf_token": client.token()}
    yield client.get(f"{path}/")
    yield client.post(f"{path}/", data=token | {"title": "Mine", "version": "1"})
    yield client.get(f"{path}/preview")
    yield client.post(f"{path}/preview", data=token)
    for noun in ("publication", "withdrawal", "trash", "restoration", "deletion"):
        yield client.post(f"{path}/{noun}", data=token)
    if path.startswith("/admin/posts/"):
        yield client.post(f"{path}/submission", data=token)
    yield client.get(f"{path}/deletion")


@pytest.fixture
def queries(db):
    """The statements of the requests made since ``clear()``."""
    statements = []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)


# The list


@both_kinds
def test_an_empty_list_says_how_to_begin(admin, kind):
    page = admin.get(f"{ROOMS[kind]}/")

    assert page.status_code == 200
    assert f"Write the first {kind}" in page.text


@both_kinds
def test_the_list_shows_what_there_is(admin, db, kind):
    make_post(kind=kind, title="Tea")

    page = admin.get(f"{ROOMS[kind]}/")

    assert "Tea" in page.text
    assert "Person" in page.text


@pytest.mark.parametrize(
    ("status", "title"),
    [("public", "Up"), ("scheduled", "Later"), ("draft", "Rough"), ("trash", "Gone")],
)
def test_a_tab_holds_one_state(admin, db, status, title):
    make_post(title="Up")
    make_post(title="Later", published_at=NOW + DAY)
    make_post(title="Rough", published_at=None)
    make_post(title="Gone", status=Status.TRASH)

    page = admin.get(f"/admin/posts/?status={status}").text

    titles = ("Up", "Later", "Rough", "Gone")
    assert [each for each in titles if f">{each}</" in page] == [title]


@both_kinds
def test_a_list_that_is_not_there(admin, kind):
    for query in (
        *("status=x", "status=", "page=0", "page=2", "page=-1", "page=x", "page="),
        *("page=" + "9" * 20, "page=٢", "page=1e1"),
    ):
        assert admin.get(f"{ROOMS[kind]}/?{query}").status_code == 404, query


def test_the_list_has_pages(admin, db, monkeypatch):
    monkeypatch.setattr("blog.posts.desk.queries.PAGE_SIZE", 1)
    make_post(title="Old", published_at=NOON)
    make_post(title="New", published_at=NOON + DAY)

    page = admin.get("/admin/posts/?page=2").text

    assert ("Old" in page, "New<" in page) == (True, False)


@both_kinds
def test_the_list_asks_as_many_questions_for_one_as_for_three(admin, db, queries, kind):
    author = make_user()
    parent = make_category()

    def questions():
        queries.clear()
        admin.get(f"{ROOMS[kind]}/")
        return len(queries)

    def add(number):
        below = make_page(slug=f"above-{number}") if kind == Kind.PAGE else None
        filed = [make_category(parent=parent)] if kind == Kind.POST else []
        make_post(
            kind=kind,
            author=author,
            categories=filed,
            slug=f"one-{number}",
            parent_id=below.id if below else None,
        )

    add(1)
    first = questions()
    add(2)
    add(3)

    assert questions() == first
    assert first < 18


@pytest.mark.parametrize("role", ["contributor", "author"])
def test_writers_see_their_own_posts_only(client_for, db, role):
    client = client_for(role)
    make_post(title="Somebody else's", author=make_user())

    assert "Somebody else" not in client.get("/admin/posts/").text


def test_editors_see_all_posts(client_for, db):
    make_post(title="Somebody else's", author=make_user())

    assert "Somebody else" in client_for("editor").get("/admin/posts/").text


@pytest.mark.parametrize("role", ["contributor", "author", "subscriber"])
def test_pages_are_for_editors(client_for, role):
    assert client_for(role).get("/admin/pages/").status_code == 403


def test_posts_are_not_for_subscribers(client_for):
    assert client_for("subscriber").get("/admin/posts/").status_code == 403


def test_strangers_are_asked_to_log_in(visitor):
    answer = visitor.get("/admin/posts/new")

    assert (answer.status_code, answer.location) == (
        303,
        "/login?next=/admin/posts/new",
    )


# Writing


@both_kinds
def test_a_title_a_text_and_the_button_are_enough(admin, db, kind):
    answer = admin.send(
        f"{ROOMS[kind]}/new", {"title": "Tea", "body": "**Leaves.**", "publish": ""}
    )

    post = only_post()
    assert (answer.status_code, answer.location) == (303, f"{ROOMS[kind]}/{post.id}/")
    assert (post.kind, post.title, post.slug, post.status) == (
        kind,
        "Tea",
        "tea",
        Status.PUBLIC,
    )
    assert "<strong>Leaves.</strong>" in post.html
    assert post.comments_open == (kind == Kind.POST)


@both_kinds
def test_saving_makes_a_draft(admin, db, kind):
    typed = open_editor(admin, f"{ROOMS[kind]}/new", title="Tea", body="Leaves.")

    answer = admin.post(f"{ROOMS[kind]}/new", data=typed)

    assert answer.status_code == 303
    assert only_post().status == Status.DRAFT
    assert "Saved as a draft" in admin.get(answer.location).text


def test_a_form_sent_without_a_button_saves(admin, db):
    admin.send("/admin/posts/new", {"title": "Tea"})

    assert only_post().status == Status.DRAFT


def test_everything_typed_is_kept(admin, db):
    parent = make_category("Drinks")
    inner = make_category("Hot ones", parent=parent)
    make_tag("Leaf", slug="leaf")
    author = make_user(display_name="Ada")
    typed = open_editor(
        admin,
        "/admin/posts/new",
        title="  Tea  ",
        body="First.\r\n\r\nSecond.\r\n",
        format="html",
        slug="of-tea",
        excerpt="Short.",
        category_ids=[str(inner.id)],
        tags="leaf, Water، 茶",
        published_at="2026-01-02T03:04",
        author_id=str(author.id),
    )
    typed.pop("comments_open")

    admin.post("/admin/posts/new", data=typed)

    post = only_post()
    assert (post.title, post.source) == ("Tea", "First.\n\nSecond.\n")
    assert (post.format, post.slug, post.excerpt) == ("html", "of-tea", "Short.")
    assert post.categories == [inner]
    assert {tag.name for tag in post.tags} == {"Leaf", "Water", "茶"}
    assert (post.author, post.comments_open) == (author, False)
    assert post.published_at == datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def test_what_was_saved_stands_in_the_form_again(admin, db):
    post = make_post(
        title="Tea & <b>",
        source="\nA line.",
        tags=[make_tag("Leaf")],
        categories=[make_category()],
    )
    data = form_data(admin.get(f"/admin/posts/{post.id}/").text, f"/{post.id}/")

    assert (data["title"], data["tags"]) == ("Tea & <b>", "Leaf")
    assert data["body"].lstrip("\r\n") == "A line."
    assert data["category_ids"] == str(post.categories[0].id)
    assert data["published_at"] == f"{NOON:%Y-%m-%dT%H:%M}"


def test_saving_an_unchanged_form_changes_nothing_but_the_version(admin, db):
    at = NOON.replace(second=42)
    post = make_post(published_at=at, tags=[make_tag()], categories=[make_category()])
    path = f"/admin/posts/{post.id}/"

    def kept(post):
        return (post.slug, post.source, post.author_id, post.categories, post.tags)

    before = kept(post)

    admin.post(path, data=open_editor(admin, path, "publish"))

    post = reloaded(post)
    assert (post.published_at, post.version) == (at, 2)
    assert before == (
        post.slug,
        post.source,
        post.author_id,
        post.categories,
        post.tags,
    )


def test_a_public_post_is_updated_in_place(admin, db):
    post = make_post(title="Tea")
    path = f"/admin/posts/{post.id}/"

    admin.post(path, data=open_editor(admin, path, "publish", title="Coffee"))

    post = reloaded(post)
    assert (post.title, post.slug, post.published_at) == ("Coffee", "tea", NOON)


def test_buttons_of_the_editor_save_first(admin, db):
    post = make_post()
    path = f"/admin/posts/{post.id}/"

    for button, status in [
        ("withdraw", Status.DRAFT),
        ("publish", Status.PUBLIC),
        ("trash", Status.TRASH),
        ("restore", Status.PUBLIC),
    ]:
        admin.get(path)  # takes the notice of the last one, and its form, away
        typed = open_editor(admin, path, button, title=f"After {button}")
        assert admin.post(path, data=typed).status_code == 303
        post = reloaded(post)
        assert (post.status, post.title) == (status, f"After {button}")


def test_taking_back_can_be_undone(admin, db):
    post = make_post()
    path = f"/admin/posts/{post.id}/"
    answer = admin.post(path, data=open_editor(admin, path, "withdraw"))

    back = undo(admin, answer.location)

    post = reloaded(post)
    assert (back, post.status, post.published_at) == (path, Status.PUBLIC, NOON)


def test_putting_into_the_trash_can_be_undone(admin, db):
    post = make_post()
    answer = admin.send(f"/admin/posts/{post.id}/trash")

    back = undo(admin, answer.location)

    assert (back, reloaded(post).is_public(NOW)) == ("/admin/posts/", True)


# Dates


@pytest.fixture
def berlin(db):
    with write_transaction():
        settings().timezone = "Europe/Berlin"


@pytest.mark.parametrize(
    ("shown", "hour"), [("2031-01-05T09:00", 8), ("2031-07-05T09:00", 7)]
)
def test_a_date_to_come_schedules_by_the_sites_clocks(admin, berlin, shown, hour):
    path = "/admin/posts/new"

    answer = admin.post(
        path,
        data=open_editor(admin, path, "publish", title="Tea", published_at=shown),
    )

    post = only_post()
    assert post.is_scheduled(NOW)
    assert (post.published_at.hour, post.published_at.tzinfo) == (hour, UTC)
    page = admin.get(answer.location).text
    assert "Scheduled for" in page
    assert form_data(page, f"/{post.id}/")["published_at"] == shown


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ("2031-03-30T02:30", "03:30"),  # the clocks are put forward
        ("soon", "That is no date"),
        ("0001-01-01T00:00", "1000 to 9000"),
        ("9999-12-31T23:59", "1000 to 9000"),
    ],
)
def test_an_impossible_date_is_explained(admin, berlin, shown, told):
    path = "/admin/posts/new"

    answer = admin.post(
        path,
        data=open_editor(admin, path, "publish", title="Tea", published_at=shown),
    )

    assert answer.status_code == 422
    assert told in answer.text
    assert field(answer.text, "published_at") == shown
    assert count() == 0


def test_the_button_says_what_it_will_do(admin, db):
    path = "/admin/posts/new"
    typed = open_editor(admin, path, title="x" * 201, published_at="2031-01-01T00:00")

    assert ">Publish</button>" in admin.get(path).text
    assert ">Schedule</button>" in admin.post(path, data=typed).text


# Bad input keeps the text


@both_kinds
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"title": "x" * 201}, "At most 200 characters"),
        ({"slug": "Of Tea!"}, "of-tea"),
        ({"slug": "../../etc"}, "etc"),
        ({"slug": 'x"><img onerror=1>'}, "x-img-onerror-1"),
        ({"slug": "feed"}, "uses “feed” itself"),
        ({"slug": "x" * 5000}, "At most 600"),
        ({"format": "docx"}, "hoice"),
        ({"excerpt": "x" * 2001}, "At most 2000"),
        ({"author_id": "99"}, "valid choice"),
        ({"author_id": "9" * 30}, "hoice"),
        ({"author_id": "٣"}, "hoice"),
    ],
)
def test_bad_input_keeps_the_text(admin, db, kind, typed, told):
    path = f"{ROOMS[kind]}/new"
    sent = open_editor(admin, path, **{"title": "Tea", "body": "My <words>."} | typed)

    answer = admin.post(path, data=sent)

    assert answer.status_code == 422
    assert told in answer.text
    assert "My &lt;words&gt;." in answer.text
    assert count() == 0


@both_kinds
def test_what_is_published_needs_a_title(admin, db, kind):
    path = f"{ROOMS[kind]}/new"

    answer = admin.post(path, data=open_editor(admin, path, "publish", body="Words."))

    assert answer.status_code == 422
    assert "Give it a title" in answer.text
    assert "Words." in answer.text
    assert count() == 0


def test_nothing_at_all_is_not_saved(admin, db):
    answer = admin.send("/admin/posts/new")

    assert answer.status_code == 422
    assert count() == 0


def test_a_taken_address_gets_a_suggestion(admin, db):
    make_post(title="Tea")
    path = "/admin/posts/new"

    answer = admin.post(path, data=open_editor(admin, path, title="T", slug="tea"))

    assert answer.status_code == 422
    assert "“tea-2” is free" in answer.text


def test_an_address_from_the_title_is_numbered_without_asking(admin, db):
    make_post(title="Tea")

    admin.send("/admin/posts/new", {"title": "Tea", "publish": "1"})

    session.rollback()
    assert [slug for (slug,) in session.query(Post.slug)] == ["tea", "tea-2"]


@pytest.mark.parametrize("typed", [{"category_ids": "99"}, {"category_ids": "x"}])
def test_a_category_that_is_not_there_is_refused(admin, db, typed):
    answer = admin.send("/admin/posts/new", {"title": "Tea"} | typed)

    assert answer.status_code == 422
    assert count() == 0


@pytest.mark.parametrize("position", ["-1", "10000", "x", "9" * 5000])
def test_an_order_that_is_no_number_is_refused(admin, db, position):
    answer = admin.send("/admin/pages/new", {"title": "Tea", "position": position})

    assert answer.status_code == 422
    assert count() == 0


def test_a_page_is_not_offered_itself_as_its_parent(admin, db):
    page = make_page(title="Above", slug="above")
    below = make_page(title="Beneath", slug="beneath", parent_id=page.id)
    path = f"/admin/pages/{page.id}/"

    answer = admin.post(
        path, data=open_editor(admin, path, "publish", parent_id=str(below.id))
    )

    assert answer.status_code == 422
    assert reloaded(page).parent_id is None


def test_a_page_takes_its_place(admin, db):
    above = make_page(title="Above", slug="above")

    admin.send(
        "/admin/pages/new",
        {"title": "Beneath", "publish": "1", "parent_id": above.id, "position": "2"},
    )

    reloaded(above)
    page = session.query(Post).filter_by(title="Beneath").one()
    assert (page.parent_id, page.position) == (above.id, 2)


def test_a_text_of_two_mebibytes_is_taken(admin, db):
    text = "word " * (2 * 1024 * 1024 // 5)

    answer = admin.send("/admin/posts/new", {"title": "Tea", "body": text})

    assert answer.status_code == 303
    assert only_post().source.strip() == text.strip()


def test_a_longer_text_is_refused_and_kept(admin, db):
    text = "word " * (2 * 1024 * 1024 // 5 + 1)

    answer = admin.send("/admin/posts/new", {"title": "Tea", "body": text})

    assert answer.status_code == 413
    assert text in answer.text
    assert count() == 0


def test_a_body_beyond_all_measure_is_refused(admin, db):
    answer = admin.send("/admin/posts/new", {"body": "x" * (7 * 1024 * 1024)})

    assert answer.status_code == 413
    assert count() == 0


def test_hostile_html_is_made_harmless(admin, db):
    admin.send(
        "/admin/posts/new",
        {"title": "<script>alert(1)</script>", "body": "<img src=x onerror=alert(1)>"},
    )

    post = only_post()
    assert "onerror" not in post.html
    assert "<script>alert" not in admin.get(f"/admin/posts/{post.id}/").text


def test_fields_that_are_not_there_change_nothing(client_for, db):
    client = client_for("author")
    other = make_user()

    client.send(
        "/admin/posts/new",
        {
            "title": "Tea",
            "id": "77",
            "author_id": str(other.id),
            "status": "public",
            "kind": "page",
            "comment_count": "9",
            "html": "<b>x</b>",
            "parent_id": "1",
            "created_at": "2000-01-01T00:00",
        },
    )

    post = only_post()
    assert (post.id, post.author_id, post.status) == (1, client.user_id, Status.DRAFT)
    assert (post.kind, post.comment_count, post.html) == (Kind.POST, 0, "")


# Two at once


def test_a_stale_version_shows_both_texts(admin, db):
    post = make_post(source="As it was.")
    path = f"/admin/posts/{post.id}/"
    mine = open_editor(admin, path, "publish", title="Mine", body="My words.")
    theirs = open_editor(admin, path, "publish", title="Theirs", body="Their words.")
    admin.post(path, data=theirs)

    answer = admin.post(path, data=mine)

    assert answer.status_code == 409
    assert ("My words." in answer.text, "Their words." in answer.text) == (True, True)
    assert reloaded(post).source == "Their words."
    again = form_data(answer.text, path, "publish")
    assert (again["title"], again["body"]) == ("Mine", "My words.")
    assert admin.post(path, data=again).status_code == 303
    assert reloaded(post).source == "My words."


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, None])
def test_an_unclear_version_is_a_stale_one(admin, db, version):
    post = make_post()
    path = f"/admin/posts/{post.id}/"
    typed = open_editor(admin, path, "publish", title="Mine", version=version)
    if version is None:
        del typed["version"]

    assert admin.post(path, data=typed).status_code == 409
    assert reloaded(post).title == "A title"


# Preview


@both_kinds
def test_a_preview_of_what_is_typed_stores_nothing(admin, db, kind):
    tea = make_category("Drinks")
    typed = open_editor(
        admin,
        f"{ROOMS[kind]}/new",
        title="Tea",
        body="**Leaves.**",
        tags="Water",
        category_ids=str(tea.id),
    )

    page = admin.post(f"{ROOMS[kind]}/preview", data=typed)

    assert page.status_code == 200
    assert "<strong>Leaves.</strong>" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert ("Drinks" in page.text, "Water" in page.text) == (kind == Kind.POST,) * 2
    assert (count(), count(Tag)) == (0, 0)


@both_kinds
def test_a_preview_of_what_is_changed_leaves_the_stored_text(admin, db, kind):
    post = make_post(kind=kind, source="Stored.")
    path = f"{ROOMS[kind]}/{post.id}/"
    typed = open_editor(admin, path, body="Changed.", title="")

    page = admin.post(f"{path}preview", data=typed)

    assert ("Changed." in page.text, "Stored." in page.text) == (True, False)
    assert (reloaded(post).source, post.version) == ("Stored.", 1)


@both_kinds
def test_a_stored_draft_can_be_previewed(admin, db, kind):
    post = make_post(kind=kind, published_at=None, source="Stored.")

    assert "Stored." in admin.get(f"{ROOMS[kind]}/{post.id}/preview").text


def test_a_preview_of_too_much_is_refused(admin, db):
    data = {"body": "x" * (2 * 1024 * 1024 + 1)}

    assert admin.send("/admin/posts/preview", data).status_code == 413


# Changes of state


@both_kinds
def test_a_draft_is_published_as_it_stands(admin, db, kind):
    post = make_post(kind=kind, published_at=None)

    answer = admin.send(f"{ROOMS[kind]}/{post.id}/publication")

    assert (answer.status_code, answer.location) == (303, f"{ROOMS[kind]}/")
    assert reloaded(post).status == Status.PUBLIC


def test_an_untitled_draft_is_sent_to_the_editor(admin, db):
    post = make_post(title="", published_at=None)

    answer = admin.send(f"/admin/posts/{post.id}/publication")

    assert answer.location == f"/admin/posts/{post.id}/"
    assert "Give it a title first" in admin.get(answer.location).text
    assert reloaded(post).status == Status.DRAFT


@both_kinds
def test_a_public_post_is_taken_back(admin, db, kind):
    post = make_post(kind=kind)

    admin.send(f"{ROOMS[kind]}/{post.id}/withdrawal")

    assert reloaded(post).status == Status.DRAFT


def test_taking_back_a_draft_says_nothing_and_changes_nothing(admin, db):
    post = make_post(published_at=None)

    admin.send(f"/admin/posts/{post.id}/withdrawal")

    assert reloaded(post).status == Status.DRAFT
    assert "is a draft again" not in admin.get("/admin/posts/").text


@both_kinds
def test_trash_restore_and_delete(admin, db, kind):
    post = make_post(kind=kind)
    path = f"{ROOMS[kind]}/{post.id}"

    admin.send(f"{path}/trash")
    assert reloaded(post).status == Status.TRASH
    admin.send(f"{path}/restoration")
    assert reloaded(post).status == Status.PUBLIC
    admin.send(f"{path}/trash")
    question = admin.get(f"{path}/deletion")
    assert (question.status_code, count()) == (200, 1)
    answer = admin.post(f"{path}/deletion", data=form_data(question.text, "/deletion"))

    assert answer.location == f"{ROOMS[kind]}/?status=trash"
    assert count() == 0


@both_kinds
def test_only_what_is_in_the_trash_can_be_deleted(admin, db, kind):
    post = make_post(kind=kind)
    path = f"{ROOMS[kind]}/{post.id}/deletion"

    assert admin.get(path).status_code == 404
    assert admin.send(path).status_code == 409
    assert count() == 1


def test_a_button_in_a_list_comes_back_to_it_and_nowhere_else(admin, db):
    post = make_post()
    here = {"next": "/admin/posts/?status=public"}
    elsewhere = {"next": "//evil.example/"}

    back = admin.send(f"/admin/posts/{post.id}/trash", here).location
    safe = admin.send(f"/admin/posts/{post.id}/restoration", elsewhere).location

    assert (back, safe) == (here["next"], "/admin/posts/")


@both_kinds
def test_a_change_of_state_is_not_a_link(admin, db, kind):
    post = make_post(kind=kind)

    for noun in ("publication", "withdrawal", "trash", "restoration"):
        path = f"{ROOMS[kind]}/{post.id}/{noun}"
        assert admin.get(path).status_code == 404
        assert admin.delete(path).status_code == 405
    assert (reloaded(post).status, post.version) == (Status.PUBLIC, 1)


@both_kinds
def test_what_is_missing_and_what_is_of_the_other_kind(admin, db, kind):
    other = make_post(kind=Kind.PAGE if kind == Kind.POST else Kind.POST)

    for post_id in (99, other.id, 2**63 - 1):
        for answer in everything_done_to(admin, f"{ROOMS[kind]}/{post_id}"):
            assert answer.status_code == 404, answer.request
    assert reloaded(other).status == Status.PUBLIC


# Who may do what


@pytest.mark.parametrize("role", ["contributor", "author"])
@pytest.mark.parametrize("state", ["draft", "public", "trash"])
def test_what_is_somebody_elses_is_not_there(client_for, db, role, state):
    client = client_for(role)
    post = make_post(
        author=make_user(),
        status=Status(state),
        published_at=None if state == "draft" else NOON,
    )

    for answer in everything_done_to(client, f"/admin/posts/{post.id}"):
        if role == "contributor" and answer.request.path.endswith(("ation", "wal")):
            assert answer.status_code in (403, 404)
        else:
            assert answer.status_code == 404, answer.request
    post = reloaded(post)
    assert (post.status, post.title, post.version) == (Status(state), "A title", 1)


def test_a_contributor_drafts_and_does_not_publish(client_for, db):
    client = client_for("contributor")
    path = "/admin/posts/new"
    page = client.get(path).text
    assert 'name="publish"' not in page
    assert 'name="published_at"' not in page
    assert 'name="author_id"' not in page

    forged = client.post(
        path, data=form_data(page, path, "publish") | {"title": "T", "body": "Mine."}
    )

    assert (forged.status_code, count()) == (403, 0)
    assert "Mine." in forged.text
    saved = client.post(path, data=form_data(forged.text, path, "save"))
    assert saved.status_code == 303
    assert (only_post().status, only_post().published_at) == (Status.DRAFT, None)


def test_a_contributor_edits_an_own_draft(client_for, db):
    client = client_for("contributor")
    client.send("/admin/posts/new", {"title": "Tea"})
    path = f"/admin/posts/{only_post().id}/"

    client.post(
        path,
        data=open_editor(client, path, title="T", published_at="2020-01-01T00:00"),
    )

    assert (only_post().title, only_post().published_at) == ("T", None)


@pytest.mark.parametrize("status", [Status.PUBLIC, Status.TRASH])
def test_a_contributor_cannot_touch_what_is_or_was_public(client_for, db, status):
    client = client_for("contributor")
    client.send("/admin/posts/new", {"title": "Tea"})
    post = only_post()
    with write_transaction():
        post.publish(NOON)
        if status == Status.TRASH:
            post.trash(NOW)
    path = f"/admin/posts/{post.id}"

    assert client.get(f"{path}/").status_code == 404
    assert client.send(f"{path}/trash").status_code == 404
    assert client.send(f"{path}/restoration").status_code == 404
    listed = client.get(f"/admin/posts/?status={status}").text
    assert ("Tea" in listed, f'href="{path}/"' in listed) == (True, False)


def test_an_author_publishes_an_own_post(client_for, db):
    client = client_for("author")

    client.send("/admin/posts/new", {"title": "Tea", "publish": "1"})

    assert only_post().is_public(NOW + DAY)


def test_an_editor_gives_a_post_to_another_author(client_for, db):
    client = client_for("editor")
    author = make_user()
    post = make_post(author=make_user())
    path = f"/admin/posts/{post.id}/"

    client.post(
        path, data=open_editor(client, path, "publish", author_id=str(author.id))
    )

    assert reloaded(post).author_id == author.id


def test_an_author_who_may_not_write_any_more_keeps_the_post(admin, db):
    former = make_user(role="subscriber", display_name="Former")
    post = make_post(author=former)
    path = f"/admin/posts/{post.id}/"

    answer = admin.post(path, data=open_editor(admin, path, "publish", title="New"))

    assert answer.status_code == 303
    assert (reloaded(post).author_id, post.title) == (former.id, "New")


# Categories and tags


@pytest.mark.parametrize("path", ["/admin/categories/", "/admin/tags/"])
def test_terms_are_for_editors(client_for, visitor, path):
    assert client_for("author").get(path).status_code == 403
    assert visitor.get(path).status_code == 303
    assert client_for("editor").get(path).status_code == 200


def test_an_empty_list_of_terms_explains_itself(admin):
    assert "No category yet" in admin.get("/admin/categories/").text
    assert "No tag yet" in admin.get("/admin/tags/").text


def test_a_category_is_made_below_another(admin, db):
    parent = make_category("Drinks")

    answer = admin.send(
        "/admin/categories/",
        {"name": "Tea", "parent_id": parent.id, "description": "Leaves."},
    )

    reloaded(parent)
    made = session.query(Category).filter_by(name="Tea").one()
    assert answer.status_code == 303
    assert (made.slug, made.parent_id, made.description) == (
        "tea",
        parent.id,
        "Leaves.",
    )
    assert "Tea" in admin.get("/admin/categories/").text


def test_a_tag_is_made(admin, db):
    admin.send("/admin/tags/", {"name": "Green Tea", "slug": "gt"})

    session.rollback()
    tag = session.query(Tag).one()
    assert (tag.name, tag.slug) == ("Green Tea", "gt")


@pytest.mark.parametrize(
    ("path", "kind"), [("/admin/categories/", Category), ("/admin/tags/", Tag)]
)
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": " "}, "Give it a name"),
        ({"name": "…"}, "letter or digit"),
        ({"name": "x" * 101}, "At most 100"),
        ({"name": "T", "slug": "A b"}, "a-b"),
        ({"name": "T", "description": "x" * 2001}, "At most 2000"),
    ],
)
def test_a_bad_term_keeps_what_was_typed(admin, db, path, kind, typed, told):
    answer = admin.send(path, {"description": "Words."} | typed)

    assert answer.status_code == 422
    assert told in answer.text
    assert typed.get("description", "Words.") in answer.text
    assert count(kind) == 0


def test_a_second_term_of_one_name_is_refused(admin, db):
    make_category("Tea", slug="x")
    make_tag("Tea", slug="y")

    for path in ("/admin/categories/", "/admin/tags/"):
        answer = admin.send(path, {"name": "Tea"})
        assert (answer.status_code, "already one called" in answer.text) == (422, True)


@pytest.mark.parametrize("parent", ["99", "x", "9" * 30])
def test_a_parent_that_is_not_there_is_refused(admin, db, parent):
    answer = admin.send("/admin/categories/", {"name": "Tea", "parent_id": parent})

    assert (answer.status_code, count(Category)) == (422, 0)


def test_a_category_is_renamed_and_moved(admin, db):
    parent, category = make_category("Drinks"), make_category("Tea", slug="tea")
    path = f"/admin/categories/{category.id}/"
    typed = form_data(admin.get(path).text, path)

    admin.post(path, data=typed | {"name": "Chai", "parent_id": str(parent.id)})

    reloaded(category)
    assert (category.name, category.slug) == ("Chai", "tea")
    assert category.parent_id == parent.id


@pytest.mark.parametrize("below", ["itself", "child"])
def test_a_category_cannot_lie_below_itself(admin, db, below):
    category = make_category("Tea")
    child = make_category("Green", parent=category)
    parent = category if below == "itself" else child
    path = f"/admin/categories/{category.id}/"

    answer = admin.send(path, {"name": "Tea", "parent_id": parent.id})

    reloaded(category)
    assert (answer.status_code, category.parent_id) == (422, None)


def test_a_tag_is_renamed(admin, db):
    tag = make_tag("Tea", slug="tea")
    path = f"/admin/tags/{tag.id}/"

    bad = admin.send(path, {"name": ""})
    good = admin.send(path, {"name": "Chai", "slug": "chai"})

    reloaded(tag)
    assert (bad.status_code, good.status_code) == (422, 303)
    assert (tag.name, tag.slug) == ("Chai", "chai")


def test_deleting_a_category_asks_keeps_posts_and_moves_children_up(admin, db):
    top = make_category("Top")
    middle = make_category("Middle", parent=top)
    leaf = make_category("Leaf", parent=middle)
    post = make_post(categories=[middle, leaf])
    path = f"/admin/categories/{middle.id}/deletion"

    question = admin.get(path).text
    admin.post(path, data=form_data(question, path))

    reloaded(leaf)
    assert "1 post stands in it" in question
    assert leaf.parent_id == top.id
    assert reloaded(post).categories == [leaf]
    assert count(Category) == 2


def test_deleting_a_tag_asks_and_keeps_posts(admin, db):
    tag = make_tag("Tea")
    post = make_post(tags=[tag])
    path = f"/admin/tags/{tag.id}/deletion"

    admin.post(path, data=form_data(admin.get(path).text, path))

    assert (count(Tag), reloaded(post).tags) == (0, [])


@pytest.mark.parametrize("kind", ["categories", "tags"])
def test_a_term_that_is_not_there(admin, kind):
    assert admin.get(f"/admin/{kind}/99/").status_code == 404
    assert admin.send(f"/admin/{kind}/99/", {"name": "x"}).status_code == 404
    assert admin.get(f"/admin/{kind}/99/deletion").status_code == 404
    assert admin.send(f"/admin/{kind}/99/deletion").status_code == 404
    assert admin.delete(f"/admin/{kind}/").status_code in (400, 405)


@pytest.mark.parametrize(
    ("path", "make"),
    [("/admin/categories/", make_category), ("/admin/tags/", make_tag)],
)
def test_lists_of_terms_ask_as_many_questions_for_one_as_for_three(
    admin, db, queries, path, make
):
    def questions():
        queries.clear()
        admin.get(path)
        return len(queries)

    make()
    first = questions()
    make()
    make()

    assert questions() == first


@pytest.mark.parametrize("noun", ["categories", "tags"])
def test_an_address_that_goes_while_a_term_is_saved(admin, db, monkeypatch, noun):
    make = make_category if noun == "categories" else make_tag
    make(slug="tea")
    path = f"/admin/{noun}/{make(slug='chai').id}/"
    # The form was asked before the other one got it.
    monkeypatch.setattr(naming, "slug_problem", lambda *_: None)

    answer = admin.send(path, {"name": "Chai", "slug": "tea"})

    assert answer.status_code == 409
    assert "Somebody was faster" in answer.text


def test_a_preview_makes_no_more_tags_than_could_be_saved(client_for, db):
    author = client_for("author")

    answer = author.send(
        "/admin/posts/preview", {"body": "Words.", "tags": "a," * 50_000}
    )

    assert answer.status_code == 200
    assert answer.text.count("p-category") == 1_000
