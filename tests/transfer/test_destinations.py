"""Where addresses stand in Markdown, and others in their places."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from blog.text.markdown import render_post
from blog.text.sanitizer import Format
from blog.text.tokens import Start, tokens
from blog.transfer.destinations import address_of, destinations
from blog.transfer.importing import rewriting
from blog.transfer.records import Body
from tests.corpora import corpus

normal = MarkdownIt().normalizeLink


def addresses(text):
    return list(rewriting.addresses(text, Body.MARKDOWN))


def rewritten(text, to):
    return rewriting.rewritten(text, to, Format.MARKDOWN)


@pytest.mark.parametrize(
    ("text", "address", "after"),
    [
        ("[a](/old)", "/old", "[a](/new)"),
        ('![a]( </o l d> "T" )', "/o l d", '![a]( </new> "T" )'),
        (r"[a](/o\_d)", "/o_d", "[a](/new)"),
        ("[a](/o&amp;d)", "/o&d", "[a](/new)"),
        ("[![in](/i)](/old)", "/old", "[![in](/i)](/new)"),
        ("[a]\n\n[a]: /old 'T'\n", "/old", "[a]\n\n[a]: /new 'T'\n"),
        ("> [a]:\n> </old>\n", "/old", "> [a]:\n> </new>\n"),
        (
            "<https://a.b/c_d>",
            "https://a.b/c_d",
            r'<a href="/new">https://a.b/c\_d</a>',
        ),
        ("w <img src=/old\n alt='q'>", "/old", 'w <img src="/new" alt="q">'),
        ("<div>\n<a href='/old'>x</a>", "/old", '<div>\n<a href="/new">x</a>'),
        ("| a |\n|---|\n| x | [y](/old) |\n", "", None),
        ("| a | b |\n|---|---|\n| [a](/a) | [b](/old) |", "/old", None),
        ("- a\n  > # [h](/old)\n", "/old", "- a\n  > # [h](/new)\n"),
        ("w^[note [n](/old)]", "/old", "w^[note [n](/new)]"),
        ("w[^1]\n\n[^1]: note [n](/old)", "/old", "w[^1]\n\n[^1]: note [n](/new)"),
        ("a\r\n[b](/old)\r\nc", "/old", "a\r\n[b](/new)\r\nc"),
    ],
)
def test_a_destination_becomes_another(text, address, after):
    if after is None:
        after = text.replace("/old", "/new") if address else text

    assert (address in addresses(text)) == bool(address)
    assert rewritten(text, {address: "/new"}) == after


@pytest.mark.parametrize(
    "text",
    [
        "`[a](/old)`",
        "```\n[a](/old)\n<img src=/old>\n```\n",
        "    [a](/old)\n",
        r"\[a](/old)",
        "[a](/old",
        "/old https://example.org/old",
        "<!-- <img src=/old> -->",
        "<old@example.org>",
        "![alt [a](/old) text](/other)",
    ],
)
def test_what_is_no_destination_stays(text):
    assert "/old" not in addresses(text)
    assert rewritten(text, {"/old": "/new"}) == text


def test_an_address_with_spaces_and_brackets_is_still_one():
    after = rewritten("[a](/old)", {"/old": "/n (e) <w>"})

    assert addresses(after) == ["/n (e) <w>"]


@given(st.text(alphabet="[]()<>!`\\:/ab \n#>|-*_^\"'&;\t\r", max_size=60))
def test_every_destination_stands_where_it_is_said_to(text):
    found = destinations(text)

    spans = [(each.start, each.end) for each in found]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert rewritten(text, {"/nowhere": "/new"}) == text


def shown(html):
    return [
        (token.name, address_of(token))
        for token in tokens(html)
        if isinstance(token, Start) and address_of(token)
    ]


@pytest.mark.parametrize("name", ["commonmark-spec.json", "gfm-spec.json"])
def test_in_every_example_of_the_specifications_only_addresses_change(name):
    path = corpus("markdown") / name
    for example in json.loads(path.read_text("utf-8")):
        text = example["markdown"]
        to = {each: f"/new/{n}" for n, each in enumerate(addresses(text))}
        by_normal = {normal(typed): new for typed, new in to.items()}
        before = shown(render_post(text))
        expected = [
            (tag, by_normal.get(address, to.get(address, address)))
            for tag, address in before
        ]

        after = shown(render_post(rewritten(text, to)))

        assert after == expected, text
