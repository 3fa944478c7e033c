import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from blog.accounts.models import Role, User
from blog.comments import counts, drafts
from blog.comments.forms import CommentForm
from blog.comments.models import Comment, Kind, Scope, Status
from blog.database import db as database
from blog.database import session, write_transaction
from blog.posts.models import Kind as PostKind
from blog.posts.models import Post
from blog.posts.models import Status as PostStatus
from blog.posts.permalinks import post_url
from blog.site.queries import settings
from tests.comments.questions import asked
from tests.factories import DAY, HOUR, NOW, make_comment, make_post, make_user
from tests.pages import form_data, parse, text_of

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"
VECTORS = CORPORA / "xss" / "vectors-shared.jsonl"
VALID = {"author": "Ada", "email": "ada@example.org", "comment": "Well said."}


@pytest.fixture
def post(app):
    """The id and the path of a public post."""
    with app.app_context():
        return Place(make_post())


class Place:
    def __init__(self, post):
        self.id, self.url = post.id, post_url(post)
        self.form = f"/comments/{post.id}"


def set_site(app, **changes):
    with app.app_context(), write_transaction():
        for name, value in changes.items():
            setattr(settings(), name, value)


def made(app, make, **attributes):
    """The id of a row made for a test."""
    with app.app_context():
        return make(**attributes).id


def stored(app, place):
    with app.app_context():
        return session.get_one(Post, place.id)


def comments(app):
    with app.app_context():
        return session.scalars(database.select(Comment).order_by(Comment.id)).all()


def the_comment(app):
    (comment,) = comments(app)
    return comment


def element(html, id):
    return next(each for each in parse(html).iter() if each.get("id") == id)


def send(client, place, **changes):
    return client.post(place.form, data=VALID | changes)


# The page


def test_a_post_without_comments_says_so(visitor, post):
    page = visitor.get(post.url).text

    assert text_of(element(page, "comments-title")) == "No Comment"
    form = text_of(element(page, "respond"))
    assert form.startswith("Leave a reply")
    assert (
        "Your email address will not be published. Required fields are marked *" in form
    )
    assert "Set-Cookie" not in visitor.get(post.url).headers


def test_comments_are_marked_up_for_machines(app, visitor, post):
    comment_id = made(
        app, make_comment, post=stored(app, post), url="https://a.example"
    )
    found = element(visitor.get(post.url).text, f"comment-{comment_id}")

    assert found.get("class").split() == ["comment-body", "u-comment", "h-cite"]
    classes = {c for e in found.iter() for c in (e.get("class") or "").split()}
    assert {"p-author", "h-card", "dt-published", "e-content", "u-url"} <= classes


def mention(post, **attributes):
    given = {
        "kind": Kind.PINGBACK,
        "author": "The Gazette",
        "url": "https://gazette.example/tides",
        "email": "",
        "source": "**Tides**\n\n[…] as *somebody* wrote […]",
    }
    return make_comment(post=post, **(given | attributes))


def test_what_other_sites_sent_stands_apart(app, visitor):
    with app.app_context():
        post = make_post()
        comment_id = make_comment(post=post).id
        kinds = (Kind.PINGBACK, Kind.TRACKBACK)
        ping_ids = [mention(post, kind=kind).id for kind in kinds]
        url = post_url(post)
    page = visitor.get(url).text

    inside = element(page, "comments")
    thread = next(e for e in inside.iter("ol") if e.get("class") == "thread")
    assert [e.get("id") for e in thread.iter("div") if e.get("id")] == [
        f"comment-{comment_id}"
    ]
    assert text_of(element(page, "comments-title")) == "3 Comments"
    assert text_of(element(page, "mentions-title")) == "Mentions"
    for ping_id in ping_ids:
        item = next(e for e in inside.iter() if e.get("id") == f"comment-{ping_id}")
        classes = {c for e in item.iter() for c in (e.get("class") or "").split()}
        assert {"u-mention", "h-cite", "p-author", "h-card", "dt-published"} <= classes
        (link,) = (a for a in item.iter("a") if a.get("rel"))
        assert (link.get("href"), link.get("rel"), text_of(link)) == (
            "https://gazette.example/tides",
            "nofollow ugc noopener",
            "The Gazette",
        )
        assert text_of(item).endswith("Tides – […] as somebody wrote […]")
        assert "Reply" not in text_of(item)


