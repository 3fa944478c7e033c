import pytest
from sqlalchemy import event

from blog.accounts.models import User
from blog.comments.models import Comment, Status
from blog.database import session, write_transaction
from blog.posts.models import Kind, Post
from blog.posts.models import Status as PostStatus
from blog.site.queries import settings
from tests.factories import DAY, NOW, make_comment, make_post, make_user
from tests.pages import form_data, parse, text_of

ALL_ROOMS = [
    *("Dashboard", "Posts", "Pages", "Media", "Comments", "Spam"),
    *("Categories", "Tags", "Series", "People", "Menus", "Import"),
    *("Redirects", "Outbox", "Settings"),
]


def rooms(html):
    nav = next(each for each in parse(html).iter("nav") if each.get("id") == "rooms")
    return [text_of(each) for each in nav.find("ul").iter("a")]


def panel(html, name):
    """The text of a panel of the dashboard."""
    for each in parse(html).iter("section"):
        if each.get("aria-labelledby") == name:
            return text_of(each)
    return None


@pytest.fixture
def questions(db):
    """How many SELECTs a person's request makes."""
    statements = []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("SELECT"):
            statements.append(statement)

    def counted(client, path):
        statements.clear()
        client.get(path)
        return len(statements)

    event.listen(db.engine, "before_cursor_execute", note)
    yield counted
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("role", "wanted"),
    [
        ("subscriber", ["Dashboard"]),
        ("contributor", ["Dashboard", "Posts", "Media"]),
        ("author", ["Dashboard", "Posts", "Media", "Comments"]),
        ("editor", ALL_ROOMS[:-6]),
        ("admin", ALL_ROOMS),
    ],
)
def test_a_person_sees_the_rooms_they_may_enter(client_for, role, wanted):
    client = client_for(role)

    page = client.get("/admin/")

    assert page.status_code == 200
    assert rooms(page.text) == wanted
    for link in parse(page.text).iter("a"):
        if link.get("href").startswith("/admin/"):
            assert client.get(link.get("href")).status_code == 200, link.get("href")


def test_strangers_are_asked_to_log_in(visitor):
    assert visitor.get("/admin/").location == "/login?next=/admin/"


def test_the_dashboard_is_never_stored(admin):
    assert admin.get("/admin/").headers["Cache-Control"] == "no-store"


def test_a_new_publication_is_told_where_to_begin(admin, db):
    assert "Write the first post" in panel(admin.get("/admin/").text, "first-steps")


def test_only_those_who_can_take_the_first_steps_see_them(client_for):
    assert panel(client_for("editor").get("/admin/").text, "first-steps") is None


def test_first_steps_are_done_one_by_one(admin, db):
    with write_transaction():
        settings().title = "Tea"
    assert "Give it a name done" in panel(admin.get("/admin/").text, "first-steps")

    make_post()

    assert panel(admin.get("/admin/").text, "first-steps") is None


def test_the_dashboard_shows_what_is_mine_to_finish(client_for, db):
    client = client_for("editor")
    me = session.get(type(make_user()), client.user_id)
    make_post(title="My draft", author=me, published_at=None)
    make_post(title="Their draft", author=make_user(), published_at=None)
    make_post(title="Coming", published_at=NOW + DAY)
    make_post(title="Out", comment_count=2)

    page = client.get("/admin/").text

    assert "My draft" in panel(page, "drafts")
    assert "Their draft" not in page
    assert "Coming" in panel(page, "scheduled")
    assert "Out" in panel(page, "published")
    assert "2 comments" in panel(page, "published")


def test_a_note_without_a_title_is_called_by_how_it_begins(admin, db):
    make_post(title="", source="Slack water at *six* & seven.")

    assert "Slack water at six & seven." in panel(
        admin.get("/admin/").text, "published"
    )


def test_an_author_sees_their_own_only(client_for, db):
    client = client_for("author")
    make_post(title="Somebody else's", author=make_user())
    make_post(title="Coming", author=make_user(), published_at=NOW + DAY)

    page = client.get("/admin/").text

    assert ("Somebody else" in page, "Coming" in page) == (False, False)


