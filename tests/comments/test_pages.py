"""Which comments a page shows, and where each one is."""

import pytest

from blog.comments import counts, pages, queries
from blog.comments.models import Comment, Kind, Status
from blog.comments.pages import Conversation, Part
from blog.database import session, write_transaction
from blog.site.models import CommentOrder, DefaultPage
from blog.site.queries import settings
from tests.comments.talk import SECOND, chain, flat, one_thread, write
from tests.factories import HOUR, NOON, make_comment, make_post


@pytest.fixture
def post(db):
    return make_post()


@pytest.fixture
def site(db):
    """The settings, to be changed for a question without being saved."""
    site = settings()
    db.session.expunge(site)
    return site


def ids(shown):
    return [entry.line.id for entry in shown.thread.entries]


def seen(post, site):
    """What can be read on all the pages, and in all the portions they lead to."""
    talk = Conversation(post, site)
    parts = [talk._numbered(number + 1) for number in range(talk.last)]
    read = []
    while parts:
        shown = talk.shown(parts.pop())
        entries = shown.thread.entries
        read += [entry.line.id for entry in entries if not entry.is_hidden]
        read += [mention.id for mention in shown.thread.mentions]
        for more in (entry.more for entry in entries if entry.more):
            last = -(-(more.count) // pages.PORTION) + more.portion
            parts += [
                Part(thread_id=more.thread_id, portion=number)
                for number in range(more.portion, last + 1)
                if talk.has(Part(thread_id=more.thread_id, portion=number))
            ]
        if shown.has_more_mentions:
            parts.append(Part(mentions=True, portion=2))
    return read


# Pages


@pytest.mark.parametrize(
    ("number", "sizes"),
    [(0, [0]), (1, [1]), (3, [3]), (5, [5]), (6, [3, 3]), (8, [3, 5]), (9, [3, 3, 3])],
)
def test_a_page_is_full_and_the_last_one_is_never_nearly_empty(
    post, site, number, sizes
):
    site.comments_per_page = 3
    written = write(post, flat(number))
    talk = Conversation(post, site)

    read = [ids(talk.shown(Part(page=n + 1))) for n in range(talk.last)]

    assert [len(page) for page in read] == sizes
    assert [id for page in read for id in page] == written


def test_a_full_page_stays_as_it_is_when_more_is_said(post, site):
    site.comments_per_page = 2
    write(post, flat(4))
    before = ids(Conversation(post, site).shown(Part(page=1)))

    write(post, [None, None, None, 0], at=NOON + HOUR)

    assert ids(Conversation(post, site).shown(Part(page=1))) == before


@pytest.mark.parametrize(
    ("opens_with", "order", "expected"),
    [
        (DefaultPage.NEWEST, CommentOrder.OLDEST_FIRST, [2, 3, 4]),
        (DefaultPage.NEWEST, CommentOrder.NEWEST_FIRST, [4, 2, 3]),
        (DefaultPage.OLDEST, CommentOrder.OLDEST_FIRST, [0, 1]),
        (DefaultPage.OLDEST, CommentOrder.NEWEST_FIRST, [1, 0]),
    ],
)
def test_the_post_opens_with_the_page_and_the_order_that_the_owner_wants(
    post, site, opens_with, order, expected
):
    site.comments_per_page = 2
    site.default_comments_page, site.comment_order = opens_with, order
    written = write(post, [None, None, None, 2, None])

    shown = Conversation(post, site).shown(Part())

    assert [written.index(id) for id in ids(shown)] == expected


def test_pages_hold_threads_and_a_reply_is_where_its_thread_is(post, site):
    site.comments_per_page = 1
    a, b, reply = write(post, [None, None, 0])
    talk = Conversation(post, site)

    assert ids(talk.shown(Part(page=1))) == [a, reply]
    assert ids(talk.shown(Part(page=2))) == [b]
    assert talk.place(session.get(Comment, reply)) == Part(page=1)
    assert talk.place(session.get(Comment, b)) == Part()


def test_without_pages_all_is_on_one(post, site):
    site.page_comments, site.comments_per_page = False, 2
    write(post, flat(9))
    talk = Conversation(post, site)

    assert talk.last == 1
    assert len(ids(talk.shown(Part()))) == 9


def test_a_flat_list_has_pages_of_comments(post, site):
    site.thread_comments_depth, site.comments_per_page = 1, 2
    write(post, flat(2), kind=Kind.PINGBACK)
    written = write(post, [None, 0, 0, 0, None])
    talk = Conversation(post, site)

    assert ids(talk.shown(Part(page=1))) == written[:2]
    assert ids(talk.shown(Part(page=2))) == written[2:]
    (first, _same, _other) = talk.shown(Part(page=2)).thread.entries
    assert (first.in_reply_to.id, first.in_reply_to.is_elsewhere) == (written[0], True)
    places = [talk.place(session.get(Comment, id)) for id in written]
    assert places == [Part(page=1)] * 2 + [Part()] * 3


def test_the_ways_on(post, site):
    site.comments_per_page = 1
    write(post, flat(3))
    talk = Conversation(post, site)

    def ways(part):
        shown = talk.shown(part)
        return shown.older, shown.number, shown.newer

    assert ways(Part()) == (Part(page=2), 3, None)
    assert ways(Part(page=2)) == (Part(page=1), 2, Part(page=3))
    assert ways(Part(page=1)) == (None, 1, Part(page=2))
    assert talk.url(Part(page=3)) == talk.url(Part())
    assert talk.url(Part(page=1)).endswith("/a-title/comment-page-1/")


def test_which_parts_there_are(post, site):
    site.comments_per_page = 1
    a, b, reply, _c = write(post, [None, None, 0, None])
    write(post, flat(1), kind=Kind.TRACKBACK)
    (elsewhere,) = write(make_post(), flat(1))
    talk = Conversation(post, site)

    there = [
        Part(),
        Part(page=1),
        Part(page=2),
        Part(thread_id=a),
        Part(thread_id=b),
    ]
    absent = [
        Part(page=0),
        Part(page=3),  # stands at the post's own address
        Part(page=4),
        Part(thread_id=reply),
        Part(thread_id=elsewhere),
        Part(thread_id=a, portion=2),
        Part(thread_id=a, portion=0),
        Part(thread_id=999),
        Part(mentions=True),
        Part(mentions=True, portion=2),
    ]
    assert [part for part in (*there, *absent) if talk.has(part)] == there


# What is hidden


@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
def test_trap_7_a_parent_that_goes_hides_no_approved_reply_and_no_count_is_wrong(
    post, site, status
):
    site.comments_per_page = 1
    parent = make_comment(post=post)
    middle = make_comment(post=post, parent=parent)
    reply = make_comment(post=post, parent=middle)
    make_comment(post=post, created_at=NOON + 2 * HOUR)
    with write_transaction():
        parent.status = middle.status = status
        counts.recount([parent, middle])
    talk = Conversation(post, site)

    shown = talk.shown(Part(page=1))

    entries = [(e.line.id, e.level, e.is_hidden) for e in shown.thread.entries]
    assert entries == [(parent.id, 1, True), (middle.id, 2, True), (reply.id, 3, False)]
    assert shown.thread.count == post.comment_count == len(seen(post, site)) == 2
    assert talk.place(reply) == Part(page=1)


def test_a_thread_of_which_nothing_is_read_takes_no_place(post, site):
    site.comments_per_page = 1
    written = write(post, [None, None, 0, None], hidden={0, 2})
    talk = Conversation(post, site)

    assert talk.last == 2
    assert [ids(talk.shown(Part(page=n))) for n in (1, 2)] == [
        [written[1]],
        [written[3]],
    ]


@pytest.mark.parametrize("kind", [Kind.PINGBACK, Kind.TRACKBACK])
@pytest.mark.parametrize("status", Status)
def test_what_answers_a_mention_stands_at_the_top_whatever_becomes_of_it(
    post, site, kind, status
):
    mention = make_comment(post=post, kind=kind, status=status)
    reply = make_comment(post=post, parent=mention)

    shown = Conversation(post, site).shown(Part())

    assert ids(shown) == [reply.id]
    assert [each.id for each in shown.thread.mentions] == (
        [mention.id] if status == Status.APPROVED else []
    )
    assert shown.thread.count == post.comment_count == len(seen(post, site))


@pytest.mark.parametrize("depth", [1, 5])
def test_hidden_parents_are_looked_through_so_far_and_no_farther(post, site, depth):
    site.thread_comments_depth = depth
    written = write(post, [*chain(40), None], hidden=set(range(1, 39)))
    talk = Conversation(post, site)

    shown = talk.shown(Part())

    read = [e.line.id for e in shown.thread.entries if not e.is_hidden]
    assert sorted(read) == [written[0], written[39], written[40]]
    assert len(shown.thread.entries) <= 3 + 10


def test_only_approved_comments_of_the_post_are_shown(post, site):
    comments = {status: make_comment(post=post, status=status) for status in Status}
    make_comment(post=make_post())

    assert ids(Conversation(post, site).shown(Part())) == [comments[Status.APPROVED].id]


def test_a_waiting_comment_is_shown_to_its_writer(post, site):
    site.comments_per_page = 1
    parent, _other = write(post, flat(2))
    reply = make_comment(post=post, parent=session.get(Comment, parent), status="spam")
    first = make_comment(post=post, status="pending")
    talk = Conversation(post, site)

    assert talk.place_of_waiting(reply) == Part(page=1)
    shown = talk.shown(Part(page=1), reply)
    assert ids(shown) == [parent, reply.id]
    assert [entry.is_answerable for entry in shown.thread.entries] == [True, False]
    assert shown.thread.count == 2
    assert talk.place_of_waiting(first) == Part()
    assert first.id in ids(talk.shown(Part(), first))


def test_a_waiting_reply_to_something_far_down_a_long_thread_is_shown(post, site):
    written = write(post, one_thread(300))
    last = session.get(Comment, written[-1])
    held = make_comment(post=post, parent=last, status="pending")
    talk = Conversation(post, site)

    entry = next(
        entry
        for entry in talk.shown(talk.place_of_waiting(held), held).thread.entries
        if entry.line.is_held
    )
    assert (entry.line.id, entry.in_reply_to.id) == (held.id, last.id)


def test_what_can_be_answered(post):
    comment = make_comment(post=post)
    pending = make_comment(post=post, status=Status.PENDING)
    make_comment(post=post, parent=pending)
    mention = make_comment(post=post, kind=Kind.TRACKBACK)

    assert queries.answerable(comment.id, post) is comment
    assert queries.answerable(comment.id, make_post()) is None
    for id in (pending.id, mention.id, 0, 999):
        assert queries.answerable(id, post) is None


# Long threads


@pytest.mark.parametrize(
    ("sizes", "share"),
    [
        ([], 200),
        ([200], 200),
        ([1, 2, 3], 200),
        ([100_000], 200),
        ([10] * 20, 200),
        ([10] * 50, 4),
        ([1] * 49 + [1_000], 151),
        ([1] * 98 + [500, 500], 51),
        ([1_000] * 200, 3),
    ],
)
def test_how_much_of_each_thread_has_room_on_a_page(sizes, share):
    assert pages._share(sizes) == share


@pytest.mark.parametrize("shape", [one_thread, chain], ids=lambda shape: shape.__name__)
def test_of_a_long_thread_the_page_shows_how_it_begins(post, site, shape):
    written = write(post, shape(450))
    talk = Conversation(post, site)

    shown = talk.shown(Part())

    assert ids(shown) == written[:201]
    more = shown.thread.entries[-1].more
    assert (more.count, more.first_id, more.portion) == (249, written[201], 2)
    later = talk.shown(Part(thread_id=written[0], portion=2))
    assert ids(later) == [written[0], *written[201:401]]
    assert (later.number, later.last) == (2, 3)
    assert later.newer == Part(thread_id=written[0], portion=3)
    assert sorted(set(seen(post, site))) == written


def test_a_reply_on_a_later_portion_says_whom_it_answers(post, site):
    written = write(post, chain(250))
    entries = (
        Conversation(post, site)
        .shown(Part(thread_id=written[0], portion=2))
        .thread.entries
    )

    assert (entries[1].line.id, entries[1].level) == (written[201], 2)
    answered = entries[1].in_reply_to
    assert (answered.id, answered.author) == (written[200], "Reader 200")
    assert answered.is_elsewhere
    assert entries[2].in_reply_to is None


@pytest.mark.parametrize("shape", [flat, one_thread, chain])
@pytest.mark.parametrize("depth", [1, 5])
def test_every_comment_is_shown_where_its_address_leads(post, site, shape, depth):
    site.comments_per_page, site.thread_comments_depth = 20, depth
    written = write(post, shape(450))
    talk = Conversation(post, site)

    shown = {}
    for number in (0, 1, 2, 3, 4, 199, 200, 201, 202, 400, 401, 449):
        part = talk.place(session.get(Comment, written[number]))
        if part not in shown:
            shown[part] = set(ids(talk.shown(part)))
            assert talk.has(part), part
        assert written[number] in shown[part], number


def test_many_middling_threads_share_a_page(post, site):
    parents = [parent for n in range(50) for parent in (None, *[n * 11] * 10)]
    written = write(post, parents)
    talk = Conversation(post, site)

    shown = talk.shown(Part())

    assert len(shown.thread.entries) == 50 + 50 * 4
    assert [e.more.count for e in shown.thread.entries if e.more] == [6] * 50
    assert talk.place(session.get(Comment, written[4])) == Part()
    assert talk.place(session.get(Comment, written[5])) == Part(thread_id=written[0])
    assert sorted(set(seen(post, site))) == written


def test_ties_in_time_are_counted_by_number(post, site):
    site.comments_per_page = 1
    comments = [make_comment(post=post) for _ in range(3)]
    talk = Conversation(post, site)

    assert [talk.place(each) for each in comments] == [
        Part(page=1),
        Part(page=2),
        Part(),
    ]


@pytest.mark.parametrize("many", [0, 2_000])
def test_places_are_counted_from_either_end(post, site, many, monkeypatch):
    monkeypatch.setattr("blog.comments.rows.MANY", many)
    site.comments_per_page = 1
    written = write(post, flat(7))
    talk = Conversation(post, site)

    places = [talk.place(session.get(Comment, id)).page for id in written]

    assert places == [1, 2, 3, 4, 5, 6, None]


# Mentions


def test_mentions_have_portions_too(post, site):
    written = write(post, flat(201), kind=Kind.PINGBACK)
    talk = Conversation(post, site)

    shown = talk.shown(Part())

    assert [each.id for each in shown.thread.mentions] == written[:200]
    assert shown.has_more_mentions
    rest = Part(mentions=True, portion=2)
    assert talk.has(rest)
    assert [each.id for each in talk.shown(rest).thread.mentions] == written[200:]
    assert talk.place(session.get(Comment, written[0])) == Part()
    assert talk.place(session.get(Comment, written[200])) == rest
    assert sorted(seen(post, site)) == written


def test_mentions_stand_on_the_page_that_opens_alone(post, site):
    site.comments_per_page = 1
    write(post, flat(2))
    (ping,) = write(post, flat(1), kind=Kind.PINGBACK)
    talk = Conversation(post, site)

    assert [each.id for each in talk.shown(Part()).thread.mentions] == [ping]
    assert talk.shown(Part(page=1)).thread.mentions == []


def test_time_decides_where_a_late_reply_to_an_old_thread_is(post, site):
    site.comments_per_page = 1
    first, _second = write(post, flat(2))
    reply = make_comment(
        post=post,
        parent=session.get(Comment, first),
        created_at=NOON + SECOND * 99,
    )

    assert Conversation(post, site).place(reply) == Part(page=1)