@pytest.mark.html
def test_a_page_with_mentions_is_valid_html(app, visitor, html_checker):
    with app.app_context():
        post = make_post()
        make_comment(post=post)
        for attributes in ({}, {"author": ""}, {"source": ""}, {"url": ""}):
            mention(post, **attributes)
        url = post_url(post)

    assert html_checker.errors(visitor.get(url).text) == []


@pytest.mark.parametrize("kind", [Kind.PINGBACK, Kind.TRACKBACK])
@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
def test_a_mention_that_is_not_approved_is_not_shown(app, visitor, kind, status):
    with app.app_context():
        post = make_post()
        mention(post, kind=kind, status=status)
        url = post_url(post)

    page = visitor.get(url).text

    assert "Mentions" not in page and "Gazette" not in page and "gazette" not in page
    assert text_of(element(page, "comments-title")) == "No Comment"


def test_mentions_of_a_page_without_comments_are_shown(app, visitor):
    with app.app_context():
        page = make_post(kind=PostKind.PAGE, title="About", comments_open=False)
        mention(page)
        url = post_url(page)

    text = text_of(element(visitor.get(url).text, "comments"))

    assert text.startswith("1 Comment Mentions The Gazette")
    assert text.endswith("Comments are closed.")


def test_a_mention_takes_no_reply(app, visitor, post):
    ping_id = made(app, mention, post=stored(app, post))
    page = visitor.get(f"{post.url}?replytocom={ping_id}").text
    assert f"replytocom={ping_id}" not in page
    assert form_data(page, "/comments/")["comment_parent"] == ""

    response = send(visitor, post, comment_parent=str(ping_id))

    assert response.status_code == 403
    assert form_data(response.text, "/comments/")["comment"] == "Well said."
    assert len(comments(app)) == 1


def test_a_hundred_mentions_ask_no_more_than_one(app, visitor):
    numbers = []
    for count in (1, 100):
        with app.app_context():
            post = make_post()
            for _ in range(count):
                mention(post)
            url = post_url(post)
        numbers.append(asked(app, lambda url=url: visitor.get(url)))

    assert numbers[0] == numbers[1]


def test_the_form_has_the_fields_that_browsers_fill_in(visitor, post):
    form = element(visitor.get(post.url).text, "respond").find(".//form")

    names = [
        (field.get("name"), field.get("autocomplete"), field.get("required"))
        for field in form.iter()
        if field.tag in ("input", "textarea") and field.get("type") != "hidden"
    ]
    assert names == [
        ("comment", None, ""),
        # Who is logged in needs neither, and the page is the same for everybody.
        ("author", "name", None),
        ("email", "email", None),
        ("url", "url", None),
        (None, None, None),  # whether to remember these: never sent
        ("subject", "off", None),
    ]
    assert form_data(visitor.get(post.url).text, "/comments/").keys() == {
        "comment",
        "author",
        "email",
        "url",
        "subject",
        "comment_parent",
        "stamp",
    }


def test_the_page_is_the_same_for_all(visitor, client_for, post):
    client = client_for("admin")

    assert visitor.get(post.url).text == client.get(post.url).text


def test_a_reply_link_works_without_a_script(app, visitor, post):
    comment_id = made(app, make_comment, post=stored(app, post), author="Grace")
    page = visitor.get(post.url).text
    link = f"{post.url}?replytocom={comment_id}"
    assert f'href="{link}#respond" rel="nofollow"' in page

    page = visitor.get(link).text

    assert text_of(element(page, "respond-title")) == (
        "Leave a reply to Grace Cancel reply"
    )
    assert form_data(page, "/comments/")["comment_parent"] == str(comment_id)


@pytest.mark.parametrize("asked", ["", "x", "-1", "0", "9" * 30, "1' or 1=1"])
def test_a_reply_to_nothing_is_a_plain_form(visitor, post, asked):
    page = visitor.get(post.url, query_string={"replytocom": asked})

    assert page.status_code == 200
    assert form_data(page.text, "/comments/")["comment_parent"] == ""


def test_the_authors_own_replies_are_marked(app, visitor):
    with app.app_context():
        author = make_user(display_name="Grace")
        post = make_post(author=author)
        make_comment(post=post, user_id=author.id, author="Grace")
        make_comment(post=post, author="Grace")
        url = post_url(post)

    page = visitor.get(url).text

    assert page.count('class="by-author"') == 1


