"""Everything that is held of one person, in a file to be handed out to them."""

import json

import pytest

from blog.accounts.models import Invitation, Role, SetupLink
from blog.comments import events
from blog.comments.models import (
    CommentSubmission,
    EventKind,
    SavedFilter,
    Scope,
    Status,
    Subscription,
)
from blog.database import session, write_transaction
from blog.mail import delivery
from blog.media.models import Portrait
from blog.posts.editorial.models import Note, SavedView
from blog.posts.models import Byline, Kind
from blog.posts.models import Status as PostStatus
from blog.posts.revisions.models import Revision, RevisionKind
from blog.text.sanitizer import Format
from blog.transfer.exporting import personal
from tests.factories import (
    HOUR,
    NOON,
    make_comment,
    make_login,
    make_page,
    make_post,
    make_user,
)
from tests.media.conftest import Library


@pytest.fixture
def export(app, db, tmp_path):
    """Runs the command; what is in the file then."""

    def run(who):
        path = tmp_path / "held.json"
        result = app.test_cli_runner().invoke(
            args=["export", "personal", who, str(path), "--force"]
        )
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(path.read_text("utf-8"))

    return run


def add(row):
    """The row, stored."""
    with write_transaction():
        session.add(row)
    return row


def test_comments_come_with_all_that_is_known_of_them(export):
    post = make_post(title="Slack Water", status=PostStatus.DRAFT)
    comment = make_comment(
        post=post,
        source="Well said.",
        author="Grace",
        email="grace@example.org",
        url="https://grace.example/",
        ip="192.0.2.7",
        user_agent="Lynx",
        status=Status.SPAM,
        score=0.5,
        signals="fast",
        edited_at=NOON + 2 * HOUR,
    )
    make_comment(post=post, email="other@example.org")
    with write_transaction():
        events.record(
            comment, EventKind.RECEIVED, "It came in.", NOON, details={"rule": "links"}
        )
    add(
        CommentSubmission(
            comment_id=comment.id,
            created_at=NOON,
            fields='{"user_ip": "192.0.2.7"}',
            status_then=Status.PENDING,
        )
    )

    [held] = export(" Grace@example.org ")["comments"]

    assert held == {
        "comment_ID": comment.id,
        "comment_author": "Grace",
        "comment_author_email": "grace@example.org",
        "comment_author_url": "https://grace.example/",
        "comment_author_IP": "192.0.2.7",
        "comment_agent": "Lynx",
        "comment_date_gmt": (NOON + HOUR).isoformat(),
        "comment_content": "Well said.",
        "comment_approved": "spam",
        "comment_post_title": "Slack Water",
        "link": f"http://localhost/c/{comment.id}",
        "kind": "comment",
        "format": "markdown",
        "edited": (NOON + 2 * HOUR).isoformat(),
        "spam_score": 0.5,
        "signals": ["fast"],
        "history": [
            {
                "at": NOON.isoformat(),
                "kind": "received",
                "status": None,
                "details": {"rule": "links"},
            }
        ],
        "told_akismet": {"user_ip": "192.0.2.7"},
    }


def test_who_decided_is_not_told(export):
    moderator = make_user(display_name="Mallory Moderator")
    comment = make_comment(email="grace@example.org")
    with write_transaction():
        events.record(
            comment,
            EventKind.MAILED,
            "Mallory Moderator was told.",
            NOON,
            user=moderator,
            details={"to": "mallory@example.org"},
        )

    written = json.dumps(export("grace@example.org"))

    assert '"mailed"' in written
    assert "allory" not in written


def test_more_comments_than_a_portion_all_come(export, monkeypatch):
    monkeypatch.setattr(personal, "_PORTION", 2)
    post = make_post()
    made = [make_comment(post=post, email="grace@example.org").id for _ in range(5)]

    held = export("grace@example.org")["comments"]

    assert [each["comment_ID"] for each in held] == made


