# ruff: noqa: E501 — a case is easier to compare when it stays on one line
import json
import re
import time
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.text import policies, sanitizer
from blog.text.sanitizer import Format, TooLarge

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"
XSS = ("vectors-shared.jsonl", "markdown-vectors-shared.jsonl")
BLANK = re.compile(
    r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)

# What a browser takes for the start of something, in every wrong order.
PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<b>", "</b>", "<a href='https://e.org/?a=1&copy=2'>", "</a>"),
        *("<a href=javascript:alert(1)>", "<a>", "<a id=x name=y>", "<blockquote>"),
        *("</blockquote>", "<ul>", "<li>", "</ul>", "<ol start=3>", "<pre>", "\n\n"),
        *("</pre>", "<code>", "<table>", "<tr>", "<td>", "<th>", "</table>", "<br>"),
        *("<caption>", "<thead>", "<dl>", "<dt>", "<dd>", "<details>", "<summary>"),
        *("<figure>", "<figcaption>", "</figure>", "<h1>", "<h2 id=comments>", "</h2>"),
        *("<div>", "</div>", "<section>", "<svg>", "<math>", "<style>", "</style>"),
        *("<script>", "</script>", "<title>", "<textarea>", "<noscript>", "<template>"),
        *(
            "<img src=/media/a.png>",
            "<img src=//e.org/a.png alt='x y'>",
            "<img src=x:y>",
        ),
        *("<!--", "-->", "<!--more-->", "<!", "<?", "</", "<", ">", '"', "'", "`", "="),
        *(
            "&",
            "&amp;",
            "&lt;",
            "&amp;lt;",
            "&copy",
            "&#0;",
            "&#13;",
            "&#x80;",
            "&nbsp;",
        ),
        *(
            "https://e.org/a_(b)",
            "www.e.org",
            "http://[",
            "http://999.1/",
            "<ruby><rt>",
        ),
        *("\x00", "\r", "\f", "\u200b", "\ufffe", "\ud800", "é", "汉字", "words "),
        *(
            "<span id=more>",
            "<td align=right>",
            "<p style='text-align:center'>",
            "</li>",
        ),
        *("<center>", "<dir>", "<menu>", "<option>", "<tfoot>", "<time datetime=2024>"),
        *("<rp>", "</ruby>", "<li value=2>", "<dfn>", "</dl>", "<textarea>", "<image>"),
        *(
            "<del>",
            "<ins cite='//e'>",
            "<q cite='/x'>",
            "<time datetime=2024>",
            "*",
            "_",
        ),
    ]
)
SOUP = st.lists(PIECES, max_size=14).map("".join)

PUMPS = [
    *(
        "[",
        "![",
        "[a](",
        "![a](",
        "![![",
        "[[",
        "]](",
        "[^a]",
        "[^a]: ",
        "^[a",
        "[a]: b\n",
    ),
    *(
        "<div>",
        "<ul><li>",
        "<b><p>",
        "<p>",
        "</b>",
        "<table><tr><td>",
        "<td>x<caption>",
    ),
    *(
        "<blockquote>",
        "<a href=http://x>",
        "<a b='",
        '<a href="',
        "<a ",
        "<a@b",
        "<",
        "</",
    ),
    *("<!--", "<!-", "<script>", "<details>", "<pre>\n", "<img src=http://x/y>"),
    *(
        "*a",
        "*a ",
        "**a ",
        "*a **b ",
        "_a",
        "~~a",
        "~",
        "`",
        "`a``b",
        "``` ",
        "\\",
        "|",
    ),
    *(">", "> ", "> > ", "- ", "- - ", "- a\n", "- *a*\n", " - a\n", "1. ", "1. a\n"),
    *("a\n", "a\n\n", "# a\n", "#", "a\n===\n", "---\n", "a|b\n-|-\n", "\t", "\n"),
    *("&", "&amp;", "&#9", "&#1114112;", "(", ")", "http://", "http://a ", "<http://"),
    *("http://a.b/(", "www.", "www.a ", "a@", "a@b.c ", "<a@b", "a-", "a.", "\u0301"),
]


def vectors():
    """(id, payload) of every vector; none, where the corpora are missing."""
    for name in XSS:
        path = CORPORA / "xss" / name
        for line in path.read_text("utf-8").splitlines() if path.exists() else ():
            row = json.loads(line)
            yield row["id"], row.get("html", row.get("markdown"))


needs_corpora = pytest.mark.skipif(
    not (CORPORA / "xss").exists(), reason=f"no corpora in {CORPORA}"
)


