"""What one person has written, as an editor sees, hands out and erases it."""

import json

import pytest

from blog.comments.models import Comment, CommentEvent, Scope, Status, Subscription
from blog.database import session, write_transaction
from tests.factories import HOUR, NOON, make_comment, make_post
from tests.pages import form_data, parse, text_of

QUEUE = "/admin/comments/"


@pytest.fixture
def wrote(app):
    """Three comments of Ada's, in a thread with one of Bob's."""
    with app.app_context():
        post = make_post(title="Tides")
        statuses = (Status.APPROVED, Status.PENDING, Status.SPAM)
        for number, each in enumerate(statuses):
            make_comment(
                post=post,
                status=each,
                source=f"This is no. {number}.",
                ip="192.0.2.7",
                created_at=NOON + number * HOUR,
            )
        make_comment(post=post, author="Bob", email="bob@example.org")
        with write_transaction():
            session.add(
                Subscription(
                    post_id=post.id,
                    email="ada@example.org",
                    scope=Scope.REPLIES,
                    created_at=NOON,
                )
            )


def left(app):
    with app.app_context():
        rows = session.query(Comment).order_by(Comment.id)
        return [(each.author, each.email) for each in rows]


ADA, BOB = ("Ada", "ada@example.org"), ("Bob", "bob@example.org")


def test_the_page_says_what_somebody_wrote(admin, wrote):
    page = admin.get(f"{QUEUE}1/person").text
    facts = {
        text_of(each.find("dt")): text_of(each.find("dd"))
        for dl in parse(page).iter("dl")
        for each in dl.iter("div")
    }

    assert {facts[name].split()[0] for name in ("Waiting", "Approved", "Spam")} == {"1"}
    assert facts["Trash"] == "0 Trash"
    assert facts["Wants mail about"] == "1 post"
    assert "ada@example.org" in page
    assert [f"no. {number}." in page for number in range(3)] == [True] * 3


def test_the_numbers_lead_to_the_lists_without_an_address(admin, wrote):
    page = admin.get(f"{QUEUE}1/person").text

    for status, words in (("approved", "no. 0."), ("spam", "no. 2.")):
        link = f"{QUEUE}?status={status}&by=1"
        assert link.replace("&", "&amp;") in page
        shelf = admin.get(link).text
        assert words in shelf
        assert "bob@example.org" not in shelf


def test_everything_is_handed_out_as_a_file(admin, wrote):
    answer = admin.get(f"{QUEUE}2/person/export")

    rows = json.loads(answer.text)["comments"]
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=comments-2.json"
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert [row["comment_content"] for row in rows] == [
        f"This is no. {number}." for number in range(3)
    ]


def test_an_address_is_looked_up_and_stands_in_no_address(admin, wrote):
    form = form_data(admin.get(f"{QUEUE}4/person").text, "/people")

    answer = admin.post(f"{QUEUE}people", data=form | {"email": "ADA@example.org"})

    assert (answer.status_code, answer.location) == (303, f"{QUEUE}1/person")


@pytest.mark.parametrize("email", ["", "nobody@example.org", "x" * 5000])
def test_an_address_that_nobody_has_is_said_to_be_unknown(admin, wrote, email):
    answer = admin.send(f"{QUEUE}people", {"email": email})

    assert answer.status_code == 422
    assert "Nobody has written under this address." in answer.text
    assert form_data(answer.text, "/people")["email"] == email[:320]


def test_the_question_says_how_much_it_is(admin, wrote):
    page = text_of(parse(admin.get(f"{QUEUE}1/person/erasure").text))

    assert "3 comments." in page
    assert "Make 3 comments anonymous" in page
    assert "Delete 3 comments for good" in page


@pytest.mark.parametrize("portion", [2, 200])
def test_all_of_it_is_made_anonymous(app, admin, wrote, monkeypatch, portion):
    monkeypatch.setattr("blog.comments.own.personal.PORTION", portion)

    answer = admin.send(f"{QUEUE}1/person/erasure", {"how": "anonymise"})

    assert "3 comments are anonymous now." in admin.get(answer.location).text
    assert left(app) == [("Anonymous", "")] * 3 + [BOB]
    with app.app_context():
        assert session.query(Subscription).count() == 0
        assert {each.user_id for each in session.query(CommentEvent)} == {admin.user_id}


@pytest.mark.parametrize("portion", [2, 200])
def test_all_of_it_is_deleted(app, admin, wrote, monkeypatch, portion):
    monkeypatch.setattr("blog.comments.own.personal.PORTION", portion)

    answer = admin.send(f"{QUEUE}2/person/erasure", {"how": "delete"})

    assert "3 comments were deleted for good." in admin.get(answer.location).text
    assert left(app) == [BOB]
    with app.app_context():
        assert session.query(Comment).one().post.comment_count == 1


def test_the_nameless_are_erased_one_network_at_a_time(app, admin):
    with app.app_context():
        for ip in ("192.0.2.7", "192.0.2.7", "198.51.100.7"):
            make_comment(email="", ip=ip)

    admin.send(f"{QUEUE}1/person/erasure", {"how": "anonymise"})

    assert [name for name, _email in left(app)] == ["Anonymous", "Anonymous", "Ada"]


@pytest.mark.parametrize("how", ["", "x"])
def test_nothing_chosen_erases_nothing(app, admin, wrote, how):
    answer = admin.send(f"{QUEUE}1/person/erasure", {"how": how})

    assert answer.status_code == 422
    assert left(app) == [ADA] * 3 + [BOB]


@pytest.mark.parametrize(
    "path", ["1/person", "1/person/export", "1/person/erasure", "people"]
)
@pytest.mark.parametrize(("role", "code"), [("author", 403), ("editor", 200)])
def test_editors_see_what_somebody_wrote_and_authors_do_not(
    client_for, wrote, path, role, code
):
    assert client_for(role).get(f"{QUEUE}{path}").status_code == code


def test_an_author_erases_nothing(app, client_for, wrote):
    author = client_for("author")

    answer = author.send(f"{QUEUE}1/person/erasure", {"how": "delete"})
    assert answer.status_code == 403
    assert author.send(f"{QUEUE}people", {"email": ADA[1]}).status_code == 403
    assert left(app) == [ADA] * 3 + [BOB]


def test_a_comment_that_is_gone_has_no_writer(admin):
    for path in ("person", "person/export", "person/erasure"):
        assert admin.get(f"{QUEUE}9/{path}").status_code == 404
    answer = admin.send(f"{QUEUE}9/person/erasure", {"how": "delete"})
    assert answer.status_code == 404


def test_the_pages_are_valid(admin, wrote, html_checker):
    for path in ("1/person", "1/person/erasure", "people"):
        assert html_checker.errors(admin.get(f"{QUEUE}{path}").text) == []
    unknown = admin.send(f"{QUEUE}people", {"email": "x"}).text
    assert html_checker.errors(unknown) == []