def test_subscriptions_come_too(export):
    post = make_post(title="Slack Water", slug="slack", published_at=NOON)
    for email in ("grace@example.org", "other@example.org"):
        add(
            Subscription(
                post_id=post.id,
                email=email,
                scope=Scope.REPLIES,
                created_at=NOON,
                confirmed_at=NOON + HOUR,
            )
        )

    assert export("grace@example.org")["subscriptions"] == [
        {
            "post_title": "Slack Water",
            "link": f"http://localhost{NOON:/%Y/%m/}slack/",
            "scope": "replies",
            "created": NOON.isoformat(),
            "confirmed": (NOON + HOUR).isoformat(),
            "mailed": None,
        }
    ]


def test_an_account_comes_without_what_opens_it(app, export):
    ada = make_user(
        name="ada",
        display_name="Ada",
        slug="ada",
        email="Ada@example.org",
        bio="Writes.",
        links="https://a.example/ A\nhttps://b.example/",
        role=Role.EDITOR,
    )
    token = make_login(ada)
    link = add(SetupLink(token_hash="0" * 64, user_id=ada.id, expires_at=NOON))
    picture = Library(app).add()
    add(Portrait(user_id=ada.id, media_id=picture.id))

    held = export("ada@example.org")

    [login] = held["account"].pop("sessions")
    assert sorted(login) == ["created", "ip", "seen", "user_agent"]
    assert held["account"].pop("seen") == login["seen"]
    assert held["account"] == {
        "id": ada.id,
        "name": "ada",
        "display_name": "Ada",
        "slug": "ada",
        "email": "Ada@example.org",
        "url": "",
        "bio": "Writes.",
        "links": ["https://a.example/ A", "https://b.example/"],
        "role": "editor",
        "has_password": True,
        "created": NOON.isoformat(),
        "disabled": None,
        "portrait": f"http://localhost/media/{picture.id}/boat.jpg",
        "password_links": [{"expires": NOON.isoformat()}],
    }
    written = json.dumps(held)
    secrets = (ada.password_hash, token, link.token_hash, ada.sessions[0].token_hash)
    assert [each for each in secrets if each in written] == []


def test_what_somebody_wrote_comes_with_its_words(export):
    ada, ben = make_user(name="ada"), make_user(name="ben")
    mine = make_post(title="Mine", source="My words.", author=ada)
    ours = make_page(title="Ours", source="Our words.", author=ben)
    make_post(title="His", author=ben)
    add(Byline(post_id=ours.id, user_id=ada.id, published_at=None))

    held = export("ada")["posts"]

    assert [
        (each["id"], each["title"], each["source"], each["is_author"]) for each in held
    ] == [(mine.id, "Mine", "My words.", True), (ours.id, "Ours", "Our words.", False)]


def test_notes_revisions_files_and_views_come_too(app, export):
    ada = make_user(name="ada")
    post = make_post()
    add(Note(post_id=post.id, author_id=ada.id, text="Shorter.", created_at=NOON))
    add(
        Revision(
            post_id=post.id,
            kind=RevisionKind.SAVE,
            author_id=ada.id,
            version=1,
            title="",
            source="",
            format=Format.MARKDOWN,
            created_at=NOON,
        )
    )
    item = Library(app).add(alt="A boat")
    with write_transaction():
        item.uploader_id = ada.id
    add(SavedView(user_id=ada.id, kind=Kind.POST, name="Old", query="year=2010"))
    add(SavedFilter(user_id=ada.id, name="Spam", query="status=spam"))

    held = export("ada")

    assert [each["text"] for each in held["notes"]] == ["Shorter."]
    assert [each["post"] for each in held["revisions"]] == [post.id]
    assert [each["alt"] for each in held["files"]] == ["A boat"]
    assert held["saved_views"] == [
        {"name": "Old", "query": "year=2010"},
        {"name": "Spam", "query": "status=spam"},
    ]


