from blog.posts import trees
from blog.posts.models import Category


def category(number, parent=None):
    return Category(id=number, parent_id=parent, name=str(number), slug=str(number))


def shape(branches):
    return [(branch.row.id, branch.depth) for branch in branches]


def test_each_row_is_followed_by_what_lies_below_it():
    rows = [category(1), category(2, 3), category(3), category(4, 2), category(5, 1)]

    assert shape(trees.branches(rows)) == [(1, 0), (5, 1), (3, 0), (2, 1), (4, 2)]


def test_a_row_below_an_unknown_one_comes_to_the_top():
    assert shape(trees.branches([category(2, 1)])) == [(2, 0)]


def test_a_loop_is_left_out():
    rows = [category(1, 2), category(2, 1), category(3)]

    assert shape(trees.branches(rows)) == [(3, 0)]


def test_a_row_cannot_be_put_into_itself_or_below():
    rows = [category(1), category(2, 1), category(3, 2), category(4), category(5, 1)]

    assert shape(trees.apart_from(rows[1], rows)) == [(1, 0), (5, 1), (4, 0)]


def test_several_rows_cannot_be_put_into_each_other_or_below():
    rows = [category(1), category(2, 1), category(3, 2), category(4), category(5, 4)]

    assert shape(trees.apart_from_all([rows[1], rows[3]], rows)) == [(1, 0)]
    assert trees.apart_from_all([], rows) == trees.branches(rows)


def test_a_new_row_can_be_put_anywhere():
    rows = [category(1), category(2, 1)]

    assert shape(trees.apart_from(None, rows)) == [(1, 0), (2, 1)]


def test_ten_thousand_levels_are_no_trouble():
    rows = [category(1), *(category(n, n - 1) for n in range(2, 10_001))]

    assert trees.branches(rows)[-1].depth == 9_999
