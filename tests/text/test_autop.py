# ruff: noqa: E501 — a case is easier to compare when it stays on one line
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.text import excerpts
from blog.text.autop import paragraphs

TAGS = st.sampled_from(
    [
        *("<p>", "</p>", "<p class=x>", "<b>", "</b>", "<a href=/x>", "</a>", "<br>"),
        *("\n", "\n\n", " ", "a", "b c", "&nbsp;", "<", "<ul>", "<li>", "</ul>"),
        *("<div>", "</div>", "<h2>", "</h2>", "<table>", "<td>", "</table>", "<hr>"),
        *("<pre>", "</pre>", "<!--more-->", "<!-- x -->", "<img>", "<blockquote>"),
        *("</blockquote>", "<script>", "</script>", "<figure>", "<select>", "<del>"),
    ]
)
WORDS = st.sampled_from(
    ["one", "two\nthree", "<b>four</b> five", "<a href=/x>six</a>", "<img src=/y>"]
)
BLOCKS = st.recursive(
    WORDS,
    lambda inner: st.tuples(
        st.sampled_from(["div", "blockquote", "center", "section"]),
        st.sampled_from(["", "\n", "\n\n"]),
        st.lists(inner, min_size=1, max_size=3).map("\n\n".join),
    ).map(lambda parts: f"<{parts[0]}>{parts[1]}{parts[2]}{parts[1]}</{parts[0]}>"),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("a\n\nb\nc", "<p>a</p>\n\n<p>b<br>\nc</p>"),
        ("a\r\n\r\n\r\n\r\nb", "<p>a</p>\n\n<p>b</p>"),
        ("a<br><br />b", "<p>a</p>\n<p>b</p>"),
        ("a<br>\nb", "<p>a<br>\nb</p>"),
        ("a\n<h2>b\nc</h2>\nd", "<p>a</p>\n<h2>b<br>\nc</h2>\n<p>d</p>"),
        ("a\n<ul>\n<li>b</li>\n<li>c\nd</li>\n</ul>\ne", "<p>a</p>\n<ul>\n<li>b</li>\n<li>c<br>\nd</li>\n</ul>\n<p>e</p>"),
        ("<ul>\n<li>a\n\nb</li>\n</ul>", "<ul>\n<li><p>a</p>\n\n<p>b</p></li>\n</ul>"),
        ("<table>\n<tr>\n<td>a\nb</td>\n</tr>\n</table>", "<table>\n<tr>\n<td>a<br>\nb</td>\n</tr>\n</table>"),
        ("<blockquote>a\n\nb</blockquote>", "<blockquote><p>a</p>\n\n<p>b</p></blockquote>"),
        ("<div>a</div>", "<div>a</div>"),
        ("<div>a\n\nb</div>", "<div><p>a</p>\n\n<p>b</p></div>"),
        ("<div>a<ul><li>b</ul>c</div>", "<div><p>a</p><ul><li>b</ul><p>c</p></div>"),
        ("<pre>a\n\nb\n</pre>\nc", "<pre>a\n\nb\n</pre>\n<p>c</p>"),
        ("<style>a\n\nb</style><textarea>a\n\nb</textarea>", "<p><style>a\n\nb</style><textarea>a\n\nb</textarea></p>"),
        ("<script>\na\n\nb</script>", "<script>\na\n\nb</script>"),
        ("a\n\n<!--more-->\n\nb", "<p>a</p>\n\n<!--more-->\n\n<p>b</p>"),
        ("a <!--more Read on--> b", "<p>a</p>\n<!--more Read on-->\n<p>b</p>"),
        ("<p>a<!--nextpage-->b</p>", "<p>a</p>\n<!--nextpage-->\n<p>b</p>"),
        ("<p><!--more--></p>", "<!--more-->"),
        ("<b>a\n\nb</b> c", "<p><b>a</b></p>\n\n<p><b>b</b> c</p>"),
        ("<em><p>a</p><p>b</p></em>", "<p><em>a</em></p><p><em>b</em></p>"),
        ("<b>a\n\nb", "<p><b>a</b></p>\n\n<p>b</p>"),
        ("<a href=/x><div>a</div></a>", "<a href=/x><div>a</div></a>"),
        ("<img>\n<img>", "<p><img><br>\n<img></p>"),
        ("<a id=x></a>\n\na", "<a id=x></a>\n\n<p>a</p>"),
        ("<p><div>a</div></p>", "<div>a</div>"),
        ("<p>&nbsp;</p><p></p><p><br></p>", "<p>&nbsp;</p><p><br></p>"),
        ("<figure>\n<img>\n<figcaption>a</figcaption>\n</figure>", "<figure>\n<img>\n<figcaption>a</figcaption>\n</figure>"),
        ("a\n<hr>\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("1 < 2 <a", "<p>1 &lt; 2 &lt;a</p>"),
        (" \n ", ""),
    ],
)  # fmt: skip
def test_typed_lines_become_paragraphs_once(typed, html):
    assert paragraphs(typed) == html
    assert paragraphs(html) == html


@settings(max_examples=200, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=4).map("\n\n".join))
def test_what_has_its_paragraphs_keeps_them(typed):
    html = paragraphs(typed)

    assert paragraphs(html) == html


@settings(max_examples=400, deadline=None)
@given(st.lists(TAGS, max_size=14).map("".join))
def test_no_word_is_lost_between_paragraphs(typed):
    words = "".join(excerpts.plain(typed).split())

    assert "".join(excerpts.plain(paragraphs(typed)).split()) == words


def test_a_long_tag_is_not_written_into_every_paragraph():
    typed = f"<b class={'x' * 5_000}>" * 8 + "a\n\n" * 20_000 + "</b>" * 8

    assert len(paragraphs(typed)) < 5 * len(typed)


@pytest.mark.parametrize(
    "pump",
    [
        *("<p>", "</p>", "<b>", "</b>", "<b>a\n\n", "<div>", "</div>", "<div>a\n\n"),
        *("<ul>", "<li>", "<li></li>", "<ul><li>", "<table><tr><td>", "<td>", "a\n"),
        *("a\n\n", "\n", " ", "<br>", "a<br>", "a\n<br>", "a<!--nextpage-->", "<pre>"),
        *("<script>", "<", "<!--", "<a ", "<select>", "<video>x", "<h2>a\n\n", "&"),
        *("<div></dd><dd>", "<i><b>", "<i><b></i>", "<del>\n<div>", "<blockquote>"),
    ],
)
def test_paragraphs_take_linear_time(pump):
    typed = pump * (50_000 // len(pump))

    def seconds():
        start = time.process_time()
        paragraphs(typed)
        return time.process_time() - start

    assert any(seconds() < 1 for _ in range(3))  # the dearest takes 0.2 s
