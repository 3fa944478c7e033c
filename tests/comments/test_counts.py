"""The numbers beside a conversation, after everything that can happen to it."""

import random

import pytest
from markupsafe import Markup
from sqlalchemy import select

from blog.comments import counts, moderation
from blog.comments.models import Comment, Kind, Status
from blog.database import session, write_transaction
from blog.posts.models import Post
from tests.comments.questions import asked
from tests.comments.talk import chain, flat, one_thread, write
from tests.factories import NOON, make_comment, make_post


@pytest.fixture
def post(db):
    return make_post()


def numbers(post):
    """What is stored about a conversation: at the post, and of each comment."""
    session.expire_all()
    rows = session.execute(
        select(Comment.id, Comment.root_id, Comment.thread_count)
        .where(Comment.post_id == post.id)
        .order_by(Comment.id)
    )
    return post.comment_count, post.thread_count, [tuple(row) for row in rows]


def rebuilt(post):
    """What is stored once it was all found out anew."""
    with write_transaction():
        counts.rebuild(post.id)
    return numbers(post)


def take_in(post, **attributes):
    with write_transaction():
        comment = Comment(
            post_id=post.id,
            source="x",
            html=Markup("x"),
            created_at=NOON,
            **({"status": Status.APPROVED} | attributes),
        )
        counts.take_in(comment)
    return comment


def test_a_new_comment_is_counted_where_it_belongs(post):
    a = take_in(post)
    b = take_in(post, parent_id=a.id)
    take_in(post, parent_id=b.id)
    take_in(post, parent_id=b.id, status=Status.PENDING)
    ping = take_in(post, kind=Kind.PINGBACK)
    answer = take_in(post, parent_id=ping.id)
    waiting = take_in(post, status=Status.SPAM)
    take_in(post, parent_id=waiting.id)

    stored = numbers(post)

    ids = [id for id, _root, _count in stored[2]]
    roots = {ids.index(id): root and ids.index(root) for id, root, _ in stored[2]}
    assert roots == {0: None, 1: 0, 2: 0, 3: 0, 4: None, 5: None, 6: None, 7: 6}
    assert [count for _id, _root, count in stored[2]] == [3, 0, 0, 0, 0, 1, 1, 0]
    assert answer.root_id is None
    assert stored[:2] == (6, 3)
    assert rebuilt(post) == stored


@pytest.mark.parametrize("seed", range(6))
def test_whatever_moderators_do_the_numbers_are_what_is_there(post, seed):
    chance = random.Random(seed)
    parents = [None] + [chance.choice([None, *range(n)]) for n in range(1, 40)]
    hidden = {n for n in range(40) if chance.random() < 0.3}
    ids = write(post, parents, hidden=hidden)
    ids += write(post, flat(4), kind=Kind.PINGBACK)

    for _round in range(12):
        some = chance.sample(ids, 3)
        with write_transaction():
            comments = [session.get_one(Comment, id) for id in some]
            if chance.random() < 0.4:
                moderation.delete(comments)
                ids = [id for id in ids if id not in some]
            else:
                for comment in comments:
                    comment.status = chance.choice(list(Status))
                counts.recount(comments)
        stored = numbers(post)
        assert rebuilt(post) == stored
        read = session.scalars(
            select(Comment.id).where(Comment.status == Status.APPROVED)
        ).all()
        assert stored[0] == len(read)


def test_what_answered_a_deleted_beginning_begins_threads_of_its_own(post):
    a, b, c, d = write(post, [None, 0, 1, 0])

    with write_transaction():
        assert moderation.delete([session.get_one(Comment, a)]) == 1

    assert numbers(post) == (3, 2, [(b, None, 2), (c, b, 0), (d, None, 1)])


def test_a_deleted_loop_leaves_nothing_wrong(post):
    a, b, c = write(post, [None, 0, 1])
    with write_transaction():
        session.get_one(Comment, a).parent_id = c
        session.flush()
        moderation.delete([session.get_one(Comment, a), session.get_one(Comment, b)])

    stored = numbers(post)
    assert stored[:2] == (1, 1)
    assert rebuilt(post) == stored


def test_two_posts_keep_their_own_numbers(post):
    other = make_post()
    mine, others = write(post, flat(2)), write(other, flat(3))

    with write_transaction():
        comments = [session.get_one(Comment, id) for id in (mine[0], others[0])]
        for comment in comments:
            comment.trash("")
        counts.recount(comments)

    assert (numbers(post)[0], numbers(other)[0]) == (1, 2)


@pytest.mark.parametrize("shape", [flat, one_thread, chain], ids=lambda s: s.__name__)
def test_moderating_one_comment_asks_as_much_below_ten_as_below_a_thousand(
    app, db, shape
):
    found = []
    for number in (10, 1_000):
        written = write(make_post(), shape(number))

        def moderate(id=written[5]):
            with write_transaction():
                comment = session.get_one(Comment, id)
                comment.trash("")
                counts.recount([comment])

        def delete(id=written[-1]):
            with write_transaction():
                moderation.delete([session.get_one(Comment, id)])

        found.append((asked(app, moderate), asked(app, delete)))
        # No row of another comment came along but the thread's beginning.
        assert (
            sum(isinstance(each, Comment) for each in session.identity_map.values()) < 9
        )

    assert found[0] == found[1]


def test_a_recount_of_nothing_changes_nothing(post):
    make_comment(post=post)
    with write_transaction():
        counts.recount([])

    assert session.get_one(Post, post.id).comment_count == 1
