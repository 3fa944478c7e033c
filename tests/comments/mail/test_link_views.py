"""The page behind the links in a moderator's mail."""

import pytest

from blog import signing
from blog.accounts.models import Role, User, UserSession
from blog.comments import events
from blog.comments.mail import links as moderation_links
from blog.comments.models import Comment, CommentEvent, Status
from blog.database import session, write_transaction
from blog.posts.models import Post
from blog.posts.models import Status as PostStatus
from tests.factories import NOW, make_comment, make_post, make_user
from tests.pages import form_data, parse, text_of


class Link:
    """A link for Grace, the post's author, to decide about a comment that waits."""

    def __init__(self, app, status=Status.PENDING):
        self.app = app
        with app.app_context():
            grace = make_user(role=Role.AUTHOR, display_name="Grace")
            comment = make_comment(
                post=make_post(author=grace, title="Tides"),
                status=status,
                reason="This person’s first comment.",
                ip="192.0.2.1",
            )
            self.ids = {"comment": comment.id, "user": grace.id}
            self.path = moderation_links.path(comment, grace, NOW)

    @property
    def status(self):
        with self.app.app_context():
            return str(session.get(Comment, self.ids["comment"]).status)

    def history(self):
        with self.app.app_context():
            comment = session.get(Comment, self.ids["comment"])
            return [event.sentence for event in events.history(comment)]

    def change(self, model, **values):
        with self.app.app_context(), write_transaction():
            row = session.query(model).one()
            for name, value in values.items():
                setattr(row, name, value)


@pytest.fixture
def link(app):
    return Link(app)


def press(verb, seen="pending"):
    """What the page sends for a button."""
    return {"seen": seen, "version": "1", verb: "1"}


def reply(text):
    return {"version": "1", "comment": text}


def heading(response):
    return text_of(next(parse(response.text).iter("h1")))


def buttons(response):
    return [text_of(each) for each in parse(response.text).iter("button")]


# Opening it


def test_the_page_shows_the_comment_and_why_it_waits(visitor, link):
    response = visitor.get(link.path)

    assert heading(response) == "A comment is waiting"
    for part in ("This person’s first comment.", "Ada", "Well said.", "Tides"):
        assert part in response.text
    assert buttons(response) == ["Approve", "Spam", "Trash", "Publish the reply"]


def test_opening_it_changes_nothing(visitor, link):
    for path in (link.path, f"{link.path}?do=approve"):
        assert visitor.get(path).status_code == 200
        assert visitor.head(path).status_code == 200

    assert link.status == "pending"
    assert link.history() == []


def test_the_button_that_was_pressed_in_the_mail_comes_first(visitor, link):
    response = visitor.get(f"{link.path}?do=spam")

    assert buttons(response)[:3] == ["Spam", "Approve", "Trash"]


def test_nobody_keeps_the_page_or_tells_where_it_was(app, visitor, link):
    for response in (
        visitor.get(link.path),
        visitor.post(link.path, data=press("approve")),
    ):
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in response.headers
    with app.app_context():
        assert session.query(UserSession).count() == 0


def test_an_author_does_not_see_the_commenters_addresses(app, visitor, link):
    page = visitor.get(link.path).text
    assert "ada@example.org" not in page
    assert "192.0.2.1" not in page

    link.change(User, role=Role.EDITOR)
    page = visitor.get(link.path).text
    assert "ada@example.org" in page
    assert "192.0.2.1" in page


# Who may not


def spent(visitor, link):
    """Whether the link is good for nothing."""
    answers = [
        visitor.get(link.path),
        visitor.post(link.path, data=press("approve")),
        visitor.post(f"{link.path}/reply", data=reply("Yes.")),
    ]
    return {(each.status_code, heading(each)) for each in answers} == {
        (404, "This link no longer works")
    }


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (User, {"disabled_at": NOW}),
        (User, {"role": Role.CONTRIBUTOR}),
        (User, {"role": Role.SUBSCRIBER}),
        (Post, {"status": PostStatus.TRASH}),
    ],
)
def test_who_may_not_moderate_any_more_has_a_link_for_nothing(
    visitor, link, model, values
):
    link.change(model, **values)

    assert spent(visitor, link)
    assert link.status == "pending"


def test_who_is_not_the_author_any_more_has_a_link_for_nothing(app, visitor, link):
    with app.app_context():
        other = make_user().id
    link.change(Post, author_id=other)

    assert spent(visitor, link)


def test_a_comment_that_is_gone_has_a_link_for_nothing(app, visitor, link):
    with app.app_context(), write_transaction():
        session.delete(session.query(Comment).one())

    assert spent(visitor, link)


def test_a_link_lasts_two_weeks(app, visitor, link):
    assert visitor.get(link.path).status_code == 200
    with app.app_context():
        comment, user = session.query(Comment).one(), session.query(User).one()
        link.path = moderation_links.path(
            comment, user, NOW - moderation_links.LIFETIME
        )

    assert spent(visitor, link)
    assert "/login?next=" in visitor.get(link.path).text


@pytest.mark.parametrize("word", ["x", "WzEsMSw5OTk5OTk5OTk5XQ", "W10.x"])
def test_a_forged_link_is_good_for_nothing(visitor, link, word):
    link.path = f"/moderate/{word}"

    assert spent(visitor, link)


def test_a_link_of_another_purpose_is_good_for_nothing(app, visitor, link):
    with app.test_request_context():
        word = signing.sign("held comment", [*link.ids.values(), 9_999_999_999])
    link.path = f"/moderate/{word}"

    assert spent(visitor, link)


