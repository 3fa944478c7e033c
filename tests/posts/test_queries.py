from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from blog.database import write_transaction
from blog.posts import publishing, queries
from blog.posts.models import Status
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    NOW,
    make_category,
    make_page,
    make_post,
    make_tag,
    make_user,
)


def titles(posts):
    return [post.title for post in posts]


def test_neighbours_are_the_next_older_and_the_next_newer(db):
    old, middle, new = (
        make_post(title=str(number), published_at=NOON + number * HOUR)
        for number in range(3)
    )

    assert queries.neighbours(middle, NOW) == (old, new)
    assert queries.neighbours(old, NOW) == (None, middle)
    assert queries.neighbours(new, NOW) == (middle, None)


def test_neighbours_published_in_the_same_second_are_not_skipped(db):
    posts = [make_post(title=str(number), published_at=NOON) for number in range(5)]

    forth = [posts[0]]
    while (newer := queries.neighbours(forth[-1], NOW).newer) is not None:
        forth.append(newer)
    back = [posts[-1]]
    while (older := queries.neighbours(back[-1], NOW).older) is not None:
        back.append(older)

    assert forth == posts
    assert back == posts[::-1]


@pytest.mark.parametrize(
    "hidden",
    [
        {"published_at": None},
        {"status": Status.DRAFT},
        {"status": Status.TRASH},
        {"published_at": NOW + HOUR},
    ],
    ids=["draft", "taken back", "trash", "scheduled"],
)
def test_neighbours_are_public(db, hidden):
    category = make_category()
    post = make_post(categories=[category])
    make_post(**({"published_at": NOON - HOUR, "categories": [category]} | hidden))
    make_post(**({"published_at": NOON + HOUR, "categories": [category]} | hidden))

    assert queries.neighbours(post, NOW) == (None, None)
    assert queries.neighbours(post, NOW, [category]) == (None, None)


def test_a_post_that_is_not_public_has_no_neighbours(db):
    make_post()
    draft = make_post(published_at=None)
    scheduled = make_post(published_at=NOW + HOUR)

    assert queries.neighbours(draft, NOW) == (None, None)
    assert queries.neighbours(scheduled, NOW) == (None, None)


def test_a_page_is_nobodys_neighbour(db):
    post, page = make_post(), make_page(published_at=NOON + HOUR)

    assert queries.neighbours(post, NOW) == (None, None)
    assert queries.neighbours(page, NOW) == (None, None)


def test_neighbours_within_categories_share_any_of_them(db):
    tea, rain, other = (make_category(name) for name in ("Tea", "Rain", "Other"))
    older = make_post(published_at=NOON - 2 * HOUR, categories=[rain])
    make_post(published_at=NOON - HOUR, categories=[other])
    post = make_post(published_at=NOON, categories=[tea, rain])
    make_post(published_at=NOON + HOUR)
    newer = make_post(published_at=NOON + 2 * HOUR, categories=[tea])
    make_post(published_at=NOON + 3 * HOUR, categories=[rain])

    assert queries.neighbours(post, NOW, [tea, rain]) == (older, newer)
    assert queries.neighbours(post, NOW, []) == (None, None)


def test_neighbours_within_a_category_keep_ties(db):
    tea = make_category()
    posts = [
        make_post(title=str(number), published_at=NOON, categories=[tea])
        for number in range(3)
    ]

    assert queries.neighbours(posts[1], NOW, [tea]) == (posts[0], posts[2])


def test_a_post_leaves_and_rejoins_its_category_with_its_state(db):
    tea = make_category()
    older = make_post(published_at=NOON - HOUR, categories=[tea])
    post = make_post(published_at=NOON, categories=[tea])

    with write_transaction():
        older.withdraw()
    assert queries.neighbours(post, NOW, [tea]) == (None, None)
    with write_transaction():
        publishing.publish(older, NOON - 2 * HOUR)
    assert queries.neighbours(post, NOW, [tea]) == (older, None)
    with write_transaction():
        older.trash(NOW)
    assert queries.neighbours(post, NOW, [tea]) == (None, None)
    with write_transaction():
        publishing.restore(older)
    assert queries.neighbours(post, NOW, [tea]) == (older, None)


def test_lists_are_newest_first_with_ties_by_id(db):
    for title, at in (("a", NOON), ("b", NOON), ("c", NOON - DAY)):
        make_post(title=title, published_at=at)

    assert titles(queries.page_of(queries.newest_first(NOW), 1, 10).items) == [
        "b",
        "a",
        "c",
    ]


