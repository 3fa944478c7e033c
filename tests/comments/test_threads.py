import time
from datetime import timedelta

import pytest
from markupsafe import Markup

from blog.comments import queries, threads
from blog.comments.models import Kind, Status
from blog.comments.threads import Line, arranged
from blog.database import write_transaction
from tests.factories import HOUR, NOON, NOW, make_comment, make_post

SECOND = timedelta(seconds=1)
SHOWN = Markup("<p>x</p>")


def line(id, parent=None, *, at=None, html=SHOWN, **more):
    at = NOON + SECOND * (id if at is None else at)
    return Line(id, parent, at, html=html, **more)


def ping(id, parent=None, **more):
    return line(id, parent, kind=Kind.PINGBACK, **more)


def shape(thread):
    return [(entry.line.id, entry.level) for entry in thread.entries]


def outline(thread):
    """The thread as its lists nest: ``1 ( 2 ) 3``."""
    out = []
    for entry in thread.entries:
        out.append(str(entry.line.id))
        out += ["("] * entry.opens + [")"] * entry.closes
    return " ".join(out)


def test_replies_stand_below_what_they_answer_in_the_order_of_time():
    thread = arranged([line(1), line(2), line(3, 1), line(4, 2), line(5, 1)], 5)

    assert outline(thread) == "1 ( 3 5 ) 2 ( 4 )"
    assert thread.count == 5


def test_ties_in_time_are_broken_by_number_and_a_reply_may_be_older():
    thread = arranged([line(3, at=1), line(2, at=1), line(1, 3, at=0)], 5)

    assert outline(thread) == "2 3 ( 1 )"


def test_deeper_replies_stand_in_the_deepest_level_in_order():
    lines = [line(1), line(2, 1), line(3, 2), line(4, 1), line(5, 3), line(6, 4)]

    thread = arranged(lines, 2)

    assert outline(thread) == "1 ( 2 3 4 5 6 )"
    named = {e.line.id: e.in_reply_to.id for e in thread.entries if e.in_reply_to}
    assert named == {3: 2, 5: 3, 6: 4}


@pytest.mark.parametrize("depth", [1, 0, -3])
def test_one_level_is_a_flat_list(depth):
    thread = arranged([line(1), line(3, 1), line(2), line(4, 3)], depth)

    assert outline(thread) == "1 2 3 4"


def test_lists_close_as_often_as_they_opened():
    thread = arranged([line(1), line(2, 1), line(3, 2), line(4, 3)], 5)

    assert outline(thread) == "1 ( 2 ( 3 ( 4 ) ) )"


def test_what_is_hidden_keeps_its_place_while_something_below_is_shown():
    lines = [line(1, html=None), line(2, 1, html=None), line(3, 2), line(4)]

    thread = arranged(lines, 5)

    assert outline(thread) == "1 ( 2 ( 3 ) ) 4"
    assert [e.line.id for e in thread.entries if e.is_hidden] == [1, 2]
    assert thread.count == 2


def test_what_is_hidden_goes_when_nothing_below_is_shown():
    lines = [line(1, html=None), line(2, 1, html=None), line(3)]

    assert shape(arranged(lines, 5)) == [(3, 1)]


def test_a_missing_parent_makes_a_comment_of_its_own():
    assert shape(arranged([line(2, 1)], 5)) == [(2, 1)]


@pytest.mark.parametrize("lines", [[line(1, 1)], [line(1, 2), line(2, 1), line(3, 2)]])
def test_a_loop_of_parents_is_cut(lines):
    thread = arranged(lines, 5)

    assert len(thread.entries) == len(lines)
    assert thread.entries[0].level == 1


def test_mentions_stand_apart_in_the_order_of_time_and_count():
    lines = [line(1), ping(4, 1, at=9), ping(3, at=9), ping(2, at=8), line(5, 1)]

    thread = arranged(lines, 5)

    assert outline(thread) == "1 ( 5 )"
    assert [mention.id for mention in thread.mentions] == [2, 3, 4]
    assert thread.count == 5


def test_what_answers_a_mention_begins_a_thread():
    thread = arranged([ping(1), line(2, 1), ping(3, 2), line(4, 3), line(5, 2)], 5)

    assert outline(thread) == "2 ( 5 ) 4"


def test_a_mention_keeps_no_place_for_what_is_hidden_above_it():
    thread = arranged([line(1, html=None), ping(2, 1)], 5)

    assert outline(thread) == ""
    assert thread.count == 1


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>[…] as <em>Ada</em> &lt;says&gt; […]</p>", "[…] as Ada <says> […]"),
        ("<p><strong>Title</strong></p><p>One<br>two</p>", "Title – One two"),
        ("", ""),
        ("<p>" + "word " * 200 + "</p>", "word " * 54 + "word…"),
    ],
)
def test_of_a_mention_the_first_words_are_shown_as_text(html, text):
    html = Markup(html)  # noqa: S704  as the database gives it
    (mention,) = arranged([ping(1, html=html)], 5).mentions

    assert mention.text == text


