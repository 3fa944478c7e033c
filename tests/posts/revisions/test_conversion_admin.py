"""A post in HTML becomes one in Markdown when its writer wants it."""

import pytest

from blog.posts.models import Status
from blog.posts.revisions.models import Revision
from blog.text.sanitizer import Format
from tests.factories import User, make_post, make_user, session
from tests.pages import form_data, parse
from tests.posts.writing import notices, open_editor, reloaded

HTML = "<h2>A head</h2>\n<p>Some <b>bold</b> words.</p>"


def me(client):
    return session.get(User, client.user_id)


def page_of(client, post, **typed):
    return client.send(f"/admin/posts/{post.id}/markdown", typed)


def test_it_is_shown_before_it_is_done(admin, db):
    post = make_post(source=HTML, format=Format.HTML)

    page = page_of(admin, post)

    assert page.status_code == 200
    assert "It reads the same." in page.text
    assert "## A head" in "".join(parse(page.text).itertext())
    assert (reloaded(post).source, session.query(Revision).count()) == (HTML, 0)


def test_converting_is_a_save_that_keeps_the_html(admin, db):
    post = make_post(source=HTML, format=Format.HTML, slug="kept")
    html = str(post.html)

    page = page_of(admin, post).text
    answer = admin.post(
        f"/admin/posts/{post.id}/markdown/conversion",
        data=form_data(page, "conversion"),
    )

    post = reloaded(post)
    assert (answer.status_code, answer.location) == (303, f"/admin/posts/{post.id}/")
    assert (post.format, post.source, post.slug) == (
        *(Format.MARKDOWN, "## A head\n\nSome **bold** words.", "kept"),
    )
    assert post.html.replace("strong", "b").replace(' id="h-a-head"', "") == f"{html}\n"
    assert [(row.format, row.source) for row in session.query(Revision)] == [
        (Format.HTML, HTML),
        (Format.MARKDOWN, post.source),
    ]


def test_what_stands_in_the_editor_is_converted_and_kept(admin, db):
    post = make_post(source=HTML, format=Format.HTML)
    typed = open_editor(admin, f"/admin/posts/{post.id}/", body="<p>Typed.</p>")

    page = admin.post(f"/admin/posts/{post.id}/markdown", data=typed).text
    admin.post(
        f"/admin/posts/{post.id}/markdown/conversion",
        data=form_data(page, "conversion"),
    )

    assert reloaded(post).source == "Typed."
    assert [row.source for row in session.query(Revision).order_by(Revision.id)] == [
        *(HTML, "<p>Typed.</p>", "Typed."),
    ]


def test_what_changes_for_readers_is_shown(admin, db):
    post = make_post(source="<p>No &entity; here.</p>", format=Format.HTML)

    assert "This changes on the page that readers get:" in page_of(admin, post).text


def test_what_others_saved_meanwhile_is_not_converted_over(admin, db):
    post = make_post(source=HTML, format=Format.HTML)
    page = page_of(admin, post).text
    typed = open_editor(admin, f"/admin/posts/{post.id}/", body="<p>Other.</p>")
    admin.post(f"/admin/posts/{post.id}/", data=typed)

    answer = admin.post(
        f"/admin/posts/{post.id}/markdown/conversion",
        data=form_data(page, "conversion"),
    )

    assert (answer.status_code, reloaded(post).source) == (409, "<p>Other.</p>")


def test_markdown_is_not_converted(admin, db):
    post = make_post(source="Words.")

    answer = page_of(admin, post)

    assert answer.location == f"/admin/posts/{post.id}/"
    assert notices(admin, answer.location) == [
        "This text is not HTML, so there is nothing to convert."
    ]


@pytest.mark.parametrize("path", ["markdown", "markdown/conversion"])
def test_others_posts_are_not_found(client_for, db, path):
    client = client_for("author")
    post = make_post(
        source=HTML, format=Format.HTML, author=make_user(), status=Status.DRAFT
    )

    answer = client.send(f"/admin/posts/{post.id}/{path}", {"version": post.version})

    assert (answer.status_code, reloaded(post).format) == (404, Format.HTML)


@pytest.mark.html
def test_the_page_is_sound(admin, db, html_checker):
    for source in (HTML, "<p>No &entity; here.</p>"):
        post = make_post(source=source, format=Format.HTML)
        assert html_checker.errors(page_of(admin, post).text) == []
