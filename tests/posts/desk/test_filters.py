from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from blog.posts.desk import filters
from blog.posts.desk import queries as desk
from blog.posts.desk.filters import EVERYTHING, Filters, Month, Order
from blog.posts.desk.queries import Shelf
from blog.posts.models import Kind, Status
from tests.factories import (
    DAY,
    NOON,
    NOW,
    make_category,
    make_page,
    make_post,
    make_user,
)

TOKYO = ZoneInfo("Asia/Tokyo")
UTC_ZONE = ZoneInfo("UTC")


def found(sought, *, shelf=Shelf.ALL, order=None, zone=UTC_ZONE, kind=Kind.POST):
    """The titles that are found, and their number as the tabs say it."""
    conditions = sought.conditions(zone)
    total = desk.counts(kind, None, NOW, conditions)[shelf]
    page = desk.page(
        kind,
        shelf,
        1,
        total=total,
        author_id=None,
        now=NOW,
        conditions=conditions,
        order=order,
    )
    assert len(page.items) == total
    return [post.title for post in page.items]


def test_filters_are_read_from_an_address_and_written_into_one():
    said = {"q": "tea time", "author": "3", "category": "4", "month": "2026-11"}

    sought = filters.asked(said | {"page": "2", "q": "  tea \n time "})

    assert sought == Filters(3, 4, Month(2026, 11), "tea time")
    assert (sought.values(), bool(sought)) == (said, True)


def test_empty_fields_of_a_form_filter_nothing():
    sought = filters.asked({"q": " ", "author": "", "category": "", "month": ""})

    assert (sought, bool(sought), sought.values()) == (EVERYTHING, False, {})


@pytest.mark.parametrize(
    "values",
    [
        *({"author": each} for each in ("x", "-1", "0", "٣", "9" * 20, "1e1")),
        {"category": "x"},
        *({"month": each} for each in ("2026", "2026-13", "2026-00", "2026-1")),
        *({"month": each} for each in ("0999-12", "9001-01", "٢٠٢٦-11", "x")),
    ],
)
def test_what_cannot_be_is_refused(values):
    with pytest.raises(ValueError):
        filters.asked(values)


def test_a_search_is_cut_where_it_ends_to_make_sense():
    assert len(filters.asked({"q": "x" * 3_500}).words) == filters.WORDS_LIMIT


@pytest.mark.parametrize(
    "words", ["tea", "TEA", "té", "leaves", "ea ti", "%", "_", "!"]
)
def test_a_search_finds_words_of_the_text_and_pieces_of_the_title(db, words):
    make_post(title="Tea time: 100%_!", source="Green *leaves*.")
    make_post(title="Coffee", source="Black beans.")

    assert found(Filters(words=words)) == ["Tea time: 100%_!"]


@pytest.mark.parametrize("status", list(Status))
def test_a_search_finds_in_every_state(db, status):
    has_date = status not in (Status.DRAFT, Status.PENDING)
    make_post(title="Tea", status=status, published_at=NOON if has_date else None)
    shelf = Shelf(status)

    assert found(Filters(words="tea"), shelf=shelf) == ["Tea"]


def test_a_protected_post_is_found_by_its_words_behind_the_login(db):
    make_post(title="Closed", source="Leaves.", password="sesame")

    assert found(Filters(words="leaves")) == ["Closed"]


@pytest.mark.parametrize("words", ['"', "AND OR NOT", "title:x*", "^(tea) NEAR/2"])
def test_what_means_something_to_the_index_is_an_answer(db, words):
    make_post(title="Coffee")

    assert found(Filters(words=words)) == []


def test_an_authors_posts(db):
    make_post(title="Mine", author=make_user())
    make_post(title="Theirs", author=make_user())
    post = make_post(title="Mine, too")

    assert set(found(Filters(author_id=post.author_id))) == {"Mine", "Mine, too"}