@pytest.mark.parametrize(
    ("author", "url", "name"),
    [
        ("The Gazette", "https://g.example/x", "The Gazette"),
        ("", "https://g.example/x", "g.example"),
        ("", "", ""),
    ],
)
def test_a_mention_has_a_name_if_anything_is_known(author, url, name):
    (mention,) = arranged([ping(1, author=author, url=url)], 5).mentions

    assert mention.name == name


def test_an_empty_thread():
    assert arranged([], 5) == threads.Thread([], [], 0)


@pytest.mark.parametrize("depth", [1, 5, 20_000])
@pytest.mark.parametrize(
    "parent_of",
    [lambda n: n - 1 or None, lambda n: None, lambda n: 1 if n > 1 else None],
    ids=["deep", "flat", "wide"],
)
def test_ten_thousand_comments_need_no_recursion(parent_of, depth):
    lines = [line(n, parent_of(n)) for n in range(1, 10_001)]

    start = time.perf_counter()
    thread = arranged(lines, depth)

    assert time.perf_counter() - start < 2
    assert len(thread.entries) == thread.count == 10_000
    opened = sum(entry.opens for entry in thread.entries)
    assert opened == sum(entry.closes for entry in thread.entries)
    assert max(entry.level for entry in thread.entries) <= max(depth, 1)


@pytest.mark.parametrize(
    ("count", "label"),
    [(0, "No Comment"), (1, "1 Comment"), (2, "2 Comments"), (50, "50 Comments")],
)
def test_the_label(db, count, label):
    assert threads.count_label(count) == label


# Of the database


@pytest.fixture
def post(db):
    return make_post()


def shown(post, held=None, depth=5):
    return queries.thread(post, NOW, depth, held=held)


def test_only_approved_comments_of_the_post_are_shown(post):
    comments = {status: make_comment(post=post, status=status) for status in Status}
    make_comment(post=make_post())

    assert shape(shown(post)) == [(comments[Status.APPROVED].id, 1)]


@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
def test_hiding_a_parent_hides_no_reply_and_falsifies_no_count(post, status):
    parent = make_comment(post=post, status=status)
    middle = make_comment(post=post, parent=parent, status=status)
    reply = make_comment(post=post, parent=middle)

    thread = shown(post)

    assert shape(thread) == [(parent.id, 1), (middle.id, 2), (reply.id, 3)]
    assert thread.count == post.comment_count == 1
    assert [entry.line.html is None for entry in thread.entries] == [True, True, False]


@pytest.mark.parametrize("kind", [Kind.PINGBACK, Kind.TRACKBACK])
@pytest.mark.parametrize("status", Status)
def test_what_answers_a_mention_stands_at_the_top_whatever_becomes_of_it(
    post, kind, status
):
    mention = make_comment(post=post, kind=kind, status=status)
    reply = make_comment(post=post, parent=mention)

    thread = shown(post)

    assert shape(thread) == [(reply.id, 1)]
    assert [each.id for each in thread.mentions] == (
        [mention.id] if status == Status.APPROVED else []
    )
    assert thread.count == post.comment_count


def test_a_waiting_comment_is_shown_to_its_writer(post):
    parent = make_comment(post=post)
    held = make_comment(post=post, parent=parent, status=Status.SPAM)

    thread = shown(post, held)

    assert shape(thread) == [(parent.id, 1), (held.id, 2)]
    assert thread.count == 1
    assert thread.answerable(str(held.id)) is None


def test_what_can_be_answered(post):
    comment = make_comment(post=post)
    pending = make_comment(post=post, status=Status.PENDING)
    make_comment(post=post, parent=pending)
    mention = make_comment(post=post, kind=Kind.TRACKBACK)
    thread = shown(post)

    assert thread.answerable(str(comment.id)).id == comment.id
    for asked in (
        str(pending.id),
        str(mention.id),
        None,
        "",
        "x",
        "-1",
        "١",
        "9" * 40,
        f" {comment.id}",
    ):
        assert thread.answerable(asked) is None


def test_a_waiting_comment_is_shown_for_ten_minutes(post):
    comment = make_comment(post=post, status=Status.PENDING)
    token = threads.held_token(comment, NOW)

    def seen(at):
        return threads.held_comment(token, post, at)

    assert seen(NOW) is comment
    assert seen(NOW + 600 * SECOND) is comment
    assert seen(NOW + 601 * SECOND) is None
    assert seen(NOW - HOUR) is None


@pytest.mark.parametrize("token", [None, "", "x", "é", "WzEsMl0.x", "9" * 5000])
def test_a_forged_token_shows_nothing(post, token):
    make_comment(post=post, status=Status.PENDING)

    assert threads.held_comment(token, post, NOW) is None


def test_a_token_shows_nothing_else(post):
    comment = make_comment(post=post, status=Status.PENDING)
    token = threads.held_token(comment, NOW)

    assert threads.held_comment(token, make_post(), NOW) is None
    with write_transaction():
        comment.approve("")
    assert threads.held_comment(token, post, NOW) is None
