"""What is kept at a save, and what is let go of."""

import json
from datetime import timedelta

import pytest

from blog.database import session, write_transaction
from blog.jobs.models import Job
from blog.jobs.tasks import Task
from blog.posts import publishing
from blog.posts.desk import editing
from blog.posts.desk.editing import Details, Step, Visibility
from blog.posts.models import Kind, Status
from blog.posts.revisions import jobs, pruning, queries, revisions
from blog.posts.revisions.models import Revision, RevisionKind
from blog.site.queries import settings
from blog.text.sanitizer import Format
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    NOW,
    make_category,
    make_page,
    make_post,
    make_user,
)


def content(source, title="A title", format=Format.MARKDOWN, excerpt=""):
    return publishing.prepare(
        title=title, source=source, format=format, excerpt=excerpt
    )


def save(post, by, text, now=NOW, **changes):
    kept = {
        "author_id": post.author_id,
        "slug": post.slug,
        "published_at": post.published_at,
        "comments_open": True,
    }
    with write_transaction():
        editing.update_post(
            post,
            content(text) if isinstance(text, str) else text,
            Details(**(kept | changes)),
            Step.SAVE,
            by=by,
            seen_version=post.version,
            now=now,
        )


def texts(post):
    """What is kept of a post, the oldest first."""
    rows = session.query(Revision).filter_by(post_id=post.id, kind=RevisionKind.SAVE)
    return [row.source for row in rows.order_by(Revision.id)]


def keep(number):
    with write_transaction():
        settings().revisions_kept = number


def test_a_new_post_is_kept_with_its_writer(db):
    writer, author = make_user(), make_user()
    with write_transaction():
        post = editing.create(
            writer,
            Kind.POST,
            content("One two three."),
            Details(
                author_id=author.id, slug="", published_at=None, comments_open=True
            ),
            Step.SAVE,
            NOW,
        )

    kept = queries.newest(post)
    assert (kept.author_id, kept.source, kept.version, kept.created_at) == (
        *(writer.id, "One two three.", 1, NOW),
    )
    assert (kept.words_added, kept.words_removed) == (5, 0)  # with its title


def test_each_save_is_kept_with_who_saved(db):
    post, editor = make_post(source="First words."), make_user()

    save(post, editor, "Second words.")

    first, second = session.query(Revision).order_by(Revision.id)
    assert (first.source, first.author_id, first.created_at) == (
        *("First words.", None, NOON),
    )
    assert (second.source, second.author_id, second.created_at) == (
        *("Second words.", editor.id, NOW),
    )
    assert (second.words_added, second.words_removed) == (1, 1)


def test_a_save_that_changes_no_word_keeps_nothing(db):
    post = make_post(source="Words.")
    category = make_category()

    save(post, post.author, "Words.", category_ids=[category.id])
    assert texts(post) == []
    save(post, post.author, "Other.")
    save(post, post.author, "Other.", visibility=Visibility.PRIVATE)

    assert texts(post) == ["Words.", "Other."]


@pytest.mark.parametrize(
    "change",
    [{"title": "Other"}, {"excerpt": "Other"}, {"format": Format.HTML}],
    ids=["title", "excerpt", "format"],
)
def test_not_only_the_text_counts(db, change):
    post = make_post(source="Words.")

    save(post, post.author, content("Words.", **change))

    assert texts(post) == ["Words.", "Words."]


def test_what_an_import_changed_since_is_kept_before_it_is_written_over(db):
    post = make_post(source="One.")
    save(post, post.author, "Two.")
    with write_transaction():  # as an import does
        publishing.revise(post, content("Three."), NOW + HOUR)
    assert texts(post) == ["One.", "Two."]

    save(post, post.author, "Four.", NOW + DAY)

    assert texts(post) == ["One.", "Two.", "Three.", "Four."]
    third = session.query(Revision).order_by(Revision.id).all()[2]
    assert (third.author_id, third.created_at) == (None, NOW + HOUR)


def test_filing_and_giving_are_no_changes_of_words(db):
    post, category, other = make_post(source="One."), make_category(), make_user()
    with write_transaction():
        editing.file_also(post, category)
        editing.give(post, other)

    assert texts(post) == []


def test_a_restored_text_is_a_save_that_can_be_undone(db):
    post = make_post(source="One.", slug="kept")
    save(post, post.author, "Two.")
    date, version = post.published_at, post.version

    with write_transaction():
        assert revisions.restore(post, content("One."), post.author, NOW + HOUR)
    assert (post.source, post.html, post.slug, post.published_at) == (
        *("One.", "<p>One.</p>\n", "kept", date),
    )
    assert (post.version, post.status) == (version + 1, Status.PUBLIC)
    with write_transaction():
        assert revisions.restore(post, content("Two."), post.author, NOW + DAY)

    assert texts(post) == ["One.", "Two.", "One.", "Two."]


def test_restoring_what_it_says_keeps_nothing(db):
    post = make_post(source="One.")

    with write_transaction():
        assert not revisions.restore(post, content("One."), post.author, NOW)

    assert texts(post) == []