def test_a_hidden_parent_leaves_a_mark_and_no_name(app, visitor):
    with app.app_context():
        post = make_post()
        parent = make_comment(post=post, author="Mallory", source="Rude.")
        make_comment(post=post, parent=parent, source="Still here.")
        with write_transaction():
            parent.trash("")
            counts.recount([parent])
        url = post_url(post)

    page = visitor.get(url).text

    assert "A comment here is no longer shown." in page
    assert "Still here." in page
    assert "1 Comment" in page
    assert "Mallory" not in page and "Rude." not in page


def test_deep_replies_say_whom_they_answer(app, visitor):
    set_site(app, thread_comments_depth=2)
    with app.app_context():
        post = make_post()
        above = None
        for name in ("Ada", "Bob", "Cleo"):
            above = make_comment(post=post, parent=above, author=name)
        url = post_url(post)

    page = visitor.get(url).text

    assert page.count("in reply to") == 1
    assert "in reply to <bdi>Bob</bdi>" in page
    assert page.count('<ol class="replies">') == 1


@pytest.mark.parametrize("has_comments", [False, True])
def test_a_closed_post_says_so_and_keeps_its_comments(app, visitor, has_comments):
    with app.app_context():
        post = make_post(comments_open=False)
        if has_comments:
            make_comment(post=post)
        url = post_url(post)

    page = visitor.get(url).text

    assert "Comments are closed." in page
    assert "<form" not in page
    assert "replytocom" not in page
    assert ("Well said." in page) == has_comments


def test_a_page_without_comments_does_not_speak_of_them(app, visitor):
    with app.app_context():
        page = make_post(kind=PostKind.PAGE, title="About")
        url = post_url(page)

    assert 'id="comments"' not in visitor.get(url).text


def test_a_comment_is_taken_in_with_five_questions(app, visitor, post):
    """Where it is to stand, who goes by that name, what the filter knows of its words;
    and inside the write once more where it stands, and who else was there just now.
    """
    answers = []

    def send():
        answers.append(visitor.post(post.form, data=VALID))

    assert asked(app, send) == 5
    assert [answer.status_code for answer in answers] == [303]


def test_the_number_of_questions_does_not_grow_with_the_comments(app, visitor):
    numbers = []
    for count in (2, 3, 50):
        with app.app_context():
            post = make_post()
            user = make_user()
            parent = None
            for _ in range(count):
                parent = make_comment(post=post, parent=parent, user_id=user.id)
            url = post_url(post)
        numbers.append(asked(app, lambda url=url: visitor.get(url)))

    assert numbers[0] == numbers[1] == numbers[2]
    assert numbers[0] < 16


# Preview


def preview(client, place, **changes):
    return send(client, place, preview="1", **changes)


def test_a_preview_shows_what_would_be_read_and_keeps_everything(app, visitor, post):
    parent_id = made(app, make_comment, post=stored(app, post))
    form = form_data(visitor.get(post.url).text, post.form)
    typed = form | {
        "author": "Ada & Co",
        "email": "ada@example.org",
        "url": "a.example",
        "comment": "*Well* <script>said</script>\n\n> quoted",
        "comment_parent": str(parent_id),
    }

    page = visitor.post(post.form, data=typed | {"preview": "1"})

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    shown = next(
        each
        for each in parse(page.text).iter("section")
        if each.get("class") == "preview"
    )
    assert "Well" in [text_of(each) for each in shown.iter("em")]
    assert text_of(shown.find(".//blockquote")) == "quoted"
    assert shown.find(".//script") is None
    again = form_data(page.text, post.form)
    assert again == typed
    assert len(comments(app)) == 1

    assert visitor.post(post.form, data=again).status_code == 303
    assert comments(app)[-1].source == typed["comment"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"comment": " "}, 422),
        ({"author": "", "email": "x"}, 422),
        ({"comment": "é" * 40_000}, 413),
        ({"comment_parent": "999"}, 403),
    ],
)
def test_a_preview_refuses_what_sending_would(app, visitor, post, changes, status):
    previewed, sent = preview(visitor, post, **changes), send(visitor, post, **changes)

    assert previewed.status_code == sent.status_code == status
    assert previewed.text == sent.text
    assert comments(app) == []


def test_a_preview_says_what_was_said_before(app, visitor, post):
    send(visitor, post)

    again = preview(visitor, post)

    assert again.status_code == 409
    assert "You have said exactly this here before." in again.text


