"""What may stand in a comment: Markdown, WordPress's tags; the help that says so."""

import pytest

from blog.comments.models import Comment
from blog.database import db as database
from blog.database import session
from blog.posts.permalinks import post_url
from tests.factories import make_post
from tests.pages import parse, text_of

REL = 'rel="nofollow ugc noopener"'
MARKDOWN = [
    ("*words*", "<p><em>words</em></p>"),
    ("**words**", "<p><strong>words</strong></p>"),
    ("~~words~~", "<p><s>words</s></p>"),
    ("`<b>`", "<p><code>&lt;b&gt;</code></p>"),
    ("> words", "<blockquote>\n<p>words</p>\n</blockquote>"),
    ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
    ("one\ntwo", "<p>one<br>\ntwo</p>"),
    ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
    (
        "[words](https://a.example)",
        f'<p><a href="https://a.example" {REL}>words</a></p>',
    ),
    (
        "https://a.example",
        f'<p><a href="https://a.example" {REL}>https://a.example</a></p>',
    ),
    (
        "```\nif a < b:\n    c()\n```",
        '<pre tabindex="0"><code>if a &lt; b:\n    c()\n</code></pre>',
    ),
]
# Tag for tag as WordPress lists them; two are written in today's HTML.
TAGS = [
    (
        '<a href="https://a.example" title="t">x</a>',
        f'<a href="https://a.example" title="t" {REL}>x</a>',
    ),
    ('<abbr title="t">x</abbr>', '<abbr title="t">x</abbr>'),
    ('<acronym title="t">x</acronym>', '<abbr title="t">x</abbr>'),
    ("<b>x</b>", "<b>x</b>"),
    (
        '<blockquote cite="https://a.example">x</blockquote>',
        '<blockquote cite="https://a.example"><p>x</p></blockquote>',
    ),
    ("<cite>x</cite>", "<cite>x</cite>"),
    ("<code>x</code>", "<code>x</code>"),
    ('<del datetime="2026-01-02">x</del>', '<del datetime="2026-01-02">x</del>'),
    ("<em>x</em>", "<em>x</em>"),
    ("<i>x</i>", "<i>x</i>"),
    ('<q cite="https://a.example">x</q>', '<q cite="https://a.example">x</q>'),
    ("<s>x</s>", "<s>x</s>"),
    ("<strike>x</strike>", "<s>x</s>"),
    ("<strong>x</strong>", "<strong>x</strong>"),
]


@pytest.fixture
def post(app):
    with app.app_context():
        post = make_post()
        return post.id, post_url(post)


def sent(app, visitor, post, source):
    answer = visitor.post(
        f"/comments/{post[0]}",
        data={"author": "Ada", "email": "ada@example.org", "comment": source},
    )
    assert answer.status_code == 303
    assert "</body>" in visitor.get(answer.location).text
    with app.app_context():
        return str(session.scalar(database.select(Comment.html))).strip()


@pytest.mark.parametrize(("source", "html"), MARKDOWN)
def test_markdown_is_read(app, visitor, post, source, html):
    assert sent(app, visitor, post, source) == html


@pytest.mark.parametrize(("source", "html"), TAGS)
def test_the_tags_that_wordpress_allows_work(app, visitor, post, source, html):
    is_block = html.startswith("<blockquote")

    found = sent(app, visitor, post, source)

    assert found == (html if is_block else f"<p>{html}</p>")


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<u>x</u> <mark>y</mark>", "<p>x y</p>"),
        ("![words](https://a.example/p.png)", None),
        ("<img src=https://a.example/p.png alt=words>", None),
        ("# words", "<p><strong>words</strong></p>"),
        ("<script>x</script>words", "<p>words</p>"),
    ],
)
def test_other_tags_go_and_their_words_stay(app, visitor, post, source, html):
    found = sent(app, visitor, post, source)

    assert "<img" not in found
    assert html is None or found == html


def test_the_help_below_the_form_names_every_tag(visitor, post):
    page = parse(visitor.get(post[1]).text)
    help = next(each for each in page.iter("details"))
    shown = [text_of(code) for code in help.iter("code")]

    tags = [each for each in shown if each.startswith("<")]
    assert [tag.strip("<>").split()[0] for tag in tags] == [
        source.strip("<").partition(">")[0].split()[0] for source, _html in TAGS
    ]
