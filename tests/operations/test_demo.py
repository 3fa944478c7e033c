"""The demonstration fills an empty site with something of everything."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from blog.accounts.models import User
from blog.comments.models import Comment
from blog.comments.models import Status as CommentStatus
from blog.database import write_transaction
from blog.operations import demo
from blog.posts import queries
from blog.posts.models import Kind, Post, Status
from blog.site.queries import settings
from tests.factories import NOW

DAYS_SHOWN = 14 * 31


@pytest.fixture
def filled(db):
    return demo.fill(NOW)


def test_it_holds_public_posts_a_draft_a_scheduled_one_and_pages(db, filled):
    posts = db.session.scalars(select(Post)).all()

    assert filled == len(posts) == 19
    assert sum(post.kind == Kind.PAGE for post in posts) == 3
    assert [post.slug for post in posts if post.status == Status.DRAFT] == [
        "notes-on-the-ice-house"
    ]
    assert [post.slug for post in posts if post.is_scheduled(NOW)] == [
        "the-winter-timetable"
    ]


def test_it_is_spread_over_the_past_fourteen_months(db, filled):
    times = [post.published_at for post in db.session.scalars(queries.public(NOW))]

    assert NOW - timedelta(days=DAYS_SHOWN) < min(times) < max(times) < NOW


def test_two_posts_of_one_second_are_neighbours(db, filled):
    (east,) = queries.named("high-water-east-quay")
    (west,) = queries.named("low-water-west-quay")

    assert east.published_at == west.published_at
    assert queries.neighbours(east, NOW).newer is west
    assert queries.neighbours(west, NOW).older is east


def test_the_counts_are_those_of_the_approved_comments(db, filled):
    approved = dict(
        db.session.execute(
            select(Comment.post_id, func.count())
            .where(Comment.status == CommentStatus.APPROVED)
            .group_by(Comment.post_id)
        ).all()
    )

    counted = {
        post.id: post.comment_count
        for post in db.session.scalars(select(Post))
        if post.comment_count
    }
    assert counted == approved


def test_a_conversation_goes_seven_levels_deep(db, filled):
    def level(comment):
        return 1 + (level(comment.parent) if comment.parent else 0)

    assert max(map(level, db.session.scalars(select(Comment)))) >= demo.SHOWN_DEPTH


def test_no_comment_comes_before_what_it_answers_or_from_the_future(db, filled):
    for comment in db.session.scalars(select(Comment)):
        before = comment.parent.created_at if comment.parent else None
        assert comment.post.published_at < comment.created_at < NOW
        assert before is None or before <= comment.created_at


def test_its_people_cannot_log_in_and_get_no_mail(db, filled):
    people = db.session.scalars(select(User)).all()

    assert {person.password_hash for person in people} == {None}
    addresses = [person.email for person in people]
    addresses += db.session.scalars(select(Comment.email)).all()
    assert {address.partition("@")[2] for address in addresses} == {demo.MAIL_HOST}


def test_it_names_a_site_that_has_no_name(db, filled):
    assert settings().title == "Slack Water"
    assert settings().language == "en_GB"


def test_it_leaves_the_name_its_owner_gave(db):
    with write_transaction():
        settings().title = "My own paper"

    demo.fill(NOW)

    assert settings().title == "My own paper"
    assert settings().language == "en"