def elements(html):
    """Every element below the fragment's root, as a browser would see it."""
    root = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [element for element in root.iter() if element is not root]


def assert_allowed(html, tags, attributes):
    for element in elements(html):
        assert element.tag in tags, html
        allowed = attributes.get("*", frozenset()) | attributes.get(element.tag, set())
        for name, value in element.attrib.items():
            if (element.tag, name, value) == ("pre", "tabindex", "0"):
                continue  # ours: what scrolls must be in the keyboard's reach
            assert name in allowed, html
            if name in ("href", "src", "cite"):
                assert_safe_address(value)


def assert_safe_address(value):
    assert not BLANK.search(value), value
    scheme = re.match(r"\s*([^/?#:]*):", value)
    assert scheme is None or scheme[1].lower() in {"http", "https", "mailto"}, value
    assert not re.match(r"[/\\]{2}|/\\", value), value


def assert_comment(html):
    tags = policies.COMMENT_TAGS
    attributes = dict(policies.COMMENT_ATTRIBUTES)
    attributes["a"] = attributes["a"] | {"rel"}
    assert_allowed(html, tags, attributes)
    for link in elements(html):
        if link.tag == "a":
            assert link.get("rel") == "nofollow ugc noopener"
            assert re.match("https?://|mailto:", link.get("href"), re.IGNORECASE)
    assert sanitizer.clean_comment(html) == html


def assert_post(html):
    assert_allowed(html, policies.POST_TAGS, policies.POST_ATTRIBUTES)
    ids = [element.get("id") for element in elements(html) if element.get("id")]
    assert len(ids) == len(set(ids)), html
    assert all(re.match("h-|fn-|fnref-|more$", name) for name in ids), html
    for picture in elements(html):
        if picture.tag == "img":
            assert ":" not in picture.get("src")
            assert picture.get("alt") is not None
    assert sanitizer.clean_post(html) == html


@needs_corpora
def test_no_vector_gets_through_the_comment_policy():
    for _, payload in vectors():
        assert_comment(str(sanitizer.comment_html(payload)))
        assert_comment(str(sanitizer.clean_comment(payload)))


@needs_corpora
def test_no_vector_gets_through_the_post_policy():
    for _, payload in vectors():
        for format in Format:
            html = str(sanitizer.post_html(payload, format))
            assert_allowed(html, policies.POST_TAGS, policies.POST_ATTRIBUTES)
            assert sanitizer.clean_post(html) == html


@settings(max_examples=300, deadline=None)
@given(SOUP)
def test_any_soup_of_tags_becomes_a_clean_comment(source):
    assert_comment(str(sanitizer.clean_comment(source)))
    assert_comment(str(sanitizer.comment_html(source)))


@settings(max_examples=300, deadline=None)
@given(SOUP)
def test_any_soup_of_tags_becomes_a_clean_post(source):
    for format in Format:
        assert_post(str(sanitizer.post_html(source, format)))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_becomes_a_clean_comment(source):
    assert_comment(str(sanitizer.comment_html(source)))


@settings(max_examples=200, deadline=None)
@given(SOUP)
def test_a_browser_reads_a_post_as_it_was_written(source):
    html = str(sanitizer.clean_post(source))

    tree = html5lib.parseFragment(html)
    again = html5lib.serialize(
        tree, omit_optional_tags=False, quote_attr_values="always"
    )

    assert sanitizer.clean_post(again) == html


@pytest.mark.parametrize("pump", PUMPS)
def test_no_pattern_makes_a_comment_slow(pump):
    source = (pump * 20_000)[:20_000].encode()[:20_000].decode(errors="ignore")

    # Three tries, for whatever else happens in between.
    assert any(seconds(sanitizer.comment_html, source) < 0.5 for _ in range(3))


@pytest.mark.parametrize("pump", ["# a\n", "- a\n", "- *a*\n", "a\n\n", "[", "![", "&"])
def test_the_longest_comment_takes_less_than_two_seconds(pump):
    source = (pump * 65_535)[:65_535]

    assert any(seconds(sanitizer.comment_html, source) < 2 for _ in range(3))


@pytest.mark.parametrize("pump", PUMPS)
def test_no_pattern_makes_a_post_slow(pump):
    source = (pump * 20_000)[:20_000]

    for format in Format:  # the dearest takes 0.3 s; a square of the length, minutes
        assert any(seconds(sanitizer.post_html, source, format) < 3 for _ in range(3))