def test_waiting_comments_are_approved_from_the_dashboard(admin, db):
    comment = make_comment(status=Status.PENDING, source="Is *this* on?")
    page = admin.get("/admin/").text
    assert "Is this on?" in panel(page, "waiting")
    assert "Comments 1 waiting" in rooms(page)
    path = f"/admin/comments/{comment.id}"

    answer = admin.post(path, data=form_data(page, path, "approve"))

    session.rollback()
    session.refresh(comment)
    assert (answer.status_code, comment.status) == (303, Status.APPROVED)


def test_an_author_sees_comments_on_their_own_posts_only(client_for, db):
    client = client_for("author")
    make_comment(
        post=make_post(author=make_user()), status=Status.PENDING, source="Elsewhere"
    )

    page = client.get("/admin/").text

    assert "Elsewhere" not in page
    assert "Nothing waits" in panel(page, "waiting")


def test_hostile_comments_are_shown_as_text(admin, db):
    make_comment(status=Status.PENDING, source="<b>&lt;script&gt;", author="<i>Eve")

    page = admin.get("/admin/").text

    assert "<i>Eve" not in page
    assert "<script>" not in page.replace("<script type", "")


def test_the_dashboard_asks_as_many_questions_for_one_as_for_three(
    admin, db, questions
):
    author = session.get(type(make_user()), admin.user_id)

    def add():
        make_post(author=author, published_at=None)
        make_post(author=author, published_at=NOW + DAY)
        make_comment(post=make_post(author=author), status=Status.PENDING)

    add()
    first = questions(admin, "/admin/")
    add()
    add()

    assert questions(admin, "/admin/") == first
    assert first < 20
    assert session.query(Post).count() == 9
    assert session.query(Comment).count() == 3


def test_everybody_may_log_out_by_a_form(admin):
    page = admin.get("/admin/").text

    answer = admin.post("/logout", data=form_data(page, "/logout"))

    assert answer.status_code == 303
    assert admin.get("/admin/").status_code == 303


# Waiting for review


def waiting_post(**attributes):
    return make_post(status=PostStatus.PENDING, published_at=None, **attributes)


def test_an_editor_reviews_from_the_dashboard(client_for, db):
    editor = client_for("editor")
    posts = [
        waiting_post(title=each, author=make_user(display_name="Ines")) for each in "AB"
    ]
    page = editor.get("/admin/").text
    assert panel(page, "pending").startswith("Waiting for review 2 A Ines")
    assert rooms(page)[1] == "Posts 2 waiting"

    for post, noun in zip(posts, ("publication", "withdrawal"), strict=True):
        path = f"/admin/posts/{post.id}/{noun}"
        answer = editor.post(path, data=form_data(page, path))
        assert (answer.status_code, answer.location) == (303, "/admin/")

    session.rollback()
    assert [session.get(Post, post.id).status for post in posts] == ["public", "draft"]
    page = editor.get("/admin/").text
    assert (panel(page, "pending"), rooms(page)[1]) == (None, "Posts")


def test_pages_that_wait_are_counted_at_their_room(admin, db):
    waiting_post(kind=Kind.PAGE)

    page = admin.get("/admin/").text

    assert (rooms(page)[1:3], panel(page, "pending")) == (
        *(["Posts", "Pages 1 waiting"], None),
    )


def test_a_contributor_sees_what_of_theirs_waits_and_publishes_nothing(client_for, db):
    client = client_for("contributor")
    waiting_post(title="Mine", author=session.get(User, client.user_id))
    waiting_post(title="Theirs", author=make_user())

    page = client.get("/admin/").text

    assert "Mine" in panel(page, "pending")
    assert ("Theirs" in page, "/publication" in page) == (False, False)
    assert "/withdrawal" in page
    assert rooms(page) == ["Dashboard", "Posts", "Media"]


def test_more_than_a_few_are_led_to(admin, db):
    for _ in range(6):
        waiting_post()

    page = admin.get("/admin/").text

    assert 'href="/admin/posts/?status=pending"' in page
    assert panel(page, "pending").endswith("All that wait")


def test_what_waits_or_is_private_is_on_no_shelf_of_others(client_for, db):
    make_post(title="Closed", status=PostStatus.PRIVATE, author=make_user())
    waiting_post(title="Waits", author=make_user())

    for role in ("author", "contributor", "subscriber"):
        page = client_for(role).get("/admin/").text
        assert ("Closed" in page, "Waits" in page) == (False, False), role
