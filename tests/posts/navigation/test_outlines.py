"""Orders made by hand."""

import pytest

from blog.posts.navigation import outlines
from blog.posts.navigation.outlines import Line, Shift

# 1 holds 2 and 3, which holds 4; 5 and 6 stand beside 1.
TREE = "1:0 2:1 3:1 4:2 5:0 6:0"


def shifted(row_id, shift, text=TREE, deepest=5):
    return outlines.written(
        outlines.shifted(outlines.read(text), row_id, Shift(shift), deepest)
    )


@pytest.mark.parametrize(
    ("row_id", "shift", "expected"),
    [
        (1, "up", TREE),
        (1, "down", "5:0 1:0 2:1 3:1 4:2 6:0"),
        (1, "in", TREE),
        (1, "out", TREE),
        (2, "up", TREE),
        (2, "down", "1:0 3:1 4:2 2:1 5:0 6:0"),
        (2, "in", TREE),
        (2, "out", "1:0 3:1 4:2 2:0 5:0 6:0"),
        (3, "up", "1:0 3:1 4:2 2:1 5:0 6:0"),
        (3, "down", TREE),
        (3, "in", "1:0 2:1 3:2 4:3 5:0 6:0"),
        (3, "out", "1:0 2:1 3:0 4:1 5:0 6:0"),
        (4, "up", TREE),
        (4, "down", TREE),
        (4, "in", TREE),
        (4, "out", "1:0 2:1 3:1 4:1 5:0 6:0"),
        (5, "up", "5:0 1:0 2:1 3:1 4:2 6:0"),
        (5, "in", "1:0 2:1 3:1 4:2 5:1 6:0"),
        (6, "down", TREE),
        (9, "up", TREE),
    ],
)
def test_a_row_goes_with_all_below_it(row_id, shift, expected):
    assert shifted(row_id, shift) == expected


def test_nothing_gets_deeper_than_it_may():
    assert shifted(3, "in", deepest=3) != TREE
    assert shifted(3, "in", deepest=2) == TREE


def test_the_possible_shifts_are_those_that_change_something():
    found = outlines.possible(outlines.read(TREE), 3, 5)

    assert found == [Shift.UP, Shift.IN, Shift.OUT]


def test_an_outline_is_read_as_it_was_written():
    lines = [Line(3, 0), Line(1, 1)]

    assert outlines.read(outlines.written(lines)) == lines


@pytest.mark.parametrize(
    "text", ["", "x", "1", "1:1", "1:0 2:2", "1:0,2:0", "-1:0", "1:0 2:-1", "٣:0"]
)
def test_what_is_no_outline_is_not_read(text):
    assert outlines.read(text) is None


def test_children_are_told_by_their_parents_in_order():
    assert outlines.children(outlines.read(TREE)) == {
        None: [1, 5, 6],
        1: [2, 3],
        3: [4],
    }
