import pytest

from blog.accounts.models import Role
from blog.posts.desk import queries as desk
from blog.posts.desk.queries import Shelf
from blog.posts.models import Kind, Status
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    NOW,
    make_page,
    make_post,
    make_user,
)


def ids(posts):
    return [post.id for post in posts]


@pytest.fixture
def shelves(db):
    """One of each state, by the name of its shelf, and a page that is on none."""
    make_page()
    return {
        Shelf.PUBLIC: make_post(title="public"),
        Shelf.SCHEDULED: make_post(title="later", published_at=NOW + DAY),
        Shelf.PENDING: make_post(
            title="waiting", status=Status.PENDING, published_at=None
        ),
        Shelf.PRIVATE: make_post(title="private", status=Status.PRIVATE),
        Shelf.DRAFT: make_post(title="draft", published_at=None),
        Shelf.TRASH: make_post(title="trashed", status=Status.TRASH),
    }


def test_counts_are_by_state(shelves):
    assert desk.counts(Kind.POST, None, NOW) == {
        Shelf.ALL: 5,
        Shelf.PUBLIC: 1,
        Shelf.SCHEDULED: 1,
        Shelf.PENDING: 1,
        Shelf.DRAFT: 1,
        Shelf.PRIVATE: 1,
        Shelf.TRASH: 1,
    }


def test_what_is_private_is_so_at_any_date(db):
    make_post(status=Status.PRIVATE, published_at=NOW + DAY)

    counts = desk.counts(Kind.POST, None, NOW)

    assert (counts[Shelf.PRIVATE], counts[Shelf.SCHEDULED]) == (1, 0)


def test_what_waits_is_counted_by_kind(shelves):
    make_page(status=Status.PENDING, published_at=None)
    make_page(status=Status.PENDING, published_at=None)

    assert desk.waiting() == {Kind.POST: 1, Kind.PAGE: 2}


def test_what_waits_longest_comes_first(db):
    waiting = [
        make_post(status=Status.PENDING, published_at=None, edited_at=NOON - n * HOUR)
        for n in range(2)
    ]

    found = desk.first(Kind.POST, Shelf.PENDING, 9, author_id=None, now=NOW)

    assert found == waiting[::-1]


def test_authors_are_writers_and_those_who_were(db):
    gone = make_user(role=Role.SUBSCRIBER, display_name="Ada")
    make_post(author=gone)
    make_user(role=Role.SUBSCRIBER, display_name="Bea")
    writer = make_user(display_name="Cleo")

    assert desk.authors() == [gone, writer]


@pytest.mark.parametrize("shelf", [each for each in Shelf if each != Shelf.ALL])
def test_a_shelf_holds_one_state(shelves, shelf):
    found = desk.first(Kind.POST, shelf, 9, author_id=None, now=NOW)

    assert found == [shelves[shelf]]


def test_everything_is_undated_drafts_and_then_by_date_without_the_trash(shelves):
    found = desk.first(Kind.POST, Shelf.ALL, 9, author_id=None, now=NOW)

    wanted = (Shelf.DRAFT, Shelf.PENDING, Shelf.SCHEDULED, Shelf.PUBLIC, Shelf.PRIVATE)
    assert set(ids(found)) == set(ids(shelves[each] for each in wanted))
    assert set(ids(found[:2])) == set(ids(shelves[each] for each in wanted[:2]))
    assert found[2] == shelves[Shelf.SCHEDULED]


def test_the_next_to_appear_comes_first(db):
    later = make_post(published_at=NOW + DAY)
    sooner = make_post(published_at=NOW + HOUR)

    found = desk.first(Kind.POST, Shelf.SCHEDULED, 9, author_id=None, now=NOW)

    assert found == [sooner, later]


def test_an_author_has_shelves_of_their_own(db):
    mine, other = make_user(), make_user()
    post = make_post(author=mine)
    make_post(author=other)

    assert desk.counts(Kind.POST, mine.id, NOW)[Shelf.ALL] == 1
    assert desk.first(Kind.POST, Shelf.ALL, 9, author_id=mine.id, now=NOW) == [post]


def test_pages_of_a_list_end(db, monkeypatch):
    monkeypatch.setattr(desk, "PAGE_SIZE", 2)
    posts = [make_post(published_at=NOON + n * HOUR) for n in range(3)]

    def page(number):
        return desk.page(
            Kind.POST, Shelf.PUBLIC, number, total=3, author_id=None, now=NOW
        )

    assert ids(page(1).items) == ids([posts[2], posts[1]])
    assert (page(2).items, page(2).pages) == ([posts[0]], 2)
    assert (page(0), page(3)) == (None, None)


def test_an_empty_shelf_has_a_first_page(db):
    page = desk.page(Kind.POST, Shelf.DRAFT, 1, total=0, author_id=None, now=NOW)

    assert (page.items, page.pages) == ([], 1)


def test_writers_are_those_who_may_write(db):
    editor = make_user(role=Role.EDITOR, display_name="Bea")
    contributor = make_user(role=Role.CONTRIBUTOR, display_name="Ada")
    make_user(role=Role.SUBSCRIBER)
    make_user(role=Role.EDITOR, disabled_at=NOW)

    assert desk.writers() == [contributor, editor]