def test_a_category_holds_what_lies_below_it(db):
    top = make_category()
    below = make_category(parent=top)
    make_post(title="Above", categories=[top])
    make_post(title="Beneath", categories=[below, top])
    make_post(title="Elsewhere", categories=[make_category()])

    assert set(found(Filters(category_id=top.id))) == {"Above", "Beneath"}
    assert found(Filters(category_id=below.id)) == ["Beneath"]
    assert found(Filters(category_id=99)) == []


def test_a_draft_stands_in_its_category_too(db):
    category = make_category()
    make_post(title="Rough", categories=[category], published_at=None)

    assert found(Filters(category_id=category.id), shelf=Shelf.DRAFT) == ["Rough"]


def test_a_month_is_the_sites_own(db):
    make_post(title="Late", published_at=datetime(2025, 3, 31, 15, tzinfo=UTC))
    make_post(title="Rough", published_at=None)

    assert found(Filters(month=Month(2025, 3))) == ["Late"]
    assert found(Filters(month=Month(2025, 3)), zone=TOKYO) == []
    assert found(Filters(month=Month(2025, 4)), zone=TOKYO) == ["Late"]


def test_a_year_ends_with_december(db):
    make_post(title="Last", published_at=datetime(2025, 12, 31, 23, 59, tzinfo=UTC))
    make_post(title="First", published_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert found(Filters(month=Month(2025, 12))) == ["Last"]


def test_filters_add_up(db):
    category, author = make_category(), make_user()
    make_post(title="Tea A", author=author, categories=[category])
    make_post(title="Tea B", author=author)
    make_post(title="Tea C", author=make_user(), categories=[category])
    month = Month(NOON.year, NOON.month)

    sought = Filters(author.id, category.id, month, "tea")

    assert found(sought) == ["Tea A"]
    assert found(sought, kind=Kind.PAGE) == []


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        (Order.TITLE, ["apple", "Berry", "Cherry"]),
        (Order.TITLE_DOWN, ["Cherry", "Berry", "apple"]),
        (Order.DATE, ["Cherry", "apple", "Berry"]),
        (Order.DATE_DOWN, ["Berry", "apple", "Cherry"]),
        (Order.COMMENTS, ["Berry", "Cherry", "apple"]),
        (Order.COMMENTS_DOWN, ["apple", "Cherry", "Berry"]),
    ],
)
def test_an_order_is_followed(db, order, wanted):
    make_post(title="Berry", published_at=None)
    make_post(title="apple", comment_count=2)
    make_post(title="Cherry", comment_count=1, published_at=NOON - DAY)

    assert found(EVERYTHING, order=order) == wanted


def test_what_is_equal_keeps_an_order_too(db):
    posts = [make_post(title="Same") for _ in range(3)]

    def ids(order):
        return [
            post.id
            for number in (1, 2, 3)
            for post in desk.page(
                Kind.POST,
                Shelf.ALL,
                number,
                total=3,
                author_id=None,
                now=NOW,
                order=order,
            ).items
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "PAGE_SIZE", 1)
        assert ids(Order.TITLE) == [post.id for post in posts]
        assert ids(Order.TITLE_DOWN) == [post.id for post in posts[::-1]]


def test_months_are_those_in_which_something_is_dated(db):
    me = make_user()
    make_post(author=me, published_at=datetime(2024, 5, 1, tzinfo=UTC))
    make_post(author=make_user(), published_at=datetime(2025, 3, 31, 15, tzinfo=UTC))
    make_post(author=me, published_at=datetime(2025, 3, 1, tzinfo=UTC))
    make_post(author=me, published_at=None)
    make_page(author=me, published_at=datetime(2020, 1, 1, tzinfo=UTC))

    def months(author_id, zone):
        return list(map(str, filters.months(Kind.POST, author_id, zone)))

    assert months(None, UTC_ZONE) == ["2025-03", "2024-05"]
    assert months(None, TOKYO) == ["2025-04", "2025-03", "2024-05"]
    assert months(me.id, TOKYO) == ["2025-03", "2024-05"]
    assert list(map(str, filters.months(Kind.PAGE, None, UTC_ZONE))) == ["2020-01"]