def test_a_preview_costs_no_turn(app, visitor, post):
    for _turn in range(3):
        assert preview(visitor, post).status_code == 200
    assert send(visitor, post).status_code == 303


# Mail


def test_mail_is_offered_only_where_it_is_on(app, visitor, post):
    def offered():
        return 'name="notify"' in visitor.get(post.url).text

    assert not offered()
    app.config["SMTP_URL"] = "smtp://localhost:2525"
    assert offered()
    set_site(app, comment_subscriptions=False)
    assert not offered()


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("", None),
        ("replies", Scope.REPLIES),
        ("thread", Scope.THREAD),
        ("everything", None),
    ],
)
@pytest.mark.parametrize("is_on", [True, False])
def test_what_a_commenter_wants_to_be_told_of(app, is_on, typed, wish):
    app.config["SMTP_URL"] = "smtp://localhost:2525" if is_on else ""
    with app.test_request_context(method="POST", data={"notify": typed}):
        assert CommentForm.sent().wish == (wish if is_on else None)


def test_who_wants_mail_gives_an_address(app, visitor, post):
    app.config["SMTP_URL"] = "smtp://localhost:2525"
    set_site(app, require_name_email=False)

    refused = send(visitor, post, email="", notify="replies")

    assert refused.status_code == 422
    assert "Please enter your email address." in refused.text
    assert form_data(refused.text, post.form)["notify"] == "replies"
    assert send(visitor, post, email="").status_code == 303


# Sending


def test_a_first_comment_waits_and_its_writer_sees_it(app, visitor, post):
    response = send(visitor, post, url="a.example")

    comment = the_comment(app)
    assert response.status_code == 303
    assert response.location.startswith(f"{post.url}?held=")
    assert response.location.endswith(f"#comment-{comment.id}")
    assert "Set-Cookie" not in response.headers
    assert (comment.status, comment.author, comment.email, comment.url) == (
        Status.PENDING,
        "Ada",
        "ada@example.org",
        "https://a.example",
    )
    assert (comment.source, comment.ip) == ("Well said.", "127.0.0.1")

    own = visitor.get(response.location)
    assert "Your comment is awaiting moderation." in own.text
    assert "only you can see it, at this address" in own.text
    assert "Well said." in own.text
    assert own.headers["Cache-Control"] == "no-store"
    others = visitor.get(post.url)
    assert "Well said." not in others.text
    assert "No Comment" in others.text


def test_a_known_commenter_is_published_at_once(app, visitor, post):
    made(app, make_comment, post=stored(app, post), source="Before.")

    response = send(visitor, post)

    comment = comments(app)[-1]
    assert response.location.startswith(f"{post.url}?held=")
    assert response.location.endswith(f"#comment-{comment.id}")
    page = visitor.get(post.url).text
    assert "Well said." in page
    assert "2 Comments" in page
    assert app_count(app, post) == 2


def app_count(app, post):
    return stored(app, post).comment_count


def test_a_reply_stands_below_what_it_answers(app, visitor, post):
    parent_id = made(app, make_comment, post=stored(app, post))

    send(visitor, post, comment="I agree.", comment_parent=str(parent_id))

    assert comments(app)[-1].parent_id == parent_id


@pytest.mark.parametrize("nothing", ["", "0", " "])
def test_no_parent_is_no_parent(app, visitor, post, nothing):
    assert send(visitor, post, comment_parent=nothing).status_code == 303
    assert the_comment(app).parent_id is None


@pytest.mark.parametrize("keys", ["disallowed_keys", "moderation_keys"])
def test_spam_looks_to_its_writer_like_any_waiting_comment(app, visitor, post, keys):
    set_site(app, **{keys: "viagra"})

    response = send(visitor, post, comment="Viagra!")

    assert response.location.startswith(f"{post.url}?held=")
    page = visitor.get(response.location).text
    assert "Your comment is awaiting moderation." in page
    status = Status.TRASH if keys == "disallowed_keys" else Status.PENDING
    assert the_comment(app).status == status


def test_a_writer_who_is_logged_in_needs_no_name(app, client_for, post):
    client = client_for("editor", display_name="Grace", email="grace@example.org")

    response = client.post(
        post.form,
        data={"comment": "Hello.", "author": "Mallory", "email": "m@example.org"},
    )

    comment = the_comment(app)
    assert response.location.startswith(f"{post.url}?held=")
    assert (comment.author, comment.email) == ("Grace", "grace@example.org")
    assert (comment.user_id, comment.status) == (client.user_id, Status.APPROVED)


