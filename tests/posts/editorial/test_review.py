"""From a contributor's draft to the readers, and who hears of it."""

import pytest

from blog.database import write_transaction
from blog.jobs.models import Job
from blog.mail.delivery import mute
from blog.posts.editorial import notes
from blog.posts.editorial.models import Note, Submission
from blog.posts.models import Status
from blog.site.queries import settings
from tests.factories import NOW, User, make_post, make_user, session
from tests.pages import form_data, parse, text_of
from tests.posts.writing import reloaded

TITLE = "[A new publication]"


@pytest.fixture
def writer(client_for):
    return client_for("contributor", display_name="Ada", email="ada@example.org")


@pytest.fixture
def editor(client_for):
    return client_for("editor", display_name="Grace", email="grace@example.org")


def draft_of(client, **attributes):
    author = session.get(User, client.user_id)
    more = {"published_at": None, "title": "Tides"} | attributes
    return make_post(author=author, **more)


def submit(client, post):
    return client.send(f"/admin/posts/{post.id}/submission")


def decide(client, post, button, **typed):
    page = client.get(f"/admin/editorial/{post.id}/").text
    data = form_data(page, "/review", button) | typed
    return client.post(f"/admin/editorial/{post.id}/review", data=data)


def body(letter):
    return letter.get_body(("plain",)).get_content()


def test_who_may_publish_is_asked_to_review_with_a_link_that_only_opens(
    office, writer, editor
):
    make_user(role="author", email="author@example.org")
    make_user(role="editor", email="left@example.org", disabled_at=NOW)
    quiet = make_user(role="admin", email="quiet@example.org")
    with write_transaction():
        mute(quiet.email, NOW)
    post = draft_of(writer)

    submit(writer, post)
    letters = office.work()

    assert [each["To"] for each in letters] == ["grace@example.org"]
    assert letters[0]["Subject"] == f"{TITLE} To review: “Tides”"
    address = f"/admin/posts/{post.id}/"
    assert f"http://localhost{address}" in body(letters[0])
    assert editor.get(address).status_code == 200
    assert reloaded(post).status == Status.PENDING


def test_without_mail_nothing_is_queued_and_the_submission_is_kept(db, writer, editor):
    post = draft_of(writer)

    submit(writer, post)

    session.rollback()
    assert session.query(Job).count() == 0
    kept = session.query(Submission).one()
    assert (kept.post_id, kept.user_id) == (post.id, writer.user_id)
    assert "Submitted by Ada on" in editor.get("/admin/posts/?status=pending").text


def test_what_was_taken_back_meanwhile_is_not_asked_about(office, writer, editor):
    post = draft_of(writer)
    submit(writer, post)
    writer.send(f"/admin/posts/{post.id}/withdrawal")

    assert office.sent() == []
    assert session.query(Submission).count() == 0


def test_an_editor_sends_it_back_with_a_note_and_its_author_hears_of_it_once(
    office, writer, editor
):
    post = draft_of(writer)
    submit(writer, post)
    office.work()

    answer = decide(editor, post, "return", message="Too long.\n\nCut it.")
    letters = office.work()
    office.wait(minutes=6)

    assert answer.status_code == 303
    assert reloaded(post).status == Status.DRAFT
    assert [each["Subject"] for each in letters] == [f"{TITLE} Sent back: “Tides”"]
    assert "> Too long." in body(letters[0])
    assert office.work() == []
    assert "Too long." in writer.get(f"/admin/editorial/{post.id}/").text


def test_to_send_it_back_needs_a_reason(db, writer, editor):
    post = draft_of(writer)
    submit(writer, post)

    answer = decide(editor, post, "return", message="  ")

    assert (answer.status_code, "Say what is to be changed." in answer.text) == (
        422,
        True,
    )
    assert reloaded(post).status == Status.PENDING
    assert session.query(Note).count() == 0