def seconds(function, *arguments):
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("Hello *you*", "<p>Hello <em>you</em></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("a <b>b</b> <i>c</i>", "<p>a <b>b</b> <i>c</i></p>"),
        ("<strike>a</strike> ~~b~~", "<p><s>a</s> <s>b</s></p>"),
        ("# Title", "<p><strong>Title</strong></p>"),
        ("text\n--\nAda", "<p>text<br>\n--<br>\nAda</p>"),
        ("    indented", "<p>indented</p>"),
        (
            "<blockquote>q</blockquote>mine",
            "<blockquote><p>q</p></blockquote><p>mine</p>",
        ),
        ("use List<String> <sarcasm>", "<p>use List&lt;String&gt; &lt;sarcasm&gt;</p>"),
        ("<3 & a<b", "<p>&lt;3 &amp; a&lt;b</p>"),
        ("&amp;lt; &amp;copy;", "<p>&amp;lt; &amp;copy;</p>"),
        ("a<script>alert(1)</script>b", "<p>ab</p>"),
        ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
        ("[1]: no link", "<p>[1]: no link</p>"),
        ("<a href='/x'>x</a>", "<p>x</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("http://999.1.1.1.1/", "<p>http://999.1.1.1.1/</p>"),
        ("`https://e.org`", "<p><code>https://e.org</code></p>"),
    ],
)
def test_a_comment_reads_as_it_was_meant(source, html):
    assert str(sanitizer.comment_html(source)).strip() == html


def link(href, words):
    return f'<a href="{href}" rel="nofollow ugc noopener">{words}</a>'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("https://e.org/?a=1&b=2.", link("https://e.org/?a=1&amp;b=2", "https://e.org/?a=1&amp;b=2") + "."),
        ("(see https://e.org/a_(b))", "(see " + link("https://e.org/a_(b)", "https://e.org/a_(b)") + ")"),
        ("https://e.org/_a_/", link("https://e.org/_a_/", "https://e.org/_a_/")),
        ("www.e.org!", link("https://www.e.org", "www.e.org") + "!"),
        ("![A cat](https://e.org/c.png)", link("https://e.org/c.png", "A cat")),
        ("<img src=https://e.org/c.png>", link("https://e.org/c.png", "c.png")),
        ("[a](https://e.org \"t\")", '<a href="https://e.org" title="t" rel="nofollow ugc noopener">a</a>'),
        ("<a rel=me target=_blank href=https://e.org>a</a>", link("https://e.org", "a")),
        ("[a](java\u200bscript:x)", "a"),
        ("<a href='https://e.org/\u202e'>a</a>", link("https://e.org/", "a")),
        ("[a](mailto:a@e.org)", link("mailto:a@e.org", "a")),
        ("看https://e.org/a。好", "看" + link("https://e.org/a", "https://e.org/a") + "。好"),
    ],
)  # fmt: skip
def test_links_of_comments_are_marked_and_whole(source, html):
    assert str(sanitizer.comment_html(source)).strip() == f"<p>{html}</p>"


def test_pre_keeps_blank_lines_and_unknown_tags():
    html = sanitizer.comment_html("<pre>Map<Key>\n\nb</pre>\nafter")

    assert html.strip() == ('<pre tabindex="0">Map&lt;Key&gt;\n\nb</pre>\n<p>after</p>')


def test_deep_nesting_keeps_every_word():
    quotes = "".join(f"{'>' * depth} w{depth}\n\n" for depth in range(1, 60))
    tags = "".join(f"<blockquote>t{depth} " for depth in range(60))

    html = sanitizer.comment_html(quotes + tags)

    for depth in range(1, 60):
        assert re.search(rf"\bw{depth}\b", html)
        assert re.search(rf"\bt{depth}\b", html)
    assert "<blockquote>" * 21 not in re.sub(r"t\d+|</?p>|\s", "", html)


def test_a_comment_that_is_too_large_is_refused():
    assert sanitizer.comment_html("a" * 65_535)
    with pytest.raises(TooLarge):
        sanitizer.comment_html("a" * 65_534 + "é")


def test_a_post_that_is_too_large_is_refused():
    with pytest.raises(TooLarge):
        sanitizer.post_html("a" * (2 * 1024 * 1024 + 1), Format.HTML)


