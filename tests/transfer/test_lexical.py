"""What Ghost's newer editor writes, as HTML."""

import json

import pytest

from blog.text.sanitizer import Format, post_html
from blog.transfer.sources import cards, lexical
from blog.transfer.sources.cards import Unrendered


def node(type, *children, **fields):
    inside = {"children": list(children)} if children else {}
    return {"type": type, "version": 1, **inside, **fields}


def words(text, format=0):
    return node("extended-text", text=text, format=format, mode="normal")


def document(*children):
    return json.dumps({"root": {"type": "root", "children": list(children)}})


def html(*children):
    return lexical.rendered(document(*children)).html


def test_paragraphs_headings_and_lines():
    assert html(
        node("extended-heading", words("A & B"), tag="h3"),
        node("paragraph", words("One"), node("linebreak"), words("two")),
        node("horizontalrule"),
        node("extended-heading", words("?"), tag="h9"),
    ) == ("<h3>A &amp; B</h3><p>One<br>two</p><hr><h2>?</h2>")


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        (0, "x"),
        (1, "<strong>x</strong>"),
        (2, "<em>x</em>"),
        (3, "<strong><em>x</em></strong>"),
        (4, "<s>x</s>"),
        (8, "<u>x</u>"),
        (16, "<code>x</code>"),
        (32, "<sub>x</sub>"),
        (64, "<sup>x</sup>"),
        (128, "<mark>x</mark>"),
        (17, "<strong><code>x</code></strong>"),
        (True, "x"),
        ("1", "x"),
        (-1.5, "x"),
    ],
)
def test_the_bits_of_a_format_are_tags(format, expected):
    assert html(words("x", format)) == expected


def test_links_and_quotes():
    link = node("link", words("here"), url='/a?b=1&c="2"', rel="noopener")
    assert (
        html(node("paragraph", words("Go "), link), node("link", words("nowhere")))
        == '<p>Go <a href="/a?b=1&amp;c=&quot;2&quot;">here</a></p>nowhere'
    )
    assert html(node("quote", words("Q")), node("aside", words("A"))) == (
        "<blockquote><p>Q</p></blockquote>"
        '<blockquote class="pullquote"><p>A</p></blockquote>'
    )


def test_lists_in_lists():
    inner = node("list", node("listitem", words("b")), listType="number", start=3)
    assert html(
        node(
            "list",
            node("listitem", words("a")),
            node("listitem", inner),
            node("listitem", words("done"), checked=True),
            listType="bullet",
            tag="ul",
        )
    ) == (
        '<ul><li>a</li><li><ol start="3"><li>b</li></ol></li>'
        "<li>\u2611\u00a0done</li></ul>"
    )


def test_tables():
    row = node(
        "tablerow",
        node("tablecell", node("paragraph", words("H")), headerState=1),
        node("tablecell", node("paragraph", words("d")), headerState=0),
    )
    assert html(node("table", row)) == (
        "<table><tr><th><p>H</p></th><td><p>d</p></td></tr></table>"
    )


IMAGE = {"src": "/a.jpg", "alt": 'The "boat"', "width": 800, "height": 600}
CARDS = [
    (
        node("image", **IMAGE, caption="By <b>me</b>", cardWidth="wide"),
        '<figure class="wp-block-image alignwide"><img src="/a.jpg" alt="The '
        '&quot;boat&quot;" width="800" height="600"><figcaption>By <b>me</b>'
        "</figcaption></figure>",
    ),
    (
        node("image", src="/a.jpg", alt="", href="/b", width="9"),
        '<figure class="wp-block-image"><a href="/b"><img src="/a.jpg" alt=""></a>'
        "</figure>",
    ),
    (node("image", src="", caption="Left over"), "<p>Left over</p>"),
    (
        node("gallery", images=[{"src": "/1.jpg"}, {"src": "/2.jpg"}, 7], caption="C"),
        '<figure class="wp-block-gallery columns-2"><figure class="wp-block-image">'
        '<img src="/1.jpg" alt=""></figure><figure class="wp-block-image">'
        '<img src="/2.jpg" alt=""></figure><figcaption>C</figcaption></figure>',
    ),
    (
        node("codeblock", code="a < b\n", language="c++"),
        '<pre><code class="language-c++">a &lt; b\n</code></pre>',
    ),
    (
        node("codeblock", code="x", language='"><b>', caption="C"),
        "<figure><pre><code>x</code></pre><figcaption>C</figcaption></figure>",
    ),
    (node("html", html="<i>raw</i>"), "\n<i>raw</i>\n"),
    (node("markdown", markdown="*so*"), "<p><em>so</em></p>\n"),
    (
        node("embed", url="https://youtu.be/dQw4w9WgXcQ", html="<iframe></iframe>"),
        '<p><a href="https://youtu.be/dQw4w9WgXcQ">https://youtu.be/dQw4w9WgXcQ</a>'
        "</p>",
    ),
    (
        node(
            "embed",
            url="https://social.example/1",
            html="<blockquote><p>Said</p></blockquote><script src=x></script>",
            caption="Then",
        ),
        "<blockquote><p>Said</p></blockquote><p>Then</p>",
    ),
    (
        node(
            "bookmark",
            url="https://x.example/",
            metadata={"title": "T", "description": "D", "author": "A", "icon": "/i"},
        ),
        '<p class="embed embed-link"><a href="https://x.example/">T</a><span>D</span>'
        "<small>A</small></p>",
    ),
    (
        node("callout", calloutText="<b>Mind</b>", calloutEmoji="💡"),
        '<div class="callout callout-note"><p>💡 <b>Mind</b></p></div>',
    ),
    (
        node("toggle", heading="More", content="<p>Inside</p>"),
        "<details><summary>More</summary><p>Inside</p></details>",
    ),
    (
        node("button", buttonText="Go & see", buttonUrl="/go"),
        '<p><a href="/go">Go &amp; see</a></p>',
    ),
    (
        node("file", src="/content/files/a.pdf", fileTitle="Plan", fileCaption="New"),
        '<p><a href="/content/files/a.pdf">Plan</a><br>New</p>',
    ),
    (
        node("audio", src="/content/media/a%20b.mp3", title=""),
        '<p><a href="/content/media/a%20b.mp3">a b.mp3</a></p>',
    ),
    (
        node("video", src="/v.mp4", fileName="Film", caption="C"),
        '<p><a href="/v.mp4">Film</a></p><p>C</p>',
    ),
    (
        node(
            "header",
            header="Big",
            subheader="Small",
            buttonEnabled=True,
            buttonText="B",
            buttonUrl="/b",
        ),
        '<h2>Big</h2><p>Small</p><p><a href="/b">B</a></p>',
    ),
    (
        node("signup", header="Join", disclaimer="No spam", buttonText="Subscribe"),
        "<h2>Join</h2><p>No spam</p>",
    ),
    (
        node(
            "product",
            productTitle="Pot",
            productDescription="<p>Clay</p>",
            productRatingEnabled=True,
            productStarRating=4,
            productButtonEnabled=True,
            productButton="Buy",
            productUrl="/buy",
        ),
        '<h3>Pot</h3><p>★★★★☆</p><p>Clay</p><p><a href="/buy">Buy</a></p>',
    ),
    (
        node(
            "call-to-action",
            textValue="<p>Come</p>",
            sponsorLabel="<p>AD</p>",
            hasSponsorLabel=False,
            showButton=True,
            buttonText="In",
            buttonUrl="/in",
        ),
        '<p>Come</p><p><a href="/in">In</a></p>',
    ),
    (
        node("before-after", beforeImage={"src": "/b.jpg"}, afterImage="?"),
        '<figure class="wp-block-gallery columns-2"><figure class="wp-block-image">'
        '<img src="/b.jpg" alt=""></figure></figure>',
    ),
    (node("paywall"), ""),
]


