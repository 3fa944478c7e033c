"""Categories and tags: moved, merged and taken away, several at once."""

import pytest

from blog.database import session, write_transaction
from blog.posts import queries
from blog.posts.models import PostCategory, Status, Tag
from blog.posts.terms import terms
from tests.factories import NOON, NOW, make_category, make_post, make_tag


def shape():
    """Each category's name with the name of what it lies below."""
    return {
        each.name: each.parent.name if each.parent else None
        for each in queries.all_categories()
    }


def tags():
    return session.query(Tag).order_by(Tag.name).all()


def merge(others, kept):
    with write_transaction():
        terms.merge(others, kept)


def test_the_tag_that_is_kept_gets_the_posts_of_the_others(db):
    tea, chai, leaf, other = (make_tag(each) for each in ("Tea", "Chai", "Leaf", "Sea"))
    one, both = make_post(tags=[chai]), make_post(tags=[tea, chai, leaf, other])
    draft = make_post(tags=[leaf], published_at=None)

    merge([chai, leaf], tea)

    assert one.tags == draft.tags == [tea]
    assert both.tags == [tea, other]
    assert tags() == [other, tea]


def test_merged_posts_keep_their_place_in_time(db):
    tea, chai = make_category("Tea"), make_category("Chai")
    public = make_post(categories=[chai], published_at=NOON)
    make_post(categories=[chai], status=Status.DRAFT)
    make_post(categories=[chai], status=Status.TRASH)

    merge([chai], tea)

    links = session.query(PostCategory).order_by(PostCategory.post_id).all()
    assert [link.published_at for link in links] == [NOON, None, None]
    page = queries.page_of(queries.in_categories(NOW, [tea]), 1, 10)
    assert page.items == [public]


def test_what_is_kept_may_be_among_those_that_are_merged(db):
    tea, chai = make_tag("Tea"), make_tag("Chai")

    merge([tea, chai], tea)

    assert tags() == [tea]


def test_what_lies_below_comes_to_lie_below_the_kept_one(db):
    drinks, tea, kept = (make_category(each) for each in ("Drinks", "Tea", "Kept"))
    make_category("Green", parent=tea)
    make_category("Hot", parent=drinks)

    merge([drinks, tea], kept)

    assert shape() == {"Green": "Kept", "Hot": "Kept", "Kept": None}


def test_what_the_kept_one_lies_below_moves_up(db):
    top = make_category("Top")
    drinks = make_category("Drinks", parent=top)
    tea = make_category("Tea", parent=drinks)
    hot = make_category("Hot", parent=tea)
    kept = make_category("Kept", parent=hot)
    make_category("Cold", parent=drinks)

    merge([drinks, tea], kept)

    assert shape() == {"Top": None, "Hot": "Top", "Kept": "Hot", "Cold": "Kept"}


def test_a_category_takes_its_own_parents_place(db):
    drinks = make_category("Drinks")
    tea = make_category("Tea", parent=drinks)
    post = make_post(categories=[drinks])

    merge([drinks], tea)

    assert shape() == {"Tea": None}
    assert post.categories == [tea]


def test_several_are_taken_away_and_what_lies_below_moves_up(db):
    top = make_category("Top")
    middle = make_category("Middle", parent=top)
    low = make_category("Low", parent=middle)
    make_category("Leaf", parent=low)

    with write_transaction():
        for each in (middle, low):
            terms.delete(each)

    assert shape() == {"Leaf": "Top", "Top": None}


def test_several_are_moved_with_what_lies_below_them(db):
    tea, cups, place = (make_category(each) for each in ("Tea", "Cups", "Place"))
    make_category("Green", parent=tea)

    with write_transaction():
        terms.move_all([tea, cups], place)
    assert shape() == {"Cups": "Place", "Green": "Tea", "Place": None, "Tea": "Place"}

    with write_transaction():
        terms.move_all([tea], None)
    assert shape()["Tea"] is None


def test_nothing_is_moved_into_itself(db):
    tea, cups = make_category("Tea"), make_category("Cups")
    green = make_category("Green", parent=tea)
    before = shape()

    for place in (tea, green):
        with pytest.raises(terms.Loop), write_transaction():
            terms.move_all([cups, tea], place)

    assert shape() == before


@pytest.mark.parametrize("make", [make_category, make_tag])
def test_the_id_of_what_is_gone_is_never_given_again(db, make):
    gone = make()
    gone_id = gone.id
    with write_transaction():
        terms.delete(gone)

    assert make().id > gone_id
