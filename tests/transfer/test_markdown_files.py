"""What stands above an exported text, and what its file is called."""

from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from blog.transfer.exporting.markdown import heads, names


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back_from_a_head(text):
    written = heads.head({"title": text, "tags": [text, "a"]})

    for loader in (yaml.BaseLoader, yaml.SafeLoader):
        read = yaml.load(written.removesuffix("---\n"), loader)  # noqa: S506
        assert read == ({"title": text} if text else {}) | {"tags": [text, "a"]}


@pytest.mark.parametrize(
    "text", ["no", "~", "2020-05-17", "1_000", "0x1F", "=", "null"]
)
def test_a_word_stays_a_word(text):
    written = heads.head({"title": text}).removesuffix("---\n")

    assert yaml.safe_load(written) == {"title": text}


def test_an_early_time_has_four_digits_of_a_year():
    assert heads.moment(datetime(33, 4, 3, tzinfo=UTC)) == "0033-04-03T00:00:00Z"


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("boat", "boat"),
        ("چائے-خانہ", "چائے-خانہ"),
        ("a/b\\c:d*e", "a-b-c-d-e"),
        ("..", "post-7"),
        (".hidden", "hidden"),
        ("end. ", "end"),
        ("CON", "con-7"),
        ("lpt1.txt", "lpt1.txt-7"),
        ("_layouts", "layouts-7"),
        ("e\u0301", "é"),
        ("é" * 300, "é" * 80),
    ],
)
def test_a_name_is_one_that_every_system_takes(slug, name):
    assert names.of_post(slug, 7, None) == name


def test_pages_too_deep_for_a_path_lie_on_top():
    tree = {number: ("x" * 60, number - 1 or None) for number in range(1, 50)}

    paths = [names.Pages(tree).of_page(number) for number in tree]

    assert paths[1] == "x" * 60 + "/" + "x" * 60
    assert max(len(path) for path in paths) <= names.MAX_FOLDER + 61
    assert paths[-1] == "x" * 60


def test_a_ring_of_pages_ends():
    tree = {1: ("a", 2), 2: ("b", 1)}

    assert names.Pages(tree).of_page(1) == "b/a"