@pytest.mark.parametrize(("card", "expected"), CARDS, ids=lambda each: str(each)[:30])
def test_cards(card, expected):
    sheet = lexical.rendered(document(card))
    assert sheet.html == expected
    assert not sheet.unknown and not sheet.hidden


def test_every_card_is_known_to_the_sanitiser():
    """Nothing that a card makes of itself is taken away again."""
    for card, made in CARDS:
        if card["type"] in ("html", "embed"):
            continue
        kept = str(post_html(made, Format.HTML))
        for part in ("alignwide", "callout", "<details>", "columns-2", "<a href"):
            assert (part in kept) == (part in made), (part, made)


@pytest.mark.parametrize(
    ("card", "name"),
    [
        (node("email", html="<p>Hello {first_name}</p>"), "email"),
        (node("email-cta", html="<p>Subscribe</p>"), "email-cta"),
        (
            node("html", html="paid", visibility={"web": {"nonMember": False}}),
            "html",
        ),
        (
            node("call-to-action", visibility={"showOnWeb": False}, textValue="x"),
            "call-to-action",
        ),
    ],
)
def test_what_is_not_for_every_reader_is_left_out_and_counted(card, name):
    sheet = lexical.rendered(document(node("paragraph", words("Open")), card))
    assert sheet.html == "<p>Open</p>"
    assert sheet.hidden == {name: 1}


def test_what_nobody_knows_keeps_its_words_and_is_counted():
    sheet = lexical.rendered(
        document(
            node("hologram", node("paragraph", words("Inside"))),
            node("poll", title="Which <one>?", options=["a"]),
            node("poll", text="?"),
        )
    )
    assert sheet.html == "<p>Inside</p><p>Which &lt;one&gt;?</p><p>?</p>"
    assert sheet.unknown == {"hologram": 1, "poll": 2}


@pytest.mark.parametrize(
    "source",
    [
        *("", "no", "[]", "null", "7", '"root"', "{}", '{"root": 1}', "NaN"),
        *('{"root": {}}', '{"root": {"children": 3}}', "[" * 100_000),
        document(*[None])[:-5],
    ],
    ids=lambda source: source[:20],
)
def test_what_is_no_document_is_said_to_be_none(source):
    with pytest.raises(Unrendered):
        lexical.rendered(source)


def test_nodes_that_lie_too_deep_are_no_document():
    deep = words("x")
    for _ in range(lexical.MAX_DEPTH + 1):
        deep = node("paragraph", deep)
    with pytest.raises(Unrendered):
        lexical.rendered(document(deep))


def test_no_value_of_a_wrong_type_breaks_it():
    wrong = [None, True, 7, -1.5, [], ["a"], {}, {"a": "b"}, "", "x"]
    types = [*cards.CARDS, *lexical._ELEMENTS, "text", "poll", 7, None, ["list"]]
    fields = {name for card, _ in CARDS for name in card} | {"children", "checked"}
    for type in types:
        for value in wrong:
            bad = dict.fromkeys(fields, value) | {"type": type}
            lexical.rendered(document(bad))


def test_html_that_grows_beyond_any_text_is_none(monkeypatch):
    monkeypatch.setattr(cards, "MOST_HTML", 100)
    with pytest.raises(Unrendered):
        html(words("x" * 101))
