"""Imported HTML as Markdown: it reads the same, and what has no sign stays HTML."""

import re

import pytest

from blog.text import conversion, wordpress
from blog.text.sanitizer import Format, post_html
from tests import corpora

EXPORTS = corpora.files("wxr", "*.xml")
CONTENT = re.compile(
    r"<content:encoded>\s*<!\[CDATA\[(.*?)\]\]>\s*</content:encoded>", re.DOTALL
)
# Broken HTML, of which the page says what changes: an unknown entity, open items.
MAY_CHANGE = {"importer-namespace-edge-cases.xml": 1, "real-cc-labs-en.xml": 1}


def outlines(html):
    markdown = conversion.to_markdown(html)
    return (
        conversion.outline(post_html(html, Format.HTML)),
        conversion.outline(post_html(markdown, Format.MARKDOWN)),
    )


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("", ""),
        ("<p>Plain words, 2 + 2 = 4 &amp; more.</p>", "Plain words, 2 + 2 = 4 & more."),
        ("loose <b>words</b><p>then</p>", "loose **words**\n\nthen"),
        ("<h2>A head</h2><p>a<br>b</p>", "## A head\n\na  \nb"),
        ("<p>1. no list</p>", "1\\. no list"),
        ("<p>snake_case_here</p>", "snake_case_here"),
        ("<p>*stars*</p>", "\\*stars\\*"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n  - b"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n<!-- -->\n\n- b"),
        ("<p>H<sub>2</sub>O and <kbd>x</kbd></p>", "H<sub>2</sub>O and <kbd>x</kbd>"),
        ("<p>a</p><!--more--><p>b</p>", "a\n\n<!--more-->\n\nb"),
        ("<p>a</p><!--nextpage--><p>b</p>", "a\n\n<!--nextpage-->\n\nb"),
        (
            '<pre><code class="language-python">a\n\n*b*</code></pre>',
            "```python\na\n\n*b*\n```",
        ),
        (
            "<table><thead><tr><th>A</th></tr></thead>"
            "<tbody><tr><td>1|2</td></tr></tbody></table>",
            "| A |\n| --- |\n| 1\\|2 |",
        ),
        (
            '<figure class="wp-block-image"><img src="/media/7/a.jpg" alt="A boat">'
            '<figcaption>The "boat"</figcaption></figure>',
            '![A boat](/media/7/a.jpg "The \\"boat\\"")',
        ),
    ],
)
def test_what_markdown_can_say_becomes_markdown(html, wanted):
    assert conversion.to_markdown(html) == wanted


@pytest.mark.parametrize(
    "html",
    [
        "<table><caption>Cap</caption><thead><tr><th>A</th></tr></thead>"
        "<tbody><tr><td>1</td></tr></tbody></table>",
        '<p class="has-text-align-center">in the middle</p>',
        '<figure><img src="/media/7/a.jpg" alt=""/><figcaption>By <a href="/x">her</a>'
        "</figcaption></figure>",
        '<ol class="footnotes"><li id="fn-1">Note <a href="#fnref-1">back</a></li></ol>'
        '<p>Text<sup><a href="#fn-1" id="fnref-1">1</a></sup></p>',
        "<details><summary>More</summary><p>Hidden</p></details>",
    ],
)
def test_what_markdown_has_no_sign_for_stays_html(html):
    before, after = outlines(html)

    assert conversion.to_markdown(html).startswith("<")
    assert after == before


def test_blank_lines_inside_of_html_do_not_end_it():
    html = '<div class="callout"><p>a</p>\n\n\n<p>b</p><pre>x\n\ny</pre></div>'
    before, after = outlines(html)

    assert after == before


def test_deep_nesting_ends_and_keeps_its_words():
    html = "<div>" * 3_000 + "<p>deep</p>" + "</div>" * 3_000

    assert "deep" in conversion.to_markdown(html)


def test_texts_that_read_otherwise_have_other_outlines():
    texts = [
        "<p>a</p>",
        "<h2>a</h2>",
        "<p><em>a</em></p>",
        '<p class="pullquote">a</p>',
    ]

    assert len({conversion.outline(each) for each in texts}) == len(texts)


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_real_posts_read_the_same(path):
    found = CONTENT.findall(path.read_text("utf-8", errors="replace"))[:25]
    differing = 0
    for content in found:
        before, after = outlines(wordpress.content(content))
        differing += before != after

    assert differing <= MAY_CHANGE.get(path.name, 0)
