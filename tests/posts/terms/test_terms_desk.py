"""Categories and tags as an editor looks for them."""

import pytest

from blog.database import session, write_transaction
from blog.posts.models import Category, Status, Tag
from blog.posts.terms import desk as terms_desk
from blog.posts.terms.desk import PAGE_SIZE, Sort, Sought
from tests.factories import DAY, NOW, make_category, make_post, make_tag


def categories(words="", sort=Sort.NAME, number=1):
    page = terms_desk.categories(Sought(words, sort), number)
    return [(row.term.name, row.depth, list(row.above)) for row in page.items]


def tags(words="", sort=Sort.NAME):
    page = terms_desk.tags(Sought(words, sort), 1, NOW)
    return [row.term.name for row in page.items]


@pytest.fixture
def tree(db):
    drinks = make_category("Drinks", slug="drinks")
    tea = make_category("Thé Vert", slug="tea", parent=drinks)
    empty = make_category("یادداشت", slug="notes")
    for _ in range(2):
        make_post(categories=[tea])
    make_post(categories=[drinks])
    make_post(categories=[empty], status=Status.TRASH)


def test_all_categories_are_a_tree(tree):
    assert categories() == [
        ("Drinks", 0, []),
        ("Thé Vert", 1, []),
        ("یادداشت", 0, []),
    ]


def test_by_number_they_are_a_list_that_says_where_each_lies(tree):
    assert categories(sort=Sort.POSTS) == [
        ("Thé Vert", 0, ["Drinks"]),
        ("Drinks", 0, []),
        ("یادداشت", 0, []),
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("the", ["Thé Vert"]),
        ("VERT thé", ["Thé Vert"]),
        ("tea", ["Thé Vert"]),
        ("يادداشت", ["یادداشت"]),  # with the letter of an Arabic keyboard
        ("drink", ["Drinks"]),
        ("%", []),
        ("vert x", []),
    ],
)
def test_categories_are_found_by_name_and_address(tree, words, found):
    assert [name for name, *_ in categories(words)] == found
    assert terms_desk.count(Category, words) == len(found)


def test_a_search_by_number_keeps_to_what_it_found(tree):
    assert [name for name, *_ in categories("d", Sort.POSTS)] == ["Drinks"]


def test_tags_come_by_name_whatever_its_case(db):
    for name in ("b", "A", "a", "B"):
        make_tag(name)

    assert tags() == ["A", "a", "B", "b"]


def test_tags_come_the_most_used_first(db):
    tea, leaf, cup = make_tag("Tea"), make_tag("Leaf"), make_tag("Cup")
    make_post(tags=[leaf, tea])
    make_post(tags=[leaf])
    for _ in range(3):
        make_post(tags=[cup], status=Status.TRASH)

    assert tags(sort=Sort.POSTS) == ["Leaf", "Tea", "Cup"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("green", ["Green tea"]),
        ("GREEN T", ["Green tea"]),
        ("green-t", ["Green tea"]),
        ("ÉTÉ", ["Été"]),
        ("été", ["Été"]),
        ("میناء", ["میناء"]),
        ("100%", ["100% tea"]),
        ("%", ["100% tea"]),
        ("_", []),
        ("\\", []),
        ("/", []),
        ("' OR 1=1 --", []),
        ("", ["100% tea", "Green tea", "Été", "میناء"]),
    ],
)
def test_tags_are_found_by_name_and_address(db, words, found):
    make_tag("Green tea", slug="green-tea")
    make_tag("Été", slug="ete")
    make_tag("میناء", slug="میناء")
    make_tag("100% tea", slug="100-tea")

    assert sorted(tags(words)) == sorted(found)
    assert terms_desk.count(Tag, words) == len(found)


def test_only_what_a_public_post_has_has_an_archive(db):
    seen, later, draft, unused = (make_tag() for _ in range(4))
    make_post(tags=[seen])
    make_post(tags=[later], published_at=NOW + DAY)
    make_post(tags=[draft], published_at=None)
    page = terms_desk.tags(Sought(), 1, NOW)

    assert [row.term for row in page.items if row.has_archive] == [seen]
    ids = [each.id for each in (seen, later, draft, unused)]
    assert terms_desk.with_archive(ids, NOW) == {seen.id}


def test_sizes_are_without_the_trash_of_some_or_all(db):
    tea, leaf, unused = make_tag("Tea"), make_tag("Leaf"), make_tag("Cup")
    make_post(tags=[tea, leaf], published_at=None)
    make_post(tags=[tea], status=Status.TRASH)

    assert terms_desk.sizes(Tag) == {tea.id: 1, leaf.id: 1}
    assert terms_desk.sizes(Tag, [tea.id, unused.id]) == {tea.id: 1}
    assert terms_desk.sizes(Category) == {}


def test_lists_come_in_pages(db):
    with write_transaction():
        for number in range(PAGE_SIZE + 1):
            session.add(Tag(name=f"t{number}", slug=f"t{number}"))
            session.add(Category(name=f"c{number}", slug=f"c{number}"))

    for page in (
        lambda number: terms_desk.categories(Sought(), number),
        lambda number: terms_desk.tags(Sought(), number, NOW),
    ):
        assert [len(page(number).items) for number in (1, 2)] == [PAGE_SIZE, 1]
        assert (page(1).pages, page(1).total) == (2, PAGE_SIZE + 1)
        assert page(0) is page(3) is None


def test_a_tag_is_known_by_its_name_before_its_address(db):
    make_tag("Something else", slug="tea")
    tea = make_tag("Tea", slug="t")
    green = make_tag("The green one", slug="green-tea")

    assert terms_desk.tag_called("TEA") is tea
    assert terms_desk.tag_called("Green Tea") is green
    assert terms_desk.tag_called("Chai") is None
