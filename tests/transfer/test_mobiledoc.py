"""What Ghost's older editor wrote, as HTML."""

import json

import pytest

from blog.transfer.sources import cards, mobiledoc
from blog.transfer.sources.cards import Unrendered


def document(*sections, markups=(), atoms=(), cards=(), version="0.3.1"):
    return json.dumps(
        {
            "version": version,
            "markups": list(markups),
            "atoms": list(atoms),
            "cards": list(cards),
            "sections": list(sections),
        }
    )


def html(*sections, **tables):
    return mobiledoc.rendered(document(*sections, **tables)).html


def plain(text):
    return [0, [], 0, text]


def test_sections_are_blocks():
    assert html(
        [1, "h2", [plain("A & B")]],
        [1, "p", [plain("One")]],
        [1, "blockquote", [plain("Q")]],
        [1, "aside", [plain("A")]],
        [1, "marquee", [plain("?")]],
        [1, "p", [plain("Aligned")], ["data-md-text-align", "center"]],
    ) == (
        "<h2>A &amp; B</h2><p>One</p><blockquote><p>Q</p></blockquote>"
        '<blockquote class="pullquote"><p>A</p></blockquote><p>?</p><p>Aligned</p>'
    )


def test_markups_open_and_close_over_several_markers():
    markups = [["strong"], ["em"], ["a", ["href", "/x?a&b", "rel", "noopener"]]]
    assert html(
        [
            1,
            "p",
            [
                [0, [0], 0, "bold "],
                [0, [1], 2, "both"],
                plain(" plain "),
                [0, [2], 1, "link"],
            ],
        ],
        markups=markups,
    ) == (
        '<p><strong>bold <em>both</em></strong> plain <a href="/x?a&amp;b">link</a></p>'
    )


def test_a_markup_that_nobody_closes_ends_with_its_section():
    assert html([1, "p", [[0, [0], 0, "b"]]], [1, "p", []], markups=[["b"]]) == (
        "<p><b>b</b></p><p></p>"
    )


def test_a_markup_that_is_not_known_leaves_its_words():
    assert html([1, "p", [[0, [0], 1, "w"]]], markups=[["script"]]) == "<p>w</p>"


def test_atoms():
    atoms = [["soft-return", "", {}], ["mention", "@ada", {"id": 42}]]
    markers = [plain("a"), [1, [], 0, 0], [1, [], 0, 1], [1, [], 0, 9]]
    assert html([1, "p", markers], atoms=atoms) == "<p>a<br>@ada</p>"


def test_lists_and_pictures():
    assert html(
        [3, "ul", [[plain("a")], [plain("b")]]],
        [3, "ol", [[plain("c")]]],
        [2, "/a.jpg"],
    ) == (
        "<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>"
        '<figure class="wp-block-image"><img src="/a.jpg" alt=""></figure>'
    )


def test_cards():
    found = [
        ["card-markdown", {"cardName": "card-markdown", "markdown": "*so*"}],
        ["markdown", {"markdown": "**so**"}],
        ["html", {"html": "<i>raw</i>"}],
        ["hr", {}],
        ["code", {"code": "<x>", "language": "python"}],
        ["bookmark", {"url": "https://x.example", "metadata": {"title": "T"}}],
        ["paywall", {}],
    ]
    sections = [[10, number] for number in range(len(found))]
    assert html(*sections, cards=found) == (
        "<p><em>so</em></p>\n<p><strong>so</strong></p>\n\n<i>raw</i>\n<hr>"
        '<pre><code class="language-python">&lt;x&gt;</code></pre>'
        '<p class="embed embed-link"><a href="https://x.example">T</a></p>'
    )


def test_what_nobody_knows_and_what_is_for_letters():
    sheet = mobiledoc.rendered(
        document(
            *([10, 0], [10, 1], [10, 2], [10, 99]),
            cards=[["poll", {"title": "Which?"}], ["email", {"html": "Hi"}], ["bare"]],
        )
    )
    assert sheet.html == "<p>Which?</p>"
    assert sheet.unknown == {"poll": 1, "bare": 1}
    assert sheet.hidden == {"email": 1}


@pytest.mark.parametrize(
    "source",
    [
        *("", "no", "[]", "null", "{}", "[" * 100_000),
        document(version="0.2.0"),
        document(version=3),
    ],
    ids=lambda source: source[:24],
)
def test_what_is_no_document_is_said_to_be_none(source):
    with pytest.raises(Unrendered):
        mobiledoc.rendered(source)


def test_no_value_of_a_wrong_type_breaks_it():
    wrong = [None, True, 7, -1, 1.5, [], ["a"], [[]], {}, {"a": "b"}, "", "x"]
    for value in wrong:
        for other in wrong:
            sections = [
                *(value, [1, value, other], [1, "p", [[0, value, 0, other]]]),
                *([1, "p", [[value, [0], other, "x"]]], [10, value], [3, "ul", value]),
                *([3, "ul", [value]], [1, "p", [[1, [value], 0, other]]], [2, value]),
            ]
            tables = {"markups": [value], "atoms": [value], "cards": [[value, other]]}
            html(*sections, **tables)
            mobiledoc.rendered(
                json.dumps({"version": "0.3.2", "sections": value, "cards": other})
            )


def test_a_small_file_cannot_grow_beyond_measure():
    found = [["html", {"html": "x" * 100_000}]]
    with pytest.raises(Unrendered):
        html(*[[10, 0]] * 1_000, cards=found)
    assert cards.MOST_HTML < 100_000 * 1_000
