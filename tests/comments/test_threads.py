import time
from datetime import timedelta

import pytest
from markupsafe import Markup

from blog.comments import threads
from blog.comments.models import Kind
from blog.comments.threads import Line, More, arranged
from tests.factories import NOON

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

    start = time.process_time()
    thread = arranged(lines, depth)

    assert time.process_time() - start < 1
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


def test_the_newest_thread_may_stand_first_and_replies_stay_in_order():
    lines = [line(1), line(2), line(3, 1), line(4, 1), line(5)]

    assert outline(arranged(lines, 5, newest_first=True)) == "5 2 1 ( 3 4 )"


def test_what_answers_a_comment_on_another_page_names_it_below_the_beginning():
    elsewhere = {2: line(2, author="Bob", is_elsewhere=True)}
    lines = [line(1), line(3, 2, root_id=1), line(4, 3, root_id=1)]

    thread = arranged(lines, 5, elsewhere=elsewhere)

    assert outline(thread) == "1 ( 3 ( 4 ) )"
    named = {e.line.id: e.in_reply_to for e in thread.entries if e.in_reply_to}
    assert named == {3: elsewhere[2]}


@pytest.mark.parametrize("depth", [1, 2])
def test_it_is_named_however_flat_the_list_is(depth):
    elsewhere = {2: line(2, author="Bob", is_elsewhere=True)}
    lines = [line(1), line(3, 2, root_id=1)]

    thread = arranged(lines, depth, elsewhere=elsewhere)

    assert [e.in_reply_to for e in thread.entries] == [None, elsewhere[2]]


def test_a_hidden_beginning_keeps_its_place_for_what_answers_nothing_known():
    thread = arranged([line(1, html=None), line(3, 2, root_id=1)], 5)

    assert outline(thread) == "1 ( 3 )"


def test_what_is_left_out_of_a_thread_stands_behind_its_last_entry():
    more = {1: More(7, 9, 1, 2), 4: More(1, 10, 4, 1)}
    lines = [line(1), line(2, 1), line(3, 2), line(4), line(5)]

    thread = arranged(lines, 5, more=more)

    assert {e.line.id: e.more for e in thread.entries if e.more} == {
        3: more[1],
        4: more[4],
    }


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ({1: None, 2: 1, 3: 2, 4: None}, {1: 1, 2: 1, 3: 1, 4: 4}),
        ({2: 1, 3: 2}, {2: 2, 3: 2}),
        ({1: 1}, {1: 1}),
        ({1: 3, 2: 1, 3: 2, 4: 3}, {1: 1, 2: 1, 3: 1, 4: 1}),
    ],
)
def test_with_what_each_thread_begins(parents, expected):
    assert threads.roots(parents) == expected
