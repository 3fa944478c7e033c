"""The states of a post in its editor, for each who may come there."""

import pytest

from blog.database import write_transaction
from blog.posts import permalinks
from blog.posts.models import FINISHED, Kind, Post, Status
from tests.factories import (
    DAY,
    NOON,
    NOW,
    User,
    make_category,
    make_page,
    make_post,
    make_tag,
    make_user,
    session,
)
from tests.pages import field, form_data, parse, text_of
from tests.posts.writing import notices, open_editor, reloaded, undo

ROOMS = {Kind.POST: "/admin/posts", Kind.PAGE: "/admin/pages"}
both_kinds = pytest.mark.parametrize("kind", list(Kind))
NEW = "/admin/posts/new"
LONG = "The beginning.\n\n<!--more-->\n\nThe rest."


def me(client):
    return session.get(User, client.user_id)


def in_state(status, **attributes):
    has_date = status not in (Status.DRAFT, Status.PENDING)
    return make_post(
        status=status, published_at=NOON if has_date else None, **attributes
    )


def only_post():
    session.rollback()
    return session.query(Post).one()


def buttons(html):
    """What the buttons of the editor do."""
    return {each.get("name") for each in parse(html).iter("button") if each.get("name")}


def press(client, post, button, **typed):
    path = f"{ROOMS[post.kind]}/{post.id}/"
    return client.post(path, data=open_editor(client, path, button, **typed))


# Who may do what, in which state


ALL_STEPS = ("save", "publish", "submit", "withdraw", "trash", "restore")


def reached(role, status, step):
    """What a post of one's own becomes; ``None`` if the answer is a refusal."""
    may_publish = role != "contributor"
    if status in FINISHED and not may_publish:
        return None
    if step == "publish" and not may_publish:
        return None
    match step:
        case "publish":
            return status if status in FINISHED else Status.PUBLIC
        case "submit":
            return Status.PENDING if status == Status.DRAFT else status
        case "withdraw":
            return Status.DRAFT
        case "trash":
            return Status.TRASH
        case _:
            return status


@pytest.mark.parametrize("step", ALL_STEPS)
@pytest.mark.parametrize("status", [each for each in Status if each != Status.TRASH])
@pytest.mark.parametrize("role", ["contributor", "author", "editor", "admin"])
def test_a_step_leads_where_the_role_may_go(client_for, db, role, status, step):
    client = client_for(role)
    post = in_state(status, author=me(client), title="Tea")
    typed = {"title": "After", "body": "Words.", "version": "1", step: "1"}

    answer = client.send(f"/admin/posts/{post.id}/", typed)

    wanted = reached(role, status, step)
    post = reloaded(post)
    assert answer.status_code == (403 if wanted is None else 303)
    assert post.status == (wanted or status)
    assert post.title == ("Tea" if wanted is None else "After")


@pytest.mark.parametrize("step", ALL_STEPS)
@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("role", ["contributor", "author"])
def test_no_step_touches_what_is_somebody_elses(client_for, db, role, status, step):
    client = client_for(role)
    post = in_state(status, author=make_user())
    typed = {"title": "After", "version": "1", "visibility": "private", step: "1"}

    answer = client.send(f"/admin/posts/{post.id}/", typed)

    assert (answer.status_code, reloaded(post).status, post.title) == (
        *(404, status),
        "A title",
    )


@pytest.mark.parametrize(
    ("role", "status", "wanted"),
    [
        ("contributor", Status.DRAFT, {"save", "submit", "trash"}),
        ("contributor", Status.PENDING, {"save", "withdraw", "trash"}),
        ("author", Status.DRAFT, {"save", "publish", "trash"}),
        ("author", Status.PENDING, {"save", "publish", "withdraw", "trash", "return"}),
        ("editor", Status.PUBLIC, {"publish", "withdraw", "trash"}),
        ("editor", Status.PRIVATE, {"publish", "withdraw", "trash"}),
        ("editor", Status.TRASH, {"save", "restore"}),
    ],
)
def test_the_buttons_are_those_that_do_something(client_for, db, role, status, wanted):
    client = client_for(role)
    post = in_state(status, author=me(client))

    assert buttons(client.get(f"/admin/posts/{post.id}/").text) == wanted


