"""The pages on what a post said before, for each who may come there."""

from datetime import timedelta

import pytest

from blog.database import write_transaction
from blog.posts import publishing
from blog.posts.models import Kind, Status
from blog.posts.revisions import revisions
from blog.posts.revisions.models import Revision
from blog.site.queries import settings
from blog.text.sanitizer import Format
from tests.factories import NOON, User, make_page, make_post, make_user, session
from tests.pages import form_data, parse, text_of
from tests.posts.writing import notices, reloaded

ROOMS = {Kind.POST: "/admin/posts", Kind.PAGE: "/admin/pages"}


def me(client):
    return session.get(User, client.user_id)


def write(post, *sources):
    """Save these texts one after another, a minute apart; the ids of what is kept."""
    for number, source in enumerate(sources):
        content = publishing.prepare(
            title=post.title, source=source, format=Format.MARKDOWN
        )
        with write_transaction():
            revisions.revise(
                post, content, post.author, NOON + timedelta(minutes=number)
            )
    return ids(post)


def ids(post):
    rows = session.query(Revision.id).filter_by(post_id=post.id).order_by(Revision.id)
    return [row.id for row in rows]


def home(post):
    return f"{ROOMS[post.kind]}/{post.id}/revisions/"


def rows(page):
    """What the list says, a row each."""
    body = next(parse(page).iter("tbody"))
    return [
        [text_of(cell) for cell in row if cell.get("class") != "pick"] for row in body
    ]


def marked(page, tag):
    """The words that a page marks in the texts."""
    return [
        "".join(each.itertext())
        for block in parse(page).iter("div")
        if (block.get("class") or "").startswith("passage")
        for each in block.iter(tag)
    ]


def test_the_list_says_who_when_and_how_much(admin, db):
    post = make_post(source="One two.", author=me(admin))
    write(post, "One two three four.", "One four.")
    with write_transaction():
        revisions.rename(session.get(Revision, ids(post)[1]), "The long one")

    page = admin.get(home(post)).text

    assert [row[1:] for row in rows(page)] == [
        [me(admin).display_name, "0 words added 2 words removed"],
        [me(admin).display_name, "2 words added 0 words removed"],
        ["Unknown", "4 words added 0 words removed"],
    ]
    firsts = [row[0] for row in rows(page)]
    assert ["Public now" in first for first in firsts] == [True, False, False]
    assert ["The long one" in first for first in firsts] == [False, True, False]
    assert "The newest 50 revisions are kept, and each one that has a name." in page


def test_a_draft_is_stored_and_not_public(admin, db):
    post = make_post(status=Status.DRAFT, published_at=None)
    write(post, "Other.")

    assert "Stored now" in rows(admin.get(home(post)).text)[0][0]


def test_a_thousand_revisions_come_in_pages(admin, db):
    with write_transaction():
        settings().revisions_kept = 0
    post = make_post()
    write(post, "One.")
    with write_transaction():
        for number in range(998):
            session.add(
                Revision(
                    post_id=post.id,
                    kind="save",
                    author_id=post.author_id,
                    version=number,
                    title="",
                    source=f"Words {number}",
                    format=Format.MARKDOWN,
                    created_at=NOON,
                )
            )

    first, last = (admin.get(f"{home(post)}?page={number}") for number in (1, 20))

    assert (len(rows(first.text)), len(rows(last.text))) == (50, 50)
    assert "All revisions are kept." in first.text
    assert admin.get(f"{home(post)}?page=21").status_code == 404


def test_a_change_is_shown_with_its_words_marked(admin, db):
    post = make_post(source="One fine day.\n\nThe end.")
    _first, second = write(post, "One rainy day.\n\nThe end.")

    page = admin.get(f"{home(post)}{second}/").text

    assert (marked(page, "del"), marked(page, "ins")) == (["fine"], ["rainy"])


def test_any_two_can_be_compared_in_any_order(admin, db):
    post = make_post(source="The cat sat.")
    first, second, third = write(post, "The dog sat.", "The hen sat.")
    one = admin.get(f"{home(post)}comparison?old={first}&new={third}").text
    other = admin.get(f"{home(post)}comparison?old={third}&new={first}").text
    same = admin.get(f"{home(post)}comparison?old={second}&new={second}").text
    now = admin.get(f"{home(post)}comparison?old={second}").text

    assert marked(one, "del") == marked(other, "del") == ["cat"]
    assert marked(now, "del") == ["dog"]
    assert "Both say the same, word for word." in same


def test_what_is_restored_can_be_undone(admin, db):
    post = make_post(source="One.", slug="tea")
    first, _second = write(post, "Two.")
    date = post.published_at

    page = admin.get(f"{home(post)}{first}/").text
    answer = admin.post(
        f"{home(post)}{first}/restoration", data=form_data(page, "restoration")
    )

    post = reloaded(post)
    assert (answer.status_code, answer.location) == (303, home(post))
    assert (post.source, post.slug, post.published_at) == ("One.", "tea", date)
    undo_page = admin.get(home(post)).text
    action = next(
        form.get("action")
        for form in parse(undo_page).iter("form")
        if form.get("action").endswith("/restoration")
    )
    admin.post(action, data=form_data(undo_page, action))
    assert (reloaded(post).source, len(ids(post))) == ("Two.", 4)