# Pressing


@pytest.mark.parametrize(
    ("before", "verb", "after", "title", "sentence"),
    [
        (
            Status.PENDING,
            "approve",
            "approved",
            "This comment is approved",
            "Approved by Grace.",
        ),
        (
            Status.PENDING,
            "spam",
            "spam",
            "This comment is among the spam",
            "Called spam by Grace.",
        ),
        (
            Status.APPROVED,
            "trash",
            "trash",
            "This comment is in the trash",
            "Trashed by Grace.",
        ),
        (
            Status.APPROVED,
            "hold",
            "pending",
            "A comment is waiting",
            "Put back into the queue by Grace.",
        ),
        (
            Status.SPAM,
            "restore",
            "pending",
            "A comment is waiting",
            "Taken back by Grace.",
        ),
    ],
)
def test_a_press_does_it_in_the_moderators_name(
    app, visitor, before, verb, after, title, sentence
):
    link = Link(app, before)
    response = visitor.post(link.path, data=press(verb, seen=str(before)))

    assert (response.status_code, response.location) == (303, link.path)
    assert link.status == after
    assert heading(visitor.get(link.path)) == title
    assert link.history() == [sentence, "Grace used the link in a mail."]


def test_a_press_counts_the_comment(app, visitor, link):
    visitor.post(link.path, data=press("approve"))

    with app.app_context():
        assert session.query(Post).one().comment_count == 1


def test_what_was_done_can_be_undone_on_the_page(visitor, link):
    visitor.post(link.path, data=press("spam"))
    page = visitor.get(link.path)
    assert buttons(page) == ["Take back", "Approve", "Trash"]

    visitor.post(link.path, data=form_data(page.text) | {"restore": "1"})
    assert link.status == "pending"


def test_who_was_slower_changes_nothing_and_sees_how_it_stands(visitor, link):
    visitor.post(link.path, data=press("trash"))
    response = visitor.post(link.path, data=press("approve"))

    assert response.status_code == 409
    assert heading(response) == "This comment is in the trash"
    assert "Somebody decided about it or changed it" in response.text
    assert link.status == "trash"


def test_what_its_writer_changed_meanwhile_must_be_read_first(app, visitor, link):
    link.change(Comment, version=2)

    response = visitor.post(link.path, data=press("approve"))
    assert response.status_code == 409
    response = visitor.post(f"{link.path}/reply", data=reply("Thank you."))
    assert response.status_code == 409
    assert "Thank you." in response.text
    assert link.status == "pending"
    response = visitor.post(
        f"{link.path}/reply", data=form_data(response.text, "reply")
    )
    assert response.status_code == 303


def test_a_press_on_nothing_changes_nothing(visitor, link):
    for data in ({}, {"seen": "pending"}, press("delete")):
        assert visitor.post(link.path, data=data).status_code == 400
    assert link.status == "pending"


def test_another_site_cannot_press(visitor, link):
    for path in (link.path, f"{link.path}/reply"):
        response = visitor.post(
            path,
            data=press("approve") | reply("Yes."),
            headers={"Origin": "https://evil.example"},
        )
        assert response.status_code == 403
    assert link.status == "pending"


# Replying


def test_a_reply_is_published_under_the_moderators_name_with_the_comment(
    app, visitor, link
):
    response = visitor.post(
        f"{link.path}/reply", data=reply("Thank *you*."), follow_redirects=True
    )

    assert "Your reply is published." in response.text
    assert link.status == "approved"
    with app.app_context():
        answer = session.query(Comment).order_by(Comment.id.desc()).first()
        assert (answer.author, answer.user_id) == ("Grace", link.ids["user"])
        assert answer.parent_id == link.ids["comment"]
        assert answer.status == Status.APPROVED
        assert answer.post.comment_count == 2
        assert answer.html == "<p>Thank <em>you</em>.</p>\n"
    assert "Grace used the link in a mail." in link.history()


def test_one_press_too_many_is_one_reply(app, visitor, link):
    for _press in range(2):
        response = visitor.post(f"{link.path}/reply", data=reply("Thank you."))
        assert response.status_code == 303

    with app.app_context():
        assert session.query(Comment).count() == 2


def test_a_reply_that_is_wrong_comes_back_and_changes_nothing(app, visitor, link):
    response = visitor.post(f"{link.path}/reply", data=reply("  "))

    assert response.status_code == 422
    assert "Please write a comment." in response.text
    assert link.status == "pending"
    with app.app_context():
        assert session.query(CommentEvent).count() == 0

    long = "word " * 14_000
    response = visitor.post(f"{link.path}/reply", data=reply(long))
    assert response.status_code == 413
    assert long.strip() in response.text


def test_what_is_thrown_out_takes_no_reply(app, visitor):
    link = Link(app, Status.SPAM)
    assert "Publish the reply" not in visitor.get(link.path).text
    response = visitor.post(f"{link.path}/reply", data=reply("Yes."))

    assert response.status_code == 409
    with app.app_context():
        assert session.query(Comment).count() == 1


@pytest.mark.html
def test_the_w3c_finds_nothing_wrong(visitor, link, html_checker):
    pages = [
        visitor.get(link.path),
        visitor.get("/moderate/x"),
        visitor.post(f"{link.path}/reply", data=reply("")),
        visitor.post(f"{link.path}/reply", data=reply("Yes.")),
        visitor.get(f"{link.path}?replied=1"),
        visitor.post(link.path, data=press("trash", seen="spam")),
    ]
    for each in pages:
        if each.status_code != 303:
            assert html_checker.errors(each.text) == []
