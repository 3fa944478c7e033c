"""The history of a comment: what is written down, and who is shown what of it."""

import pytest

from blog.accounts.models import User
from blog.comments import counts, events, moderation
from blog.comments.models import Comment, CommentEvent, EventKind, Label, Status
from blog.comments.moderation import Verb
from blog.database import session, write_transaction
from tests.factories import HOUR, NOON, NOW, make_comment, make_post, make_user
from tests.pages import parse, text_of

QUEUE = "/admin/comments/"
DETAILS = {
    "rule": "spam_filter",
    "score": 0.934,
    "verdict": "spam",
    "word": "secret@example.net",
    "clues": [["word:casino", 2.1], ["word:harbour", -0.4]],
}


@pytest.fixture
def judged(app):
    """The id of a comment that the filter took for spam."""
    with app.app_context():
        comment = make_comment(
            status=Status.SPAM, score=0.934, reason="The filter takes it for spam."
        )
        with write_transaction():
            events.record(
                session.get_one(Comment, comment.id),
                EventKind.RECEIVED,
                "The filter takes it for spam.",
                NOON,
                before=Status.SPAM,
                details=DETAILS,
            )
        return comment.id


def shown(client, comment_id):
    page = parse(client.get(f"{QUEUE}{comment_id}/").text)
    lists = [e for e in page.iter("ol") if "history" in (e.get("class") or "")]
    return [text_of(line) for each in lists for line in each]


def test_every_step_is_written_down_with_who_and_what_was_learned(db):
    who = make_user(display_name="Grace")
    comment = make_comment(status=Status.PENDING)
    with write_transaction():
        comment = session.get_one(Comment, comment.id)
        pasts = moderation.carry_out_all(Verb.SPAM, [comment], who, NOW)
        moderation.undo(comment, pasts[0], who, NOW + HOUR)

    history = events.history(comment)

    assert [
        (each.kind, each.at, each.user_id, each.before, each.status, each.sentence)
        for each in history
    ] == [
        (
            EventKind.DECIDED,
            NOW,
            who.id,
            Status.PENDING,
            Status.SPAM,
            "Called spam by Grace.",
        ),
        (
            EventKind.DECIDED,
            NOW + HOUR,
            who.id,
            Status.SPAM,
            Status.PENDING,
            "Grace took the last step back.",
        ),
    ]
    assert [each.details for each in history] == [
        '{"learned": "spam"}',
        '{"learned": null}',
    ]


def test_what_changes_nothing_is_not_written_down(db):
    who = make_user()
    comment = make_comment()
    with write_transaction():
        comment = session.get_one(Comment, comment.id)
        [past] = moderation.carry_out_all(Verb.APPROVE, [comment], who, NOW)
        moderation.undo(comment, past, who, NOW)

    assert events.history(comment) == []


def test_many_are_decided_and_taken_back_like_one(db):
    who = make_user()
    post = make_post()
    ids = [make_comment(post=post, status=Status.PENDING).id for _ in range(5)]
    with write_transaction():
        comments = [session.get_one(Comment, each) for each in ids]
        pasts = moderation.carry_out_all(Verb.APPROVE, comments, who, NOW)
        counts.recount(comments)
        assert {(each.status, each.learned) for each in comments} == {
            (Status.APPROVED, Label.HAM)
        }
        known = list(zip(comments, pasts, strict=True))
        comments[0].trash("By somebody else.")
        undone = moderation.undo_all(known, who, NOW)
        counts.recount(comments)

    assert undone == comments[1:]
    assert [each.status for each in comments] == ["trash"] + ["pending"] * 4
    assert {each.learned for each in comments[1:]} == {None}


def test_the_page_of_a_comment_tells_its_history(app, admin, judged):
    admin.send(f"{QUEUE}{judged}", {"restore": "1", "status": "spam"})

    received, decided = shown(admin, judged)

    assert received.startswith("The filter takes it for spam. Spam")
    assert "The filter: 93% spam." in received
    assert "For spam casino Against it harbour" in received
    assert "Rulespam_filter Verdictspam Wordsecret@example.net" in received
    assert "Taken back by Person" in decided
    assert "Spam →became Waiting" in decided


def test_the_history_says_what_the_filter_learned(app, admin, judged):
    admin.send(f"{QUEUE}{judged}", {"restore": "1", "status": "spam"})
    admin.send(f"{QUEUE}{judged}", {"approve": "1"})
    admin.send(f"{QUEUE}{judged}", {"spam": "1"})

    lines = shown(admin, judged)

    assert "The filter learned from this: a good comment." in lines[2]
    assert "The filter learned from this: spam." in lines[3]


def test_the_list_says_in_one_line_why_and_what_counted(app, admin, judged):
    page = admin.get(f"{QUEUE}?status=spam").text
    reason = next(e for e in parse(page).iter("div") if e.get("class") == "reason hint")

    assert text_of(reason) == (
        "The filter takes it for spam. What counted about the comment by Ada "
        "For spam casino Against it harbour"
    )


def test_the_filters_score_stands_beside_a_reason_of_another_kind(app, admin):
    with app.app_context():
        make_comment(status=Status.PENDING, reason="Contains 3 links.", score=0.126)

    page = admin.get(QUEUE).text
    reason = next(e for e in parse(page).iter("div") if e.get("class") == "reason hint")

    assert text_of(reason) == "Contains 3 links. The filter: 13% spam."


def test_a_reason_does_not_say_its_status_twice(app, admin):
    with app.app_context():
        make_comment(reason="Approved by Grace.")
        make_comment(reason="")

    page = admin.get(f"{QUEUE}?status=approved").text
    told = [
        text_of(each)
        for each in parse(page).iter("div")
        if each.get("class") == "reason hint"
    ]

    assert told == ["Approved.", "Approved by Grace."]


def test_an_author_is_shown_the_history_without_addresses(app, client_for, judged):
    author = client_for("author")
    with app.app_context(), write_transaction():
        comment = session.get_one(Comment, judged)
        comment.post.author_id = session.get_one(User, author.user_id).id

    [line] = shown(author, judged)

    assert "The filter: 93% spam." in line and "casino" in line
    assert "secret@example.net" not in author.get(f"{QUEUE}{judged}/").text


def test_a_history_belongs_to_who_may_moderate(app, client_for, visitor, judged):
    assert client_for("author").get(f"{QUEUE}{judged}/").status_code == 404
    assert client_for("contributor").get(f"{QUEUE}{judged}/").status_code == 403
    assert visitor.get(f"{QUEUE}{judged}/").status_code == 303


def test_what_is_from_before_there_was_a_history_says_so(app, admin):
    with app.app_context():
        comment_id = make_comment().id

    page = admin.get(f"{QUEUE}{comment_id}/").text

    assert "Nothing was written down" in page


def test_a_history_goes_with_its_comment(app, admin, judged):
    with app.app_context(), write_transaction():
        moderation.delete([session.get_one(Comment, judged)])
    with app.app_context():
        assert session.query(CommentEvent).count() == 0


def test_the_pages_are_valid(app, admin, judged, html_checker):
    admin.send(f"{QUEUE}{judged}", {"restore": "1", "status": "spam"})
    admin.send(f"{QUEUE}filters/", {"name": "Mine", "q": "said"})

    for path in ("?q=said", "?by=1&q=x", f"{judged}/", "?status=all&held=filter"):
        assert html_checker.errors(admin.get(f"{QUEUE}{path}").text) == []