def test_what_it_says_already_is_not_saved_again(admin, db):
    post = make_post(source="One.")
    _first, second = write(post, "Two.")

    admin.send(f"{home(post)}{second}/restoration")

    assert notices(admin, home(post)) == ["It says that already."]
    assert len(ids(post)) == 2


def test_a_name_is_given_and_taken_away(admin, db):
    post = make_post()
    _first, second = write(post, "Two.")
    path = f"{home(post)}{second}/name"

    admin.send(path, {"name": " As   printed "})
    session.rollback()
    assert notices(admin, home(post)) == ["It is called “As printed” now and is kept."]
    assert [row.name for row in session.query(Revision)] == ["", "As printed"]
    admin.send(path)

    session.rollback()
    assert [row.name for row in session.query(Revision)] == ["", ""]


VIEWS = [
    ("get", ""),
    ("get", "{id}/"),
    ("get", "comparison?old={id}"),
    ("post", "{id}/restoration"),
    ("post", "{id}/name"),
]


def ask(client, post, method, path, revision_id):
    address = home(post) + path.format(id=revision_id)
    if method == "get":
        return client.get(address).status_code
    return client.send(address, {"name": "x"}).status_code


@pytest.mark.parametrize(("method", "path"), VIEWS)
@pytest.mark.parametrize("role", ["contributor", "author"])
def test_of_others_posts_nothing_is_told(client_for, db, role, method, path):
    client = client_for(role)
    post = make_post(author=make_user(), status=Status.DRAFT, published_at=None)
    first, _ = write(post, "Two.")

    assert ask(client, post, method, path, first) == 404
    assert (reloaded(post).source, session.get(Revision, first).name) == ("Two.", "")


@pytest.mark.parametrize(("method", "path"), VIEWS)
def test_who_may_not_change_what_is_public_does_not_restore_it(
    client_for, db, method, path
):
    client = client_for("contributor")
    post = make_post(author=me(client))
    first, _ = write(post, "Two.")

    assert ask(client, post, method, path, first) == 404
    assert reloaded(post).source == "Two."


@pytest.mark.parametrize(("method", "path"), VIEWS[1:])
def test_a_revision_of_another_post_is_not_found(admin, db, method, path):
    post, other = make_post(source="Mine."), make_post(source="Theirs.")
    theirs, _ = write(other, "Two.")
    write(post, "Three.")

    assert ask(admin, post, method, path, theirs) == 404
    assert reloaded(post).source == "Three."


@pytest.mark.parametrize(("method", "path"), VIEWS)
def test_pages_have_them_too_and_under_their_own_address(client_for, db, method, path):
    editor, author = client_for("editor"), client_for("author")
    page = make_page(author=me(author))
    first, _ = write(page, "Two.")
    wanted = 200 if method == "get" else 303

    assert ask(editor, page, method, path, first) == wanted
    assert ask(author, page, method, path, first) == 404
    address = home(page).replace("/pages/", "/posts/")
    assert editor.get(address).status_code == 404


def test_the_editor_shows_the_last_ones(admin, db):
    post = make_post()
    write(post, "1", "2", "3", "4")

    page = admin.get(f"/admin/posts/{post.id}/").text

    panel = next(
        each
        for each in parse(page).iter("section")
        if each.get("class") == "panel history"
    )
    assert text_of(panel.find("h2")) == "Revisions 5"
    assert len(list(panel.iter("li"))) == 3


def test_an_autosave_is_not_in_the_list(admin, db):
    post = make_post()
    write(post, "1")
    admin.send(f"/admin/posts/{post.id}/autosave", {"body": "Not saved.", "version": 2})

    assert len(rows(admin.get(home(post)).text)) == 2
    session.rollback()
    kept = ids(post)[-1]
    assert admin.get(f"{home(post)}{kept}/").status_code == 404


def test_a_text_with_markup_is_shown_as_typed(admin, db):
    post = make_post(source="<script>one</script>")
    _, second = write(post, "<script>two</script>")

    page = admin.get(f"{home(post)}{second}/").text

    assert "&lt;script&gt;<del>one</del>" in page


def test_the_setting_is_in_the_settings(admin, db):
    page = admin.get("/admin/settings/").text
    data = form_data(page, "/admin/settings/") | {"revisions_kept": "7"}
    admin.post("/admin/settings/", data=data)

    session.rollback()
    assert settings().revisions_kept == 7


@pytest.mark.html
def test_the_pages_are_sound(admin, db, html_checker):
    post = make_post(source="One.\n\nTwo.\n" + "Same.\n\n" * 30)
    first, second = write(post, "One!\n\nThree.\n" + "Same.\n\n" * 30)
    for path in ("", f"{first}/", f"{second}/", f"comparison?old={first}"):
        assert html_checker.errors(admin.get(home(post) + path).text) == []
