# ruff: noqa: E501 — a case is easier to compare when it stays on one line
import pytest

from blog.text import marks


@pytest.mark.parametrize(
    ("source", "lede"),
    [
        ("a\n\n<!--more-->\n\nb", "a"),
        ("a <!--more Read on--> b", "a"),
        ("a\n<!-- more -->\nb\n<!--more-->", "a"),
        ("a", None),
        ("a <!--moreover--> b", None),
        ("```\n<!--more-->\n```\n", None),
        ("~~~ html\n<!--more-->\n```\n~~~\nb <!--more-->", "~~~ html\n<!--more-->\n```\n~~~\nb"),
        ("`<!--more-->` is a mark", None),
        ("``a ` <!--more-->`` b <!--more-->", "``a ` <!--more-->`` b"),
        ("a ` b <!--more-->", "a ` b"),
        ("<!--more-->b", ""),
    ],
)  # fmt: skip
def test_the_lede_ends_at_the_mark(source, lede):
    assert marks.lede(source) == lede


@pytest.mark.parametrize(
    ("source", "pages"),
    [
        ("a", ["a"]),
        ("a<!--nextpage-->b", ["a", "b"]),
        ("a\n<!-- nextpage -->\nb\n\n<!--nextpage-->", ["a\n", "\nb\n\n", ""]),
        ("<!-- wp:nextpage -->\n<!--nextpage-->\n<!-- /wp:nextpage -->", ["<!-- wp:nextpage -->\n", "\n<!-- /wp:nextpage -->"]),
        ("```\n<!--nextpage-->\n```", ["```\n<!--nextpage-->\n```"]),
        ("`<!--nextpage-->` <!--nextpage-->", ["`<!--nextpage-->` ", ""]),
        ("<!--nextpages-->", ["<!--nextpages-->"]),
    ],
)  # fmt: skip
def test_pages_end_at_the_mark(source, pages):
    assert marks.pages(source) == pages


def test_in_html_a_backtick_is_a_letter():
    source = "```\n<!--nextpage-->\n` a <!--more--> `"

    assert marks.pages(source, in_markdown=False) == ["```\n", "\n` a <!--more--> `"]
    assert marks.lede(source, in_markdown=False) == "```\n<!--nextpage-->\n` a"
