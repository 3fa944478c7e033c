"""What becomes of comments."""

from datetime import UTC, datetime

import pytest

from blog.comments.models import Comment, Kind, Status
from blog.database import session
from blog.text.sanitizer import Format
from tests.factories import make_comment
from tests.transfer.making import author, comment, item, outcomes, titled


def by_number():
    return {each.id: each for each in session.query(Comment)}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("1", Status.APPROVED),
        ("0", Status.PENDING),
        ("hold", Status.PENDING),
        ("spam", Status.SPAM),
        ("trash", Status.TRASH),
        ("post-trashed", Status.PENDING),
        ("", Status.PENDING),
        ("2", Status.PENDING),
    ],
)
def test_a_status_is_kept_and_never_decided_again(importer, db, word, status):
    importer.records(item(comments=[comment(id=3, approved=word)]))

    found = session.get(Comment, 3)
    assert found.status == status
    assert found.reason
    assert found.post.comment_count == (status == Status.APPROVED)


def test_a_discarded_comment_remembers_what_it_was(importer, db):
    importer.records(
        item(
            comments=[
                comment(id=3, approved="trash", meta=[("_wp_trash_meta_status", "1")]),
                comment(id=4, approved="spam"),
            ]
        )
    )

    assert session.get(Comment, 3).previous_status == Status.APPROVED
    assert session.get(Comment, 4).previous_status is None


def test_comments_of_a_trashed_post_get_back_what_they_were(importer, db):
    states = 'a:3:{i:3;s:1:"1";i:4;s:1:"0";i:5;s:4:"spam";}'
    importer.records(
        item(
            status="trash",
            meta=[
                ("_wp_trash_meta_status", "publish"),
                ("_wp_trash_meta_comments_status", states),
            ],
            comments=[comment(id=n, approved="post-trashed") for n in (3, 4, 5, 6)],
        )
    )

    assert [each.status for each in by_number().values()] == [
        Status.APPROVED,
        Status.PENDING,
        Status.SPAM,
        Status.PENDING,
    ]


def test_mentions_keep_their_kind_and_count(importer, db):
    importer.records(
        item(
            title="It",
            comments=[
                comment(id=1, type=""),
                comment(id=2, type="pingback", content=""),
                comment(id=3, type="trackback"),
            ],
        )
    )

    assert [each.kind for each in by_number().values()] == list(Kind)
    assert titled("It").comment_count == 3


def test_trap_10_what_editors_say_to_each_other_is_never_public(importer, db):
    report = importer.records(
        item(
            comments=[
                comment(id=1, type="note", content="secret"),
                comment(id=2, type="review", content="five stars"),
                comment(id=3, parent=1),
            ]
        )
    )

    assert [each.id for each in session.query(Comment)] == [3]
    assert session.get(Comment, 3).parent_id is None
    reasons = {each["id"]: each["reason"] for each in report["skipped"]}
    assert reasons == {"1": "editor's note", "2": "a review, which is no comment"}


def test_comments_of_what_is_not_taken_are_not_taken(importer, db):
    report = importer.records(
        item(post_type="attachment", comments=[comment(id=1)]),
        item(status="auto-draft", comments=[comment(id=2)]),
    )

    assert outcomes(report, "comment") == {"skipped": 2}


def test_threads_hold_in_any_order(importer, db):
    importer.records(
        item(
            comments=[
                comment(id=30, parent=20),
                comment(id=20, parent=10),
                comment(id=10),
                comment(id=40, parent=30),
                comment(id=50, parent=999),
                comment(id=60, parent=60),
                comment(id=70, parent=80),
                comment(id=80, parent=70),
            ]
        )
    )

    parents = {each.id: each.parent_id for each in session.query(Comment)}
    assert parents == {
        **{10: None, 20: 10, 30: 20, 40: 30, 50: None, 60: None},
        **{70: 80, 80: None},  # a circle is cut open
    }


def test_threads_hold_where_numbers_are_taken(importer, db):
    own = make_comment()
    importer.records(
        item(
            title="It",
            comments=[comment(id=own.id), comment(id=own.id + 1, parent=own.id)],
        )
    )

    theirs = session.query(Comment).filter_by(post_id=titled("It").id)
    first, second = theirs.order_by(Comment.parent_id)
    assert first.id > own.id + 1  # the second keeps its own
    assert (second.id, second.parent_id) == (own.id + 1, first.id)


def test_a_parent_below_another_post_is_no_parent(importer, db):
    importer.records(
        item(comments=[comment(id=1)]), item(comments=[comment(id=2, parent=1)])
    )

    assert session.get(Comment, 2).parent_id is None


def test_what_a_comment_says_is_kept_and_cleaned(importer, db):
    importer.records(
        author("ada", id=8),
        item(
            comments=[
                comment(
                    id=3,
                    author="D&#8217;Arcy &amp; Co",
                    author_email=" D.Arcy@Example.ORG ",
                    author_url="http://darcy.example/",
                    author_IP="2001:db8::1",
                    content="One\n\n<script>alert(1)</script><b>two</b>",
                    user_id=8,
                ),
                comment(id=4, author="", author_email="no", author_url="javascript:x",
                        author_IP="1.2.3", user_id=99, date_gmt="0000-00-00 00:00:00",
                        date="2020-05-06 07:08:09"),
            ]
        ),
    )  # fmt: skip

    found = session.get(Comment, 3)
    assert found.author == "D’Arcy & Co"
    assert (found.email, found.url) == ("d.arcy@example.org", "http://darcy.example/")
    assert (found.ip, found.format) == ("2001:db8::1", Format.HTML)
    assert found.user.name == "ada"
    assert found.source.startswith("One\n\n<script>")
    assert "<p>One</p>" in found.html
    assert "script" not in found.html
    assert found.folded
    assert found.created_at == datetime(2020, 5, 5, 8, tzinfo=UTC)
    other = session.get(Comment, 4)
    assert (other.author, other.email, other.url, other.ip) == ("", "", "", "")
    assert other.user_id is None
    assert other.created_at == datetime(2020, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_a_comment_that_is_too_large_is_left_out(importer, db):
    report = importer.records(
        item(comments=[comment(id=1, content="x " * 40_000), comment(id=2, parent=1)])
    )

    assert [each.id for each in session.query(Comment)] == [2]
    assert {"kind": "comment", "id": "1", "reason": "too large"} in report["skipped"]


def test_comments_without_numbers_are_told_apart_by_what_they_say(importer, db):
    path = importer.file(
        item(comments=[comment(id="", content=text) for text in ("a", "b", "b")])
    )
    report = importer.take(path)

    assert sorted(each.source for each in session.query(Comment)) == ["a", "b"]
    assert outcomes(report, "comment") == {"imported": 2, "skipped": 1}
    assert outcomes(importer.take(path), "comment") == {"unchanged": 2, "skipped": 1}


def test_very_many_comments_below_one_post_come_in(importer, db):
    importer.records(
        item(title="It", comments=[comment(parent=0) for _ in range(1_200)])
    )

    assert titled("It").comment_count == 1_200
