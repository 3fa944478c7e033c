"""The index says what the rows say, after every write and before its end."""

import pytest
from sqlalchemy import insert, select, text, update

from blog.comments.models import Comment
from blog.database import session, write_transaction
from blog.operations.indexing import complete
from blog.posts import publishing
from blog.posts.models import Kind, Post, Status
from blog.posts.queries import LIGHT
from blog.search import index
from blog.text.sanitizer import Format
from tests.factories import (
    NOON,
    make_comment,
    make_page,
    make_post,
    make_user,
)


def posts(query):
    return session.scalars(index.posts_matching(query)).all()


def comments(query, **how):
    return session.scalars(index.comments_matching(query, **how)).all()


def rows(table):
    return session.scalars(text(f"SELECT rowid FROM {table} ORDER BY rowid")).all()


def check(table):
    """Ask FTS5 whether its index says what its rows say."""
    with write_transaction():
        session.execute(
            text(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
        )


def revise(post, **changes):
    content = publishing.prepare(
        **{"title": post.title, "source": post.source, "format": post.format} | changes
    )
    with write_transaction():
        publishing.revise(session.get(Post, post.id), content, NOON)


def test_title_text_and_excerpt_of_posts_and_pages_are_found(db):
    post = make_post(title="Tides", source="High *water*.", excerpt="In short: moon.")
    page = make_page(title="Ferry", source="One\n\n<!--nextpage-->\n\ntwo pages.")

    for query in ("tides", "high water", "moon", "tides moon water"):
        assert posts(query) == [post.id]
    assert posts("ferry pages") == [page.id]


@pytest.mark.parametrize("status", list(Status))
def test_posts_of_every_state_are_in_it(db, status):
    post = make_post(source="harbour", password="key")
    with write_transaction():
        session.get(Post, post.id).status = status

    assert posts("harbour") == [post.id]


def test_tags_of_html_and_code_are_no_words(db):
    post = make_post(
        source='<p class="lead">a <a href="https://example.org/hidden">link</a></p>',
        format=Format.HTML,
    )

    assert posts("link") == [post.id]
    assert [posts(query) for query in ("lead", "href", "hidden", "example.org")] == [
        []
    ] * 4


def test_an_edit_replaces_the_words(db):
    post = make_post(title="Ebb", source="first")
    revise(post, title="Flood", source="second")

    assert [posts(query) for query in ("ebb", "first", "flood", "second")] == [
        *([], []),
        *([post.id], [post.id]),
    ]
    revise(post, source="third", excerpt="fourth")
    assert posts("third fourth") == [post.id]
    revise(post, source="third")
    assert posts("fourth") == []
    check("post_words")


def test_the_title_of_a_post_whose_text_was_not_read_can_change(db):
    post_id = make_post(title="Ebb", source="kept").id
    session.expunge_all()
    with write_transaction():
        post = session.scalar(select(Post).options(*LIGHT))
        post.title = "Flood"

    assert (posts("ebb"), posts("flood kept")) == ([], [post_id])


def test_trash_and_restore_keep_the_words_and_deleting_takes_them(db):
    post = make_post(source="harbour")
    comment = make_comment(post=post, source="well said")
    other = make_comment(source="well said, too")
    with write_transaction():
        session.get(Post, post.id).trash(NOON)
    assert posts("harbour") == [post.id]
    with write_transaction():
        publishing.restore(session.get(Post, post.id))
    assert posts("harbour") == [post.id]
    assert set(comments("well said")) == {comment.id, other.id}

    with write_transaction():
        session.delete(session.get(Post, post.id))

    assert (posts("harbour"), comments("well said")) == ([], [other.id])
    assert rows("comment_words") == [other.id]
    check("post_words")
    check("comment_words")


def test_comments_are_found_by_name_site_and_text(db):
    comment = make_comment(
        source="Well *said*", author="Zoë", url="https://zoe.example/"
    )

    for query in ("zoe", "well said", "zoe.example", "zoe said"):
        assert comments(query) == [comment.id]
    with write_transaction():
        session.get(Comment, comment.id).author = "Ada"
    assert (comments("zoë well"), comments("ada")) == ([comment.id], [comment.id])
    with write_transaction():
        session.delete(session.get(Comment, comment.id))
    assert comments("ada") == rows("comment_words") == []


def test_addresses_are_found_by_those_alone_who_may_see_them(db):
    comment = make_comment(author="Ada", email="lovelace@example.org", ip="192.0.2.7")

    for query in ("lovelace", "lovelace@example.org", "192.0.2", "192.0.2.7"):
        assert comments(query) == []
        assert comments(query, addresses_too=True) == [comment.id]
    assert comments("ada well", addresses_too=True) == [comment.id]


def test_what_is_rolled_back_was_never_there(db):
    post = make_post(source="first")
    with pytest.raises(ZeroDivisionError), write_transaction():
        session.get(Post, post.id).html = publishing.prepare(
            title="", source="second", format=Format.MARKDOWN
        ).html
        session.flush()
        assert posts("second") == [post.id]
        raise ZeroDivisionError

    assert (posts("first"), posts("second")) == ([post.id], [])


def test_an_id_that_is_written_again_has_one_row(db):
    post = make_post(source="first")
    post_id, author_id = post.id, post.author_id
    with write_transaction():
        session.execute(text("DELETE FROM post"))  # and the session knows nothing of it
    session.expunge_all()
    content = publishing.prepare(title="", source="second", format=Format.MARKDOWN)
    with write_transaction():
        session.add(
            Post(
                id=post_id,
                kind=Kind.POST,
                html=content.html,
                author_id=author_id,
                created_at=NOON,
                edited_at=NOON,
            )
        )

    assert (posts("first"), posts("second")) == ([], [post_id])
    assert rows("post_words") == [post_id]
    check("post_words")


def test_what_says_nothing_new_is_not_written_again(db, monkeypatch):
    post = make_post(source="harbour")
    comment = make_comment(post=post)
    monkeypatch.setattr(index, "_documents", lambda *_: pytest.fail("written again"))
    with write_transaction():
        post = session.get(Post, post.id)
        post.title = str(post.title)
        post.trash(NOON)
        session.get(Comment, comment.id).approve("so")
        post.author.bio = "sails"


@pytest.mark.parametrize("query", ["", "?!", '"'])
def test_without_a_word_there_is_no_selection(query):
    assert index.posts_matching(query) is None
    assert index.comments_matching(query) is None


def test_a_very_long_text_is_cut(db, monkeypatch):
    monkeypatch.setattr(index, "MAX_CHARACTERS", 20)
    post = make_post(source="harbour " * 3 + "lighthouse")

    assert (posts("harbour"), posts("lighthouse")) == ([post.id], [])


# What was written around the session


def empty_index():
    with write_transaction():
        session.execute(text("DELETE FROM post_words"))
        session.execute(text("DELETE FROM comment_words"))


def test_what_is_missing_is_put_in_once(db, monkeypatch):
    monkeypatch.setattr(index, "BATCH", 2)
    written = [make_post(source=f"harbour {number}").id for number in range(5)]
    said = [make_comment(post=session.get(Post, written[0])).id for _ in range(3)]
    empty_index()

    assert complete() == 8
    assert posts("harbour") == written
    assert comments("well") == said
    assert complete() == 0
    assert rows("post_words") == written
    check("post_words")
    check("comment_words")


def test_rows_inserted_in_bulk_are_missing_until_then(db):
    author = make_user()
    html = publishing.prepare(title="", source="bulk", format=Format.MARKDOWN).html
    values = {
        "kind": Kind.POST,
        "html": html,
        "author_id": author.id,
        "created_at": NOON,
        "edited_at": NOON,
    }
    with write_transaction():
        session.execute(insert(Post), [values, values])

    assert posts("bulk") == []
    assert complete() == 2
    assert len(posts("bulk")) == 2


def test_what_changed_meanwhile_is_read_again(db):
    post = make_post(source="first")
    empty_index()
    documents = index.missing(index.POSTS)
    session.rollback()
    with write_transaction():  # around the session, as another process would
        html = publishing.prepare(
            title="", source="second", format=Format.MARKDOWN
        ).html
        session.execute(update(Post).values(html=html, version=Post.version + 1))
    with write_transaction():
        assert index.add(index.POSTS, documents) == 0

    assert complete() == 1
    assert (posts("first"), posts("second")) == ([], [post.id])
