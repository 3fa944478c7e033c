"""Lists under a name, and changes of all that match."""

import threading

import pytest

from blog.database import write_transaction
from blog.jobs.models import Job, State
from blog.jobs.worker import Worker
from blog.posts.desk import selection
from blog.posts.editorial import jobs, keeping
from blog.posts.editorial.models import SavedView
from blog.posts.models import Kind, Status
from tests.factories import (
    NOW,
    User,
    make_category,
    make_page,
    make_post,
    make_tag,
    make_user,
    session,
)
from tests.pages import form_data, parse, text_of
from tests.posts.writing import notices, reloaded, titles, undo


def work(app):
    """Do all that is due, as the worker does: with a session of its own."""
    app.extensions["daily_jobs"] = ()
    session.rollback()
    worker = Worker(app)
    thread = threading.Thread(target=lambda: [None for _ in iter(worker.work, False)])
    thread.start()
    thread.join()
    session.rollback()


# Saved lists


@pytest.mark.parametrize("kind", list(Kind))
def test_a_list_is_kept_under_a_name_opened_and_given_up(admin, db, kind):
    make_post(kind=kind, title="Tea")
    make_post(kind=kind, title="Coffee")
    here = f"/admin/{kind}s/?q=tea&status=public&sort=-words"

    data = form_data(admin.get(here).text, "/lists/") | {"name": "All about tea"}
    assert admin.post("/admin/lists/", data=data).status_code == 303
    page = admin.get(f"/admin/{kind}s/").text
    link = next(e for e in parse(page).iter("a") if text_of(e) == "All about tea")
    assert titles(admin.get(link.get("href")).text) == ["Tea"]
    other = Kind.PAGE if kind == Kind.POST else Kind.POST
    assert "All about tea" not in admin.get(f"/admin/{other}s/").text
    saved = session.query(SavedView).one()
    admin.send(f"/admin/lists/{saved.id}/deletion", {"kind": kind})

    session.rollback()
    assert session.query(SavedView).count() == 0


def test_a_list_of_somebody_else_is_not_there(client_for, admin, db):
    with write_transaction():
        owner = session.get(User, admin.user_id)
        keeping.keep(owner, Kind.POST, "Mine alone", "q=tea")
    other = client_for("editor")
    saved = session.query(SavedView).one()

    assert "Mine alone" not in other.get("/admin/posts/?q=x").text
    assert other.send(f"/admin/lists/{saved.id}/deletion").status_code == 404


def test_a_list_needs_a_name_and_a_place(admin, db, monkeypatch):
    assert admin.send("/admin/lists/", {"q": "tea", "name": " "}).status_code == 303
    assert admin.send("/admin/lists/", {"name": "x", "sort": "y"}).status_code == 404
    assert session.query(SavedView).count() == 0
    monkeypatch.setattr(keeping, "MOST", 1)
    admin.send("/admin/lists/", {"q": "tea", "name": "One"})
    admin.send("/admin/lists/", {"q": "milk", "name": "One"})
    admin.send("/admin/lists/", {"q": "tea", "name": "Two"})

    session.rollback()
    assert [(each.name, each.query) for each in session.query(SavedView)] == [
        ("One", "q=milk")
    ]


def test_words_put_the_list_in_order(admin, db):
    make_post(title="Short", source="One.")
    make_post(title="Long", source="One two three.")

    assert titles(admin.get("/admin/posts/?sort=-words").text) == ["Long", "Short"]


# Many at once


def press(client, button, posts, **fields):
    data = {"selection": button, "ids": [str(post.id) for post in posts]}
    return client.send("/admin/posts/selection", data | fields)


def test_categories_and_tags_are_taken_off_and_tags_added(admin, db):
    category, tea = make_category(), make_tag("Tea", slug="tea")
    post = make_post(categories=[category], tags=[tea])

    press(admin, "unfile", [post], category_id=category.id)
    press(admin, "tag", [post], tags="Rain, tea , Sun")
    assert (reloaded(post).categories, post.version) == ([], 3)
    assert [each.name for each in post.tags] == ["Tea", "Rain", "Sun"]
    press(admin, "untag", [post], tags="TEA,sun,never")

    assert [each.name for each in reloaded(post).tags] == ["Rain"]


def test_comments_are_opened_and_closed_and_posts_stuck(admin, db):
    posts = [make_post(comments_open=True), make_post(status=Status.PRIVATE)]

    press(admin, "close", posts)
    press(admin, "stick", posts)
    assert [(reloaded(p).comments_open, p.sticky) for p in posts] == [
        (False, True),
        (False, False),
    ]
    press(admin, "open", posts)
    press(admin, "unstick", posts)

    assert [(reloaded(p).comments_open, p.sticky) for p in posts] == [
        (True, False),
        (True, False),
    ]


