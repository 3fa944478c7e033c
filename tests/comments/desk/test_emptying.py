"""Deleting all the spam, or all that lies in the trash."""

import pytest

from blog.accounts.models import User
from blog.comments.models import Comment, Status
from blog.database import session
from blog.posts.models import Post
from tests.factories import make_comment, make_post
from tests.pages import field, form_data

QUEUE = "/admin/comments/"


def left(app):
    with app.app_context():
        return session.query(Comment).count()


def test_a_shelf_is_emptied_after_a_question(app, admin):
    with app.app_context():
        post = make_post()
        kept = make_comment(post=post).id
        for _ in range(3):
            make_comment(post=post, status=Status.SPAM)
        make_comment(post=post, status=Status.TRASH)
    link = f"{QUEUE}spam/deletion"
    assert f'href="{link}">Empty the spam' in admin.get(f"{QUEUE}?status=spam").text

    page = admin.get(link).text
    assert "There are 3 comments in the spam." in page
    assert "Delete 3 comments for good" in page
    assert left(app) == 5
    response = admin.post(link, data=form_data(page, link))

    assert response.location == f"{QUEUE}?status=spam"
    assert "3 comments were deleted for good." in admin.get(response.location).text
    assert left(app) == 2
    with app.app_context():
        assert session.get_one(Comment, kept).post.comment_count == 1


def test_what_arrives_after_the_question_stays(app, admin):
    with app.app_context():
        post_id = make_comment(status=Status.SPAM).post_id
    path = f"{QUEUE}spam/deletion"
    data = form_data(admin.get(path).text, path)
    with app.app_context():
        post = session.get_one(Post, post_id)
        make_comment(post=post, status=Status.SPAM, source="New.")

    response = admin.post(path, data=data)

    assert "1 comment was deleted for good." in admin.get(response.location).text
    assert left(app) == 1


def test_only_what_was_found_is_deleted(app, admin):
    with app.app_context():
        post = make_post()
        for words in ("Casino", "Casino", "A lamp"):
            make_comment(post=post, status=Status.TRASH, source=words)
    path = f"{QUEUE}trash/deletion?q=casino"
    assert (
        "Delete all that was found" in admin.get(f"{QUEUE}?status=trash&q=casino").text
    )

    page = admin.get(path).text
    assert "2 comments in the trash fit your filters." in page
    admin.post(path, data=form_data(page, QUEUE))

    with app.app_context():
        assert [each.source for each in session.query(Comment)] == ["A lamp"]


def test_it_is_emptied_in_batches_and_says_when_more_is_left(app, admin, monkeypatch):
    monkeypatch.setattr("blog.comments.desk.admin.DELETED_AT_ONCE", 2)
    monkeypatch.setattr("blog.comments.desk.admin.MAX_DELETED", 4)
    with app.app_context():
        post = make_post()
        parent = None
        for _ in range(7):
            parent = make_comment(post=post, parent=parent, status=Status.SPAM)
    path = f"{QUEUE}spam/deletion"

    response = admin.post(path, data=form_data(admin.get(path).text, path))

    assert response.location == path
    page = admin.get(path).text
    assert "4 comments were deleted for good." in page
    assert "There are 3 comments in the spam." in page
    assert admin.post(path, data=form_data(page, path)).location != path
    assert left(app) == 0


def test_an_empty_shelf_has_nothing_to_empty(admin):
    assert "deletion" not in admin.get(f"{QUEUE}?status=trash").text
    page = admin.get(f"{QUEUE}trash/deletion").text
    assert "There are 0 comments in the trash." in page
    assert "<button>" not in page and 'class="danger"' not in page


@pytest.mark.parametrize("shelf", ["pending", "approved", "all", "x", "1"])
def test_what_nobody_threw_out_is_not_emptied(app, admin, shelf):
    with app.app_context():
        make_comment(status=Status.PENDING)
    path = f"{QUEUE}{shelf}/deletion"

    assert admin.get(path).status_code == 404
    assert admin.send(path, {"newest": "9"}).status_code == 405
    assert left(app) == 1


@pytest.mark.parametrize("newest", ["", "x", "-1", "0", "9" * 30])
def test_a_forged_question_deletes_nothing(app, admin, newest):
    with app.app_context():
        make_comment(status=Status.SPAM)

    response = admin.send(f"{QUEUE}spam/deletion", {"newest": newest})

    assert response.status_code == 303
    assert left(app) == 1


def test_an_author_empties_nothing(app, client_for):
    author = client_for("author")
    with app.app_context():
        post = make_post(author=session.get_one(User, author.user_id))
        make_comment(post=post, status=Status.SPAM)
    path = f"{QUEUE}spam/deletion"

    assert "deletion" not in author.get(f"{QUEUE}?status=spam").text
    assert author.get(path).status_code == 404
    assert author.send(path, {"newest": "9"}).status_code == 404
    assert left(app) == 1


def test_emptying_needs_a_token(app, admin):
    with app.app_context():
        make_comment(status=Status.SPAM)
    path = f"{QUEUE}spam/deletion"
    assert field(admin.get(path).text, "newest") == "1"

    assert admin.post(path, data={"newest": "1"}).status_code == 400
    assert left(app) == 1