def test_an_invitation_is_held_of_who_was_asked(export):
    for email in ("grace@example.org", "", "other@example.org"):
        add(
            Invitation(
                email=email, role=Role.AUTHOR, created_at=NOON, expires_at=NOON + HOUR
            )
        )

    held = export("grace@example.org")["invitations"]

    assert [each["email"] for each in held] == ["grace@example.org"]


def test_a_wish_for_no_mail_is_told(export):
    assert not export("grace@example.org")["wants_no_mail"]

    with write_transaction():
        delivery.mute("grace@example.org", NOON)

    assert export("grace@example.org")["wants_no_mail"]


def test_of_a_stranger_nothing_is_held(app, export, tmp_path):
    make_user(email=None)
    make_comment(email="")
    add(Invitation(role=Role.AUTHOR, created_at=NOON, expires_at=NOON))

    held = export("nobody@example.org")

    lists = {name: value for name, value in held.items() if isinstance(value, list)}
    assert set(map(len, lists.values())) == {0}
    assert held["account"] is None


def test_somebody_without_an_address_is_not_everybody_without_one(export):
    ada = make_user(name="ada", email=None)
    mine = make_comment(email="", user_id=ada.id)
    make_comment(email="")
    add(Invitation(role=Role.AUTHOR, created_at=NOON, expires_at=NOON))

    held = export("ada")

    assert [each["comment_ID"] for each in held["comments"]] == [mine.id]
    assert held["invitations"] == held["subscriptions"] == []


def invoke(app, *arguments):
    return app.test_cli_runner().invoke(
        args=["export", "personal", *map(str, arguments)]
    )


def test_a_name_that_is_nobodys_is_refused(app, db, tmp_path):
    result = invoke(app, "nobody", tmp_path / "held.json")

    assert result.exit_code == 1
    assert "Nobody logs in as 'nobody'." in result.output
    assert not (tmp_path / "held.json").exists()


def test_a_file_is_replaced_only_when_told(app, db, tmp_path):
    path = tmp_path / "held.json"
    path.write_text("mine")

    result = invoke(app, "a@example.org", path)

    assert result.exit_code == 1
    assert "--force replaces it" in result.output
    assert path.read_text() == "mine"
    assert invoke(app, "a@example.org", path, "--force").exit_code == 0
    assert json.loads(path.read_text())["email"] == "a@example.org"


def test_the_file_is_for_its_owner_alone_and_counted(app, db, tmp_path):
    make_comment(post=make_post(), email="grace@example.org")
    path = tmp_path / "held.json"

    result = invoke(app, "grace@example.org", path)

    assert result.output == f"In {path}: 1 comment.\n"
    assert path.stat().st_mode & 0o077 == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["held.json", "instance"]


def test_a_place_that_is_none_is_refused_in_one_sentence(app, db, tmp_path):
    result = invoke(app, "a@example.org", tmp_path / "missing" / "held.json")

    assert result.exit_code == 1
    assert "cannot be written" in result.output


# The page to read


def test_a_page_says_it_to_a_person(app, db, tmp_path, html_checker):
    ada = make_user(name="ada", email="ada@example.org", bio="Writes.")
    make_login(ada)
    make_post(author=ada, title="<Slack>", source="Two\n\nparts & more")
    make_comment(post=make_post(), email="ada@example.org", source="چائے <b>")
    path = tmp_path / "held.html"

    result = invoke(app, "ada@example.org", path)

    assert result.exit_code == 0, (result.output, result.exception)
    page = path.read_text("utf-8")
    assert html_checker.errors(page) == []
    for words in (
        "&lt;Slack&gt;",
        "Two<br><br>parts &amp; more",
        "چائے &lt;b&gt;",
        "Writes.",
    ):
        assert words in page
    assert "Nothing is held" not in page


def test_a_page_says_that_nothing_is_held(app, db, tmp_path, html_checker):
    path = tmp_path / "held.html"

    invoke(app, "nobody@example.org", path)

    page = path.read_text("utf-8")
    assert html_checker.errors(page) == []
    assert "Nothing is held of you." in page
    assert page.count("<h2>") == 0