@pytest.mark.parametrize(
    "button",
    ["unfile", "tag", "untag", "open", "close", "stick", "unstick", "give"],
)
@pytest.mark.parametrize("role", ["contributor", "author"])
def test_what_is_somebody_elses_stays_as_it_is(client_for, db, role, button):
    category, tag = make_category(), make_tag("tea")
    post = make_post(author=make_user(role="editor"), categories=[category], tags=[tag])
    fields = {"category_id": category.id, "tags": "tea, rain", "author_id": "1"}

    press(client_for(role), button, [post], **fields)

    assert reloaded(post).version == 1


@pytest.mark.parametrize("button", ["tag", "untag"])
def test_tags_are_written_first(admin, db, button):
    post = make_post()

    press(admin, button, [post], tags=" , ")

    assert notices(admin, "/admin/posts/") == [
        "Write a tag first. Nothing was changed."
    ]


@pytest.mark.parametrize("button", ["file", "tag", "stick"])
def test_pages_have_neither_categories_nor_tags_nor_a_top(admin, db, button):
    page = make_page()
    data = {"selection": button, "ids": page.id, "tags": "a", "category_id": "1"}

    admin.send("/admin/pages/selection", data)

    assert reloaded(page).version == 1


def test_all_that_match_are_changed_on_whichever_page(admin, db, monkeypatch):
    monkeypatch.setattr("blog.posts.desk.queries.PAGE_SIZE", 2)
    posts = [make_post(title=f"Tea {number}") for number in range(5)]
    other = make_post(title="Coffee")
    here = "/admin/posts/?q=tea&sort=title"
    page = admin.get(f"{here}&select=matching").text
    assert "All 5 are selected, on every page." in page

    data = form_data(page, "/selection") | {"selection": "trash"}
    admin.post("/admin/posts/selection", data=data)
    assert {reloaded(post).status for post in posts} == {Status.TRASH}
    assert reloaded(other).status == Status.PUBLIC
    undo(admin, "/admin/posts/")

    assert {reloaded(post).status for post in posts} == {Status.PUBLIC}


def test_very_many_are_changed_by_a_job_whose_progress_is_seen(
    app, admin, db, monkeypatch
):
    monkeypatch.setattr(selection, "MAX_AT_ONCE", 3)
    monkeypatch.setattr(jobs, "SLICE", 2)
    posts = [make_post(title=f"Tea {number}") for number in range(5)]
    category = make_category("Drinks")
    data = {"selection": "file", "all": "1", "category_id": category.id}

    admin.send("/admin/posts/selection", data | {"next": "/admin/posts/?q=tea"})

    session.rollback()
    job = session.query(Job).one()
    assert (job.total, job.done, job.user_id) == (5, 0, admin.user_id)
    page = admin.get("/admin/posts/").text
    assert ("Filing under “Drinks”" in page, "0 of 5" in page) == (True, True)
    work(app)
    session.refresh(job)
    assert (job.state, job.done) == (State.DONE, 5)
    assert all(reloaded(post).categories == [category] for post in posts)
    assert "<progress" not in admin.get("/admin/posts/").text


def test_a_job_asks_again_who_one_is(app, client_for, db, monkeypatch):
    monkeypatch.setattr(selection, "MAX_AT_ONCE", 0)
    client = client_for("author")
    me = session.get(User, client.user_id)
    post = make_post(author=me)
    client.send(
        "/admin/posts/selection",
        {"selection": "trash", "all": "1", "next": "/admin/posts/"},
    )
    with write_transaction():
        me.role = "contributor"

    work(app)

    assert reloaded(post).status == Status.PUBLIC


def test_a_job_of_somebody_without_an_account_is_given_up(app, admin, db, monkeypatch):
    monkeypatch.setattr(selection, "MAX_AT_ONCE", 0)
    post = make_post()
    admin.send("/admin/posts/selection", {"selection": "trash", "all": "1"})
    with write_transaction():
        session.get(User, admin.user_id).disabled_at = NOW

    work(app)

    assert session.query(Job).one().state == State.FAILED
    assert reloaded(post).status == Status.PUBLIC


@pytest.mark.parametrize("role", ["contributor", "author"])
def test_all_that_match_are_ones_own(client_for, db, role):
    client = client_for(role)
    mine = make_post(author=session.get(User, client.user_id), published_at=None)
    theirs = make_post(author=make_user(), published_at=None)

    client.send("/admin/posts/selection", {"selection": "trash", "all": "1"})

    assert (reloaded(mine).status, reloaded(theirs).status) == ("trash", "draft")