def test_a_visitor_who_calls_himself_the_editor_waits(app, visitor, post):
    set_site(app, comment_previously_approved=False)
    made(app, make_user, role=Role.EDITOR, display_name="Grace")

    send(visitor, post, author="Grace")

    assert the_comment(app).reason == "Goes by “Grace” without being logged in."


def test_names_may_be_optional(app, visitor, post):
    set_site(app, require_name_email=False)
    page = visitor.get(post.url).text
    form = element(page, "respond").find(".//form")
    required = [f.get("name") for f in form.iter() if f.get("required") is not None]
    assert required == ["comment"]

    assert visitor.post(post.form, data={"comment": "Hm."}).status_code == 303
    assert the_comment(app).author == ""


def test_only_accounts_where_the_owner_says_so(app, visitor, client_for, post):
    set_site(app, comment_registration=True)
    assert "/login?next=" in visitor.get(post.url).text

    refused = send(visitor, post)
    taken = send(client_for("subscriber"), post)

    assert refused.status_code == 403
    assert form_data(refused.text, "/comments/")["comment"] == "Well said."
    assert taken.status_code == 303
    assert len(comments(app)) == 1


def test_the_same_press_twice_is_one_comment(app, visitor, post):
    first = send(visitor, post)
    second = send(visitor, post)

    assert second.status_code == 303
    assert second.location.endswith(first.location.rpartition("#")[2])
    assert len(comments(app)) == 1


def test_the_same_comment_later_is_a_conflict(app, visitor, post):
    send(visitor, post)
    with app.app_context(), write_transaction():
        session.scalars(database.select(Comment)).one().created_at -= HOUR

    response = send(visitor, post)

    assert response.status_code == 409
    assert "You have said exactly this here before." in response.text
    assert form_data(response.text, "/comments/")["comment"] == "Well said."
    assert len(comments(app)) == 1


def test_two_comments_at_once_are_too_fast(app, visitor, post):
    send(visitor, post)

    response = send(visitor, post, comment="And another thing.")

    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 15
    assert form_data(response.text, "/comments/")["comment"] == "And another thing."
    assert len(comments(app)) == 1


def test_moderators_are_never_too_fast(app, client_for, post):
    client = client_for("editor")

    for number in range(3):
        assert send(client, post, comment=f"No. {number}").status_code == 303


def test_limits_can_be_turned_off_for_measuring(app, visitor, post):
    app.config["LIMITS"] = False

    for number in range(3):
        assert send(visitor, post, comment=f"No. {number}").status_code == 303


# What changes while a comment is read


@pytest.mark.parametrize(
    ("meanwhile", "status"),
    [
        (lambda post, parent: post.trash(NOW), 404),
        (lambda post, parent: setattr(post, "comments_open", False), 403),
        (lambda post, parent: parent.hold(""), 403),
    ],
)
def test_everything_is_asked_once_more_inside_the_write(
    app, visitor, monkeypatch, meanwhile, status
):
    with app.app_context():
        post = make_post()
        parent_id = make_comment(post=post).id
        place = Place(post)
    prepare = drafts.prepare

    def slowly(**typed):
        with write_transaction():
            parent = session.get_one(Comment, parent_id)
            meanwhile(parent.post, parent)
        return prepare(**typed)

    monkeypatch.setattr(drafts, "prepare", slowly)

    response = send(visitor, place, comment_parent=str(parent_id), comment="New.")

    assert response.status_code == status
    assert len(comments(app)) == 1


# What bad input gets


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"comment": ""}, "comment"),
        ({"comment": " \r\n\t"}, "comment"),
        ({"comment": "\u200b\u200d"}, "comment"),
        ({"author": ""}, "author"),
        ({"author": "\u202e"}, "author"),
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"author": "é" * 123}, "author"),
        ({"email": "a" * 90 + "@example.org"}, "email"),
        ({"url": "https://example.org/" + "a" * 200}, "url"),
    ],
)
def test_a_mistake_brings_the_page_back_with_the_text(
    app, visitor, post, changes, field
):
    response = send(visitor, post, **changes)

    assert response.status_code == 422
    sent = VALID | changes
    back = form_data(response.text, "/comments/")
    assert {name: back[name].replace("\r\n", "\n") for name in sent} == {
        name: value.replace("\r\n", "\n") for name, value in sent.items()
    }
    wrong = element(response.text, field)
    assert wrong.get("aria-invalid") == "true"
    assert wrong.get("autofocus") is not None
    assert f"{field}-errors" in wrong.get("aria-describedby")
    assert text_of(element(response.text, f"{field}-errors"))
    alert = next(e for e in parse(response.text).iter() if e.get("role") == "alert")
    assert [a.get("href") for a in alert.iter("a")] == [f"#{field}"]
    assert comments(app) == []