# A contributor


def test_a_contributor_submits_edits_and_takes_back(client_for, db):
    client = client_for("contributor")
    answer = client.post(
        NEW, data=open_editor(client, NEW, "submit", title="Tea", body="Leaves.")
    )
    post = only_post()
    assert (post.status, post.source) == (Status.PENDING, "Leaves.")
    assert "waits for an editor" in notices(client, answer.location)[0]

    press(client, post, "save", body="Better leaves.")
    post = reloaded(post)
    assert (post.status, post.source) == (Status.PENDING, "Better leaves.")

    press(client, post, "withdraw")
    assert reloaded(post).status == Status.DRAFT


def test_a_submission_is_undone(client_for, db):
    client = client_for("contributor")
    post = in_state(Status.DRAFT, author=me(client))
    path = f"/admin/posts/{post.id}/"
    press(client, post, "submit", body="Leaves.")

    assert undo(client, path) == path

    post = reloaded(post)
    assert (post.status, post.source) == (Status.DRAFT, "Leaves.")


def test_a_contributor_decides_nothing_about_readers(client_for, db):
    client = client_for("contributor")
    forged = {
        "visibility": "private",
        "post_password": "sesame",
        "sticky": "y",
        "published_at": "2020-01-01T00:00",
        "submit": "1",
    }
    page = client.get(NEW).text
    assert not any(f'name="{name}"' in page for name in forged if name != "submit")

    client.send(NEW, {"title": "Tea"} | forged)

    post = only_post()
    assert (post.status, post.password, post.sticky) == (Status.PENDING, "", False)
    assert post.published_at is None


def test_what_an_editor_decided_outlives_a_contributors_save(client_for, db):
    client = client_for("contributor")
    post = in_state(Status.PENDING, author=me(client), password="sesame", sticky=True)

    page = client.get(f"/admin/posts/{post.id}/").text
    press(client, post, "save", body=LONG)

    post = reloaded(post)
    assert "sesame" not in page
    assert (post.password, post.sticky) == ("sesame", True)
    assert (post.lede, post.summary) == (None, "")


@pytest.mark.parametrize("finished", sorted(FINISHED))
def test_no_word_is_lost_when_an_editor_was_faster(client_for, db, finished):
    client = client_for("contributor")
    post = in_state(Status.PENDING, author=me(client))
    path = f"/admin/posts/{post.id}/"
    typed = open_editor(client, path, "save", body="Half an hour's work.")
    with write_transaction():
        post.status, post.slug, post.published_at = finished, "tea", NOW

    answer = client.post(path, data=typed)

    assert answer.status_code == 403
    assert "Half an hour&#39;s work." in answer.text
    assert "An editor has finished this post meanwhile" in answer.text
    assert buttons(answer.text) == set()
    assert reloaded(post).source == "Some words."


# Who may read it


@both_kinds
def test_the_button_alone_makes_it_public(admin, db, kind):
    admin.send(f"{ROOMS[kind]}/new", {"title": "T", "body": "W.", "publish": ""})

    post = only_post()
    assert (post.status, post.password, post.sticky) == (Status.PUBLIC, "", False)


