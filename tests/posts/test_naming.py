import pytest

from blog.database import write_transaction
from blog.posts import naming
from blog.posts.models import Category, Tag
from tests.factories import make_category, make_tag


def test_a_name_stands_once_below_a_parent(db):
    tea = make_category("Tea")

    assert "Tea" in naming.name_problem(Category, "tea")
    assert naming.name_problem(Category, "Tea", parent_id=tea.id) is None
    assert naming.name_problem(Category, "Tea", own_id=tea.id) is None


def test_two_tags_have_two_names(db):
    tea = make_tag("Tea")

    assert naming.name_problem(Tag, " TEA ") is not None
    assert naming.name_problem(Tag, "Tea", own_id=tea.id) is None


@pytest.mark.parametrize("name", ["…", "—", "!"])
def test_a_name_has_a_letter_or_digit(db, name):
    assert naming.name_problem(Tag, name) is not None


def test_an_address_is_refused_with_one_that_can_be(db):
    make_tag(slug="tea")
    make_tag(slug="tea-2")

    assert "green-tea" in naming.slug_problem(Tag, "Green Tea")
    assert "a-word-or-two" in naming.slug_problem(Tag, "…")
    assert "tea-3" in naming.slug_problem(Tag, "tea")
    assert naming.slug_problem(Category, "tea") is None


def test_a_new_name_keeps_the_address(db):
    tag = make_tag("Tea", slug="tea")

    with write_transaction():
        naming.rename(tag, "Green  tea", slug="", description=" Leaves. ")

    assert (tag.name, tag.slug, tag.description) == ("Green tea", "tea", "Leaves.")


def test_a_new_address_is_taken_when_it_is_given(db):
    tag = make_tag("Tea", slug="tea")

    with write_transaction():
        naming.rename(tag, "Tea", slug="chai", description="")

    assert tag.slug == "chai"


def test_an_address_that_another_got_meanwhile_is_refused(db):
    make_tag(slug="tea")
    tag = make_tag(slug="chai")

    with pytest.raises(naming.SlugTaken), write_transaction():
        naming.rename(tag, "Tea", slug="tea", description="")