@pytest.mark.parametrize("body", [{"data": {}}, {"data": b""}, {"data": b"x"}])
def test_an_empty_body_names_everything(app, visitor, post, body):
    response = visitor.post(post.form, **body)

    assert response.status_code == 422
    alert = next(e for e in parse(response.text).iter() if e.get("role") == "alert")
    assert len(list(alert.iter("li"))) == 3


def test_a_reply_keeps_its_parent_through_an_error(app, visitor, post):
    parent_id = made(app, make_comment, post=stored(app, post), author="Grace")

    response = send(visitor, post, email="x", comment_parent=str(parent_id))

    assert response.status_code == 422
    assert "Leave a reply to" in response.text
    assert form_data(response.text, "/comments/")["comment_parent"] == str(parent_id)


@pytest.mark.parametrize(
    "forged",
    ["x", "-1", "1.5", "9" * 19, "9" * 400, "٣", "1 or 1=1", "<script>", "\u200b"],
)
def test_a_forged_parent_is_refused_with_the_text_kept(app, visitor, post, forged):
    response = send(visitor, post, comment_parent=forged)

    assert response.status_code == 403
    back = form_data(response.text, "/comments/")
    assert (back["comment"], back["comment_parent"]) == ("Well said.", "")
    assert comments(app) == []


@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
def test_a_parent_that_is_not_shown_is_refused(app, visitor, post, status):
    parent_id = made(app, make_comment, post=stored(app, post), status=status)

    assert send(visitor, post, comment_parent=str(parent_id)).status_code == 403
    assert len(comments(app)) == 1


def test_a_parent_below_another_post_is_refused(app, visitor, post):
    parent_id = made(app, make_comment)

    assert send(visitor, post, comment_parent=str(parent_id)).status_code == 403


@pytest.mark.parametrize(
    "hidden",
    [
        {"published_at": None},
        {"published_at": NOW + DAY},
        {"status": PostStatus.DRAFT},
        {"status": PostStatus.TRASH},
    ],
)
def test_a_post_that_nobody_may_read_takes_no_comment(app, visitor, hidden):
    post_id = made(app, make_post, **hidden)

    for method in ("get", "post"):
        response = getattr(visitor, method)(f"/comments/{post_id}", data=VALID)
        assert response.status_code == 404
    assert comments(app) == []


def test_a_private_post_takes_comments_of_those_who_may_read_it(
    app, visitor, client_for
):
    author = client_for("author")
    with app.app_context():
        owner = session.get_one(User, author.user_id)
        private = Place(make_post(author=owner, status=PostStatus.PRIVATE))
    for outsider in (visitor, client_for("subscriber"), client_for("author")):
        assert outsider.get(private.form).status_code == 404
        assert send(outsider, private).status_code == 404

    for reader in (author, client_for("editor"), client_for("admin")):
        form = form_data(reader.get(private.url).text, "/comments/")
        response = reader.post(private.form, data=form | {"comment": "Between us."})
        assert response.status_code == 303
        assert "Between us." in reader.get(response.location).text

    assert len(comments(app)) == 3
    assert visitor.get(private.url).status_code == 404
    assert send(visitor, private, comment_parent="1").status_code == 404


def test_a_protected_post_takes_comments_once_it_is_open(app, visitor):
    with app.app_context():
        protected = Place(make_post(password="sesame"))
        make_comment(post=session.get_one(Post, protected.id), source="Hush.")

    refused = send(visitor, protected)
    assert refused.status_code == 403
    assert element(refused.text, "comment").text.strip() == "Well said."
    assert "Hush." not in refused.text
    assert len(comments(app)) == 1

    visitor.post(f"/unlock/{protected.id}", data={"post_password": "sesame"})
    taken = send(visitor, protected, comment="I am in.")

    assert taken.status_code == 303
    assert "Hush." in visitor.get(protected.url).text
    assert len(comments(app)) == 2