@both_kinds
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (a, b)
        for a in ("public", "protected", "private")
        for b in ("public", "protected", "private")
    ],
)
def test_visibility_changes_both_ways_in_one_save(
    admin, visitor, db, kind, before, after
):
    post = make_post(
        kind=kind,
        source=LONG,
        status=Status.PRIVATE if before == "private" else Status.PUBLIC,
        password="old" if before == "protected" else "",
    )
    typed = {"visibility": after}
    if after == "protected" and before != "protected":
        typed["post_password"] = "new"

    answer = press(admin, post, "publish", **typed)

    post = reloaded(post)
    assert answer.status_code == 303
    assert post.status == (Status.PRIVATE if after == "private" else Status.PUBLIC)
    wanted = "" if after != "protected" else "old" if before == "protected" else "new"
    assert (post.password, post.published_at) == (wanted, NOON)
    assert (post.lede is None, post.summary == "") == (after == "protected",) * 2
    address = permalinks.post_url(post)
    answer = visitor.get(address)
    assert answer.status_code == (404 if after == "private" else 200)
    assert ("The beginning." in answer.text) == (after == "public")
    path = f"{ROOMS[kind]}/{post.id}/"
    assert form_data(admin.get(path).text, path)["visibility"] == after


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"visibility": "protected"}, "Type the password"),
        ({"visibility": "protected", "post_password": "  "}, "Type the password"),
        ({"visibility": "protected", "post_password": "x" * 256}, "At most 255"),
        ({"visibility": "protected", "post_password": "a\tb"}, "nobody can type"),
        ({"visibility": "protected", "post_password": "a\u200bb"}, "nobody can type"),
        ({"visibility": "public", "post_password": "sesame"}, "as well, or empty"),
        ({"visibility": "private", "post_password": "sesame"}, "as well, or empty"),
        ({"visibility": "hidden"}, "hoice"),
    ],
)
@pytest.mark.parametrize("button", ["publish", "save"])
def test_what_would_leave_a_text_open_is_asked_about(admin, db, typed, told, button):
    sent = open_editor(admin, NEW, button, title="Tea", body="My <words>.") | typed

    answer = admin.post(NEW, data=sent)

    assert answer.status_code == 422
    assert told in answer.text
    assert "My &lt;words&gt;." in answer.text
    session.rollback()
    assert session.query(Post).count() == 0


@pytest.mark.parametrize(
    "password", ["sesame", "پاس ورڈ", "می\u200cخواهم", "<b>&\"'", "é" * 255]
)
def test_a_password_is_kept_in_clear_for_who_may_change_it(admin, db, password):
    typed = {"visibility": "protected", "post_password": f" {password} "}
    admin.post(NEW, data=open_editor(admin, NEW, "publish", title="T", **typed))

    post = only_post()
    path = f"/admin/posts/{post.id}/"
    assert post.password == password
    assert field(admin.get(path).text, "post_password") == password
    press(admin, post, "publish")
    assert (reloaded(post).password, post.version) == (password, 2)


def test_what_is_private_is_so_without_a_second_press(admin, db):
    typed = open_editor(admin, NEW, "save", title="Tea", visibility="private")

    answer = admin.post(NEW, data=typed)

    assert only_post().status == Status.PRIVATE
    assert "Saved as private" in notices(admin, answer.location)[0]


def test_a_sticky_post_is_ticked_and_unticked(admin, db):
    admin.post(NEW, data=open_editor(admin, NEW, "publish", title="T", sticky="y"))
    post = only_post()
    assert post.sticky
    path = f"/admin/posts/{post.id}/"
    typed = open_editor(admin, path, "publish")
    assert typed.pop("sticky") == "y"

    admin.post(path, data=typed)

    assert not reloaded(post).sticky


def test_a_form_that_leaves_them_out_changes_neither_lock_nor_place(admin, db):
    post = make_post(password="sesame", sticky=True)

    admin.send(
        f"/admin/posts/{post.id}/", {"title": "New", "version": "1", "publish": "1"}
    )

    post = reloaded(post)
    assert (post.title, post.password, post.sticky) == ("New", "sesame", True)


def test_pages_are_not_sticky(admin, db):
    page = make_page()

    assert 'name="sticky"' not in admin.get(f"/admin/pages/{page.id}/").text


# What is said, and taken back


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "Saved. Readers see it now."),
        ({"published_at": "2031-01-01T00:00"}, "Scheduled for"),
        ({"visibility": "private"}, "Only its author and editors can read it"),
        (
            {"visibility": "protected", "post_password": "x"},
            "Readers see its title, and with the password its text.",
        ),
    ],
)
def test_publishing_says_what_came_of_it_and_is_undone(admin, db, typed, told):
    post = make_post(published_at=None)
    path = f"/admin/posts/{post.id}/"

    press(admin, post, "publish", **typed)
    page = admin.get(path).text

    assert told in page
    assert ("/undo/" in page) == ("post_password" not in typed)


def test_what_came_of_it_is_said_beside_the_buttons_too_once(admin, db):
    post = make_post(published_at=None)
    path = f"/admin/posts/{post.id}/"

    def standing():
        page = parse(admin.get(path).text)
        return next(
            text_of(each)
            for each in page.iter("span")
            if each.get("data-standing") is not None
        )

    press(admin, post, "publish")

    assert standing() == "Saved. Readers see it now."
    assert standing() == ""


