# ruff: noqa: E501 — a case is easier to compare when it stays on one line
import time

import pytest

from blog.text import excerpts, marks, sanitizer
from blog.text.sanitizer import Format


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>a</p><p>b<br>c</p>", "a b c"),
        ("<p>a<b>b</b> &amp; &lt;c&gt;</p>", "ab & <c>"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
        ("<figure><img src='/x' alt='no'><figcaption>caption</figcaption></figure>", "caption"),
        ("<script>x</script>a<style>y</style>", "a"),
        ("<p title='a>b'>c</p>", "c"),
        ("", ""),
    ],
)  # fmt: skip
def test_plain_words(html, words):
    assert excerpts.plain(html) == words


def test_plain_words_leave_footnote_marks_out():
    html = sanitizer.post_html("a[^1] b\n\n[^1]: note", Format.MARKDOWN)

    assert excerpts.plain(html) == "a b note"


@pytest.mark.parametrize(
    ("html", "excerpt"),
    [
        ("<p>one two three</p>", "one two three"),
        ("<p>one two three, four</p>", "one two three…"),
        ("<p>你好，世界</p>", "你好，世界"),
        ("<p>一二三四五六七八</p>", "一二三四五六…"),
        ("<p>one 一二三四五</p>", "one 一二三四…"),
        ("<p>ที่นี่ประเทศไทย</p>", "ที่นี่ประเ…"),
    ],
)
def test_an_excerpt_counts_words_or_characters(html, excerpt):
    assert excerpts.excerpt(html, words=3) == excerpt


def test_words_are_counted_and_reading_takes_a_minute_at_least():
    assert excerpts.word_count("<p>one – two</p><p>three</p>") == 3
    assert excerpts.word_count("<p>你好，world</p>") == 3
    assert excerpts.reading_minutes("") == 1
    assert excerpts.reading_minutes("word " * 690) == 3
    assert excerpts.reading_minutes("字" * 1_500) == 3


@pytest.mark.parametrize(
    "pump",
    [
        "<",
        "<a ",
        "&",
        "<!--",
        "`",
        "`a``b",
        "<!--more",
        "<p>",
        "字",
        "a",
        "\u0e34",
        "```\n",
    ],
)
def test_excerpts_are_linear(pump):
    text = pump * (100_000 // len(pump))

    start = time.process_time()
    marks.lede(text)
    excerpts.excerpt(text)
    excerpts.reading_minutes(text)

    assert time.process_time() - start < 0.5