@pytest.mark.parametrize("missing", ["999999", str(2**63 - 1)])
def test_a_missing_post_takes_no_comment(visitor, missing):
    assert visitor.post(f"/comments/{missing}", data=VALID).status_code == 404


@pytest.mark.parametrize("nowhere", ["9" * 19, "9" * 25, "x", "-1", "٣", "1/"])
def test_what_is_no_post_takes_no_comment(visitor, nowhere):
    assert visitor.post(f"/comments/{nowhere}", data=VALID).status_code in (404, 405)


def test_a_closed_post_takes_no_comment_and_gives_the_text_back(app, visitor):
    with app.app_context():
        place = Place(make_post(comments_open=False))

    response = send(visitor, place, comment="Long and clever.")

    assert response.status_code == 403
    assert element(response.text, "comment").text.strip() == "Long and clever."
    assert comments(app) == []


def test_a_post_closes_by_age_when_asked(app, visitor):
    set_site(app, close_comments_days_old=14)
    with app.app_context():
        old = Place(make_post(published_at=NOW - 15 * DAY))
        new = Place(make_post(published_at=NOW - 13 * DAY))

    assert send(visitor, old).status_code == 403
    assert send(visitor, new).status_code == 303


def test_a_comment_of_64_kb_is_kept_to_the_byte(app, visitor, post):
    text = "word é. " * 7281 + "." * 6
    assert len(text.encode()) == 65_535

    assert send(visitor, post, comment=text).status_code == 303
    assert the_comment(app).source == text


def test_one_byte_more_is_refused_and_comes_back(app, visitor, post):
    text = "a" * 65_536

    response = send(visitor, post, comment=text)

    assert response.status_code == 413
    assert form_data(response.text, "/comments/")["comment"] == text
    assert comments(app) == []


@pytest.mark.parametrize("size", [300_000, 3_000_000])
def test_a_huge_body_is_refused(app, visitor, post, size):
    assert send(visitor, post, comment="a" * size).status_code == 413
    assert comments(app) == []


def test_a_body_without_a_length_is_refused(app, visitor, post):
    response = visitor.post(
        post.form,
        input_stream=BytesIO(b"comment=x"),
        headers={"Transfer-Encoding": "chunked"},
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 411
    assert comments(app) == []


@pytest.mark.parametrize("field", ["author", "email", "url", "comment", "stamp"])
@pytest.mark.parametrize("broken", ["%00", "%ED%A0%80", "a%00b"])
def test_what_is_no_text_is_refused(app, visitor, post, field, broken):
    fields = {"author": "Ada", "email": "a%40example.org", "comment": "x"}
    body = "&".join(f"{n}={v}" for n, v in (fields | {field: broken}).items())

    response = visitor.post(
        post.form, data=body, content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code == 400
    assert comments(app) == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "multipart/mixed; boundary=x"]
)
def test_other_kinds_of_body_are_refused(app, visitor, post, kind):
    body = json.dumps(VALID)

    assert visitor.post(post.form, data=body, content_type=kind).status_code == 415
    assert comments(app) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
    ],
)
def test_another_sites_form_is_refused(app, visitor, post, headers, status):
    response = visitor.post(post.form, data=VALID, headers=headers)

    assert response.status_code == status
    assert len(comments(app)) == (status == 303)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(visitor, post, method):
    response = getattr(visitor, method)(post.form)

    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_the_forms_own_address_leads_to_the_post(visitor, post):
    response = visitor.get(post.form)

    assert (response.status_code, response.location) == (303, f"{post.url}#respond")


def test_extra_fields_and_values_change_nothing(app, visitor, post):
    visitor.post(
        post.form,
        data=VALID
        | {"status": "approved", "user_id": "1", "id": "7", "ip": "x", "post_id": "9"}
        | {"author": ["Ada", "Bob"]},
    )

    comment = the_comment(app)
    assert (comment.status, comment.user_id, comment.author) == (
        Status.PENDING,
        None,
        "Ada",
    )
    assert (comment.post_id, comment.ip) == (post.id, "127.0.0.1")


def test_a_long_user_agent_is_cut(app, visitor, post):
    visitor.post(post.form, data=VALID, headers={"User-Agent": "x" * 5000})

    assert the_comment(app).user_agent == "x" * 254