def test_a_first_publication_is_undone_with_its_words_kept(admin, db):
    answer = admin.post(
        NEW, data=open_editor(admin, NEW, "publish", title="Tea", body="Leaves.")
    )

    undo(admin, answer.location)

    post = only_post()
    assert (post.status, post.slug, post.published_at) == (Status.DRAFT, "", None)
    assert post.source == "Leaves."


def test_an_undo_never_opens_what_had_a_password(admin, db):
    post = make_post(password="sesame", published_at=None, source=LONG)

    press(admin, post, "publish", visibility="private")

    post = reloaded(post)
    assert (post.status, post.password) == (Status.PRIVATE, "")
    assert "/undo/" not in admin.get(f"/admin/posts/{post.id}/").text


@pytest.mark.parametrize("status", [each for each in Status if each != Status.TRASH])
@pytest.mark.parametrize("button", ["withdraw", "trash"])
def test_what_is_taken_away_comes_back_as_it_was(admin, db, status, button):
    post = in_state(status, sticky=status == Status.PUBLIC)
    path = f"/admin/posts/{post.id}/"
    answer = press(admin, post, button)
    if button == "withdraw" and status == Status.DRAFT:
        assert "/undo/" not in admin.get(path).text
        return

    assert undo(admin, answer.location) == path

    post = reloaded(post)
    assert (post.status, post.trashed_status) == (status, None)
    assert post.published_at == (None if status in ("draft", "pending") else NOON)


# Two at once


def test_a_stale_version_keeps_the_new_fields_too(admin, db):
    post = make_post(source="As it was.", password="theirs")
    path = f"/admin/posts/{post.id}/"
    mine = open_editor(
        admin,
        path,
        "publish",
        body="My words.",
        post_password="mine & only",
        sticky="y",
        tags="Leaf",
        category_ids=[str(make_category().id)],
    )
    with write_transaction():
        post.version += 1

    answer = admin.post(path, data=mine)

    assert answer.status_code == 409
    again = form_data(answer.text, path, "publish")
    assert {
        name: again[name] for name in ("visibility", "post_password", "sticky")
    } == {
        "visibility": "protected",
        "post_password": "mine & only",
        "sticky": "y",
    }
    assert (again["tags"], again["category_ids"]) == ("Leaf", mine["category_ids"][0])
    assert "Protected by a password: <bdi>theirs</bdi>" in answer.text
    assert admin.post(path, data=again).status_code == 303
    post = reloaded(post)
    assert (post.password, post.sticky, post.source) == (
        *("mine & only", True),
        "My words.",
    )


# Preview


@pytest.mark.parametrize("status", list(Status))
def test_a_preview_shows_every_state_and_leads_back(client_for, db, status):
    client = client_for("author")
    post = in_state(
        status,
        author=me(client),
        source="One.\n\n<!--nextpage-->\n\nTwo.",
        password="" if status == Status.PRIVATE else "sesame",
        tags=[make_tag("Leaf")],
    )
    path = f"/admin/posts/{post.id}/"

    page = client.get(f"{path}preview")

    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert ("One." in page.text, "Two." in page.text) == (True, True)
    assert "sesame" not in page.text
    back = [each.get("href") for each in parse(page.text).iter("a") if each.text]
    assert path in back


def test_a_preview_of_what_is_typed_does_not_lead_to_what_is_stored(admin, db):
    post = make_post(password="sesame")
    path = f"/admin/posts/{post.id}/"

    page = admin.post(f"{path}preview", data=open_editor(admin, path, body="Typed."))

    assert "Typed." in page.text
    assert f'href="{path}"' not in page.text


def test_the_button_says_what_it_will_do_with_what_is_private(admin, db):
    typed = open_editor(admin, NEW, title="x" * 201, visibility="private")

    assert ">Keep private</button>" in admin.post(NEW, data=typed).text


def test_a_scheduled_post_is_viewed_by_nobody_yet(admin, db):
    post = make_post(published_at=NOW + DAY)

    page = admin.get(f"/admin/posts/{post.id}/").text

    assert "It will be" in page
    assert f'<a href="{permalinks.post_url(post)}">View' not in page
