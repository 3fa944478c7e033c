import pytest

from blog.accounts.models import Role
from blog.posts import desk
from blog.posts.desk import Shelf
from blog.posts.models import Kind, Status
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


def ids(posts):
    return [post.id for post in posts]


@pytest.fixture
def shelves(db):
    """One of each state, by the name of its shelf, and a page that is on none."""
    make_page()
    return {
        Shelf.PUBLIC: make_post(title="public"),
        Shelf.SCHEDULED: make_post(title="later", published_at=NOW + DAY),
        Shelf.DRAFT: make_post(title="draft", published_at=None),
        Shelf.TRASH: make_post(title="trashed", status=Status.TRASH),
    }


def test_counts_are_by_state(shelves):
    assert desk.counts(Kind.POST, None, NOW) == {
        Shelf.ALL: 3,
        Shelf.PUBLIC: 1,
        Shelf.SCHEDULED: 1,
        Shelf.DRAFT: 1,
        Shelf.TRASH: 1,
    }


@pytest.mark.parametrize("shelf", [each for each in Shelf if each != Shelf.ALL])
def test_a_shelf_holds_one_state(shelves, shelf):
    found = desk.first(Kind.POST, shelf, 9, author_id=None, now=NOW)

    assert found == [shelves[shelf]]


def test_everything_is_undated_drafts_and_then_by_date_without_the_trash(shelves):
    found = desk.first(Kind.POST, Shelf.ALL, 9, author_id=None, now=NOW)

    wanted = (Shelf.DRAFT, Shelf.SCHEDULED, Shelf.PUBLIC)
    assert ids(found) == ids(shelves[each] for each in wanted)


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


def test_sizes_leave_the_trash_out(db):
    category, tag = make_category(), make_tag()
    make_post(categories=[category], tags=[tag])
    make_post(categories=[category], tags=[tag], status=Status.TRASH)

    assert desk.category_sizes() == {category.id: 1}
    assert desk.tag_sizes() == {tag.id: 1}


def test_only_tags_of_public_posts_have_an_archive(db):
    seen, drafted, later = make_tag(), make_tag(), make_tag()
    make_post(tags=[seen])
    make_post(tags=[drafted], published_at=None)
    make_post(tags=[later], published_at=NOW + HOUR)

    assert desk.public_tag_ids(NOW) == {seen.id}