def test_a_page_of_a_list_knows_its_place(db):
    for number in range(5):
        make_post(title=str(number), published_at=NOON + number * HOUR)

    pages = [queries.page_of(queries.newest_first(NOW), n, 2) for n in (1, 2, 3)]

    assert [titles(page.items) for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    assert [(page.newer, page.older) for page in pages] == [
        (None, 2),
        (1, 3),
        (2, None),
    ]
    assert {(page.pages, page.total) for page in pages} == {(3, 5)}
    assert queries.page_of(queries.newest_first(NOW), 4, 2) is None
    assert queries.page_of(queries.newest_first(NOW), 0, 2) is None


def test_an_empty_list_has_one_page(db):
    assert queries.page_of(queries.newest_first(NOW), 1, 10) == ([], 1, 1, 0)


def test_a_category_shows_the_posts_below_it_once(db):
    top = make_category("Top")
    below = make_category("Below", parent=top)
    make_post(title="both", categories=[top, below])
    make_post(title="below", categories=[below], published_at=NOON - HOUR)
    make_post(title="elsewhere", categories=[make_category()])

    everything = queries.with_descendants(top, queries.all_categories())
    shown = queries.page_of(queries.in_categories(NOW, everything), 1, 10).items

    assert titles(shown) == ["both", "below"]


def test_archives_by_tag_author_and_time_hide_what_is_not_public(db):
    tag, author = make_tag(), make_user()
    for title, at in (("public", NOON), ("scheduled", NOW + DAY), ("draft", None)):
        make_post(title=title, published_at=at, tags=[tag], author=author)

    for archive in (
        queries.tagged(NOW, tag),
        queries.by_author(NOW, author),
        queries.between(NOW, NOON - DAY, NOW + 2 * DAY),
    ):
        assert titles(queries.page_of(archive, 1, 10).items) == ["public"]


def test_the_end_of_a_stretch_of_time_is_not_in_it(db):
    make_post(title="at its end", published_at=NOON)
    make_post(title="at its start", published_at=NOON - DAY)

    found = queries.page_of(queries.between(NOW, NOON - DAY, NOON), 1, 10).items

    assert titles(found) == ["at its start"]


def test_sticky_posts_are_public_and_newest_first(db):
    old = make_post(title="old", sticky=True, published_at=NOON - DAY)
    new = make_post(title="new", sticky=True)
    twin = make_post(title="twin", sticky=True)
    make_post(title="not")
    for state in (
        {"published_at": None},
        {"published_at": NOW + HOUR},
        {"status": Status.PENDING},
        {"status": Status.PRIVATE},
        {"status": Status.TRASH},
    ):
        make_post(sticky=True, **state)
    make_page(sticky=True)

    assert queries.sticky(NOW) == [twin, new, old]


def test_a_month_ends_where_the_next_one_begins(db):
    for title, at in (
        ("first", datetime(2024, 12, 1, tzinfo=UTC)),
        ("last", datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("next", datetime(2025, 1, 1, tzinfo=UTC)),
    ):
        make_post(title=title, published_at=at)

    def shown(posts):
        return titles(queries.page_of(posts, 1, 10).items)

    assert shown(queries.of_month(NOW, 2024, 12)) == ["last", "first"]
    assert shown(queries.of_year(NOW, 2024)) == ["last", "first"]
    assert shown(queries.of_year(NOW, 2025)) == ["next"]


@pytest.mark.parametrize(
    "state",
    [{"sticky": True}, {"password": "sesame"}, {"sticky": True, "password": "sesame"}],
    ids=["sticky", "protected", "both"],
)
def test_neighbours_do_not_care_for_what_is_pinned_or_protected(db, state):
    tea = make_category()
    old, middle, new = (
        make_post(published_at=NOON + number * HOUR, categories=[tea], **state)
        for number in range(3)
    )

    assert queries.neighbours(middle, NOW) == (old, new)
    assert queries.neighbours(middle, NOW, [tea]) == (old, new)


# How SQLite goes about it


@contextmanager
def plans(db):
    """The plans of all that the database is asked inside, a list of steps each."""
    asked, found = [], []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    connection = db.session.connection().connection
    for statement, parameters in asked:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        found.append([row[3] for row in rows])


def no_step_is_slow(steps):
    """Whether each step begins at a key, and nothing is sorted afterwards."""
    return all(
        each.startswith(("SEARCH", "SCALAR SUBQUERY", "LIST SUBQUERY", "CO-ROUTINE"))
        for each in steps
    )


@pytest.fixture
def timeline(db):
    """Some posts in a category, as a site has them: the sizes are known to SQLite."""
    tea = make_category()
    posts = [
        make_post(
            published_at=NOON + number * HOUR, categories=[tea], sticky=not number
        )
        for number in range(5)
    ]
    for row in (tea, *posts):
        db.session.refresh(row)  # so that nothing else is asked than the question
    return tea, posts


def test_home_walks_along_the_timeline(db, timeline):
    with plans(db) as found:
        queries.page_of(queries.newest_first(NOW), 1, 2)

    for steps in found[:2]:  # how many, and which
        assert any("ix_post_timeline (kind=? AND status=?" in each for each in steps)
        assert no_step_is_slow(steps), steps


def test_sticky_posts_are_found_by_their_own_index(db, timeline):
    with plans(db) as found:
        assert len(queries.sticky(NOW)) == 1

    assert found[0][0] == "SCAN post USING INDEX ix_post_sticky"
    assert no_step_is_slow(found[0][1:])


@pytest.mark.parametrize("number", [0, 2, 4])
def test_neighbours_are_one_seek_each(db, timeline, number):
    _, posts = timeline

    with plans(db) as found:
        queries.neighbours(posts[number], NOW)

    seek = "SEARCH post USING INDEX ix_post_timeline (kind=? AND status=? AND "
    assert found == [
        [f"{seek}published_at<?)"],
        [f"{seek}published_at>? AND published_at<?)"],
    ]


@pytest.mark.parametrize("number", [0, 2, 4])
def test_neighbours_within_a_category_are_one_seek_each(db, timeline, number):
    tea, posts = timeline

    with plans(db) as found:
        queries.neighbours(posts[number], NOW, [tea])

    assert len(found) == 2
    bounds = ("published_at<?", "(published_at,post_id)>(?,?)")
    for steps, bound in zip(found, bounds, strict=True):
        [seek] = [each for each in steps if "post_category" in each]
        assert seek.startswith("SEARCH post_category USING COVERING INDEX")
        assert f"(category_id=? AND {bound}" in seek
        assert "SEARCH post USING INTEGER PRIMARY KEY (rowid=?)" in steps
