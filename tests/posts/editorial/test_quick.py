"""Title, address, date and the like, changed without the editor."""

import pytest

from blog.posts.models import Kind, Status
from blog.posts.permalinks import post_url
from tests.factories import (
    NOON,
    User,
    make_category,
    make_page,
    make_post,
    make_tag,
    make_user,
    session,
)
from tests.pages import form_data
from tests.posts.writing import notices, reloaded

both_kinds = pytest.mark.parametrize("kind", list(Kind))


def quick(client, post, **typed):
    path = f"/admin/editorial/{post.id}/quick"
    page = client.get(f"{path}?next=/admin/{post.kind}s/%3Fsort=title").text
    return client.post(path, data=form_data(page, "/quick") | typed)


@both_kinds
def test_nothing_but_what_was_typed_changes(admin, db, kind):
    is_post = kind == Kind.POST
    post = make_post(
        kind=kind,
        title="Tides",
        source="It *turned*.",
        excerpt="In short",
        categories=[make_category()] if is_post else (),
        tags=[make_tag("sea", slug="sea")] if is_post else (),
        password="sesame",
        sticky=is_post,
        comments_open=True,
    )
    names = [each.key for each in type(post).__table__.columns]
    before = {name: getattr(post, name) for name in names}
    terms = (post.categories, post.tags)

    answer = quick(admin, post, title="High tide")

    post = reloaded(post)
    changed = {name for name in names if getattr(post, name) != before[name]}
    assert answer.location == f"/admin/{kind}s/?sort=title"
    assert changed == {"title", "version", "edited_at"}
    assert (post.categories, post.tags) == terms
    assert notices(admin, answer.location) == ["Saved. " + told(post)]


def told(post):
    return f"“{post.title}” is public; its text needs a password."


def test_all_of_the_small_form_is_saved(admin, db):
    category = make_category()
    post = make_post(title="Tides", tags=[make_tag("sea")], comments_open=True)
    data = {
        "title": "Ebb",
        "slug": "ebb",
        "published_at": "2020-05-06T07:08",
        "category_ids": [str(category.id)],
        "tags": "moon, sun",
        "sticky": "y",
    }
    path = f"/admin/editorial/{post.id}/quick"
    sent = form_data(admin.get(path).text, "/quick") | data
    del sent["comments_open"]

    admin.post(path, data=sent)

    post = reloaded(post)
    assert (post.title, post.slug, post.sticky, post.comments_open) == (
        "Ebb",
        "ebb",
        True,
        False,
    )
    assert f"{post.published_at:%Y-%m-%d}" == "2020-05-06"
    assert ([each.name for each in post.tags], post.categories) == (
        ["moon", "sun"],
        [category],
    )


def test_what_the_small_form_does_not_show_is_not_taken(admin, db):
    post = make_post(title="Tides", source="Mine.", author=make_user())
    other = make_user()
    before = post.author_id

    quick(admin, post, body="Theirs.", author_id=str(other.id), excerpt="x")

    post = reloaded(post)
    assert (post.source, post.author_id, post.excerpt) == ("Mine.", before, "")


@pytest.mark.parametrize(
    ("status", "wanted", "after"),
    [
        (Status.DRAFT, "public", Status.PUBLIC),
        (Status.DRAFT, "pending", Status.PENDING),
        (Status.DRAFT, "private", Status.PRIVATE),
        (Status.PENDING, "draft", Status.DRAFT),
        (Status.PENDING, "public", Status.PUBLIC),
        (Status.PUBLIC, "draft", Status.DRAFT),
        (Status.PUBLIC, "private", Status.PRIVATE),
        (Status.PRIVATE, "public", Status.PUBLIC),
        (Status.PRIVATE, "draft", Status.DRAFT),
        (Status.PUBLIC, "trash", Status.PUBLIC),
        (Status.PUBLIC, "nonsense", Status.PUBLIC),
    ],
)
def test_its_state_is_chosen(admin, db, status, wanted, after):
    has_date = status not in (Status.DRAFT, Status.PENDING)
    post = make_post(status=status, published_at=NOON if has_date else None)

    quick(admin, post, state=wanted)

    assert reloaded(post).status == after


def test_a_contributor_submits_and_publishes_nothing(client_for, db):
    client = client_for("contributor")
    mine = make_post(author=session.get(User, client.user_id), published_at=None)
    theirs = make_post(author=make_user(role="editor"), published_at=None)

    quick(client, mine, state="public", published_at="2020-01-01T10:00", sticky="y")
    post = reloaded(mine)
    assert (post.status, post.published_at, post.sticky) == (Status.DRAFT, None, False)
    quick(client, mine, state="pending")
    assert reloaded(mine).status == Status.PENDING
    path = f"/admin/editorial/{theirs.id}/quick"

    assert client.get(path).status_code == 404
    assert client.send(path, {"title": "Mine"}).status_code == 404


def test_a_version_that_was_saved_over_is_not_replaced_unseen(admin, db):
    post = make_post(title="Tides")
    path = f"/admin/editorial/{post.id}/quick"
    sent = form_data(admin.get(path).text, "/quick") | {"title": "Mine"}
    quick(admin, post, title="Theirs")

    answer = admin.post(path, data=sent)

    assert (answer.status_code, reloaded(post).title) == (409, "Theirs")
    again = form_data(answer.text, "/quick")
    assert again["title"] == "Mine"
    assert "Theirs" in answer.text
    admin.post(path, data=again)
    assert reloaded(post).title == "Mine"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"slug": "a b"}, "such as “a-b”"),
        ({"slug": "taken"}, "Another one has this address"),
        ({"published_at": "yesterday"}, "That is no date"),
        ({"title": ""}, "Give it a title first"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(admin, db, typed, problem):
    make_post(slug="taken", title="Taken")
    post = make_post(title="Tides", published_at=NOON)

    answer = quick(admin, post, tags="moon", **typed)

    assert (answer.status_code, problem in answer.text) == (422, True)
    sent = form_data(answer.text, "/quick")
    assert {name: sent[name] for name in typed} == typed
    assert sent["tags"] == "moon"
    assert (reloaded(post).title, post.version) == ("Tides", 1)


def test_a_new_address_leaves_the_old_one_leading_there(admin, visitor, db):
    post = make_post(title="Tides", slug="tides")
    old = post_url(post)

    quick(admin, post, slug="ebb")

    answer = visitor.get(old)
    assert (answer.status_code, answer.location) == (301, post_url(reloaded(post)))


def test_what_lies_in_the_trash_is_restored_first(admin, db):
    post = make_post(status=Status.TRASH)

    assert admin.get(f"/admin/editorial/{post.id}/quick").status_code == 404


@both_kinds
def test_the_page_is_sound(admin, db, html_checker, kind):
    make_category("Drinks")
    post = (make_page if kind == Kind.PAGE else make_post)(title="Tides")

    for path in (f"/admin/editorial/{post.id}/quick", f"/admin/editorial/{post.id}/"):
        assert html_checker.errors(admin.get(path).text) == [], path
    for path in ("/admin/editorial/templates/", f"/admin/{kind}s/"):
        assert html_checker.errors(admin.get(path).text) == [], path