# Notes that decide nothing


@pytest.mark.parametrize(
    ("changes", "signals"),
    [
        ({}, ""),
        ({"subject": "cheap"}, "honeypot"),
        ({"stamp": ""}, "no-stamp"),
        ({"stamp": "made up"}, "forged-stamp"),
        ({"subject": "x", "stamp": ""}, "honeypot no-stamp"),
    ],
)
def test_what_is_odd_is_noted_and_taken(app, visitor, post, changes, signals):
    form = form_data(visitor.get(post.url).text, "/comments/")

    response = visitor.post(post.form, data=form | VALID | changes)

    assert response.status_code == 303
    assert the_comment(app).signals == signals


@pytest.mark.parametrize(("days", "signals"), [(7, ""), (8, "old-stamp")])
def test_a_form_from_a_cache_still_posts(app, visitor, post, days, signals):
    then = datetime.now(UTC) - timedelta(days=days)
    with app.test_request_context():
        stamp = CommentForm.blank(stored(app, post), then).stamp.data

    assert send(visitor, post, stamp=stamp).status_code == 303
    assert the_comment(app).signals == signals


# XSS


def vectors():
    """A sample of the corpus, and a few that are always there."""
    always = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"'><svg onload=alert(1)>",
        "[a](javascript:alert(1))",
        "<a href='jav&#x09;ascript:alert(1)'>a</a>",
    ]
    if not VECTORS.exists():
        return always
    lines = VECTORS.read_text(encoding="utf-8").splitlines()[::29]
    return [*always, *(json.loads(line)["html"] for line in lines)]


RUNNING = ("script", "iframe", "object", "embed", "svg", "math", "img")


def harmful(html):
    """What a browser would run or fetch from elsewhere."""
    found = []
    for each in parse(html).iter():
        if not isinstance(each.tag, str):
            continue
        is_ours = (each.get("src") or "").startswith("/static/")
        is_data = each.tag == "script" and each.get("type") == "application/ld+json"
        if each.tag in RUNNING and not (is_ours or is_data):
            found.append(each.tag)
        for name, value in each.attrib.items():
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                found.append(f"{each.tag} {name}")
            scheme = value.strip().lower()
            if name in ("href", "src", "action") and not scheme.startswith(
                ("/", "#", "http:", "https:", "mailto:")
            ):
                found.append(f"{each.tag} {name}={value}")
    return found


def test_no_vector_survives_in_any_field(app, visitor, admin, post):
    app.config["LIMITS"] = False
    set_site(
        app,
        comment_previously_approved=False,
        comment_max_links=0,
        spam_filter=False,
        page_comments=False,
        show_avatars=False,
    )
    with app.app_context():
        refusing = Place(make_post())
    visitor.inspects = False
    for sample in (each for each in vectors() if "\0" not in each):
        for field in ("comment", "author"):
            response = send(visitor, post, **{field: sample})
            assert response.status_code in (303, 422), (field, sample)
        for field in ("email", "url"):
            response = send(visitor, refusing, **{field: sample})
            assert response.status_code in (303, 422), (field, sample)
            if response.status_code == 422:
                assert harmful(response.text) == [], (field, sample)
    shown = [each.id for each in comments(app) if each.status == Status.APPROVED]
    visitor.inspects = True

    page = visitor.get(post.url)

    assert len(shown) > 100
    assert harmful(page.text) == []
    for number in range(1, 1 + len(shown) // 20, 3):
        queue = admin.get(f"/admin/comments/?status=all&page={number}")
        assert (queue.status_code, harmful(queue.text)) == (200, [])
    for comment_id in shown[::25]:
        for room in ("edit", "reply"):
            form = admin.get(f"/admin/comments/{comment_id}/{room}")
            assert (form.status_code, harmful(form.text)) == (200, [])


def test_a_comment_to_what_is_deleted_meanwhile(app, visitor, post, monkeypatch):
    prepare = drafts.prepare

    def prepare_slowly(**typed):
        with closing(sqlite3.connect(app.config["INSTANCE"] / "blog.sqlite")) as other:
            other.execute("DELETE FROM post")
            other.commit()
        return prepare(**typed)

    monkeypatch.setattr(drafts, "prepare", prepare_slowly)

    assert visitor.post(post.form, data=VALID).status_code == 404