def test_what_is_public_keeps_its_title_when_it_had_none_then(db):
    post = make_post(title="Tea")

    with write_transaction():
        revisions.restore(post, content("Begun.", title=""), post.author, NOW)

    assert (post.title, post.source) == ("Tea", "Begun.")


def test_the_newest_without_a_name_and_all_with_one_are_kept(db):
    keep(3)
    post = make_post(source="0")
    save(post, post.author, "1")
    with write_transaction():
        revisions.rename(queries.newest(post), "  The   draft ")
    for number in range(2, 8):
        save(post, post.author, str(number))

    assert texts(post) == ["1", "5", "6", "7"]
    assert [row.name for row in session.query(Revision)] == ["The draft", "", "", ""]


def test_of_a_hundred_posts_each_keeps_its_own(db):
    keep(1)
    one, other = make_post(source="a0"), make_post(source="b0")
    save(one, one.author, "a1")
    save(other, other.author, "b1")

    assert (texts(one), texts(other)) == (["a1"], ["b1"])


def test_nothing_is_let_go_of_at_0(db):
    keep(0)
    post = make_post(source="0")
    for number in range(60):
        save(post, post.author, f"word {number}")

    assert len(texts(post)) == 61
    run_job()
    assert len(texts(post)) == 61


def test_the_daily_job_follows_a_lower_number(db):
    posts = [make_post(source="0") for _ in range(3)]
    keep(0)
    for post in posts:
        for number in range(5):
            save(post, post.author, f"word {number}")
    keep(2)

    run_job()

    assert [texts(post) for post in posts] == [["word 3", "word 4"]] * 3


def test_the_daily_job_does_many_posts_in_portions(db, monkeypatch):
    keep(0)
    posts = [make_post(source="0") for _ in range(5)]
    for post in posts:
        save(post, post.author, "1")
    keep(1)
    monkeypatch.setattr(pruning, "POSTS_AT_ONCE", 2)

    payload, rounds = {}, 0
    while payload is not None:
        payload, rounds = run_job(payload), rounds + 1

    assert ([texts(post) for post in posts], rounds) == ([["1"]] * 5, 3)


def run_job(payload=None, now=NOW):
    """Do the job; the payload of the one that goes on."""
    with write_transaction():
        session.query(Job).delete()
    finish = jobs.keep_house(Task(1, jobs.KIND, "key", payload or {}, 1, now), now)
    session.rollback()
    with write_transaction():
        finish(now)
    added = session.query(Job).filter_by(kind=jobs.KIND).one_or_none()
    return None if added is None else json.loads(added.payload)


def autosave(post, user, source, now=NOW, version=None):
    with write_transaction():
        revisions.autosave(
            post,
            user,
            now,
            version=post.version if version is None else version,
            title=post.title,
            source=source,
            format=post.format,
            excerpt=post.excerpt,
        )


def autosaves():
    rows = session.query(Revision).filter_by(kind=RevisionKind.AUTOSAVE)
    return [row.source for row in rows.order_by(Revision.id)]


def test_each_writer_has_one_autosave_of_a_post(db):
    post, other = make_post(), make_user()
    autosave(post, post.author, "One")
    autosave(post, other, "Theirs")
    autosave(post, post.author, "Two")

    assert autosaves() == ["Two", "Theirs"]
    assert revisions.newer_autosave(post, post.author).source == "Two"
    assert revisions.newer_autosave(post, make_user()) is None
    assert texts(post) == []


def test_an_autosave_that_says_what_is_stored_is_not_offered(db):
    post = make_post(source="Stored.")
    autosave(post, post.author, "Stored.")

    assert revisions.newer_autosave(post, post.author) is None


def test_an_autosave_that_others_saved_over_is_still_offered(db):
    post, other = make_post(source="Stored."), make_user()
    autosave(post, post.author, "Mine.", NOW)
    save(post, other, "Theirs.", NOW + HOUR)

    assert revisions.newer_autosave(post, post.author).source == "Mine."


def test_only_old_autosaves_without_a_word_of_their_own_are_forgotten(db):
    old = NOW - timedelta(days=31)
    same, other, fresh = (make_post(source="Same.") for _ in range(3))
    autosave(same, same.author, "Same.", old)
    autosave(other, other.author, "Not saved.", old)
    autosave(fresh, fresh.author, "Same.", NOW - timedelta(days=29))

    run_job()

    assert autosaves() == ["Not saved.", "Same."]


def test_a_deleted_post_takes_its_revisions_along(db):
    post = make_page()
    save(post, post.author, "Other.")
    autosave(post, post.author, "Mine.")
    with write_transaction():
        editing.delete(post)

    assert session.query(Revision).count() == 0


def test_of_somebody_who_left_the_words_stay(db):
    post, gone = make_post(), make_user()
    save(post, gone, "Their words.")
    with write_transaction():
        session.delete(gone)

    kept = queries.newest(post)
    assert (kept.source, kept.author) == ("Their words.", None)


def test_the_job_is_done_every_day(app):
    assert jobs.KIND in app.extensions["daily_jobs"]
