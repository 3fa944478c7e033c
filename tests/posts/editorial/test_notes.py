"""Notes in the margin: who may do what with them, and that no reader ever does."""

import re

import pytest

from blog.database import write_transaction
from blog.jobs.models import Job
from blog.posts.editorial import notes as noting
from blog.posts.editorial.models import Note
from blog.posts.models import Status
from blog.posts.permalinks import post_url
from tests.factories import NOW, User, make_page, make_post, make_user, session
from tests.pages import form_data
from tests.posts import test_leaks
from tests.posts.writing import notices, reloaded

CANARY = "xylograph canary"  # the leak tests look for its first word


@pytest.fixture
def writer(client_for):
    return client_for("contributor", display_name="Ada", email="ada@example.org")


@pytest.fixture
def editor(client_for):
    return client_for("editor", display_name="Grace", email="grace@example.org")


@pytest.fixture
def post(writer):
    author = session.get(User, writer.user_id)
    return make_post(author=author, published_at=None, title="Tides")


def note(client, post, text="Look here.", **more):
    return client.send(f"/admin/editorial/{post.id}/notes/", {"note": text} | more)


def stored():
    session.rollback()
    return session.query(Note).order_by(Note.id).all()


def panel(client, post):
    return client.get(f"/admin/editorial/{post.id}/").text


def test_a_note_stands_in_the_panel_with_its_passage_and_its_answers(
    db, writer, editor, post
):
    note(editor, post, "Which tide?", quote="It turned.")
    first = stored()[0]
    note(writer, post, "The spring one.", parent_id=first.id)
    note(editor, post, "Say so.", parent_id=stored()[1].id)

    page = panel(writer, post)

    assert [each.parent_id for each in stored()] == [None, first.id, first.id]
    for words in ("Which tide?", "It turned.", "The spring one.", "Say so.", "Grace"):
        assert words in page
    assert page.index("Which tide?") < page.index("The spring one.")
    assert "Which tide?" in editor.get(f"/admin/posts/{post.id}/").text


def test_a_note_in_the_editor_leads_back_there(db, editor, post):
    page = editor.get(f"/admin/posts/{post.id}/").text

    data = form_data(page, f"/editorial/{post.id}/notes/") | {"note": "Here."}
    answer = editor.post(f"/admin/editorial/{post.id}/notes/", data=data)

    assert answer.location == f"/admin/posts/{post.id}/#note-{stored()[0].id}"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"note": " "}, "Write something first."),
        ({"note": "x" * (noting.TEXT_LIMIT + 1)}, "At most 5000 characters."),
        ({"note": "Yes.", "quote": "x" * 1_001}, "At most 1000 characters."),
    ],
)
def test_a_wrong_note_comes_back_as_it_was_typed(db, editor, post, typed, problem):
    answer = note(editor, post, **{"text": typed["note"], **typed})

    assert (answer.status_code, problem in answer.text) == (422, True)
    sent = form_data(answer.text, "/notes/")
    assert sent["note"].strip() == typed["note"].strip()
    assert stored() == []


def test_markup_in_a_note_is_words(db, editor, post):
    note(editor, post, "<b onclick=x>Hm</b>", quote="<i>It</i>")

    assert "&lt;b onclick=x&gt;Hm&lt;/b&gt;" in panel(editor, post)


def test_one_changes_and_deletes_ones_own_alone(db, writer, editor, post):
    note(editor, post)
    path = f"/admin/editorial/{post.id}/notes/{stored()[0].id}"

    assert writer.send(f"{path}/", {"note": "Mine now."}).status_code == 404
    assert writer.send(f"{path}/deletion").status_code == 404
    assert editor.send(f"{path}/", {"note": " "}).status_code == 422
    assert stored()[0].text == "Look here."
    editor.send(f"{path}/", {"note": "Look there."})
    assert stored()[0].text == "Look there."
    editor.send(f"{path}/deletion")
    assert stored() == []


def test_a_note_that_was_put_otherwise_says_so_and_one_saved_as_it_was_does_not(
    db, writer, editor, post
):
    note(editor, post, quote="It turned.")
    path = f"/admin/editorial/{post.id}/notes/{stored()[0].id}/"

    editor.send(path, {"note": "Look here.", "quote": "It turned."})
    assert stored()[0].edited_at is None
    assert "edited on" not in panel(writer, post)

    editor.send(path, {"note": "Look there.", "quote": "It turned."})
    first = stored()[0]
    assert first.edited_at > first.created_at
    at = first.edited_at.isoformat(timespec="seconds")
    assert f'edited on <time datetime="{at}">' in panel(writer, post)


def test_what_somebody_answered_is_not_taken_away(db, writer, editor, post):
    note(editor, post)
    first = stored()[0].id
    note(writer, post, "Why?", parent_id=first)

    editor.send(f"/admin/editorial/{post.id}/notes/{first}/deletion")

    assert len(stored()) == 2
    assert notices(editor, "/admin/") == [
        "Somebody has answered it. Settle it instead."
    ]