def test_references_with_thousands_of_digits_are_read():
    html = sanitizer.post_html(f"a&#{'9' * 5_000};b", Format.HTML)

    assert html == "a\ufffdb"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("# A\n\n# A", '<h2 id="h-a">A</h2>\n<h2 id="h-a-2">A</h2>'),
        ("[x](#a) [y](#comments)", '<p><a href="#h-a">x</a> <a href="#comments">y</a></p>'),
        ("a\n\n<!--more Read on-->\n\nb", '<p>a</p>\n<span id="more"></span>\n<p>b</p>'),
        ("![A cat](/media/c.png)", '<p><img src="/media/c.png" alt="A cat"></p>'),
        ("![A cat](https://e.org/c.png)", '<p><a href="https://e.org/c.png">A cat</a></p>'),
        ("![A cat](//e.org/c.png)", '<p><a href="https://e.org/c.png">A cat</a></p>'),
        ("```nonsense\n<b>\n```", '<pre class="highlight" tabindex="0"><code class="language-nonsense">&lt;b&gt;\n</code></pre>'),
        ("``` { .x }\na\n```", '<pre class="highlight" tabindex="0"><code>a\n</code></pre>'),
        ("https://e.org and setup.py", '<p><a href="https://e.org">https://e.org</a> and setup.py</p>'),
        ("\"quotes\" -- stay...", "<p>\"quotes\" -- stay...</p>"),
    ],
)  # fmt: skip
def test_a_markdown_post(source, html):
    assert str(sanitizer.post_html(source, Format.MARKDOWN)).strip() == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<h1>a</h1>", "<h2>a</h2>"),
        ("<h3>a</h3><h4>b</h4><h2>c</h2><h6>d</h6>", "<h2>a</h2><h3>b</h3><h2>c</h2><h3>d</h3>"),
        ("<h2></h2><h3>a</h2>b", "<h2>a</h2>b"),
        ("<p>a<p>b<div>c", "<p>a</p><p>b</p><div>c</div>"),
        ("<b><p>a</p></b>", "<b></b><p>a</p>"),
        ("<ul>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<li>a", "<ul><li>a</li></ul>"),
        ("<table><td>a", "<table><tbody><tr><td>a</td></tr></tbody></table>"),
        ("<td>a</td>", "a"),
        ("<table><tr></tr></table><dl></dl>", ""),
        ("<a href=/x>a<details>b</details></a>", '<a href="/x">a b</a>'),
        ("<a href='https://e.org/[a]#b#c d'>x</a>", '<a href="https://e.org/%5Ba%5D#b%23c%20d">x</a>'),
        ("<a href='http://[::1]/'>x</a>", '<a href="http://[::1]/">x</a>'),
        ("<details>a</details>", "<details><summary>…</summary>a</details>"),
        ("<img src=/media/a.png>", '<img src="/media/a.png" alt="">'),
        ("<img src=/\\e.org/a.png alt=a>", "a"),
        ("<img src=data:image/png,x alt=a>", "a"),
        ("<a name=n>x</a>", '<a id="h-n">x</a>'),
        ("<a href=#n>x</a><i id=n></i>", '<a href="#h-n">x</a><i id="h-n"></i>'),
        ("<a href=#comments>x</a><h2 id=comments>y</h2>", '<a href="#h-comments">x</a><h2 id="h-comments">y</h2>'),
        ("<a href='//e.org/'>x</a>", '<a href="https://e.org/">x</a>'),
        ("<a href=https://e.org target=_blank rel='nofollow x'>x</a>", '<a href="https://e.org" rel="nofollow">x</a>'),
        ("<p class='alignleft h-card hl-k'>x</p>", '<p class="alignleft hl-k">x</p>'),
        ("<p style='color:red;text-align: right'>x</p>", '<p class="has-text-align-right">x</p>'),
        ("<p lang=ur dir=RTL>x</p>", '<p lang="ur" dir="rtl">x</p>'),
        ("<td><svg><script>x</script></svg>y", "y"),
        ("<a href='?a=1&copy=2'>x</a>", '<a href="?a=1&amp;copy=2">x</a>'),
        ("<p>a <unclosed", "<p>a &lt;unclosed</p>"),
        ("<center>a</center>", '<div class="has-text-align-center">a</div>'),
        ("<dir><li>a</dir><menu><li>b</menu>", "<ul><li>a</li></ul><ul><li>b</li></ul>"),
        ("<font color=red><big>a</big></font><blink>b</blink><nobr>c</nobr>", "abc"),
        ("<marquee>a</marquee><acronym title=t>b</acronym>", '<div>a</div><abbr title="t">b</abbr>'),
        ("<table bgcolor=red border=1 align=center><td valign=top width=9>a</table>", '<table class="aligncenter"><tbody><tr><td>a</td></tr></tbody></table>'),
        ("<img src=/a.png style='float: left' border=0>", '<img src="/a.png" alt="" class="alignleft">'),
        ("<textarea>a\n b</textarea>", '<pre tabindex="0">a\n b</pre>'),
        ("<select><option>a<option>b</select>c", "a b c"),
        ("a<img src=https://e.org/b.png>c", 'a <a href="https://e.org/b.png">b.png</a> c'),
        ("a<p></p>b", "a b"),
        ("<li>a</li>\n<li>b</li><p>c</p>", "<ul><li>a</li>\n<li>b</li></ul><p>c</p>"),
        ("<dt>a</dt><dd>b</dd>c", "<dl><dt>a</dt><dd>b</dd></dl>c"),
        ("<dl><dd>a</dd><dt>b</dt></dl>", "<dl><dt></dt><dd>a</dd><dt>b</dt><dd></dd></dl>"),
        ("<dl><div><dt>a</dt><dd>b</dd></div></dl>", "<dl><dt>a</dt><dd>b</dd></dl>"),
        ("<ul></ul><ol> </ol>", ""),
        ("<ul><li value=2>a</ul><ol><li value=2>b</ol>", '<ul><li>a</li></ul><ol><li value="2">b</li></ol>'),
        ("<a href=/x>a<a href=/y>b</a>", '<a href="/x">a</a><a href="/y">b</a>'),
        ("a<a href=/x> </a>b", "a b"),
        ("<a href=/x>a<pre>b</pre></a>", '<a href="/x">a</a><pre tabindex="0">b</pre>'),
        ("<table><tfoot><tr><td>a</tfoot><tr><td>b</table>", "<table><tbody><tr><td>b</td></tr></tbody><tfoot><tr><td>a</td></tr></tfoot></table>"),
        ("<table><tr><td>a<thead><tr><td>b</table>", "<table><tbody><tr><td>a</td></tr></tbody><tbody><tr><td>b</td></tr></tbody></table>"),
        ("<table><th><h3>a</h3></th></table>", "<table><tbody><tr><th>a</th></tr></tbody></table>"),
        ("<ruby>a</ruby><ruby>b<rt>c</rt></ruby>", "a<ruby>b<rt>c</rt></ruby>"),
        ("<time>a</time><time datetime=2024-02-30>b</time><time datetime=soon>c</time>", 'a<time datetime="2024-02-30">b</time>c'),
        ("<del datetime=yesterday>a</del>", "<del>a</del>"),
        ("<dfn>a<dfn>b</dfn>c</dfn>", "<dfn>abc</dfn>"),
    ],
)  # fmt: skip
def test_an_html_post(source, html):
    assert str(sanitizer.post_html(source, Format.HTML)) == html