@pytest.mark.parametrize("button", ["return", "publish"])
def test_a_decision_with_one_note_too_many_comes_back_with_its_words(
    db, writer, editor, monkeypatch, button
):
    monkeypatch.setattr(notes, "MOST", 1)
    post = draft_of(writer)
    submit(writer, post)
    editor.send(f"/admin/editorial/{post.id}/notes/", {"note": "The first."})

    answer = decide(
        editor, post, button, message="Half a page.", published_at="2099-01-02T10:00"
    )

    assert answer.status_code == 422
    assert "You have noted too much on this post already." in answer.text
    form = form_data(answer.text, "/review")
    assert (form["message"], form["published_at"]) == (
        *("Half a page.", "2099-01-02T10:00"),
    )
    assert reloaded(post).status == Status.PENDING
    assert [note.text for note in session.query(Note)] == ["The first."]
    monkeypatch.setattr(notes, "MOST", 2)
    sent = editor.post(f"/admin/editorial/{post.id}/review", data=form | {button: "1"})
    assert sent.status_code == 303
    assert reloaded(post).status != Status.PENDING


@pytest.mark.parametrize(
    ("typed", "subject", "is_public"),
    [
        ({"published_at": ""}, "Published: “Tides”", True),
        ({"published_at": "2099-01-02T10:00"}, "Scheduled: “Tides”", False),
    ],
)
def test_an_editor_publishes_or_schedules_and_its_author_hears_of_it(
    office, writer, editor, typed, subject, is_public
):
    post = draft_of(writer)
    submit(writer, post)
    office.work()

    decide(editor, post, "publish", **typed)

    assert office.sent() == [f"ada@example.org: {TITLE} {subject}"]
    assert reloaded(post).status == Status.PUBLIC
    assert post.is_public(NOW.replace(year=2090)) == is_public
    assert session.query(Submission).count() == 0


def test_a_skipped_hour_comes_back_with_what_was_typed(db, writer, editor):
    with write_transaction():
        settings().timezone = "Europe/Berlin"
    post = draft_of(writer)
    submit(writer, post)

    answer = decide(
        editor, post, "publish", published_at="2027-03-28T02:30", message="Nice."
    )

    assert (answer.status_code, "Say 03:30 or later" in answer.text) == (422, True)
    typed = form_data(answer.text, "/review")
    assert (typed["published_at"], typed["message"]) == ("2027-03-28T02:30", "Nice.")
    assert reloaded(post).status == Status.PENDING


def test_nobody_decides_about_words_they_did_not_see(db, writer, editor):
    post = draft_of(writer)
    submit(writer, post)
    page = editor.get(f"/admin/editorial/{post.id}/").text
    reloaded(post)
    with write_transaction():
        post.version += 1

    answer = editor.post(
        f"/admin/editorial/{post.id}/review",
        data=form_data(page, "/review", "publish") | {"message": "Well done."},
    )

    assert answer.status_code == 409
    assert form_data(answer.text, "/review")["message"] == "Well done."
    assert reloaded(post).status == Status.PENDING


def test_who_may_not_publish_decides_nothing(client_for, db, writer):
    post = draft_of(writer)
    submit(writer, post)

    own = writer.send(f"/admin/editorial/{post.id}/review", {"publish": "1"})
    theirs = client_for("author").send(
        f"/admin/editorial/{post.id}/review", {"publish": "1"}
    )

    assert (own.status_code, theirs.status_code) == (403, 404)
    assert reloaded(post).status == Status.PENDING
    assert "/review" not in writer.get(f"/admin/editorial/{post.id}/").text


def test_who_publishes_their_own_is_not_told_of_it(office, editor):
    post = draft_of(editor)

    editor.send(f"/admin/posts/{post.id}/publication")

    assert office.work() == []


def test_the_list_publishes_many_and_tells_each_author(office, writer, editor):
    posts = [draft_of(writer, title=title) for title in ("Tides", "Ebb")]

    ids = [post.id for post in posts]
    editor.send("/admin/posts/selection", {"selection": "publish", "ids": ids})

    assert office.sent() == [
        f"ada@example.org: {TITLE} Published: “{title}”" for title in ("Ebb", "Tides")
    ]


def test_a_pending_row_says_who_submitted_it(db, writer, editor):
    post = draft_of(writer)
    submit(writer, post)

    page = editor.get("/admin/posts/?status=pending").text

    row = next(e for e in parse(page).iter("tr") if e.get("id") == f"post-{post.id}")
    assert "Submitted by Ada on" in text_of(row)