def test_a_note_is_settled_opened_again_and_counted_in_the_list(
    db, writer, editor, post
):
    note(editor, post)
    path = f"/admin/editorial/{post.id}/notes/{stored()[0].id}"
    assert "1 note" in writer.get("/admin/posts/").text

    writer.send(f"{path}/resolution")
    assert stored()[0].resolved_by_id == writer.user_id
    assert "1 note" not in writer.get("/admin/posts/").text
    note(editor, post, "Not yet.", parent_id=stored()[0].id)
    assert stored()[0].resolved_at is None
    writer.send(f"{path}/resolution")
    writer.send(f"{path}/reopening")

    assert stored()[0].resolved_at is None


def test_a_note_of_another_post_is_not_reached_through_ones_own(db, writer, post):
    theirs = make_post(author=make_user(role="editor"), published_at=None)
    with write_transaction():
        hidden = noting.add(theirs, theirs.author, "Secret.", NOW)
    for path in ("resolution", "reopening", "deletion", ""):
        answer = writer.send(
            f"/admin/editorial/{post.id}/notes/{hidden.id}/{path}", {"note": "x"}
        )
        assert answer.status_code == 404, path
    assert note(writer, post, parent_id=hidden.id).status_code == 404
    assert note(writer, theirs).status_code == 404
    assert writer.get(f"/admin/editorial/{theirs.id}/").status_code == 404


def test_a_contributor_reads_on_after_an_editor_has_published(db, writer, editor, post):
    note(editor, post, "Well done.")
    editor.send(f"/admin/posts/{post.id}/publication")

    page = panel(writer, post)

    assert "Well done." in page
    assert "preview-links" not in page
    assert writer.send(f"/admin/editorial/{post.id}/copy").status_code == 404
    answer = note(writer, post, "Thank you.")
    assert answer.location.startswith(f"/admin/editorial/{post.id}/#note-")


def test_five_hundred_are_enough(db, editor, post, monkeypatch):
    monkeypatch.setattr(noting, "MOST", 1)
    note(editor, post)

    answer = note(editor, post, "One more.")

    assert (answer.status_code, len(stored())) == (422, 1)
    assert "One more." in answer.text


# Mail


def test_those_who_work_on_it_are_told_of_all_notes_of_five_minutes_in_one_letter(
    office, writer, editor, post
):
    note(editor, post, "First.")
    note(editor, post, "Second.")
    assert office.work() == []

    office.wait(minutes=5)
    letters = office.work()

    assert [each["To"] for each in letters] == ["ada@example.org"]
    assert letters[0]["Subject"].endswith("2 new notes on “Tides”")
    text = letters[0].get_body(("plain",)).get_content()
    assert ("> First." in text, "> Second." in text) == (True, True)
    assert f"/admin/editorial/{post.id}/#notes" in text
    note(writer, post, "Done.")
    office.wait(minutes=10)
    assert [each["To"] for each in office.work()] == ["grace@example.org"]


def test_who_may_not_read_it_any_more_is_not_told(office, writer, editor, post):
    note(writer, post)
    office.wait(minutes=5)
    office.work()
    note(editor, post, "Secret.")
    with write_transaction():
        session.get(User, writer.user_id).role = "subscriber"

    office.wait(minutes=5)

    assert office.work() == []


def test_without_mail_nobody_is_to_be_told(db, writer, editor, post):
    note(editor, post)

    session.rollback()
    assert session.query(Job).count() == 0


# Never public


def noted_everywhere():
    with write_transaction():
        for post in session.query(test_leaks.Post):
            noting.add(post, post.author, f"{CANARY} note", NOW, quote=f"{CANARY} part")


def test_no_public_answer_holds_a_note(app, db, visitor, monkeypatch):
    known = test_leaks.values
    monkeypatch.setattr(test_leaks, "values", lambda: {"media_id": {1}} | known())
    public = make_post(title="Tides", source="Words. <!--nextpage--> More.")
    make_page(title="About")
    make_post(title="Later", published_at=NOW.replace(year=2099))
    noted_everywhere()

    asked = 0
    for path, response in test_leaks.crawl(app, visitor):
        assert "canary" not in response.text, path
        asked += 1

    assert asked > 40
    assert "Tides" in visitor.get(post_url(public)).text


def test_no_preview_holds_a_note(app, admin, visitor, db):
    post = make_post(title="Tides", published_at=None)
    noted_everywhere()
    made = admin.send(f"/admin/editorial/{post.id}/previews/", {"days": "1"}).text
    link = re.search(r"http://localhost(/preview/[\w-]+)", made)[1]

    shared, own = visitor.get(link), admin.get(f"/admin/posts/{post.id}/preview")

    assert (shared.status_code, own.status_code) == (200, 200)
    assert "canary" not in shared.text + own.text
    assert reloaded(post).status == Status.DRAFT
