"""Posts that several people wrote."""

import json

import pytest
from sqlalchemy import text

from blog.accounts.models import Role
from blog.database import session, write_transaction
from blog.posts import permalinks, queries
from blog.posts.desk import editing
from blog.posts.models import Post, Status
from tests.factories import HOUR, NOON, NOW, make_post, make_user
from tests.pages import parse, text_of
from tests.posts.company import credit
from tests.posts.writing import open_editor, reloaded


@pytest.fixture
def urls(app):
    """Addresses of rows made inside, computed while the context is there."""
    with app.app_context():
        yield permalinks


@pytest.fixture
def ada(db):
    return make_user(display_name="Ada", slug="ada")


@pytest.fixture
def ben(db):
    return make_user(display_name="Ben", slug="ben")


def by(user):
    found = queries.newest_first(NOW), queries.by_author(NOW, user)
    return [post.title for post in session.scalars(found[1])]


def test_the_author_stands_first_and_nobody_twice(ada, ben):
    post = credit(make_post(author=ada), ben, ada, ben)

    assert [each.display_name for each in reloaded(post).authors] == ["Ada", "Ben"]


def test_an_archive_holds_what_was_written_alone_and_together(ada, ben):
    make_post(title="Alone", author=ben)
    credit(make_post(title="Together", author=ada, published_at=NOON + HOUR), ben)
    make_post(title="Of another", author=ada)

    assert by(ben) == ["Together", "Alone"]


@pytest.mark.parametrize(
    "state",
    [
        {"published_at": NOW + HOUR},
        {"status": Status.PRIVATE},
        {"published_at": None},
        {"status": Status.TRASH},
    ],
)
def test_what_is_not_public_is_in_no_archive_of_a_co_author(ada, ben, state):
    credit(make_post(author=ada, **state), ben)

    assert by(ben) == []


def test_an_archive_scans_no_table(ada, ben):
    post = credit(make_post(author=ada), ben)
    statement = queries.by_author(NOW, ben).with_only_columns(Post.id).limit(10)
    sql = str(
        statement.compile(session.connection(), compile_kwargs={"literal_binds": True})
    )

    plan = session.execute(text(f"EXPLAIN QUERY PLAN {sql}")).all()

    assert [
        row for row in plan if " post" in row[3] and row[3].startswith("SCAN")
    ] == []
    assert by(ben) == [post.title]


def test_a_page_names_everybody(visitor, ada, ben, urls):
    cleo = make_user(display_name="Cleo", slug="cleo", bio="Sails.")
    post = credit(make_post(title="Together", author=ada), ben, cleo)

    page = parse(visitor.get(urls.post_url(post)).text)

    names = [
        (text_of(each), each.get("href"))
        for each in page.iter("a")
        if "p-author" in (each.get("class") or "")
    ]
    assert names == [
        ("Ada", "/author/ada/"),
        ("Ben", "/author/ben/"),
        ("Cleo", "/author/cleo/"),
    ]
    byline = next(each for each in page.iter("ul") if each.get("class") == "byline")
    assert text_of(byline[0]) == "Ada, Ben, and Cleo"
    data = json.loads(
        next(
            each.text
            for each in page.iter("script")
            if each.get("type") == "application/ld+json"
        )
    )
    assert [each["name"] for each in data["author"]] == ["Ada", "Ben", "Cleo"]


@pytest.mark.parametrize("path", ["/feed/", "/feed/atom/", "/feed.json"])
def test_feeds_name_everybody(visitor, ada, ben, path):
    credit(make_post(author=ada), ben)

    feed = visitor.get(path).text

    assert "Ada" in feed and "Ben" in feed
    assert visitor.get(f"/author/ben{path}").status_code == 200


def test_a_co_author_may_do_what_the_author_may(client_for, db):
    ada = make_user()
    client = client_for("author")
    post = make_post(author=ada, published_at=None)
    path = f"/admin/posts/{post.id}/"
    assert client.get(path).status_code == 404

    credit(post, queries.author(client.user_id))

    assert post.title in client.get("/admin/posts/").text
    data = open_editor(client, path, "publish", title="Ours")
    assert client.post(path, data=data).status_code == 303
    assert reloaded(post).title == "Ours"
    assert reloaded(post).status == Status.PUBLIC
    assert [each.user_id for each in post.bylines] == [client.user_id]

    credit(post)
    assert client.get(path).status_code == 404
    assert post.title not in client.get("/admin/posts/").text


def test_a_co_author_reads_what_is_private(client_for, db, urls):
    client = client_for("author")
    post = make_post(author=make_user(), status=Status.PRIVATE)
    path = urls.post_url(post)
    assert client.get(path).status_code == 404

    credit(post, queries.author(client.user_id))

    assert client.get(path).status_code == 200


def test_an_editor_names_co_authors(client_for, ada, ben):
    editor = client_for("editor")
    post = make_post(author=ada, published_at=None)
    path = f"/admin/posts/{post.id}/"

    data = open_editor(editor, path, co_author_ids=[str(ben.id), str(ada.id)])
    assert editor.post(path, data=data).status_code == 303

    assert [each.user_id for each in reloaded(post).bylines] == [ben.id]


def test_who_may_not_write_gets_no_byline(client_for, ada):
    editor = client_for("editor")
    reader = make_user(role=Role.SUBSCRIBER)
    post = make_post(author=ada, published_at=None)
    path = f"/admin/posts/{post.id}/"

    data = open_editor(editor, path, co_author_ids=str(reader.id), title="Typed")
    answer = editor.post(path, data=data)

    assert answer.status_code == 422
    assert 'value="Typed"' in answer.text
    assert reloaded(post).bylines == []


def test_an_author_cannot_name_co_authors(client_for, ada):
    client = client_for("author")
    post = make_post(author=queries.author(client.user_id), published_at=None)
    path = f"/admin/posts/{post.id}/"
    page = client.get(path).text
    assert "co_author_ids" not in page

    data = open_editor(client, path) | {"co_author_ids": str(ada.id)}
    assert client.post(path, data=data).status_code == 303

    assert reloaded(post).bylines == []


def test_who_becomes_the_author_loses_the_byline(ada, ben):
    post = credit(make_post(author=ada), ben)
    with write_transaction():
        assert editing.give(post, ben)

    assert [each.display_name for each in reloaded(post).authors] == ["Ben"]


def test_a_preview_names_everybody(client_for, ada, ben):
    editor = client_for("editor")
    data = open_editor(editor, "/admin/posts/new", title="T", co_author_ids=str(ben.id))

    page = editor.post("/admin/posts/preview", data=data).text

    assert "Ben" in [text_of(each) for each in parse(page).iter("bdi")]
