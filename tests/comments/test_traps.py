"""Where WordPress stumbles, and others with it; the numbers are those of our list.

Numbers 15 to 17 stand with Akismet, 18 with the commenter's own comments.
"""

from datetime import timedelta

import pytest

from blog.comments import forms
from blog.comments.models import Comment, Status
from blog.database import db as database
from blog.database import session, write_transaction
from blog.posts.models import Post
from blog.posts.permalinks import post_url
from blog.site.queries import settings
from tests.factories import DAY, NOW, make_comment, make_post
from tests.pages import form_data

VALID = {"author": "Ada", "email": "ada@example.org", "comment": "Well said."}


@pytest.fixture(autouse=True)
def rules_alone(app):
    """Whatever is not held by one of the owner's rules is published."""
    with app.app_context(), write_transaction():
        settings().comment_previously_approved = False
        settings().spam_filter = False


@pytest.fixture
def post(app):
    with app.app_context():
        post = make_post()
        return post.id, post_url(post)


def set_site(app, **changes):
    with app.app_context(), write_transaction():
        for name, value in changes.items():
            setattr(settings(), name, value)


def send(visitor, post_id, *, ip="127.0.0.1", **changes):
    return visitor.post(
        f"/comments/{post_id}",
        data=VALID | changes,
        environ_base={"REMOTE_ADDR": ip},
    )


def newest(app):
    with app.app_context():
        return session.scalar(database.select(Comment).order_by(Comment.id.desc()))


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("One: https://a.example", Status.APPROVED),
        ("Two: https://a.example and www.b.example", Status.PENDING),
        ("Two: https://a.example and <https://b.example>", Status.PENDING),
        ("[one](https://a.example) <a href='https://b.example'>2</a>", Status.PENDING),
        ("`https://a.example https://b.example`", Status.APPROVED),
    ],
)
def test_trap_3_two_links_are_held_counted_as_they_are_read(
    app, visitor, post, words, status
):
    send(visitor, post[0], comment=words)

    assert newest(app).status == status


@pytest.mark.parametrize(
    "words",
    ["vi<b></b>agra", "vi**ag**ra", "VI\u00adAGRA", "v\u200biagra", "ｖｉａｇｒａ"],
)
def test_trap_4_a_disallowed_word_inside_tags_is_found(app, visitor, post, words):
    set_site(app, disallowed_keys="viagra")

    send(visitor, post[0], comment=f"Buy {words} now.")

    assert newest(app).status == Status.TRASH


def test_trap_5_a_flood_by_one_address_is_seen_from_another_network(app, visitor, post):
    assert send(visitor, post[0], ip="192.0.2.1").status_code == 303

    refused = send(visitor, post[0], ip="198.51.100.1", comment="And another thing.")
    assert refused.status_code == 429
    assert "And another thing." in refused.text

    other = send(
        visitor, post[0], ip="203.0.113.1", email="eve@example.org", comment="Not me."
    )
    assert other.status_code == 303


def test_trap_6_what_is_in_the_trash_is_no_repetition(app, visitor, post):
    app.config["LIMITS"] = False
    send(visitor, post[0])
    with app.app_context(), write_transaction():
        first = session.scalar(database.select(Comment))
        first.created_at -= DAY
        first_id = first.id

    assert send(visitor, post[0]).status_code == 409
    with app.app_context(), write_transaction():
        session.get_one(Comment, first_id).trash("")
    assert send(visitor, post[0]).status_code == 303


def test_trap_6_the_same_in_answer_to_another_is_no_repetition(app, visitor, post):
    app.config["LIMITS"] = False
    with app.app_context():
        here = session.get_one(Post, post[0])
        parents = [make_comment(post=here, source=word).id for word in ("One", "Two")]

    for parent_id in (None, *parents):
        answer = send(visitor, post[0], comment_parent=parent_id or "")
        assert answer.status_code == 303
        with app.app_context(), write_transaction():
            newest(app).created_at -= DAY
            session.scalar(
                database.select(Comment).order_by(Comment.id.desc())
            ).created_at -= DAY
        again = send(visitor, post[0], comment_parent=parent_id or "")
        assert again.status_code == 409


def test_trap_8_a_post_from_the_trash_has_every_comment_as_it_was(app, visitor, admin):
    with app.app_context():
        post = make_post()
        for status in Status:
            make_comment(post=post, status=status, source=f"It is {status}.")
        post_id, url = post.id, post_url(post)

    def standing():
        with app.app_context():
            rows = session.execute(
                database.select(Comment.id, Comment.status, Comment.previous_status)
            )
            return rows.all(), session.get_one(Post, post_id).comment_count

    before = standing()
    page = visitor.get(url).text

    admin.send(f"/admin/posts/{post_id}/trash")
    assert visitor.get(url).status_code == 404
    admin.send(f"/admin/posts/{post_id}/restoration")
    admin.send(f"/admin/posts/{post_id}/publication")

    assert standing() == before
    assert "It is approved." in page
    with app.app_context():
        assert (
            "It is approved."
            in visitor.get(post_url(session.get_one(Post, post_id))).text
        )


def test_trap_9_closing_after_some_days_is_judged_when_asked(app, visitor, monkeypatch):
    set_site(app, close_comments_days_old=14)
    with app.app_context():
        post = make_post(published_at=NOW - 13 * DAY)
        post_id, url = post.id, post_url(post)
    assert 'class="comment-form"' in visitor.get(url).text
    assert send(visitor, post_id).status_code == 303

    later = NOW + 2 * DAY
    for module in ("posts.views", "comments.views"):
        monkeypatch.setattr(f"blog.{module}.utcnow", lambda: later)

    assert "Comments are closed." in visitor.get(url).text
    refused = send(visitor, post_id, comment="Too late, but kept.")
    assert refused.status_code == 403
    assert "Too late, but kept." in refused.text


def test_trap_20_a_form_from_an_old_copy_of_the_page_still_posts(
    app, visitor, post, monkeypatch
):
    post_id, url = post
    form = form_data(visitor.get(url).text, f"/comments/{post_id}")
    later = NOW + timedelta(days=60)
    monkeypatch.setattr("blog.comments.views.utcnow", lambda: later)

    answer = visitor.post(f"/comments/{post_id}", data=form | VALID)

    assert answer.status_code == 303
    assert newest(app).signals == "old-stamp"
    without = {"comment": "No stamp at all.", "email": "b@example.org", "author": "B"}
    assert visitor.post(f"/comments/{post_id}", data=without).status_code in (303, 429)
    assert forms.STAMP_DAYS < 60