@needs_corpora
def test_no_vector_gets_through_as_a_comment_from_wordpress():
    for _, payload in vectors():
        assert_comment(str(sanitizer.comment_html(payload, Format.HTML)))


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<h2 id=a>A</h2><a href='#a'>b</a>", "<h2>A</h2>b"),
        ("<a name=a></a><a id=b href=/c>c</a>", '<a href="/c">c</a>'),
    ],
)
def test_a_lede_has_no_anchors(source, html):
    assert str(sanitizer.lede_html(source, Format.HTML)) == html


def test_footnotes_point_there_and_back():
    html = sanitizer.post_html("a[^n] b[^n]\n\n[^n]: note", Format.MARKDOWN)

    anchors = {element.get("id") for element in elements(html)} - {None}
    targets = {e.get("href") for e in elements(html) if e.get("href")}
    assert anchors == {"fn-1", "fnref-1", "fnref-1-2"}
    assert targets == {"#fn-1", "#fnref-1", "#fnref-1-2"}


def test_code_is_coloured_with_classes_only():
    html = sanitizer.post_html("```python\nx = 1\n```", Format.MARKDOWN)

    assert '<code class="language-python"><span class="hl-n">x</span>' in html
    assert "style=" not in html


def test_the_outcome_says_whether_it_is_clean():
    assert sanitizer.is_clean_comment("<p>a</p>")
    assert not sanitizer.is_clean_comment("<p onclick=x>a</p>")
    assert sanitizer.is_clean_post("<p>a</p>")
    assert not sanitizer.is_clean_post("<p id=x>a</p>")


@needs_corpora
@pytest.mark.parametrize("name", ["commonmark-spec.json", "gfm-spec.json"])
def test_the_examples_of_the_markdown_specs_render(name):
    for example in json.loads((CORPORA / "markdown" / name).read_text("utf-8")):
        assert_post(str(sanitizer.post_html(example["markdown"], Format.MARKDOWN)))
        assert_comment(str(sanitizer.comment_html(example["markdown"])))
