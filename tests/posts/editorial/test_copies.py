"""What a new post is made from: another one, or a template."""

import pytest

from blog.posts.desk.forms import PostForm
from blog.posts.editorial import copies
from blog.posts.editorial.models import Note, Template
from blog.posts.editorial.template_admin import fill
from blog.posts.models import Kind, Post, Status
from tests.factories import (
    NOW,
    User,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
    session,
)
from tests.pages import form_data

both_kinds = pytest.mark.parametrize("kind", list(Kind))


def all_posts():
    session.rollback()
    return session.query(Post).order_by(Post.id).all()


@both_kinds
def test_a_copy_has_all_but_address_date_comments_and_notes(admin, db, kind):
    author = make_user()
    is_post = kind == Kind.POST
    post = make_post(
        kind=kind,
        title="Tides",
        source="It *turned*.",
        excerpt="In short",
        author=author,
        categories=[make_category()] if is_post else (),
        tags=[make_tag()] if is_post else (),
        password="sesame",
        sticky=is_post,
        comments_open=False,
        seo_title="All about tides",
        canonical_url="https://example.org/tides",
        slug="tides",
    )
    make_comment(post=post)
    admin.send(f"/admin/editorial/{post.id}/notes/", {"note": "Hm."})

    answer = admin.send(f"/admin/editorial/{post.id}/copy")

    original, copy = all_posts()
    assert answer.location == f"/admin/{kind}s/{copy.id}/"
    for name in (*copies.COPIED, "title", "source", "excerpt", "password", "author_id"):
        assert getattr(copy, name) == getattr(original, name), name
    assert (copy.categories, copy.tags) == (original.categories, original.tags)
    assert (copy.status, copy.slug, copy.published_at) == (Status.DRAFT, "", None)
    assert (copy.comment_count, copy.summary, copy.lede) == (0, "", None)
    assert copy.guid != original.guid
    assert session.query(Note).filter(Note.post_id == copy.id).count() == 0


def test_every_column_is_copied_or_said_not_to_be():
    columns = {column.key for column in Post.__table__.columns}

    assert columns >= copies.NOT_COPIED
    assert set(copies.COPIED) == columns - copies.NOT_COPIED


def test_a_copy_of_what_a_leaver_wrote_is_ones_own(admin, db):
    post = make_post(author=make_user(disabled_at=NOW))

    admin.send(f"/admin/editorial/{post.id}/copy")

    assert all_posts()[1].author_id == admin.user_id


@pytest.mark.parametrize("role", ["contributor", "author"])
def test_what_is_somebody_elses_is_not_copied(client_for, db, role):
    post = make_post(author=make_user(role="editor"))

    answer = client_for(role).send(f"/admin/editorial/{post.id}/copy")

    assert (answer.status_code, len(all_posts())) == (404, 1)


# Templates


def keep(client, post, name="Interview"):
    page = client.get(f"/admin/editorial/{post.id}/").text
    data = form_data(page, "/templates") | {"name": name}
    return client.post(f"/admin/editorial/{post.id}/templates", data=data)


def kept():
    session.rollback()
    return session.query(Template).order_by(Template.id).all()


@both_kinds
def test_a_text_is_kept_listed_renamed_and_deleted(admin, db, kind):
    tags = [make_tag("Talk")] if kind == Kind.POST else ()
    post = make_post(kind=kind, title="With …", source="**Q:**", tags=tags)

    keep(admin, post)
    template = kept()[0]
    assert (template.name, template.kind) == ("Interview", kind)
    assert (template.title, template.source) == ("With …", "**Q:**")
    page = admin.get("/admin/editorial/templates/").text
    assert f"/admin/{kind}s/new?template={template.id}" in page
    path = f"/admin/editorial/templates/{template.id}/"
    admin.send(path, {"name": "Conversation"})
    assert kept()[0].name == "Conversation"
    assert admin.send(path, {"name": " "}).status_code == 422
    admin.send(f"{path}deletion")

    assert kept() == []


def test_a_name_is_one_of_a_kind(admin, db):
    keep(admin, make_post(source="One"))
    keep(admin, make_post(source="Two"))
    keep(admin, make_post(source="Three"), "Review")
    assert [(each.name, each.source) for each in kept()] == [
        ("Interview", "Two"),
        ("Review", "Three"),
    ]

    path = f"/admin/editorial/templates/{kept()[1].id}/"
    answer = admin.send(path, {"name": "Interview"})

    assert (answer.status_code, "Another one has this name." in answer.text) == (
        422,
        True,
    )


def test_a_name_turns_no_words_around_it(admin, db):
    keep(admin, make_post(), "Inter\u202eview\u200b\n")

    assert kept()[0].name == "Interview"


def test_who_writes_begins_with_templates_and_editors_keep_them(client_for, admin, db):
    keep(admin, make_post())
    keep(admin, make_page(), "Contact")
    writer = client_for("contributor")
    mine = make_post(author=session.get(User, writer.user_id), published_at=None)
    path = f"/admin/editorial/templates/{kept()[0].id}/"

    page = writer.get("/admin/editorial/templates/").text

    assert ("Interview" in page, "Contact" in page, "Rename" in page) == (
        True,
        False,
        False,
    )
    for address in (path, f"{path}deletion", f"/admin/editorial/{mine.id}/templates"):
        assert writer.send(address, {"name": "x"}).status_code == 403, address


def test_a_new_post_begins_with_the_template(app, admin, db):
    keep(admin, make_post(title="With …", source="**Q:**", tags=[make_tag("Talk")]))
    keep(admin, make_page(), "Contact")
    post_template, page_template = kept()
    with app.test_request_context("/admin/posts/new"):
        form = PostForm(
            None,
            user=session.get(User, admin.user_id),
            may_publish=True,
            may_choose_author=False,
        )
        fill(form, str(post_template.id))
        assert (form.title.data, form.body.data, form.tags.data) == (
            "With …",
            "**Q:**",
            "Talk",
        )
        for asked in (str(page_template.id), "99", "x", ""):
            with pytest.raises(Exception, match="404"):
                fill(form, asked)
